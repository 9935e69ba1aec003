package org.insitu.worker;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.BitSet;
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

  private static final long WATCH_MILLISECONDS = 100;
  /** Workers of a call that has nothing more for them become as new then, and give their memory back. */
  private static final long QUIET_NANOSECONDS = 2_000_000_000L;

  private static final Map<List<String>, ArrayDeque<WorkerProcess>> IDLE_OF_CALLS = new HashMap<>();
  private static final BitSet NUMBERS = new BitSet(); // of workers that serve calls, from 1

  private WorkerPool() {}

  /**
   * A worker started by `command`; empty: the insitu-worker of our jar. `processors`: what it may
   * use at once. Throws IOException when none can be started.
   */
  public static WorkerProcess lease(List<String> command, int processors) throws IOException {
    java.nio.file.Path socket;
    List<String> words;
    synchronized (WorkerPool.class) {
      WorkerFolder place = begin();
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

  /** The argument that asks for more memory, in what is said of workers that have run out of it. */
  public static void nameMemory(String argument) {
    WorkerProcess.nameMemory(argument);
  }

  private static WorkerFolder begin() throws IOException {
    if (folder == null) {
      folder = new WorkerFolder();
      Runtime.getRuntime().addShutdownHook(new Thread(WorkerPool::close, "insitu-workers"));
      Thread watch = new Thread(WorkerPool::watch, "insitu-watch");
      watch.setDaemon(true);
      watch.start();
    }
    return folder;
  }

  /**
   * A worker of a language for the tasks of one call of rxExec: one that has served this call before,
   * else one that is as new. Others do not get it while it does. Throws IOException when none can be
   * started.
   */
  public static WorkerProcess leaseFor(String call, List<String> command, int processors)
      throws IOException {
    for (;;) {
      java.nio.file.Path socket;
      WorkerProcess worker;
      int number = 0;
      synchronized (WorkerPool.class) {
        socket = begin().newSocket();
        worker = bestFor(call, IDLE_OF_CALLS.get(command));
        if (worker == null) {
          number = NUMBERS.nextClearBit(1);
          NUMBERS.set(number);
        } else {
          LEASED.add(worker);
        }
      }
      if (worker == null) {
        try {
          worker = new WorkerProcess(command, socket, processors);
        } catch (IOException | RuntimeException failure) {
          synchronized (WorkerPool.class) {
            NUMBERS.clear(number);
          }
          throw failure;
        }
        worker.setNumber(number);
        synchronized (WorkerPool.class) {
          LEASED.add(worker);
        }
      }
      try {
        worker.serve(call);
        return worker;
      } catch (IOException | RuntimeException ended) {
        discard(worker);
        if (Thread.currentThread().isInterrupted()) throw ended;
      }
    }
  }

  /** Takes it out of the idle ones; null: none is there. */
  private static WorkerProcess bestFor(String call, ArrayDeque<WorkerProcess> idle) {
    if (idle == null) return null;
    for (WorkerProcess worker : List.copyOf(idle)) {
      if (worker.usable()) continue;
      idle.remove(worker);
      end(worker);
    }
    WorkerProcess best = null;
    for (WorkerProcess worker : idle) {
      if (call.equals(worker.call())) {
        best = worker;
        break;
      }
      if (best == null || worker.call() == null) best = worker;
    }
    if (best != null) idle.remove(best);
    return best;
  }

  /** The task is done and the worker ready for the next one. */
  public static synchronized void giveBack(WorkerProcess worker) {
    if (LEASED.remove(worker)) {
      worker.endsAt(0);
      (worker.number() > 0 ? IDLE_OF_CALLS : IDLE)
          .computeIfAbsent(worker.command(), none -> new ArrayDeque<>()).addFirst(worker);
    }
  }

  private static void end(WorkerProcess worker) {
    worker.destroy();
    if (worker.number() > 0) NUMBERS.clear(worker.number());
  }

  /** The task was not brought to its end; nobody knows what the worker would say next. */
  public static synchronized void discard(WorkerProcess worker) {
    LEASED.remove(worker);
    end(worker);
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
      renewQuiet(now);
    }
  }

  private static synchronized void renewQuiet(long now) {
    for (ArrayDeque<WorkerProcess> idle : IDLE_OF_CALLS.values()) {
      for (WorkerProcess worker : List.copyOf(idle)) {
        if (worker.call() == null || now - worker.heardLast() < QUIET_NANOSECONDS) continue;
        try {
          worker.renew();
        } catch (IOException ended) {
          idle.remove(worker);
          end(worker);
        }
      }
    }
  }

  private static synchronized void close() {
    IDLE.values().forEach(idle -> idle.forEach(WorkerProcess::destroy));
    IDLE_OF_CALLS.values().forEach(idle -> idle.forEach(WorkerProcess::destroy));
    LEASED.forEach(WorkerProcess::destroy);
    IDLE.clear();
    IDLE_OF_CALLS.clear();
    LEASED.clear();
  }
}
