package org.insitu.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.insitu.gateway.Batches;
import org.insitu.gateway.ExecPlan;
import org.insitu.gateway.RangePieces;
import org.insitu.gateway.TaskResult;
import org.insitu.gateway.UserError;
import org.insitu.worker.ErrorCode;
import org.insitu.worker.Json;
import org.insitu.worker.Named;

/**
 * EXEC: batches of tasks of rxExec as a job. Values go to the client as batches end. What a worker or
 * an executor took with it is told, and the client asks for it again.
 */
final class Tasks {
  private static final Pattern GUILTY =
      Pattern.compile("Task (\\d+) in stage (\\d+)\\.0 failed \\d+ times");

  /** What all tasks of a call need, and the rows that they work on, by the key of the call. Of one client. */
  static final class Shared {
    private final Map<String, Broadcast<byte[]>> all = new HashMap<>();
    private final Map<String, JavaRDD<byte[]>> exchanged = new HashMap<>();

    void keep(String key, JavaRDD<byte[]> rows) {
      exchanged.put(key, rows);
    }

    /** Keeps what a call brings; else what it brought before. */
    private Broadcast<byte[]> of(SparkCall call, String key, byte[] fresh) {
      if (fresh != null) all.put(key, call.application().context().broadcast(fresh));
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

  /** The tasks that are wanted are done. */
  private static final class Enough extends IOException {
    private static final long serialVersionUID = 1;
  }

  private final SparkCall call;
  private final Batches batches;

  private Tasks(SparkCall call, Batches batches) {
    this.call = call;
    this.batches = batches;
  }

  static void run(SparkCall call, Shared shared) throws IOException {
    ObjectNode arguments = call.arguments();
    Batches tasks = new Batches(call);
    List<String> command = call.words("worker");
    if (command.isEmpty()) throw UserError.argument("EXEC needs 'worker', a command");
    String key = call.text("key");
    Broadcast<byte[]> common = shared.of(call, key, tasks.shared());
    List<byte[]> inputs = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) inputs.add(tasks.frame(i).encode());
    ExecPlan plan = new ExecPlan(call.document("task"), command, key, arguments);
    if (!arguments.has("exchange")) {
      new Tasks(call, tasks).run(
          call.application().context().parallelize(inputs, Math.max(1, inputs.size())),
          new ExecTask(plan, common), IntStream.range(0, inputs.size()).toArray());
      return;
    }
    JavaRDD<byte[]> rows = shared.exchanged.get(call.text("exchange"));
    if (rows == null) throw UserError.argument("nothing was exchanged under this key");
    int[] partitions = new int[inputs.size()];
    Map<Integer, byte[]> ofRange = new HashMap<>();
    for (int i = 0; i < partitions.length; i++) {
      partitions[i] = RangePieces.rangeOf(call, tasks.get(i), rows.getNumPartitions());
      ofRange.put(partitions[i], inputs.get(i));
    }
    new Tasks(call, tasks).run(rows,
        new ExecTask(plan, common, ofRange, RangePieces.header(arguments)), partitions);
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
    batches.report(call.activeTasks());
    call.reply(Json.object().put("batches", batches.done()));
  }

  /**
   * Spark gave the job up: for one batch, whose executors died, or because all results together are
   * larger than it likes. The others are asked for again. Throws the failure where that would not help.
   */
  private void blame(UserError failure) throws IOException {
    String report = String.valueOf(failure.getCause().getMessage());
    OptionalInt guilty = guilty(report, call.newestStage());
    if (guilty.isPresent()) {
      int place = guilty.getAsInt();
      if (place >= batches.size() || batches.ended(place)) throw failure;
      batches.lost(place, failure.getMessage(), true);
    } else if (!report.contains("spark.driver.maxResultSize")) {
      throw failure;
    } else if (batches.done() == 0) {
      throw new UserError(ErrorCode.WORKER, "the values of the tasks are larger than "
          + "spark.driver.maxResultSize allows: return less, write them to files, or raise it in "
          + Named.of("extraSparkConfig") + ", with " + Named.of("driverMem"));
    }
  }

  /**
   * The batch that Spark's words name, of the job whose results are those of this stage (-1: nobody
   * knows). Empty where they name none: tasks of a shuffle that is run again have numbers of their
   * own, and so has a stage that is run a second time, with those of its tasks that are missing.
   */
  static OptionalInt guilty(String report, int resultStage) {
    Matcher found = GUILTY.matcher(report);
    if (!found.find()) return OptionalInt.empty();
    try {
      boolean ours = resultStage < 0 || Integer.parseInt(found.group(2)) == resultStage;
      return ours ? OptionalInt.of(Integer.parseInt(found.group(1))) : OptionalInt.empty();
    } catch (NumberFormatException tooLarge) {
      return OptionalInt.empty();
    }
  }

  private void accept(int place, byte[] result) throws IOException {
    TaskResult.read(result, frame -> batches.hear(place, frame));
    batches.end(place);
    look();
    if (batches.enough()) throw new Enough();
  }

  private void look() throws IOException {
    if (batches.isReportDue()) batches.report(call.activeTasks());
  }
}
