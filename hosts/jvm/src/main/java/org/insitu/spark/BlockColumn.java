package org.insitu.spark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.apache.spark.sql.vectorized.ColumnarMap;
import org.apache.spark.unsafe.types.UTF8String;
import org.insitu.worker.BlockReader;
import org.insitu.worker.ColumnType;

/** A column of a worker's block as Spark reads columns, without a copy of the block. */
final class BlockColumn extends ColumnVector {
  private final BlockReader.Column column;
  private final int rows;
  private final UTF8String[] levels; // of a factor that is written as text

  /** `declared`: the levels of a factor in the schema, or null. */
  BlockColumn(DataType type, BlockReader.Column column, int rows, UTF8String[] declared) {
    super(type);
    this.column = column;
    this.rows = rows;
    levels = type instanceof StringType && column.type().isFactor() ? levels(declared) : null;
  }

  private UTF8String[] levels(UTF8String[] declared) {
    UTF8String[] all = declared == null ? new UTF8String[0] : declared;
    if (column.levels() != null) {
      all = new UTF8String[column.levels().length];
      for (int i = 0; i < all.length; i++) all[i] = UTF8String.fromBytes(column.levels()[i]);
    }
    for (int row = 0; row < rows; row++) {
      if (column.getInt(row) >= all.length) {
        throw new IllegalStateException("a worker sent a code without a level of the factor '"
            + column.name() + "'");
      }
    }
    return all;
  }

  @Override
  public void close() {}

  @Override
  public boolean hasNull() {
    return numNulls() > 0;
  }

  @Override
  public int numNulls() {
    int count = 0;
    for (int row = 0; row < rows; row++) {
      if (column.isMissing(row)) count++;
    }
    return count;
  }

  @Override
  public boolean isNullAt(int row) {
    return column.isMissing(row);
  }

  @Override
  public boolean getBoolean(int row) {
    return column.getLogical(row);
  }

  @Override
  public byte getByte(int row) {
    throw unsupported();
  }

  @Override
  public short getShort(int row) {
    return column.getShort(row);
  }

  @Override
  public int getInt(int row) {
    return switch (column.type()) {
      case UINT16 -> Short.toUnsignedInt(column.getShort(row));
      case DATE -> (int) Math.floor(column.getDouble(row));
      default -> column.getInt(row);
    };
  }

  @Override
  public long getLong(int row) {
    return column.type() == ColumnType.POSIXCT
        ? Seconds.toMicroseconds(column.getDouble(row)) : column.getLong(row);
  }

  @Override
  public float getFloat(int row) {
    return column.getFloat(row);
  }

  @Override
  public double getDouble(int row) {
    return column.getDouble(row);
  }

  @Override
  public UTF8String getUTF8String(int row) {
    if (levels != null) return levels[column.getInt(row)];
    return UTF8String.fromBytes(column.array(), column.stringBegin(row), column.stringSize(row));
  }

  @Override
  public Decimal getDecimal(int row, int precision, int scale) {
    throw unsupported();
  }

  @Override
  public byte[] getBinary(int row) {
    throw unsupported();
  }

  @Override
  public ColumnarArray getArray(int row) {
    throw unsupported();
  }

  @Override
  public ColumnarMap getMap(int row) {
    throw unsupported();
  }

  @Override
  public ColumnVector getChild(int ordinal) {
    throw unsupported();
  }

  private static UnsupportedOperationException unsupported() {
    return new UnsupportedOperationException("the engine has no column of this type");
  }
}
