package org.insitu.hadoop;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.insitu.gateway.UserError;
import org.insitu.worker.Json;
import org.insitu.worker.ProtocolException;

/** The files of a task are those that were planned, whatever a worker says, and lie where they were planned, whatever they are called. */
public final class PlannedFilesTest {
  private static final List<String> NO_NAMES = List.of("", ".", "..", "/", "a/b", "../a", "/etc/passwd", "a\0", "\u00fc".repeat(128), "x".repeat(256));
  private static final List<String> NAMES = List.of("a", "...", "..a", ".hidden", "12:30", "a:b:c", "-", "%2e%2e%2f", "a\\..\\b", "#?*[]{}", "~", "a b\n",
      "\u00fc".repeat(127), "x".repeat(255));

  private PlannedFilesTest() {}

  private interface Act {
    void run() throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    for (String name : NO_NAMES) refuses(UserError.class, () -> planned(name));
    refuses(UserError.class, () -> planned("a", "b", "a"));
    refuses(UserError.class, () -> PlannedFiles.of(Json.array().add(Json.array().add(7))));
    refuses(UserError.class, () -> PlannedFiles.of(Json.array().add("a")));

    PlannedFiles files = planned(NAMES.toArray(String[]::new));
    for (String name : NO_NAMES) refuses(ProtocolException.class, () -> files.begin(name));
    refuses(ProtocolException.class, () -> files.begin("not planned"));
    for (int number = NAMES.size(); number-- > 0;) {
      refuses(ProtocolException.class, files::checkAll);
      String name = NAMES.get(number);
      check(files.begin(name) == number, name);
      refuses(ProtocolException.class, () -> files.begin(name));
      for (String folder : List.of("/a: b/%41 c", "/")) {
        Path path = PlannedFiles.in(new Path("file", null, folder), name);
        check(path.toUri().getPath().equals(folder.equals("/") ? "/" + name : folder + "/" + name), path.toString());
      }
    }
    files.checkAll();

    check(PlannedFiles.shown("a\n\0'").equals("'a\\u000a\\u0000''"), PlannedFiles.shown("a\n\0'"));
    check(PlannedFiles.shown("x".repeat(5000)).length() < 120, "long");
    System.out.println(NAMES.size() + NO_NAMES.size() + " names");
  }

  private static PlannedFiles planned(String... names) {
    ArrayNode parts = Json.array();
    for (String name : names) parts.addArray().add(name).add(0).addArray();
    return PlannedFiles.of(parts);
  }

  private static void refuses(Class<? extends Exception> type, Act act) throws Exception {
    try {
      act.run();
    } catch (Exception refusal) {
      if (!type.isInstance(refusal)) throw refusal;
      return;
    }
    throw new AssertionError("it was not refused");
  }

  private static void check(boolean holds, String what) {
    if (!holds) throw new AssertionError(what);
  }
}
