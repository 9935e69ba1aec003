package org.insitu.hadoop;

import java.io.DataInputStream;
import java.io.IOException;
import org.insitu.gateway.Call;
import org.insitu.gateway.FileTasks;
import org.insitu.gateway.TaskResult;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;

/** READ_ROWS: rows to the client, in the order of the data. */
final class Reading implements JobRun.Taker {
  private final Call call;
  private long rows;

  private Reading(Call call) {
    this.call = call;
  }

  static void run(Call call, Engine engine) throws IOException {
    FileTasks tasks = FileTasks.of(call);
    int count = tasks.inputs().size();
    Reading reading = new Reading(call);
    Runner runner = Runner.choose(call, engine, count, 0);
    if (count > 0) {
      runner = new JobRun(call, engine, FilePasses.work(call, engine, tasks, runner, null), reading).run(runner);
    }
    call.reply(Json.object().put("rows", reading.rows).put("runner", runner.toString()));
  }

  @Override
  public boolean inOrder() {
    return true;
  }

  @Override
  public int take(int place, DataInputStream result) throws IOException {
    return TaskResult.read(result, this::hear);
  }

  private void hear(Frame frame) throws IOException {
    if (frame.type() == FrameType.END) {
      rows += frame.document().path("rows").asLong();
    } else {
      call.forward(frame);
    }
  }

  @Override
  public void look(int running) throws IOException {
    call.throwIfCancelled();
  }
}
