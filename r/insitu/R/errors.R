# What can go wrong: conditions of class insitu_error and one of rxInvalidArgument, rxDataError, rxWorkerError,
# rxUnsupported, rxUserCodeError, so that tryCatch can tell them apart.

.rxErrorClasses <- c("rxInternalError", "rxInvalidArgument", "rxDataError", "rxWorkerError", "rxInterrupted",
    "rxUnsupported",
    "rxUserCodeError")

.rxStop <- function(message, class = "rxInvalidArgument", call = NULL) {
  stop(structure(class = c(class, "insitu_error", "error", "condition"), list(message = message, call = call)))
}

# Calls a routine of the engine; a failure that it reports (src/guard.hpp) is raised.
.rxCall <- function(routine, ...) {
  value <- .Call(routine, ...)
  if (inherits(value, "rxFailure")) .rxRaise(value)
  value
}

.rxRaise <- function(failure) {
  if (failure$code == 5L) {
    # Interrupted, though not by R (R's own interrupt goes on by itself): the same condition, then what R does without a
    # handler.
    signalCondition(structure(class = c("interrupt", "condition"), list(message = failure$message, call = NULL)))
    invokeRestart("abort")
  }
  .rxStop(failure$message, .rxErrorClasses[[failure$code]])
}

# The known name nearest to a given one, as " (did you mean x?)", or "".
.rxDidYouMean <- function(name, known) {
  if (!length(known)) return("")
  distance <- utils::adist(name, known, ignore.case = TRUE)[1L, ]
  if (min(distance) > max(1, nchar(name) / 3)) return("")
  paste0(" (did you mean ", known[[which.min(distance)]], "?)")
}
