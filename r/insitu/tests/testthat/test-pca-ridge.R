# rxPca against princomp and prcomp, rxRidgeReg against the formulas of MASS::lm.ridge written out.

logged <- log(iris[1:4])
near <- function(found, expected, tolerance = 1e-9) expect_equal(found, expected, tolerance = tolerance)

test_that("components are those of princomp and prcomp", {
  found <- rxPca(~ Sepal.Length + Sepal.Width + Petal.Length + Petal.Width, logged, cor = TRUE)
  expected <- princomp(covmat = cov(logged), cor = TRUE, fix_sign = TRUE)
  expect_s3_class(found, "rxPca")
  near(unname(found$sdev), unname(expected$sdev))
  near(abs(unclass(found$loadings)[, ]), abs(unclass(loadings(expected))[, ]))
  expect_true(all(found$loadings[1L, ] > 0))
  plain <- rxPca(~ Sepal.Length + Sepal.Width + Petal.Length + Petal.Width, logged)
  other <- prcomp(logged)
  near(unname(plain$sdev), other$sdev)
  near(abs(unname(predict(plain, logged)[1:5, ])), abs(unname(other$x[1:5, ])))
  near(unname(plain$center), unname(other$center))
  expect_true("Importance of components:" %in% capture.output(print(summary(plain))))
  expect_true("Standard deviations:" %in% capture.output(print(plain)))
  expect_error(predict(plain, logged[1:2]), "not found: Petal.Length")
})

test_that("princomp takes a covariance", {
  covariance <- rxCov(~ Sepal.Length + Sepal.Width + Petal.Length + Petal.Width, logged)
  near(princomp(covmat = covariance, cor = TRUE)$sdev, princomp(covmat = cov(logged), cor = TRUE)$sdev)
})

# As MASS::lm.ridge(y ~ X, lambda = n * lambda) computes.
ridge <- function(x, y, lambda) {
  n <- nrow(x)
  centred <- scale(x, scale = FALSE)
  sizes <- sqrt(colSums(centred^2) / n)
  s <- svd(sweep(centred, 2, sizes, "/"))
  b <- s$v %*% (s$d / (s$d^2 + n * lambda) * crossprod(s$u, y - mean(y))) / sizes
  rest <- sum((y - mean(y) - centred %*% b)^2)
  df <- sum(s$d^2 / (s$d^2 + n * lambda))
  list(coef = c(mean(y) - sum(b * colMeans(x)), b), GCV = rest / (n - df)^2, df = df)
}

test_that("ridge regressions are those of the formulas", {
  found <- rxRidgeReg(mpg ~ wt + hp + disp, mtcars, c(0, 0.02, 1))
  for (i in 1:3) {
    expected <- ridge(as.matrix(mtcars[c("wt", "hp", "disp")]), mtcars$mpg, c(0, 0.02, 1)[[i]])
    near(unname(found$coefficients[i, ]), expected$coef)
    near(unname(found$GCV[[i]]), expected$GCV)
    near(unname(found$df[[i]]), expected$df)
  }
  near(unname(coef(rxRidgeReg(mpg ~ wt, mtcars, 0))), unname(coef(lm(mpg ~ wt, mtcars))))
  expect_error(rxRidgeReg(mpg ~ wt, mtcars, -1), "lambda must be a number of 0 or more")
})

test_that("the printed example of the original comes out", {
  before <- RNGkind()
  on.exit(suppressWarnings(RNGkind(before[[1L]], before[[2L]], before[[3L]])))  # of the tests that follow
  suppressWarnings(set.seed(14, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rounding"))
  x <- rnorm(100)
  y <- rnorm(100, mean = x, sd = .01)
  z <- rnorm(100, mean = 2 + x + y)
  found <- rxRidgeReg(z ~ x + y, data.frame(x = x, y = y, z = z), lambda = 0.02)
  expect_identical(format(c(found$coefficients), digits = 7), c("1.8276740", "0.8917924", "0.8723334"))
})

test_that("the elastic net is where its conditions say", {
  found <- rxElasticNet(mpg ~ wt + hp + disp, mtcars, alpha = 0.5, lambda = c(1, 0.1))
  x <- scale(as.matrix(mtcars[c("wt", "hp", "disp")]))[, ] * sqrt(32 / 31)
  for (i in 1:2) {
    b <- found$coefficients[i, -1L] * apply(mtcars[c("wt", "hp", "disp")], 2, sd) * sqrt(31 / 32)
    pull <- crossprod(x, mtcars$mpg - mean(mtcars$mpg) - x %*% b) / 32 - c(1, 0.1)[[i]] * 0.5 * b
    expect_true(all(abs(pull[b != 0] - c(1, 0.1)[[i]] * 0.5 * sign(b[b != 0])) < 1e-10))
    expect_true(all(abs(pull[b == 0]) <= c(1, 0.1)[[i]] * 0.5))
  }
  expect_identical(coef(found), found$coefficients)
  expect_identical(nrow(rxElasticNet(mpg ~ wt + hp, mtcars, numLambda = 7)$coefficients), 7L)
})

test_that("princomp takes what rxCov gives", {
  logs <- as.data.frame(lapply(iris[, 1:4], log))
  found <- princomp(covmat = rxCov(~ Sepal.Length + Sepal.Width + Petal.Length + Petal.Width, logs, reportProgress = 0),
      cor = TRUE)
  expected <- princomp(logs, cor = TRUE)
  expect_equal(unname(found$sdev), unname(expected$sdev), tolerance = 1e-12)
  expect_equal(abs(unclass(loadings(found))), abs(unclass(loadings(expected))), tolerance = 1e-10)
  # As printed in the documentation of the original, but for signs: 0.504 0.302 0.577 0.567.
  expect_equal(unname(round(abs(unclass(loadings(found)))[, 1L], 3L)), c(0.504, 0.302, 0.577, 0.567))
})

test_that("scores are those of prcomp and princomp, of factors too, and go into files", {
  columns <- c("Sepal.Length", "Sepal.Width", "Petal.Length", "Petal.Width")
  formula <- ~ Sepal.Length + Sepal.Width + Petal.Length + Petal.Width
  found <- rxPredict(rxPca(formula, iris, cor = TRUE), iris)
  expected <- predict(prcomp(iris[columns], scale. = TRUE), iris)
  expect_identical(names(found), paste0("PC", 1:4))
  near(abs(as.matrix(found)), abs(expected[, ]), 1e-8)
  two <- rxPredict(rxPca(formula, iris), iris, numComponents = 2)
  near(unname(abs(as.matrix(two))), unname(abs(predict(princomp(iris[columns]), iris)[, 1:2])), 1e-8)

  coded <- model.matrix(~ Sepal.Length + Species, iris, contrasts.arg = list(Species = contrasts(iris$Species, FALSE)))
  with_factor <- rxPca(~ Sepal.Length + Species, iris)
  near(unname(as.matrix(rxPredict(with_factor, iris))[, 1:3]),
      unname(scale(coded[, -1L], scale = FALSE)[, ] %*% unclass(with_factor$loadings)[, 1:3]))
  file <- tempfile(fileext = ".xdf")
  on.exit(unlink(file))
  rxDataStep(iris, file, reportProgress = 0)
  rxPredict(with_factor, file, numComponents = 1, predVarNames = "score", reportProgress = 0)
  near(rxDataStep(file, reportProgress = 0)$score, unname(predict(with_factor, iris)[, 1L]))
})

test_that("shrunken models predict by their coefficients", {
  ridge_fit <- rxRidgeReg(mpg ~ wt + hp + disp, mtcars, c(0.02, 0.3))
  expected <- cbind(1, as.matrix(mtcars[c("wt", "hp", "disp")])) %*% t(ridge_fit$coefficients)
  best <- which.min(ridge_fit$GCV)
  found <- rxPredict(ridge_fit, mtcars, computeResiduals = TRUE)
  expect_identical(names(found), c("mpg_Pred", "mpg_Resid"))
  near(found$mpg_Pred, unname(expected[, best]))
  near(found$mpg_Resid, mtcars$mpg - found$mpg_Pred)
  near(unname(as.matrix(predict(ridge_fit, mtcars, lambda = c(0.3, 0.02)))), unname(expected[, 2:1]))
  net <- rxElasticNet(mpg ~ wt + hp + disp, mtcars, alpha = 0.5, lambda = c(1, 0.1))
  by_hand <- cbind(1, as.matrix(mtcars[c("wt", "hp", "disp")])) %*% (0.5 * net$coefficients[1L, ] + 0.5 *
      net$coefficients[2L, ])
  near(predict(net, mtcars, lambda = 0.55)$mpg_Pred, as.vector(by_hand))
  expect_error(rxPredict(ridge_fit, mtcars, computeStdErrors = TRUE), "not defined for a ridge regression")
  expect_error(rxPredict(ridge_fit, mtcars, lambda = 7), "not fitted with lambda 7, but with 0.02, 0.3")
  expect_error(rxPredict(rxLinMod(mpg ~ wt, mtcars), mtcars, lambda = 1), "lambda is for a model of rxRidgeReg")
  for (model in list(ridge_fit, net, rxPca(~ mpg + wt, mtcars))) {
    back <- rxUnserializeModel(rxSerializeModel(model))
    expect_identical(class(back), class(model))
    expect_identical(rxPredict(back, mtcars), rxPredict(model, mtcars))
    expect_identical(rxSerializeModel(back), rxSerializeModel(model))
  }
})

test_that("moments and covariances stand for the rows", {
  kept <- rxMoments(mpg ~ wt + hp + disp, mtcars)
  covariances <- rxCovCor(~ mpg + wt + hp + disp, mtcars)
  for (moments in list(kept, covariances)) {
    near(rxPca(~ wt + hp + disp, moments = moments, cor = TRUE)$sdev, rxPca(~ wt + hp + disp, mtcars, cor = TRUE)$sdev)
    near(rxRidgeReg(mpg ~ hp + wt, moments = moments, lambda = 0.1)$coefficients,
        rxRidgeReg(mpg ~ hp + wt, mtcars, lambda = 0.1)$coefficients)
    near(rxElasticNet(hp ~ mpg + wt, moments = moments, numLambda = 4)$coefficients,
        rxElasticNet(hp ~ mpg + wt, mtcars, numLambda = 4)$coefficients)
    expected <- summary(lm(mpg ~ wt + hp, mtcars))
    found <- rxRefit(moments, mpg ~ wt + hp)
    near(unname(cbind(found$coefficients, found$coef.std.error, found$coef.p.value)),
        unname(expected$coefficients[, c(1, 2, 4)]))
    near(as.vector(found$r.squared), expected$r.squared)
  }
  near(rxPca(covariances)$sdev, rxPca(~ mpg + wt + hp + disp, mtcars)$sdev)
  expect_output(print(rxPca(covariances)), "Standard deviations:")
  expect_error(rxRidgeReg(mpg ~ wt, moments = kept, rowSelection = wt > 2), "rowSelection cannot be used with moments")
  expect_error(rxPca(~ wt, mtcars, moments = kept), "exclude each other")
  expect_error(rxPca(~ wt), "rxPca: argument 'data' is missing")
  expect_error(rxPca(~ wt, moments = cov(mtcars)), "what rxCovCor returns")
})
