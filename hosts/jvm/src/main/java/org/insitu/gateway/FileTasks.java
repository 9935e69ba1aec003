package org.insitu.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.insitu.worker.Json;

/**
 * Tasks over files that the workers read: what they share, and the run of splits of each, as JSON. `lastSplit`: the highest number of
 * a split; -1: there is none.
 */
public record FileTasks(ObjectNode task, List<String> command, List<byte[]> inputs, long splits,
    long lastSplit) {

  /** From the arguments "task", "tasks" and "worker" of a call. */
  public static FileTasks of(Call call) {
    ObjectNode task = call.document("task");
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
    return new FileTasks(task, call.words("worker"), inputs, splits, lastSplit);
  }

  public TaskPlan plan(Call call) {
    return new TaskPlan(task, call.payload(), command);
  }
}
