# What scripts of old do: paths without endings, flags for words, classes of their own, tables as the official pages
# print them. Numbers are those of the table of faults, tests/faults/README.md.

small <- function() data.frame(a = 1:6 + 0, b = 6:1 + 0, c = c("x", "y", "x", "y", "x", "z"), stringsAsFactors = FALSE)

in_folder <- function(code) {
  folder <- tempfile("legacy")
  dir.create(folder)
  old <- setwd(folder)
  on.exit(setwd(old))
  force(code)
}

test_that("A14: a target is what its ending says, in every function that writes", {
  in_folder({
  rxDataStep(small(), "out.csv")
  expect_equal(read.csv("out.csv")$b, 6:1)
  rxImport(small(), "tabs.tsv")
  expect_equal(read.delim("tabs.tsv")$c, small()$c)
  fit <- rxLinMod(a ~ b, small())
  rxPredict(fit, small(), "pred.csv")
  expect_equal(read.csv("pred.csv")$a_Pred, 1:6)
  rxDataStep(small(), "plain")
  expect_equal(list.files(pattern = "plain"), "plain.xdf")
  expect_error(rxDataStep(small(), "out.csv.gz"), "not written compressed")
  })
})

test_that("A14: Parquet and ORC by ending", {
  in_folder({
  skip_if(inherits(try(rxDataStep(small(), "o.parquet"), silent = TRUE), "try-error"), "built without Arrow")
  rxDataStep(small(), "o.orc")
  for (file in c("o.parquet", "o.orc")) {
    expect_false(identical(readBin(file, "raw", 4L), as.raw(c(0xf4, 0xd3, 0xd2, 0xd1))))
    expect_equal(rxDataStep(file)$b, small()$b)
  }
  })
})

test_that("B3: a path without .xdf is found on reading, also in the data path", {
  in_folder({
  rxDataStep(small(), "foo")
  expect_equal(rxGetInfo("foo")$numRows, 6L)
  expect_equal(dim(RxXdfData("foo")), c(6L, 3L))
  expect_equal(rxSummary(~a, "foo")$sDataFrame$Mean, 3.5)
  dir.create("sub")
  rxDataStep(small()[1:2, ], "sub/bar")
  old <- rxOptions(dataPath = "sub")
  on.exit(rxOptions(dataPath = old$dataPath))
  expect_equal(rxGetInfo("bar")$numRows, 2L)
  expect_error(rxGetInfo("baz"), "baz")
  })
})

test_that("B4: append = TRUE adds rows, FALSE makes a new file", {
  in_folder({
  rxDataStep(small(), "foo.xdf")
  rxDataStep(small(), "foo.xdf", append = TRUE)
  expect_equal(rxGetInfo("foo.xdf")$numRows, 12L)
  expect_error(rxDataStep(small(), "foo.xdf", append = FALSE), "overwrite")
  rxDataStep(small(), "foo.xdf", append = FALSE, overwrite = TRUE)
  expect_equal(rxGetInfo("foo.xdf")$numRows, 6L)
  })
})

test_that("B11: text is data everywhere; addresses of the web are told", {
  in_folder({
  write.csv(small(), "2000.csv", row.names = FALSE)
  expect_equal(rxSummary(~., "2000.csv")$sDataFrame$Mean[1:2], c(3.5, 3.5))
  expect_equal(unname(coef(rxLinMod(a ~ b, "2000.csv"))), c(7, -1))
  expect_error(rxSummary(~a, "https://example.org/a.csv"), "download")
  expect_error(rxImport("http://example.org/a.csv"), "download")
  })
})

test_that("A15: stringsAsFactors of rxReadXdf, RxXdfData and RxTextData", {
  in_folder({
  many <- data.frame(s = rep(c("b", "a", "c"), length.out = 70000), stringsAsFactors = FALSE)
  rxDataStep(many, "many.xdf", rowsPerRead = 7000)
  expected <- factor(many$s, levels = c("b", "a", "c"))
  expect_identical(as.vector(rxReadXdf("many.xdf")$s), many$s)
  expect_equal(rxReadXdf("many.xdf", stringsAsFactors = TRUE)$s, expected, ignore_attr = ".rxVarInfo")
  expect_equal(rxDataStep(RxXdfData("many.xdf", stringsAsFactors = TRUE))$s, expected)
  expect_equal(rxXdfToDataFrame("many.xdf", stringsAsFactors = TRUE)$s, expected)
  })
})

test_that("A19: formula() of a source", {
  in_folder({
  x <- rxDataStep(small(), "foo.xdf")
  expect_equal(formula(x), ~ a + b + c, ignore_attr = TRUE)
  expect_equal(formula(x, depVars = "a", varsToDrop = "b"), a ~ c, ignore_attr = TRUE)
  expect_equal(formula(x, depVar = "a"), a ~ b + c, ignore_attr = TRUE)
  expect_equal(formula(x, depVars = c("a", "b")), cbind(a, b) ~ c, ignore_attr = TRUE)
  expect_error(formula(x, depVars = "d"), "variable not found: d")
  })
})

test_that("B8: cells of a cube have factors and whole numbers", {
  d <- data.frame(y = 1:40 + 0, f = factor(rep(c("q", "p"), 20), levels = c("q", "p")), age = rep(20:23, each = 10))
  fit <- rxLinMod(y ~ f:F(age), d, cube = TRUE)
  expect_equal(names(fit$countDF), c("f", "F.age.", "y", "Counts"))
  expect_equal(levels(fit$countDF$f), c("q", "p"))
  expect_equal(levels(fit$countDF$F.age.), as.character(20:23))
  table <- rxResultsDF(fit)
  expect_equal(names(table), c("f", "age", "y", "Counts"))
  expect_identical(table$age, rep(20:23, each = 2L))
  expect_equal(table$y, as.vector(tapply(d$y, list(d$f, d$age), mean)))
  expect_true(is.integer(table$Counts))
  expect_true(is.factor(rxResultsDF(fit, integerLevels = FALSE)$age))
})

test_that("B9: classes derived from a source, slots and lists of old", {
  in_folder({
  rxDataStep(small(), "foo.xdf")
  setClass("myXdf", contains = "RxXdfData", slots = c(tag = "characterORNULL"), where = environment())
  on.exit(removeClass("myXdf", where = environment()))
  mine <- new("myXdf", RxXdfData("foo.xdf", varsToKeep = c("a", "b"), blocksPerRead = 2), tag = NULL)
  expect_equal(rxGetInfo(mine)$numVars, 2L)
  expect_equal(mine@colNames, c("a", "b"))
  expect_equal(mine@rowsOrBlocksPerRead, 2)
  expect_equal(rxSummary(~a, mine)$nobs.valid, 6)
  expect_equal(nrow(rxDataStep(mine)), 6L)
  expect_equal(RxHdfsFileSystem()$hostName, "default")
  })
})

test_that("B10: positions in rxNewDataSource and RxDataSource; lists of data; named and positional entries", {
  in_folder({
  rxDataStep(small(), "foo.xdf")
  expect_equal(rxNewDataSource("RxXdfData", "foo.xdf", "a")@varsToKeep, "a")
  source <- RxDataSource("RxTextData", "x.csv", stringsAsFactors = TRUE)
  expect_equal(basename(source@file), "x.csv")
  expect_true(source@stringsAsFactors)
  expect_equal(RxDataSource(dataSource = RxXdfData("foo.xdf"), varsToKeep = "b")@varsToKeep, "b")
  expect_error(RxDataSource("RxXdfDat", "foo.xdf"), "did you mean")
  both <- rxGetVarInfo(list("foo.xdf", small()))
  expect_equal(vapply(both, length, 0L), c(3L, 3L))
  rxSetVarInfo(list(a = list(description = "first"), list(position = 2, newName = "second")), "foo.xdf")
  info <- rxGetVarInfo("foo.xdf")
  expect_equal(names(info), c("a", "second", "c"))
  expect_equal(info$a$description, "first")
  expect_error(rxSetVarInfo(list(list(newName = "x")), "foo.xdf"), "neither a name nor a position")
  })
})

test_that("B12: the folder of sample data holds generated files under the names that scripts ask for", {
  skip_if(nzchar(Sys.getenv("INSITU_SAMPLES")), "INSITU_SAMPLES names originals")
  folder <- suppressMessages(rxGetOption("sampleDataDir"))
  expect_true(all(c("AirlineDemoSmall.csv", "AirlineDemoSmall.xdf", "claims.xdf", "CensusWorkers.xdf",
      "mortDefaultSmall2009.csv",
      "kyphosis.xdf", "README.txt") %in% list.files(folder)))
  expect_equal(rxGetInfo(file.path(folder, "AirlineDemoSmall"))$numRows, 600000L)
  from_text <- rxImport(file.path(folder, "AirlineDemoSmall.csv"), missingValueString = "M", numRows = 1000,
      colInfo = list(DayOfWeek = list(type = "factor",
      levels = c("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))))
  expect_equal(from_text$ArrDelay, rxReadXdf(file.path(folder, "AirlineDemoSmall.xdf"), numRows = 1000)$ArrDelay)
  # The years in one file are the files of the years.
  small <- rxDataStep(file.path(folder, "mortDefaultSmall"), rowSelection = year == 2003)
  expect_equal(small$ccDebt, rxImport(file.path(folder, "mortDefaultSmall2003.csv"))$ccDebt)
})

test_that("B13: settings of other data and models are told and ignored", {
  in_folder({
  rxDataStep(small(), "foo.xdf")
  expect_warning(read <- rxImport("foo.xdf", missingValueString = "M"), "missingValueString")
  expect_equal(nrow(read), 6L)
  expect_warning(rxImport(small(), missingValueString = "M"), "data frame")
  expect_warning(rxImport("foo.xdf", formatFile = "x.sas7bcat"), "formatFile")
  fit <- rxLinMod(a ~ b, small())
  expect_warning(predicted <- rxPredict(fit, small(), suffix = "_x"), "suffix")
  expect_equal(predicted$a_Pred, 1:6 + 0)
  old <- rxOptions(reportProgress = -1)
  on.exit(rxOptions(reportProgress = old$reportProgress))
  expect_silent(found <- rxSummary(~a, "foo.xdf"))
  expect_equal(found$nobs.valid, 6)
  })
})

test_that("B13: rxPredict has no row selection and no transforms, and says what to write", {
  fit <- rxLinMod(a ~ b, small())
  expect_error(rxPredict(fit, small(), rowSelection = b > 2),
      "select the rows first: rxPredict(model, rxDataStep(data, rowSelection", fixed = TRUE)
  expect_error(rxPredict(fit, small(), transforms = list(b = b * 2)), "rxDataStep(data, transforms = ...)",
      fixed = TRUE)
  some <- rxPredict(fit, rxDataStep(small(), rowSelection = b > 2))
  expect_identical(some$a_Pred, rxPredict(fit, small())$a_Pred[small()$b > 2])
})

test_that("B16: what is printed is what the fields hold", {
  found <- rxSummary(~ a + c, transform(small(), c = factor(c)))
  text <- capture.output(print(found))
  expect_true(any(grepl("Category Counts for c", text)))
  found$categorical <- NULL
  found$sDataFrame$Mean[[1L]] <- 42
  text <- capture.output(print(found))
  expect_false(any(grepl("Counts", text)))
  expect_true(any(grepl("42", text)))
  info <- rxGetVarInfo(transform(small(), c = factor(c)))
  expect_match(paste(capture.output(info$a), collapse = " "), "Type: numeric.*Low/High")
  expect_match(paste(capture.output(info$c), collapse = " "), "3 factor levels: x y z")
  expect_true(is.integer(rxGetInfo(small())$numRows))
})
