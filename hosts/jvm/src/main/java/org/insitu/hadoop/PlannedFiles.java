package org.insitu.hadoop;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.insitu.gateway.UserError;
import org.insitu.worker.ProtocolException;

/**
 * The files that a task is to write, by the names that the client has given them. A worker names files only to say which of these it
 * writes: no path is ever made of what it says.
 */
final class PlannedFiles {
  private static final int MOST_BYTES = 255; // of a name, as file systems have it
  private static final int MOST_SHOWN = 100;

  private final Map<String, Integer> waiting = new LinkedHashMap<>(); // and their numbers
  private final Set<String> begun = new HashSet<>();

  /** `parts`: as in the TASK of mode "write". Throws where a name is none of a file, or is there twice. */
  static PlannedFiles of(JsonNode parts) {
    PlannedFiles files = new PlannedFiles();
    for (JsonNode part : parts) {
      String name = part.path(0).isTextual() ? part.path(0).asText() : "";
      if (!isName(name) || files.waiting.put(name, files.waiting.size()) != null) throw refused(name);
    }
    return files;
  }

  /** The like of one name in the files of two tasks. */
  static UserError refused(String name) {
    return UserError.argument("WRITE cannot make the file " + shown(name) + ": it is named twice, or this is no name of a file");
  }

  private static boolean isName(String name) {
    return !name.isEmpty() && !name.equals(".") && !name.equals("..") && name.indexOf('/') < 0 && name.indexOf('\0') < 0
        && name.getBytes(StandardCharsets.UTF_8).length <= MOST_BYTES;
  }

  Iterable<String> names() {
    return waiting.keySet();
  }

  /** Its number among the files of the task. Throws for a file that was not asked for, or has been begun before. */
  int begin(String name) throws ProtocolException {
    Integer number = waiting.remove(name);
    if (number == null) {
      throw new ProtocolException(begun.contains(name) ? "the worker wrote the file " + shown(name) + " twice"
          : "the worker wrote a file that was not asked for: " + shown(name));
    }
    begun.add(name);
    return number;
  }

  /** Throws where a file was not begun. */
  void checkAll() throws ProtocolException {
    for (String name : waiting.keySet()) throw new ProtocolException("the worker ended without the file " + shown(name));
  }

  /** A file in a folder; unlike Hadoop's own way to name one it takes colons for what they are. */
  static Path in(Path folder, String name) {
    return new Path(folder, new Path(null, null, name));
  }

  /** For messages. */
  static String shown(String name) {
    StringBuilder text = new StringBuilder("'");
    for (int at = 0; at < Math.min(name.length(), MOST_SHOWN); at++) {
      char one = name.charAt(at);
      text.append(Character.isISOControl(one) || Character.isSurrogate(one) ? String.format("\\u%04x", (int) one) : String.valueOf(one));
    }
    return text.append(name.length() > MOST_SHOWN ? "...'" : "'").toString();
  }
}
