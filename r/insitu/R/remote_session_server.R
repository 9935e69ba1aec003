# The far end of a remote session (docs/remote-sessions.md): a process of R that answers calls of a client.

# Frames (src/sessions/near_end.hpp): the numbers are part of the wire format.
.rxFrameType <- list(hello = 1, block = 5, out = 8, end = 14, cancel = 15, call = 16, reply = 17, fail = 18)

.rxBlockBytes <- 1048576L

.rxFar <- new.env(parent = emptyenv())

# What a session's process is started for: serves one client until it hangs up.
.rxServeSession <- function() {
  .rxFar$home <- file.path(normalizePath(tempdir()), "session")
  .rxFar$plots <- file.path(normalizePath(tempdir()), "plots")
  dir.create(.rxFar$home, mode = "0700")
  setwd(.rxFar$home)
  .rxCall(insitu_far_start, tempdir())
  for (locale in c("C.UTF-8", "en_US.UTF-8"))
    if (!l10n_info()[["UTF-8"]]) suppressWarnings(Sys.setlocale("LC_CTYPE", locale))
  if (!"package:insitu" %in% search()) attachNamespace("insitu")
  .rxMaskForSession()
  options(device = .rxFarDevice)
  .rxFarSend(.rxFrameType$hello, 0, list(protocol = 1, language = "R", version = paste(R.version$major, R.version$minor,
      sep = "."), insitu = as.character(utils::packageVersion("insitu")), host = Sys.info()[["nodename"]],
      pid = Sys.getpid()))
  suspendInterrupts(while (!is.null(frame <- .rxCall(insitu_far_receive)))
    if (frame$type == .rxFrameType$call) .rxAnswer(frame))
  quit("no", runLast = FALSE)
}

.rxFarSend <- function(type, request, document = NULL, payload = NULL)
  .rxCall(insitu_far_send, type, request, document, payload)

# What makes no sense in a process without a console, or would end it under the client.
.rxMaskForSession <- function() {
  refuse <- function(name, instead) {
    force(name)
    force(instead)
    function(...) stop(name, "() is not there in a remote session", instead, call. = FALSE)
  }
  leave <- "; leave it with exit at the prompt, or remoteLogout()"
  masks <- list(q = refuse("q", leave), quit = refuse("quit", leave), browser = refuse("browser", ""),
      help = refuse("help", "; ask in the local one"))
  attach <- get("attach", baseenv())
  attach(masks, name = "insitu:remote", warn.conflicts = FALSE)
}

.rxAnswer <- function(frame) {
  # An interrupt that came when its call had ended is none of this one.
  tryCatch(allowInterrupts(Sys.sleep(0)), interrupt = function(e) NULL)
  answer <- tryCatch({
    op <- frame$document$op
    if (!is.character(op) || length(op) != 1L || is.null(.rxFarOperations[[op]]))
      stop("the remote session does not know this call; both sides need the same release of insitu")
    .rxFarOperations[[op]](frame$document, frame$payload, frame$request)
  }, error = function(e) list(failed = conditionMessage(e)), interrupt = function(e) list(document = list(
      interrupted = TRUE)))
  if (!is.null(answer$failed)) return(.rxFarSend(.rxFrameType$fail, frame$request, list(message = answer$failed)))
  .rxFarSend(.rxFrameType$reply, frame$request, answer$document, answer$payload)
}

# ---- code ------------------------------------------------------------------------------------------------------------

.rxFarExecute <- function(document, payload, request) {
  if (length(payload)) list2env(unserialize(payload), globalenv())
  before <- .rxFilesOfSession()
  unlink(.rxFar$plots, recursive = TRUE)
  .rxFar$devices <- integer()
  found <- .rxRunCode(document$code)
  for (number in intersect(.rxFar$devices, grDevices::dev.list())) grDevices::dev.off(number)
  after <- .rxFilesOfSession()
  known <- match(after$name, before$name)
  found$changedFiles <- .rxArray(after$name[is.na(known) | !(after$stamp %in% before$stamp)])
  found$plots <- .rxArray(list.files(.rxFar$plots))
  bytes <- NULL
  wanted <- unlist(document$outputs)
  if (is.null(found$error) && !found$interrupted && length(wanted)) bytes <- .rxObjectsAsBytes(wanted, "outputs")
  list(document = found, payload = bytes)
}

.rxRunCode <- function(code) {
  found <- list(interrupted = FALSE, error = NULL, warnings = list())
  parsed <- NULL
  say <- function(condition) {
    call <- conditionCall(condition)
    # Code at top level, and what is no code, is called by nobody but us.
    if (identical(call, quote(eval(each, globalenv()))) || is.null(parsed)) call <- NULL
    list(message = conditionMessage(condition), call = paste(.rxDeparsed(call), collapse = "\n"),
        classes = .rxArray(class(condition)))
  }
  tryCatch(allowInterrupts(withCallingHandlers({
    parsed <- parse(text = enc2utf8(code), keep.source = TRUE, encoding = "UTF-8")
    for (each in as.list(parsed)) {
      shown <- withVisible(eval(each, globalenv()))
      if (shown$visible) if (isS4(shown$value)) methods::show(shown$value) else print(shown$value)
    }
  }, warning = function(w) {
    level <- getOption("warn")
    if (level >= 2) return()
    if (level >= 0) found$warnings[[length(found$warnings) + 1L]] <<- say(w)
    invokeRestart("muffleWarning")
  })), error = function(e) found$error <<- say(e), interrupt = function(e) found$interrupted <<- TRUE)
  found
}

# Plots of a call become files of its own folder.
.rxFarDevice <- function(...) {
  dir.create(.rxFar$plots, showWarnings = FALSE, mode = "0700")
  grDevices::png(file.path(.rxFar$plots, paste0("plot", length(.rxFar$devices) + 1L, "-%03d.png")), width = 480,
      height = 480, type = if (capabilities("cairo")) "cairo" else getOption("bitmapType"))
  .rxFar$devices <- c(.rxFar$devices, grDevices::dev.cur())
}

# ---- objects ---------------------------------------------------------------------------------------------------------

.rxObjectsAsBytes <- function(names_of, argument) {
  missing <- names_of[!vapply(names_of, exists, NA, envir = globalenv(), inherits = FALSE)]
  if (length(missing))
    stop(argument, ": there is no object '", missing[[1L]],
        "' in the remote workspace; listRemoteWorkspace() lists them")
  serialize(mget(names_of, globalenv()), NULL, xdr = FALSE)
}

.rxFarPutObjects <- function(document, payload, request) {
  .rxAssignObjects(unserialize(payload), document$name)
  list()
}

# Objects into the workspace, or into a list of it.
.rxAssignObjects <- function(objects, name) {
  if (is.null(name)) return(invisible(list2env(objects, globalenv())))
  holder <- get0(name, globalenv(), inherits = FALSE)
  if (!is.list(holder)) holder <- list()
  holder[names(objects)] <- objects
  assign(name, holder, envir = globalenv())
}

# ---- files -----------------------------------------------------------------------------------------------------------

# The path of a file of the working directory: other places are not reached by a name.
.rxPathInside <- function(folder, name) {
  parts <- if (is.character(name) && length(name) == 1L && !is.na(name)) strsplit(name, "/", fixed = TRUE)[[1L]]
  if (!length(parts) || !all(nzchar(parts)) || any(parts %in% c(".", "..")))
    stop("filename must name a file of the remote working directory, without .. or / before it")
  file.path(folder, name)
}

.rxFileInside <- function(folder, name) {
  path <- .rxPathInside(folder, name)
  if (!utils::file_test("-f", path)) stop("there is no file '", name, "' in the remote working directory; ",
      "listRemoteFiles() lists them")
  path
}

.rxFilesOfSession <- function() {
  names_of <- list.files(.rxFar$home, recursive = TRUE, all.files = TRUE, no.. = TRUE)
  about <- file.info(file.path(.rxFar$home, names_of), extra_cols = FALSE)
  list(name = names_of, stamp = if (length(names_of)) paste(names_of, about$size, as.numeric(about$mtime)))
}

# Sends a file in blocks; both ends do.
.rxGiveFile <- function(path, send) {
  from <- file(path, "rb", raw = TRUE)
  on.exit(close(from))
  bytes <- 0
  while (length(block <- readBin(from, "raw", .rxBlockBytes))) {
    send(.rxFrameType$block, NULL, block)
    bytes <- bytes + length(block)
    allowInterrupts(Sys.sleep(0))
  }
  send(.rxFrameType$end, list(bytes = bytes), NULL)
}

# Takes a file that comes in blocks: written under another name, renamed when all of it is there. All blocks are taken
# whatever happens; a failure is told then. `take`(frame) returns whether more is to come.
.rxTakesFile <- function(path) {
  part <- tempfile(".part-", dirname(path))
  failure <- NULL
  trying <- function(code) tryCatch(code, error = function(e) failure <<- conditionMessage(e),
      warning = function(w) failure <<- conditionMessage(w))
  to <- trying(file(part, "wb"))
  list(take = function(frame) {
    if (frame$type == .rxFrameType$block) {
      if (is.null(failure)) trying(writeBin(frame$payload, to))
      return(TRUE)
    }
    if (inherits(to, "connection")) close(to)
    whole <- !isTRUE(frame$document$stopped)
    if (whole && is.null(failure) && !isTRUE(file.size(part) == frame$document$bytes))
      failure <<- "not all of it has come, or the disk is full"
    if (whole && is.null(failure)) trying(file.rename(part, path))
    unlink(part)
    FALSE
  }, abandon = function() {
    if (inherits(to, "connection")) try(close(to), silent = TRUE)
    unlink(part)
  }, failure = function() failure)
}

.rxFarPutFile <- function(document, payload, request) {
  path <- tryCatch(.rxPathInside(.rxFar$home, document$name), error = function(e) e)
  incoming <- if (!inherits(path, "error")) .rxTakesFile(path)
  repeat {
    frame <- .rxCall(insitu_far_receive)
    if (is.null(frame)) {
      if (!is.null(incoming)) incoming$abandon()
      quit("no", runLast = FALSE)
    }
    if (!is.null(incoming)) incoming$take(frame)
    if (frame$type != .rxFrameType$block) break
  }
  if (is.null(incoming)) stop(path)
  if (isTRUE(frame$document$stopped)) return(list(document = list(interrupted = TRUE)))
  if (!is.null(incoming$failure())) stop("'", document$name, "' cannot be written: ", incoming$failure())
  list()
}

.rxFarGive <- function(path, request) {
  .rxGiveFile(path, function(type, document, payload) .rxFarSend(type, request, document, payload))
  list()
}

# ---- snapshots -------------------------------------------------------------------------------------------------------

# Where snapshots of this user's sessions of R lie; theirs alone.
.rxSnapshotsFolder <- function() {
  folder <- Sys.getenv("INSITU_SNAPSHOTS_FOLDER")
  if (!nzchar(folder)) {
    state <- Sys.getenv("XDG_STATE_HOME")
    folder <- file.path(if (nzchar(state)) state else file.path(path.expand("~"), ".local", "state"), "insitu",
        "snapshots")
  }
  folder <- file.path(folder, "R")
  dir.create(folder, showWarnings = FALSE, recursive = TRUE, mode = "0700")
  .rxDemandOwn(folder)
}

# Objects are read from there: a place that others can write to is none.
.rxDemandOwn <- function(path) {
  about <- file.info(path)
  if (is.na(about$uid) || about$uid != file.info(tempdir())$uid || bitwAnd(as.integer(about$mode), 18L) != 0L)
    stop("'", path, "' is not the user's own, or others can write there; move it away, or chmod go-w")
  path
}

.rxSnapshot <- function(document) {
  id <- document$id
  if (!is.character(id) || length(id) != 1L || !grepl("^[0-9A-Za-z-]+$", id) ||
      !dir.exists(file.path(.rxSnapshotsFolder(), id)))
    stop("snapshot_id: there is no snapshot '", if (is.null(id)) "" else id[[1L]], "'; listSnapshots() lists them")
  .rxDemandOwn(file.path(.rxSnapshotsFolder(), id))
}

.rxStage <- function() {
  stage <- tempfile("snapshot-")
  dir.create(stage, mode = "0700")
  stage
}

.rxFarCreateSnapshot <- function(document, payload, request) {
  root <- .rxSnapshotsFolder()
  id <- paste0(format(Sys.time(), "%Y%m%d-%H%M%S-", tz = "UTC"), sub("^-", "", basename(tempfile("-"))))
  stage <- .rxStage()
  part <- file.path(root, paste0(".part-", id))
  on.exit(unlink(c(stage, part), recursive = TRUE))
  saveRDS(mget(ls(globalenv(), all.names = TRUE), globalenv()), file.path(stage, "workspace.rds"), compress = FALSE)
  dir.create(file.path(stage, "files"))
  inside <- list.files(.rxFar$home, all.files = TRUE, full.names = TRUE, no.. = TRUE)
  if (!all(file.copy(inside, file.path(stage, "files"), recursive = TRUE, copy.date = TRUE)))
    stop("the files of the remote working directory cannot be copied: the disk is full, or a file cannot be read")
  dir.create(part, mode = "0700")
  archive <- file.path(part, "snapshot.tar.gz")
  there <- setwd(stage)
  status <- tryCatch(suppressWarnings(utils::tar(archive, ".", compression = "gzip", tar = "internal")),
      finally = setwd(there))
  if (!identical(as.integer(status), 0L)) stop("the snapshot cannot be written to ", root)
  writeLines(enc2utf8(document$name), file.path(part, "name"), useBytes = TRUE)
  if (!file.rename(part, file.path(root, id))) stop("the snapshot cannot be written to ", root)
  list(document = list(id = id))
}

.rxFarLoadSnapshot <- function(document, payload, request) {
  archive <- file.path(.rxSnapshot(document), "snapshot.tar.gz")
  stage <- .rxStage()
  on.exit(unlink(stage, recursive = TRUE))
  utils::untar(archive, exdir = stage, tar = "internal")
  objects <- readRDS(file.path(stage, "workspace.rds"))
  inside <- list.files(file.path(stage, "files"), all.files = TRUE, full.names = TRUE, no.. = TRUE)
  if (!all(file.copy(inside, .rxFar$home, overwrite = TRUE, recursive = TRUE, copy.date = TRUE)))
    stop("the files of the snapshot cannot be written to the remote working directory")
  list2env(objects, globalenv())
  list()
}

.rxFarListSnapshots <- function(document, payload, request) {
  root <- .rxSnapshotsFolder()
  ids <- list.files(root)
  names_of <- vapply(ids, function(id) paste(readLines(file.path(root, id, "name"), warn = FALSE, encoding = "UTF-8"),
      collapse = "\n"), "")
  list(document = list(ids = .rxArray(ids), names = .rxArray(unname(names_of))))
}

.rxFarOperations <- list(
  execute = .rxFarExecute,
  workspace = function(document, payload, request) list(document = list(names = .rxArray(ls(globalenv())))),
  put_objects = .rxFarPutObjects,
  get_objects = function(document, payload, request) list(payload = .rxObjectsAsBytes(
      if (isTRUE(document$all)) ls(globalenv()) else unlist(document$names), "obj")),
  put_file = .rxFarPutFile,
  get_file = function(document, payload, request) .rxFarGive(.rxFileInside(.rxFar$home, document$name), request),
  get_plot = function(document, payload, request) .rxFarGive(.rxFileInside(.rxFar$plots, document$name), request),
  list_files = function(document, payload, request) list(document = list(names = .rxArray(.rxFilesOfSession()$name))),
  delete_file = function(document, payload, request) {
    if (unlink(.rxFileInside(.rxFar$home, document$name)) != 0L) stop("'", document$name, "' cannot be deleted")
    list()
  },
  inventory = function(document, payload, request) list(document = .rxInventory()),
  create_snapshot = .rxFarCreateSnapshot,
  load_snapshot = .rxFarLoadSnapshot,
  get_snapshot = function(document, payload, request) .rxFarGive(file.path(.rxSnapshot(document), "snapshot.tar.gz"),
      request),
  delete_snapshot = function(document, payload, request) {
    if (unlink(.rxSnapshot(document), recursive = TRUE) != 0L) stop("the snapshot cannot be deleted")
    list()
  },
  list_snapshots = .rxFarListSnapshots)

# What differs between two installations of R.
.rxInventory <- function() {
  found <- utils::installed.packages(fields = character())
  found <- found[!duplicated(found[, "Package"]), , drop = FALSE]
  list(version = paste(R.version$major, R.version$minor, sep = "."), platform = R.version$platform,
      packages = .rxArray(unname(found[, "Package"])), versions = .rxArray(unname(found[, "Version"])))
}
