# Any frames at the two ends of a remote session: refused by an error of ours, nothing written where it was not asked
# for. The bytes of frames are read by tests/fuzz/frame_fuzz.cpp. INSITU_TEST_ALL=1 runs many more.

rounds <- if (nzchar(Sys.getenv("INSITU_TEST_ALL"))) 20000L else 1500L

# What both ends are given; a text of R, for the process of the far end has it, too.
makers <- quote({
  types <- insitu:::.rxFrameType
  values <- c("null", "true", "0", "-1", "1e300", "\"\"", "\"a\"", "\"../a\"", "\"/etc/passwd\"", "\"a*\"", "[]", "[1]",
      "[\"a\"]", "[\"a\",\"b\"]", "[[\"a\"]]", "[{}]", "{}", "{\"a\":1}", "{\"message\":\"m\",\"call\":\"NULL\"}",
      "[{\"message\":\"m\",\"call\":\"f(\"}]", "[null]", "\"sub/../../a\"", "[{\"message\":1}]", "\"\\u0001\"")
  fields <- c("op", "objects", "names", "name", "left", "ids", "id", "bytes", "stopped", "interrupted", "message",
      "plots", "warnings", "error", "changedFiles", "version", "platform", "packages", "versions", "code", "outputs",
      "all", "protocol", "language")
  pick <- function(x) x[[sample.int(length(x), 1L)]]
  # A document as text: near a good one (texts of JSON by names), or whatever.
  document <- function(near = character()) {
    for (i in seq_len(pick(c(0L, 1L, 1L, 2L, 6L)))) near[[pick(fields)]] <- pick(values)
    if (length(near) && runif(1) < 0.3) near <- near[-sample.int(length(near), 1L)]
    if (runif(1) < 0.05) return(pick(values))
    text <- paste0("{", paste0("\"", names(near), "\":", near, recycle0 = TRUE, collapse = ","), "}")
    if (runif(1) < 0.1) pick(c("", "{", substr(text, 1, nchar(text) %/% 2), strrep("[", 5000), paste0(text, text))) else
        text
  }
})
eval(makers)

good <- list(execute = c(interrupted = "false", changedFiles = "[]", plots = "[]", warnings = "[]"),
    workspace = c(names = "[\"a\"]"), list_files = c(names = "[\"a\"]"), create_snapshot = c(id = "\"a\"", left = "[]"),
    list_snapshots = c(ids = "[\"a\"]", names = "[\"b\"]"),
    inventory = c(version = "\"4\"", platform = "\"p\"", packages = "[\"a\",\"b\"]", versions = "[\"1\",\"2\"]"))

test_that("a document that is nested without end is refused", {
  for (deep in c(3000, 3e4, 1e6))
    expect_error(insitu:::.rxCall(insitu:::insitu_list_of_json, paste0(strrep("[", deep), strrep("]", deep))),
        "nested too deeply", class = "rxDataError")
})

test_that("any answers of the far end", {
  set.seed(7)
  folder <- tempfile("fuzz")
  here <- file.path(folder, "here")
  dir.create(here, recursive = TRUE)
  back <- setwd(here)
  real <- insitu:::.rxCall
  real_inventory <- insitu:::.rxInventory
  on.exit({
    setwd(back)
    utils::assignInNamespace(".rxCall", real, "insitu")
    utils::assignInNamespace(".rxInventory", real_inventory, "insitu")
    assign("session", NULL, insitu:::.rxRemote)
  })
  number <- left <- 0
  op <- ""
  open <- TRUE
  objects <- serialize(list(a = 1), NULL)
  read <- function(text) tryCatch(real(insitu:::insitu_list_of_json, if (nzchar(text)) text else "{}"), insitu_error =
      function(e) insitu:::.rxStop("no document", "rxWorkerError"))
  receive <- function() {
    of <- if (runif(1) < 0.97) number else pick(c(0, 4294967295))
    if (left > 0) {
      left <<- left - 1
      type <- pick(c(types$out, types$block, types$end, types$block, 1:18))
      if (type == types$out) return(list(type = type, request = pick(c(1, 2, 7)), document = list(), payload = "said"))
      return(list(type = type, request = of, document = read(document(c(bytes = pick(c("0", "3",
          as.character(length(objects))))))), payload = pick(list(raw(), as.raw(1:3), objects))))
    }
    type <- pick(c(types$reply, types$reply, types$reply, types$fail))
    text <- document(if (type == types$reply) good[[op]] else c(message = "\"no\""))
    list(type = type, request = of, document = read(text), payload = raw())
  }
  utils::assignInNamespace(".rxInventory", function() list(version = "4", platform = "p", packages = "a",
      versions = "1"), "insitu")
  utils::assignInNamespace(".rxCall", function(routine, ...) switch(routine$name,
      insitu_near_put = number <<- list(...)[[3L]], insitu_near_flush = NULL, insitu_near_receive = receive(),
      insitu_near_close = open <<- FALSE, real(routine, ...)), "insitu")
  script <- file.path(folder, "script.R")
  writeLines("1", script)
  calls <- list(execute = function() remoteExecute("1", outputs = "a", writePlots = TRUE),
      workspace = listRemoteWorkspace,
      list_files = listRemoteFiles, get_objects = getRemoteWorkspace, put_objects = function() putLocalObject("mtcars"),
      create_snapshot = function() createSnapshot("a"), load_snapshot = function() loadSnapshot("a"),
      list_snapshots = listSnapshots, inventory = diffLocalRemote, get_file = function() getRemoteFile("a", file =
      file.path(here, "got")), get_raw = function() getRemoteFile("a", "raw"),
      put_file = function() putLocalFile(script),
      delete_file = function() deleteRemoteFile("a"), get_snapshot = function() downloadSnapshot("a"))
  before <- ls(globalenv(), all.names = TRUE)
  ended <- c(answered = 0, refused = 0, lost = 0)
  capture.output(ignored <- capture.output(for (turn in seq_len(rounds)) {
    op <- pick(names(calls))
    left <- pick(c(0, 0, 1, 3))
    open <- TRUE
    session <- list2env(list(line = NULL, name = "there", about = list(), prompt = "> ", calls = 0),
        parent = emptyenv())
    assign("session", session, insitu:::.rxRemote)
    said <- ""
    how <- tryCatch({
      suppressWarnings(calls[[op]]())
      "answered"
    }, interrupt = function(e) "refused", insitu_error = function(e) {
      said <<- conditionMessage(e)
      if (inherits(e, "rxWorkerError")) "lost" else "refused"
    }, error = function(e) stop(paste("turn", turn, op, conditionMessage(e))))
    lost <- how == "lost"
    if (open == lost || is.null(insitu:::.rxRemote$session) != lost) stop(paste("turn", turn, op, how, open, said))
    ended[[how]] <- ended[[how]] + 1
    made <- list.files(here, all.files = TRUE, no.. = TRUE)
    if (!all(grepl("^got$|^remotePlot", made))) stop(paste("turn", turn, op, "has made", made))
    unlink(file.path(here, made))
    rm(list = setdiff(ls(globalenv(), all.names = TRUE), before), envir = globalenv())
  }), type = "message")
  expect_identical(sort(list.files(folder)), c("here", "script.R"))
  expect_true(all(ended > rounds / 50), info = paste(names(ended), ended, collapse = ", "))
})

test_that("any calls of the near end", {
  folder <- tempfile("fuzz")
  dir.create(folder)
  writeLines("untouched", file.path(folder, "mine"))
  code <- bquote({
    library(insitu)
    .(makers)
    set.seed(11)
    rounds <- .(rounds %/% 5L)
    outside <- .(folder)
    real <- insitu:::.rxCall
    begun <- replied <- 0
    queue <- list()
    state <- environment()
    receive <- function() {
      if (length(queue)) {
        frame <- queue[[1L]]
        assign("queue", queue[-1L], state)
        return(frame)
      }
      if (replied != begun) stop("a call without an answer")
      if (begun == rounds) {
        if (!identical(list.files(outside), "mine") || readLines(file.path(outside, "mine")) != "untouched")
          stop("files outside")
        base::cat("through\n", file = base::stderr())
        return(NULL)
      }
      assign("begun", begun + 1, state)
      text <- document(c(op = paste0("\"", pick(c(names(insitu:::.rxFarOperations), "none")), "\""),
          code = pick(c("\"1\"",
          "\"x <- 1\"", "\"stop(1)\"", "\"(\"", "[\"1\",\"2\"]"))))
      known <- tryCatch(real(insitu:::insitu_list_of_json, text), error = function(e) list())
      if (is.list(known) && (isTRUE(known$objects) || identical(known$op, "put_file"))) {
        frames <- rep(list(list(type = types$block, request = begun, document = list(), payload = as.raw(1:3))),
            pick(0:2))
        end <- tryCatch(real(insitu:::insitu_list_of_json, document(c(bytes = pick(c("0", "3", "6"))))),
            error = function(e)
            list())
        assign("queue", c(frames, list(list(type = types$end, request = begun, document = end, payload = raw()))),
            state)
      }
      list(type = types$call, request = begun, document = known, payload = raw())
    }
    send <- function(type, request, document, payload) {
      if (type == types$hello) return()
      if (!type %in% c(types$reply, types$fail, types$block, types$end) || request != begun) stop("not asked for")
      if (type %in% c(types$reply, types$fail)) assign("replied", replied + 1, state)
    }
    utils::assignInNamespace(".rxCall", function(routine, ...) switch(routine$name, insitu_far_start = NULL,
        insitu_far_send = send(...), insitu_far_receive = receive(), real(routine, ...)), "insitu")
    insitu:::.rxServeSession()
  })
  program <- tempfile(fileext = ".R")
  writeLines(deparse(code), program)
  back <- setwd(folder)
  on.exit(setwd(back))
  said <- suppressWarnings(system2(file.path(R.home("bin"), "Rscript"), c("--no-save", program), stdout = TRUE, stderr =
      TRUE, env = c(paste0("R_LIBS=", paste(.libPaths(), collapse = ":")), paste0("INSITU_SNAPSHOTS_FOLDER=",
      file.path(dirname(folder), "snapshots-fuzz")))))
  expect_true("through" %in% said, info = paste(utils::tail(said, 20L), collapse = "\n"))
})
