package org.insitu.hadoop;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.mapreduce.Mapper;
import org.insitu.gateway.RangePieces;
import org.insitu.gateway.RunningTask;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;
import org.insitu.worker.RowFrames;

/** A task of an exchange: a worker cuts the rows of its splits into pieces of one range each, which go to the reducers. */
public final class ExchangeMapper extends Mapper<NullWritable, NullWritable, LongWritable, BytesWritable> {
  @Override
  public void run(Context context) throws IOException, InterruptedException {
    Attempt.run(context, attempt -> run(attempt, context));
  }

  private static void run(Attempt attempt, Context context) throws IOException, InterruptedException {
    RangePieces pieces = new RangePieces(attempt.plan().document().path("ranges").asInt());
    TaskList.Entry entry = (TaskList.Entry) context.getInputSplit();
    byte[] splits = Json.bytes(entry.document().path("splits"));
    try (RunningTask task = attempt.taskPlan().start(attempt.place(), 0, List.of(splits).iterator())) {
      for (Frame frame; (frame = task.next()) != null;) {
        if (frame.type() != FrameType.OUT) {
          attempt.write(frame);
        } else if (frame.payload().length > 0) { // else it ends a split
          context.write(new LongWritable(pieces.place(frame.document())), new BytesWritable(RowFrames.asBlock(frame)));
        }
      }
    }
  }
}
