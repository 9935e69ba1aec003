package org.insitu.worker;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The workers of this process. One is leased by a task and comes back for the next one; so there
 * are never more than tasks that run at once. They end with this process.
 */
public final class WorkerPool {
  private static final Map<List<String>, ArrayDeque<WorkerProcess>> IDLE = new HashMap<>();
  private static final Set<WorkerProcess> LEASED = new HashSet<>();
  private static WorkerFolder folder;

  private static final long WATCH_MILLISECONDS = 500;

  private WorkerPool() {}

  /**
   * A worker started by `command`; empty: the insitu-worker of our jar. `processors`: what it may
   * use at once. Throws IOException when none can be started.
   */
  public static WorkerProcess lease(List<String> command, int processors) throws IOException {
    WorkerFolder place;
    java.nio.file.Path socket;
    List<String> words;
    synchronized (WorkerPool.class) {
      if (folder == null) {
        folder = new WorkerFolder();
        Runtime.getRuntime().addShutdownHook(new Thread(WorkerPool::close, "insitu-workers"));
        Thread watch = new Thread(WorkerPool::watch, "insitu-watch");
        watch.setDaemon(true);
        watch.start();
      }
      place = folder;
      words = command.isEmpty() ? List.of(place.executable().toString()) : List.copyOf(command);
      ArrayDeque<WorkerProcess> idle = IDLE.get(words);
      for (WorkerProcess worker; idle != null && (worker = idle.pollFirst()) != null;) {
        if (worker.usable()) {
          LEASED.add(worker);
          return worker;
        }
        worker.destroy();
      }
      socket = place.newSocket();
    }
    WorkerProcess worker = new WorkerProcess(words, socket, processors); // others need not wait
    synchronized (WorkerPool.class) {
      LEASED.add(worker);
    }
    return worker;
  }

  /** The task is done and the worker ready for the next one. */
  public static synchronized void giveBack(WorkerProcess worker) {
    if (LEASED.remove(worker)) {
      IDLE.computeIfAbsent(worker.command(), none -> new ArrayDeque<>()).addFirst(worker);
    }
  }

  /** The task was not brought to its end; nobody knows what the worker would say next. */
  public static synchronized void discard(WorkerProcess worker) {
    LEASED.remove(worker);
    worker.destroy();
  }

  /** Tasks wait for a worker in reads and writes that have no end; here somebody looks at its process. */
  private static void watch() {
    for (;;) {
      try {
        Thread.sleep(WATCH_MILLISECONDS);
      } catch (InterruptedException over) {
        return;
      }
      List<WorkerProcess> leased;
      synchronized (WorkerPool.class) {
        leased = List.copyOf(LEASED);
      }
      long now = System.nanoTime();
      for (WorkerProcess worker : leased) worker.endIfStopped(now);
    }
  }

  private static synchronized void close() {
    IDLE.values().forEach(idle -> idle.forEach(WorkerProcess::destroy));
    LEASED.forEach(WorkerProcess::destroy);
    IDLE.clear();
    LEASED.clear();
  }
}
