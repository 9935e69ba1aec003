package org.insitu.worker;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One worker and its line. It is used by one task at a time. */
public final class WorkerProcess {
  public static final int PROTOCOL = 1;

  private static final long START_SECONDS = 60;
  private static final int KEPT_LINES = 20;
  /** A worker that is as new waits so long for the next call, then ends. */
  private static final int IDLE_MILLISECONDS = 600_000;
  private static final long OUTPUT_MILLISECONDS = 20;
  private static final int KILLED = 128 + 9; // how Java reports an end by signal 9

  private static volatile String memoryArgument = "executorOverheadMem";

  private final List<String> command;
  private final Process process;
  private final FrameLine line;
  private final Thread listener;
  private final ArrayDeque<String> lastWords = new ArrayDeque<>();
  private volatile ObjectNode hello;
  private String source; // the description of the source it holds
  private int requests;
  private volatile boolean destroyed;
  private volatile double patience; // seconds; 0: without end
  private long stoppedSince; // of the watch alone
  private volatile boolean wasStopped;
  private volatile long deadline; // nanoseconds; 0: none
  private volatile boolean wasLate;
  private int number; // of a worker that serves calls of rxExec, from 1; 0: it serves passes
  private volatile String call; // whose tasks it has run; null: it is as new
  private boolean greetingDue;
  private boolean hasShared; // what all tasks of the call need
  private volatile long heard;
  private boolean keepsOutput;
  private final StringBuilder output = new StringBuilder();

  /**
   * Starts `command --connect socket` and waits for its HELLO. `processors` is what it may use at
   * once.
   */
  WorkerProcess(List<String> command, Path socket, int processors) throws IOException {
    this.command = command;
    List<String> words = new ArrayList<>(command);
    words.add("--connect");
    words.add(socket.toString());
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket), 1);
      ProcessBuilder builder = new ProcessBuilder(words);
      builder.environment().put("OMP_NUM_THREADS", Integer.toString(processors));
      builder.redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
      builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
      process = start(builder);
      listener = new Thread(this::listen, "insitu-worker-" + process.pid());
      listener.setDaemon(true);
      listener.start();
      line = new FrameLine(accept(server));
    } finally {
      Files.deleteIfExists(socket);
    }
    greet();
  }

  static void nameMemory(String argument) {
    memoryArgument = argument;
  }

  private static Process start(ProcessBuilder builder) throws WorkerLost {
    try {
      return builder.start();
    } catch (IOException refused) {
      throw new WorkerLost("a worker was lost: '" + builder.command().get(0)
          + "' could not be started (" + refused.getMessage() + ")", refused);
    }
  }

  private SocketChannel accept(ServerSocketChannel server) throws IOException {
    server.configureBlocking(false);
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    for (;;) {
      SocketChannel channel = server.accept();
      if (channel != null) {
        channel.configureBlocking(true);
        return channel;
      }
      if (!process.isAlive()) throw lost(null);
      if (System.nanoTime() > limit) {
        process.destroyForcibly();
        throw lost(null);
      }
      try {
        Thread.sleep(0, 200_000);
      } catch (InterruptedException interrupt) {
        Thread.currentThread().interrupt();
        process.destroyForcibly();
        throw new IOException("interrupted while a worker was started");
      }
    }
  }

  private void greet() throws IOException {
    try {
      Frame frame = line.read();
      while (number > 0 && frame.type() == FrameType.PROGRESS) frame = line.read(); // of before
      if (frame.type() != FrameType.HELLO) {
        throw new ProtocolException("the worker did not begin with HELLO");
      }
      hello = frame.document();
      int protocol = hello.path("protocol").asInt(-1);
      if (protocol != PROTOCOL) {
        throw new ProtocolException(
            "the worker speaks protocol " + protocol + ", its host speaks " + PROTOCOL);
      }
    } catch (IOException failure) {
      WorkerLost lost = lost(failure);
      destroy();
      throw lost;
    }
  }

  private void listen() {
    try (BufferedReader errors = new BufferedReader(
        new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String text; (text = errors.readLine()) != null;) {
        synchronized (lastWords) {
          if (lastWords.size() == KEPT_LINES) lastWords.removeFirst();
          lastWords.addLast(text);
          if (keepsOutput) output.append(text).append('\n');
        }
      }
    } catch (IOException ended) {
      // With the process, its errors end.
    }
  }

  List<String> command() {
    return command;
  }

  public FrameLine line() {
    return line;
  }

  /** The version and compiler of the worker. */
  public String build() {
    return hello.path("build").asText();
  }

  public int nextRequest() {
    return ++requests;
  }

  /** What the worker holds as source, as it was described to it; null: nothing. */
  public String source() {
    return source;
  }

  public void holds(String description) {
    source = description;
  }

  /** How many seconds a task waits for a worker whose process is stopped; 0: without end. */
  public void waitsFor(double seconds) {
    patience = seconds;
  }

  /** When it is ended, as System.nanoTime() says; 0: never. */
  public void endsAt(long nanoseconds) {
    deadline = nanoseconds;
  }

  /** Its task took longer than it may. */
  public boolean wasLate() {
    return wasLate;
  }

  void setNumber(int number) {
    this.number = number;
  }

  /** Of a worker that serves calls, among those of this process, from 1; 0: it serves passes. */
  public int number() {
    return number;
  }

  /** Whose tasks it has run; null: it is as new. */
  String call() {
    return call;
  }

  long heardLast() {
    return heard;
  }

  /** It has what all tasks of its call need. */
  public boolean hasShared() {
    return hasShared;
  }

  public void setHasShared() {
    hasShared = true;
  }

  /** What it prints is kept for takeOutput(), or not. */
  public void keepsOutput(boolean keeps) {
    synchronized (lastWords) {
      keepsOutput = keeps;
      output.setLength(0);
    }
  }

  /** What it has printed since the last time. */
  public String takeOutput() {
    try {
      // What was written before its answer is in the pipe, and the listener reads it.
      for (int before = -1, now = 0; before != now; ) {
        before = now;
        Thread.sleep(OUTPUT_MILLISECONDS);
        synchronized (lastWords) {
          now = output.length();
        }
      }
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    }
    synchronized (lastWords) {
      String text = output.toString();
      output.setLength(0);
      return text;
    }
  }

  /** Asks it to become as new: nothing of its call is left. */
  void renew() throws IOException {
    line.write(FrameType.RESET, 0, Json.bytes(Json.object().put("idle", IDLE_MILLISECONDS)));
    greetingDue = true;
    hasShared = false;
    call = null;
  }

  /** Its next tasks are those of this call. Throws WorkerLost. */
  void serve(String nextCall) throws IOException {
    if (call != null && !call.equals(nextCall)) renew();
    call = nextCall;
    heard = System.nanoTime();
    if (!greetingDue) return;
    greetingDue = false;
    endsAt(System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS));
    greet();
    endsAt(0);
    synchronized (lastWords) {
      lastWords.clear(); // of the call before
    }
  }

  /** Something has come of it. */
  public void hearsNow() {
    heard = System.nanoTime();
  }

  /** Ends a process that has been stopped for longer than its task waits: it would never answer. */
  void endIfStopped(long now) {
    if (deadline != 0 && now - deadline >= 0) {
      wasLate = true;
      process.destroyForcibly();
    }
    if (patience <= 0 || !isStopped()) {
      stoppedSince = 0;
    } else if (stoppedSince == 0) {
      stoppedSince = now;
    } else if (now - stoppedSince >= patience * 1e9) {
      wasStopped = true;
      process.destroyForcibly();
    }
  }

  /** By signal or by a debugger; false where the system does not tell. */
  private boolean isStopped() {
    try {
      // A worker of a language speaks through a copy of itself.
      long pid = hello == null ? process.pid() : hello.path("pid").asLong(process.pid());
      String about = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      char state = about.charAt(about.lastIndexOf(')') + 2); // the name before it may hold anything
      return state == 'T' || state == 't';
    } catch (IOException | StringIndexOutOfBoundsException gone) {
      return false;
    }
  }

  boolean usable() {
    return process.isAlive() && line.isOpen();
  }

  /** What to say when the line has ended: how the process ended and what it said last. */
  public WorkerLost lost(Throwable cause) {
    String how;
    try {
      // A line ends a moment before its process does.
      if (process.waitFor(1, TimeUnit.SECONDS)) {
        int status = process.exitValue();
        how = status > 128 ? "was ended by signal " + (status - 128) : "ended with code " + status;
        if (wasStopped) {
          how = "was stopped for " + Math.round(patience) + " seconds and then ended";
        } else if (status == KILLED && !destroyed) {
          how += ", probably out of memory: raise " + Named.of(memoryArgument);
        }
        listener.join(200);
      } else {
        how = "runs, but its line has ended or it does not answer";
      }
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      how = "was left when its task was interrupted";
    }
    StringBuilder message = new StringBuilder("a worker was lost: '").append(command.get(0))
        .append("' ").append(how);
    if (cause instanceof ProtocolException) message.append("; ").append(cause.getMessage());
    synchronized (lastWords) {
      if (!lastWords.isEmpty()) {
        message.append("; it said last: ").append(String.join("\n", lastWords));
      }
    }
    return new WorkerLost(message.toString(), cause);
  }

  void destroy() {
    destroyed = true;
    line.close();
    process.destroyForcibly();
  }
}
