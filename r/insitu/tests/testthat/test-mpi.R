# RxMpi: the same bits and values on ranks of MPI, and what is told when they fail (docs/mpi.md).

settings <- c(OMPI_ALLOW_RUN_AS_ROOT = "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM = "1",
    OMPI_MCA_rmaps_base_oversubscribe = "1")
old_settings <- Sys.getenv(names(settings), NA, names = TRUE)
do.call(Sys.setenv, as.list(settings))

on_ranks <- function(code) {
  skip_if(!nzchar(Sys.which("mpirun")), "mpirun is not installed (Debian: openmpi-bin)")
  skip_if(!nzchar(Sys.getenv("INSITU_MPI")) && !nzchar(system.file("bin", "insitu-mpi", package = "insitu")),
      "this build has no insitu-mpi: libopenmpi-dev was not found")
  before <- rxSetComputeContext(RxMpi(numRanks = 2))
  on.exit(rxSetComputeContext(before))
  code
}

test_that("analyses and written rows have the same bits", {
  rows <- data.frame(y = sin(1:20000), x = cos(1:20000) * 3, g = factor(1:20000 %% 3))
  file <- tempfile(fileext = ".xdf")
  written <- tempfile(fileext = c(".here.xdf", ".ranks.xdf"))
  on.exit(unlink(c(file, written)))
  rxDataStep(rows, file, rowsPerRead = 1000, reportProgress = 0)
  offset <- 2
  twice <- function(data) {
    data$z <- data$x * scale_by
    data
  }
  write_step <- function(to)
    rxDataStep(file, to, transforms = list(z = x * 2), rowSelection = y > 0, reportProgress = 0)
  fits <- function(data) list(coef(rxLinMod(y ~ x + g, data, reportProgress = 0)),
      coef(rxLogit(I(y > 0) ~ x, data, reportProgress = 0)),
      rxSummary(~y + g, data, reportProgress = 0)$sDataFrame)
  here <- list(fits(file), fits(rows))
  step <- rxDataStep(file, transformFunc = twice, transformObjects = list(scale_by = offset), reportProgress = 0)
  on_ranks({
    expect_identical(list(fits(file), fits(rows)), here)
    expect_identical(rxDataStep(file, transformFunc = twice, transformObjects = list(scale_by = offset),
        reportProgress = 0), step)
    write_step(written[[2]])
  })
  write_step(written[[1]])
  expect_identical(rxDataStep(written[[2]], reportProgress = 0), rxDataStep(written[[1]], reportProgress = 0))
})

test_that("tasks give what they give anywhere, and one that ends its worker has an error", {
  draw <- function(x) c(x, runif(1))
  kinds <- RNGkind()
  on.exit(do.call(RNGkind, as.list(kinds)))
  here <- rxExec(draw, rxElemArg(1:9), RNGseed = 5)
  on_ranks({
    expect_identical(rxExec(draw, rxElemArg(1:9), RNGseed = 5, taskChunkSize = 2), here)
    expect_length(rxExec(function() 1), 2)
    expect_warning(lost <- rxExec(function(x) if (x == 2) quit("no", 5, FALSE) else x, rxElemArg(1:3)), "1 of 3 tasks")
    expect_identical(unname(lost[c(1, 3)]), list(1L, 3L))
    expect_s3_class(lost[[2]], "error")
  })
})

test_that("a hostfile gives the slots, and jobs have ranks of their own", {
  hosts <- tempfile("the hosts ")
  writeLines("localhost slots=3", hosts)
  on.exit(unlink(hosts))
  on_ranks({
    before <- rxSetComputeContext(RxMpi(hostfile = hosts))
    met <- tempfile("met ")
    dir.create(met)
    ids <- rxExec(function(x) {  # each waits for the others
      file.create(file.path(met, rxRemoteGetId()))
      for (i in 1:3000) if (length(list.files(met)) < 3) Sys.sleep(0.02) else break
      rxRemoteGetId()
    }, rxElemArg(1:3), taskChunkSize = 1)
    expect_setequal(unlist(ids), 1:3)
    rxSetComputeContext(RxMpi(numRanks = 2, hostfile = hosts, wait = FALSE))
    data <- data.frame(y = sin(1:500), x = cos(1:500))
    jobs <- list(rxLinMod(y ~ x, data), rxExec(function(x) c(x, rxRemoteGetId() > 0), rxElemArg(1:3)))
    for (job in jobs) rxWaitForJob(job)
    expect_identical(vapply(jobs, rxGetJobStatus, ""), c("finished", "finished"))
    fit <- rxGetJobResults(jobs[[1L]])
    expect_identical(unname(rxGetJobResults(jobs[[2L]])), list(c(1L, 1L), c(2L, 1L), c(3L, 1L)))
    rxSetComputeContext("local")
    expect_identical(coef(fit), coef(rxLinMod(y ~ x, data)))
    rxSetComputeContext(before)
  })
})

test_that("a rank that is killed ends the call with what mpirun says of it", {
  on_ranks({
    kill <- function() {
      parent <- function(pid) as.integer(strsplit(sub(".*\\) ", "",
          readLines(sprintf("/proc/%d/stat", pid), warn = FALSE)),
          " ")[[1]][[2]])
      rank <- parent(Sys.getpid())
      if (!grepl("insitu-mpi", readLines(sprintf("/proc/%d/cmdline", rank), warn = FALSE, skipNul = TRUE)))
          rank <- parent(rank)
      tools::pskill(rank, 9)
      Sys.sleep(30)
    }
    expect_error(rxExec(kill, timesToRun = 1), "the ranks of MPI have ended.*signal 9")
    expect_identical(unname(rxExec(function(x) x, rxElemArg(1:2))), list(1L, 2L))
  })
})

test_that("the context is made, found, changed and printed as others", {
  expect_output(print(RxMpi(numRanks = 2, switches = "--oversubscribe")),
      "RxMpi Compute Context\n    numRanks = 2\n    switches = \"--oversubscribe\"", fixed = TRUE)
  expect_identical(RxForeachDoPar(backend = "mpi", dataPath = "a"), RxMpi(dataPath = "a"))
  expect_error(RxForeachDoPar(backend = "snow"), "backend must be NULL.*or \"mpi\"")
  expect_identical(RxMpi(RxMpi(numRanks = 3, hostfile = "hosts"), numRanks = 2),
      RxMpi(numRanks = 2, hostfile = "hosts"))
  before <- rxSetComputeContext("mpi")
  on.exit(rxSetComputeContext(before))
  expect_identical(rxGetComputeContext(), RxMpi())
  for (case in list(list(RxMpi(numRanks = 0), "numRanks must be at least 1"),
      list(RxMpi(switches = "-np 2"), "numRanks"),
      list(RxMpi(hostfile = "no-such-file"), "hostfile names no file"),
      list(RxMpi(mpirun = "no-such-mpirun"), "needs Open MPI|insitu-mpi was not found")))
    expect_error(rxSummary(~x, data.frame(x = 1), computeContext = case[[1]]), case[[2]])
})

for (name in names(old_settings)) if (is.na(old_settings[[name]])) Sys.unsetenv(name) else
    do.call(Sys.setenv, as.list(old_settings[name]))
