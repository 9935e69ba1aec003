package org.insitu.spark;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.insitu.gateway.UserError;
import org.insitu.worker.Json;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction2;

/** EMPTY_JOB: what a job of Spark's costs that does nothing, to compare passes with. */
final class EmptyJob extends AbstractFunction2<TaskContext, Iterator<byte[]>, byte[]>
    implements Serializable {
  private static final long serialVersionUID = 1;

  private EmptyJob() {}

  @Override
  public byte[] apply(TaskContext context, Iterator<byte[]> input) {
    return new byte[0];
  }

  static void run(SparkCall call) throws IOException {
    int tasks = call.arguments().path("tasks").asInt(1);
    if (tasks < 1) throw UserError.argument("tasks must be at least 1: " + tasks);
    List<byte[]> nothing = new ArrayList<>();
    for (int i = 0; i < tasks; i++) nothing.add(new byte[0]);
    long begin = System.nanoTime();
    SparkJob.run(call, call.application().context().parallelize(nothing, tasks), new EmptyJob(),
        IntStream.range(0, tasks).toArray(), (place, result) -> { });
    call.reply(Json.object().put("seconds", (System.nanoTime() - begin) / 1e9));
  }
}
