package org.insitu.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.ArrayList;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.insitu.worker.Serve;

/**
 * Parquet and ORC files as data sets, in a session of our own: its settings make the plan depend on
 * the files alone, and are not forced on a session that the analyst holds.
 */
final class FileSession {
  private static final long LEAST_PIECE = 1 << 20;
  private static final long MOST_PIECE = 64 << 20;
  private static final int PIECES_PER_CORE = 2;

  private final SparkSession session;
  private final RowGroups rowGroups = new RowGroups();

  FileSession(SparkSession parent) {
    session = parent.newSession();
    set("spark.sql.caseSensitive", "true");
    set("spark.sql.session.timeZone", "UTC");
    set("spark.sql.sources.useV1SourceList", "parquet,orc");
    set("spark.sql.files.ignoreCorruptFiles", "false");
    set("spark.sql.files.ignoreMissingFiles", "false");
    set("spark.sql.parquet.enableVectorizedReader", "true");
    set("spark.sql.parquet.mergeSchema", "false");
    // Dates and times are taken as they are stored, not moved to the calendar of old writers.
    set("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED");
    set("spark.sql.parquet.int96RebaseModeInRead", "CORRECTED");
    set("spark.sql.parquet.datetimeRebaseModeInWrite", "CORRECTED");
    // As our own writer has it; the default of Spark is a type that the format has given up.
    set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS");
    set("spark.sql.orc.impl", "native");
    set("spark.sql.orc.enableVectorizedReader", "true");
    set("spark.sql.orc.mergeSchema", "false");
    set("spark.sql.codegen.maxFields", "1000000"); // wide files stay columns
  }

  private void set(String name, String value) {
    session.conf().set(name, value);
  }

  RowGroups rowGroups() {
    return rowGroups;
  }

  SparkSession session() {
    return session;
  }

  /**
   * The length of the pieces in which files are scanned, for a data set of this size. Any length
   * gives the same splits; this one gives every core some.
   */
  long pieceSize(long bytes) {
    long cores = Math.max(1, session.sparkContext().defaultParallelism());
    return Math.max(LEAST_PIECE, Math.min(MOST_PIECE, bytes / (PIECES_PER_CORE * cores)));
  }

  /** What `plan` makes of files depends on the length of pieces when it is asked for partitions. */
  synchronized <T> T withPieces(long size, java.util.function.Supplier<T> plan) {
    set("spark.sql.files.maxPartitionBytes", Long.toString(size));
    // As large as a piece: no partition then holds more than one.
    set("spark.sql.files.openCostInBytes", Long.toString(size));
    return plan.get();
  }

  /** The bytes of all files below the path. */
  long size(String path) throws IOException {
    Path place = new Path(path);
    return system(place).getContentSummary(place).getLength();
  }

  private FileSystem system(Path path) throws IOException {
    return path.getFileSystem(session.sparkContext().hadoopConfiguration());
  }

  /** A file or a folder of them; its columns are those of the first file that has bytes. */
  Dataset<Row> open(String kind, String path) throws IOException {
    Path place = new Path(path);
    FileSystem system = system(place);
    if (!system.exists(place)) throw UserError.data("file or folder not found: " + path);
    List<FileStatus> files = new ArrayList<>();
    boolean folders = false;
    if (system.getFileStatus(place).isDirectory()) {
      for (FileStatus one : system.listStatus(place)) {
        char first = one.getPath().getName().charAt(0);
        if (first == '_' || first == '.') continue;
        folders |= one.isDirectory();
        if (one.isFile() && one.getLen() > 0) files.add(one);
      }
      files.sort(Comparator.comparing(
          one -> one.getPath().toString().getBytes(StandardCharsets.UTF_8), Serve.PATHS));
      if (files.isEmpty() && !folders) {
        throw UserError.data("the folder holds no file with data: " + path);
      }
    }
    if (files.isEmpty()) return session.read().format(kind).load(path);
    Dataset<Row> first = session.read().format(kind).load(files.get(0).getPath().toString());
    return session.read().format(kind).schema(first.schema()).load(path);
  }
}
