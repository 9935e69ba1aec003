# Printing: the engine writes the layouts (the same for every language); R shows them.

# `tables`: the data frames or matrices that the layout shows.
.rxShowText <- function(x, layout, tables = list()) {
  printed <- .rxWithinMaxPrint(.rxPrinted(x, layout), tables)
  cat(printed, if (!endsWith(printed, "\n")) "\n", sep = "")
  invisible(x)
}

# A printed layout without the rows of its tables beyond getOption("max.print") entries, and with R's line where they
# were. A table is found as the run of lines that is as long as it, with at most four lines of heads.
.rxWithinMaxPrint <- function(printed, tables) {
  most <- getOption("max.print", 99999L)
  rows <- vapply(tables, NROW, 1L)
  shown <- pmax(most %/% pmax(vapply(tables, NCOL, 1L), 1L), 1L)
  if (!any(rows > shown)) return(printed)
  lines <- strsplit(printed, "\n", fixed = TRUE)[[1L]]
  runs <- rle(!grepl("^(\\s*|---)$", lines))  # what is between blank lines; the legend of stars is not of the table
  last <- cumsum(runs$lengths)
  keep <- rep(TRUE, length(lines))
  for (i in which(rows > shown)) {
    run <- which(runs$values & runs$lengths >= rows[[i]] & runs$lengths <= rows[[i]] + 4L)
    if (!length(run)) next
    end <- last[[run[[1L]]]]
    omitted <- rows[[i]] - shown[[i]]
    keep[seq.int(end - omitted + 2L, length.out = omitted - 1L)] <- FALSE
    lines[[end - omitted + 1L]] <- sprintf(" [ reached 'max' / getOption(\"max.print\") -- omitted %d rows ]", omitted)
    runs$values[[run[[1L]]]] <- FALSE
  }
  paste0(paste(lines[keep], collapse = "\n"), "\n")
}

.rxShowCall <- function(x) {
  if (!is.null(x$call)) cat("Call:\n", paste(.rxDeparsed(x$call), collapse = "\n"), "\n\n", sep = "")
}

# The fields that a summary prints. The engine has written them out already; where a script has changed one of them
# since, what is there now is printed.
.rxShownOfSummary <- c("nobs.valid", "nobs.missing", "sDataFrame", "categorical")

print.rxSummary <- function(x, ...) {
  fields <- unclass(x)
  if (identical(attr(x, "as.made", exact = TRUE), fields[intersect(.rxShownOfSummary, names(fields))]))
      return(.rxShowText(x, "print", if (length(x$categorical)) x$categorical else list(x$sDataFrame)))
  .rxShowCall(x)
  cat("Summary Statistics Results for:", .rxDeparse(structure(x$formula, class = NULL, .Environment = NULL)), "\n")
  if (length(x$nobs.valid)) cat("Number of valid observations:", format(x$nobs.valid), "\n")
  if (length(x$nobs.missing)) cat("Number of missing observations:", format(x$nobs.missing), "\n")
  if (NROW(x$sDataFrame)) {
    cat("\n")
    print(x$sDataFrame, row.names = FALSE, ...)
  }
  for (table in x$categorical) {
    cat("\n")
    print(table, row.names = FALSE, ...)
  }
  invisible(x)
}
summary.rxSummary <- function(object, ...) object
as.data.frame.rxSummary <- function(x, ...) x$sDataFrame

print.rxLinMod <- function(x, ...) .rxShowText(x, "print", list(x$coefficients))
summary.rxLinMod <- function(object, ...) {
  tables <- lapply(seq_len(ncol(object$coefficients)), function(i) cbind(Estimate = object$coefficients[, i],
      `Std. Error` = object$coef.std.error[, i], `t value` = object$coef.t.value[, i],
      `Pr(>|t|)` = object$coef.p.value[, i]))
  names(tables) <- colnames(object$coefficients)
  structure(c(tables, unclass(object)[c("sigma", "r.squared", "adj.r.squared", "fstatistics", "df", "call", "formula",
      "condition.number")]),
      printed = attr(object, "printed", exact = TRUE), reply = attr(object, "reply", exact = TRUE),
      class = "summary.rxLinMod")
}
print.summary.rxLinMod <- function(x, ...) .rxShowText(x, "summary",
    lapply(unclass(x), function(each) if (is.matrix(each)) each))

print.rxGetInfo <- function(x, ...) {
  cat(x$printed, if (!endsWith(x$printed, "\n")) "\n", sep = "")
  invisible(x)
}

# One variable of rxGetVarInfo: a list whose fields scripts read and change.
print.rxVarInfo <- function(x, ...) {
  if (length(x$description) && nzchar(x$description)) cat(x$description, "\n", sep = "")
  cat("Type: ", x$varType, if (length(x$storage) && is.null(x$levels)) paste0(", Storage: ", x$storage), sep = "")
  if (length(x$low) && length(x$high)) cat(", Low/High: (", sprintf("%.4f", x$low), ", ", sprintf("%.4f", x$high), ")",
      sep = "")
  cat("\n")
  if (!is.null(x$levels)) cat(length(x$levels), " factor levels: ", paste(utils::head(x$levels, 100L), collapse = " "),
        if (length(x$levels) > 100L) " ...", "\n", sep = "")
  if (!is.null(x$valueInfoCodes)) cat("Value codes: ",
      paste(x$valueInfoCodes, x$valueInfoLabels, sep = "=", collapse = " "), "\n", sep = "")
  invisible(x)
}

print.rxGetVarInfo <- function(x, ...) {
  text <- attr(x, "printed", exact = TRUE)
  if (is.null(text)) print(unclass(x)) else cat(text, if (!endsWith(text, "\n")) "\n", sep = "")
  invisible(x)
}
