package org.insitu.hadoop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.io.Writable;
import org.apache.hadoop.mapreduce.InputFormat;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.RecordReader;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.insitu.worker.Json;

/**
 * The input of a job is a list: what each of its tasks is to do, as the engine has cut it. Hadoop's own cutting of files has no part
 * in it. The task with number n is the n-th of the list.
 */
public final class TaskList extends InputFormat<NullWritable, NullWritable> {
  /** What one task is to do. `hosts`: where it is best done. */
  public static final class Entry extends InputSplit implements Writable {
    private byte[] document = {};
    private String[] hosts = {};

    ObjectNode document() throws IOException {
      return Json.parse(document);
    }

    @Override
    public long getLength() {
      return 1; // all alike: Hadoop begins with the longest, and numbers them so
    }

    @Override
    public String[] getLocations() {
      return hosts.clone();
    }

    @Override
    public void write(DataOutput out) throws IOException {
      out.writeInt(document.length);
      out.write(document);
    }

    @Override
    public void readFields(DataInput in) throws IOException {
      document = new byte[in.readInt()];
      in.readFully(document);
    }
  }

  @Override
  public List<InputSplit> getSplits(JobContext context) throws IOException {
    List<InputSplit> entries = new ArrayList<>();
    for (JsonNode one : Json.parseArray(RunFolder.of(context.getConfiguration()).read("tasks"))) {
      Entry entry = new Entry();
      List<String> hosts = new ArrayList<>();
      for (JsonNode host : one.path("hosts")) hosts.add(host.asText());
      entry.hosts = hosts.toArray(String[]::new);
      entry.document = Json.bytes(one);
      entries.add(entry);
    }
    return entries;
  }

  /** No records: a task works on its entry as a whole. */
  @Override
  public RecordReader<NullWritable, NullWritable> createRecordReader(InputSplit split, TaskAttemptContext context) {
    return new RecordReader<>() {
      @Override
      public void initialize(InputSplit same, TaskAttemptContext also) {}

      @Override
      public boolean nextKeyValue() {
        return false;
      }

      @Override
      public NullWritable getCurrentKey() {
        return NullWritable.get();
      }

      @Override
      public NullWritable getCurrentValue() {
        return NullWritable.get();
      }

      @Override
      public float getProgress() {
        return 0;
      }

      @Override
      public void close() {}
    };
  }
}
