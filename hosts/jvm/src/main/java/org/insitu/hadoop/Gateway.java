package org.insitu.hadoop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.hadoop.util.VersionInfo;
import org.insitu.gateway.GatewayFolder;
import org.insitu.gateway.GatewayServer;
import org.insitu.gateway.Host;
import org.insitu.gateway.UserError;
import org.insitu.worker.Json;

/** The engine's door into Hadoop (docs/worker.md): a client of HDFS, YARN and MapReduce that runs each pass as a job. */
public final class Gateway implements Host {
  /** Before the file systems of this process are closed. */
  private static final int EARLY = 100;
  private static final long LAST_CALLS_SECONDS = 12; // Writing waits for ten

  private final Engine engine;
  private int parallelism = 1;

  /** `arguments`: the folder that the client has made. */
  public static void main(String[] arguments) throws IOException {
    System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
    if (arguments.length != 1) {
      System.err.println("usage: org.insitu.hadoop.Gateway FOLDER\nServes the engine; started by it, not by hand.");
      System.exit(2);
    }
    GatewayFolder folder = new GatewayFolder(Path.of(arguments[0]));
    try {
      Engine engine = new Engine(Settings.of(folder.settings()));
      ShutdownHookManager.get().addShutdownHook(engine::stop, EARLY);
      GatewayServer.serve(new Gateway(engine), folder);
    } catch (UserError refused) {
      System.err.println(refused.getMessage()); // the end of the log, which the client shows
      System.exit(1);
    }
  }

  private Gateway(Engine engine) {
    this.engine = engine;
  }

  @Override
  public ObjectNode describe() {
    try {
      parallelism = engine.parallelism();
    } catch (IOException silent) {
      // As it was.
    }
    return Json.object().put("engine", "hadoop").put("hadoop", VersionInfo.getVersion())
        .put("app", "hadoop-" + ProcessHandle.current().pid()).put("master", engine.isLocal() ? "local" : "yarn")
        .put("parallelism", parallelism).put("user", Share.user())
        .put("ui", engine.isLocal() ? null : "http://" + engine.configuration().get("yarn.resourcemanager.webapp.address"));
  }

  @Override
  public Configuration configuration() {
    return engine.configuration();
  }

  @Override
  public Conversation converse() {
    return new HadoopConversation(engine);
  }

  @Override
  public UserError failure(Throwable thrown) {
    return Failures.ofCall(thrown);
  }

  @Override
  public void release() {}

  /** Half-written files of a target lie where no next gateway looks. */
  @Override
  public long secondsForLastCalls() {
    return LAST_CALLS_SECONDS;
  }

  @Override
  public void stop() {
    engine.stop();
  }
}
