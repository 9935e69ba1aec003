package org.insitu.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.insitu.gateway.GatewayFolder;
import org.insitu.gateway.GatewayServer;
import org.insitu.gateway.Host;
import org.insitu.gateway.UserError;
import org.insitu.worker.Json;

/**
 * The engine's door into a Spark application (docs/worker.md): spark-submit starts it as a driver, or
 * it is attached to a session that is there.
 */
public final class Gateway implements Host {
  private static final long EXECUTOR_PATIENCE_SECONDS = 60;

  private final SparkSession session;
  private final Application application;

  /** `arguments`: the folder that the client has made. */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 1) {
      System.err.println("usage: org.insitu.spark.Gateway FOLDER\n"
          + "Serves the engine; started by it, not by hand.");
      System.exit(2);
    }
    GatewayFolder folder = new GatewayFolder(Path.of(arguments[0]));
    ObjectNode settings = folder.settings();
    SparkSession.Builder builder = SparkSession.builder();
    if (settings.path("hive").asBoolean(false)) builder.enableHiveSupport();
    GatewayServer.serve(new Gateway(builder.getOrCreate(), settings), folder);
  }

  /**
   * Serves from a thread of the process that holds the session, and returns the path of the socket.
   * For PySpark and sparklyr. The session lives on when the gateway is shut down.
   */
  public static String attach(SparkSession session, String path) throws IOException {
    GatewayFolder folder = new GatewayFolder(Path.of(path));
    return GatewayServer.attach(new Gateway(session, folder.settings()), folder);
  }

  private Gateway(SparkSession session, ObjectNode settings) {
    this.session = session;
    application = new Application(session,
        settings.path("executorPatience").asLong(EXECUTOR_PATIENCE_SECONDS));
  }

  @Override
  public ObjectNode describe() {
    SparkContext context = session.sparkContext();
    return Json.object().put("spark", context.version()).put("app", context.applicationId())
        .put("master", context.master()).put("parallelism", context.defaultParallelism())
        .put("user", context.sparkUser())
        .put("ui", context.uiWebUrl().isDefined() ? context.uiWebUrl().get() : null);
  }

  @Override
  public Configuration configuration() {
    return application.context().hadoopConfiguration();
  }

  @Override
  public Conversation converse() {
    return new SparkConversation(application);
  }

  @Override
  public UserError failure(Throwable thrown) {
    return Failures.ofCall(thrown);
  }

  @Override
  public void release() {
    application.cached().removeAll();
  }

  @Override
  public void stop() {
    session.stop();
  }
}
