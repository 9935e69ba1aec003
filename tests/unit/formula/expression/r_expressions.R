# Writes r_expressions.tsv: what R answers to each expression on a small data frame. Run with R 4.2.2:
#   LC_ALL=C.UTF-8 TZ=UTC Rscript r_expressions.R > r_expressions.tsv
# Columns: expression, type, values separated by "|" (numbers with 17 digits; missing values as NA; factors as labels,
# with the levels in the type). Attributes other than class are dropped. evaluate_test.cpp has the same data frame.
invisible(Sys.setlocale("LC_COLLATE", "C"))
options(warn = -1)
data <- data.frame(
  x = c(1.5, -2, NA, 0, 1e5, 2.5, 7),
  y = c(2, 2, 3, -1.5, 0.1, NA, -7),
  i = c(1L, 2L, NA, 2147483647L, -5L, 0L, 3L),
  j = c(3L, 0L, 2L, 1L, 3L, -2L, 5L),
  b = c(TRUE, FALSE, NA, TRUE, FALSE, TRUE, NA),
  s = c("apple", "Banana", NA, "", "12.5", "h\u00e9llo", " pad "),
  f = factor(c("lo", "hi", NA, "mid", "lo", "hi", "lo"), levels = c("lo", "mid", "hi")),
  o = ordered(c("lo", "hi", NA, "mid", "lo", "hi", "lo"), levels = c("lo", "mid", "hi")),
  d = as.Date(c("2020-03-05", "1999-12-31", NA, "1970-01-01", "2000-02-29", "1899-06-01", "2024-12-30")),
  t = as.POSIXct(c("2020-03-05 10:11:12", "1999-12-31 23:59:59", NA, "1970-01-01 00:00:00", "2000-02-29 12:00:00",
                   "1960-06-01 06:30:00", "2024-12-30 01:02:03"), tz = "UTC"),
  k = c(1L, 2L, 3L, 7L, 5L, 6L, 4L),
  ds = c("2020-03-05", "1999/12/31", NA, "1970-01-01", "2000-02-30", "x", "2024-12-30"),
  dm = c("05Mar2020", "31dec1999", NA, "01Jan1970", "29Feb2000", "30Feb2000", "30December2024"),
  stringsAsFactors = FALSE)
environment <- list2env(list(lookup = c(10, 20, 30, 40, 50, 60, 70), names7 = c("a", "b", "c", "d", "e", "f", "g"),
                             cutoff = 2, pow = function(x, p) x^p, .rxStartRow = 1L, .rxNumRows = 7L, .rxChunkNum = 1L),
                        parent = globalenv())
number <- function(v) ifelse(is.na(v), "NA", ifelse(is.infinite(v), ifelse(v > 0, "Inf", "-Inf"), sprintf("%.17g", v)))
for (text in readLines("r_expressions.txt", encoding = "UTF-8")) {
  if (text == "" || startsWith(text, "#")) next
  value <- eval(parse(text = text, encoding = "UTF-8")[[1]], data, environment)
  if (inherits(value, "difftime")) value <- as.numeric(value)
  if (length(value) == 1) value <- rep(value, 7)
  stopifnot(length(value) == 7)
  if (is.factor(value)) {
    type <- paste0(if (is.ordered(value)) "ordered" else "factor", "[", paste(levels(value), collapse = ";"), "]")
    shown <- ifelse(is.na(value), "NA", as.character(value))
  } else if (inherits(value, "Date")) {
    type <- "Date"
    shown <- number(as.numeric(value))
  } else if (inherits(value, "POSIXct")) {
    type <- "POSIXct"
    shown <- number(as.numeric(value))
  } else if (is.character(value)) {
    type <- "character"
    shown <- ifelse(is.na(value), "NA", paste0("'", value, "'"))
  } else if (is.logical(value)) {
    type <- "logical"
    shown <- ifelse(is.na(value), "NA", as.character(value))
  } else if (is.integer(value)) {
    type <- "integer"
    shown <- ifelse(is.na(value), "NA", as.character(value))
  } else {
    type <- "numeric"
    shown <- number(as.numeric(value))
  }
  cat(text, type, paste(shown, collapse = "|"), sep = "\t")
  cat("\n")
}
