# Models as bytes that Python and the command line read, too (docs/model.md).

# The arrays of a reply, in the order in which its document names them.
.rxArraysOf <- function(reply) {
  found <- list()
  look <- function(value) {
    if (is.list(value)) return(for (each in value) look(each))
    if (!is.null(attr(value, "position", exact = TRUE))) found[[attr(value, "position")]] <<- value
  }
  look(reply)
  lapply(found, function(array) list(shape = I(if (is.null(dim(array))) length(array) else dim(array)),
      values = I(as.numeric(array))))
}

.impl_rxSerializeModel <- function(arguments, about) {
  model <- arguments$model
  .rxRequireModel(model, "rxSerializeModel", "model")
  metadata <- arguments$metadata
  if (!is.null(metadata) && !is.raw(metadata))
      .rxStop(paste0("rxSerializeModel: metadata must be a raw vector, as serialize(x, NULL) makes one, not ",
      .rxShow(metadata)))
  request <- .rxNewRequest("serialize_model", model = model$model)
  if (!is.null(metadata)) request$document$metadata <- .rxCall(insitu_to_base64, metadata)
  if (isTRUE(arguments$realtimeScoringOnly)) {
    request$document$realtimeScoringOnly <- TRUE
  } else {
    document <- attr(model, "document", exact = TRUE)
    if (is.null(document))
        .rxStop("rxSerializeModel: the model was made by insitu 0.1.0, which kept too little for this: fit it again")
    request$document$document <- document
    request$document$arrays <- .rxArray(.rxArraysOf(attr(model, "reply", exact = TRUE)))
  }
  .rxCall(insitu_from_base64, .rxRun(request, 0)$bytes)
}

.impl_rxUnserializeModel <- function(arguments, about) {
  bytes <- arguments$serializedModel
  if (!is.raw(bytes))
      .rxStop(paste0("rxUnserializeModel: serializedModel must be a raw vector, as rxSerializeModel returns it, not ",
      .rxShow(bytes)))
  request <- .rxNewRequest("unserialize_model", serializedModel = .rxCall(insitu_to_base64, bytes))
  reply <- .rxRun(request, 0)
  text <- reply$result$about$call
  call <- tryCatch(str2lang(text), error = function(e) text)
  params <- c(Filter(Negate(is.null), reply$result$params), reply$pipeline)
  model <- .rxResultOf(reply$result, call, params, about$caller)
  if (is.null(reply$metadata)) model else list(model = model, metadata = .rxCall(insitu_from_base64, reply$metadata))
}
