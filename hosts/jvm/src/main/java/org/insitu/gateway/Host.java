package org.insitu.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.insitu.worker.Frame;
import org.insitu.worker.FrameLine;

/** The engine of a cluster in whose driver a gateway serves: Spark, or another. */
public interface Host {
  /** What it says of itself to clients: versions, application, `master`, `parallelism`, ... */
  ObjectNode describe();

  /** Of the file systems that clients ask for. */
  Configuration configuration();

  /** Begins with a client; what is opened on its line is known on this line alone. */
  Conversation converse();

  /** Anything that a call has thrown, as the error that the client gets. */
  UserError failure(Throwable thrown);

  /** Drops what it keeps for clients; the engine itself goes on. */
  void release();

  /** So long calls that are cancelled may take to remove what they have made, before stop(). */
  default long secondsForLastCalls() {
    return 0;
  }

  /** Ends the engine. The process ends next. */
  void stop();

  /** One client of the host. */
  interface Conversation {
    /** A call, which is run later, after those that came before it. */
    Call hear(FrameLine line, Frame frame) throws IOException;

    /** The client has left, and its last call has ended. */
    default void close() {}
  }
}
