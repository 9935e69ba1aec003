# Robust and clustered standard errors against the sandwich of lm and glm, written out.

robust_rows <- function(n = 800L) {
  set.seed(9L)
  d <- data.frame(x = rnorm(n, 20, 2), z = runif(n), w = runif(n, 0.2, 3), o = runif(n, -0.3, 0.3),
      f = factor(sample(letters[1:3], n, TRUE), levels = letters[1:3]),
      firm = factor(sample(paste0("n", 1:30), n, TRUE)),
      year = sample(2001:2010, n, TRUE))
  eta <- 0.1 * d$x - 0.5 * d$z + as.integer(d$f) * 0.3 + rnorm(30L, 0, 0.5)[as.integer(d$firm)]
  d$y <- eta + rnorm(n) * (0.3 + d$z)
  d$c <- rpois(n, exp(0.5 * eta))
  d
}

# The sandwich of a fit of R. `cluster`: a list of groups, or NULL.
sandwich_of <- function(fit, type, cluster = NULL) {
  glm <- inherits(fit, "glm")
  kept <- !is.na(coef(fit))
  x <- model.matrix(fit)[, kept, drop = FALSE]
  n <- nrow(x)
  p <- ncol(x)
  bread <- summary(fit)$cov.unscaled
  w <- if (is.null(weights(fit))) 1 else weights(fit)
  score <- if (glm) residuals(fit, "working") * weights(fit, "working") else residuals(fit) * w
  h <- hatvalues(fit)
  if (is.null(cluster)) {
    square <- score^2 * switch(type, HC0 = 1, HC1 = n / (n - p), HC2 = 1 / (1 - h), HC3 = 1 / (1 - h)^2)
    return(bread %*% crossprod(x, x * square) %*% bread)
  }
  meat <- function(group) {
    sums <- rowsum(x * score, group)
    groups <- nrow(sums)
    crossprod(sums) * if (type == "HC1") groups / (groups - 1) * (n - 1) / (n - p) else 1
  }
  m <- meat(cluster[[1L]])
  if (length(cluster) == 2L) m <- m + meat(cluster[[2L]]) - meat(interaction(cluster, drop = TRUE))
  bread %*% m %*% bread
}

test_that("standard errors are those of the sandwich", {
  d <- robust_rows()
  contrasts(d$f) <- "contr.SAS"
  linear <- lm(y ~ x + z + f, d, weights = w)
  poisson <- glm(c ~ x + f + offset(o), poisson(), d, control = glm.control(1e-15, 100L))
  same <- function(fit, expected, tolerance) {
    kept <- !is.na(fit$coefficients[, 1L])
    expect_equal(unname(fit$coef.std.error[kept, 1L]), unname(sqrt(diag(expected))), tolerance = tolerance)
    expect_equal(unname(fit$covCoef[kept, kept]), unname(expected), tolerance = 1e-4)
  }
  for (type in c("HC0", "HC1", "HC2", "HC3")) {
    same(rxLinMod(y ~ x + z + f, d, pweights = "w", robust = type, covCoef = TRUE, reportProgress = 0),
        sandwich_of(linear, type), 1e-7)
    same(rxGlm(c ~ x + f + offset(o), poisson(), data = d, robust = type, covCoef = TRUE, reportProgress = 0,
        coeffTolerance = 0, objectiveFunctionTolerance = 1e-15), sandwich_of(poisson, type), 1e-6)
  }
  for (type in c("HC0", "HC1")) {
    same(rxLinMod(y ~ x + z + f, d, pweights = "w", cluster = ~ firm, robust = type, covCoef = TRUE,
        reportProgress = 0),
        sandwich_of(linear, type, list(d$firm)), 1e-7)
    same(rxLinMod(y ~ x + z + f, d, pweights = "w", cluster = c("firm", "year"), robust = type, covCoef = TRUE,
        reportProgress = 0), sandwich_of(linear, type, list(d$firm, d$year)), 1e-7)
  }
  fit <- rxLinMod(y ~ x + z + f, d, cluster = ~ firm + year, reportProgress = 0)
  expect_identical(fit$robust$type, "HC1")
  expect_output(print(summary(fit)), "Standard errors: HC1, clustered by firm (30 clusters) and year (10 clusters)",
      fixed = TRUE)
  expect_error(rxLinMod(y ~ x, d, cluster = ~ firm, robust = "HC3", reportProgress = 0), "leave `?robust`? out")
  plain <- rxLinMod(y ~ x, d, reportProgress = 0)
  expect_null(plain$robust)
  expect_false(any(grepl("Standard errors:", capture.output(print(summary(plain))))))
})

test_that("variance inflation factors are those of the formula", {
  d <- robust_rows()
  d$v <- d$x + d$z
  reference <- lm(y ~ v + z + f, d)
  r <- cov2cor(vcov(reference)[-1L, -1L])
  terms <- attr(model.matrix(reference), "assign")[-1L]
  got <- rxVif(rxLinMod(y ~ v + z + f, d, covCoef = TRUE, reportProgress = 0))
  expect_named(got, c("GVIF", "Df", "GVIF^(1/(2*Df))"))
  expect_identical(rownames(got), c("v", "z", "f"))
  for (t in 1:3) {
    own <- terms == t
    expected <- det(r[own, own, drop = FALSE]) * det(r[!own, !own, drop = FALSE]) / det(r)
    expect_equal(got$GVIF[[t]], expected, tolerance = 1e-8)
    expect_equal(got[[3L]][[t]], expected^(1 / (2 * sum(own))), tolerance = 1e-8)
  }
  expect_error(rxVif(rxLinMod(y ~ x, d, reportProgress = 0)), "covCoef = TRUE")
})
