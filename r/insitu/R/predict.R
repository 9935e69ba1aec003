# Predictions.

#' Predictions of a fitted model.
rxPredict <- function(modelObject, data = NULL, ...) UseMethod("rxPredict")

.impl_rxPredict <- function(arguments, about) {
  model <- arguments$modelObject
  if (is.raw(model)) model <- list(model = .rxCall(insitu_to_base64, model))  # of rxSerializeModel
  if (!is.list(model) || is.null(model[["model"]]))
      .rxStop(paste0("rxPredict: modelObject must be a fitted model, not ", class(model)[[1L]]))
  if (is.null(arguments$data)) .rxStop("rxPredict: argument 'data' is missing")
  request <- .rxNewRequest("predict", model = model$model)
  request$document$context <- .rxDescribeContext(arguments$computeContext)
  request$document$data <- .rxDescribeData(request, arguments$data, "data")
  out <- arguments$outData
  append_to_frame <- is.data.frame(out)
  if (!append_to_frame) request$document["outData"] <- list(.rxDescribeTarget(out, "outData"))
  if (is.null(arguments$predVarNames)) arguments$predVarNames <- arguments$predNames
  for (key in c("append", "type", "interval")) if (!is.null(arguments[[key]]))
      request$document[[key]] <- arguments[[key]][[1L]]
  .rxPass(request, arguments, c("computeStdErrors", "confLevel", "computeResiduals", "writeModelVars", "removeMissings",
      "overwrite",
      "checkFactorLevels", "blocksPerRead", "xdfCompressionLevel"))
  for (key in c("extraVarsToWrite", "predVarNames", "residVarNames", "intervalVarNames", "stdErrorsVarNames"))
    if (!is.null(arguments[[key]])) request$document[[key]] <- .rxArray(arguments[[key]])
  # The function that the model was fitted with comes from the object at hand, never from the engine's part of the
  # model.
  if (!is.null(kept <- attr(model, "rowFunction")))
      .rxAddFunction(request, kept$entry, kept$parts, kept$objects, kept$transformEnvir)
  reply <- .rxRun(request, arguments$reportProgress)
  if (append_to_frame) return(cbind(out, .rxFrame(reply$frame)))
  .rxWritten(reply)
}

predict.rxLinMod <- function(object, newdata, ...) {
  if (missing(newdata)) .rxStop("predict: a model keeps no rows; give newdata")
  rxPredict(object, data = newdata, reportProgress = 0, ...)
}
