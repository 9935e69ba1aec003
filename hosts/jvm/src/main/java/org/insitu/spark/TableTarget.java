package org.insitu.spark;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.insitu.gateway.UserError;

/** A table of the catalog. It is written under another name, and renamed when it is complete. */
final class TableTarget implements Writing.Target {
  private final SparkSession session;
  private final String name;
  private final String table;
  private final String fresh;
  private final String format;
  private final boolean overwrite;
  private final boolean append;
  private int files;

  TableTarget(Application application, JsonNode target) {
    session = application.session();
    name = target.path("table").asText();
    if (name.isEmpty()) throw UserError.argument("a target in the catalog needs 'table'");
    table = quoted(name);
    fresh = quoted(name + "_insitu_" + UUID.randomUUID().toString().replace("-", ""));
    format = target.path("format").asText("orc");
    if (!format.equals("orc") && !format.equals("parquet")) {
      throw UserError.argument("unknown format of a table: '" + format + "'; known: orc, parquet");
    }
    overwrite = target.path("overwrite").asBoolean(false);
    append = target.path("append").asBoolean(false);
  }

  private static String quoted(String name) {
    return Arrays.stream(name.split("\\.")).map(part -> "`" + part.replace("`", "``") + "`")
        .collect(Collectors.joining("."));
  }

  @Override
  public void check() {
    if (session.catalog().tableExists(table) && !overwrite && !append) {
      throw UserError.argument(
          "the table is there already; set overwrite to replace it: " + name);
    }
  }

  @Override
  public void write(Dataset<Row> rows) {
    rows.write().format(format).saveAsTable(fresh);
    files = session.table(fresh).inputFiles().length;
  }

  @Override
  public int finish() {
    if (append && !overwrite && session.catalog().tableExists(table)) {
      session.sql("INSERT INTO " + table + " SELECT * FROM " + fresh);
      abandon();
      return files;
    }
    session.sql("DROP TABLE IF EXISTS " + table);
    session.sql("ALTER TABLE " + fresh + " RENAME TO " + table);
    return files;
  }

  @Override
  public void abandon() {
    session.sql("DROP TABLE IF EXISTS " + fresh);
  }
}
