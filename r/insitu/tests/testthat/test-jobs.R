# Jobs (docs/jobs.md): what a call returns with wait = FALSE, and what becomes of it. The life of runners and hostile
# folders are tested in python/tests/test_jobs.py.

results_of <- function(job, ...) {
  rxWaitForJob(job)
  rxGetJobResults(job, ...)
}

in_jobs <- function(code, context = RxLocalSeq(wait = FALSE)) {
  before <- rxSetComputeContext(context)
  on.exit(rxSetComputeContext(before))
  force(code)
}

test_that("the result is that of the waiting call, in every context of this machine", {
  data <- delays(500)
  expected <- rxLinMod(delay ~ count + day, data = data, covCoef = TRUE)
  for (make in list(RxLocalSeq, RxLocalParallel, RxForeachDoPar, function(...) RxProcesses(numWorkers = 2, ...))) {
    job <- in_jobs(rxLinMod(delay ~ count + day, data = data, covCoef = TRUE), make(wait = FALSE))
    expect_true(rxIsJob(job))
    expect_identical(rxGetJobInfo(job), job)
    expect_null(rxGetJobInfo(expected))
    expect_identical(get("rxgLastPendingJob", globalenv()), job)
    fit <- results_of(job)
    expect_identical(coef(fit), coef(expected))
    expect_identical(fit$covCoef, expected$covCoef)
    expect_identical(capture.output(print(summary(fit))), capture.output(print(summary(expected))))
    expect_identical(rxPredict(fit, data), rxPredict(expected, data))
    expect_identical(rxGetJobStatus(job), "missing")
  }
})

test_that("calls that write are jobs", {
  data <- delays(200)
  rownames(data) <- paste0("r", 1:200)
  target <- tempfile(fileext = ".xdf")
  k <- 3
  times <- function(rows) {
    rows$w <- rows$delay * k
    rows
  }
  environment(times) <- list2env(list(k = 3), parent = baseenv())
  in_jobs({
    stepped <- results_of(rxDataStep(data, transforms = list(z = delay * 2)))
    source <- results_of(rxDataStep(data, target))
    own <- results_of(rxDataStep(data, transformFunc = times, transformVars = "delay"))
    scores <- results_of(rxPredict(results_of(rxLinMod(delay ~ count, data = target)), data = target))
    expect_error(rxDataStep(data, transformFunc = times, returnTransformObjects = TRUE), "wait = TRUE")
  })
  expect_identical(stepped, rxDataStep(data, transforms = list(z = delay * 2)))
  expect_s4_class(source, "RxXdfData")
  expect_identical(own$w, data$delay * 3)
  expect_true("delay_Pred" %in% rxGetVarNames(scores))
})

test_that("methods of results wait in every context", {
  data <- delays(50)
  model <- rxLinMod(delay ~ count, data = data)
  file <- xdf_of(data)
  found <- in_jobs(list(predict(model, data), residuals(model, data = data), as.data.frame(file), summary(file)))
  expect_identical(found[1:3], list(predict(model, data), residuals(model, data = data), as.data.frame(file)))
  expect_s3_class(found[[4]], "rxSummary")
})

test_that("jobs are listed, cleaned and described", {
  job <- rxSummary(~ delay, data = delays(), reportProgress = 2, computeContext = RxLocalSeq(wait = FALSE))
  rxWaitForJob(job)
  expect_output(print(job), paste0(rxGetJobId(job), ": finished"))
  expect_output(rxGetJobOutput(job), "Rows Processed: 1000")
  listed <- expect_output(rxGetJobs(RxLocalSeq()), job$id)
  expect_s3_class(listed, "rxJobInfoList")
  expect_true(job$id %in% names(listed))
  expect_false(job$id %in% names(rxGetJobs(RxLocalSeq(), startTime = Sys.time() + 3600, verbose = FALSE)))
  expect_false(job$id %in% names(rxGetJobs(RxLocalSeq(), states = c("failed", "running"), verbose = FALSE)))
  expect_false(job$id %in% names(rxGetJobs(RxProcesses(numWorkers = 2), exactMatch = TRUE, verbose = FALSE)))
  expect_warning(rxCleanupJobs(job), "has results, and was kept")
  first <- rxGetJobResults(job, autoCleanup = FALSE)
  expect_output(second <- rxGetJobResults(rxGetJobId(job), consoleOutput = TRUE, autoCleanup = FALSE), "Rows Processed")
  expect_identical(first$sDataFrame, second$sDataFrame)
  expect_output(rxCleanupJobs(list(job), force = TRUE), "was removed")
  expect_message(rxGetJobResults(job), "has no results: it is missing")
  expect_false(rxCancelJob(job))
  failed <- rxSummary(~ nothing, data = delays(), computeContext = RxLocalSeq(wait = FALSE))
  rxWaitForJob(failed)
  expect_identical(rxGetJobStatus(failed), "failed")
  expect_message(rxGetJobResults(failed), "variable not found: nothing")
  rxCleanupJobs(failed, verbose = FALSE)
})

test_that("a running job is canceled and leaves nothing", {
  target <- tempfile(fileext = ".xdf")
  slow <- function(rows) {
    Sys.sleep(600)
    rows
  }
  environment(slow) <- baseenv()
  job <- rxDataStep(delays(), target, transformFunc = slow, computeContext = RxLocalSeq(wait = FALSE))
  expect_message(rxGetJobResults(job), "has no results: it is (queued|running)")
  expect_true(rxCancelJob(job))
  expect_identical(rxGetJobStatus(job), "canceled")
  expect_false(file.exists(target))
  rxCleanupJobs(job, verbose = FALSE)
})

test_that("contexts are copied and compared with wait", {
  before <- rxSetComputeContext("localpar", wait = FALSE)
  expect_output(print(rxGetComputeContext()), "wait = FALSE")
  changed <- rxSetComputeContext(rxGetComputeContext(), wait = TRUE)
  expect_false(changed@wait)
  expect_output(print(rxGetComputeContext()), "^RxLocalParallel Compute Context$")
  rxSetComputeContext(before)
  expect_true(rxCompareContexts(RxLocalSeq(), RxLocalSeq(wait = FALSE)))
  expect_false(rxCompareContexts(RxLocalSeq(), RxLocalSeq(wait = FALSE), exactMatch = TRUE))
  expect_false(RxSpark(RxSpark(master = "local"), wait = FALSE)@wait)
  expect_true(RxSpark(wait = FALSE, persistentRun = TRUE)@wait)
  expect_error(RxLocalSeq(wait = "no"), "wait must be TRUE or FALSE")
  expect_error(rxSetComputeContext(RxLocalSeq(), wait = NA), "wait must be TRUE or FALSE")
})

test_that("a call that failed says what class its error has", {
  fails <- function(x) if (x > 1) rxSummary(~ nothing, data = data.frame(x = x))
  calls <- list(quote(rxExec(fails, rxElemArg(1:2), continueOnFailure = FALSE)),
      quote(rxExec(function(x) stop("no"), rxElemArg(1:2), continueOnFailure = FALSE)),
      quote(rxExecBy(data.frame(k = 1:2), "nothing", rxSummary, list(formula = ~ k))))
  classes <- c("rxInvalidArgument", "rxUserCodeError", "rxInvalidArgument")
  for (i in seq_along(calls)) {
    job <- in_jobs(eval(calls[[i]]))
    expect_message(text <- results_of(job), "is failed")
    expect_s3_class(attr(text, "condition"), c(classes[[i]], "insitu_error"))
    rxCleanupJobs(job, force = TRUE, verbose = FALSE)
  }
})

test_that("the collector changes nothing in groups and jobs", {
  data <- data.frame(k = rep(1:3, 4), x = c(1, 5, 2, 8, 3, 9, 4, 7, 6, 12, 10, 11))
  rows <- function(keys, data) c(keys$k, sum(data@frame$x))
  expected <- rxExecBy(data, "k", rows)
  gctorture2(200L)
  on.exit(gctorture(FALSE))
  expect_identical(rxExecBy(data, "k", rows), expected)
  job <- in_jobs(rxExecBy(data, "k", rows))
  expect_identical(results_of(job), expected)
})
