columnar_kinds <- list(parquet = RxParquetData, orc = RxOrcData)

# Writes a frame as a file of a folder; skips where the engine's library for these formats was not built.
part <- function(frame, kind, folder, name) {
  dir.create(folder, showWarnings = FALSE)
  tryCatch(rxDataStep(frame, columnar_kinds[[kind]](file.path(folder, name))),
      error = function(e) if (grepl("libinsitu_arrow", conditionMessage(e))) skip(conditionMessage(e)) else stop(e))
}

test_that("A22: dates of every century come back from both formats", {
  labels <- as.Date(c("0001-01-01", "1500-03-01", "1582-10-04", "1582-10-15", NA, "9999-12-31"))
  for (kind in names(columnar_kinds)) {
    source <- part(data.frame(d = labels), kind, tempfile(), "a")
    expect_identical(rxDataStep(source)$d, labels, label = kind)
  }
})

test_that("B17a: the files of a folder are united, in the order of their names", {
  for (kind in names(columnar_kinds)) {
    folder <- tempfile()
    part(data.frame(i = c(1L, NA), s = c("a", "b"), stringsAsFactors = FALSE), kind, folder, "1")
    part(data.frame(late = as.Date("2024-02-29"), i = 2.5), kind, folder, "2")
    found <- rxDataStep(columnar_kinds[[kind]](folder))
    expect_identical(names(found), c("i", "s", "late"))
    expect_equal(found$i, c(1, NA, 2.5))
    expect_identical(found$s, c("a", "b", NA))
    expect_identical(found$late, as.Date(c(NA, NA, "2024-02-29")))
    part(data.frame(s = 1), kind, folder, "3")
    expect_error(rxDataStep(columnar_kinds[[kind]](folder)),
        "'s' is character in .* and numeric in .* no type holds both without loss")
  }
})

test_that("D13: a damaged ORC file is an error of one sentence, and the session lives", {
  source <- part(data.frame(x = as.numeric(1:1000), s = as.character(1:1000), stringsAsFactors = FALSE), "orc",
      tempfile(), "a")
  bytes <- readBin(source@file, "raw", 1e6)
  set.seed(13)
  told <- 0
  for (turn in 1:60) {
    damaged <- bytes
    damaged[sample(length(bytes), 3)] <- as.raw(sample(0:255, 3))
    writeBin(damaged, source@file)
    said <- tryCatch({
      rxDataStep(source)
      ""
    }, error = conditionMessage, warning = conditionMessage)
    told <- told + nzchar(said)
    if (nzchar(said)) expect_match(said, source@file, fixed = TRUE)
    expect_false(grepl("\n", said))
  }
  expect_gt(told, 5)
})
