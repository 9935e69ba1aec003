package org.insitu.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampType;
import org.insitu.gateway.UserError;
import org.insitu.worker.FilePath;
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
    // Files that do not say which calendar they have; those of Spark say it, and are obeyed.
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
    Path place = place(path);
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

  private Path place(String name) {
    return FilePath.withHost(new Path(name), session.sparkContext().hadoopConfiguration());
  }

  private FileSystem system(Path path) throws IOException {
    return path.getFileSystem(session.sparkContext().hadoopConfiguration());
  }

  /**
   * Files as rows. `nanoseconds`: columns of longs that count them since 1970. `refused`: columns that
   * Spark itself cannot read.
   */
  record Files(Dataset<Row> data, Set<String> nanoseconds, List<LeftOut> refused) {}

  /** A file or a folder of them; its columns are those of all files, by name. */
  Files open(String kind, String asked) throws IOException {
    Path place = place(asked);
    String path = place.toString();
    FileSystem system = system(place);
    if (!system.exists(place)) throw notFound(path);
    List<String> files = new ArrayList<>();
    if (system.getFileStatus(place).isDirectory()) {
      boolean folders = false;
      for (FileStatus one : system.listStatus(place)) {
        char mark = one.getPath().getName().charAt(0);
        if (mark == '_' || mark == '.') continue;
        folders |= one.isDirectory();
        if (one.isFile() && one.getLen() > 0) files.add(one.getPath().toString());
      }
      if (files.isEmpty() && folders) return new Files(reader(kind).load(path), Set.of(), List.of());
      if (files.isEmpty()) throw UserError.data("the folder holds no file with data: " + path);
      files.sort(Comparator.comparing(name -> name.getBytes(StandardCharsets.UTF_8), Serve.PATHS));
    } else {
      if (system.getFileStatus(place).getLen() == 0) throw UserError.data("the file is empty: " + path);
      files.add(path);
    }
    UnitedSchema united = new UnitedSchema();
    boolean parquet = kind.equals("parquet");
    Map<String, String> kinds = FileKinds.of(files, parquet,
        JavaSparkContext.fromSparkContext(session.sparkContext()));
    for (Map.Entry<String, String> one : kinds.entrySet()) { // one file for each schema
      if (parquet) {
        addParquet(one.getValue(), united);
      } else {
        addOrc(one.getValue(), united);
      }
    }
    DataFrameReader reader = reader(kind).schema(united.columns());
    if (!parquet && FileKinds.proleptic(kinds.keySet(), united.columns(), path)) {
      reader = reader.option(FileKinds.PROLEPTIC_UNLESS_SAID, "true");
    }
    return new Files(reader.load(path), united.nanoseconds(), united.refused());
  }

  private void addParquet(String file, UnitedSchema united) throws IOException {
    ParquetMetadata footer = ParquetColumns.footer(new Path(file),
        session.sparkContext().hadoopConfiguration());
    MessageType schema = footer.getFileMetaData().getSchema();
    StructType columns;
    List<LeftOut> refused = new ArrayList<>();
    Set<String> names = new HashSet<>();
    schema.getFields().forEach(field -> {
      if (!names.add(field.getName())) {
        throw UserError.data("two columns of the file have the name '" + field.getName()
            + "', which Spark cannot read; read it in a local compute context, where the second "
            + "becomes '" + field.getName() + ".1': " + file);
      }
    });
    try {
      columns = reader("parquet").load(file).schema();
    } catch (Exception unknown) {
      // Which exception it is depends on the version: 4.x says it itself, in 3.5 a job fails of it.
      ParquetColumns each = ParquetColumns.of(schema, session);
      if (each.refused().isEmpty()) throw unknown;
      columns = each.known();
      refused.addAll(each.refused());
    }
    columns = SmallestNumbers.of(footer).widened(columns, refused);
    united.add(file, columns, ParquetColumns.nanoseconds(schema), refused);
  }

  /**
   * Times in ORC are those of a clock on the wall, which Spark takes to be one in the zone of the JVM.
   * Only where that is UTC are they what every other reader says.
   */
  private void addOrc(String file, UnitedSchema united) throws IOException {
    StructType columns = new StructType();
    List<LeftOut> refused = new ArrayList<>();
    for (StructField field : reader("orc").load(file).schema().fields()) {
      if (field.dataType() instanceof TimestampType && !inUtc()) {
        refused.add(new LeftOut(field.name(), "timestamp of an ORC file, which needs a session "
            + "whose driver and executors were started with -Duser.timezone=UTC"));
      } else {
        columns = columns.add(field);
      }
    }
    columns = SmallestNumbers.ofOrc(file, session.sparkContext().hadoopConfiguration())
        .widened(columns, refused);
    united.add(file, columns, Set.of(), refused);
  }

  private static boolean inUtc() {
    return TimeZone.getDefault().hasSameRules(TimeZone.getTimeZone("UTC"));
  }

  private DataFrameReader reader(String kind) {
    return session.read().format(kind).option("__globPaths__", "false"); // names are names
  }
}
