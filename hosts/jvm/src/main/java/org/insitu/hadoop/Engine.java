package org.insitu.hadoop;

import java.io.IOException;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapreduce.TypeConverter;
import org.apache.hadoop.mapreduce.v2.util.MRApps;
import org.apache.hadoop.util.GenericOptionsParser;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.insitu.gateway.StateSizes;
import org.insitu.gateway.UserError;

/** Hadoop, as the gateway uses it for all of its clients: its configuration, the cluster, shared folders, the jobs that run. */
final class Engine {
  private final Settings settings;
  private final JobConf configuration;
  private final StateSizes stateSizes = new StateSizes();
  private final Set<RunningJob> running = ConcurrentHashMap.newKeySet();
  private final StagingFolders stagings;
  private Cluster cluster;
  private Share ofCluster;
  private Share ofMachine;
  private boolean stopped;

  Engine(Settings settings) {
    this.settings = settings;
    // One that knows the files of HDFS, YARN and MapReduce.
    Configuration base = new YarnConfiguration(new JobConf());
    JobKeys.ofSettings(base, settings);
    configuration = withGenericOptions(base);
    stagings = new StagingFolders(configuration);
    if (!isLocal()) cluster = new Cluster(configuration);
  }

  private JobConf withGenericOptions(Configuration base) {
    List<String> words = new ArrayList<>();
    option(words, "-files", settings.files());
    option(words, "-archives", settings.archives());
    option(words, "-libjars", settings.jars());
    try {
      return new JobConf(new GenericOptionsParser(base, words.toArray(String[]::new)).getConfiguration());
    } catch (IOException | IllegalArgumentException failure) {
      throw UserError.argument("files, archives or jars for the tasks cannot be used: " + Failures.said(failure));
    }
  }

  private static void option(List<String> words, String name, List<String> values) {
    if (values.isEmpty()) return;
    words.add(name);
    words.add(String.join(",", values));
  }

  Settings settings() {
    return settings;
  }

  Configuration configuration() {
    return configuration;
  }

  /** For a job. */
  JobConf newConfiguration() {
    return new JobConf(configuration);
  }

  StateSizes stateSizes() {
    return stateSizes;
  }

  /** Jobs run in this process, whatever they are. */
  boolean isLocal() {
    return configuration.get("mapreduce.framework.name", "local").equals("local");
  }

  int parallelism() throws IOException {
    return isLocal() ? JobKeys.localTasks(configuration) : cluster.parallelism();
  }

  StagingFolders stagings() {
    return stagings;
  }

  Cluster cluster() {
    return cluster;
  }

  /** Where jobs of this kind share files. */
  synchronized Share share(Runner runner) throws IOException {
    if (stopped) throw UserError.cancelled();
    if (runner == Runner.LOCAL) {
      if (ofMachine == null) ofMachine = Share.ofMachine(configuration);
      return ofMachine;
    }
    if (ofCluster == null) ofCluster = Share.ofCluster(settings, configuration, this::endJobsOf);
    return ofCluster;
  }

  private void endJobsOf(String gateway) throws IOException {
    if (cluster == null) return;
    for (ApplicationId application : cluster.running(gateway)) {
      cluster.kill(application);
      stagings.add(new Path(MRApps.getStagingAreaDir(configuration, Share.user()),
          TypeConverter.fromYarn(application).toString()));
    }
  }

  /** Where tasks of any job of this gateway find files. */
  Share widestShare() throws IOException {
    return share(isLocal() ? Runner.LOCAL : Runner.YARN);
  }

  Path jar() throws IOException {
    try {
      java.nio.file.Path ours = java.nio.file.Path.of(Engine.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return share(Runner.YARN).jar(settings.jar().isEmpty() ? ours : java.nio.file.Path.of(settings.jar()));
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  void begins(RunningJob job) {
    running.add(job);
    stagings.sweep();
    synchronized (this) {
      if (!stopped) return;
    }
    job.kill(); // it was handed in while this engine stopped
  }

  void ended(RunningJob job) {
    running.remove(job);
  }

  int runningJobs() {
    return running.size();
  }

  /** Ends all jobs and removes all files; nothing begins any more. */
  void stop() {
    Share[] shares;
    synchronized (this) {
      if (stopped) return;
      stopped = true;
      shares = new Share[] {ofCluster, ofMachine};
    }
    for (RunningJob job : running) job.kill();
    for (Share share : shares) {
      if (share != null) share.remove();
    }
    stagings.close();
    if (cluster != null) cluster.close();
  }
}
