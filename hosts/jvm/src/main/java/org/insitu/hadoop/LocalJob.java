package org.insitu.hadoop;

import java.io.IOException;
import org.apache.hadoop.mapreduce.Job;

/** A job of the local runner, in this process. */
final class LocalJob implements RunningJob {
  private final Job job;
  private final int atOnce;

  LocalJob(Job job) {
    this.job = job;
    atOnce = JobKeys.localTasks(job.getConfiguration());
  }

  @Override
  public String name() {
    return job.getJobID().toString();
  }

  @Override
  public State state() throws IOException {
    boolean ended = job.isComplete();
    return new State(ended, ended && job.isSuccessful(), false, false, ended ? 0 : atOnce,
        "the log of this process says more");
  }

  @Override
  public void kill() {
    try {
      if (!job.isComplete()) job.killJob();
    } catch (IOException | RuntimeException ended) {
      // It has ended meanwhile.
    }
  }

  @Override
  public Said diagnostics() {
    return Said.NOTHING;
  }

  @Override
  public String queue() {
    return null;
  }

  @Override
  public void close() {}
}
