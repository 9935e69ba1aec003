# Data sources: S4 objects with one slot a constructor argument, as scripts of old look at them (`source@file`). Paths
# are resolved once, when a source is made, and printed in full.

setClass("RxDataSource", representation("VIRTUAL"))

.rxSourceSlots <- function(class, without = character()) {
  slots <- setdiff(names(.rxSignatures[[class]]$types), without)
  structure(rep(list("ANY"), length(slots)), names = slots)
}

# For packages that make classes of their own with such slots.
setClassUnion("characterORNULL", c("character", "NULL"))

# What packages read under the names of the original's slots.
.rxSlotsOfOld <- c(colNames = "ANY", rowsOrBlocksPerRead = "ANY")

setClass("RxFileData", representation("VIRTUAL"), contains = "RxDataSource")
# `cache` is no argument of an .xdf source, but of rxSparkCacheData.
setClass("RxXdfData", slots = c(.rxSourceSlots("RxXdfData"), cache = "ANY", .rxSlotsOfOld), contains = "RxFileData")
setClass("RxTextData", slots = c(.rxSourceSlots("RxTextData"), .rxSlotsOfOld), contains = "RxFileData")

.rxMakeSource <- function(class, arguments, about) {
  .rxRequire(arguments, about, "file")
  arguments$computeContext <- NULL
  if (is(arguments$file, "RxFileData")) arguments$file <- arguments$file@file
  files <- .rxFileSystemOf(arguments$fileSystem)
  resolved <- .rxResolvePath(arguments$file, fileSystem = files)
  # HDFS is kept with the path: the file system of the context may be another later.
  if (is(files, "RxHdfsFileSystem") && !.rxHasScheme(arguments$file)) arguments$fileSystem <- files
  else if (is(arguments$fileSystem, "RxNativeFileSystem")) arguments$fileSystem <- "native"
  arguments$file <- resolved
  if (!is.null(arguments$varsToKeep) && !is.null(arguments$varsToDrop))
    .rxStop(paste0(class, ": varsToKeep and varsToDrop exclude each other; give one of them"))
  if (class %in% c("RxXdfData", "RxTextData")) {
    arguments["colNames"] <- list(arguments$varsToKeep)
    arguments["rowsOrBlocksPerRead"] <- list(arguments[[if (class == "RxXdfData") "blocksPerRead" else "rowsPerRead"]])
  }
  do.call(new, c(list(class), arguments))
}

.impl_RxXdfData <- function(arguments, about) .rxMakeSource("RxXdfData", arguments, about)
.impl_RxTextData <- function(arguments, about) .rxMakeSource("RxTextData", arguments, about)

# The class of this package that a source is of: users derive classes of their own.
.rxSourceClass <- function(source) {
  own <- class(source)[[1L]]
  if (own %in% names(.rxSignatures)) return(own)
  known <- intersect(is(source), names(.rxSignatures))  # the nearest first
  if (length(known)) known[[1L]] else own
}

# What the engine is told of a source (docs/requests.md).
.rxDescriptor <- function(source) {
  class <- .rxSourceClass(source)
  types <- .rxSignatures[[class]]$types
  descriptor <- list(type = class)
  for (name in setdiff(names(types), "returnDataFrame")) {  # what rxReadNext gives is R's affair
    value <- slot(source, name)
    if (is.null(value)) next
    if (types[[name]] %in% c("names")) value <- .rxArray(value)
    if (name == "colClasses") value <- as.list(value)
    if (name == "colInfo") value <- .rxColInfo(value)
    if (name == "fileSystem") value <- .rxDescribeFileSystem(value)
    descriptor[[name]] <- value
  }
  if (.hasSlot(source, "cache") && isTRUE(source@cache)) descriptor$cache <- TRUE
  descriptor
}

# colInfo entries: vectors of levels stay arrays whatever their length.
.rxColInfo <- function(colInfo) {
  if (!length(colInfo)) return(NULL)
  names_of <- names(colInfo)
  lapply(structure(seq_along(colInfo), names = NULL), function(i) {
    entry <- as.list(colInfo[[i]])
    for (key in intersect(c("levels", "newLevels", "valueInfoCodes", "valueInfoLabels"), names(entry)))
        entry[[key]] <- .rxArray(as.character(entry[[key]]))
    if (!is.null(names_of) && nzchar(names_of[[i]])) entry$name <- names_of[[i]]
    entry
  })
}

# The same back from a descriptor: a list by column name, where the entries have names.
.rxColInfoOf <- function(entries) {
  has_name <- vapply(entries, function(entry) !is.null(entry$name), NA)
  named <- lapply(entries, function(entry) {
    for (key in intersect(c("levels", "newLevels", "valueInfoCodes", "valueInfoLabels"), names(entry)))
        entry[[key]] <- as.character(unlist(entry[[key]]))
    entry[setdiff(names(entry), "name")]
  })
  names(named) <- vapply(seq_along(entries), function(i) if (has_name[[i]]) entries[[i]]$name else "", "")
  named
}

# A source from its descriptor.
.rxSourceOf <- function(descriptor) {
  if (is.character(descriptor)) return(RxXdfData(descriptor))
  if (!descriptor$type %in% .rxSourceClasses) .rxStop(paste0("unknown data source type: ", descriptor$type))
  constructor <- get(descriptor$type, mode = "function")
  if (length(descriptor$colInfo)) descriptor$colInfo <- .rxColInfoOf(descriptor$colInfo)
  # The path is a full one already, whatever its file system.
  known <- setdiff(names(.rxSignatures[[descriptor$type]]$types), "fileSystem")
  do.call(constructor, descriptor[intersect(names(descriptor), known)])
}

#' Make a data source from its class name and arguments, or from another source.
RxDataSource <- function(class = NULL, dataSource = NULL, ...) {
  if (is(class, "RxDataSource")) {
    # What follows a source is an argument of its constructor.
    if (!is.null(dataSource)) return(RxDataSource(NULL, class, dataSource, ...))
    dataSource <- class
  }
  if (is.null(class) || is(class, "RxDataSource")) class <- .rxSourceClass(dataSource)
  if (!is.character(class) || length(class) != 1L)
    .rxStop(paste0("RxDataSource: class must be the name of a data source class, not ", .rxShow(class)))
  known <- names(.rxSignatures[[class]]$types)
  if (is.null(known)) .rxStop(paste0("unknown data source class: ", .rxShow(class),
      .rxDidYouMean(class, .rxSourceClasses)))
  if (!is.null(dataSource) && !is(dataSource, "RxDataSource")) return(RxDataSource(class, NULL, dataSource, ...))
  settings <- list()
  if (!is.null(dataSource)) for (name in intersect(known, slotNames(dataSource)))
      settings[name] <- list(slot(dataSource, name))
  changes <- list(...)
  unnamed <- if (is.null(names(changes))) rep(TRUE, length(changes)) else !nzchar(names(changes))
  # By position, as in the constructor: those that no name has taken (the source's path is the first).
  free <- setdiff(known, names(changes)[!unnamed])
  if (sum(unnamed) > length(free)) .rxStop(paste0(class, ": too many unnamed arguments"))
  names(changes)[unnamed] <- free[seq_len(sum(unnamed))]
  settings[names(changes)] <- changes
  do.call(get(class, mode = "function"), settings[!vapply(settings, is.null, NA)])
}

rxNewDataSource <- function(name, ...) RxDataSource(class = name, dataSource = NULL, ...)

.impl_rxXdfFileName <- function(arguments, about) {
  x <- arguments$x
  if (is(x, "RxXdfData")) x@file else if (is.character(x))
      x else .rxStop(paste0("rxXdfFileName: x must be an .xdf source or a path, not ", .rxShow(x)))
}

.impl_rxLocateFile <- function(arguments, about) {
  .rxRequire(arguments, about, "file")
  file <- arguments$file
  if (is(file, "RxFileData")) file <- file@file
  extension <- if (is.null(arguments$defaultExt)) ".xdf" else arguments$defaultExt
  if (nzchar(extension) && !grepl("\\.[^./]+$", file)) file <- paste0(file, extension)
  for (folder in c(".", arguments$pathsToSearch)) if (file.exists(file.path(folder, file)))
      return(.rxAbsolute(file.path(folder, file)))
  out <- isTRUE(arguments$isOutFile)
  found <- .rxResolvePath(file, isOutFile = out)
  if (!out && !file.exists(found)) .rxStop(paste0("rxLocateFile: file not found: ", file), "rxDataError")
  found
}

# ---- methods ---------------------------------------------------------------------------------------------------------

.rxHead <- function(x, n, from) {
  request <- .rxNewRequest("head", n = as.numeric(n), from = from, context = .rxDescribeContext(NULL))
  request$document$data <- .rxDescribeData(request, x, "x")
  .rxRun(request, 0)
}

head.RxDataSource <- function(x, n = 6L, reportProgress = 0L, ...) .rxFrame(.rxHead(x, n, "head")$frame)

tail.RxDataSource <- function(x, n = 6L, addrownums = TRUE, reportProgress = 0L, ...) {
  reply <- .rxHead(x, n, "tail")
  frame <- .rxFrame(reply$frame)
  if (isTRUE(addrownums) && nrow(frame)) attr(frame, "row.names") <-
      as.integer(reply$firstRow - 1 + seq_len(nrow(frame)))
  frame
}

dim.RxDataSource <- function(x) {
  info <- rxGetInfo(x, computeInfo = TRUE)
  c(as.integer(info$numRows), as.integer(info$numVars))
}

names.RxDataSource <- function(x) rxGetVarNames(x)
dimnames.RxDataSource <- function(x) list(NULL, rxGetVarNames(x))
length.RxDataSource <- function(x) length(rxGetVarNames(x))
row.names.RxDataSource <- function(x) NULL

# depVars ~ the other variables but varsToDrop; `depVar` as scripts also say. Several dependent variables are bound with
# cbind().
formula.RxDataSource <- function(x, depVars = NULL, varsToDrop = NULL, depVar = NULL, ...) {
  depVars <- c(depVars, depVar)
  names_of <- rxGetVarNames(x)
  for (given in list(depVars = depVars, varsToDrop = varsToDrop)) for (name in given) if (!name %in% names_of)
    .rxStop(paste0("formula: variable not found: ", name, .rxDidYouMean(name, names_of)))
  quoted <- function(names) vapply(names, function(name) .rxDeparse(as.name(name)), "")
  rest <- quoted(setdiff(names_of, c(depVars, varsToDrop)))
  left <- quoted(depVars)
  if (length(left) > 1L) left <- paste0("cbind(", paste(left, collapse = ", "), ")")
  stats::as.formula(paste(if (length(left)) left, "~", if (length(rest)) paste(rest, collapse = " + ") else "1"),
      env = parent.frame())
}
summary.RxDataSource <- function(object, ...) .rxWaiting(rxSummary(~., data = object, reportProgress = 0, ...))
as.data.frame.RxDataSource <- function(x, row.names = NULL, optional = FALSE, ...)
  .rxWaiting(rxDataStep(x, reportProgress = 0, maxRowsByCols = NULL))

`names<-.RxXdfData` <- function(x, value) {
  old <- rxGetVarNames(x)
  if (length(value) != length(old)) .rxStop(paste0("names: ", length(value), " names for ", length(old), " variables"))
  rxSetVarInfo(structure(lapply(value, function(v) list(newName = v)), names = old)[old != value], x)
  x
}

setMethod("show", "RxDataSource", function(object) {
  cat(class(object)[[1L]], " Source\n", sep = "")
  if (.hasSlot(object, "file")) cat("\"", object@file, "\"\n", sep = "")
  shown <- c("centuryCutoff", "rowsToSniff", "rowsToSkip", "defaultReadBufferSize", "isFixedFormat", "useFastRead")
  for (name in setdiff(slotNames(object), c("file", names(.rxSlotsOfOld)))) {
    value <- slot(object, name)
    if (is.null(value)) {
      if (!name %in% c("isFixedFormat", "useFastRead")) next
      value <- name == "useFastRead"
    }
    if (is(object, "RxTextData") && !name %in% shown && identical(value, .rxDefaultOf(object, name))) next
    if (name %in% c("fileSystem", "cache") && !isTRUE(value)) next
    cat(name, ": ", if (is.atomic(value) && length(value) == 1L) format(value, scientific = FALSE,
        decimal.mark = ".") else .rxShow(value), "\n", sep = "")
  }
  if (!.hasSlot(object, "file")) return(invisible())
  files <- if (.hasSlot(object, "fileSystem")) object@fileSystem
  is_there <- is(files, "RxHdfsFileSystem") || grepl("^hdfs://", object@file[1L])  # a path may say so itself
  cat("fileSystem: \n\tfileSystemType: ", if (is_there) "hdfs" else "native", "\n", sep = "")
  if (is(files, "RxHdfsFileSystem")) cat("\thostName: ", files@hostName, "\n\tport: ", files@port, "\n", sep = "")
})

.rxDefaultOf <- function(object, name) {
  tryCatch(eval(formals(get(class(object)[[1L]], mode = "function"))[[name]], environment(.rxDispatch)),
      error = function(e) NULL)
}
