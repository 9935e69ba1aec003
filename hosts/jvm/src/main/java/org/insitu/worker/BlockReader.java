package org.insitu.worker;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The columns of an RXB1 block (docs/worker.md, "Blocks"). Everything is checked when the block is
 * opened: lengths, offsets, logicals and codes. Values are then read in place.
 */
public final class BlockReader {
  /** One column. Rows are not checked again: 0 <= row < rows(). */
  public static final class Column {
    private final ByteBuffer bytes;
    private final String name;
    private final ColumnType type;
    private final int values; // of strings: their offsets
    private final int valid; // position of the bitmap; -1: all rows have a value
    private final int text;
    private final byte[][] levels; // null: those that the schema declares

    private Column(ByteBuffer bytes, String name, ColumnType type, int values, int valid, int text,
        byte[][] levels) {
      this.bytes = bytes;
      this.name = name;
      this.type = type;
      this.values = values;
      this.valid = valid;
      this.text = text;
      this.levels = levels;
    }

    public String name() {
      return name;
    }

    public ColumnType type() {
      return type;
    }

    /** UTF-8 of each level, for a factor whose levels came with the block; else null. */
    public byte[][] levels() {
      return levels;
    }

    public boolean isMissing(int row) {
      if (valid >= 0 && (bytes.get(valid + (row >> 3)) >> (row & 7) & 1) == 0) return true;
      return switch (type) {
        case LOGICAL -> bytes.get(values + row) == (byte) 0xff;
        case INT16 -> getShort(row) == Short.MIN_VALUE;
        case UINT16 -> getShort(row) == (short) 0xffff;
        case INTEGER -> getInt(row) == Integer.MIN_VALUE;
        case INT64 -> getLong(row) == Long.MIN_VALUE;
        case FLOAT32 -> Float.isNaN(getFloat(row));
        case FACTOR, ORDERED -> getInt(row) == -1;
        case NUMERIC, DATE, POSIXCT -> Double.isNaN(getDouble(row));
        case CHARACTER -> false;
      };
    }

    public boolean getLogical(int row) {
      return bytes.get(values + row) == 1;
    }

    public short getShort(int row) {
      return bytes.getShort(values + 2 * row);
    }

    public int getInt(int row) {
      return bytes.getInt(values + 4 * row);
    }

    public long getLong(int row) {
      return bytes.getLong(values + 8 * row);
    }

    public float getFloat(int row) {
      return bytes.getFloat(values + 4 * row);
    }

    public double getDouble(int row) {
      return bytes.getDouble(values + 8 * row);
    }

    /** Where the string of this row begins in array(). */
    public int stringBegin(int row) {
      return text + getInt(row);
    }

    public int stringSize(int row) {
      return getInt(row + 1) - getInt(row);
    }

    public byte[] array() {
      return bytes.array();
    }
  }

  private final Column[] columns;
  private final int rows;

  /** Throws ProtocolException for anything not well formed. Keeps the array. */
  public BlockReader(byte[] block) throws ProtocolException {
    ByteBuffer in = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
    if (in.remaining() < BlockWriter.HEADER_SIZE) throw damaged("it ends too early");
    if (in.getInt() != BlockWriter.MAGIC) throw damaged("it does not begin as one");
    long count = Integer.toUnsignedLong(in.getInt());
    long claimed = in.getLong();
    if (claimed < 0 || claimed > Integer.MAX_VALUE) {
      throw damaged("it claims " + Long.toUnsignedString(claimed) + " rows");
    }
    rows = (int) claimed;
    if (count > in.remaining() / BlockWriter.ENTRY_SIZE) throw damaged("it ends too early");
    int directory = in.position();
    in.position(directory + (int) count * BlockWriter.ENTRY_SIZE);
    columns = new Column[(int) count];
    for (int c = 0; c < columns.length; c++) {
      columns[c] = column(in, directory + c * BlockWriter.ENTRY_SIZE);
    }
    if (in.hasRemaining()) throw damaged("it is longer than its content");
  }

  private Column column(ByteBuffer in, int entry) throws ProtocolException {
    ColumnType type = ColumnType.ofNumber(Byte.toUnsignedInt(in.get(entry)));
    int flags = Byte.toUnsignedInt(in.get(entry + 1));
    if (flags > 7 || in.getShort(entry + 2) != 0 || in.getInt(entry + 12) != 0) {
      throw damaged("a column has an unknown flag");
    }
    long nameSize = Integer.toUnsignedLong(in.getInt(entry + 4));
    long levelCount = Integer.toUnsignedLong(in.getInt(entry + 8));
    long textSize = in.getLong(entry + 16);
    if (textSize < 0 || textSize > Integer.MAX_VALUE) throw damaged("its text passes 2 GiB");
    if (!type.isFactor() && (flags & ~BlockWriter.HAS_VALIDITY) != 0) {
      throw damaged("a column that is no factor has levels");
    }
    int name = buffer(in, nameSize, 1);
    boolean bitmap = (flags & BlockWriter.HAS_VALIDITY) != 0;
    int valid = bitmap ? buffer(in, (rows + 7L) / 8, 1) : -1;
    int values;
    int text = 0;
    byte[][] levels = null;
    if (type == ColumnType.CHARACTER) {
      values = buffer(in, rows + 1L, 4);
      text = buffer(in, textSize, 1);
      checkOffsets(in, values, rows, textSize);
    } else {
      values = buffer(in, rows, type.width());
      if ((flags & BlockWriter.HAS_LEVELS) != 0) {
        int offsets = buffer(in, levelCount + 1, 4);
        int bytes = buffer(in, textSize, 1);
        checkOffsets(in, offsets, levelCount, textSize);
        levels = levels(in, offsets, bytes, (int) levelCount);
      }
      checkValues(in, type, values, levels);
    }
    String label = new String(in.array(), name, (int) nameSize, StandardCharsets.UTF_8);
    return new Column(in, label, type, values, valid, text, levels);
  }

  /** The position of the next buffer, of `count` values of `width` bytes; moves on behind it. */
  private static int buffer(ByteBuffer in, long count, int width) throws ProtocolException {
    long left = in.remaining();
    if (count > left / width || BlockWriter.padded(count * width) > left) {
      throw damaged("it ends too early");
    }
    int at = in.position();
    in.position(at + (int) BlockWriter.padded(count * width));
    return at;
  }

  private static void checkOffsets(ByteBuffer in, int offsets, long count, long textSize)
      throws ProtocolException {
    int before = in.getInt(offsets);
    if (before != 0) throw damaged("strings do not begin at 0");
    for (int i = 1; i <= count; i++) {
      int offset = in.getInt(offsets + 4 * i);
      if (offset < before) throw damaged("a string ends before it begins");
      before = offset;
    }
    if (before != textSize) throw damaged("strings do not fill their buffer");
  }

  private static byte[][] levels(ByteBuffer in, int offsets, int bytes, int count) {
    byte[][] levels = new byte[count][];
    for (int i = 0; i < count; i++) {
      int begin = in.getInt(offsets + 4 * i);
      levels[i] = new byte[in.getInt(offsets + 4 * (i + 1)) - begin];
      in.get(bytes + begin, levels[i]);
    }
    return levels;
  }

  private void checkValues(ByteBuffer in, ColumnType type, int values, byte[][] levels)
      throws ProtocolException {
    if (type == ColumnType.LOGICAL) {
      for (int row = 0; row < rows; row++) {
        byte value = in.get(values + row);
        if (value != 0 && value != 1 && value != (byte) 0xff) {
          throw damaged("a logical is neither true, false nor missing");
        }
      }
    } else if (type.isFactor()) {
      // Codes into levels that the schema declares are checked where the schema is known.
      int count = levels == null ? Integer.MAX_VALUE : levels.length;
      for (int row = 0; row < rows; row++) {
        int code = in.getInt(values + 4 * row);
        if (code < -1 || code >= count) throw damaged("a factor code has no level");
      }
    }
  }

  private static ProtocolException damaged(String what) {
    return new ProtocolException("a block of rows is damaged: " + what);
  }

  public int rows() {
    return rows;
  }

  public int columnCount() {
    return columns.length;
  }

  public Column column(int c) {
    return columns[c];
  }
}
