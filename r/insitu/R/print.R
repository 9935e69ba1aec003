# Printing: the engine writes the layouts (the same for every language); R shows them.

.rxShowText <- function(x, layout) {
  printed <- attr(x, "printed", exact = TRUE)
  if (is.list(printed)) printed <- printed[[layout]]
  cat(printed, if (!endsWith(printed, "\n")) "\n", sep = "")
  invisible(x)
}

.rxShowCall <- function(x) {
  if (!is.null(x$call)) cat("Call:\n", paste(deparse(x$call), collapse = "\n"), "\n\n", sep = "")
}

print.rxSummary <- function(x, ...) .rxShowText(x, "print")
summary.rxSummary <- function(object, ...) object
as.data.frame.rxSummary <- function(x, ...) x$sDataFrame

print.rxLinMod <- function(x, ...) .rxShowText(x, "print")
summary.rxLinMod <- function(object, ...) {
  tables <- lapply(seq_len(ncol(object$coefficients)), function(i) cbind(Estimate = object$coefficients[, i],
      `Std. Error` = object$coef.std.error[, i], `t value` = object$coef.t.value[, i], `Pr(>|t|)` = object$coef.p.value[, i]))
  names(tables) <- colnames(object$coefficients)
  structure(c(tables, unclass(object)[c("sigma", "r.squared", "adj.r.squared", "fstatistics", "df", "call", "formula", "condition.number")]),
      printed = attr(object, "printed", exact = TRUE), class = "summary.rxLinMod")
}
print.summary.rxLinMod <- function(x, ...) .rxShowText(x, "summary")

print.rxGetInfo <- function(x, ...) {
  cat(x$printed, if (!endsWith(x$printed, "\n")) "\n", sep = "")
  invisible(x)
}

print.rxGetVarInfo <- function(x, ...) {
  text <- attr(x, "printed", exact = TRUE)
  if (is.null(text)) print(unclass(x)) else cat(text, if (!endsWith(text, "\n")) "\n", sep = "")
  invisible(x)
}
