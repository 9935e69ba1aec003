# Fitted models in other languages.

.impl_rxExportModel <- function(arguments, about) {
  model <- arguments$model
  if (!is.list(model) || is.null(model[["model"]]))
      .rxStop(paste0("rxExportModel: model must be a fitted model, not ", .rxShow(class(model)[[1L]])))
  request <- .rxNewRequest("export_model", model = model$model)
  .rxPass(request, arguments, c("type", "dialect", "name", "overwrite"))
  if (!is.null(arguments$file)) request$document$file <- .rxAbsolute(path.expand(arguments$file))
  reply <- .rxRun(request, 0)
  if (is.null(reply$file)) reply$text else invisible(reply$file)
}
