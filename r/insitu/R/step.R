# Stepwise selection: what rxStepControl says, as the engine reads it, and the picture of the steps.

.impl_rxStepControl <- function(arguments, about) {
  control <- arguments[names(.rxSignatures$rxStepControl$types)]
  control <- control[!vapply(control, is.null, NA)]
  # Unless the caller says it, the scope tells whether terms may come.
  if (eval(quote(missing(method)), about$frame)) control$method <- NULL
  control
}

# A selection with its formulas as text.
.rxStepSettings <- function(control) {
  if (!is.list(control)) return(control)
  text <- function(scope) {
    if (inherits(scope, "formula")) .rxDeparse(structure(scope, class = NULL, .Environment = NULL))
    else if (is.list(scope)) lapply(scope[!vapply(scope, is.null, NA)], text)
    else scope
  }
  lapply(control, text)
}

.impl_rxStepPlot <- function(arguments, about) {
  coefs <- if (is.list(arguments$x)) arguments$x$stepCoefs
  if (is.null(coefs)) .rxStop(paste("rxStepPlot: the model holds no coefficients of its steps: fit it with",
      "variableSelection = rxStepControl(..., keepStepCoefs = TRUE)"))
  if (isTRUE(arguments$omitZeroCoefs))
      coefs <- coefs[apply(abs(coefs) > arguments$eps, 1L, any, na.rm = TRUE), , drop = FALSE]
  steps <- seq_len(ncol(coefs)) - 1L
  margins <- graphics::par(mar = c(5.1, 4.1, 4.1, min(18, 2 + max(nchar(rownames(coefs), "width")) * 0.45)))
  on.exit(graphics::par(margins))
  graphics::matplot(steps, t(coefs), type = arguments$type, pch = arguments$pch, lty = 1L, main = arguments$main,
      xlab = arguments$xlab, ylab = arguments$ylab, xaxt = "n", col = seq_len(nrow(coefs)))
  graphics::axis(1L, steps, colnames(coefs))
  if (isTRUE(arguments$plotStepBreaks)) graphics::abline(v = steps, col = "gray80", lty = 3L)
  last <- coefs[, ncol(coefs)]
  kept <- !is.na(last)
  graphics::axis(4L, last[kept], rownames(coefs)[kept], las = 1L, tick = FALSE, cex.axis = 0.7)
  invisible(coefs)
}
