# Models and sums of kept moments, without data.

# Moments as requests have them: base64, a file, or covariances.
.rxMomentsOf <- function(value, about) {
  if (is.list(value) && is.character(value[["moments"]])) return(value$moments)
  if (inherits(value, "rxCovCor")) return(list(covariance = attr(value, "reply", exact = TRUE)))
  path <- if (is.list(value)) value[["outFile"]] else value
  if (is.character(path) && length(path) == 1L && !is.na(path))
      return(list(file = file.path(normalizePath(dirname(path.expand(path)), mustWork = FALSE), basename(path))))
  .rxStop(paste0(about$name,
      ": moments must be what rxMoments returns, a model that was fitted with keepMoments = TRUE, ",
      "the path of a file of moments, or what rxCovCor returns, not ",
      if (is.object(value)) paste("an object of class", class(value)[[1L]], "without them") else .rxShow(value)))
}

.impl_rxRefit <- function(arguments, about) {
  .rxRequire(arguments, about, "moments")
  request <- .rxNewRequest("refit", call = .rxCallText(.rxMatchedCall(about)), dataLabel = .rxLabel("moments", about))
  request$document$formula <- .rxFormulaText(arguments$formula, about)
  request$document$moments <- .rxMomentsOf(arguments$moments, about)
  .rxPass(request, arguments, c("cube", "cubePredictions", "dropFirst", "dropMain", "covCoef", "covData",
      "coefLabelStyle"))
  .rxResult(.rxRun(request, 0), request, arguments[names(arguments) != "moments"], about)
}

.impl_rxCombine <- function(arguments, about) {
  .rxRequire(arguments, about, "moments")
  several <- function(value) is.list(value) && !is.object(value)
  given <- c(if (several(arguments$moments)) arguments$moments else list(arguments$moments),
      if (several(arguments$others)) arguments$others else if (!is.null(arguments$others)) list(arguments$others))
  request <- .rxNewRequest("combine", call = .rxCallText(.rxMatchedCall(about)))
  request$document$moments <- .rxArray(lapply(given, .rxMomentsOf, about = about))
  .rxPass(request, arguments, c("outFile", "overwrite"))
  .rxResult(.rxRun(request, 0), request, arguments["overwrite"], about)
}
