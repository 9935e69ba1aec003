# RxSpark: where to find a Spark cluster, and how much of it to use. A context is a value; the application that runs for
# it is one thing however many copies of the value there are, and so lies in an environment.

setClass("RxSpark", slots = c(.rxClusterSlots("RxSpark"), application = "environment"), contains = "RxClusterContext")

# Settings of an application: a context that changes one of them needs another application.
.rxApplicationSettings <- c("hdfsShareDir", "shareDir", "nameNode", "master", "jobTrackerURL", "port", "numExecutors",
    "executorCores",
    "executorMem", "driverMem", "executorOverheadMem", "extraSparkConfig", "tmpFSWorkDir")

.rxNewApplication <- function() list2env(list(folder = NULL, sparklyr = NULL), parent = emptyenv())

#' The folder for temporary files: /tmp, on Windows TEMP or TMP; NULL where there is none.
rxGetDefaultTmpDirByOS <- function() {
  folders <- if (.Platform$OS.type == "windows") Sys.getenv(c("TEMP", "TMP"), names = FALSE) else "/tmp"
  folders <- folders[nzchar(folders) & dir.exists(folders)]
  if (length(folders)) folders[[1L]]
}

.impl_RxSpark <- function(arguments, about) {
  object <- arguments$object
  made <- .rxMakeCluster("RxSpark", arguments, about, application = .rxNewApplication())
  if (isTRUE(made@persistentRun)) made@wait <- TRUE
  if (is(object, "RxSpark") && .rxSameSlots(made, object, .rxApplicationSettings))
      made@application <- object@application
  made
}

.rxDescribeSpark <- function(context) {
  descriptor <- .rxDescribeCluster(context, "RxSpark")
  if (identical(context@master, "local")) descriptor$hdfsShareDir <- descriptor$shareDir
  if (!is.null(context@application$sparklyr)) descriptor$interop <- .rxArray("sparklyr")
  descriptor$session <- context@application$folder
  descriptor
}
