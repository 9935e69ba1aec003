# Makes families.json: what R's families say of single values. Run here: Rscript make.R
# eta, mu of eta, d mu / d eta; and of mu: eta; deviances of (y, mu); starting means; aic of a few rows.
suppressPackageStartupMessages(library(jsonlite))
digits17 <- function(x) sprintf("%.17g", x)

links <- list(
  list(text = "gaussian(identity)", eta = c(-3, 0, 2.5), mu = c(-2, 0.5, 7)),
  list(text = "poisson(log)", eta = c(-50, -40, -1, 0, 3.3, 700), mu = c(1e-10, 0.3, 40)),
  list(text = "binomial(logit)", eta = c(-1000, -31, -30, -5, -1e-9, 0, 0.7, 29.9, 31, 800),
      mu = c(1e-9, 0.25, 0.5, 0.999)),
  list(text = "binomial(probit)", eta = c(-40, -9, -3, 0, 0.4, 8, 12), mu = c(1e-9, 0.25, 0.5, 0.999)),
  list(text = "binomial(cauchit)", eta = c(-1e16, -1e5, -2, -1, 0, 0.3, 4, 1e9), mu = c(1e-9, 0.25, 0.7, 0.999)),
  list(text = "binomial(cloglog)", eta = c(-50, -5, 0, 0.5, 3, 800), mu = c(0.01, 0.25, 0.5, 0.999)),
  list(text = "Gamma(inverse)", eta = c(-2, 0.001, 3), mu = c(0.1, 5)),
  list(text = "poisson(sqrt)", eta = c(0.1, 1, 12), mu = c(0.1, 5)),
  list(text = "inverse.gaussian(1/mu^2)", eta = c(0.1, 1, 12), mu = c(0.1, 5)),
  list(text = "quasi(power(0.3), variance = \"mu\")", eta = c(0.1, 1, 12), mu = c(0.1, 5)),
  list(text = "quasi(power(2), variance = \"mu^2\")", eta = c(0.1, 1, 12), mu = c(0.1, 5)))
families <- list(
  list(text = "gaussian", y = c(-1, 0, 2.5), mu = c(0.5, 0.25, 3)),
  list(text = "binomial", y = c(0, 1, 0.3, 1, 0), mu = c(0.2, 0.9, 0.5, 1e-12, 0.5)),
  list(text = "quasibinomial", y = c(0, 1, 0.3), mu = c(0.2, 0.9, 0.5)),
  list(text = "poisson", y = c(0, 1, 3, 0.5), mu = c(0.2, 0.9, 12, 1e-10)),
  list(text = "quasipoisson", y = c(0, 1, 3, 0.5), mu = c(0.2, 0.9, 12, 1e-10)),
  list(text = "Gamma", y = c(0.1, 1, 3), mu = c(0.2, 0.9, 12)),
  list(text = "inverse.gaussian", y = c(0.1, 1, 3), mu = c(0.2, 0.9, 12)),
  list(text = "quasi(\"log\", \"mu(1-mu)\")", y = c(0, 1, 0.3), mu = c(0.2, 0.9, 0.5)),
  list(text = "quasi(\"log\", \"mu\")", y = c(0, 1, 3), mu = c(0.2, 0.9, 12)),
  list(text = "quasi(\"log\", \"mu^2\")", y = c(0.1, 1, 3), mu = c(0.2, 0.9, 12)),
  list(text = "quasi(\"log\", \"mu^3\")", y = c(0.1, 1, 3), mu = c(0.2, 0.9, 12)),
  list(text = "quasi(\"log\", \"constant\")", y = c(0.1, 1, 3), mu = c(0.2, 0.9, 12)))
link_entries <- lapply(links, function(l) {
  f <- eval(str2lang(l$text))
  list(family = l$text, name = f$link, eta = digits17(l$eta), mu_of_eta = digits17(f$linkinv(l$eta)),
      slope = digits17(f$mu.eta(l$eta)), mu = digits17(l$mu), eta_of_mu = digits17(f$linkfun(l$mu)))
})
family_entries <- lapply(families, function(l) {
  f <- eval(str2lang(l$text))
  if (is.function(f)) f <- f()
  y <- l$y
  nobs <- length(y)
  weights <- rep(1, nobs)
  family <- f  # as the expressions call it
  etastart <- start <- mustart <- NULL
  suppressWarnings(eval(f$initialize))
  w <- seq_along(y)
  aic <- suppressWarnings(f$aic(y, n, l$mu, if (f$family == "gaussian") w else rep(1, nobs),
      sum(f$dev.resids(y, l$mu, if (f$family == "gaussian") w else rep(1, nobs)))))
  # Shares of 1 trial are no binomial: R rounds them.
  if (f$family == "binomial") aic <- suppressWarnings(f$aic(y[1:2], n[1:2], l$mu[1:2], c(1, 1),
      sum(f$dev.resids(y[1:2], l$mu[1:2], c(1, 1)))))
  list(family = l$text, y = digits17(y), mu = digits17(l$mu), aic = if (is.na(aic)) NA else digits17(aic),
      variance = digits17(f$variance(l$mu)),
      deviance = digits17(f$dev.resids(y, l$mu, rep(1, nobs))), start = digits17(mustart))
})
write_json(list(origin = paste(R.version.string, "stats families"), links = link_entries, families = family_entries),
    "families.json", auto_unbox = TRUE, pretty = 1, na = "null")
