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

test_that("B17: columns without a counterpart are left out, and named when used", {
  setClass("SpanOfTests", contains = "numeric", slots = c(minutes = "numeric"))
  unsupported <- list(complex = complex(real = 1:3), bytes = as.raw(1:3), lists = I(list(1, "a", NULL)),
      frames = data.frame(a = 1:3),
      dimensions = matrix(1:6, 3), SpanOfTests = new("SpanOfTests", c(5, 6, 7), minutes = c(1, 0, 2)))
  for (name in names(unsupported)) {
    d <- data.frame(x = c(1, 2, 4), y = c(1, 3, 5), row.names = c("p", "q", "r"))
    d[[name]] <- unsupported[[name]]
    warned <- character()
    out <- withCallingHandlers(rxDataStep(d), warning = function(w) {
      warned <<- c(warned, conditionMessage(w))
      invokeRestart("muffleWarning")
    })
    expect_length(warned, 1L)
    expect_match(warned, paste0("left out: column '", name, "', which"), fixed = TRUE)
    expect_identical(out, d[c("x", "y")])
    expect_silent(rxLinMod(y ~ x, d, reportProgress = 0))
    expect_silent(rxDataStep(d, varsToKeep = "x"))
    expect_silent(rxDataStep(d, varsToDrop = name))
    expect_warning(rxSummary(~ ., d, reportProgress = 0), "left out")
    used <- paste0("column '", name, "' (holds|has)")
    expect_error(rxDataStep(d, varsToKeep = name), used)
    expect_error(rxSummary(stats::as.formula(paste("~", name)), d), used)
    expect_error(rxLinMod(y ~ x, d, pweights = name), used)
    expect_error(eval(bquote(rxDataStep(d, rowSelection = .(as.name(name)) > 0))), used)
    expect_error(eval(bquote(rxDataStep(d, transforms = list(z = .(as.name(name)) + 1)))), used)
  }
  expect_error(rxDataStep(data.frame(z = complex(3))), "no column that can be read.*complex numbers")
})

test_that("B17: POSIXlt is read as POSIXct, in every kind of data frame", {
  d <- data.frame(x = c(1, 2))
  d$t <- as.POSIXlt(c("2020-03-29 12:00:00", "1950-01-01 00:00:00"), tz = "Europe/Berlin")
  expect_equal(rxDataStep(d)$t, as.POSIXct(d$t))
  class(d) <- c("tbl_df", "tbl", "data.frame")
  d$l <- list(1, 2)
  expect_warning(expect_identical(names(rxDataStep(d)), c("x", "t")), "lists")
})

test_that("C: an empty varsToKeep keeps nothing, and says so", {
  expect_error(rxDataStep(data.frame(x = 1), varsToKeep = character()), "varsToKeep is empty")
})
