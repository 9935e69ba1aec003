package org.insitu.worker;

/** The numbers of the frames (docs/worker.md); part of the wire format. */
public final class FrameType {
  public static final int HELLO = 1;
  public static final int TASK = 2;
  public static final int READ = 3;
  public static final int DATA = 4;
  public static final int BLOCK = 5;
  public static final int GROUP = 6;
  public static final int STATE = 7;
  public static final int OUT = 8;
  public static final int NEXT = 9;
  public static final int RESULT = 10;
  public static final int LOG = 11;
  public static final int PROGRESS = 12;
  public static final int ERROR = 13;
  public static final int END = 14;
  public static final int CANCEL = 15;
  public static final int CALL = 16;
  public static final int REPLY = 17;
  public static final int FAIL = 18;
  public static final int RESET = 19;

  private static final String[] NAMES = {
    "?", "HELLO", "TASK", "READ", "DATA", "BLOCK", "GROUP", "STATE", "OUT", "NEXT", "RESULT", "LOG",
    "PROGRESS", "ERROR", "END", "CANCEL", "CALL", "REPLY", "FAIL",
    "RESET"
  };

  private FrameType() {}

  public static boolean known(int type) {
    return type > 0 && type < NAMES.length;
  }

  /** "TASK", for messages. */
  public static String name(int type) {
    return known(type) ? NAMES[type] : NAMES[0];
  }
}
