package org.insitu.spark;

import java.math.BigDecimal;

/**
 * Seconds of microseconds are rounded once, and have the bits that the engine gives them: the same
 * times have the same checksum in tests/unit/data/time_ticks_test.cpp.
 */
public final class SecondsTest {
  private static final int TIMES = 200_000;
  private static final String CHECKSUM = "e02f3caa14f6248c";

  public static void main(String[] arguments) {
    long state = 1;
    long sum = 0;
    for (int i = 0; i < TIMES; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      long microseconds = state >> (i % 40); // of all sizes
      double seconds = Seconds.of(microseconds);
      check(seconds == exact(microseconds), microseconds, seconds);
      if (Math.abs(microseconds) < 1L << 52) {
        check(Seconds.toMicroseconds(seconds) == microseconds, microseconds, seconds);
      }
      sum = (sum ^ Double.doubleToLongBits(seconds)) * 1099511628211L;
    }
    check(Seconds.toMicroseconds(Double.POSITIVE_INFINITY) == Long.MAX_VALUE, 0, 0);
    String found = Long.toHexString(sum);
    if (!found.equals(CHECKSUM)) throw new AssertionError("the bits have the checksum " + found);
    System.out.println(TIMES + " times");
  }

  /** The nearest double that lies in the same second. */
  private static double exact(long microseconds) {
    double nearest = Double.parseDouble(BigDecimal.valueOf(microseconds, 6).toString());
    long second = Math.floorDiv(microseconds, 1_000_000);
    return Math.floor(nearest) > second ? Math.nextDown(nearest) : nearest;
  }

  private static void check(boolean holds, long microseconds, double seconds) {
    if (!holds) throw new AssertionError(microseconds + " microseconds became " + seconds);
  }
}
