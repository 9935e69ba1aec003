# What stats and packages that want an lm or a glm find of the models: likelihood, terms, nested models, conversion.

# Of one response. The logarithms of probability weights are not added up in a fit.
logLik.rxLinMod <- function(object, ...) {
  if (ncol(object$coefficients) > 1L) .rxStop("logLik: the model has several responses: fit them one by one")
  if (!is.null(object$params$pweights))
      .rxStop(paste("logLik: the likelihood of a fit with pweights needs the logarithms of the weights,",
      "which a fit does not add up"))
  n <- nobs.rxLinMod(object)
  rss <- as.vector(object$residual.squares)
  structure(-n / 2 * (log(2 * pi) + log(rss / n) + 1), nobs = n, df = object$rank + 1, class = "logLik")
}

terms.rxLinMod <- function(x, ...) stats::terms(x$formula, keep.order = TRUE)
terms.rxGlm <- terms.rxLogit <- function(x, ...) terms.rxLinMod(x, ...)

# Nested models, from the smallest on, as anova() of lm and glm has them. Of one linear model: all its terms together;
# one after the other they need the data.
anova.rxLinMod <- function(object, ...) {
  models <- .rxNested(list(object, ...), "rxLinMod")
  rss <- vapply(models, function(m) as.vector(m$residual.squares), 0)
  rest <- vapply(models, df.residual, 0)
  if (length(models) == 1L) {
    squares <- c(object$total.squares - rss, rss)
    df <- c(object$fstatistics$numdf, rest)
    f <- c(as.vector(object$fstatistics$value), NA)
    table <- data.frame(Df = df, `Sum Sq` = squares, `Mean Sq` = squares / df, `F value` = f,
        `Pr(>F)` = stats::pf(f, df[[1L]], df[[2L]], lower.tail = FALSE), check.names = FALSE,
        row.names = c("Model", "Residuals"))
    return(structure(table, heading = c("Analysis of Variance Table\n", paste0("Response: ", object$y.names)),
        class = c("anova", "data.frame")))
  }
  largest <- which.min(rest)
  scale <- rss[[largest]] / rest[[largest]]
  df <- c(NA, -diff(rest))
  squares <- c(NA, -diff(rss))
  f <- squares / df / scale
  .rxAnova(models, "Analysis of Variance Table\n", data.frame(Res.Df = rest, RSS = rss, Df = df, `Sum of Sq` = squares,
      F = f, `Pr(>F)` = stats::pf(f, abs(df), rest[[largest]], lower.tail = FALSE), check.names = FALSE))
}

# `test`: "Chisq" where the dispersion is known, else "F".
anova.rxGlm <- anova.rxLogit <- function(object, ..., test = NULL) {
  models <- .rxNested(list(object, ...), class(object)[[1L]])
  if (length(models) == 1L)
    .rxStop("anova: one model alone needs the data again: fit the smaller models, too, and give all of them")
  known <- .rxDispersionIsKnown(object)
  if (is.null(test)) test <- if (known) "Chisq" else "F"
  if (!test %in% c("Chisq", "F")) .rxStop(paste0("anova: test must be \"Chisq\" or \"F\", not ", .rxShow(test)))
  deviance <- vapply(models, function(m) m$deviance, 0)
  rest <- vapply(models, df.residual, 0)
  largest <- which.min(rest)
  scale <- models[[largest]]$dispersion
  df <- c(NA, -diff(rest))
  change <- c(NA, -diff(deviance))
  table <- data.frame(`Resid. Df` = rest, `Resid. Dev` = deviance, Df = df, Deviance = change, check.names = FALSE)
  if (test == "Chisq") {
    table[["Pr(>Chi)"]] <- stats::pchisq(change / scale * sign(df), abs(df), lower.tail = FALSE)
  } else {
    table$F <- change / df / scale
    table[["Pr(>F)"]] <- stats::pf(table$F, abs(df), if (known) Inf else rest[[largest]], lower.tail = FALSE)
  }
  .rxAnova(models, "Analysis of Deviance Table\n", table)
}

.rxNested <- function(models, class) {
  for (model in models) if (!inherits(model, class))
      .rxStop(paste0("anova: all models must be of class ", class, ", not ", class(model)[[1L]]))
  if (length(unique(lapply(models, function(m) m$y.names))) > 1L || length(models[[1L]]$y.names) > 1L)
    .rxStop("anova: the models must have one response, the same in each")
  if (length(unique(vapply(models, nobs, 0))) > 1L)
    .rxStop("anova: the models were not fitted to the same rows: leave out rows with missing values first")
  models
}

.rxAnova <- function(models, title, table) {
  lines <- paste0("Model ", format(seq_along(models)), ": ", vapply(models, function(m) .rxFormulaShown(m$formula), ""),
      collapse = "\n")
  rownames(table) <- seq_along(models)
  structure(table, heading = c(title, lines), class = c("anova", "data.frame"))
}

.rxFormulaShown <- function(formula) .rxDeparse(structure(formula, class = NULL, .Environment = NULL))

#' A linear model as stats::lm has it, for functions that want an lm.
#'
#' Coefficients, terms, covariance, summary and predict() on data frames, with standard errors and intervals of models
#' fitted with covCoef = TRUE. There are no rows in it: no residuals, no fitted values.
as.lm <- function(x, ...) UseMethod("as.lm")

as.lm.rxLinMod <- function(x, ...) {
  if (ncol(x$coefficients) > 1L) .rxStop("as.lm: a model of several responses cannot be converted")
  structure(c(.rxPartsOfLm(x, "as.lm"), list(scale = as.vector(x$residual.variance))), class = c("rxAsLm", "lm"))
}

#' A generalized linear model as stats::glm has it, for functions that want a glm.
as.glm <- function(x, ...) UseMethod("as.glm")

as.glm.rxGlm <- as.glm.rxLogit <- function(x, ...) {
  log_likelihood <- if (!is.null(x$aic)) list(aic = x$aic)
  structure(c(.rxPartsOfLm(x, "as.glm"), list(family = family(x), deviance = x$deviance, iter = x$iter,
      converged = x$converged, scale = x$dispersion, null.deviance = NA_real_,  # of another fit; print.glm shows it
      df.null = x$rank + x$df[[2L]] - isTRUE(x$intercept)), log_likelihood),
      class = c("rxAsGlm", "rxAsLm", "glm", "lm"))
}

.rxPartsOfLm <- function(x, name) {
  if (!is.null(x$params$transforms) || !is.null(x$params$transformFunc))
      .rxStop(paste0(name, ": a model with transforms cannot be converted: its variables are not in the data"))
  if (isTRUE(x$params$cube)) .rxStop(paste0(name,
      ": a model fitted with cube = TRUE cannot be converted: lm has no cells"))
  labels <- as.character(unlist(.rxRun(.rxNewRequest("coefficient_labels", model = x$model), 0)$labels))
  levels_of <- lapply(x$factorLevels, function(l) as.character(unlist(l)))
  terms_of <- terms.rxLinMod(x)
  variables <- rownames(attr(terms_of, "factors"))
  attr(terms_of, "dataClasses") <- stats::setNames(ifelse(variables %in% names(levels_of), "factor", "numeric"),
      variables)
  coding <- if (isTRUE(x$firstLevelDropped)) "contr.treatment" else "contr.SAS"
  list(coefficients = structure(as.vector(x$coefficients), names = labels), rank = x$rank, df.residual = x$df[[2L]],
      call = x$call, terms = terms_of, formula = x$formula, xlevels = levels_of,
      contrasts = lapply(levels_of, function(l) coding), rxModel = x)
}

vcov.rxAsLm <- function(object, ...) {
  labels <- names(object$coefficients)
  structure(unname(rxCovCoef(object$rxModel)), dim = c(length(labels), length(labels)), dimnames = list(labels, labels))
}
nobs.rxAsLm <- function(object, ...) nobs(object$rxModel)
logLik.rxAsLm <- function(object, ...) logLik(object$rxModel)
deviance.rxAsLm <- function(object, ...) as.vector(deviance(object$rxModel))
formula.rxAsLm <- function(x, ...) x$formula
confint.rxAsLm <- function(object, parm, level = 0.95, ...) {
  bounds <- confint(object$rxModel, level = level)
  rownames(bounds) <- names(object$coefficients)
  if (missing(parm)) bounds else bounds[parm, , drop = FALSE]
}
anova.rxAsLm <- function(object, ...) do.call(anova, lapply(list(object, ...), function(m) m$rxModel))
residuals.rxAsLm <- function(object, data, ...) residuals(object$rxModel, data, ...)
fitted.rxAsLm <- function(object, ...)
  .rxStop("fitted: a model keeps no rows; predict(model, newdata) computes them")
model.frame.rxAsLm <- function(formula, ...) .rxStop("model.frame: a model keeps no rows")

#' Predictions as predict.lm and predict.glm give them.
predict.rxAsLm <- function(object, newdata, se.fit = FALSE, interval = c("none", "confidence", "prediction"),
    level = 0.95, type = NULL, ...) {
  if (missing(newdata)) .rxStop("predict: a model keeps no rows; give newdata")
  interval <- match.arg(interval)
  glm <- inherits(object, "glm")
  if (is.null(type)) type <- if (glm) "link" else "response"
  if (!type %in% c("link", "response"))
      .rxStop(paste0("predict: type must be \"link\" or \"response\", not ", .rxShow(type)))
  found <- .rxWaiting(rxPredict(object$rxModel, data = newdata, type = type, computeStdErrors = se.fit,
      interval = interval, confLevel = level, reportProgress = 0))
  rows <- if (is.data.frame(newdata)) row.names(newdata) else row.names(found)
  column <- function(ending) structure(found[[grep(paste0(ending, "$"), names(found))]], names = rows)
  fit <- column("_Pred")
  if (interval != "none") fit <- cbind(fit = fit, lwr = column("_Lower"), upr = column("_Upper"))
  if (!se.fit) return(fit)
  parts <- list(fit = fit, se.fit = column("_StdErr"), df = object$df.residual, residual.scale = sqrt(object$scale))
  if (glm) parts[c("fit", "se.fit", "residual.scale")] else parts
}

summary.rxAsLm <- function(object, ...) {
  model <- object$rxModel
  table <- cbind(as.vector(model$coefficients), as.vector(model$coef.std.error), as.vector(model$coef.t.value),
      as.vector(model$coef.p.value))
  normal <- inherits(object, "glm") && .rxDispersionIsKnown(model)
  dimnames(table) <- list(names(object$coefficients), c("Estimate", "Std. Error",
      if (normal) c("z value", "Pr(>|z|)") else c("t value", "Pr(>|t|)")))
  aliased <- is.na(object$coefficients)
  parts <- list(call = object$call, terms = object$terms, coefficients = table[!aliased, , drop = FALSE],
      aliased = aliased, df = c(object$rank, object$df.residual, length(aliased)), rxModel = model)
  if (inherits(object, "glm"))
    return(structure(c(parts, object[c("family", "deviance", "iter", "aic")], dispersion = object$scale),
        class = c("summary.rxAsLm", "summary.glm")))
  structure(c(parts, list(sigma = as.vector(model$sigma), r.squared = as.vector(model$r.squared),
      adj.r.squared = as.vector(model$adj.r.squared), fstatistic = c(value = as.vector(model$fstatistics$value),
      numdf = model$fstatistics$numdf, dendf = model$fstatistics$dendf))), class = c("summary.rxAsLm", "summary.lm"))
}
print.summary.rxAsLm <- function(x, ...) {
  print(summary(x$rxModel), ...)
  invisible(x)
}
