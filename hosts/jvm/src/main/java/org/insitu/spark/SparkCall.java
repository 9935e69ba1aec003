package org.insitu.spark;

import java.io.IOException;
import java.util.UUID;
import org.apache.spark.SparkJobInfo;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaSparkStatusTracker;
import org.insitu.gateway.Call;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameLine;

/** A call whose jobs are one group of Spark's. */
final class SparkCall extends Call {
  private final Application application;
  private final SparkConversation conversation;
  private final String group = "insitu-" + UUID.randomUUID();
  private volatile boolean hasJobs;

  SparkCall(Application application, SparkConversation conversation, FrameLine line, Frame frame)
      throws IOException {
    super(line, frame);
    this.application = application;
    this.conversation = conversation;
  }

  Application application() {
    return application;
  }

  @Override
  protected void run() throws Exception {
    conversation.run(this);
  }

  /** The jobs that the calling thread starts from now on belong to this call. */
  void joinGroup() {
    hasJobs = true;
    application.context().setJobGroup(group,
        arguments().path("description").asText("insitu: " + op()), true);
  }

  @Override
  protected void cancelJobs() {
    if (hasJobs) cancelGroup();
  }

  void cancelGroup() {
    application.context().cancelJobGroup(group);
  }

  /** The stage that makes the results of the call's last job; -1: there is none. */
  int newestStage() {
    JavaSparkStatusTracker tracker = application.context().statusTracker();
    int newest = -1;
    for (int job : tracker.getJobIdsForGroup(group)) {
      SparkJobInfo about = tracker.getJobInfo(job);
      if (about == null) continue;
      // What a stage needs has a lower number.
      for (int stage : about.stageIds()) newest = Math.max(newest, stage);
    }
    return newest;
  }

  /** How many tasks of Spark's run for this call. */
  int activeTasks() {
    JavaSparkStatusTracker tracker = application.context().statusTracker();
    int active = 0;
    for (int job : tracker.getJobIdsForGroup(group)) {
      SparkJobInfo about = tracker.getJobInfo(job);
      if (about == null) continue;
      for (int stage : about.stageIds()) {
        SparkStageInfo info = tracker.getStageInfo(stage);
        if (info != null) active += info.numActiveTasks();
      }
    }
    return active;
  }
}
