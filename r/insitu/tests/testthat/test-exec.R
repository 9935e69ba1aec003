# rxExec: a function, many times, anywhere; the same list whatever runs it.

in_context <- function(context, code) {
  before <- rxSetComputeContext(context)
  on.exit(rxSetComputeContext(before))
  code
}

contexts <- list(seq = RxLocalSeq(), parallel = RxLocalParallel(), one = RxProcesses(numWorkers = 1),
    two = RxProcesses(numWorkers = 2), four = RxProcesses(numWorkers = 4))
workers <- RxProcesses(numWorkers = 2)
everywhere <- function(code) for (name in names(contexts)) in_context(contexts[[name]], code(name))

test_that("values come in order, with names, in every context and any chunk", {
  expected <- structure(as.list(1:57 + 0.5), names = paste0("rxElem", 1:57))
  everywhere(function(name) for (chunk in list(NULL, 1, 5, 1000))
    expect_identical(rxExec(function(x, d) x + d, rxElemArg(1:57), d = 0.5, taskChunkSize = chunk), expected))
})

test_that("arguments are dealt out as documented", {
  everywhere(function(name) {
    expect_identical(rxExec(function(a, b) a + b, elemArgs = list(u = list(1, 2), v = list(3, b = 4))),
        list(u = 3, v = 7))
    expect_identical(rxExec(function(a, b) paste(a, b), elemArgs = list("x", "y"), b = rxElemArg(c("p", "q"))),
        list(rxElem1 = "x p", rxElem2 = "y q"))
    expect_identical(rxExec(function(a, b) a + b, elemArgs = list(list(a = 1)), b = rxElemArg(1:2)),
        list(rxElem1 = 2, rxElem2 = 3))
    expect_identical(rxExec(function(x) x, rxElemArg(list(1:2, "z", NULL))),
        list(rxElem1 = 1:2, rxElem2 = "z", rxElem3 = NULL))
    expect_identical(unname(rxExec(function() "same", timesToRun = 3)), list("same", "same", "same"))
    expect_identical(rxExec(function(x) x, rxElemArg(list())), structure(list(), names = character()))
    expect_identical(rxExec("sum", rxElemArg(1:2), 10), list(rxElem1 = 11, rxElem2 = 12))
    expect_identical(rxExec(function(x) class(x), list(1, 2), timesToRun = 1, quote = TRUE), list(rxElem1 = "list"))
    expect_identical(rxExec(function(x) class(x), quote(a + b), timesToRun = 1, quote = TRUE), list(rxElem1 = "call"))
    expect_identical(rxExec(function(x) x, quote(1 + 2), timesToRun = 1), list(rxElem1 = 3))
    # Arguments are values before the function runs, and those of its call where it looks at that.
    kept <- rxExec(function(x, n) function() x + n, rxElemArg(1:3), n = rxElemArg(c(0.5, 1.5, 2.5)))
    expect_identical(vapply(kept, function(each) each(), 0), c(rxElem1 = 1.5, rxElem2 = 3.5, rxElem3 = 5.5))
    expect_identical(unname(rxExec(function(x, y) deparse(substitute(x)), rxElemArg(c(1, 2)), y = 3)), list("1", "2"))
    expect_identical(unname(rxExec(lm, y ~ x, rxElemArg(list(data.frame(y = c(1, 2, 4), x = 1:3)))))[[1L]]$call[[3L]],
        data.frame(y = c(1, 2, 4), x = 1:3))
    expect_identical(unname(rxExec(function(x) x, rxElemArg(as.Date(c("2020-01-01", NA))))),
        list(as.Date("2020-01-01"), as.Date(NA)))
    expect_identical(unname(rxExec(function(x) x, rxElemArg(c(a = 1L, b = NA)))), list(1L, NA_integer_))
    expect_identical(unname(rxExec(paste, rxElemArg(c("a", "b")), "z", sep = rxElemArg(list("-", "+")))),
        list("a-z", "b+z"))
  })
  expect_length(rxExec(function() 1), 1)
  in_context(workers, expect_length(rxExec(function() 1), 2))
})

test_that("wrong arguments are told before anything runs", {
  expect_error(rxExec(3), "FUN must be a function", class = "rxInvalidArgument")
  expect_error(rxExec("no_such_function"), "no function 'no_such_function'")
  expect_error(rxExec(identity, rxElemArg(1:3), timesToRun = 2), "rxElemArg says 3, timesToRun says 2")
  expect_error(rxExec(identity, x = rxElemArg(1:3), elemArgs = list(1, 2)), "x says 3, elemArgs says 2")
  expect_error(rxExec(identity, 1, timesToRun = 0), "timesToRun")
  expect_error(rxExec(identity, 1, timesToRun = 1.5), "timesToRun")
  expect_error(rxExec(identity, 1, taskChunkSize = 0), "taskChunkSize")
  expect_error(rxExec(identity, 1, elemType = "cells"), "elemType must be \"nodes\" or \"cores\"")
  expect_error(rxExec(identity, 1, RNGseed = 1.5), "RNGseed")
  expect_error(rxExec(identity, 1, RNGkind = "best"), "RNGkind must be one of")
  expect_error(rxExec(identity, 1, packagesToLoad = "noSuchPackage"), "noSuchPackage")
  expect_error(rxExec(identity, 1, execObjects = "no_such_object"), "no object 'no_such_object'")
  expect_error(rxExec(identity, 1, execObjects = 5), "execObjects must be")
  expect_error(rxExec(identity, 1, taskTimeout = 1), "needs worker processes")
  expect_error(rxExec(identity, 1, taskTimeout = -1), "taskTimeout")
  expect_error(rxExec(identity, 1, taskTimeout = Inf), "taskTimeout must be a number of seconds")
  expect_error(rxExec(identity, 1, timesToRun = Inf), "timesToRun must be a whole number")
  expect_error(rxExec(identity, 1, consoleOutput = "no"), "consoleOutput must be TRUE or FALSE")
  expect_error(rxExec(identity, 1, autoCleanup = NA), "autoCleanup must be TRUE or FALSE")
  expect_error(rxExec(identity, 1, execObjects = NA_character_), "execObjects must be names")
  expect_error(rxExec(identity, 1, continueOnFailure = NA), "continueOnFailure")
})

test_that("a failing task leaves its condition and one warning names it", {
  picky <- function(x) if (x %in% 2:3) stop("no ", x) else x
  everywhere(function(name) {
    told <- capture_warnings(found <- rxExec(picky, rxElemArg(1:4)))
    expect_length(told, 1L)
    expect_match(told, "2 of 4 tasks failed and hold their error: rxElem2: no 2; rxElem3: no 3")
    expect_s3_class(found$rxElem2, "error")
    expect_identical(conditionMessage(found$rxElem3), "no 3")
    expect_identical(found[c(1, 4)], list(rxElem1 = 1L, rxElem4 = 4L))
    expect_error(rxExec(picky, rxElemArg(1:40), continueOnFailure = FALSE), "no 2")
  })
  own <- structure(class = c("my_condition", "error", "condition"), list(message = "mine", call = NULL))
  everywhere(function(name) expect_s3_class(suppressWarnings(rxExec(function() stop(own), timesToRun = 1))[[1L]],
      "my_condition"))
})

test_that("warnings are told once with their tasks", {
  everywhere(function(name) {
    told <- capture_warnings(found <- rxExec(function(x) if (x > 1) as.integer("x") else x, rxElemArg(1:3)))
    expect_length(told, 1L)
    expect_match(told, "2 of 3 tasks warned: rxElem2: .*rxElem3: ")
    expect_identical(found$rxElem2, NA_integer_)
  })
})

test_that("functions travel with what they use, and with nothing else", {
  make <- function() {
    unrelated <- rnorm(1e6)
    scale <- 10
    inner <- function(x) if (x > 0) inner(x - 1) else scale
    function(x, ...) inner(x) + length(list(...))
  }
  f <- make()
  everywhere(function(name) {
    expect_identical(unname(rxExec(f, rxElemArg(1:2))), list(10, 10))
    expect_identical(unname(rxExec(function(g, x) g(x), f, rxElemArg(1:2))), list(10, 10))
    expect_identical(unname(rxExec(function(g) g(1), rxElemArg(list(f, function(x) x)))), list(10, 1))
    expect_identical(unname(rxExec(eval(quote(function(x) x + from_outside), globalenv()), rxElemArg(1:2),
        execObjects = list2env(list(from_outside = 5)))), list(6, 7))
  })
  manifest <- rxExecManifest(f)
  expect_setequal(manifest$name, c("FUN", "inner", "scale"))
  expect_lt(sum(manifest$bytes), 20000)
  expect_output(print(manifest), "name +kind +bytes")
  # Functions that share a variable go on sharing it; here it is the session's own, there a copy.
  everywhere(function(name) {
    counter <- local({
      n <- 0
      list(up = function() n <<- n + 1, value = function() n)
    })
    expect_identical(rxExec(function() {
      counter$up()
      counter$up()
      counter$value()
    }, timesToRun = 1)[[1L]], 2)
    expect_identical(counter$value(), if (name == "seq") 2 else 0)
  })
})

test_that("a formula does not bring the frame that it was made in", {
  fit <- function() {
    unrelated <- rnorm(2e6)
    d <- data.frame(y = c(1, 2, 4), x = 1:3)
    in_context(workers, rxExec(function(f, d) coef(lm(f, d)), rxElemArg(list(y ~ x, y ~ 1)), d = d))
  }
  found <- fit()
  expect_equal(unname(found[[2L]]), 7 / 3)
  expect_lt(length(serialize(insitu:::.rxPacked(insitu:::.rxShipment(), (function() {
    unrelated <- rnorm(1e6)
    y ~ x
  })()), NULL)), 5000)
})

test_that("a missing name is told with its line; columns are no missing names", {
  expect_error(in_context(workers, rxExec(function(x) {
    y <- x
    nowhere_at_all(y)
  }, 1)), "function 'nowhere_at_all', used in line [0-9]+ of the function \\(nowhere_at_all\\(y\\)\\), was not found")
  expect_error(rxExecManifest(function(x) x + nowhere_at_all), "object 'nowhere_at_all'")
  d <- data.frame(y = 1:3, x = 4:6)
  in_context(workers, expect_identical(rxExec(function(d) nrow(subset(d, y > 1)) + with(d, sum(x)), d, timesToRun = 1),
      list(rxElem1 = 17L)))
})

test_that("packages that are attached here are attached there", {
  in_context(workers, expect_identical(rxExec(function() file_ext("a.txt"), packagesToLoad = "tools", timesToRun = 1),
      list(rxElem1 = "txt")))
})

test_that("each task has its own random numbers, whatever runs it, and the session keeps its own", {
  before <- RNGkind()
  set.seed(5)
  seed <- .Random.seed
  expected <- rxExec(function() c(runif(1), rnorm(1), sample(1e6, 1)), timesToRun = 30, RNGseed = 7)
  expect_identical(.Random.seed, seed)
  expect_identical(RNGkind(), before)
  expect_length(unique(unlist(expected)), 90L)
  everywhere(function(name) {
    for (chunk in list(NULL, 1, 7))
      expect_identical(rxExec(function() c(runif(1), rnorm(1), sample(1e6, 1)), timesToRun = 30, RNGseed = 7,
          RNGkind = "MT2203", taskChunkSize = chunk), expected)
    expect_identical(.Random.seed, seed)
    set.seed(5)
    auto <- rxExec(function() runif(1), timesToRun = 3, RNGseed = "auto")
    set.seed(5)
    expect_identical(rxExec(function() runif(1), timesToRun = 3, RNGkind = "auto"), auto)
    set.seed(5)
  })
  # R itself, by the documented streams.
  RNGkind("L'Ecuyer-CMRG", "Inversion", "Rejection")
  set.seed(7)
  stream <- parallel::nextRNGStream(parallel::nextRNGStream(.Random.seed))
  assign(".Random.seed", stream, globalenv())
  expect_identical(runif(1), expected$rxElem3[[1L]])
  RNGkind(before[[1L]], before[[2L]], before[[3L]])
  fresh <- in_context(workers, c(rxExec(function() runif(1), timesToRun = 20, taskChunkSize = 1),
      rxExec(function() runif(1), timesToRun = 20, taskChunkSize = 1)))
  expect_length(unique(unlist(fresh)), 40L)
})

test_that("a task that kills its worker has an error, the others a value", {
  ways <- list(function() quit("no", 3), function() tools::pskill(Sys.getpid(), 9), function() {
    cat("last words\n", file = stderr())
    quit("no", 4)
  })
  for (way in ways) in_context(workers, {
    expect_warning(found <- rxExec(function(x, way) if (x == 6) way() else x, rxElemArg(1:12), way = way),
        "1 of 12 tasks failed.*rxElem6")
    expect_s3_class(found$rxElem6, "rxWorkerError")
    expect_match(conditionMessage(found$rxElem6), "3 times")
    expect_identical(unname(unlist(found[-6])), c(1:5, 7:12))
  })
})

test_that("a task that hangs is ended at its time", {
  in_context(workers, expect_warning(found <- rxExec(function(x) if (x == 2) Sys.sleep(60) else x, rxElemArg(1:4),
      taskTimeout = 1), "1 of 4 tasks failed"))
  expect_match(conditionMessage(found$rxElem2), "longer than its limit, 1 seconds")
  expect_identical(unname(unlist(found[-2])), c(1L, 3L, 4L))
})

test_that("an interrupt ends the call and leaves no workers at work", {
  skip_on_os("windows")
  code <- "library(insitu); rxSetComputeContext(RxProcesses(numWorkers = 2)); tryCatch(rxExec(function(x) Sys.sleep(60), rxElemArg(1:3)), interrupt = function(i) cat('interrupted\\n')); print(unname(unlist(rxExec(function(x) x, rxElemArg(1:2)))))"
  out <- tempfile()
  script <- tempfile(fileext = ".R")
  writeLines(c(paste0(".libPaths(", paste(deparse(.libPaths()), collapse = ""), ")"), code), script)
  system(paste("exec", shQuote(file.path(R.home("bin"), "Rscript")), "--vanilla", shQuote(script), ">", shQuote(out),
      "2>&1 & echo $! >",
      shQuote(paste0(out, ".pid"))))
  Sys.sleep(5)
  tools::pskill(as.integer(readLines(paste0(out, ".pid"))), tools::SIGINT)
  for (i in 1:60) {
    Sys.sleep(0.5)
    if (length(readLines(out)) >= 2L) break
  }
  expect_identical(readLines(out), c("interrupted", "[1] 1 2"))
})

test_that("an interrupt that a task sends itself is its own failure", {
  skip_on_os("windows")
  interrupted <- function(x) {
    if (x == 2) tools::pskill(Sys.getpid(), tools::SIGINT)
    x
  }
  for (context in list(workers, RxProcesses(numWorkers = 1))) in_context(context, {
    expect_warning(found <- rxExec(interrupted, rxElemArg(1:4), taskChunkSize = 4), "1 of 4 tasks failed")
    expect_identical(unname(found[-2]), list(1L, 3L, 4L))
    expect_match(conditionMessage(found[[2]]), "interrupted")
    groups <- rxExecBy(data.frame(k = 1:3), "k", function(keys, data) interrupted(keys$k))
    expect_identical(vapply(groups, function(each) c(each$status), ""), c("OK", "Error", "OK"))
  })
})

test_that("what cannot come back is an error in its slot; large values come back", {
  in_context(workers, {
    expect_warning(found <- rxExec(function(x) if (x == 2) textConnection("a") else x, rxElemArg(1:2)),
        "1 of 2 tasks failed")
    expect_match(conditionMessage(found$rxElem2), "cannot be sent back from the worker")
    found <- rxExec(function(x) rep(x, 12500000), rxElemArg(c(1, 2)))
    expect_identical(vapply(found, length, 0L), c(rxElem1 = 12500000L, rxElem2 = 12500000L))
    expect_identical(found$rxElem2[[12500000]], 2)
    table <- rnorm(2e6)
    before <- rxOptions(reportProgress = 2)
    on.exit(rxOptions(reportProgress = before$reportProgress))
    expect_message(rxExec(function(i) table[[i]], rxElemArg(1:2)), "sent once to each worker: table \\(16 MB\\)")
  })
})

test_that("many small tasks take no time", {
  in_context(workers, {
    rxExec(identity, rxElemArg(1:2))
    seconds <- system.time(found <- rxExec(function(x) x * 2, rxElemArg(1:10000)))[[3L]]
    expect_identical(unname(unlist(found)), 2 * (1:10000))
    expect_lt(seconds, 30)  # 3 s on a machine of its own (benchmarks/macro/tasks.py)
  })
})

test_that("functions of the engine work in tasks, and rxExec in a task runs in sequence", {
  xdf <- tempfile(fileext = ".xdf")
  rows <- data.frame(y = c(1, 2.5, 2.9, 4.2, 5.1), x = 1:5, g = c(0, 1, 0, 1, 1))
  rxImport(rows, xdf, reportProgress = 0)
  formulas <- list(y ~ x, y ~ x + g)
  expected <- lapply(formulas, function(f) coef(rxLinMod(f, xdf, reportProgress = 0)))
  everywhere(function(name) {
    expect_equal(unname(rxExec(function(f, d) coef(rxLinMod(f, d, reportProgress = 0)), rxElemArg(formulas), d = xdf)),
        expected,
        tolerance = 0)
    expect_equal(unname(rxExec(function(f, d) coef(rxLinMod(f, d, reportProgress = 0)), rxElemArg(formulas), d = rows)),
        expected,
        tolerance = 0)
    nested <- rxExec(function(x) {
      rxSetComputeContext(RxLocalParallel())
      on.exit(rxSetComputeContext(RxLocalSeq()))
      rxExec(function(y) c(y, rxRemoteGetId()), rxElemArg(c(x, x + 1)))
    }, rxElemArg(c(10, 20)))
    expect_identical(lapply(nested, function(each) c(each[[1L]][[1L]], each[[2L]][[1L]])),
        list(rxElem1 = c(10, 11), rxElem2 = c(20, 21)))
    expect_identical(nested[[1L]][[1L]][[2L]], nested[[1L]][[2L]][[2L]])
  })
})

test_that("tasks know their worker and the options of the session", {
  before <- rxOptions(numDigits = 4)
  on.exit(rxOptions(numDigits = before$numDigits))
  everywhere(function(name) {
    found <- rxExec(function() c(rxRemoteGetId(), rxGetOption("numDigits")), timesToRun = 4)
    expect_true(all(vapply(found, `[[`, 0, 2L) == 4))
    numbers <- vapply(found, `[[`, 0, 1L)
    if (name == "seq") expect_true(all(numbers == -1)) else expect_true(all(numbers >= 1))
  })
  expect_identical(rxRemoteGetId(), -1L)
})

test_that("nothing of a call is there in the next", {
  for (i in 1:2) in_context(RxProcesses(numWorkers = 1), expect_identical(rxExec(function() {
    before <- getOption("marked.by.a.task")
    options(marked.by.a.task = TRUE)
    before
  }, timesToRun = 1), list(rxElem1 = NULL)))
})

test_that("printing in workers is shown when it is wanted", {
  in_context(workers, {
    expect_output(rxExec(function() {
      cat("here I am\n")
      Sys.sleep(0.2)
    }, timesToRun = 1, consoleOutput = TRUE), "\\[worker 1\\] here I am")
    expect_silent(rxExec(function() cat("here I am\n"), timesToRun = 1))
  })
})

test_that("RxForeachDoPar uses the backend that is registered", {
  skip_if_not_installed("foreach")
  expected <- rxExec(function(x) c(x, runif(1)), rxElemArg(1:9), RNGseed = 3)
  seed <- get0(".Random.seed", globalenv())
  in_context(RxForeachDoPar(), {
    expect_identical(suppressWarnings(rxExec(function(x) c(x, runif(1)), rxElemArg(1:9), RNGseed = 3)), expected)
    expect_identical(get0(".Random.seed", globalenv()), seed)
    skip_if_not_installed("doParallel")
    for (kind in c("PSOCK", "FORK")) {
      cluster <- parallel::makeCluster(2, type = kind)
      doParallel::registerDoParallel(cluster)
      for (chunk in list(NULL, 1, 4)) {
        expect_identical(rxExec(function(x) c(x, runif(1)), rxElemArg(1:9), RNGseed = 3, taskChunkSize = chunk),
            expected)
        pids <- unlist(rxExec(function() Sys.getpid(), timesToRun = 4, taskChunkSize = chunk))
        expect_false(Sys.getpid() %in% pids)
      }
      expect_warning(found <- rxExec(function(x) if (x == 2) stop("no two") else x, rxElemArg(1:3)),
          "1 of 3 tasks failed")
      expect_identical(conditionMessage(found$rxElem2), "no two")
      parallel::stopCluster(cluster)
    }
    foreach::registerDoSEQ()
    expect_error(rxExec(identity, 1, timesToRun = 1, foreachOpts = 3), "foreachOpts")
    expect_identical(rxExec(identity, 1, timesToRun = 1, foreachOpts = list(.verbose = FALSE)), list(rxElem1 = 1))
  })
})

test_that("the thread pool is a switch", {
  expect_false(rxSetEnableThreadPool(TRUE))
  expect_true(rxGetEnableThreadPool())
  expect_true(rxSetEnableThreadPool(FALSE))
  expect_error(rxSetEnableThreadPool("yes"))
})

test_that("a result has a name where the argument's is missing", {
  each <- c(1, 2)
  names(each) <- c("first", NA)
  expect_identical(names(rxExec(identity, elemArgs = each)), c("first", "rxElem2"))
})

test_that("without a number there is a task for each executor", {
  tasks <- insitu:::.rxTasksOf
  expect_equal(tasks(RxSpark(numExecutors = 3)), 3)
  expect_equal(tasks(RxSpark(numExecutors = 65535)), max(1, parallel::detectCores(), na.rm = TRUE))
  expect_equal(tasks(RxProcesses(numWorkers = 4)), 4)
})
