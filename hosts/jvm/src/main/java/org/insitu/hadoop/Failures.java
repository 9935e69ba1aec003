package org.insitu.hadoop;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.insitu.gateway.UserError;
import org.insitu.worker.ErrorCode;
import org.insitu.worker.Named;

/** What went wrong in Hadoop, as one sentence for the client. */
final class Failures {
  private static final Pattern MEMORY = Pattern.compile("memory limit\\. Current usage: (.*? of .*? physical memory used)");
  private static final Pattern BEYOND = Pattern.compile("beyond the '?(?:PHYSICAL|VIRTUAL)'? memory limit|exitCode: -10[34]");
  private static final Pattern CLASS = Pattern.compile("^(?:Error: )?(?:[a-z][\\w]*\\.)+[A-Z][\\w$]*: ");
  private static final int MOST_TEXT = 2000;

  private Failures() {}

  /** The first line of a failure that says something, without the names of classes and without stacks. */
  static String said(Throwable failure) {
    Throwable cause = failure;
    while ((cause.getMessage() == null || cause.getMessage().startsWith(String.valueOf(cause.getCause()))
        || cause instanceof java.io.UncheckedIOException) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.toString() : withoutStack(cause.getMessage());
  }

  /** The text before the stack; lines that are not of one are kept, since workers say their last words in several. */
  private static String withoutStack(String text) {
    int stack = text.indexOf("\n\tat ");
    String said = (stack < 0 ? text : text.substring(0, stack)).strip();
    for (Matcher name; (name = CLASS.matcher(said)).find();) said = said.substring(name.end());
    return said.length() > MOST_TEXT ? said.substring(0, MOST_TEXT) + "..." : said;
  }

  /**
   * A job that Hadoop gave up. `told`: why an attempt failed, in its own words; null: none has told. `diagnostics`: Hadoop's words on
   * attempts; `application`: on the job.
   */
  static UserError ofJob(String told, RunningJob.Said diagnostics, String application) {
    for (RunningJob.Said said : List.of(diagnostics, new RunningJob.Said(application, false))) {
      if (isOverMemory(said)) return new UserError(ErrorCode.WORKER, overMemory(said));
    }
    String reason = told != null ? told : withoutStack(diagnostics.text().isBlank() ? application : diagnostics.text());
    if (reason.contains("Exec format error") || reason.contains("holds no worker for this machine")) {
      return new UserError(ErrorCode.WORKER, "the worker does not run on the nodes, which are of another kind of machine: "
          + reason);
    }
    return new UserError(ErrorCode.WORKER,
        reason.startsWith("a worker was lost") ? reason : "a job of Hadoop's failed: " + reason);
  }

  /** Of a container that YARN has ended. */
  static String overMemory(RunningJob.Said said) {
    Matcher usage = MEMORY.matcher(said.text());
    String way = said.ofReducer() ? Named.of("reduceMemory") + " (mapreduce.reduce.memory.mb)"
        : Named.of("mapMemory") + " (mapreduce.map.memory.mb)";
    return "a task took more memory than its container has, and YARN ended it" + (usage.find() ? " (" + usage.group(1) + ")" : "")
        + ": raise " + way;
  }

  static boolean isOverMemory(RunningJob.Said said) {
    return BEYOND.matcher(said.text()).find();
  }

  /** A job that could not be handed in. */
  static UserError ofSubmission(IOException failure) {
    return new UserError(ErrorCode.WORKER, "a job could not be handed in to Hadoop: " + explained(said(failure)));
  }

  /** With what to do about it, where that is known. */
  static String explained(String reason) {
    return reason.contains("safe mode") ? "HDFS is in safe mode; it leaves by itself once enough data nodes have told what "
        + "they hold (hdfs dfsadmin -safemode get): " + reason : reason;
  }

  /** Anything that a call throws, as the error that the client gets. */
  static UserError ofCall(Throwable failure) {
    if (failure instanceof UserError error) return error;
    String text = explained(said(failure));
    int code = failure instanceof IllegalArgumentException ? ErrorCode.INVALID_ARGUMENT
        : failure instanceof IOException ? ErrorCode.DATA : ErrorCode.INTERNAL;
    return new UserError(code, text);
  }
}
