# Functions of R on another machine (docs/remote.md): within analyses, as jobs of rxExec and rxExecBy, and rxOpen.

test_that("functions within analyses run there with the bits of here", {
  there <- machine()
  on.exit(close(there$server))
  far <- function(...) RxRemote(there$about$hostname, sshSwitches = there$about$switches, workingDir = there$folder,
      ...)
  data <- delays()
  data$count[3L] <- NA
  twice <- function(data) {
    data$twice <- data$count * factor + .rxStartRow
    data$far <- rep(nzchar(Sys.getenv("SSH_CONNECTION")), length(data$count))
    data
  }
  step <- function(context) {
    before <- rxSetComputeContext(context)
    on.exit(rxSetComputeContext(before))
    rxDataStep(data, transformFunc = twice, transformObjects = list(factor = 3), rowsPerRead = 300, reportProgress = 0)
  }
  here <- step(RxLocalSeq())
  for (inner in list(RxLocalSeq(), RxProcesses(numWorkers = 2))) {
    found <- step(far(context = inner))
    expect_true(all(found$far))
    expect_identical(found[names(found) != "far"], here[names(here) != "far"])
    call <- list(twice ~ delay, data = data, transformFunc = twice, transformObjects = list(factor = 3),
        reportProgress = 0)
    expect_identical(coef(do.call(rxLinMod, c(call, computeContext = far(context = inner)))),
        coef(do.call(rxLinMod, c(call, computeContext = RxLocalSeq()))))
  }

  # What the engine cannot evaluate R does there.
  before <- rxSetComputeContext(far())
  on.exit(rxSetComputeContext(before), add = TRUE, after = FALSE)
  words <- rxDataStep(data, transforms = list(word = sprintf("%s!", day)), reportProgress = 0)
  expect_identical(as.character(words$word), paste0(data$day, "!"))

  # A family of one's own, and a job with a function.
  own <- stats::quasi(link = "identity", variance = "constant")
  own$family <- "own"
  own$variance <- function(mu) rep(1, length(mu))
  glm <- list(count ~ delay, data = data, family = own, reportProgress = 0)
  expect_identical(coef(do.call(rxGlm, c(glm, computeContext = far()))), coef(do.call(rxGlm, c(glm,
      computeContext = RxLocalSeq()))))
  job <- rxLinMod(twice ~ delay, data = data, transformFunc = twice, transformObjects = list(factor = 3),
      computeContext = far(wait = FALSE))
  rxWaitForJob(job)
  expect_identical(coef(rxGetJobResults(job)), coef(do.call(rxLinMod, c(call, computeContext = RxLocalSeq()))))

  expect_error(rxDataStep(data, transformFunc = function(data) stop("of mine"), reportProgress = 0),
      "transformFunc failed on .*of mine")
  expect_error(rxDataStep("rows.xdf", transformFunc = twice, transformObjects = list(factor = 3),
      returnTransformObjects = TRUE), "rows are on another machine", class = "rxUnsupported")
  expect_equal(nrow(rxDataStep(data, reportProgress = 0)), 1000)
})

test_that("jobs of rxExec and rxExecBy stay there", {
  there <- machine()
  on.exit(close(there$server))
  far <- function(...) RxRemote(there$about$hostname, sshSwitches = there$about$switches,
      workingDir = dirname(there$folder), ...)
  before <- rxSetComputeContext(far(context = RxProcesses(numWorkers = 2), wait = FALSE))
  on.exit(rxSetComputeContext(before), add = TRUE, after = FALSE)
  power <- 2
  run <- function() rxExec(function(x) {
    if (x == 2) stop("no two")
    list(x^power, stats::rnorm(1), basename(getwd()), class(rxGetComputeContext())[[1L]])
  }, x = rxElemArg(1:3), RNGseed = 5)
  job <- run()
  expect_true(rxIsJob(job))
  expect_true(dir.exists(file.path(dirname(there$folder), "jobs", job$id)))
  rxWaitForJob(job)
  expect_warning(found <- rxGetJobResults(rxGetJobs(far(), verbose = FALSE)[[1L]]), "1 of 3 tasks failed")
  rxSetComputeContext("local")
  expect_warning(here <- run(), "1 of 3 tasks failed")
  expect_identical(lapply(found[-2L], `[`, 1:2), lapply(here[-2L], `[`, 1:2))
  expect_identical(found[[1L]][[3L]], basename(dirname(there$folder)))
  expect_s3_class(found[[2L]], "error")

  data <- delays(300)
  data$day[7L] <- NA
  count <- function(keys, data) if (identical(keys$day, "Tue")) stop("not on Tuesdays") else nrow(rxDataStep(data,
      reportProgress = 0))
  by <- function(func, ...) rxExecBy(data, "day", func, ...)
  here <- by(count)
  fits <- by(rxLinMod, funcParams = list(formula = delay ~ count))
  rxSetComputeContext(far(wait = FALSE))
  jobs <- list(by(count), by(rxLinMod, funcParams = list(formula = delay ~ count)))
  expect_error(rxExec(function() 1, taskTimeout = 3), "taskTimeout needs worker processes")
  for (each in jobs) rxWaitForJob(each)
  found <- rxGetJobResults(jobs[[1L]])
  expect_identical(lapply(found, `[[`, "result"), lapply(here, `[[`, "result"))
  expect_identical(lapply(found, function(each) as.character(each$status)),
      lapply(here, function(each) as.character(each$status)))
  expect_identical(lapply(rxGetJobResults(jobs[[2L]]), function(each) coef(each$result)),
      lapply(fits, function(each) coef(each$result)))
  expect_identical(list.files(there$temporary, "^\\.insitu-new-", all.files = TRUE), character())
})

test_that("sources are read and written piece by piece there", {
  there <- machine()
  on.exit(close(there$server))
  data <- delays()
  rxDataStep(data, file.path(there$folder, "rows.xdf"), rowsPerRead = 300, reportProgress = 0)
  before <- rxSetComputeContext(RxRemote(there$about$hostname, sshSwitches = there$about$switches,
      workingDir = there$folder))
  on.exit(rxSetComputeContext(before), add = TRUE, after = FALSE)
  source <- RxXdfData("rows.xdf")
  target <- RxXdfData("copy.xdf")
  rxOpen(source)
  rxOpen(target, mode = "w")
  read <- list()
  while (nrow(piece <- rxReadNext(source))) {
    read <- c(read, list(piece))
    rxWriteNext(piece, target)
  }
  expect_identical(vapply(read, nrow, 0L), c(300L, 300L, 300L, 100L))
  expect_false(file.exists(file.path(there$folder, "copy.xdf")))
  rxClose(source)
  rxClose(target)
  expect_false(rxIsOpen(source))
  rxSetComputeContext("local")
  expect_identical(do.call(rbind, read), rxDataStep(file.path(there$folder, "rows.xdf"), reportProgress = 0))
  expect_identical(rxDataStep(file.path(there$folder, "copy.xdf"), reportProgress = 0), do.call(rbind, read))
})
