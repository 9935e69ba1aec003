# The border between R and the engine: who owns what for how long, how R's jumps pass, which texts may cross.

# Rows of every type that a data frame can hold, on several pieces of the engine.
motley <- function(n) {
  i <- seq_len(n)
  data.frame(x = i / 7, k = as.integer(i %% 1000L), l = i %% 3L == 0L, s = sprintf("row %d \u00e4", i),
      f = factor(letters[i %% 26L + 1L], letters),
      o = factor(c("lo", "hi")[i %% 2L + 1L], c("lo", "hi"), ordered = TRUE), date = as.Date("2020-01-01") + i %% 5000L,
      time = as.POSIXct(1e9 + i, origin = "1970-01-01", tz = "GMT"), big = structure(i / 1, class = "numeric"),
      stringsAsFactors = FALSE)
}

# Fills what the collector has freed, so that a borrowed value cannot survive by luck.
churn <- function() {
  gc(full = FALSE)
  invisible(lapply(1:20, function(i) list(rep(NaN, 33000), rep("rubbish", 33000), rep(-1L, 33000))))
}

expect_same <- function(frame, wanted) for (name in names(wanted))
    expect_identical(unclass(frame[[name]]), unclass(wanted[[name]]), label = name)

churned <- function(l) {
  l$y <- l$x * 2
  l$s2 <- paste0(l$s, "!")
  l$f2 <- factor(as.character(l$f), letters)
  l$date2 <- l$date + 1
  l$time2 <- l$time + 60
  churn()
  l
}
churned_plainly <- function(d) {
  d$y <- d$x * 2
  d$s2 <- paste0(d$s, "!")
  d$f2 <- d$f
  d$date2 <- d$date + 1
  d$time2 <- d$time + 60
  d
}
environment(churned) <- list2env(list(churn = churn), parent = globalenv())

test_that("A1: what a transformFunc returns outlives R's collector, whatever its type", {
  d <- motley(70000)
  wanted <- churned_plainly(d)
  expect_same(rxDataStep(d, transformFunc = churned, maxRowsByCols = NULL), wanted)
  xdf <- xdf_of(d, maxRowsByCols = NULL, rowsPerRead = 5000)
  expect_same(rxDataStep(xdf, transformFunc = churned, maxRowsByCols = NULL), wanted)
  out <- tempfile(fileext = ".xdf")
  rxDataStep(xdf, out, transformFunc = churned)
  expect_same(rxDataStep(out, maxRowsByCols = NULL), wanted)
})

test_that("A1: analyses over many pieces see what the function returned", {
  set.seed(1)
  d <- data.frame(x = rnorm(150000), k = sample(5L, 150000, TRUE), s = sample(c("a", "b", "c"), 150000, TRUE))
  xdf <- xdf_of(d, maxRowsByCols = NULL, rowsPerRead = 1000)
  made <- function(l) {
    l$y <- 2 * l$x + l$k
    l$g <- factor(l$s, c("a", "b", "c"))
    gc(full = FALSE)
    junk <- lapply(1:30, function(i) rep(NaN, 1000))
    l
  }
  y <- 2 * d$x + d$k
  summary_of <- rxSummary(~y + g, xdf, transformFunc = made, transformVars = c("x", "k", "s"))
  expect_equal(summary_of$sDataFrame$Mean[[1L]], mean(y), tolerance = 1e-12)
  expect_equal(summary_of$categorical[[1L]]$Counts, as.vector(table(d$s)), ignore_attr = TRUE)
  fit <- rxLinMod(y ~ x + k, xdf, transformFunc = made, transformVars = c("x", "k", "s"))
  expect_equal(unname(as.vector(coef(fit))), c(0, 2, 1), tolerance = 1e-8)
})

test_that("A1: a function that writes into its own vectors again does not change rows that it gave away", {
  skip_if_not_installed("data.table")
  d <- data.frame(x = as.numeric(1:100000))
  kept <- new.env()
  reuse <- function(l) {
    if (is.null(kept$table) || nrow(kept$table) != length(l$x)) kept$table <- data.table::data.table(x = l$x + 0)
    data.table::set(kept$table, j = "x", value = l$x)
    kept$table
  }
  expect_identical(rxDataStep(d, transformFunc = reuse, maxRowsByCols = NULL)$x, d$x)
})

test_that("A1: 1,000 data steps give what plain R gives", {
  set.seed(7)
  frames <- lapply(1:20, function(i) {
    n <- sample(c(0L, 1L, 7L, 300L), 1L)
    data.frame(x = round(rnorm(n), 3), k = sample.int(9L, n, TRUE), s = sample(c("u", "v", NA), n, TRUE),
        f = factor(sample(letters[1:3], n, TRUE), letters[1:3]))
  })
  step <- function(l) {
    l$y <- l$x + l$k
    l$t <- paste(l$s, l$f)
    if (length(l$x) %% 2L) gc(full = FALSE)
    l
  }
  files <- vapply(frames, function(d) { path <- tempfile(fileext = ".xdf"); rxDataStep(d, path,
      rowsPerRead = 50); path }, "")
  wrong <- 0L
  for (i in 1:1000) {
    d <- frames[[i %% 20L + 1L]]
    if (!nrow(d)) next
    out <- rxDataStep(if (i %% 2L) d else files[[i %% 20L + 1L]], transformFunc = step)
    wrong <- wrong + !(identical(out$y, d$x + d$k) && identical(out$t, paste(d$s, d$f)) &&
        identical(as.integer(out$f), as.integer(d$f)) && identical(out$s, d$s))
  }
  expect_equal(wrong, 0L)
})

test_that("D1: R workers keep the function that they were sent, and none is lost", {
  d <- motley(200000)
  wanted <- churned_plainly(d)
  xdf <- xdf_of(d, maxRowsByCols = NULL, rowsPerRead = 20000)
  old <- rxSetComputeContext(RxProcesses(numWorkers = 2))
  warned <- options(warn = 2)  # a lost worker is a warning
  on.exit({ rxSetComputeContext(old); options(warned) })
  for (i in 1:3) {
    out <- rxDataStep(xdf, transformFunc = churned, maxRowsByCols = NULL)
    expect_same(out, wanted)
    found <- rxSummary(~y, xdf, transformFunc = churned)
    expect_equal(found$sDataFrame$Mean, mean(wanted$y), tolerance = 1e-12)
  }
})

test_that("A1: open sources and targets hold the rows that they were given", {
  source <- RxXdfData(tempfile(fileext = ".xdf"))
  rxOpen(source, "w")
  for (i in 0:19) {
    piece <- motley(2000)
    piece$x <- piece$x + i
    rxWriteNext(piece, source)
    rm(piece)
    churn()
  }
  rxClose(source)
  wanted <- rep(motley(2000)$x, 20) + rep(0:19, each = 2000)
  back <- numeric()
  rxOpen(source)
  for (i in 1:20) {
    piece <- rxReadNext(source)
    churn()
    back <- c(back, piece$x)
  }
  rxClose(source)
  expect_identical(back, wanted)
})

test_that("A1: compact and shared vectors reach the engine whole", {
  d <- data.frame(i = 1:200000, r = rev(1:200000), s = as.character(1:200000))
  expect_same(rxDataStep(d, maxRowsByCols = NULL), d)
  plain <- d$i
  copy <- plain
  rxDataStep(d, transformFunc = function(l) { l$i[1] <- 0L; l }, maxRowsByCols = NULL)
  expect_identical(plain, copy)
})

test_that("A26: texts of R are converted or refused with their row, never rewritten", {
  latin <- c("a", "caf\xe9 \x80")
  Encoding(latin) <- "latin1"
  out <- rxDataStep(data.frame(s = latin, f = factor(latin)))
  expect_identical(out$s, enc2utf8(latin))
  expect_identical(levels(out$f), enc2utf8(levels(factor(latin))))
  expect_identical(Encoding(out$s[[2L]]), "UTF-8")
  broken <- rep("fine", 40000)
  broken[[33333L]] <- "caf\xe9"
  for (mark in c("bytes", "UTF-8", "unknown")) {
    Encoding(broken) <- mark
    expect_error(rxDataStep(data.frame(s = broken), maxRowsByCols = NULL), "variable 's'.* row 33333 .*caf.xe9.*iconv",
        class = "rxDataError")
  }
  undefined <- "\x81"
  Encoding(undefined) <- "latin1"
  expect_error(rxSummary(~s, data.frame(s = undefined)), "'s'.* row 1 ")
  expect_error(rxDataStep(data.frame(x = 1:3), transformFunc = function(l) { l$s <- "\xff"; l }), "'s'.* row 1 ",
      class = "rxUserCodeError")
  d <- data.frame(x = 1)
  names(d) <- "\xff"
  expect_error(rxDataStep(d), "name holds bytes")
  expect_error(rxDataStep(data.frame(f = structure(1L, levels = "\xff", class = "factor"))), "level of variable 'f'")
  expect_error(rxDataStep(data.frame(x = 1), transformObjects = list(a = "\xff"), transforms = list(y = x)),
      "bytes that are no text")
})

test_that("A26: a NUL byte from a file is told with variable and row", {
  path <- tempfile(fileext = ".csv")
  writeBin(c(charToRaw("a,b\n1,x\n2,y"), as.raw(0), charToRaw("z\n3,w\n")), path)
  expect_error(rxImport(path), "variable 'b'.* row 2 a NUL byte .*y.x00z.*varsToDrop", class = "rxDataError")
  expect_error(rxImport(path, stringsAsFactors = TRUE), "variable 'b'.* level .* NUL byte", class = "rxDataError")
  expect_equal(rxImport(path, varsToDrop = "b")$a, 1:3)
  xdf <- tempfile(fileext = ".xdf")
  rxImport(path, xdf)
  expect_error(rxDataStep(xdf), "'b'.* row 2 ")
  expect_error(rxSummary(~a, xdf, transformFunc = function(l) l, transformVars = "b"), "'b'.* row 2 ")
})

test_that("A27: levels stay where there are no rows", {
  d <- data.frame(x = 1:3, f = factor(c("b", "a", "b"), c("b", "a", "unused")),
      o = factor("lo", c("lo", "hi"), ordered = TRUE))
  none <- d[0L, ]
  xdf <- xdf_of(none)
  text <- tempfile(fileext = ".xdf")
  rxDataStep(d, text)
  for (out in list(rxDataStep(none), rxDataStep(xdf), rxDataStep(text, rowSelection = x > 99), rxReadXdf(xdf),
      rxDataStep(none, transformFunc = function(l) l),
      rxXdfToDataFrame(xdf))) {
    expect_equal(nrow(out), 0L)
    expect_identical(levels(out$f), c("b", "a", "unused"))
    expect_identical(levels(out$o), c("lo", "hi"))
    expect_s3_class(out$o, "ordered")
  }
  expect_identical(rxGetVarInfo(xdf)$f$levels, c("b", "a", "unused"))
})

test_that("B18: a warning that is an error leaves nothing open and the old output as it was", {
  out <- tempfile(fileext = ".xdf")
  rxDataStep(data.frame(old = 1:3), out)
  xdf <- xdf_of(data.frame(x = as.numeric(1:50000)))
  cut_off <- function() rxDataStep(xdf, maxRowsByCols = 2000, transforms = list(y = x))
  old <- options(warn = 2)
  on.exit(options(old))
  error <- tryCatch(cut_off(), error = identity)
  expect_s3_class(error, "simpleError")
  expect_match(conditionMessage(error), "converted from warning")
  options(warn = 0)
  expect_s3_class(tryCatch(cut_off(), warning = identity), "warning")
  seen <- 0L
  expect_equal(nrow(withCallingHandlers(cut_off(),
      warning = function(w) { seen <<- seen + 1L; invokeRestart("muffleWarning") })), 1000L)
  expect_equal(seen, 1L)
  expect_identical(rxDataStep(out)$old, 1:3)
  expect_identical(list.files(dirname(out), sub(".xdf", "", basename(out), fixed = TRUE), all.files = TRUE),
      basename(out))
})

test_that("B18: jumps of a user's function pass the engine, also from a call within a call", {
  xdf <- xdf_of(data.frame(x = as.numeric(1:1000)), rowsPerRead = 100)
  out <- tempfile(fileext = ".xdf")
  rxDataStep(data.frame(old = 1:3), out)
  expect_identical(callCC(function(k) rxDataStep(xdf, transformFunc = function(l) k("out"))), "out")
  expect_identical(withRestarts(rxDataStep(xdf, out, overwrite = TRUE,
      transformFunc = function(l) if (.rxStartRow > 500) invokeRestart("leave", 6) else l),
      leave = function(v) v), 6)
  expect_identical(rxDataStep(out)$old, 1:3)
  nested <- function(l) {
    inner <- callCC(function(k) rxDataStep(data.frame(x = 1:10),
        transformFunc = function(m) if (!.rxIsTestChunk) k(7) else m))
    failed <- tryCatch(rxSummary(~nothing, data.frame(x = 1)), error = function(e) 1)
    l$y <- l$x * inner + failed + rxSummary(~x, data.frame(x = c(1, 3)))$sDataFrame$Mean
    gc(full = FALSE)
    l
  }
  expect_identical(rxDataStep(xdf, transformFunc = nested)$y, 1:1000 * 7 + 3)
  expect_error(rxDataStep(xdf, transformFunc = function(l) rxDataStep(xdf,
      transformFunc = function(m) stop("deep down"))), "deep down")
  expect_identical(rxDataStep(xdf)$x, as.numeric(1:1000))
})

test_that("B18: output that cannot be shown is an error, not a crash", {
  skip_if(getRversion() < "4.0.0")
  d <- data.frame(x = as.numeric(1:1000))
  expect_identical(rxDataStep(d, transformFunc = function(l) { print(1); l }, reportProgress = 0)$x, d$x)
  con <- textConnection("shown", "w", local = TRUE)
  sink(con)
  rxDataStep(d, transformFunc = function(l) { cat("here\n"); l }, reportProgress = 2)
  sink()
  close(con)
  expect_true(any(grepl("here", shown)))
  expect_true(any(grepl("Rows", shown)))
})

test_that("lists that no document can hold are refused", {
  deep <- list(1)
  for (i in 1:5000) deep <- list(deep)
  expect_error(rxImport(data.frame(x = 1), colInfo = list(x = deep)), "deeper|colInfo|type", class = "error")
  expect_error(rxDataStep(data.frame(m = I(matrix(1:4, 2)))), "'m' has 2 dimensions", class = "rxDataError")
  expect_error(rxDataStep(data.frame(f = structure(5L, levels = "a", class = "factor"))), "'f'.* row 1 .*broken factor")
  expect_error(rxDataStep(data.frame(z = 1i)), "column that can be read: 'z' holds complex numbers")
})

run_script <- function(..., torture = FALSE) {
  script <- tempfile(fileext = ".R")
  writeLines(c("suppressPackageStartupMessages(library(insitu)); rxOptions(reportProgress = 0)", ...), script)
  suppressWarnings(system2(file.path(R.home("bin"), "Rscript"), c("--vanilla", script), stdout = TRUE, stderr = TRUE,
      env = paste0("R_LIBS=", paste(.libPaths(), collapse = ":"))))
}

test_that("D16: an interrupt is a condition, in Rscript too, and the old output stays", {
  skip_on_os("windows")
  shown <- run_script(
      "setwd(tempdir())",
      "rxDataStep(data.frame(x = as.numeric(1:1e6)), 'in.xdf', rowsPerRead = 20000)",
      "rxDataStep(data.frame(old = 1:3), 'out.xdf')",
      "later <- function() system(paste0('(sleep 0.3; kill -INT ', Sys.getpid(), '; date +%s.%N > at)'), wait = FALSE)",
      "again <- function(what) { later(); caught <- tryCatch({ for (i in 1:1000) what(); 'never' }, interrupt = function(i) class(i)[[1L]])",
      "  took <- as.numeric(Sys.time()); for (i in 1:100) if (file.exists('at') && file.size('at') > 5) break else Sys.sleep(0.01)",
      "  cat(caught, took - as.numeric(readLines('at')) < 1, identical(rxDataStep('out.xdf')$old, 1:3), length(list.files(all.files = TRUE, no.. = TRUE)), '\\n'); unlink('at') }",
      "again(function() rxSummary(~x + log(x) + sqrt(x) + y, 'in.xdf', transforms = list(y = exp(sin(x)))))",
      "again(function() rxDataStep('in.xdf', 'out.xdf', overwrite = TRUE, transformFunc = function(l) { Sys.sleep(0.05); l }))",
      "again(function() rxDataStep('in.xdf', 'out.xdf', overwrite = TRUE, transformFunc = function(l) { repeat NULL }))",
      "again(function() rxDataStep(rxDataStep('in.xdf', maxRowsByCols = NULL), transformFunc = function(l) { l$y <- l$x; Sys.sleep(0.01); l }, maxRowsByCols = NULL))",
      "cat('then', rxSummary(~x, 'in.xdf')$sDataFrame$Mean, '\\n')")
  expect_identical(sum(grepl("^interrupt TRUE TRUE 3 ?$", shown)), 4L, info = paste(shown, collapse = "\n"))
  expect_true("then 500000.5 " %in% shown)
  uncaught <-
      run_script("tools::pskill(Sys.getpid(), tools::SIGINT); rxSummary(~x, data.frame(x = as.numeric(1:100)), transformFunc = function(l) { Sys.sleep(2); l })",
      "cat('went on\\n')")
  expect_false("went on" %in% uncaught)
})

test_that("A1, D1: the border under R's torture of its collector", {
  shown <- run_script(
      "d <- data.frame(x = c(1.5, NA, 3), k = c(1L, NA, 3L), l = c(TRUE, NA, FALSE), s = c('\\u00e4', NA, 'b'), f = factor(c('u', NA, 'v'), c('v', 'u')),",
      "    date = as.Date('2020-01-01') + 0:2, time = as.POSIXct(1e9 + 0:2, origin = '1970-01-01', tz = 'GMT'), stringsAsFactors = FALSE)",
      "file <- tempfile(fileext = '.xdf'); rxDataStep(d, file)",
      "step <- function(l) { l$y <- l$x * 2; l$t <- paste0(l$s, '!'); l$g <- factor(l$f, c('u', 'v')); l }",
      "torture <- function(what, wait = 1L) { on.exit(gctorture2(0L)); gctorture2(wait, inhibit_release = TRUE); force(what) }",
      "plain <- insitu:::insitu_frame_stream",
      "document <- function(...) list(op = 'data_step', context = list(type = 'RxLocalSeq'), reportProgress = 0, ...)",
      "frame <- list(type = 'frame', stream = 0, name = 'd'); warn <- function(text) cat('WARN', text, '\\n')",
      "call <- function(rows, info) step(rows)",
      "spec <- list(`function` = 'transformFunc', language = 'R', variables = I(names(d)))",
      "one <- function(doc, ...) .Call(insitu:::insitu_run, doc, list(...), list(transformFunc = call), NULL, warn, NULL)",
      "for (i in 1:3) {",
      "  out <- torture(one(document(inData = frame), .Call(plain, d)))",
      "  stopifnot(identical(out$frame$s, d$s), identical(as.character(out$frame$f), as.character(d$f)), identical(out$frame$x, d$x), identical(out$frame$time, d$time))",
      "  out <- torture(one(document(inData = frame, transformFunc = spec), .Call(plain, d)), 7L)",
      "  stopifnot(identical(out$frame$y, d$x * 2), identical(out$frame$t, paste0(d$s, '!')), identical(levels(out$frame$g), c('u', 'v')))",
      "  out <- torture(one(document(inData = list(type = 'RxXdfData', file = file))))",
      "  stopifnot(identical(out$frame$k, d$k), identical(out$frame$l, d$l), identical(out$frame$date, d$date))",
      "  out <- torture(one(list(op = 'info', style = 'R', data = file, getVarInfo = TRUE, numRows = 2, reportProgress = 0)))",
      "  stopifnot(identical(out$varInfo[[5]]$levels, c('v', 'u')))",
      "  out <- torture(one(list(op = 'lin_mod', formula = 'x ~ k', data = list(type = 'RxXdfData', file = file), reportProgress = 0)))",
      "  out <- torture(one(document(inData = list(type = 'RxXdfData', file = 'not there.xdf'))))",
      "  stopifnot(inherits(out, 'rxFailure'))",
      "}",
      "got <- list(); tasks <- list(shared = serialize(list(fun = function(x) if (x == 3) stop('no three') else x + 0.5, common = list(), quote = FALSE, options = list()), NULL),",
      "    arguments = function(first, count) serialize(list(count = as.integer(count), fans = list(x = as.list(first + seq_len(count))), sets = NULL, stream = NULL), NULL),",
      "    done = function(first, count, bytes) got[first + seq_len(count)] <<- unserialize(bytes)[[1L]], lost = function(index, why) stop(why), progress = function(...) NULL)",
      "doc <- list(op = 'exec', context = list(type = 'RxProcesses', numWorkers = 1), count = 5, language = 'R', worker = I(insitu:::.rxWorkerCommand()), reportProgress = 0)",
      "run <- function() .Call(insitu:::insitu_run, doc, list(), list(), NULL, warn, tasks)",
      "out <- run()  # starts the worker",
      "got <- list(); out <- torture(run(), 7L)",
      "stopifnot(identical(out$tasks, 5L) || identical(out$tasks, 5), identical(got[-3], list(1.5, 2.5, 4.5, 5.5)), conditionMessage(got[[3]]) == 'no three')",
      "cat('survived\\n')")
  expect_true("survived" %in% shown, info = paste(utils::tail(shown, 20), collapse = "\n"))
})
