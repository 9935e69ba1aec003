package org.insitu.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TimeZone;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.orc.OrcFile;
import org.apache.parquet.schema.MessageType;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampType;
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
    set("spark.sql.parquet.binaryAsString", "false");
    set("spark.sql.parquet.int96AsTimestamp", "true");
    set("spark.sql.legacy.parquet.nanosAsLong", "true");
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

  /** What lies below a path. `state` tells whether it still is the same. */
  record Listing(long bytes, String state) {}

  /** Asks the file system, each time. */
  Listing list(String path) throws IOException {
    Path place = new Path(path);
    FileSystem system = system(place);
    if (!system.exists(place)) throw notFound(path);
    List<String> states = new ArrayList<>();
    long bytes = 0;
    for (RemoteIterator<LocatedFileStatus> files = system.listFiles(place, true);
        files.hasNext();) {
      LocatedFileStatus file = files.next();
      bytes += file.getLen();
      states.add(Piece.fileState(file.getPath().toString(), file.getLen(),
          file.getModificationTime()));
    }
    Collections.sort(states);
    return new Listing(bytes, String.join("\n", states));
  }

  private static UserError notFound(String path) {
    return UserError.data("file or folder not found: " + path);
  }

  private FileSystem system(Path path) throws IOException {
    return path.getFileSystem(session.sparkContext().hadoopConfiguration());
  }

  /**
   * Files as rows. `nanoseconds`: columns of longs that count them since 1970. `refused`: columns that
   * Spark itself cannot read.
   */
  record Files(Dataset<Row> data, Set<String> nanoseconds, List<LeftOut> refused) {}

  /** A file or a folder of them; its columns are those of the first file that has bytes. */
  Files open(String kind, String path) throws IOException {
    Path place = new Path(path);
    FileSystem system = system(place);
    if (!system.exists(place)) throw notFound(path);
    String first = path;
    if (system.getFileStatus(place).isDirectory()) {
      List<FileStatus> files = new ArrayList<>();
      boolean folders = false;
      for (FileStatus one : system.listStatus(place)) {
        char mark = one.getPath().getName().charAt(0);
        if (mark == '_' || mark == '.') continue;
        folders |= one.isDirectory();
        if (one.isFile() && one.getLen() > 0) files.add(one);
      }
      if (files.isEmpty() && folders) return new Files(reader(kind).load(path), Set.of(), List.of());
      if (files.isEmpty()) throw UserError.data("the folder holds no file with data: " + path);
      first = files.stream().map(file -> file.getPath().toString())
          .min(Comparator.comparing(name -> name.getBytes(StandardCharsets.UTF_8), Serve.PATHS))
          .get();
    }
    return kind.equals("parquet") ? openParquet(first, path) : openOrc(first, path);
  }

  private Files openParquet(String first, String path) throws IOException {
    MessageType schema = ParquetColumns.schema(new Path(first),
        session.sparkContext().hadoopConfiguration());
    Set<String> nanoseconds = ParquetColumns.nanoseconds(schema);
    StructType columns;
    List<LeftOut> refused = List.of();
    try {
      columns = reader("parquet").load(first).schema();
    } catch (Exception unknown) {
      // Which exception it is depends on the version: 4.x says it itself, in 3.5 a job fails of it.
      ParquetColumns each = ParquetColumns.of(schema, session);
      if (each.refused().isEmpty()) throw unknown;
      columns = each.known();
      refused = each.refused();
    }
    return new Files(reader("parquet").schema(columns).load(path), nanoseconds, refused);
  }

  /**
   * Times in ORC are those of a clock on the wall, which Spark takes to be one in the zone of the JVM.
   * Only where that is UTC are they what every other reader says.
   */
  private Files openOrc(String first, String path) throws IOException {
    Configuration configuration = session.sparkContext().hadoopConfiguration();
    OrcFile.createReader(new Path(first), OrcFile.readerOptions(configuration))
        .close(); // says what is wrong with a file; Spark only says that something is
    StructType columns = new StructType();
    List<LeftOut> refused = new ArrayList<>();
    for (StructField field : reader("orc").load(first).schema().fields()) {
      if (field.dataType() instanceof TimestampType && !inUtc()) {
        refused.add(new LeftOut(field.name(), "timestamp of an ORC file, which needs a session "
            + "whose driver and executors were started with -Duser.timezone=UTC"));
      } else {
        columns = columns.add(field);
      }
    }
    return new Files(reader("orc").schema(columns).load(path), Set.of(), refused);
  }

  private static boolean inUtc() {
    return TimeZone.getDefault().hasSameRules(TimeZone.getTimeZone("UTC"));
  }

  private DataFrameReader reader(String kind) {
    return session.read().format(kind).option("__globPaths__", "false"); // names are names
  }
}
