# rxExecBy of analyses by name, judged against the same analysis on the rows of each group alone, split() and lm.

rxOptions(reportProgress = 0)

groups_frame <- function(rows = 1500) {
  kind <- RNGkind()
  on.exit(suppressWarnings(do.call(RNGkind, as.list(kind))))
  set.seed(3, kind = "Mersenne-Twister")
  x <- rnorm(rows)
  data <- data.frame(f = factor(sample(c("z", "y", "a"), rows, TRUE), levels = c("z", "y", "x", "a")),
      k = sample(c(1:5, NA), rows, TRUE), s = sample(c("p", "q", NA), rows, TRUE), x = x, y = 2 * x + rnorm(rows),
      b = sample(0:1, rows, TRUE), n = rpois(rows, 3), l = runif(rows) < 0.4,
      d = as.Date("2020-01-01") + sample(0:2, rows, TRUE), stringsAsFactors = FALSE)
  data$x[sample(rows, 40)] <- NA
  data
}

# Two results but for what names the data.
without_names <- function(result) {
  attr(result, "reply") <- attr(result, "document") <- attr(result, "execution") <- NULL
  result[c("call", "params", "model", "formula")] <- NULL
  result
}

test_that("a group has the result of its rows alone", {
  data <- groups_frame()
  calls <- list(quote(rxLinMod(y ~ x + b)), quote(rxLogit(b ~ x)), quote(rxGlm(n ~ x, family = poisson())),
      quote(rxSummary(~ x + y)), quote(rxCovCor(~ x + y)),
      quote(rxLinMod(y ~ u, transforms = list(u = x * 2), rowSelection = y > -1)))
  for (call in calls) {
    groups <- rxExecBy(data, keys = "f", func = call)
    expect_length(groups, 3L)
    for (group in as.list(groups)) {
      expect_identical(group$status, "OK")
      alone <- call
      alone$data <- quote(data[data$f == group$keys$f, ])
      expect_identical(without_names(group$result), without_names(eval(alone)), label = deparse(call))
    }
  }
})

test_that("a function and its arguments say the same as a call", {
  data <- groups_frame()
  power <- 2
  one <- rxExecBy(data, "f", rxLinMod, funcParams = list(formula = y ~ x, covCoef = TRUE))
  two <- rxExecBy(data, "f", quote(rxLinMod(y ~ x, covCoef = TRUE)))
  expect_identical(as.data.frame(one), as.data.frame(two))
  expect_identical(coef(one[[2]]$result), coef(two[[2]]$result))
  expect_s3_class(one[[1]]$result, "rxLinMod")
  expect_equal(sapply(one, function(group) coef(group$result)[["x"]]), as.data.frame(one)$coefficients.x)
  expect_identical(lengths(list(one, one[2:3], one[-1])), c(3L, 2L, 2L))
  expect_output(print(one), "3 groups, .* columns in as.data.frame")
  predicted <- rxPredict(one[[1]]$result, data)
  expect_equal(nrow(predicted), nrow(data))
})

test_that("every kind of key has the groups of split() and the values of R", {
  data <- groups_frame()
  for (keys in list("f", "k", "s", "l", "d", c("s", "k"))) {
    table <- as.data.frame(rxExecBy(data, keys, rxSummary, list(formula = ~ x)))
    code <- do.call(paste, c(lapply(keys, function(key) ifelse(is.na(data[[key]]), "NA", as.character(data[[key]]))),
        sep = "|"))
    ours <- do.call(paste, c(lapply(keys, function(key) ifelse(is.na(table[[key]]), "NA", as.character(table[[key]]))),
        sep = "|"))
    means <- vapply(split(data$x, code), mean, 0, na.rm = TRUE)
    expect_setequal(ours, names(means))
    expect_equal(table$sDataFrame.x.Mean, unname(means[ours]), tolerance = 1e-12)
    expect_equal(table$sDataFrame.x.StdDev, unname(vapply(split(data$x, code), sd, 0, na.rm = TRUE)[ours]),
        tolerance = 1e-12)
  }
})

test_that("coefficients are those of lm", {
  data <- groups_frame()
  table <- as.data.frame(rxExecBy(data, "k", rxLinMod, list(formula = y ~ x)))
  for (i in seq_len(5L)) {
    fit <- summary(lm(y ~ x, data[data$k %in% table$k[[i]], ]))
    expect_equal(c(table[["coefficients.(Intercept)"]][[i]], table$coefficients.x[[i]]), unname(fit$coefficients[, 1L]))
    expect_equal(table$coef.std.error.x[[i]], fit$coefficients[2L, 2L])
    expect_equal(table$r.squared[[i]], fit$r.squared)
  }
})

test_that("a failing group has its status, and what no group can do is an error of the call", {
  data <- data.frame(k = c(1, 1, 1, 2, 2, 3, 3, 3), x = c(1, 2, 4, NA, NA, 5, 6, 9), y = c(2, 4, 7, 1, 2, 1, 0, 3))
  groups <- rxExecBy(data, "k", rxLinMod, list(formula = y ~ x))
  expect_identical(vapply(groups, function(group) as.character(group$status), ""), c("OK", "Error", "OK"))
  expect_null(groups[[2L]]$result)
  expect_s3_class(attr(groups[[2L]]$status, "condition"), "insitu_error")
  expect_true(is.na(as.data.frame(groups)$coefficients.x[[2L]]))
  expect_error(rxExecBy(data, "k", rxLinMod, list(formula = y ~ xx)), "xx")
  expect_error(rxExecBy(data, "k", quote(rxLinMod(y ~ x, data = data))), "data cannot be an argument of rxLinMod")
  expect_error(rxExecBy(data, "k", quote(mean(x))), "func must be a function of keys and data, or an analysis")
  expect_length(rxExecBy(data[0, ], "k", rxLinMod, list(formula = y ~ x)), 0L)
})

test_that("every context gives the same, and a filter chooses", {
  data <- groups_frame()
  here <- as.data.frame(rxExecBy(data, c("f", "k"), rxLinMod, list(formula = y ~ x)))
  for (context in list(RxLocalParallel(), RxProcesses(numWorkers = 2L), RxForeachDoPar()))
    expect_identical(as.data.frame(rxExecBy(data, c("f", "k"), rxLinMod, list(formula = y ~ x),
        computeContext = context)),
        here)
  some <- rxExecBy(data, "f", rxLinMod, list(formula = y ~ x), filterFunc = function(table) table[table$f != "y", ])
  expect_identical(vapply(some, function(group) group$keys$f, ""), c("z", "a"))
})

test_that("results hold nothing of the frame that their formula was written in", {
  groups_of <- function(how, data) {
    large <- as.numeric(seq_len(2e5))
    formula <- y ~ x
    if (how == "call") rxExecBy(data, "f", quote(rxLinMod(y ~ x))) else rxExecBy(data, "f", rxLinMod,
        list(formula = formula))
  }
  data <- groups_frame()
  for (how in c("call", "list")) {
    groups <- as.list(groups_of(how, data))
    expect_lt(length(serialize(groups, NULL)), 2e5)
    fit <- groups[[1L]]$result
    expect_identical(environment(fit$formula), globalenv())
    expect_equal(rxPredict(fit, data)$y_Pred, rxPredict(rxLinMod(y ~ x, data[data$f == groups[[1L]]$keys$f, ]),
        data)$y_Pred)
  }
})

test_that("a comma as decimal sign and the collector change nothing", {
  data <- groups_frame(60)
  before <- as.data.frame(rxExecBy(data, "f", rxLinMod, list(formula = y ~ x)))
  numeric <- Sys.getlocale("LC_NUMERIC")
  on.exit(suppressWarnings(Sys.setlocale("LC_NUMERIC", numeric)))
  suppressWarnings(Sys.setlocale("LC_NUMERIC", "de_DE.UTF-8"))
  expect_identical(as.data.frame(rxExecBy(data, "f", rxLinMod, list(formula = y ~ x))), before)
  gctorture2(500L)
  on.exit(gctorture(FALSE), add = TRUE)
  groups <- rxExecBy(data, "f", rxLinMod, list(formula = y ~ x))
  expect_identical(as.data.frame(groups), before)
  expect_identical(coef(groups[[2L]]$result)[["x"]], before$coefficients.x[[2L]])
})

test_that("a job holds the results", {
  data <- groups_frame(100)
  for (func in list(rxLinMod, quote(rxLinMod()))) {
    job <- rxExecBy(data, "f", func, list(formula = y ~ x), computeContext = RxLocalSeq(wait = FALSE))
    rxWaitForJob(job)
    found <- rxGetJobResults(job)
    here <- rxExecBy(data, "f", rxLinMod, list(formula = y ~ x))
    expect_identical(as.data.frame(found), as.data.frame(here))
    expect_identical(without_names(found[[2L]]$result), without_names(here[[2L]]$result))
  }
})

test_that("an analysis within the arguments is none of the groups", {
  data <- groups_frame()
  first <- rxLinMod(b ~ x, data = data)
  start <- function() unname(coef(rxLinMod(b ~ x, data = data)))
  nested <- quote(rxLogit(b ~ x, initialValues = unname(coef(rxLinMod(b ~ x, data = data)))))
  for (call in list(nested, quote(rxLogit(b ~ x, initialValues = start())))) {
    groups <- rxExecBy(data, "f", call)
    expect_s3_class(groups[[1L]]$result, "rxLogit")
    here <- rxExecBy(data, "f", rxLogit, list(formula = b ~ x, initialValues = unname(coef(first))))
    expect_identical(as.data.frame(groups), as.data.frame(here))
    expect_match(paste(deparse(groups[[1L]]$result$call), collapse = ""), "data = data")
  }
})

test_that("rows of a partitioned set that were replaced meanwhile are an error", {
  folder <- tempfile("set")
  on.exit(unlink(folder, recursive = TRUE))
  data <- groups_frame(300)
  set <- RxXdfData(folder, createPartitionSet = TRUE)
  parts <- rxPartition(data[c("f", "x", "y")], set, "f")
  replace <- function() rxDataStep(data.frame(f = data$f[1:40], x = rnorm(40), y = rnorm(40)),
      parts$dataSource[[1L]]@file, overwrite = TRUE)
  groups <- rxExecBy(set, "f", rxLinMod, list(formula = y ~ x))
  replace()
  expect_error(groups[[1L]], "replaced or changed")
  expect_s3_class(groups[[2L]]$result, "rxLinMod")
  meanwhile <- function(table) {
    replace()
    table
  }
  expect_error(rxExecBy(set, "f", rxLinMod, list(formula = y ~ x), filterFunc = meanwhile), "replaced or changed")
  rows <- function(keys, data) nrow(data@frame)
  expect_error(rxExecBy(set, "f", rows, filterFunc = meanwhile), "replaced or changed")
})

test_that("a forked child leaves the rows to its parent", {
  skip_on_os("windows")
  groups <- rxExecBy(groups_frame(100), "f", rxLinMod, list(formula = y ~ x))
  child <- parallel::mcparallel({
    rm(groups)
    gc()
    TRUE
  })
  expect_true(parallel::mccollect(child)[[1L]])
  expect_s3_class(groups[[1L]]$result, "rxLinMod")
})
