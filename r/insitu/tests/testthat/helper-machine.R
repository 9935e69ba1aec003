# Another machine for tests: an sshd of their own on loopback (docs/remote.md), where this package is found.

machine <- function() {
  script <- c(file.path("..", "..", "..", "..", "tests", "loopback_sshd.py"), file.path("tests", "loopback_sshd.py"))
  script <- script[file.exists(script)]
  if (!length(script)) skip("tests/loopback_sshd.py is not here: the tests of the package are run alone")
  skip_if_not_installed("jsonlite")
  folder <- tempfile("machine ")
  dir.create(file.path(folder, "Gr\u00f6\u00dfe"), recursive = TRUE)
  dir.create(file.path(folder, "temporary"))
  ready <- file.path(folder, "ready")
  server <- pipe(paste("exec python3", shQuote(normalizePath(script[[1L]])), "--ready", shQuote(ready), "--env",
      shQuote(paste0("XDG_CACHE_HOME=", folder, "/cache")), "--env",
      shQuote(paste0("R_LIBS=", paste(.libPaths(), collapse = ":"))), "--env",
      shQuote(paste0("INSITU_JOBS_FOLDER=", folder, "/jobs")), "--env",
      shQuote(paste0("TMPDIR=", folder, "/temporary"))), "w")
  for (i in 1:3000) if (file.exists(ready)) break else Sys.sleep(0.01)
  about <- jsonlite::fromJSON(ready)
  if (!is.null(about$skip)) {
    close(server)
    skip(about$skip)
  }
  list(server = server, about = about, folder = file.path(folder, "Gr\u00f6\u00dfe"),
      temporary = file.path(folder, "temporary"))
}
