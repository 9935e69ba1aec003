# Generalized linear models: families as the engine reads them, and what R alone has in the results.

# A family as text: an object of class family, a function that makes one, or a text.
.rxFamilyText <- function(name, family) {
  if (is.function(family)) family <- family()
  if (is.character(family) && length(family) == 1L) return(family)
  if (!inherits(family, "family"))
      .rxStop(paste0(name, ": family must be a family, as poisson or binomial(\"probit\"), not ", .rxShow(family)))
  of <- family$family
  number <- function(x) sprintf("%.17g", x)
  if (identical(tolower(of), "tweedie")) {
    powers <- if (is.null(family$var.power)) environment(family$variance) else family
    powers <- mget(c("var.power", "link.power"), as.environment(as.list(powers)))
    return(sprintf("Tweedie(var.power = %s, link.power = %s)", number(powers$var.power), number(powers$link.power)))
  }
  known <- c("gaussian", "binomial", "poisson", "Gamma", "inverse.gaussian", "quasi", "quasibinomial", "quasipoisson")
  if (!of %in% known) .rxStop(paste0(name, ": the family '", of, "' is not one of R's (", paste(known, collapse = ", "),
      ", rxTweedie): families of your own are not available yet"))
  link <- family$link
  if (startsWith(link, "mu^")) {  # R rounds the power to three digits; the function of the link knows it
    power <- get0("lambda", environment(family$linkfun), ifnotfound = as.numeric(substring(link, 4L)))
    link <- paste0("mu^", number(power))
  }
  if (of != "quasi") return(sprintf("%s(\"%s\")", of, link))
  if (!is.character(family$varfun) || is.na(family$varfun))
      .rxStop(paste0(name, ": a variance of your own is not available yet: ",
      "take one of constant, mu, mu^2, mu^3, mu(1-mu)"))
  sprintf("quasi(\"%s\", \"%s\")", link, family$varfun)
}

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
  if (object$family == "Tweedie") eval(str2lang(sub("^Tweedie", "rxTweedie", object$familyText)))
  else eval(str2lang(object$familyText), envir = asNamespace("stats"))
}

confint.rxGlm <- confint.rxLogit <- function(object, parm, level = 0.95, ...) {
  if (object$family %in% c("binomial", "poisson")) object$df[[2L]] <- Inf  # the dispersion is known
  confint.rxLinMod(object, parm, level, ...)
}

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
