# rxExec, rxExecBy and foreach under pressure: workers killed at random moments, 100,000 tasks, memory that is collected
# at every moment, and nothing that depends on how they run.

everything <- nzchar(Sys.getenv("INSITU_TEST_ALL"))

in_context <- function(context, code) {
  before <- rxSetComputeContext(context)
  on.exit(rxSetComputeContext(before))
  code
}

workers <- RxProcesses(numWorkers = 2)

# Processes under this one.
below <- function() {
  stats <- unlist(lapply(Sys.glob("/proc/[0-9]*/stat"), function(file) tryCatch(suppressWarnings(readLines(file)),
      error = function(e) NULL)))
  pids <- as.integer(sub(" .*", "", stats))
  parents <- as.integer(vapply(strsplit(sub(".*\\) ", "", stats), " "), `[[`, "", 2L))
  found <- integer()
  open <- Sys.getpid()
  while (length(open)) {
    open <- pids[parents %in% open]
    found <- c(found, open)
  }
  found
}

test_that("a worker that is killed at a random moment changes no result", {
  skip_if_not(dir.exists("/proc/self"))
  slow <- function(x, seconds) {
    Sys.sleep(seconds)
    x + runif(1)
  }
  for (round in seq_len(if (everything) 50 else 2)) {
    set.seed(round)
    wait <- runif(1, 0, 0.5)
    chunk <- list(NULL, 1, 4)[[sample(3, 1)]]
    expected <- rxExec(slow, rxElemArg(1:30), seconds = 0, RNGseed = round)
    in_context(workers, {
      rxExec(slow, rxElemArg(1:2), seconds = 0)  # workers are there
      victim <- sample(below(), 1L)
      system(sprintf("(sleep %.3f; kill -9 %d) >/dev/null 2>&1 &", wait, victim))
      found <- rxExec(slow, rxElemArg(1:30), seconds = 0.03, RNGseed = round, taskChunkSize = chunk)
      expect_identical(found, expected, info = paste("round", round))
    })
  }
})

test_that("memory is flat over many tasks", {
  skip_if_not(everything, "100,000 tasks: with INSITU_TEST_ALL=1")
  script <- tempfile(fileext = ".R")
  writeLines(c(paste0(".libPaths(", paste(deparse(.libPaths()), collapse = ""), ")"), "library(insitu)",
      "rxOptions(reportProgress = 0); rxSetComputeContext(RxProcesses(numWorkers = 2))",
      "high <- function() as.numeric(gsub('[^0-9]', '', grep('VmHWM', readLines('/proc/self/status'), value = TRUE)))",
      "run <- function(n) { found <- rxExec(function(x) if (x %% 500 == 0) high(), rxElemArg(seq_len(n)))",
      "  c(max(unlist(found)), high()) }",
      "few <- run(5000); many <- run(100000); cat(many - few, '\\n')"), script)
  grown <- scan(text = system2(file.path(R.home("bin"), "Rscript"), c("--vanilla", script), stdout = TRUE),
      quiet = TRUE)
  # In KB. The session holds 95,000 more arguments, names and values; a worker holds a batch and what R has not
  # collected.
  expect_lt(grown[[1L]], 130000)
  expect_lt(grown[[2L]], 80000)
})

# In all contexts, and in tasks: one that warns, one that fails, streams of random numbers, values of several kinds.
collected <- function(code) {
  gctorture2(if (everything) 40L else 1500L)
  on.exit(gctorture2(0L))
  suppressWarnings(code)
}
of_task <- function(x, data) {
  if (x == 2) warning("two")
  if (x == 3) stop("three")
  list(x = x, mean = mean(data$v), text = paste("task", x), number = runif(1), made = function() x)
}
plain <- function(slots) lapply(slots, function(slot) {
  if (inherits(slot, "error")) conditionMessage(slot) else { slot$made <- slot$made(); slot }
})

test_that("tasks give the same whenever memory is collected", {
  data <- data.frame(v = c(1, 2, NA, 4))
  run <- function(torture = FALSE) plain(rxExec(if (torture) function(x, data) {
    gctorture2(3L)
    on.exit(gctorture2(0L))
    of_task(x, data)
  } else of_task, rxElemArg(1:5), data = data, RNGseed = 5))
  expected <- suppressWarnings(run())
  expect_identical(expected$rxElem3, "three")
  expect_identical(expected$rxElem5$made, 5L)
  expect_identical(collected(run()), expected)
  in_context(workers, {
    expect_identical(collected(run()), expected)
    expect_identical(suppressWarnings(run(torture = TRUE)), expected)
  })
  many <- unname(rxExec(function(x, y) if (x %% 7) c(x, y), rxElemArg(1:300), y = rxElemArg(as.list(300:1))))
  expect_identical(unname(collected(rxExec(function(x, y) if (x %% 7) c(x, y), rxElemArg(1:300),
      y = rxElemArg(as.list(300:1))))), many)
})

test_that("groups give the same whenever memory is collected", {
  data <- data.frame(k = factor(c("a", "b", NA, "b", "c", "a")), v = c(1, NA, 3:6), t = letters[1:6],
      stringsAsFactors = FALSE)
  of_group <- function(keys, data) list(rows = nrow(data@frame), sum = sum(data@frame$v, na.rm = TRUE),
      text = paste(data@frame$t, collapse = ""))
  run <- function() lapply(rxExecBy(data, "k", of_group), function(group) group[c("keys", "result")])
  expected <- run()
  expect_length(expected, 4L)
  expect_identical(collected(run()), expected)
  in_context(workers, expect_identical(collected(run()), expected))
})

test_that("loops of foreach give the same whenever memory is collected, both ways", {
  skip_if_not_installed("foreach")
  `%dopar%` <- foreach::`%dopar%`
  on.exit(foreach::registerDoSEQ())
  loop <- function() foreach::foreach(i = 1:6, .combine = c, .options.rsr = list(RNGseed = 3)) %dopar%
    (i * 2 + runif(1))
  registerDoRSR(RxLocalSeq())
  expected <- loop()
  for (context in list(RxLocalSeq(), workers)) {
    registerDoRSR(context)
    expect_identical(collected(loop()), expected)
  }
  foreach::registerDoSEQ()
  data <- data.frame(v = c(1, 2, NA, 4))
  run <- function() plain(suppressWarnings(rxExec(of_task, rxElemArg(1:5), data = data, RNGseed = 5)))
  here <- run()
  in_context(RxForeachDoPar(), expect_identical(collected(run()), here))
})
