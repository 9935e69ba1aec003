package org.insitu.hadoop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.Mapper;
import org.insitu.gateway.MergeRanges;
import org.insitu.worker.Frame;

/**
 * What a job does. `plan`: what its tasks share; `entries`: what each is to do; `files`: what else they need, by name. `reduction`: what
 * reducers do with what maps give; null: there are none. `tolerant`: the job goes on when a task has failed.
 */
record Work(Class<? extends Mapper<NullWritable, NullWritable, LongWritable, BytesWritable>> mapper, Frame plan,
    List<ObjectNode> entries, Map<String, byte[]> files, ToReducers reduction, boolean tolerant) {
  /** The second half of a job. */
  interface ToReducers {
    int count();

    void set(Job job, JobConf configuration);
  }

  /** States are merged, each range of splits by a reducer. */
  record ToMergers(MergeRanges ranges) implements ToReducers {
    /** Null where there are no ranges. */
    static ToMergers of(MergeRanges ranges) {
      return ranges == null ? null : new ToMergers(ranges);
    }

    @Override
    public int count() {
      return ranges.count();
    }

    @Override
    public void set(Job job, JobConf configuration) {
      StateMerger.ByRange.announce(ranges, configuration);
      job.setReducerClass(StateMerger.class);
      job.setPartitionerClass(StateMerger.ByRange.class);
    }
  }

  /** Rows are brought together, some ranges of groups by each reducer. */
  record ToRanges(int ranges, int count) implements ToReducers {
    @Override
    public void set(Job job, JobConf configuration) {
      RangeWriter.ByRange.announce(ranges, configuration);
      job.setReducerClass(RangeWriter.class);
      job.setPartitionerClass(RangeWriter.ByRange.class);
    }
  }

  int reducers() {
    return reduction == null ? 0 : reduction.count();
  }
}
