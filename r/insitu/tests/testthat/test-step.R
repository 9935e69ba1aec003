# Stepwise selection, judged against R's step() on random designs.

rows <- function(seed, n = 400L) {
  set.seed(seed)
  d <- data.frame(x1 = rnorm(n), x2 = rnorm(n, 100), x3 = runif(n), f = factor(sample(letters[1:4], n, TRUE)),
      g = factor(sample(LETTERS[1:3], n, TRUE)), w = runif(n, 0.5, 2), k = sample(1:3, n, TRUE), z = rnorm(n, 0, 0.2))
  d$x4 <- d$x1 + 0.5 * rnorm(n)
  d$same <- d$x1 + d$x4  # aliased
  d$y <- with(d, 1 + x1 * runif(1, 0, 0.4) + x3 * runif(1, 0, 1) + (f == "b") * runif(1, -0.6, 0.6) +
      (f == "c") * (g == "B") * runif(1, 0, 1.5) + rnorm(n))
  d$x3[sample(n, 20L)] <- NA
  d$g[sample(n, 10L)] <- NA
  d
}

last_level <- function(d) {
  for (name in names(d)) if (is.factor(d[[name]])) contrasts(d[[name]]) <- contr.SAS(nlevels(d[[name]]))
  d
}

agrees <- function(ours, theirs, info) {
  table <- theirs$anova
  steps <- seq_len(nrow(table))
  found <- gsub(" ", "", ours$anova$Step[steps])
  expected <- gsub(" ", "", as.character(table$Step))
  # Beside x1, x4 and same = x1 + x4 are one choice: rounding tells which R takes.
  expect_identical(sub("same", "x4", found), sub("same", "x4", expected), info = info)
  for (column in intersect(names(table)[-1L], names(ours$anova))) {
    due <- as.numeric(table[[column]])
    # What a term changes is known to the rounding of the whole.
    size <- max(0, abs(if (column == "Deviance") table[["Resid. Dev"]] else due), na.rm = TRUE)
    expect_identical(is.na(ours$anova[[column]][steps]), is.na(due), info = paste(info, column))
    expect_lte(max(0, abs(ours$anova[[column]][steps] - due), na.rm = TRUE), 1e-9 * size, label = paste(info, column))
  }
  expect_identical(names(ours$anova)[[6L]], names(table)[[6L]], info = info)
  # A last step to a model whose own AIC is not smaller is made by R, too, but stands not in its table.
  last <- ours$anova[nrow(ours$anova), ]
  expect_equal(last$`Resid. Dev`, stats::deviance(theirs), tolerance = 1e-9, info = info)
  if (nrow(ours$anova) > nrow(table)) {
    expect_equal(nrow(ours$anova), nrow(table) + 1L, info = info)
    expect_equal(last$AIC, stats::extractAIC(theirs)[[2L]], tolerance = 1e-9, info = info)
  }
  # R puts interactions behind main effects; here terms stay as they came.
  if (identical(found, expected)) expect_equal(sort(unname(coef(ours))), sort(unname(coef(theirs))), tolerance = 1e-8,
      info = info)
}

scopes <- list(~ x1 + x2 + x3 + x4 + f * g, list(lower = ~ x2, upper = ~ x1 + x2 + x3 + x4 + same + f + g + x1:f))
first <- list(y ~ x2 + f, y ~ x2 + x1 + x3 + f)

test_that("linear models go the way of R's step, on one pass over the data", {
  seeds <- seq_len(if (nzchar(Sys.getenv("INSITU_TEST_ALL"))) 60L else 4L)
  for (seed in seeds) for (i in 1:2) for (method in c("both", "backward", "forward")) {
    d <- rows(seed)
    d <- last_level(d[stats::complete.cases(d[c("x3", "g")]), ])
    info <- paste("seed", seed, "scope", i, method)
    weighted <- seed %% 2 == 0
    scope <- scopes[[i]]
    start <- first[[i]]
    environment(start) <- environment()
    control <- rxStepControl(method = if (method == "both") "stepwise" else method, scope = scope,
        k = if (seed == 3) log(nrow(d)) else 2, scale = if (seed == 4) 1.1 else 0)
    # Missing values: rows complete over the upper scope.
    ours <- rxLinMod(start, rows(seed), pweights = if (weighted) "w", variableSelection = control, reportProgress = 0)
    d$.w <- if (weighted) d$w else 1
    model <- lm(start, d, weights = .w)
    theirs <- step(model, scope, direction = method, trace = 0, k = control$k, scale = control$scale)
    agrees(ours, theirs, info)
  }
})

test_that("the chosen model is that of a plain call", {
  d <- rows(5)
  d <- d[stats::complete.cases(d), ]
  ours <- rxLinMod(first[[1L]], d, variableSelection = rxStepControl(scope = scopes[[1L]]), covCoef = TRUE,
      reportProgress = 0)
  plain <- rxLinMod(ours$formula, d, covCoef = TRUE, reportProgress = 0)
  for (field in c("coefficients", "coef.std.error", "sigma", "r.squared", "covCoef", "fstatistics", "aliased"))
    expect_identical(ours[[field]], plain[[field]], info = field)
  expect_identical(class(ours), "rxLinMod")
  expect_equal(rxPredict(ours, d, reportProgress = 0), rxPredict(plain, d, reportProgress = 0))
  expect_identical(deparse(ours$formulaBase), deparse(first[[1L]]))
})

test_that("frequency weights are repeated rows", {
  d <- rows(6)
  d <- d[stats::complete.cases(d), ]
  control <- rxStepControl(scope = scopes[[1L]])
  ours <- rxLinMod(first[[1L]], d, fweights = "k", variableSelection = control, reportProgress = 0)
  d <- last_level(d[rep(seq_len(nrow(d)), d$k), ])
  agrees(ours, step(lm(y ~ x2 + f, d), scopes[[1L]], trace = 0), "fweights")
})

test_that("generalized linear models go the way of R's step", {
  families <- list(binomial(), poisson(), Gamma("log"), gaussian())
  for (i in seq_along(families)) for (method in c("both", "backward")) {
    d <- rows(20 + i)
    eta <- d$y + d$z
    d$y <- switch(i, as.numeric(eta > 1 + rnorm(nrow(d))), rpois(nrow(d), exp(eta / 2)),
        rgamma(nrow(d), 3) * exp(eta / 3), eta)
    control <- rxStepControl(method = if (method == "both") "stepwise" else "backward", scope = scopes[[1L]])
    info <- paste(families[[i]]$family, method)
    start <- if (method == "both") y ~ x2 + f else y ~ x1 + x2 + x3 + x4 + f * g
    ours <- if (i == 1L) rxLogit(start, d, variableSelection = control, coeffTolerance = 1e-12,
        objectiveFunctionTolerance = 1e-13, reportProgress = 0)
      else rxGlm(start, d, families[[i]], offset = "z", pweights = if (i == 2L) "w", variableSelection = control,
        coeffTolerance = 1e-12, objectiveFunctionTolerance = 1e-13, reportProgress = 0)
    d <- last_level(d[stats::complete.cases(d[c("x3", "g")]), ])
    d$.w <- if (i == 2L) d$w else 1
    d$.o <- if (i == 1L) 0 else d$z
    family <- families[[i]]
    model <- suppressWarnings(eval(bquote(glm(.(start), family, d, weights = .w, offset = .o,
        control = list(epsilon = 1e-13, maxit = 50)))))
    theirs <- suppressWarnings(step(model, scopes[[1L]], direction = method, trace = 0))
    agrees(ours, theirs, info)
  }
})

test_that("significance levels choose as the p values of add1 and drop1 say", {
  d <- rows(9)
  d <- last_level(d[stats::complete.cases(d), ])
  upper <- ~ x1 + x2 + x3 + x4 + f + g
  forward <- rxLinMod(y ~ 1, d, variableSelection = rxStepControl("forward", upper, stepCriterion = "SigLevel",
      maxSigLevelToAdd = 0.2), reportProgress = 0)
  model <- lm(y ~ 1, d)
  path <- ""
  p <- NA
  repeat {
    table <- add1(model, upper, test = "F")[-1L, ]
    if (!nrow(table) || min(table$`Pr(>F)`) > 0.2) break
    best <- which.min(table$`Pr(>F)`)
    path <- c(path, paste("+", rownames(table)[[best]]))
    p <- c(p, table$`Pr(>F)`[[best]])
    model <- update(model, paste("~ . +", rownames(table)[[best]]))
  }
  expect_identical(forward$anova$Step, path)
  expect_equal(forward$anova$`Pr(>F)`, p, tolerance = 1e-8)
  backward <- rxLogit(late ~ x1 + x2 + x3 + x4 + f + g, transform(d, late = y > 1), variableSelection =
      rxStepControl("backward", stepCriterion = "SigLevel", minSigLevelToDrop = 0.1), reportProgress = 0)
  model <- glm(y > 1 ~ x1 + x2 + x3 + x4 + f + g, binomial, d)
  path <- ""
  repeat {
    table <- drop1(model, test = "Chisq")[-1L, ]
    if (max(table$`Pr(>Chi)`) <= 0.1) break
    worst <- rownames(table)[[which.max(table$`Pr(>Chi)`)]]
    path <- c(path, paste("-", worst))
    model <- update(model, paste("~ . -", worst))
  }
  expect_identical(backward$anova$Step, path)
})

test_that("the printed example of the original comes out", {
  steps <- rxStepControl(method = "stepwise", keepStepCoefs = TRUE, scope = list(lower = ~ Sepal.Width,
      upper = ~ Sepal.Width + Petal.Length + Petal.Width * Species))
  fit <- rxLinMod(Sepal.Length ~ Sepal.Width + Petal.Length, data = iris, variableSelection = steps, dropMain = FALSE,
      coefLabelStyle = "R", reportProgress = 0)
  printed <- c(2.2491402, 0.5955247, 0.4719200, 0, 0, 0, 0, 0, 0, 0, 0.9962913, 0.4322172, 0.7756295, 0, 1.3940979,
      0.4382856, NA, 0, 0, 0, 1.1477685, 0.4958889, 0.8292439, -0.3151552, 1.0234978, 0.2999359, NA, 0, 0, 0, 0.7228228,
      0.5050955, 0.8702840, -0.2313888, 1.2715542, 1.0781752, NA, 0.2630978, -0.5012827, NA)
  expect_equal(round(unname(c(fit$stepCoefs)), 7), printed)
  expect_identical(colnames(fit$stepCoefs), c("0", "1", "2", "3"))
  expect_identical(rownames(fit$stepCoefs)[c(1, 4, 6)], c("(Intercept)", "Petal.Width", "Speciesversicolor"))
  expect_identical(fit$anova$Step, c("", "+ Species", "+ Petal.Width", "+ Petal.Width:Species"))
  file <- tempfile(fileext = ".pdf")
  grDevices::pdf(file)
  on.exit(unlink(file))
  drawn <- rxStepPlot(fit)
  grDevices::dev.off()
  expect_identical(drawn, fit$stepCoefs[-c(7, 10), ])
  expect_gt(file.size(file), 1000)
})

test_that("the Gamma example of the original comes out", {
  claims <- file.path(samples_folder(), "claims.xdf")
  fit <- rxGlm(cost ~ age, RxXdfData(claims), family = Gamma, dropFirst = TRUE, reportProgress = 0,
      variableSelection = rxStepControl(scope = ~ age + car.age + type))
  printed <- capture.output(print(summary(fit)))
  expect_true("Generalized Linear Model Results for: cost ~ car.age + type" %in% printed)
  expect_true("Total independent variables: 9 (Including number dropped: 2)" %in% printed)
  expect_true("Residual deviance: 18.0433 (on 116 degrees of freedom)" %in% printed)
  expect_true("(Dispersion parameter for Gamma family taken to be 0.2249467)" %in% printed)
  expect_true("type=D      -0.0016307  0.0004923  -3.313  0.00123 ** " %in% printed)
  expect_true("Condition number of final variance-covariance matrix: 9.1775 " %in% printed)
})

test_that("models without refitting are compared at the weights of all terms", {
  d <- rows(12)
  d$late <- d$y > 1
  control <- rxStepControl(method = "backward", refitEachStep = FALSE)
  quick <- rxLogit(late ~ x1 + x2 + x3 + x4 + f, d, variableSelection = control, reportProgress = 0)
  exact <- rxLogit(late ~ x1 + x2 + x3 + x4 + f, d, variableSelection = rxStepControl("backward"), reportProgress = 0)
  expect_setequal(quick$anova$Step, exact$anova$Step)
  last <- nrow(exact$anova)
  expect_equal(quick$anova$AIC[[last]], exact$anova$AIC[[last]], tolerance = 1e-3)
  expect_equal(quick$anova$AIC[[1L]], exact$anova$AIC[[1L]], tolerance = 1e-9)
  expect_equal(quick$coefficients, exact$coefficients, tolerance = 1e-7)
})

test_that("what cannot be is said", {
  d <- rows(1)
  fit <- function(control, formula = y ~ x1 + x2, ...) rxLinMod(formula, d, variableSelection = control,
      reportProgress = 0,
      ...)
  expect_error(rxStepControl(method = "stepwize"), "did you mean \"?stepwise")
  expect_error(rxStepControl(stepCriterion = "BIC"), "stepCriterion must be one of")
  expect_error(fit(list(methd = "forward")), "no entry 'methd' \\(did you mean method")
  expect_error(fit(rxStepControl(scope = ~ x1 + x3)), "the term x2, which the upper formula of scope has not")
  expect_error(fit(rxStepControl(scope = list(lower = ~ f, upper = ~ x1 + x2))),
      "the term f, which the upper one has not")
  expect_error(fit(rxStepControl(scope = ~ x1 + x2 + y)), "dependent variable 'y' among the terms")
  expect_error(fit(rxStepControl(), cbind(y, x3) ~ x1), "one dependent variable")
  expect_error(fit(rxStepControl(), y ~ f, cube = TRUE), "cannot be combined with cube = TRUE")
  expect_error(rxStepPlot(fit(rxStepControl())), "keepStepCoefs = TRUE")
})

test_that("unknown settings of a selection are named", {
  expect_error(rxLinMod(mpg ~ wt, mtcars, variableSelection = list(scop = ~ wt + hp), reportProgress = 0), "scop")
})
