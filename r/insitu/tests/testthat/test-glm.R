# rxLogit and rxGlm against stats::glm.

rows <- local({
  set.seed(4)
  n <- 5000L
  d <- data.frame(x = rnorm(n), z = runif(n), f = factor(sample(c("a", "b", "c"), n, TRUE)), o = runif(n, 0, 0.4),
      w = round(runif(n, 0.1, 2), 3), k = sample(0:3, n, TRUE))
  eta <- 0.2 + 0.5 * d$x + 0.4 * (d$f == "b")
  d$b <- as.numeric(runif(n) < plogis(eta))
  d$yes <- factor(ifelse(d$b == 1, "yes", "no"))
  d$late <- d$b == 1
  d$c <- rpois(n, exp(eta))
  d$g <- rgamma(n, 3, 3 / exp(eta)) + 0.1
  d$x[seq(1, n, 101)] <- NA
  d
})
tight <- list(coeffTolerance = 1e-12, objectiveFunctionTolerance = 1e-14, dropFirst = TRUE, maxIterations = 100,
    reportProgress = 0)
fitted_by <- function(what, ...) do.call(what, c(list(...), tight))

# Coefficients and standard errors of the kept columns are those of glm.
same_as_glm <- function(found, expected) {
  kept <- !is.na(coef(found))
  table <- coef(summary(expected))
  expect_equal(unname(coef(found)[kept]), unname(table[, 1L]), tolerance = 1e-8)
  expect_equal(unname(found$coef.std.error[kept, 1L]), unname(table[, 2L]), tolerance = 1e-7)
  expect_equal(found$deviance, deviance(expected), tolerance = 1e-10)
  expect_equal(found$df[[2L]], expected$df.residual)
}
to_the_end <- glm.control(epsilon = 1e-14, maxit = 100)

test_that("rxLogit is glm of a binomial", {
  expected <- glm(b ~ x + f, binomial, rows, control = to_the_end)
  for (formula in list(b ~ x + f, yes ~ x + f, late ~ x + f))
    same_as_glm(fitted_by(rxLogit, formula, rows), expected)
  found <- fitted_by(rxLogit, b ~ x + f, rows)
  expect_s3_class(found, "rxLogit")
  expect_equal(found$aic, AIC(expected), tolerance = 1e-10)
  expect_equal(nobs(found), nobs(expected))
  for (initial in list(NA, 0, c(0.1, 0.2, 0, 0.3, 0.1)))
    expect_equal(coef(fitted_by(rxLogit, b ~ x + f, rows, initialValues = initial)), coef(found), tolerance = 1e-9)
})

test_that("families are R's: objects, functions, texts", {
  families <- list(binomial("probit"), binomial("cauchit"), quasibinomial(), "binomial(cloglog)", binomial)
  for (family in families) {
    of_r <- if (is.character(family)) binomial("cloglog") else family
    same_as_glm(fitted_by(rxGlm, b ~ x + f, rows, family = family),
        glm(b ~ x + f, of_r, rows, control = to_the_end))
  }
  for (family in list(poisson(), quasipoisson(), quasi(link = "log", variance = "mu")))
    same_as_glm(fitted_by(rxGlm, c ~ x + f, rows, family = family, pweights = "w"),
        suppressWarnings(glm(c ~ x + f, family, rows, weights = w, control = to_the_end)))
  for (family in list(Gamma("log"), inverse.gaussian("log"), quasi(power(1 / 3), "mu^2"), gaussian()))
    same_as_glm(fitted_by(rxGlm, g ~ z + f, rows, family = family), glm(g ~ z + f, family, rows, control = to_the_end))
})

test_that("offsets are a variable or terms, weights of zero and frequencies as rows", {
  expected <- glm(c ~ x + f + offset(o), poisson, rows, control = to_the_end)
  same_as_glm(fitted_by(rxGlm, c ~ x + f, rows, family = poisson(), offset = "o"), expected)
  same_as_glm(fitted_by(rxGlm, c ~ x + f + offset(o), rows, family = poisson()), expected)
  repeated <- rows[rep(seq_len(nrow(rows)), rows$k), ]
  same_as_glm(fitted_by(rxGlm, c ~ x + f, rows, family = poisson(), fweights = "k"),
      glm(c ~ x + f, poisson, repeated, control = to_the_end))
  predicted <- rxPredict(fitted_by(rxGlm, c ~ x + f, rows, family = poisson(), offset = "o"), rows, reportProgress = 0)
  expect_equal(predicted$c_Pred, unname(predict(expected, rows, type = "response")), tolerance = 1e-9)
})

test_that("predictions have errors and intervals of the mean", {
  found <- fitted_by(rxLogit, b ~ x + f, rows, covCoef = TRUE)
  expected <- predict(glm(b ~ x + f, binomial, rows, control = to_the_end), rows, type = "response", se.fit = TRUE)
  got <- rxPredict(found, rows, computeStdErrors = TRUE, interval = "confidence", reportProgress = 0)
  expect_equal(got$b_Pred, unname(expected$fit), tolerance = 1e-9)
  expect_equal(got$b_StdErr, unname(expected$se.fit), tolerance = 1e-7)
  expect_error(rxPredict(found, rows, computeStdErrors = TRUE, interval = "prediction", reportProgress = 0),
      "linear models")
  kept <- !is.na(coef(found))
  expect_equal(unname(diag(vcov(found))[kept]), unname(found$coef.std.error[kept, 1L]^2))
})

test_that("logLik, AIC and BIC are R's", {
  pairs <- list(
      list(rxLogit(b ~ x + f, rows, reportProgress = 0), glm(b ~ x + f, binomial, rows, control = to_the_end)),
      list(rxGlm(c ~ x, rows, family = poisson(), computeAIC = TRUE, reportProgress = 0),
          glm(c ~ x, poisson, rows, control = to_the_end)),
      list(rxGlm(g ~ z, rows, family = Gamma("log"), computeAIC = TRUE, reportProgress = 0),
          glm(g ~ z, Gamma("log"), rows, control = to_the_end)))
  for (pair in pairs) for (of in list(logLik, AIC, BIC, nobs, deviance))
      expect_equal(as.numeric(of(pair[[1L]])), as.numeric(of(pair[[2L]])), tolerance = 1e-8)
  weighted <- cbind(rows, times = rep_len(0:3, nrow(rows)))
  repeated <- weighted[rep(seq_len(nrow(rows)), weighted$times), ]
  expect_equal(BIC(rxLogit(b ~ x + f, weighted, fweights = "times", reportProgress = 0)),
      BIC(glm(b ~ x + f, binomial, repeated, control = to_the_end)), tolerance = 1e-8)
  expect_identical(attr(logLik(pairs[[3L]][[1L]]), "df"), attr(logLik(pairs[[3L]][[2L]]), "df"))
  expect_error(AIC(rxGlm(c ~ x, rows, family = poisson(), reportProgress = 0)), "computeAIC = TRUE")
})

test_that("rxTweedie is a family", {
  found <- rxGlm(g ~ z + f, rows, family = rxTweedie(2, 0), reportProgress = 0, dropFirst = TRUE)
  gamma <- rxGlm(g ~ z + f, rows, family = Gamma("log"), reportProgress = 0, dropFirst = TRUE)
  expect_identical(coef(found), coef(gamma))
  expect_identical(family(gamma)$link, "log")
  expect_identical(rxTweedie(1.5)$link, "mu^-0.5")
  expect_error(rxGlm(g ~ z, rows, family = "Gama"), "did you mean Gamma")
  expect_error(rxGlm(g ~ z, rows, family = 7), "family must be a family")
  mine <- structure(list(family = "mine", link = "log"), class = "family")
  expect_error(rxGlm(g ~ z, rows, family = mine), "has no function linkfun of its own")
})

test_that("the example of the documentation prints as it does there", {
  claims <- RxXdfData(file.path(samples_folder(), "claims.xdf"))
  found <- rxGlm(cost ~ age + car.age + type, claims, family = Gamma, dropFirst = TRUE, reportProgress = 0)
  printed <- capture.output(print(summary(found)))
  expect_true(all(c("Family-link: Gamma-inverse ", "Residual deviance: 15.6397 (on 109 degrees of freedom)",
      "(Intercept)  0.0032807  0.0005126   6.400 4.02e-09 ***",
      "type=D      -0.0016209  0.0004344  -3.732 0.000304 ***",
      "(Dispersion parameter for Gamma family taken to be 0.1785316)",
      "Condition number of final variance-covariance matrix: 12.4648 ", "Number of iterations: 4") %in% printed))
})

test_that("bad input is one clear sentence", {
  d <- rows[1:200, ]
  bad <- list(
      list(quote(rxLogit(b ~ x, transform(d, b = 1))), "'b' has only the value 1: there is nothing to tell apart"),
      list(quote(rxGlm(b ~ x, transform(d, b = 0), family = binomial())), "'b' has only the value 0"),
      list(quote(rxLogit(b ~ x, transform(d, b = 0.5))),
      "must be 0 or 1: it is 0.5 in row 2 \\(rxGlm with the family binomial"),
      list(quote(rxGlm(b ~ z, transform(d, b = 3), family = binomial())),
      "from 0 to 1 with the family binomial: it is 3 in row 1"),
      list(quote(rxGlm(c ~ z, transform(d, c = -1), family = poisson())),
      "from 0 on with the family poisson: it is -1 in row 1"),
      list(quote(rxGlm(g ~ z, transform(d, g = 0), family = Gamma())),
      "above 0 with the family Gamma: it is 0 in row 1"),
      list(quote(rxGlm(c ~ x, d, family = "poison")), "there is no family 'poison' \\(did you mean poisson\\?\\)"),
      list(quote(rxGlm(c ~ x, d, family = "poisson(lgo)")), "there is no link 'lgo' \\(did you mean log\\?\\)"),
      list(quote(rxLogit(f ~ x, transform(d, f = factor("a")))), "'f' has 1 level: it must have two"),
      list(quote(rxMultinomLogit(f ~ x, transform(d, f = factor("a")))), "'f' has 1 level: it must have two or more"),
      list(quote(rxLogit(b ~ x, d, pweights = "w", fweights = "k")),
      "pweights and fweights exclude each other: give one of them"))
  for (each in bad) expect_error(suppressWarnings(eval(each[[1L]])), each[[2L]], info = deparse1(each[[1L]]))

  separated <- data.frame(y = rep(0:1, each = 50), x = 1:100)
  expect_warning(fit <- rxLogit(y ~ x, separated, maxIterations = 50, reportProgress = 0), "'y' are separated by x")
  expect_true(all(is.finite(coef(fit))) && all(is.finite(fit$coef.std.error)) && fit$deviance < 1e-4)

  single <- transform(d, one = factor("only"))
  for (fitted in list(quote(rxLinMod(g ~ z + one, single)), quote(rxLogit(b ~ x + one, single)),
      quote(rxGlm(c ~ x + one, single, family = poisson())), quote(rxMultinomLogit(f ~ x + one, single)))) {
    expect_warning(fit <- eval(fitted), "the factor 'one' has only the level 'only', which the intercept stands for")
    expect_true(all(is.na(as.matrix(coef(fit))["one=only", ])))
  }
  expect_silent(rxLinMod(g ~ one - 1, single, reportProgress = 0))

  fit <- rxGlm(c ~ x + f, rows, family = poisson(), offset = "o", reportProgress = 0)
  expect_error(rxPredict(fit, d[c("x", "f")], reportProgress = 0), "variable not found: o: the model needs it")
  expect_error(rxPredict(fit, transform(d, f = factor("new")), reportProgress = 0),
      "'f' has the level 'new', which the model does not know")
  for (fitted in list(quote(rxGlm(c ~ x + f, rows, family = poisson(), maxIterations = 1, reportProgress = 0)),
      quote(rxMultinomLogit(f ~ x, rows, maxIterations = 1, reportProgress = 0)))) {
    expect_warning(fit <- eval(fitted), "have not converged after 1: raise maxIterations")
    expect_false(fit$converged)
  }
})
