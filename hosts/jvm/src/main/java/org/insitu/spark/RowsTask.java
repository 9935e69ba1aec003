package org.insitu.spark;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.unsafe.types.UTF8String;
import org.apache.spark.util.CollectionAccumulator;
import org.insitu.gateway.TaskPlan;
import org.insitu.worker.BlockReader;
import org.insitu.worker.Frame;

/** A transform over one partition, as rows that Spark writes. */
final class RowsTask implements Function2<Integer, Iterator<byte[]>, Iterator<InternalRow>> {
  private static final long serialVersionUID = 1;

  private final TaskPlan plan;
  private final StructType schema;
  private final List<List<String>> levels; // of each column; null: none declared
  private final CollectionAccumulator<byte[]> reports;

  /** `columns`: the schema of the engine. */
  RowsTask(TaskPlan plan, JsonNode columns, StructType schema,
      CollectionAccumulator<byte[]> reports) {
    this.plan = plan;
    this.schema = schema;
    this.reports = reports;
    levels = new ArrayList<>();
    for (JsonNode column : columns) {
      if (!column.has("levels")) {
        levels.add(null);
        continue;
      }
      List<String> names = new ArrayList<>();
      for (JsonNode level : column.get("levels")) names.add(level.asText());
      levels.add(names);
    }
  }

  @Override
  public Iterator<InternalRow> call(Integer partition, Iterator<byte[]> input)
      throws IOException {
    OutFrames frames = new OutFrames(plan, partition, input, reports);
    UTF8String[][] declared = declaredLevels();
    return new Iterator<>() {
      private Iterator<InternalRow> rows = Collections.emptyIterator();

      @Override
      public boolean hasNext() {
        while (!rows.hasNext()) {
          if (!frames.hasNext()) return false;
          Frame frame = frames.next();
          if (frame.payload().length > 0) rows = rows(frame.payload(), declared);
        }
        return true;
      }

      @Override
      public InternalRow next() {
        if (!hasNext()) throw new NoSuchElementException();
        return rows.next();
      }
    };
  }

  private UTF8String[][] declaredLevels() {
    UTF8String[][] result = new UTF8String[levels.size()][];
    for (int c = 0; c < result.length; c++) {
      if (levels.get(c) == null) continue;
      result[c] = levels.get(c).stream().map(UTF8String::fromString).toArray(UTF8String[]::new);
    }
    return result;
  }

  private Iterator<InternalRow> rows(byte[] bytes, UTF8String[][] declared) {
    BlockReader block;
    try {
      block = new BlockReader(bytes);
    } catch (IOException damaged) {
      throw new UncheckedIOException(damaged);
    }
    if (block.columnCount() != schema.size()) {
      throw new IllegalStateException("a worker sent " + block.columnCount()
          + " columns where " + schema.size() + " were announced");
    }
    ColumnVector[] columns = new ColumnVector[block.columnCount()];
    for (int c = 0; c < columns.length; c++) {
      columns[c] = new BlockColumn(schema.apply(c).dataType(), block.column(c), block.rows(),
          declared[c]);
    }
    return new ColumnarBatch(columns, block.rows()).rowIterator();
  }
}
