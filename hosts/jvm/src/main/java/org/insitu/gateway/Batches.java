package org.insitu.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;

/** The batches of one EXEC: what the call brings for each, and what the client hears of them. */
public final class Batches {
  /** A run of tasks. Its arguments are `length` bytes of the call's payload from `offset` on. */
  public record Batch(long first, long count, boolean each, int offset, int length) {}

  private static final long REPORT_NANOSECONDS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final byte[] NONE = new byte[0];

  private final Call call;
  private final List<Batch> all = new ArrayList<>();
  private final boolean stopsAtFailure;
  private final boolean[] ended;
  private final int shared;
  private int limit; // batches from here on are not needed
  private int done;
  private long reported = System.nanoTime();

  /** From the arguments "tasks", "shared" and "stopAtFailure" of a call. */
  public Batches(Call call) {
    this.call = call;
    if (!(call.arguments().path("task") instanceof ObjectNode)
        || !(call.arguments().path("tasks") instanceof ArrayNode tasks)) {
      throw UserError.argument("EXEC needs the document 'task' and the list 'tasks'");
    }
    shared = call.arguments().path("shared").asInt(-1);
    long at = Math.max(shared, 0);
    for (JsonNode one : tasks) {
      int length = one.path(3).asInt(-1);
      if (length < 0 || at + length > call.payload().length) {
        throw UserError.argument("EXEC names arguments that it has not brought");
      }
      all.add(new Batch(one.path(0).asLong(), one.path(1).asLong(), one.path(2).asBoolean(), (int) at, length));
      at += length;
    }
    if (shared > call.payload().length) throw UserError.argument("EXEC names arguments that it has not brought");
    stopsAtFailure = call.arguments().path("stopAtFailure").asBoolean(false);
    ended = new boolean[all.size()];
    limit = all.size();
  }

  public int size() {
    return all.size();
  }

  public Batch get(int place) {
    return all.get(place);
  }

  /** What all tasks of the call need; null: the call has brought it before. */
  public byte[] shared() {
    return shared < 0 ? null : Arrays.copyOf(call.payload(), shared);
  }

  /** The frame that a worker gets for a batch. */
  public Frame frame(int place) {
    Batch batch = all.get(place);
    return ExecPlan.batch(batch.first, batch.count, batch.each,
        Arrays.copyOfRange(call.payload(), batch.offset, batch.offset + batch.length));
  }

  /** A frame of a batch, for the client. */
  public void hear(int place, Frame frame) throws IOException {
    if (frame.type() == FrameType.RESULT) {
      ObjectNode document = frame.document();
      if (stopsAtFailure && !document.path("failed").isEmpty()) limit = Math.min(limit, place + 1);
      document.put("place", place);
      call.forward(new Frame(FrameType.RESULT, 0, Json.bytes(document), frame.payload()));
    } else {
      call.forward(frame);
    }
  }

  /** All frames of a batch have been heard. */
  public void end(int place) {
    ended[place] = true;
    done++;
  }

  public boolean ended(int place) {
    return ended[place];
  }

  /** How many have come to their end. */
  public int done() {
    return done;
  }

  /** All that are wanted have come to their end, though not all there are. */
  public boolean enough() {
    return limit < all.size() && IntStream.range(0, limit).allMatch(i -> ended[i]);
  }

  /** The client asks again for what this batch has not given. `executors`: no other attempt will do better. */
  public void lost(int place, String why, boolean executors) throws IOException {
    ObjectNode document = Json.object().put("first", all.get(place).first).put("count", 0).put("lost", why)
        .put("late", false).put("place", place);
    if (executors) document.put("executors", true);
    call.forward(new Frame(FrameType.RESULT, 0, Json.bytes(document), NONE));
  }

  /** It is time to tell how many tasks run. */
  public boolean isReportDue() {
    return System.nanoTime() - reported >= REPORT_NANOSECONDS;
  }

  /** Batches begin in their order, so `active` of them are the first of those that have not ended. */
  public void report(int active) throws IOException {
    reported = System.nanoTime();
    long running = 0;
    for (int i = 0; i < all.size() && active > 0; i++) {
      if (ended[i]) continue;
      running += all.get(i).count;
      active--;
    }
    call.send(FrameType.PROGRESS, Json.object().put("running", running));
  }
}
