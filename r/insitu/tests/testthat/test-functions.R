test_that("a data frame comes back from .xdf as it was", {
  frame <- data.frame(i = c(1L, NA, 3L), d = c(0.1, NA, 1e300), l = c(TRUE, NA, FALSE), s = c("\u00e4", NA, ""),
      f = factor(c("b", NA, "a"), c("b", "a", "unused")), o = factor(c("lo", "hi", NA), c("lo", "hi"), ordered = TRUE),
      date = as.Date(c("2024-02-29", NA, "1969-12-31")),
      time = as.POSIXct(c(1e9 + 0.25, NA, -1), origin = "1970-01-01", tz = "GMT"),
      stringsAsFactors = FALSE)
  back <- rxDataStep(xdf_of(frame))
  for (name in names(frame)) expect_identical(back[[name]], frame[[name]], label = name)
})

test_that("row names survive", {
  xdf <- xdf_of(mtcars, rowVarName = ".rxRowNames")
  expect_identical(rownames(rxXdfToDataFrame(xdf, rowVarName = ".rxRowNames")), rownames(mtcars))
})

test_that("a linear model agrees with lm", {
  d <- delays()
  fit <- rxLinMod(delay ~ day + count, d, covCoef = TRUE)
  reference <- lm(delay ~ C(day, contr.SAS) + count, d)
  expect_equal(unname(coef(fit)[c("(Intercept)", "day=Mon", "day=Tue", "count")]), unname(coef(reference)),
      tolerance = 1e-10)
  expect_true(is.na(coef(fit)[["day=Wed"]]))
  kept <- names(which(!is.na(coef(fit))))
  expect_equal(unname(vcov(fit)[kept, kept]), unname(vcov(reference)[c(1, 2, 3, 4), c(1, 2, 3, 4)]), tolerance = 1e-9)
  expect_equal(residuals(fit, data = d), unname(residuals(reference)), tolerance = 1e-9)
  expect_equal(fit$r.squared, summary(reference)$r.squared, tolerance = 1e-10)
  as_lm <- as.lm(rxLinMod(mpg ~ wt, mtcars))
  expect_s3_class(as_lm, "lm")
  expect_equal(coef(as_lm), coef(lm(mpg ~ wt, mtcars)), tolerance = 1e-10)
  expect_output(print(fit), "Dropped")
  expect_output(print(summary(fit)), "Std. Error")
})

test_that("all contexts give the same bits", {
  xdf <- xdf_of(delays(200000), maxRowsByCols = NULL)
  reference <- rxLinMod(delay ~ day + count + log(count + 1), xdf)
  for (context in list(RxLocalParallel(), RxProcesses(numWorkers = 2), RxProcesses(numWorkers = 3))) {
    old <- rxSetComputeContext(context)
    fit <- rxLinMod(delay ~ day + count + log(count + 1), xdf)
    rxSetComputeContext(old)
    expect_identical(coef(fit), coef(reference))
    expect_identical(fit$coef.std.error, reference$coef.std.error)
  }
})

test_that("transforms run in the engine where it can and in R where it must", {
  d <- delays()
  portable <- rxDataStep(d, transforms = list(late = delay > limit, twice = 2 * delay),
      transformObjects = list(limit = 15), rowSelection = late)
  expect_equal(portable$twice, 2 * d$delay[d$delay > 15])
  own <- function(x) x^2 + 1
  in_r <- rxDataStep(d, transforms = list(z = own(delay)), transformObjects = list(own = own), rowSelection = z > 100)
  expect_equal(in_r$z, own(d$delay)[own(d$delay) > 100])
  chosen <- expression(list(half = delay / 2))
  expect_equal(rxDataStep(d, transforms = chosen)$half, d$delay / 2)
})

test_that("transformFunc sees variables, objects and chunk variables, and may keep results", {
  xdf <- xdf_of(delays(), rowsPerRead = 300)
  count <- function(dataList) {
    if (!.rxIsTestChunk) {
      .rxSet("rows", .rxGet("rows") + .rxNumRows)
      .rxModify("chunks", 1)
    }
    dataList$shifted <- dataList$delay + offset
    dataList$row <- .rxStartRow + seq_along(dataList$delay) - 1
    dataList
  }
  kept <- rxDataStep(xdf, transformFunc = count, transformVars = "delay",
      transformObjects = list(rows = 0, chunks = 0, offset = 5),
      returnTransformObjects = TRUE)
  expect_equal(kept$rows, 1000)
  expect_equal(kept$chunks, 4)
  out <- rxDataStep(xdf, transformFunc = count, transformVars = "delay",
      transformObjects = list(rows = 0, chunks = 0, offset = 5))
  expect_equal(out$shifted, delays()$delay + 5)
  expect_equal(out$row, 1:1000)
})

test_that("transformFunc runs in worker processes", {
  xdf <- xdf_of(delays())
  halve <- function(dataList) {
    dataList$half <- dataList$delay / 2
    dataList
  }
  local <- rxLinMod(half ~ day, xdf, transformFunc = halve, transformVars = "delay")
  old <- rxSetComputeContext(RxProcesses(numWorkers = 2))
  on.exit(rxSetComputeContext(old))
  expect_identical(coef(rxLinMod(half ~ day, xdf, transformFunc = halve, transformVars = "delay")), coef(local))
})

test_that("the error of a transformFunc names the function, the line and the variable", {
  broken <- function(dataList) {
    dataList$x <- dataList$delay + notThere
    dataList
  }
  expect_error(rxDataStep(delays(), transformFunc = broken, transformVars = "delay"),
      "transformFunc failed on the test chunk .*notThere.*line 2: ", class = "rxUserCodeError")
})

test_that("predictions are appended to the input file", {
  xdf <- xdf_of(delays())
  fit <- rxLinMod(delay ~ count + day, xdf, covCoef = TRUE)
  rxPredict(fit, xdf, computeResiduals = TRUE, computeStdErrors = TRUE, interval = "confidence")
  expect_equal(tail(rxGetVarNames(xdf), 5), c("delay_Pred", "delay_Resid", "delay_StdErr", "delay_Lower",
      "delay_Upper"))
  reference <- predict(lm(delay ~ count + day, delays()), interval = "confidence")
  frame <- rxDataStep(xdf)
  expect_equal(unname(as.matrix(frame[c("delay_Pred", "delay_Lower", "delay_Upper")])), unname(reference),
      tolerance = 1e-9, ignore_attr = TRUE)
})

test_that("information is read and changed", {
  xdf <- xdf_of(delays())
  info <- rxGetInfo(xdf, getVarInfo = TRUE, numRows = 3)
  expect_equal(info$numRows, 1000)
  expect_equal(nrow(info$data), 3)
  expect_output(print(info), "Number of observations: 1000")
  variables <- rxGetVarInfo(xdf)
  expect_equal(variables$day$levels, c("Mon", "Tue", "Wed"))
  variables$day$levels <- c("M", "T", "W")
  variables$count$newName <- "number"
  rxSetVarInfo(variables, xdf)
  expect_equal(rxGetVarInfo(xdf)$day$levels, c("M", "T", "W"))
  expect_equal(names(xdf), c("delay", "number", "day", "name"))
  expect_equal(dim(xdf), c(1000L, 4L))
  expect_equal(head(xdf, 2)$name, c("row 0", "row 1"))
  expect_equal(rownames(tail(xdf, 2)), c("999", "1000"))
})

test_that("pieces are read and written", {
  xdf <- xdf_of(delays(), rowsPerRead = 300)
  rxOpen(xdf)
  sizes <- c()
  repeat {
    piece <- rxReadNext(xdf)
    if (!nrow(piece)) break
    sizes <- c(sizes, nrow(piece))
  }
  rxClose(xdf)
  expect_equal(sizes, c(300, 300, 300, 100))
  expect_false(rxIsOpen(xdf))
  expect_error(rxReadNext(xdf), "not open")
})

test_that("tibbles and Arrow streams are data frames", {
  d <- delays()
  expect_equal(rxSummary(~delay, tibble::as_tibble(d))$sDataFrame$Mean, mean(d$delay))
  stream <- structure(.Call(insitu:::insitu_frame_stream, d), class = "nanoarrow_array_stream")
  expect_equal(rxSummary(~delay, stream)$sDataFrame$Mean, mean(d$delay))
})

test_that("bad input gives one clear error", {
  expect_error(rxSummary(~x, "missing.xdf"), "missing.xdf")
  expect_error(rxSummary(~delai, delays()), "did you mean delay")
  expect_error(rxLinMod(delay ~ count, delays(), rowSelection = delay > 1e9), "valid|no ")
  path <- tempfile(fileext = ".xdf")
  rxDataStep(delays(), path)
  before <- tools::md5sum(path)
  expect_error(rxDataStep(delays(5), path), "overwrite")
  expect_equal(tools::md5sum(path), before)
})

test_that("RevoScaleR has the names", {
  skip_if_not_installed("RevoScaleR")
  expect_identical(RevoScaleR::rxLinMod, rxLinMod)
  expect_true(all(c("rxImport", "RxXdfData", "rxGetInfo", "rxSummary") %in% getNamespaceExports("RevoScaleR")))
})

test_that("a sample file of the original is read", {
  source <- RxXdfData(file.path(samples_folder(), "AirlineDemoSmall-1block.xdf"))
  expect_equal(dim(source), c(600000L, 3L))
  # Printed in the original's documentation.
  expect_equal(round(rxSummary(~ArrDelay, source)$sDataFrame$Mean, 5), 11.31794)
})
