package org.insitu.spark;

import java.util.concurrent.ExecutionException;
import org.insitu.worker.ErrorCode;

/** What went wrong in Spark, as one sentence for the client. */
final class Failures {
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
    return new UserError(ErrorCode.WORKER, "a job of Spark's failed: " + shortened(text));
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
    return (stack < 0 ? rest : rest.substring(0, stack)).strip();
  }

  /** Anything that a call throws, as the error that the client gets. */
  static UserError ofCall(Throwable failure) {
    if (failure instanceof UserError error) return error;
    if (failure instanceof org.apache.spark.sql.AnalysisException analysis) {
      return UserError.data(analysis.getMessage().lines().filter(line -> !line.isBlank())
          .findFirst().orElse(analysis.toString()));
    }
    String text = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    int code = failure instanceof IllegalArgumentException ? ErrorCode.INVALID_ARGUMENT
        : failure instanceof java.io.IOException ? ErrorCode.DATA : ErrorCode.INTERNAL;
    return new UserError(code, text);
  }
}
