package org.insitu.hadoop;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.mapred.JobConf;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.security.TokenCache;
import org.insitu.gateway.Call;
import org.insitu.gateway.UserError;
import org.insitu.worker.Json;

/** Hands work in to Hadoop. */
final class Submission {
  private Submission() {}

  /** `places`: the entries of the work that this job is for; its tasks count them from 0. */
  static RunningJob submit(Call call, Engine engine, Runner runner, Work work, int[] places, RunFolder folder) throws IOException {
    Job job = prepare(call, engine, runner, work, places, folder);
    call.throwIfCancelled();
    try {
      job.submit();
    } catch (IOException failure) {
      throw Failures.ofSubmission(failure);
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
      throw UserError.cancelled();
    } catch (ClassNotFoundException impossible) {
      throw new IllegalStateException(impossible);
    }
    return runner == Runner.LOCAL ? new LocalJob(job) : new YarnJob(job, engine, runner == Runner.UBER);
  }

  /** All but the last step. */
  static Job prepare(Call call, Engine engine, Runner runner, Work work, int[] places, RunFolder folder) throws IOException {
    folder.write("plan", work.plan().encode());
    ArrayNode entries = Json.array();
    for (int place : places) entries.add(work.entries().get(place));
    folder.write("tasks", Json.bytes(entries));
    for (var file : work.files().entrySet()) folder.write(file.getKey(), file.getValue());

    JobConf configuration = engine.newConfiguration();
    if (runner == Runner.LOCAL) {
      JobKeys.ofLocalJob(configuration, engine.share(runner));
    } else {
      JobKeys.ofJob(configuration, engine.settings(), engine.share(runner).name(), runner, places.length,
          engine.cluster().largestContainer());
    }
    if (work.tolerant()) {
      configuration.setInt("mapreduce.map.maxattempts", 1); // the client asks again, for what has no value
      configuration.setInt("mapreduce.map.failures.maxpercent", 100);
    }
    folder.announce(configuration);

    Job job = Job.getInstance(configuration, call.arguments().path("description").asText("insitu: " + call.op()));
    if (runner != Runner.LOCAL) job.addFileToClassPath(engine.jar());
    job.setInputFormatClass(TaskList.class);
    job.setOutputFormatClass(Results.class);
    job.setMapperClass(work.mapper());
    job.setMapOutputKeyClass(LongWritable.class);
    job.setMapOutputValueClass(BytesWritable.class);
    job.setNumReduceTasks(work.reducers());
    if (work.reduction() != null) work.reduction().set(job, (JobConf) job.getConfiguration());
    // On a secured cluster tasks need a token for this file system, which need not be the default one.
    TokenCache.obtainTokensForNamenodes(job.getCredentials(), new Path[] {folder.path()}, job.getConfiguration());
    return job;
  }
}
