# Remote sessions (docs/remote-sessions.md): the client's side. A session is a process of R, here or on another machine,
# whose workspace is used from here: remoteLogin, remoteExecute, remoteLogout.

.rxRemote <- new.env(parent = emptyenv())

#' Starts a session of R on another machine, through ssh.
remoteLogin <- function(deployr_endpoint, session = TRUE, diff = TRUE, commandline = TRUE, prompt = "REMOTE> ",
    username = NULL, password = NULL, sshSwitches = NULL, command = NULL) {
  for (flag in c("session", "diff", "commandline")) .rxFlag(get(flag), flag, "remoteLogin")
  if (!is.null(password))
    .rxStop("remoteLogin: password is not taken: ssh logs in with the keys and the agent of the user; leave it out")
  if (!is.null(.rxRemote$session))
    .rxStop(paste0("remoteLogin: there is a remote session on ", .rxRemote$session$name,
        "; end it with remoteLogout()"))
  # In a script there is no prompt to go to; one that is asked for cannot be had.
  if (session && commandline && !missing(commandline)) .rxDemandConsole("remoteLogin: commandline = TRUE")
  where <- .rxEndpoint(deployr_endpoint, username, sshSwitches)
  line <- .rxCall(insitu_near_start, .rxSessionCommand(where, command), where$name)
  hello <- .rxCall(insitu_near_receive, line)
  about <- hello$document
  if (hello$type != .rxFrameType$hello || !is.list(about) || !isTRUE(all.equal(about$protocol, .rxSessionProtocol)) ||
      !identical(about$language, "R")) {
    .rxCall(insitu_near_close, line)
    .rxStop(paste0("remoteLogin: what was started on ", where$name, " is not a session of R of this release of insitu"),
        "rxWorkerError")
  }
  if (!session) {
    .rxCall(insitu_near_close, line)
    return(invisible(TRUE))
  }
  .rxRemote$session <- list2env(list(line = line, name = where$name, about = about, prompt = prompt, calls = 0),
      parent = emptyenv())
  if (diff) diffLocalRemote()
  if (commandline && interactive()) remoteCommandLine(prompt)
  invisible(TRUE)
}

#' Ends the remote session; what its workspace and its working directory hold is gone.
remoteLogout <- function() {
  session <- .rxRemoteSession("remoteLogout")
  .rxRemote$session <- NULL
  .rxCall(insitu_near_close, session$line)
  invisible(TRUE)
}

.rxFlag <- function(value, name, caller) if (!is.logical(value) || length(value) != 1L || is.na(value))
  .rxStop(paste0(caller, ": ", name, " must be TRUE or FALSE, not ", .rxShow(value)))

.rxDemandConsole <- function(what) if (!interactive())
  .rxStop(paste0(what, " needs a console to type at; in a script use remoteExecute and remoteScript"), "rxUnsupported")

# Where a session is to run: on this machine, or on one that ssh reaches.
.rxEndpoint <- function(endpoint, username, switches) {
  if (!is.character(endpoint) || length(endpoint) != 1L || is.na(endpoint) || !grepl("^(local:$|ssh://.)", endpoint))
    .rxStop(paste0("remoteLogin: deployr_endpoint must be \"ssh://user@host:port\" (user and port may be left out), or ",
        "\"local:\" for a session on this machine, not ", .rxShow(endpoint)))
  for (name in c("username", "switches")) {
    value <- get(name)
    if (!is.null(value) && (!is.character(value) || length(value) != 1L || is.na(value)))
      .rxStop(paste0("remoteLogin: ", if (name == "switches") "sshSwitches" else name, " must be a text, not ",
          .rxShow(value)))
  }
  local <- endpoint == "local:"
  list(local = local, name = if (local) "this machine" else sub("/+$", "", sub("^ssh://", "", endpoint)),
      endpoint = endpoint, username = username, switches = switches)
}

# The command line that starts the far end: the one place that knows how other machines are reached.
.rxSessionCommand <- function(where, command) {
  if (!is.null(command) && !(is.character(command) && length(command) && !anyNA(command)))
    .rxStop(paste0("remoteLogin: command must be the words that start Rscript, not ", .rxShow(command)))
  serve <- "insitu:::.rxServeSession()"
  if (where$local) {
    if (is.null(command)) command <- file.path(R.home("bin"), "Rscript")
    serve <- paste0(".libPaths(", paste(deparse(.libPaths(), width.cutoff = 500L), collapse = ""), "); ", serve)
  }
  words <- c(if (is.null(command)) "Rscript" else command, "--no-save", "--no-restore", "-e", serve)
  if (where$local) return(words)
  request <- .rxNewRequest("ssh_command", sshHostname = where$endpoint, command = .rxArray(words))
  .rxAdd(request, sshUsername = where$username, sshSwitches = where$switches)
  .rxRun(request, 0)$argv
}

.rxRemoteSession <- function(caller) {
  if (is.null(.rxRemote$session))
    .rxStop(paste0(caller, ": there is no remote session; start one with remoteLogin(\"ssh://user@host\")"))
  .rxRemote$session
}

# A frame into the queue of the line.
.rxPutNear <- function(line, type, number, document, payload)
  .rxCall(insitu_near_put, line, type, number, document, payload)

# One call of the far end: its answer, a list of document and payload. `objects` are bytes that go with the call;
# `give`(send) sends a file behind it, `take`(frame) gets one that comes. Ctrl-C interrupts the call there, a second one
# gives the session up. Output of the far process is shown as it comes, and kept. What fails here is told when the
# answer has come: both ends agree then on where they are.
.rxAskRemote <- function(caller, document, objects = NULL, give = NULL, take = NULL) {
  session <- .rxRemoteSession(caller)
  session$calls <- number <- session$calls + 1
  if (!is.null(objects)) {
    document$objects <- TRUE
    give <- function(send) .rxGiveBytes(objects, send)
  }
  incoming <- .rxTakesBytes()
  if (is.null(take)) take <- incoming$take
  agreed <- FALSE
  # Whatever else ends this, the two ends do not agree any more on where they are.
  on.exit(if (!agreed) {
    .rxRemote$session <- NULL
    .rxCall(insitu_near_close, session$line)
  })
  interrupts <- 0L
  stopped <- FALSE
  given_up <- function() .rxStop(paste0(caller, ": the remote session on ", session$name,
      " did not stop and was given up"), "rxWorkerError")
  send <- function(type, document, payload) {
    .rxPutNear(session$line, type, number, document, payload)
    repeat {
      done <- tryCatch({
        allowInterrupts(.rxCall(insitu_near_flush, session$line))
        TRUE
      }, interrupt = function(e) FALSE)
      if (done) return(invisible())
      interrupts <<- interrupts + 1L
      if (interrupts > 1L) given_up()
      if (type == .rxFrameType$block) signalCondition(structure(class = c("interrupt", "condition"), list(message = "",
          call = NULL)))
    }
  }
  said <- character()
  answer <- failure <- unsaid <- NULL
  suspendInterrupts({
    send(.rxFrameType$call, document, NULL)
    # A file is sent to its end, or said to be stopped: the far end waits for that.
    if (!is.null(give)) {
      ended <- FALSE
      give_on <- function(type, document, payload) {
        ended <<- ended || type == .rxFrameType$end
        send(type, document, payload)
      }
      stop_giving <- function() if (!ended) {
        stopped <<- TRUE
        send(.rxFrameType$end, list(stopped = TRUE), NULL)
      }
      unreadable <- function(e) {  # the file, not the line
        failure <<- conditionMessage(e)
        stop_giving()
      }
      tryCatch(give(give_on), insitu_error = stop, interrupt = function(e) {
        interrupts <<- max(interrupts, 1L)
        stop_giving()
      }, warning = unreadable, error = unreadable)
    }
    if (interrupts && !stopped) send(.rxFrameType$cancel, NULL, NULL)  # pressed while the last frames were sent
    while (is.null(answer)) {
      frame <- tryCatch(allowInterrupts(.rxCall(insitu_near_receive, session$line)), interrupt = function(e) NULL)
      if (is.null(frame)) {
        interrupts <- interrupts + 1L
        if (interrupts > 1L) given_up()
        send(.rxFrameType$cancel, NULL, NULL)
      } else if (!is.list(frame$document)) {
        .rxStop(paste0("the remote session on ", session$name, " has sent what is no document"), "rxWorkerError")
      } else if (frame$type == .rxFrameType$out) {
        said <- c(said, frame$payload)
        if (is.null(unsaid)) tryCatch(cat(frame$payload, file = if (frame$request == 1) stdout() else stderr()), error =
            function(e) unsaid <<- conditionMessage(e))
      } else if (frame$request != number) {
        .rxStop(paste0("the remote session on ", session$name, " answers what was not asked"), "rxWorkerError")
      } else if (frame$type %in% c(.rxFrameType$block, .rxFrameType$end)) take(frame)
      else if (frame$type %in% c(.rxFrameType$reply, .rxFrameType$fail)) answer <- frame
      else .rxStop(paste0("the remote session on ", session$name, " sends what was not asked for"), "rxWorkerError")
    }
  })
  op <- document$op
  answer <- list(document = .rxCheckedAnswer(if (answer$type == .rxFrameType$fail) "fail" else op, answer$document,
      session$name), failed = answer$type == .rxFrameType$fail)
  answer$interrupted <- isTRUE(answer$document$interrupted) || interrupts > 0L && op != "execute"
  if (incoming$begun() && !incoming$whole() && !answer$interrupted && !answer$failed)
    .rxStop(paste0("the remote session on ", session$name, " has not sent all that it began to send"), "rxWorkerError")
  agreed <- TRUE
  if (!is.null(failure)) .rxStop(paste0(caller, ": the file cannot be read: ", failure), "rxDataError")
  if (answer$failed) .rxStop(paste0(caller, ": ", answer$document$message))
  if (!is.null(unsaid)) .rxStop(paste0(caller, ": what the remote session printed cannot be shown here: ", unsaid),
      "rxDataError")
  answer$payload <- incoming$content()
  answer$said <- paste(said, collapse = "")
  answer
}

# The fields of the answer of each call. Those of a call that was interrupted may be missing.
.rxAnswers <- list(fail = list(message = "text"), workspace = list(names = "texts"), list_files = list(names = "texts"),
    list_snapshots = list(ids = "texts", names = "texts"), create_snapshot = list(id = "text", left = "texts"),
    inventory = list(version = "text", platform = "text", packages = "texts", versions = "texts"),
    execute = list(changedFiles = "texts", plots = "texts", warnings = "conditions", error = "condition"))

# The document of an answer, its fields looked at before anything else does.
.rxCheckedAnswer <- function(call, document, name) {
  is_text <- function(x) is.character(x) && length(x) == 1L
  is_condition <- function(x) is.list(x) && is_text(x$message) && is_text(x$call)
  checks <- list(text = is_text, texts = function(x) is.character(x) || is.list(x) && !length(x) || is.null(x),
      conditions = function(x) is.null(x) || is.list(x) && all(vapply(x, is_condition, NA)),
      condition = function(x) is.null(x) || is_condition(x))
  wanted <- .rxAnswers[[call]]
  wrong <- function(what) .rxStop(paste0("the remote session on ", name, " has sent what is no answer to ", call, ": ",
      what, " is missing or wrong"), "rxWorkerError")
  if (!is.list(document)) wrong("the document")
  if (isTRUE(document$interrupted) && call != "fail") return(document)
  for (field in names(wanted)) if (!checks[[wanted[[field]]]](document[[field]])) wrong(field)
  for (pair in list(c("ids", "names"), c("packages", "versions")))
    if (all(pair %in% names(wanted)) && length(document[[pair[[1L]]]]) != length(document[[pair[[2L]]]]))
      wrong(pair[[2L]])
  document
}

.rxInterrupted <- function(caller) .rxRaise(list(code = 5L, message = paste0(caller, ": interrupted")))

# .rxAskRemote, for calls of which nothing is left when they are interrupted.
.rxAskFinished <- function(caller, document, ...) {
  answer <- .rxAskRemote(caller, document, ...)
  if (answer$interrupted) .rxInterrupted(caller)
  answer
}

# ---- code ------------------------------------------------------------------------------------------------------------

#' Runs code of R, or a script, in the remote session.
remoteExecute <- function(rcode, script = FALSE, inputs = NULL, outputs = NULL, displayPlots = FALSE,
    writePlots = FALSE, recPlots = FALSE) {
  for (flag in c("script", "displayPlots", "writePlots", "recPlots")) .rxFlag(get(flag), flag, "remoteExecute")
  .rxRemoteSession("remoteExecute")
  if (!is.character(rcode) || !length(rcode) || anyNA(rcode) || script && length(rcode) != 1L)
    .rxStop(paste0("remoteExecute: rcode must be code of R as text, or the name of a script, not ", .rxShow(rcode)))
  if (!is.null(outputs) && (!is.character(outputs) || anyNA(outputs)))
    .rxStop(paste0("remoteExecute: outputs must be names of objects, not ", .rxShow(outputs)))
  if (script) {
    rcode <- .rxTextOfScript(rcode)
  }
  inputs <- .rxRemoteInputs(inputs)
  answer <- .rxAskRemote("remoteExecute", list(op = "execute", code = .rxArray(enc2utf8(rcode)), outputs =
      .rxArray(outputs)), if (length(inputs)) serialize(inputs, NULL, xdr = FALSE))
  found <- answer$document
  plots <- if (displayPlots || writePlots) .rxFetchPlots(found$plots, if (writePlots) getwd() else tempdir())
  result <- structure(list(success = is.null(found$error) && !answer$interrupted, errorMessage = found$error$message,
      outputParameters = if (length(answer$payload)) .rxObjectsOf(answer$payload), consoleOutput = answer$said,
      warnings = vapply(found$warnings, function(w) w$message, ""), changedFiles = as.character(found$changedFiles),
      plots = as.character(plots)), class = "rxRemoteResult")
  for (w in found$warnings) warning(structure(class = c("rxRemoteWarning", "warning", "condition"),
      list(message = w$message, call = .rxCallOf(w$call))))
  if (answer$interrupted) .rxInterrupted("remoteExecute")
  if (!is.null(found$error)) stop(structure(class = c("rxRemoteError", "rxUserCodeError", "insitu_error", "error",
      "condition"), list(message = found$error$message, call = .rxCallOf(found$error$call), result = result,
      classes = found$error$classes)))
  if (displayPlots) .rxDisplayPlots(plots)
  invisible(result)
}

#' Runs a script in the remote session.
remoteScript <- function(name, inputs = NULL, outputs = NULL, displayPlots = TRUE, writePlots = TRUE, recPlots = TRUE,
    async = FALSE, closeOnComplete = FALSE) {
  .rxFlag(async, "async", "remoteScript")
  if (async) .rxStop("remoteScript: async = TRUE is not there: run a second session of R, or rxExec as a job",
      "rxUnsupported")
  remoteExecute(name, script = TRUE, inputs = inputs, outputs = outputs, displayPlots = displayPlots,
      writePlots = writePlots, recPlots = recPlots)
}

print.rxRemoteResult <- function(x, ...) {
  cat("Remote execution:", if (x$success) "finished" else paste("failed:", x$errorMessage), "\n")
  for (each in c("outputParameters", "changedFiles", "plots")) if (length(x[[each]]))
    cat("  ", each, ": ", paste(if (each == "outputParameters") names(x[[each]]) else x[[each]], collapse = ", "), "\n",
        sep = "")
  invisible(x)
}

# Objects by name: a named list, or JSON as the original takes it: [{"name": "x", "value": 120}].
.rxRemoteInputs <- function(inputs) {
  if (is.null(inputs)) return(NULL)
  wrong <- function(why) .rxStop(paste0("remoteExecute: inputs must be a named list, or JSON of names and values as ",
      "[{\"name\": \"x\", \"value\": 120}]", why))
  if (is.character(inputs) && length(inputs) == 1L && !is.na(inputs)) {
    given <- tryCatch(.rxCall(insitu_list_of_json, inputs), insitu_error = function(e) wrong(paste0(", not ",
        .rxShow(inputs))))
    named <- is.list(given) && all(vapply(given, function(each) is.list(each) && is.character(each$name) &&
        length(each$name) == 1L && "value" %in% names(each), NA))
    if (!named) wrong(paste0(", not ", .rxShow(inputs)))
    inputs <- lapply(given, function(each) {
      columns <- each$value
      if (is.list(columns) && length(columns) && !is.null(names(columns)) && all(vapply(columns, is.atomic, NA)) &&
          length(unique(lengths(columns))) == 1L) as.data.frame(columns, optional = TRUE) else columns
    })
    names(inputs) <- vapply(given, function(each) each$name, "")
  }
  if (!is.list(inputs) || length(inputs) && (is.null(names(inputs)) || !all(nzchar(names(inputs)))))
    wrong(paste0(", not ", .rxShow(inputs)))
  inputs
}

.rxTextOfScript <- function(path) {
  if (!.rxAreFiles(path)) .rxStop(paste0("remoteExecute: there is no file '", path, "'"))
  lines <- tryCatch(readLines(normalizePath(path), warn = FALSE, encoding = "UTF-8"), error = identity, warning =
      identity)
  if (inherits(lines, "condition"))
    .rxStop(paste0("remoteExecute: the script '", path, "' cannot be read: ", conditionMessage(lines)))
  if (!all(validUTF8(lines))) .rxStop(paste0("remoteExecute: the script '", path, "' is no text in UTF-8"))
  if (length(lines)) lines[[1L]] <- sub("^\ufeff", "", lines[[1L]])
  lines
}

# Objects that the far end has sent. It is trusted as any code is that the user runs.
.rxObjectsOf <- function(payload) {
  force(payload)
  objects <- tryCatch(unserialize(payload), error = function(e)
      .rxStop(paste0("the objects of the remote session cannot be made here: ", conditionMessage(e)), "rxDataError"))
  if (!is.list(objects) || length(objects) && is.null(names(objects)))
    .rxStop("the remote session has sent what are no objects", "rxDataError")
  objects
}

# A call as it was printed there, for the message.
.rxCallOf <- function(text) if (is.character(text) && !identical(text, "NULL"))
  tryCatch(str2lang(text), error = function(e) NULL)

# ---- plots -----------------------------------------------------------------------------------------------------------

# Files in the folder; what they are called is our matter, no file is replaced.
.rxFetchPlots <- function(names_of, folder) {
  number <- 0L
  vapply(as.character(names_of), function(name) {
    repeat {
      number <<- number + 1L
      path <- file.path(folder, sprintf("remotePlot%03d.png", number))
      if (!file.exists(path)) break
    }
    .rxFetchFile("remoteExecute", list(op = "get_plot", name = name), path)
    path
  }, "", USE.NAMES = FALSE)
}

.rxFetchFile <- function(caller, document, path) {
  incoming <- .rxTakesFile(path)
  on.exit(incoming$abandon())
  .rxAskFinished(caller, document, take = incoming$take)
  if (!incoming$whole()) .rxStop(paste0(caller, ": '", path, "' cannot be written: ", incoming$failure()),
      "rxDataError")
  on.exit()
  invisible(path)
}

.rxDisplayPlots <- function(plots) if (interactive()) for (each in plots) {
  if (!requireNamespace("png", quietly = TRUE)) utils::browseURL(each)
  else {
    graphics::plot.new()
    graphics::rasterImage(getExportedValue("png", "readPNG")(each), 0, 0, 1, 1)
  }
}
