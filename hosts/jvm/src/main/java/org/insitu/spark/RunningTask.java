package org.insitu.spark;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Serve;
import org.insitu.worker.TaskConversation;
import org.insitu.worker.WorkerPool;
import org.insitu.worker.WorkerProcess;

/** A task with the worker that it has leased. Closing it gives back a worker that came to END. */
final class RunningTask implements AutoCloseable {
  private final WorkerProcess worker;
  private final Serve files = new Serve(SparkHadoopUtil.get().conf());
  private final TaskConversation conversation;
  private boolean ended;
  private boolean closed;

  RunningTask(TaskContext context, List<String> command) throws IOException {
    worker = WorkerPool.lease(command, context.cpus());
    conversation = new TaskConversation(worker, files);
  }

  WorkerProcess worker() {
    return worker;
  }

  /** Files that the worker asks for have to be these versions. */
  void expect(JsonNode versions) {
    files.expect(versions);
  }

  TaskConversation conversation() {
    return conversation;
  }

  /** STATE, OUT, LOG or ERROR, then END, then null. */
  Frame next() throws IOException {
    if (ended) return null;
    Frame frame = conversation.next();
    ended = frame == null || frame.type() == FrameType.END;
    return frame;
  }

  @Override
  public void close() {
    if (closed) return;
    closed = true;
    files.close();
    if (ended) {
      WorkerPool.giveBack(worker);
    } else {
      WorkerPool.discard(worker);
    }
  }
}
