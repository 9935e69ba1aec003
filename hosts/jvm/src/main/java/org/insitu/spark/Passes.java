package org.insitu.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;

/** RUN_PASS: one pass over the data; the states go to the client, which merges them. */
final class Passes {
  private static final long REPORT_NANOSECONDS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Call call;
  private final Work work;
  private long rows;
  private long nodes;
  private long retries;
  private int done;
  private long reported = System.nanoTime();

  private Passes(Call call, Work work) {
    this.call = call;
    this.work = work;
  }

  static void run(Call call, Map<String, Table> handles) throws IOException {
    new Passes(call, Work.of(call, handles)).run();
  }

  private void run() throws IOException {
    long begin = System.nanoTime();
    SparkJob.run(call, work.input(), new PassTask(work.plan()), work.partitions(), this::accept);
    report();
    call.reply(Json.object().put("tasks", work.partitions().length).put("splits", work.splits())
        .put("rows", rows).put("retries", retries)
        .put("seconds", (System.nanoTime() - begin) / 1e9).put("nodes", nodes).put("stage", 1));
  }

  private void accept(int place, byte[] result) throws IOException {
    retries += TaskResult.read(result, this::hear);
    done++;
    if (System.nanoTime() - reported >= REPORT_NANOSECONDS) report();
  }

  private void hear(Frame frame) throws IOException {
    switch (frame.type()) {
      case FrameType.END -> rows += frame.document().path("rows").asLong();
      case FrameType.STATE -> {
        nodes++;
        call.forward(frame);
      }
      default -> call.forward(frame);
    }
  }

  private void report() throws IOException {
    reported = System.nanoTime();
    ObjectNode progress = Json.object().put("rows", rows).put("tasksDone", done)
        .put("tasks", work.partitions().length);
    call.send(FrameType.PROGRESS, progress);
  }
}
