package org.insitu.spark;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkExecutorInfo;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.insitu.worker.Json;

/** STATUS: the executors of the application, and how many were lost. */
final class Executors {
  private final JavaSparkContext context;
  private final Map<String, Integer> coresByHost = new ConcurrentHashMap<>();
  private final Map<String, String> hosts = new ConcurrentHashMap<>();
  private final AtomicInteger lost = new AtomicInteger();

  Executors(JavaSparkContext context) {
    this.context = context;
    context.sc().addSparkListener(new SparkListener() {
      @Override
      public void onExecutorAdded(SparkListenerExecutorAdded added) {
        hosts.put(added.executorId(), added.executorInfo().executorHost());
        coresByHost.put(added.executorInfo().executorHost(), added.executorInfo().totalCores());
      }

      @Override
      public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
        hosts.remove(removed.executorId());
        lost.incrementAndGet();
      }
    });
  }

  ObjectNode status() {
    ObjectNode document = Json.object();
    ArrayNode list = document.putArray("executors");
    boolean local = context.isLocal();
    SparkExecutorInfo[] all = context.sc().statusTracker().getExecutorInfos();
    for (SparkExecutorInfo one : all) {
      // The driver is among them; it computes only where it is all there is.
      if (!local && isDriver(one)) continue;
      int cores = local ? context.defaultParallelism() : coresByHost.getOrDefault(one.host(),
          Integer.parseInt(context.getConf().get("spark.executor.cores", "1")));
      list.addObject().put("host", one.host()).put("cores", cores)
          .put("memory", one.totalOnHeapStorageMemory());
    }
    document.put("lost", lost.get());
    document.put("jobs", context.sc().statusTracker().getActiveJobIds().length);
    return document;
  }

  private boolean isDriver(SparkExecutorInfo one) {
    String port = context.getConf().get("spark.driver.blockManager.port", "");
    return port.equals(Integer.toString(one.port()))
        || one.host().equals(context.getConf().get("spark.driver.host", ""))
            && !hosts.containsValue(one.host());
  }
}
