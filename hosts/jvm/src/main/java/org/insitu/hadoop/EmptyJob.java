package org.insitu.hadoop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.Mapper;
import org.apache.hadoop.mapreduce.lib.output.NullOutputFormat;
import org.insitu.gateway.Call;
import org.insitu.gateway.UserError;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;

/** EMPTY_JOB: what a job of Hadoop's costs that does nothing, handed in and waited for as Hadoop's own programs do, to compare passes with. */
final class EmptyJob {
  private EmptyJob() {}

  /** Looks into none of its input, which has no records. */
  public static final class Nothing extends Mapper<NullWritable, NullWritable, LongWritable, BytesWritable> {}

  static void run(Call call, Engine engine) throws IOException {
    int tasks = call.arguments().path("tasks").asInt(1);
    if (tasks < 1) throw UserError.argument("tasks must be at least 1: " + tasks);
    Runner runner = Runner.choose(call, engine, tasks, 0);
    List<ObjectNode> entries = Collections.nCopies(tasks, Json.object());
    Work work = new Work(Nothing.class, new Frame(FrameType.TASK, 0, Json.bytes(Json.object()), new byte[0]), entries, Map.of(), null,
        false);
    long begin = System.nanoTime();
    try (RunFolder folder = engine.share(runner).newRun()) {
      Job job = Submission.prepare(call, engine, runner, work, IntStream.range(0, tasks).toArray(), folder);
      job.setOutputFormatClass(NullOutputFormat.class);
      if (!job.waitForCompletion(false)) throw new IOException("an empty job has failed: " + job.getJobID());
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      throw UserError.cancelled();
    } catch (ClassNotFoundException impossible) {
      throw new IllegalStateException(impossible);
    }
    call.reply(Json.object().put("seconds", (System.nanoTime() - begin) / 1e9).put("runner", runner.toString()));
  }
}
