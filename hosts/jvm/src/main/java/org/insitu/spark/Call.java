package org.insitu.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.UUID;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameLine;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;

/** One CALL of a client: what it asks, and where the answer goes. Its jobs are one group of Spark's. */
final class Call {
  private static final byte[] NONE = new byte[0];

  private final Application application;
  private final FrameLine line;
  private final int request;
  private final ObjectNode arguments;
  private final byte[] payload;
  private final String group = "insitu-" + UUID.randomUUID();
  private volatile boolean cancelled;
  private volatile boolean hasJobs;

  Call(Application application, FrameLine line, Frame frame) throws IOException {
    this.application = application;
    this.line = line;
    request = frame.request();
    arguments = frame.document();
    payload = frame.payload();
  }

  Application application() {
    return application;
  }

  String op() {
    return arguments.path("op").asText();
  }

  ObjectNode arguments() {
    return arguments;
  }

  /** Throws where the argument is not there. */
  String text(String name) {
    if (!arguments.path(name).isTextual()) {
      throw UserError.argument(op() + " needs the text '" + name + "'");
    }
    return arguments.get(name).asText();
  }

  byte[] payload() {
    return payload;
  }

  /** The jobs that the calling thread starts from now on belong to this call. */
  void joinGroup() {
    hasJobs = true;
    application.context().setJobGroup(group,
        arguments.path("description").asText("insitu: " + op()), true);
  }

  /** May be called by any thread. */
  void cancel() {
    cancelled = true;
    if (hasJobs) cancelGroup();
  }

  void cancelGroup() {
    application.context().cancelJobGroup(group);
  }

  boolean cancelled() {
    return cancelled;
  }

  void throwIfCancelled() {
    if (cancelled) throw UserError.cancelled();
  }

  void send(int type, ObjectNode document) throws IOException {
    line.write(type, request, Json.bytes(document));
  }

  /** A worker's frame, as it came. */
  void forward(Frame frame) throws IOException {
    line.write(frame.type(), request, frame.json(), frame.payload());
  }

  void reply(ObjectNode document) throws IOException {
    reply(document, NONE);
  }

  void reply(ObjectNode document, byte[] bytes) throws IOException {
    line.write(FrameType.REPLY, request, Json.bytes(document), bytes);
  }

  void fail(UserError error) throws IOException {
    line.write(FrameType.FAIL, request, Json.bytes(error.document()));
  }
}
