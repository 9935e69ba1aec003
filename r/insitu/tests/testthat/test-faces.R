# Ease of use (part C of the table of faults, tests/faults/README.md): what is missing says so.

test_that("C: functions of the original that are missing say so, as unsupported", {
  missing <- insitu:::.rxNotAvailable
  expect_gt(length(missing), 50)
  expect_false(anyDuplicated(missing) > 0)
  for (name in missing) {
    expect_true(name %in% getNamespaceExports("insitu"), info = name)
    error <- tryCatch(getExportedValue("insitu", name)(y ~ x, data = 1), error = identity)
    expect_s3_class(error, "rxUnsupported")
    expect_true(startsWith(conditionMessage(error),
        paste(name, "is not available yet in insitu", packageVersion("insitu"))), info = name)
  }
})

test_that("C: no missing function hides one that exists", {
  signatures <- names(insitu:::.rxSignatures)
  expect_identical(intersect(insitu:::.rxNotAvailable, signatures), character())
  there <- c("rxImport", "rxDataStep", "rxLinMod", "rxPredict", "rxSummary", "RxXdfData", "RxSpark", "rxCovCoef",
      "rxOptions")
  expect_identical(intersect(insitu:::.rxNotAvailable, there), character())
})
