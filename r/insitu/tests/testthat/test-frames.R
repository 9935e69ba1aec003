test_that("A5: predictions keep the row names of their frame", {
  d <- data.frame(y = c(1, 2, 3, 5, 8, 9), x = c(1, 2, 2, 4, 7, 9), row.names = letters[6:1])
  p <- rxPredict(rxLinMod(y ~ x, d), d)
  expect_identical(rownames(p), rownames(d))
  expect_equal(p$y_Pred, unname(predict(lm(y ~ x, d), d)))
  expect_identical(rownames(rxPredict(rxLinMod(y ~ x, d), d, removeMissings = TRUE)), rownames(d))
})

test_that("A21: rows in memory are all returned, and a cut result is told each time", {
  n <- 700000L
  d <- data.frame(a = integer(n), b = 0L, c = 0L, d = 0L, e = 0L)
  expect_silent(all <- rxDataStep(d))
  expect_identical(nrow(all), n)
  file <- tempfile(fileext = ".xdf")
  rxDataStep(d[1:100, ], file)
  for (i in 1:2) expect_warning(expect_identical(nrow(rxDataStep(file, maxRowsByCols = 50)), 10L), "maxRowsByCols")
})

test_that("A27: a frame of no rows keeps its levels", {
  empty <- data.frame(f = factor(character(0), levels = c("b", "a")), x = numeric(0))
  expect_identical(levels(rxDataStep(empty)$f), c("b", "a"))
  file <- tempfile(fileext = ".xdf")
  rxDataStep(empty, file)
  expect_identical(levels(rxDataStep(file)$f), c("b", "a"))
  some <- data.frame(f = factor("a", levels = c("b", "a")), x = 1)
  none <- rxDataStep(some, rowSelection = x > 1)
  expect_identical(levels(none$f), c("b", "a"))
  expect_identical(nrow(none), 0L)
})
