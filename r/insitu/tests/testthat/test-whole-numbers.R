# int64 at the border of R: A12, A13. Judged by bit64, which other people wrote.

large <- c("9007199254740993", "-9223372036854775807", "9223372036854775807", NA, "5")

frame_of_large <- function(n = 70000L) {
  texts <- rep_len(large, n)
  data.frame(k = bit64::as.integer64(texts), i = bit64::as.integer64(seq_len(n)), x = as.numeric(seq_len(n)))
}

# As where package bit64 is not installed.
without_bit64 <- function(code) {
  has <- get(".rxHasBit64", asNamespace("insitu"))
  utils::assignInNamespace(".rxHasBit64", function() FALSE, "insitu")
  on.exit(utils::assignInNamespace(".rxHasBit64", has, "insitu"))
  force(code)
}

test_that("A12: integer64 comes in and goes out with every digit, from frames and files", {
  skip_if_not_installed("bit64")
  d <- frame_of_large()
  xdf <- tempfile(fileext = ".xdf")
  parquet <- RxParquetData(tempfile(fileext = ".parquet"))
  rxDataStep(d, xdf, rowsPerRead = 20000)
  rxDataStep(d, parquet)
  for (source in list(d, xdf, RxXdfData(xdf), parquet)) {
    expect_silent(out <- rxDataStep(source))
    expect_s3_class(out$k, "integer64")
    expect_identical(as.character(out$k), rep_len(large, nrow(d)))
    expect_identical(is.na(out$k), is.na(d$k))
    expect_identical(out$i, d$x)  # what numeric holds exactly stays numeric, as ever
  }
  expect_identical(as.character(rxDataStep(d, rowSelection = k > 0, varsToKeep = "k")$k[1:3]), large[c(1, 3, 5)])
  expect_identical(as.character(rxGetInfo(xdf, numRows = 3)$data$k), large[1:3])
})

test_that("A12: option int64 decides what int64 becomes", {
  skip_if_not_installed("bit64")
  d <- frame_of_large(10L)
  on.exit(rxOptions(int64 = "auto"))
  rxOptions(int64 = "integer64")
  out <- rxDataStep(d)
  expect_s3_class(out$i, "integer64")
  expect_identical(as.character(out$i), as.character(1:10))
  rxOptions(int64 = "numeric")
  expect_warning(out <- rxDataStep(d), "numeric loses digits: k;")
  expect_identical(out$k, as.numeric(rep_len(large, 10)))
  expect_silent(rxDataStep(d, varsToKeep = "i"))
  expect_error(rxOptions(int64 = "long"), "\"auto\", \"numeric\" or \"integer64\", not \"long\"")
  expect_error(rxOptions(int64 = 64L), "not 64L")
})

test_that("A12: without bit64 lost digits are told", {
  skip_if_not_installed("bit64")
  d <- frame_of_large(10L)
  without_bit64({
    expect_warning(out <- rxDataStep(d), "numeric loses digits: k; install package bit64")
    expect_identical(out$k, as.numeric(rep_len(large, 10)))
    expect_silent(rxDataStep(d[5, ]))
    rxOptions(int64 = "integer64")
    expect_error(rxDataStep(d), "needs package bit64")
    rxOptions(int64 = "auto")
  })
})

test_that("A12: a user's function sees numeric, and is told of lost digits once", {
  skip_if_not_installed("bit64")
  d <- frame_of_large()
  heard <- 0L
  out <- withCallingHandlers(
    rxDataStep(d, transformFunc = function(l) { l$class <- rep(class(l$k), length(l$k)); l },
    transformVars = c("k", "x"), rowsPerRead = 10000),
    warning = function(w) if (grepl("numeric loses digits", conditionMessage(w))) { heard <<- heard +
    1L; invokeRestart("muffleWarning") })
  expect_identical(unique(out$class), "numeric")
  expect_identical(heard, 1L)
})

test_that("A13: the smallest whole number of a width is a value in Parquet too", {
  skip_if_not_installed("bit64")
  smallest <- bit64::as.integer64("-2147483648")
  d <- data.frame(x = rep_len(c(smallest, bit64::as.integer64(7)), 40000))
  file <- RxParquetData(tempfile(fileext = ".parquet"))
  rxDataStep(d, file)
  expect_identical(rxDataStep(file)$x, rep_len(c(-2147483648, 7), 40000))
  expect_identical(rxSummary(~x, file)$sDataFrame$MissingObs, 0)
})
