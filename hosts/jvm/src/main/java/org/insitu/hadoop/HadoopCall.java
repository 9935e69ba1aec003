package org.insitu.hadoop;

import java.io.IOException;
import org.insitu.gateway.Call;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameLine;

/** A call whose jobs look themselves whether it is cancelled, several times a second. */
final class HadoopCall extends Call {
  private final HadoopConversation conversation;

  HadoopCall(HadoopConversation conversation, FrameLine line, Frame frame) throws IOException {
    super(line, frame);
    this.conversation = conversation;
  }

  @Override
  protected void run() throws Exception {
    conversation.run(this);
  }

  @Override
  protected void cancelJobs() {}
}
