package org.insitu.spark;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.insitu.gateway.Call;
import org.insitu.gateway.Host;
import org.insitu.gateway.UserError;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameLine;
import org.insitu.worker.Json;

/** What one client has opened, and what its calls do with it. */
final class SparkConversation implements Host.Conversation {
  private final Application application;
  private final Map<String, Table> handles = new HashMap<>(); // of the calls' thread alone
  private final Tasks.Shared shared = new Tasks.Shared();
  private int handleCount;

  SparkConversation(Application application) {
    this.application = application;
  }

  @Override
  public Call hear(FrameLine line, Frame frame) throws IOException {
    return new SparkCall(application, this, line, frame);
  }

  void run(SparkCall call) throws Exception {
    switch (call.op()) {
      case "OPEN" -> {
        Table table = new Tables(application).open(call, handles);
        String handle = "h" + ++handleCount;
        handles.put(handle, table);
        call.reply(table.describe(handle));
      }
      case "CLOSE" -> {
        handles.remove(call.text("handle"));
        shared.drop(call.text("handle"));
        call.reply(Json.object());
      }
      case "RUN_PASS" -> Passes.run(call, handles);
      case "EXCHANGE" -> shared.keep(call.text("key"), Exchange.run(call, handles));
      case "EXEC" -> Tasks.run(call, shared);
      case "READ_ROWS" -> Reading.run(call, handles);
      case "WRITE" -> Writing.run(call, handles);
      case "LIST_DATA" -> call.reply(application.cached().list());
      case "REMOVE_DATA" -> call.reply(application.cached().remove(call.arguments()));
      case "SQL" -> {
        call.joinGroup();
        application.session().sql(call.text("text"));
        call.reply(Json.object());
      }
      case "EMPTY_JOB" -> EmptyJob.run(call);
      case "STATUS" -> call.reply(application.executors().status());
      default -> throw UserError.argument("unknown operation: '" + call.op() + "'");
    }
  }
}
