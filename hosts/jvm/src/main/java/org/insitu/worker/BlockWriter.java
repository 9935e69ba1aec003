package org.insitu.worker;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Rows as an RXB1 block (docs/worker.md, "Blocks"): columns are filled row by row or piece by piece,
 * then the block is written out and the writer is used again.
 */
public final class BlockWriter {
  static final int MAGIC = 0x31425852; // "RXB1"
  static final int HEADER_SIZE = 16;
  static final int ENTRY_SIZE = 24;
  static final int HAS_VALIDITY = 1;
  static final int HAS_LEVELS = 2;
  static final int DECLARED_LEVELS = 4;

  /** Rows of a chunk of the engine; a block of that many is not cut or joined there. */
  private static final int ROWS_PER_CHUNK = 32768;
  private static final long MOST_BYTES = 32 << 20;
  private static final int ASSUMED_STRING = 16;

  private final ColumnBuilder[] columns;
  private final int capacity;
  private int rows;

  /** A writer for as many rows as fit a chunk, fewer where rows are very long. */
  public BlockWriter(List<String> names, List<ColumnType> types) {
    long rowSize = 0;
    for (ColumnType type : types) {
      rowSize += type == ColumnType.CHARACTER ? ASSUMED_STRING : type.width();
    }
    int room = ROWS_PER_CHUNK;
    while (room > 16 && room * rowSize > MOST_BYTES) room /= 2;
    capacity = room;
    columns = new ColumnBuilder[names.size()];
    for (int c = 0; c < columns.length; c++) {
      byte[] name = names.get(c).getBytes(StandardCharsets.UTF_8);
      columns[c] = new ColumnBuilder(name, types.get(c), capacity);
    }
  }

  public int capacity() {
    return capacity;
  }

  public int rows() {
    return rows;
  }

  public ColumnBuilder column(int c) {
    return columns[c];
  }

  /** `count` more rows have been set in every column. */
  public void added(int count) {
    rows += count;
  }

  /** Bytes of the block as it stands. */
  public int size() {
    long size = HEADER_SIZE + (long) ENTRY_SIZE * columns.length;
    for (ColumnBuilder column : columns) {
      size += padded(column.name.length);
      if (column.type == ColumnType.CHARACTER) {
        if (column.hasMissing) size += padded((rows + 7) / 8);
        size += padded(4L * (rows + 1)) + padded(column.textSize);
      } else {
        size += padded((long) column.type.width() * rows);
      }
    }
    return Math.toIntExact(size);
  }

  /** Writes the block of size() bytes into `to` from `at` on, and begins the next one. */
  public void finish(byte[] to, int at) {
    ByteBuffer out = ByteBuffer.wrap(to, at, to.length - at).slice().order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putInt(columns.length).putLong(rows);
    for (ColumnBuilder column : columns) {
      out.put((byte) column.type.ordinal()).put((byte) (column.hasMissing ? HAS_VALIDITY : 0))
          .putShort((short) 0).putInt(column.name.length).putInt(0).putInt(0)
          .putLong(column.textSize);
    }
    for (ColumnBuilder column : columns) {
      put(out, column.name, column.name.length);
      if (column.type == ColumnType.CHARACTER) {
        if (column.hasMissing) put(out, column.valid, (rows + 7) / 8);
        put(out, column.values, 4 * (rows + 1));
        put(out, column.text, column.textSize);
      } else {
        put(out, column.values, column.type.width() * rows);
      }
      column.clear();
    }
    rows = 0;
  }

  private static void put(ByteBuffer out, byte[] bytes, int size) {
    out.put(bytes, 0, size).position((int) padded(out.position()));
  }

  static long padded(long size) {
    return (size + 7) & ~7L;
  }
}
