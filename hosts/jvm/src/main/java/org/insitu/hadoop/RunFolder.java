package org.insitu.hadoop;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.TaskType;
import org.insitu.worker.FilePath;
import org.insitu.worker.Frame;
import org.insitu.worker.Json;

/**
 * The folder of one job: what its tasks share (`plan`), what each is to do (`tasks`), and in `out` what they have given, a file each,
 * under its name when it is whole. Nobody makes `out` again once it is removed, so that late tasks leave nothing behind.
 */
final class RunFolder implements Closeable {
  private static final String KEY = "insitu.run";
  private static final int BUFFER = 1 << 18;
  private static final String ERROR = "error";
  private static final String FAILURE = "failure-";

  /** A whole result: of the map task or reducer with this number in the job. */
  record Result(boolean reducer, int task, Path path) {}

  private final FileSystem system;
  private final Path path;
  private final Path out;

  private RunFolder(FileSystem system, Path path) {
    this.system = system;
    this.path = path;
    out = new Path(path, "out");
  }

  static RunFolder make(FileSystem system, Path path) throws IOException {
    RunFolder folder = new RunFolder(system, path);
    if (!system.mkdirs(folder.out)) throw new IOException("the file system did not make the folder " + folder.out);
    return folder;
  }

  /** In a task: the folder of its job. */
  static RunFolder of(Configuration configuration) throws IOException {
    Path path = new Path(configuration.get(KEY));
    return new RunFolder(FilePath.system(path, configuration), path);
  }

  Path path() {
    return path;
  }

  void announce(Configuration configuration) {
    configuration.set(KEY, path.toString());
  }

  void write(String name, byte[] bytes) throws IOException {
    try (OutputStream stream = system.createFile(new Path(path, name)).overwrite(true).build()) {
      stream.write(bytes);
    }
  }

  byte[] read(String name) throws IOException {
    Path file = new Path(path, name);
    int size = Math.toIntExact(system.getFileStatus(file).getLen());
    return readPart(name, 0, size);
  }

  byte[] readPart(String name, long offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    try (FSDataInputStream stream = system.open(new Path(path, name))) {
      stream.readFully(offset, bytes);
    }
    return bytes;
  }

  /** The frame that says what the tasks share. */
  Frame plan() throws IOException {
    try (DataInputStream stream = new DataInputStream(new BufferedInputStream(system.open(new Path(path, "plan")), BUFFER))) {
      return Frame.read(stream);
    }
  }

  // ---- what tasks leave ---------------------------------------------------------------------------

  private Path unfinished(TaskAttemptID attempt) {
    return new Path(out, "_" + attempt);
  }

  private Path finished(TaskAttemptID attempt) {
    boolean reducer = attempt.getTaskType() == TaskType.REDUCE;
    return new Path(out, (reducer ? "r-" : "m-") + attempt.getTaskID().getId());
  }

  /** A file for the result of an attempt, which others see after commit(). Fails where the job is over. */
  OutputStream create(TaskAttemptID attempt) throws IOException {
    return system.createFile(unfinished(attempt)).overwrite(true).build();
  }

  boolean hasUnfinished(TaskAttemptID attempt) throws IOException {
    return system.exists(unfinished(attempt));
  }

  void commit(TaskAttemptID attempt) throws IOException {
    Path from = unfinished(attempt);
    Path to = finished(attempt);
    if (system.exists(to)) { // of an attempt that was thought lost: every attempt gives the same
      system.delete(from, false);
    } else if (!system.rename(from, to) && !system.exists(to)) {
      throw new IOException("the file system did not rename " + from + " to " + to);
    }
  }

  void abort(TaskAttemptID attempt) throws IOException {
    system.delete(unfinished(attempt), false);
  }

  /** A user's error was met: tasks that have not begun need not. */
  void raiseError() {
    try {
      system.createFile(new Path(out, ERROR)).overwrite(false).build().close();
    } catch (IOException there) {
      // Another task has raised it, or the job is over.
    }
  }

  boolean hasError() throws IOException {
    return system.exists(new Path(out, ERROR));
  }

  /** Why an attempt has failed, for whoever follows the job: Hadoop keeps it where it may be gone by then. */
  void tellFailure(TaskAttemptID attempt, String why) {
    try (OutputStream stream = system.createFile(new Path(out, FAILURE + attempt)).overwrite(true).build()) {
      stream.write(why.getBytes(StandardCharsets.UTF_8));
    } catch (IOException lost) {
      // Hadoop's own report has it, too.
    }
  }

  // ---- what the gateway finds ---------------------------------------------------------------------

  /** What is there: results, whether some task has met an error of the user's, and whether some attempt has failed. */
  record Listing(List<Result> results, boolean error, boolean failure) {}

  Listing list() throws IOException {
    List<Result> found = new ArrayList<>();
    boolean error = false;
    boolean failure = false;
    for (FileStatus file : system.listStatus(out)) {
      String name = file.getPath().getName();
      if (name.startsWith("m-") || name.startsWith("r-")) {
        found.add(new Result(name.startsWith("r-"), Integer.parseInt(name.substring(2)), file.getPath()));
      }
      error |= name.equals(ERROR);
      failure |= name.startsWith(FAILURE);
    }
    return new Listing(found, error, failure);
  }

  DataInputStream open(Result result) throws IOException {
    return new DataInputStream(new BufferedInputStream(system.open(result.path), BUFFER));
  }

  /** What RangeWriter says at the end of its file. */
  List<RangeWriter.Part> parts(Result result) throws IOException {
    long size = system.getFileStatus(result.path).getLen();
    List<RangeWriter.Part> parts = new ArrayList<>();
    try (FSDataInputStream stream = system.open(result.path)) {
      byte[] number = new byte[RangeWriter.TRAILER];
      stream.readFully(size - number.length, number);
      byte[] text = new byte[ByteBuffer.wrap(number).getInt()];
      stream.readFully(size - number.length - text.length, text);
      for (JsonNode one : Json.parseArray(text)) {
        parts.add(new RangeWriter.Part(one.path(0).asInt(), one.path(1).asLong(), one.path(2).asLong()));
      }
    }
    return parts;
  }

  void remove(Result result) throws IOException {
    system.delete(result.path, false);
  }

  /** A failure that an attempt has told. */
  record Failure(boolean reducer, int task, String why) {}

  List<Failure> failures() throws IOException {
    List<Failure> found = new ArrayList<>();
    for (FileStatus file : system.listStatus(out)) {
      String name = file.getPath().getName();
      if (!name.startsWith(FAILURE)) continue;
      TaskAttemptID attempt = TaskAttemptID.forName(name.substring(FAILURE.length()));
      byte[] text = new byte[Math.toIntExact(file.getLen())];
      try (FSDataInputStream stream = system.open(file.getPath())) {
        stream.readFully(0, text);
      } catch (FileNotFoundException gone) {
        continue;
      }
      found.add(new Failure(attempt.getTaskType() == TaskType.REDUCE, attempt.getTaskID().getId(),
          new String(text, StandardCharsets.UTF_8)));
    }
    return found;
  }

  @Override
  public void close() throws IOException {
    system.delete(path, true);
  }
}
