package org.insitu.hadoop;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.insitu.gateway.Batches;
import org.insitu.gateway.Call;
import org.insitu.gateway.RangePieces;
import org.insitu.gateway.TaskResult;
import org.insitu.gateway.UserError;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;

/**
 * EXEC: batches of tasks of rxExec, each a map task of one job. Values go to the client as batches end. What a worker or a container
 * took with it is told, and the client asks for it again.
 */
final class Tasks implements JobRun.Taker {
  private static final byte[] NONE = {};

  /** What all tasks of a call need, and the rows that they work on, by the key of the call: files where the tasks find them. Of one client. */
  static final class Shared {
    private final Engine engine;
    private final Map<String, Path> all = new HashMap<>();
    private final Map<String, Exchange.Exchanged> exchanged = new HashMap<>();

    Shared(Engine engine) {
      this.engine = engine;
    }

    void keep(String key, Exchange.Exchanged rows) throws IOException {
      drop(key);
      exchanged.put(key, rows);
    }

    /** Keeps what a call brings; else what it brought before. */
    private Path of(String key, byte[] fresh) throws IOException {
      if (fresh != null) {
        drop(key);
        all.put(key, engine.widestShare().keep(fresh));
      }
      Path found = all.get(key);
      if (found == null) throw UserError.argument("EXEC has brought nothing under '" + key + "'");
      return found;
    }

    /** The call is over. */
    void drop(String key) throws IOException {
      Path gone = all.remove(key);
      if (gone != null) engine.widestShare().drop(gone);
      Exchange.Exchanged rows = exchanged.remove(key);
      if (rows != null) rows.drop();
    }

    void close() {
      Set<String> keys = new HashSet<>(all.keySet());
      keys.addAll(exchanged.keySet());
      for (String key : keys) {
        try {
          drop(key);
        } catch (IOException | UserError left) {
          // It goes with the folder of the gateway.
        }
      }
    }
  }

  private final Batches batches;
  private int running;

  private Tasks(Batches batches) {
    this.batches = batches;
  }

  static void run(Call call, Engine engine, Shared shared) throws IOException {
    Batches batches = new Batches(call);
    List<String> command = call.words("worker");
    if (command.isEmpty()) throw UserError.argument("EXEC needs 'worker', a command");
    Exchange.Exchanged rows = null;
    if (call.arguments().has("exchange")) {
      rows = shared.exchanged.get(call.text("exchange"));
      if (rows == null) throw UserError.argument("nothing was exchanged under this key");
    }
    Path common = shared.of(call.text("key"), batches.shared());
    // One after the other in a master would be no parallel execution.
    Runner runner = Runner.choose(call, engine, batches.size() == 1 ? 1 : Integer.MAX_VALUE, 0);
    if (runner == Runner.UBER && batches.size() > 1) runner = Runner.YARN;
    if (rows != null && rows.runner() == Runner.LOCAL) runner = Runner.LOCAL; // who else would find them
    Tasks tasks = new Tasks(batches);
    if (batches.size() > 0) {
      runner = new JobRun(call, engine, work(call, batches, command, common, rows, runner), tasks).run(runner);
    }
    batches.report(0);
    call.reply(Json.object().put("batches", batches.done()).put("runner", runner.toString()));
  }

  private static Work work(Call call, Batches batches, List<String> command, Path common, Exchange.Exchanged exchanged, Runner runner) {
    ObjectNode plan = Json.object();
    plan.set("task", call.document("task"));
    ArrayNode words = plan.putArray("worker");
    command.forEach(words::add);
    for (String name : List.of("key", "timeout", "stopAtFailure", "showOutput")) {
      if (call.arguments().has(name)) plan.set(name, call.arguments().get(name));
    }
    if (exchanged != null) plan.set("schema", call.arguments().path("schema"));
    plan.put("shared", common.toString()).put("runner", runner.toString());
    int begin = batches.size() == 0 ? 0 : batches.get(0).offset();
    List<ObjectNode> entries = new ArrayList<>();
    for (int place = 0; place < batches.size(); place++) {
      Batches.Batch one = batches.get(place);
      ObjectNode entry = Json.object().put("first", one.first()).put("count", one.count()).put("each", one.each())
          .put("offset", one.offset() - begin).put("length", one.length());
      if (exchanged != null) {
        ArrayNode rows = entry.putArray("rows"); // empty: of this range there are none
        Exchange.Rows found = exchanged.rows().get(RangePieces.rangeOf(call, one, exchanged.ranges()));
        if (found != null) rows.add(found.file().toString()).add(found.offset()).add(found.length());
      }
      entries.add(entry);
    }
    byte[] arguments = Arrays.copyOfRange(call.payload(), begin, call.payload().length);
    return new Work(ExecMapper.class, new Frame(FrameType.TASK, 0, Json.bytes(plan), NONE), entries,
        Map.of(ExecMapper.ARGUMENTS, arguments), null, true);
  }

  @Override
  public int take(int place, DataInputStream result) throws IOException {
    int attempt = TaskResult.read(result, frame -> batches.hear(place, frame));
    if (attempt < 0) return attempt;
    batches.end(place);
    look(running);
    return attempt;
  }

  @Override
  public void lost(int place, String why) throws IOException {
    batches.lost(place, why, false);
  }

  @Override
  public boolean isEnough() {
    return batches.enough();
  }

  @Override
  public void look(int now) throws IOException {
    running = now;
    if (batches.isReportDue()) batches.report(running);
  }
}
