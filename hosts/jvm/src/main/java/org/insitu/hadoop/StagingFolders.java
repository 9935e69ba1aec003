package org.insitu.hadoop;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Folders in which Hadoop kept what jobs needed that were killed: their masters leave them, and may write there for a moment after the
 * ResourceManager has called the job killed.
 */
final class StagingFolders {
  private static final long MOMENT_NANOSECONDS = TimeUnit.SECONDS.toNanos(2);

  private final Configuration configuration;
  private final Map<Path, Long> killed = new LinkedHashMap<>(); // when

  StagingFolders(Configuration configuration) {
    this.configuration = configuration;
  }

  synchronized void add(Path folder) {
    killed.put(folder, System.nanoTime());
  }

  /** Removes those whose masters must be gone by now. */
  synchronized void sweep() {
    killed.entrySet().removeIf(entry -> System.nanoTime() - entry.getValue() >= MOMENT_NANOSECONDS && remove(entry.getKey()));
  }

  /** Removes all; waits for the masters. */
  synchronized void close() {
    long newest = killed.values().stream().mapToLong(Long::longValue).max().orElse(0);
    try {
      long wait = newest + MOMENT_NANOSECONDS - System.nanoTime();
      if (!killed.isEmpty() && wait > 0) TimeUnit.NANOSECONDS.sleep(wait);
    } catch (InterruptedException interrupt) {
      Thread.currentThread().interrupt();
    }
    killed.keySet().removeIf(this::remove);
  }

  private boolean remove(Path folder) {
    try {
      folder.getFileSystem(configuration).delete(folder, true);
    } catch (IOException left) {
      System.err.println("insitu: " + folder + " could not be removed: " + left.getMessage());
    }
    return true;
  }
}
