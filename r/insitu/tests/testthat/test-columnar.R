columnar_kinds <- list(parquet = RxParquetData, orc = RxOrcData)

# A source of the frame's rows; skips where the engine's library for these formats was not built.
columnar_of <- function(frame, kind, ...) {
  source <- columnar_kinds[[kind]](tempfile(fileext = paste0(".", kind)), ...)
  tryCatch(rxDataStep(frame, source),
      error = function(e) if (grepl("libinsitu_arrow", conditionMessage(e))) skip(conditionMessage(e)) else stop(e))
}

test_that("a data frame comes back from Parquet and ORC as it was, factors as characters", {
  frame <- data.frame(i = c(1L, NA, 3L), d = c(0.1, NA, 1e300), l = c(TRUE, NA, FALSE), s = c("\u00e4", NA, ""),
      f = factor(c("b", NA, "a"), c("b", "a", "unused")), date = as.Date(c("2024-02-29", NA, "1969-12-31")),
      time = as.POSIXct(c(1e9 + 0.25, NA, -1), origin = "1970-01-01", tz = "GMT"), stringsAsFactors = FALSE)
  for (kind in names(columnar_kinds)) {
    source <- columnar_of(frame, kind)
    back <- rxDataStep(source)
    for (name in c("i", "d", "l", "s", "date")) expect_identical(back[[name]], frame[[name]], label = paste(kind, name))
    expect_equal(as.numeric(back$time), as.numeric(frame$time))
    expect_identical(back$f, as.character(frame$f))
    expect_equal(rxGetInfo(source)$numRows, 3)
  }
})

test_that("colInfo gives factors their levels, and the model of the rows", {
  d <- delays()
  for (kind in names(columnar_kinds)) {
    file <- columnar_of(d, kind)@file
    found <- columnar_kinds[[kind]](file, colInfo = list(day = list(type = "factor")))
    expect_equal(coef(rxLinMod(delay ~ day, found)),
        coef(rxLinMod(delay ~ day, transform(d, day = factor(day, unique(day))))))
    given <- columnar_kinds[[kind]](file, colInfo = list(day = list(type = "factor", levels = c("Wed", "Mon"))))
    expect_identical(levels(rxDataStep(given)$day), c("Wed", "Mon"))
    expect_equal(sum(is.na(rxDataStep(given)$day)), sum(d$day == "Tue"))
    processes <- rxLinMod(delay ~ day, given, computeContext = RxProcesses(numWorkers = 2))
    expect_identical(coef(processes), coef(rxLinMod(delay ~ day, given)))
    expect_error(rxSummary(~name, columnar_kinds[[kind]](file, colInfo = list(name = list(type = "integer")))), "row 1")
  }
})

test_that("what is there is replaced only when that is allowed", {
  for (kind in names(columnar_kinds)) {
    source <- columnar_of(mtcars, kind)
    expect_error(rxDataStep(mtcars, source), "overwrite")
    expect_error(rxDataStep(mtcars, source, append = "rows"), "cannot be appended")
    rxDataStep(mtcars[1:5, ], source, overwrite = TRUE)
    expect_equal(nrow(rxDataStep(source)), 5)
    expect_output(print(source), class(source))
  }
})
