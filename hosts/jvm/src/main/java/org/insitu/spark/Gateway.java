package org.insitu.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.insitu.worker.BuildVersion;
import org.insitu.worker.Json;
import org.insitu.worker.WorkerProcess;

/**
 * The engine's door into a Spark application (docs/worker.md): a long-lived driver that serves
 * clients over a Unix socket. spark-submit starts it, or it is attached to a session that is there.
 */
public final class Gateway {
  private static final long EXECUTOR_PATIENCE_SECONDS = 60;

  private final SparkSession session;
  private final Application application;
  private final GatewayFolder folder;
  private final byte[] token;
  private final boolean attached;
  private final ServerSocketChannel server;
  private final Set<Client> clients = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private int running; // calls
  private long lastUse = System.nanoTime();

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
    Gateway gateway = new Gateway(builder.getOrCreate(), folder, false);
    if (settings.path("persistent").asBoolean(false)) {
      double seconds = settings.path("idleTimeout").asDouble(-1);
      if (seconds >= 0) daemon("insitu-idle", () -> gateway.stopWhenIdle(seconds));
    } else {
      daemon("insitu-owner", gateway::stopWithOwner);
    }
    gateway.serve();
  }

  /**
   * Serves from a thread of the process that holds the session, and returns the path of the socket.
   * For PySpark and sparklyr. The session lives on when the gateway is shut down.
   */
  public static String attach(SparkSession session, String folder) throws IOException {
    Gateway gateway = new Gateway(session, new GatewayFolder(Path.of(folder)), true);
    Runtime.getRuntime().addShutdownHook(new Thread(gateway.folder::clear, "insitu-folder"));
    daemon("insitu-gateway", gateway::serve);
    return gateway.folder.socket().toString();
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    // Jobs and plans look up classes by the thread's loader; it must know ours.
    thread.setContextClassLoader(Gateway.class.getClassLoader());
    thread.start();
  }

  private Gateway(SparkSession session, GatewayFolder folder, boolean attached)
      throws IOException {
    this.session = session;
    this.folder = folder;
    this.attached = attached;
    token = folder.token();
    application = new Application(session,
        folder.settings().path("executorPatience").asLong(EXECUTOR_PATIENCE_SECONDS));
    Path socket = folder.socket();
    Files.deleteIfExists(socket);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    folder.makePrivate(socket);
    SparkContext context = session.sparkContext();
    folder.announce(Json.object().put("pid", ProcessHandle.current().pid())
        .put("began", GatewayFolder.ownBeginning())
        .put("socket", socket.toString()).put("spark", context.version())
        .put("app", context.applicationId()).put("master", context.master())
        .put("parallelism", context.defaultParallelism()).put("user", context.sparkUser()));
  }

  byte[] token() {
    return token;
  }

  /** The answer to a client's HELLO. */
  ObjectNode describe() {
    SparkContext context = session.sparkContext();
    return Json.object().put("protocol", WorkerProcess.PROTOCOL)
        .put("build", BuildVersion.OF_THIS_JAR).put("spark", context.version())
        .put("app", context.applicationId()).put("master", context.master())
        .put("parallelism", context.defaultParallelism())
        .put("pid", ProcessHandle.current().pid()).put("attached", attached)
        .put("ui", context.uiWebUrl().isDefined() ? context.uiWebUrl().get() : null);
  }

  private void serve() {
    try {
      for (;;) {
        SocketChannel channel = server.accept();
        Client client = new Client(this, application, channel);
        clients.add(client);
        touch();
        daemon("insitu-client", () -> {
          try {
            client.run();
          } finally {
            clients.remove(client);
            touch();
          }
        });
      }
    } catch (IOException closed) {
      // stop() has closed the server.
    }
    if (!attached) awaitStop();
  }

  /** The main thread stays while another one stops the application. */
  private void awaitStop() {
    try {
      Thread.currentThread().join();
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  synchronized void callBegins() {
    running++;
    touch();
  }

  synchronized void callEnds() {
    running--;
    touch();
  }

  private synchronized void touch() {
    lastUse = System.nanoTime();
  }

  private synchronized boolean idleFor(long nanoseconds) {
    return clients.isEmpty() && running == 0 && System.nanoTime() - lastUse >= nanoseconds;
  }

  private void stopWhenIdle(double seconds) {
    long limit = (long) (seconds * 1e9);
    long pause = Math.max(1, Math.min(1000, (long) (seconds * 1000 / 4)));
    try {
      while (!idleFor(limit)) TimeUnit.MILLISECONDS.sleep(pause);
    } catch (InterruptedException ended) {
      return;
    }
    stop();
  }

  /** Our standard input ends with the process that started us, however that ends. */
  private void stopWithOwner() {
    try {
      while (System.in.read() >= 0) { }
    } catch (IOException broken) {
      // That is its end too.
    }
    stop();
  }

  /** Ends the application; where the session is another's, only our part in it. */
  void stop() {
    if (!stopped.compareAndSet(false, true)) return;
    try {
      server.close();
    } catch (IOException ignored) {
      // It takes no more clients either way.
    }
    folder.clear();
    if (attached) {
      application.cached().removeAll();
      clients.forEach(Client::close);
      return;
    }
    // On a thread of its own: the caller may be a client's, which waits for its calls.
    Thread thread = new Thread(() -> {
      session.stop();
      System.exit(0);
    }, "insitu-stop");
    thread.start();
  }

  /** To standard error, which is the client's gw.log. */
  void log(String text) {
    System.err.println("insitu: " + text);
  }

  void log(String text, Throwable failure) {
    System.err.println("insitu: " + text);
    failure.printStackTrace();
  }
}
