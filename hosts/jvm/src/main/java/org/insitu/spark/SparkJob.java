package org.insitu.spark;

import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.insitu.gateway.UserError;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction2;

/**
 * A job of Spark's that belongs to a call: its results come to the calling thread one by one, and it
 * is cancelled when the call is, or at the first error of the user's.
 */
final class SparkJob {
  private static final long PATIENCE_MILLISECONDS = 20;

  /** Takes a result. `place`: of its partition, in the list of those that were asked for. */
  interface Results {
    void accept(int place, byte[] result) throws IOException;
  }

  private record Event(int place, byte[] result, Throwable failure) {
    static final int ENDED = -1;
  }

  private final SparkCall call;
  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();

  private SparkJob(SparkCall call) {
    this.call = call;
  }

  /**
   * Runs `task` on these partitions. Throws UserError, of several the one of the lowest split; the
   * job has ended then.
   */
  static void run(SparkCall call, JavaRDD<byte[]> data,
      AbstractFunction2<TaskContext, Iterator<byte[]>, byte[]> task, int[] partitions,
      Results results) throws IOException {
    run(call, data, task, partitions, results, () -> { });
  }

  /** The same, with a look at what tasks tell in other ways than by their results. */
  static void run(SparkCall call, JavaRDD<byte[]> data,
      AbstractFunction2<TaskContext, Iterator<byte[]>, byte[]> task, int[] partitions,
      Results results, Watch watch) throws IOException {
    if (partitions.length == 0) return;
    SparkJob job = new SparkJob(call);
    Thread thread = new Thread(() -> job.submit(data, task, partitions), "insitu-job");
    thread.setDaemon(true);
    thread.start();
    job.collect(results, watch);
  }

  /** Runs something that starts jobs of Spark's itself, in the same way. */
  static void run(SparkCall call, ThrowingRunnable work, Watch watch) throws IOException {
    SparkJob job = new SparkJob(call);
    Thread thread = new Thread(() -> {
      job.call.joinGroup();
      job.finish(work);
    }, "insitu-job");
    thread.setDaemon(true);
    thread.start();
    job.collect((place, result) -> { }, watch);
  }

  interface ThrowingRunnable {
    void run() throws Exception;
  }

  /** Looks at the progress of a job from time to time; throws what must end it. */
  interface Watch {
    void look() throws IOException;
  }

  private void submit(JavaRDD<byte[]> data,
      AbstractFunction2<TaskContext, Iterator<byte[]>, byte[]> task, int[] partitions) {
    call.joinGroup();
    finish(() -> Shims.runJob(call.application().context().sc(), data.rdd(), task, partitions,
        (place, result) -> events.add(new Event(place, result, null))));
  }

  private void finish(ThrowingRunnable work) {
    Throwable failure = null;
    try {
      work.run();
    } catch (Throwable thrown) { // whatever it is, the calling thread must hear of it
      failure = thrown;
    }
    events.add(new Event(Event.ENDED, null, failure));
  }

  private void collect(Results results, Watch watch) throws IOException {
    UserError error = null;
    IOException lineEnded = null;
    Patience patience = new Patience(call);
    for (;;) {
      Event event = await();
      try {
        if (event != null && event.place == Event.ENDED) {
          if (error == null && lineEnded == null) watch.look(); // what came last
        } else if (event == null) {
          watch.look();
          patience.look();
        } else if (lineEnded == null) {
          results.accept(event.place, event.result);
        }
      } catch (UserError found) {
        error = UserError.first(error, found);
      } catch (IOException ended) {
        lineEnded = ended;
      }
      if (event != null && event.place == Event.ENDED) {
        if (lineEnded != null) throw lineEnded;
        if (error != null) throw error;
        call.throwIfCancelled();
        if (event.failure != null) {
          RuntimeException told = Failures.ofJob(event.failure);
          if (told.getCause() == null && told != event.failure) told.initCause(event.failure);
          throw told;
        }
        return;
      }
      // Again and again: a group can be cancelled only once its job has been handed in.
      if (error != null || lineEnded != null || call.cancelled()) call.cancelGroup();
    }
  }

  private Event await() {
    try {
      return events.poll(PATIENCE_MILLISECONDS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupt) {
      call.cancel();
      return null;
    }
  }
}
