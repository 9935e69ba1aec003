package org.insitu.hadoop;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.mapreduce.Mapper;
import org.insitu.gateway.MergeRanges;
import org.insitu.gateway.RunningTask;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;

/** A task of a pass: its splits go to a worker, whose frames are the result. With reducers, states go to these. */
public final class PassMapper extends Mapper<NullWritable, NullWritable, LongWritable, BytesWritable> {
  @Override
  public void run(Context context) throws IOException, InterruptedException {
    Attempt.run(context, attempt -> run(attempt, context));
  }

  private static void run(Attempt attempt, Context context) throws IOException, InterruptedException {
    boolean reduced = context.getNumReduceTasks() > 0;
    TaskList.Entry entry = (TaskList.Entry) context.getInputSplit();
    byte[] splits = Json.bytes(entry.document().path("splits"));
    try (RunningTask task = attempt.taskPlan().start(attempt.place(), 0, List.of(splits).iterator())) {
      for (Frame frame; (frame = task.next()) != null;) {
        if (reduced && frame.type() == FrameType.STATE) {
          context.write(new LongWritable(MergeRanges.firstSplit(frame.document())), new BytesWritable(frame.encode()));
        } else {
          attempt.write(frame);
        }
      }
    }
  }
}
