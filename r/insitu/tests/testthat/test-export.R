# Exports; that what they compute is what the engine computes: python/tests/test_export.py.

test_that("models are exported", {
  fit <- rxLinMod(delay ~ day + count, delays())
  text <- rxExportModel(fit, dialect = "sqlserver", name = "flights")
  expect_match(text, "AS [delay_Pred]\nFROM [flights];", fixed = TRUE)
  file <- tempfile(fileext = ".c")
  expect_identical(rxExportModel(fit, file, type = "c", name = "delay_of"), normalizePath(file))
  expect_match(paste(readLines(file), collapse = "\n"), "double delay_of(", fixed = TRUE)
  expect_error(rxExportModel(fit, file), "the file exists: .*; allow to replace it with overwrite")
  rxExportModel(fit, file, type = "pmml", overwrite = TRUE)
  expect_match(readLines(file)[[2L]], "PMML-4_4", fixed = TRUE)
  expect_error(rxExportModel(list()), "rxExportModel: model must be a fitted model")
  expect_error(rxExportModel(rxLinMod(delay ~ sin(count), delays())),
      "the term 'sin\\(count\\)' cannot be written in SQL")
})
