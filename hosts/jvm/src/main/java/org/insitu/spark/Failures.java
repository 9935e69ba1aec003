package org.insitu.spark;

import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.insitu.worker.ErrorCode;

/** What went wrong in Spark, as one sentence for the client. */
final class Failures {
  /** "Lost task 0.3 in stage 8.0 (TID 11) (host executor 1): " */
  private static final Pattern PLACE =
      Pattern.compile("^Lost task \\S+ in stage \\S+ \\(TID \\d+\\) \\([^)]*\\): ");
  /** The names of our own exceptions say nothing that their sentences do not. */
  private static final Pattern OURS =
      Pattern.compile("^(java\\.io\\.UncheckedIOException: )?(org\\.insitu\\.[\\w.$]+: )?");

  private Failures() {}

  /** A job that Spark gave up. */
  static RuntimeException ofJob(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UserError error) return error;
    }
    Throwable cause = failure;
    while (cause instanceof ExecutionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String text = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    if (text.contains("spark.driver.maxResultSize")) {
      return new UserError(ErrorCode.WORKER, "the states of the tasks together are larger than "
          + "spark.driver.maxResultSize allows: set sparkReduceMethod to \"twoStage\", or raise "
          + "driverMem and spark.driver.maxResultSize in extraSparkConfig");
    }
    String reason = shortened(text);
    // A worker's own end is told in our words already.
    return new UserError(ErrorCode.WORKER,
        reason.startsWith("a worker was lost") ? reason : "a job of Spark's failed: " + reason);
  }

  /** Of a long report of Spark's: the failure of the last attempt, without the stack. */
  private static String shortened(String text) {
    int recent = text.indexOf("most recent failure: ");
    String rest = recent < 0 ? text : text.substring(recent + "most recent failure: ".length());
    int stack = rest.indexOf("\n\tat ");
    int deepest = rest.lastIndexOf("Caused by: ");
    if (deepest >= 0) {
      rest = rest.substring(deepest + "Caused by: ".length());
      stack = rest.indexOf("\n\tat ");
    }
    rest = (stack < 0 ? rest : rest.substring(0, stack)).strip();
    return OURS.matcher(PLACE.matcher(rest).replaceFirst("")).replaceFirst("");
  }

  /** Anything that a call throws, as the error that the client gets. */
  static UserError ofCall(Throwable failure) {
    if (failure instanceof UserError error) return error;
    if (failure instanceof org.apache.spark.sql.AnalysisException analysis) {
      return UserError.data(analysis.getMessage().lines().filter(line -> !line.isBlank())
          .findFirst().orElse(""));
    }
    String text = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    int code = failure instanceof IllegalArgumentException ? ErrorCode.INVALID_ARGUMENT
        : failure instanceof java.io.IOException ? ErrorCode.DATA : ErrorCode.INTERNAL;
    return new UserError(code, text);
  }
}
