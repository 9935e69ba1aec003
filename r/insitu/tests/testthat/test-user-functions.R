# docs/functions.md, held against plain loops of R over the same windows of rows. Every function collects garbage.

numbers <- function(n = 1e5) {
  set.seed(8)
  data.frame(x = rnorm(n), k = rep_len(c(3L, NA, 1L, 2L), n), s = rep_len(c("b", "a", "c"), n),
      stringsAsFactors = FALSE)
}

windows <- function(n, size) split(seq_len(n), (seq_len(n) - 1L) %/% size)

csv_of <- function(frame) {
  file <- tempfile(fileext = ".csv")
  write.csv(frame, file, row.names = FALSE, quote = FALSE)
  file
}

# The warnings of a call beside its value.
warned <- function(code) {
  texts <- character()
  value <- withCallingHandlers(code, warning = function(w) {
    texts <<- c(texts, conditionMessage(w))
    invokeRestart("muffleWarning")
  })
  list(value = value, warnings = texts)
}

test_that("A4: a variable that the test chunk did not return may still come, and types are those of real rows", {
  late <- function(l) {
    if (.rxIsTestChunk) return(l)
    l$y <- l$x * 2
    l$x <- as.character(l$x)
    gc()
    l
  }
  out <- rxDataStep(data.frame(x = c(1, 2, 3)), transformFunc = late)
  expect_identical(names(out), c("x", "y"))
  expect_identical(out$y, c(2, 4, 6))
  expect_identical(out$x, c("1", "2", "3"))
  sometimes <- function(l) {
    if (.rxChunkNum == 2) l$late <- 1
    l
  }
  expect_error(rxDataStep(data.frame(x = 1:30), transformFunc = sometimes, rowsPerRead = 10),
      "variable 'late' is new on chunk 2 \\(rows 11 to 20\\)")
  gone <- function(l) {
    if (.rxChunkNum < 3) l$z <- 1
    l
  }
  expect_error(rxDataStep(data.frame(x = 1:30), transformFunc = gone, rowsPerRead = 10),
      "variable 'z' is missing on chunk 3")
})

test_that("A4: the lag script of old gives the lag across chunks, in every local context", {
  d <- numbers(5e4)
  lag <- function(l) {
    if (.rxIsTestChunk) return(l)
    previous <- .rxGet("previous")
    l$lag <- c(previous, l$x[-length(l$x)])
    .rxSet("previous", l$x[[length(l$x)]])
    l$total <- .rxGet("sum") + cumsum(l$x)
    .rxModify("sum", sum(l$x))
    gc()
    l
  }
  for (context in list(RxLocalSeq(), RxLocalParallel())) {
    old <- rxSetComputeContext(context)
    on.exit(rxSetComputeContext(old))
    out <- rxDataStep(d, transformFunc = lag, transformVars = "x",
        transformObjects = list(previous = NA_real_, sum = 0), rowsPerRead = 7001)
    rxSetComputeContext(old)
    expect_identical(out$lag, c(NA, d$x[-nrow(d)]))
    expect_equal(out$total, cumsum(d$x), tolerance = 1e-12)
  }
})

test_that("A7: variables are the data's names, everything else is R's", {
  d <- data.frame(k = 1:3, x = c(1.5, 2, 9))
  needs_r <- function(v) vapply(v, function(i) i + 0, 0)
  objects <- list(needs_r = needs_r)
  out <- rxDataStep(d, transforms = list(a = month.name[k], b = letters[(k)], c = (x * pi), d = sapply(k, sqrt),
      e = { a <- k * 2; a + 1 },
      f = needs_r(x), g = vapply(x, function(x) x + 1, 0), h = base::rev(rev(k)), T1 = if (TRUE) x else k),
      transformObjects = objects)
  expect_identical(out$a, month.name[1:3])
  expect_identical(out$b, letters[1:3])
  expect_identical(out$c, d$x * pi)
  expect_identical(out$d, sqrt(1:3))
  expect_identical(out$e, c(3, 5, 7))
  expect_identical(out$f, d$x)
  expect_identical(out$g, d$x + 1)
  expect_identical(out$h, 1:3)
  expect_identical(out$T1, d$x)
  expect_equal(rxSummary(~z, d, transforms = list(z = sapply(x, sqrt)))$sDataFrame$Mean, mean(sqrt(d$x)))
  expect_error(rxDataStep(d, transforms = list(y = sapply(kk, sqrt))), "variable not found: kk.*did you mean k",
      class = "rxInvalidArgument")
  none <- rxDataStep(d, transforms = list(y = vapply(seq_len(.rxNumRows), function(i) i * 2, 0)))
  expect_identical(none$y, c(2, 4, 6))
})

test_that("A8: functions and rxReadNext get rowsPerRead rows of a frame, a text and a Parquet file, and blocksPerRead blocks of an .xdf", {
  d <- numbers(3e4)
  xdf <- xdf_of(d, rowsPerRead = 7000)
  parquet <- tempfile(fileext = ".parquet")
  rxDataStep(d, RxParquetData(parquet))
  text <- csv_of(d)
  sizes_of <- function(...) {
    note <- function(l) {
      .rxSet("sizes", c(.rxGet("sizes"), length(l[[1L]])))
      gc()
      l
    }
    rxDataStep(..., transformFunc = note, transformObjects = list(sizes = c()), returnTransformObjects = TRUE)$sizes
  }
  for (data in list(d, RxTextData(text), RxParquetData(parquet))) {
    expect_equal(sizes_of(data), 30000)
    expect_equal(sizes_of(data, rowsPerRead = 12000), c(12000, 12000, 6000))
    expect_equal(sizes_of(data, rowsPerRead = 12000, startRow = 11, numRows = 13000), c(12000, 1000))
  }
  expect_equal(sizes_of(RxTextData(text, rowsPerRead = 20000)), c(20000, 10000))
  expect_equal(sizes_of(xdf), c(7000, 7000, 7000, 7000, 2000))
  expect_equal(sizes_of(xdf, blocksPerRead = 3), c(21000, 9000))
  expect_equal(sizes_of(xdf, rowsPerRead = 25000), c(25000, 5000))
  read_sizes <- function(source) {
    rxOpen(source)
    on.exit(rxClose(source))
    sizes <- c()
    while (length(piece <- rxReadNext(source)) != 0) sizes <- c(sizes, nrow(piece))
    sizes
  }
  expect_equal(read_sizes(RxTextData(text, rowsPerRead = 9000)), c(9000, 9000, 9000, 3000))
  expect_equal(read_sizes(RxTextData(text)), 30000)
  expect_equal(read_sizes(RxParquetData(parquet)), 30000)
  expect_equal(read_sizes(RxXdfData(xdf@file, blocksPerRead = 2)), c(14000, 14000, 2000))
})

test_that("A8: a reading ends with its file", {
  folder <- tempfile()
  dir.create(folder)
  for (i in 1:3) write.csv(data.frame(x = i * 100 + 1:5), file.path(folder, paste0("f", i, ".csv")), row.names = FALSE)
  note <- function(l) {
    l$file <- basename(.rxReadFileName)
    l$chunk <- .rxChunkNum
    l
  }
  out <- rxDataStep(RxTextData(folder, rowsPerRead = 3), transformFunc = note)
  expect_identical(out$file, rep(paste0("f", 1:3, ".csv"), each = 5))
  expect_equal(out$chunk, c(1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5, 6, 6))
})

test_that("A8: scale() in a function is that of the rows of a read, and the engine's answers do not depend on them", {
  d <- numbers(1e5)
  text <- csv_of(d["x"])
  scaled <- function(l) {
    l$z <- as.vector(scale(l$x))
    gc()
    l
  }
  x <- rxImport(text, colClasses = c(x = "numeric"))$x
  for (size in c(5000, 33000, 1e5)) {
    out <- rxDataStep(RxTextData(text, colClasses = c(x = "numeric")), transformFunc = scaled, rowsPerRead = size)
    expect_identical(out$z, unlist(lapply(windows(1e5, size), function(rows) as.vector(scale(x[rows]))),
        use.names = FALSE))
  }
  means <- vapply(c(1000, 40000, 5e5), function(size) rxSummary(~y, RxTextData(text, rowsPerRead = size),
      transforms = list(y = x * 3))$sDataFrame$Mean, 0)
  expect_identical(means, rep(means[[1L]], 3L))
})

test_that("A8: workers see the rows that one process sees", {
  d <- numbers(2e5)
  xdf <- xdf_of(d, rowsPerRead = 60000)
  scaled <- function(l) {
    gc()
    l$z <- as.vector(scale(l$x)) + .rxChunkNum
    l
  }
  cases <- list(list(d, rowsPerRead = 45000), list(xdf), list(RxTextData(csv_of(d)), rowsPerRead = 70000))
  run <- function(case) do.call(rxDataStep, c(case,
      list(transformFunc = scaled, transformVars = "x", maxRowsByCols = NULL)))$z
  local <- lapply(cases, run)
  old <- rxSetComputeContext(RxProcesses(numWorkers = 2))
  on.exit(rxSetComputeContext(old))
  for (i in seq_along(cases)) expect_identical(run(cases[[i]]), local[[i]])
})

test_that("A6: a model keeps the function of its fit", {
  d <- numbers(1000)
  d$y <- d$x^2 + seq_len(1000) / 1000
  told <- new.env()
  square <- function(l) {
    l$z <- l$x^2
    assign("prediction", c(told$prediction, .rxIsPrediction), told)
    gc()
    l
  }
  reference <- unname(predict(lm(y ~ I(x^2), d), d[1:10, ]))
  fit <- rxLinMod(y ~ z, d, transformFunc = square, transformVars = "x")
  expect_false(any(told$prediction))
  told$prediction <- NULL
  new <- d[1:10, "x", drop = FALSE]
  expect_equal(rxPredict(fit, new)$y_Pred, reference, tolerance = 1e-9)
  expect_true(all(told$prediction))
  # In R-run transforms, the response's too, with objects and packages, through a file of the model.
  own <- function(v) v^2
  fit <- rxLinMod(ly ~ z, d, transforms = list(ly = sapply(y, log), z = own(x), file = tools::file_ext("a.b")),
      transformObjects = list(own = own),
      rowSelection = x > -5, transformPackages = "tools")
  reference <- unname(predict(lm(log(y) ~ I(x^2), d), d[1:10, ]))
  expect_equal(rxPredict(fit, new)$ly_Pred, reference, tolerance = 1e-9)
  file <- tempfile()
  saveRDS(fit, file)
  expect_equal(rxPredict(readRDS(file), new)$ly_Pred, reference, tolerance = 1e-9)
  old <- rxSetComputeContext(RxProcesses(numWorkers = 2))
  on.exit(rxSetComputeContext(old))
  written <- rxPredict(fit, xdf_of(new), outData = tempfile(fileext = ".xdf"))
  rxSetComputeContext(old)
  expect_equal(rxDataStep(written)$ly_Pred, reference, tolerance = 1e-9)
})

test_that("A6: an engine's part of a model without its function says what is needed; no code is in it", {
  d <- numbers(100)
  d$y <- d$x + 1
  fit <- rxLinMod(y ~ z, d, transformFunc = function(l) { l$z <- l$x; l })
  attr(fit, "rowFunction") <- NULL
  expect_error(rxPredict(fit, d), "function of R \\(transformFunc\\).*only the model object of R holds")
})

test_that("A6: transforms that the engine evaluates are applied to data without the response", {
  d <- numbers(100)
  d$y <- exp(d$x)
  fit <- rxLinMod(ly ~ z, d, transforms = list(ly = log(y), z = x * 2))
  expect_null(attr(fit, "rowFunction"))
  expect_equal(rxPredict(fit, d["x"])$ly_Pred, d$x, tolerance = 1e-9)
})

test_that("A23, B6: functions of all rows run by chunk in R, with one warning that names the variable", {
  n <- 1e5
  d <- data.frame(x = as.numeric(seq_len(n)), z = as.numeric(n:1))
  size <- 30000
  rows <- windows(n, size)
  by_window <- function(f) unlist(lapply(rows, function(i) f(d[i, ])), use.names = FALSE)
  cases <- list(
    list(quote(x - mean(x)), "mean", function(d) d$x - mean(d$x)),
    list(quote((x - mean(x))), "mean", function(d) d$x - mean(d$x)),
    list(quote(max(z)), "max", function(d) rep(max(d$z), nrow(d))),
    list(quote(min(z) + x), "min", function(d) min(d$z) + d$x),
    list(quote(rev(x)), "rev", function(d) rev(d$x)),
    list(quote(scale(x)), "scale", function(d) as.vector(scale(d$x))),
    list(quote(length(x)), "length", function(d) rep(nrow(d), nrow(d))),
    list(quote(cumsum(x)), "cumsum", function(d) cumsum(d$x)),
    list(quote(x[1]), "\\[", function(d) rep(d$x[1], nrow(d))))
  for (case in cases) {
    call <- bquote(rxDataStep(d, transforms = list(v = .(case[[1L]])), rowsPerRead = .(size)))
    out <- warned(eval(call))
    expect_equal(out$value$v, by_window(case[[3L]]))
    expect_length(out$warnings, 1L)
    expect_match(out$warnings, paste0("v \\(", case[[2L]], "\\).*chunk of up to 30000 rows \\(rowsPerRead\\)"))
    # The same beside a transform that needs R; and of all rows where one chunk holds them, without a warning.
    call[[3L]]$w <- quote(vapply(x, function(i) i, 0))
    expect_equal(suppressWarnings(eval(call))$v, out$value$v)
    all_rows <- warned(eval(bquote(rxDataStep(d, transforms = list(v = .(case[[1L]]))))))
    expect_equal(all_rows$value$v, case[[3L]](d))
    expect_length(all_rows$warnings, 0L)
  }
  cut_by <- warned(rxDataStep(d, transforms = list(b = cut(x, breaks = 4, labels = FALSE)), rowsPerRead = size))
  expect_equal(cut_by$value$b, by_window(function(d) cut(d$x, breaks = 4, labels = FALSE)))
  expect_length(cut_by$warnings, 1L)
})

test_that("B6: the rule holds in every function and in workers", {
  n <- 2e5
  d <- data.frame(x = as.numeric(seq_len(n)), y = as.numeric(seq_len(n)) %% 7)
  xdf <- xdf_of(d, rowsPerRead = 50000)
  centred <- d$x - rep(vapply(windows(n, 50000), function(i) mean(d$x[i]), 0, USE.NAMES = FALSE), each = 50000)
  file <- tempfile(fileext = ".csv")
  rxDataStep(xdf, RxTextData(file), overwrite = TRUE)
  for (call in expression(rxSummary(~v, xdf, transforms = list(v = x - mean(x))),
      rxLinMod(y ~ v, xdf, transforms = list(v = x - mean(x))),
      rxImport(RxTextData(file, colClasses = c(x = "numeric")), transforms = list(v = x - mean(x)),
      rowsPerRead = 50000))) {
    out <- warned(eval(call))
    expect_length(out$warnings, 1L)
    expect_match(out$warnings, "v \\(mean\\)")
    if (inherits(out$value, "rxSummary")) expect_equal(out$value$sDataFrame$StdDev, sd(centred))
    if (inherits(out$value, "rxLinMod")) expect_equal(unname(coef(out$value)), unname(coef(lm(d$y ~ centred))),
        tolerance = 1e-7)
    if (is.data.frame(out$value)) expect_equal(out$value$v, centred)
  }
  fit <- suppressWarnings(rxLinMod(y ~ v, xdf, transforms = list(v = x - mean(x))))
  predicted <- warned(rxPredict(fit, xdf, outData = tempfile(fileext = ".xdf")))
  expect_length(predicted$warnings, 1L)
  old <- rxSetComputeContext(RxProcesses(numWorkers = 2))
  on.exit(rxSetComputeContext(old))
  out <- warned(rxSummary(~v, xdf, transforms = list(v = x - mean(x))))
  expect_equal(out$value$sDataFrame$StdDev, sd(centred))
  expect_length(out$warnings, 1L)
})

test_that("B1: transformPackages, argument and option, are there for transforms, rowSelection and transformFunc, in workers too", {
  d <- data.frame(x = c("first words", "second words"), stringsAsFactors = FALSE)
  right <- tools::toTitleCase(d$x)
  expect_identical(rxDataStep(d, transforms = list(y = toTitleCase(x)), transformPackages = "tools")$y, right)
  expect_identical(rxDataStep(d, rowSelection = toTitleCase(x) == "First Words", transformPackages = "tools")$x,
      d$x[1L])
  titled <- function(l) {
    l$y <- toTitleCase(l$x)
    l
  }
  environment(titled) <- globalenv()
  expect_identical(rxDataStep(d, transformFunc = titled, transformPackages = "tools")$y, right)
  old_packages <- rxGetOption("transformPackages")
  rxOptions(transformPackages = c(old_packages, "tools"))
  on.exit(rxOptions(transformPackages = old_packages))
  expect_identical(rxDataStep(d, transforms = list(y = toTitleCase(x)))$y, right)
  expect_error(rxDataStep(d, transforms = list(y = x), transformPackages = "no.such.package"),
      "transformPackages: package 'no.such.package' is not installed")
  xdf <- xdf_of(d)
  old <- rxSetComputeContext(RxProcesses(numWorkers = 1))
  on.exit(rxSetComputeContext(old), add = TRUE)
  expect_identical(rxDataStep(xdf, transforms = list(y = toTitleCase(x)))$y, right)
  expect_identical(rxDataStep(xdf, transformFunc = titled)$y, right)
})

test_that("what a function may return, and what is refused in words", {
  d <- data.frame(x = as.numeric(1:120), g = rep(c("u", "v"), 60), stringsAsFactors = FALSE)
  step <- function(f) rxDataStep(d, transformFunc = f, rowsPerRead = 50)
  expect_equal(step(function(l) as.data.frame(l))$x, d$x)
  expect_equal(step(function(l) list(one = 1, x = l$x))$one, rep(1, 120))
  expect_equal(nrow(step(function(l) if (.rxChunkNum == 2) NULL else l)), 70L)
  expect_equal(step(function(l) lapply(l, head, 3))$x, c(1:3, 51:53, 101:103))
  expect_equal(names(step(function(l) { l$x <- NULL; l })), "g")
  expect_equal(step(function(l) { l$m <- scale(l$x); l })$m[1:50], as.vector(scale(1:50)))
  expect_s3_class(step(function(l) { l$t <- as.POSIXlt("2020-01-01", tz = "UTC"); l })$t, "POSIXct")
  # the test chunk said numeric
  expect_equal(step(function(l) { if (.rxChunkNum == 1) l$x <- as.integer(l$x); l })$x, d$x)
  refused <- list(
    list(function(l) l$x, "must return a list of variables, not numeric"),
    list(function(l) { l$c <- complex(real = l$x); l }, "variable 'c' is of type complex"),
    list(function(l) { l$l <- as.list(l$x); l }, "variable 'l' is of type list"),
    list(function(l) { l$m <- cbind(l$x, 1); l }, "variable 'm' has 2 columns"),
    list(function(l) { l$s <- 1:7; l }, "variable 's' has 7 values, others have 50"),
    list(function(l) structure(list(1, 2), names = c("a", "a")), "two variables named 'a'"),
    list(function(l) list(1), "every variable has a name"),
    list(function(l) { if (.rxChunkNum == 3) stop("enough"); l },
    "transformFunc failed on chunk 3 \\(rows 101 to 120\\): enough"),
    list(function(l) { if (.rxChunkNum == 2) l$x <- as.character(l$x); l },
    "variable 'x' is character on chunk 2.*but was numeric before"))
  for (case in refused) expect_error(step(case[[1L]]), case[[2L]], class = "rxUserCodeError")
})

test_that("what travels to workers is base64 as others write it", {
  skip_if_not_installed("jsonlite")
  for (n in c(0:9, 1000L, 65537L)) {
    bytes <- as.raw((seq_len(n) * 37L) %% 256L)
    expect_identical(insitu:::.rxBase64(bytes), gsub("[[:space:]]", "", jsonlite::base64_enc(bytes)),
        info = paste(n, "bytes"))
  }
})
