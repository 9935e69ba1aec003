# rxCovCor and its kin against stats::cov, cor, cov.wt and crossprod.

rows <- local({
  set.seed(11)
  n <- 70000L  # three pieces of a data frame
  d <- data.frame(x = rnorm(n, 1e5, 2), y = rnorm(n), f = factor(sample(c("a", "b", "c"), n, TRUE)),
      n = sample(0:3, n, TRUE))
  d$y[seq(1, n, 89)] <- NA
  d
})
complete <- rows[!is.na(rows$y), ]
design <- with(complete, cbind(x = x, y = y, `f=a` = f == "a", `f=b` = f == "b", `f=c` = f == "c") * 1)
near <- function(found, expected, tolerance = 1e-9) expect_equal(unclass(found), expected, tolerance = tolerance)

test_that("covariances and correlations are those of stats", {
  found <- rxCovCor(~ x + y + f, rows, reportProgress = 0)
  expect_s3_class(found, "rxCovCor")
  near(found$CovCor, cov(design))
  near(found$Means, colMeans(design))
  near(found$StdDevs, apply(design, 2L, sd))
  expect_identical(found$valid.obs, as.numeric(nrow(complete)))
  expect_identical(found$missing.obs, as.numeric(nrow(rows) - nrow(complete)))
  expect_true(is.na(found$SumOfWeights))
  near(rxCov(~ x + y + f, rows, reportProgress = 0), cov(design))
  near(rxCor(~ x + y + f, rows, reportProgress = 0), cor(design))
})

test_that("cross products have a constant in front", {
  near(rxSSCP(~ x + y + f, rows, reportProgress = 0), crossprod(cbind(Constant = 1, design)))
})

test_that("frequency weights repeat rows", {
  found <- rxCovCor(~ x + y + f, rows, fweights = "n", reportProgress = 0)
  near(found$CovCor, cov(design[rep(seq_len(nrow(design)), complete$n), ]))
  expect_identical(found$SumOfWeights, as.numeric(sum(complete$n)))
})

test_that("it prints as the original, and princomp takes it", {
  found <- rxCovCor(~ mpg + wt, mtcars, type = "Cor", reportProgress = 0)
  expect_identical(capture.output(print(found)), c("Call:",
      "rxCovCor(formula = ~mpg + wt, data = mtcars, type = \"Cor\", reportProgress = 0)",
      "", "Data: mtcars", "Number of valid observations: 32 ", "Number of missing observations: 0 ", "Statistic: COR ",
      "",
      "           mpg         wt", "mpg  1.0000000 -0.8676594", "wt  -0.8676594  1.0000000"))
  expect_equal(princomp(covmat = rxCov(~ mpg + wt, mtcars, reportProgress = 0))$sdev,
               princomp(covmat = cov(mtcars[c("mpg", "wt")]))$sdev)
})

test_that("a result is printed as it was made, also from a file", {
  file <- withr::local_tempfile(fileext = ".rds")
  fit <- rxLinMod(cbind(mpg, hp) ~ wt + factor(cyl), mtcars, reportProgress = 0)
  saveRDS(fit, file)
  expect_identical(capture.output(print(readRDS(file))), capture.output(print(fit)))
  expect_match(paste(capture.output(print(summary(fit))), collapse = "\n"), "Response hp:")
})
