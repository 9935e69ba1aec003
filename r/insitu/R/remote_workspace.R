# What a remote session holds: objects, files, snapshots (docs/remote-sessions.md).

#' Names of the objects of the remote workspace.
listRemoteWorkspace <- function() as.character(.rxAskFinished("listRemoteWorkspace",
    list(op = "workspace"))$document$names)

#' Copies objects of the local workspace to the remote one.
putLocalObject <- function(obj, name = NULL) {
  .rxNamesOfObjects(obj, "putLocalObject")
  missing <- obj[!vapply(obj, exists, NA, envir = globalenv())]
  if (length(missing)) .rxStop(paste0("putLocalObject: obj: there is no object '", missing[[1L]], "'"))
  .rxPutObjects("putLocalObject", mget(obj, globalenv(), inherits = TRUE), name)
}

#' Copies objects of the remote workspace to the local one.
getRemoteObject <- function(obj, name = NULL) {
  .rxNamesOfObjects(obj, "getRemoteObject")
  .rxGetObjects("getRemoteObject", list(op = "get_objects", names = .rxArray(obj)), name)
}

#' Copies all objects of the local workspace to the remote one.
putLocalWorkspace <- function() .rxPutObjects("putLocalWorkspace", as.list(globalenv()), NULL)

#' Copies all objects of the remote workspace to the local one.
getRemoteWorkspace <- function() .rxGetObjects("getRemoteWorkspace", list(op = "get_objects", all = TRUE), NULL)

.rxNamesOfObjects <- function(obj, caller) if (!is.character(obj) || !length(obj) || anyNA(obj))
  .rxStop(paste0(caller, ": obj must be names of objects, not ", .rxShow(obj)))

.rxHolder <- function(name, caller) {
  if (!is.null(name) && !(is.character(name) && length(name) == 1L && !is.na(name) && nzchar(name)))
    .rxStop(paste0(caller, ": name must be the name of a list, not ", .rxShow(name)))
  name
}

.rxPutObjects <- function(caller, objects, name) {
  document <- list(op = "put_objects")
  document$name <- .rxHolder(name, caller)
  .rxAskFinished(caller, document, serialize(objects, NULL, xdr = FALSE))
  invisible(objects)
}

.rxGetObjects <- function(caller, document, name) {
  .rxHolder(name, caller)
  if (!is.null(name)) .rxListNamed(name, caller)
  objects <- .rxObjectsOf(.rxAskFinished(caller, document)$payload)
  .rxAssignObjects(objects, name)
  invisible(objects)
}

# ---- files -----------------------------------------------------------------------------------------------------------

#' Names of the files of the remote working directory.
listRemoteFiles <- function() as.character(.rxAskFinished("listRemoteFiles", list(op = "list_files"))$document$names)

#' Copies a file to the remote working directory.
putLocalFile <- function(filename) {
  .rxFileName(filename, "putLocalFile")
  if (!.rxAreFiles(filename)) .rxStop(paste0("putLocalFile: there is no file '", filename, "'"))
  .rxAskFinished("putLocalFile", list(op = "put_file", name = basename(filename)), give = function(send)
      .rxGiveFile(filename, send))
  invisible(TRUE)
}

#' The content of a file of the remote working directory, or its copy in a local file.
getRemoteFile <- function(filename, as = "text", file = NULL) {
  .rxFileName(filename, "getRemoteFile")
  if (!is.character(as) || length(as) != 1L || !as %in% c("text", "raw"))
    .rxStop(paste0("getRemoteFile: as must be \"text\" or \"raw\", not ", .rxShow(as)))
  document <- list(op = "get_file", name = filename)
  if (!is.null(file)) return(invisible(.rxFetchFile("getRemoteFile", document, .rxNewFile(file, "getRemoteFile"))))
  bytes <- .rxFetchBytes("getRemoteFile", document)
  if (as == "raw") return(bytes)
  if (any(bytes == as.raw(0L)))
    .rxStop(paste0("getRemoteFile: '", filename, "' is no text: use as = \"raw\", or name a file for it"))
  text <- rawToChar(bytes)
  if (validUTF8(text)) Encoding(text) <- "UTF-8"
  text
}

#' Deletes a file of the remote working directory.
deleteRemoteFile <- function(filename) {
  .rxFileName(filename, "deleteRemoteFile")
  .rxAskFinished("deleteRemoteFile", list(op = "delete_file", name = filename))
  invisible(TRUE)
}

.rxFileName <- function(name, caller) if (!is.character(name) || length(name) != 1L || is.na(name) || !nzchar(name))
  .rxStop(paste0(caller, ": filename must be the name of a file, not ", .rxShow(name)))

# A file that can be made: its folder is there.
.rxNewFile <- function(file, caller) {
  if (!is.character(file) || length(file) != 1L || is.na(file) || !nzchar(file))
    .rxStop(paste0(caller, ": file must be the name of a file, not ", .rxShow(file)))
  if (!dir.exists(dirname(file))) .rxStop(paste0(caller, ": the folder of file does not exist: '", dirname(file), "'"))
  file
}

.rxFetchBytes <- function(caller, document) .rxAskFinished(caller, document)$payload

# ---- snapshots -------------------------------------------------------------------------------------------------------

#' Saves the remote workspace and working directory on the remote machine.
createSnapshot <- function(name = "") {
  if (!is.character(name) || length(name) != 1L || is.na(name))
    .rxStop(paste0("createSnapshot: name must be a text, not ", .rxShow(name)))
  found <- .rxAskFinished("createSnapshot", list(op = "create_snapshot", name = enc2utf8(name)))$document
  left <- as.character(found$left)
  if (length(left)) warning("createSnapshot: left out, because they are no files: ", paste(left, collapse = ", "),
      call. = FALSE)
  found$id
}

#' Brings a snapshot into the remote session.
loadSnapshot <- function(snapshot_id) .rxOfSnapshot("loadSnapshot", "load_snapshot", snapshot_id)

#' Deletes a snapshot.
deleteSnapshot <- function(snapshot_id) .rxOfSnapshot("deleteSnapshot", "delete_snapshot", snapshot_id)

.rxOfSnapshot <- function(caller, op, id) {
  .rxAskFinished(caller, list(op = op, id = .rxSnapshotId(id, caller)))
  invisible(TRUE)
}

.rxSnapshotId <- function(id, caller) {
  if (!is.character(id) || length(id) != 1L || is.na(id))
    .rxStop(paste0(caller, ": snapshot_id must be the id of a snapshot, not ", .rxShow(id)))
  unname(id)
}

#' The ids of the snapshots of the user, named as they were created.
listSnapshots <- function() {
  found <- .rxAskFinished("listSnapshots", list(op = "list_snapshots"))$document
  ids <- as.character(found$ids)
  names(ids) <- as.character(found$names)
  ids
}

#' A snapshot as bytes, or in a local file (.tar.gz).
downloadSnapshot <- function(snapshot_id, file = NULL) {
  document <- list(op = "get_snapshot", id = .rxSnapshotId(snapshot_id, "downloadSnapshot"))
  if (is.null(file)) return(.rxFetchBytes("downloadSnapshot", document))
  .rxFetchFile("downloadSnapshot", document, .rxNewFile(file, "downloadSnapshot"))
  invisible(TRUE)
}

# ---- what differs ----------------------------------------------------------------------------------------------------

#' Says how the local and the remote installation of R differ.
diffLocalRemote <- function() {
  there <- .rxAskFinished("diffLocalRemote", list(op = "inventory"))$document
  here <- .rxInventory()
  versions_of <- function(side) {
    versions <- as.character(side$versions)
    names(versions) <- as.character(side$packages)
    versions
  }
  local <- versions_of(here)
  remote <- versions_of(there)
  both <- intersect(names(local), names(remote))
  other <- both[local[both] != remote[both]]
  found <- structure(list(versions = c(local = here$version, remote = there$version),
      platforms = c(local = here$platform, remote = there$platform),
      missing = setdiff(names(local), names(remote)),
      differing = data.frame(package = other, local = unname(local[other]), remote = unname(remote[other]),
          stringsAsFactors = FALSE)), class = "rxRemoteDiff")
  print(found)
  invisible(found)
}

print.rxRemoteDiff <- function(x, ...) {
  cat("R here:      ", x$versions[["local"]], " (", x$platforms[["local"]], ")\n", sep = "")
  cat("R there:     ", x$versions[["remote"]], " (", x$platforms[["remote"]], ")\n", sep = "")
  cat(strwrap(if (length(x$missing)) paste(x$missing, collapse = ", ") else "nothing", width = 100, initial =
      "Not there:   ", exdent = 13), sep = "\n")
  if (!nrow(x$differing)) cat("Differing:   nothing\n")
  else {
    cat("Differing:\n")
    print(x$differing, row.names = FALSE)
  }
  invisible(x)
}

# ---- the prompt ------------------------------------------------------------------------------------------------------

#' Reads code at a prompt of its own and runs it in the remote session, until pause or exit.
remoteCommandLine <- function(prompt = "REMOTE> ", displayPlots = TRUE, writePlots = FALSE, recPlots = TRUE) {
  .rxRemoteSession("remoteCommandLine")
  .rxDemandConsole("remoteCommandLine")
  .rxReadAndRun(readline, prompt, displayPlots, writePlots)
}

#' Back to the prompt of the remote session.
resume <- function() {
  session <- .rxRemoteSession("resume")
  .rxDemandConsole("resume")
  .rxReadAndRun(readline, session$prompt, TRUE, FALSE)
}

#' At the prompt of the remote session: back to the local one.
pause <- function() {
  message("This is the local session; pause() is for the prompt of a remote one, to which resume() leads.")
  invisible()
}

# The loop behind the prompt; `read`(prompt) gives a line.
.rxReadAndRun <- function(read, prompt, displayPlots, writePlots) {
  lines <- character()
  while (!is.null(.rxRemote$session)) {
    line <- tryCatch(read(if (length(lines)) "REMOTE+ " else prompt), interrupt = function(e) NULL)
    if (is.null(line)) {
      lines <- character()
      cat("\n")
      next
    }
    if (!length(lines)) switch(gsub("[[:space:]]|\\(\\)$|\\(\\);?$", "", line), pause = return(invisible()), exit = ,
        q = , quit = return(invisible(remoteLogout())))
    lines <- c(lines, line)
    if (.rxIsBegun(lines)) next
    withCallingHandlers(tryCatch(remoteExecute(lines, displayPlots = displayPlots, writePlots = writePlots),
        error = function(e) message("Error", .rxIn(e), ": ", conditionMessage(e)), interrupt = function(e) cat("\n")),
        warning = function(w) {
      message("Warning", .rxIn(w), ": ", conditionMessage(w))
      invokeRestart("muffleWarning")
    })
    lines <- character()
  }
  invisible()
}

.rxIn <- function(condition) {
  call <- conditionCall(condition)
  if (is.null(call)) "" else paste0(" in ", .rxDeparsed(call)[[1L]])
}

# Whether lines are the beginning of code that goes on.
.rxIsBegun <- function(lines) {
  tryCatch({
    parse(text = lines)
    FALSE
  }, error = function(e) grepl("unexpected end of input|unexpected INCOMPLETE_STRING", conditionMessage(e)))
}
