package org.insitu.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;
import org.insitu.worker.Named;

/**
 * Tells the client once when a job waits for executors that do not come. Spark itself waits for ever,
 * and says so in its log only.
 */
final class Patience {
  private final SparkCall call;
  private final JavaSparkContext context;
  private final long seconds;
  private final long begin = System.nanoTime();
  private boolean over;

  Patience(SparkCall call) {
    this.call = call;
    context = call.application().context();
    seconds = call.application().executorPatience();
  }

  void look() throws IOException {
    if (over || System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(seconds)) return;
    over = true;
    // The driver is among them, and is all there is where the master is local.
    int executors = context.sc().statusTracker().getExecutorInfos().length - 1;
    if (context.isLocal() || executors > 0) return;
    ObjectNode warning = Json.object().put("level", "warning").put("text", text());
    call.send(FrameType.LOG, warning);
  }

  private String text() {
    SparkConf settings = context.getConf();
    String overhead = settings.get("spark.executor.memoryOverhead", "");
    return "no executor has been registered for " + seconds + " s; the job waits. Asked for: "
        + settings.get("spark.executor.instances", "any number of") + " executors with "
        + settings.get("spark.executor.cores", "all") + " cores and "
        + settings.get("spark.executor.memory", "1g") + " of memory"
        + (overhead.isEmpty() ? "" : " + " + overhead + " overhead") + " each, from "
        + context.master() + ". Look at the web page of the cluster for what is free; "
        + Named.of("numExecutors") + ", " + Named.of("executorCores") + ", "
        + Named.of("executorMem") + " and " + Named.of("executorOverheadMem") + " ask for less";
  }
}
