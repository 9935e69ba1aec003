# RxRemote: calls that run on another machine, here an sshd of the test's own on loopback (docs/remote.md).

test_that("calls run on another machine with the bits of here", {
  there <- machine()
  on.exit(close(there$server))
  context <- function(...) RxRemote(there$about$hostname, sshSwitches = there$about$switches,
      workingDir = there$folder, ...)
  data <- delays()
  for (inner in list(RxLocalSeq(), RxProcesses(numWorkers = 2))) {
    here <- rxLinMod(delay ~ count + day, data = data, covCoef = TRUE)
    far <- rxLinMod(delay ~ count + day, data = data, covCoef = TRUE, computeContext = context(context = inner))
    expect_identical(coef(far), coef(here))
    expect_identical(far$covCoef, here$covCoef)
  }

  before <- rxSetComputeContext(context())
  on.exit(rxSetComputeContext(before), add = TRUE, after = FALSE)
  rxDataStep(data, "a file.xdf", overwrite = TRUE)
  expect_true(file.exists(file.path(there$folder, "a file.xdf")))
  expect_equal(rxGetInfo("a file.xdf")$numRows, nrow(data))
  step <- rxDataStep(RxXdfData("a file.xdf"), transforms = list(twice = count * 2), rowSelection = day == "Tue")
  expect_identical(step$twice, data$count[data$day == "Tue"] * 2)
  expect_output(print(rxSummary(~delay, RxXdfData("a file.xdf"))), "Number of valid observations: 1000")
  expect_error(rxGetInfo("none.xdf"), "none.xdf")
  expect_error(rxLinMod(delay ~ none, data = data), "variable not found: none")
})

test_that("jobs run on another machine", {
  there <- machine()
  on.exit(close(there$server))
  # Switches that no path of a job may have: this session has made the context itself.
  context <- function(...) RxRemote(there$about$hostname,
      sshSwitches = paste("-o ServerAliveInterval=20", there$about$switches), ...)
  data <- delays()
  job <- rxLinMod(delay ~ count, data = data, computeContext = context(wait = FALSE))
  expect_true(rxIsJob(job))
  rxWaitForJob(job)
  expect_identical(rxGetJobStatus(job), "finished")
  found <- rxGetJobs(context(), verbose = FALSE)
  expect_identical(names(found), job$id)
  expect_true(dir.exists(file.path(dirname(there$folder), "jobs", job$id)))
  fit <- rxGetJobResults(found[[1L]])
  expect_identical(coef(fit), coef(rxLinMod(delay ~ count, data = data)))
  expect_identical(rxGetJobStatus(job), "missing")
})

test_that("what is wrong with the machine is said", {
  expect_error(rxSummary(~delay, delays(), computeContext = RxRemote("-oProxyCommand=x")), "sshHostname must not begin")
  expect_error(rxSummary(~delay, delays(), computeContext = RxRemote("a", sshSwitches = "-N")), "sshSwitches")
  expect_error(RxRemote("a", context = RxRemote("b")), "-J between")
  expect_error(RxRemote(1), "sshHostname")
  expect_true(rxCompareContexts(RxRemote("a"), RxRemote("a", workingDir = "x")))
  expect_false(rxCompareContexts(RxRemote("a"), RxRemote("a", workingDir = "x"), exactMatch = TRUE))
  expect_false(rxCompareContexts(RxRemote("a"), RxRemote("b")))
  expect_output(print(RxRemote("ann@box")), "sshHostname = .*ann@box")
})

test_that("the machines of a context are told", {
  here <- rxGetNodeInfo(RxLocalSeq())
  expect_identical(names(here), Sys.info()[["nodename"]])
  expect_gte(here[[1L]]$numCores, 1)
  expect_identical(here[[1L]]$nodeState, "online")
  mangled <- rxMakeRNodeNames(Sys.info()[["nodename"]])
  expect_identical(rxGetNodeInfo(RxLocalSeq(), namesOnly = TRUE, makeRNodeNames = TRUE), mangled)
  expect_identical(rxMakeRNodeNames(c("cluster-head2.example.com", "a b")), c("CLUSTER_HEAD2", "AB"))
  expect_identical(rxGetAvailableNodes(RxProcesses(numWorkers = 1)), Sys.info()[["nodename"]])
  pinged <- rxPingNodes(RxProcesses(numWorkers = 1))
  expect_s3_class(pinged, "rxPingResults")
  expect_true(attr(pinged, "allOk"))
  expect_identical(as.vector(pinged), Sys.info()[["nodename"]])
  expect_output(print(pinged), "success")
  failed <- rxPingNodes(RxProcesses(numWorkers = 1, worker = "/bin/false"))
  expect_false(attr(failed, "allOk"))
  expect_identical(failed[[1L]]$status, "failedSession")
  expect_length(rxPingNodes(RxLocalSeq(), filter = "unavail"), 0L)
  expect_error(rxPingNodes(RxLocalSeq(), filter = "fine"), "filter must name statuses")
})

test_that("tasks run in workers there", {
  there <- machine()
  on.exit(close(there$server))
  before <- rxSetComputeContext(RxRemote(there$about$hostname, sshSwitches = there$about$switches,
      workingDir = dirname(there$folder), context = RxProcesses(numWorkers = 2)))
  on.exit(rxSetComputeContext(before), add = TRUE, after = FALSE)
  found <- rxExec(function(n) list(n * 2, basename(getwd()), nzchar(Sys.getenv("SSH_CONNECTION"))), n = rxElemArg(1:3))
  expect_identical(unname(found), lapply(1:3, function(n) list(n * 2, basename(dirname(there$folder)), TRUE)))
})

test_that("rows of groups stay there, and so do their tasks", {
  there <- machine()
  on.exit(close(there$server))
  kept <- function() list.files(there$temporary, "^\\.insitu-new-", all.files = TRUE)
  far <- RxRemote(there$about$hostname, sshSwitches = there$about$switches, workingDir = there$folder,
      context = RxProcesses(numWorkers = 2))
  data <- delays(300)
  data$day[7L] <- NA
  count <- function(keys, data) {
    if (identical(keys$day, "Tue")) stop("not on Tuesdays")
    list(nrow(rxDataStep(data, reportProgress = 0)), nzchar(Sys.getenv("SSH_CONNECTION")))
  }
  by <- function(context, data, func, ...) {
    before <- rxSetComputeContext(context)
    on.exit(rxSetComputeContext(before))
    rxExecBy(data, "day", func, ...)
  }
  here <- by(RxLocalSeq(), data, count)
  found <- by(far, data, count)
  expect_identical(lapply(found, `[[`, "keys"), lapply(here, `[[`, "keys"))
  expect_identical(lapply(found, function(each) each$result[[1L]]), lapply(here, function(each) each$result[[1L]]))
  expect_true(all(vapply(found, function(each) is.null(each$result) || each$result[[2L]], NA)))
  expect_identical(lapply(found, function(each) as.character(each$status)), lapply(here, function(each)
      as.character(each$status)))
  expect_identical(kept(), character())
  expect_gt(rxExplain()$tasks, 0)

  rxDataStep(data, file.path(there$folder, "rows.xdf"), reportProgress = 0)
  one <- by(far, "rows.xdf", count, filterFunc = function(table) table[1L, ])
  expect_identical(one[[1L]]$result[[1L]], here[[1L]]$result[[1L]])

  fits <- by(far, data, rxLinMod, funcParams = list(formula = delay ~ count))
  local <- by(RxLocalSeq(), data, rxLinMod, funcParams = list(formula = delay ~ count))
  expect_identical(as.data.frame(fits), as.data.frame(local))
  expect_identical(coef(fits[[2L]]$result), coef(local[[2L]]$result))
  expect_length(kept(), 1L)
  double <- function(data) {
    data$twice <- data$count * by_two
    data
  }
  with_function <- list(formula = twice ~ delay, transformFunc = double, transformObjects = list(by_two = 2))
  expect_identical(as.data.frame(by(far, data, rxLinMod, funcParams = with_function)),
      as.data.frame(by(RxLocalSeq(), data, rxLinMod, funcParams = with_function)))
  rm(fits)
  gc()
  expect_length(by(far, data, count, filterFunc = function(table) table[0L, ]), 0L)
  expect_identical(kept(), character())

  expect_error(by(RxRemote(there$about$hostname, context = RxSpark()), data, count), "runs no tasks in the Spark",
      class = "rxUnsupported")
})
