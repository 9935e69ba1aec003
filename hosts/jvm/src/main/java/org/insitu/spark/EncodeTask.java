package org.insitu.spark;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/** A partition of Spark's rows, or batches, as BLOCK frames. */
final class EncodeTask {
  private EncodeTask() {}

  record OfRows(List<Field> fields, Cut[][] cuts)
      implements Function2<Integer, Iterator<InternalRow>, Iterator<byte[]>> {
    @Override
    public Iterator<byte[]> call(Integer partition, Iterator<InternalRow> rows) {
      return BlockEncoder.ofRows(fields, cuts == null ? null : cuts[partition], partition, rows);
    }
  }

  record OfBatches(List<Field> fields, Cut[][] cuts)
      implements Function2<Integer, Iterator<ColumnarBatch>, Iterator<byte[]>> {
    @Override
    public Iterator<byte[]> call(Integer partition, Iterator<ColumnarBatch> batches) {
      return BlockEncoder.ofBatches(fields, cuts == null ? null : cuts[partition], partition,
          batches);
    }
  }
}
