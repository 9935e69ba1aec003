package org.insitu.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.util.CollectionAccumulator;
import org.insitu.gateway.TaskPlan;
import org.insitu.gateway.UserError;
import org.insitu.worker.Json;
import org.insitu.worker.RowFrames;

/** OPEN of kind "rows": the rows that workers make of a source, kept in the executors. */
final class CachedRows {
  private static final String KIND = "rows";

  private CachedRows() {}

  static Table open(SparkCall call, Map<String, Table> handles) throws IOException {
    String key = KIND + "|" + call.text("key");
    Table.Description description = new Table.Description(array(call, "schema"), Json.array(),
        true, array(call, "splits"), Json.array());
    Map<Long, Integer> places = new HashMap<>();
    ArrayNode tasks = array(call, "tasks");
    for (int partition = 0; partition < tasks.size(); partition++) {
      for (JsonNode split : tasks.get(partition)) {
        places.put(split.path(0).asLong(), partition);
      }
    }
    // How the splits lie in partitions, and of which files they are, belongs to what is kept.
    String state = tasks.toString() + description.schema()
        + call.arguments().path("task").path("versions");
    CachedData cached = call.application().cached();
    CachedData.Entry entry = cached.find(key, state);
    if (entry == null) {
      JavaRDD<byte[]> blocks = make(call, handles);
      String name = call.arguments().path("name").asText(call.text("key"));
      entry = cached.put(key,
          new CachedData.Entry(name, KIND, state, description.schema().size(), blocks));
    }
    return Table.ofKept(description, places, entry.blocks());
  }

  private static ArrayNode array(SparkCall call, String name) {
    if (call.arguments().path(name) instanceof ArrayNode array) return array;
    throw UserError.argument("OPEN of rows needs the list '" + name + "'");
  }

  /** Runs the tasks now, so that an error of the user's is one of this call. */
  private static JavaRDD<byte[]> make(SparkCall call, Map<String, Table> handles) throws IOException {
    Work work = Work.of(call, handles);
    Reports reports = new Reports(call);
    JavaRDD<byte[]> blocks = CachedData.keep(work.input()
        .mapPartitionsWithIndex(new Blocks(work.plan(), reports.accumulator()), true));
    try {
      SparkJob.run(call, blocks::count, reports::look);
      reports.finish(work.partitions().length);
      return blocks;
    } catch (IOException | RuntimeException failure) {
      blocks.unpersist(false);
      throw failure;
    }
  }

  /** A partition's rows as BLOCK frames. */
  private record Blocks(TaskPlan plan, CollectionAccumulator<byte[]> reports)
      implements Function2<Integer, Iterator<byte[]>, Iterator<byte[]>> {
    @Override
    public Iterator<byte[]> call(Integer partition, Iterator<byte[]> input) throws IOException {
      OutFrames frames = new OutFrames(plan, partition, input, reports);
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return frames.hasNext();
        }

        @Override
        public byte[] next() {
          try {
            return RowFrames.asBlock(frames.next());
          } catch (IOException damaged) {
            throw new UncheckedIOException(damaged);
          }
        }
      };
    }
  }
}
