# Predictions.

#' Predictions of a fitted model.
rxPredict <- function(modelObject, data = NULL, ...) UseMethod("rxPredict")

# Refuses what is not a model of this system: lm keeps its rows under the name of the engine's bytes.
.rxRequireModel <- function(model, name, argument) {
  if (!is.list(model) || !is.character(model[["model"]]))
      .rxStop(paste0(name, ": ", argument, " must be a fitted model, not ", .rxShow(class(model)[[1L]])))
}

.impl_rxPredict <- function(arguments, about) {
  model <- arguments$modelObject
  if (is.raw(model)) model <- list(model = .rxCall(insitu_to_base64, model))  # of rxSerializeModel
  .rxRequireModel(model, "rxPredict", "modelObject")
  if (is.null(arguments$data)) .rxStop("rxPredict: argument 'data' is missing")
  request <- .rxNewRequest("predict", model = model$model)
  request$document$context <- .rxDescribeContext(arguments$computeContext)
  request$document$data <- .rxDescribeData(request, arguments$data, "data")
  frame <- if (is.data.frame(arguments$outData)) arguments$outData
  if (is.null(frame))
    request$document["outData"] <- list(.rxDescribeTarget(arguments$outData, "outData", request$document$context))
  else if (isTRUE(arguments$removeMissings))
    .rxStop("rxPredict: removeMissings cannot be used when predictions are added to a data frame: leave outData out")
  if (is.null(arguments$predVarNames)) arguments$predVarNames <- arguments$predNames
  arguments$type <- arguments$type[1L]
  handled <- c("modelObject", "data", "outData", "predNames", "reportProgress", "verbose")
  types <- .rxSignatures$rxPredict$types
  .rxPassByType(request, arguments, types[setdiff(names(types), handled)])
  # The function that the model was fitted with comes from the object at hand, never from the engine's part of the
  # model.
  if (!is.null(kept <- attr(model, "rowFunction")))
      .rxAddFunction(request, kept$entry, kept$parts, kept$objects, kept$transformEnvir)
  if (!is.null(user <- attr(model, "userFamily"))) .rxAddFamily(request, user)
  if (is.null(frame)) return(.rxFinish(request, arguments$reportProgress, "rows", about))
  if (!.rxWaits(request)) .rxStop(paste("rxPredict: outData is a data frame, which cannot get the columns later; with",
      "wait = FALSE leave it out, or give a path"), "rxUnsupported")
  reply <- .rxRun(request, arguments$reportProgress)
  .rxAddToFrame(frame, .rxFrame(reply$frame, reply$rowNames), unlist(reply$variables), isTRUE(arguments$overwrite))
}

# A copy of a data frame with the columns of predictions; `new`: the names of those that the model puts out, the others
# are variables of the data, which the frame may have already.
.rxAddToFrame <- function(frame, predictions, new, overwrite) {
  if (nrow(frame) != nrow(predictions))
      .rxStop(paste0("rxPredict: outData has ", nrow(frame), " rows, but data ", nrow(predictions),
      ": give a data frame with the rows of data"))
  there <- intersect(new, names(frame))
  if (length(there) && !overwrite)
      .rxStop(paste0("rxPredict: the variable exists: ", there[[1L]],
      "; allow to replace it with overwrite, or give predVarNames"))
  for (name in setdiff(names(predictions), setdiff(names(frame), new))) frame[[name]] <- predictions[[name]]
  frame
}

.impl_rxVif <- function(arguments, about) {
  model <- arguments$modelObject
  .rxRequireModel(model, "rxVif", "modelObject")
  reply <- .rxRun(.rxNewRequest("vif", model = model$model), 0)
  data.frame(GVIF = unlist(reply$GVIF), Df = unlist(reply$Df), `GVIF^(1/(2*Df))` = unlist(reply$scaled),
      row.names = unlist(reply$terms), check.names = FALSE)
}

predict.rxLinMod <- function(object, newdata, ...) {
  if (missing(newdata)) .rxStop("predict: a model keeps no rows; give newdata")
  .rxWaiting(rxPredict(object, data = newdata, reportProgress = 0, ...))
}
