# Makes the golden summaries of this folder with R: Rscript make.R
#
# Weighted standard deviation, as the reference system defines it: frequency weights count rows,
# sum(w (x - m)^2) / (sum(w) - 1); probability weights sum(w (x - m)^2) / sum(w) * n / (n - 1), n
# the rows of positive weight. Numbers are written with 17 digits, data as exact decimals.
suppressPackageStartupMessages(library(jsonlite))
RNGversion("4.0.0")

digits17 <- function(x) ifelse(is.na(x), NA, sprintf("%.17g", x))
decimals <- function(x, k) as.numeric(formatC(x, digits = k, format = "f"))

describe <- function(x, w, kind) {
  use <- !is.na(x) & !is.na(w)
  v <- x[use]
  u <- w[use]
  n <- sum(u > 0)
  m <- sum(u * v) / sum(u)
  # One refinement of the mean, so that the last digits are right for data far from zero.
  m <- m + sum(u * (v - m)) / sum(u)
  ss <- sum(u * (v - m)^2)
  divisor <- switch(kind, none = n - 1, fweights = sum(u) - 1, pweights = sum(u) * (n - 1) / n)
  list(Mean = digits17(m), StdDev = digits17(sqrt(ss / divisor)), Min = digits17(min(v[u > 0])),
       Max = digits17(max(v[u > 0])), Sum = digits17(sum(u * v)), ValidObs = sum(use),
       MissingObs = sum(!use), SumOfWeights = digits17(sum(u)),
       MissingWeights = digits17(sum(w[!is.na(w) & is.na(x)])))
}

golden <- function(name, what, formula, data, weights = NULL, kind = "none", numbers = NULL,
                   groups = NULL, counts = NULL) {
  w <- if (is.null(weights)) rep(1, nrow(data)) else data[[weights]]
  expected <- list()
  if (length(numbers))
    expected$numbers <- lapply(setNames(numbers, numbers), function(v) describe(data[[v]], w, kind))
  if (length(groups)) {
    by <- interaction(data[groups$by], sep = ", ", lex.order = FALSE)
    cells <- expand.grid(lapply(data[groups$by], levels))
    expected$groups <- c(groups, list(cells = lapply(seq_len(nrow(cells)), function(i) {
      key <- vapply(cells[i, , drop = FALSE], as.character, "")
      inside <- Reduce(`&`, lapply(groups$by, function(b) data[[b]] %in% key[[b]]))
      row <- list(ValidObs = 0L)
      if (any(inside & !is.na(data[[groups$value]]))) {
        all <- describe(data[[groups$value]][inside], w[inside], kind)
        row <- all[c("Mean", "StdDev", "Min", "Max", "ValidObs")]
      }
      c(list(levels = I(unname(key))), row)
    })))
  }
  if (length(counts))
    expected$counts <- lapply(counts, function(by) {
      table <- as.data.frame(xtabs(w ~ ., cbind(w = w, data[by])), stringsAsFactors = FALSE)
      level_sets <- lapply(seq_len(nrow(table)), function(i) I(unname(unlist(table[i, by]))))
      list(by = I(by), levels = level_sets, Counts = digits17(table$Freq))
    })
  options <- setNames(list(), character())
  if (!is.null(weights)) options[[kind]] <- weights
  result <- list(
    name = name, what = what, made_by = "R 4.2.2, make.R", formula = formula,
    options = options,
    data = lapply(data, function(v) {
      if (is.factor(v)) return(list(type = "factor", levels = levels(v), values = as.character(v)))
      text <- format(v, digits = 15, trim = TRUE, scientific = FALSE)
      list(type = if (is.integer(v)) "integer" else "numeric", values = ifelse(is.na(v), NA, text))
    }),
    expected = expected
  )
  writeLines(toJSON(result, auto_unbox = TRUE, null = "null", na = "null", digits = NA),
             paste0(name, ".json"))
  cat(name, "\n")
}

set.seed(20264)
n <- 80
d <- data.frame(
  x = decimals(rnorm(n, 5, 2), 3), k = sample(-20:50, n, TRUE), big = decimals(1e7 + runif(n), 4),
  f = factor(sample(c("a", "b", "c"), n, TRUE), levels = c("a", "b", "c", "empty")),
  g = factor(sample(c("no", "yes"), n, TRUE)), fw = sample(1:6, n, TRUE),
  pw = decimals(rexp(n, 0.1) + 0.1, 2)
)
d$x[c(4, 9, 50)] <- NA
d$k[c(9, 77)] <- NA
golden("numbers", "numbers with missing values, each on its own", "~ x + k + big",
       d[c("x", "k", "big")], numbers = c("x", "k", "big"))
golden("numbers_fweights", "frequency weights", "~ x + k + big",
       d[c("x", "k", "big", "fw")], "fw", "fweights", numbers = c("x", "k", "big"))
golden("numbers_pweights", "probability weights", "~ x + k + big",
       d[c("x", "k", "big", "pw")], "pw", "pweights", numbers = c("x", "k", "big"))
golden("groups", "a number within the levels of a factor", "~ x:f", d[c("x", "f")],
       groups = list(value = "x", by = I("f")))
golden("groups_two", "a number within the cells of two factors", "~ x:f:g", d[c("x", "f", "g")],
       groups = list(value = "x", by = c("f", "g")))
golden("groups_pweights", "within a factor, probability weights", "~ x:f", d[c("x", "f", "pw")],
       "pw", "pweights", groups = list(value = "x", by = I("f")))
golden("counts", "counts of factors and of their cells", "~ f + g + f:g", d[c("f", "g")],
       counts = list("f", "g", c("f", "g")))
golden("counts_fweights", "weighted counts", "~ f + f:g", d[c("f", "g", "fw")], "fw", "fweights",
       counts = list("f", c("f", "g")))
one <- data.frame(x = 3.25)
golden("one_row", "one row: no standard deviation", "~ x", one, numbers = "x")
