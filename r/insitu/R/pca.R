# Principal components: what R alone has in the results.

summary.rxPca <- function(object, ...) {
  structure(unclass(object), reply = attr(object, "reply", exact = TRUE), class = "summary.rxPca")
}

print.summary.rxPca <- function(x, ...) .rxShowText(x, "summary", list(x$sdev, x$loadings))

#' Scores of rows that have the columns of the formula, all of them numbers.
predict.rxPca <- function(object, newdata, ...) {
  if (missing(newdata)) .rxStop("predict: principal components keep no rows; give newdata")
  lacking <- setdiff(object$names, names(newdata))
  if (!is.data.frame(newdata) || length(lacking))
      .rxStop(paste0("predict: newdata must be a data frame with the numbers ", paste(object$names, collapse = ", ")))
  scale(as.matrix(newdata[object$names]), object$center, object$scale) %*% unclass(object$loadings)
}

coef.rxElasticNet <- function(object, ...) coef.rxRidgeReg(object)

coef.rxRidgeReg <- function(object, ...) {
  if (nrow(object$coefficients) > 1L) object$coefficients else object$coefficients[1L, ]
}
