package org.insitu.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.RDDInfo;
import org.apache.spark.storage.StorageLevel;
import org.insitu.worker.Json;

/**
 * The data that the application keeps in its executors: blocks, and views that were written. They
 * belong to the application and outlive the client that asked for them.
 */
final class CachedData {
  private static final StorageLevel LEVEL = StorageLevel.MEMORY_AND_DISK();

  /** `state` tells whether what is kept still is what the key stands for. */
  record Entry(String name, String kind, String state, int columns, JavaRDD<byte[]> blocks) {}

  private record View(String name, int columns, Dataset<Row> data) {}

  private final JavaSparkContext context;
  private final SparkSession session;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, View> views = new LinkedHashMap<>();

  CachedData(JavaSparkContext context, SparkSession session) {
    this.context = context;
    this.session = session;
  }

  /** What is kept under the key, or `blocks` from now on. Nothing is computed yet. */
  synchronized Entry entry(String key, String state, SparkCall call, String kind, int columns,
      Supplier<JavaRDD<byte[]>> blocks) {
    Entry known = find(key, state);
    if (known != null) return known;
    String name = call.arguments().path("name").asText(key.substring(key.indexOf('|') + 1));
    return put(key, new Entry(name, kind, state, columns, blocks.get().persist(LEVEL)));
  }

  synchronized Entry find(String key, String state) {
    Entry known = entries.get(key);
    if (known == null) return null;
    if (known.state.equals(state)) return known;
    entries.remove(key).blocks.unpersist(false);
    return null;
  }

  synchronized Entry put(String key, Entry entry) {
    Entry before = entries.put(key, entry);
    if (before != null) before.blocks.unpersist(false);
    return entry;
  }

  static JavaRDD<byte[]> keep(JavaRDD<byte[]> blocks) {
    return blocks.persist(LEVEL);
  }

  /** A temporary view, whose rows are kept; takes the place of one of the same name. */
  synchronized void putView(String name, Dataset<Row> data) {
    View before = views.put(name, new View(name, data.schema().size(), data));
    if (before != null) before.data.unpersist(false);
  }

  synchronized ObjectNode list() {
    Map<Integer, RDDInfo> storage = new LinkedHashMap<>();
    for (RDDInfo info : context.sc().getRDDStorageInfo()) storage.put(info.id(), info);
    ObjectNode document = Json.object();
    ArrayNode data = document.putArray("data");
    for (Entry entry : entries.values()) {
      RDDInfo info = storage.get(entry.blocks.id());
      data.addObject().put("name", entry.name).put("kind", entry.kind)
          .put("columns", entry.columns).put("partitions", entry.blocks.getNumPartitions())
          .put("memory", info == null ? 0 : info.memSize())
          .put("disk", info == null ? 0 : info.diskSize());
    }
    for (View view : views.values()) {
      data.addObject().put("name", view.name).put("kind", "view").put("columns", view.columns)
          .put("partitions", view.data.toJavaRDD().getNumPartitions())
          .put("memory", -1).put("disk", -1); // Spark tells them apart by its own names only
    }
    return document;
  }

  /** {"names": [...]} or {"all": true}; says how many were removed. */
  synchronized ObjectNode remove(ObjectNode arguments) {
    if (arguments.path("all").asBoolean(false)) return Json.object().put("removed", removeAll());
    int removed = 0;
    for (JsonNode name : arguments.path("names")) removed += remove(name.asText());
    return Json.object().put("removed", removed);
  }

  private int remove(String name) {
    int removed = 0;
    for (Map.Entry<String, Entry> one : List.copyOf(entries.entrySet())) {
      if (!one.getValue().name.equals(name)) continue;
      entries.remove(one.getKey()).blocks.unpersist(false);
      removed++;
    }
    View view = views.remove(name);
    if (view != null) {
      session.catalog().dropTempView(name);
      view.data.unpersist(false);
      removed++;
    }
    return removed;
  }

  synchronized int removeAll() {
    int removed = entries.size();
    entries.values().forEach(entry -> entry.blocks.unpersist(false));
    entries.clear();
    for (String name : new ArrayList<>(views.keySet())) removed += remove(name);
    return removed;
  }
}
