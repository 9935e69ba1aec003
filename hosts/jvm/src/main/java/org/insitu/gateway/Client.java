package org.insitu.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.insitu.worker.ErrorCode;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameLine;
import org.insitu.worker.FrameType;
import org.insitu.worker.Json;
import org.insitu.worker.ProtocolException;
import org.insitu.worker.WorkerProcess;

/**
 * The conversation with one client. Its thread reads the line, so that a CANCEL or the end of the
 * client is seen at once; the calls run on a second thread, one after the other.
 */
final class Client implements Runnable {
  private final GatewayServer gateway;
  private final Host host;
  private final Host.Conversation conversation;
  private final FrameLine line;
  private final Map<Integer, Call> open = new ConcurrentHashMap<>();
  private final ExecutorService calls;
  private final FileCalls files;

  Client(GatewayServer gateway, Host host, SocketChannel channel) {
    this.gateway = gateway;
    this.host = host;
    conversation = host.converse();
    line = new FrameLine(channel);
    files = new FileCalls(host.configuration());
    calls = Executors.newSingleThreadExecutor(work -> {
      Thread thread = new Thread(work, "insitu-calls");
      thread.setDaemon(true);
      return thread;
    });
  }

  @Override
  public void run() {
    try {
      if (greet()) {
        for (;;) hear(line.read());
      }
    } catch (EOFException gone) {
      // The client has left.
    } catch (IOException failure) {
      gateway.log("a client's line was closed: " + failure.getMessage());
    } finally {
      cancel();
      line.close();
      calls.shutdown();
      try {
        calls.awaitTermination(1, TimeUnit.MINUTES);
      } catch (InterruptedException stopping) {
        Thread.currentThread().interrupt();
      }
      files.close();
      conversation.close();
    }
  }

  void close() {
    line.close();
  }

  void cancel() {
    open.values().forEach(Call::cancel);
  }

  private boolean greet() throws IOException {
    Frame frame = line.read();
    if (frame.type() != FrameType.HELLO) {
      throw new ProtocolException("it did not begin with HELLO");
    }
    ObjectNode hello = frame.document();
    byte[] token = hello.path("token").asText().getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(token, gateway.token())) {
      return refuse("the token of the gateway is another one: its folder was not made by the "
          + "caller");
    }
    int protocol = hello.path("protocol").asInt(-1);
    if (protocol != WorkerProcess.PROTOCOL) {
      return refuse("the caller speaks protocol " + protocol + ", the gateway speaks "
          + WorkerProcess.PROTOCOL);
    }
    line.write(FrameType.HELLO, 0, Json.bytes(gateway.describe()));
    return true;
  }

  private boolean refuse(String message) throws IOException {
    UserError error = new UserError(ErrorCode.INVALID_ARGUMENT, message);
    line.write(FrameType.FAIL, 0, Json.bytes(error.document()));
    return false;
  }

  private void hear(Frame frame) throws IOException {
    switch (frame.type()) {
      case FrameType.CALL -> {
        if (frame.request() == 0) throw new ProtocolException("a CALL needs a number");
        Call call = conversation.hear(line, frame);
        if (open.putIfAbsent(frame.request(), call) != null) {
          throw new ProtocolException("two calls have the number " + frame.request());
        }
        calls.execute(() -> run(call, frame.request()));
      }
      case FrameType.CANCEL -> {
        Call call = open.get(frame.request());
        if (call != null) call.cancel();
      }
      default -> throw new ProtocolException(
          "a " + FrameType.name(frame.type()) + " frame came where CALL was expected");
    }
  }

  private void run(Call call, int request) {
    gateway.callBegins();
    try {
      try {
        call.throwIfCancelled();
        dispatch(call);
      } catch (Throwable failure) { // whatever it is, the client waits for an answer
        UserError error = call.cancelled() ? UserError.cancelled() : host.failure(failure);
        if (!(failure instanceof UserError)) gateway.log(call.op() + " failed", failure);
        call.fail(error);
      }
    } catch (IOException gone) {
      line.close();
    } finally {
      open.remove(request);
      gateway.callEnds();
    }
  }

  private void dispatch(Call call) throws Exception {
    switch (call.op()) {
      case "FS" -> files.run(call);
      case "SHUTDOWN" -> {
        call.reply(Json.object());
        gateway.stop();
      }
      default -> call.run();
    }
  }
}
