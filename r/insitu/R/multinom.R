# Multinomial logistic regression: what R alone has in the results. Coefficients are a matrix, a column for each class
# but the first.

coef.rxMultinomLogit <- function(object, ...) object$coefficients
vcov.rxMultinomLogit <- function(object, ...) rxCovCoef(object)
df.residual.rxMultinomLogit <- function(object, ...) object$df[[2L]]
nobs.rxMultinomLogit <- function(object, ...) object$rank + object$df[[2L]]
deviance.rxMultinomLogit <- function(object, ...) object$deviance
formula.rxMultinomLogit <- function(x, ...) x$formula

# Probabilities of the classes, or with type = "class" the likeliest one.
predict.rxMultinomLogit <- function(object, newdata, ...) {
  if (missing(newdata)) .rxStop("predict: a model keeps no rows; give the data: predict(model, newdata)")
  .rxWaiting(rxPredict(object, data = newdata, ..., reportProgress = 0))
}

logLik.rxMultinomLogit <- function(object, ...) {
  structure(-object$deviance / 2, nobs = object$rank + object$df[[2L]], df = object$rank, class = "logLik")
}

# Columns: lower and upper end, slices: the classes, as R's confint of nnet's multinom has them.
confint.rxMultinomLogit <- function(object, parm, level = 0.95, ...) {
  half <- stats::qnorm((1 + level) / 2) * object$coef.std.error
  estimate <- object$coefficients
  bounds <- array(NA_real_, c(nrow(estimate), 2L, ncol(estimate)), list(rownames(estimate),
      paste(format(100 * c((1 - level) / 2, (1 + level) / 2), trim = TRUE, decimal.mark = "."), "%"),
      colnames(estimate)))
  bounds[, 1L, ] <- estimate - half
  bounds[, 2L, ] <- estimate + half
  if (missing(parm)) bounds else bounds[parm, , , drop = FALSE]
}

print.rxMultinomLogit <- function(x, ...) .rxShowText(x, "print", list(x$coefficients))

summary.rxMultinomLogit <- function(object, ...) {
  tables <- lapply(seq_along(object$classNames), function(i) {
    table <- cbind(object$coefficients[, i], object$coef.std.error[, i], object$coef.t.value[, i],
        object$coef.p.value[, i])
    colnames(table) <- c("Estimate", "Std. Error", "z value", "Pr(>|z|)")
    table
  })
  names(tables) <- object$classNames
  structure(list(coefficients = tables, deviance = object$deviance, df = object$df, iter = object$iter,
      call = object$call,
      formula = object$formula), reply = attr(object, "reply", exact = TRUE), class = "summary.rxMultinomLogit")
}
print.summary.rxMultinomLogit <- function(x, ...) .rxShowText(x, "summary", x$coefficients)
