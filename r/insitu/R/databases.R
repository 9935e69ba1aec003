# What is asked of a database beside its rows: its tables, statements, objects (docs/databases.md).

.rxDatabaseRequest <- function(op, source, what, argument, ...) {
  if (!is(source, "RxDatabaseSource"))
    .rxStop(paste0(what, ": ", argument, " must be a table of a database, such as RxOdbcData(table = ...), not ",
        .rxShow(source)))
  request <- .rxNewRequest(op, ...)
  request$document$data <- .rxDescriptor(source)
  request
}

.rxTableRequest <- function(op, arguments, what) {
  .rxRequire(arguments, list(name = what), "table")
  table <- arguments$table
  if (is.character(table) && length(table) == 1L)
    table <- RxSqlServerData(table = table, connectionString = arguments$connectionString)
  else if (!is.null(arguments$connectionString) && is(table, "RxDatabaseSource"))
    .rxStop(paste0(what, ": connectionString is that of the data source; leave it out"))
  .rxRun(.rxDatabaseRequest(op, table, what, "table"), 0)
}

.impl_rxSqlServerTableExists <- function(arguments, about)
  .rxTableRequest("table_exists", arguments, "rxSqlServerTableExists")$exists

.impl_rxSqlServerDropTable <- function(arguments, about)
  .rxTableRequest("drop_table", arguments, "rxSqlServerDropTable")$dropped

.impl_rxExecuteSQLDDL <- function(arguments, about) {
  if (is.null(arguments$sSQLString)) .rxStop("rxExecuteSQLDDL: sSQLString is missing: give the statement")
  .rxRun(.rxDatabaseRequest("execute_sql", arguments$src, "rxExecuteSQLDDL", "src",
      statement = arguments$sSQLString), 0)
  invisible(NULL)
}

.rxPackedObject <- function(arguments) {
  value <- arguments$value
  if (identical(arguments$serialize, FALSE)) {
    if (!is.raw(value)) .rxStop(paste0("rxWriteObject: value must be a raw vector with serialize = FALSE, not ",
        .rxShow(value)))
  } else value <- serialize(value, NULL)
  how <- if (is.null(arguments$compress)) "gzip" else arguments$compress
  memCompress(value, if (how == "zip") "gzip" else how)
}

.rxUnpackedObject <- function(bytes, arguments) {
  # What the bytes say of themselves counts: R's gzip is zlib's format.
  starts <- list(gzip = "78", bzip2 = "425a68", xz = "fd377a585a")
  begin <- paste(as.character(utils::head(bytes, 5L)), collapse = "")
  how <- if (identical(arguments$decompress, "none")) NULL else
      names(Filter(function(start) startsWith(begin, start), starts))
  if (length(how) && (how != "gzip" || (as.integer(bytes[[1L]]) * 256L + as.integer(bytes[[2L]])) %% 31L == 0L))
    bytes <- tryCatch(memDecompress(bytes, how),
        error = function(e)
          .rxStop(paste0("rxReadObject: the bytes are damaged: ", conditionMessage(e)), "rxDataError"))
  if (identical(arguments$deserialize, FALSE)) return(bytes)
  if (length(bytes) && bytes[[1L]] == as.raw(0x80))
    .rxStop(paste0("rxReadObject: the object was written by Python; read its bytes with deserialize = FALSE, or keep ",
        "models with rxSerializeModel, which both languages read"), "rxDataError")
  tryCatch(unserialize(bytes), error = function(e)
    .rxStop(paste0("rxReadObject: the bytes are no object of R: ", conditionMessage(e)), "rxDataError"))
}

.rxObjectRequest <- function(op, arguments, what, argument, source) {
  request <- .rxDatabaseRequest(op, source, what, argument)
  for (key in c("key", "version", "keyName", "valueName", "versionName"))
    if (!is.null(arguments[[key]])) request$document[[key]] <- arguments[[key]]
  request
}

.impl_rxWriteObject <- function(arguments, about) {
  destination <- arguments$odbcDestination
  # rxWriteObject(value): the bytes.
  if (!is.null(destination) && !is(destination, "RxDataSource") && is.null(arguments$key) && is.null(arguments$value)) {
    arguments["value"] <- list(destination)
    destination <- NULL
  }
  bytes <- .rxPackedObject(arguments)
  if (is.null(destination)) return(bytes)
  request <- .rxObjectRequest("write_object", arguments, "rxWriteObject", "odbcDestination", destination)
  request$document$value <- .rxCall(insitu_to_base64, bytes)
  request$document$overwrite <- isTRUE(arguments$overwrite)
  .rxRun(request, 0)
  invisible(TRUE)
}

.impl_rxReadObject <- function(arguments, about) {
  source <- arguments$odbcSource
  if (is.raw(source)) return(.rxUnpackedObject(source, arguments))
  reply <- .rxRun(.rxObjectRequest("read_object", arguments, "rxReadObject", "odbcSource", source), 0)
  .rxUnpackedObject(.rxCall(insitu_from_base64, reply$value), arguments)
}

.impl_rxDeleteObject <- function(arguments, about) {
  request <- .rxObjectRequest("delete_object", arguments, "rxDeleteObject", "odbcSource", arguments$odbcSource)
  request$document$all <- isTRUE(arguments$all)
  .rxRun(request, 0)$deleted > 0
}

.impl_rxListKeys <- function(arguments, about) {
  reply <- .rxRun(.rxObjectRequest("list_keys", arguments, "rxListKeys", "odbcSource", arguments$odbcSource), 0)
  name <- if (is.null(arguments$key)) arguments$keyName else arguments$versionName
  keys <- data.frame(as.character(unlist(reply$keys)), stringsAsFactors = FALSE)
  names(keys) <- name
  keys
}
