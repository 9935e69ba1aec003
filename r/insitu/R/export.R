# Fitted models in other languages.

.impl_rxExportModel <- function(arguments, about) {
  model <- arguments$model
  .rxRequireModel(model, "rxExportModel", "model")
  request <- .rxNewRequest("export_model", model = model$model)
  .rxPass(request, arguments, c("type", "dialect", "name", "overwrite", "as", "table"))
  if (!is.null(arguments$file)) request$document$file <- .rxAbsolute(path.expand(arguments$file))
  reply <- .rxRun(request, 0)
  if (is.null(reply$file)) reply$text else invisible(reply$file)
}
