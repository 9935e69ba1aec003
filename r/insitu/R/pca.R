# Principal components: what R alone has in the results.

summary.rxPca <- function(object, ...) {
  structure(unclass(object), reply = attr(object, "reply", exact = TRUE), class = "summary.rxPca")
}

print.summary.rxPca <- function(x, ...) .rxShowText(x, "summary", list(x$sdev, x$loadings))

#' Scores of rows: a matrix with a column for each component.
predict.rxPca <- function(object, newdata, numComponents = NULL, ...) {
  if (missing(newdata)) .rxStop("predict: principal components keep no rows; give newdata")
  scores <- as.matrix(rxPredict(object, data = newdata, numComponents = numComponents, reportProgress = 0, ...))
  dimnames(scores) <- list(if (is.data.frame(newdata)) row.names(newdata), object$components[seq_len(ncol(scores))])
  scores
}

# Predictions at the penalties of lambda; NULL: at the one with the least GCV.
predict.rxRidgeReg <- function(object, newdata, lambda = NULL, ...) {
  if (missing(newdata)) .rxStop("predict: a model keeps no rows; give newdata")
  rxPredict(object, data = newdata, lambda = lambda, reportProgress = 0, ...)
}
predict.rxElasticNet <- function(object, newdata, lambda = NULL, ...) {
  predict.rxRidgeReg(object, newdata, lambda, ...)
}

coef.rxElasticNet <- function(object, ...) coef.rxRidgeReg(object)

coef.rxRidgeReg <- function(object, ...) {
  if (nrow(object$coefficients) > 1L) object$coefficients else object$coefficients[1L, ]
}
