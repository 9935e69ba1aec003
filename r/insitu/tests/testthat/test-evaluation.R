# rxRoc, rxAuc, rxLift, rxCalibration, rxQuantile, rxLorenz and rxGini against direct computations.

rows <- local({
  set.seed(21)
  n <- 70000L  # three pieces of a data frame
  d <- data.frame(p = runif(n), k = sample(0:3, n, TRUE))
  d$actual <- as.numeric(runif(n) < d$p)
  d$score <- rnorm(n, 3 * d$p, 1)
  d$whole <- sample(-200:900, n, TRUE)
  d$number <- rlnorm(n)
  d$yes <- factor(ifelse(d$actual == 1, "yes", "no"))
  d$p[seq(1, n, 97)] <- NA
  d
})
kept <- rows[!is.na(rows$p), ]

exact_area <- function(actual, score) {
  positives <- sum(actual == 1)
  (sum(rank(score)[actual == 1]) - positives * (positives + 1) / 2) / (positives * (length(actual) - positives))
}

test_that("the points of a curve are counts by threshold", {
  found <- rxRoc("actual", c("p", "score"), rows, numBreaks = 10, removeDups = FALSE)
  expect_s3_class(found, c("rxRoc", "data.frame"), exact = TRUE)
  expect_named(found, c("threshold", "predVarName", "sensitivity", "specificity"))
  mine <- as.data.frame(found, var = "p")
  expect_identical(class(mine), "data.frame")
  expect_equal(mine$threshold, seq(0, 1, 0.1))
  expect_equal(mine$sensitivity, vapply(mine$threshold, function(t) mean(kept$p[kept$actual == 1] >= t), 0))
  expect_equal(mine$specificity, vapply(mine$threshold, function(t) mean(kept$p[kept$actual == 0] < t), 0))
  expect_identical(nrow(as.data.frame(found)), 22L)
  expect_identical(attr(found, "missing.obs"), as.numeric(nrow(rows) - nrow(kept)))
  expect_identical(capture.output(print(head(found, 2L)))[[1L]], "  threshold predVarName sensitivity specificity")
  expect_error(as.data.frame(found, var = "q"), "var must name predictions of the curves \\(p, score\\)")
})

test_that("areas are those of the points, or exact", {
  found <- rxRoc("actual", c("p", "score"), rows)
  expect_named(rxAuc(found), c("p", "score"))
  expect_equal(unname(rxAuc(found)), c(exact_area(kept$actual, kept$p), exact_area(kept$actual, kept$score)),
      tolerance = 1e-3)
  expect_equal(rxAuc(found[found$predVarName == "p", ]), rxAuc(found)[["p"]], tolerance = 1e-12)
  exact <- rxAuc(rxRoc("yes", c("p", "score"), rows, exact = TRUE))
  expect_equal(unname(exact), c(exact_area(kept$actual, kept$p), exact_area(kept$actual, kept$score)),
      tolerance = 1e-13)
  one <- rxAuc(rxRoc("late", "p", rows, transforms = list(late = actual == 1)))
  expect_null(names(one))
  expect_error(rxAuc(3), "rxAuc: x must be what rxRoc gives, not \"numeric\"")
})

test_that("what cannot be judged is said", {
  expect_error(rxRoc("actual", "zz", rows), "variable not found: zz")
  expect_error(rxRoc("p", "score", rows), "the outcome 'p' must be logical, 0 and 1, or a factor of two levels")
  expect_error(rxRoc("actual", "yes", rows), "predVarNames: 'yes' is a factor")
  expect_error(rxRoc("actual", "p", rows, numBreaks = 0), "numBreaks must be a whole number from 1 to")
  expect_error(rxRoc("one", "p", rows, transforms = list(one = k >= 0)), "'one' is 1 in all rows")
  expect_error(rxCalibration("actual", "score", rows), "must be probabilities from 0 to 1: one is")
})

test_that("lift and calibration are tables of groups", {
  edges <- quantile(kept$p, (1:4) / 5, type = 1L, names = FALSE)
  group <- findInterval(kept$p, edges, left.open = TRUE)
  found <- rxLift("actual", "p", rows, numBreaks = 5)
  expect_equal(found$count, rev(as.vector(table(group))))
  expect_equal(found$rate, rev(as.vector(tapply(kept$actual, group, mean))))
  expect_equal(found$gain, 100 * cumsum(rev(as.vector(tapply(kept$actual, group, sum)))) / sum(kept$actual))
  found <- rxCalibration("actual", "p", rows, numBreaks = 5)
  expect_s3_class(found, "rxCalibration")
  expect_equal(found$predicted, as.vector(tapply(kept$p, group, mean)))
  expect_equal(found$observed, as.vector(tapply(kept$actual, group, mean)))
  statistics <- attr(found, "statistics")
  expect_equal(statistics$brier, mean((kept$actual - kept$p)^2))
  n <- as.vector(table(group))
  expected <- as.vector(tapply(kept$p, group, sum))
  hosmer <- sum((as.vector(tapply(kept$actual, group, sum)) - expected)^2 / (expected * (1 - expected / n)))
  expect_equal(statistics$hosmerLemeshow, hosmer)
  expect_equal(statistics$pValue, pchisq(hosmer, 3, lower.tail = FALSE))
})

test_that("quantiles are those of type 1, or within their bound", {
  probs <- c(0, 0.01, 1 / 3, 0.5, 0.99, 1)
  quiet <- function(...) rxQuantile(..., reportProgress = 0)
  expect_identical(quiet("whole", rows), quantile(rows$whole, type = 1L) * 1)
  expect_identical(unname(quiet("number", rows, probs = probs, exact = TRUE)),
      quantile(rows$number, probs, type = 1L, names = FALSE))
  expect_named(quiet("number", rows, probs = probs), names(quantile(rows$number, probs)))
  found <- quiet("number", rows, probs = probs, numericBins = TRUE)
  expect_s3_class(found, "rxQuantile")
  expect_lte(max(abs(found - quantile(rows$number, probs, type = 1L))), attr(found, "errorBound"))
  expect_equal(attr(found, "errorBound"), diff(range(rows$number)) / 1000)
  expect_null(names(quiet("whole", rows, names = FALSE)))
  repeated <- rows[rep(seq_len(nrow(rows)), rows$k), ]
  expect_identical(quiet("number", rows, fweights = "k", exact = TRUE), quiet("number", repeated, exact = TRUE))
  expect_error(quiet("yes", rows), "varName: 'yes' is a factor; name a variable that holds numbers")
  expect_error(quiet("number", rows, probs = 1.5), "probs must be numbers from 0 to 1, not 1.5")
})

test_that("rxQuantile prints as the original", {
  expect_identical(capture.output(rxQuantile("whole", rows, reportProgress = 0)),
      capture.output(quantile(rows$whole, type = 1L)))
  found <- rxQuantile("number", rows, numericBins = TRUE, reportProgress = 0)
  expect_identical(capture.output(found), capture.output(unclass(found)[names(found)]))
  expect_match(paste(capture.output(invisible(rxQuantile("whole", rows, reportProgress = 1))), collapse = "\n"),
      "Rows Processed: 70000")
})

test_that("Lorenz curves add up, and Gini is the area", {
  found <- rxLorenz("number", data = rows, numBreaks = 100, reportProgress = 0)
  expect_s3_class(found, c("rxLorenz", "data.frame"), exact = TRUE)
  expect_named(found, c("cumVals", "percents"))
  bin <- pmin(floor((rows$number - min(rows$number)) / diff(range(rows$number)) * 100), 99)
  expect_equal(found$percents, c(0, 100 * cumsum(as.vector(table(bin))) / nrow(rows)))
  expect_equal(found$cumVals, c(0, 100 * cumsum(as.vector(tapply(rows$number, bin, sum))) / sum(rows$number)))
  expect_equal(rxGini(found), attr(found, "gini"), tolerance = 1e-13)
  x <- sort(rows$whole + 200)
  n <- length(x)
  whole <- rxLorenz("x", data = rows, transforms = list(x = whole + 200), numBreaks = 2000, reportProgress = 0)
  expect_equal(rxGini(whole), 2 * sum(seq_len(n) * x) / (n * sum(x)) - (n + 1) / n, tolerance = 1e-12)
  expect_error(rxLorenz("whole", data = rows, reportProgress = 0), "must not be negative")
})

test_that("pictures are those of lattice", {
  skip_if_not_installed("lattice")
  file <- withr::local_tempfile(fileext = ".pdf")
  grDevices::pdf(file)
  on.exit(grDevices::dev.off())
  roc <- rxRoc("actual", c("p", "score"), rows)
  picture <- plot(roc, title = "Mine", xTitle = "x")
  expect_s3_class(picture, "trellis")
  expect_identical(c(picture$main, picture$xlab), c("Mine", "x"))
  expect_s3_class(rxRocCurve("actual", "p", rows, chanceGridLine = FALSE), "trellis")
  expect_s3_class(plot(rxLorenz("number", data = rows, reportProgress = 0), lineColor = "red"), "trellis")
  expect_s3_class(plot(rxLift("actual", "p", rows)), "trellis")
  expect_s3_class(plot(rxLift("actual", "p", rows), kind = "lift"), "trellis")
  expect_s3_class(plot(rxCalibration("actual", c("p", "p2"), rows, transforms = list(p2 = p^2))), "trellis")
})
