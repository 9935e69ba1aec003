package org.insitu.gateway;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How large the states of passes were, by kind of pass: the next ones will be about as large. */
public final class StateSizes {
  private static final int MOST_KINDS = 1000;

  private final Map<String, Long> largest = new ConcurrentHashMap<>();

  /** What passes have in common whose states are about as large. */
  public static String kind(Call call) {
    return call.arguments().path("task").path("pass").asText() + "|" + call.payload().length;
  }

  /** The largest state that a pass of this kind sent; 0: there was none. */
  public long largest(String kind) {
    return largest.getOrDefault(kind, 0L);
  }

  public void remember(String kind, long size) {
    if (largest.size() > MOST_KINDS) largest.clear();
    largest.merge(kind, size, Math::max);
  }
}
