# Jobs: requests that a process of their own runs, which outlives this one (docs/jobs.md).

# Whether a call waits for its result.
.rxWaits <- function(request) .rxWaitsIn(attr(request$document$context, "of", exact = TRUE))
.rxWaitsIn <- function(context) is.null(context) || isTRUE(context@wait) || isTRUE(.rxState$waiting)

# Evaluates code whose calls wait in every context.
.rxWaiting <- function(code) {
  before <- .rxState$waiting
  on.exit(.rxState$waiting <- before)
  .rxState$waiting <- TRUE
  force(code)
}

# What a public function returns: what .rxMakers[[kind]] makes of the reply and of `...`, or, in a context that does not
# wait, a job that will have it.
.rxFinish <- function(request, reportProgress, kind, about, ...) {
  kept <- list(...)
  if (.rxTakes(request)) .rxHandOver(request, reportProgress, kind, kept)
  make <- .rxMakers[[kind]]
  attended <- .rxAttends(request)
  if (.rxWaits(request) && !attended) return(make(.rxRun(request, reportProgress), kept))
  whole <- kept
  kept$caller <- NULL  # formulas belong to the session that fetches the result
  job <- .rxSubmit(request, reportProgress, kind, kept, about, attended)
  if (attended) .rxAttended(job, make, whole) else job
}

# Whether a call waits for a job, which goes on when the call is interrupted.
.rxAttends <- function(request) {
  context <- attr(request$document$context, "of", exact = TRUE)
  .rxWaits(request) && !isTRUE(.rxState$waiting) && !isTRUE(.rxState$explaining) && .rxGoesOn(context)
}

# Whether functions of the call go to other processes.
.rxTravels <- function(request) !.rxWaits(request) || .rxAttends(request) ||
    request$document$context$type %in% c("RxHadoopMR", "RxMpi", "RxProcesses", "RxRemote", "RxSpark")

# Whether the work of a call that waits goes on elsewhere when somebody who sits here interrupts it. A connection, and
# what is kept of it, belong to this session.
.rxGoesOn <- function(context) interactive() && is(context, "RxSpark") && !isTRUE(context@persistentRun) &&
    is.null(context@application$folder) && is.null(context@application$sparklyr)

# The value of a call that waits for its job: what the runner prints shows here, and what it fails with is raised. An
# interrupt leaves the job alone once it runs.
.rxAttended <- function(job, make, kept) {
  shown <- 0
  withCallingHandlers(repeat {
    view <- .rxAskJob("job_wait", job = job$path, seconds = 0.3)$job
    output <- .rxAskJob("job_output", job = job$path)$output
    cat(substring(output, shown + 1))
    shown <- nchar(output)
    if (!view$status %in% c("queued", "running")) break
  }, interrupt = function(e) {
    if (.rxJobView(job)$status == "queued") .rxAskJob("job_remove", job = job$path, force = TRUE)
    else message(job$id, " goes on as a job, rxgLastPendingJob; wait for it with rxWaitForJob, fetch its result with ",
        "rxGetJobResults, stop it with rxCancelJob")
  })
  on.exit(if (!identical(job$description$autoCleanup, FALSE)) .rxAskJob("job_remove", job = job$path, force = TRUE))
  if (view$status != "finished") .rxStop(if (nzchar(view$message)) view$message else paste(job$id, "is", view$status),
      if (view$code %in% seq_along(.rxErrorClasses)) .rxErrorClasses[[view$code]] else "rxInternalError")
  make(.rxAskJob("job_result", job = job$path), kept)
}

.rxSubmit <- function(request, reportProgress, kind, kept, about, attended = FALSE) {
  .rxTellLeftOut(request)
  document <- .rxCompleted(request, reportProgress)
  if (isTRUE(.rxState$explaining)) .rxLeaveExplained(request, document, job = TRUE)
  document$execution <- TRUE
  finish <- list(kind = kind, r = .rxCall(insitu_to_base64, serialize(kept, NULL)))
  if (!is.null(kept$value)) finish$value <- kept$value
  .rxStartJob(attr(request$document$context, "of", exact = TRUE), document, about$name,
      .rxCallText(.rxMatchedCall(about)), finish, streams = request$streams, attended = attended)
}

# A job of a call that the runner makes: .rxCalls[[name]] gets `given` and the context. `autoCleanup`, `consoleOutput`:
# NULL is what the context says.
.rxSubmitCall <- function(context, name, given, label, packages = character(), autoCleanup = NULL,
    consoleOutput = NULL) {
  options <- .rxCurrentOptions()
  options$computeContext <- .rxThatWaits(.rxContextOfRunner(options$computeContext, context))
  kept <- list(name = name, given = given, context = .rxThatWaits(.rxContextOfRunner(context)), options = options,
      packages = packages, session = .rxSessionNow())
  request <- list(op = "call", language = "R", `function` = name, context = unclass(.rxDescribeContext(context)))
  .rxStartJob(context, request, name, label, list(kind = "call"),
      packet = .rxPacket(serialize(kept, NULL, xdr = FALSE)),
      autoCleanup = autoCleanup, consoleOutput = consoleOutput)
}

# A context as the runner of a job in the context `of` has it: on another machine, that of there.
.rxContextOfRunner <- function(context, of = context) {
  there <- is(context, "RxRemote") && is(of, "RxRemote") && rxCompareContexts(context, of)
  if (there) context@context else context
}

.rxThatWaits <- function(context) {
  if (is(context, "RxComputeContext") && .hasSlot(context, "wait")) context@wait <- TRUE
  if (is(context, "RxSpark")) context@application <- .rxNewApplication()  # the runner's own
  context
}

.rxStartJob <- function(context, request, name, label, finish, autoCleanup = NULL, consoleOutput = NULL, ...) {
  setting <- function(given, name, otherwise) {
    if (is.null(given)) given <- if (.hasSlot(context, name)) slot(context, name) else otherwise
    isTRUE(given)
  }
  reply <- .rxAskJob("job_submit", request = request, runner = .rxArray(.rxWorkerCommand()), `function` = name,
      label = label, finish = finish, jobs = .rxJobsFolder(context),
      autoCleanup = setting(autoCleanup, "autoCleanup", TRUE),
      consoleOutput = setting(consoleOutput, "consoleOutput", FALSE), ...)
  job <- .rxJobOf(reply$job)
  assign("rxgLastPendingJob", job, envir = globalenv())
  job
}

# An operation on jobs; NULL is what is not said.
.rxAskJob <- function(op, ..., streams = list(), packet = NULL) {
  request <- .rxNewRequest(op)
  said <- list(...)
  for (name in names(said)) if (!is.null(said[[name]])) request$document[[name]] <- said[[name]]
  request$streams <- streams
  request$tasks <- packet
  .rxRun(request, 0)
}

# Bytes that go along with an operation on jobs, or come with its reply: `take` gets them.
.rxPacket <- function(bytes = raw(), take = function(bytes) NULL) {
  none <- function(...) NULL
  list(shared = bytes, arguments = none, done = function(first, count, bytes) take(bytes), lost = none, progress = none)
}

# The value of a call: of the reply of its job, and the bytes that came with it.
.rxMakers$call <- function(reply, kept) {
  if (!identical(reply$op, "call") || !reply$language %in% c("R", "python"))
    .rxStop(paste0("the result of ", kept$job, " is damaged"), "rxDataError")
  # The engine has looked that nobody else can have written it.
  if (identical(reply$language, "R") && !is.null(kept$bytes)) return(unserialize(kept$bytes))
  if (!"value" %in% names(reply) && identical(reply$language, "R"))
    .rxStop(paste0(kept$job, " holds values of another machine, which are rebuilt only where its context was made ",
        "here: name it by its id in its context (rxGetJobs(RxRemote(...)))"))
  if (!"value" %in% names(reply))
    .rxStop(paste0(kept$job, " holds values of Python, which R cannot make: fetch them there with rx_get_job_results"))
  reply$value
}

# The folder of a context's jobs; NULL: that of the user.
.rxJobsFolder <- function(context) {
  if (is(context, "RxRemote")) return(.rxDescribeRemote(context))  # the engine looks for it there
  if (!is(context, "RxClusterContext")) return(NULL)
  usual <- paste0("/var/RevoShare/", Sys.info()[["user"]])
  if (!identical(context@shareDir, usual)) file.path(.rxResolvePath(context@shareDir, isOutFile = TRUE), "jobs")
}

.rxJobOf <- function(view)
  structure(list(id = view$id, path = view$path, description = view$description), class = "rxJobInfo")

# The job that an argument names: itself or its id.
.rxJobGiven <- function(job, name) {
  if (inherits(job, "rxJobInfo")) return(job)
  if (is.character(job) && length(job) == 1L && !is.na(job))
    return(.rxJobOf(.rxAskJob("job_show", job = job, jobs = .rxJobsFolder(rxGetComputeContext()))$job))
  .rxStop(paste0(name, ": jobInfo must be a job, or the id of one, not ", .rxShow(job)))
}

.rxJobView <- function(job) .rxAskJob("job_show", job = job$path)$job

.rxShownTime <- function(seconds) format(as.POSIXct(seconds, origin = "1970-01-01"), "%Y-%m-%d %H:%M:%S")

.rxShowOutput <- function(text) if (nzchar(text)) cat(text, if (!endsWith(text, "\n")) "\n", sep = "")

.impl_rxIsJob <- function(arguments, about) inherits(arguments$object, "rxJobInfo")
.impl_rxGetJobInfo <- function(arguments, about) if (inherits(arguments$object, "rxJobInfo")) arguments$object
.impl_rxGetJobId <- function(arguments, about) .rxJobGiven(arguments$jobInfo, about$name)$id
.impl_rxGetJobStatus <- function(arguments, about) .rxJobView(.rxJobGiven(arguments$jobInfo, about$name))$status

.impl_rxGetJobOutput <- function(arguments, about) {
  output <- .rxAskJob("job_output", job = .rxJobGiven(arguments$jobInfo, about$name)$path)$output
  .rxShowOutput(output)
  invisible(output)
}

.impl_rxWaitForJob <- function(arguments, about) {
  job <- .rxJobGiven(arguments$jobInfo, about$name)
  withCallingHandlers(.rxAskJob("job_wait", job = job$path), interrupt = function(e)
    message(job$id, " goes on; wait for it again with rxWaitForJob(\"", job$id, "\"), stop it with rxCancelJob"))
  invisible()
}

.impl_rxGetJobResults <- function(arguments, about) {
  job <- .rxJobGiven(arguments$jobInfo, about$name)
  view <- .rxJobView(job)
  if (view$status != "finished") {
    text <- paste0(job$id, " has no results: it is ", view$status, if (nzchar(view$message)) ": ", view$message)
    message(text)
    if (view$status == "failed" && view$code %in% seq_along(.rxErrorClasses))
      attr(text, "condition") <- structure(class = c(.rxErrorClasses[[view$code]], "insitu_error", "error",
          "condition"),
          list(message = view$message, call = NULL))
    return(invisible(text))
  }
  wanted <- function(name) isTRUE(if (is.null(arguments[[name]])) view$description[[name]] else arguments[[name]])
  if (wanted("consoleOutput")) .rxShowOutput(.rxAskJob("job_output", job = job$path)$output)
  finish <- .rxAskJob("job_finish", job = job$path)$finish
  make <- if (!is.null(finish$kind)) .rxMakers[[finish$kind]]
  if (is.null(make))
    .rxStop(paste0(job$id, " holds a result that R cannot make: it was submitted by ", view$description$face))
  # The engine has looked that nobody else can have written it.
  kept <- if (is.null(finish$r)) list(value = finish$value)
      else unserialize(.rxCall(insitu_from_base64, finish$r))
  bytes <- NULL
  reply <- .rxAskJob("job_result", job = job$path, packet = .rxPacket(take = function(came) bytes <<- came))
  value <- make(reply, c(kept, list(bytes = bytes, job = job$id)))
  if (wanted("autoCleanup")) .rxAskJob("job_remove", job = job$path, force = TRUE)
  value
}

.impl_rxCancelJob <- function(arguments, about) {
  reply <- .rxAskJob("job_cancel", job = .rxJobGiven(arguments$jobInfo, about$name)$path)
  if (isTRUE(arguments$consoleOutput)) .rxShowOutput(reply$output)
  reply$canceled
}

.impl_rxCleanupJobs <- function(arguments, about) {
  given <- arguments$jobInfoList
  for (each in if (inherits(given, "rxJobInfo") || !is.list(given)) as.list(structure(list(given), class = NULL))
      else unclass(given)) {
    job <- .rxJobGiven(each, about$name)
    reply <- .rxAskJob("job_remove", job = job$path, force = isTRUE(arguments$force))
    status <- reply$job$status
    if (reply$removed) {
      if (isTRUE(arguments$verbose)) cat(job$id, " (", status, ") was removed: ", job$path, "\n", sep = "")
    } else if (status == "finished") {
      warning("rxCleanupJobs: ", job$id,
          " is finished and has results, and was kept: fetch them with rxGetJobResults, ",
          "or remove it with force = TRUE", call. = FALSE)
    } else if (status != "missing") {
      warning("rxCleanupJobs: ", job$id, " is ", status, " and was kept: remove it with force = TRUE", call. = FALSE)
    }
  }
  invisible()
}

.impl_rxGetJobs <- function(arguments, about) {
  context <- if (is.null(arguments$computeContext)) rxGetComputeContext() else .rxContext(arguments$computeContext)
  seconds <- function(name) {
    value <- arguments[[name]]
    if (is.null(value)) return(NULL)
    if (!inherits(value, "POSIXt") && !is.numeric(value))
      .rxStop(paste0("rxGetJobs: ", name, " must be a POSIXct, not ", .rxShow(value)))
    as.numeric(as.POSIXct(value, origin = "1970-01-01"))
  }
  found <- .rxAskJob("job_list", jobs = .rxJobsFolder(context), startTime = seconds("startTime"),
      endTime = seconds("endTime"),
      states = .rxArray(arguments$states),
      matching = if (isTRUE(arguments$exactMatch)) .rxDescribeContext(context))$jobs
  if (isTRUE(arguments$verbose))
    for (view in found) cat(format(view$status, width = 12L), " ", .rxShownTime(view$changed), "  ", view$id, "\n",
        sep = "")
  jobs <- lapply(found, .rxJobOf)
  names(jobs) <- vapply(jobs, function(job) job$id, "")
  structure(jobs, class = "rxJobInfoList")
}

print.rxJobInfo <- function(x, ...) {
  view <- .rxJobView(x)
  cat(x$id, ": ", view$status, if (nzchar(view$message)) paste0(" (", view$message, ")"), "\n", sep = "")
  about <- x$description
  if (length(about)) {
    label <- gsub("\\s+", " ", about$label)
    type <- if (is.null(about$context$type)) "RxLocalSeq" else about$context$type
    cat("    ", if (nchar(label) > 100L) paste0(substr(label, 1L, 97L), "...") else label, "\n    ", type,
        ", submitted ",
        .rxShownTime(about$created), "\n", sep = "")
  }
  invisible(x)
}

print.rxJobInfoList <- function(x, ...) {
  for (job in unclass(x)) print(job)
  invisible(x)
}

# ---- the runner ------------------------------------------------------------------------------------------------------

# In a process of its own: runs the request of a job.
.rxRunJob <- function(folder) {
  functions <- structure(list(), names = character())
  error <- NULL
  called <- FALSE
  tryCatch({
    found <- .rxAskJob("job_function", job = folder)
    called <- !is.null(found$call)
    for (each in found$functions) {
      if (each$language != "R") stop("a runner of R cannot run a function written in ", each$language)
      functions[[each$name]] <- .rxTravelled(.rxCall(insitu_from_base64, each$code))
    }
  }, error = function(e) error <<- paste("the function of the call cannot be loaded:", conditionMessage(e)))
  if (called) return(.rxRunCall(folder))
  request <- .rxNewRequest("job_run", job = folder)
  if (!is.null(error)) request$document$error <- error
  request$functions <- functions
  status <- .rxRun(request, 0)$status
  quit("no", status = if (status == "finished") 0L else 1L)
}

# What makes a call in the runner of its job, by name.
.rxCalls <- list()

# In a process of its own: makes the call of a job.
.rxRunCall <- function(folder) {
  code <- NULL
  .rxAskJob("job_begin", job = folder, packet = .rxPacket(take = function(bytes) code <<- bytes))
  .rxState$told <- proc.time()[[3L]]
  warned <- character()
  end <- tryCatch({
    value <- withCallingHandlers(.rxMadeCall(unserialize(code)), warning = function(w) {
      warned <<- c(warned, conditionMessage(w))
      cat("warning: ", conditionMessage(w), "\n", sep = "")
      invokeRestart("muffleWarning")
    })
    c(list(packet = .rxPacket(serialize(value, NULL, xdr = FALSE))), .rxForOthers(value))
  }, error = function(e) c(list(error = conditionMessage(e)), .rxCodeOf(e)),
      interrupt = function(e) list(error = "interrupted"))
  end$warnings <- .rxArray(warned)
  status <- do.call(.rxAskJob, c(list("job_end", language = "R"), end))$status
  quit("no", status = if (status == "finished") 0L else 1L)
}

# What of job_end says the class of an error; of others than the engine's it is that of users' code.
.rxCodeOf <- function(error) {
  code <- which(.rxErrorClasses %in% class(error))
  if (length(code)) list(code = code[[1L]])
}

.rxMadeCall <- function(kept) {
  .rxState$options <- utils::modifyList(.rxCurrentOptions(), kept$options, keep.null = TRUE)
  .rxLikeSession(kept$session, numbers = TRUE)
  .rxPrepareTasks(NULL, c("insitu", kept$packages))
  # Backends of foreach are registered in the session that submitted alone.
  of_runner <- function(context) if (is(context, "RxForeachDoPar")) RxLocalParallel() else context
  .rxState$options$computeContext <- of_runner(.rxState$options$computeContext)
  .rxCalls[[kept$name]](kept$given, of_runner(kept$context))
}

# In the runner of a job, once a second at most: how far its tasks are.
.rxTellProgress <- function(done, total, failed) {
  now <- proc.time()[[3L]]
  if (is.null(.rxState$told) || now - .rxState$told < 1) return()
  .rxState$told <- now
  .rxAskJob("job_tell", message = sprintf("%.0f of %.0f tasks done%s", done, total,
      if (failed > 0) sprintf(", %.0f failed", failed) else ""))
}

# What of job_end says a value to other languages: list(value = ), or nothing where JSON has no such value.
.rxForOthers <- function(value) {
  left <- 1e6
  plain <- function(x, depth) {
    left <<- left - length(x) - 1
    if (is.object(x) || depth > 20 || left < 0 || length(setdiff(names(attributes(x)), "names"))) stop("no JSON")
    named <- !is.null(names(x)) && length(x) && all(nzchar(names(x))) && !anyNA(names(x)) && !anyDuplicated(names(x))
    if (!is.null(names(x)) && !named) stop("no JSON")
    if (is.null(x)) return(NULL)
    if (is.list(x)) {
      found <- lapply(x, plain, depth + 1)
      return(if (named) found else I(unname(found)))
    }
    if (!(is.logical(x) || is.numeric(x) || is.character(x)) || anyNA(x) || is.numeric(x) && !all(is.finite(x)))
      stop("no JSON")
    if (named) as.list(x) else if (length(x) == 1L) x else I(x)
  }
  tryCatch(list(value = plain(value, 0)), error = function(e) NULL)
}
