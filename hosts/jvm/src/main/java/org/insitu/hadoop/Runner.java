package org.insitu.hadoop;

import java.util.Locale;
import org.insitu.gateway.Call;

/** What runs the tasks of a job. */
enum Runner {
  /** Threads of the gateway's own process: MapReduce's local runner. */
  LOCAL,
  /** The application master itself, one after the other ("uber mode"): no container has to be started for them. */
  UBER,
  /** Containers of YARN's. */
  YARN;

  private static final int MOST_UBER_TASKS = 64;
  private static final long MOST_UBER_BYTES = 256L << 20;

  /** `reducers`: of the job. What the client knows of the size of its input is the argument `bytes`. */
  static Runner choose(Call call, Engine engine, int tasks, int reducers) {
    if (engine.isLocal() || call.arguments().path("runner").asText().equals("local")) return LOCAL;
    if (reducers > 1 || engine.settings().uber().equals("no")) return YARN;
    if (engine.settings().uber().equals("yes")) return UBER;
    long bytes = call.arguments().path("bytes").asLong(-1);
    boolean small = bytes < 0 ? tasks == 1 : bytes <= MOST_UBER_BYTES && tasks <= MOST_UBER_TASKS;
    return small ? UBER : YARN;
  }

  /** What to run in when the machines have failed a job; null: Hadoop has tried often enough itself. */
  Runner afterFailure() {
    return switch (this) {
      case LOCAL -> LOCAL;
      case UBER -> YARN;
      case YARN -> null;
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
