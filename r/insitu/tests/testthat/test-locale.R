# A17: answers never depend on the locale of the process, nor on options(OutDec): in child processes under a locale that
# writes 1,5.

locale_script <- '
if (length(commandArgs(TRUE))) {
  invisible(Sys.setlocale("LC_ALL", "de_DE.UTF-8"))
  suppressWarnings(invisible(Sys.setlocale("LC_NUMERIC", "de_DE.UTF-8")))
  stopifnot(Sys.localeconv()[["decimal_point"]] == ",")
  options(OutDec = ",")
}
library(RevoScaleR)
rxOptions(reportProgress = 0)
n <- 40000
frame <- data.frame(x = seq_len(n) / 8 + 0.25, s = rep(c("1.5", "2,5", "x", NA), n / 4), z = rep(c("b", "a", "Z", "\u00e4"), n / 4))
for (context in list(RxLocalSeq(), RxProcesses(numWorkers = 2))) {
  rxSetComputeContext(context)
  rxDataStep(frame, "l.xdf", transforms = list(text = as.character(x), range = cut(x, c(0, 1.75, 2.5, 1e9)), fixed = sprintf("%.2f", x),
    general = formatC(x, digits = 5), pasted = paste(x, 0.5), number = suppressWarnings(as.numeric(s)), f = factor(z)), overwrite = TRUE)
  back <- rxReadXdf("l.xdf", numRows = 9)
  f_levels <- levels(rxImport("l.xdf")$f)
  rxDataStep("l.xdf", RxTextData("l.csv"), overwrite = TRUE)
  same <- rxSummary(~ x + range, "l.xdf")$sDataFrame$Mean == mean(frame$x)
  model <- rxLinMod(number ~ x + range, "l.xdf")
  tasks <- unlist(rxExec(function(x, scale) x * scale + runif(1), rxElemArg(c(1.5, 2.25, 1e6)), scale = 0.5, RNGseed = 3,
      taskTimeout = if (is(context, "RxProcesses")) 60.5))
  table <- capture.output(print(rxSummary(~ x, "l.xdf")$sDataFrame[c("Name", "ValidObs")]))
  invisible(Sys.setlocale("LC_NUMERIC", "C"))  # what follows is R printing
  options(OutDec = ".")
  for (name in names(back)) writeLines(c(name, if (is.double(back[[name]])) sprintf("%a", back[[name]]) else as.character(back[[name]])))
  writeLines(c(f_levels, readLines("l.csv", 9), table))
  print(same)
  writeLines(sprintf("%a", c(coef(model), tasks)))
  if (length(commandArgs(TRUE))) {
    suppressWarnings(invisible(Sys.setlocale("LC_NUMERIC", "de_DE.UTF-8")))
    options(OutDec = ",")
  }
}
'

run_locale_script <- function(folder, ..., environment) {
  dir.create(folder)
  script <- file.path(folder, "script.R")
  writeLines(locale_script, script)
  old <- setwd(folder)
  on.exit(setwd(old))
  libraries <- paste0("R_LIBS=", paste(.libPaths(), collapse = ":"))
  output <- suppressWarnings(system2(file.path(R.home("bin"), "Rscript"), c("script.R", ...), stdout = TRUE,
      stderr = TRUE, env = c(libraries, environment)))
  status <- attr(output, "status")
  expect_null(status, info = paste(output, collapse = "\n"))
  as.character(output[!grepl("LC_NUMERIC|time", output)])
}

test_that("A17: answers do not depend on the locale", {
  localedef <- Sys.which("localedef")
  skip_if(!nzchar(localedef) || !file.exists("/usr/share/i18n/locales/de_DE"),
      "the locale de_DE cannot be made here: install Debian's package locales")
  folder <- tempfile("locale")
  dir.create(folder)
  locales <- file.path(folder, "locales")
  dir.create(locales)
  system2(localedef, c("-i", "de_DE", "-f", "UTF-8", file.path(locales, "de_DE.UTF-8")), stdout = FALSE, stderr = FALSE)
  plain <- run_locale_script(file.path(folder, "plain"), environment = "LC_ALL=C.UTF-8")
  comma <- run_locale_script(file.path(folder, "comma"), "comma",
      environment = c(paste0("LOCPATH=", locales), "LC_ALL=de_DE.UTF-8"))
  expect_true(any(grepl("(0,1.75]", plain, fixed = TRUE)))
  expect_identical(comma, plain)
})
