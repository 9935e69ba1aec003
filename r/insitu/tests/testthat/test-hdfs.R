# Files of HDFS, against a fake of WebHDFS (tests/fake_web_hdfs.py); the same against a real one is asked in Python.

fake <- file.path(Sys.getenv("INSITU_SOURCES", file.path("..", "..", "..", "..")), "tests", "fake_web_hdfs.py")

with_hdfs <- function(code) {
  if (!file.exists(fake) || !nzchar(Sys.which("python3"))) skip("needs tests/fake_web_hdfs.py and python3")
  fifo <- tempfile("hdfs")
  writeLines("import os, subprocess, sys
server = subprocess.Popen([sys.executable, sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
open(sys.argv[2], 'w').write(server.stdout.readline())
import time
end = time.monotonic() + 300
while os.path.exists(sys.argv[2]) and time.monotonic() < end: time.sleep(0.05)
server.stdin.close(); server.wait()", script <- tempfile(fileext = ".py"))
  system2("python3", c(shQuote(script), shQuote(normalizePath(fake)), shQuote(fifo)), wait = FALSE)
  on.exit(unlink(c(fifo, script)))
  conf <- ""
  for (i in 1:1200) {
    if (file.exists(fifo)) conf <- c(readLines(fifo, warn = FALSE), "")[[1L]]
    if (nzchar(conf)) break
    Sys.sleep(0.05)
  }
  old <- Sys.getenv(c("HADOOP_CONF_DIR", "HADOOP_USER_NAME"), unset = NA)
  Sys.setenv(HADOOP_CONF_DIR = conf, HADOOP_USER_NAME = "tester")
  on.exit(for (name in names(old)) if (is.na(old[[name]])) Sys.unsetenv(name) else
      do.call(Sys.setenv, as.list(old[name])), add = TRUE)
  code
}

test_that("files of HDFS come, are read with the bits of local ones, and go", {
  with_hdfs({
  local <- tempfile(fileext = ".xdf")
  rows <- data.frame(x = c(1.5, NA, 3, 4), f = factor(c("b", "a", "b", "c"), levels = c("b", "a", "c")))
  rxDataStep(rows, local, reportProgress = 0)
  odd <- "/a b/50% & more+\u00fc/x=1~.xdf"
  expect_invisible(rxHadoopMakeDir(dirname(odd)))
  rxHadoopCopyFromLocal(local, odd)
  expect_true(rxHadoopFileExists(odd))
  expect_false(rxHadoopFileExists(c(odd, "/none")))
  found <- rxHadoopListFiles("/a b", recursive = TRUE)
  expect_equal(enc2utf8(found$path), enc2utf8(c(dirname(odd), odd)))
  expect_equal(found$folder, c(TRUE, FALSE))
  expect_s3_class(found$modified, "POSIXct")
  there <- RxXdfData(paste0("hdfs://", odd))
  expect_identical(rxImport(there, reportProgress = 0), rxImport(local, reportProgress = 0))
  expect_identical(coef(rxLinMod(x ~ f, there, reportProgress = 0)), coef(rxLinMod(x ~ f, local, reportProgress = 0)))
  written <- RxTextData("/made.csv", fileSystem = RxHdfsFileSystem())
  rxDataStep(there, written, reportProgress = 0)
  expect_error(rxDataStep(there, written, reportProgress = 0), "exists: hdfs:///made.csv")
  expect_equal(rxImport(written, reportProgress = 0)$x, rows$x)
  for (source in list(RxParquetData, RxOrcData)) {
    columns <- source("/columns", fileSystem = RxHdfsFileSystem(),
        colInfo = list(f = list(type = "factor", levels = levels(rows$f))))
    rxDataStep(rows, columns, overwrite = TRUE, reportProgress = 0)
    expect_identical(rxImport(columns, reportProgress = 0)$x, rows$x)
    expect_identical(coef(rxLinMod(x ~ f, columns, reportProgress = 0)),
        coef(rxLinMod(x ~ f, local, reportProgress = 0)))
  }
  rxHadoopCopy("/a b", "/copy")
  rxHadoopMove("/copy", "/moved")
  back <- tempfile()
  rxHadoopCopyToLocal("/moved", back)
  expect_length(list.files(back, recursive = TRUE), 1L)
  dir.create(into <- tempfile())
  rxHadoopCopyToLocal("/moved", into)
  expect_equal(list.files(into), "moved")
  expect_error(rxHadoopRemove("/moved"), "is a folder: hdfs:///moved")
  rxHadoopRemoveDir("/moved", skipTrash = TRUE)
  expect_error(rxHadoopListFiles("/moved"), "file not found: hdfs:///moved")
  expect_error(rxHadoopCopy("", "/x"), "rxHadoopCopy: source is missing")
  })
})

test_that("commands of Hadoop run without a shell, and say how they ended", {
  home <- tempfile("hadoop")
  dir.create(file.path(home, "bin"), recursive = TRUE)
  program <- file.path(home, "bin", "hadoop")
  writeLines(c("#!/bin/sh", "case \"$1\" in", "version) echo Hadoop 3.3.6;;", "fails) echo broken >&2; exit 3;;",
      "*) for word in \"$@\"; do echo \"[$word]\"; done;;", "esac"), program)
  Sys.chmod(program, "700")
  old <- Sys.getenv(c("HADOOP_HOME", "INSITU_HADOOP_CLASSPATH"), unset = NA)
  Sys.setenv(HADOOP_HOME = home)
  Sys.unsetenv("INSITU_HADOOP_CLASSPATH")
  on.exit(for (name in names(old)) if (is.na(old[[name]])) Sys.unsetenv(name) else
      do.call(Sys.setenv, as.list(old[name])))
  expect_equal(rxHadoopVersion(), "3.3.6")
  expect_equal(rxHadoopCommand("fs -ls 'a b' $HOME", intern = TRUE), c("[fs]", "[-ls]", "[a b]", "[$HOME]"))
  expect_output(expect_null(rxHadoopCommand("-ls /")), "[fs]\n[-ls]\n[/]", fixed = TRUE)
  expect_warning(expect_message(rxHadoopCommand("fails"), "broken"), "ended with status 3")
  expect_error(rxHadoopCommand("fs", sshHostname = "edge"), "sshHostname must be left out")
  expect_error(rxHadoopCommand(1), "cmd must be a string")
  expect_error(rxHadoopCopyFromClient("x"), "hdfsDest is missing")
})
