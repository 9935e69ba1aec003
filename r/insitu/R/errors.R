# What can go wrong: conditions of class insitu_error and one of rxInvalidArgument, rxDataError, rxWorkerError, rxUnsupported,
# rxUserCodeError, so that tryCatch can tell them apart.

.rxErrorClasses <- c("rxInternalError", "rxInvalidArgument", "rxDataError", "rxWorkerError", "rxInterrupted", "rxUnsupported",
    "rxUserCodeError")

.rxStop <- function(message, class = "rxInvalidArgument", call = NULL) {
  stop(structure(class = c(class, "insitu_error", "error", "condition"), list(message = message, call = call)))
}

# Raises the failure that the engine reported (src/engine.cpp).
.rxRaise <- function(failure) {
  if (failure$code == 5L) {
    # Ctrl-C: as R itself does after cleaning up, without a second message.
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
