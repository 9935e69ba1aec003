# Sources that Spark decodes: Parquet and ORC files, tables and queries of Hive.

setClass("RxHiveData", slots = .rxSourceSlots("RxHiveData"), contains = "RxDataSource")

.rxColumnarTypes <- c("logical", "integer", "int16", "float32", "numeric", "character", "factor", "Date", "POSIXct")

# The files and tables know their types; what may be said beside them are other types and levels.
.rxCheckColInfo <- function(class, colInfo) {
  if (length(colInfo) && (!is.list(colInfo) || is.null(names(colInfo)) || any(!nzchar(names(colInfo)))))
    .rxStop(paste0(class, ": colInfo must be a list by column name, not ", .rxShow(colInfo)))
  for (column in names(colInfo)) {
    entry <- colInfo[[column]]
    about <- paste0(class, ": colInfo$", column)
    if (!is.list(entry)) .rxStop(paste0(about, " must be a list with type and levels, not ", .rxShow(entry)))
    wrong <- setdiff(names(entry), c("type", "levels"))
    if (length(wrong)) .rxStop(paste0(about, " may hold type and levels, not ", wrong[[1L]]))
    if (!is.null(entry$type) && !(is.character(entry$type) && length(entry$type) == 1L && entry$type %in%
        .rxColumnarTypes))
      .rxStop(paste0(about, "$type must be one of ", paste0("\"", .rxColumnarTypes, "\"", collapse = ", "), ", not ",
          .rxShow(entry$type),
          if (is.character(entry$type)) .rxDidYouMean(entry$type[[1L]], .rxColumnarTypes)))
    if (!is.null(entry$levels) && !is.null(entry$type) && entry$type != "factor")
      .rxStop(paste0(about, " of type ", .rxShow(entry$type), " cannot have levels; make it a factor"))
  }
}

.rxMakeColumnar <- function(class, arguments, about) {
  .rxCheckColInfo(class, arguments$colInfo)
  # "hdfs" is the default of old and leaves a plain path to the context, which knows its default file system.
  if (identical(arguments$fileSystem, "hdfs")) arguments["fileSystem"] <- list(NULL)
  .rxMakeSource(class, arguments, about)
}

for (class in .rxTypedFileClasses) local({
  class <- class
  setClass(class, slots = .rxSourceSlots(class), contains = "RxFileData", where = topenv())
  assign(paste0(".impl_", class), function(arguments, about) .rxMakeColumnar(class, arguments, about), topenv())
})
rm(class)

.impl_RxHiveData <- function(arguments, about) {
  .rxCheckColInfo("RxHiveData", arguments$colInfo)
  if (is.null(arguments$query) == is.null(arguments$table))
    .rxStop(paste0("RxHiveData: give either query or table", if (!is.null(arguments$query)) ", not both"))
  for (name in c("query", "table")) if (length(arguments[[name]]) > 1L)
    .rxStop(paste0("RxHiveData: ", name, " must be one string, not ", .rxShow(arguments[[name]])))
  do.call(new, c(list("RxHiveData"), arguments[slotNames("RxHiveData")]))
}

# By what a source is known: its path, table or query.
.rxSourceName <- function(source) {
  if (.hasSlot(source, "file")) return(source@file)
  if (is.null(source@table)) source@query else source@table
}

.rxCheckWritable <- function(target, what) {
  if (is(target, "RxHiveData") && is.null(target@table))
    .rxStop(paste0(what, " is an RxHiveData of a query, and rows are written to a table: give RxHiveData(table = ...)"))
  if (is(target, "RxDatabaseSource") && is.null(target@table)) .rxStop(paste0(what, " is an ", class(target)[[1L]],
      " of a query, and rows are written to a table: give ", class(target)[[1L]], "(table = ...)"))
}
