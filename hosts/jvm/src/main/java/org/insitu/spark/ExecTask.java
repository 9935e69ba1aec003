package org.insitu.spark;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.insitu.gateway.ExecPlan;
import org.insitu.gateway.TaskResult;
import org.insitu.gateway.UserError;
import org.insitu.worker.Frame;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction2;

/** A batch of tasks of rxExec, in an executor: a worker of their language runs them. */
final class ExecTask extends AbstractFunction2<TaskContext, Iterator<byte[]>, byte[]>
    implements Serializable {
  private static final long serialVersionUID = 1;

  private final ExecPlan plan;
  private final Broadcast<byte[]> shared;
  private final Map<Integer, byte[]> batches; // by partition; null: the partition holds its batch
  private final byte[] header; // of files of rows

  /** Of batches. `shared`: what all tasks of the call need; each executor fetches it once. */
  ExecTask(ExecPlan plan, Broadcast<byte[]> shared) {
    this(plan, shared, null, null);
  }

  /** Of the rows that partitions hold. `header`: the frame that a file of them begins with. */
  ExecTask(ExecPlan plan, Broadcast<byte[]> shared, Map<Integer, byte[]> batches, byte[] header) {
    this.plan = plan;
    this.shared = shared;
    this.batches = batches;
    this.header = header;
  }

  @Override
  public byte[] apply(TaskContext context, Iterator<byte[]> input) {
    TaskResult result = new TaskResult();
    Path rows = null;
    try {
      byte[] batch;
      if (batches == null) {
        batch = input.next();
      } else {
        batch = batches.get(context.partitionId());
        rows = write(input);
      }
      plan.run(PassTask.place(context), executor(), Frame.decode(ByteBuffer.wrap(batch)),
          shared::value, rows == null ? null : rows.toString(), result);
    } catch (UserError error) {
      result.add(error);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } finally {
      delete(rows);
    }
    return result.bytes(context.attemptNumber());
  }

  /** To a file of our own where Spark has its temporary files, which it removes with the executor. */
  private Path write(Iterator<byte[]> blocks) throws IOException {
    Path file = Files.createTempFile(Path.of(Shims.localFolder()), "insitu-rows-", "",
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(header);
      while (blocks.hasNext()) out.write(blocks.next());
      return file;
    } catch (IOException | RuntimeException failure) {
      delete(file);
      throw failure;
    }
  }

  private static void delete(Path file) {
    try {
      if (file != null) Files.deleteIfExists(file);
    } catch (IOException left) {
      // It goes with the executor's folder.
    }
  }

  /** Its number; 0 where the driver is all there is. */
  static int executor() {
    try {
      return Integer.parseInt(SparkEnv.get().executorId());
    } catch (NumberFormatException driver) {
      return 0;
    }
  }
}
