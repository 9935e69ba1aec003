# Generalized linear models: what R alone has in the results.

#' The family of a Tweedie distribution, for rxGlm.
#'
#' The variance is the mean to the power of var.power; link.power 0 is the logarithm.
rxTweedie <- function(var.power = 0, link.power = 1 - var.power) {
  if (!is.numeric(var.power) || length(var.power) != 1L || !is.finite(var.power))
      .rxStop(paste0("rxTweedie: var.power must be a number, not ", .rxShow(var.power)))
  if (!is.numeric(link.power) || length(link.power) != 1L || !is.finite(link.power))
      .rxStop(paste0("rxTweedie: link.power must be a number, not ", .rxShow(link.power)))
  link <- if (link.power == 0) "log" else if (link.power == 1) "identity" else paste0("mu^", round(link.power, 3L))
  structure(list(family = "Tweedie", link = link, var.power = var.power, link.power = link.power), class = "family")
}

coef.rxGlm <- coef.rxLogit <- function(object, ...) coef.rxLinMod(object, ...)
vcov.rxGlm <- vcov.rxLogit <- function(object, ...) rxCovCoef(object)
residuals.rxGlm <- residuals.rxLogit <- function(object, data, ...) residuals.rxLinMod(object, data, ...)
df.residual.rxGlm <- df.residual.rxLogit <- function(object, ...) object$df[[2L]]
nobs.rxGlm <- nobs.rxLogit <- function(object, ...) nobs.rxLinMod(object, ...)
deviance.rxGlm <- deviance.rxLogit <- function(object, ...) object$deviance
formula.rxGlm <- formula.rxLogit <- function(x, ...) x$formula
predict.rxGlm <- predict.rxLogit <- function(object, newdata, ...) predict.rxLinMod(object, newdata, ...)
rxResultsDF.rxGlm <- rxResultsDF.rxLogit <- function(object, ...) rxResultsDF.rxLinMod(object, ...)

family.rxGlm <- family.rxLogit <- function(object, ...) {
  if (!is.null(user <- attr(object, "userFamily"))) return(user$family)
  if (grepl("user(", object$familyText, fixed = TRUE))
    .rxStop(paste0("family: only the model object of a fit holds the functions of its family or link (",
        object$familyText, ")"))
  if (startsWith(object$familyText, "negative.binomial(")) {
    if (!requireNamespace("MASS", quietly = TRUE))
      .rxStop("family: the family of negative binomial models is made by the package 'MASS', which is not installed")
    of <- str2lang(object$familyText)
    return(eval(call("negative.binomial", theta = of$theta, link = of$link), asNamespace("MASS")))
  }
  if (object$family == "Tweedie") eval(str2lang(sub("^Tweedie", "rxTweedie", object$familyText)))
  else eval(str2lang(object$familyText), envir = asNamespace("stats"))
}

confint.rxGlm <- confint.rxLogit <- function(object, parm, level = 0.95, ...) {
  if (.rxDispersionIsKnown(object)) object$df[[2L]] <- Inf  # the dispersion is known
  confint.rxLinMod(object, parm, level, ...)
}

# Whether the dispersion is 1 and not estimated.
.rxDispersionIsKnown <- function(model)
  model$family %in% c("binomial", "poisson") || isTRUE(endsWith(as.character(model$familyText), "dispersion = 1)"))

# Of families with a likelihood; AIC() and BIC() follow. The dispersion counts as a parameter where R counts it; a row
# counts as often as its frequency weight says, one of weight zero not at all.
logLik.rxGlm <- logLik.rxLogit <- function(object, ...) {
  if (is.null(object$aic))
      .rxStop("the model holds no likelihood: fit it with computeAIC = TRUE, and a family that has one")
  df <- object$rank + (object$family %in% c("gaussian", "Gamma", "inverse.gaussian"))
  structure(df - object$aic / 2, nobs = object$rank + object$df[[2L]], df = df, class = "logLik")
}

print.rxGlm <- print.rxLogit <- function(x, ...) .rxShowText(x, "print", list(x$coefficients))

summary.rxGlm <- summary.rxLogit <- function(object, ...) {
  table <- cbind(object$coefficients, object$coef.std.error, object$coef.t.value, object$coef.p.value)
  colnames(table) <- if (inherits(object, "rxLogit")) c("Estimate", "Std. Error", "z value", "Pr(>|z|)")
    else c("Estimate", "Std. Error", "t value", "Pr(>|t|)")
  structure(list(coefficients = table, deviance = object$deviance, dispersion = object$dispersion, df = object$df,
      iter = object$iter, condition.number = object$condition.number, call = object$call, formula = object$formula),
      reply = attr(object, "reply", exact = TRUE), class = paste0("summary.", class(object)[[1L]]))
}
print.summary.rxGlm <- print.summary.rxLogit <- function(x, ...) .rxShowText(x, "summary", list(x$coefficients))
