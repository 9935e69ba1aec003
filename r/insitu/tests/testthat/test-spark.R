# The Spark side of the R face: what is made, refused, printed and asked of the engine; then one application for all of
# it. The tests that need Spark use one session for the file and skip, saying why, where the doctor finds none.

reset <- function(env = parent.frame()) withr::defer({
  rxOptions(initialize = TRUE)
  rxOptions(reportProgress = 0)
}, envir = env)

# Puts another function in the place of .rxRun until the end of `env`.
running <- function(run, env) {
  namespace <- asNamespace("insitu")
  original <- get(".rxRun", namespace)
  put <- function(value) {
    unlockBinding(".rxRun", namespace)
    assign(".rxRun", value, namespace)
    lockBinding(".rxRun", namespace)
  }
  put(run)
  withr::defer(put(original), envir = env)
}

# Answers requests from a table by operation; returns an environment that keeps the documents that were asked.
answering <- function(replies, env = parent.frame()) {
  kept <- new.env()
  kept$requests <- list()
  running(function(request, reportProgress = NULL) {
    kept$requests[[length(kept$requests) + 1L]] <- request$document
    replies[[request$document$op]]
  }, env)
  kept
}

# The document of the request that an expression would run.
asked <- function(expression) {
  found <- NULL
  running(function(request, reportProgress = NULL) {
    found <<- request$document
    stop("asked")
  }, environment())
  expect_error(expression, "^asked$")
  found
}

test_that("defaults of RxSpark are those of the documentation", {
  context <- RxSpark()
  expect_equal(c(context@master, context@driverMem, context@executorMem, context@executorOverheadMem),
      c("yarn", "4g", "4g", "4g"))
  expect_equal(c(context@numExecutors, context@executorCores, context@idleTimeout, context@resultsTimeout),
      c(65535, 2, 3600, 15))
  expect_equal(context@hdfsShareDir, paste("/user/RevoShare", Sys.info()[["user"]], sep = "/"))
  expect_equal(names(formals(RxSpark))[1:10], c("object", "hdfsShareDir", "shareDir", "clientShareDir", "sshUsername",
      "sshHostname",
      "sshSwitches", "sshProfileScript", "sshClientDir", "nameNode"))
  expect_equal(formals(rxSparkConnect)$idleTimeout, 10000)
})

test_that("options are defaults of RxSpark", {
  reset()
  rxOptions(spark.numExecutors = 3, spark.executorCores = 1, spark.executorMem = "1g", hdfsHost = "head",
      hdfsPort = 8020)
  sent <- insitu:::.rxDescribeSpark(RxSpark())
  expect_equal(sent[c("numExecutors", "executorCores", "executorMem", "nameNode", "port")],
      list(numExecutors = 3, executorCores = 1, executorMem = "1g", nameNode = "head", port = 8020))
  rxOptions(initialize = TRUE)
  expect_false(any(c("nameNode", "port") %in% names(insitu:::.rxDescribeSpark(RxSpark()))))
})

test_that("local mode shares one folder", {
  sent <- insitu:::.rxDescribeSpark(RxSpark(hdfsShareDir = "/hdfs", shareDir = "/share", master = "local"))
  expect_equal(sent$hdfsShareDir, "/share")
})

test_that("a copy keeps what is not said", {
  reset()
  origin <- RxSpark(master = "local", executorCores = 3, dataPath = "/data")
  for (copy in list(RxSpark(origin, consoleOutput = TRUE), RxSpark(object = origin, consoleOutput = TRUE),
      RxComputeContext(origin, consoleOutput = TRUE))) {
    expect_equal(copy@master, "local")
    expect_equal(copy@executorCores, 3)
    expect_true(copy@consoleOutput)
    expect_equal(copy@dataPath, "/data")
  }
  expect_false(origin@consoleOutput)
  expect_equal(RxSpark(origin, "/hdfs")@hdfsShareDir, "/hdfs")
  expect_equal(RxSpark(RxLocalSeq(dataPath = "/data"))@dataPath, "/data")
  rxSetComputeContext(origin, executorCores = 5)
  expect_equal(rxGetComputeContext()@executorCores, 5)
  expect_equal(origin@executorCores, 3)
})

test_that("a copy computes in the same application unless it needs another", {
  origin <- RxSpark(master = "local")
  origin@application$folder <- "/tmp/there"
  expect_equal(insitu:::.rxDescribeSpark(RxSpark(origin, consoleOutput = TRUE))$session, "/tmp/there")
  expect_null(insitu:::.rxDescribeSpark(RxSpark(origin, executorMem = "8g"))$session)
  expect_output(print(origin), "RxSpark Compute Context\n.*    master = \"local\"\n.*connected through /tmp/there")
})

test_that("RxSpark has a name and a nickname", {
  reset()
  old <- rxSetComputeContext("spark", master = "local")
  expect_s4_class(old, "RxLocalSeq")
  expect_s4_class(rxGetComputeContext(), "RxSpark")
  expect_equal(rxGetComputeContext()@master, "local")
  expect_true(rxIsDistributedContext())
  rxSetComputeContext(old)
  expect_false(rxIsDistributedContext())
  expect_true(rxIsDistributedContext(RxSpark()))
  expect_s4_class(RxComputeContext("RxSpark", master = "local"), "RxSpark")
})

test_that("contexts are compared by their place or exactly", {
  one <- RxSpark(master = "local")
  other <- RxSpark(master = "local", consoleOutput = TRUE)
  expect_true(rxCompareContexts(one, other))
  expect_false(rxCompareContexts(one, other, exactMatch = TRUE))
  expect_true(rxCompareContexts(one, RxSpark(one), exactMatch = TRUE))
  expect_false(rxCompareContexts(one, RxSpark(shareDir = "/elsewhere")))
  expect_false(rxCompareContexts(one, RxLocalSeq()))
})

test_that("wrong arguments of RxSpark are named", {
  expect_error(RxSpark(mastr = "local"), "unknown argument 'mastr' \\(did you mean master\\?\\)",
      class = "rxInvalidArgument")
  expect_error(RxSpark(executorCores = "two"), "executorCores must be a number, not \"two\"")
  expect_error(RxSpark(sparkReduceMethod = "onestage"), "\"twoStage\", not \"onestage\" \\(did you mean oneStage\\?\\)")
  expect_error(RxSpark(port = "http"), "port must be a whole number from 0 to 65535, not \"http\"")
  expect_error(RxSpark(3), "object must be a compute context, not 3")
})

test_that("a kept application always waits", {
  expect_false(RxSpark(wait = FALSE)@wait)
  expect_false(RxSpark(RxSpark(), wait = FALSE)@wait)
  expect_true(RxSpark(wait = FALSE, persistentRun = TRUE)@wait)
})

test_that("Hive data are a query or a table", {
  expect_equal(insitu:::.rxDescriptor(RxHiveData(table = "claims"))[c("type", "table")],
      list(type = "RxHiveData", table = "claims"))
  expect_error(RxHiveData(), "give either query or table$")
  expect_error(RxHiveData("select 1", "claims"), "not both")
  expect_error(rxDataStep(mtcars, RxHiveData("select 1")), "outFile is an RxHiveData of a query")
  expect_output(print(RxHiveData(table = "claims")), "RxHiveData Source\ntable: claims")
})

test_that("columnar files are described", {
  info <- list(day = list(type = "factor", levels = c("a", "b")))
  for (make in list(RxParquetData, RxOrcData)) {
    expect_equal(make("/x")@file, "/x")
    expect_equal(make("hdfs://head/x")@file, "hdfs://head/x")
    expect_null(insitu:::.rxDescriptor(make("/x"))$fileSystem)
    expect_equal(insitu:::.rxDescriptor(make("/x", colInfo = info))$colInfo[[1L]]$name, "day")
    expect_error(make("x", colInfo = list(a = list(type = "facter"))),
        "colInfo\\$a\\$type must be one of .* not \"facter\" \\(did you mean factor\\?\\)")
    expect_error(make("x", colInfo = list(a = list(newName = "b"))),
        "colInfo\\$a may hold type and levels, not newName")
    expect_error(make("x", colInfo = list(a = list(type = "numeric", levels = "b"))),
        "cannot have levels; make it a factor")
  }
  expect_error(RxParquetData(), "argument 'file' is missing")
})

test_that("paths are those of the file system", {
  reset()
  files <- RxHdfsFileSystem(hostName = "head", port = 8020)
  expect_output(print(files), "fileSystemType: hdfs\nhostName: head\nport: 8020")
  expect_equal(RxHdfsFileSystem(files, port = 9000)@hostName, "head")
  source <- RxTextData("/share/../data/x.csv", fileSystem = files)
  expect_equal(source@file, "hdfs://head:8020/data/x.csv")
  expect_equal(insitu:::.rxDescriptor(source)$fileSystem, list(type = "hdfs", hostName = "head", port = 8020))
  expect_output(print(source), "fileSystemType: hdfs\n\thostName: head\n\tport: 8020")
  expect_output(print(RxXdfData("hdfs:///x.xdf", fileSystem = "native")), "fileSystemType: hdfs\n*$")
  expect_equal(RxXdfData("/x", fileSystem = RxHdfsFileSystem())@file, "hdfs:///x")
  expect_equal(RxXdfData("/x", fileSystem = RxHdfsFileSystem(hostName = "abfs://box@account"))@file,
      "abfs://box@account/x")
  expect_equal(RxXdfData("/x", fileSystem = RxNativeFileSystem())@file, "/x")
  expect_equal(RxXdfData("x", fileSystem = "hdfs")@file, paste0("hdfs:///user/", Sys.info()[["user"]], "/x"))
  expect_error(RxFileSystem("hdf"), "did you mean hdfs")
})

test_that("the file system is that of the source, the context or the options", {
  reset()
  rxSetFileSystem(RxHdfsFileSystem(hostName = "ofOptions"))
  expect_equal(RxXdfData("/x")@file, "hdfs://ofOptions/x")
  rxSetComputeContext(RxSpark(fileSystem = RxHdfsFileSystem(hostName = "ofContext")))
  source <- RxXdfData("/x")
  expect_equal(source@file, "hdfs://ofContext/x")
  expect_equal(RxParquetData("/x")@file, "hdfs://ofContext/x")
  expect_equal(rxGetFileSystem()@hostName, "ofContext")
  expect_equal(rxGetFileSystem(RxXdfData("/x", fileSystem = RxHdfsFileSystem(hostName = "own")))@hostName, "own")
  expect_equal(RxXdfData("/x", fileSystem = "native")@file, "/x")
  rxHdfsConnect("head", "8020")
  expect_equal(RxHdfsFileSystem()@port, 8020)
})

test_that("the cache flag makes a changed copy", {
  for (source in list(RxXdfData("/x.xdf"), RxParquetData("/x"), RxHiveData(table = "t"))) {
    cached <- rxSparkCacheData(source)
    expect_true(insitu:::.rxDescriptor(cached)$cache)
    expect_false(isTRUE(insitu:::.rxDescriptor(source)$cache))
    expect_false(isTRUE(insitu:::.rxDescriptor(rxSparkCacheData(cached, FALSE))$cache))
  }
  expect_error(rxSparkCacheData(RxTextData("/x.csv")), "data is an RxTextData")
  expect_error(rxSparkCacheData("/x.xdf"), "data must be a data source, not \"/x.xdf\"")
})

test_that("every call says where it computes", {
  reset()
  hive <- RxHiveData(table = "claims")
  rxSetComputeContext(RxSpark(master = "local"))
  requests <- list(asked(rxSummary(~cost, hive)), asked(rxLinMod(cost ~ age, hive)), asked(rxGetInfo(hive)),
      asked(rxGetVarInfo(hive)),
      asked(head(hive)), asked(rxOpen(hive)))
  for (request in requests) {
    expect_equal(request$context$type, "RxSpark")
    expect_equal(request$data$table, "claims")
  }
  expect_equal(asked(rxDataStep(hive, RxOrcData("/out")))$outFile$file, "/out")
  expect_equal(asked(rxImport("/in.parquet", RxHiveData(table = "t")))$inData, "/in.parquet")
  expect_equal(asked(rxSummary(~cost, hive, computeContext = "local"))$context$type, "RxLocalSeq")
  step <- asked(rxDataStep(RxXdfData("/x.xdf"), "/y.xdf", transformFunc = function(x) x))
  expect_true(nzchar(step$transformFunc$code))
  expect_match(step$transformFunc$worker[[1L]], "Rscript")
})

test_that("connect keeps the session and disconnect forgets it", {
  reset()
  kept <- answering(list(spark_connect = list(context = list(type = "RxSpark", session = "/tmp/there"), reused = FALSE),
      spark_disconnect = list(stopped = TRUE, attached = FALSE, printed = "We have shut down")))
  # Scripts of old give `wait`, which a connection always does.
  context <- rxSparkConnect(master = "local", numExecutors = 2, reset = TRUE, wait = TRUE)
  expect_identical(rxGetComputeContext(), context)
  expect_true(context@persistentRun)
  expect_equal(context@idleTimeout, 10000)
  expect_true(kept$requests[[1L]]$reset)
  expect_equal(kept$requests[[1L]]$context$numExecutors, 2)
  expect_output(rxSparkDisconnect(context), "^We have shut down$")
  expect_equal(kept$requests[[2L]]$context$session, "/tmp/there")
  expect_s4_class(rxGetComputeContext(), "RxLocalSeq")
  expect_null(context@application$folder)
})

test_that("cached data are listed and removed", {
  reset()
  entry <- function(name, kind) list(name = name, kind = kind, columns = 2, partitions = 1, memory = 10, disk = 0)
  kept <- answering(list(spark_list_data = list(data = list(entry("/x.xdf", "rows"), entry("claims", "table")),
      printed = "two"),
      spark_remove_data = list(removed = 2)))
  rxSetComputeContext("spark")
  expect_output(found <- rxSparkListData(), "^two$")
  expect_equal(found$name, c("/x.xdf", "claims"))
  expect_silent(rxSparkListData(showDescription = FALSE))
  rxSparkRemoveData(found)
  rxSparkRemoveData(RxXdfData("/x.xdf"))
  rxSparkRemoveData(list("/y.xdf", RxHiveData(table = "claims"), RxHiveData("select 1")))
  expect_equal(lapply(kept$requests[3:5], function(request) unclass(request$names)),
      list(c("/x.xdf", "claims"), "/x.xdf", c("/y.xdf", "claims", "select 1")))
  expect_error(rxSparkRemoveData(3), "list must hold data sources, names")
})

test_that("functions of Spark need its context", {
  for (call in list(quote(rxSparkDisconnect()), quote(rxStopEngine("local")), quote(rxSparkListData()),
      quote(rxGetSparklyrConnection())))
    expect_error(eval(call), "computeContext must be RxSpark, not RxLocalSeq; connect with rxSparkConnect")
  expect_error(rxStopEngine(), "argument 'computeContext' is missing")
  expect_error(rxGetSparklyrConnection(RxSpark()), "has no sparklyr connection")
  expect_error(rxSparkConnect(interop = "pyspark"),
      "interop must be \"sparklyr\", not \"pyspark\"; pyspark is a package of Python")
})

# A package of sparklyr's name that keeps what it is asked.
pretend_sparklyr <- function(env = parent.frame()) {
  if (requireNamespace("sparklyr", quietly = TRUE)) skip("sparklyr is installed")
  source <- file.path(tempfile(), "sparklyr")
  library <- tempfile()
  for (folder in c(file.path(source, "R"), library)) dir.create(folder, recursive = TRUE)
  writeLines(c("Package: sparklyr", "Version: 0.0.1", "Title: What Is Asked of It", "Description: For tests.",
      "License: none"), file.path(source, "DESCRIPTION"))
  writeLines("exportPattern('.')", file.path(source, "NAMESPACE"))
  writeLines(c("asked <- new.env()", "spark_config <- function() list()",
      "spark_connect <- function(master, app_name, config) {",
      "  asked$connect <- list(master = master, config = config, ip = Sys.getenv('SPARK_LOCAL_IP'))",
      "  'the connection'", "}",
      "spark_session <- function(sc) paste('the session of', sc)",
      "invoke_static <- function(...) asked$static <- list(...)",
      "spark_disconnect <- function(sc) asked$disconnected <- sc"), file.path(source, "R", "asked.R"))
  utils::install.packages(source, library, repos = NULL, type = "source", quiet = TRUE)
  withr::local_libpaths(library, action = "prefix", .local_envir = env)
  withr::defer(unloadNamespace("sparklyr"), envir = env)
  loadNamespace("sparklyr")$asked
}

test_that("sparklyr starts the session that the engine describes", {
  reset()
  asked <- pretend_sparklyr()
  answering(list(spark_prepare_attach = list(folder = "/tmp/there", jar = "/jar", master = "local[2,4]",
      settings = list(list("spark.a", "x; y"), list("spark.driver.memory", "1g")), arguments = list("--queue", "q"),
      environment = list(list("SPARK_LOCAL_IP", "127.0.0.1"))),
      spark_disconnect = list(stopped = FALSE, attached = TRUE, printed = "We have")))
  before <- Sys.getenv("SPARK_LOCAL_IP", NA)
  context <- rxSparkConnect(master = "local[2]", interop = "sparklyr")
  expect_equal(asked$connect$master, "local[2,4]")
  expect_equal(asked$connect$config, list(sparklyr.jars.default = "/jar", `sparklyr.shell.driver-memory` = "1g",
      sparklyr.shell.conf = "'spark.a=x; y'",
      sparklyr.shell.queue = "'q'"))
  expect_equal(asked$connect$ip, "127.0.0.1")
  expect_identical(Sys.getenv("SPARK_LOCAL_IP", NA), before)
  expect_equal(asked$static, list("the connection", "org.insitu.spark.Gateway", "attach",
      "the session of the connection", "/tmp/there"))
  expect_equal(rxGetSparklyrConnection(context), "the connection")
  expect_equal(insitu:::.rxDescribeSpark(context)$session, "/tmp/there")
  expect_output(rxSparkDisconnect(context), "We have")
  expect_equal(asked$disconnected, "the connection")
  expect_error(rxGetSparklyrConnection(context), "has no sparklyr connection")
})

test_that("sparklyr is asked for by name where it is missing", {
  if (requireNamespace("sparklyr", quietly = TRUE)) skip("sparklyr is installed")
  expect_error(rxSparkConnect(master = "local", interop = "sparklyr"), "install.packages\\(\"sparklyr\"\\)",
      class = "rxUnsupported")
  expect_s4_class(rxGetComputeContext(), "RxLocalSeq")
})

# ---- on Spark
# ----------------------------------------------------------------------------------------------------------------------

# The one application of this file.
connection <- NULL

# Skips, saying what is missing, where nothing can be computed on Spark; INSITU_REQUIRE_SPARK makes that a failure.
on_spark <- function(env = parent.frame()) {
  found <- insitu:::.rxRun(insitu:::.rxNewRequest("doctor", of = "spark",
      context = insitu:::.rxDescribeSpark(RxSpark(master = "local"))), 0)
  missing <- Filter(function(check) !isTRUE(check$ok), found$contexts[[1L]]$checks)
  if (length(missing)) {
    text <- paste("no Spark:", paste(vapply(missing, function(check) check$found, ""), collapse = "; "))
    if (nzchar(Sys.getenv("INSITU_REQUIRE_SPARK"))) stop(text) else skip(text)
  }
  if (is.null(connection)) {
    folder <- tempfile("spark")
    dir.create(folder)
    utils::capture.output(connection <<- rxSparkConnect(master = "local[2]", driverMem = "1g", idleTimeout = 600,
        extraSparkConfig = paste0(
        "--conf spark.sql.warehouse.dir=", folder,
        "/warehouse --conf spark.driver.extraJavaOptions=-Dderby.system.home=", folder,
        " --conf 'spark.hadoop.javax.jdo.option.ConnectionURL=jdbc:derby:;databaseName=", folder,
        "/metastore;create=true'")))
  }
  rxSetComputeContext(connection)
  withr::defer(rxSetComputeContext("local"), envir = env)
}

test_that("the switch to Spark changes no bit", {
  xdf <- xdf_of(delays(), rowsPerRead = 300)
  here <- rxLinMod(delay ~ day + count, xdf)
  on_spark()
  there <- rxLinMod(delay ~ day + count, xdf)
  expect_identical(coef(there), coef(here))
  expect_identical(there$coef.std.error, here$coef.std.error)
  expect_identical(coef(rxLinMod(delay ~ day + count, xdf, computeContext = RxLocalSeq())), coef(here))
  expect_equal(rxSummary(~delay, xdf)$sDataFrame, rxSummary(~delay, xdf, computeContext = "local")$sDataFrame)
  expect_equal(dim(xdf), c(1000L, 4L))
  expect_equal(head(xdf, 2)$name, c("row 0", "row 1"))
  expect_equal(rxGetInfo(xdf)$numRows, 1000)
})

test_that("a second connection finds the application", {
  on_spark()
  printed <- capture.output(again <- rxSparkConnect(master = "local[2]", driverMem = "1g", idleTimeout = 600,
      extraSparkConfig = connection@extraSparkConfig))
  expect_identical(again@application$folder, connection@application$folder)
  expect_length(printed, 0L)
})

test_that("Parquet, ORC and Hive are written and read on Spark", {
  xdf <- xdf_of(delays())
  few <- subset(delays(), count < 5)
  on_spark()
  info <- list(day = list(type = "factor", levels = c("Mon", "Tue", "Wed")))
  for (make in list(RxParquetData, RxOrcData)) {
    file <- rxDataStep(xdf, make(tempfile(), colInfo = info), transforms = list(late = delay > 15),
        rowSelection = count < 5)
    frame <- rxDataStep(file)
    expect_equal(frame$name, few$name)
    expect_equal(frame$late, few$delay > 15)
  }
  table <- rxDataStep(xdf, RxHiveData(table = "delays"), varsToKeep = c("delay", "count"))
  expect_s4_class(table, "RxHiveData")
  expect_equal(sort(rxDataStep(table)$delay), sort(delays()$delay))
  expect_equal(nrow(rxDataStep(RxHiveData("SELECT count, avg(delay) AS mean FROM delays GROUP BY count"))), 7)
})

test_that("rows are kept on Spark, listed and removed", {
  xdf <- xdf_of(delays())
  on_spark()
  cached <- rxSparkCacheData(xdf)
  rxSummary(~delay, cached)
  expect_true(xdf@file %in% rxSparkListData(FALSE)$name)
  rxSparkRemoveData(cached)
  expect_false(xdf@file %in% rxSparkListData(FALSE)$name)
})

test_that("functions of R run in executors", {
  xdf <- xdf_of(delays())
  on_spark()
  halve <- function(dataList) {
    dataList$half <- dataList$delay / by
    dataList
  }
  written <- rxDataStep(xdf, tempfile(fileext = ".xdf"), transformFunc = halve, transformVars = "delay",
      transformObjects = list(by = 2))
  expect_equal(rxDataStep(written)$half, delays()$delay / 2)
  broken <- function(dataList) stop("no such thing")
  expect_error(rxSummary(~delay, xdf, transformFunc = broken, transformVars = "delay"),
      "transformFunc failed on the test chunk .*: no such thing", class = "rxUserCodeError")
})

test_that("tasks of R run on executors as they run here", {
  on_spark()
  times <- 3
  draw <- function(x) c(times * x, stats::rnorm(2), stats::runif(1))
  there <- rxExec(draw, rxElemArg(1:7), RNGseed = 5)
  one_by_one <- rxExec(draw, rxElemArg(1:7), RNGseed = 5, taskChunkSize = 1)
  rxSetComputeContext("local")
  expect_identical(there, rxExec(draw, rxElemArg(1:7), RNGseed = 5))
  expect_identical(one_by_one, there)
  on_spark()
  mark <- tempfile()
  ends <- function(x, mark) {
    if (x == 1 && !file.exists(mark)) {
      file.create(mark)
      tools::pskill(Sys.getpid(), tools::SIGKILL)
    }
    if (x == 3) stop("no ", x)
    rxRemoteGetId()
  }
  expect_warning(values <- rxExec(ends, rxElemArg(1:3), mark = mark), "1 of 3 tasks failed")
  expect_equal(conditionMessage(values$rxElem3), "no 3")
  expect_true(values$rxElem1 >= 1 && values$rxElem2 >= 1)
})

test_that("groups of R are handed to executors", {
  rows <- delays()
  rows$count[1:20] <- NA
  file <- rxDataStep(rows, tempfile(fileext = ".xdf"))
  of_group <- function(keys, data, by) {
    if (identical(keys$day, "Tue") && identical(as.numeric(keys$count), 3)) stop("not this one")
    rows <- data@frame
    list(nrow(rows), sum(rows$delay, na.rm = TRUE), levels(rows$day), utils::head(rows$name, 3), by,
        rxSummary(~delay, data)$sDataFrame)
  }
  some <- function(table) table[table$day == "Wed", ]
  run <- function(...) rxExecBy(file, c("day", "count"), of_group, funcParams = list(by = 2), ...)
  texts <- function(groups) lapply(groups, function(group) {
    if (!is.null(attr(group$status, "condition"))) group$status <- conditionMessage(attr(group$status, "condition"))
    group
  })
  here <- list(texts(run()), texts(run(filterFunc = some)))
  on_spark()
  there <- list(texts(run()), texts(run(filterFunc = some)))
  expect_gt(length(here[[1]]), 20)
  expect_equal(there, here)
  expect_error(rxExecBy(rows, "day", of_group), "RxSpark cannot use a data frame of the caller",
      class = "rxUnsupported")
})

test_that("an analysis by its name for each group of rows in Spark is that of here", {
  file <- xdf_of(delays())
  figures <- function(fit) fit[setdiff(names(fit), c("call", "params"))]
  run <- function(...) {
    count <- as.numeric(seq_len(2e5))  # of the caller, and sent to nobody
    rxExecBy(file, "day", rxLinMod, funcParams = list(formula = delay ~ count), ...)
  }
  some <- function(table) table[table$day == "Wed", ]
  here <- list(run(), run(filterFunc = some))
  tables <- lapply(here, as.data.frame)
  results <- lapply(as.list(here[[1]]), function(group) figures(group$result))
  on_spark()
  there <- list(run(), run(filterFunc = some))
  expect_identical(lapply(there, as.data.frame), tables)
  expect_equal(lapply(as.list(there[[1]]), function(group) figures(group$result)), results, tolerance = 0)
  expect_lt(length(serialize(there[[1]][[1]], NULL)), 1e5)
  expect_equal(lapply(1:3, function(i) there[[1]][[i]]$keys), lapply(1:3, function(i) here[[1]][[i]]$keys))
  expect_error(rxExecBy(file, "day", quote(rxLinMod(delay ~ coumt))), "coumt")
  expect_error(rxExecBy(file, "day", rxLinMod, list(delay ~ count, data = 1)),
      "data cannot be an argument of rxLinMod here")
})

test_that("errors on Spark name the variable and the way out", {
  xdf <- xdf_of(delays())
  on_spark()
  expect_error(rxSummary(~delai, xdf), "delai.*did you mean delay")
  expect_error(rxSummary(~delay, delays()), "RxSpark cannot use a data frame of the caller", class = "rxUnsupported")
})

test_that("a stopped application is told of", {
  on_spark()
  expect_equal(rxStopEngine(connection), 1)
  expect_error(rxSummary(~delay, RxHiveData(table = "delays")), "connect again with rxSparkConnect",
      class = "rxWorkerError")
  expect_output(rxSparkDisconnect(connection), "switched to local compute context")
})
