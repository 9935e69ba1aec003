# Import, data steps, information about data, and reading piece by piece.

# Keys that pass to the engine as they are.
.rxPass <- function(request, arguments, keys) {
  for (key in keys) if (!is.null(arguments[[key]])) request$document[[key]] <- arguments[[key]]
}

.rxKeepDrop <- function(request, arguments) {
  if (!is.null(arguments$varsToKeep) && !is.null(arguments$varsToDrop))
    .rxStop("varsToKeep and varsToDrop exclude each other; give one of them")
  .rxAdd(request, varsToKeep = .rxArray(arguments$varsToKeep), varsToDrop = .rxArray(arguments$varsToDrop))
}

.rxRowsRequest <- function(op, arguments, about, input, output) {
  request <- .rxNewRequest(op)
  request$document$context <- .rxDescribeContext(arguments$computeContext)
  if (!is.null(arguments[[input]])) request$document$inData <-
      .rxDescribeData(request, arguments[[input]], input, .rxLabel(input, about))
  if (!is.null(output))
    request$document["outFile"] <- list(.rxDescribeTarget(arguments[[output]], output, request$document$context))
  .rxKeepDrop(request, arguments)
  .rxAddPipeline(request, arguments, about)
  if (!is.null(arguments$append)) arguments$append <- arguments$append[[1L]]
  .rxPass(request, arguments, c("append", "overwrite", "rowVarName", "removeMissingsOnRead", "removeMissings",
      "computeLowHigh",
      "maxRowsByCols", "stringsAsFactors", "startRow", "numRows", "blocksPerRead", "xdfCompressionLevel",
      "createCompositeSet",
      "blocksPerCompositeFile"))
  if (!is.null(arguments$rowsPerRead) && arguments$rowsPerRead > 0)
      request$document$rowsPerRead <- arguments$rowsPerRead
  request
}

.impl_rxImport <- function(arguments, about) {
  .rxRequire(arguments, about, "inData")
  settings <- arguments[names(arguments) %in% .rxSourceSettings("rxImport", names(.rxSignatures$rxImport$types))]
  settings <- settings[!vapply(settings, is.null, NA)]
  is_path <- is.character(arguments$inData)
  if (is_path) .rxCheckFileType(arguments$inData, arguments$type)
  if (length(settings)) {
    if (is_path) arguments$inData <- .rxFileSource(arguments$inData, arguments$type)
    arguments$inData <- .rxWithSettings(arguments$inData, settings)
  }
  request <- .rxRowsRequest("import", arguments, about, "inData", "outFile")
  .rxPass(request, arguments, "type")
  .rxPass(request, arguments, "stringsAsFactors")
  if (!is.null(arguments$colClasses)) request$document$colClasses <- as.list(arguments$colClasses)
  if (!is.null(arguments$colInfo)) request$document$colInfo <- .rxColInfo(arguments$colInfo)
  .rxFinish(request, arguments$reportProgress, "rows", about, units = .rxUntouchedUnits(arguments, about))
}

.rxMakers$rows <- function(reply, kept) {
  if (isTRUE(kept$columns)) return(as.list(.rxWritten(reply)))
  if (length(kept$units) && is.data.frame(reply$frame)) reply$frame <- .rxWithUnits(reply$frame, kept$units)
  .rxWritten(reply)  # what was written is invisible
}

# Units of columns that no transform makes.
.rxUntouchedUnits <- function(arguments, about) {
  units <- .rxUnitsOf(arguments$inData)
  if (!length(units) || !is.null(arguments$transformFunc)) return(NULL)
  units[setdiff(names(units), names(.rxTransformsCode(about$written$transforms, about$caller)))]
}

# A copy of a text source with settings that rxImport was given for it. Other data need none of them.
.rxWithSettings <- function(source, settings) {
  if (is(source, "RxTextData")) return(do.call(RxDataSource, c(list(source), settings)))
  warning("rxImport: ", paste(names(settings), collapse = ", "),
      if (length(settings) == 1L) " is an argument" else " are arguments",
      " for text; ignored, because inData is ", if (is.data.frame(source)) "a data frame" else class(source)[[1L]],
      call. = FALSE)
  source
}

.rxCheckFileType <- function(path, type) {
  if (length(path) != 1L) .rxStop("inData must be one path")
  if (is.null(type)) return()
  known <- c("auto", "textFast", "text", "fixedFast", "fixed")
  if (!type %in% known) {
    if (type %in% c("sas", "spss", "odbcFast", "odbc"))
        .rxStop(paste0("type = \"", type, "\" is not available yet"), "rxUnsupported")
    .rxStop(paste0("type must be one of ", paste0("\"", known, "\"", collapse = ", "), ", not ", .rxShow(type)))
  }
}

# The source of a path: the engine tells by its ending and its first bytes, unless `type` says.
.rxFileSource <- function(path, type) {
  .rxSourceOf(.rxRun(.rxNewRequest("source_of_path", path = .rxResolvePath(path),
      type = if (is.null(type)) "auto" else type), 0)$source)
}

.impl_rxDataStep <- function(arguments, about) {
  request <- .rxRowsRequest("data_step", arguments, about, "inData", "outFile")
  # Objects that a function changes and the caller reads are those of this process: the rows come here.
  if (!is.null(request$objects) && (isTRUE(arguments$returnTransformObjects) || !is.null(arguments$transformEnvir))) {
    document <- request$document
    if (.rxIsElsewhere(document$context) && (!is.list(document$inData) ||
        !identical(document$inData$type, "frame") ||
        !is.null(document$outFile) && !isTRUE(arguments$returnTransformObjects)))
      .rxStop(paste("rxDataStep: returnTransformObjects and transformEnvir change objects of this process, and the",
          "rows are on another machine: import them first (rxImport), or call rxExec there with a function that",
          "returns them"), "rxUnsupported")
    request$document$context <- structure(list(type = "RxLocalSeq"), of = attr(request$document$context, "of"))
  }
  if (isTRUE(arguments$returnTransformObjects)) {
    if (!is.null(request$objects)) {
      request$document$outFile <- NULL
      request$document$returnTransformObjects <- TRUE
      if (!.rxWaits(request))
          .rxStop(paste("rxDataStep: returnTransformObjects gives objects of this process, which a job",
          "does not have: call in a compute context with wait = TRUE"), "rxUnsupported")
      .rxRun(request, arguments$reportProgress)
      return(invisible(as.list(request$objects, all.names = TRUE)))
    }
    return(invisible(arguments$transformObjects))
  }
  made <- .rxFinish(request, arguments$reportProgress, "rows", about, units = .rxUntouchedUnits(arguments, about))
  if (inherits(made, "rxJobInfo")) made else invisible(made)
}

.impl_rxReadXdf <- function(arguments, about) {
  .rxRequire(arguments, about, "file")
  if (!is(arguments$file, "RxDataSource")) arguments$file <- RxXdfData(arguments$file)
  request <- .rxRowsRequest("data_step", arguments, about, "file", NULL)
  .rxFinish(request, arguments$reportProgress, "rows", about, columns = identical(arguments$returnDataFrame, FALSE))
}

.impl_rxXdfToDataFrame <- .impl_rxReadXdf

# ---- information -----------------------------------------------------------------------------------------------------

.rxInfoRequest <- function(op, arguments, about) {
  .rxRequire(arguments, about, "data")
  request <- .rxNewRequest(op, style = "R", context = .rxDescribeContext(arguments$computeContext))
  request$document$data <- .rxDescribeData(request, arguments$data, "data", .rxLabel("data", about))
  .rxKeepDrop(request, arguments)
  .rxPass(request, arguments, c("getVarInfo", "getBlockSizes", "getValueLabels", "startRow", "numRows", "computeInfo"))
  request
}

.rxVarInfoFields <- c("description", "varType", "storage", "low", "high", "levels", "valueInfoCodes", "valueInfoLabels",
    "tzone", "position")

# varInfo of a reply as the named list that users see.
.rxVarInfo <- function(entries) {
  names_of <- vapply(entries, function(entry) entry$name, "")
  info <- lapply(seq_along(entries), function(i) {
    entry <- entries[[i]]
    entry$name <- NULL
    for (key in c("levels", "valueInfoCodes", "valueInfoLabels")) if (!is.null(entry[[key]]))
        entry[[key]] <- as.character(unlist(entry[[key]]))
    entry <- c(entry, list(position = i))
    structure(entry[order(match(names(entry), .rxVarInfoFields))], class = "rxVarInfo")
  })
  names(info) <- names_of
  info
}

# A list of several data: the answer is a list too.
.rxIsListOfData <- function(data) {
  is.list(data) && !is.object(data) && length(data) &&
    all(vapply(data, function(each) is(each, "RxDataSource") || is.data.frame(each) || is.character(each) &&
        length(each) == 1L, NA))
}

.impl_rxGetInfo <- function(arguments, about) {
  if (.rxIsListOfData(arguments$data)) {
    return(lapply(arguments$data, function(each) rxGetInfo(each, getVarInfo = isTRUE(arguments$getVarInfo),
        numRows = arguments$numRows)))
  }
  reply <- .rxRun(.rxInfoRequest("info", arguments, about), 0)
  if (!is.null(reply$varInfo)) reply$varInfo <- structure(.rxVarInfo(reply$varInfo), class = "rxGetVarInfo")
  for (field in intersect(c("numRows", "numVars", "numBlocks", "numCompositeFiles", "rowsPerBlock"), names(reply)))
    if (is.numeric(reply[[field]]) && all(abs(reply[[field]]) <= .Machine$integer.max))
        reply[[field]] <- as.integer(reply[[field]])
  structure(reply[setdiff(names(reply), "class")], class = "rxGetInfo")
}

.impl_rxGetVarInfo <- function(arguments, about) {
  if (.rxIsListOfData(arguments$data)) {
    others <- arguments[setdiff(names(arguments), "data")]
    return(lapply(arguments$data, function(each) do.call(rxGetVarInfo,
        c(list(each), others[!vapply(others, is.null, NA)]))))
  }
  reply <- .rxRun(.rxInfoRequest("var_info", arguments, about), 0)
  structure(.rxVarInfo(reply$varInfo), class = "rxGetVarInfo", printed = reply$printed)
}

.impl_rxGetVarNames <- function(arguments, about) {
  if (is.data.frame(arguments$data)) return(names(arguments$data))
  vapply(.rxRun(.rxInfoRequest("var_info", arguments, about), 0)$varInfo, function(entry) entry$name, "")
}

.rxColumnClass <- function(entry) {
  switch(entry$varType,
    integer = switch(entry$storage, int16 = , uint16 = , int64 = entry$storage, "integer"),
    numeric = if (identical(entry$storage, "float32")) "float32" else "numeric",
    entry$varType)
}

.impl_rxCreateColInfo <- function(arguments, about) {
  .rxRequire(arguments, about, "data")
  info <- arguments$data
  if (!inherits(info, "rxGetVarInfo")) {
    about$name <- "rxGetVarInfo"
    request <- .rxInfoRequest("var_info", list(data = info, varsToKeep = arguments$varsToKeep,
        computeInfo = !identical(arguments$computeInfo, FALSE)), about)
    info <- .rxVarInfo(.rxRun(request, 0)$varInfo)
  }
  found <- list()
  for (name in names(info)) {
    entry <- info[[name]]
    is_factor <- entry$varType %in% c("factor", "ordered")
    if (isTRUE(arguments$factorsOnly) && !is_factor) next
    item <- list(type = .rxColumnClass(entry))
    if (is_factor) {
      levels <- entry$levels
      if (isTRUE(arguments$sortLevels)) {
        whole <- grepl("^-?[0-9]+$", levels)
        levels <- if (all(whole)) levels[order(as.numeric(levels), method = "radix")]
            else sort(levels, method = "radix")
      }
      if (isTRUE(arguments$useFactorIndex)) item$type <- "factorIndex"
      item$levels <- levels
    }
    if (isTRUE(arguments$includeLowHigh) && !is_factor && !is.null(entry$low))
        item <- c(item, list(low = entry$low, high = entry$high))
    if (!is.null(entry$description) && nzchar(entry$description)) item$description <- entry$description
    found[[name]] <- item
  }
  found
}

.impl_rxSetVarInfo <- function(arguments, about) {
  .rxRequire(arguments, about, "varInfo", "data")
  entries <- lapply(seq_along(arguments$varInfo), function(i) {
    entry <- unclass(as.list(arguments$varInfo[[i]]))
    for (key in intersect(c("levels", "valueInfoCodes", "valueInfoLabels"), names(entry)))
        entry[[key]] <- .rxArray(as.character(entry[[key]]))
    # Each entry is told by its name in the list or by its own position.
    given <- names(arguments$varInfo)[i]
    if (!is.null(given) && !is.na(given) && nzchar(given)) {
      entry$name <- given
      entry$position <- NULL
    } else if (is.null(entry$position)) {
      .rxStop(paste0("rxSetVarInfo: entry ", i, " of varInfo has neither a name nor a position"))
    }
    entry[!vapply(entry, is.null, NA)]
  })
  request <- .rxNewRequest("set_var_info", varInfo = entries, context = .rxDescribeContext(NULL))
  request$document$data <- .rxDescribeData(request, arguments$data, "data", .rxLabel("data", about))
  .rxWritten(.rxRun(request, 0))
}

.impl_rxSetInfo <- function(arguments, about) {
  .rxRequire(arguments, about, "data")
  description <- if (is.null(arguments$description)) "" else arguments$description
  if (is.data.frame(arguments$data)) return(structure(arguments$data, .rxDescription = description))
  request <- .rxNewRequest("set_info", description = description, context = .rxDescribeContext(NULL))
  request$document$data <- .rxDescribeData(request, arguments$data, "data")
  .rxWritten(.rxRun(request, 0))
}

# ---- piece by piece --------------------------------------------------------------------------------------------------

# Open sources by what identifies them: class and path, table or query.
.rxOpenKey <- function(src) paste(class(src)[[1L]], .rxSourceName(src))

.rxHandles <- function() {
  if (is.null(.rxState$handles)) .rxState$handles <- new.env(parent = emptyenv())
  .rxState$handles
}

.rxHandle <- function(src) {
  found <- get0(.rxOpenKey(src), .rxHandles(), inherits = FALSE)
  if (is.null(found)) .rxStop("the data source is not open: call rxOpen first")
  found
}

.rxRequireSource <- function(src, about) {
  if (!is(src, "RxDataSource")) .rxStop(paste0(about$name, ": src must be a data source, not ", .rxShow(src)))
}

.impl_rxOpen <- function(arguments, about) {
  .rxRequireSource(arguments$src, about)
  key <- .rxOpenKey(arguments$src)
  if (exists(key, .rxHandles(), inherits = FALSE)) .rxStop("the data source is already open")
  mode <- if (is.null(arguments$mode)) "r" else arguments$mode[[1L]]
  request <- .rxNewRequest("open", mode = mode, context = .rxDescribeContext(NULL))
  request$document$data <- .rxDescribeData(request, arguments$src, "src")
  assign(key, .rxRun(request, 0)$handle, .rxHandles())
  invisible(TRUE)
}

.impl_rxIsOpen <- function(arguments, about) {
  .rxRequireSource(arguments$src, about)
  exists(.rxOpenKey(arguments$src), .rxHandles(), inherits = FALSE)
}

.impl_rxClose <- function(arguments, about) {
  .rxRequireSource(arguments$src, about)
  handle <- .rxHandle(arguments$src)
  rm(list = .rxOpenKey(arguments$src), envir = .rxHandles())
  .rxRun(.rxNewRequest("close", handle = handle), 0)
  invisible(TRUE)
}

.impl_rxReadNext <- function(arguments, about) {
  .rxRequireSource(arguments$src, about)
  reply <- .rxRun(.rxNewRequest("read_next", handle = .rxHandle(arguments$src)), 0)
  # At the end both length(x) and nrow(x) are 0.
  frame <- if (isTRUE(reply$end)) data.frame() else .rxFrame(reply$frame)
  if (.hasSlot(arguments$src, "returnDataFrame") && identical(arguments$src@returnDataFrame, FALSE))
      as.list(frame) else frame
}

.impl_rxWriteNext <- function(arguments, about) {
  .rxRequireSource(arguments$to, about)
  request <- .rxNewRequest("write_next", handle = .rxHandle(arguments$to))
  request$document$from <- .rxDescribeData(request, arguments$from, "from")
  .rxRun(request, 0)
  invisible(TRUE)
}
