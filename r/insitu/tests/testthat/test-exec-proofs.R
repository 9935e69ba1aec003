# rxExec under pressure: workers killed at random moments, 100,000 tasks, and nothing that depends on how they run.

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
