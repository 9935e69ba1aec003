# rxPredict over models, inputs and outputs, against R's predict, residuals, hatvalues, cooks.distance.

predict_rows <- function(n = 400L, seed = 3L) {
  set.seed(seed)
  d <- data.frame(x = rnorm(n, 3, 2), z = runif(n), w = runif(n, 0.2, 3), o = runif(n, -0.3, 0.3),
      f = factor(sample(letters[1:3], n, TRUE), levels = letters[1:3]))
  eta <- 0.3 + 0.2 * d$x - 0.5 * d$z + as.integer(d$f) * 0.3
  d$y <- eta + rnorm(n, 0, 0.7)
  d$b <- rbinom(n, 1L, plogis(eta - 1))
  d$c <- rpois(n, exp(0.5 * eta))
  d$g <- rgamma(n, 2, 2 / exp(0.4 * eta))
  d
}

predict_fits <- function(d, weighted) {
  end <- stats::glm.control(epsilon = 1e-15, maxit = 100L)
  pweights <- if (weighted) "w"
  fit <- function(f, formula, ...) f(formula, d, covCoef = TRUE, pweights = pweights, reportProgress = 0, ...)
  to_end <- function(formula, ...) fit(rxGlm, formula, coeffTolerance = 0, objectiveFunctionTolerance = 1e-15,
      maxIterations = 100, ...)
  glm_of <- function(formula, family) suppressWarnings(if (weighted) glm(formula, family, d, weights = w, control = end)
      else glm(formula, family, d, control = end))
  list(
    y = list(fit(rxLinMod, y ~ x + z + f), if (weighted) lm(y ~ x + z + f, d, weights = w) else lm(y ~ x + z + f, d)),
    c = list(to_end(c ~ x + z + f + offset(o), family = poisson()), glm_of(c ~ x + z + f + offset(o), poisson())),
    g = list(to_end(g ~ x + z + f, family = Gamma("log")), glm_of(g ~ x + z + f, Gamma("log"))),
    b = list(to_end(b ~ x * f, family = binomial("probit")), glm_of(b ~ x * f, binomial("probit"))),
    y = list(to_end(y ~ x + f, family = gaussian()), glm_of(y ~ x + f, gaussian())))
}

test_that("residuals, leverages and Cook's distances are R's", {
  d <- predict_rows()
  for (weighted in c(FALSE, TRUE)) {
    fits <- predict_fits(d, weighted)
    for (i in seq_along(fits)) {
      y <- names(fits)[[i]]
      ours <- fits[[i]][[1L]]
      theirs <- fits[[i]][[2L]]
      for (type in c("response", "pearson", "deviance", "working")) {
        got <- rxPredict(ours, d, computeResiduals = TRUE, residType = type, reportProgress = 0)
        expect_equal(got[[paste0(y, "_Resid")]], unname(residuals(theirs, type)), tolerance = 1e-6)
      }
      expect_identical(rxPredict(ours, d, computeResiduals = TRUE, reportProgress = 0)[[2L]],
          rxPredict(ours, d, computeResiduals = TRUE, residType = "response", reportProgress = 0)[[2L]])
      got <- rxPredict(ours, d, computeLeverage = TRUE, computeCooksDistance = TRUE, reportProgress = 0)
      expect_named(got, paste0(y, c("_Pred", "_Leverage", "_CooksDistance")))
      expect_equal(got[[2L]], unname(hatvalues(theirs)), tolerance = 1e-6)
      expect_equal(got[[3L]], unname(cooks.distance(theirs)), tolerance = 1e-6)
    }
  }
})

test_that("predictions, errors and intervals are R's on both scales", {
  d <- predict_rows()
  new <- predict_rows(30L, 4L)
  fits <- predict_fits(d, FALSE)
  for (i in seq_along(fits)[-1L]) {
    y <- names(fits)[[i]]
    for (type in c("response", "link")) {
      expected <- predict(fits[[i]][[2L]], new, type = type, se.fit = TRUE)
      got <- rxPredict(fits[[i]][[1L]], new, type = type, computeStdErrors = TRUE, reportProgress = 0)
      expect_equal(got[[1L]], unname(expected$fit), tolerance = 1e-7)
      expect_equal(got[[2L]], unname(expected$se.fit), tolerance = 1e-6)
    }
  }
  expected <- predict(fits[[1L]][[2L]], new, interval = "prediction", level = 0.9)
  for (i in c(1L, 5L)) {
    reference <- if (i == 1L) fits[[1L]][[2L]] else lm(y ~ x + f, d)
    expected <- predict(reference, new, interval = "prediction", level = 0.9)
    got <- rxPredict(fits[[i]][[1L]], new, interval = "prediction", confLevel = 0.9, reportProgress = 0)
    expect_equal(as.matrix(got), expected, ignore_attr = TRUE, tolerance = 1e-8)
  }
  logit <- rxLogit(b ~ x, d, covCoef = TRUE, reportProgress = 0)
  expect_error(rxPredict(logit, d, interval = "prediction", reportProgress = 0), "\"prediction\"", fixed = TRUE)
})

test_that("a data frame as outData comes back as a copy with the columns", {
  d <- predict_rows(30L)
  rownames(d) <- paste0("r", seq_len(30L))
  fit <- rxLinMod(y ~ x + f, d, reportProgress = 0)
  both <- rxPredict(fit, data = d, outData = d, writeModelVars = TRUE, reportProgress = 0)
  expect_named(both, c(names(d), "y_Pred"))
  expect_identical(rownames(both), rownames(d))
  expect_equal(both$y_Pred, rxPredict(fit, d, reportProgress = 0)$y_Pred)
  expect_error(rxPredict(fit, d, both, reportProgress = 0), "the variable exists: y_Pred")
  expect_equal(rxPredict(fit, d, both, overwrite = TRUE, reportProgress = 0), both)
  expect_error(rxPredict(fit, d[1:7, ], d, reportProgress = 0), "outData has 30 rows, but data 7")
  expect_error(rxPredict(fit, d, d, removeMissings = TRUE, reportProgress = 0), "removeMissings cannot be used")
})

test_that("files get columns, rows and names", {
  d <- predict_rows(90L)
  d$x[c(3L, 50L)] <- NA
  xdf <- tempfile(fileext = ".xdf")
  rxDataStep(d, xdf, rowsPerRead = 20, reportProgress = 0)
  fit <- rxGlm(c ~ x + f, d, family = poisson(), offset = "o", covCoef = TRUE, reportProgress = 0)
  rxPredict(fit, xdf, xdf, predNames = "mu", reportProgress = 0)
  expect_named(rxDataStep(xdf, reportProgress = 0), c(names(d), "mu"))
  expect_error(rxPredict(fit, xdf, predVarNames = "mu", reportProgress = 0), "the variable exists: mu")
  out <- tempfile(fileext = ".xdf")
  rxPredict(fit, xdf, out, removeMissings = TRUE, extraVarsToWrite = "z", computeStdErrors = TRUE,
      interval = "confidence",
      stdErrorsVarNames = "s", intervalVarNames = c("l", "u"), reportProgress = 0)
  got <- rxDataStep(out, reportProgress = 0)
  expect_identical(dim(got), c(88L, 5L))
  expect_named(got, c("c_Pred", "s", "l", "u", "z"))
  rxPredict(fit, xdf, out, append = "rows", extraVarsToWrite = "z", computeStdErrors = TRUE, interval = "confidence",
      stdErrorsVarNames = "s", intervalVarNames = c("l", "u"), reportProgress = 0)
  expect_identical(nrow(rxDataStep(out, reportProgress = 0)), 178L)
  expect_error(rxPredict(fit, d[setdiff(names(d), "o")], reportProgress = 0), "variable not found: o")
  new <- d[1:3, ]
  new$f <- factor(c("a", "q", "b"))
  expect_error(rxPredict(fit, new, reportProgress = 0), "q")
  found <- rxPredict(fit, new, checkFactorLevels = FALSE, reportProgress = 0)$c_Pred
  expect_identical(is.na(found), c(FALSE, TRUE, TRUE))
})

test_that("cells of a cube have predictions at the means of the others", {
  d <- predict_rows()
  for (fit in list(rxLinMod(y ~ f + x, d, cube = TRUE, cubePredictions = TRUE, reportProgress = 0),
      rxLogit(b ~ f + x, d, cube = TRUE, cubePredictions = TRUE, reportProgress = 0))) {
    new <- data.frame(f = factor(letters[1:3]), x = mean(d$x))
    expect_equal(fit$countDF[[2L]], rxPredict(fit, new, reportProgress = 0)[[1L]], tolerance = 1e-9)
    expect_equal(fit$countDF$Counts, as.vector(table(d$f)))
  }
})

test_that("the example of the documentation has its printed digits", {  # F205
  neaInc <- c(-94, -57, -29, 135, 143, 151, 245, 355, 392, 473, 486, 535, 571, 580, 620, 690)
  fatGain <- c(4.2, 3.0, 3.7, 2.7, 3.2, 3.6, 2.4, 1.3, 3.8, 1.7, 1.6, 2.2, 1.0, 0.4, 2.3, 1.1)
  rows <- data.frame(neaInc = neaInc, fatGain = fatGain)
  fit <- rxLinMod(fatGain ~ neaInc, data = rows, covCoef = TRUE, reportProgress = 0)
  got <- rxPredict(fit, data = rows, computeStdErrors = TRUE, interval = "confidence", writeModelVars = TRUE,
      reportProgress = 0)
  expect_equal(round(got$fatGain_StdErr, 7L), c(0.3613863, 0.3381111, 0.3209344, 0.2323853, 0.2288433, 0.2254018,
      0.1941840, 0.1863180, 0.1915656, 0.2151569, 0.2202366, 0.2418892, 0.2598922, 0.2646223, 0.2865818, 0.3279390))
})

test_that("what is written to a file is returned, but not shown", {
  frame <- data.frame(y = c(1, 2, 4, 3), x = 1:4)
  file <- tempfile(fileext = ".xdf")
  expect_false(withVisible(rxDataStep(frame, file))$visible)
  expect_false(withVisible(rxImport(frame, file, overwrite = TRUE))$visible)
  fit <- rxLinMod(y ~ x, frame)
  expect_false(withVisible(rxPredict(fit, file, outData = tempfile(fileext = ".xdf")))$visible)
  expect_true(withVisible(rxPredict(fit, frame))$visible)
  expect_true(withVisible(rxImport(file))$visible)
})
