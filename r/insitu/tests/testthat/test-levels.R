# Codes and levels across pieces: one order of levels for a source, whatever reads it in pieces (judged by base R).

rows <- 200000L
set.seed(7)
days <- c("we", "mo", "tu", "su", "fr")
data <- data.frame(day = sample(days, rows, TRUE), city = paste0("c", sample(300L, rows, TRUE)),
    y = sample(1000L, rows, TRUE))
data$day[sample(150000:rows, 50L)] <- "sa"
path <- tempfile(fileext = ".csv")
write.csv(data, path, row.names = FALSE, quote = FALSE)
first_seen <- function(x) factor(x, levels = unique(x))
factors <- function() RxTextData(path, stringsAsFactors = TRUE)

in_context <- function(context, code) {
  old <- rxSetComputeContext(context)
  on.exit(rxSetComputeContext(old))
  force(code)
}

test_that("A2: codes are those of the whole source in every context", {
  for (context in list(RxLocalSeq(), RxLocalParallel(), RxProcesses())) in_context(context, {
    out <- tempfile(fileext = ".xdf")
    rxImport(factors(), out, transforms = list(k = as.integer(day), m = as.integer(factor(y)), n = nlevels(city)),
        overwrite = TRUE)
    back <- rxDataStep(out, maxRowsByCols = NULL)
    expect_identical(back$k, as.integer(first_seen(data$day)))
    expect_identical(back$m, as.integer(factor(data$y)))
    expect_true(all(back$n == 300L))
    expect_identical(levels(back$day), unique(data$day))
    some <- rxDataStep(factors(), rowSelection = as.integer(day) <= 2, maxRowsByCols = NULL)
    expect_identical(nrow(some), sum(as.integer(first_seen(data$day)) <= 2))
  })
})

test_that("A2: code that runs in R sees the factor with all its levels", {
  told <- rxDataStep(factors(), transformFunc = function(l) {
    if (!.rxIsTestChunk) {
      .rxSet("codes", c(.rxGet("codes"), as.integer(l$day)))
      .rxSet("wrong", .rxGet("wrong") + !identical(levels(l$day), .rxGet("known")))
    }
    l
  }, transformVars = "day", transformObjects = list(codes = integer(), wrong = 0, known = unique(data$day)),
      returnTransformObjects = TRUE)
  expect_identical(told$wrong, 0)
  expect_identical(told$codes, as.integer(first_seen(data$day)))
  # A worker that saw other levels would stop.
  for (context in list(RxLocalSeq(), RxProcesses())) in_context(context, {
    known <- unique(data$day)
    expect_silent(rxDataStep(factors(), transformFunc = function(l) {
      stopifnot(is.factor(l$day), identical(levels(l$day), expected))
      l
    }, transformVars = "day", transformObjects = list(expected = known), maxRowsByCols = NULL))
  })
})

test_that("A3: parentheses around a selection by a label change nothing", {
  small <- tempfile(fileext = ".csv")
  write.csv(data.frame(p = rep(c("a", "b", "c"), 100), k = 1:300), small, row.names = FALSE)
  kept <- function(selection) nrow(eval(bquote(rxImport(.(small), stringsAsFactors = TRUE,
      rowSelection = .(selection)))))
  expect_identical(kept(quote(p == "a")), 100L)
  expect_identical(kept(quote((p == "a"))), 100L)
  expect_identical(kept(quote(vapply(p, function(v) v == "a", NA))), 100L)
  expect_identical(kept(quote(as.integer(p) == 3)), 100L)
})

test_that("A2: analyses and pieces of reading have the same codes", {
  k <- as.integer(first_seen(data$day))
  expect_equal(rxSummary(~k, factors(), transforms = list(k = as.integer(day)))$sDataFrame$Mean, mean(k),
      tolerance = 1e-14)
  expect_equal(rxSummary(~as.integer(day), factors(), rowSelection = y > 500)$sDataFrame$Mean, mean(k[data$y > 500]),
      tolerance = 1e-14)
  model <- rxLinMod(y ~ k, factors(), transforms = list(k = as.integer(day)))
  expect_equal(unname(coef(model)), unname(coef(lm(data$y ~ k))), tolerance = 1e-10)
  source <- RxTextData(path, stringsAsFactors = TRUE, rowsPerRead = 60000)
  rxOpen(source)
  codes <- integer()
  repeat {
    piece <- rxReadNext(source)
    if (length(piece) == 0L || nrow(piece) == 0L) break
    expect_identical(levels(piece$day), unique(data$day))
    codes <- c(codes, as.integer(piece$day))
  }
  rxClose(source)
  expect_identical(codes, k)
})

test_that("A27: zero rows keep levels and types", {
  frame <- data.frame(f = factor(c("b", "a"), levels = c("b", "a", "never")), x = c(1, 2), i = 1:2,
      stringsAsFactors = FALSE)
  stored <- tempfile(fileext = ".xdf")
  rxDataStep(frame, stored)
  emptied <- tempfile(fileext = ".xdf")
  rxDataStep(frame[0, ], emptied)
  for (empty in list(rxDataStep(frame[0, ]), rxDataStep(emptied), rxDataStep(frame, rowSelection = x > 9),
      rxDataStep(stored, rowSelection = x > 9),
      rxDataStep(stored, rowSelection = vapply(x, function(v) v > 9, NA)))) {
    expect_identical(nrow(empty), 0L)
    expect_identical(levels(empty$f), c("b", "a", "never"))
    expect_identical(typeof(empty$i), "integer")
    expect_identical(typeof(empty$x), "double")
  }
  expect_identical(levels(rxDataStep(factors(), rowSelection = day == "nobody")$day), unique(data$day))
})

test_that("B2: levels that transforms make in R may grow, with levels = they are fixed", {
  frame <- data.frame(x = as.numeric(1:1000))
  for (seed in 1:30) {
    set.seed(seed)
    split <- rxDataStep(frame, transforms = list(g = factor(ifelse(runif(.rxNumRows) >= .05, "train", "test"))))
    expect_setequal(levels(split$g), c("train", "test"))
    expect_false(anyNA(split$g))
  }
  long <- data.frame(x = as.numeric(1:100000))
  letter <- function(x) ifelse(x <= 40000, "a", ifelse(x <= 80000, "c", "b"))
  for (context in list(RxLocalSeq(), RxProcesses())) in_context(context, {
    out <- tempfile(fileext = ".xdf")
    rxDataStep(long, out, transformFunc = function(l) { l$g <-
        factor(ifelse(l$x <= 40000, "a", ifelse(l$x <= 80000, "c", "b"))); l }, overwrite = TRUE)
    expect_identical(as.character(rxDataStep(out, maxRowsByCols = NULL)$g), letter(long$x))
    # An analysis that meets a new level begins again with all of them.
    model <- rxLinMod(x ~ g, long, transformFunc = function(l) { l$g <-
        factor(ifelse(l$x <= 40000, "a", ifelse(l$x <= 80000, "c", "b"))); l })
    expect_identical(model$nValidObs, 100000)
  })
  fixed <- rxDataStep(long, transformFunc = function(l) { l$g <-
      factor(rep("hi", length(l$x)), levels = c("lo", "mid", "hi")); l }, maxRowsByCols = NULL)
  expect_identical(levels(fixed$g), c("lo", "mid", "hi"))
})
