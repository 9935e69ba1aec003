package org.insitu.hadoop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.insitu.gateway.Call;
import org.insitu.gateway.FileTasks;
import org.insitu.gateway.TaskResult;
import org.insitu.gateway.UserError;
import org.insitu.worker.FilePath;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;
import org.insitu.worker.ProtocolException;

/**
 * WRITE: the files of a target, each written by a task. Files of an attempt get their names when the result of the attempt has come,
 * which Hadoop lets one of each task do. Where the call fails nothing is left.
 */
final class Writing implements JobRun.Taker {
  private static final long LAST_WRITERS_SECONDS = 10;
  private static final Pattern OF_ATTEMPT = Pattern.compile("\\w+-\\d+"); // as PartFiles calls them

  private final Call call;
  private final Path root; // of all that is written
  private final Path folder;
  private final Path unfinished;
  private final FileSystem system;
  private final List<PlannedFiles> planned; // of each task
  private long rows;
  private long files;
  private int done;

  private Writing(Call call, Engine engine) throws IOException {
    this.call = call;
    JsonNode target = call.document("target");
    root = FilePath.of(target.path("root").asText(), engine.configuration());
    folder = FilePath.of(target.path("folder").asText(), engine.configuration());
    unfinished = FilePath.of(target.path("unfinished").asText(), engine.configuration());
    system = FilePath.system(folder, engine.configuration());
    planned = new ArrayList<>();
  }

  /** Throws where two tasks would write one file. */
  private void plan(int tasks) {
    Set<String> all = new HashSet<>();
    for (int place = 0; place < tasks; place++) {
      PlannedFiles files = PlannedFiles.of(call.arguments().path("writes").path(place).path("parts"));
      for (String name : files.names()) {
        if (!all.add(name)) throw PlannedFiles.refused(name);
      }
      planned.add(files);
    }
  }

  static void run(Call call, Engine engine) throws IOException {
    FileTasks tasks = FileTasks.of(call);
    int count = tasks.inputs().size();
    Writing writing = new Writing(call, engine);
    Runner runner = Runner.choose(call, engine, count, 0);
    boolean whole = false;
    try {
      writing.plan(count);
      if (count > 0) runner = new JobRun(call, engine, work(call, engine, tasks, runner), writing).run(runner);
      whole = true;
    } finally {
      if (!whole) writing.giveUp();
    }
    call.reply(Json.object().put("rows", writing.rows).put("files", writing.files).put("runner", runner.toString()));
  }

  private static Work work(Call call, Engine engine, FileTasks tasks, Runner runner) throws IOException {
    Work pass = FilePasses.work(call, engine, tasks, runner, null);
    JsonNode writes = call.arguments().path("writes");
    List<ObjectNode> entries = new ArrayList<>();
    for (int place = 0; place < pass.entries().size(); place++) {
      if (!(writes.path(place) instanceof ObjectNode write)) throw UserError.argument("WRITE needs 'writes', a document for each task");
      ObjectNode entry = pass.entries().get(place);
      entry.set("write", write);
      entries.add(entry);
    }
    ObjectNode plan = pass.plan().document();
    plan.set("target", call.document("target"));
    return new Work(PartMapper.class, new Frame(FrameType.TASK, 0, Json.bytes(plan), pass.plan().payload()), entries, Map.of(), null,
        false);
  }

  @Override
  public int take(int place, DataInputStream result) throws IOException {
    int attempt = TaskResult.read(result, frame -> hear(frame, planned.get(place)));
    if (attempt >= 0) done++;
    return attempt;
  }

  private void hear(Frame frame, PlannedFiles files) throws IOException {
    if (frame.type() == FrameType.END) {
      rows += frame.document().path("rows").asLong();
      call.send(FrameType.PROGRESS, Json.object().put("rows", rows).put("tasksDone", done + 1)
          .put("tasks", call.arguments().path("tasks").size()));
    } else if (frame.type() == FrameType.OUT) {
      ObjectNode about = frame.document();
      String name = about.path("part").asText();
      String made = about.path("file").asText();
      files.begin(name);
      if (!OF_ATTEMPT.matcher(made).matches()) throw new ProtocolException("a task told of a file that none writes: " + PlannedFiles.shown(made));
      Path from = new Path(unfinished, made);
      Path to = PlannedFiles.in(folder, name);
      if (!system.rename(from, to)) throw UserError.data("the file system did not rename " + from + " to " + to);
      this.files++;
      about.remove("file");
      call.forward(new Frame(FrameType.OUT, 0, Json.bytes(about), frame.payload()));
    } else {
      call.forward(frame);
    }
  }

  private void giveUp() {
    PartFiles.waitForLast(LAST_WRITERS_SECONDS);
    try {
      system.delete(root, true);
    } catch (IOException left) {
      System.err.println("insitu: what was written is left: " + left.getMessage());
    }
  }

  @Override
  public void look(int running) throws IOException {
    call.throwIfCancelled();
  }
}
