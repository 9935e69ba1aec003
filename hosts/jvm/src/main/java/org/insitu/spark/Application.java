package org.insitu.spark;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.insitu.gateway.StateSizes;

/** The Spark application that the gateway serves; shared by its clients. */
final class Application {
  private final SparkSession session;
  private final JavaSparkContext context;
  private final FileSession files;
  private final OpenFiles openFiles = new OpenFiles();
  private final CachedData cached;
  private final Executors executors;
  private final long executorPatience;
  private final StateSizes stateSizes = new StateSizes();

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

  StateSizes stateSizes() {
    return stateSizes;
  }
}
