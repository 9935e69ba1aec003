package org.insitu.spark;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.execution.vectorized.OnHeapColumnVector;
import org.apache.spark.sql.execution.vectorized.WritableColumnVector;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.unsafe.types.UTF8String;
import org.insitu.gateway.UserError;
import org.insitu.worker.ColumnType;

/**
 * The same rows, one by one and in batches of any length, must become the same bytes, cut at the same
 * places: Spark is free to hand rows over in either way, and the answer may not depend on it.
 */
public final class EncodeTwice {
  private static final long SEED = 21;
  private static final int TABLES = 25;
  private static final DataType[] TYPES = {
    DataTypes.BooleanType, DataTypes.ByteType, DataTypes.ShortType, DataTypes.IntegerType,
    DataTypes.LongType, DataTypes.FloatType, DataTypes.DoubleType, DataTypes.StringType,
    DataTypes.DateType, DataTypes.TimestampType, DataTypes.TimestampNTZType,
    DataTypes.createDecimalType(7, 2), DataTypes.createDecimalType(18, 3),
    DataTypes.createDecimalType(38, 10)
  };

  private final Random random = new Random(SEED);
  private final List<Field> fields = new ArrayList<>();

  public static void main(String[] arguments) {
    new EncodeTwice().all();
  }

  private void all() {
    for (int c = 0; c < TYPES.length; c++) {
      fields.add(new Field("c" + c, c, TYPES[c], SparkTypes.toEngine(TYPES[c])));
    }
    fields.add(new Field("ns", TYPES.length, DataTypes.LongType, ColumnType.POSIXCT));
    int blocks = 0;
    for (int i = 0; i < TABLES; i++) blocks += table(i);
    if (blocks < 2 * TABLES) throw new AssertionError("only " + blocks + " blocks were compared");
    refusals();
    System.out.println(TABLES + " tables, " + blocks + " blocks");
  }

  private int table(int number) {
    Cut[] cuts = number % 5 == 0 ? null : cuts();
    int rows = cuts == null ? random.nextInt(80_000)
        : (int) Arrays.stream(cuts).mapToLong(Cut::rows).sum();
    List<InternalRow> all = new ArrayList<>();
    double missing = new double[] {0, 0.1, 1}[random.nextInt(3)];
    for (int row = 0; row < rows; row++) all.add(row(missing));
    List<byte[]> one = drained(BlockEncoder.ofRows(fields, cuts, 9, null, all.iterator()));
    List<byte[]> other = drained(BlockEncoder.ofBatches(fields, cuts, 9, null, batches(all)));
    check(one.size() == other.size(), number, "the number of blocks");
    for (int b = 0; b < one.size(); b++) {
      check(Arrays.equals(one.get(b), other.get(b)), number, "block " + b);
    }
    return one.size();
  }

  /** The code of a missing value is no value, in rows and in vectors. */
  private void refusals() {
    for (int c = 0; c < TYPES.length; c++) {
      Object smallest = smallest(TYPES[c]);
      if (smallest == null) continue;
      List<InternalRow> rows = new ArrayList<>();
      for (int i = 0; i < 200; i++) rows.add(row(0.1));
      rows.get(150).update(c, smallest);
      String byRows = refusal(BlockEncoder.ofRows(fields, null, 9, null, rows.iterator()));
      String byBatches = refusal(BlockEncoder.ofBatches(fields, null, 9, null, batches(rows)));
      String expected = "column 'c" + c + "' holds the whole number " + smallest + ", which marks a "
          + "missing value here";
      check(byRows.startsWith(expected) && byBatches.equals(byRows), c, "the refusal " + byRows);
    }
  }

  private static Object smallest(DataType type) {
    return type.equals(DataTypes.ShortType) ? (Object) Short.MIN_VALUE
        : type.equals(DataTypes.IntegerType) ? (Object) Integer.MIN_VALUE
        : type.equals(DataTypes.LongType) ? (Object) Long.MIN_VALUE : null;
  }

  private static String refusal(Iterator<byte[]> blocks) {
    try {
      drained(blocks);
      return "nothing";
    } catch (UserError refused) {
      return refused.getMessage();
    }
  }

  private static void check(boolean holds, int table, String what) {
    if (!holds) throw new AssertionError("table " + table + ": " + what + " depends on how rows come");
  }

  private static List<byte[]> drained(Iterator<byte[]> blocks) {
    List<byte[]> all = new ArrayList<>();
    blocks.forEachRemaining(all::add);
    return all;
  }

  private Cut[] cuts() {
    Cut[] cuts = new Cut[random.nextInt(6)];
    long first = random.nextInt(1000);
    for (int i = 0; i < cuts.length; i++) {
      long rows = random.nextInt(3) == 0 ? 32_768 : 1 + random.nextInt(40_000);
      cuts[i] = new Cut(i, first, rows);
      first += rows;
    }
    return cuts;
  }

  private InternalRow row(double missing) {
    Object[] values = new Object[fields.size()];
    for (int c = 0; c < values.length; c++) {
      if (random.nextDouble() >= missing) values[c] = value(fields.get(c).sparkType(), c);
    }
    return new GenericInternalRow(values);
  }

  private Object value(DataType type, int column) {
    if (type.equals(DataTypes.BooleanType)) return random.nextBoolean();
    if (type.equals(DataTypes.ByteType)) return (byte) random.nextInt();
    if (type.equals(DataTypes.ShortType)) return (short) (random.nextInt(65_535) - 32_767);
    if (type.equals(DataTypes.IntegerType)) return random.nextInt();
    if (type.equals(DataTypes.FloatType)) return Float.intBitsToFloat(random.nextInt() & 0xff7fffff);
    if (type.equals(DataTypes.DoubleType)) return random.nextGaussian();
    if (type.equals(DataTypes.StringType)) {
      return UTF8String.fromString("ä€x".repeat(random.nextInt(4)));
    }
    if (type.equals(DataTypes.DateType)) return random.nextInt(100_000) - 50_000;
    if (column >= TYPES.length - 3 && column < TYPES.length) {
      int scale = new int[] {2, 3, 10}[column - TYPES.length + 3];
      int precision = new int[] {7, 18, 38}[column - TYPES.length + 3];
      BigDecimal number = BigDecimal.valueOf(random.nextInt(20_000_000) - 10_000_000, scale);
      return Decimal.apply(number.remainder(BigDecimal.valueOf(99_999)), precision, scale);
    }
    return random.nextLong(); // long, timestamps
  }

  /** The rows in one batch that is filled again and again, as Spark's scans do. */
  private Iterator<ColumnarBatch> batches(List<InternalRow> rows) {
    int most = 1 + random.nextInt(9000);
    WritableColumnVector[] vectors = new WritableColumnVector[fields.size()];
    for (int c = 0; c < vectors.length; c++) {
      vectors[c] = new OnHeapColumnVector(most, fields.get(c).sparkType());
    }
    ColumnarBatch batch = new ColumnarBatch(vectors);
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        batch.setNumRows(0); // a scan does so
        return next < rows.size();
      }

      @Override
      public ColumnarBatch next() {
        int count = Math.min(rows.size() - next, random.nextInt(20) == 0 ? 0 : 1 + random.nextInt(most));
        for (int c = 0; c < vectors.length; c++) {
          vectors[c].reset();
          for (int i = 0; i < count; i++) put(vectors[c], i, rows.get(next + i), c);
        }
        next += count;
        batch.setNumRows(count);
        return batch;
      }
    };
  }

  private void put(WritableColumnVector to, int at, InternalRow row, int c) {
    DataType type = fields.get(c).sparkType();
    if (row.isNullAt(c)) {
      to.putNull(at);
    } else if (type.equals(DataTypes.BooleanType)) {
      to.putBoolean(at, row.getBoolean(c));
    } else if (type.equals(DataTypes.ByteType)) {
      to.putByte(at, row.getByte(c));
    } else if (type.equals(DataTypes.ShortType)) {
      to.putShort(at, row.getShort(c));
    } else if (type.equals(DataTypes.IntegerType) || type.equals(DataTypes.DateType)) {
      to.putInt(at, row.getInt(c));
    } else if (type.equals(DataTypes.FloatType)) {
      to.putFloat(at, row.getFloat(c));
    } else if (type.equals(DataTypes.DoubleType)) {
      to.putDouble(at, row.getDouble(c));
    } else if (type.equals(DataTypes.StringType)) {
      byte[] text = row.getUTF8String(c).toString().getBytes(StandardCharsets.UTF_8);
      to.putByteArray(at, text);
    } else if (type instanceof org.apache.spark.sql.types.DecimalType decimal) {
      to.putDecimal(at, row.getDecimal(c, decimal.precision(), decimal.scale()), decimal.precision());
    } else {
      to.putLong(at, row.getLong(c));
    }
  }
}
