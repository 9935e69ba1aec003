# as.lm, as.glm, and what stats asks of a model: judged by lm and glm, by repeated rows for frequency weights.

set.seed(4)
n <- 200
rows <- data.frame(x = rnorm(n), z = runif(n), f = factor(sample(letters[1:3], n, TRUE)),
    g = factor(sample(c("u", "v"), n, TRUE)),
    times = rep_len(0:3, n))
rows$y <- rows$x + 0.5 * (rows$f == "b") + rnorm(n)
rows$b <- as.integer(runif(n) < plogis(rows$x))
rows$p <- rgamma(n, 2) * exp(rows$x / 4)
to_the_end <- glm.control(epsilon = 1e-14, maxit = 100)
new <- rows[5:14, c("x", "z", "f", "g")]
tight <- list(objectiveFunctionTolerance = 0, coeffTolerance = 1e-10, maxIterations = 100)

test_that("nobs, logLik, AIC and BIC are those of repeated rows", {
  repeated <- rows[rep(seq_len(n), rows$times), ]
  for (fit in list(rxLinMod(y ~ x + f, rows, fweights = "times"), rxLinMod(y ~ x + f, repeated))) {
    expected <- lm(y ~ x + f, repeated)
    for (of in list(nobs, logLik, AIC, BIC, df.residual, deviance))
      expect_equal(as.numeric(of(fit)), as.numeric(of(expected)), tolerance = 1e-10)
    expect_identical(attr(logLik(fit), "df"), attr(logLik(expected), "df"))
  }
  expect_equal(nobs(rxLogit(b ~ x, rows, fweights = "times")), nrow(repeated))
  kept <- rows[rows$times > 0, ]
  expect_equal(nobs(rxLinMod(y ~ x, rows, pweights = "times")), nrow(kept))
  expect_equal(nobs(rxLinMod(y ~ x, rows, pweights = "times")), nobs(lm(y ~ x, rows, weights = times)))
  expect_error(logLik(rxLinMod(y ~ x, rows, pweights = "times")), "pweights needs the logarithms of the weights")
  expect_error(logLik(rxLinMod(cbind(y, p) ~ x, rows)), "several responses")
})

test_that("anova compares nested linear models", {
  formulas <- list(y ~ x, y ~ x + f, y ~ x + f + f:g)
  ours <- do.call(anova, lapply(formulas, rxLinMod, rows))
  theirs <- do.call(anova, lapply(formulas, lm, rows))
  expect_equal(unname(as.matrix(ours)), unname(as.matrix(theirs)), tolerance = 1e-9)
  expect_s3_class(ours, "anova")
  expect_output(print(ours), "Model 3: y ~ x \\+ f \\+ f:g")
  one <- anova(rxLinMod(y ~ x, rows))
  expect_equal(unname(as.matrix(one)), unname(as.matrix(anova(lm(y ~ x, rows)))), tolerance = 1e-9)
  expect_error(anova(rxLinMod(y ~ x, rows), rxLinMod(y ~ x + z, rows[-1L, ])), "not fitted to the same rows")
  expect_error(anova(rxLinMod(y ~ x, rows), rxLogit(b ~ x, rows)), "all models must be of class rxLinMod, not rxLogit")
})

test_that("anova compares nested generalized linear models", {
  logits <- list(rxLogit(b ~ z, rows), rxLogit(b ~ z + x, rows))
  expected <- anova(glm(b ~ z, binomial, rows), glm(b ~ z + x, binomial, rows), test = "Chisq")
  expect_equal(unname(as.matrix(do.call(anova, logits))), unname(as.matrix(expected)), tolerance = 1e-6)
  fit <- function(formula) do.call(rxGlm, c(list(formula, rows, family = Gamma("log")), tight))
  ours <- anova(fit(p ~ z), fit(p ~ z + x + f))
  expected <- anova(glm(p ~ z, Gamma("log"), rows, control = to_the_end),
      glm(p ~ z + x + f, Gamma("log"), rows, control = to_the_end),
      test = "F")
  expect_equal(unname(as.matrix(ours)), unname(as.matrix(expected)), tolerance = 1e-6)
  expect_error(anova(logits[[1L]]), "one model alone needs the data again")
})

test_that("terms and formulas are there", {
  for (fit in list(rxLinMod(y ~ x + f, rows), rxLogit(b ~ x + f, rows), rxGlm(p ~ x + f, rows, family = Gamma("log"))))
    expect_identical(attr(terms(fit), "term.labels"), c("x", "f"))
})

test_that("as.lm predicts as lm", {
  for (first in c(TRUE, FALSE)) for (formula in list(y ~ x + z, y ~ x + f, y ~ f * g + x:f)) {
    found <- as.lm(rxLinMod(formula, rows, covCoef = TRUE, dropFirst = first))
    expected <- lm(formula, rows)
    expect_s3_class(found, "lm")
    for (interval in c("none", "confidence", "prediction")) {
      ours <- predict(found, new, se.fit = TRUE, interval = interval, level = 0.9)
      theirs <- predict(expected, new, se.fit = TRUE, interval = interval, level = 0.9)
      expect_equal(ours, theirs, tolerance = 1e-9)
    }
    expect_equal(predict(found, new), predict(expected, new), tolerance = 1e-9)
    for (part in c("sigma", "r.squared", "adj.r.squared"))
      expect_equal(summary(found)[[part]], summary(expected)[[part]], tolerance = 1e-9)
    expect_equal(c(nobs(found), deviance(found), AIC(found)), c(nobs(expected), deviance(expected), AIC(expected)))
  }
  found <- as.lm(rxLinMod(y ~ x + f, rows, covCoef = TRUE, dropFirst = TRUE))
  expected <- lm(y ~ x + f, rows)
  kept <- names(coef(expected))
  expect_equal(coef(found)[kept], coef(expected), tolerance = 1e-9)
  expect_equal(vcov(found)[kept, kept], vcov(expected), tolerance = 1e-9)
  expect_equal(confint(found)[kept, ], confint(expected), tolerance = 1e-9)
  expect_equal(coef(summary(found))[kept, ], coef(summary(expected)), tolerance = 1e-8)
  expect_output(print(summary(found)), "Coefficients")
  expect_equal(unname(as.matrix(anova(as.lm(rxLinMod(y ~ x, rows)), found))),
      unname(as.matrix(anova(lm(y ~ x, rows), expected))),
      tolerance = 1e-9)
  expect_error(fitted(found), "a model keeps no rows")
  expect_error(predict(as.lm(rxLinMod(y ~ x, rows)), new, se.fit = TRUE), "covCoef = TRUE")
})

test_that("as.glm predicts as glm", {
  cases <- list(list(do.call(rxLogit, c(list(b ~ x + f, rows, covCoef = TRUE, dropFirst = TRUE), tight)),
          glm(b ~ x + f, binomial, rows, control = to_the_end)),
      list(do.call(rxGlm, c(list(p ~ x + f, rows, family = Gamma("log"), covCoef = TRUE, dropFirst = TRUE,
      computeAIC = TRUE), tight)),
          glm(p ~ x + f, Gamma("log"), rows, control = to_the_end)))
  for (case in cases) {
    found <- as.glm(case[[1L]])
    expected <- case[[2L]]
    expect_s3_class(found, "glm")
    kept <- names(coef(expected))
    expect_equal(coef(found)[kept], coef(expected), tolerance = 1e-6)
    for (type in c("link", "response"))
      expect_equal(predict(found, new, type = type, se.fit = TRUE), predict(expected, new, type = type, se.fit = TRUE),
          tolerance = 1e-6)
    expect_equal(predict(found, new), predict(expected, new), tolerance = 1e-6)
    expect_equal(family(found)$link, family(expected)$link)
    expect_equal(AIC(found), AIC(expected), tolerance = 1e-6)
    expect_equal(coef(summary(found))[kept, ], coef(summary(expected)), tolerance = 1e-4)
  }
})

test_that("what cannot be converted is told", {
  expect_error(as.lm(rxLinMod(y ~ u, rows, transforms = list(u = x * 2))),
      "as.lm: a model with transforms cannot be converted")
  expect_error(as.glm(rxLogit(late ~ x, rows, transforms = list(late = y > 0))),
      "as.glm: a model with transforms cannot be converted")
  expect_error(as.lm(rxLinMod(y ~ f, rows, cube = TRUE)), "cube = TRUE cannot be converted")
  expect_error(as.lm(rxLinMod(cbind(y, p) ~ x, rows)), "several responses cannot be converted")
  found <- as.lm(rxUnserializeModel(rxSerializeModel(rxLinMod(y ~ x + f, rows, covCoef = TRUE))))
  expect_equal(predict(found, new, se.fit = TRUE), predict(lm(y ~ x + f, rows), new, se.fit = TRUE), tolerance = 1e-9)
})

test_that("pmml() takes them", {
  skip_if_not_installed("pmml")
  expect_s3_class(pmml::pmml(as.lm(rxLinMod(y ~ x + z, rows))), "XMLNode")
})

test_that("what as.lm and as.glm give prints", {
  d <- transform(mtcars, g = factor(gear))
  expect_output(print(as.lm(rxLinMod(mpg ~ wt + g, d, covCoef = TRUE, reportProgress = 0))), "Coefficients")
  expect_output(print(as.glm(rxLogit(am ~ wt, d, covCoef = TRUE, reportProgress = 0))), "31 Total.*30 Residual")
})

test_that("labels come from the model, whatever levels look like", {
  odd <- transform(rows, f = factor(c("f=a", "b, c", "x for f=b")[as.integer(f)]), g = factor(paste0("g=", g)))
  coding <- list(f = "contr.SAS", g = "contr.SAS")
  for (formula in list(y ~ x + f, y ~ f + g + f:g, y ~ x:f + g)) {
    found <- coef(as.lm(rxLinMod(formula, odd)))
    expected <- coef(lm(formula, odd, contrasts = coding[intersect(names(coding), all.vars(formula))]))
    expect_true(all(names(expected) %in% names(found)))
    expect_equal(found[names(expected)], expected, tolerance = 1e-8)
  }
  # However the coefficients of the model itself are labelled.
  expect_identical(names(coef(as.lm(rxLinMod(y ~ x + f, odd, coefLabelStyle = "R")))),
      names(coef(as.lm(rxLinMod(y ~ x + f, odd)))))
})
