package org.insitu.spark;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.insitu.gateway.UserError;
import org.insitu.worker.Json;

/** Data under a handle: what they are, and their blocks, as Spark is to make them. */
final class Table {
  private static final int MOST_PLANS = 16;

  /** Makes the plan of the blocks of some columns. */
  interface Planner {
    JavaRDD<byte[]> blocks(List<Field> fields);
  }

  private final List<Field> fields;
  private final ArrayNode schema;
  private final ArrayNode leftOut;
  private final boolean ordered;
  private final ArrayNode splits;
  private final ArrayNode files;
  private final Map<Long, Integer> partitionOfSplit;
  private final Planner planner;
  private final JavaRDD<byte[]> cached; // all columns; null: nothing is kept
  private final Map<List<Field>, JavaRDD<byte[]>> plans =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Field>, JavaRDD<byte[]>> eldest) {
          return size() > MOST_PLANS;
        }
      };

  /** What the engine knows of the data: see OPEN. */
  record Description(ArrayNode schema, ArrayNode leftOut, boolean ordered, ArrayNode splits,
      ArrayNode files) {}

  Table(Description description, Map<Long, Integer> partitionOfSplit, List<Field> fields,
      Planner planner, JavaRDD<byte[]> cached) {
    this.fields = fields;
    schema = description.schema;
    leftOut = description.leftOut;
    ordered = description.ordered;
    splits = description.splits;
    files = description.files;
    this.partitionOfSplit = partitionOfSplit;
    this.planner = planner;
    this.cached = cached;
  }

  /** The same data, whose blocks are kept, with all columns. */
  Table keeping(JavaRDD<byte[]> blocks) {
    return new Table(new Description(schema, leftOut, ordered, splits, files), partitionOfSplit,
        fields, planner, blocks);
  }

  /** How many columns the engine can read. */
  int columns() {
    return fields.size();
  }

  /** A plan of its own of all blocks, for those that are to be kept. */
  JavaRDD<byte[]> newBlocks() {
    return planner.blocks(fields);
  }

  /** Blocks that are kept, of rows that workers have made. */
  static Table ofKept(Description description, Map<Long, Integer> partitionOfSplit,
      JavaRDD<byte[]> blocks) {
    return new Table(description, partitionOfSplit, List.of(), null, blocks);
  }

  /** Throws where the data have no such split. */
  int partitionOfSplit(long split) {
    Integer partition = partitionOfSplit.get(split);
    if (partition == null) {
      throw UserError.argument("the data have no split " + split + "; they have "
          + partitionOfSplit.size());
    }
    return partition;
  }

  /**
   * The blocks of at least these columns; null: of all. A plan is kept and used again: planning
   * takes longer than many a pass.
   */
  synchronized JavaRDD<byte[]> blocks(Set<String> columns) {
    if (cached != null) return cached;
    List<Field> chosen = columns == null ? fields
        : fields.stream().filter(field -> columns.contains(field.name())).toList();
    return plans.computeIfAbsent(chosen, planner::blocks);
  }

  ObjectNode describe(String handle) {
    ObjectNode document = Json.object().put("handle", handle);
    document.set("schema", schema);
    document.set("leftOut", leftOut);
    document.put("ordered", ordered).put("cached", cached != null);
    document.set("splits", splits);
    document.set("files", files);
    return document;
  }
}
