package org.insitu.hadoop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.hadoop.conf.Configurable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.mapreduce.Partitioner;
import org.apache.hadoop.mapreduce.Reducer;
import org.insitu.gateway.MergeRanges;
import org.insitu.gateway.RunningTask;
import org.insitu.worker.Frame;

/** Merges the states of a range of splits, which Hadoop brings in the order of the data, by a worker, along the tree of the pass. */
public final class StateMerger extends Reducer<LongWritable, BytesWritable, LongWritable, BytesWritable> {
  @Override
  public void run(Context context) throws IOException, InterruptedException {
    Attempt.run(context, attempt -> run(attempt, context));
  }

  private static void run(Attempt attempt, Context context) throws IOException {
    States states = new States(context);
    try {
      if (!states.hasNext()) return;
      try (RunningTask task = attempt.taskPlan().merging().merge(attempt.place(), states)) {
        for (Frame frame; (frame = task.next()) != null;) attempt.write(frame);
      }
    } catch (UncheckedIOException failure) {
      throw failure.getCause();
    }
  }

  private static final class States implements Iterator<byte[]> {
    private final Context context;
    private Iterator<BytesWritable> ofKey;

    States(Context context) {
      this.context = context;
    }

    @Override
    public boolean hasNext() {
      try {
        while (ofKey == null || !ofKey.hasNext()) {
          if (!context.nextKey()) return false;
          ofKey = context.getValues().iterator();
        }
        return true;
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      } catch (InterruptedException ended) {
        Thread.currentThread().interrupt();
        throw new UncheckedIOException(new IOException("the task was interrupted", ended));
      }
    }

    @Override
    public byte[] next() {
      if (!hasNext()) throw new NoSuchElementException();
      return ofKey.next().copyBytes();
    }
  }

  /** Gives each range of splits to a reducer of its own. */
  public static final class ByRange extends Partitioner<LongWritable, BytesWritable> implements Configurable {
    private static final String WIDTH = "insitu.merge.width";

    private Configuration configuration;
    private MergeRanges ranges;

    static void announce(MergeRanges ranges, Configuration configuration) {
      configuration.setLong(WIDTH, ranges.width());
    }

    @Override
    public void setConf(Configuration given) {
      configuration = given;
      ranges = new MergeRanges(given.getLong(WIDTH, Long.MAX_VALUE), 0);
    }

    @Override
    public Configuration getConf() {
      return configuration;
    }

    @Override
    public int getPartition(LongWritable firstSplit, BytesWritable state, int reducers) {
      return ranges.rangeOf(firstSplit.get());
    }
  }
}
