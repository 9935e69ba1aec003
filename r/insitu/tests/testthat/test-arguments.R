test_that("an unknown argument names the nearest", {
  expect_error(rxSummary(~delay, delays(), rowSelektion = delay > 0),
      "unknown argument 'rowSelektion' \\(did you mean rowSelection\\?\\)",
      class = "rxInvalidArgument")
})

test_that("a unique beginning is completed with a warning", {
  expect_warning(fit <- rxLinMod(delay ~ day, delays(), covC = TRUE), "'covC' completed to 'covCoef'")
  expect_true(is.matrix(fit$covCoef))
})

test_that("wrong kinds name argument and value", {
  expect_error(rxSummary(~delay, delays(), byTerm = "yes"), "byTerm must be TRUE or FALSE, not \"yes\"")
  expect_error(rxDataStep(delays(), append = "row"), "append must be one of")
  expect_error(rxDataStep(delays(), transformFunc = 3), "transformFunc must be a function")
  expect_error(rxLinMod(3, delays()), "formula must be a formula")
  expect_error(rxDataStep(delays(), varsToKeep = "delay", varsToDrop = "day"), "exclude each other")
})

test_that("options are checked and reset", {
  before <- rxOptions(reportProgress = 1)
  expect_equal(before$reportProgress, 0)
  expect_error(rxOptions(reportProgres = 1), "did you mean reportProgress")
  rxOptions(reportProgress = 0)
  expect_null(rxGetOption("nothing"))
  expect_equal(rxGetOption("nothing", 5), 5)
})

test_that("contexts switch by object, class name, nickname and generator arguments", {
  old <- rxSetComputeContext("localpar")
  on.exit(rxSetComputeContext(old))
  expect_s4_class(old, "RxLocalSeq")
  expect_s4_class(rxGetComputeContext(), "RxLocalParallel")
  rxSetComputeContext(RxLocalSeq(dataPath = "/data"))
  expect_equal(rxGetComputeContext()@dataPath, "/data")
  expect_equal(RxLocalParallel(rxGetComputeContext())@dataPath, "/data")
  processes <- RxProcesses(numWorkers = 2)
  rxSetComputeContext(processes, numWorkers = 3)
  expect_equal(rxGetComputeContext()@numWorkers, 3)
  expect_equal(processes@numWorkers, 2)
  expect_error(rxSetComputeContext("lokal"), "unknown compute context")
  expect_true(rxCompareContexts(RxLocalSeq(), RxLocalSeq()))
})

test_that("constructors suggest too", {
  expect_error(RxTextData("x.csv", delimter = ","), "unknown argument 'delimter' \\(did you mean delimiter\\?\\)",
      class = "rxInvalidArgument")
  expect_error(RxLocalSeq(datPath = "/x"), "unknown argument 'datPath' \\(did you mean dataPath\\?\\)")
})
