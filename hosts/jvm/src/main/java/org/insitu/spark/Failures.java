package org.insitu.spark;

import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.insitu.gateway.UserError;
import org.insitu.worker.ErrorCode;
import org.insitu.worker.Named;

/** What went wrong in Spark, as one sentence for the client. */
final class Failures {
  /** "Lost task 0.3 in stage 8.0 (TID 11) (host executor 1): " */
  private static final Pattern PLACE =
      Pattern.compile("^Lost task \\S+ in stage \\S+ \\(TID \\d+\\) \\([^)]*\\): ");
  private static final Pattern OURS =
      Pattern.compile("(java\\.io\\.UncheckedIOException: )?org\\.insitu\\.[\\w.$]+: ");
  private static final Pattern IN_USE =
      Pattern.compile("Another instance of Derby may have already booted the database ([^\\s]+?)\\.?(\\s|$)");
  private static final int MOST_CAUSES = 100;
  private static final String LAST_ATTEMPT = "most recent failure: ";

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
          + "spark.driver.maxResultSize allows: set " + Named.of("sparkReduceMethod")
          + " to \"twoStage\", or raise " + Named.of("driverMem")
          + " and spark.driver.maxResultSize in " + Named.of("extraSparkConfig"));
    }
    String reason = shortened(text);
    if (reason.startsWith("java.lang.NullPointerException")) {
      Throwable deepest = cause;
      while (deepest.getCause() != null) deepest = deepest.getCause();
      return new UserError(ErrorCode.DATA, said(deepest instanceof NullPointerException ? deepest
          : new NullPointerException()));
    }
    // A worker's own end is told in our words already.
    return new UserError(ErrorCode.WORKER,
        reason.startsWith("a worker was lost") ? reason : "a job of Spark's failed: " + reason);
  }

  /**
   * Of a long report of Spark's: why the last attempt failed, without stacks. Our own words say more
   * than what they were caused by; of others' the deepest cause does.
   */
  private static String shortened(String report) {
    int recent = report.indexOf(LAST_ATTEMPT);
    String causes = recent < 0 ? report : report.substring(recent + LAST_ATTEMPT.length());
    String cause = "";
    for (String one : causes.split("\nCaused by: ")) {
      int stack = one.indexOf("\n\tat ");
      cause = PLACE.matcher(stack < 0 ? one : one.substring(0, stack)).replaceFirst("").strip();
      Matcher ours = OURS.matcher(cause);
      if (ours.lookingAt()) return cause.substring(ours.end());
    }
    return cause;
  }

  /**
   * What a failure says. Of mistakes in a library Java tells nothing but its own inside ("because
   * <local4> is null"): then which library it is, and where.
   */
  private static String said(Throwable failure) {
    if (failure instanceof NullPointerException || failure instanceof IndexOutOfBoundsException
        || failure instanceof ClassCastException || failure.getMessage() == null) {
      StackTraceElement[] stack = failure.getStackTrace();
      String place = stack.length == 0 ? "" : " in " + stack[0].getClassName() + "."
          + stack[0].getMethodName();
      return "Spark " + org.apache.spark.package$.MODULE$.SPARK_VERSION() + " cannot do this with "
          + "these data: a " + failure.getClass().getSimpleName() + place
          + "; read them in a local compute context, or write them anew";
    }
    return failure.getMessage();
  }

  /**
   * A Hive metastore that cannot be opened; null: something else. The reason lies deep in the causes:
   * most often an embedded Derby database, which one process at a time may use.
   */
  private static UserError ofMetastore(Throwable failure) {
    boolean found = false;
    String deepest = "";
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MOST_CAUSES; depth++, cause = cause.getCause()) {
      String text = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      found |= text.contains("SessionHiveMetaStoreClient");
      Matcher used = IN_USE.matcher(text);
      if (used.find()) {
        return UserError.data("the Hive metastore at " + used.group(1) + " is in use by another "
            + "process: Derby serves one at a time; end the other application, start in another "
            + "folder, or name another metastore in " + Named.of("extraSparkConfig")
            + " (spark.hadoop.javax.jdo.option.ConnectionURL)");
      }
      deepest = text;
    }
    return found ? UserError.data("the Hive metastore cannot be opened: " + deepest) : null;
  }

  /** Anything that a call throws, as the error that the client gets. */
  static UserError ofCall(Throwable failure) {
    if (failure instanceof UserError error) return error;
    UserError metastore = ofMetastore(failure);
    if (metastore != null) return metastore;
    if (failure instanceof org.apache.spark.sql.AnalysisException analysis) {
      return UserError.data(analysis.getMessage().lines().filter(line -> !line.isBlank())
          .findFirst().orElse(analysis.toString()));
    }
    String text = said(failure);
    int code = failure instanceof IllegalArgumentException ? ErrorCode.INVALID_ARGUMENT
        : failure instanceof java.io.IOException ? ErrorCode.DATA : ErrorCode.INTERNAL;
    return new UserError(code, text);
  }
}
