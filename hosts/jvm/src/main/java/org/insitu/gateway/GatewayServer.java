package org.insitu.gateway;

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
import org.insitu.worker.BuildVersion;
import org.insitu.worker.Json;
import org.insitu.worker.WorkerProcess;

/**
 * The engine's door into an application of a cluster (docs/worker.md): serves clients over a Unix
 * socket in a folder that the first of them has made, in a driver of its own or in another's.
 */
public final class GatewayServer {
  private static final long PAUSE_MILLISECONDS = 10;

  private final Host host;
  private final GatewayFolder folder;
  private final byte[] token;
  private final boolean attached;
  private final ServerSocketChannel server;
  private final Set<Client> clients = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private int running; // calls
  private long lastUse = System.nanoTime();

  /**
   * Serves on this thread until it is told to stop, as `settings.json` of the folder says: persistent
   * until no client was there for `idleTimeout` seconds, else until standard input ends.
   */
  public static void serve(Host host, GatewayFolder folder) throws IOException {
    ObjectNode settings = folder.settings();
    GatewayServer gateway = new GatewayServer(host, folder, false);
    if (settings.path("persistent").asBoolean(false)) {
      double seconds = settings.path("idleTimeout").asDouble(-1);
      if (seconds >= 0) daemon("insitu-idle", () -> gateway.stopWhenIdle(seconds));
    } else {
      daemon("insitu-owner", gateway::stopWithOwner);
    }
    gateway.serve();
  }

  /**
   * Serves from a thread of the process that holds the engine, and returns the path of the socket. The
   * engine lives on when the gateway is shut down.
   */
  public static String attach(Host host, GatewayFolder folder) throws IOException {
    GatewayServer gateway = new GatewayServer(host, folder, true);
    Runtime.getRuntime().addShutdownHook(new Thread(folder::clear, "insitu-folder"));
    daemon("insitu-gateway", gateway::serve);
    return folder.socket().toString();
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    // Jobs and plans look up classes by the thread's loader; it must know ours.
    thread.setContextClassLoader(GatewayServer.class.getClassLoader());
    thread.start();
  }

  private GatewayServer(Host host, GatewayFolder folder, boolean attached) throws IOException {
    this.host = host;
    this.folder = folder;
    this.attached = attached;
    token = folder.token();
    Path socket = folder.socket();
    Files.deleteIfExists(socket);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    folder.makePrivate(socket);
    folder.announce(host.describe().put("pid", ProcessHandle.current().pid())
        .put("began", GatewayFolder.ownBeginning()).put("socket", socket.toString()));
  }

  byte[] token() {
    return token;
  }

  /** The answer to a client's HELLO. */
  ObjectNode describe() {
    return host.describe().put("protocol", WorkerProcess.PROTOCOL)
        .put("build", BuildVersion.OF_THIS_JAR).put("pid", ProcessHandle.current().pid())
        .put("attached", attached);
  }

  private void serve() {
    try {
      for (;;) {
        SocketChannel channel = server.accept();
        Client client = new Client(this, host, channel);
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

  /** Ends the application; where the engine is another's, only our part in it. */
  void stop() {
    if (!stopped.compareAndSet(false, true)) return;
    try {
      server.close();
    } catch (IOException ignored) {
      // It takes no more clients either way.
    }
    folder.clear();
    if (attached) {
      host.release();
      clients.forEach(Client::close);
      return;
    }
    // On a thread of its own: the caller may be a client's, which waits for its calls.
    Thread thread = new Thread(() -> {
      endCalls(host.secondsForLastCalls());
      host.stop();
      System.exit(0);
    }, "insitu-stop");
    thread.start();
  }

  private void endCalls(long seconds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    try {
      while (callsRun() && System.nanoTime() < end) {
        clients.forEach(Client::cancel);
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLISECONDS);
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean callsRun() {
    return running > 0;
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
