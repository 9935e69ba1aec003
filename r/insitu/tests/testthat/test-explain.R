# rxExplain and the record of execution: what is told before a call is what the call then does.

in_context <- function(context, code) {
  before <- rxSetComputeContext(context)
  on.exit(rxSetComputeContext(before))
  force(code)
}

# Passes that were made are those that were told.
expect_executed <- function(told, record) {
  made <- table(vapply(record$passes, `[[`, "", "pass"))
  for (pass in told$passes) {
    count <- if (pass$pass %in% names(made)) made[[pass$pass]] else 0
    expect_gte(count, pass$least)
    if (!is.null(pass$most)) expect_lte(count, pass$most)
    for (one in Filter(function(each) each$pass == pass$pass, record$passes)) {
      expect_equal(one$splits, pass$splits)
      expect_equal(one$rows, pass$rows)
      expect_setequal(unlist(one$columns), unlist(pass$columns))
    }
  }
  expect_true(all(names(made) %in% vapply(told$passes, `[[`, "", "pass")))
  for (field in c("context", "workers", "numWorkers")) expect_identical(told[[field]], record[[field]])
}

test_that("what is told is what is done, in every context of this machine", {
  file <- tempfile(fileext = ".xdf")
  rxDataStep(delays(140000), file)
  for (context in list(RxLocalSeq(), RxLocalParallel(), RxForeachDoPar(), RxProcesses(numWorkers = 2)))
    in_context(context, {
      told <- rxExplain(rxLinMod(delay ~ count + day, data = file))
      fit <- rxLinMod(delay ~ count + day, data = file)
      expect_identical(told$data[[1]]$splits, 3)
      expect_executed(told, attr(fit, "execution"))
      told <- rxExplain(rxLogit(delay > 10 ~ count, data = file))
      expect_match(told$passes[[1]]$until, "convergence, at most")
      expect_executed(told, attr(rxLogit(delay > 10 ~ count, data = file), "execution"))
      told <- rxExplain(rxQuantile("delay", data = file))
      rxQuantile("delay", data = file)
      expect_executed(told, rxExplain())
      target <- tempfile(fileext = ".xdf")
      told <- rxExplain(rxDataStep(file, target, varsToKeep = "delay", rowSelection = count == 2))
      expect_false(file.exists(target))
      expect_setequal(told$data[[1]]$columns, c("delay", "count"))
      rxDataStep(file, target, varsToKeep = "delay", rowSelection = count == 2)
      expect_executed(told, rxExplain())
    })
})

test_that("the call may be quoted, and stands for itself in other functions", {
  data <- delays(100)
  call <- quote(rxSummary(~delay, data = data))
  expect_identical(as.list(rxExplain(call)), as.list(rxExplain(rxSummary(~delay, data = data))))
  expect_identical(as.list(rxExplain(quote(rxSummary(~delay, data = data)))), as.list(rxExplain(call)))
  told <- (function(d) rxExplain(rxSummary(~delay, data = d)))(data)
  expect_identical(told$data[[1]]$rows, 100)
  expect_output(print(told), "^rxSummary in RxLocalSeq\nworkers ")
})

test_that("functions, jobs, tasks and groups are told", {
  data <- delays(300)
  k <- 2
  told <- in_context(RxLocalParallel(), rxExplain(rxSummary(~w, data = data, transformFunc = function(rows) {
    rows$w <- rows$delay * 2
    rows
  }, transformVars = "delay")))
  expect_match(told$functions[[1]]$where, "on the thread of the call")
  expect_identical(told$passes[[1]]$workers, 1)
  told <- in_context(RxLocalSeq(wait = FALSE), rxExplain(rxLinMod(delay ~ count, data = data)))
  expect_true(told$job)
  expect_length(rxGetJobs(RxLocalSeq()), 0)
  told <- in_context(RxProcesses(numWorkers = 2), rxExplain(rxExec(function(x) x * k, rxElemArg(1:4))))
  expect_identical(told$tasks, 4)
  expect_true("k" %in% vapply(told$shipped, `[[`, "", "name"))
  expect_identical(rxExplain(rxExec(function(x) x, rxElemArg(1:2)))$workers, "this session, one task after the other")
  told <- rxExplain(rxExecBy(data, "day", function(keys, data) nrow(data)))
  expect_identical(vapply(told$passes, `[[`, "", "pass"), c("key_counts", "rows"))
})

test_that("the record of groups is that of their rows and of the tasks behind them", {
  data <- delays(100)
  days <- length(unique(data$day))
  passes <- function(told) vapply(told$passes, `[[`, "", "pass")
  count <- function(keys, data) attr(rxSummary(~delay, data = data, reportProgress = 0), "execution")$rows
  for (context in list(RxLocalSeq(), RxProcesses(numWorkers = 2))) in_context(context, {
    told <- rxExplain(rxExecBy(data, "day", count))
    done <- rxExecBy(data, "day", count)
    record <- rxExplain()
    expect_identical(sum(vapply(done, `[[`, 0, "result")), 100)
    expect_identical(passes(record), passes(told))
    expect_identical(is.null(record$tasks), is(context, "RxLocalSeq"))
    expect_identical(grepl("tasks  ", record$printed), !is(context, "RxLocalSeq"))
  })
  # What the function itself runs in tasks is no part of it.
  in_context(RxLocalSeq(), {
    rxExecBy(data, "day", function(keys, data) in_context(RxProcesses(numWorkers = 1), rxExec(function(x) x,
        rxElemArg(1:2))))
    expect_null(rxExplain()$tasks)
    expect_identical(passes(rxExplain()), c("key_counts", "rows"))
  })
  in_context(RxProcesses(numWorkers = 2), {
    expect_length(rxExecBy(data, "day", count, filterFunc = function(table) table[0, ]), 0)
    expect_null(rxExplain()$tasks)
  })
})

test_that("sets of partitions are read by those who run the groups", {
  folder <- tempfile()
  set <- RxXdfData(folder, createPartitionSet = TRUE)
  rxPartition(delays(100), set, "day")
  told <- rxExplain(rxExecBy(set, "day", function(keys, data) 1))
  expect_length(told$passes, 0)
  expect_identical(told$data[[1L]]$rows, 100)
  rxExecBy(set, "day", function(keys, data) 1)
  expect_length(rxExplain()$passes, 0)
})

test_that("errors are those of the call, and what a context lacks is told", {
  absent <- tempfile(fileext = ".xdf")
  same <- function(call) expect_identical(tryCatch(eval(bquote(rxExplain(.(call)))), error = conditionMessage),
      tryCatch(eval(call), error = conditionMessage))
  data <- delays(50)
  same(bquote(rxLinMod(delay ~ count, data = .(absent))))
  same(quote(rxLinMod(delay ~ nowhere, data = data)))
  same(quote(rxSummary(~delay, data = data, type = 3)))
  expect_error(rxExplain(3), "must be a call")
  expect_error(rxExplain(rxGetVarInfo(data)), "no pass over data")
  told <- in_context(RxSpark(master = "local"), rxExplain(rxLinMod(delay ~ count, data = data)))
  expect_match(told$missing[[1]], "RxSpark cannot use a data frame of the caller.*rxDataStep")
})

test_that("the record makes no difference between results", {
  data <- delays(500)
  a <- rxLinMod(delay ~ count, data = data)
  Sys.sleep(0.01)
  b <- rxLinMod(delay ~ count, data = data)
  expect_s3_class(attr(a, "execution"), "rxExecution")
  expect_true(identical(a, b))
  expect_true(isTRUE(all.equal(a, b)))
  expect_identical(a, b)
  expect_equal(a, b)
  expect_false(attr(a, "execution")$seconds == attr(b, "execution")$seconds)
  expect_identical(rxExplain(a)$rows, 500)
  expect_output(print(rxExplain(a)), "^Executed in RxLocalSeq")
  kept <- tempfile()
  saveRDS(a, kept)
  expect_identical(as.list(attr(readRDS(kept), "execution")), as.list(attr(a, "execution")))
  expect_identical(rxSerializeModel(a), rxSerializeModel(b))
  expect_null(attr(rxDataStep(data), "execution"))
  expect_identical(rxExplain()$passes[[1]]$pass, "rows")
})

test_that("bytes are those of the columns, and row groups that are left out are told", {
  file <- tempfile(fileext = ".parquet")
  source <- RxParquetData(file)
  rxDataStep(data.frame(t = 1:50000, x = sin(1:50000)), source, rowsPerRead = 5000, reportProgress = 0)
  told <- rxExplain(rxSummary(~x, data = source, rowSelection = t > 42000))
  expect_identical(told$data[[1L]]$splitsLeftOut, 8)
  whole <- rxExplain(rxSummary(~x, data = source))
  expect_null(whole$data[[1L]]$splitsLeftOut)
  expect_lt(told$data[[1L]]$bytesToRead, whole$data[[1L]]$bytesToRead)
  expect_lt(whole$data[[1L]]$bytesToRead, file.size(file))
  expect_output(print(whole), "a pass\\)")
})
