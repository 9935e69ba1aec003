# rxHistogram and rxLinePlot: counts against hist() and table(), and what is drawn.

skip_if_not_installed("lattice")

rows_to_draw <- function() {
  set.seed(3)
  n <- 2000L
  d <- data.frame(x = round(rnorm(n, 10, 3), 1), n = sample(-3:8, n, TRUE), w = sample(0:3, n, TRUE),
      f = factor(sample(c("a", "b", "c"), n, TRUE), c("a", "b", "empty", "c")), g = sample(c("red", "green"), n, TRUE),
      b = runif(n) < 0.3, stringsAsFactors = TRUE)
  d$x[seq(1L, n, 41L)] <- NA
  d
}

counted <- function(...) attr(rxHistogram(..., reportProgress = 0, print = FALSE), "histogram")

test_that("bins and counts are those of hist()", {
  d <- rows_to_draw()
  for (values in list(d$x, exp(rnorm(500)), c(1.5, 2.5, 1e6), c(-0.001, 0.0005))) {
    found <- counted(~ x, data.frame(x = values))
    expected <- hist(values, plot = FALSE)
    expect_equal(found$breaks, expected$breaks, tolerance = 1e-14)
    expect_identical(found$table$counts, as.numeric(expected$counts))
    expect_equal(found$table$value, expected$mids, tolerance = 1e-14)
  }
  expect_equal(found$missing.obs, 0)
  found <- counted(~ x, d, numBreaks = 10, startVal = 4, endVal = 14)
  inside <- d$x[!is.na(d$x) & d$x >= 4 & d$x <= 14]
  expect_identical(found$table$counts, as.numeric(hist(inside, seq(4, 14), plot = FALSE)$counts))
})

test_that("whole numbers, levels and panels are those of table()", {
  d <- rows_to_draw()
  found <- counted(~ n, d)
  expect_identical(found$kind, "values")
  expect_identical(found$table$counts, as.numeric(table(d$n)))
  found <- counted(~ f | g + b, d)$table
  expect_identical(levels(found$value), levels(d$f))
  expect_identical(found$counts, as.numeric(table(d$f, factor(d$g, levels(found$g)), d$b)))
  weighed <- counted(~ F(n), d, fweights = "w")$table
  expect_identical(weighed$counts, as.numeric(tapply(d$w, d$n, sum)))
  expect_identical(as.character(counted(~ f, d, levelsToDrop = "empty")$table$value), c("a", "b", "c"))
})

test_that("the picture is a trellis with the look that was asked for", {
  d <- rows_to_draw()
  file <- tempfile(fileext = ".pdf")
  pdf(file)
  on.exit({
    dev.off()
    unlink(file)
  })
  p <- rxHistogram(~ x | f + g, d, reportProgress = 0, histType = "Percent", title = "T", xTitle = "X", yTitle = "Y",
      xAxisMinMax = c(0, 30), yAxisMinMax = c(0, 50), xNumTicks = 3, yNumTicks = 2, fillColor = "red",
      lineColor = "blue",
      lineStyle = "dashed", lineWidth = 2, plotAreaColor = "white", gridColor = "gray", gridLineWidth = 2,
      gridLineStyle = "dotted", layout = c(4, 2))
  expect_s3_class(p, "trellis")
  expect_identical(dim(p), c(4L, 2L))
  expect_identical(list(p$main, p$xlab, p$ylab), list("T", "X", "Y"))
  expect_identical(p$x.limits, c(0, 30))
  expect_identical(p$y.limits, c(0, 50))
  expect_identical(p$x.scales$tick.number, 3)
  other <- rxHistogram(~ x, d, reportProgress = 0, main = "M", xlab = "L", xlim = c(0, 9), sub = "S", print = FALSE)
  expect_identical(other$main$label, NULL)
  expect_identical(other$main[[1L]], "M\nS")
  expect_identical(list(other$xlab, other$x.limits), list("L", c(0, 9)))
  lines <- rxLinePlot(x + log(n + 4) ~ n | g, d, rowSelection = n > 0, reportProgress = 0, type = "b",
      symbolStyle = c("circle", "square"), lineColor = c("red", "black"), title = "T")
  kept <- d[d$n > 0 & d$g == levels(d$g)[[1L]], ]
  expect_identical(lines$panel.args[[1L]]$y, c(kept$x, log(kept$n + 4)))
  expect_identical(lines$legend$right$args$text, c("x", "log(n + 4)"))
  for (type in c("l", "p", "smooth", "s", "r"))
    expect_s3_class(rxLinePlot(x ~ n, d[2:60, ], type = type, reportProgress = 0), "trellis")
  rxLinePlot(double ~ n, d, transforms = list(double = x * 2), reportProgress = 0)
})

test_that("what cannot be drawn is said", {
  d <- rows_to_draw()
  expect_error(counted(x ~ f, d), "nothing before the '~'")
  expect_error(counted(~ x | n, d), "write F(n)", fixed = TRUE)
  expect_error(counted(~ x | f + g, d, maxNumPanels = 3), "8 panels, more than maxNumPanels (3)", fixed = TRUE)
  expect_error(counted(~ f, d, levelsToDrop = "emty"), "did you mean empty")
  expect_error(counted(~ x, d, xAxisMinMax = 1), "xAxisMinMax must be two different numbers")
  expect_error(counted(~ x, d, fillColour = "red"), "unknown argument 'fillColour'")
  expect_error(rxLinePlot(~ x, d), "formula must be y ~ x")
  expect_error(rxLinePlot(x ~ zz, d, reportProgress = 0), "no variable 'zz'")
  expect_error(rxLinePlot(x ~ n, d, symbolStyle = "heart"), "symbolStyle must be one of")
})

test_that("every context counts the same", {
  d <- rows_to_draw()
  file <- tempfile(fileext = ".xdf")
  on.exit(unlink(file))
  rxDataStep(d, file, rowsPerRead = 300, reportProgress = 0)
  once <- counted(~ x | f, d, pweights = "w")$table
  for (context in list(RxLocalSeq(), RxLocalParallel(), RxProcesses(numWorkers = 2)))
    expect_identical(counted(~ x | f, file, pweights = "w", computeContext = context)$table, once)
})

test_that("residuals by bands are those of rxPredict", {
  d <- rows_to_draw()
  d$y <- 1 + 2 * d$w + d$n / 3 + sin(d$n)
  model <- rxLinMod(y ~ w + n, d, reportProgress = 0)
  picture <- rxResidualPlot(model, d, numBreaks = 15, title = "T", print = FALSE)
  expect_s3_class(picture, "trellis")
  expect_identical(list(picture$main, picture$ylab), list("T", "Residuals"))
  table <- attr(picture, "residuals")
  predicted <- rxPredict(model, d, computeResiduals = TRUE, reportProgress = 0)
  band <- cut(predicted$y_Pred, c(table$low, table$high[[15L]]), include.lowest = TRUE)
  expect_identical(table$count, as.numeric(table(band)))
  expect_equal(table$mean[table$count > 0], as.numeric(tapply(predicted$y_Resid, band, mean))[table$count > 0])
  expect_error(rxResidualPlot(model, d, numBreaks = 1000), "numBreaks must be a whole number from 1 to 200")
  expect_error(rxResidualPlot(lm(y ~ w, d), d), "modelObject must be a model of rxLinMod")
})
