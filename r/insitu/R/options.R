# Options of the session: rxOptions() and rxGetOption() (spec: api-r.md, section 16).

.rxState <- new.env(parent = emptyenv())

.rxDefaultOptions <- function() {
  list(
    libDir = system.file("libs", package = "insitu"), linkDllName = paste0("insitu", .Platform$dynlib.ext),
    cintSysDir = "",
    includeDir = "", unitTestDir = "", unitTestDataDir = "", sampleDataDir = Sys.getenv("INSITU_SAMPLES", ""),
    demoScriptsDir = "",
    blocksPerRead = 1, reportProgress = 2, rowDisplayMax = -1, memStatsReset = 0, memStatsDiff = 0, numCoresToUse = -1,
    numDigits = getOption("digits", 7), showTransformFn = FALSE, defaultDecimalColType = "float32",
    defaultMissingColType = "float32", computeContext = RxLocalSeq(), dataPath = ".", outDataPath = ".",
    transformPackages = c("RevoScaleR", "utils", "stats", "methods"), xdfCompressionLevel = 1, fileSystem = "native",
    memoryLimit = NULL, syncWrites = NULL, int64 = "auto", useDoSMP = NULL, useSparseCube = FALSE, rngBufferSize = 1,
    dropMain = TRUE, coefLabelStyle = "Revo", numTasks = 1,
    hdfsHost = Sys.getenv("REVOHADOOPHOST", "default"), hdfsPort = as.integer(Sys.getenv("REVOHADOOPPORT", "0")),
    hdfsHttpPort = 0,
    unixRPath = "/usr/bin/Revo64-8", mrsHadoopPath = "/usr/bin/mrs-hadoop", spark.executorCores = 2,
    spark.executorMem = "4g",
    spark.executorOverheadMem = "4g", spark.numExecutors = 65535, traceLevel = 0)
}

# The folder of sample data: the one that INSITU_SAMPLES names (of originals), else one that the engine fills, when it
# is first asked for, with generated files of the same names.
.rxSampleDataDir <- function() {
  if (is.null(.rxState$samples) || !dir.exists(.rxState$samples)) {
    reply <- .rxRun(.rxNewRequest("sample_data", folder = ""), 0)
    if (reply$made > 0) message("Sample data were generated in ", reply$folder,
        ": the names and columns that scripts expect, with made-up rows. INSITU_SAMPLES names a folder of originals.")
    .rxState$samples <- reply$folder
  }
  .rxState$samples
}

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
    if (name == "int64" && !(is.character(value) && length(value) == 1L && value %in%
        c("auto", "numeric", "integer64")))
      .rxStop(paste0("rxOptions(int64 = ): \"auto\", \"numeric\" or \"integer64\", not ", .rxShow(value)))
    if (name == "hdfsHttpPort") {  # the engine reads it there, and the processes that it starts
      if (!is.numeric(value) || length(value) != 1L || is.na(value) || value != round(value) || value < 0 ||
          value > 65535)
          .rxStop(paste0("rxOptions(hdfsHttpPort = ): a port, or 0 for that of the configuration, not ",
              .rxShow(value)))
      if (value > 0) Sys.setenv(INSITU_HDFS_HTTP_PORT = format(value, scientific = FALSE)) else
          Sys.unsetenv("INSITU_HDFS_HTTP_PORT")
    }
    .rxState$options[name] <- list(value)
  }
  invisible(before)
}

.rxOption <- function(name, default = NULL) {
  options <- .rxCurrentOptions()
  if (!name %in% names(options)) return(default)
  value <- options[[name]]
  if (name %in% c("sampleDataDir", "unitTestDataDir") && identical(value, "")) .rxSampleDataDir() else value
}
