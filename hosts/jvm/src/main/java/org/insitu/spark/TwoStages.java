package org.insitu.spark;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.HashPartitioner;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.util.CollectionAccumulator;
import org.insitu.gateway.MergeRanges;
import org.insitu.gateway.RunningTask;
import org.insitu.gateway.TaskPlace;
import org.insitu.gateway.TaskPlan;
import org.insitu.gateway.TaskResult;
import org.insitu.gateway.UserError;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import scala.Tuple2;
import scala.runtime.AbstractFunction2;

/**
 * A pass whose states are merged by workers before they come to the driver: the states of each range
 * of splits are brought together and merged along the same tree, which so stays the same. For
 * states so large that all of them would not fit the driver.
 */
final class TwoStages {
  private TwoStages() {}

  /** Runs `partitions` of the work; `results` gets what the mergers send. */
  static void run(SparkCall call, Work work, int[] partitions, Reports reports,
      SparkJob.Results results) throws IOException {
    MergeRanges ranges = MergeRanges.of(work.lastSplit(), partitions.length);
    StatesByRange map = new StatesByRange(work.plan(), partitions, ranges.width(), reports.accumulator());
    JavaRDD<byte[]> states = JavaPairRDD
        .fromJavaRDD(work.input().mapPartitionsWithIndex(map, false))
        .partitionBy(new HashPartitioner(ranges.count())).values(); // of a small number: that range
    SparkJob.run(call, states, new Merge(work.plan().merging()),
        IntStream.range(0, ranges.count()).toArray(), results, reports::look);
  }

  /** The states of a partition, each with the range in which its first split lies. */
  private record StatesByRange(TaskPlan plan, int[] partitions, long width,
      CollectionAccumulator<byte[]> reports)
      implements Function2<Integer, Iterator<byte[]>, Iterator<Tuple2<Integer, byte[]>>> {
    @Override
    public Iterator<Tuple2<Integer, byte[]>> call(Integer partition, Iterator<byte[]> input)
        throws IOException {
      List<Tuple2<Integer, byte[]>> states = new ArrayList<>();
      if (Arrays.binarySearch(partitions, partition) < 0) return states.iterator();
      TaskPlace place = PassTask.place(TaskContext.get());
      try (RunningTask task = plan.start(place, partition, input)) {
        for (Frame frame; task != null && (frame = task.next()) != null;) {
          if (frame.type() == FrameType.STATE) {
            int range = (int) (MergeRanges.firstSplit(frame.document()) / width);
            states.add(new Tuple2<>(range, frame.encode()));
          } else {
            reports.add(frame.encode());
          }
        }
      } catch (UserError error) {
        reports.add(Frame.encode(FrameType.ERROR, error.document()));
      }
      return states.iterator();
    }
  }

  /** The states of a range, as few as they can be merged to. */
  private static final class Merge
      extends AbstractFunction2<TaskContext, scala.collection.Iterator<byte[]>, byte[]>
      implements Serializable {
    private static final long serialVersionUID = 1;

    private final TaskPlan plan;

    Merge(TaskPlan plan) {
      this.plan = plan;
    }

    @Override
    public byte[] apply(TaskContext context, scala.collection.Iterator<byte[]> input) {
      record Node(long firstSplit, byte[] frame) {}
      TaskResult result = new TaskResult();
      try {
        List<Node> nodes = new ArrayList<>();
        while (input.hasNext()) {
          byte[] frame = input.next();
          nodes.add(new Node(MergeRanges.firstSplit(Frame.documentOf(frame)), frame));
        }
        if (nodes.isEmpty()) return result.bytes(context.attemptNumber());
        nodes.sort(Comparator.comparingLong(Node::firstSplit)); // neighbours merge at once
        try (RunningTask task = plan.merge(PassTask.place(context),
            nodes.stream().map(Node::frame).iterator())) {
          for (Frame frame; (frame = task.next()) != null;) result.add(frame);
        }
      } catch (UserError error) {
        result.add(error);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
      return result.bytes(context.attemptNumber());
    }
  }
}
