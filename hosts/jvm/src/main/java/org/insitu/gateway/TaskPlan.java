package org.insitu.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Serializable;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.insitu.worker.ErrorCode;
import org.insitu.worker.Json;
import org.insitu.worker.ProtocolException;
import org.insitu.worker.TaskConversation.Sending;
import org.insitu.worker.WantedBlocks;
import org.insitu.worker.WorkerProcess;

/**
 * What the tasks of one call share: the document and payload of their TASK frames, and who runs
 * them. Travels to executors.
 */
public final class TaskPlan implements Serializable {
  private static final long serialVersionUID = 1;

  /** The splits wanted of a partition: as the task names them, and their numbers in the blocks. */
  public record Wanted(byte[] splits, long[] blocks, long lastSplit) implements Serializable {}

  private final byte[] document;
  private final byte[] payload;
  private final List<String> command;
  private final Map<Integer, Wanted> wanted; // by partition; null: the partition holds its splits
  private final Set<String> columns; // of the blocks; null: all
  private final boolean paced;

  /** A task over files, or over states. `task`: the TASK document without splits. */
  public TaskPlan(ObjectNode task, byte[] payload, List<String> command) {
    this(task, payload, command, null, null);
  }

  /** A task over blocks. `wanted`: of each of their partitions. `columns` of the blocks; null: all. */
  public TaskPlan(ObjectNode task, byte[] payload, List<String> command, Map<Integer, Wanted> wanted,
      Set<String> columns) {
    this.document = Json.bytes(task);
    this.payload = payload;
    this.command = command;
    this.wanted = wanted;
    this.columns = columns;
    paced = wanted != null && task.path("mode").asText().equals("transform");
  }

  /** A task of the same pass that merges states. */
  public TaskPlan merging() throws ProtocolException {
    ObjectNode task = Json.parse(document);
    task.put("mode", "merge").remove(List.of("source", "files", "pushed", "columns"));
    return new TaskPlan(task, payload, command);
  }

  List<String> command() {
    return command;
  }

  /**
   * Hands the task of this partition to a worker; `input` is what the partition holds. Null where
   * nothing of it is wanted.
   */
  public RunningTask start(TaskPlace place, int partition, Iterator<byte[]> input)
      throws IOException {
    ObjectNode task = Json.parse(document);
    if (wanted == null) {
      ArrayNode splits = task.putArray("splits");
      while (input.hasNext()) splits.addAll(Json.parseArray(input.next()));
      return run(place, task, Collections.emptyIterator(), Sending.UNASKED, -1);
    }
    Wanted here = wanted.get(partition);
    if (here == null) return null;
    task.set("splits", Json.parseArray(here.splits));
    Iterator<byte[]> blocks = new WantedBlocks(input, here.blocks, columns);
    return run(place, task, blocks, paced ? Sending.PACED : Sending.UNASKED, here.lastSplit);
  }

  /** Hands `states` out to be merged. */
  public RunningTask merge(TaskPlace place, Iterator<byte[]> states) throws IOException {
    return run(place, Json.parse(document), states, Sending.UNASKED, -1);
  }

  private RunningTask run(TaskPlace place, ObjectNode task, Iterator<byte[]> frames,
      Sending sending, long lastSplit) throws IOException {
    RunningTask running = new RunningTask(place, command);
    try {
      checkBuild(task, running.worker());
      JsonNode versions = task.remove("versions");
      if (versions != null) running.expect(versions);
      running.worker().waitsFor(task.path("patience").asDouble(0));
      task.remove("patience");
      describeSource(task, running.worker());
      running.conversation().begin(task, payload, frames, sending, lastSplit);
      return running;
    } catch (IOException | RuntimeException failure) {
      running.close();
      throw failure;
    }
  }

  static void checkBuild(ObjectNode task, WorkerProcess worker) {
    String wanted = task.path("build").asText("");
    if (wanted.isEmpty() || wanted.equals(worker.build())) return;
    throw new UserError(ErrorCode.WORKER, "the worker of the application was built as '"
        + worker.build() + "', the caller as '" + wanted + "': use the insitu-jvm.jar of the same "
        + "build");
  }

  /**
   * A worker keeps the source of its last task, which most often reads the same. Rows that are
   * pushed come anew each time.
   */
  private static void describeSource(ObjectNode task, WorkerProcess worker) {
    JsonNode key = task.remove("sourceKey");
    if (!task.has("source") || task.has("pushed")) {
      worker.holds(null);
      return;
    }
    String description = task.get("source") + "|" + task.get("files") + "|" + key;
    if (description.equals(worker.source())) {
      task.put("sameSource", true).remove(List.of("source", "files"));
    } else {
      worker.holds(description);
    }
  }
}
