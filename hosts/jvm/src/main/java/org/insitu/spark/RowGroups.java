package org.insitu.spark;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.orc.OrcFile;
import org.apache.orc.Reader;
import org.apache.orc.StripeInformation;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.deploy.SparkHadoopUtil;

/**
 * The row groups of Parquet files and the stripes of ORC files, out of their footers. Spark's readers
 * give a row group to the piece of the file that holds its middle, and a stripe to the piece that
 * holds its first byte.
 */
final class RowGroups {
  /** One file's: the byte by which each belongs to a piece, and its rows. */
  record OfFile(long[] positions, long[] rows) implements Serializable {}

  private static final int MOST_FILES_HERE = 32;
  private static final int MOST_REMEMBERED = 10_000;

  private final Map<String, OfFile> remembered =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, OfFile> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  /** Of each file among the pieces, by path. Many footers are read by a job of Spark's. */
  Map<String, OfFile> of(List<Piece> pieces, boolean parquet, JavaSparkContext context)
      throws IOException {
    Map<String, OfFile> result = new LinkedHashMap<>();
    Map<String, Piece> missing = new LinkedHashMap<>();
    synchronized (remembered) {
      for (Piece piece : pieces) {
        OfFile known = remembered.get(piece.fileState());
        if (known != null) result.put(piece.path(), known);
        else missing.put(piece.path(), piece);
      }
    }
    List<String> paths = List.copyOf(new LinkedHashSet<>(missing.keySet()));
    List<OfFile> read;
    if (paths.size() <= MOST_FILES_HERE) {
      read = new ArrayList<>();
      for (String path : paths) read.add(read(path, parquet, context.hadoopConfiguration()));
    } else {
      int tasks = Math.min(paths.size(), 4 * context.defaultParallelism());
      read = context.parallelize(paths, tasks)
          .map(path -> read(path, parquet, SparkHadoopUtil.get().conf())).collect();
    }
    synchronized (remembered) {
      for (int i = 0; i < paths.size(); i++) {
        result.put(paths.get(i), read.get(i));
        remembered.put(missing.get(paths.get(i)).fileState(), read.get(i));
      }
    }
    return result;
  }

  private static OfFile read(String name, boolean parquet, Configuration configuration)
      throws IOException {
    Path path = new Path(name);
    List<long[]> groups = new ArrayList<>();
    if (parquet) {
      ParquetMetadata footer = ParquetColumns.footer(path, configuration);
      for (BlockMetaData group : footer.getBlocks()) {
        long middle = group.getStartingPos() + group.getCompressedSize() / 2;
        groups.add(new long[] {middle, group.getRowCount()});
      }
    } else {
      try (Reader file = OrcFile.createReader(path, OrcFile.readerOptions(configuration))) {
        for (StripeInformation stripe : file.getStripes()) {
          groups.add(new long[] {stripe.getOffset(), stripe.getNumberOfRows()});
        }
      }
    }
    return new OfFile(groups.stream().mapToLong(group -> group[0]).toArray(),
        groups.stream().mapToLong(group -> group[1]).toArray());
  }
}
