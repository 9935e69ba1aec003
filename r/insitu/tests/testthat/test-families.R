# Families of R, of packages and of one's own in rxGlm against stats::glm, in every context.

rows <- local({
  kinds <- RNGkind("Mersenne-Twister", "Inversion", "Rejection")
  on.exit(do.call(RNGkind, as.list(kinds)))
  set.seed(8)
  n <- 6000L
  d <- data.frame(x = rnorm(n), f = factor(sample(c("a", "b", "c"), n, TRUE)), w = sample(c(0, 0.5, 1, 2.5), n, TRUE))
  mean <- exp(0.2 + 0.4 * d$x + 0.4 * (d$f == "b"))
  d$b <- as.numeric(runif(n) < mean / (1 + mean))
  d$c <- rpois(n, rgamma(n, 2, 2 / mean))
  d$g <- rgamma(n, 2, 2 / mean) + 0.1
  d$x[seq(1, n, 97)] <- NA
  d
})
tight <- list(coeffTolerance = 1e-12, objectiveFunctionTolerance = 1e-14, dropFirst = TRUE, maxIterations = 100,
    reportProgress = 0)
fitted_by <- function(...) do.call(rxGlm, c(list(...), tight))
to_the_end <- glm.control(epsilon = 1e-14, maxit = 100)

same_as_glm <- function(found, expected) {
  kept <- !is.na(coef(found))
  table <- coef(suppressWarnings(summary(expected)))  # it speaks of weights of zero
  expect_equal(unname(coef(found)[kept]), unname(table[, 1L]), tolerance = 1e-8)
  expect_equal(unname(found$coef.std.error[kept, 1L]), unname(table[, 2L]), tolerance = 1e-8)
  expect_equal(found$deviance, deviance(expected), tolerance = 1e-10)
  expect_equal(found$df[[2L]], expected$df.residual)
  expect_lte(abs(found$iter + 1L - expected$iter), 1L)
}

# The link of Student's t with so many degrees of freedom, as R's documentation of family writes such ones.
gosset <- function(df) {
  bound <- -qt(.Machine$double.eps, df)
  structure(list(linkfun = function(mu) qt(mu, df), linkinv = function(eta) pt(pmin(pmax(eta, -bound), bound), df),
      mu.eta = function(eta) pmax(dt(eta, df), .Machine$double.eps), valideta = function(eta) TRUE,
      name = "Gosset"), class = "link-glm")
}

# poisson, with functions of its own.
mine <- function(...) {
  family <- structure(list(family = "mine", link = "own", linkfun = function(mu) log(mu),
      linkinv = function(eta) exp(eta),
      mu.eta = function(eta) exp(eta), variance = function(mu) mu, validmu = function(mu) all(is.finite(mu)) &&
      all(mu > 0),
      dev.resids = function(y, mu, wt) 2 * wt * (ifelse(y > 0, y * log(y / mu), 0) - (y - mu)),
      aic = function(y, n, mu, wt, dev) NA_real_,
      initialize = expression({
        if (any(y < 0)) stop("no responses below 0")
        n <- rep(1, nobs)
        mustart <- y + 0.1
      })), class = "family")
  given <- list(...)
  family[names(given)] <- given
  family
}
bits <- function(fit) list(coef(fit), fit$coef.std.error, fit$deviance, fit$condition.number)

test_that("the families and links of R, of packages and rxTweedie are the engine's", {
  is_text <- function(family) expect_null(attr(insitu:::.rxFamilyOf("rxGlm", family), "user"))
  for (link in c("logit", "probit", "cauchit", "log", "cloglog"))
      lapply(list(binomial(link), quasibinomial(link)), is_text)
  for (link in c("log", "identity", "sqrt")) lapply(list(poisson(link), quasipoisson(link)), is_text)
  for (link in c("inverse", "log", "identity")) lapply(list(gaussian(link), Gamma(link), inverse.gaussian(link)),
      is_text)
  for (variance in c("constant", "mu(1-mu)", "mu", "mu^2", "mu^3"))
    for (link in list("log", quote(power(0.3)), quote(power(-1)))) is_text(eval(bquote(quasi(.(link), .(variance)))))
  lapply(list(inverse.gaussian(), gaussian, rxTweedie(1.5, 0)), is_text)
  tweedie <- local({  # as the package statmod makes them
    var.power <- 1.5
    link.power <- 0.1
    structure(list(family = "Tweedie", link = "mu^0.1", variance = function(mu) mu^var.power), class = "family")
  })
  expect_identical(insitu:::.rxFamilyOf("rxGlm", tweedie),
      "Tweedie(var.power = 1.5, link.power = 0.10000000000000001)")
})

test_that("negative.binomial of MASS is the engine's", {
  skip_if_not_installed("MASS")
  for (link in c("log", "sqrt")) {
    family <- eval(call("negative.binomial", theta = 1.7, link = link), asNamespace("MASS"))
    found <- fitted_by(c ~ x + f, rows, family = family, pweights = "w", computeAIC = TRUE)
    expected <- glm(c ~ x + f, family, rows, weights = w, control = to_the_end)
    same_as_glm(found, expected)
    expect_equal(found$aic, AIC(expected), tolerance = 1e-10)
  }
  expect_null(attr(found, "userFamily"))
  expect_identical(family(found)$variance(2), family$variance(2))
  expect_match(paste(capture.output(print(summary(found))), collapse = "\n"),
      "Family-link: Negative Binomial(1.7)-sqrt",
      fixed = TRUE)
  expect_equal(fitted_by(c ~ x + f, rows, family = "negative.binomial(1.7, sqrt)")$deviance,
      fitted_by(c ~ x + f, rows, family = family)$deviance)
  expect_equal(unname(predict(found, rows)[[1L]]), unname(predict(expected, rows, type = "response")), tolerance = 1e-8)
})

test_that("links of one's own are those of glm", {
  log_log <- structure(list(linkfun = function(mu) -log(-log(mu)), linkinv = function(eta) exp(-exp(-eta)),
      mu.eta = function(eta) exp(-eta - exp(-eta)), valideta = function(eta) TRUE, name = "loglog"), class = "link-glm")
  for (link in list(gosset(4), log_log)) {
    found <- fitted_by(b ~ x + f, rows, family = binomial(link = link), pweights = "w", computeAIC = TRUE)
    expected <- suppressWarnings(glm(b ~ x + f, binomial(link = link), rows, weights = w, control = to_the_end))
    same_as_glm(found, expected)
    expect_equal(unname(predict(found, rows)[[1L]]), unname(predict(expected, rows, type = "response")),
        tolerance = 1e-8)
  }
  expect_identical(found$link, "loglog")
  expect_identical(family(found)$link, "loglog")
  # A power is the engine's, one that R's power() has not made is not.
  same_as_glm(fitted_by(g ~ x + f, rows, family = Gamma(link = power(1 / 3))),
      glm(g ~ x + f, Gamma(link = power(1 / 3)), rows, control = to_the_end))
  third <- power(1 / 3)
  third$linkinv <- function(eta) pmax(eta^3, 1e-10)
  own <- fitted_by(g ~ x + f, rows, family = quasi(link = third, variance = "mu^2"))
  same_as_glm(own, glm(g ~ x + f, quasi(link = third, variance = "mu^2"), rows, control = to_the_end))
  expect_false(is.null(attr(own, "userFamily")))
})

test_that("a step to where a link has no mean is halved", {
  root <- structure(list(linkfun = function(mu) mu^2, linkinv = function(eta) suppressWarnings(sqrt(eta)),
      mu.eta = function(eta) suppressWarnings(0.5 / sqrt(eta)), valideta = function(eta) all(eta > 0), name = "root"),
      class = "link-glm")
  few <- data.frame(x = 0:7, y = c(1, 1.1, 1, 1.2, 1.3, 3, 4, 7))
  family <- quasi(link = root, variance = "mu^2")
  expect_warning(expected <- glm(y ~ x, family, few, control = glm.control(epsilon = 1e-12, maxit = 200)), "truncated")
  found <- rxGlm(y ~ x, few, family = family, reportProgress = 0, coeffTolerance = 0, maxIterations = 200,
      objectiveFunctionTolerance = 1e-12)
  expect_equal(unname(coef(found)), unname(coef(expected)), tolerance = 1e-5)
  expect_true(any(found$iterationRecord[[4L]] == 1))
  # Without valideta it is an error that names the function.
  root$valideta <- function(eta) TRUE
  expect_error(suppressWarnings(rxGlm(y ~ x, few, family = quasi(link = root, variance = "mu^2"), reportProgress = 0)),
      "the link 'root': linkinv gives NA or NaN for -")
  # Where new data leave what the link allows, the prediction is missing.
  expect_true(is.na(rxPredict(found, data.frame(x = -5), reportProgress = 0)[[1L]]))
})

test_that("families of one's own are those of glm", {
  for (weights in list(NULL, "w")) {
    found <- fitted_by(c ~ x + f, rows, family = mine(), pweights = weights)
    prior <- if (is.null(weights)) rep(1, nrow(rows)) else rows$w
    environment_of_weights <- transform(rows, prior = prior)
    same_as_glm(found, glm(c ~ x + f, mine(), environment_of_weights, weights = prior, control = to_the_end))
  }
  changed <- poisson()
  changed$variance <- function(mu) 2 * mu
  same_as_glm(fitted_by(c ~ x + f, rows, family = changed), glm(c ~ x + f, changed, rows, control = to_the_end))
  squared <- quasi(link = "log", variance = list(varfun = function(mu) mu^1.5, validmu = function(mu) all(mu > 0),
      dev.resids = function(y, mu, wt) 4 * wt * (y / sqrt(mu) + sqrt(mu) - 2 * sqrt(y)), initialize = expression({
        n <- rep(1, nobs)
        mustart <- y + 0.1
      }), name = "mu^1.5"))
  same_as_glm(fitted_by(c ~ x + f, rows, family = squared), glm(c ~ x + f, squared, rows, control = to_the_end))
  expect_error(rxGlm(c ~ x, rows, family = mine(), computeAIC = TRUE, reportProgress = 0), "mine has none")
})

test_that("contexts and pieces give the same bits", {
  data <- do.call(rbind, rep(list(rows), 12L))
  path <- tempfile(fileext = ".xdf")
  rxImport(data, path, rowsPerRead = 9000, reportProgress = 0)
  on.exit(unlink(path))
  for (of in list(list(c ~ x + f, mine()), list(b ~ x + f, binomial(link = gosset(4))))) {
    fit <- function(from, context, ...)
      rxGlm(of[[1L]], from, family = of[[2L]], pweights = "w", reportProgress = 0, computeContext = context, ...)
    whole <- fit(data, RxLocalSeq())
    for (context in list(RxLocalParallel(), RxProcesses(numWorkers = 2)))
        expect_identical(bits(fit(data, context)), bits(whole))
    for (blocks in c(1, 5)) for (context in list(RxLocalSeq(), RxProcesses(numWorkers = 2)))
      expect_identical(bits(fit(path, context, blocksPerRead = blocks)), bits(whole))
    predictions <- tempfile(fileext = ".xdf")
    rxPredict(whole, path, predictions, reportProgress = 0, computeContext = RxProcesses(numWorkers = 2))
    expect_identical(rxDataStep(predictions, reportProgress = 0)[[1L]],
        rxPredict(whole, data, reportProgress = 0)[[1L]])
    unlink(predictions)
  }
})

test_that("a model keeps its family", {
  found <- fitted_by(c ~ x + f, rows, family = mine(), covCoef = TRUE)
  engine <- fitted_by(c ~ x + f, rows, family = quasipoisson(), covCoef = TRUE)
  again <- unserialize(serialize(found, NULL))
  for (type in c("deviance", "pearson", "working", "usual"))
    expect_equal(rxPredict(again, rows, computeResiduals = TRUE, residType = type, reportProgress = 0)[[2L]],
        rxPredict(engine, rows, computeResiduals = TRUE, residType = type, reportProgress = 0)[[2L]], tolerance = 1e-8)
  asked <- list(rows, computeStdErrors = TRUE, interval = "confidence", reportProgress = 0)
  expect_equal(do.call(rxPredict, c(list(found), asked)), do.call(rxPredict, c(list(engine), asked)), tolerance = 1e-8)
  expect_identical(family(found)$family, "mine")
  expect_match(paste(capture.output(print(found)), collapse = "\n"), "mine")
  expect_equal(unname(predict(as.glm(found), rows, type = "response")),
      rxPredict(found, rows, reportProgress = 0)[[1L]])
  bytes <- rxUnserializeModel(rxSerializeModel(found))
  expect_identical(rxPredict(bytes, rows, type = "link", reportProgress = 0),
      rxPredict(found, rows, type = "link", reportProgress = 0))
  expect_error(rxPredict(bytes, rows, reportProgress = 0), "functions of R that only the model object of R holds")
  expect_error(family(bytes), "only the model object")
})

test_that("functions that cannot be used are named", {
  few <- rows[1:100, ]
  says <- function(text, ..., context = RxLocalSeq())
    expect_error(rxGlm(c ~ x, few, family = mine(...), reportProgress = 0, computeContext = context), text)
  for (context in list(RxLocalSeq(), RxLocalParallel(), RxProcesses(numWorkers = 1))) {
    says("the family 'mine': linkinv gives 3 values for", linkinv = function(eta) exp(eta)[1:3], context = context)
    says("mu.eta fails: no slopes", mu.eta = function(eta) stop("no slopes"), context = context)
  }
  says("linkinv gives NA or NaN for", linkinv = function(eta) eta * NA)
  says("mu.eta gives Inf for .* finite slopes", mu.eta = function(eta) eta + Inf)
  says("variance gives -.*above 0", variance = function(mu) -mu)
  says("variance gives values of type character", variance = function(mu) "a")
  says("dev.resids gives NA or NaN", dev.resids = function(y, mu, wt) y * NA)
  says("initialize fails: not so", initialize = expression(stop("not so")))
  says("initialize fails: it gives 2 values", initialize = expression(mustart <- 1:2))
  says("iterations cannot start", validmu = function(mu) FALSE)
  expect_error(rxGlm(c ~ x, transform(few, c = c - 3), family = mine(), reportProgress = 0), "no responses below 0")
  says("has no function variance", variance = NULL)
  expect_error(rxGlm(c ~ x, few, family = "user(\"mine\", link = \"log\")", reportProgress = 0), "come with a call")
  expect_error(rxGlm(c ~ x, few, family = "negative.binomial", reportProgress = 0), "needs its theta")
})

test_that("jumps of R and its collector leave nothing behind", {
  few <- rows[2:60, ]
  expect_identical(tryCatch(rxGlm(c ~ x, few, reportProgress = 0,
      family = mine(variance = function(mu) stop("a condition"))), error = function(e) "caught"), "caught")
  expect_identical(withRestarts(rxGlm(c ~ x, few, reportProgress = 0,
      family = mine(variance = function(mu) invokeRestart("out"))), out = function() "left"), "left")
  one_step <- function()  # which has not converged
    suppressWarnings(rxGlm(c ~ x, few, family = mine(), reportProgress = 0, maxIterations = 1))
  plain <- one_step()
  gctorture2(step = if (nzchar(Sys.getenv("INSITU_TEST_ALL"))) 1L else 97L)
  on.exit(gctorture(FALSE))
  tortured <- one_step()
  gctorture(FALSE)
  expect_identical(bits(tortured), bits(plain))
})
