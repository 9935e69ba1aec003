package org.insitu.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;

/** What a client hears of a pass: its states and other frames at once, how far it is now and then, and its figures at the end. */
public final class PassReport {
  private static final long REPORT_NANOSECONDS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Call call;
  private final int tasks;
  private final long splits;
  private final long begin = System.nanoTime();
  private long reported = begin;
  private long largest;
  private long rows;
  private long nodes;
  private long retries;

  public PassReport(Call call, int tasks, long splits) {
    this.call = call;
    this.tasks = tasks;
    this.splits = splits;
  }

  /** A frame of a task of the pass, or of one that merges its states. */
  public void hear(Frame frame) throws IOException {
    switch (frame.type()) {
      case FrameType.END -> rows += frame.document().path("rows").asLong();
      case FrameType.STATE -> {
        nodes++;
        largest = Math.max(largest, frame.payload().length);
        call.forward(frame);
      }
      default -> call.forward(frame);
    }
  }

  /** Rows that were read by tasks whose frames went elsewhere. */
  public void addRows(long more) {
    rows += more;
  }

  public void addRetries(long more) {
    retries += more;
  }

  /** The tasks begin anew; no state has gone to the client. */
  public void restart() {
    rows = 0;
  }

  /** The size of the largest state so far. */
  public long largest() {
    return largest;
  }

  /** Tells how many tasks are done, where nothing was told for a while. */
  public void look(int done) throws IOException {
    if (System.nanoTime() - reported >= REPORT_NANOSECONDS) tell(done);
  }

  public void tell(int done) throws IOException {
    reported = System.nanoTime();
    ObjectNode progress = Json.object().put("rows", rows).put("tasksDone", done).put("tasks", tasks);
    call.send(FrameType.PROGRESS, progress);
  }

  /** The answer, once all is there. `stage`: how often states were merged on their way, and once by the client. */
  public ObjectNode answer(int stage) {
    return Json.object().put("tasks", tasks).put("splits", splits).put("rows", rows)
        .put("retries", retries).put("seconds", (System.nanoTime() - begin) / 1e9)
        .put("nodes", nodes).put("stage", stage);
  }
}
