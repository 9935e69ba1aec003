package org.insitu.spark;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.insitu.gateway.UserError;
import org.insitu.worker.ColumnType;
import org.insitu.worker.Json;
import org.insitu.worker.UniqueNames;

/** OPEN: files, tables, queries and views of Spark's as tables of blocks. */
final class Tables {
  private final Application application;

  Tables(Application application) {
    this.application = application;
  }

  Table open(SparkCall call, Map<String, Table> handles) throws IOException {
    call.joinGroup(); // footers and the statistics of tables are read by jobs
    String kind = call.text("kind");
    boolean cache = call.arguments().path("cache").asBoolean(false);
    return switch (kind) {
      case "parquet", "orc" -> openFiles(call, kind, call.text("path"), cache);
      case "table" -> openData(call, kind, call.text("table"),
          application.session().table(call.text("table")), cache);
      case "view" -> openData(call, kind, call.text("view"),
          application.session().table(call.text("view")), cache);
      case "query" -> openData(call, kind, call.text("query"),
          application.session().sql(call.text("query")), cache);
      case "rows" -> CachedRows.open(call, handles);
      default -> throw UserError.argument("unknown kind of data: '" + kind + "'; known: parquet, "
          + "orc, table, query, view, rows");
    };
  }

  // ---- files ----

  private Table openFiles(SparkCall call, String kind, String path, boolean cache) throws IOException {
    FileSession files = application.files();
    String key = kind + "|" + path;
    FileSession.Listing listing = files.list(path);
    OpenFiles open = application.openFiles();
    Table known = open.find(key, listing.state());
    Table table = known != null ? known : planFiles(kind, path, listing);
    if (known == null) open.put(key, listing.state(), table);
    if (!cache) return table;
    return table.keeping(application.cached().entry(key, listing.state(), call, kind,
        table.columns(), table::newBlocks).blocks());
  }

  private Table planFiles(String kind, String path, FileSession.Listing listing)
      throws IOException {
    FileSession files = application.files();
    FileSession.Files opened = files.open(kind, path);
    Columns columns = Columns.of(opened.data(), opened.nanoseconds(), opened.refused());
    long pieceSize = files.pieceSize(listing.bytes());
    boolean parquet = kind.equals("parquet");
    Planned all = files.withPieces(pieceSize, () -> plan(columns, columns.fields()));
    List<Piece> pieces = all.pieces();
    Map<String, RowGroups.OfFile> groups =
        files.rowGroups().of(pieces, parquet, application.context());
    Layout layout = Layout.ofFiles(pieces, groups);
    Table.Planner planner = fields -> {
      if (fields.equals(columns.fields())) return encoded(all, fields, layout);
      Planned some = files.withPieces(pieceSize, () -> plan(columns, fields));
      return encoded(some, fields, Layout.ofFiles(some.pieces(), groups));
    };
    return table(columns, layout, layout.files(path), planner);
  }

  // ---- tables, queries, views ----

  private Table openData(SparkCall call, String kind, String text, Dataset<Row> data, boolean cache)
      throws IOException {
    Columns columns = Columns.of(data, Set.of(), List.of());
    Planned all = plan(columns, columns.fields());
    Layout layout = Layout.unordered(all.partitions());
    Table.Planner planner = fields -> {
      // A plan that is more than a scan is made once: another one, of fewer columns, may cut the
      // data into other partitions.
      if (all.batches != null && !fields.equals(columns.fields())) {
        Planned some = plan(columns, fields);
        if (some.batches != null && some.partitions() == all.partitions()) {
          return encoded(some, fields, layout);
        }
      }
      return encoded(all, fields, layout);
    };
    Table table = table(columns, layout, null, planner);
    if (!cache) return table;
    String state = Integer.toString(data.semanticHash());
    return table.keeping(application.cached().entry(kind + "|" + text, state, call, kind,
        table.columns(), table::newBlocks).blocks());
  }

  /** `files`: those of the splits; null: rows of no file, without an order. */
  private static Table table(Columns columns, Layout layout, ArrayNode files,
      Table.Planner planner) {
    Table.Description description = new Table.Description(Field.schema(columns.fields()),
        LeftOut.list(columns.leftOut()), files != null, layout.splits(),
        files != null ? files : Json.array());
    return new Table(description, layout.partitionOfSplit(), columns.fields(), planner, null);
  }

  // ---- plans ----

  /** A data set whose columns have names of their own, and which of them the engine can read. */
  private record Columns(Dataset<Row> data, List<Field> fields, List<LeftOut> leftOut) {
    static Columns of(Dataset<Row> data, Set<String> nanoseconds, List<LeftOut> refused) {
      List<Field> fields = new ArrayList<>();
      List<LeftOut> leftOut = new ArrayList<>();
      StructField[] all = data.schema().fields();
      List<String> names = UniqueNames.of(Stream.of(all).map(StructField::name).toList());
      // Spark finds columns by their names, most often without regard to case: where two are one to
      // it (after a join, or a and A), they get other ones there.
      Set<String> seen = new HashSet<>();
      boolean ambiguous = false;
      for (StructField column : all) {
        String name = column.name();
        ambiguous |= !seen.add(isCaseSensitive(data) ? name : name.toLowerCase(Locale.ROOT));
      }
      for (int c = 0; c < all.length; c++) {
        DataType sparkType = all[c].dataType();
        ColumnType type = nanoseconds.contains(all[c].name()) && sparkType instanceof LongType
            ? ColumnType.POSIXCT : SparkTypes.toEngine(sparkType);
        if (type != null) {
          fields.add(new Field(names.get(c), c, sparkType, type));
        } else {
          leftOut.add(new LeftOut(names.get(c), sparkType.simpleString()));
        }
      }
      leftOut.addAll(refused);
      String[] places = IntStream.range(0, all.length).mapToObj(c -> "c" + c)
          .toArray(String[]::new);
      return new Columns(ambiguous ? data.toDF(places) : data, fields, leftOut);
    }

    private static boolean isCaseSensitive(Dataset<Row> data) {
      return Boolean.parseBoolean(data.sparkSession().conf().get("spark.sql.caseSensitive"));
    }
  }

  /** One of the two is null. The ordinals are those of `fields`. */
  private record Planned(List<Field> fields, JavaRDD<ColumnarBatch> batches,
      JavaRDD<InternalRow> rows) {
    int partitions() {
      return batches != null ? batches.getNumPartitions() : rows.getNumPartitions();
    }

    List<Piece> pieces() {
      List<Piece> pieces = Shims.pieces(batches != null ? batches : rows);
      if (pieces == null) {
        throw new IllegalStateException("Spark has planned a scan of files otherwise than known");
      }
      return pieces;
    }
  }

  /** Spark's plan for these columns, in the order in which the data have them. */
  private static Planned plan(Columns columns, List<Field> fields) {
    // Names are looked up as the active session does it, not as that of the data.
    var before = SparkSession.getActiveSession();
    SparkSession.setActiveSession(columns.data().sparkSession());
    try {
      return planNow(columns, fields);
    } finally {
      if (before.isDefined()) {
        SparkSession.setActiveSession(before.get());
      } else {
        SparkSession.clearActiveSession();
      }
    }
  }

  private static Planned planNow(Columns columns, List<Field> fields) {
    boolean everything = fields.size() == columns.data().columns().length;
    Dataset<Row> chosen = everything ? columns.data()
        : columns.data().select(fields.stream().map(field -> columns.data()
            .col(quoted(columns.data().columns()[field.ordinal()])))
            .toArray(Column[]::new));
    List<Field> placed = new ArrayList<>();
    for (int c = 0; c < fields.size(); c++) {
      placed.add(fields.get(c).at(c));
    }
    JavaRDD<ColumnarBatch> batches = Shims.batches(chosen);
    Planned planned = new Planned(placed, batches, batches == null ? Shims.rows(chosen) : null);
    planned.partitions(); // settled now, under the settings of the moment
    return planned;
  }

  private static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  /** The blocks of `fields`, which the plan has. */
  private JavaRDD<byte[]> encoded(Planned plan, List<Field> fields, Layout layout) {
    if (layout.partitions() == 0) return application.context().emptyRDD();
    Set<String> names = fields.stream().map(Field::name).collect(Collectors.toSet());
    List<Field> chosen = plan.fields().stream().filter(f -> names.contains(f.name())).toList();
    if (plan.batches() != null) {
      JavaRDD<ColumnarBatch> batches = layout.order() == null ? plan.batches()
          : Shims.arranged(plan.batches(), layout.order());
      return batches.mapPartitionsWithIndex(
          new EncodeTask.OfBatches(chosen, layout.cuts(), layout.files()), true);
    }
    JavaRDD<InternalRow> rows = layout.order() == null ? plan.rows()
        : Shims.arranged(plan.rows(), layout.order());
    return rows.mapPartitionsWithIndex(new EncodeTask.OfRows(chosen, layout.cuts(),
        layout.files()), true);
  }
}
