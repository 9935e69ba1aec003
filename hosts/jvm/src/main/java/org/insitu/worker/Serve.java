package org.insitu.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Answers questions about files (READ, docs/worker.md) through Hadoop's file systems. Files stay
 * open from one question to the next; not for several threads at once.
 */
public final class Serve implements Closeable {
  private static final int MOST_BYTES = 8 << 20;
  private static final int MOST_OPEN = 256;
  private static final byte[] NONE = new byte[0];

  private record OpenFile(FSDataInputStream stream, long size, long modified) {}

  /** What goes into a DATA frame. */
  public record Answer(ObjectNode document, byte[] payload) {}

  private final Configuration configuration;
  private final Map<String, OpenFile> open = new LinkedHashMap<>();
  private FileVersions versions = new FileVersions(Json.array());

  public Serve(Configuration configuration) {
    this.configuration = configuration;
  }

  /** Files have to be these versions, [[path, version], ...], from now on. */
  public void expect(JsonNode list) {
    versions = new FileVersions(list);
  }

  /** The answer; failures are answers too, with "error" and "code". */
  public Answer answer(JsonNode request) {
    String file = request.path("file").asText();
    try {
      return switch (request.path("what").asText("bytes")) {
        case "bytes" -> bytes(file, request);
        case "size" -> size(file);
        case "kind" -> document(kind(file));
        case "list" -> document(list(file));
        default -> failure(ErrorCode.DATA,
            "unknown request about a file: '" + request.path("what").asText() + "'");
      };
    } catch (FileNotFoundException missing) {
      return failure(ErrorCode.DATA, versions.knows(file) ? FileVersions.removed(file)
          : "file not found: " + file);
    } catch (OtherVersion other) {
      return failure(ErrorCode.DATA, other.getMessage());
    } catch (IOException | RuntimeException problem) {
      String reason = problem.getMessage() == null ? problem.toString() : problem.getMessage();
      return failure(ErrorCode.DATA, "cannot read the file (" + reason + "): " + file);
    }
  }

  private static Answer document(ObjectNode document) {
    return new Answer(document, NONE);
  }

  private static Answer failure(int code, String message) {
    return document(Json.object().put("error", message).put("code", code));
  }

  private FileSystem system(Path path) throws IOException {
    return FilePath.system(path, configuration);
  }

  private OpenFile open(String file) throws IOException {
    OpenFile found = open.get(file);
    if (found != null) return found;
    if (open.size() >= MOST_OPEN) close(); // folders of many files
    Path path = FilePath.of(file, configuration);
    if (system(path).getFileStatus(path).isDirectory()) throw new IOException("it is a folder");
    FSDataInputStream stream = system(path).open(path);
    try {
      FileStatus status = system(path).getFileStatus(path); // of what is open now, or of a later one
      String fault = versions.fault(file, status);
      if (fault != null) throw new OtherVersion(fault);
      OpenFile opened = new OpenFile(stream, status.getLen(), status.getModificationTime());
      open.put(file, opened);
      return opened;
    } catch (IOException | RuntimeException failure) {
      stream.close();
      throw failure;
    }
  }

  private static final class OtherVersion extends IOException {
    private static final long serialVersionUID = 1;

    OtherVersion(String message) {
      super(message);
    }
  }

  private Answer size(String file) throws IOException {
    OpenFile opened = open(file);
    return document(Json.object().put("size", opened.size).put("modified", opened.modified));
  }

  private Answer bytes(String file, JsonNode request) throws IOException {
    long offset = request.path("offset").asLong(-1);
    long length = request.path("length").asLong(-1);
    if (offset < 0 || length < 0) return failure(ErrorCode.DATA, "a read needs offset and length");
    if (length > MOST_BYTES) {
      return failure(ErrorCode.DATA, "a read of " + length + " bytes is too long");
    }
    OpenFile from = open(file);
    byte[] bytes = new byte[(int) Math.max(0, Math.min(length, from.size - offset))];
    int have = 0;
    while (have < bytes.length) {
      int count = from.stream.read(offset + have, bytes, have, bytes.length - have);
      if (count < 0) break; // the file has become shorter: the reader says so
      have += count;
    }
    if (have < bytes.length) bytes = Arrays.copyOf(bytes, have);
    return new Answer(Json.object().put("length", have), bytes);
  }

  private ObjectNode kind(String file) throws IOException {
    Path path = FilePath.of(file, configuration);
    try {
      FileStatus status = system(path).getFileStatus(path);
      return Json.object().put("exists", true).put("directory", status.isDirectory());
    } catch (FileNotFoundException missing) {
      return Json.object().put("exists", false).put("directory", false);
    }
  }

  private ObjectNode list(String folder) throws IOException {
    Path path = FilePath.of(folder, configuration);
    FileStatus status;
    try {
      status = system(path).getFileStatus(path);
    } catch (FileNotFoundException missing) {
      throw new IOException("folder not found");
    }
    if (!status.isDirectory()) throw new IOException("not a folder");
    List<byte[]> files = new ArrayList<>();
    for (FileStatus one : system(path).listStatus(path)) {
      if (!one.isFile()) continue;
      files.add(FilePath.spelledLike(folder, one.getPath()).getBytes(StandardCharsets.UTF_8));
    }
    files.sort(PATHS);
    ObjectNode document = Json.object();
    ArrayNode names = document.putArray("files");
    for (byte[] one : files) names.add(new String(one, StandardCharsets.UTF_8));
    return document;
  }

  /** The order of paths everywhere: as unsigned bytes of UTF-8. */
  public static final Comparator<byte[]> PATHS = Arrays::compareUnsigned;

  @Override
  public void close() {
    for (OpenFile file : open.values()) {
      try {
        file.stream.close();
      } catch (IOException ignored) {
        // It was only read.
      }
    }
    open.clear();
  }
}
