package org.insitu.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.insitu.gateway.ExecPlan;
import org.insitu.gateway.TaskResult;
import org.insitu.gateway.UserError;
import org.insitu.worker.ErrorCode;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;
import org.insitu.worker.Named;

/**
 * EXEC: batches of tasks of rxExec as a job. Values go to the client as batches end. What a worker or
 * an executor took with it is told, and the client asks for it again.
 */
final class Tasks {
  private static final long REPORT_NANOSECONDS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final Pattern GUILTY = Pattern.compile("Task (\\d+) in stage \\S+ failed \\d+ times");
  private static final byte[] NONE = new byte[0];

  /** What all tasks of a call need, and the rows that they work on, by the key of the call. Of one client. */
  static final class Shared {
    private final Map<String, Broadcast<byte[]>> all = new HashMap<>();
    private final Map<String, JavaRDD<byte[]>> exchanged = new HashMap<>();

    void keep(String key, JavaRDD<byte[]> rows) {
      exchanged.put(key, rows);
    }

    /** Keeps what a call brings; else what it brought before. */
    private Broadcast<byte[]> of(SparkCall call, String key, int length) {
      if (length >= 0) {
        all.put(key, call.application().context()
            .broadcast(Arrays.copyOf(call.payload(), length)));
      }
      Broadcast<byte[]> found = all.get(key);
      if (found == null) throw UserError.argument("EXEC has brought nothing under '" + key + "'");
      return found;
    }

    /** The call is over. */
    void drop(String key) {
      Broadcast<byte[]> gone = all.remove(key);
      if (gone != null) gone.destroy();
      exchanged.remove(key); // Spark removes what nobody knows any more
    }
  }

  private record Batch(long first, long count) {}

  /** The tasks that are wanted are done. */
  private static final class Enough extends IOException {
    private static final long serialVersionUID = 1;
  }

  private final SparkCall call;
  private final List<Batch> batches = new ArrayList<>();
  private final boolean stopsAtFailure;
  private final boolean[] ended;
  private int limit; // batches from here on are not needed
  private int done;
  private long reported = System.nanoTime();

  private Tasks(SparkCall call, ArrayNode tasks) {
    this.call = call;
    for (JsonNode one : tasks) batches.add(new Batch(one.path(0).asLong(), one.path(1).asLong()));
    stopsAtFailure = call.arguments().path("stopAtFailure").asBoolean(false);
    ended = new boolean[batches.size()];
    limit = batches.size();
  }

  static void run(SparkCall call, Shared shared) throws IOException {
    ObjectNode arguments = call.arguments();
    if (!(arguments.path("task") instanceof ObjectNode task)
        || !(arguments.path("tasks") instanceof ArrayNode tasks)) {
      throw UserError.argument("EXEC needs the document 'task' and the list 'tasks'");
    }
    List<String> command = new ArrayList<>();
    for (JsonNode word : arguments.path("worker")) command.add(word.asText());
    if (command.isEmpty()) throw UserError.argument("EXEC needs 'worker', a command");
    String key = call.text("key");
    int at = arguments.path("shared").asInt(-1);
    Broadcast<byte[]> common = shared.of(call, key, at);
    at = Math.max(at, 0);
    List<byte[]> inputs = new ArrayList<>();
    for (JsonNode one : tasks) {
      int length = one.path(3).asInt(-1);
      if (length < 0 || length > call.payload().length - at) {
        throw UserError.argument("EXEC names arguments that it has not brought");
      }
      byte[] own = Arrays.copyOfRange(call.payload(), at, at += length);
      inputs.add(ExecPlan.batch(one.path(0).asLong(), one.path(1).asLong(),
          one.path(2).asBoolean(), own).encode());
    }
    ExecPlan plan = new ExecPlan(task, command, key, arguments);
    if (!arguments.has("exchange")) {
      new Tasks(call, tasks).run(
          call.application().context().parallelize(inputs, Math.max(1, inputs.size())),
          new ExecTask(plan, common), IntStream.range(0, inputs.size()).toArray());
      return;
    }
    JavaRDD<byte[]> rows = shared.exchanged.get(call.text("exchange"));
    if (rows == null) throw UserError.argument("nothing was exchanged under this key");
    ObjectNode header = Json.object();
    header.set("schema", arguments.path("schema"));
    int[] partitions = new int[inputs.size()];
    Map<Integer, byte[]> batches = new HashMap<>();
    for (int i = 0; i < partitions.length; i++) {
      partitions[i] = arguments.path("ranges").path((int) tasks.get(i).path(0).asLong()).asInt(-1);
      if (partitions[i] < 0 || partitions[i] >= rows.getNumPartitions()) {
        throw UserError.argument("EXEC names a range that was not exchanged");
      }
      batches.put(partitions[i], inputs.get(i));
    }
    new Tasks(call, tasks).run(rows,
        new ExecTask(plan, common, batches, Frame.encode(FrameType.DATA, header)), partitions);
  }

  private void run(JavaRDD<byte[]> inputs, ExecTask body, int[] partitions) throws IOException {
    try {
      SparkJob.run(call, inputs, body, partitions, this::accept, this::look);
    } catch (Enough enough) {
      // What was not needed has been cancelled.
    } catch (UserError failure) {
      if (call.cancelled() || failure.getCause() == null) throw failure;
      blame(failure);
    }
    report();
    call.reply(Json.object().put("batches", done));
  }

  /**
   * Spark gave the job up: for one batch, whose executors died, or because all results together are
   * larger than it likes. The others are asked for again. Throws the failure where that would not help.
   */
  private void blame(UserError failure) throws IOException {
    String report = String.valueOf(failure.getCause().getMessage());
    Matcher guilty = GUILTY.matcher(report);
    if (guilty.find()) {
      int place = Integer.parseInt(guilty.group(1));
      if (place >= batches.size() || ended[place]) throw failure;
      ObjectNode lost = Json.object().put("first", batches.get(place).first).put("count", 0)
          .put("lost", failure.getMessage()).put("late", false).put("place", place)
          .put("executors", true);
      call.forward(new Frame(FrameType.RESULT, 0, Json.bytes(lost), NONE));
    } else if (!report.contains("spark.driver.maxResultSize")) {
      throw failure;
    } else if (done == 0) {
      throw new UserError(ErrorCode.WORKER, "the values of the tasks are larger than "
          + "spark.driver.maxResultSize allows: return less, write them to files, or raise it in "
          + Named.of("extraSparkConfig") + ", with " + Named.of("driverMem"));
    }
  }

  private void accept(int place, byte[] result) throws IOException {
    TaskResult.read(result, frame -> hear(place, frame));
    ended[place] = true;
    done++;
    look();
    if (limit < batches.size() && IntStream.range(0, limit).allMatch(i -> ended[i])) {
      throw new Enough();
    }
  }

  private void hear(int place, Frame frame) throws IOException {
    if (frame.type() == FrameType.RESULT) {
      ObjectNode document = frame.document();
      if (stopsAtFailure && !document.path("failed").isEmpty()) limit = Math.min(limit, place + 1);
      document.put("place", place);
      call.forward(new Frame(FrameType.RESULT, 0, Json.bytes(document), frame.payload()));
    } else {
      call.forward(frame);
    }
  }

  private void look() throws IOException {
    if (System.nanoTime() - reported >= REPORT_NANOSECONDS) report();
  }

  /** Spark begins batches in their order. */
  private void report() throws IOException {
    reported = System.nanoTime();
    int active = call.activeTasks();
    long running = 0;
    for (int i = 0; i < batches.size() && active > 0; i++) {
      if (ended[i]) continue;
      running += batches.get(i).count;
      active--;
    }
    call.send(FrameType.PROGRESS, Json.object().put("running", running));
  }
}
