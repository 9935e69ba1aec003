package org.insitu.worker;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Some columns of a block that is kept as a BLOCK frame: a worker need not be sent the others. */
public final class BlockColumns {
  private BlockColumns() {}

  /** Where a column lies: its entry in the directory, and its buffers. */
  private record Place(int entry, int begin, int size) {}

  /**
   * The frame with those of its columns that are among `names`, in their order; the frame itself
   * where that is all of them. Throws ProtocolException for a frame that is not well formed.
   */
  public static byte[] select(byte[] frame, Set<String> names) throws ProtocolException {
    ByteBuffer in = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
    if (frame.length < Frame.HEADER_SIZE) throw damaged();
    Frame.Header header = Frame.readHeader(in);
    if (header.payloadSize() == 0) return frame;
    long block = (long) Frame.HEADER_SIZE + header.jsonSize();
    if (block + header.payloadSize() != frame.length
        || header.payloadSize() < BlockWriter.HEADER_SIZE) {
      throw damaged();
    }
    int begin = (int) block;
    long count = Integer.toUnsignedLong(in.getInt(begin + 4));
    long rows = in.getLong(begin + 8);
    int directory = begin + BlockWriter.HEADER_SIZE;
    if (rows < 0 || rows > Integer.MAX_VALUE
        || count > (frame.length - directory) / BlockWriter.ENTRY_SIZE) {
      throw damaged();
    }
    List<Place> chosen = new ArrayList<>();
    int size = BlockWriter.HEADER_SIZE;
    int at = directory + (int) count * BlockWriter.ENTRY_SIZE;
    for (int entry = directory; entry < directory + count * BlockWriter.ENTRY_SIZE;
        entry += BlockWriter.ENTRY_SIZE) {
      long columnSize = columnSize(in, entry, rows);
      int nameSize = in.getInt(entry + 4);
      if (columnSize > frame.length - at) throw damaged();
      Place place = new Place(entry, at, (int) columnSize);
      at += place.size;
      if (!names.contains(new String(frame, place.begin, nameSize, StandardCharsets.UTF_8))) {
        continue;
      }
      chosen.add(place);
      size += BlockWriter.ENTRY_SIZE + place.size;
    }
    return chosen.size() == count ? frame : copy(in, header, begin, chosen, size);
  }

  private static byte[] copy(ByteBuffer in, Frame.Header header, int begin, List<Place> chosen,
      int size) {
    byte[] frame = in.array();
    byte[] json = new byte[header.jsonSize()];
    System.arraycopy(frame, Frame.HEADER_SIZE, json, 0, json.length);
    byte[] result = Frame.withRoom(header.type(), json, size);
    ByteBuffer out = ByteBuffer.wrap(result).order(ByteOrder.LITTLE_ENDIAN);
    out.position(begin);
    out.putInt(BlockWriter.MAGIC).putInt(chosen.size()).putLong(in.getLong(begin + 8));
    for (Place place : chosen) out.put(frame, place.entry, BlockWriter.ENTRY_SIZE);
    for (Place place : chosen) out.put(frame, place.begin, place.size);
    return result;
  }

  /** Bytes of a column's buffers: each of them is padded. */
  private static long columnSize(ByteBuffer in, int entry, long rows) throws ProtocolException {
    ColumnType type = ColumnType.ofNumber(Byte.toUnsignedInt(in.get(entry)));
    int flags = Byte.toUnsignedInt(in.get(entry + 1));
    long nameSize = Integer.toUnsignedLong(in.getInt(entry + 4));
    long levels = Integer.toUnsignedLong(in.getInt(entry + 8));
    long textSize = in.getLong(entry + 16);
    if (textSize < 0 || textSize > Integer.MAX_VALUE) throw damaged();
    long size = BlockWriter.padded(nameSize);
    if ((flags & BlockWriter.HAS_VALIDITY) != 0) size += BlockWriter.padded((rows + 7) / 8);
    if (type == ColumnType.CHARACTER) {
      return size + BlockWriter.padded(4 * (rows + 1)) + BlockWriter.padded(textSize);
    }
    size += BlockWriter.padded(type.width() * rows);
    if ((flags & BlockWriter.HAS_LEVELS) != 0) {
      size += BlockWriter.padded(4 * (levels + 1)) + BlockWriter.padded(textSize);
    }
    return size;
  }

  private static ProtocolException damaged() {
    return new ProtocolException("a block of rows that was kept is damaged");
  }
}
