# Runs the tests of the installed package: Rscript r/insitu/tests/testthat.R
library(testthat)
library(insitu)
folder <- if (dir.exists("testthat")) "testthat" else "r/insitu/tests/testthat"
test_dir(folder, reporter = "summary", stop_on_failure = TRUE)
