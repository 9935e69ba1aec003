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
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.insitu.gateway.FileTasks;
import org.insitu.gateway.TaskPlan;
import org.insitu.gateway.UserError;
import org.insitu.worker.Json;

/**
 * What a call wants done: tasks over files that the workers read, or over the blocks of a handle.
 * `partitions`: those of `input` that have work, in the order of the data. `lastSplit`: the highest
 * number of a split, as tasks name them.
 */
record Work(JavaRDD<byte[]> input, TaskPlan plan, int[] partitions, long splits, long lastSplit) {

  /** From the arguments "task", "worker" and either "tasks" or "handle", "columns", "splits". */
  static Work of(SparkCall call, Map<String, Table> handles) {
    return call.arguments().has("handle") ? ofBlocks(call, handles) : ofFiles(call);
  }

  private static Work ofFiles(SparkCall call) {
    FileTasks tasks = FileTasks.of(call);
    List<byte[]> inputs = tasks.inputs();
    JavaRDD<byte[]> input = inputs.isEmpty() ? call.application().context().emptyRDD()
        : call.application().context().parallelize(inputs, inputs.size());
    return new Work(input, tasks.plan(call), IntStream.range(0, inputs.size()).toArray(),
        tasks.splits(), tasks.lastSplit());
  }

  private static Work ofBlocks(SparkCall call, Map<String, Table> handles) {
    ObjectNode task = call.document("task");
    ObjectNode arguments = call.arguments();
    Table table = handles.get(call.text("handle"));
    if (table == null) {
      throw UserError.argument("no data under the handle '" + call.text("handle") + "'");
    }
    if (!(arguments.path("splits") instanceof ArrayNode wanted)) {
      throw UserError.argument(call.op() + " needs 'splits' with a handle");
    }
    // Splits whose rows begin in one partition are one task. Where a function of the user's reads
    // rows of further splits with them, those come with the task, whoever else has them too.
    Map<Integer, List<JsonNode>> byPartition = new TreeMap<>();
    long before = -1;
    for (JsonNode one : wanted) {
      if (one.path(0).asLong(-1) < before) throw outOfOrder();
      before = one.path(0).asLong(-1);
      byPartition.computeIfAbsent(table.partitionOfSplit(before), none -> new ArrayList<>())
          .add(one);
    }
    Map<Integer, TaskPlan.Wanted> plan = new TreeMap<>();
    List<int[]> groups = new ArrayList<>();
    byPartition.forEach((partition, splits) -> {
      TaskPlan.Wanted here = wanted(splits);
      groups.add(IntStream.rangeClosed(partition,
          table.partitionOfSplit(here.blocks()[here.blocks().length - 1])).toArray());
      plan.put(partition, here);
    });
    Set<String> columns = null;
    if (arguments.path("columns").isArray()) {
      columns = new HashSet<>();
      for (JsonNode name : arguments.path("columns")) columns.add(name.asText());
    }
    long lastSplit = plan.values().stream().mapToLong(TaskPlan.Wanted::lastSplit).max().orElse(-1);
    JavaRDD<byte[]> blocks = table.blocks(columns);
    int[] partitions = plan.keySet().stream().mapToInt(Integer::intValue).toArray();
    Map<Integer, TaskPlan.Wanted> ofPartition = plan;
    if (groups.stream().anyMatch(group -> group.length > 1)) {
      blocks = Shims.grouped(blocks, groups.toArray(int[][]::new));
      ofPartition = new TreeMap<>();
      for (int i = 0; i < partitions.length; i++) ofPartition.put(i, plan.get(partitions[i]));
      partitions = IntStream.range(0, partitions.length).toArray();
    }
    return new Work(blocks, new TaskPlan(task, call.payload(), call.words("worker"), ofPartition, columns),
        partitions, wanted.size(), lastSplit);
  }

  private static UserError outOfOrder() {
    return UserError.argument("the splits of a call are not in order");
  }

  /** `splits`: [number in the handle, split of the task], and the last number that it reads. */
  private static TaskPlan.Wanted wanted(List<JsonNode> splits) {
    ArrayNode ofTask = Json.array();
    TreeSet<Long> blocks = new TreeSet<>();
    long last = -1;
    for (JsonNode one : splits) {
      long first = one.path(0).asLong();
      for (long i = first; i <= one.path(2).asLong(first); i++) blocks.add(i);
      ofTask.add(one.path(1));
      long split = one.path(1).path(0).asLong();
      if (split <= last) throw outOfOrder();
      last = split;
    }
    return new TaskPlan.Wanted(Json.bytes(ofTask),
        blocks.stream().mapToLong(Long::longValue).toArray(), last);
  }
}
