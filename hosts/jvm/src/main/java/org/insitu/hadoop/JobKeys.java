package org.insitu.hadoop;

import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.mapred.JobConf;

/** What a job's configuration says, besides what the user and the cluster have set. */
final class JobKeys {
  static final int MASTER_MEMORY = 1536; // MB, where nothing is configured
  private static final int TASK_MEMORY = 1024;

  /** The worker beside the JVM needs the larger part of a container. */
  private static final String HEAP_SHARE = "0.4";
  private static final int SMALLEST_SORT = 16;
  /** Short-lived JVMs: compiling well takes longer than they live. */
  private static final String SHORT_LIVED = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1";

  private JobKeys() {}

  /** Neither the user nor the cluster has set it. */
  static boolean isDefault(Configuration configuration, String key) {
    String[] sources = configuration.getPropertySources(key);
    return sources == null || Arrays.stream(sources).allMatch(source -> source.endsWith("-default.xml"));
  }

  static void setUnlessSet(Configuration configuration, String key, String value) {
    if (isDefault(configuration, key)) configuration.set(key, value);
  }

  static int mapMemory(Configuration configuration) {
    return memory(configuration, "mapreduce.map.memory.mb");
  }

  static int reduceMemory(Configuration configuration) {
    return memory(configuration, "mapreduce.reduce.memory.mb");
  }

  private static int memory(Configuration configuration, String key) {
    int given = configuration.getInt(key, -1);
    return given > 0 ? given : TASK_MEMORY;
  }

  /** Of all jobs, once. */
  static void ofSettings(Configuration configuration, Settings settings) {
    settings.configuration().forEach(configuration::set);
    if (settings.mapMemory() > 0) configuration.setInt("mapreduce.map.memory.mb", settings.mapMemory());
    if (settings.reduceMemory() > 0) configuration.setInt("mapreduce.reduce.memory.mb", settings.reduceMemory());
    // An address nobody listens at is asked ten times, a second each, by default.
    setUnlessSet(configuration, "ipc.client.connect.max.retries", "3");
  }

  /** Of a job in containers. `gateway`: whose it is; `tasks`: as many maps; `largest`: MB of the largest container there is. */
  static void ofJob(JobConf job, Settings settings, String gateway, Runner runner, int tasks, long largest) {
    job.set("mapreduce.job.tags", "insitu," + gateway + (settings.jobTag().isEmpty() ? "" : "," + settings.jobTag()));
    job.setBoolean("mapreduce.map.speculative", false);
    job.setBoolean("mapreduce.reduce.speculative", false);
    setUnlessSet(job, "mapreduce.job.heap.memory-mb.ratio", HEAP_SHARE);
    shortLived(job, "mapreduce.map.java.opts", job.get("mapred.child.java.opts", ""));
    shortLived(job, "mapreduce.reduce.java.opts", job.get("mapred.child.java.opts", ""));
    shortLived(job, "yarn.app.mapreduce.am.command-opts", job.get("yarn.app.mapreduce.am.command-opts", "-Xmx1024m"));
    setUnlessSet(job, "yarn.app.mapreduce.am.scheduler.heartbeat.interval-ms", "200");
    // Names of files are UTF-8, whatever the node managers were started with.
    for (String kind : new String[] {"mapreduce.map.env", "mapreduce.reduce.env", "yarn.app.mapreduce.am.env"}) {
      setUnlessSet(job, kind + ".LC_ALL", "C.UTF-8");
    }
    // Reducers that wait would take the room of the maps that they wait for.
    setUnlessSet(job, "mapreduce.job.reduce.slowstart.completedmaps", "1.0");
    int heap = heap(job);
    int sort = job.getInt("mapreduce.task.io.sort.mb", 100);
    if (heap > 0) job.setInt("mapreduce.task.io.sort.mb", Math.min(sort, Math.max(SMALLEST_SORT, heap / 4)));
    if (runner == Runner.UBER) {
      MasterKeys.set(job, tasks, largest);
    } else {
      job.setBoolean("mapreduce.job.ubertask.enable", false);
    }
  }

  private static void shortLived(Configuration job, String key, String otherwise) {
    if (isDefault(job, key)) job.set(key, (otherwise + " " + SHORT_LIVED).trim());
  }

  /** MB of heap of a map task; 0: unknown. */
  static int heap(JobConf job) {
    int given = JobConf.parseMaximumHeapSizeMB(job.get("mapreduce.map.java.opts", ""));
    if (given > 0) return given;
    return (int) (mapMemory(job) * job.getFloat("mapreduce.job.heap.memory-mb.ratio", 0.8f));
  }

  /** Of a job in this process. `folder`: for what Hadoop writes meanwhile. */
  static void ofLocalJob(JobConf job, Share folder) {
    job.set("mapreduce.framework.name", "local");
    job.set("mapreduce.cluster.local.dir", folder.folderFor("local"));
    job.set("mapreduce.jobtracker.staging.root.dir", folder.folderFor("staging"));
    job.set("mapreduce.jobtracker.system.dir", folder.folderFor("system"));
    job.setInt("mapreduce.local.map.tasks.maximum", localTasks(job));
    job.setInt("mapreduce.task.io.sort.mb", SMALLEST_SORT); // of every thread
    job.set("mapreduce.job.reduce.shuffle.consumer.plugin.class", LocalShuffle.class.getName());
    job.unset("mapreduce.job.cache.files"); // what containers are given is on this process's class path
  }

  /** How many map tasks the local runner has at once. */
  static int localTasks(Configuration configuration) {
    return isDefault(configuration, "mapreduce.local.map.tasks.maximum") ? Runtime.getRuntime().availableProcessors()
        : Math.max(1, configuration.getInt("mapreduce.local.map.tasks.maximum", 1));
  }
}
