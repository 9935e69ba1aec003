package org.insitu.spark;

/**
 * Times between whole microseconds since 1970 and seconds since 1970 in a double, to the bit as the
 * engine has them (src/data/time_ticks.hpp).
 */
final class Seconds {
  private static final long MICROSECONDS = 1_000_000;
  private static final long DOUBLES = 1L << 53; // whole numbers up to it are doubles
  private static final double MOST = 9.2e12; // seconds whose microseconds are 64-bit numbers

  private Seconds() {
  }

  /** One rounding; a time never crosses into a second in which it does not lie. */
  static double of(long microseconds) {
    long wholeSeconds = Math.floorDiv(microseconds, MICROSECONDS);
    double whole = wholeSeconds;
    long rest = microseconds - wholeSeconds * MICROSECONDS;
    double seconds = microseconds >= -DOUBLES && microseconds <= DOUBLES
        ? microseconds / (double) MICROSECONDS : whole + rest / (double) MICROSECONDS;
    return Math.floor(seconds) > whole && rest != 0 ? Math.nextDown(seconds) : seconds;
  }

  /** The whole seconds are taken apart first: seconds times 10^6 would be rounded itself. */
  static long toMicroseconds(double seconds) {
    if (!(Math.abs(seconds) <= MOST)) return Math.round(seconds * MICROSECONDS); // the last one
    double whole = Math.floor(seconds);
    return (long) whole * MICROSECONDS + Math.round((seconds - whole) * MICROSECONDS);
  }
}
