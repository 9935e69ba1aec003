package org.insitu.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.TaskCompletionListener;
import org.insitu.gateway.RunningTask;
import org.insitu.gateway.TaskPlan;
import org.insitu.gateway.UserError;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;

/**
 * The OUT frames of a transform over one partition, as its worker makes them. Its other frames are
 * reported. After an error of the user's there are no more; what was made is thrown away then.
 */
final class OutFrames implements Iterator<Frame> {
  private static final int ROWS_POSITION = 8; // in a block

  private final CollectionAccumulator<byte[]> reports;
  private RunningTask task; // null: no more
  private Frame ahead;
  private long rows;

  OutFrames(TaskPlan plan, int partition, Iterator<byte[]> input,
      CollectionAccumulator<byte[]> reports) throws IOException {
    this.reports = reports;
    TaskContext context = TaskContext.get();
    try {
      task = plan.start(PassTask.place(context), partition, input);
    } catch (UserError error) {
      reports.add(Frame.encode(FrameType.ERROR, error.document()));
    }
    if (task == null) return;
    RunningTask running = task;
    // Spark may end the task before all rows are asked for.
    context.addTaskCompletionListener((TaskCompletionListener) ended -> running.close());
  }

  @Override
  public boolean hasNext() {
    try {
      while (ahead == null && task != null) {
        Frame frame = task.next();
        switch (frame.type()) {
          case FrameType.OUT -> {
            ahead = frame;
            if (frame.payload().length > 0) rows += rowsOf(frame.payload());
          }
          case FrameType.END -> {
            ObjectNode end = frame.document().put("written", rows);
            reports.add(Frame.encode(FrameType.END, end));
            task.close();
            task = null;
          }
          default -> reports.add(frame.encode());
        }
      }
      return ahead != null;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static long rowsOf(byte[] block) {
    return ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN).getLong(ROWS_POSITION);
  }

  @Override
  public Frame next() {
    if (!hasNext()) throw new NoSuchElementException();
    Frame frame = ahead;
    ahead = null;
    return frame;
  }
}
