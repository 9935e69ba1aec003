# Options of the session: rxOptions() and rxGetOption() (spec: api-r.md, section 16).

.rxState <- new.env(parent = emptyenv())

.rxDefaultOptions <- function() {
  list(
    libDir = system.file("libs", package = "insitu"), linkDllName = paste0("insitu", .Platform$dynlib.ext), cintSysDir = "",
    includeDir = "", unitTestDir = "", unitTestDataDir = "", sampleDataDir = .rxSampleDataDir(), demoScriptsDir = "",
    blocksPerRead = 1, reportProgress = 2, rowDisplayMax = -1, memStatsReset = 0, memStatsDiff = 0, numCoresToUse = -1,
    numDigits = getOption("digits", 7), showTransformFn = FALSE, defaultDecimalColType = "float32",
    defaultMissingColType = "float32", computeContext = RxLocalSeq(), dataPath = ".", outDataPath = ".",
    transformPackages = c("RevoScaleR", "utils", "stats", "methods"), xdfCompressionLevel = 1, fileSystem = "native",
    useDoSMP = NULL, useSparseCube = FALSE, rngBufferSize = 1, dropMain = TRUE, coefLabelStyle = "Revo", numTasks = 1,
    hdfsHost = Sys.getenv("REVOHADOOPHOST", "default"), hdfsPort = as.integer(Sys.getenv("REVOHADOOPPORT", "0")),
    unixRPath = "/usr/bin/Revo64-8", mrsHadoopPath = "/usr/bin/mrs-hadoop", spark.executorCores = 2, spark.executorMem = "4g",
    spark.executorOverheadMem = "4g", spark.numExecutors = 65535, traceLevel = 0)
}

# The sample files that came with the original live where INSITU_SAMPLES says.
.rxSampleDataDir <- function() Sys.getenv("INSITU_SAMPLES", "")

.rxCurrentOptions <- function() {
  if (is.null(.rxState$options)) .rxState$options <- .rxDefaultOptions()
  .rxState$options
}

#' Get and set options.
rxOptions <- function(initialize = FALSE, ...) {
  before <- .rxCurrentOptions()
  if (missing(initialize) && ...length() == 0L) return(before)
  changes <- list(...)
  if (length(changes) && (is.null(names(changes)) || any(names(changes) == "")))
    .rxStop("rxOptions: options are set by name, for example rxOptions(reportProgress = 0)")
  if (isTRUE(initialize)) .rxState$options <- .rxDefaultOptions()
  known <- names(.rxDefaultOptions())
  for (name in names(changes)) {
    if (!name %in% known) .rxStop(paste0("rxOptions: unknown option '", name, "'", .rxDidYouMean(name, known)))
    value <- changes[[name]]
    if (name == "computeContext") value <- .rxContext(value)
    .rxState$options[name] <- list(value)
  }
  invisible(before)
}

.rxOption <- function(name, default = NULL) {
  options <- .rxCurrentOptions()
  if (name %in% names(options)) options[[name]] else default
}
