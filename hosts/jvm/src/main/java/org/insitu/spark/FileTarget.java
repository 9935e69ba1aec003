package org.insitu.spark;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.insitu.gateway.UserError;
import org.insitu.worker.FilePath;
import org.insitu.worker.Serve;

/**
 * A folder of Parquet or ORC files. They are written beside it and take its place, or join it, when
 * all are there.
 */
final class FileTarget implements Writing.Target {
  private final String kind;
  private final Path path;
  private final Path fresh;
  private final FileSystem system;
  private final boolean overwrite;
  private final boolean append;

  FileTarget(Application application, JsonNode target) throws IOException {
    kind = target.path("kind").asText();
    if (target.path("path").asText().isEmpty()) {
      throw UserError.argument("a target of files needs 'path'");
    }
    Configuration configuration = application.context().hadoopConfiguration();
    Path given = FilePath.withHost(new Path(target.path("path").asText()), configuration);
    system = given.getFileSystem(configuration);
    path = system.makeQualified(given);
    if (path.getParent() == null) {
      throw UserError.argument("the root of a file system cannot be written: " + path);
    }
    fresh = sibling("insitu-");
    overwrite = target.path("overwrite").asBoolean(false);
    append = target.path("append").asBoolean(false);
  }

  private Path sibling(String mark) {
    return new Path(path.getParent(), path.getName() + "." + mark + UUID.randomUUID());
  }

  @Override
  public void check() throws IOException {
    if (!system.exists(path)) return;
    if (!overwrite && !append) {
      throw UserError.argument("the output is there already; set overwrite to replace it: " + path);
    }
    if (append && !overwrite && !system.getFileStatus(path).isDirectory()) {
      throw UserError.argument("rows can be appended to a folder of files only: " + path);
    }
  }

  @Override
  public void write(Dataset<Row> rows) {
    rows.write().format(kind).option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
        .save(fresh.toString());
  }

  @Override
  public int finish() throws IOException {
    int files = visible(fresh).size();
    boolean there = system.exists(path);
    if (there && append && !overwrite) {
      join();
      return files;
    }
    Path old = there ? sibling("insitu-old-") : null;
    if (there && !system.rename(path, old)) throw refused(path, old);
    if (!system.rename(fresh, path)) {
      if (there) system.rename(old, path);
      throw refused(fresh, path);
    }
    if (there) system.delete(old, true);
    return files;
  }

  /** Moves the new files into the folder, under names that come after all that are there. */
  private void join() throws IOException {
    List<String> there = visible(path);
    String last = there.isEmpty() ? "part" : there.get(there.size() - 1);
    List<Path> moved = new ArrayList<>();
    int number = 0;
    try {
      for (String name : visible(fresh)) {
        Path to = new Path(path, String.format("%s.%05d.%s", last, number++, kind));
        if (!system.rename(new Path(fresh, name), to)) throw refused(fresh, to);
        moved.add(to);
      }
    } catch (IOException failure) {
      for (Path one : moved) system.delete(one, false);
      throw failure;
    }
    system.delete(fresh, true);
  }

  /** The names of the files with data, in the order of the data. */
  private List<String> visible(Path folder) throws IOException {
    List<String> names = new ArrayList<>();
    for (FileStatus file : system.listStatus(folder)) {
      String name = file.getPath().getName();
      if (file.isFile() && !name.startsWith("_") && !name.startsWith(".")) names.add(name);
    }
    names.sort(Comparator.comparing(name -> name.getBytes(StandardCharsets.UTF_8), Serve.PATHS));
    return names;
  }

  private static IOException refused(Path from, Path to) {
    return new IOException("the file system did not rename " + from + " to " + to);
  }

  @Override
  public void abandon() {
    try {
      system.delete(fresh, true);
    } catch (IOException left) {
      // Its name says what it is.
    }
  }
}
