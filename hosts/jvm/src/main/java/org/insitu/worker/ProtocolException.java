package org.insitu.worker;

/** The other end of a line sent what the protocol does not allow; the line is of no more use. */
public final class ProtocolException extends TaskFailure {
  private static final long serialVersionUID = 1;

  public ProtocolException(String message) {
    super(message, null);
  }
}
