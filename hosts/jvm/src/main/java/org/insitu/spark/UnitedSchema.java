package org.insitu.spark;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.insitu.gateway.UserError;
import org.insitu.worker.ColumnType;

/**
 * The columns of several files as those of one source, as src/columnar/united_columns.cpp unites
 * them: by name, in the order of first appearance, of each the narrowest type that holds all values.
 */
final class UnitedSchema {
  private record Known(DataType type, boolean nanoseconds, String file) {}

  private final Map<String, Known> known = new LinkedHashMap<>();
  private final Map<String, LeftOut> refused = new LinkedHashMap<>();

  void add(String file, StructType columns, Set<String> nanoseconds, List<LeftOut> unknown) {
    for (LeftOut column : unknown) {
      Known usable = known.get(column.name());
      if (usable != null) throw differs(column.name(), usable, column.type(), file);
      refused.putIfAbsent(column.name(), column);
    }
    for (StructField field : columns.fields()) {
      String name = field.name();
      Known now = new Known(field.dataType(), nanoseconds.contains(name), file);
      if (refused.containsKey(name)) throw differs(name, now, refused.get(name).type(), "another");
      Known before = known.putIfAbsent(name, now);
      if (before == null) continue;
      DataType common = common(before.type, now.type);
      if (common == null || before.nanoseconds != now.nanoseconds) {
        throw differs(name, before,
            now.nanoseconds ? "timestamp in nanoseconds" : now.type.simpleString(), file);
      }
      known.put(name, new Known(common, now.nanoseconds,
          common.equals(before.type) ? before.file : file));
    }
  }

  StructType columns() {
    StructType columns = new StructType();
    for (Map.Entry<String, Known> one : known.entrySet()) {
      columns = columns.add(one.getKey(), one.getValue().type, true);
    }
    return columns;
  }

  /** The columns of longs that count nanoseconds since 1970. */
  Set<String> nanoseconds() {
    Set<String> names = new HashSet<>();
    known.forEach((name, column) -> {
      if (column.nanoseconds) names.add(name);
    });
    return names;
  }

  /** Columns that Spark itself cannot read. */
  List<LeftOut> refused() {
    return new ArrayList<>(refused.values());
  }

  private static UserError differs(String name, Known one, String other, String file) {
    String type = one.nanoseconds ? "timestamp in nanoseconds" : one.type.simpleString();
    return UserError.data("the files of a folder must have columns that fit together, but '" + name
        + "' is " + type + " in " + one.file + " and " + other + " in " + file + ", and no type "
        + "holds both without loss on Spark; keep files of one kind in a folder");
  }

  /** Null: there is none. */
  private static DataType common(DataType a, DataType b) {
    if (a.equals(b) || b instanceof NullType) return a;
    if (a instanceof NullType) return b;
    int whole = Math.max(bits(a), bits(b));
    if (bits(a) > 0 && bits(b) > 0) return whole == 64 ? DataTypes.LongType : whole == 32
        ? DataTypes.IntegerType : DataTypes.ShortType;
    boolean numbers = (bits(a) > 0 || isFraction(a)) && (bits(b) > 0 || isFraction(b));
    if (numbers) return whole > 32 ? null : DataTypes.DoubleType;
    if (a instanceof DecimalType one && b instanceof DecimalType other) {
      int scale = Math.max(one.scale(), other.scale());
      int digits = Math.max(one.precision() - one.scale(), other.precision() - other.scale());
      return digits + scale > DecimalType.MAX_PRECISION() ? null
          : DataTypes.createDecimalType(digits + scale, scale);
    }
    boolean texts = SparkTypes.toEngine(a) == ColumnType.CHARACTER
        && SparkTypes.toEngine(b) == ColumnType.CHARACTER;
    return texts ? DataTypes.StringType : null;
  }

  /** Of whole numbers; 0: it is none. */
  private static int bits(DataType type) {
    return type instanceof ByteType ? 8 : type instanceof ShortType ? 16
        : type instanceof IntegerType ? 32 : type instanceof LongType ? 64 : 0;
  }

  private static boolean isFraction(DataType type) {
    return type instanceof FloatType || type instanceof DoubleType;
  }
}
