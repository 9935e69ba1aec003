package org.insitu.hadoop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.TaskType;
import org.insitu.gateway.TaskPlace;
import org.insitu.gateway.TaskPlan;
import org.insitu.gateway.TaskResult;
import org.insitu.gateway.UserError;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;
import org.insitu.worker.WorkerPool;

/**
 * One attempt at a task of a job, in whatever JVM it runs: the folder of its job, and the file of its result. A user's error is a
 * result like any other, so that Hadoop sees nothing to repeat.
 */
final class Attempt implements Closeable {
  /** What Hadoop numbers higher are attempts of a second application master. */
  private static final int ATTEMPTS_OF_A_MASTER = 1000;
  private static final int LEFT_OUT = -1;
  private static final int BUFFER = 1 << 18;
  private static final long ALIVE_SECONDS = 5;

  interface Body {
    void run(Attempt attempt) throws IOException, InterruptedException;
  }

  private final TaskAttemptContext context;
  private final TaskAttemptID id;
  private final RunFolder folder;
  private final Frame plan;
  private DataOutputStream result;
  private long written = Integer.BYTES; // the number of the attempt

  private Attempt(TaskAttemptContext context) throws IOException {
    this.context = context;
    id = context.getTaskAttemptID();
    folder = RunFolder.of(context.getConfiguration());
    plan = folder.plan();
    result = new DataOutputStream(new BufferedOutputStream(folder.create(id), BUFFER));
  }

  /** Runs the task and leaves its result. */
  static void run(TaskAttemptContext context, Body body) throws IOException, InterruptedException {
    WorkerPool.nameMemory(id(context).getTaskType() == TaskType.REDUCE ? "reduceMemory" : "mapMemory");
    Thread alive = sayAlive(context);
    try (Attempt attempt = new Attempt(context)) {
      attempt.run(body);
    } catch (IOException | RuntimeException failure) {
      if (!Thread.currentThread().isInterrupted()) {
        RunFolder.of(context.getConfiguration()).tellFailure(id(context), Failures.said(failure));
      }
      throw failure;
    } finally {
      alive.interrupt();
    }
  }

  private static TaskAttemptID id(TaskAttemptContext context) {
    return context.getTaskAttemptID();
  }

  private void run(Body body) throws IOException, InterruptedException {
    // After an error of the user's nothing more is wanted; but nobody may take that for a result.
    boolean leftOut = folder.hasError();
    result.writeInt(leftOut ? LEFT_OUT : id.getId() % ATTEMPTS_OF_A_MASTER);
    try {
      if (!leftOut) body.run(this);
    } catch (UserError error) {
      write(new Frame(FrameType.ERROR, 0, Json.bytes(error.document()), new byte[0]));
    }
    result.close();
    result = null;
  }

  /** A task may be silent for as long as its worker lives, which the pool looks after. */
  private static Thread sayAlive(TaskAttemptContext context) {
    Thread thread = new Thread(() -> {
      try {
        for (;;) {
          context.progress();
          TimeUnit.SECONDS.sleep(ALIVE_SECONDS);
        }
      } catch (InterruptedException ended) {
        // The attempt is over.
      }
    }, "insitu-alive");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  Frame plan() {
    return plan;
  }

  /** The plan of a pass. */
  TaskPlan taskPlan() throws IOException {
    return taskPlan(Json.object());
  }

  /** The plan of tasks that write; `write`: what of it is of this task alone. */
  TaskPlan taskPlan(ObjectNode write) throws IOException {
    ObjectNode document = plan.document();
    List<String> command = new ArrayList<>();
    document.path("worker").forEach(word -> command.add(word.asText()));
    ObjectNode task = (ObjectNode) document.get("task");
    if (task.path("write") instanceof ObjectNode shared) shared.setAll(write);
    return new TaskPlan(task, plan.payload(), command);
  }

  RunFolder folder() {
    return folder;
  }

  TaskAttemptID id() {
    return id;
  }

  TaskPlace place() {
    Configuration configuration = context.getConfiguration();
    boolean reducer = id.getTaskType() == TaskType.REDUCE;
    return new TaskPlace(configuration,
        Math.max(1, configuration.getInt(reducer ? "mapreduce.reduce.cpu.vcores" : "mapreduce.map.cpu.vcores", 1)));
  }

  void write(Frame frame) throws IOException {
    if (frame.type() == FrameType.ERROR) folder.raiseError();
    result.write(frame.encode());
  }

  /** A frame that is kept as bytes, or what is none. */
  void writeKept(byte[] bytes, int length) throws IOException {
    result.write(bytes, 0, length);
    written += length;
  }

  void writeInt(int number) throws IOException {
    result.writeInt(number);
  }

  /** How long the file of a task is, which writes nothing but by writeKept(). */
  long written() {
    return written;
  }

  /** Of a task that collects what it gives. */
  void write(TaskResult all) throws IOException {
    byte[] bytes = all.bytes(0);
    result.write(bytes, Integer.BYTES, bytes.length - Integer.BYTES);
  }

  @Override
  public void close() throws IOException {
    if (result != null) result.close();
  }
}
