# File systems, and how the path of a source becomes a full one: once, when the source is made.

setClass("RxFileSystem", slots = c(fileSystemType = "character"))
setClass("RxNativeFileSystem", contains = "RxFileSystem")
setClass("RxHdfsFileSystem", slots = c(hostName = "character", port = "numeric", useWebHdfs = "ANY",
    oAuthParameters = "ANY", verbose = "ANY"),
    contains = "RxFileSystem")

#' The files of this machine.
RxNativeFileSystem <- function() new("RxNativeFileSystem", fileSystemType = "native")

.impl_RxHdfsFileSystem <- function(arguments, about) {
  object <- arguments$object
  if (!is.null(object) && !is(object, "RxHdfsFileSystem"))
    .rxStop(paste0("RxHdfsFileSystem: object must be an RxHdfsFileSystem, not ", .rxShow(object)))
  given <- names(.rxMatchedCall(about))
  for (name in setdiff(slotNames("RxHdfsFileSystem"), c("fileSystemType", given)))
    if (!is.null(object)) arguments[name] <- list(slot(object, name))
  host <- arguments$hostName
  if (length(host) != 1L || is.na(host)) .rxStop(paste0("RxHdfsFileSystem: hostName must be one string, not ",
      .rxShow(host)))
  new("RxHdfsFileSystem", fileSystemType = "hdfs", hostName = if (nzchar(host)) host else "default",
      port = .rxWholePort("RxHdfsFileSystem", arguments$port), useWebHdfs = arguments$useWebHdfs,
      oAuthParameters = arguments$oAuthParameters, verbose = arguments$verbose)
}

# A port from a number or its text; 0 for none.
.rxWholePort <- function(name, value) {
  if (is.null(value)) return(0)
  port <- suppressWarnings(as.numeric(value))
  if (length(port) != 1L || is.na(port) || port != floor(port) || port < 0 || port > 65535)
    .rxStop(paste0(name, ": port must be a whole number from 0 to 65535, not ", .rxShow(value)))
  port
}

#' A file system by its type.
RxFileSystem <- function(fileSystem, ...) {
  if (is(fileSystem, "RxFileSystem")) return(fileSystem)
  if (identical(fileSystem, "native")) return(RxNativeFileSystem())
  if (identical(fileSystem, "hdfs")) return(RxHdfsFileSystem(...))
  .rxStop(paste0("fileSystem must be \"native\", \"hdfs\" or a file system object, not ", .rxShow(fileSystem),
      if (is.character(fileSystem) && length(fileSystem) == 1L) .rxDidYouMean(fileSystem, c("native", "hdfs"))))
}

# The file system of a source: its own, that of the active context, or that of the options.
.rxFileSystemOf <- function(own = NULL) {
  context <- .rxOption("computeContext")
  if (is.null(own) && .hasSlot(context, "fileSystem")) own <- context@fileSystem
  RxFileSystem(if (is.null(own)) .rxOption("fileSystem") else own)
}

rxGetFileSystem <- function(x = NULL) invisible(.rxFileSystemOf(if (is(x, "RxDataSource") &&
    .hasSlot(x, "fileSystem")) x@fileSystem))

rxSetFileSystem <- function(fileSystem, ...) {
  before <- rxGetFileSystem()
  rxOptions(fileSystem = RxFileSystem(fileSystem, ...))
  invisible(before)
}

#' Where the HDFS is: sets the options hdfsHost and hdfsPort.
rxHdfsConnect <- function(hostName, portNumber) {
  rxOptions(hdfsHost = hostName, hdfsPort = .rxWholePort("rxHdfsConnect", portNumber))
  invisible(TRUE)
}

# What the engine is told of a file system (docs/requests.md).
.rxDescribeFileSystem <- function(files) {
  if (!is(files, "RxHdfsFileSystem")) return("native")
  c(list(type = "hdfs"), if (files@hostName != "default") list(hostName = files@hostName),
      if (files@port > 0) list(port = files@port))
}

.rxHasScheme <- function(path) grepl("^[A-Za-z][A-Za-z0-9+.-]+://", path)

# "hdfs://host:port/path"; a relative path is that of the user's home folder. The host may also be the beginning of
# paths, as in "abfs://box@account".
.rxHdfsPath <- function(files, file) {
  start <- if (files@hostName == "default") "hdfs://" else files@hostName
  if (!.rxHasScheme(paste0(start, "/"))) start <- paste0("hdfs://", start)
  if (files@port > 0 && files@hostName != "default") start <- paste0(start, ":", files@port)
  if (!startsWith(file, "/")) file <- paste0("/user/", Sys.info()[["user"]], "/", file)
  parts <- character()
  for (part in strsplit(file, "/", fixed = TRUE)[[1L]])
    if (part == "..") parts <- utils::head(parts, -1L) else if (!part %in% c("", ".")) parts <- c(parts, part)
  paste0(if (endsWith(start, "://")) start else sub("/+$", "", start), "/", paste(parts, collapse = "/"))
}

# The full path of a file: of this machine the working directory first, then the data paths of the context or the
# options. A path that names its file system stays as it is: the compute context says whether it reads it.
.rxResolvePath <- function(file, isOutFile = FALSE, fileSystem = NULL, of = NULL) {
  if (!is.character(file) || length(file) != 1L || is.na(file) || !nzchar(file))
      .rxStop(paste0("file must be a path, not ", .rxShow(file)))
  if (.rxIsElsewhere(of)) return(file)
  if (startsWith(file, "file://")) return(.rxAbsolute(substring(file, 8L)))
  if (.rxHasScheme(file)) return(file)
  files <- .rxFileSystemOf(fileSystem)
  if (is(files, "RxHdfsFileSystem")) return(.rxHdfsPath(files, file))
  file <- path.expand(file)
  # A name without an ending is also that of an .xdf: the engine adds it where only that is there.
  is_there <- function(path) file.exists(path) || !grepl("\\.[^./]+$", path) && file.exists(paste0(path, ".xdf"))
  if (startsWith(file, "/") || is_there(file)) return(.rxAbsolute(file))
  context <- rxGetComputeContext()
  if (!isOutFile) {
    folders <- if (length(context@dataPath)) context@dataPath else .rxOption("dataPath")
    for (folder in folders) if (is_there(file.path(folder, file))) return(.rxAbsolute(file.path(folder, file)))
  }
  folders <- if (length(context@outDataPath)) context@outDataPath else .rxOption("outDataPath")
  for (folder in setdiff(folders, ".")) if (dir.exists(folder)) return(.rxAbsolute(file.path(folder, file)))
  .rxAbsolute(file)
}

.rxAbsolute <- function(path) {
  if (!startsWith(path, "/")) path <- file.path(getwd(), path)
  folder <- dirname(path)
  if (dir.exists(folder)) file.path(sub("/$", "", normalizePath(folder)), basename(path)) else path
}

# Scripts and packages look at file systems as at lists.
setMethod("$", "RxFileSystem", function(x, name) if (.hasSlot(x, name)) slot(x, name))
setMethod("names", "RxFileSystem", function(x) slotNames(x))

setMethod("show", "RxFileSystem", function(object) cat("fileSystemType: ", object@fileSystemType, "\n", sep = ""))
setMethod("show", "RxHdfsFileSystem", function(object) {
  callNextMethod()
  cat("hostName: ", object@hostName, "\nport: ", object@port, "\n", sep = "")
})
print.RxFileSystem <- function(x, ...) {
  show(x)
  invisible(x)
}
