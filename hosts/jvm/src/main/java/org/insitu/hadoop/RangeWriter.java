package org.insitu.hadoop;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configurable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.mapreduce.Partitioner;
import org.apache.hadoop.mapreduce.Reducer;
import org.insitu.gateway.RangePieces;
import org.insitu.worker.Json;

/**
 * A reducer of an exchange: the pieces of its ranges, which Hadoop brings in the order of the ranges and of the data, become one file,
 * whose end says where each range lies in it.
 */
public final class RangeWriter extends Reducer<LongWritable, BytesWritable, LongWritable, BytesWritable> {
  /** The rows of a range are `length` bytes of a file, from `offset` on. */
  record Part(int range, long offset, long length) {}

  /** The list of parts is followed by its own length. */
  static final int TRAILER = Integer.BYTES;

  @Override
  public void run(Context context) throws IOException, InterruptedException {
    Attempt.run(context, attempt -> run(attempt, context));
  }

  private static void run(Attempt attempt, Context context) throws IOException, InterruptedException {
    List<Part> parts = new ArrayList<>();
    int range = -1;
    long begin = attempt.written();
    while (context.nextKey()) {
      int next = RangePieces.rangeOf(context.getCurrentKey().get());
      if (next != range) {
        if (range >= 0) parts.add(new Part(range, begin, attempt.written() - begin));
        begin = attempt.written();
        range = next;
      }
      for (BytesWritable piece : context.getValues()) attempt.writeKept(piece.getBytes(), piece.getLength());
    }
    if (range >= 0) parts.add(new Part(range, begin, attempt.written() - begin));
    ArrayNode list = Json.array();
    for (Part part : parts) list.addArray().add(part.range).add(part.offset).add(part.length);
    byte[] text = Json.bytes(list);
    attempt.writeKept(text, text.length);
    attempt.writeInt(text.length);
  }

  /** Neighbouring ranges go to one reducer. */
  public static final class ByRange extends Partitioner<LongWritable, BytesWritable> implements Configurable {
    private static final String RANGES = "insitu.exchange.ranges";

    private Configuration configuration;
    private int ranges;

    static void announce(int ranges, Configuration configuration) {
      configuration.setInt(RANGES, ranges);
    }

    @Override
    public void setConf(Configuration given) {
      configuration = given;
      ranges = given.getInt(RANGES, 1);
    }

    @Override
    public Configuration getConf() {
      return configuration;
    }

    @Override
    public int getPartition(LongWritable place, BytesWritable piece, int reducers) {
      return (int) ((long) RangePieces.rangeOf(place.get()) * reducers / ranges);
    }
  }
}
