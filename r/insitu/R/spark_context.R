# RxSpark: where to find a Spark cluster, and how much of it to use. A context is a value; the application that runs for
# it is one thing however many copies of the value there are, and so lies in an environment.

setClass("RxSpark", slots = c(.rxSourceSlots("RxSpark", without = c("object", "dataPath", "outDataPath")),
    application = "environment"),
    contains = "RxComputeContext")

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

.rxSparkSettings <- function() setdiff(slotNames("RxSpark"), "application")

.impl_RxSpark <- function(arguments, about) {
  object <- arguments$object
  if (!is.null(object) && !is(object, "RxComputeContext"))
    .rxStop(paste0("RxSpark: object must be a compute context, not ", .rxShow(object)))
  if (!is.null(object)) {
    given <- names(.rxMatchedCall(about))
    for (name in setdiff(intersect(.rxSparkSettings(), slotNames(object)), given))
        arguments[name] <- list(slot(object, name))
  }
  arguments$port <- .rxWholePort("RxSpark", arguments$port)
  if (isTRUE(arguments$persistentRun)) arguments$wait <- TRUE
  if (!is.null(arguments$fileSystem)) arguments$fileSystem <- RxFileSystem(arguments$fileSystem)
  made <- do.call(new, c(list("RxSpark", application = .rxNewApplication()), arguments[.rxSparkSettings()]))
  if (is(object, "RxSpark") && .rxSameSlots(made, object, .rxApplicationSettings))
      made@application <- object@application
  made
}

.rxSameSlots <- function(a, b, names) all(vapply(names, function(name) identical(slot(a, name), slot(b, name)), NA))

# What the engine is told of it (docs/requests.md). Not said: "as Hadoop is configured", and folders of which only a
# cluster with such folders knows.
.rxDescribeSpark <- function(context) {
  descriptor <- list(type = "RxSpark")
  user <- Sys.info()[["user"]]
  unsaid <- list(nameNode = c("", "default"), port = 0, shareDir = paste0("/var/RevoShare/", user),
      hdfsShareDir = paste0("/user/RevoShare/", user))
  for (name in setdiff(.rxSparkSettings(), c("dataPath", "outDataPath"))) {
    value <- slot(context, name)
    if (is.null(value) || (name %in% names(unsaid) && value %in% unsaid[[name]])) next
    descriptor[[name]] <- switch(name, fileSystem = .rxDescribeFileSystem(value), packagesToLoad = .rxArray(value),
        value)
  }
  if (identical(context@master, "local")) descriptor$hdfsShareDir <- descriptor$shareDir
  if (!is.null(context@application$sparklyr)) descriptor$interop <- .rxArray("sparklyr")
  descriptor$session <- context@application$folder
  descriptor
}
