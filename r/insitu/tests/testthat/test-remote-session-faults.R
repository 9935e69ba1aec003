# Remote sessions when something fails at either end: the session stays, and what failed is said.

run <- function(...) {
  capture.output(result <- remoteExecute(...))
  result
}

outputs_of <- function(...) run(...)$outputParameters

alive <- function() expect_output(remoteExecute("41 + 1"), "42")

interrupt_soon <- function() system(paste("(sleep 0.4; kill -INT", Sys.getpid(), ") &"))

test_that("what fails at either end does not end the session", {
  snapshots <- tempfile("snapshots")
  dir.create(snapshots, mode = "0700")
  before <- Sys.getenv("INSITU_SNAPSHOTS_FOLDER", NA)
  Sys.setenv(INSITU_SNAPSHOTS_FOLDER = snapshots)
  on.exit({
    if (is.na(before)) Sys.unsetenv("INSITU_SNAPSHOTS_FOLDER") else Sys.setenv(INSITU_SNAPSHOTS_FOLDER = before)
    if (!is.null(insitu:::.rxRemote$session)) remoteLogout()
  })
  remoteLogin("local:", diff = FALSE)

  # names with wildcards are names
  run("for (n in c('a*', 'abc', '[ab]c', 'ac', 'a?c', '~')) writeLines(n, file.path(getwd(), n))")
  for (name in c("a*", "[ab]c", "a?c", "~")) expect_true(deleteRemoteFile(name))
  expect_identical(listRemoteFiles(), c("abc", "ac"))
  expect_error(deleteRemoteFile("a*"), "there is no file 'a\\*'")
  for (name in c("abc", "ac")) deleteRemoteFile(name)
  folder <- file.path(tempfile("odd"), "x*")
  dir.create(folder, recursive = TRUE)
  sibling <- file.path(dirname(folder), "xy")
  dir.create(sibling)
  run("writeLines('content', 'kept')")
  getRemoteFile("kept", file = file.path(folder, "got"))
  expect_identical(list.files(folder, all.files = TRUE, no.. = TRUE), "got")
  deleteRemoteFile("kept")

  # a file that cannot be read
  locked <- file.path(folder, "locked")
  writeLines("x", locked)
  Sys.chmod(locked, "0000")
  locked <- Filter(function(path) inherits(suppressWarnings(try(close(file(path, "rb")), silent = TRUE)), "try-error"),
      c(locked, Sys.glob("/sys/bus/*/drivers_probe")))
  if (length(locked)) expect_error(putLocalFile(locked[[1L]]),
      "putLocalFile: the file cannot be read: .*Permission denied",
      class = "rxDataError")
  expect_identical(listRemoteFiles(), character())
  alive()
  writeLines("of this name", file.path(folder, "stdin"))
  before_folder <- setwd(folder)
  putLocalFile("stdin")
  setwd(before_folder)
  expect_identical(getRemoteFile("stdin"), "of this name\n")
  deleteRemoteFile("stdin")

  # text that is none
  expect_error(remoteExecute("stop('\\xff!')"), "<ff>!", class = "rxRemoteError")
  expect_warning(run("warning('\\xfe!')"), "<fe>!")
  run("invisible(file.create('\\xff'))")
  expect_identical(listRemoteFiles(), "<ff>")
  run("invisible(file.remove('\\xff'))")
  alive()

  expect_error(remoteExecute("conditionMessage.odd <- function(c) stop('no')
    stop(structure(class = c('odd', 'error', 'condition'), list(message = 'm', call = NULL)))"), "no", class = "rxRemoteError")
  alive()
  on.exit(rm(list = intersect("rx_sent", ls(globalenv())), envir = globalenv()), add = TRUE)

  # Ctrl-C while objects are sent, and while they come
  assign("rx_sent", raw(3e7), globalenv())
  sent <- 0L
  send <- insitu:::.rxPutNear
  utils::assignInNamespace(".rxPutNear", function(...) {
    sent <<- sent + 1L
    if (sent == 3L) tools::pskill(Sys.getpid(), 2L)
    send(...)
  }, "insitu")
  on.exit(utils::assignInNamespace(".rxPutNear", send, "insitu"), add = TRUE)
  expect_identical(tryCatch(putLocalObject("rx_sent"), interrupt = function(e) "stopped"), "stopped")
  expect_lt(sent, 8L)
  sent <- 100L
  expect_false("rx_sent" %in% listRemoteWorkspace())
  alive()
  run("slow <- raw(4e8)")
  interrupt_soon()
  expect_identical(tryCatch(outputs_of("Sys.sleep(0.2); invisible(1)", outputs = "slow"),
      interrupt = function(e) "stopped"), "stopped")
  alive()
  run("rm(slow)")

  # links in snapshots; a link that is in the way is replaced, not followed
  outside <- tempfile("outside")
  dir.create(outside)
  writeLines("mine", file.path(outside, "a"))
  run("writeLines('content', 'a'); Sys.chmod('a', '0750'); file.link('a', 'hard'); file.symlink('a', 'soft')
    dir.create('sub'); file.symlink('../a', 'sub/up'); file.symlink('nowhere', 'dangling'); file.symlink('.', 'loop')
    file.symlink('..', 'sub/loop'); system('mkfifo pipe')")
  expect_identical(listRemoteFiles(), c("a", "hard", "soft", "sub/up"))
  expect_error(getRemoteFile("pipe"), "there is no file 'pipe'")
  expect_warning(saved <- createSnapshot(), "left out, because they are no files: dangling, loop, pipe, sub/loop")
  run(paste0("file.remove(c('loop', 'sub/loop', 'dangling')); unlink(list.files(), recursive = TRUE)
    file.symlink('", file.path(outside, "a"), "', 'a'); file.symlink('", outside, "', 'sub')"))
  expect_true(loadSnapshot(saved))
  expect_identical(listRemoteFiles(), c("a", "hard", "soft", "sub/up"))
  expect_identical(outputs_of("found <- c(Sys.readlink(c('a', 'sub')), format(file.info('a')$mode), readLines('a'))",
      outputs = "found")$found, c("", "", "750", "content"))
  expect_identical(list.files(outside), "a")
  expect_identical(readLines(file.path(outside, "a")), "mine")
  deleteSnapshot(saved)

  # what others can write to is not read
  saved <- createSnapshot()
  Sys.chmod(snapshots, "0777", use_umask = FALSE)
  expect_error(loadSnapshot(saved), "others can write to")
  Sys.chmod(snapshots, "0700")
  Sys.chmod(file.path(snapshots, "R", saved, "snapshot.tar.gz"), "0666", use_umask = FALSE)
  expect_error(loadSnapshot(saved), "others can write there")
  alive()
})
