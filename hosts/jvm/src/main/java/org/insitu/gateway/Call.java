package org.insitu.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameLine;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;

/** One CALL of a client: what it asks, and where the answer goes. */
public abstract class Call {
  private static final byte[] NONE = new byte[0];

  private final FrameLine line;
  private final int request;
  private final ObjectNode arguments;
  private final byte[] payload;
  private volatile boolean cancelled;

  protected Call(FrameLine line, Frame frame) throws IOException {
    this.line = line;
    request = frame.request();
    arguments = frame.document();
    payload = frame.payload();
  }

  /** Does what it asks and replies. Throws what fail() would tell. */
  protected abstract void run() throws Exception;

  /** Ends what the engine does for this call. May be called by any thread. */
  protected abstract void cancelJobs();

  public String op() {
    return arguments.path("op").asText();
  }

  public ObjectNode arguments() {
    return arguments;
  }

  /** Throws where the argument is not there. */
  public String text(String name) {
    if (!arguments.path(name).isTextual()) {
      throw UserError.argument(op() + " needs the text '" + name + "'");
    }
    return arguments.get(name).asText();
  }

  /** Throws where the argument is not there. */
  public ObjectNode document(String name) {
    if (arguments.path(name) instanceof ObjectNode document) return document;
    throw UserError.argument(op() + " needs the document '" + name + "'");
  }

  /** A list of texts; empty where the argument is not there. */
  public List<String> words(String name) {
    List<String> words = new ArrayList<>();
    for (JsonNode word : arguments.path(name)) words.add(word.asText());
    return words;
  }

  public byte[] payload() {
    return payload;
  }

  /** May be called by any thread. */
  public void cancel() {
    cancelled = true;
    cancelJobs();
  }

  public boolean cancelled() {
    return cancelled;
  }

  public void throwIfCancelled() {
    if (cancelled) throw UserError.cancelled();
  }

  public void send(int type, ObjectNode document) throws IOException {
    line.write(type, request, Json.bytes(document));
  }

  /** A worker's frame, as it came. */
  public void forward(Frame frame) throws IOException {
    line.write(frame.type(), request, frame.json(), frame.payload());
  }

  public void reply(ObjectNode document) throws IOException {
    reply(document, NONE);
  }

  public void reply(ObjectNode document, byte[] bytes) throws IOException {
    line.write(FrameType.REPLY, request, Json.bytes(document), bytes);
  }

  void fail(UserError error) throws IOException {
    line.write(FrameType.FAIL, request, Json.bytes(error.document()));
  }
}
