package org.insitu.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.insitu.worker.ErrorCode;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameLine;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;
import org.insitu.worker.ProtocolException;
import org.insitu.worker.WorkerLost;
import org.insitu.worker.WorkerPool;
import org.insitu.worker.WorkerProcess;

/**
 * What the batches of one call of rxExec share: the document of their TASK frames, the workers that run
 * them, how long a task may take. Travels to executors.
 */
public final class ExecPlan implements Serializable {
  private static final long serialVersionUID = 1;
  private static final byte[] NONE = new byte[0];
  private static final byte[] EMPTY = {'{', '}'};

  private final byte[] document;
  private final List<String> command;
  private final String call; // whose workers they are
  private final double timeout; // seconds; 0: none
  private final boolean stopsAtFailure;
  private final boolean showsOutput;

  /** `task`: the TASK document without tasks. */
  public ExecPlan(ObjectNode task, List<String> command, String call, ObjectNode arguments) {
    document = Json.bytes(task);
    this.command = List.copyOf(command);
    this.call = call;
    timeout = arguments.path("timeout").asDouble(0);
    stopsAtFailure = arguments.path("stopAtFailure").asBoolean(false);
    showsOutput = arguments.path("showOutput").asBoolean(false);
  }

  /** A batch as one frame: its tasks and their arguments. */
  public static Frame batch(long first, long count, boolean each, byte[] arguments) {
    ObjectNode tasks = Json.object().put("first", first).put("count", count).put("each", each);
    return new Frame(FrameType.TASK, 0, Json.bytes(tasks), arguments);
  }

  /**
   * Runs a batch: RESULT frames with values, and one with `lost` where its worker ended: why, and the
   * first task without a value. `host`: of the machine's workers, so that their numbers differ from
   * others'. `rows`: the file of what the tasks work on; null: none. Throws UserError for what
   * another attempt would meet again.
   */
  public void run(TaskPlace place, int host, Frame batch, Supplier<byte[]> shared, String rows,
      TaskResult result) throws IOException {
    ObjectNode task = Json.parse(document);
    task.setAll(batch.document());
    WorkerProcess worker = lease(place);
    boolean ended = false;
    long next = task.path("first").asLong();
    try {
      TaskPlan.checkBuild(task, worker);
      worker.waitsFor(task.path("patience").asDouble(0));
      task.remove("patience");
      worker.keepsOutput(showsOutput);
      int number = host * MOST_WORKERS + worker.number();
      task.put("worker", number).put("threads", place.cores());
      if (rows != null) task.put("rows", rows);
      byte[] first = NONE;
      if (!worker.hasShared()) {
        first = shared.get();
        task.put("shared", first.length);
      }
      int request = worker.nextRequest();
      FrameLine line = worker.line();
      line.write(FrameType.TASK, request, Json.bytes(task), first, batch.payload());
      line.write(FrameType.END, request, EMPTY);
      while (!ended) {
        Frame frame = line.read();
        if (frame.request() != request) continue; // of a batch before
        worker.hearsNow();
        switch (frame.type()) {
          case FrameType.PROGRESS -> {
            if (frame.document().path("loaded").asBoolean()) {
              worker.setHasShared();
              limit(worker);
            }
          }
          case FrameType.RESULT -> {
            ObjectNode values = frame.document();
            next += values.path("count").asLong();
            result.add(frame);
            limit(worker);
            if (stopsAtFailure && !values.path("failed").isEmpty()) return; // what follows is not needed
          }
          case FrameType.LOG -> result.add(frame);
          case FrameType.ERROR -> {
            ObjectNode error = frame.document();
            if (!error.path("retryable").asBoolean(false)) throw UserError.of(error);
            lost(result, next, error.path("message").asText(), false);
            return;
          }
          case FrameType.END -> ended = true;
          default -> throw new ProtocolException("the worker sent a "
              + FrameType.name(frame.type()) + " frame in the middle of tasks");
        }
      }
    } catch (IOException failure) {
      if (Thread.currentThread().isInterrupted()) throw failure;
      lost(result, next, worker.lost(failure).getMessage(), worker.wasLate());
    } finally {
      if (showsOutput) tell(worker, host, result);
      if (ended) {
        WorkerPool.giveBack(worker);
      } else {
        WorkerPool.discard(worker);
      }
    }
  }

  /** More than a machine has: the number of a worker is unique in the cluster. */
  private static final int MOST_WORKERS = 1000;

  private WorkerProcess lease(TaskPlace place) throws IOException {
    try {
      return WorkerPool.leaseFor(call, command, place.cores());
    } catch (WorkerLost failure) {
      if (Thread.currentThread().isInterrupted()) throw failure;
      throw new UserError(ErrorCode.WORKER, failure.getMessage() + "; the language and this package "
          + "must be installed on each node of the cluster, where this session has them");
    }
  }

  private void limit(WorkerProcess worker) {
    if (timeout > 0) {
      worker.endsAt(System.nanoTime() + Math.round(timeout * TimeUnit.SECONDS.toNanos(1)));
    }
  }

  private static void lost(TaskResult result, long first, String why, boolean late) {
    ObjectNode document = Json.object().put("first", first).put("count", 0).put("lost", why)
        .put("late", late);
    result.add(new Frame(FrameType.RESULT, 0, Json.bytes(document), NONE));
  }

  private static void tell(WorkerProcess worker, int host, TaskResult result) {
    StringBuilder text = new StringBuilder();
    String name = "[worker " + (host * MOST_WORKERS + worker.number()) + "] ";
    worker.takeOutput().lines().forEach(each -> text.append(name).append(each).append('\n'));
    if (text.isEmpty()) return;
    ObjectNode document = Json.object().put("level", "output").put("text", text.toString());
    result.add(new Frame(FrameType.LOG, 0, Json.bytes(document), NONE));
  }
}
