package org.insitu.hadoop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockLocation;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.insitu.worker.FilePath;
import org.insitu.worker.Json;

/**
 * Which machines hold what the tasks of a job read. A hint: a file that is not there is told by the task. The name node is asked once
 * for each file, or for each folder of which several are read.
 */
final class BlockHosts {
  private static final int MOST_HOSTS = 3;

  private final Configuration configuration;
  private final Map<Path, BlockLocation[]> blocks = new HashMap<>();

  /** `reads`: of each task, [[file, offset, length], ...]; anything else says nothing. */
  BlockHosts(Configuration configuration, JsonNode reads) {
    this.configuration = configuration;
    Map<Path, Set<Path>> folders = new LinkedHashMap<>();
    for (JsonNode task : reads) {
      for (JsonNode one : task) {
        Path file = file(one);
        if (file != null) folders.computeIfAbsent(file.getParent(), folder -> new HashSet<>()).add(file);
      }
    }
    folders.forEach((folder, files) -> ask(files.size() > 1 ? folder : files.iterator().next(), files));
  }

  /** Of one task. */
  ArrayNode best(JsonNode reads) {
    Map<String, Long> bytes = new HashMap<>();
    for (JsonNode one : reads) {
      Path file = file(one);
      long begin = one.path(1).asLong(-1);
      long length = one.path(2).asLong(-1);
      if (file == null || begin < 0 || length < 0) continue;
      long end = begin > Long.MAX_VALUE - length ? Long.MAX_VALUE : begin + length;
      for (BlockLocation block : blocks.getOrDefault(file, new BlockLocation[0])) {
        long here = Math.min(end, block.getOffset() + block.getLength()) - Math.max(begin, block.getOffset());
        if (here <= 0) continue;
        try {
          for (String host : block.getHosts()) bytes.merge(host, here, Long::sum);
        } catch (IOException unknown) {
          // It is anywhere.
        }
      }
    }
    ArrayNode hosts = Json.array();
    bytes.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()).thenComparing(Map.Entry.comparingByKey()))
        .limit(MOST_HOSTS).forEach(entry -> hosts.add(entry.getKey()));
    return hosts;
  }

  /** Null where nobody is to be asked. */
  private static Path file(JsonNode read) {
    try {
      Path path = FilePath.of(read.path(0).asText());
      return "file".equals(path.toUri().getScheme()) || path.getParent() == null ? null : path;
    } catch (IOException | IllegalArgumentException none) {
      return null;
    }
  }

  /** `place`: one of the files, or their folder. */
  private void ask(Path place, Set<Path> files) {
    Map<String, Path> asked = new HashMap<>(); // the answers may name the name node otherwise
    for (Path file : files) asked.put(file.toUri().getPath(), file);
    try {
      FileSystem system = FilePath.system(place, configuration);
      for (RemoteIterator<LocatedFileStatus> found = system.listLocatedStatus(place); !asked.isEmpty() && found.hasNext();) {
        LocatedFileStatus status = found.next();
        Path file = asked.remove(status.getPath().toUri().getPath());
        if (file != null && status.isFile()) blocks.put(file, status.getBlockLocations());
      }
    } catch (IOException | RuntimeException unknown) {
      // They are anywhere.
    }
  }
}
