package org.insitu.hadoop;

import java.util.List;
import org.insitu.gateway.MergeRanges;
import org.insitu.gateway.UserError;

/** How the states of a pass come to the client: as they are, or merged by reducers. The answer is the same. */
final class Reduction {
  static final List<String> METHODS = List.of("auto", "none", "oneStage", "twoStage");

  private static final long MOST_BYTES_WITHOUT = 64L << 20;
  private static final int MOST_TASKS_WITHOUT = 64;
  private static final long MOST_BYTES_IN_ONE_STAGE = 256L << 20;

  private Reduction() {}

  /** The ranges of splits that a reducer each merges; null: there are none. `state`: the size of one, as far as known. */
  static MergeRanges choose(String method, int tasks, long lastSplit, long state) {
    String chosen = method;
    if (method.equals("auto")) {
      long bytes = tasks * state;
      chosen = bytes > MOST_BYTES_IN_ONE_STAGE ? "twoStage"
          : bytes > MOST_BYTES_WITHOUT || tasks > MOST_TASKS_WITHOUT ? "oneStage" : "none";
    }
    return switch (chosen) {
      case "none" -> null;
      case "oneStage" -> MergeRanges.whole(lastSplit);
      case "twoStage" -> MergeRanges.of(lastSplit, tasks);
      default -> throw UserError.argument("unknown way to reduce: '" + method + "'; known: none, oneStage, twoStage, auto");
    };
  }
}
