# Regressions on random designs against glm.fit, lm.wfit, cov.wt and quantile of stats: factors, interactions, weights,
# offsets, missing values, aliased columns, empty cells, nearly separated outcomes, all families and links; sandwiches
# written out.  A few dozen designs in CI; INSITU_TEST_ALL=1 takes thousands. The seed of a design is INSITU_SEED
# (default 10) and its number.

base_seed <- as.integer(Sys.getenv("INSITU_SEED", "10"))
many <- nzchar(Sys.getenv("INSITU_TEST_ALL"))

# Numbers (one aliased, one nearly so, one far from zero), factors (with rare and empty cells), weights and an offset.
random_rows <- function() {
  n <- sample(40:400, 1L)
  d <- data.frame(x = runif(n, -1, 1), z = runif(n, -1, 1), far = 1000 + rnorm(n), o = runif(n, -0.2, 0.2),
      w = round(runif(n, 0.2, 3), 3) * (runif(n) > 0.05), k = sample(0:3, n, TRUE))
  d$same <- 2 * d$x - 0.5 * d$z
  d$near <- d$x + rnorm(n, 0, 0.01)
  levels <- letters[seq_len(sample(2:4, 1L))]
  f <- sample(levels, n, TRUE, rgamma(length(levels), 2))
  g <- sample(c("u", "v", "w"), n, TRUE)
  if (runif(1) < 0.3) g[f == "a" & g == "w"] <- "u"
  d$f <- factor(f, c(levels, if (runif(1) < 0.2) "empty"))
  d$g <- factor(g, c("u", "v", "w"))
  d
}

random_terms <- function() {
  terms <- sample(c("x", "z", "f", "g", "x:f", "f:g", "z:g", "x:z", "same", "near", "far"), sample(1:5, 1L))
  paste0(paste(terms, collapse = " + "), if (runif(1) < 0.15) " - 1")
}

lose_values <- function(d) {
  for (name in sample(c("x", "f", "w", "o", "z"), sample(1:3, 1L))) d[[name]][runif(nrow(d)) < 0.05] <- NA
  d
}

random_weights <- function() sample(list(list(), list(), list(pweights = "w"), list(fweights = "k")), 1L)[[1L]]

# The variables and levels of a coefficient: `x`, `x:z`, `f=a`, `f=a, g=u`, `x for f=a`.
parts_of <- function(label) strsplit(gsub(":", ", ", sub(" for ", ", ", label, fixed = TRUE), fixed = TRUE), ", ",
    fixed = TRUE)[[1L]]
column <- function(label, d) {
  values <- rep(1, nrow(d))
  for (part in setdiff(parts_of(label), "(Intercept)")) {
    pair <- strsplit(part, "=", fixed = TRUE)[[1L]]
    values <- values * if (length(pair) == 2L) as.numeric(d[[pair[1L]]] == pair[2L]) else d[[pair[1L]]]
  }
  values
}

rank_of <- function(x) {
  size <- sqrt(colSums(x^2))
  if (!any(size > 0)) return(0L)
  qr(scale(x[, size > 0, drop = FALSE], FALSE, size[size > 0]), tol = 1e-9, LAPACK = FALSE)$rank
}

# Rows that take part, and the columns that were kept, which are as many as can be told apart.
peer_of <- function(labels, kept, d, weights, offset = FALSE) {
  used <- setdiff(sub("=.*", "", unlist(lapply(labels, parts_of))), "(Intercept)")
  rows <- which(complete.cases(d[c(used, "y", unlist(weights), if (offset) "o")]))
  if (!is.null(weights$pweights)) rows <- rows[d$w[rows] > 0]
  if (!is.null(weights$fweights)) rows <- rep(rows, d$k[rows])
  part <- d[rows, ]
  whole <- vapply(labels, column, numeric(nrow(part)), d = part)
  x <- whole[, kept, drop = FALSE]
  list(rows = part, x = x, full = rank_of(x) == ncol(x) && ncol(x) == rank_of(whole),
      w = if (is.null(weights$pweights)) rep(1, nrow(part)) else part$w)
}

# To 1e-8 of the value, or of its standard error where the value is next to none.
off <- function(found, expected, errors = 0) max(0, abs(found - expected) / pmax(abs(expected), errors))

families <- list(
    list("gaussian", c("identity", "log", "inverse"), "positive"),
    list("binomial", c("logit", "probit", "cauchit", "cloglog", "log"), "share"),
    list("quasibinomial", c("logit", "probit", "cauchit", "cloglog"), "share"),
    list("poisson", c("log", "identity", "sqrt"), "count"),
    list("quasipoisson", c("log", "identity", "sqrt"), "count"),
    list("Gamma", c("inverse", "identity", "log"), "positive"),
    list("inverse.gaussian", c("1/mu^2", "inverse", "identity", "log"), "positive"),
    list("quasi", c("identity", "log", "inverse", "sqrt", "1/mu^2", "power"), "positive"))

random_family <- function() {
  one <- sample(families, 1L)[[1L]]
  link <- sample(one[[2L]], 1L)
  if (one[[1L]] == "quasi") {
    variance <- sample(c("constant", "mu", "mu^2", "mu^3"), 1L)
    link <- if (link == "power") power(sample(c(0.5, 1 / 3), 1L)) else make.link(link)
    return(list(eval(substitute(quasi(link = link, variance = V), list(V = variance))), one[[3L]]))
  }
  list(do.call(one[[1L]], list(link = link)), one[[3L]])
}

outcomes <- function(d, family, kind) {
  n <- nrow(d)
  signal <- runif(1, 0.1, 1) * (d$x + 0.5 * d$z + (d$f == "b") - 0.5 * (d$g == "v"))
  if (kind == "share") {
    mean <- if (family$link == "log") exp(-1.2 + 0.2 * signal) else family$linkinv(sample(c(0.5, 1, 1, 4), 1L) * signal)
    if (runif(1) < 0.3) return(round(pmin(1, pmax(0, mean + rnorm(n, 0, 0.1))), 3))
    return(as.numeric(runif(n) < mean))
  }
  mean <- exp(0.5 + 0.3 * signal)
  if (kind == "count") return(rpois(n, mean * sample(c(1, 5), 1L)))
  round(rgamma(n, sample(c(1, 3, 10), 1L), 1 / mean) + 0.05, 4)
}

# The largest derivative of the deviance by a coefficient, as a share of what it is a sum of.
slope_of <- function(family, peer, offset, coefficients) {
  eta <- drop(peer$x %*% coefficients) + offset
  mean <- family$linkinv(eta)
  terms <- peer$x * (peer$w * (peer$rows$y - mean) * family$mu.eta(eta) / family$variance(mean))
  max(abs(colSums(terms)) / colSums(abs(terms)))
}

# What is wrong with a design, "" if nothing; NA: nothing to compare.
judge_glm <- function() {
  drawn <- random_family()
  family <- drawn[[1L]]
  d <- random_rows()
  d$y <- outcomes(d, family, drawn[[2L]])
  if (runif(1) < 0.3) d <- lose_values(d)
  weights <- random_weights()
  offset <- runif(1) < 0.3
  formula <- stats::as.formula(paste("y ~", random_terms()))
  told <- character()
  listen <- function(expression) withCallingHandlers(expression, warning = function(w) {
    told <<- c(told, conditionMessage(w))
    invokeRestart("muffleWarning")
  })
  options <- c(list(formula, d, family = family, dropFirst = runif(1) < 0.5, reportProgress = 0), weights,
      if (offset) list(offset = "o"))
  what <- paste(deparse1(formula), family$family, family$link, paste(names(weights), collapse = ""),
      if (offset) "offset")
  fit <- tryCatch(listen(do.call(rxGlm, c(options, coeffTolerance = 1e-12, objectiveFunctionTolerance = 0,
      maxIterations = 300))),
      error = conditionMessage)
  if (is.character(fit)) {
    possible <- "no coefficients have been found|iterations cannot start|has only the value|all weights are zero"
    return(if (grepl(possible, fit)) NA else paste(what, fit))
  }
  kept <- !is.na(coef(fit))
  peer <- peer_of(names(coef(fit)), kept, d, weights, offset)
  if (!peer$full && fit$converged) return(paste(what, "kept", paste(names(coef(fit))[kept], collapse = ", ")))
  o <- if (offset) peer$rows$o else rep(0, nrow(peer$rows))
  fitted_by_r <- function(...) suppressWarnings(tryCatch(stats::glm.fit(peer$x, peer$rows$y, peer$w, ..., offset = o,
      family = family,
      intercept = FALSE), error = function(e) NULL))
  theirs <- fitted_by_r(control = stats::glm.control(1e-15, 300))
  if (any(grepl("separated|numerically 0 or 1", told)))
      return(if (all(is.finite(coef(fit)[kept]))) NA else paste(what, "not finite"))
  worse <- !is.null(theirs) && theirs$deviance < fit$deviance - 1e-8 * abs(fit$deviance)
  if (!fit$converged) {  # told; then R has no optimum that is better
    optimum <- worse && slope_of(family, peer, o, theirs$coefficients) < 1e-6
    return(if (optimum) paste(what, "not converged:", fit$deviance, theirs$deviance) else NA)
  }
  if (worse) return(paste(what, "deviance", fit$deviance, theirs$deviance))
  # Iterations by R's rule, within one, where neither had to halve a step.
  usual <- tryCatch(listen(do.call(rxGlm, c(options, coeffTolerance = 0, objectiveFunctionTolerance = 1e-8,
      maxIterations = 100))),
      error = function(e) NULL)
  same_way <- fitted_by_r(control = stats::glm.control(1e-8, 100))
  if (!is.null(usual) && !is.null(same_way) && !any(usual$iterationRecord$Halved == 1) && same_way$converged &&
      !same_way$boundary &&
      abs(same_way$deviance - usual$deviance) < 1e-6 * abs(usual$deviance) && abs(usual$iter + 1 - same_way$iter) > 1)
    return(paste(what, "iterations", usual$iter, same_way$iter))
  # Where R ends early, it goes on from ours; steps of the last few digits are not seen in the deviance.
  theirs <- fitted_by_r(start = unname(coef(fit)[kept]), control = stats::glm.control(1e-15, 5))
  if (is.null(theirs) || theirs$deviance > fit$deviance * (1 + 1e-8)) {  # its steps run away, as they are not halved
    slope <- slope_of(family, peer, o, coef(fit)[kept])
    means <- family$linkinv(drop(peer$x %*% coef(fit)[kept]) + o)
    at_bound <- min(means) < 1e-6 * mean(abs(means))  # there no slope is 0
    return(if (slope < 1e-6 || at_bound) NA else paste(what, "no optimum:", signif(slope, 3)))
  }
  if (abs(theirs$deviance - fit$deviance) > 1e-10 * max(abs(theirs$deviance), 1e-10))
    return(paste(what, "deviance", fit$deviance, theirs$deviance))
  rest <- sum(peer$w > 0) - ncol(peer$x)
  if (fit$df[[2L]] != rest) return(paste(what, "degrees of freedom", fit$df[[2L]], rest))
  if (rest == 0) return(NA)
  unscaled <- chol2inv(qr.R(theirs$qr))[order(theirs$qr$pivot), order(theirs$qr$pivot), drop = FALSE]
  dispersion <- if (family$family %in% c("binomial", "poisson")) 1 else
    sum(peer$w * (peer$rows$y - theirs$fitted.values)^2 / family$variance(theirs$fitted.values)) / rest
  errors <- sqrt(dispersion * diag(unscaled))
  if (ncol(peer$x) > theirs$rank) return(NA)  # R's weighted columns hang together at its tolerance
  wrong <- c(coefficients = off(coef(fit)[kept], theirs$coefficients, errors),
      errors = off(fit$coef.std.error[kept, 1L], errors))
  if (any(wrong > 1e-8)) paste(c(what, names(wrong), signif(wrong, 2)), collapse = " ") else ""
}

judge_lin_mod <- function() {
  d <- random_rows()
  n <- nrow(d)
  d$y <- sample(c(0, 1000), 1L) + sample(c(0.01, 1, 1000), 1L) *
      (d$x - d$z + (d$f == "b") + rnorm(n, 0, sample(c(0.01, 1), 1L)))
  if (runif(1) < 0.4) d <- lose_values(d)
  weights <- random_weights()
  robust <- sample(c("none", "HC0", "HC1", "HC2", "HC3"), 1L)
  formula <- stats::as.formula(paste("y ~", random_terms()))
  what <- paste(deparse1(formula), robust, paste(names(weights), collapse = ""))
  exact <- FALSE
  fit <- withCallingHandlers(
      do.call(rxLinMod, c(list(formula, d, robust = robust, dropFirst = runif(1) < 0.5, reportProgress = 0), weights)),
      warning = function(w) {
        exact <<- exact || grepl("leverage 1", conditionMessage(w))
        invokeRestart("muffleWarning")
      })
  kept <- !is.na(coef(fit))
  peer <- peer_of(names(coef(fit)), kept, d, weights)
  if (!peer$full) return(paste(what, "kept", paste(names(coef(fit))[kept], collapse = ", ")))
  theirs <- stats::lm.wfit(peer$x, peer$rows$y, peer$w, tol = 1e-10)
  rest <- nrow(peer$x) - ncol(peer$x)
  if (fit$df[[2L]] != rest) return(paste(what, "degrees of freedom", fit$df[[2L]], rest))
  if (rest == 0 || theirs$rank < ncol(peer$x)) return(NA)
  e <- theirs$residuals
  bread <- chol2inv(qr.R(theirs$qr))[order(theirs$qr$pivot), order(theirs$qr$pivot), drop = FALSE]
  hat <- rowSums((peer$x %*% bread) * peer$x) * peer$w
  squares <- (peer$w * e)^2 / switch(robust, HC2 = 1 - hat, HC3 = (1 - hat)^2, 1)
  sandwich <- if (robust == "none") bread * sum(peer$w * e^2) / rest else
    bread %*% crossprod(peer$x * squares, peer$x) %*% bread * if (robust == "HC1") nrow(peer$x) / rest else 1
  # R rounds at the size of the response. Sandwiches are sums that cancel: variances next to none are parts of the
  # largest.
  variances <- diag(sandwich)
  classical <- sqrt(diag(bread) * sum(peer$w * e^2) / rest)
  least <- if (robust == "none") 0 else 1e-6 * max(variances)
  wrong <- c(
      coefficients = off(coef(fit)[kept], theirs$coefficients, pmax(classical, 1e-7 * max(abs(peer$rows$y)))),
      variances = if (exact) 0 else off(fit$coef.std.error[kept, 1L]^2, variances, least) / 2)
  if (any(wrong > 1e-8)) paste(c(what, names(wrong), signif(wrong, 2)), collapse = " ") else ""
}

judge_cor <- function() {
  d <- lose_values(random_rows())
  names <- sample(c("x", "z", "same", "near", "far"), sample(2:5, 1L))
  weights <- random_weights()
  found <- do.call(rxCor, c(list(stats::as.formula(paste("~", paste(names, collapse = " + "))), d, reportProgress = 0),
      weights))
  rows <- d[complete.cases(d[c(names, unlist(weights))]), ]
  w <- if (length(weights)) rows[[weights[[1L]]]] else rep(1, nrow(rows))
  expected <- stats::cov.wt(rows[names], w / sum(w), cor = TRUE, method = "ML")$cor
  if (!length(weights)) expected <- stats::cor(rows[names])
  wrong <- max(abs(found - expected))
  if (wrong > 1e-9) paste("cor", paste(names, collapse = ", "), wrong) else ""
}

judge_quantile <- function() {
  values <- sample(list(rnorm(50, 0, 100), sample(-20:20, 333, TRUE) + 0, round(rgamma(80, 1, 1 / 5), 2)), 1L)[[1L]]
  values[runif(length(values)) < 0.1] <- NA
  probs <- sort(unique(round(runif(5), 2)))
  found <- rxQuantile("v", data.frame(v = values), probs = probs, exact = TRUE, reportProgress = 0)
  expected <- stats::quantile(values, probs, type = 1, na.rm = TRUE)
  if (identical(unname(c(found)), unname(expected))) "" else paste("quantiles of", length(values))
}

judged <- function(judge, designs) {
  kind <- RNGkind("Mersenne-Twister", "Inversion", "Rejection")
  on.exit(RNGkind(kind[1L], kind[2L], kind[3L]))
  found <- vapply(seq_len(designs), function(number) {
    set.seed(base_seed * 100000L + number)
    verdict <- as.character(tryCatch(judge(), error = function(e) paste("error:", conditionMessage(e))))
    if (!is.na(verdict) && nzchar(verdict)) paste0("design ", number, ": ", verdict) else verdict
  }, "")
  expect_identical(utils::head(found[!is.na(found) & nzchar(found)], 30L), character())
  expect_gt(sum(!is.na(found)), designs / 2)
}

test_that("generalized linear models are those of glm", {
  judged(judge_glm, if (many) 3000L else 50L)
})
test_that("linear models and sandwiches are those of lm", {
  judged(judge_lin_mod, if (many) 3000L else 50L)
})
test_that("correlations are those of cor", {
  judged(judge_cor, if (many) 1000L else 30L)
})
test_that("quantiles are those of quantile", {
  judged(judge_quantile, if (many) 1000L else 30L)
})
