# Jobs of rxExec and rxExecBy (docs/jobs.md). The life of runners and hostile folders: see
# test_call_jobs.py in python/tests.

later <- function(code, context = RxLocalSeq(wait = FALSE)) {
  before <- rxSetComputeContext(context)
  on.exit(rxSetComputeContext(before))
  force(code)
}

fetched <- function(job, ...) {
  rxWaitForJob(job)
  if (rxGetJobStatus(job) != "finished") stop(capture.output(print(job)), capture.output(rxGetJobOutput(job)))
  rxGetJobResults(job, ...)
}

test_that("the values are those of the waiting call", {
  scale <- 10
  task <- function(x, power) {
    cat("task", x, "\n")
    list(scale * x^power, stats::rnorm(2), coef(rxLinMod(y ~ x, data = data.frame(x = 1:4, y = x + c(1, 2, 4, 8)))))
  }
  for (make in list(RxLocalSeq, RxLocalParallel, function(...) RxProcesses(numWorkers = 2, ...))) {
    call <- function() rxExec(task, rxElemArg(1:3), power = 2, RNGseed = 5)
    job <- later(call(), make(wait = FALSE))
    expect_true(rxIsJob(job))
    expect_identical(get("rxgLastPendingJob", globalenv()), job)
    rxWaitForJob(job)
    output <- capture.output(rxGetJobOutput(job))
    for (x in 1:3) expect_true(any(grepl(paste("task", x), output)))
    invisible(capture.output(expected <- later(call(), make())))
    expect_identical(fetched(job), expected)
    expect_identical(rxGetJobStatus(job), "missing")
  }
})

test_that("arguments, objects, packages and names are those of the call", {
  hint <- "here"
  call <- function() rxExec(function(a, f) paste(f(a), hint, toTitleCase("a title")),
      elemArgs = list(first = list(a = 1, f = function(x) x + 1), list(a = 2, f = sqrt)), execObjects = "hint",
      packagesToLoad = "tools")
  expect_identical(fetched(later(call())), call())
  stopping <- function(x) if (x == 2) stop("no two") else x
  failing <- function() rxExec(stopping, rxElemArg(1:3))
  expected <- suppressWarnings(failing())
  job <- later(failing())
  rxWaitForJob(job)
  expect_warning(found <- rxGetJobResults(job), "1 of 3 tasks failed and hold their error: rxElem2: no two")
  expect_identical(names(found), names(expected))
  expect_identical(conditionMessage(found$rxElem2), conditionMessage(expected$rxElem2))
  job <- later(rxExec(stopping, rxElemArg(1:3), continueOnFailure = FALSE))
  rxWaitForJob(job)
  expect_identical(rxGetJobStatus(job), "failed")
  expect_message(rxGetJobResults(job), "no two")
  rxCleanupJobs(job, verbose = FALSE)
  expect_error(later(rxExec(function() nowhereToBeFound(1))), "nowhereToBeFound.*was not found")
})

test_that("a job of foreach runs in workers: the backend is the session's", {
  job <- later(rxExec(function(x) Sys.getpid(), rxElemArg(1:2)), RxForeachDoPar(wait = FALSE))
  rxWaitForJob(job)
  runner <- insitu:::.rxJobView(job)$process
  expect_silent(found <- rxGetJobResults(job))
  expect_false(any(unlist(found) %in% c(runner, Sys.getpid())))
})

test_that("autoCleanup and consoleOutput are those of the call", {
  job <- later(rxExec(function() cat("said\n"), autoCleanup = FALSE, consoleOutput = TRUE))
  rxWaitForJob(job)
  expect_output(rxGetJobResults(job), "said")
  expect_identical(rxGetJobStatus(job), "finished")
  rxCleanupJobs(job, force = TRUE, verbose = FALSE)
})

test_that("rxExecBy is a job", {
  data <- data.frame(g = factor(c("a", "b", "a", NA, "b", "a")), x = c(1, 2, 3, 4.5, 7, 8.5))
  more <- 1
  mean_of <- function(keys, data, times) list(keys$g, times * mean(rxImport(data)$x) + more)
  call <- function(data, ...) rxExecBy(data, keys = "g", func = mean_of, funcParams = list(times = 2),
      filterFunc = function(table) table[1:2, ], ...)
  expected <- call(data)
  file <- xdf_of(data)
  for (context in list(RxLocalSeq(wait = FALSE), RxProcesses(numWorkers = 2, wait = FALSE))) {
    expect_identical(fetched(later(call(data), context)), expected)
    expect_identical(fetched(call(file, computeContext = context)), expected)
  }
})

test_that("a family of one's own is fitted in a job", {
  own <- quasipoisson()
  own$variance <- function(mu) mu^1.5
  own$dev.resids <- function(y, mu, wt) wt * 4 * (y / sqrt(mu) - 2 * sqrt(y) + sqrt(mu))
  data <- data.frame(x = c(1, 2, 3, 4, 5, 6), y = c(2, 3, 6, 7, 12, 20))
  fit <- function() rxGlm(y ~ x, data = data, family = own)
  expect_identical(coef(fetched(later(fit()))), coef(fit()))
})

test_that("a running call is canceled", {
  job <- later(rxExec(function() Sys.sleep(600)))
  expect_true(rxCancelJob(job))
  expect_identical(rxGetJobStatus(job), "canceled")
  rxCleanupJobs(job, verbose = FALSE)
  job <- later(rxExec(function(x) Sys.sleep(600), rxElemArg(1:3)), RxLocalParallel(wait = FALSE))
  deadline <- Sys.time() + 30
  while (rxGetJobStatus(job) != "running" && Sys.time() < deadline) Sys.sleep(0.05)
  Sys.sleep(1)
  expect_true(system.time(stopped <- rxCancelJob(job))[["elapsed"]] < 4)
  expect_true(stopped)
  expect_identical(rxGetJobStatus(job), "canceled")
  rxCleanupJobs(job, verbose = FALSE)
})

test_that("values that JSON has go to other languages", {
  for_others <- insitu:::.rxForOthers
  expect_identical(for_others(list(a = 1, b = "x", c = 1:3)), list(value = list(a = 1, b = "x", c = I(1:3))))
  expect_identical(for_others(c(a = 1, b = 2)), list(value = list(a = 1, b = 2)))
  for (value in list(NA, Inf, Sys.time(), function() 1, data.frame(a = 1), matrix(1), list(a = 1, 2), quote(x), 1i))
    expect_null(for_others(value))
})

test_that("an interrupt of a call whose work goes on leaves a job", {
  # As if somebody sat here, and every context were a cluster.
  before <- get(".rxGoesOn", asNamespace("insitu"))
  utils::assignInNamespace(".rxGoesOn", function(context) TRUE, "insitu")
  on.exit(utils::assignInNamespace(".rxGoesOn", before, "insitu"))
  data <- data.frame(x = c(1, 2, 3, 4, 5), y = c(2, 3, 5, 9, 11))
  fit <- rxLinMod(y ~ x, data = data)
  expect_identical(rxGetJobStatus(get("rxgLastPendingJob", globalenv())), "missing")
  expect_equal(unname(coef(fit)), unname(coef(lm(y ~ x, data))))
  expect_identical(environment(formula(fit)), environment())
  expect_error(rxSummary(~ nothing, data = data), "variable not found: nothing", class = "rxInvalidArgument")
  gate <- tempfile()
  slow <- function(rows) {
    while (!file.exists(gate)) Sys.sleep(0.02)
    rows
  }
  environment(slow) <- list2env(list(gate = gate), parent = baseenv())
  folder <- dirname(get("rxgLastPendingJob", globalenv())$path)
  # Interrupts this process when the job runs.
  watch <- paste0("for i in $(seq 200); do if grep -qs '\"running\"' '", folder,
      "'/rxJob_*/state.json; then kill -INT ",
      Sys.getpid(), "; exit; fi; sleep 0.1; done")
  system(paste0("sh -c ", shQuote(watch)), wait = FALSE)
  expect_message(tryCatch(rxDataStep(data, transformFunc = slow), interrupt = function(e) NULL), "goes on as a job")
  job <- get("rxgLastPendingJob", globalenv())
  expect_identical(rxGetJobStatus(job), "running")
  file.create(gate)
  expect_identical(fetched(job), data)
})
