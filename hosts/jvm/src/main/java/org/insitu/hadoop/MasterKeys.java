package org.insitu.hadoop;

import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.mapred.JobConf;

/** What the configuration of a job says whose tasks run in its master ("uber mode"). */
final class MasterKeys {
  static final String MEMORY = "yarn.app.mapreduce.am.resource.mb";
  private static final String CORES = "yarn.app.mapreduce.am.resource.cpu-vcores";
  private static final String ENVIRONMENT = "yarn.app.mapreduce.am.env";
  private static final String TASK_ENVIRONMENT = "mapreduce.map.env";

  private MasterKeys() {}

  /** `tasks`: as many maps; `largest`: MB of the largest container that the cluster gives. */
  static void set(JobConf job, int tasks, long largest) {
    job.setBoolean("mapreduce.job.ubertask.enable", true);
    // All three: the default of maxbytes is one block, and then a job is none of this kind without a word.
    job.setInt("mapreduce.job.ubertask.maxmaps", tasks);
    job.setLong("mapreduce.job.ubertask.maxbytes", Long.MAX_VALUE);
    job.setLong(MEMORY, memory(job, largest));
    int cores = Math.max(job.getInt("mapreduce.map.cpu.vcores", 1), job.getInt("mapreduce.reduce.cpu.vcores", 1));
    job.setInt(CORES, Math.max(job.getInt(CORES, 1), cores));
    environment(job).forEach((name, value) -> job.set(ENVIRONMENT + "." + name, value));
  }

  /**
   * What the master needs by itself, and beside it what a task's container has for its worker. At least what a task's container has: else
   * the job is none of this kind.
   */
  private static long memory(JobConf job, long largest) {
    int task = Math.max(JobKeys.mapMemory(job), JobKeys.reduceMemory(job));
    int worker = Math.max(0, JobKeys.mapMemory(job) - JobKeys.heap(job));
    int master = job.getInt(MEMORY, JobKeys.MASTER_MEMORY);
    return Math.max(Math.max(master, task), Math.min((long) master + worker, largest));
  }

  /**
   * The variables of map tasks that the master has not: Hadoop gives a master its own alone, also where tasks run in it, and languages are
   * found by them.
   */
  private static Map<String, String> environment(Configuration job) {
    Map<String, String> found = variables(job, TASK_ENVIRONMENT);
    found.keySet().removeAll(variables(job, ENVIRONMENT).keySet());
    return found;
  }

  /** As Hadoop reads them: NAME=VALUE,..., and properties of their own, which may hold commas. */
  private static Map<String, String> variables(Configuration job, String key) {
    Map<String, String> found = new TreeMap<>();
    for (String each : job.get(key, "").split(",")) {
      int equals = each.indexOf('=');
      if (equals > 0) found.put(each.substring(0, equals).strip(), each.substring(equals + 1).strip());
    }
    job.getPropsWithPrefix(key + ".").forEach(found::put);
    return found;
  }
}
