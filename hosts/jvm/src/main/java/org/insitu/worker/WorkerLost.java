package org.insitu.worker;

import java.io.IOException;

/** A worker ended, or its line did, in the middle of a task: another attempt may go well. */
public final class WorkerLost extends IOException {
  private static final long serialVersionUID = 1;

  public WorkerLost(String message, Throwable cause) {
    super(message, cause);
  }
}
