package org.insitu.spark;

import java.util.OptionalInt;

/** A batch is blamed for the end of a job only where Spark's words are about it. */
public final class GuiltyTask {
  private GuiltyTask() {}

  public static void main(String[] arguments) {
    String words = "Job aborted due to stage failure: Task %s in stage %s failed 4 times, most recent "
        + "failure: Lost task 1.3 in stage %s (TID 11) (10.0.0.1 executor 1): ExecutorLostFailure";
    check(words, "3", "5.0", 5, OptionalInt.of(3));
    check(words, "3", "5.0", -1, OptionalInt.of(3));
    check(words, "3", "4.0", 5, OptionalInt.empty()); // the shuffle, run again
    check(words, "3", "4.1", 5, OptionalInt.empty());
    check(words, "3", "5.1", 5, OptionalInt.empty()); // the missing tasks, numbered anew
    check(words, "99999999999", "5.0", 5, OptionalInt.empty());
    check("Total size of serialized results is bigger than spark.driver.maxResultSize", "", "", 5,
        OptionalInt.empty());
  }

  private static void check(String words, String task, String stage, int results,
      OptionalInt expected) {
    String report = words.formatted(task, stage, stage);
    OptionalInt found = Tasks.guilty(report, results);
    if (!found.equals(expected)) throw new AssertionError(report + ": " + found);
  }
}
