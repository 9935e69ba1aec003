# What a function uses beyond names in its code, and elements whose class is part of their value.

within_workers <- function(code, context = RxLocalParallel()) {
  before <- rxSetComputeContext(context)
  on.exit(rxSetComputeContext(before))
  code
}

everywhere <- function(task) list(here = task(), workers = within_workers(task()),
    processes = within_workers(task(), RxProcesses(numWorkers = 2)))

# Defines objects in the workspace while code runs: methods of a script stand there.
with_globals <- function(objects, code) {
  for (name in names(objects)) {
    assign(name, if (is.function(objects[[name]])) in_workspace(objects[[name]]) else objects[[name]], globalenv())
  }
  on.exit(rm(list = names(objects), envir = globalenv()))
  code
}

in_workspace <- function(fun) {
  environment(fun) <- globalenv()
  fun
}

test_that("elements of rxElemArg keep their class", {
  skip_if_not_installed("bit64")
  whole <- bit64::as.integer64(c("9007199254740993", "-1", NA))
  for (found in everywhere(function() rxExec(function(x) x, rxElemArg(whole)))) {
    expect_s3_class(found[[1]], "integer64")
    expect_identical(do.call(c, unname(found)), whole)
  }
  expect_identical(do.call(c, unname(rxExec(function(x) x, elemArgs = whole))), whole)
  for (values in list(as.Date("2020-02-03") + 0:1, as.POSIXct("2020-02-03", tz = "Asia/Tokyo") + 0:1,
      factor(c("b", "a")),
      as.difftime(c(1, 2), units = "hours"), numeric_version(c("1.2", "1.10"))))
    expect_identical(lapply(unname(rxExec(function(x) x, rxElemArg(values))), class),
        list(class(values), class(values)))
})

test_that("methods of S3 travel with what calls their generics", {
  with_globals(list(mean.money = function(x, ...) rate_of_money * sum(unclass(x)), rate_of_money = 2,
      format.money = function(x, ...) paste("EUR", unclass(x)), Ops.money = function(e1, e2) "an operator of money",
      print.money = function(x, ...) cat("money\n"), unrelated.thing = function(x) no_such_object_anywhere,
      fee = function(x) UseMethod("fee"), fee.default = function(x) 0, fee.money = function(x) 10 * unclass(x)), {
    of <- function(x) structure(x, class = "money")
    tasks <- list(
      direct = function() rxExec(function(x) mean(structure(x, class = "money")), rxElemArg(c(1, 5))),
      argument = function() rxExec(function(x) mean(x), rxElemArg(list(of(1), of(5)))),
      common = function() rxExec(function(i, x) mean(x), 1, x = of(7), timesToRun = 1),
      through = function() rxExec(function(x) vapply(list(x), mean, 0), rxElemArg(list(of(1), of(5)))),
      inner = function() rxExec(function(x) paste(format(x), capture.output(print(x))), rxElemArg(list(of(1), of(5)))),
      group = function() rxExec(function(x) x + 1, rxElemArg(list(of(1), of(5)))),
      own = function() rxExec(in_workspace(function(x) c(fee(x), fee(1))), rxElemArg(list(of(1), of(5)))))
    for (name in names(tasks)) {
      found <- everywhere(tasks[[name]])
      expect_identical(found$workers, found$here, info = name)
      expect_identical(found$processes, found$here, info = name)
    }
    expect_identical(unname(tasks$direct()), list(2, 10))
    expect_true(all(c("mean.money", "rate_of_money") %in% rxExecManifest(function(x) mean(x), of(1))$name))
    expect_false("mean.money" %in% rxExecManifest(function(x) mean(x) + 1, 1)$name &&
        "unrelated.thing" %in% rxExecManifest(function(x) mean(x) + 1, 1)$name)
    grouped <- function() lapply(rxExecBy(cars, "speed", function(keys, data)
        mean(structure(nrow(rxImport(data)), class = "money"))), `[[`, "result")
    expect_identical(within_workers(grouped()), grouped())
  })
  # A worker that stays has the methods of this call, not of the one before.
  again <- function(value) with_globals(list(mean.money = eval(bquote(function(x, ...) .(value)))),
      within_workers(unlist(rxExec(function(x) mean(structure(x, class = "money")), rxElemArg(1:2)))))
  expect_equal(unname(again(1)), c(1, 1))
  expect_equal(unname(again(2)), c(2, 2))
  expect_equal(unname(within_workers(unlist(rxExec(function(x) mean(structure(x, class = "money")), rxElemArg(1:2))))),
      c(1, 2))
})

test_that("methods of S3 travel to jobs and to backends of foreach", {
  with_globals(list(mean.money = function(x, ...) 42), {
    task <- function() unlist(rxExec(function(x) mean(structure(x, class = "money")), rxElemArg(1:2)),
        use.names = FALSE)
    job <- within_workers(task_job <- rxExec(function(x) mean(structure(x, class = "money")), rxElemArg(1:2)),
        RxLocalParallel(wait = FALSE))
    rxWaitForJob(job)
    expect_equal(unlist(rxGetJobResults(job), use.names = FALSE), c(42, 42))
    skip_if_not_installed("doParallel")
    cluster <- parallel::makePSOCKcluster(1)
    on.exit({
      parallel::stopCluster(cluster)
      foreach::registerDoSEQ()
    })
    doParallel::registerDoParallel(cluster)
    expect_equal(within_workers(task(), RxForeachDoPar()), c(42, 42))
    expect_false(parallel::clusterCall(cluster, exists, "mean.money")[[1]])
    foreach::registerDoSEQ()
    expect_equal(within_workers(task(), RxForeachDoPar()), c(42, 42))
  })
})

test_that("generics of S4 that the session defines are refused in words", {
  on.exit(methods::removeGeneric("worth_of", where = globalenv()))
  suppressMessages(methods::setGeneric("worth_of", function(x) standardGeneric("worth_of"), where = globalenv()))
  methods::setMethod("worth_of", "numeric", function(x) 2 * x, where = globalenv())
  task <- evalq(function(x) worth_of(x), globalenv())
  expect_equal(unlist(rxExec(task, rxElemArg(c(1, 2))), use.names = FALSE), c(2, 4))
  expect_error(within_workers(rxExec(task, rxElemArg(c(1, 2)))),
      "'worth_of' is a generic function of S4 that this session",
      class = "rxUnsupported")
})

test_that("..1 and its like come from where the function was made", {
  outer <- function(...) list(rxExec(function(x) x + ..1, rxElemArg(1:2)),
      rxExec(function(x) x + ...elt(2), rxElemArg(1:2)),
      rxExec(function(x) x + ...length(), rxElemArg(1:2)))
  expect_identical(within_workers(outer(10, 20)), outer(10, 20))
})

test_that("warnings of groups are told in every context", {
  warn_of <- function(keys, data) {
    if (keys$speed > 20) warning("fast: ", keys$speed)
    if (keys$speed == 4) stop("slow")
    1
  }
  for (context in list(RxLocalSeq(), RxLocalParallel())) {
    told <- character()
    groups <- withCallingHandlers(within_workers(rxExecBy(cars, "speed", warn_of), context), warning = function(w) {
      told <<- c(told, conditionMessage(w))
      invokeRestart("muffleWarning")
    })
    expect_match(paste(told, collapse = " "), "fast: 22.*fast: 23.*fast: 24.*fast: 25")
    expect_false(any(grepl("failed", told)))
    expect_identical(groups[[1]]$status[[1]], "Error")
  }
})

test_that("warnings are told in the order of tasks, whichever ends first", {
  collected <- insitu:::.rxCollected(c("a", "b", "c"), "rxExecBy")
  collected$put(2, list(3), told = list("1" = "third"))
  collected$put(0, list(1, 2), told = list("1" = c("first", "again"), "2" = "second"))
  found <- tryCatch(collected$values(), rxTasksWarned = identity)
  expect_identical(unname(found$texts), c("first, again", "second", "third"))
  expect_match(conditionMessage(found), "3 of 3 tasks warned: a: first, again; b: second; c: third", fixed = TRUE)
})

test_that("a level NA beside a level \"NA\" is refused", {
  frame <- data.frame(y = 1:4, k = addNA(factor(c("NA", NA, "b", NA))))
  expect_error(rxSummary(y ~ k, frame), "'k'.*both NA and the text \"NA\" among its levels")
  expect_error(rxExecBy(frame, "k", function(keys, data) 1), "'k'.*both NA and the text \"NA\"")
  alone <- data.frame(y = 1:4, k = addNA(factor(c("a", NA, "b", NA))))
  expect_identical(vapply(rxExecBy(alone, "k", function(keys, data) sum(rxImport(data)$y)), `[[`, 0L, "result"),
      c(1L, 3L, 6L))
})

test_that("tasks have what results depend on from the session", {
  tasks <- list(contrasts = function(i) coef(lm(weight ~ group, datasets::PlantGrowth)),
      na.action = function(i) length(residuals(lm(a ~ b, data.frame(a = c(1, 2, NA, 4), b = 1:4)))),
      texts = function(i) c(format(1.5), format(pi), paste(1e15)),
      locale = function(i) c(Sys.getlocale("LC_COLLATE"), weekdays(as.Date("2020-01-01"))),
      numbers = function(i) {
        set.seed(5)
        c(sample(1000, 3), rnorm(2))
      })
  options_before <- options(contrasts = c("contr.sum", "contr.poly"), OutDec = ",", digits = 3, scipen = 100,
      na.action = "na.exclude")
  kinds <- RNGkind()
  collate <- Sys.getlocale("LC_COLLATE")
  on.exit({
    options(options_before)
    suppressWarnings(RNGkind(kinds[[1]], kinds[[2]], kinds[[3]]))
    Sys.setlocale("LC_COLLATE", collate)
  })
  RNGkind("Wichmann-Hill", "Box-Muller")
  Sys.setlocale("LC_COLLATE", "C")
  for (name in names(tasks)) {
    here <- list(tasks[[name]](1))
    for (context in list(RxLocalParallel(), RxProcesses(numWorkers = 1)))
      expect_identical(unname(within_workers(rxExec(tasks[[name]], 1, timesToRun = 1), context)), here, info = name)
  }
  job <- within_workers(rxExec(tasks$contrasts, 1, timesToRun = 1), RxLocalSeq(wait = FALSE))
  rxWaitForJob(job)
  expect_identical(rxGetJobResults(job)[[1]], tasks$contrasts(1))
  # Tasks that draw numbers without a seed draw their own.
  drawn <- within_workers(rxExec(function(i) runif(1), rxElemArg(1:2), taskChunkSize = 1), RxProcesses(numWorkers = 2))
  expect_false(drawn[[1]] == drawn[[2]])
  skip_if_not_installed("foreach")
  foreach::registerDoSEQ()
  expect_identical(within_workers(rxExec(tasks$contrasts, 1, timesToRun = 1), RxForeachDoPar())[[1]],
      tasks$contrasts(1))
})

test_that("functions of analyses have the session's methods and settings in workers", {
  frame <- data.frame(x = 1:4)
  summary_of <- function(fun, context) rxSummary(~z, frame, transformFunc = fun, computeContext = context)
  means <- function(fun, context) summary_of(fun, context)$sDataFrame$Mean
  by_method <- function(rows) list(z = rep(mean(structure(rows$x, class = "money")), length(rows$x)))
  by_format <- function(rows) list(z = as.numeric(format(rows$x + pi)))
  before <- options(digits = 3)
  on.exit(options(before))
  for (value in c(42, 43)) with_globals(list(mean.money = eval(bquote(function(x, ...) .(value)))), {
    for (context in list(RxLocalSeq(), RxProcesses(numWorkers = 1))) expect_identical(means(by_method, context), value)
    job <- summary_of(by_method, RxLocalSeq(wait = FALSE))
    rxWaitForJob(job)
    expect_identical(rxGetJobResults(job)$sDataFrame$Mean, value)
  })
  for (context in list(RxLocalSeq(), RxProcesses(numWorkers = 1)))
    expect_identical(means(by_format, context), mean(as.numeric(format(1:4 + pi))))
})
