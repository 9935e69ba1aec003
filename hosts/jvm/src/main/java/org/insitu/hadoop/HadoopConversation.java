package org.insitu.hadoop;

import java.io.IOException;
import org.insitu.gateway.Call;
import org.insitu.gateway.Host;
import org.insitu.gateway.UserError;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameLine;
import org.insitu.worker.Json;

/** One client, and what its calls do. */
final class HadoopConversation implements Host.Conversation {
  private final Engine engine;
  private final Tasks.Shared shared;

  HadoopConversation(Engine engine) {
    this.engine = engine;
    shared = new Tasks.Shared(engine);
  }

  @Override
  public Call hear(FrameLine line, Frame frame) throws IOException {
    return new HadoopCall(this, line, frame);
  }

  void run(Call call) throws Exception {
    switch (call.op()) {
      case "RUN_PASS" -> Passes.run(call, engine);
      case "READ_ROWS" -> Reading.run(call, engine);
      case "WRITE" -> Writing.run(call, engine);
      case "EXCHANGE" -> shared.keep(call.text("key"), Exchange.run(call, engine));
      case "EXEC" -> Tasks.run(call, engine, shared);
      case "CLOSE" -> {
        shared.drop(call.text("handle"));
        call.reply(Json.object());
      }
      case "EMPTY_JOB" -> EmptyJob.run(call, engine);
      case "STATUS" -> call.reply(Json.object().put("jobs", engine.runningJobs()));
      default -> throw UserError.argument("unknown operation: '" + call.op() + "'; known to Hadoop: RUN_PASS, READ_ROWS, WRITE, "
          + "EXCHANGE, EXEC, FS, CLOSE, EMPTY_JOB, STATUS, SHUTDOWN");
    }
  }

  @Override
  public void close() {
    shared.close();
  }
}
