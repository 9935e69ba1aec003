# rxExecBy where the context keeps the rows: it brings them together itself and hands ranges of groups to tasks.

# The value of the function for each wanted group of the range whose rows this worker was given: a task. `range` holds
# the keys and rows of its groups and which of them are wanted.
.rxRunRange <- function(range, columns, func) {
  folder <- .rxRun(.rxNewRequest("working_folder", within = dirname(tempdir())), 0)$folder
  on.exit(unlink(folder, recursive = TRUE))
  reply <- .rxRun(.rxNewRequest("group_rows", context = list(type = "RxLocalSeq"), folder = folder,
      inData = list(type = "block_file", file = .rxTaskState$rows), keys = .rxArray(columns)), 0)
  rows <- .rxKeysOf(reply)$rows
  if (!identical(as.numeric(rows), as.numeric(range$rows)))
    .rxStop("the rows have changed while they were read: groups have other numbers of rows than before", "rxDataError")
  batches <- .rxWithKeys(.rxBatches(reply$files, rows, range$wanted), range$keys)
  do.call(c, c(list(list()), lapply(batches, .rxRunGroups, func = func)))
}

# As .rxRunBatches, in the context that keeps the rows; `over` is what the request says besides.
.rxRunRanges <- function(ranges, columns, func, context, over) {
  before <- rxSetComputeContext(context)
  outer <- .rxTaskState$over
  .rxTaskState$over <- over
  on.exit({
    rxSetComputeContext(before)
    .rxTaskState$over <- outer
  })
  # What failed is in the status of its groups.
  suppressWarnings(rxExec(.rxRunRange, rxElemArg(ranges), columns = columns, func = func))
}

.rxExecByElsewhere <- function(description, arguments, about, func) {
  request <- .rxNewRequest("group_keys", context = description)
  request$document$inData <- .rxDescribeData(request, arguments$inData, "inData", .rxLabel("inData", about))
  request$document$keys <- .rxArray(arguments$keys)
  over <- request$document[c("inData", "keys")]
  reply <- .rxRun(request)
  found <- .rxKeysOf(reply)
  wanted <- if (is.null(arguments$filterFunc)) seq_along(found$rows)
      else .rxFilteredGroups(arguments$filterFunc, found$table, reply$files, about)
  keys <- .rxPlainKeys(found$table)
  # Of a partitioned set each task opens the files of its groups.
  if (!is.null(reply$files)) return(do.call(c, c(list(list()), .rxRunBatches(.rxWithKeys(.rxBatches(reply$files,
      found$rows, wanted), keys), func, arguments$computeContext))))
  members <- split(seq_along(keys), factor(unlist(reply$rangeOfGroup), levels = seq_len(reply$ranges) - 1))
  members <- members[vapply(members, function(groups) any(groups %in% wanted), NA)]
  if (!length(members)) return(list())
  ranges <- lapply(unname(members), function(groups) list(keys = keys[groups], rows = found$rows[groups],
      wanted = which(groups %in% wanted)))
  over <- c(over, list(op = "exec_over_groups", count = NULL, ranges = as.numeric(reply$ranges),
      rangeOfTask = .rxArray(as.numeric(names(members)))))
  context <- arguments$computeContext
  if (is.null(context)) context <- rxGetComputeContext()
  if (is.character(context)) context <- RxComputeContext(context)
  values <- .rxRunRanges(ranges, names(found$table), func, context, over)
  results <- vector("list", length(keys))
  for (i in seq_along(ranges)) {
    groups <- members[[i]][ranges[[i]]$wanted]
    value <- values[[i]]
    results[groups] <- if (!inherits(value, "condition")) value else lapply(keys[groups], function(key)
        list(keys = key, result = NULL, status = structure("Error", condition = value)))
  }
  results[wanted]
}
