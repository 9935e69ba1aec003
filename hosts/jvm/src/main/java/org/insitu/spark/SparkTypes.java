package org.insitu.spark;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.CharType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;
import org.apache.spark.sql.types.VarcharType;
import org.insitu.worker.ColumnType;

/** Which type of the engine is which of Spark's, both ways. */
final class SparkTypes {
  private SparkTypes() {}

  /** The engine's type, or null where it has none. */
  static ColumnType toEngine(DataType type) {
    if (type instanceof BooleanType) return ColumnType.LOGICAL;
    if (type instanceof ByteType || type instanceof ShortType) return ColumnType.INT16;
    if (type instanceof IntegerType) return ColumnType.INTEGER;
    if (type instanceof LongType) return ColumnType.INT64;
    if (type instanceof FloatType) return ColumnType.FLOAT32;
    if (type instanceof DoubleType || type instanceof DecimalType) return ColumnType.NUMERIC;
    if (type instanceof StringType || type instanceof CharType || type instanceof VarcharType) {
      return ColumnType.CHARACTER;
    }
    if (type instanceof DateType) return ColumnType.DATE;
    if (type instanceof TimestampType || type instanceof TimestampNTZType) {
      return ColumnType.POSIXCT;
    }
    return null;
  }

  /** Spark's type for a column of the engine that is written. */
  static DataType toSpark(ColumnType type, boolean factorsAsIndexes) {
    return switch (type) {
      case LOGICAL -> DataTypes.BooleanType;
      case INT16 -> DataTypes.ShortType;
      case UINT16, INTEGER -> DataTypes.IntegerType;
      case INT64 -> DataTypes.LongType;
      case FLOAT32 -> DataTypes.FloatType;
      case NUMERIC -> DataTypes.DoubleType;
      case CHARACTER -> DataTypes.StringType;
      case FACTOR, ORDERED -> factorsAsIndexes ? DataTypes.IntegerType : DataTypes.StringType;
      case DATE -> DataTypes.DateType;
      case POSIXCT -> DataTypes.TimestampType;
    };
  }

  /** Spark's schema for rows of the engine's `schema` (src/data/schema_json.hpp). */
  static StructType toSpark(JsonNode schema, boolean factorsAsIndexes) {
    StructType result = new StructType();
    for (JsonNode column : schema) {
      ColumnType type = ColumnType.ofName(column.path("type").asText());
      result = result.add(column.path("name").asText(), toSpark(type, factorsAsIndexes), true);
    }
    return result;
  }
}
