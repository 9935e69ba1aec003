package org.insitu.worker;

import java.io.IOException;

/** The other end of a line sent what the protocol does not allow; the line is of no more use. */
public final class ProtocolException extends IOException {
  private static final long serialVersionUID = 1;

  public ProtocolException(String message) {
    super(message);
  }
}
