# rxExecBy where the context keeps the rows: it brings them together itself and hands ranges of groups to tasks.

# Calls `use` with the files of the groups of the range whose rows this worker was given.
.rxWithRange <- function(range, columns, use) {
  folder <- .rxRun(.rxNewRequest("working_folder", within = dirname(tempdir())), 0)$folder
  on.exit(unlink(folder, recursive = TRUE, expand = FALSE))
  reply <- .rxRun(.rxNewRequest("group_rows", context = list(type = "RxLocalSeq"), folder = folder,
      inData = list(type = "block_file", file = .rxTaskState$rows), keys = .rxArray(columns)), 0)
  rows <- .rxKeysOf(reply)$rows
  if (!identical(as.numeric(rows), as.numeric(range$rows)))
    .rxStop("the rows have changed while they were read: groups have other numbers of rows than before", "rxDataError")
  use(reply$files)
}

# The value of the function for each wanted group of the range whose rows this worker was given: a task. `range` holds
# the keys and rows of its groups and which of them are wanted.
.rxRunRange <- function(range, columns, func) .rxWithRange(range, columns, function(files) {
  batches <- .rxWithKeys(.rxBatches(files, range$rows, range$wanted), range$keys, range$units)
  do.call(c, c(list(list()), lapply(batches, .rxRunGroups, func = func)))
})

# The values of a task for each of these ranges, in the context that keeps the rows; `over` is what the request says
# besides.
.rxRunRanges <- function(task, ranges, columns, context, over, ...) {
  before <- rxSetComputeContext(context)
  outer <- .rxTaskState$over
  .rxTaskState$over <- over
  on.exit({
    rxSetComputeContext(before)
    .rxTaskState$over <- outer
  })
  # What failed is in the status of its groups.
  .rxTellingWarnings(rxExec(task, rxElemArg(ranges), columns = columns, ...))
}

# Runs a task for each range that has any of the groups `wanted`: list(groups = positions, value = the task's or a
# condition) for each. `describe` makes what a task gets of a range, from the positions of all of its groups.
.rxOverRanges <- function(reply, found, context, over, describe) {
  members <- split(seq_along(found$rows), factor(unlist(reply$rangeOfGroup), levels = seq_len(reply$ranges) - 1))
  function(task, wanted, ...) {
    asked <- members[vapply(members, function(groups) any(groups %in% wanted), NA)]
    if (!length(asked)) return(list())
    ranges <- lapply(unname(asked), function(groups)
        c(describe(groups), list(rows = found$rows[groups], wanted = which(groups %in% wanted))))
    over <- c(over, list(op = "exec_over_groups", count = NULL, ranges = as.numeric(reply$ranges),
        rangeOfTask = .rxArray(as.numeric(names(asked)))))
    values <- .rxRunRanges(task, ranges, names(found$table), context, over, ...)
    Map(function(groups, range, value) list(groups = groups[range$wanted], value = value), unname(asked), ranges,
        values)
  }
}

.rxExecByElsewhere <- function(description, arguments, about, func, code) {
  # What cannot be asked fails before anything is sent.
  taken <- if (!is.null(code)) .rxRequestOf(code, arguments$inData, about$caller)
  # As the tasks have it: one application is both's.
  description$worker <- .rxArray(.rxWorkerCommand())
  description$languages <- "R"
  request <- .rxNewRequest("group_keys", context = description)
  request$document$inData <- .rxDescribeData(request, arguments$inData, "inData", .rxLabel("inData", about))
  request$document$keys <- .rxArray(arguments$keys)
  over <- request$document[c("inData", "keys")]
  reply <- .rxRun(request)
  found <- .rxKeysOf(reply)
  units <- .rxUnitsOf(arguments$inData)
  found$table <- .rxWithUnits(found$table, units)
  wanted <- if (is.null(arguments$filterFunc)) seq_along(found$rows)
      else .rxFilteredGroups(arguments$filterFunc, found$table, reply$files, about)
  context <- arguments$computeContext
  if (is.null(context)) context <- rxGetComputeContext()
  if (is.character(context)) context <- RxComputeContext(context)
  keys <- .rxPlainKeys(found$table)
  if (!is.null(taken)) {
    run <- if (is.null(reply$files)) .rxOverRanges(reply, found, context, over, function(groups) list())
        else .rxOverFiles(reply$files, found, context)
    return(.rxAnalyzeThere(taken, run, found$table[wanted, , drop = FALSE], wanted, is.null(reply$files)))
  }
  # Of a partitioned set each task opens the files of its groups.
  if (!is.null(reply$files)) return(do.call(c, c(list(list()), .rxRunBatches(.rxWithKeys(.rxBatches(reply$files,
      found$rows, wanted), keys), func, context))))
  run <- .rxOverRanges(reply, found, context, over, function(groups) list(keys = keys[groups], units = units))
  results <- vector("list", length(keys))
  for (part in run(.rxRunRange, wanted, func = func))
    results[part$groups] <- if (!inherits(part$value, "condition")) part$value else lapply(keys[part$groups],
        function(key) list(keys = key, result = NULL, status = structure("Error", condition = part$value)))
  results[wanted]
}
