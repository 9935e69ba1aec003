package org.insitu.spark;

import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.execution.vectorized.ConstantColumnVector;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;
import org.insitu.gateway.UserError;
import org.insitu.worker.ColumnBuilder;
import org.insitu.worker.ColumnType;
import org.insitu.worker.InvalidText;

/**
 * Puts the values of one of Spark's columns into a column of a block: value by value from rows, or
 * whole pieces from vectors. Both give the same bytes.
 */
abstract class ColumnEncoder {
  /** The value at `ordinal` of the row, which is not null, into row `at` of the block. */
  abstract void value(SpecializedGetters row, int ordinal, ColumnBuilder to, int at);

  /** The value at `from` of the vector, which is not null. */
  abstract void element(ColumnVector vector, int from, ColumnBuilder to, int at);

  /**
   * Copies the values where arrays of them can be had, nulls as whatever lies there. Returns false
   * where they cannot.
   */
  boolean piece(ColumnVector vector, int from, int count, ColumnBuilder to, int at) {
    return false;
  }

  private String name;

  /** Of the column, for messages. */
  final String name() {
    return name;
  }

  /** Refuses values of the vector that would turn into missing ones. */
  void check(ColumnVector vector, int from, int count) {}

  final void add(SpecializedGetters row, int ordinal, ColumnBuilder to, int at) {
    if (row.isNullAt(ordinal)) {
      to.setMissing(at);
    } else {
      value(row, ordinal, to, at);
    }
  }

  final void add(ColumnVector vector, int from, int count, ColumnBuilder to, int at) {
    // Columns of partition folders are one value for all rows and give no arrays.
    boolean constant = vector instanceof ConstantColumnVector;
    check(vector, from, count);
    if (!constant && piece(vector, from, count, to, at)) {
      if (!vector.hasNull()) return;
      for (int i = 0; i < count; i++) {
        if (vector.isNullAt(from + i)) to.setMissing(at + i);
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      if (vector.isNullAt(from + i)) {
        to.setMissing(at + i);
      } else {
        element(vector, from + i, to, at + i);
      }
    }
  }

  static ColumnEncoder of(Field field) {
    ColumnEncoder encoder = encoder(field);
    encoder.name = field.name();
    return encoder;
  }

  private static ColumnEncoder encoder(Field field) {
    DataType type = field.sparkType();
    boolean time = field.type() == ColumnType.POSIXCT;
    if (type instanceof LongType && time) return new OfNanoseconds();
    if (type instanceof BooleanType) return new OfBoolean();
    if (type instanceof ByteType) return new OfByte();
    if (type instanceof ShortType) return new OfShort();
    if (type instanceof IntegerType) return new OfInt();
    if (type instanceof LongType) return new OfLong();
    if (type instanceof FloatType) return new OfFloat();
    if (type instanceof DoubleType) return new OfDouble();
    if (type instanceof DecimalType decimal) return new OfDecimal(decimal);
    if (type instanceof DateType) return new OfDate();
    if (time) return new OfTimestamp();
    if (field.type() == ColumnType.CHARACTER) return new OfString();
    throw new IllegalArgumentException("no encoder for " + type.simpleString());
  }

  private static final class OfBoolean extends ColumnEncoder {
    @Override
    void value(SpecializedGetters row, int ordinal, ColumnBuilder to, int at) {
      to.setLogical(at, row.getBoolean(ordinal));
    }

    @Override
    void element(ColumnVector vector, int from, ColumnBuilder to, int at) {
      to.setLogical(at, vector.getBoolean(from));
    }
  }

  private static final class OfByte extends ColumnEncoder {
    @Override
    void value(SpecializedGetters row, int ordinal, ColumnBuilder to, int at) {
      to.setShort(at, row.getByte(ordinal));
    }

    @Override
    void element(ColumnVector vector, int from, ColumnBuilder to, int at) {
      to.setShort(at, vector.getByte(from));
    }
  }

  /** Their smallest one is the code of a missing value in the engine: a value must never become it. */
  private abstract static class OfWholeNumbers extends ColumnEncoder {
    private final long missing;

    OfWholeNumbers(long missing) {
      this.missing = missing;
    }

    /** The value at `from` of the vector, which is not null. */
    abstract long number(ColumnVector vector, int from);

    final long checked(long number) {
      if (number != missing) return number;
      throw UserError.data("column '" + name() + "' holds the whole number " + number
          + ", which marks a missing value here; convert the column to floating point numbers or "
          + "to texts");
    }

    @Override
    final void check(ColumnVector vector, int from, int count) {
      boolean nulls = vector.hasNull(); // which have no value to ask for in a dictionary
      for (int i = from; i < from + count; i++) {
        if (!nulls || !vector.isNullAt(i)) checked(number(vector, i));
      }
    }
  }

  private static final class OfShort extends OfWholeNumbers {
    OfShort() {
      super(Short.MIN_VALUE);
    }

    @Override
    long number(ColumnVector vector, int from) {
      return vector.getShort(from);
    }

    @Override
    void value(SpecializedGetters row, int ordinal, ColumnBuilder to, int at) {
      to.setShort(at, (short) checked(row.getShort(ordinal)));
    }

    @Override
    void element(ColumnVector vector, int from, ColumnBuilder to, int at) {
      to.setShort(at, vector.getShort(from));
    }
  }

  private static final class OfInt extends OfWholeNumbers {
    OfInt() {
      super(Integer.MIN_VALUE);
    }

    @Override
    long number(ColumnVector vector, int from) {
      return vector.getInt(from);
    }

    @Override
    void value(SpecializedGetters row, int ordinal, ColumnBuilder to, int at) {
      to.setInt(at, (int) checked(row.getInt(ordinal)));
    }

    @Override
    void element(ColumnVector vector, int from, ColumnBuilder to, int at) {
      to.setInt(at, vector.getInt(from));
    }

    @Override
    boolean piece(ColumnVector vector, int from, int count, ColumnBuilder to, int at) {
      to.setInts(at, vector.getInts(from, count));
      return true;
    }
  }

  private static final class OfLong extends OfWholeNumbers {
    OfLong() {
      super(Long.MIN_VALUE);
    }

    @Override
    long number(ColumnVector vector, int from) {
      return vector.getLong(from);
    }

    @Override
    void value(SpecializedGetters row, int ordinal, ColumnBuilder to, int at) {
      to.setLong(at, checked(row.getLong(ordinal)));
    }

    @Override
    void element(ColumnVector vector, int from, ColumnBuilder to, int at) {
      to.setLong(at, vector.getLong(from));
    }

    @Override
    boolean piece(ColumnVector vector, int from, int count, ColumnBuilder to, int at) {
      to.setLongs(at, vector.getLongs(from, count));
      return true;
    }
  }

  private static final class OfFloat extends ColumnEncoder {
    @Override
    void value(SpecializedGetters row, int ordinal, ColumnBuilder to, int at) {
      to.setFloat(at, row.getFloat(ordinal));
    }

    @Override
    void element(ColumnVector vector, int from, ColumnBuilder to, int at) {
      to.setFloat(at, vector.getFloat(from));
    }

    @Override
    boolean piece(ColumnVector vector, int from, int count, ColumnBuilder to, int at) {
      to.setFloats(at, vector.getFloats(from, count));
      return true;
    }
  }

  private static final class OfDouble extends ColumnEncoder {
    @Override
    void value(SpecializedGetters row, int ordinal, ColumnBuilder to, int at) {
      to.setDouble(at, row.getDouble(ordinal));
    }

    @Override
    void element(ColumnVector vector, int from, ColumnBuilder to, int at) {
      to.setDouble(at, vector.getDouble(from));
    }

    @Override
    boolean piece(ColumnVector vector, int from, int count, ColumnBuilder to, int at) {
      to.setDoubles(at, vector.getDoubles(from, count));
      return true;
    }
  }

  /** The nearest double, by way of Java's decimals, which round correctly. */
  private static final class OfDecimal extends ColumnEncoder {
    private final DecimalType type;

    OfDecimal(DecimalType type) {
      this.type = type;
    }

    @Override
    void value(SpecializedGetters row, int ordinal, ColumnBuilder to, int at) {
      to.setDouble(at, row.getDecimal(ordinal, type.precision(), type.scale()).toJavaBigDecimal()
          .doubleValue());
    }

    @Override
    void element(ColumnVector vector, int from, ColumnBuilder to, int at) {
      to.setDouble(at, vector.getDecimal(from, type.precision(), type.scale()).toJavaBigDecimal()
          .doubleValue());
    }
  }

  /** Days. */
  private static final class OfDate extends ColumnEncoder {
    @Override
    void value(SpecializedGetters row, int ordinal, ColumnBuilder to, int at) {
      to.setDouble(at, row.getInt(ordinal));
    }

    @Override
    void element(ColumnVector vector, int from, ColumnBuilder to, int at) {
      to.setDouble(at, vector.getInt(from));
    }
  }

  /** Microseconds become seconds. */
  private static final class OfTimestamp extends ColumnEncoder {
    @Override
    void value(SpecializedGetters row, int ordinal, ColumnBuilder to, int at) {
      to.setDouble(at, Seconds.of(row.getLong(ordinal)));
    }

    @Override
    void element(ColumnVector vector, int from, ColumnBuilder to, int at) {
      to.setDouble(at, Seconds.of(vector.getLong(from)));
    }
  }

  /** What is finer than a microsecond is cut off, towards the past, as wherever files are read. */
  private static final class OfNanoseconds extends ColumnEncoder {
    private static final int PER_MICROSECOND = 1000;

    @Override
    void value(SpecializedGetters row, int ordinal, ColumnBuilder to, int at) {
      set(row.getLong(ordinal), to, at);
    }

    @Override
    void element(ColumnVector vector, int from, ColumnBuilder to, int at) {
      set(vector.getLong(from), to, at);
    }

    private static void set(long nanoseconds, ColumnBuilder to, int at) {
      to.setDouble(at, Seconds.of(Math.floorDiv(nanoseconds, PER_MICROSECOND)));
    }
  }

  private static final class OfString extends ColumnEncoder {
    @Override
    void value(SpecializedGetters row, int ordinal, ColumnBuilder to, int at) {
      set(row.getUTF8String(ordinal), to, at);
    }

    @Override
    void element(ColumnVector vector, int from, ColumnBuilder to, int at) {
      set(vector.getUTF8String(from), to, at);
    }

    private static void set(UTF8String text, ColumnBuilder to, int at) {
      int begin = to.addString(at, text.numBytes());
      text.writeToMemory(to.textBytes(), Platform.BYTE_ARRAY_OFFSET + begin);
      InvalidText.check(to.textBytes(), begin, text.numBytes(), at);
    }
  }
}
