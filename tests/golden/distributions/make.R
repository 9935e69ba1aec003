# Makes distributions.json with R: Rscript make.R
# Every entry: function, arguments, value, all with 17 digits; extreme tails included. check.py checks
# the values against 60-digit arithmetic.
suppressPackageStartupMessages(library(jsonlite))
d17 <- function(x) sprintf("%.17g", x)
rows <- list()
add <- function(name, args, value) {
  keep <- is.finite(value)
  for (i in which(keep)) {
    one <- lapply(args, function(a) if (is.logical(a)) a[i] else d17(a[i]))
    rows[[length(rows) + 1]] <<- c(list("function" = name), one, list(value = d17(value[i])))
  }
}
grid <- function(...) expand.grid(..., KEEP.OUT.ATTRS = FALSE)

g <- grid(x = c(0, 1e-8, 0.1, 0.5, 1, 1.96, 3, 6, 10, 20, 37.5), lower_tail = c(TRUE, FALSE))
g <- rbind(g, transform(g[g$x > 0, ], x = -x))
add("pnorm", g, mapply(pnorm, g$x, lower.tail = g$lower_tail))
g <- grid(p = c(1e-300, 1e-20, 1e-10, 1e-5, 0.001, 0.01, 0.025, 0.2, 0.5, 0.8, 0.975, 0.999,
          1 - 1e-9))
add("qnorm", g, qnorm(g$p))
g <- grid(x = c(0, 0.001, 0.5, 1, 2, 5, 20, 100, 1e4), df = c(1, 2, 3.5, 10, 100, 582620, 1e9),
          lower_tail = c(TRUE, FALSE))
g <- rbind(g, transform(g[g$x > 0, ], x = -x))
add("pt", g, mapply(pt, g$x, g$df, lower.tail = g$lower_tail))
g <- grid(p = c(1e-100, 1e-10, 0.001, 0.025, 0.1, 0.5, 0.9, 0.975, 0.9999), df = c(1, 2, 3.5, 10,
          100, 582620))
add("qt", g, mapply(qt, g$p, g$df))
g <- grid(x = c(0, 1e-6, 0.1, 1, 2, 10, 100, 1e4), df1 = c(1, 2, 6, 30), df2 = c(1, 5, 34, 1000,
          582621),
          lower_tail = c(TRUE, FALSE))
add("pf", g, mapply(pf, g$x, g$df1, g$df2, lower.tail = g$lower_tail))
g <- grid(x = c(0, 1e-10, 0.01, 0.2, 0.5, 0.8, 0.99, 1 - 1e-10, 1), a = c(0.5, 1, 2.5, 50, 1e4),
          b = c(0.5, 1, 3, 200), lower_tail = c(TRUE, FALSE))
add("pbeta", g, mapply(pbeta, g$x, g$a, g$b, lower.tail = g$lower_tail))

lines <- vapply(rows, toJSON, "", auto_unbox = TRUE)
writeLines(c("{", '  "made_by": "R 4.2.2, make.R",', '  "values": [',
             paste0("    ", lines, c(rep(",", length(lines) - 1), "")), "  ]", "}"),
          "distributions.json")
cat(length(rows), "values\n")
