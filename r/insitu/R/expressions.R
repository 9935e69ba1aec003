# Code that users write as arguments (transforms, rowSelection): captured unevaluated, turned into text for the engine
# where the engine can evaluate it (docs/expressions.md), else wrapped into a function that R evaluates (transforms.R).

# deparse() with a point in numbers, whatever Sys.setlocale("LC_NUMERIC") says: "c(0,5, 1)" would be three numbers.
.rxDeparsed <- function(code, ...) {
  numeric <- Sys.getlocale("LC_NUMERIC")
  if (numeric != "C") {
    Sys.setlocale("LC_NUMERIC", "C")
    on.exit(suppressWarnings(Sys.setlocale("LC_NUMERIC", numeric)))
  }
  deparse(code, ...)
}

# The text of code, with numbers as short as they read back the same (deparse writes 15 digits by itself).
.rxDeparse <- function(code) {
  text <- paste(.rxDeparsed(code, width.cutoff = 500L, backtick = TRUE), collapse = " ")
  same <- tryCatch(identical(parse(text = text, keep.source = FALSE)[[1L]], code), error = function(e) TRUE)
  if (same) return(text)
  exact <- c("keepNA", "keepInteger", "niceNames", "showAttributes", "digits17")
  paste(.rxDeparsed(code, width.cutoff = 500L, backtick = TRUE, control = exact), collapse = " ")
}

# The code behind an argument: what was written; or, for a name or call that yields an expression(), what that holds.
.rxCode <- function(code, caller) {
  if (is.null(code)) return(NULL)
  if (is.expression(code)) return(if (length(code)) code[[1L]])
  if (is.call(code) && identical(code[[1L]], quote(expression))) return(if (length(code) > 1L) code[[2L]])
  if (is.symbol(code)) {
    value <- get0(as.character(code), caller, ifnotfound = NULL)
    if (is.expression(value)) return(if (length(value)) value[[1L]])
    if (is.null(value) && exists(as.character(code), caller)) return(NULL)
    if (is.call(value)) return(value)
    if (is.list(value) && length(value) && all(vapply(value, is.language, NA)))
        return(as.call(c(list(quote(list)), value)))
  }
  if (is.call(code) && (identical(code[[1L]], quote(eval)) || identical(code[[1L]], quote(parse)) ||
      identical(code[[1L]], quote(quote)) || identical(code[[1L]], quote(as.call)) ||
      identical(code[[1L]], quote(bquote)))) {
    value <- eval(code, caller)
    if (is.expression(value)) return(value[[1L]])
    if (is.language(value)) return(value)
  }
  code
}

# transforms as a named list of code.
.rxTransformsCode <- function(code, caller) {
  code <- .rxCode(code, caller)
  if (is.null(code)) return(list())
  if (is.call(code) && identical(code[[1L]], quote(`{`)) && length(code) == 2L) code <- code[[2L]]
  if (!is.call(code) || !identical(code[[1L]], quote(list)))
    .rxStop(paste0("transforms must be list(name = expression, ...), not ", .rxShow(code)))
  items <- as.list(code)[-1L]
  if (length(items) && (is.null(names(items)) || any(names(items) == "")))
    .rxStop("transforms: every expression needs the name of its variable: list(name = expression, ...)")
  items
}

# Whether the engine can evaluate all of it.
.rxIsPortable <- function(texts) all(vapply(texts, function(text) .rxCall(insitu_is_portable, text), NA))

# Objects that the engine can hold: vectors of numbers, strings, logicals, and factors.
.rxPlainObject <- function(x) is.atomic(x) && !is.null(x) && is.null(dim(x)) && !is.complex(x) && !is.raw(x)
