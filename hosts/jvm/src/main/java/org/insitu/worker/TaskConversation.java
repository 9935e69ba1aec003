package org.insitu.worker;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * One task with one worker (docs/worker.md, "How a task goes"): hands it out, sends the frames that
 * go with it (rows of a pass, states of a merge), answers questions about files, and gives what comes
 * back, frame by frame.
 */
public final class TaskConversation {
  /** When the frames of a task are sent. */
  public enum Sending {
    /** All at once, before an answer is read: the worker reads to END before it answers. */
    UNASKED,
    /** One, and each further one when the worker asks: the worker writes rows in between. */
    PACED
  }

  private static final byte[] EMPTY = {'{', '}'};

  private final WorkerProcess worker;
  private final FrameLine line;
  private final Serve files;
  private final int request;
  private final ArrayDeque<Frame> arrived = new ArrayDeque<>();
  private Iterator<byte[]> frames;
  private Sending sending;
  private long lastSplit;
  private boolean failed;
  private boolean endSent;
  private boolean ended;

  public TaskConversation(WorkerProcess worker, Serve files) {
    this.worker = worker;
    this.line = worker.line();
    this.files = files;
    request = worker.nextRequest();
  }

  /**
   * Hands the task out. `frames` are kept as bytes. `lastSplit`: of a task whose frames are paced;
   * when its rows are out, no more are wanted.
   */
  public void begin(ObjectNode task, byte[] payload, Iterator<byte[]> frames, Sending sending,
      long lastSplit) throws IOException {
    this.frames = frames;
    this.sending = sending;
    this.lastSplit = lastSplit;
    try {
      line.write(FrameType.TASK, request, Json.bytes(task), payload);
      if (sending == Sending.UNASKED) {
        while (!failed && frames.hasNext()) {
          line.writeKept(frames.next(), request);
          // The worker reports its progress meanwhile; unread, that would stop it in the end.
          for (Frame frame; (frame = line.readIfArrived()) != null;) {
            Frame result = hear(frame);
            if (result != null) arrived.add(result);
          }
        }
        sendEnd();
      } else {
        sendNext();
      }
    } catch (IOException failure) {
      throw translated(failure);
    }
  }

  /**
   * The next STATE, OUT, LOG or ERROR, then END, then null. An ERROR whose attempt may be repeated
   * is thrown.
   */
  public Frame next() throws IOException {
    if (!arrived.isEmpty()) return arrived.poll();
    try {
      while (!ended) {
        Frame result = hear(line.read());
        if (result != null) return result;
      }
      return null;
    } catch (IOException failure) {
      throw translated(failure);
    }
  }

  private IOException translated(IOException failure) {
    return failure instanceof RetryWanted || Thread.currentThread().isInterrupted()
        ? failure : worker.lost(failure);
  }

  private void sendNext() throws IOException {
    if (frames.hasNext()) line.writeKept(frames.next(), request);
    if (!frames.hasNext()) sendEnd();
  }

  private void sendEnd() throws IOException {
    if (endSent) return;
    line.write(FrameType.END, request, EMPTY);
    endSent = true;
  }

  /** Acts on a frame; returns it where it belongs to the result. */
  private Frame hear(Frame frame) throws IOException {
    if (frame.request() != request) return null; // of a task before
    switch (frame.type()) {
      case FrameType.READ -> {
        Serve.Answer answer = files.answer(frame.document());
        line.write(FrameType.DATA, request, Json.bytes(answer.document()), answer.payload());
        return null;
      }
      case FrameType.NEXT -> {
        if (sending == Sending.PACED && !endSent) sendNext();
        return null;
      }
      case FrameType.OUT -> {
        if (sending == Sending.PACED && !endSent && finishes(frame)) sendEnd();
        return frame;
      }
      case FrameType.ERROR -> {
        ObjectNode error = frame.document();
        if (error.path("retryable").asBoolean(false)) {
          throw new RetryWanted(error.path("message").asText());
        }
        failed = true; // it wants no more
        if (sending == Sending.PACED) sendEnd();
        return frame;
      }
      case FrameType.END -> {
        ended = true;
        return frame;
      }
      case FrameType.STATE, FrameType.LOG -> {
        return frame;
      }
      case FrameType.PROGRESS -> {
        return null;
      }
      default -> throw new ProtocolException(
          "the worker sent a " + FrameType.name(frame.type()) + " frame in the middle of a task");
    }
  }

  private boolean finishes(Frame out) throws IOException {
    if (out.payload().length > 0) return false;
    ObjectNode document = out.document();
    return document.path("last").asBoolean() && document.path("split").asLong() == lastSplit;
  }

  /** The worker failed for a reason that another attempt may not meet. */
  public static final class RetryWanted extends TaskFailure {
    private static final long serialVersionUID = 1;

    RetryWanted(String message) {
      super(message, null);
    }
  }
}
