# rxMultinomLogit against the likelihood written out, maximised by optim's start and Newton's method in R.

rows <- local({
  set.seed(8)
  n <- 3000L
  d <- data.frame(x = rnorm(n), f = factor(sample(c("a", "b", "c"), n, TRUE)), k = sample(0:3, n, TRUE))
  odds <- cbind(0, 0.4 + 0.6 * d$x, -0.3 + 0.7 * (d$f == "b"))
  share <- exp(odds) / rowSums(exp(odds))
  d$y <- factor(c("none", "one", "two")[1L + rowSums(runif(n) > t(apply(share, 1L, cumsum)))])
  d$x[seq(1, n, 97)] <- NA
  d
})

# Newton's method on the whole information matrix, in R.
by_newton <- function(formula, data) {
  frame <- model.frame(formula, data)
  x <- model.matrix(formula, frame)
  y <- outer(as.integer(model.response(frame)), 2:3, "==") * 1
  b <- matrix(0, ncol(x), 2L)
  for (i in 1:30) {
    p <- exp(x %*% b)
    p <- p / (1 + rowSums(p))
    score <- as.vector(crossprod(x, y - p))
    block <- function(a, c) crossprod(x, x * (p[, a] * ((a == c) - p[, c])))
    information <- rbind(cbind(block(1, 1), block(1, 2)), cbind(block(2, 1), block(2, 2)))
    b <- b + matrix(solve(information, score), ncol = 2L)
  }
  list(coefficients = b, errors = matrix(sqrt(diag(solve(information))), ncol = 2L),
      deviance = -2 * sum(log(cbind(1 - rowSums(p), p)[cbind(seq_len(nrow(y)), as.integer(model.response(frame)))])),
      p = p)
}

test_that("coefficients, errors and probabilities are those of the likelihood", {
  found <- rxMultinomLogit(y ~ x + f, rows, dropFirst = TRUE, covCoef = TRUE, coeffTolerance = 1e-12,
      objectiveFunctionTolerance = 0, reportProgress = 0)
  expected <- by_newton(y ~ x + f, rows)
  kept <- !found$aliased
  expect_s3_class(found, "rxMultinomLogit")
  expect_equal(unname(coef(found)[kept, ]), unname(expected$coefficients), tolerance = 1e-9)
  expect_equal(unname(found$coef.std.error[kept, ]), unname(expected$errors), tolerance = 1e-8)
  expect_equal(deviance(found), expected$deviance, tolerance = 1e-12)
  expect_equal(colnames(coef(found)), c("one", "two"))
  expect_equal(AIC(found), expected$deviance + 2 * 8, tolerance = 1e-12)
  expect_equal(nobs(found), sum(complete.cases(rows)))
  expect_equal(dim(confint(found)), c(5L, 2L, 2L))
  expect_equal(unname(sqrt(diag(vcov(found)))), unname(as.vector(found$coef.std.error)), tolerance = 1e-14)
  p <- predict(found, rows)
  expect_equal(names(p), c("none_prob", "one_prob", "two_prob"))
  expect_equal(is.na(p$none_prob), is.na(rows$x))
  expect_equal(unname(as.matrix(p[!is.na(rows$x), 2:3])), unname(expected$p), tolerance = 1e-9)
  likeliest <- predict(found, rows, type = "class")
  expect_equal(levels(likeliest$y_Pred), c("none", "one", "two"))
  expect_output(print(found), "Multinomial Logistic Regression")
  expect_output(print(summary(found)), "Coefficients of two:")
})

test_that("what cannot be is said", {
  expect_error(rxMultinomLogit(x ~ f, rows, reportProgress = 0), "must be a factor")
  expect_error(rxMultinomLogit(y ~ x, rows, maxIterations = 0, reportProgress = 0), "must be 1 or more")
  expect_error(rxPredict(rxMultinomLogit(y ~ x, rows, reportProgress = 0), rows, computeResiduals = TRUE), "residuals")
})
