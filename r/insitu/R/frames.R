# Data frames on their way into a request: columns for which the engine has no type are left out, with one warning, and
# refused by name where the request uses them (B17).

# Why a column has no counterpart, and what to do; NULL: it has one.
.rxNoCounterpart <- function(column) {
  no <- function(holds, instead) paste0("holds ", holds, ", for which there is no column type; ", instead)
  if (is.data.frame(column)) return(no("a data frame", "give each of its columns"))
  if (length(dim(column)) > 1L) return(paste0("has ", length(dim(column)),
      " dimensions; give one column for each of its columns"))
  # The numbers under an S4 class are a part of its values only (spans of lubridate, times of nanotime).
  if (isS4(column)) return(no(paste("values of class", class(column)[[1L]]), "make them numbers, dates or texts"))
  switch(typeof(column),
    logical = , integer = , double = , character = NULL,
    complex = no("complex numbers", "make columns of their real and imaginary parts, Re() and Im()"),
    raw = no("bytes", "make them numbers with as.integer()"),
    list = no(if (inherits(column, "vctrs_rcrd")) paste("values of class", class(column)[[1L]]) else "lists",
    "make one column of each item"),
    no(paste("values of type", typeof(column)), "make them numbers or texts"))
}

# What makes spans of time of the numbers of columns (difftime), by name: columns of the engine have no units.
.rxUnitsOf <- function(data) {
  if (is(data, "RxGroupData")) data <- data@frame
  if (!is.data.frame(data)) return(NULL)
  spans <- vapply(unclass(data), function(column) inherits(column, "difftime") && !isS4(column), NA)
  lapply(unclass(data)[spans], function(column) attributes(column)[c("class", "units")])
}

# A data frame whose columns are spans again; a function may have made something else of them.
.rxWithUnits <- function(frame, units) {
  for (name in intersect(names(units), names(frame)))
    if (is.numeric(frame[[name]]) && !is.object(frame[[name]])) attributes(frame[[name]]) <- units[[name]]
  frame
}

# The data frame without such columns, POSIXlt as POSIXct; `reasons` by name of those left out.
.rxReadableColumns <- function(data, what) {
  columns <- unclass(data)
  is_parts <- vapply(columns, inherits, NA, "POSIXlt")
  if (any(is_parts)) columns[is_parts] <- lapply(columns[is_parts], as.POSIXct)
  found <- lapply(columns, .rxNoCounterpart)
  reasons <- unlist(found)
  if (!any(is_parts) && !length(reasons)) return(list(data = data))
  columns <- columns[vapply(found, is.null, NA)]
  if (!length(columns))
    .rxStop(paste0(what, ": there is no column that can be read: ",
        .rxListed(paste0("'", names(reasons), "' ", reasons))), "rxDataError")
  frame <- structure(columns, row.names = attr(data, "row.names"), .rxVarInfo = attr(data, ".rxVarInfo"),
      class = "data.frame")
  list(data = frame, reasons = reasons)
}

.rxListed <- function(texts, most = 10L) {
  paste0(paste(utils::head(texts, most), collapse = "; "),
      if (length(texts) > most) paste(" and", length(texts) - most, "more"))
}

# What of a request names variables.
.rxUsing <- c("formula", "transforms", "rowSelection", "varsToKeep", "transformVars", "extraVarsToWrite", "pweights",
    "fweights", "rowVarName")

.rxWords <- function(texts) {
  quoted <- regmatches(texts, gregexpr("`[^`]+`", texts))
  plain <- regmatches(texts, gregexpr("[\\p{L}.][\\p{L}\\p{N}._]*", texts, perl = TRUE))
  unique(c(texts, gsub("`", "", unlist(quoted)), unlist(plain)))
}

# Whether rows are moved, or a formula means all variables.
.rxTakesAll <- function(document) {
  is.null(document$varsToKeep) && (is.null(document$formula) ||
      grepl("(^|[^[:alnum:]._])[.]($|[^[:alnum:]._])", document$formula))
}

# Refuses left-out columns that the request names; warns of the others where all are meant.
.rxTellLeftOut <- function(request) {
  left <- request$leftOut
  if (is.null(left)) return(invisible())
  drop <- as.character(unlist(request$document$varsToDrop))
  texts <- as.character(unlist(request$document[intersect(.rxUsing, names(request$document))]))
  used <- intersect(names(left$reasons), .rxWords(enc2utf8(texts)))
  if (length(used)) .rxStop(paste0(left$what, ": column '", used[[1L]], "' ", left$reasons[[used[[1L]]]]),
      "rxDataError")
  if (length(drop)) {
    rest <- setdiff(drop, names(left$reasons))
    request$document$varsToDrop <- if (length(rest)) .rxArray(rest)
  }
  told <- left$reasons[setdiff(names(left$reasons), drop)]
  if (length(told) && .rxTakesAll(request$document))
    warning(left$what, ": left out: ", .rxListed(paste0("column '", names(told), "', which ",
        sub(";", " -", told, fixed = TRUE))), call. = FALSE)
}

# Where a variable was not found because its column had been left out: the reason.
.rxExplainLeftOut <- function(request, error) {
  left <- request$leftOut
  message <- conditionMessage(error)
  if (!is.null(left) && grepl("not found", message, fixed = TRUE)) {
    named <- intersect(names(left$reasons), .rxWords(message))
    if (length(named)) .rxStop(paste0(left$what, ": column '", named[[1L]], "' ", left$reasons[[named[[1L]]]]),
        "rxDataError")
  }
  stop(error)
}
