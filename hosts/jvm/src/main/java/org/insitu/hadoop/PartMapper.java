package org.insitu.hadoop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.mapreduce.Mapper;
import org.insitu.gateway.RunningTask;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;

/** A task that writes: a worker makes whole files of the rows of its splits. The result tells of the files. */
public final class PartMapper extends Mapper<NullWritable, NullWritable, LongWritable, BytesWritable> {
  @Override
  public void run(Context context) throws IOException, InterruptedException {
    Attempt.run(context, attempt -> run(attempt, context));
  }

  private static void run(Attempt attempt, Context context) throws IOException {
    TaskList.Entry entry = (TaskList.Entry) context.getInputSplit();
    ObjectNode about = entry.document();
    byte[] splits = Json.bytes(about.path("splits"));
    String unfinished = attempt.plan().document().path("target").path("unfinished").asText();
    ObjectNode write = (ObjectNode) about.path("write");
    boolean failed = false;
    try (PartFiles files = new PartFiles(unfinished, PlannedFiles.of(write.path("parts")), context.getConfiguration(), attempt.id());
        RunningTask task = attempt.taskPlan(write).start(attempt.place(), 0, List.of(splits).iterator())) {
      for (Frame frame; (frame = task.next()) != null;) {
        failed |= frame.type() == FrameType.ERROR;
        if (frame.type() == FrameType.END && !failed) files.checkAll();
        if (frame.type() != FrameType.OUT) {
          attempt.write(frame);
          continue;
        }
        ObjectNode end = files.take(frame);
        if (end != null) attempt.write(new Frame(FrameType.OUT, 0, Json.bytes(end), frame.payload()));
      }
    }
  }
}
