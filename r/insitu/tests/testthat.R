# Runs the tests of the installed package: Rscript r/insitu/tests/testthat.R [part parts]
# Part i of n takes every n-th file from the i-th on, so that n processes share the work.
library(testthat)
library(insitu)
folder <- if (dir.exists("testthat")) "testthat" else "r/insitu/tests/testthat"
share <- as.integer(commandArgs(trailingOnly = TRUE))
if (length(share) == 0) share <- c(1L, 1L)
if (length(share) != 2 || anyNA(share) || share[1] < 1 || share[1] > share[2]) {
  stop("the arguments are the number of the part and how many parts there are, as in \"1 2\", not: ",
       paste(commandArgs(trailingOnly = TRUE), collapse = " "))
}
files <- sub("^test-(.*)[.][Rr]$", "\\1", list.files(folder, "^test-.*[.][Rr]$"))
mine <- files[seq_along(files) %% share[2] == share[1] %% share[2]]
if (length(mine) > 0) {
  test_dir(folder, filter = paste0("^(", paste(mine, collapse = "|"), ")$"), reporter = "summary",
      stop_on_failure = TRUE)
}
