# The border part of the R tests with the package built under the address sanitizer (./dev test): Rscript tests/border.R
library(testthat)
library(insitu)
outcome <- as.data.frame(test_file("r/insitu/tests/testthat/test-border.R", reporter = "summary"))
cat(sum(outcome$nb), "expectations\n")
if (any(outcome$failed > 0 | outcome$error) || sum(outcome$nb) < 100) quit(status = 1)
