package org.insitu.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.insitu.worker.Json;

/**
 * What a call wants done: tasks over files that the workers read, or over the blocks of a handle.
 * `partitions`: those of `input` that have work, in the order of the data. `lastSplit`: the highest
 * number of a split, as tasks name them.
 */
record Work(JavaRDD<byte[]> input, TaskPlan plan, int[] partitions, long splits, long lastSplit) {

  /** From the arguments "task", "worker" and either "tasks" or "handle", "columns", "splits". */
  static Work of(Call call, Map<String, Table> handles) {
    ObjectNode arguments = call.arguments();
    if (!(arguments.path("task") instanceof ObjectNode task)) {
      throw UserError.argument(call.op() + " needs the document 'task'");
    }
    List<String> command = new ArrayList<>();
    for (JsonNode word : arguments.path("worker")) command.add(word.asText());
    return arguments.has("handle") ? ofBlocks(call, task, command, handles)
        : ofFiles(call, task, command);
  }

  private static Work ofFiles(Call call, ObjectNode task, List<String> command) {
    if (!(call.arguments().path("tasks") instanceof ArrayNode tasks)) {
      throw UserError.argument(call.op() + " needs 'tasks', or a 'handle' with 'splits'");
    }
    List<byte[]> inputs = new ArrayList<>();
    long splits = 0;
    long lastSplit = -1;
    for (JsonNode one : tasks) {
      splits += one.size();
      lastSplit = Math.max(lastSplit, one.path(one.size() - 1).path(0).asLong(-1));
      inputs.add(Json.bytes(one));
    }
    TaskPlan plan = new TaskPlan(task, call.payload(), command);
    int[] partitions = IntStream.range(0, inputs.size()).toArray();
    JavaRDD<byte[]> input = inputs.isEmpty() ? call.application().context().emptyRDD()
        : call.application().context().parallelize(inputs, inputs.size());
    return new Work(input, plan, partitions, splits, lastSplit);
  }

  private static Work ofBlocks(Call call, ObjectNode task, List<String> command,
      Map<String, Table> handles) {
    ObjectNode arguments = call.arguments();
    Table table = handles.get(call.text("handle"));
    if (table == null) {
      throw UserError.argument("no data under the handle '" + call.text("handle") + "'");
    }
    if (!(arguments.path("splits") instanceof ArrayNode wanted)) {
      throw UserError.argument(call.op() + " needs 'splits' with a handle");
    }
    Map<Integer, List<JsonNode>> byPartition = new TreeMap<>();
    for (JsonNode one : wanted) {
      int partition = table.partitionOfSplit(one.path(0).asLong(-1));
      byPartition.computeIfAbsent(partition, none -> new ArrayList<>()).add(one);
    }
    Map<Integer, TaskPlan.Wanted> plan = new TreeMap<>();
    byPartition.forEach((partition, splits) -> plan.put(partition, wanted(splits)));
    Set<String> columns = null;
    if (arguments.path("columns").isArray()) {
      columns = new HashSet<>();
      for (JsonNode name : arguments.path("columns")) columns.add(name.asText());
    }
    long lastSplit = plan.values().stream().mapToLong(TaskPlan.Wanted::lastSplit).max().orElse(-1);
    int[] partitions = plan.keySet().stream().mapToInt(Integer::intValue).toArray();
    return new Work(table.blocks(columns), new TaskPlan(task, call.payload(), command, plan,
        columns), partitions, wanted.size(), lastSplit);
  }

  private static TaskPlan.Wanted wanted(List<JsonNode> splits) {
    ArrayNode ofTask = Json.array();
    long[] ofBlocks = new long[splits.size()];
    for (int i = 0; i < ofBlocks.length; i++) {
      ofBlocks[i] = splits.get(i).path(0).asLong();
      ofTask.add(splits.get(i).path(1));
      if (i > 0 && ofBlocks[i] <= ofBlocks[i - 1]) {
        throw UserError.argument("the splits of a call are not in order");
      }
    }
    long last = splits.get(splits.size() - 1).path(1).path(0).asLong();
    return new TaskPlan.Wanted(Json.bytes(ofTask), ofBlocks, last);
  }
}
