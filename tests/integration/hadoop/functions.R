# Tasks and groups in R: what RxHadoopMR gives has to be identical to what this machine gives. Rscript functions.R ROWS
# FRAMEWORK SWITCHES: an .xdf of HDFS as test_functions.py makes it; "auto" or "yarn" for groups.

suppressPackageStartupMessages(library(RevoScaleR))
arguments <- commandArgs(trailingOnly = TRUE)
rxOptions(reportProgress = 0)
there <- RxHadoopMR(framework = arguments[[2L]], jvmOptions = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    hadoopSwitches = arguments[[3L]])
sales <- RxXdfData(arguments[[1L]])

everywhere <- function(call) {
  values <- lapply(list(here = RxLocalSeq(), there = there), function(context) {
    rxSetComputeContext(context)
    on.exit(rxSetComputeContext("local"))
    call()
  })
  stopifnot(identical(values$here, values$there))
  values$there
}

of_group <- function(keys, data, digits) {
  rows <- rxImport(data)
  if (identical(as.character(keys$store), "s3") && identical(keys$day, 2)) stop("not ", keys$store)
  list(nrow(rows), as.character(rows$number[[1L]]), round(sum(rows$price, na.rm = TRUE), digits), head(rows$note, 9),
      levels(rows$store), coef(rxLinMod(price ~ x, data)))
}
groups <- everywhere(function() {
  found <- rxExecBy(sales, keys = c("store", "day"), func = of_group, funcParams = list(digits = 3))
  lapply(found, function(each) list(each$keys, each$result, as.character(each$status), conditionMessage(
      if (is.null(attr(each$status, "condition"))) simpleCondition("") else attr(each$status, "condition"))))
})
stopifnot(length(groups) == 28L, sum(vapply(groups, function(each) each[[3L]] != "OK", NA)) == 1L)
failed <- Filter(function(each) each[[3L]] != "OK", groups)[[1L]]
stopifnot(grepl("not s3", failed[[4L]], fixed = TRUE), is.null(failed[[2L]]))
cat("groups:", length(groups), "\n")

if (arguments[[2L]] == "yarn") {
  models <- everywhere(function() as.data.frame(rxExecBy(sales, "store", rxLinMod, list(formula = price ~ day))))
  stopifnot(nrow(models) == 7L)
  cat("models:", nrow(models), "\n")
}

draw <- function(x) {
  if (x == 2) stop("no 2")
  list(x, rnorm(3), class(rxGetComputeContext())[[1L]])
}
values <- everywhere(function() {
  found <- suppressWarnings(rxExec(draw, x = rxElemArg(1:3), RNGseed = 5))
  lapply(found, function(each) if (inherits(each, "condition")) conditionMessage(each) else each)
})
stopifnot(grepl("no 2", values[[2L]]), values[[3L]][[1L]] == 3L, length(values[[3L]][[2L]]) == 3L)
cat("tasks:", length(values), "\n")
