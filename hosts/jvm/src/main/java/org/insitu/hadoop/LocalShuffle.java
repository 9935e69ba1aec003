package org.insitu.hadoop;

import org.apache.hadoop.mapreduce.task.reduce.Shuffle;

/**
 * Hadoop's own shuffle, for the local runner. There the thread that fetches what maps have given begins again whatever it meets: after
 * a job was killed, and its files are gone, it would take a core for as long as this process lives, and make their folders again.
 */
public final class LocalShuffle<K, V> extends Shuffle<K, V> {
  private static final String FETCHER = "localfetcher";

  /** Ends a fetcher, whose reducer has been told why. */
  private static final class Over extends RuntimeException {
    private static final long serialVersionUID = 1;

    Over() {
      super(null, null, false, false);
    }
  }

  @Override
  public synchronized void reportException(Throwable failure) {
    super.reportException(failure);
    Thread thread = Thread.currentThread();
    if (!thread.getName().startsWith(FETCHER)) return;
    thread.setUncaughtExceptionHandler((fetcher, over) -> { });
    throw new Over();
  }
}
