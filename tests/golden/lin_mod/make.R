# Makes the golden fits of this folder with R's lm. Run here: Rscript make.R
#
# The design is built from full sets of dummies in the order of the formula (the first factor of an
# interaction varies fastest); which of them are left out is worked out below from the rules of the
# reference system, and the kept columns are fitted by stats::lm. Frequency weights: lm on the rows
# repeated; probability weights: lm(weights = ). Numbers are written with 17 digits, data as exact
# decimals. RNGversion pins the data.
suppressPackageStartupMessages(library(jsonlite))
RNGversion("4.0.0")

digits17 <- function(x) ifelse(is.na(x), NA, sprintf("%.17g", x))
decimals <- function(x, k) as.numeric(formatC(x, digits = k, format = "f"))

# The columns of one term: label, values and whether the column stands at a reference level.
term_columns <- function(term, data, drop_first) {
  vars <- strsplit(term, ":", fixed = TRUE)[[1]]
  is_factor <- vapply(vars, function(v) is.factor(data[[v]]), NA)
  number <- Reduce(`*`, lapply(vars[!is_factor], function(v) data[[v]]), rep(1, nrow(data)))
  if (!any(is_factor))
    return(list(list(label = paste(vars, collapse = ":"), x = number, reference = 0L)))
  cells <- expand.grid(lapply(vars[is_factor], function(v) levels(data[[v]])))
  cells[] <- lapply(cells, as.character)
  names(cells) <- vars[is_factor]
  lapply(seq_len(nrow(cells)), function(i) {
    x <- number
    at_reference <- 0L
    for (v in names(cells)) {
      x <- x * (data[[v]] == cells[i, v])
      l <- levels(data[[v]])
      at_reference <- at_reference + (cells[i, v] == (if (drop_first) l[1] else l[length(l)]))
    }
    label <- paste0(names(cells), "=", unlist(cells[i, ]), collapse = ", ")
    if (any(!is_factor)) label <- paste0(paste(vars[!is_factor], collapse = ":"), " for ", label)
    list(label = label, x = x, reference = as.integer(at_reference))
  })
}

# Marks the columns that do not depend linearly on those before; within a term those away from the
# reference levels come first.
keep_columns <- function(terms, w, intercept) {
  base <- if (intercept) cbind(rep(1, length(w))) else matrix(0, length(w), 0)
  kept <- lapply(terms, function(columns) logical(length(columns)))
  for (t in seq_along(terms))
    for (i in order(vapply(terms[[t]], `[[`, 1L, "reference"))) {
      candidate <- cbind(base, terms[[t]][[i]]$x)
      # Columns are scaled, so that the tolerance is relative.
      scale <- sqrt(colSums(candidate^2))
      scaled <- sweep(candidate, 2, scale, "/") * sqrt(w)
      if (all(scale > 0) && qr(scaled, tol = 1e-9)$rank == ncol(candidate)) {
        base <- candidate
        kept[[t]][i] <- TRUE
      }
    }
  kept
}

golden <- function(name, what, formula, data, pweights = NULL, fweights = NULL, dropFirst = FALSE,
                   cube = FALSE, options = list(), reference_first = dropFirst) {
  tf <- terms(formula, keep.order = TRUE)
  labels <- attr(tf, "term.labels")
  intercept <- attr(tf, "intercept") == 1 && !cube
  y <- all.vars(formula)[1]
  weight <- c(pweights, fweights)
  used <- c(all.vars(formula), weight)
  complete <- complete.cases(data[used])
  d <- data[complete, ]
  w <- if (is.null(weight)) rep(1, nrow(d)) else d[[weight]]
  columns <- lapply(labels, term_columns, data = d, drop_first = reference_first)
  kept <- keep_columns(columns, w, intercept)
  flat <- unlist(columns, recursive = FALSE)
  is_kept <- unlist(kept)
  x <- do.call(cbind, lapply(flat[is_kept], `[[`, "x"))
  rows <- if (is.null(fweights)) seq_len(nrow(d)) else rep(seq_len(nrow(d)), d[[fweights]])
  lm_weights <- if (is.null(pweights)) rep(1, length(rows)) else d[[pweights]][rows]
  X <- x[rows, , drop = FALSE]
  Y <- d[[y]][rows]
  fit <- if (intercept) lm(Y ~ X, weights = lm_weights) else lm(Y ~ X - 1, weights = lm_weights)
  s <- summary(fit)
  if (anyNA(coef(fit))) stop("lm sees aliased columns among the kept ones: ", name)

  labelled <- vapply(flat, `[[`, "", "label")
  estimates <- s$coefficients
  values <- matrix(NA_real_, length(flat), 4)
  values[is_kept, ] <- estimates[(1 + intercept):nrow(estimates), ]
  if (intercept) {
    labelled <- c("(Intercept)", labelled)
    values <- rbind(estimates[1, ], values)
    is_kept <- c(TRUE, is_kept)
  }
  rss <- sum(lm_weights * residuals(fit)^2)
  p <- sum(is_kept)
  n <- length(Y)
  if (cube) {
    tss <- sum(lm_weights * (Y - weighted.mean(Y, lm_weights))^2)
    r2 <- 1 - rss / tss
    f <- c((tss - rss) / (p - 1) / (rss / (n - p)), p - 1, n - p)
    adjusted <- 1 - (1 - r2) * (n - 1) / (n - p)
  } else {
    r2 <- s$r.squared
    adjusted <- s$adj.r.squared
    f <- s$fstatistic
  }
  if (!is.null(pweights)) options$pweights <- pweights
  if (!is.null(fweights)) options$fweights <- fweights
  if (dropFirst) options$dropFirst <- TRUE
  if (cube) options$cube <- TRUE
  if (length(options) == 0) options <- setNames(list(), character())
  result <- list(
    name = name, what = what, made_by = "R 4.2.2 stats::lm, make.R",
    formula = paste(deparse(formula, 500), collapse = ""),
    options = options,
    data = lapply(data, function(v) {
      if (is.factor(v)) return(list(type = "factor", levels = levels(v), values = as.character(v)))
      text <- format(v, digits = 15, trim = TRUE, scientific = FALSE)
      list(type = if (is.integer(v)) "integer" else "numeric", values = ifelse(is.na(v), NA, text))
    }),
    expected = list(
      labels = labelled, dropped = sum(!is_kept),
      estimate = digits17(values[, 1]), std_error = digits17(values[, 2]),
      t = digits17(values[, 3]), p = digits17(values[, 4]),
      valid = if (all(w > 0)) sum(complete), missing = sum(!complete),
      sum_of_weights = digits17(sum(w)),
      sigma = digits17(s$sigma), r_squared = digits17(r2), adj_r_squared = digits17(adjusted),
      f = digits17(f[[1]]), df_model = f[[2]], df_residual = f[[3]],
      f_p = digits17(pf(f[[1]], f[[2]], f[[3]], lower.tail = FALSE)), rss = digits17(rss)
    )
  )
  if (intercept) {
    S <- cov.wt(X, wt = lm_weights, method = "ML")$cov
    R <- cov2cor(S)
    result$expected$condition_number <- digits17(norm(R, "1") * norm(solve(R), "1"))
  }
  covariance <- vcov(fit)
  if (p <= 8)
    result$expected$vcov <- lapply(seq_len(p), function(i) digits17(covariance[i, seq_len(i)]))
  # Predictions for the first five complete rows.
  if (is.null(fweights)) {
    show <- seq_len(min(5, nrow(d)))
    se <- predict(fit, se.fit = TRUE)$se.fit[show]
    quantile <- qt(0.975, f[[3]])
    pred <- fitted(fit)[show]
    result$expected$predictions <- list(
      rows = which(complete)[show], pred = digits17(pred), std_error = digits17(se),
      confidence_lower = digits17(pred - quantile * se),
      confidence_upper = digits17(pred + quantile * se),
      prediction_lower = digits17(pred - quantile * sqrt(se^2 + s$sigma^2)),
      prediction_upper = digits17(pred + quantile * sqrt(se^2 + s$sigma^2)))
  }
  text <- toJSON(result, auto_unbox = TRUE, null = "null", na = "null", digits = NA)
  writeLines(text, paste0(name, ".json"))
  cat(sprintf("%-28s p=%d dropped=%d n=%d R2=%.4f\n", name, p, sum(!is_kept), n, r2))
}

pick <- function(data, names) data[strsplit(names, " ")[[1]]]
make_factor <- function(n, levels) factor(sample(levels, n, TRUE), levels = levels)

set.seed(20261)
n <- 60
d <- data.frame(y = 0, x1 = decimals(rnorm(n), 3), x2 = decimals(runif(n, 100, 200), 2),
                x3 = sample(1:50, n, TRUE))
d$y <- decimals(3 + 2 * d$x1 - 0.05 * d$x2 + 0.1 * d$x3 + rnorm(n), 3)
golden("numeric_one", "one numeric predictor", y ~ x1, pick(d, "y x1"))
golden("numeric_three", "three numeric predictors, one of them whole numbers", y ~ x1 + x2 + x3, d)
golden("numeric_no_intercept", "no intercept", y ~ x1 + x2 - 1, pick(d, "y x1 x2"))
golden("numeric_product", "product of two numeric predictors",
       y ~ x1 + x3 + x1:x3, pick(d, "y x1 x3"))
m <- d
m$x1[c(3, 17)] <- NA
m$y[c(17, 40)] <- NA
m$x3[60] <- NA
golden("numeric_missing", "rows with missing values are left out", y ~ x1 + x2 + x3, m)
a <- d
a$x4 <- 2 * a$x3 + 1
golden("numeric_aliased", "x4 = 2 x3 + 1: the later column is dropped",
       y ~ x3 + x4 + x1, pick(a, "y x1 x3 x4"))
a$one <- 1
golden("numeric_constant", "a constant column is dropped",
       y ~ x1 + one + x2, pick(a, "y x1 x2 one"))
o <- d
o$x2 <- o$x2 + 1e6
golden("numeric_far_from_zero", "a column whose mean is large beside its spread",
       y ~ x1 + x2, pick(o, "y x1 x2"))

set.seed(20262)
n <- 90
d <- data.frame(y = 0, f = make_factor(n, c("low", "mid", "high")), g = make_factor(n, c("u", "v")),
                h = make_factor(n, paste0("h", 1:5)), x = decimals(rnorm(n, 10, 3), 2),
                z = decimals(rexp(n), 3),
                pw = decimals(runif(n, 0.5, 40), 1), fw = sample(1:6, n, TRUE))
mean_y <- 20 + 4 * as.integer(d$f) - 3 * (d$g == "u") + (0.3 + 0.2 * as.integer(d$f)) * d$x
d$y <- decimals(mean_y + rnorm(n, 0, 2), 3)
golden("factor_last", "the last level is the reference", y ~ f, pick(d, "y f"))
golden("factor_first", "dropFirst: the first level is the reference",
       y ~ f, pick(d, "y f"), dropFirst = TRUE)
golden("factor_number", "factor and number", y ~ f + x, pick(d, "y f x"))
golden("number_factor_order", "terms stay in the order written",
       y ~ x + h + z + f, pick(d, "y x h z f"))
golden("factors_crossed", "f * g", y ~ f * g, pick(d, "y f g"), options = list(dropMain = FALSE))
golden("factors_crossed_first", "f * g, dropFirst", y ~ f * g, pick(d, "y f g"), dropFirst = TRUE,
       options = list(dropMain = FALSE))
golden("factors_cells", "f:g alone: the last cell is the reference", y ~ f:g, pick(d, "y f g"))
golden("slopes_by_factor", "f + x:f: a slope for every level", y ~ f + x:f, pick(d, "y f x"))
golden("slopes_crossed", "x * f", y ~ x * f, pick(d, "y f x"), options = list(dropMain = FALSE))
golden("slopes_only", "x:f alone", y ~ x:f, pick(d, "y f x"))
golden("cells_and_slopes", "cells of two factors, slopes and a number",
       y ~ z + f:g + x:g, pick(d, "y f g x z"))
golden("factor_no_intercept", "no intercept: the first factor keeps all levels",
       y ~ f + g - 1, pick(d, "y f g"))
golden("cube_factor", "cube: means of the cells", y ~ f, pick(d, "y f"), cube = TRUE)
golden("cube_cells_number", "cube of two factors and a number",
       y ~ f:g + x, pick(d, "y f g x"), cube = TRUE)
golden("cube_crossed", "cube with f * g", y ~ f * g, pick(d, "y f g"), cube = TRUE)
golden("weights_probability", "probability weights",
       y ~ f + x + z, pick(d, "y f x z pw"), pweights = "pw")
golden("weights_frequency", "frequency weights: as if the rows were repeated", y ~ f + x + z,
       pick(d, "y f x z fw"), fweights = "fw")
zero <- d
zero$fw[c(2, 5, 7)] <- 0L
golden("weights_frequency_zero", "rows of weight zero count for nothing", y ~ f + x,
       pick(zero, "y f x fw"), fweights = "fw")
golden("cube_weights_probability", "cube with probability weights", y ~ f + x, pick(d, "y f x pw"),
       pweights = "pw", cube = TRUE)
golden("cube_weights_frequency", "cube with frequency weights", y ~ f:g, pick(d, "y f g fw"),
       fweights = "fw", cube = TRUE)
e <- d
e$f <- factor(e$f, levels = c("low", "none", "mid", "high"))
golden("empty_level", "a level without rows is dropped", y ~ f + x, pick(e, "y f x"))
e$f <- factor(d$f, levels = c("low", "mid", "high", "none"))
golden("empty_last_level", "the last level has no rows: all factors leave out their first level",
       y ~ f + g + x, pick(e, "y f g x"), reference_first = TRUE)
m <- d
m$f[c(1, 20)] <- NA
m$g[c(20, 33)] <- NA
m$x[50] <- NA
m$pw[60] <- NA
golden("missing_everywhere", "missing factor, number and weight",
       y ~ f + g + x, pick(m, "y f g x pw"),
       pweights = "pw")
s <- d[order(d$h), ]
golden("sorted_by_factor", "rows sorted by the factor", y ~ h + x, pick(s, "y h x"))

set.seed(20263)
n <- 200
wide <- data.frame(y = decimals(rnorm(n, 50, 12), 2), k = make_factor(n, sprintf("k%02d", 1:20)))
for (j in 1:10) wide[[paste0("v", j)]] <- decimals(rnorm(n, j, j), 2)
golden("wide", "twenty levels and ten numbers",
       y ~ k + v1 + v2 + v3 + v4 + v5 + v6 + v7 + v8 + v9 + v10, wide)
