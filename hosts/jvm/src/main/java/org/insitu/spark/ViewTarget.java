package org.insitu.spark;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.insitu.gateway.UserError;

/** A temporary view, whose rows stay in the memory (or on the disks) of the executors. */
final class ViewTarget implements Writing.Target {
  private final Application application;
  private final String name;
  private final boolean overwrite;
  private Dataset<Row> kept;

  ViewTarget(Application application, JsonNode target) {
    this.application = application;
    name = target.path("view").asText();
    if (name.isEmpty()) throw UserError.argument("a target of kind view needs 'view'");
    if (target.path("append").asBoolean(false)) {
      throw UserError.argument("rows cannot be appended to a view: " + name);
    }
    overwrite = target.path("overwrite").asBoolean(false);
  }

  @Override
  public void check() {
    if (!overwrite && application.session().catalog().tableExists("`" + name + "`")) {
      throw UserError.argument("the view is there already; set overwrite to replace it: " + name);
    }
  }

  @Override
  public void write(Dataset<Row> rows) {
    kept = rows.persist(StorageLevel.MEMORY_AND_DISK());
    kept.count(); // now: a view is made of rows that are there
  }

  @Override
  public int finish() throws Exception {
    kept.createOrReplaceTempView(name);
    application.cached().putView(name, kept);
    return 0;
  }

  @Override
  public void abandon() {
    if (kept != null) kept.unpersist(false);
  }
}
