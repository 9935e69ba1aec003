package org.insitu.worker;

/** A worker ended, or its line did, in the middle of a task: another attempt may go well. */
public final class WorkerLost extends TaskFailure {
  private static final long serialVersionUID = 1;

  public WorkerLost(String message, Throwable cause) {
    super(message, cause);
  }
}
