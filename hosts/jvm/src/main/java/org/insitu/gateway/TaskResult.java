package org.insitu.gateway;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.insitu.worker.ErrorCode;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;

/**
 * What a task sends to the driver: the number of its attempt and the frames of its worker, as bytes,
 * which every serializer can carry.
 */
public final class TaskResult {
  private final List<byte[]> frames = new ArrayList<>();
  private long size = Integer.BYTES;

  public void add(Frame frame) {
    add(frame.encode());
  }

  private void add(byte[] frame) {
    frames.add(frame);
    size += frame.length;
    if (size > Frame.MOST_PAYLOAD) {
      throw new IllegalStateException("the results of one task pass 2 GiB; ask for smaller tasks");
    }
  }

  public void add(UserError error) {
    add(Frame.encode(FrameType.ERROR, error.document()));
  }

  public byte[] bytes(int attempt) {
    ByteBuffer bytes = ByteBuffer.allocate((int) size).putInt(attempt);
    frames.forEach(bytes::put);
    return bytes.array();
  }

  /** What the driver reads of it. */
  public interface Reader {
    void frame(Frame frame) throws IOException;
  }

  /** Gives each frame; returns the number of the attempt. Throws the user's error, if there is one. */
  public static int read(byte[] result, Reader reader) throws IOException {
    return read(new DataInputStream(new ByteArrayInputStream(result)), reader);
  }

  /** The same of a file. */
  public static int read(DataInputStream result, Reader reader) throws IOException {
    int attempt = result.readInt();
    UserError error = null;
    for (Frame frame; (frame = Frame.read(result)) != null;) {
      if (frame.type() == FrameType.ERROR) {
        error = UserError.of(frame.document());
      } else {
        reader.frame(frame);
      }
    }
    if (error != null) throw error;
    return attempt;
  }
}
