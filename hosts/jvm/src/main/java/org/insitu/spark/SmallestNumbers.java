package org.insitu.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.orc.ColumnStatistics;
import org.apache.orc.IntegerColumnStatistics;
import org.apache.orc.OrcFile;
import org.apache.orc.Reader;
import org.apache.orc.TypeDescription;
import org.apache.parquet.column.statistics.IntStatistics;
import org.apache.parquet.column.statistics.LongStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Columns whose statistics say that they hold the smallest whole number of a width, which is the
 * code of a missing value in the engine: they are read in the next wider type, or left out, as
 * src/columnar/columnar_types.cpp does it.
 */
final class SmallestNumbers {
  private final Map<String, Long> least; // by column; only those that are the smallest of a width

  private SmallestNumbers(Map<String, Long> least) {
    least.values().removeIf(number ->
        number != Short.MIN_VALUE && number != Integer.MIN_VALUE && number != Long.MIN_VALUE);
    this.least = least;
  }

  static SmallestNumbers of(ParquetMetadata footer) {
    Map<String, Long> least = new TreeMap<>();
    for (BlockMetaData group : footer.getBlocks()) {
      for (ColumnChunkMetaData chunk : group.getColumns()) {
        Statistics<?> known = chunk.getStatistics();
        if (chunk.getPath().size() > 1 || known == null || !known.hasNonNullValue()) continue;
        String name = chunk.getPath().toArray()[0];
        if (known instanceof IntStatistics whole) least.merge(name, (long) whole.getMin(), Math::min);
        if (known instanceof LongStatistics whole) least.merge(name, whole.getMin(), Math::min);
      }
    }
    return new SmallestNumbers(least);
  }

  static SmallestNumbers of(Reader file) {
    Map<String, Long> least = new TreeMap<>();
    ColumnStatistics[] known = file.getStatistics();
    TypeDescription schema = file.getSchema();
    List<String> names = schema.getFieldNames();
    for (int i = 0; names != null && i < names.size(); i++) {
      int place = schema.getChildren().get(i).getId();
      if (place < known.length && known[place] instanceof IntegerColumnStatistics whole
          && whole.getNumberOfValues() > 0) {
        least.put(names.get(i), whole.getMinimum());
      }
    }
    return new SmallestNumbers(least);
  }

  static SmallestNumbers ofOrc(String file, Configuration configuration) throws IOException {
    try (Reader reader = OrcFile.createReader(new Path(file), OrcFile.readerOptions(configuration))) {
      return of(reader);
    }
  }

  /** Which columns, as a part of the kind of a file. */
  @Override
  public String toString() {
    return least.isEmpty() ? "" : least.toString();
  }

  /** The columns in types that hold them; what none holds is added to `refused`. */
  StructType widened(StructType columns, List<LeftOut> refused) {
    if (least.isEmpty()) return columns;
    List<StructField> fields = new ArrayList<>();
    for (StructField field : columns.fields()) {
      Long number = least.get(field.name());
      DataType type = field.dataType();
      if (number == null) {
        fields.add(field);
      } else if (type instanceof LongType && number == Long.MIN_VALUE) {
        refused.add(new LeftOut(field.name(), "int64 with " + number + ", which marks a missing "
            + "value here; store it as floating point numbers or texts"));
      } else if (type instanceof IntegerType && number == Integer.MIN_VALUE) {
        fields.add(DataTypes.createStructField(field.name(), DataTypes.LongType, true));
      } else if (type instanceof ShortType && number == Short.MIN_VALUE) {
        fields.add(DataTypes.createStructField(field.name(), DataTypes.IntegerType, true));
      } else {
        fields.add(field);
      }
    }
    return DataTypes.createStructType(fields);
  }
}
