# Rows by groups: rxExecBy, rxPartition, rxGetPartitions.

# The rows of one group, in memory, as functions of rxExecBy get them.
setClass("RxGroupData", slots = c(frame = "ANY", label = "ANY"), contains = "RxDataSource")

setMethod("show", "RxGroupData", function(object)
  cat("RxGroupData Source\n", .rxGroupLabel(object), ": ", nrow(object@frame), " rows\n", sep = ""))

# "store=north, day=2".
.rxGroupLabel <- function(source)
  paste0(names(source@label), "=", vapply(source@label, function(value) as.character(value), ""), collapse = ", ")

# The column of a table of partitions that holds their data sources.
.rxPartitionSource <- "dataSource"

# Rows that one task gets, about: groups are handed out in batches.
.rxRowsOfBatch <- 250000
# Of few rows there are about so many batches, so that workers share them.
.rxLeastBatches <- 16
# A group with a file of its own and more rows stays there.
.rxRowsInMemory <- 5e6

# The table of the keys, and the rows of each group.
.rxKeysOf <- function(reply) {
  table <- .rxFrame(reply$keys)
  rows <- table$.rxRows
  table$.rxRows <- NULL
  list(table = table, rows = rows)
}

.rxPartitions <- function(reply, units = NULL) {
  table <- .rxWithUnits(.rxKeysOf(reply)$table, units)
  table[[.rxPartitionSource]] <- lapply(reply$files, function(each) RxXdfData(each$file))
  table
}

.impl_rxPartition <- function(arguments, about) {
  .rxRequire(arguments, about, c("inData", "outData", "varsToPartition"))
  target <- arguments$outData
  if (!is(target, "RxXdfData") || !isTRUE(target@createPartitionSet))
    .rxStop(paste0(about$name, ": outData must be RxXdfData(file, createPartitionSet = TRUE), not ",
        if (is.object(target)) class(target)[[1L]] else .rxShow(target)))
  request <- .rxNewRequest("partition", context = .rxDescribeContext(NULL))
  request$document$inData <- .rxDescribeData(request, arguments$inData, "inData", .rxLabel("inData", about))
  request$document$outData <- .rxDescribeTarget(target, "outData")
  request$document$varsToPartition <- .rxArray(arguments$varsToPartition)
  request$document$xdfCompressionLevel <- .rxOption("xdfCompressionLevel")
  .rxPass(request, arguments, c("append", "overwrite"))
  .rxPartitions(.rxRun(request), .rxUnitsOf(arguments$inData))
}

.impl_rxGetPartitions <- function(arguments, about) {
  .rxRequire(arguments, about, "data")
  request <- .rxNewRequest("partitions")
  request$document$data <- .rxDescribeData(request, arguments$data, "data")
  .rxPartitions(.rxRun(request, 0))
}

# Neighbouring groups of one file, as tasks: `groups` are their positions, `first` is the first row.
.rxBatches <- function(files, rows, wanted) {
  batches <- list()
  most <- max(1, min(.rxRowsOfBatch, sum(rows) %/% .rxLeastBatches))
  for (each in files) {
    groups <- seq_len(each$end - each$begin) + each$begin
    first <- cumsum(c(1, rows[groups]))[seq_along(groups)]
    keep <- groups %in% wanted
    # A new batch where groups are left out, and where there are enough rows.
    run <- cumsum(c(TRUE, diff(which(keep)) != 1))
    size <- stats::ave(rows[groups[keep]], run, FUN = function(n) (cumsum(n) - 1) %/% most)
    for (batch in split(which(keep), list(run, size), drop = TRUE, lex.order = TRUE))
        batches[[length(batches) + 1L]] <- list(file = each$file, version = each$version, alone = length(groups) == 1L,
            first = first[[batch[[1L]]]], groups = groups[batch], rows = rows[groups[batch]])
  }
  batches
}

# A function of keys and data that calls the user's with further arguments. Its call names values, so that errors do not
# show all of them.
.rxGroupFunction <- function(func, params) {
  further <- lapply(seq_along(params), function(i) call("[[", quote(params), i))
  names(further) <- names(params)
  body <- as.call(c(list(quote(func), quote(keys), quote(data)), further))
  eval(call("function", as.pairlist(alist(keys = , data = )), body))
}

# The value of the function for each group of a batch, list(keys, result, status).
.rxRunGroups <- function(batch, func) {
  keys <- batch$keys
  call <- function(key, data) {
    result <- .rxTryTask(list(value = func(key, data)), identity)
    if (inherits(result, "condition")) list(keys = key, result = NULL, status = structure("Error", condition = result))
    else list(keys = key, result = result$value, status = "OK")
  }
  total <- sum(batch$rows)
  if (batch$alone && total > .rxRowsInMemory)
      return(list(call(keys[[1L]], RxXdfData(batch$file))))
  frame <- .rxFrame(.rxRun(.rxNewRequest("data_step", context = list(type = "RxLocalSeq"),
      inData = list(type = "RxXdfData", file = batch$file), startRow = batch$first, numRows = total,
      fileVersions = .rxFileVersions(batch)), 0)$frame)
  frame <- .rxWithUnits(frame, batch$units)
  ends <- cumsum(batch$rows)
  parts <- .rxPartsOf(frame)
  source <- new("RxGroupData", frame = NULL, label = NULL)
  lapply(seq_along(keys), function(i) {
    attr(source, "frame") <- parts(ends[[i]] - batch$rows[[i]] + 1, ends[[i]])  # as slots are: new() takes longer
    attr(source, "label") <- keys[[i]]
    call(keys[[i]], source)
  })
}

# What a file of a partitioned set must still be; NULL: nobody else can replace it.
.rxFileVersions <- function(file) if (!is.null(file$version)) list(list(file$file, file$version))

# Cuts rows of a data frame, from one to another. Columns keep their attributes, such as levels; `[` of each class takes
# several times as long.
.rxPartsOf <- function(frame) {
  columns <- as.list(frame)
  kept <- lapply(columns, attributes)
  special <- which(lengths(kept) > 0L)
  about <- list(names = names(frame), class = "data.frame", row.names = NULL)
  function(first, last) {
    rows <- seq.int(first, last)
    part <- lapply(columns, .subset, rows)
    for (i in special) attributes(part[[i]]) <- kept[[i]]
    about$row.names <- .set_row_names(length(rows))
    attributes(part) <- about
    part
  }
}

# Evaluates a call of rxExec over groups: tells their warnings, and not which tasks failed.
.rxTellingWarnings <- function(code) withCallingHandlers(code, rxTasksFailed = function(w)
  invokeRestart("muffleWarning"), rxTasksWarned = function(w) {
  warning("rxExecBy: ", paste(utils::head(w$texts, 10L), collapse = "; "), if (length(w$texts) > 10L) " ...",
      call. = FALSE)
  invokeRestart("muffleWarning")
})

# The groups of all batches, where the context says.
.rxRunBatches <- function(batches, func, context) {
  if (is.null(context)) context <- rxGetComputeContext()
  if (is.character(context)) context <- RxComputeContext(context)
  if (.rxTasksAreHere(context) || !length(batches)) return(lapply(batches, .rxRunGroups, func = func))
  before <- rxSetComputeContext(context)
  on.exit(rxSetComputeContext(before))
  # What failed is in the status of its groups.
  done <- .rxTellingWarnings(rxExec(.rxRunGroups, rxElemArg(batches), func = func))
  Map(function(batch, groups) {
    if (!inherits(groups, "condition")) return(groups)
    lapply(batch$keys, function(keys) list(keys = keys, result = NULL, status = structure("Error", condition = groups)))
  }, batches, done, USE.NAMES = FALSE)
}

# Positions of the groups that a filter keeps: rows of the table that it gets.
.rxFilteredGroups <- function(filter, table, files, about) {
  # Without files they lie where the context has them.
  table[[.rxPartitionSource]] <- if (is.null(files)) rep(list(NULL), nrow(table)) else
      rep(lapply(files, function(each) RxXdfData(each$file)), vapply(files, function(each) each$end - each$begin, 0))
  kept <- filter(table)
  at <- if (is.data.frame(kept)) match(rownames(kept), rownames(table)) else NA
  if (anyNA(at)) .rxStop(paste0(about$name, ": filterFunc must return rows of the data frame that it gets"))
  sort(at, method = "radix")
}

.impl_rxExecBy <- function(arguments, about) {
  .rxRequire(arguments, about, c("inData", "func"))
  code <- .rxAnalysisCall(arguments$func, as.list(arguments$funcParams), about)
  func <- if (is.null(code)) .rxGroupFunction(arguments$func, as.list(arguments$funcParams))
  context <- .rxDescribeContext(arguments$computeContext)
  later <- !.rxWaits(.rxNewRequest("group_rows", context = context))
  if (later && !isTRUE(.rxState$explaining))
    return(.rxExecByLater(attr(context, "of", exact = TRUE), arguments, about))
  if (context$type %in% c("RxSpark", "RxHadoopMR") && !isTRUE(.rxState$explaining))
      return(.rxExecByElsewhere(context, arguments, about, func, code))
  folder <- .rxRowsFolder(context)
  kept <- FALSE
  on.exit(if (!kept) folder$remove(now = TRUE))
  request <- .rxNewRequest("group_rows", context = context, folder = folder$path)
  request$document$inData <- .rxDescribeData(request, arguments$inData, "inData", .rxLabel("inData", about))
  request$document$keys <- .rxArray(arguments$keys)
  if (isTRUE(.rxState$explaining)) request$explained <-
      list(job = later, then = if (!is.null(code)) "the analysis is computed by the engine for all groups at once" else
      paste0("the function is called for each group, ",
      if (context$type %in% c("RxLocalSeq", "RxInSqlServer",
      "RxInPostgres")) "in this session, one group after the other" else
      "in tasks of rxExec, neighbouring groups together"))
  reply <- .rxRun(request)
  found <- .rxKeysOf(reply)
  units <- .rxUnitsOf(arguments$inData)
  found$table <- .rxWithUnits(found$table, units)
  wanted <- if (is.null(arguments$filterFunc)) seq_along(found$rows)
      else .rxFilteredGroups(arguments$filterFunc, found$table, reply$files, about)
  if (!is.null(code)) {
    results <- .rxAnalyzeGroups(code, found$table[wanted, , drop = FALSE], reply$files, found$rows,
        if (!is.null(arguments$filterFunc)) wanted, arguments, about, folder)
    kept <- TRUE
    return(results)
  }
  batches <- .rxWithKeys(.rxBatches(reply$files, found$rows, wanted), .rxPlainKeys(found$table), units)
  of_rows <- reply$execution
  done <- .rxRunBatches(batches, func, arguments$computeContext)
  .rxJoinRecords(of_rows, batches, .rxIsElsewhere(context) && !.rxTaskState$running)
  do.call(c, c(list(list()), done))
}

# Where the rows of the groups are put, on the machine that computes: `path`, remove(now). Of a process that was killed
# the next call removes it. On another machine only a call removes it: finalizers (`now` is FALSE) note the folder for
# the next one; an engine there that ends removes its own.
.rxRowsFolder <- function(context) {
  if (!.rxIsElsewhere(context)) {
    path <- .rxRun(.rxNewRequest("working_folder", within = dirname(tempdir())), 0)$folder
    return(list(path = path, elsewhere = FALSE, remove = function(now) unlink(path, recursive = TRUE, expand = FALSE)))
  }
  .rxRemoveForsaken()
  path <- .rxRun(.rxNewRequest("working_folder", context = context), 0)$folder
  list(path = path, elsewhere = TRUE, remove = function(now) {
    .rxState$forsaken <- c(.rxState$forsaken, list(list(context = context, path = path)))
    if (now) .rxRemoveForsaken()
  })
}

.rxRemoveForsaken <- function() while (length(.rxState$forsaken)) {
  each <- .rxState$forsaken[[1L]]
  .rxState$forsaken <- .rxState$forsaken[-1L]
  # Where the machine is not reached the engine there ends, and removes it.
  tryCatch(.rxRun(.rxNewRequest("working_folder", context = each$context, remove = each$path), 0), insitu_error =
      function(e) NULL)
}

# The call's record is that of its rows and that of the tasks behind them.
.rxJoinRecords <- function(of_rows, batches, there) {
  of_tasks <- .rxState$lastExecution
  if (is.null(of_rows)) return(invisible())
  # Tasks of this session have no record, but what they called may have one.
  if (!length(batches) || is.null(of_tasks$tasks) || !there && !identical(of_tasks$context, of_rows$context)) {
    .rxState$lastExecution <- of_rows
    return(invisible())
  }
  of_rows$tasks <- of_tasks$tasks
  of_rows$failed <- of_tasks$failed
  for (sum_of in c("seconds", "retries")) of_rows[[sum_of]] <- of_rows[[sum_of]] + of_tasks[[sum_of]]
  of_rows$printed <- NULL
  result <- of_rows
  result$class <- "rxExecution"
  of_rows$printed <- .rxRun(.rxNewRequest("print", result = result), 0)$printed
  .rxState$lastExecution <- of_rows
}

# The keys of each group, a list; factors are texts.
.rxPlainKeys <- function(table) {
  columns <- lapply(table, function(column) if (is.factor(column)) as.character(column) else column)
  lapply(seq_len(nrow(table)), function(i) lapply(columns, .rxElement, i))
}

# An element with what makes it what it is: `[[` leaves the units of spans of time behind.
.rxElement <- function(column, i) if (inherits(column, "difftime")) column[i] else column[[i]]

.rxWithKeys <- function(batches, keys, units = NULL) lapply(batches, function(batch) {
  batch$keys <- keys[batch$groups]
  batch$units <- units
  batch
})

# A job of rxExecBy.
.rxExecByLater <- function(context, arguments, about) {
  shipment <- .rxShipment()
  for (name in c("func", "funcParams", "filterFunc"))
    if (!is.null(arguments[[name]])) arguments[[name]] <- .rxPacked(shipment, arguments[[name]])
  .rxTakeMethods(shipment, globalenv(), character(), .rxClassesOf(arguments$funcParams))
  .rxSubmitCall(context, "rxExecBy", list(arguments = arguments, label = .rxLabel("inData", about),
      methods = .rxMethodsIn(shipment)),
      .rxCallText(.rxMatchedCall(about)), setdiff(rev(shipment$packages), .rxOwnPackages))
}

.rxCalls$rxExecBy <- function(kept, context) {
  .rxPlaceMethods(kept$methods)
  kept$arguments$computeContext <- context
  results <- .impl_rxExecBy(kept$arguments, list(name = "rxExecBy", caller = globalenv(),
      frame = list2env(list(inData = as.name(kept$label)))))
  # The rows end with the job.
  if (inherits(results, "rxExecByResults")) .rxWithResults(results) else results
}
