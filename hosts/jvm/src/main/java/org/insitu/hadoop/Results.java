package org.insitu.hadoop;

import java.io.IOException;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.OutputCommitter;
import org.apache.hadoop.mapreduce.OutputFormat;
import org.apache.hadoop.mapreduce.RecordWriter;
import org.apache.hadoop.mapreduce.TaskAttemptContext;

/** The results of tasks are files of frames in the folder of the job; what an attempt has written counts once it is committed. */
public final class Results extends OutputFormat<LongWritable, BytesWritable> {
  @Override
  public RecordWriter<LongWritable, BytesWritable> getRecordWriter(TaskAttemptContext context) {
    return new RecordWriter<>() {
      @Override
      public void write(LongWritable key, BytesWritable value) throws IOException {
        throw new IOException("results are written by their tasks");
      }

      @Override
      public void close(TaskAttemptContext ended) {}
    };
  }

  @Override
  public void checkOutputSpecs(JobContext context) {}

  @Override
  public OutputCommitter getOutputCommitter(TaskAttemptContext context) {
    return new Committer();
  }

  private static final class Committer extends OutputCommitter {
    @Override
    public void setupJob(JobContext context) {}

    @Override
    public void setupTask(TaskAttemptContext context) {}

    @Override
    public boolean needsTaskCommit(TaskAttemptContext context) throws IOException {
      return RunFolder.of(context.getConfiguration()).hasUnfinished(context.getTaskAttemptID());
    }

    @Override
    public void commitTask(TaskAttemptContext context) throws IOException {
      RunFolder.of(context.getConfiguration()).commit(context.getTaskAttemptID());
    }

    @Override
    public void abortTask(TaskAttemptContext context) throws IOException {
      RunFolder.of(context.getConfiguration()).abort(context.getTaskAttemptID());
    }

    // A second application master goes on where the first one was lost.
    @Override
    public boolean isRecoverySupported(JobContext context) {
      return true;
    }

    @Override
    public void recoverTask(TaskAttemptContext context) {}

    @Override
    public boolean isCommitJobRepeatable(JobContext context) {
      return true;
    }
  }
}
