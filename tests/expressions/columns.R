# The columns that expressions are evaluated on, in R and, from the file that this writes, in the engine; then what R
# answers: Rscript columns.R data <file.json>                     the columns Rscript columns.R answers
# <expressions.json> <out.json>   per expression type and values, or the error Numbers have 17 digits, missing values
# are null; of times the seconds.
library(jsonlite)
invisible(Sys.setlocale("LC_COLLATE", "C"))
Sys.setenv(TZ = "UTC")
options(warn = -1)
set.seed(8)
n <- 60L
holes <- function(v) { v[sample(n, 6L)] <- NA; v }
columns <- data.frame(
  x = holes(c(0, -2.5, 1.25, 7, 100, 2, -0.5, 33.3, 1e-3, 5, sample(-500:500, n - 10L, TRUE) / 8)),
  y = holes(round(rnorm(n), 3)),
  i = holes(sample(c(0:20, 144L, 1230L), n, TRUE)),
  j = holes(sample(-5:5, n, TRUE)),
  k = sample(3L, n, TRUE),
  m12 = sample(12L, n, TRUE),
  b = holes(sample(c(TRUE, FALSE), n, TRUE)),
  s = holes(sample(c("apple", "banana", "12.5", "", " pad ", "h\u00e9llo", "Zed a", "-3"), n, TRUE)),
  ds = holes(format(as.Date("2000-01-01") + sample(5000L, n), "%m/%d/%Y")),
  ts = holes(format(as.POSIXct("2001-06-01", tz = "UTC") + 60 * sample(5e6, n), "%Y-%m-%d %H:%M", tz = "UTC")),
  stringsAsFactors = FALSE)
columns$ymd <- holes(as.integer(format(as.Date("2000-01-01") + sample(5000L, n), "%Y%m%d")))
columns$f <- factor(holes(sample(c("a", "b", "c"), n, TRUE)), levels = c("a", "b", "c"))
columns$m <- factor(holes(sample(c("10", "2.5", "7"), n, TRUE)), levels = c("10", "2.5", "7"))
columns$o <- factor(holes(sample(c("low", "mid", "high"), n, TRUE)), levels = c("low", "mid", "high"), ordered = TRUE)
columns$d <- holes(as.Date("1999-12-25") + sample(6000L, n))
columns$t <- holes(as.POSIXct("1999-12-31 22:00:00", tz = "UTC") + sample(1e8, n))

number <- function(v) ifelse(is.na(v), NA, ifelse(is.infinite(v), ifelse(v > 0, "Inf", "-Inf"), sprintf("%.17g", v)))
described <- function(v) {
  if (inherits(v, "difftime")) v <- as.numeric(v)
  if (is.factor(v)) return(list(type = if (is.ordered(v)) "ordered" else "factor", levels = I(levels(v)),
      values = I(as.character(v))))
  if (inherits(v, "Date")) return(list(type = "Date", values = I(number(as.numeric(v)))))
  if (inherits(v, "POSIXt")) return(list(type = "POSIXct", values = I(number(as.numeric(as.POSIXct(v))))))
  v <- as.vector(v)
  if (is.character(v)) return(list(type = "character", values = I(v)))
  if (is.logical(v)) return(list(type = "logical", values = I(v)))
  list(type = if (is.integer(v)) "integer" else "numeric", values = I(number(as.numeric(v))))
}

arguments <- commandArgs(TRUE)
write <- function(value, file) writeLines(toJSON(value, auto_unbox = TRUE, na = "null", null = "null", digits = NA),
    file, useBytes = TRUE)
if (arguments[[1L]] == "data") {
  write(lapply(columns, described), arguments[[2L]])
} else {
  texts <- fromJSON(readLines(arguments[[2L]], encoding = "UTF-8"))
  pow <- function(x, p) x^p
  write(lapply(texts, function(text) tryCatch({
    value <- eval(parse(text = text, encoding = "UTF-8")[[1L]], columns, environment())
    if (length(value) == 1L) value <- rep(value, n)
    if (length(value) == n) described(value) else list(error = paste(length(value), "values"))
  }, error = function(e) list(error = conditionMessage(e)))), arguments[[3L]])
}
