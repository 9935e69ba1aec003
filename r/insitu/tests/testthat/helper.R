rxOptions(reportProgress = 0)
# Jobs of tests lie apart from those of the user.
if (!nzchar(Sys.getenv("INSITU_JOBS_FOLDER"))) Sys.setenv(INSITU_JOBS_FOLDER = file.path(tempdir(), "jobs"))

delays <- function(n = 1000) {
  i <- seq_len(n) - 1L
  data.frame(delay = (i * 37) %% 61 - 10, count = as.integer(i %% 7), day = factor(c("Mon", "Tue", "Wed")[i %% 3 + 1]),
      name = paste("row", i), stringsAsFactors = FALSE)
}

xdf_of <- function(frame, ...) rxDataStep(frame, tempfile(fileext = ".xdf"), ...)

samples_folder <- function() {
  for (folder in c(Sys.getenv("INSITU_SAMPLES"), file.path("..", "shared", "data"),
      file.path("..", "..", "..", "..", "..", "shared", "data")))
    if (nzchar(folder) && dir.exists(folder)) return(normalizePath(folder))
  testthat::skip("no sample files: set INSITU_SAMPLES to the folder that holds AirlineDemoSmall-1block.xdf")
}
