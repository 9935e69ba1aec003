package org.insitu.worker;

/** What went wrong, as a number that crosses borders (src/base/error.hpp). */
public final class ErrorCode {
  public static final int INTERNAL = 1;
  public static final int INVALID_ARGUMENT = 2;
  public static final int DATA = 3;
  public static final int WORKER = 4;
  public static final int CANCELLED = 5;
  public static final int UNSUPPORTED = 6;
  public static final int USER_CODE = 7;

  private ErrorCode() {}
}
