# rxExecBy of an analysis of the engine where the context keeps the rows: tasks analyze ranges of groups.

# So many groups have all their results computed when one is looked at first; of more, those of its range.
.rxResultsAtOnce <- 10000L

# The numbers of the wanted groups in these files, the places of their columns (src/methods/result_numbers.hpp), and the
# warnings.
.rxNumbersOfFiles <- function(files, range, taken) {
  request <- .rxNewRequest("analyze_groups", context = list(type = "RxLocalSeq"), files = unname(files),
      rows = .rxArray(range$rows), method = taken$document, wanted = .rxArray(range$wanted - 1))
  request$functions <- taken$functions
  told <- character()
  reply <- withCallingHandlers(.rxRun(request, 0), warning = function(warning) {
    told <<- c(told, conditionMessage(warning))
    invokeRestart("muffleWarning")
  })
  list(table = as.list(.rxFrame(reply$table)), places = reply$places, warnings = told)
}

.rxRepliesOfFiles <- function(files, range, taken) {
  groups <- list2env(list(files = files, first = cumsum(c(0, range$rows)), at = range$wanted,
      ends = vapply(files, function(each) as.numeric(each$end), 0), taken = taken, context = list(type = "RxLocalSeq")))
  lapply(seq_along(range$wanted), .rxGroupReply, results = groups)
}

# Tasks: of a range whose rows this worker was given, and of files that it opens.
.rxAnalyzeRange <- function(range, columns, taken)
  .rxWithRange(range, columns, function(files) .rxNumbersOfFiles(files, range, taken))
.rxRepliesOfRange <- function(range, columns, taken)
  .rxWithRange(range, columns, function(files) .rxRepliesOfFiles(files, range, taken))
.rxAnalyzeFiles <- function(range, taken) .rxNumbersOfFiles(range$files, range, taken)
.rxRepliesOfSet <- function(range, taken) .rxRepliesOfFiles(range$files, range, taken)

# As .rxOverRanges, for the files of a partitioned set: a task for some neighbouring ones.
.rxOverFiles <- function(files, found, context) {
  function(task, wanted, ...) {
    asked <- Filter(function(each) any(seq.int(each$begin + 1, each$end) %in% wanted), files)
    if (!length(asked)) return(list())
    size <- vapply(asked, function(each) sum(found$rows[seq.int(each$begin + 1, each$end)]), 0)
    most <- max(1, sum(found$rows) %/% .rxLeastBatches)
    parts <- unname(split(asked, (cumsum(size) - size) %/% most))
    ranges <- lapply(parts, function(part) {
      count <- vapply(part, function(each) each$end - each$begin, 0)
      ends <- cumsum(count)
      groups <- unlist(lapply(part, function(each) seq.int(each$begin + 1, each$end)))
      rebased <- Map(function(each, end, size) replace(each, c("begin", "end"), list(end - size, end)), part, ends,
          count)
      list(files = unname(rebased), rows = found$rows[groups], wanted = which(groups %in% wanted),
          groups = groups[groups %in% wanted])
    })
    before <- rxSetComputeContext(context)
    on.exit(rxSetComputeContext(before))
    values <- suppressWarnings(rxExec(task, rxElemArg(ranges), ...))
    Map(function(range, value) list(groups = range$groups, value = value), ranges, values)
  }
}

# The results for the groups at the positions `wanted`; `run` runs tasks over them.
.rxAnalyzeThere <- function(taken, run, keys, wanted, ranges) {
  results <- new.env(parent = emptyenv())
  results$keys <- keys
  results$at <- wanted
  results$numbers <- list()
  results$errors <- character()
  if (length(wanted)) {
    results$taken <- taken
    shipped <- unclass(taken)[c("document", "functions")]  # results are made of replies here
    parts <- run(if (ranges) .rxAnalyzeRange else .rxAnalyzeFiles, wanted, taken = shipped)
    failed <- vapply(parts, function(part) inherits(part$value, "condition"), NA)
    if (all(failed)) stop(parts[[1L]]$value)
    .rxTellOfGroups(unlist(lapply(parts[!failed], function(part) part$value$warnings)), length(wanted))
    .rxJoinNumbers(results, parts, failed)
    made <- new.env(parent = emptyenv())
    fine <- wanted[is.na(results$errors)]
    results$there <- function(i) {
      at <- wanted[[i]]
      key <- as.character(at)
      if (is.null(made[[key]])) {
        asked <- fine
        if (length(fine) > .rxResultsAtOnce)
          asked <- intersect(Find(function(part) at %in% part$groups, parts)$groups, fine)
        for (part in run(if (ranges) .rxRepliesOfRange else .rxRepliesOfSet, asked, taken = shipped)) {
          if (inherits(part$value, "condition")) stop(part$value)
          for (j in seq_along(part$groups)) made[[as.character(part$groups[[j]])]] <- list(part$value[[j]])
        }
      }
      made[[key]][[1L]]
    }
  }
  structure(list(groups = results, which = seq_along(results$at)), class = "rxExecByResults")
}

# The numbers and errors of all groups from those of the parts, as if they had been computed together.
.rxJoinNumbers <- function(results, parts, failed) {
  count <- length(results$at)
  results$errors <- rep(NA_character_, count)
  results$codes <- integer(count)
  columns <- list()
  place <- first <- number <- numeric()
  for (i in seq_along(parts)) {
    row <- match(parts[[i]]$groups, results$at)
    value <- parts[[i]]$value
    if (failed[[i]]) {
      results$errors[row] <- conditionMessage(value)
      results$codes[row] <- max(1L, match(class(value)[[1L]], .rxErrorClasses, nomatch = 1L))
      next
    }
    results$errors[row] <- value$table$.rxError
    results$codes[row] <- value$table$.rxCode
    numbers <- value$table[setdiff(names(value$table), c(".rxError", ".rxCode"))]
    for (j in seq_along(numbers)) {
      name <- names(numbers)[[j]]
      if (is.null(columns[[name]])) {
        columns[[name]] <- rep(numbers[[j]][NA_integer_], count)
        first[[name]] <- Inf
      }
      columns[[name]][row] <- numbers[[j]]
      met <- row[[value$places[[j]][[2L]] + 1]]
      if (met < first[[name]]) {
        first[[name]] <- met
        place[[name]] <- value$places[[j]][[1L]]
        number[[name]] <- j
      }
    }
  }
  columns <- columns[order(place[names(columns)], first[names(columns)], number[names(columns)], method = "radix")]
  results$numbers <- structure(columns, row.names = .set_row_names(count), class = "data.frame")
}

# The warnings of all parts: each once, with how many groups.
.rxTellOfGroups <- function(told, groups) {
  if (!length(told)) return(invisible())
  of_groups <- regmatches(told, regexec("^in ([0-9]+) of [0-9]+ groups: ((.|\n)*)$", told))
  counts <- numeric()
  for (i in seq_along(told)) {
    found <- length(of_groups[[i]]) > 0L
    words <- if (found) of_groups[[i]][[3L]] else told[[i]]
    counts[[words]] <- sum(counts[words], if (found) as.numeric(of_groups[[i]][[2L]]), na.rm = TRUE)
  }
  for (words in sort(names(counts), method = "radix"))
    warning(if (counts[[words]]) paste0("in ", counts[[words]], " of ", groups, " groups: ", words) else words,
        call. = FALSE)
}
