# Printing large results: getOption("max.print"), and messages in R's words.

printed <- function(x, most) {
  old <- options(max.print = most)
  on.exit(options(old))
  capture.output(print(x))
}

test_that("tables of more entries than max.print are cut as R cuts its own (C)", {
  frame <- data.frame(f = factor(sprintf("l%02d", rep(1:30, 2))), g = factor(rep(c("a", "b"), 30)), y = 1:60 / 7)
  whole <- rxSummary(~ f + y + g, frame)
  full <- printed(whole, 99999)
  cut <- printed(whole, 20)
  expect_identical(setdiff(cut, full), " [ reached 'max' / getOption(\"max.print\") -- omitted 20 rows ]")
  expect_identical(length(full) - length(cut), 19L)
  expect_true(any(grepl("^ l10 ", cut)) && !any(grepl("^ l11 ", cut)) && any(grepl("^ b 30", cut)))
  # R's own line of a data frame of as many rows.
  expect_identical(setdiff(printed(whole$categorical[[1L]], 20), printed(whole$categorical[[1L]], 99999)),
                   setdiff(cut, full))

  model <- rxLinMod(y ~ f, frame)
  expect_true(" [ reached 'max' / getOption(\"max.print\") -- omitted 26 rows ]" %in% printed(summary(model), 20))
  expect_true("---" %in% printed(summary(model), 20))
  expect_true(" [ reached 'max' / getOption(\"max.print\") -- omitted 11 rows ]" %in% printed(model, 20))
})

test_that("a summary of 100,000 levels prints within a second (C)", {
  frame <- data.frame(f = factor(sprintf("level%06d", 1:1e5)))
  all <- rxSummary(~f, frame)
  file <- tempfile()
  sink(file)
  seconds <- system.time(print(all))[["elapsed"]]
  sink()
  expect_lt(seconds, 1)
  expect_match(tail(readLines(file), 1L), "omitted 50001 rows", fixed = TRUE)
})

test_that("messages are in R's words, without marks", {
  folder <- tempfile()
  dir.create(folder)
  text <- file.path(folder, "a.csv")
  writeLines(c("x,y", paste(1:40, 1:40 %% 7, sep = ","), "oops,1"), text)
  said <- function(code) tryCatch({ code; "" }, error = conditionMessage, warning = conditionMessage)
  frame <- data.frame(x = c(1, 2, 3, 4, 5, 7), y = c(2, 1, 4, 3, 6, 5), f = gl(3, 2))
  xdf <- file.path(folder, "a.xdf")
  rxDataStep(frame, xdf)
  messages <- list(
    c(said(rxPredict(rxLinMod(y ~ x, frame), frame, computeStdErrors = TRUE)), "covCoef = TRUE"),
    c(said(rxLinMod(y ~ f, frame, cube = TRUE, covCoef = TRUE)), "covCoef = TRUE cannot be combined with cube = TRUE"),
    c(said(rxDataStep(xdf, xdf)), "outFile"),
    c(said(rxDataStep(xdf, startRow = -3)), "startRow must be 1 or more"),
    c(said(rxImport(RxTextData(text, rowsToSniff = 10))), "set missingValueString"),
    c(said(rxDataStep(xdf, maxRowsByCols = 3)), "maxRowsByCols: only the first"),
    c(said(rxSummary(~x, frame, summaryStats = "Meen")), "summaryStats: unknown statistic"))
  for (each in messages) {
    expect_match(each[[1L]], each[[2L]], fixed = TRUE)
    expect_false(grepl("[\ufdd0\ufdd1`]", each[[1L]]), info = each[[1L]])
  }
  progress <- capture.output(rxSummary(~x, xdf, reportProgress = 3))
  expect_false(any(grepl("[\ufdd0\ufdd1]", progress)))
})
