# Summaries and linear models: one request each; the result keeps the engine's fields under RevoScaleR's names.

.rxFormulaText <- function(formula, about) {
  if (is.null(formula)) .rxStop(paste0(about$name, ": argument 'formula' is missing"))
  if (is.character(formula) && length(formula) == 1L) return(if (grepl("~", formula)) formula else paste("~", formula))
  if (!inherits(formula, "formula")) .rxStop(paste0(about$name, ": formula must be a formula, not ", .rxShow(formula)))
  .rxDeparse(structure(formula, class = NULL, .Environment = NULL))
}

# How the header names the data: "mtcars", or the argument's own text for sources.
.rxAnalysisRequest <- function(op, arguments, about) {
  moments <- arguments$moments
  covariances <- is.null(moments) && inherits(arguments$formula, "rxCovCor")  # in place of a formula
  if (covariances) moments <- arguments$formula
  if (is.null(moments)) .rxRequire(arguments, about, "data")
  call <- .rxMatchedCall(about)
  label <- .rxLabel(if (covariances) "formula" else if (is.null(moments)) "data" else "moments", about)
  request <- .rxNewRequest(op, call = .rxCallText(call), dataLabel = label)
  request$document$context <- .rxDescribeContext(arguments$computeContext)
  if ("formula" %in% .rxMethods[[op]]$options && !covariances)
    request$document$formula <- .rxFormulaText(arguments$formula, about)
  if (!is.null(arguments$data)) request$document$data <- .rxDescribeData(request, arguments$data, "data", label)
  if (!is.null(moments)) request$document$moments <- .rxMomentsOf(moments, about)
  .rxAddPipeline(request, arguments, about)
  .rxPass(request, arguments, c("pweights", "fweights", "blocksPerRead"))
  request
}

# The F() terms of a formula as they are written, by the engine's names of them: F_age = "F(age)", F_age_20_65_T =
# "F(age, 20, 65)".
.rxFactorsMade <- function(formula) {
  found <- character()
  look <- function(code) {
    if (!is.call(code)) return(NULL)
    if (identical(code[[1L]], as.name("F")) && length(code) > 1L) {
      given <- as.list(code)[-1L]
      name <- paste0("F_", .rxDeparse(given[[1L]]))
      if (length(given) > 1L) name <- paste(c(name, vapply(given[-1L], .rxDeparse, ""), if (length(given) == 3L) "T"),
          collapse = "_")
      found[[sub("_TRUE$", "_T", sub("_FALSE$", "_F", name))]] <<- .rxDeparse(code)
    }
    for (part in as.list(code)[-1L]) look(part)
  }
  look(formula)
  found
}

# A table of cells with its F() columns as the whole numbers that they stand for (`integerLevels` NULL or TRUE), by the
# variable's name.
.rxWithIntegerLevels <- function(table, formula, integerLevels) {
  made <- .rxFactorsMade(formula)
  for (i in seq_along(table)) {
    at <- match(names(table)[[i]], c(names(made), make.names(made)))
    whole <- if (is.null(integerLevels)) !is.na(at) else isTRUE(integerLevels)
    if (whole && is.factor(table[[i]]) && !anyNA(suppressWarnings(as.integer(levels(table[[i]])))))
      table[[i]] <- as.integer(levels(table[[i]]))[as.integer(table[[i]])]
    if (!is.na(at)) names(table)[[i]] <- sub("^F\\((.*?)[,)].*$", "\\1", rep(unname(made), 2L)[[at]], perl = TRUE)
  }
  table
}

.rxParams <- function(arguments) arguments[!vapply(arguments, function(a) is.null(a) || is.environment(a), NA)]

# ---- methods ---------------------------------------------------------------------------------------------------------

coef.rxLinMod <- function(object, ...) {
  if (ncol(object$coefficients) > 1L) return(object$coefficients)
  structure(object$coefficients[, 1L], names = rownames(object$coefficients))
}

vcov.rxLinMod <- function(object, ...) rxCovCoef(object)

residuals.rxLinMod <- function(object, data, ...) {
  if (missing(data)) .rxStop("residuals: a model keeps no rows; give the data: residuals(model, data = ...)")
  found <- .rxWaiting(rxPredict(object, data = data, computeResiduals = TRUE, reportProgress = 0))
  found[[ncol(found)]]
}

df.residual.rxLinMod <- function(object, ...) object$df[[2L]]
# Rows of a weight above 0; with fweights as many as they stand for, as if each row were repeated.
nobs.rxLinMod <- function(object, ...) object$rank + object$df[[2L]]
deviance.rxLinMod <- function(object, ...) object$deviance
formula.rxLinMod <- function(x, ...) x$formula

confint.rxLinMod <- function(object, parm, level = 0.95, ...) {
  estimate <- coef.rxLinMod(object)
  error <- object$coef.std.error[, 1L]
  half <- stats::qt((1 + level) / 2, object$df[[2L]]) * error
  bounds <- cbind(estimate - half, estimate + half)
  colnames(bounds) <- paste(format(100 * c((1 - level) / 2, (1 + level) / 2), trim = TRUE, decimal.mark = "."), "%")
  if (missing(parm)) bounds else bounds[parm, , drop = FALSE]
}

#' Covariance of the coefficients of a model fitted with covCoef = TRUE.
rxCovCoef <- function(x) {
  if (is.null(x$covCoef))
      .rxStop("the model holds no covariance matrix of the coefficients: fit it with covCoef = TRUE")
  x$covCoef
}

rxCorCoef <- function(x) stats::cov2cor(rxCovCoef(x))

#' Covariance of the data of a model fitted with covData = TRUE.
rxCovData <- function(x) {
  if (is.null(x$covData)) .rxStop("the model holds no covariance matrix of the data: fit it with covData = TRUE")
  x$covData
}

rxCorData <- function(x) stats::cov2cor(rxCovData(x))

#' The table behind a result as a data frame.
rxResultsDF <- function(object, ...) UseMethod("rxResultsDF")

rxResultsDF.rxSummary <- function(object, output = "stats", element = 1, integerLevels = NULL, integerCounts = TRUE,
    useRowNames = TRUE, ...) {
  table <- if (output == "counts" || !nrow(object$sDataFrame))
      .rxWithIntegerLevels(object$categorical[[element]], object$formula, integerLevels)
    else object$sDataFrame
  if (isTRUE(integerCounts) && !is.null(table$Counts)) table$Counts <- as.integer(table$Counts)
  if (isTRUE(useRowNames) && !is.null(table$Name)) {
    rownames(table) <- table$Name
    table$Name <- NULL
  }
  table
}

rxResultsDF.rxLinMod <- function(object, output = "counts", integerLevels = NULL, integerCounts = TRUE, ...) {
  if (is.null(object$countDF)) .rxStop("rxResultsDF: the model was not fitted with cube = TRUE")
  table <- .rxWithIntegerLevels(object$countDF, object$formula, integerLevels)
  if (isTRUE(integerCounts)) table$Counts <- as.integer(table$Counts)
  table
}
