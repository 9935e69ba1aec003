package org.insitu.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A frame (docs/worker.md): a header of 24 bytes, a JSON document and a payload. Where a frame is
 * kept as bytes (in the results of tasks and in cached data), the bytes are those of the wire, and
 * only the number of the request is put in when it is sent.
 */
public record Frame(int type, int request, byte[] json, byte[] payload) {
  public static final int HEADER_SIZE = 24;
  public static final int MOST_JSON = 256 << 20;
  /** The longest array that every JVM can make; the protocol allows more. */
  public static final int MOST_PAYLOAD = Integer.MAX_VALUE - 16;

  private static final int MAGIC = 0x31465852; // "RXF1"
  private static final byte[] NONE = new byte[0];

  public ObjectNode document() throws ProtocolException {
    return Json.parse(json);
  }

  /** What a header says, checked. */
  record Header(int type, int request, int jsonSize, int payloadSize) {}

  /** Reads the 24 bytes at the buffer's position, which must be in little-endian order. */
  static Header readHeader(ByteBuffer from) throws ProtocolException {
    int at = from.position();
    if (from.getInt(at) != MAGIC) throw new ProtocolException("bytes that are not a frame arrived");
    int type = Short.toUnsignedInt(from.getShort(at + 4));
    if (!FrameType.known(type)) {
      throw new ProtocolException("a frame of unknown type arrived: " + type);
    }
    int flags = Short.toUnsignedInt(from.getShort(at + 6));
    if (flags != 0) throw new ProtocolException("a frame with unknown flags arrived: " + flags);
    long jsonSize = Integer.toUnsignedLong(from.getInt(at + 12));
    long payloadSize = from.getLong(at + 16);
    if (jsonSize > MOST_JSON || payloadSize < 0 || payloadSize > MOST_PAYLOAD) {
      throw new ProtocolException("a " + FrameType.name(type) + " frame is too large: " + jsonSize
          + " and " + Long.toUnsignedString(payloadSize) + " bytes");
    }
    from.position(at + HEADER_SIZE);
    return new Header(type, from.getInt(at + 8), (int) jsonSize, (int) payloadSize);
  }

  static void writeHeader(ByteBuffer to, int type, int request, int jsonSize, int payloadSize) {
    to.putInt(MAGIC).putShort((short) type).putShort((short) 0).putInt(request).putInt(jsonSize)
        .putLong(payloadSize);
  }

  /** Room for a whole frame, with its header and document filled in; the payload is the caller's. */
  public static byte[] withRoom(int type, byte[] json, int payloadSize) {
    byte[] bytes = new byte[Math.addExact(HEADER_SIZE + json.length, payloadSize)];
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    writeHeader(header, type, 0, json.length, payloadSize);
    header.put(json);
    return bytes;
  }

  public static byte[] encode(int type, JsonNode document) {
    return withRoom(type, Json.bytes(document), 0);
  }

  public byte[] encode() {
    byte[] bytes = withRoom(type, json, payload.length);
    System.arraycopy(payload, 0, bytes, HEADER_SIZE + json.length, payload.length);
    return bytes;
  }

  /** The frame at the buffer's position, whole; moves on behind it. */
  public static Frame decode(ByteBuffer from) throws ProtocolException {
    from.order(ByteOrder.LITTLE_ENDIAN);
    if (from.remaining() < HEADER_SIZE) throw new ProtocolException("a frame ends too early");
    Header header = readHeader(from);
    if (from.remaining() < (long) header.jsonSize + header.payloadSize) {
      throw new ProtocolException("a frame ends too early");
    }
    byte[] json = header.jsonSize == 0 ? NONE : new byte[header.jsonSize];
    byte[] payload = header.payloadSize == 0 ? NONE : new byte[header.payloadSize];
    from.get(json).get(payload);
    return new Frame(header.type, header.request, json, payload);
  }

  /** The next frame of a file, whole; null: the file ends here. */
  public static Frame read(InputStream from) throws IOException {
    byte[] head = from.readNBytes(HEADER_SIZE);
    if (head.length == 0) return null;
    if (head.length < HEADER_SIZE) throw new ProtocolException("a frame ends too early");
    Header header = readHeader(ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN));
    // As much is taken as there is, whatever a header claims.
    byte[] json = from.readNBytes(header.jsonSize);
    byte[] payload = from.readNBytes(header.payloadSize);
    if (json.length < header.jsonSize || payload.length < header.payloadSize) {
      throw new ProtocolException("a frame ends too early");
    }
    return new Frame(header.type, header.request, json, payload);
  }

  /** The document of a frame that is kept as bytes, without a copy of its payload. */
  public static ObjectNode documentOf(byte[] frame) throws ProtocolException {
    ByteBuffer bytes = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
    if (frame.length < HEADER_SIZE) throw new ProtocolException("a frame ends too early");
    Header header = readHeader(bytes);
    if (bytes.remaining() < header.jsonSize) throw new ProtocolException("a frame ends too early");
    byte[] json = new byte[header.jsonSize];
    bytes.get(json);
    return Json.parse(json);
  }
}
