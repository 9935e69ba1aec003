# Runs cases.R; writes what each example printed to <out>/<id>.txt, or its error to <out>/<id>.err.
# Rscript run_cases.R <cases.R> <sample folder> <out folder> <ids> <compute context>

arguments <- commandArgs(TRUE)
out <- arguments[3]
wanted <- strsplit(arguments[4], ",")[[1]]
options(width = 160, warn = 1)

examples <- list()
example <- function(id, code) {
  examples[[id]] <<- list(code = substitute(code), where = parent.frame())
}

source(arguments[1], local = FALSE)
rxOptions(sampleDataDir = arguments[2], reportProgress = 0)
rxSetComputeContext(arguments[5])

for (id in names(examples)) {
  if (!id %in% wanted) next
  one <- examples[[id]]
  printed <- tryCatch(
    capture.output(invisible(eval(one$code, new.env(parent = one$where)))),
    error = function(e) {
      writeLines(conditionMessage(e), file.path(out, paste0(id, ".err")))
      NULL
    })
  if (!is.null(printed)) writeLines(printed, file.path(out, paste0(id, ".txt")))
}
