package org.insitu.worker;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;

/**
 * The versions of files that the caller of a task has seen when it planned (`versions` of a TASK,
 * docs/worker.md): another one is an error, because rows of two files would be one answer.
 */
final class FileVersions {
  private static final long NANOSECONDS = 1_000_000;

  private record Version(long device, long inode, long size, long modified) {}

  private final Map<String, Version> expected = new HashMap<>();

  /** `list`: [[path, "device:inode:size:modified"], ...]; device and inode 0: of no machine's own. */
  FileVersions(JsonNode list) {
    for (JsonNode one : list) {
      String[] parts = one.path(1).asText().split(":", -1);
      if (parts.length != 4) {
        throw new IllegalArgumentException("the version of a file cannot be read: " + one);
      }
      expected.put(one.path(0).asText(), new Version(Long.parseUnsignedLong(parts[0]),
          Long.parseUnsignedLong(parts[1]), Long.parseUnsignedLong(parts[2]),
          Long.parseLong(parts[3])));
    }
  }

  boolean knows(String file) {
    return expected.containsKey(file);
  }

  /** What to say where this is not the version that was seen; null: it is, or none was. */
  String fault(String file, FileStatus now) {
    Version before = expected.get(file);
    if (before == null) return null;
    boolean grown = mayGrow(file) && now.getLen() > before.size;
    boolean same = grown || (now.getLen() == before.size
        && now.getModificationTime() == Math.floorDiv(before.modified, NANOSECONDS));
    return same && !isAnother(before, now) ? null : said(file, "replaced or changed");
  }

  static String removed(String file) {
    return said(file, "removed");
  }

  private static String said(String file, String what) {
    return "the file was " + what
        + " while it was being read; nothing was computed, run it again: " + file;
  }

  /** Text that is appended to while it is read is no other version. */
  private static boolean mayGrow(String file) {
    return !file.endsWith(".xdf") && !file.endsWith(".xdfd") && !file.endsWith(".xdfm");
  }

  /** Inodes mean something where the caller looked at the same device. */
  private static boolean isAnother(Version before, FileStatus now) {
    if (before.device == 0 || !"file".equals(now.getPath().toUri().getScheme())) return false;
    try {
      Map<String, Object> found = Files.readAttributes(
          Paths.get(now.getPath().toUri().getPath()), "unix:dev,ino");
      return ((Number) found.get("dev")).longValue() == before.device
          && ((Number) found.get("ino")).longValue() != before.inode;
    } catch (IOException | UnsupportedOperationException unknown) {
      return false; // a system without inodes; gone meanwhile, which the next look says
    }
  }
}
