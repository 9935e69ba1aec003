package org.insitu.hadoop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.mapreduce.Mapper;
import org.insitu.gateway.ExecPlan;
import org.insitu.gateway.RangePieces;
import org.insitu.gateway.TaskResult;
import org.insitu.worker.FilePath;
import org.insitu.worker.Frame;

/** A batch of tasks of rxExec: a worker that serves its call runs them, their values are the result. */
public final class ExecMapper extends Mapper<NullWritable, NullWritable, LongWritable, BytesWritable> {
  /** The file in the folder of the job with the arguments of all batches. */
  static final String ARGUMENTS = "arguments";

  private static final int BUFFER = 1 << 18;

  @Override
  public void run(Context context) throws IOException, InterruptedException {
    Attempt.run(context, attempt -> run(attempt, context));
  }

  private static void run(Attempt attempt, Context context) throws IOException {
    ObjectNode plan = attempt.plan().document();
    ObjectNode entry = ((TaskList.Entry) context.getInputSplit()).document();
    List<String> command = new ArrayList<>();
    plan.path("worker").forEach(word -> command.add(word.asText()));
    ExecPlan exec = new ExecPlan((ObjectNode) plan.get("task"), command, plan.path("key").asText(), plan);
    byte[] arguments = attempt.folder().readPart(ARGUMENTS, entry.path("offset").asLong(), entry.path("length").asInt());
    Frame batch = ExecPlan.batch(entry.path("first").asLong(), entry.path("count").asLong(), entry.path("each").asBoolean(), arguments);
    // Every container has workers of its own, which it numbers from 1; the gateway's process goes on counting.
    int host = plan.path("runner").asText().equals("yarn") ? attempt.id().getTaskID().getId() + 1 : 0;
    TaskResult result = new TaskResult();
    java.nio.file.Path rows = entry.has("rows") ? rows(plan, entry.path("rows"), context) : null;
    try {
      exec.run(attempt.place(), host, batch, () -> shared(plan, context), rows == null ? null : rows.toString(), result);
    } finally {
      if (rows != null) Files.deleteIfExists(rows);
      attempt.write(result);
    }
  }

  /** The rows of a range as a file of this machine, which its worker reads. */
  private static java.nio.file.Path rows(ObjectNode plan, JsonNode where, Context context) throws IOException {
    java.nio.file.Path file = Files.createTempFile("insitu-rows-", ""); // of this user alone
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(RangePieces.header(plan));
      if (where.isEmpty()) return file;
      Path path = new Path(where.path(0).asText());
      try (FSDataInputStream stream = FilePath.system(path, context.getConfiguration()).open(path)) {
        stream.seek(where.path(1).asLong());
        long length = where.path(2).asLong();
        byte[] buffer = new byte[BUFFER];
        for (int count; length > 0; length -= count) {
          count = stream.read(buffer, 0, (int) Math.min(length, buffer.length));
          if (count < 0) throw new IOException("the rows of a range end too early: " + path);
          out.write(buffer, 0, count);
        }
      }
      return file;
    } catch (IOException | RuntimeException failure) {
      Files.deleteIfExists(file);
      throw failure;
    }
  }

  private static byte[] shared(ObjectNode plan, Context context) {
    Path path = new Path(plan.path("shared").asText());
    try {
      FileSystem system = FilePath.system(path, context.getConfiguration());
      byte[] bytes = new byte[Math.toIntExact(system.getFileStatus(path).getLen())];
      try (FSDataInputStream stream = system.open(path)) {
        stream.readFully(0, bytes);
      }
      return bytes;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
