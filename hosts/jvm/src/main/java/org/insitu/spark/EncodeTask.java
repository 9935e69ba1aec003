package org.insitu.spark;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/** A partition of Spark's rows, or batches, as BLOCK frames. */
final class EncodeTask {
  private EncodeTask() {}

  record OfRows(List<Field> fields, Cut[][] cuts, SourceFile[] files)
      implements Function2<Integer, Iterator<InternalRow>, Iterator<byte[]>> {
    @Override
    public Iterator<byte[]> call(Integer partition, Iterator<InternalRow> rows) {
      SourceFile file = files == null ? null : files[partition];
      Iterator<byte[]> blocks = BlockEncoder.ofRows(fields, cuts == null ? null : cuts[partition],
          partition, file, rows);
      return file == null ? blocks : file.checked(blocks);
    }
  }

  record OfBatches(List<Field> fields, Cut[][] cuts, SourceFile[] files)
      implements Function2<Integer, Iterator<ColumnarBatch>, Iterator<byte[]>> {
    @Override
    public Iterator<byte[]> call(Integer partition, Iterator<ColumnarBatch> batches) {
      SourceFile file = files == null ? null : files[partition];
      Iterator<byte[]> blocks = BlockEncoder.ofBatches(fields,
          cuts == null ? null : cuts[partition], partition, file, batches);
      return file == null ? blocks : file.checked(blocks);
    }
  }
}
