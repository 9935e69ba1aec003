# Files of HDFS: rxHadoopListFiles and its kin (docs/hdfs.md).

.rxHdfs <- function(command, ...) .rxRun(.rxNewRequest("hdfs", command = command, ...), 0)

.rxHdfsEnds <- function(what, arguments) for (name in c("source", "dest"))
  if (is.null(arguments[[name]]) || !nzchar(arguments[[name]]))
    .rxStop(paste0(what, ": ", name, " is missing: give a path"))

.impl_rxHadoopListFiles <- function(arguments, about) {
  paths <- if (length(arguments$path)) arguments$path else ""
  found <- do.call(c, lapply(paths, function(path)
    .rxHdfs("list", path = path, recursive = isTRUE(arguments$recursive))$files))
  column <- function(name, kind) vapply(found, function(each) as(each[[name]], kind), vector(kind, 1L))
  data.frame(path = column("path", "character"), folder = column("folder", "logical"), size = column("size", "numeric"),
      modified = as.POSIXct(column("modified", "numeric"), origin = "1970-01-01", tz = "UTC"),
      owner = column("owner", "character"), group = column("group", "character"),
      permission = column("permission", "character"), replication = column("replication", "numeric"),
      blockSize = column("blockSize", "numeric"))
}

.impl_rxHadoopFileExists <- function(arguments, about)
  all(vapply(arguments$path, function(path) !is.null(.rxHdfs("stat", path = path)$file), NA))

.impl_rxHadoopMakeDir <- function(arguments, about) {
  for (path in arguments$path) .rxHdfs("makeDir", path = path)
  invisible(NULL)
}

.rxHdfsRemove <- function(arguments, recursive) {
  for (path in arguments$path)
    .rxHdfs("remove", path = path, recursive = recursive, skipTrash = isTRUE(arguments$skipTrash))
  invisible(NULL)
}

.impl_rxHadoopRemove <- function(arguments, about) .rxHdfsRemove(arguments, FALSE)
.impl_rxHadoopRemoveDir <- function(arguments, about) .rxHdfsRemove(arguments, TRUE)

.impl_rxHadoopMove <- function(arguments, about) {
  .rxHdfsEnds("rxHadoopMove", arguments)
  .rxHdfs("move", path = arguments$source, target = arguments$dest)
  invisible(NULL)
}

.impl_rxHadoopCopy <- function(arguments, about) {
  .rxHdfsEnds("rxHadoopCopy", arguments)
  .rxHdfs("copy", path = arguments$source, target = arguments$dest, overwrite = isTRUE(arguments$overwrite))
  invisible(NULL)
}

.impl_rxHadoopCopyFromLocal <- function(arguments, about) {
  .rxHdfsEnds("rxHadoopCopyFromLocal", arguments)
  .rxHdfs("put", path = .rxAbsolute(arguments$source), target = arguments$dest, overwrite = isTRUE(arguments$overwrite))
  invisible(NULL)
}

.impl_rxHadoopCopyToLocal <- function(arguments, about) {
  .rxHdfsEnds("rxHadoopCopyToLocal", arguments)
  .rxHdfs("get", path = arguments$source, target = .rxAbsolute(arguments$dest), overwrite = isTRUE(arguments$overwrite))
  invisible(NULL)
}

.rxNoOtherHost <- function(what, arguments)
  if (length(arguments$sshHostname) && nzchar(arguments$sshHostname[[1L]]))
    .rxStop(paste0(what, ": sshHostname must be left out: it works on this machine, which reaches the cluster itself"))

.rxHadoopRun <- function(text) .rxHdfs("run", commandLine = text)

.rxLinesOf <- function(text) strsplit(text, "\n", fixed = TRUE)[[1L]]

.impl_rxHadoopCommand <- function(arguments, about) {
  .rxNoOtherHost("rxHadoopCommand", arguments)
  found <- .rxHadoopRun(arguments$cmd)
  if (!isTRUE(arguments$intern)) cat(found$output)
  if (nzchar(found$errors)) message(sub("\n$", "", found$errors))
  if (found$status != 0)
      warning("hadoop ", arguments$cmd, " ended with status ", found$status, call. = FALSE)
  if (!isTRUE(arguments$intern)) return(invisible(NULL))
  structure(.rxLinesOf(found$output), status = if (found$status != 0) as.integer(found$status))
}

.impl_rxHadoopVersion <- function(arguments, about) {
  found <- .rxHadoopRun("version")
  first <- c(.rxLinesOf(found$output), "")[[1L]]
  if (found$status != 0 || !startsWith(first, "Hadoop "))
      .rxStop(paste0("`hadoop version` does not say its version (status ", found$status, "): ",
          if (nzchar(found$errors)) found$errors else first))
  trimws(substring(first, 8L))
}

.impl_rxHadoopCopyFromClient <- function(arguments, about) {
  .rxNoOtherHost("rxHadoopCopyFromClient", arguments)
  if (is.null(arguments$hdfsDest) || !nzchar(arguments$hdfsDest))
      .rxStop("rxHadoopCopyFromClient: hdfsDest is missing: give a path")
  .rxHdfs("put", path = .rxAbsolute(arguments$source), target = arguments$hdfsDest)
  invisible(NULL)
}
