package org.insitu.hadoop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.insitu.gateway.UserError;
import org.insitu.worker.FilePath;
import org.insitu.worker.Frame;
import org.insitu.worker.Json;
import org.insitu.worker.ProtocolException;

/**
 * The files that an attempt writes for its worker, under the number of the attempt and of the file: they count once the result of the
 * attempt does.
 */
final class PartFiles implements Closeable {
  private static final AtomicInteger OPEN = new AtomicInteger();
  private static final long PAUSE_MILLISECONDS = 10;

  private final Path folder;
  private final FileSystem system;
  private final PlannedFiles planned;
  private final TaskAttemptID attempt;
  private String file;
  private String part;
  private long bytes;
  private OutputStream stream;

  /** `folder`: for files that are not finished. */
  PartFiles(String folder, PlannedFiles planned, Configuration configuration, TaskAttemptID attempt) throws IOException {
    this.folder = FilePath.of(folder, configuration);
    this.planned = planned;
    this.attempt = attempt;
    system = FilePath.system(this.folder, configuration);
    OPEN.incrementAndGet();
  }

  /** Takes a piece of a file. Of its end it returns the document that tells of it, with the name that the file has now; else null. */
  ObjectNode take(Frame out) throws IOException {
    ObjectNode document = out.document();
    String name = document.path("part").asText();
    if (stream == null || !name.equals(part)) begin(name);
    boolean last = document.path("last").asBoolean(false);
    try {
      if (!last) stream.write(out.payload());
      else stream.close(); // throws where not all is there
    } catch (IOException failure) {
      throw translated(failure);
    }
    if (!last) {
      bytes += out.payload().length;
      return null;
    }
    stream = null;
    long told = document.path("bytes").asLong(-1);
    if (told != bytes) {
      throw new ProtocolException("the worker told of " + told + " bytes of the file " + PlannedFiles.shown(name) + ", and has sent " + bytes);
    }
    return Json.object().put("part", name).put("last", true).put("bytes", bytes).put("file", file);
  }

  /** The worker has come to its end. Throws where a file is missing. */
  void checkAll() throws ProtocolException {
    if (stream != null) throw new ProtocolException("the worker ended in the middle of the file " + PlannedFiles.shown(part));
    planned.checkAll();
  }

  private void begin(String name) throws IOException {
    if (stream != null) {
      throw new ProtocolException("the worker began the file " + PlannedFiles.shown(name) + " before the end of " + PlannedFiles.shown(part));
    }
    file = attempt + "-" + planned.begin(name);
    part = name;
    bytes = 0;
    try {
      stream = create(system, new Path(folder, file));
    } catch (IOException failure) {
      throw translated(failure);
    }
  }

  /** Where there is no room, or no right to write, no other attempt finds any. */
  private IOException translated(IOException failure) {
    boolean here = "file".equals(folder.toUri().getScheme());
    if (failure instanceof NoSuchFileException || Thread.currentThread().isInterrupted() || failure instanceof InterruptedIOException
        || failure instanceof ClosedByInterruptException || !here && !isQuota(failure)) {
      return failure;
    }
    String reason = failure instanceof FileSystemException local && local.getReason() != null ? local.getReason() : Failures.said(failure);
    throw UserError.data("cannot write to the target (" + reason + "); nothing was replaced: " + part);
  }

  /** By its name: Hadoop has no type for all of them that each of its versions knows. */
  private static boolean isQuota(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause.getClass().getSimpleName().endsWith("QuotaExceededException") || String.valueOf(cause.getMessage()).contains("QuotaExceededException")) {
        return true;
      }
    }
    return false;
  }

  /** A file in a folder that is there: what comes late makes no folder that was given up. */
  private static OutputStream create(FileSystem system, Path file) throws IOException {
    if ("file".equals(file.toUri().getScheme())) {
      return Files.newOutputStream(java.nio.file.Path.of(file.toUri().getPath()), StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE);
    }
    return system.createFile(file).overwrite(true).build();
  }

  @Override
  public void close() throws IOException {
    OPEN.decrementAndGet();
    if (stream != null) stream.close();
  }

  /** Waits until no attempt in this process writes any more, but not for ever. */
  static void waitForLast(long seconds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    try {
      while (OPEN.get() > 0 && System.nanoTime() < end) TimeUnit.MILLISECONDS.sleep(PAUSE_MILLISECONDS);
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }
}
