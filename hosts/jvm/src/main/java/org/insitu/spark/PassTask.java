package org.insitu.spark;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.apache.spark.TaskContext;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.insitu.gateway.RunningTask;
import org.insitu.gateway.TaskPlace;
import org.insitu.gateway.TaskPlan;
import org.insitu.gateway.TaskResult;
import org.insitu.gateway.UserError;
import org.insitu.worker.Frame;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction2;

/**
 * One task of a pass, in an executor: a partition goes to a worker, its frames come back. A user's
 * error is a result like any other, so that Spark sees nothing to repeat.
 */
final class PassTask extends AbstractFunction2<TaskContext, Iterator<byte[]>, byte[]>
    implements Serializable {
  private static final long serialVersionUID = 1;

  private final TaskPlan plan;

  PassTask(TaskPlan plan) {
    this.plan = plan;
  }

  @Override
  public byte[] apply(TaskContext context, Iterator<byte[]> input) {
    TaskResult result = new TaskResult();
    try (RunningTask task =
        plan.start(place(context), context.partitionId(), new FromScala<>(input))) {
      for (Frame frame; task != null && (frame = task.next()) != null;) result.add(frame);
    } catch (UserError error) {
      result.add(error);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return result.bytes(context.attemptNumber());
  }

  static TaskPlace place(TaskContext context) {
    return new TaskPlace(SparkHadoopUtil.get().conf(), context.cpus());
  }

  private record FromScala<T>(Iterator<T> iterator) implements java.util.Iterator<T> {
    @Override
    public boolean hasNext() {
      return iterator.hasNext();
    }

    @Override
    public T next() {
      return iterator.next();
    }
  }
}
