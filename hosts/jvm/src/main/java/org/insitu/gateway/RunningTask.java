package org.insitu.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Serve;
import org.insitu.worker.TaskConversation;
import org.insitu.worker.WorkerPool;
import org.insitu.worker.WorkerProcess;

/** A task with the worker that it has leased. Closing it gives back a worker that came to END. */
public final class RunningTask implements AutoCloseable {
  private final WorkerProcess worker;
  private final Serve files;
  private final TaskConversation conversation;
  private boolean ended;
  private boolean closed;

  RunningTask(TaskPlace place, List<String> command) throws IOException {
    files = new Serve(place.files());
    worker = WorkerPool.lease(command, place.cores());
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
  public Frame next() throws IOException {
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
