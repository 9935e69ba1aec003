# Models in a database, for those who score in SQL (docs/scoring-in-the-database.md).

.rxPublishRequest <- function(op, arguments, what, ...) {
  .rxRequire(arguments, list(name = what), "destination")
  if (!is(arguments$destination, "RxDatabaseSource"))
    .rxStop(paste0(what,
        ": destination must be a table of a database, such as RxPostgresData(table = \"models\"), not ",
        .rxShow(arguments$destination)))
  request <- .rxNewRequest(op, ...)
  request$document$data <- .rxDescriptor(arguments$destination)
  for (key in c("name", "version")) if (!is.null(arguments[[key]])) request$document[[key]] <- arguments[[key]]
  request
}

.impl_rxPublishModel <- function(arguments, about) {
  model <- arguments$model
  if (!is.raw(model)) {
    .rxRequireModel(model, "rxPublishModel", "model")
    model <- rxSerializeModel(model)
  }
  rows <- arguments$rows
  if (is(rows, "RxDatabaseSource")) {
    rows <- .rxDescriptor(rows)$table
    if (is.null(rows))
        .rxStop(paste("rxPublishModel: rows must be a table, not a query: make a view of the query in the",
        "database"))
  } else if (!is.null(rows) && !(is.character(rows) && length(rows) == 1L))
    .rxStop(paste0("rxPublishModel: rows must be the name of a table, or a data source of one, not ", .rxShow(rows)))
  request <- .rxPublishRequest("publish_model", arguments, "rxPublishModel",
      model = .rxCall(insitu_to_base64, model))
  if (!is.null(arguments$kind)) request$document$kind <- arguments$kind[[1L]]
  if (!is.null(rows)) request$document$rows <- rows
  request$document$overwrite <- isTRUE(arguments$overwrite)
  invisible(.rxRun(request, 0)$object)
}

.impl_rxPublishedModels <- function(arguments, about) {
  models <- .rxRun(.rxPublishRequest("published_models", arguments, "rxPublishedModels"), 0)$models
  text <- function(key) vapply(models, function(each)
    if (is.null(each[[key]])) NA_character_ else each[[key]], "")
  data.frame(name = text("name"), version = text("version"), object = text("object"), kind = text("kind"),
      stringsAsFactors = FALSE)
}

.impl_rxUnpublishModel <- function(arguments, about)
  .rxRun(.rxPublishRequest("unpublish_model", arguments, "rxUnpublishModel"), 0)$removed > 0

.impl_rxSqlServerSelfTest <- function(arguments, about) {
  request <- .rxNewRequest("sql_server_self_test")
  request$document$data <- .rxDescriptor(RxSqlServerData(table = "none", connectionString = arguments$connectionString))
  request$document$data$table <- NULL
  reply <- .rxRun(request, 0)
  if (!identical(arguments$print, FALSE)) cat(reply$printed)
  lines <- reply$lines
  invisible(data.frame(line = vapply(lines, function(each) each$line, ""),
      ok = vapply(lines, function(each) if (is.null(each$ok)) NA else each$ok, NA),
      found = vapply(lines, function(each) each$found, ""), stringsAsFactors = FALSE))
}
