# foreach: loops through rxExec (registerDoRSR), and rxExec through the backends of foreach (RxForeachDoPar).

skip_if_not_installed("foreach")
`%do%` <- foreach::`%do%`
`%dopar%` <- foreach::`%dopar%`
`%:%` <- foreach::`%:%`
foreach <- foreach::foreach

in_context <- function(context, code) {
  before <- rxSetComputeContext(context)
  on.exit({
    rxSetComputeContext(before)
    foreach::registerDoSEQ()
  })
  code
}

contexts <- list(RxLocalSeq(), RxLocalParallel(), RxProcesses(numWorkers = 1), RxProcesses(numWorkers = 2),
    RxProcesses(numWorkers = 4))
workers <- RxProcesses(numWorkers = 2)
everywhere <- function(code) for (context in contexts) in_context(context, {
  registerDoRSR()
  code(context)
})

test_that("loops give what they give in sequence, in every context", {
  scale <- 10
  add <- function(a, b) a + b + scale
  expected <- list(
    foreach(i = 1:7) %do% (i * scale),
    foreach(i = 1:7, .combine = c) %do% sqrt(i),
    foreach(i = 1:7, .combine = "+") %do% i,
    foreach(i = 1:7, .combine = rbind, .multicombine = TRUE, .maxcombine = 3) %do% c(i, i^2),
    foreach(i = 1:7, .combine = function(...) sum(...), .init = 100, .multicombine = TRUE) %do% i,
    foreach(a = 1:4, b = c(10, 20, 30, 40), .combine = c, .final = rev) %do% add(a, b),
    foreach(row = iterators::iter(state.x77[1:5, ], by = "row"), .combine = c) %do% sum(row),
    foreach(n = iterators::icount(5), .combine = c) %do% n,
    foreach(a = 1:3, .combine = rbind) %:% foreach(b = 1:4, .combine = c) %do% (a * 10 + b),
    foreach(a = 1:5, .combine = c) %:% foreach::when(a %% 2 == 1) %do% a,
    foreach(e = list(quote(a + b), quote(c))) %do% deparse(e),
    foreach(i = integer()) %do% i)
  everywhere(function(context) {
    expect_identical(foreach::getDoParName(), "doRSR")
    expect_identical(list(
      foreach(i = 1:7) %dopar% (i * scale),
      foreach(i = 1:7, .combine = c) %dopar% sqrt(i),
      foreach(i = 1:7, .combine = "+") %dopar% i,
      foreach(i = 1:7, .combine = rbind, .multicombine = TRUE, .maxcombine = 3) %dopar% c(i, i^2),
      foreach(i = 1:7, .combine = function(...) sum(...), .init = 100, .multicombine = TRUE) %dopar% i,
      foreach(a = 1:4, b = c(10, 20, 30, 40), .combine = c, .final = rev) %dopar% add(a, b),
      foreach(row = iterators::iter(state.x77[1:5, ], by = "row"), .combine = c) %dopar% sum(row),
      foreach(n = iterators::icount(5), .combine = c) %dopar% n,
      foreach(a = 1:3, .combine = rbind) %:% foreach(b = 1:4, .combine = c) %dopar% (a * 10 + b),
      foreach(a = 1:5, .combine = c) %:% foreach::when(a %% 2 == 1) %dopar% a,
      foreach(e = list(quote(a + b), quote(c))) %dopar% deparse(e),
      foreach(i = integer()) %dopar% i), expected)
    for (chunk in list(1, 3, 100))
      expect_identical(foreach(i = 1:9, .combine = c, .options.rsr = list(chunkSize = chunk)) %dopar% (i + scale),
          1:9 + scale)
  })
})

test_that("foreach is told who runs its loops", {
  in_context(workers, {
    registerDoRSR()
    expect_identical(foreach::getDoParName(), "doRSR")
    expect_identical(foreach::getDoParWorkers(), 2L)
    expect_identical(foreach::getDoParVersion(), as.character(utils::packageVersion("insitu")))
    expect_true(foreach::getDoParRegistered())
    # A context of the registration holds whatever is active.
    registerDoRSR(RxProcesses(numWorkers = 3))
    expect_identical(foreach::getDoParWorkers(), 3L)
    rxSetComputeContext(RxLocalSeq())
    expect_false(Sys.getpid() %in% (foreach(i = 1:4, .combine = c) %dopar% Sys.getpid()))
    registerDoRSR("local")
    expect_identical(foreach(i = 1:2, .combine = c) %dopar% Sys.getpid(), rep(Sys.getpid(), 2))
  })
})

test_that("errors are handled as the loop says", {
  everywhere(function(context) {
    expect_error(foreach(i = 1:6) %dopar% if (i %in% c(2, 4)) stop("no ", i) else i, "task 2 failed - \"no 2\"")
    # In loops within loops, too, where the failing turn may not be the last of its inner loop.
    for (bad in 1:6) expect_error(foreach(a = 1:2) %:% foreach(b = 1:3) %dopar%
        if (a * 3 + b - 3 == bad) stop("no ", bad) else a, paste0("no ", bad))
    expect_identical(foreach(i = 1:4, .errorhandling = "remove") %dopar% if (i == 2) stop("no") else i,
        list(1L, 3L, 4L))
    passed <- foreach(i = 1:3, .errorhandling = "pass") %dopar% if (i == 2) stop("no two") else i
    expect_s3_class(passed[[2L]], "error")
    expect_identical(conditionMessage(passed[[2L]]), "no two")
    expect_identical(passed[-2L], list(1L, 3L))
    expect_warning(expect_identical(foreach(i = 1:3, .combine = c) %dopar% if (i == 2) as.integer("x") else i,
        c(1L, NA, 3L)), "foreach: 1 of 3 tasks warned: task 2")
  })
})

test_that("the failure of a loop of nothing but a name can be looked at", {
  on.exit(foreach::registerDoSEQ())
  registerDoRSR(workers)
  kept_here <- 3
  # Its code is no call, which try() would look into.
  failed <- try(foreach(i = 1:2, .noexport = "kept_here") %dopar% kept_here, silent = TRUE)
  expect_match(failed, "task 1 failed.*kept_here")
})

test_that("what loops use travels, and what is missing is told in the words of foreach", {
  own <- list2env(list(hidden = 5), parent = baseenv())
  in_text <- 7
  everywhere(function(context) {
    expect_identical(foreach(i = 1:2, .export = "in_text", .combine = c) %dopar% (i + eval(parse(text = "in_text"))),
        c(8, 9))
    expect_identical(foreach(i = 1:2, .packages = "tools", .combine = c) %dopar% file_ext(paste0("a.t", i)),
        c("t1", "t2"))
    expect_identical(foreach(i = 1:2, .combine = c, .options.rsr = list(execObjects = own)) %dopar%
        (i + get("hidden")), c(6, 7))
    inner <- foreach(i = 1:2, .packages = "foreach") %dopar% {
      foreach(j = 1:3, .combine = c) %dopar% (i * j)
    }
    expect_identical(inner, list(1:3, c(2L, 4L, 6L)))
    dots <- function(...) foreach(i = 1:2, .combine = c) %dopar% (i + sum(...))
    expect_identical(dots(10, 20), c(31, 32))
  })
  in_context(workers, {
    registerDoRSR()
    expect_error(foreach(i = 1:2) %dopar% nowhere_at_all(i),
        "foreach: function 'nowhere_at_all', used in line .* was not found: .* name it in .export")
    expect_error(foreach(i = 1:2, .packages = "nosuchpackage") %dopar% i,
        "foreach: .packages: package 'nosuchpackage' is not installed")
    expect_error(foreach(i = 1:2, .export = "no_such") %dopar% i, "foreach: .export: there is no object 'no_such'")
    expect_error(foreach(i = 1:2, .options.rsr = list(chunksize = 2)) %dopar% i,
        "unknown option 'chunksize'.*chunkSize")
    expect_error(foreach(i = 1:2, .options.rsr = list(chunkSize = 0)) %dopar% i, "chunkSize must be a whole number")
    expect_error(foreach(i = 1:2, .options.rsr = 5) %dopar% i, ".options.rsr must be a list")
  })
})

test_that("a seed gives each turn of a loop a stream of its own", {
  kinds <- RNGkind()
  on.exit(suppressWarnings(RNGkind(kinds[[1L]], kinds[[2L]], kinds[[3L]])))
  expected <- unname(rxExec(function() runif(1), timesToRun = 5, RNGseed = 11))
  everywhere(function(context) {
    expect_identical(foreach(i = 1:5, .options.rsr = list(RNGseed = 11)) %dopar% runif(1), expected)
    # As in package parallel: the session's own streams.
    RNGkind("L'Ecuyer-CMRG", "Inversion", "Rejection")
    set.seed(3)
    first <- foreach(i = 1:5, .combine = c) %dopar% runif(1)
    set.seed(3)
    expect_identical(foreach(i = 1:5, .combine = c) %dopar% runif(1), first)
    expect_length(unique(first), 5L)
    suppressWarnings(RNGkind(kinds[[1L]], kinds[[2L]], kinds[[3L]]))
  })
})

test_that("loops of other packages run through it", {
  skip_if_not_installed("doRNG")
  `%dorng%` <- doRNG::`%dorng%`
  foreach::registerDoSEQ()
  set.seed(5)
  expected <- foreach(i = 1:4, .combine = c) %dorng% runif(1)
  after <- runif(1)
  everywhere(function(context) {
    set.seed(5)
    # Without a warning of the generator that it has set itself, in this session neither.
    expect_warning(found <- foreach(i = 1:4, .combine = c) %dorng% runif(1), NA)
    expect_identical(found, expected)
    expect_identical(runif(1), after)
  })
})

# Registers a backend of another package, runs code, and puts it away.
backends <- list(
  doParallel_psock = function(code) {
    cluster <- parallel::makeCluster(2)
    on.exit(parallel::stopCluster(cluster))
    doParallel::registerDoParallel(cluster)
    code()
  },
  doParallel_fork = function(code) {
    doParallel::registerDoParallel(cores = 2)
    code()
  },
  doMC = function(code) {
    skip_if_not_installed("doMC")
    doMC::registerDoMC(2)
    code()
  },
  doSNOW = function(code) {
    skip_if_not_installed("doSNOW")
    cluster <- parallel::makeCluster(2)
    on.exit(parallel::stopCluster(cluster))
    doSNOW::registerDoSNOW(cluster)
    code()
  },
  doFuture = function(code) {
    skip_if_not_installed("doFuture")
    future::plan("multisession", workers = 2)
    on.exit(future::plan("sequential"))
    doFuture::registerDoFuture()
    code()
  },
  doMPI = function(code) {
    skip_if_not_installed("doMPI")
    cluster <- doMPI::startMPIcluster(2)
    on.exit(doMPI::closeCluster(cluster))
    doMPI::registerDoMPI(cluster)
    code()
  })

xdf <- tempfile(fileext = ".xdf")
rows <- data.frame(y = c(1, 2.5, 2.9, 4.2, 5.1), x = 1:5, g = c(0, 1, 0, 1, 1))
rxImport(rows, xdf, reportProgress = 0)
formulas <- list(y ~ x, y ~ x + g)
fit <- function(f) coef(rxLinMod(f, xdf, reportProgress = 0))

for (name in names(backends)) local({
  backend <- backends[[name]]
  test_that(paste("rxExec runs through", name), {
    skip_if_not_installed("doParallel")
    # Threads and workers of the session's own are there before anything forks.
    expected <- lapply(formulas, fit)
    in_context(workers, rxExec(identity, rxElemArg(1:3)))
    numbers <- rxExec(function(x) c(x, runif(1)), rxElemArg(1:9), RNGseed = 3)
    in_context(RxForeachDoPar(), backend(function() {
      for (chunk in list(NULL, 1, 4))
        expect_identical(rxExec(function(x) c(x, runif(1)), rxElemArg(1:9), RNGseed = 3, taskChunkSize = chunk),
            numbers)
      expect_false(Sys.getpid() %in% unlist(rxExec(function() Sys.getpid(), timesToRun = 4)))
      for (again in 1:3) expect_identical(unname(rxExec(fit, rxElemArg(formulas))), expected)
      expect_warning(found <- rxExec(function(x) if (x == 2) stop("no two") else x, rxElemArg(1:3)),
          "1 of 3 tasks failed")
      expect_identical(conditionMessage(found$rxElem2), "no two")
    }))
    # A loop that calls the engine itself, where each turn may be a fork of this very session.
    in_context(workers, backend(function() {
      libraries <- .libPaths()
      found <- foreach(f = formulas, .export = c("fit", "xdf")) %dopar% {
        .libPaths(libraries)
        library(insitu)
        c(fit(f), unlist(rxExec(function(x) x + 1, rxElemArg(1:2))))
      }
      expect_identical(found, lapply(expected, function(each) c(each, rxElem1 = 2, rxElem2 = 3)))
    }))
    in_context(workers, expect_identical(unname(rxExec(fit, rxElemArg(formulas))), expected))
  })
})

test_that("foreach and rxExec do not go round in circles", {
  in_context(RxForeachDoPar(), {
    registerDoRSR()
    expect_error(foreach(i = 1:2) %dopar% i, "round in circles.*register another backend")
    expect_error(rxExec(identity, rxElemArg(1:2)), "round in circles")
    expect_identical(foreach::getDoParWorkers(), 1L)
  })
})

# Examples of the original's pages, which say what they print.
test_that("examples of the pages on foreach run", {
  in_context(workers, {
    registerDoRSR()
    expect_output(print(foreach(i = 1:3) %dopar% sqrt(i)), "[[1]]\n[1] 1\n\n[[2]]\n[1] 1.414214\n\n[[3]]\n[1] 1.732051",
        fixed = TRUE)
    point_of_mandelbrot <- function(re, im, most) {
      z <- c <- complex(real = re, imaginary = im)
      for (i in seq_len(most)) {
        z <- z^2 + c
        if (Mod(z) > 2) return(i)
      }
      most
    }
    axis <- seq(-2, 0.6, length.out = 12)
    lines_of <- rxExec(function(re, most) vapply(axis, function(im) point_of_mandelbrot(re, im, most), 1),
        re = rxElemArg(axis), most = 50)
    expect_identical(unname(lines_of),
        lapply(axis, function(re) vapply(axis, function(im) point_of_mandelbrot(re, im, 50), 1)))
    points <- as.matrix(datasets::iris[, 1:4])
    starts <- rxExec(function(x, nstart) kmeans(x, 3, nstart = nstart), points, nstart = 5, timesToRun = 4, RNGseed = 3)
    expect_equal(min(vapply(starts, function(fit) fit$tot.withinss, 0)), 78.85144, tolerance = 1e-6)
  })
})
