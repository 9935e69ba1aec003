# The far end of a remote session (docs/remote-sessions.md): a process of R that answers calls of a client.

# Frames (src/sessions/near_end.hpp): the numbers are part of the wire format.
.rxFrameType <- list(hello = 1, block = 5, out = 8, end = 14, cancel = 15, call = 16, reply = 17, fail = 18)

# What HELLO says; both ends need the same.
.rxSessionProtocol <- 2

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
  .rxFarSend(.rxFrameType$hello, 0, list(protocol = .rxSessionProtocol, language = "R",
      version = paste(R.version$major, R.version$minor,
      sep = "."), insitu = as.character(utils::packageVersion("insitu")), host = Sys.info()[["nodename"]],
      pid = Sys.getpid()))
  suspendInterrupts(repeat {
    # What comes when a call has ended is none of the next one.
    tryCatch(allowInterrupts(Sys.sleep(0)), interrupt = function(e) NULL)
    frame <- .rxFarReceive()
    if (frame$type == .rxFrameType$call) .rxAnswer(frame)
  })
}

# The next frame; where there is none any more the process ends.
.rxFarReceive <- function() {
  frame <- .rxCall(insitu_far_receive)
  if (is.null(frame)) quit("no", runLast = FALSE)
  frame
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

# Interrupts are heard while a call runs, except where blocks of a file come, which are taken to their end.
.rxAnswer <- function(frame) {
  answer <- tryCatch({
    op <- frame$document$op
    payload <- .rxObjectsOfCall(frame$document)
    if (!is.character(op) || length(op) != 1L || is.null(.rxFarOperations[[op]]))
      stop("the remote session does not know this call; both sides need the same release of insitu")
    run <- function() .rxFarOperations[[op]](frame$document, payload, frame$request)
    if (op == "put_file") run()
    else allowInterrupts({
      found <- run()
      if (!is.null(found$payload)) .rxGiveBytes(found$payload, function(type, document, block)
          suspendInterrupts(.rxFarSend(type, frame$request, document, block)))
      found
    })
  }, error = function(e) list(failed = .rxMessageOf(e)), interrupt = function(e) list(document = list(
      interrupted = TRUE)))
  if (is.null(answer$failed)) {
    sent <- tryCatch(.rxFarSend(.rxFrameType$reply, frame$request, answer$document), error = identity)
    if (!inherits(sent, "error")) return(invisible())
    answer$failed <- .rxMessageOf(sent)
  }
  .rxFarSend(.rxFrameType$fail, frame$request, list(message = answer$failed))
}

# The bytes of the objects that go with a call, NULL where it has none.
.rxObjectsOfCall <- function(document) {
  if (!isTRUE(document$objects)) return(NULL)
  incoming <- .rxTakesBytes()
  while (incoming$take(frame <- .rxFarReceive())) NULL
  if (isTRUE(frame$document$stopped)) stop(structure(class = c("interrupt", "condition"), list(message = "", call =
      NULL)))
  if (!incoming$whole()) stop("not all of the objects have come")
  incoming$content()
}

# The text of a condition, whatever its class makes of that, in UTF-8.
.rxMessageOf <- function(condition) {
  text <- tryCatch(paste(as.character(conditionMessage(condition)), collapse = "\n"), error = function(e)
      "<its text cannot be had>")
  .rxValidText(text)
}

# Texts in UTF-8; bytes that are none are shown as <ff>.
.rxValidText <- function(text) {
  text <- enc2utf8(text)
  odd <- !validUTF8(text)
  text[odd] <- iconv(text[odd], "UTF-8", "UTF-8", sub = "byte")
  text
}

# ---- code ------------------------------------------------------------------------------------------------------------

.rxFarExecute <- function(document, payload, request) {
  if (!is.null(payload)) list2env(unserialize(payload), globalenv())
  before <- .rxFilesOfSession()
  unlink(.rxFar$plots, recursive = TRUE, expand = FALSE)
  .rxFar$devices <- integer()
  found <- .rxRunCode(document$code)
  for (number in intersect(.rxFar$devices, grDevices::dev.list())) try(grDevices::dev.off(number), silent = TRUE)
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
    list(message = .rxMessageOf(condition), call = .rxValidText(paste(.rxDeparsed(call), collapse = "\n")),
        classes = .rxArray(.rxValidText(class(condition))))
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
  holder <- .rxListNamed(name)
  holder[names(objects)] <- objects
  assign(name, holder, envir = globalenv())
}

# The list of that name in the workspace, or a new one. Something else is left alone. `caller`: of the near side.
.rxListNamed <- function(name, caller = NULL) {
  holder <- get0(name, globalenv(), inherits = FALSE, ifnotfound = list())
  if (!is.list(holder) || is.object(holder))
    .rxStop(paste0(if (!is.null(caller)) paste0(caller, ": "), "name: ", name,
        " is there already and is no list; choose another name, or remove it first"))
  holder
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
    # Names are names: without expand = FALSE, "a*" would be a pattern.
    if (unlink(.rxFileInside(.rxFar$home, document$name), expand = FALSE) != 0L)
      stop("'", document$name, "' cannot be deleted")
    list()
  },
  inventory = function(document, payload, request) list(document = .rxInventory()),
  create_snapshot = .rxFarCreateSnapshot,
  load_snapshot = .rxFarLoadSnapshot,
  get_snapshot = function(document, payload, request) .rxFarGive(.rxArchiveOf(document), request),
  delete_snapshot = function(document, payload, request) {
    if (unlink(.rxSnapshot(document), recursive = TRUE, expand = FALSE) != 0L) stop("the snapshot cannot be deleted")
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
