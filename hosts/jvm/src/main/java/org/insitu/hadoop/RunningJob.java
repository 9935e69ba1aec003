package org.insitu.hadoop;

import java.io.IOException;

/** A job that has been handed in. */
interface RunningJob {
  /** What is known of it at one time. `running`: tasks at this time; `why`: of a job that has failed. */
  record State(boolean ended, boolean succeeded, boolean killed, boolean waits, int running, String why) {}

  String name();

  State state() throws IOException;

  /** Ends it, at once and for good. May be called by any thread; a job that has ended stays as it is. */
  void kill();

  /** What Hadoop has said of a failed attempt; "": nothing. */
  record Said(String text, boolean ofReducer) {
    static final Said NOTHING = new Said("", false);
  }

  /** Of the last one that has failed so far. */
  Said diagnostics();

  /** Where it waits, for a warning; null: it does not wait in a queue. */
  String queue() throws IOException;

  /** Nobody follows it any more. */
  void close();
}
