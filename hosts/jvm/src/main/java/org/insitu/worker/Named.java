package org.insitu.worker;

/**
 * Names of arguments in messages, marked as src/base/named.hpp marks them: the face in which a
 * message arrives says them in its own words. The marks are code points that no text may hold.
 */
public final class Named {
  private static final char BEGIN = '\uFDD0';
  private static final char END = '\uFDD1';

  private Named() {}

  /** An argument by its name in R. */
  public static String of(String name) {
    return BEGIN + name + END;
  }
}
