package org.insitu.worker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One column of a block in the making, in the layout of the wire. Missing values lie in the values;
 * strings alone have a bitmap, because "" is a value. Rows are set in order, each once.
 */
public final class ColumnBuilder {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle DOUBLE =
      MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int MOST_TEXT = Integer.MAX_VALUE - (64 << 20);

  final byte[] name;
  final ColumnType type;
  final byte[] values; // of strings: their offsets, one more than rows
  final byte[] valid; // of strings only
  boolean hasMissing;
  byte[] text = new byte[0];
  int textSize;

  ColumnBuilder(byte[] name, ColumnType type, int capacity) {
    this.name = name;
    this.type = type;
    boolean strings = type == ColumnType.CHARACTER;
    values = new byte[strings ? 4 * (capacity + 1) : type.width() * capacity];
    valid = strings ? new byte[(capacity + 7) / 8] : null;
    clear();
  }

  void clear() {
    textSize = 0;
    hasMissing = false;
    if (valid != null) Arrays.fill(valid, (byte) 0xff);
  }

  public void setLogical(int row, boolean value) {
    values[row] = (byte) (value ? 1 : 0);
  }

  public void setShort(int row, short value) {
    SHORT.set(values, row * 2, value);
  }

  public void setInt(int row, int value) {
    INT.set(values, row * 4, value);
  }

  public void setLong(int row, long value) {
    LONG.set(values, row * 8, value);
  }

  public void setFloat(int row, float value) {
    FLOAT.set(values, row * 4, value);
  }

  public void setDouble(int row, double value) {
    DOUBLE.set(values, row * 8, value);
  }

  public void setInts(int row, int[] from) {
    view(row).asIntBuffer().put(from);
  }

  public void setLongs(int row, long[] from) {
    view(row).asLongBuffer().put(from);
  }

  public void setFloats(int row, float[] from) {
    view(row).asFloatBuffer().put(from);
  }

  public void setDoubles(int row, double[] from) {
    view(row).asDoubleBuffer().put(from);
  }

  private ByteBuffer view(int row) {
    int at = row * type.width();
    return ByteBuffer.wrap(values, at, values.length - at).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Room for the `size` bytes of the string in this row; they go to textBytes() from the position
   * that is returned.
   */
  public int addString(int row, int size) {
    int at = textSize;
    if (size > text.length - at) {
      if (size > MOST_TEXT - at) {
        throw new IllegalArgumentException("the strings of 32768 rows pass 2 GiB in variable '"
            + new String(name, java.nio.charset.StandardCharsets.UTF_8) + "'");
      }
      text = Arrays.copyOf(text, (int) Math.min(MOST_TEXT, 2L * (at + size) + 64));
    }
    textSize = at + size;
    INT.set(values, (row + 1) * 4, textSize);
    return at;
  }

  public byte[] textBytes() {
    return text;
  }

  public void setMissing(int row) {
    switch (type) {
      case LOGICAL -> values[row] = (byte) 0xff;
      case INT16 -> setShort(row, Short.MIN_VALUE);
      case UINT16 -> setShort(row, (short) 0xffff);
      case INTEGER -> setInt(row, Integer.MIN_VALUE);
      case INT64 -> setLong(row, Long.MIN_VALUE);
      case FLOAT32 -> setFloat(row, Float.NaN);
      case FACTOR, ORDERED -> setInt(row, -1);
      case NUMERIC, DATE, POSIXCT -> setDouble(row, Double.NaN);
      case CHARACTER -> {
        hasMissing = true;
        valid[row >> 3] &= (byte) ~(1 << (row & 7));
        INT.set(values, (row + 1) * 4, textSize);
      }
    }
  }
}
