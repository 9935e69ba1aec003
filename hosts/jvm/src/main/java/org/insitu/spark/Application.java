package org.insitu.spark;

import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** The Spark application that the gateway serves; shared by its clients. */
final class Application {
  private final SparkSession session;
  private final JavaSparkContext context;
  private final FileSession files;
  private final CachedData cached;
  private final Executors executors;

  Application(SparkSession session) {
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

  CachedData cached() {
    return cached;
  }

  Executors executors() {
    return executors;
  }
}
