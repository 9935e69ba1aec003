package org.insitu.spark;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.insitu.gateway.PassReport;
import org.insitu.gateway.StateSizes;
import org.insitu.gateway.TaskResult;
import org.insitu.gateway.UserError;

/** RUN_PASS: one pass over the data; the states go to the client, which merges them. */
final class Passes {
  /** States that are larger together are merged by workers first, where the client leaves it to us. */
  private static final long MOST_BYTES_IN_ONE_STAGE = 256L << 20;

  private final SparkCall call;
  private final Work work;
  private final String kind; // of passes whose states are about as large
  private final boolean free; // to change to two stages
  private final Set<Integer> finished = new HashSet<>(); // places of partitions
  private final PassReport report;
  private boolean twoStages;

  private Passes(SparkCall call, Work work) {
    this.call = call;
    this.work = work;
    String reduce = call.arguments().path("reduce").asText("auto");
    report = new PassReport(call, work.partitions().length, work.splits());
    kind = StateSizes.kind(call);
    free = reduce.equals("auto");
    twoStages = reduce.equals("twoStage")
        || free && tooLarge(call.application().stateSizes().largest(kind));
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
    if (!twoStages) {
      try {
        SparkJob.run(call, work.input(), new PassTask(work.plan()), work.partitions(),
            this::accept);
      } catch (StatesTooLarge change) {
        twoStages = true;
      }
    }
    if (twoStages) mergeInWorkers();
    report.tell(finished.size());
    call.application().stateSizes().remember(kind, report.largest());
    call.reply(report.answer(twoStages ? 2 : 1));
  }

  private void mergeInWorkers() throws IOException {
    int[] rest = IntStream.range(0, work.partitions().length)
        .filter(place -> !finished.contains(place)).map(place -> work.partitions()[place])
        .toArray();
    if (rest.length == 0) return;
    Reports reports = new Reports(call);
    TwoStages.run(call, work, rest, reports, (place, result) ->
        report.addRetries(TaskResult.read(result, report::hear)));
    reports.finish(rest.length);
    report.addRows(reports.rows());
    Arrays.stream(rest).forEach(finished::add);
  }

  /** There is a better way for the tasks that are not finished. */
  private static final class StatesTooLarge extends IOException {
    private static final long serialVersionUID = 1;
  }

  private void accept(int place, byte[] result) throws IOException {
    report.addRetries(TaskResult.read(result, report::hear));
    finished.add(place);
    report.look(finished.size());
    if (free && tooLarge(report.largest()) && finished.size() < work.partitions().length / 2) {
      throw new StatesTooLarge();
    }
  }
}
