package org.insitu.worker;

import java.io.IOException;

/**
 * What a task dies of. It travels from the executor to the driver as a plain IOException with the same text: Spark reads it with
 * the class loader of its own, which knows nothing of a jar that was added to a running session.
 */
public abstract class TaskFailure extends IOException {
  private static final long serialVersionUID = 1;

  TaskFailure(String message, Throwable cause) {
    super(message, cause);
  }

  /** Called by serialization. */
  protected final Object writeReplace() {
    IOException plain = new IOException(getMessage());
    plain.setStackTrace(getStackTrace());
    return plain;
  }
}
