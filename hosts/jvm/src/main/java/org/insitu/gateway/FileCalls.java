package org.insitu.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.insitu.worker.FilePath;
import org.insitu.worker.Json;
import org.insitu.worker.Serve;

/** FS: the client's questions about files, answered as a worker's are; and changes of them. */
final class FileCalls implements AutoCloseable {
  private final Configuration configuration;
  private final Serve serve;

  FileCalls(Configuration configuration) {
    this.configuration = configuration;
    serve = new Serve(configuration);
  }

  void run(Call call) throws IOException {
    ObjectNode arguments = call.arguments();
    switch (arguments.path("what").asText("bytes")) {
      case "mkdirs" -> {
        Path path = FilePath.of(call.text("file"), configuration);
        if (!system(path).mkdirs(path)) throw refused("make the folder", path);
        call.reply(Json.object());
      }
      case "rename" -> {
        Path from = FilePath.of(call.text("from"), configuration);
        if (!system(from).rename(from, FilePath.of(call.text("to"), configuration))) throw refused("rename", from);
        serve.close();
        call.reply(Json.object());
      }
      case "delete" -> {
        Path path = FilePath.of(call.text("file"), configuration);
        boolean gone = system(path).delete(path, arguments.path("recursive").asBoolean(false));
        serve.close();
        call.reply(Json.object().put("deleted", gone));
      }
      case "bytes" -> answer(call);
      default -> {
        serve.close(); // whoever asks anew may find another file under the name
        answer(call);
      }
    }
  }

  private void answer(Call call) throws IOException {
    Serve.Answer answer = serve.answer(call.arguments());
    call.reply(answer.document(), answer.payload());
  }

  private FileSystem system(Path path) throws IOException {
    return FilePath.system(path, configuration);
  }

  private static UserError refused(String what, Path path) {
    return UserError.data("the file system did not " + what + ": " + path);
  }

  @Override
  public void close() {
    serve.close();
  }
}
