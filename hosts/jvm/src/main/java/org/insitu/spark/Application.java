package org.insitu.spark;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** The Spark application that the gateway serves; shared by its clients. */
final class Application {
  private static final int MOST_KINDS = 1000;

  private final SparkSession session;
  private final JavaSparkContext context;
  private final FileSession files;
  private final OpenFiles openFiles = new OpenFiles();
  private final CachedData cached;
  private final Executors executors;
  private final long executorPatience;
  private final Map<String, Long> largestStates = new ConcurrentHashMap<>();

  /** `executorPatience`: seconds without an executor after which a client is told. */
  Application(SparkSession session, long executorPatience) {
    this.executorPatience = executorPatience;
    this.session = session;
    context = JavaSparkContext.fromSparkContext(session.sparkContext());
    files = new FileSession(session);
    cached = new CachedData(context, session);
    executors = new Executors(context);
  }

  SparkSession session() {
    return session;
  }

  JavaSparkContext context() {
    return context;
  }

  FileSession files() {
    return files;
  }

  OpenFiles openFiles() {
    return openFiles;
  }

  CachedData cached() {
    return cached;
  }

  Executors executors() {
    return executors;
  }

  long executorPatience() {
    return executorPatience;
  }

  /** The largest state that the last pass of this kind sent; 0: there was none. */
  long largestState(String kind) {
    return largestStates.getOrDefault(kind, 0L);
  }

  void rememberState(String kind, long size) {
    if (largestStates.size() > MOST_KINDS) largestStates.clear();
    largestStates.merge(kind, size, Math::max);
  }
}
