# Workers of RxProcesses stay between calls, and no call sees what another has left in them.

parent_of_process <- function() {
  # The worker: the parent of the copy of it that runs the function.
  line <- grep("^PPid:", readLines("/proc/self/status"), value = TRUE)
  as.numeric(sub("PPid:\\s*", "", line))
}

with_workers <- function(code) {
  before <- rxSetComputeContext(RxProcesses(numWorkers = 1))
  on.exit(rxSetComputeContext(before))
  force(code)
}

ten_rows <- function() {
  file <- tempfile(fileext = ".xdf")
  rxDataStep(data.frame(x = as.numeric(1:10)), file, reportProgress = 0)
  RxXdfData(file)
}

worker_of_call <- function(data) {
  f <- function(rows) c(rows, list(worker = rep(worker(), length(rows[[1L]]))))
  found <- rxDataStep(data, transformFunc = f, transformObjects = list(worker = parent_of_process), reportProgress = 0)
  found$worker[[1L]]
}

test_that("the second call is served by the same worker, which has nothing of the first", {
  skip_if_not(file.exists("/proc/self/status"))
  data <- ten_rows()
  with_workers({
    objects <- list(host = Sys.getpid(), here = getwd())
    leave <- function(rows) {
      # The first rows are tried out in this process.
      if (Sys.getpid() == host) return(c(rows, list(seen = rep(0, length(rows[[1L]])))))
      seen <- c(exists("left_behind", globalenv()), !is.null(getOption("left.behind")), "package:splines" %in% search(),
        exists(".Random.seed", globalenv()), nzchar(Sys.getenv("LEFT_BEHIND")), getwd() != here,
        file.exists(file.path(tempdir(), "left_behind")))
      assign("left_behind", 1, globalenv())
      options(left.behind = TRUE)
      library(splines)
      set.seed(1)
      Sys.setenv(LEFT_BEHIND = "1")
      file.create(file.path(tempdir(), "left_behind"))
      setwd("/")
      c(rows, list(seen = rep(sum(seen), length(rows[[1L]]))))
    }
    first <- worker_of_call(data)
    for (i in 1:2) {
      seen <- rxDataStep(data, transformFunc = leave, transformObjects = objects, reportProgress = 0)$seen
      expect_equal(unique(seen), 0)
    }
    expect_equal(worker_of_call(data), first)
    draw <- function(rows) c(rows, list(u = rep(runif(1L), length(rows[[1L]]))))
    u <- vapply(1:2, function(i) rxDataStep(data, transformFunc = draw, reportProgress = 0)$u[[1L]], 0)
    expect_false(u[[1L]] == u[[2L]])
  })
})

test_that("a changed environment, a kill and an error get another worker", {
  skip_if_not(file.exists("/proc/self/status"))
  data <- ten_rows()
  with_workers({
    first <- worker_of_call(data)
    Sys.setenv(OF_A_TEST = "1")
    other <- worker_of_call(data)
    Sys.unsetenv("OF_A_TEST")
    expect_false(other == first)
    expect_equal(worker_of_call(data), first)
    tools::pskill(first, tools::SIGKILL)
    Sys.sleep(0.1)
    second <- worker_of_call(data)
    expect_false(second == first)
    expect_error(rxDataStep(data, transformFunc = function(rows) stop("no"), reportProgress = 0), "no")
    expect_false(worker_of_call(data) == second)
  })
})

test_that("a forked child leaves the workers of its parent alone", {
  skip_if_not(file.exists("/proc/self/status"))
  data <- ten_rows()
  with_workers({
    first <- worker_of_call(data)
    job <- parallel::mcparallel(worker_of_call(data))
    of_child <- parallel::mccollect(job)[[1L]]
    expect_type(of_child, "double")
    expect_false(of_child == first)
    expect_equal(worker_of_call(data), first)
  })
})
