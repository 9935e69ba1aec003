package org.insitu.worker;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/**
 * Frames over a socket. One thread may read while another writes. Bytes go through two direct
 * buffers of fixed size: a channel that is given a large array keeps a direct copy of that size for
 * every thread. An interrupt of a thread that reads or writes closes the line.
 */
public final class FrameLine implements Closeable {
  private static final int BUFFER_SIZE = 256 << 10;
  /** Arrays begin no larger than this, whatever a header claims, and double as bytes arrive. */
  private static final int FIRST_PIECE = 1 << 20;
  private static final byte[] NONE = new byte[0];

  private final SocketChannel channel;
  private final ByteBuffer in = buffer();
  private final ByteBuffer out = buffer();

  public FrameLine(SocketChannel channel) {
    this.channel = channel;
    in.flip();
  }

  private static ByteBuffer buffer() {
    return ByteBuffer.allocateDirect(BUFFER_SIZE).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Waits for a frame. Throws EOFException when the other end has closed the line. */
  public Frame read() throws IOException {
    while (in.remaining() < Frame.HEADER_SIZE) fill();
    Frame.Header header = Frame.readHeader(in);
    byte[] json = take(header.jsonSize());
    byte[] payload = take(header.payloadSize());
    return new Frame(header.type(), header.request(), json, payload);
  }

  /** A frame of which some bytes have arrived, or null where there are none. */
  public Frame readIfArrived() throws IOException {
    if (!in.hasRemaining()) {
      channel.configureBlocking(false);
      int count;
      try {
        in.clear();
        count = channel.read(in);
      } finally {
        in.flip();
        channel.configureBlocking(true);
      }
      if (count < 0) throw new EOFException("the line has ended");
      if (count == 0) return null;
    }
    return read();
  }

  private void fill() throws IOException {
    in.compact();
    int count;
    try {
      count = channel.read(in);
    } finally {
      in.flip();
    }
    if (count < 0) throw new EOFException("the line has ended");
  }

  private byte[] take(int size) throws IOException {
    if (size == 0) return NONE;
    byte[] bytes = new byte[Math.min(size, FIRST_PIECE)];
    for (int have = 0;;) {
      int count = Math.min(in.remaining(), bytes.length - have);
      in.get(bytes, have, count);
      have += count;
      if (have == size) return bytes;
      if (have == bytes.length) {
        bytes = Arrays.copyOf(bytes, (int) Math.min(size, 2L * bytes.length));
      } else {
        fill();
      }
    }
  }

  /** `payload`: the parts of one. */
  public void write(int type, int request, byte[] json, byte[]... payload) throws IOException {
    long size = 0;
    for (byte[] part : payload) size += part.length;
    if (size > Frame.MOST_PAYLOAD) {
      throw new ProtocolException("a frame is too large: " + size + " bytes");
    }
    out.clear();
    Frame.writeHeader(out, type, request, json.length, (int) size);
    put(json, 0);
    for (byte[] part : payload) put(part, 0);
    flush();
  }

  /** Sends a frame that is kept as bytes, with another number of the request. */
  public void writeKept(byte[] frame, int request) throws IOException {
    out.clear();
    out.put(frame, 0, Frame.HEADER_SIZE).putInt(8, request);
    put(frame, Frame.HEADER_SIZE);
    flush();
  }

  private void put(byte[] bytes, int from) throws IOException {
    for (int at = from; at < bytes.length;) {
      if (!out.hasRemaining()) {
        flush();
        out.clear();
      }
      int count = Math.min(out.remaining(), bytes.length - at);
      out.put(bytes, at, count);
      at += count;
    }
  }

  private void flush() throws IOException {
    out.flip();
    while (out.hasRemaining()) channel.write(out);
  }

  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException ignored) {
      // Nothing more is wanted of it.
    }
  }
}
