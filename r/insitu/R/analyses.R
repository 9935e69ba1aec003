# Summaries and linear models: one request each; the result keeps the engine's fields under RevoScaleR's names.

.rxFormulaText <- function(formula, about) {
  if (is.null(formula)) .rxStop(paste0(about$name, ": argument 'formula' is missing"))
  if (is.character(formula) && length(formula) == 1L) return(if (grepl("~", formula)) formula else paste("~", formula))
  if (!inherits(formula, "formula")) .rxStop(paste0(about$name, ": formula must be a formula, not ", .rxShow(formula)))
  .rxDeparse(structure(formula, class = NULL, .Environment = NULL))
}

# How the header names the data: "mtcars", or the argument's own text for sources.
.rxAnalysisRequest <- function(op, arguments, about) {
  .rxRequire(arguments, about, "data")
  call <- .rxMatchedCall(about)
  request <- .rxNewRequest(op, call = .rxCallText(call), dataLabel = .rxLabel("data", about))
  request$document$context <- .rxDescribeContext(arguments$computeContext)
  request$document$formula <- .rxFormulaText(arguments$formula, about)
  request$document$data <- .rxDescribeData(request, arguments$data, "data", .rxLabel("data", about))
  .rxAddPipeline(request, arguments, about)
  .rxPass(request, arguments, c("pweights", "fweights", "blocksPerRead"))
  request
}

# The F() terms of a formula as they are written, by the engine's names of them: F_age = "F(age)", F_age_20_65_T = "F(age, 20, 65)".
.rxFactorsMade <- function(formula) {
  found <- character()
  look <- function(code) {
    if (!is.call(code)) return(NULL)
    if (identical(code[[1L]], as.name("F")) && length(code) > 1L) {
      given <- as.list(code)[-1L]
      name <- paste0("F_", .rxDeparse(given[[1L]]))
      if (length(given) > 1L) name <- paste(c(name, vapply(given[-1L], .rxDeparse, ""), if (length(given) == 3L) "T"), collapse = "_")
      found[[sub("_TRUE$", "_T", sub("_FALSE$", "_F", name))]] <<- .rxDeparse(code)
    }
    for (part in as.list(code)[-1L]) look(part)
  }
  look(formula)
  found
}

# A table of cells with its F() columns as the whole numbers that they stand for (`integerLevels` NULL or TRUE), by the variable's name.
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

.impl_rxSummary <- function(arguments, about) {
  request <- .rxAnalysisRequest("summary", arguments, about)
  .rxPass(request, arguments, c("byTerm", "overwrite", "rowsPerBlock", "removeZeroCounts", "useSparseCube"))
  .rxAdd(request, summaryStats = .rxArray(arguments$summaryStats))
  if (!is.null(arguments$byGroupOutFile)) request$document$byGroupOutFile <- .rxDescribeTarget(arguments$byGroupOutFile, "byGroupOutFile")
  reply <- .rxRun(request, arguments$reportProgress)
  table <- as.data.frame(lapply(.rxInOrder(reply$sDataFrame, "Name"), .rxColumn), stringsAsFactors = FALSE, optional = TRUE)
  categorical <- lapply(reply$categorical, .rxCategory)
  made <- structure(list(nobs.valid = reply[["nobs.valid"]], nobs.missing = reply[["nobs.missing"]], byGroup = reply$byGroupFiles, sDataFrame = table,
      categorical = categorical, categorical.type = reply[["categorical.type"]], formula = stats::as.formula(reply$formula),
      call = .rxMatchedCall(about), params = .rxParams(arguments)), printed = reply$printed, class = "rxSummary")
  structure(made, as.made = unclass(made)[.rxShownOfSummary])
}

.rxStatistics <- c("Mean", "Means", "StdDev", "Min", "Max", "Sum", "ValidObs", "MissingObs", "SumOfWeights", "MissingWeights", "Counts")

# Columns in the order of printing: labels, other columns, then the statistics.
.rxInOrder <- function(columns, labels) {
  statistics <- intersect(.rxStatistics, names(columns))
  columns[c(intersect(labels, names(columns)), setdiff(names(columns), c(labels, statistics)), statistics)]
}

.rxColumn <- function(values) {
  if (is.null(values)) return(numeric())
  # Infinities come as text; nothing but missing numbers comes as missing text.
  if (is.character(values) && all(values %in% c("Inf", "-Inf", NA))) return(as.numeric(values))
  if (is.list(values)) return(vapply(values, function(v) if (is.null(v)) NA_real_ else as.numeric(v), 0))
  values
}

# One table of `categorical` as a data frame whose factor columns have all levels.
.rxCategory <- function(entry) {
  columns <- lapply(.rxInOrder(entry$columns, c("Category", as.character(unlist(entry$variables)))), .rxColumn)
  for (name in names(entry$levels)) if (!is.null(columns[[name]])) columns[[name]] <- factor(as.character(columns[[name]]), levels = as.character(unlist(entry$levels[[name]])))
  as.data.frame(columns, stringsAsFactors = FALSE, optional = TRUE)
}

.impl_rxLinMod <- function(arguments, about) {
  if (length(arguments$variableSelection)) .rxStop("rxLinMod: variableSelection (stepwise) is not available yet; leave it out", "rxUnsupported")
  request <- .rxAnalysisRequest("lin_mod", arguments, about)
  .rxPass(request, arguments, c("cube", "cubePredictions", "dropFirst", "dropMain", "covCoef", "covData", "coefLabelStyle"))
  reply <- .rxRun(request, arguments$reportProgress)
  labels <- as.character(reply$coefficientNames)
  responses <- as.character(reply[["y.names"]])
  for (field in c("coefficients", "coef.std.error", "coef.t.value", "coef.p.value"))
    reply[[field]] <- matrix(as.numeric(.rxColumn(reply[[field]])), length(labels), length(responses), dimnames = list(labels, responses))
  kept <- labels[!as.logical(unlist(reply$aliased))]
  for (field in "covCoef") if (!is.null(reply[[field]])) {
    side <- sqrt(length(reply[[field]]))
    reply[[field]] <- matrix(reply[[field]], side, side, dimnames = if (side == length(kept)) list(kept, kept) else if (side == length(labels)) list(labels, labels))
  }
  reply$aliased <- structure(as.logical(unlist(reply$aliased)), names = labels)
  if (!is.null(reply$countDF)) {
    # Label of a cell: f=level, g=level
    factors <- sub("=.*", "", strsplit(labels[[1L]], ", ", fixed = TRUE)[[1L]])
    table <- .rxCategory(list(columns = reply$countDF$columns, levels = reply$countDF$levels, variables = factors))
    # Cells come in the order of the levels, all of them.
    for (name in names(table)) if (is.character(table[[name]])) table[[name]] <- factor(table[[name]], levels = unique(table[[name]]))
    made <- .rxFactorsMade(stats::as.formula(reply$formula))
    names(table) <- ifelse(names(table) %in% names(made), make.names(made[names(table)]), names(table))
    reply$countDF <- table
  }
  if (!is.null(reply$fstatistics)) reply$fstatistics <- lapply(reply$fstatistics[c("value", "numdf", "dendf")], .rxColumn)
  for (field in c("sigma", "r.squared", "adj.r.squared", "residual.squares", "total.squares", "y.var", "residual.variance", "f.pvalue", "deviance"))
    if (!is.null(reply[[field]])) reply[[field]] <- structure(.rxColumn(reply[[field]]), names = if (length(responses) == 1L) NULL else responses)
  reply$formula <- stats::as.formula(reply$formula)
  reply$call <- .rxMatchedCall(about)
  reply$params <- .rxParams(arguments)
  reply$class <- NULL
  printed <- reply$printed
  reply$printed <- NULL
  kept <- if (isTRUE(reply$usesFunction)) request$kept
  reply$usesFunction <- NULL
  structure(reply, printed = printed, rowFunction = kept, class = "rxLinMod")
}

# ---- methods ---------------------------------------------------------------------------------------------------------

coef.rxLinMod <- function(object, ...) {
  if (ncol(object$coefficients) > 1L) return(object$coefficients)
  structure(object$coefficients[, 1L], names = rownames(object$coefficients))
}

vcov.rxLinMod <- function(object, ...) rxCovCoef(object)

residuals.rxLinMod <- function(object, data, ...) {
  if (missing(data)) .rxStop("residuals: a model keeps no rows; give the data: residuals(model, data = ...)")
  found <- rxPredict(object, data = data, computeResiduals = TRUE, reportProgress = 0)
  found[[ncol(found)]]
}

df.residual.rxLinMod <- function(object, ...) object$df[[2L]]
nobs.rxLinMod <- function(object, ...) object$nValidObs
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
  if (is.null(x$covCoef)) .rxStop("the model holds no covariance matrix of the coefficients: fit it with covCoef = TRUE")
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

rxResultsDF.rxSummary <- function(object, output = "stats", element = 1, integerLevels = NULL, integerCounts = TRUE, useRowNames = TRUE, ...) {
  table <- if (output == "counts" || !nrow(object$sDataFrame)) .rxWithIntegerLevels(object$categorical[[element]], object$formula, integerLevels)
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

#' The parts of a linear model that stats::lm has too, for functions that want an lm.
as.lm <- function(x, ...) UseMethod("as.lm")

as.lm.rxLinMod <- function(x, ...) {
  if (ncol(x$coefficients) > 1L) .rxStop("as.lm: a model of several responses cannot be converted")
  if (!is.null(x$params$transforms) || !is.null(x$params$transformFunc)) .rxStop("as.lm: a model with transforms cannot be converted")
  labels <- rownames(x$coefficients)
  levels_of <- lapply(x$factorLevels, function(l) as.character(unlist(l)))
  for (name in names(levels_of)) labels <- gsub(paste0(name, "="), name, labels, fixed = TRUE)
  labels <- gsub(", ", ":", sub("^(.*) for (.*)$", "\\1:\\2", labels), fixed = TRUE)
  coefficients <- structure(x$coefficients[, 1L], names = labels)
  terms_of <- stats::terms(x$formula, keep.order = TRUE)
  structure(list(coefficients = coefficients, rank = x$rank, df.residual = x$df[[2L]], call = x$call, terms = terms_of,
      xlevels = levels_of, contrasts = lapply(levels_of, function(l) "contr.SAS"), rxModel = x), class = "lm")
}
