package org.insitu.hadoop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.insitu.gateway.Call;
import org.insitu.gateway.FileTasks;
import org.insitu.gateway.MergeRanges;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;

/** A pass over files as the work of a job: each task takes a run of splits, where most of its bytes lie. */
final class FilePasses {
  private FilePasses() {}

  static Work work(Call call, Engine engine, FileTasks tasks, Runner runner, MergeRanges ranges) throws IOException {
    ObjectNode plan = Json.object();
    plan.set("task", tasks.task());
    ArrayNode command = plan.putArray("worker");
    tasks.command().forEach(command::add);
    JsonNode reads = call.arguments().path("reads");
    BlockHosts hosts = runner == Runner.YARN ? new BlockHosts(engine.configuration(), reads) : null;
    List<ObjectNode> entries = new ArrayList<>();
    for (int place = 0; place < tasks.inputs().size(); place++) {
      ObjectNode entry = Json.object();
      entry.set("splits", Json.parseArray(tasks.inputs().get(place)));
      if (hosts != null) entry.set("hosts", hosts.best(reads.path(place)));
      entries.add(entry);
    }
    return new Work(PassMapper.class, new Frame(FrameType.TASK, 0, Json.bytes(plan), call.payload()), entries, Map.of(),
        Work.ToMergers.of(ranges), false);
  }
}
