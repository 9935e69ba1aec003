# Makes the golden fits of this folder with R's glm, run to the end (epsilon 1e-14). Run here: Rscript make.R
#
# Factors have the first level as reference, as glm has it. Frequency weights: glm on the rows repeated. Numbers are
# written with 17 digits, data as exact decimals. RNGversion pins the data.
suppressPackageStartupMessages(library(jsonlite))
RNGversion("4.0.0")
digits17 <- function(x) ifelse(is.na(x), NA, sprintf("%.17g", x))
decimals <- function(x, k) as.numeric(formatC(x, digits = k, format = "f"))

golden <- function(name, formula, family, data, weights = NULL, frequency = FALSE, offset = NULL, dropped = NULL) {
  used <- data
  w <- if (is.null(weights)) rep(1, nrow(data)) else data[[weights]]
  if (frequency) {
    used <- data[rep(seq_len(nrow(data)), ifelse(is.na(w), 0, w)), ]
    w <- rep(1, nrow(used))
  }
  used$.w <- w
  used$.o <- if (is.null(offset)) 0 else used[[offset]]
  whole <- formula  # glm takes a thousandth of epsilon as the tolerance of its rank: `dropped` is told to it
  if (!is.null(dropped)) formula <- update(formula, paste(". ~ . -", dropped))
  fit <- suppressWarnings(glm(formula, eval(str2lang(family)), used, weights = .w, offset = .o,
      control = glm.control(epsilon = 1e-14, maxit = 100)))
  usual <- suppressWarnings(glm(formula, eval(str2lang(family)), used, weights = .w, offset = .o))
  s <- summary(fit)
  columns <- lapply(data, function(x) if (is.factor(x))
      list(type = "factor", levels = levels(x), values = as.character(x))
    else list(type = "numeric", values = digits17(x)))
  errors <- rep(NA, length(coef(fit)))
  errors[!is.na(coef(fit))] <- s$coefficients[, 2]
  estimates <- c(coef(fit), structure(rep(NA, length(dropped)), names = dropped))
  errors <- c(errors, rep(NA, length(dropped)))
  write_json(list(formula = paste(all.vars(whole)[1], "~", sub("^~", "", deparse1(whole[-2]))), family = family,
      weights = weights, frequency = frequency, offset = offset, data = columns,
      expected = list(labels = names(estimates), estimate = digits17(unname(estimates)), std_error = digits17(errors),
      deviance = digits17(fit$deviance), dispersion = digits17(s$dispersion), aic = digits17(fit$aic),
      df_residual = fit$df.residual, iterations = usual$iter)),
      paste0(name, ".json"), auto_unbox = TRUE, null = "null", na = "null")
}

set.seed(20)
n <- 150L
d <- data.frame(x = decimals(rnorm(n), 4), z = decimals(runif(n, -2, 3), 4), far = decimals(1e5 + rnorm(n), 3),
    f = factor(sample(c("a", "b", "c"), n, TRUE)), g = factor(sample(c("u", "v"), n, TRUE)),
    w = decimals(runif(n, 0.2, 3), 3), k = sample(0:3, n, TRUE), o = decimals(runif(n, 0, 0.5), 3))
eta <- 0.3 + 0.6 * d$x - 0.4 * d$z + c(0, 0.5, -0.3)[d$f]
d$b <- as.numeric(runif(n) < plogis(eta))
d$share <- decimals(plogis(eta + rnorm(n, 0, 0.3)), 4)
d$count <- rpois(n, exp(eta))
d$positive <- decimals(rgamma(n, 3, 3 / exp(0.5 * eta)) + 0.01, 4)
d$large <- decimals(5 + abs(eta) + rexp(n), 4)
d$y <- decimals(eta + rnorm(n), 4)
d$same <- 2 * d$x - d$z
d$near <- decimals(d$x + rnorm(n, 0, 0.001), 6)
missing <- d
missing$x[c(3, 50)] <- NA
missing$f[7] <- NA
missing$b[9] <- NA

for (link in c("logit", "probit", "cauchit", "cloglog"))
  golden(paste0("binomial_", link), b ~ x + z + f, sprintf("binomial(\"%s\")", link), d)
golden("binomial_log", b ~ g, "binomial(\"log\")", transform(d, b = as.numeric(runif(n) < ifelse(g == "u", 0.2, 0.3))))
golden("binomial_missing", b ~ x + z + f + g, "binomial", missing)
golden("binomial_crossed", b ~ x + f + g + f:g + x:f, "binomial", d)
golden("binomial_frequency", b ~ x + f, "binomial", d, "k", TRUE)
golden("binomial_aliased", b ~ x + z + same + f, "binomial", d, dropped = "same")
golden("binomial_near", b ~ x + near + f, "binomial", d)
golden("binomial_far", b ~ far + f, "binomial", d)
golden("quasibinomial_share", share ~ x + f, "quasibinomial", d, "w")
golden("poisson_log", count ~ x + z + f, "poisson", d)
golden("poisson_offset", count ~ x + f, "poisson", d, offset = "o")
golden("poisson_sqrt", count ~ f, "poisson(\"sqrt\")", d)
golden("poisson_identity", count ~ f, "poisson(\"identity\")", d)
golden("poisson_frequency", count ~ x + f, "poisson", d, "k", TRUE)
golden("quasipoisson", count ~ x + z, "quasipoisson", d, "w")
golden("gamma_inverse", large ~ x + f, "Gamma", d)
golden("gamma_log", positive ~ x + z + f, "Gamma(\"log\")", d, "w")
golden("gamma_identity", large ~ f, "Gamma(\"identity\")", d)
golden("inverse_gaussian", large ~ f, "inverse.gaussian", d)
golden("inverse_gaussian_log", large ~ x + f, "inverse.gaussian(\"log\")", d, "w")
golden("gaussian", y ~ x + z + f, "gaussian", d, "w")
golden("gaussian_log", large ~ x, "gaussian(\"log\")", d)
golden("gaussian_inverse", large ~ x, "gaussian(\"inverse\")", d)
golden("quasi_mu2", positive ~ x + f, "quasi(\"log\", \"mu^2\")", d)
golden("quasi_power", large ~ x, "quasi(power(0.5), variance = \"mu\")", d)
golden("quasi_mu3", large ~ x, "quasi(\"inverse\", \"mu^3\")", d, "w")
