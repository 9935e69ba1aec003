# Expressions of the engine through R: whole numbers from texts, times, units, factors, patterns; R itself is the judge.

frame <- function(n = 70000L) data.frame(
  x = seq_len(n) / 8, k = rep(1:3, length.out = n),
  s = rep(c("2020-03-08 02:10", "2019-07-01 23:59", NA), length.out = n),
  f = factor(rep(c("a", "b", NA), length.out = n)), stringsAsFactors = FALSE)

test_that("A7: outer parentheses, braces and constants stay in the engine and answer as R", {
  d <- frame()
  r <- rxDataStep(d, transforms = list(a = (x * pi), b = { x + 1 }, m = month.name[k], l = letters[(k)],
      p = ((x - 2) / 3)), reportProgress = 0)
  expect_identical(r$a, d$x * pi)
  expect_identical(r$b, d$x + 1)
  expect_identical(as.character(r$m), month.name[d$k])
  expect_identical(as.character(r$l), letters[d$k])
  expect_identical(r$p, (d$x - 2) / 3)
  for (text in c("(x * pi)", "{ x + 1 }", "letters[(k)]", "(x)")) expect_true(insitu:::.rxIsPortable(text), info = text)
})

test_that("A12: constants reach the engine with all their digits", {
  d <- data.frame(x = c(0.1 + 0.2, 0.3, 123456789.123456789))
  expect_equal(nrow(rxDataStep(d, rowSelection = (x == 0.30000000000000004), reportProgress = 0)), 1L)
  expect_equal(nrow(rxDataStep(d, rowSelection = (x == 123456789.123456789), reportProgress = 0)), 1L)
})

test_that("B7: times in a zone, units of differences and unordered factors are as in R", {
  d <- frame()
  r <- rxDataStep(d, transforms = list(n = as.numeric(as.POSIXct(s, tz = "America/New_York")),
      h = format(as.POSIXct(s, tz = "America/New_York"), "%H %Z"),
    m = as.numeric(as.POSIXct(s, tz = "UTC") - as.POSIXct("2019-01-01", tz = "UTC"), units = "mins")),
    reportProgress = 0)
  times <- as.POSIXct(d$s, tz = "America/New_York")
  expect_equal(r$n, as.numeric(times))
  expect_identical(as.character(r$h), format(times, "%H %Z"))
  expect_equal(r$m, as.numeric(as.POSIXct(d$s, tz = "UTC") - as.POSIXct("2019-01-01", tz = "UTC"), units = "mins"))
  expect_warning(lower <- rxDataStep(d, transforms = list(l = f < "b"), reportProgress = 0)$l, "without an order")
  expect_true(all(is.na(lower)))
})

test_that("D8: a pattern that backtracks without end is answered", {
  d <- data.frame(s = strrep("a", 20 + seq_len(2000) %% 15), stringsAsFactors = FALSE)
  d$s <- paste0(d$s, "b")
  expect_false(any(rxDataStep(d, transforms = list(g = grepl("(a+)+$", s)), reportProgress = 0)$g))
})
