package org.insitu.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.insitu.worker.ErrorCode;
import org.insitu.worker.Json;

/** A call that cannot succeed, however often it is tried; it reaches the client once. */
public final class UserError extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int code;
  private final long split; // -1: none

  public UserError(int code, String message) {
    this(code, message, -1);
  }

  public UserError(int code, String message, long split) {
    super(message);
    this.code = code;
    this.split = split;
  }

  /** From the ERROR frame of a worker. */
  public static UserError of(ObjectNode error) {
    return new UserError(error.path("code").asInt(ErrorCode.WORKER),
        error.path("message").asText("a worker failed without a message"),
        error.path("split").asLong(-1));
  }

  public static UserError argument(String message) {
    return new UserError(ErrorCode.INVALID_ARGUMENT, message);
  }

  public static UserError data(String message) {
    return new UserError(ErrorCode.DATA, message);
  }

  public static UserError cancelled() {
    return new UserError(ErrorCode.CANCELLED, "interrupted");
  }

  /** The failure that counts of two: that of the lower split, as on one thread. */
  public static UserError first(UserError one, UserError other) {
    return one == null || other.split >= 0 && other.split < one.split ? other : one;
  }

  public ObjectNode document() {
    ObjectNode document = Json.object().put("message", getMessage()).put("code", code)
        .put("retryable", false);
    if (split >= 0) document.put("split", split);
    return document;
  }
}
