# Remote sessions (docs/remote-sessions.md): with a process of this machine, and through an ssh server on loopback.

snapshots_of_tests <- tempfile("snapshots")
dir.create(snapshots_of_tests)

session_of <- function() insitu:::.rxRemote$session

# Code with a session that ends behind it.
with_session <- function(code, ...) {
  before <- Sys.getenv("INSITU_SNAPSHOTS_FOLDER", NA)
  Sys.setenv(INSITU_SNAPSHOTS_FOLDER = snapshots_of_tests)
  on.exit({
    if (is.na(before)) Sys.unsetenv("INSITU_SNAPSHOTS_FOLDER") else Sys.setenv(INSITU_SNAPSHOTS_FOLDER = before)
    if (!is.null(session_of())) remoteLogout()
  })
  remoteLogin(..., diff = FALSE)
  force(code)
}

loopback <- function() {
  for (program in c(file.path("..", "..", "..", "..", "tests", "loopback_sshd.py"),
      file.path("tests", "loopback_sshd.py")))
    if (file.exists(program)) break
  if (!file.exists(program)) testthat::skip("the ssh server of the tests is not there")
  ready <- tempfile("ready")
  server <- pipe(paste("exec python3", shQuote(program), "--ready", ready, "--env",
      shQuote(paste0("INSITU_SNAPSHOTS_FOLDER=", snapshots_of_tests))), "w")
  for (i in 1:600) if (!file.exists(ready)) Sys.sleep(0.05)
  about <- insitu:::.rxCall(insitu:::insitu_list_of_json, paste(readLines(ready, warn = FALSE), collapse = ""))
  if (!is.null(about$skip)) {
    close(server)
    testthat::skip(about$skip)
  }
  list(server = server, host = about$hostname, user = about$username, switches = about$switches, pid = about$pid)
}

interrupt_soon <- function() system(paste("(sleep 0.4; kill -INT", Sys.getpid(), ") &"))

quietly <- function(code) {
  capture.output(value <- code)
  value
}

# What holds in every session, however it was reached.
judge_session <- function(label) {
  printed <-
      capture.output(result <- remoteExecute("x <- 1:3\nx\nlength(\n  x)\ninvisible(7)\ncat('gr\u00fc\u00df\\n')",
      outputs = c("x")))
  expect_identical(printed, c("[1] 1 2 3", "[1] 3", "gr\u00fc\u00df"), label = label)
  expect_true(result$success)
  expect_identical(result$outputParameters, list(x = 1:3))
  expect_identical(strsplit(result$consoleOutput, "\n")[[1L]], printed)
  expect_output(print(result), "outputParameters: x")
  expect_false(quietly(remoteExecute("pid <- Sys.getpid()", outputs = "pid"))$outputParameters$pid == Sys.getpid())

  # errors and warnings
  error <- tryCatch(remoteExecute("f <- function(a) stop('no ', a)\nkept <- 1\nf(2)\nnever <- 1"), error = identity)
  expect_s3_class(error, c("rxRemoteError", "rxUserCodeError"))
  expect_identical(conditionMessage(error), "no 2")
  expect_identical(conditionCall(error), quote(f(2)))
  expect_identical(listRemoteWorkspace(), c("f", "kept", "pid", "x"))
  expect_null(conditionCall(tryCatch(remoteExecute("stop('top')"), error = identity)))
  expect_error(remoteExecute("1 +* 2"), "unexpected '\\*'", class = "rxRemoteError")
  expect_error(remoteExecute("quit()"), "not there in a remote session", class = "rxRemoteError")
  expect_warning(result <- remoteExecute("g <- function() warning('careful')\ng()"), "careful",
      class = "rxRemoteWarning")
  expect_identical(result$warnings, "careful")
  expect_error(remoteExecute("options(warn = 2); as.integer('a')"), "NAs introduced")
  remoteExecute("options(warn = 0)")
  expect_error(remoteExecute("1", outputs = "zz"), "outputs: there is no object 'zz'")

  # inputs, scripts
  script <- tempfile(fileext = ".R")
  writeLines("y <- a * 2\ny", script)
  printed <- capture.output(result <- remoteScript(script, inputs = list(a = mtcars$mpg), outputs = "y"))
  expect_identical(result$outputParameters$y, mtcars$mpg * 2)
  json <- '[{"name": "a", "value": 120}, {"name": "d", "value": {"u": [1, 2], "v": ["p", "q"]}}]'
  result <- quietly(remoteExecute("a", inputs = json, outputs = c("a", "d")))
  expect_equal(result$outputParameters$a, 120)
  expect_equal(result$outputParameters$d, data.frame(u = c(1, 2), v = c("p", "q")))
  for (wrong in list("[1]", "{", 7, list(1))) expect_error(remoteExecute("1", inputs = wrong), "inputs must be")

  # objects
  on.exit(rm(list = intersect(c("rx_there", "rx_model", "rx_holder"), ls(globalenv())), envir = globalenv()),
      add = TRUE)
  assign("rx_there", list(1, "\u00e4", function(v) v + kept), globalenv())
  putLocalObject("rx_there")
  putLocalObject("rx_there", name = "holder")
  expect_identical(quietly(remoteExecute("out <- rx_there[[3]](1)", outputs = "out"))$outputParameters$out, 2)
  remoteExecute("rx_model <- lm(mpg ~ wt, mtcars)")
  got <- getRemoteObject("rx_model")
  expect_equal(coef(get("rx_model", globalenv())), coef(lm(mpg ~ wt, mtcars)))
  expect_named(got, "rx_model")
  getRemoteObject(c("kept", "x"), name = "rx_holder")
  expect_identical(get("rx_holder", globalenv()), list(kept = 1, x = 1:3))
  assign("rx_there", mtcars, globalenv())
  expect_error(getRemoteObject("kept", name = "rx_there"),
      "^getRemoteObject: name: rx_there is there already and is no list")
  expect_identical(get("rx_there", globalenv()), mtcars)
  expect_error(putLocalObject("rx_there", name = "x"), "name: x is there already and is no list")
  expect_error(getRemoteObject("nope"), "there is no object 'nope' in the remote workspace")
  expect_error(putLocalObject("rx_nope"), "there is no object 'rx_nope'")

  # files and large objects
  folder <- tempfile("files")
  dir.create(folder)
  large <- file.path(folder, "gr\u00f6\u00dfe.bin")
  bytes <- as.raw(rep_len(c(0:255, 7L), 12000001))
  writeBin(bytes, large)
  expect_true(putLocalFile(large))
  expect_identical(listRemoteFiles(), basename(large))
  expect_identical(getRemoteFile(basename(large), "raw"), bytes)
  getRemoteFile(basename(large), file = file.path(folder, "back"))
  expect_identical(unname(tools::md5sum(file.path(folder, "back"))), unname(tools::md5sum(large)))
  expect_identical(sort(list.files(folder, all.files = TRUE, no.. = TRUE)), sort(c("back", basename(large))))
  assign("rx_there", as.numeric(seq_len(3e6)) / 3, globalenv())
  putLocalObject("rx_there")
  expect_identical(quietly(remoteExecute("", outputs = "rx_there"))$outputParameters$rx_there,
      get("rx_there", globalenv()))
  deleteRemoteFile(basename(large))
  made <- quietly(remoteExecute("dir.create('s'); writeLines('\u00e4', 's/a.txt', useBytes = TRUE)"))
  expect_identical(made$changedFiles, "s/a.txt")
  expect_identical(getRemoteFile("s/a.txt"), "\u00e4\n")
  for (name in c("../x", "/etc/passwd", "s/../../x", ".", "a//b"))
    expect_error(getRemoteFile(name), "filename must name a file of the remote working directory")
  expect_error(getRemoteFile("none"), "there is no file 'none'")
  expect_error(putLocalFile(file.path(folder, "none")), "there is no file")
  expect_error(getRemoteFile("s/a.txt", file = file.path(folder, "no", "x")), "the folder of file does not exist")

  for (name in c("a1.txt", "a*.txt", "[a]1.txt")) {
    writeLines(name, file.path(folder, name))
    putLocalFile(file.path(folder, name))
  }
  deleteRemoteFile("a*.txt")
  deleteRemoteFile("[a]1.txt")
  expect_true("a1.txt" %in% listRemoteFiles())
  deleteRemoteFile("a1.txt")
  # a file that cannot be read any more: the session is as whole as before
  gone <- file.path(folder, "gone.txt")
  expect_error(insitu:::.rxAskRemote("putLocalFile", list(op = "put_file", name = "gone.txt"), give = function(send)
      insitu:::.rxGiveFile(gone, send)), "putLocalFile: the file cannot be read: .*No such file")
  expect_false("gone.txt" %in% listRemoteFiles())

  # plots
  before <- setwd(folder)
  on.exit(setwd(before), add = TRUE)
  writeLines("mine", "remotePlot001.png")
  result <- remoteExecute("plot(1:3)\nplot(3:1)", writePlots = TRUE)
  expect_identical(basename(result$plots), c("remotePlot002.png", "remotePlot003.png"))
  for (plot in result$plots) expect_identical(readBin(plot, "raw", 4L), as.raw(c(0x89, 0x50, 0x4e, 0x47)))
  expect_identical(readLines("remotePlot001.png"), "mine")
  expect_length(remoteExecute("plot(1)")$plots, 0L)

  # snapshots
  id <- createSnapshot("gr\u00fcn und rot")
  expect_identical(listSnapshots(), structure(id, names = "gr\u00fcn und rot"))
  remoteExecute("rm(list = ls()); unlink('s', recursive = TRUE); later <- 1")
  expect_true(loadSnapshot(id))
  expect_true(all(c("kept", "later", "x") %in% listRemoteWorkspace()))
  expect_identical(getRemoteFile("s/a.txt"), "\u00e4\n")
  archive <- file.path(folder, "snapshot.tar.gz")
  expect_true(downloadSnapshot(id, archive))
  expect_identical(length(downloadSnapshot(id)), as.integer(file.size(archive)))
  expect_true("./files/s/a.txt" %in% utils::untar(archive, list = TRUE))
  Sys.chmod(file.path(snapshots_of_tests, "R", id), "0777", use_umask = FALSE)
  expect_error(loadSnapshot(id), "others can write there")
  Sys.chmod(file.path(snapshots_of_tests, "R", id), "0700")
  deleteSnapshot(id)
  expect_length(listSnapshots(), 0L)
  for (name in c(id, "../x", "")) expect_error(loadSnapshot(name), "there is no snapshot")

  # an interrupt
  begin <- Sys.time()
  interrupt_soon()
  expect_identical(tryCatch(remoteExecute("before <- 1; Sys.sleep(60)"), interrupt = function(e) "interrupted"),
      "interrupted")
  expect_lt(as.numeric(Sys.time() - begin, units = "secs"), 20)
  expect_true("before" %in% listRemoteWorkspace())
  expect_output(remoteExecute("41 + 1"), "42")
}

test_that("a session on this machine", {
  with_session(judge_session("local"), "local:")
})

test_that("a session through ssh", {
  there <- loopback()
  on.exit(close(there$server))
  here <- .libPaths()
  command <- c("env", paste0("R_LIBS=", paste(here, collapse = ":")), file.path(R.home("bin"), "Rscript"))
  with_session(judge_session("ssh"), paste0("ssh://", there$host), username = there$user, sshSwitches = there$switches,
      command = command)
  expect_error(remoteLogin(paste0("ssh://", there$host), sshSwitches = there$switches, command = "no-such-program"),
      "is lost", class = "rxWorkerError")
})

test_that("logging in says what is wrong", {
  for (endpoint in list("http://x", "x", 3, NULL, ""))
    expect_error(remoteLogin(endpoint), "deployr_endpoint must be", class = "rxInvalidArgument")
  expect_error(remoteLogin("local:", password = "x"), "keys and the agent")
  expect_error(remoteLogin("ssh://-oProxyCommand=x"), class = "rxInvalidArgument")
  expect_error(remoteExecute("1"), "there is no remote session; start one with remoteLogin")
  if (!interactive()) {
    expect_error(remoteLogin("local:", commandline = TRUE), "needs a console", class = "rxUnsupported")
    with_session(expect_error(resume(), "needs a console", class = "rxUnsupported"), "local:")
  }
  expect_true(remoteLogin("local:", session = FALSE))
  expect_null(session_of())
  expect_error(remoteLogin("local:", command = c("sh", "-c", "echo no such thing >&2; exit 127")), "no such thing",
      class = "rxWorkerError")
  expect_message(pause(), "resume")
})

test_that("a session that dies is an error that says so, and its folder is gone", {
  with_session({
    expect_error(remoteLogin("local:"), "there is a remote session")
    expect_output(diffLocalRemote(), "Differing:   nothing")
    folder <- quietly(remoteExecute("folder <- tempdir()", outputs = "folder"))$outputParameters$folder
    expect_true(dir.exists(folder))
    remoteLogout()
    expect_false(dir.exists(folder))
    remoteLogin("local:", diff = FALSE)
    expect_error(remoteExecute("base::quit(status = 3)"), "the remote session on this machine is lost: exit status 3",
        class = "rxWorkerError")
    expect_null(session_of())
    expect_error(remoteExecute("1"), "there is no remote session")
    remoteLogin("local:", diff = FALSE)
    expect_error(remoteExecute("tools::pskill(Sys.getpid(), 9)"), "killed by signal 9", class = "rxWorkerError")
  }, "local:")
})

test_that("the prompt reads, runs and shows", {
  with_session({
    lines <- list("x <- 20", "f <- function(a) {", "  a + x", "}", "f(1)", "stop('no')", "warning('careful')", "1 +* 2",
        "pause()")
    prompts <- character()
    read <- function(prompt) {
      prompts <<- c(prompts, prompt)
      line <- lines[[1L]]
      lines <<- lines[-1L]
      line
    }
    said <- capture.output(printed <- capture.output(insitu:::.rxReadAndRun(read, "REMOTE> ", FALSE, FALSE)),
        type = "message")
    expect_identical(printed, "[1] 21")
    expect_identical(said[1:2], c("Error: no", "Warning: careful"))
    expect_match(said[[3L]], "unexpected '\\*'")
    expect_identical(sum(prompts == "REMOTE+ "), 2L)
    expect_false(is.null(session_of()))
    insitu:::.rxReadAndRun(function(prompt) "exit", "> ", FALSE, FALSE)
    expect_null(session_of())
  }, "local:")
})
