package org.insitu.spark;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Map;
import org.apache.spark.Partitioner;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.util.CollectionAccumulator;
import org.insitu.gateway.RangePieces;
import org.insitu.gateway.TaskPlan;
import org.insitu.worker.Frame;
import org.insitu.worker.Json;
import org.insitu.worker.RowFrames;
import scala.Tuple2;
import scala.runtime.AbstractFunction2;

/**
 * EXCHANGE: the rows of a source by ranges of groups, through Spark's shuffle. Workers have cut them
 * into pieces of one range each (src/shaping/range_pieces.hpp); nothing here looks into a row. A
 * range's pieces come in the order of the data.
 */
final class Exchange {
  private Exchange() {}

  /** Brings the rows to the disks of the executors; the pieces of range r are those of partition r. */
  static JavaRDD<byte[]> run(SparkCall call, Map<String, Table> handles) throws IOException {
    RangePieces pieces = RangePieces.of(call);
    int ranges = pieces.ranges();
    Work work = Work.of(call, handles);
    Reports reports = new Reports(call);
    JavaRDD<Tuple2<Long, byte[]>> placed = work.input().mapPartitionsWithIndex(
        new Pieces(work.plan(), pieces, reports.accumulator()), true);
    JavaRDD<byte[]> exchanged = JavaPairRDD.fromJavaRDD(placed)
        .repartitionAndSortWithinPartitions(new ByRange(ranges)).values();
    // The last partition has no rows: to ask for it writes all of them, and reads none. So an error
    // of the user's is known before any range is used.
    SparkJob.run(call, exchanged, new Nothing(), new int[] {ranges}, (place, result) -> { },
        reports::look);
    reports.finish(work.partitions().length);
    call.reply(Json.object().put("rows", reports.rows()));
    return exchanged;
  }

  private record Pieces(TaskPlan plan, RangePieces ranges, CollectionAccumulator<byte[]> reports)
      implements Function2<Integer, Iterator<byte[]>, Iterator<Tuple2<Long, byte[]>>> {
    @Override
    public Iterator<Tuple2<Long, byte[]>> call(Integer partition, Iterator<byte[]> input)
        throws IOException {
      OutFrames frames = new OutFrames(plan, partition, input, reports);
      return new Iterator<>() {
        private Frame ahead;

        @Override
        public boolean hasNext() {
          while (ahead == null && frames.hasNext()) {
            Frame frame = frames.next();
            if (frame.payload().length > 0) ahead = frame; // else it ends a split
          }
          return ahead != null;
        }

        @Override
        public Tuple2<Long, byte[]> next() {
          if (!hasNext()) throw new java.util.NoSuchElementException();
          Frame frame = ahead;
          ahead = null;
          try {
            return new Tuple2<>(ranges.place(frame.document()), RowFrames.asBlock(frame));
          } catch (IOException damaged) {
            throw new UncheckedIOException(damaged);
          }
        }
      };
    }
  }

  private static final class ByRange extends Partitioner {
    private static final long serialVersionUID = 1;

    private final int ranges;

    ByRange(int ranges) {
      this.ranges = ranges;
    }

    @Override
    public int numPartitions() {
      return ranges + 1;
    }

    @Override
    public int getPartition(Object place) {
      return RangePieces.rangeOf((Long) place);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ByRange that && that.ranges == ranges;
    }

    @Override
    public int hashCode() {
      return ranges;
    }
  }

  private static final class Nothing
      extends AbstractFunction2<TaskContext, scala.collection.Iterator<byte[]>, byte[]>
      implements Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public byte[] apply(TaskContext context, scala.collection.Iterator<byte[]> input) {
      return new byte[0];
    }
  }
}
