package org.insitu.hadoop;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.insitu.gateway.Call;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;
import org.insitu.worker.Named;

/** Tells the client once when a job waits for containers that do not come. Hadoop itself waits for ever. */
final class QueuePatience {
  private final Call call;
  private final RunningJob job;
  private final long seconds;
  private final long begin = System.nanoTime();
  private boolean over;

  QueuePatience(Call call, RunningJob job, long seconds) {
    this.call = call;
    this.job = job;
    this.seconds = seconds;
  }

  /** `begun`: some of its tasks have ended already. */
  void look(RunningJob.State state, boolean begun) throws IOException {
    if (over) return;
    if (begun || !state.waits() && !state.ended()) {
      over = true; // it has got some
      return;
    }
    if (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(seconds)) return;
    over = true;
    String where;
    try {
      where = job.queue();
    } catch (IOException unknown) {
      where = "";
    }
    call.send(FrameType.LOG, Json.object().put("level", "warning").put("text", "no container was given to " + job.name() + " for "
        + seconds + " s; the job waits" + (where.isEmpty() ? "" : " (" + where + ")") + ". Look at the web page of the "
        + "ResourceManager for what is free; " + Named.of("mapMemory") + " and " + Named.of("reduceMemory") + " ask for less, and "
        + Named.of("hadoopSwitches") + " (-D mapreduce.job.queuename=...) for another queue"));
  }
}
