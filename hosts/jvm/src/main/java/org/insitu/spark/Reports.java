package org.insitu.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.spark.util.CollectionAccumulator;
import org.insitu.gateway.UserError;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;

/**
 * What tasks tell whose results go elsewhere, to files or into the memory of executors: their LOG,
 * ERROR and END frames. Spark brings them with the end of each task, before the end of the job; a
 * user's error comes this way, because a task that throws is tried again.
 */
final class Reports {
  private final SparkCall call;
  private final CollectionAccumulator<byte[]> frames;
  private int seen;
  private long rows;
  private long written;
  private int ended;
  private UserError error;

  Reports(SparkCall call) {
    this.call = call;
    frames = call.application().context().sc().collectionAccumulator();
  }

  /** For the tasks. */
  CollectionAccumulator<byte[]> accumulator() {
    return frames;
  }

  /** Passes on what has come since the last look; throws the user's error. */
  void look() throws IOException {
    List<byte[]> all = frames.value();
    for (; seen < all.size(); seen++) {
      Frame frame = Frame.decode(ByteBuffer.wrap(all.get(seen)));
      switch (frame.type()) {
        case FrameType.ERROR -> error = UserError.first(error, UserError.of(frame.document()));
        case FrameType.END -> {
          ObjectNode end = frame.document();
          rows += end.path("rows").asLong();
          written += end.path("written").asLong();
          ended++;
        }
        default -> call.forward(frame);
      }
    }
    if (error != null) throw error;
  }

  /** The job is done; every one of `tasks` must have come to its end. */
  void finish(int tasks) throws IOException {
    look();
    if (ended != tasks) {
      throw new IllegalStateException(
          "of " + tasks + " tasks " + ended + " have reported their end; nothing was kept");
    }
  }

  /** Rows that were read. */
  long rows() {
    return rows;
  }

  /** Rows that were made. */
  long written() {
    return written;
  }
}
