package org.insitu.spark;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;
import org.insitu.gateway.UserError;
import org.insitu.worker.Json;

/** WRITE: the rows of a transform as files, a table or a view; each task writes its own, in order. */
final class Writing {
  private Writing() {}

  /** Where rows are written to. It shows nothing new until finish() has been called. */
  interface Target {
    /** Throws where it may not be written. */
    void check() throws IOException;

    /** Starts jobs of Spark's. */
    void write(Dataset<Row> rows) throws Exception;

    /** All rows are there: they take the place of the old ones. Returns the number of files. */
    int finish() throws Exception;

    /** Removes what write() has made. */
    void abandon();
  }

  static void run(SparkCall call, Map<String, Table> handles) throws Exception {
    JsonNode columns = call.arguments().path("schema");
    JsonNode description = call.arguments().path("target");
    if (!columns.isArray() || !description.isObject()) {
      throw UserError.argument("WRITE needs 'schema' and 'target'");
    }
    String kind = description.path("kind").asText();
    Application application = call.application();
    boolean files = kind.equals("parquet") || kind.equals("orc");
    SparkSession session = files ? application.files().session() : application.session();
    Target target = switch (kind) {
      case "parquet", "orc" -> new FileTarget(application, description);
      case "table" -> new TableTarget(application, description);
      case "view" -> new ViewTarget(application, description);
      default -> throw UserError.argument("unknown kind of target: '" + kind + "'; known: parquet, "
          + "orc, table, view");
    };
    target.check();
    Work work = Work.of(call, handles);
    Reports reports = new Reports(call);
    StructType schema = SparkTypes.toSpark(columns,
        description.path("factorsAsIndexes").asBoolean(false));
    JavaRDD<InternalRow> rows = work.input().mapPartitionsWithIndex(
        new RowsTask(work.plan(), columns, schema, reports.accumulator()), true);
    Dataset<Row> data = Shims.dataset(session, rows, schema);
    try {
      SparkJob.run(call, () -> target.write(data), reports::look);
      reports.finish(work.partitions().length);
      call.reply(Json.object().put("rows", reports.written()).put("files", target.finish()));
    } catch (Exception failure) {
      target.abandon();
      throw failure;
    }
  }
}
