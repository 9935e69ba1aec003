package org.insitu.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.insitu.gateway.TaskResult;
import org.insitu.gateway.UserError;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;

/** RUN_PASS: one pass over the data; the states go to the client, which merges them. */
final class Passes {
  private static final long REPORT_NANOSECONDS = TimeUnit.MILLISECONDS.toNanos(200);
  /** States that are larger together are merged by workers first, where the client leaves it to us. */
  private static final long MOST_BYTES_IN_ONE_STAGE = 256L << 20;

  private final SparkCall call;
  private final Work work;
  private final String kind; // of passes whose states are about as large
  private final boolean free; // to change to two stages
  private final Set<Integer> finished = new HashSet<>(); // places of partitions
  private boolean twoStages;
  private long largest; // state
  private long rows;
  private long nodes;
  private long retries;
  private long reported = System.nanoTime();

  private Passes(SparkCall call, Work work) {
    this.call = call;
    this.work = work;
    String reduce = call.arguments().path("reduce").asText("auto");
    kind = call.arguments().path("task").path("pass").asText() + "|" + call.payload().length;
    free = reduce.equals("auto");
    twoStages = reduce.equals("twoStage")
        || free && tooLarge(call.application().largestState(kind));
    if (!free && !reduce.equals("oneStage") && !reduce.equals("twoStage")) {
      throw UserError.argument("unknown way to reduce: '" + reduce
          + "'; known: oneStage, twoStage, auto");
    }
  }

  private boolean tooLarge(long state) {
    return work.partitions().length * state > MOST_BYTES_IN_ONE_STAGE;
  }

  static void run(SparkCall call, Map<String, Table> handles) throws IOException {
    new Passes(call, Work.of(call, handles)).run();
  }

  private void run() throws IOException {
    long begin = System.nanoTime();
    if (!twoStages) {
      try {
        SparkJob.run(call, work.input(), new PassTask(work.plan()), work.partitions(),
            this::accept);
      } catch (StatesTooLarge change) {
        twoStages = true;
      }
    }
    if (twoStages) mergeInWorkers();
    report();
    call.application().rememberState(kind, largest);
    call.reply(Json.object().put("tasks", work.partitions().length).put("splits", work.splits())
        .put("rows", rows).put("retries", retries)
        .put("seconds", (System.nanoTime() - begin) / 1e9).put("nodes", nodes)
        .put("stage", twoStages ? 2 : 1));
  }

  private void mergeInWorkers() throws IOException {
    int[] rest = IntStream.range(0, work.partitions().length)
        .filter(place -> !finished.contains(place)).map(place -> work.partitions()[place])
        .toArray();
    if (rest.length == 0) return;
    Reports reports = new Reports(call);
    TwoStages.run(call, work, rest, reports, (place, result) ->
        retries += TaskResult.read(result, this::hear));
    reports.finish(rest.length);
    rows += reports.rows();
    Arrays.stream(rest).forEach(finished::add);
  }

  /** There is a better way for the tasks that are not finished. */
  private static final class StatesTooLarge extends IOException {
    private static final long serialVersionUID = 1;
  }

  private void accept(int place, byte[] result) throws IOException {
    retries += TaskResult.read(result, this::hear);
    finished.add(place);
    if (System.nanoTime() - reported >= REPORT_NANOSECONDS) report();
    if (free && tooLarge(largest) && finished.size() < work.partitions().length / 2) {
      throw new StatesTooLarge();
    }
  }

  private void hear(Frame frame) throws IOException {
    switch (frame.type()) {
      case FrameType.END -> rows += frame.document().path("rows").asLong();
      case FrameType.STATE -> {
        nodes++;
        largest = Math.max(largest, frame.payload().length);
        call.forward(frame);
      }
      default -> call.forward(frame);
    }
  }

  private void report() throws IOException {
    reported = System.nanoTime();
    ObjectNode progress = Json.object().put("rows", rows).put("tasksDone", finished.size())
        .put("tasks", work.partitions().length);
    call.send(FrameType.PROGRESS, progress);
  }
}
