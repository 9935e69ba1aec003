# Kept moments: sub-models against rxLinMod and lm, sums against one pass.

rows <- local({
  set.seed(3)
  n <- 70000L  # two pieces of a data frame
  d <- data.frame(x = rnorm(n, 50, 3), z = rnorm(n), f = factor(sample(c("a", "b", "c"), n, TRUE)),
      g = factor(sample(c("u", "v"), n, TRUE)), w = runif(n))
  d$y <- 2 * d$x - d$z + (d$f == "b") + rnorm(n)
  d$z[seq(1, n, 89)] <- NA
  d
})
complete <- rows[!is.na(rows$z), ]

test_that("a sub-model is that of the complete rows", {
  kept <- rxMoments(y ~ x + z + f * g, rows)
  expect_s3_class(kept, "rxMoments")
  expect_identical(kept$numbers, c("x", "z", "y"))
  for (model in list(y ~ x, y ~ z + f, x ~ y + g:f, y ~ f + g - 1)) {
    found <- rxRefit(kept, model, covCoef = TRUE)
    expected <- rxLinMod(model, complete, covCoef = TRUE)
    expect_s3_class(found, "rxLinMod")
    for (field in c("coefficients", "coef.std.error", "r.squared", "sigma", "df", "covCoef", "aliased", "formula"))
      expect_equal(found[[field]], expected[[field]], tolerance = 1e-9, ignore_formula_env = TRUE)
    expect_identical(found$nMissingObs, as.numeric(nrow(rows) - nrow(complete)))
  }
  line <- stats::lm(y ~ x + z, complete)
  expect_equal(coef(rxRefit(kept, y ~ x + z)), coef(line), tolerance = 1e-9)
  expect_equal(predict(rxRefit(kept, y ~ x + z), complete[1:5, ])[[1L]], unname(predict(line, complete[1:5, ])))
})

test_that("a model can keep its moments", {
  fit <- rxLinMod(y ~ x + f, rows, pweights = "w", keepMoments = TRUE)
  plain <- rxLinMod(y ~ x + f, rows, pweights = "w")
  expect_identical(fit$coefficients, plain$coefficients)
  expect_identical(rxRefit(fit, y ~ x + f)$coefficients, plain$coefficients)
  expect_null(plain$moments)
})

test_that("moments of other rows are added", {
  parts <- lapply(list(1:65536, 65537:70000), function(i) rxMoments(y ~ x + f, rows[i, ]))
  both <- rxCombine(parts[[1L]], parts[[2L]])
  expect_identical(both$moments, rxCombine(parts)$moments)
  expect_equal(rxRefit(both, y ~ x + f)$coefficients, rxLinMod(y ~ x + f, rows)$coefficients, tolerance = 1e-10)
  file <- tempfile(fileext = ".moments")
  rxMoments(y ~ x + f, rows, outFile = file)
  expect_equal(rxRefit(file, y ~ x)$coefficients, rxLinMod(y ~ x, rows)$coefficients, tolerance = 1e-10)
  expect_error(rxMoments(y ~ x + f, rows, outFile = file), "outFile exists")
  path <- tempfile(fileext = ".xdf")
  rxDataStep(rows, path)
  halves <- lapply(c("i < 65536", "i >= 65536"), function(which)
    eval(bquote(rxMoments(y ~ x + f + g, path, transforms = list(i = .rxStartRow + seq_along(x) - 2),
        rowSelection = .(str2lang(which))))))
  expect_identical(rxCombine(halves)$runs, 1)
})

test_that("bad input is told", {
  kept <- rxMoments(y ~ x + f, rows)
  expect_error(rxRefit(kept, y ~ z), "the moments hold no term z; those that they hold: x, f, y")
  expect_error(rxRefit(kept, f ~ x), "no number f that could be the response")
  expect_error(rxRefit(rxLinMod(y ~ x, rows), y ~ x), "keepMoments = TRUE")
  expect_error(rxRefit(7, y ~ x), "moments must be")
  expect_error(rxCombine(kept), "two or more")
  expect_error(rxCombine(kept, rxMoments(y ~ x, rows)), "different formulas")
  expect_error(rxMoments(~ f, rows), "must name a number")
})

test_that("they print", {
  expect_identical(capture.output(print(rxMoments(mpg ~ wt, mtcars)))[-(1:3)], c("Moments of: mpg ~ wt",
      "Data: mtcars", "Number of valid observations: 32", "Number of missing observations: 0", "Numbers: wt, mpg",
      "Terms: wt", "Runs of rows: 1", "Precision: double"))
})
