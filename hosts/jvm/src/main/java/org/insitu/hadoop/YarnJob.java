package org.insitu.hadoop;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.JobID;
import org.apache.hadoop.mapreduce.TaskCompletionEvent;
import org.apache.hadoop.mapreduce.TaskType;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.ApplicationResourceUsageReport;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;

/**
 * A job in containers of YARN's. What it does is asked of the ResourceManager: a master that was cut off goes on answering, and whoever
 * asks it waits for ever. The master is asked for one thing alone, why attempts have failed, and by a thread that nobody waits for.
 */
final class YarnJob implements RunningJob {
  private static final long LOOK_MILLISECONDS = 1000;
  private static final int MOST_EVENTS = 100;

  private final Job job;
  private final Cluster cluster;
  private final StagingFolders stagings;
  private final boolean uber;
  private final ApplicationId application;
  private final Path staging;
  private final Thread listener;
  private volatile Said diagnostics = Said.NOTHING;
  private volatile boolean runs;
  private String queue = "";

  /** `uber`: its master has no other containers. */
  YarnJob(Job job, Engine engine, boolean uber) {
    this.job = job;
    cluster = engine.cluster();
    stagings = engine.stagings();
    this.uber = uber;
    JobID id = job.getJobID();
    application = ApplicationId.newInstance(Long.parseLong(id.getJtIdentifier()), id.getId());
    staging = new Path(job.getConfiguration().get("mapreduce.job.dir"));
    listener = new Thread(this::listen, "insitu-failures");
    listener.setDaemon(true);
    listener.start();
  }

  @Override
  public String name() {
    return application.toString();
  }

  @Override
  public State state() throws IOException {
    ApplicationReport report = cluster.report(application);
    YarnApplicationState now = report.getYarnApplicationState();
    queue = report.getQueue();
    runs = now == YarnApplicationState.RUNNING;
    boolean ended = now == YarnApplicationState.FINISHED || now == YarnApplicationState.FAILED || now == YarnApplicationState.KILLED;
    ApplicationResourceUsageReport usage = report.getApplicationResourceUsageReport();
    int tasks = !runs || usage == null ? 0 : Math.max(0, usage.getNumUsedContainers() - 1); // one is the master's
    boolean killed = now == YarnApplicationState.KILLED || report.getFinalApplicationStatus() == FinalApplicationStatus.KILLED;
    return new State(ended, ended && report.getFinalApplicationStatus() == FinalApplicationStatus.SUCCEEDED, killed,
        !ended && tasks == 0 && !(uber && runs), uber && runs ? 1 : tasks, String.valueOf(report.getDiagnostics()));
  }

  @Override
  public void kill() {
    try {
      cluster.kill(application);
    } catch (IOException failure) {
      System.err.println("insitu: " + application + " could not be ended: " + failure.getMessage());
    }
    stagings.add(staging);
  }

  private void listen() {
    int seen = 0;
    try {
      for (;;) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLISECONDS);
        if (runs) seen = look(seen);
      }
    } catch (InterruptedException over) {
      // Nobody asks any more.
    }
  }

  private int look(int from) throws InterruptedException {
    int seen = from;
    try {
      for (TaskCompletionEvent[] events; (events = job.getTaskCompletionEvents(seen, MOST_EVENTS)).length > 0; seen += events.length) {
        for (TaskCompletionEvent event : events) {
          TaskCompletionEvent.Status status = event.getStatus();
          if (status != TaskCompletionEvent.Status.FAILED && status != TaskCompletionEvent.Status.TIPFAILED) continue;
          String text = String.join("\n", job.getTaskDiagnostics(event.getTaskAttemptId()));
          boolean reducer = event.getTaskAttemptId().getTaskType() == TaskType.REDUCE;
          if (!text.isBlank()) diagnostics = new Said(text, reducer);
        }
      }
    } catch (IOException | RuntimeException gone) {
      // The master does not answer, or not yet, or not any more.
    }
    return seen;
  }

  @Override
  public Said diagnostics() {
    return diagnostics;
  }

  @Override
  public String queue() throws IOException {
    long pending = cluster.pendingMemory(queue);
    return "queue '" + queue + "'" + (pending < 0 ? "" : " with " + pending + " MB waited for") + ", "
        + cluster.healthyNodes() + " healthy nodes";
  }

  @Override
  public void close() {
    listener.interrupt();
  }
}
