package org.insitu.spark;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.insitu.gateway.InOrder;
import org.insitu.gateway.TaskResult;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;

/**
 * READ_ROWS: rows to the client, in the order of the data. Only a window of partitions is run at
 * once, so that the driver never holds more than those.
 */
final class Reading {
  private static final int PARTITIONS_PER_CORE = 2;

  private final SparkCall call;
  private final Work work;
  private long rows;

  private Reading(SparkCall call, Work work) {
    this.call = call;
    this.work = work;
  }

  static void run(SparkCall call, Map<String, Table> handles) throws IOException {
    new Reading(call, Work.of(call, handles)).run();
  }

  private void run() throws IOException {
    int window = Math.max(1, PARTITIONS_PER_CORE * call.application().context()
        .defaultParallelism());
    int[] partitions = work.partitions();
    for (int begin = 0; begin < partitions.length; begin += window) {
      int[] part = Arrays.copyOfRange(partitions, begin,
          Math.min(partitions.length, begin + window));
      InOrder<byte[]> results = new InOrder<>(result -> TaskResult.read(result, this::hear));
      SparkJob.run(call, work.input(), new PassTask(work.plan()), part, results::add);
    }
    call.reply(Json.object().put("rows", rows));
  }

  private void hear(Frame frame) throws IOException {
    if (frame.type() == FrameType.END) {
      rows += frame.document().path("rows").asLong();
    } else {
      call.forward(frame);
    }
  }
}
