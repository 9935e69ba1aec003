# RxHadoopMR in R: what is made, refused, printed and asked of the engine; then calls in Hadoop's local runner, with one
# gateway for the file. The latter skip, saying why, where the doctor finds no Hadoop.

reset <- function(env = parent.frame()) withr::defer({
  rxOptions(initialize = TRUE)
  rxOptions(reportProgress = 0)
}, envir = env)

asked <- function(context) insitu:::.rxDescribeHadoop(context)

test_that("defaults of RxHadoopMR are those of the documentation", {
  context <- RxHadoopMR()
  expect_equal(context@hdfsShareDir, paste("/user/RevoShare", Sys.info()[["user"]], sep = "/"))
  expect_equal(context@shareDir, paste("/var/RevoShare", Sys.info()[["user"]], sep = "/"))
  expect_equal(list(context@wait, context@consoleOutput, context@autoCleanup, context@resultsTimeout,
      context@usingRunAsUserMode), list(TRUE, FALSE, TRUE, 15, FALSE))
  expect_equal(names(formals(RxHadoopMR))[1:26], c("object", "hdfsShareDir", "shareDir", "clientShareDir",
      "hadoopRPath",
      "hadoopSwitches", "revoPath", "sshUsername", "sshHostname", "sshSwitches", "sshProfileScript", "sshClientDir",
      "usingRunAsUserMode", "nameNode", "jobTrackerURL", "port", "onClusterNode", "wait", "consoleOutput",
      "showOutputWhileWaiting", "autoCleanup", "workingDir", "dataPath", "outDataPath", "fileSystem", "packagesToLoad"))
  expect_false(any(c("nameNode", "port", "shareDir", "hdfsShareDir", "dataPath") %in% names(asked(context))))
})

test_that("options are defaults of RxHadoopMR", {
  reset()
  rxOptions(hdfsHost = "head", hdfsPort = 8020, unixRPath = "/opt/R")
  expect_equal(asked(RxHadoopMR())[c("nameNode", "port", "hadoopRPath")],
      list(nameNode = "head", port = 8020, hadoopRPath = "/opt/R"))
})

test_that("a copy keeps what is not said", {
  reset()
  origin <- RxHadoopMR(hadoopSwitches = "-D a=b", dataPath = "/data", mapMemory = 512)
  for (copy in list(RxHadoopMR(origin, consoleOutput = TRUE), RxComputeContext(origin, consoleOutput = TRUE))) {
    expect_equal(list(copy@hadoopSwitches, copy@mapMemory, copy@dataPath, copy@consoleOutput),
        list("-D a=b", 512, "/data", TRUE))
  }
  expect_false(origin@consoleOutput)
  expect_equal(RxHadoopMR(RxLocalSeq(dataPath = "/data"))@dataPath, "/data")
  expect_equal(RxHadoopMR(RxSpark(master = "local", shareDir = "/s"))@framework, "auto")
  rxSetComputeContext(origin, mapMemory = 256)
  expect_equal(rxGetComputeContext()@mapMemory, 256)
})

test_that("RxHadoopMR has a name and a nickname, and is printed", {
  reset()
  rxSetComputeContext("hadoopmr", hadoopSwitches = "-D a=b", fileSystem = "hdfs")
  expect_s4_class(rxGetComputeContext(), "RxHadoopMR")
  expect_true(rxIsDistributedContext())
  printed <- capture.output(print(rxGetComputeContext()))
  expect_equal(printed[[1L]], "RxHadoopMR Compute Context")
  expect_true("    hadoopSwitches = \"-D a=b\"" %in% printed)
  expect_false(any(grepl("Revo64", printed)))
  expect_s4_class(RxComputeContext("RxHadoopMR", framework = "local"), "RxHadoopMR")
})

test_that("contexts of Hadoop are compared by their place or exactly", {
  one <- RxHadoopMR()
  expect_true(rxCompareContexts(one, RxHadoopMR(consoleOutput = TRUE)))
  expect_false(rxCompareContexts(one, RxHadoopMR(consoleOutput = TRUE), exactMatch = TRUE))
  expect_false(rxCompareContexts(one, RxHadoopMR(shareDir = "/elsewhere")))
  expect_false(rxCompareContexts(one, RxSpark()))
})

test_that("wrong arguments of RxHadoopMR are named", {
  expect_error(RxHadoopMR(hadoopSwiches = ""), "unknown argument 'hadoopSwiches' \\(did you mean hadoopSwitches\\?\\)",
      class = "rxInvalidArgument")
  expect_error(RxHadoopMR(framework = "yarm"), "framework must be one of .*did you mean yarn")
  expect_error(RxHadoopMR(port = "http"), "port must be a whole number from 0 to 65535, not \"http\"")
  expect_error(RxHadoopMR(mapMemory = "big"), "mapMemory must be a number")
  expect_error(RxHadoopMR(3), "object must be a compute context, not 3")
  file <- withr::local_tempfile(fileext = ".csv", lines = c("x", "1"))
  said <- function(...) rxSummary(~x, RxTextData(file), computeContext = RxHadoopMR(...), reportProgress = 0)
  expect_error(said(hadoopSwitches = "-D novalue"), "RxHadoopMR: hadoopSwitches: -D must be followed by key=value")
  expect_error(said(hadoopSwitches = "-D mapreduce.job.reduces=2"), "use reduceMethod")
  expect_error(said(jvmOptions = "-cp x"), "jvmOptions cannot have -cp")
  expect_error(said(mapMemory = 3), "mapMemory must be at least 64")
})

test_that("on an edge node it is a context of that machine", {
  context <- RxHadoopMR(sshHostname = "edge", sshUsername = "ada", sshSwitches = "-p 2222", mapMemory = 512,
      wait = FALSE)
  expect_s4_class(context, "RxRemote")
  expect_equal(list(context@sshHostname, context@sshUsername, context@sshSwitches, context@wait),
      list("edge", "ada", "-p 2222", FALSE))
  expect_equal(context@context@mapMemory, 512)
  expect_null(context@context@sshHostname)
  expect_s4_class(RxHadoopMR(sshHostname = "edge", onClusterNode = TRUE), "RxHadoopMR")
})

# ---- calls in the local runner

hadoop <- function() {
  jars <- normalizePath(file.path(Sys.getenv("INSITU_SOURCES", file.path("..", "..", "..", "..")), "build", "hadoop",
      "jars"),
      mustWork = FALSE)
  if (!nzchar(Sys.getenv("INSITU_HADOOP_CLASSPATH")) && !nzchar(Sys.getenv("HADOOP_HOME")) && dir.exists(jars))
    Sys.setenv(INSITU_HADOOP_CLASSPATH = paste0(jars, "/*"))
  context <- RxHadoopMR(framework = "local", jvmOptions = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
  request <- insitu:::.rxNewRequest("doctor", of = "hadoop", context = asked(context))
  found <- insitu:::.rxRun(request, 0)$contexts[[1L]]$checks
  missing <- vapply(Filter(function(check) !check$ok, found), function(check) check$found, "")
  if (length(missing)) {
    if (nzchar(Sys.getenv("INSITU_REQUIRE_HADOOP"))) stop(missing[[1L]])
    skip(paste("no Hadoop:", missing[[1L]]))
  }
  context
}

test_that("calls in the local runner have the values of one machine", {
  reset()
  context <- hadoop()
  set.seed(1)
  n <- 60000
  frame <- data.frame(x = rnorm(n), day = sample(c("Mon", "Tue"), n, TRUE), w = runif(n))
  frame$y <- 2 * frame$x + rnorm(n)
  frame$x[seq(1, n, 91)] <- NA
  folder <- withr::local_tempdir()
  write.csv(frame, file.path(folder, "rows.csv"), row.names = FALSE)
  text <- RxTextData(file.path(folder, "rows.csv"), stringsAsFactors = TRUE)
  xdf <- rxDataStep(text, file.path(folder, "rows.xdf"), rowsPerRead = 10000)
  factor <- 3
  for (data in list(text, xdf)) {
    here <- list(rxSummary(~x + day, data)$sDataFrame, coef(rxLinMod(y ~ x + day, data, pweights = "w")))
    rxSetComputeContext(context)
    there <- list(rxSummary(~x + day, data)$sDataFrame, coef(rxLinMod(y ~ x + day, data, pweights = "w")))
    tripled <- rxSummary(~t, data, transforms = list(t = x * factor), transformObjects = list(factor = factor))
    rxSetComputeContext("local")
    expect_identical(here, there)
    expect_identical(tripled$sDataFrame$Mean, rxSummary(~t, data, transforms = list(t = x * 3))$sDataFrame$Mean)
  }
  model <- rxLinMod(y ~ x, xdf)
  frames <- lapply(list(RxLocalSeq(), context), function(each) {
    rxSetComputeContext(each)
    on.exit(rxSetComputeContext("local"))
    out <- RxXdfData(file.path(folder, paste0(class(each), ".xdf")))
    rxPredict(model, xdf, out)
    rxDataStep(out)
  })
  expect_identical(frames[[1L]], frames[[2L]])

  # Functions of R, tasks and groups.
  both <- lapply(list(RxLocalSeq(), context), function(each) {
    rxSetComputeContext(each)
    doubled <- rxSummary(~z, xdf, transformVars = "x", transformFunc = function(rows) {
      rows$z <- rows$x * 2
      rows
    })
    groups <- rxExecBy(xdf, keys = "day", func = function(keys, data) mean(rxDataStep(data)$y))
    list(doubled$sDataFrame, lapply(groups, function(each) each[c("keys", "result")]))
  })
  expect_identical(both[[1L]], both[[2L]])
  expect_warning(values <- rxExec(function(x) if (x == 3) stop("three") else x^2, x = rxElemArg(1:5)), "three|failed")
  expect_equal(unname(unlist(values[-3])), c(1, 4, 16, 25))
  expect_error(rxSummary(~x, frame), "RxHadoopMR cannot use a data frame of the caller", class = "rxUnsupported")

  # Jobs: another client finds one by the folder that they share.
  share <- file.path(folder, "share")
  dir.create(share)
  rxSetComputeContext(RxHadoopMR(context, wait = FALSE, shareDir = share))
  job <- rxLinMod(y ~ x, xdf)
  found <- rxGetJobs(RxHadoopMR(shareDir = share), verbose = FALSE)
  expect_equal(names(found), job$id)
  rxWaitForJob(found[[1L]])
  expect_equal(rxGetJobStatus(found[[1L]]), "finished")
  expect_identical(coef(rxGetJobResults(found[[1L]])), coef(model))
})

contents <- function(path) {
  files <- list.files(path, recursive = TRUE, all.files = TRUE)
  stats::setNames(lapply(file.path(path, files), function(each) readBin(each, "raw", file.size(each))), files)
}

test_that("map tasks write the files of one machine", {
  reset()
  context <- hadoop()
  set.seed(2)
  n <- 40000
  frame <- data.frame(x = rnorm(n), day = sample(c("Mon", "Tue"), n, TRUE), k = seq_len(n))
  frame$day[n - 1L] <- "Last"
  frame$x[seq(1, n, 91)] <- NA
  folder <- withr::local_tempdir()
  write.csv(frame, file.path(folder, "rows.csv"), row.names = FALSE)
  text <- RxTextData(file.path(folder, "rows.csv"), stringsAsFactors = TRUE)
  xdf <- rxDataStep(text, file.path(folder, "rows.xdf"), rowsPerRead = 7000)
  model <- rxLinMod(x ~ day, xdf)
  written <- lapply(list(here = RxLocalSeq(), there = context), function(each) {
    place <- file.path(folder, class(each))
    dir.create(place)
    rxSetComputeContext(each)
    on.exit(rxSetComputeContext("local"))
    set <- function(name) {
      RxXdfData(file.path(place, name), createCompositeSet = TRUE, blocksPerCompositeFile = 2)
    }
    rxImport(text, set("imported"), rowsPerRead = 6000)
    rxDataStep(xdf, set("late days"), rowSelection = x > 1, transforms = list(z = x * 2))
    rxPredict(model, xdf, set("scores"), computeResiduals = TRUE, extraVarsToWrite = "k")
    if (inherits(each, "RxHadoopMR")) expect_identical(rxExplain()$passes[[1L]]$tier, "tasks")
    rxDataStep(xdf, RxTextData(file.path(place, "text"), createFileSet = TRUE, rowsPerOutFile = 9000))
    contents(place)
  })
  expect_identical(written$there, written$here)
  expect_length(written$here, 4L + 1L + 3L + 1L + 3L + 1L + 5L)
  rxSetComputeContext(context)
  on.exit(rxSetComputeContext("local"))
  scores <- RxXdfData(file.path(folder, "RxHadoopMR", "scores"), createCompositeSet = TRUE)
  expect_error(rxDataStep(xdf, scores), "overwrite")
  rxDataStep(xdf, file.path(folder, "one.xdf"))
  expect_match(rxExplain()$passes[[1L]]$reason, "the target is one file")
})

test_that("map tasks write factors of odd levels while R collects its rubbish", {
  reset()
  context <- hadoop()
  set.seed(3)
  n <- 20000
  odd <- c("", " a", "a ", "A", "\u00e9", "\u65e5\u672c", "NA", "with \"quotes\", and comma", "10", "9",
      strrep("x", 300))
  frame <- data.frame(f = factor(sample(odd[-4L], n, TRUE), levels = rev(odd)), x = rnorm(n))
  frame$f[seq(1, n, 53)] <- NA
  frame$o <- factor(frame$x > 0, labels = c("low\\", "'high'"))
  folder <- withr::local_tempdir()
  xdf <- rxDataStep(frame, file.path(folder, "rows.xdf"), rowsPerRead = 3000)
  model <- rxLinMod(x ~ o, xdf)
  step <- if (nzchar(Sys.getenv("INSITU_TEST_ALL"))) 7L else 499L
  written <- lapply(list(here = RxLocalSeq(), there = context), function(each) {
    place <- file.path(folder, class(each))
    dir.create(place)
    rxSetComputeContext(each)
    on.exit({
      gctorture2(0L)
      rxSetComputeContext("local")
    })
    set <- function(name) RxXdfData(file.path(place, name), createCompositeSet = TRUE, blocksPerCompositeFile = 2)
    if (inherits(each, "RxHadoopMR")) gctorture2(step, inhibit_release = TRUE)
    rxDataStep(xdf, set("kept"), rowSelection = f != left & x < most,
        transforms = list(g = factor(f, levels = some), h = o),
        transformObjects = list(left = odd[[3L]], most = 2, some = odd[5:8]))
    rxDataStep(xdf, RxTextData(file.path(place, "text"), createFileSet = TRUE, rowsPerOutFile = 7000))
    text <- RxTextData(file.path(place, "text"), colInfo = list(f = list(type = "factor", levels = odd),
        o = list(type = "factor")))
    rxImport(text, set("12:30 imported"), rowsPerRead = 6000)
    rxPredict(model, xdf, set("scores"), writeModelVars = TRUE, extraVarsToWrite = "f")
    if (inherits(each, "RxHadoopMR")) expect_identical(rxExplain()$passes[[1L]]$tier, "tasks")
    gctorture2(0L)
    list(contents(place), rxDataStep(set("kept")), rxDataStep(set("12:30 imported")))
  })
  expect_identical(written$there, written$here)
  expect_identical(levels(written$there[[3L]]$f), odd)
  kept <- frame[!is.na(frame$f) & frame$f != odd[[3L]] & frame$x < 2, ]
  expect_identical(as.character(written$there[[2L]]$f), as.character(kept$f))
})
