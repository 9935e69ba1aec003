# What a task of rxExec needs besides its arguments (docs/exec.md): the names that a function uses are searched in its
# code, and only what they stand for travels. Environments of the user's become slim ones that hold just that, linked as
# the whole ones are, so that functions that share variables go on sharing them.

# Environments that every R session has: those of packages, and what lies behind the workspace.
.rxIsInstalled <- function(env)
  identical(env, emptyenv()) || identical(env, baseenv()) || isNamespace(env) || isNamespace(topenv(env)) &&
      !identical(topenv(env), globalenv()) && identical(env, topenv(env)) ||
          grepl("^(package|imports|Autoloads|tools):?",
          environmentName(env))

# `caller` and `ways` are for what is told of a name that is missing.
.rxShipment <- function(given = character(), caller = "rxExec", ways = paste("define it before the call, give it in",
    "execObjects, or name its package in packagesToLoad")) {
  shipment <- new.env(parent = emptyenv())
  shipment$caller <- caller
  shipment$ways <- ways
  shipment$whole <- list()
  shipment$slim <- list()
  shipment$items <- list()
  shipment$packages <- character()
  shipment$given <- given
  shipment$methods <- character()  # names (task_methods.R)
  shipment$lenient <- FALSE
  shipment
}

# The slim environment that stands for one of the user's.
.rxSlim <- function(shipment, env) {
  if (.rxIsInstalled(env)) return(env)
  for (i in seq_along(shipment$whole)) if (identical(shipment$whole[[i]], env)) return(shipment$slim[[i]])
  global <- identical(env, globalenv())
  slim <- new.env(parent = if (global) globalenv() else .rxSlim(shipment, parent.env(env)))
  shipment$whole <- c(shipment$whole, list(env))
  shipment$slim <- c(shipment$slim, list(slim))
  slim
}

# A value as it travels: functions and formulas in it, and in lists, in slim environments.
.rxPacked <- function(shipment, value) {
  if (is.function(value)) return(.rxPackedFunction(shipment, value))
  if (inherits(value, "formula")) return(.rxPackedFormula(shipment, value))
  if (is.list(value) && !is.data.frame(value) && length(value) <= 10000L && .rxHoldsCode(value))
    for (i in seq_along(value)) {
      each <- value[[i]]
      if (is.function(each) || is.list(each) || inherits(each, "formula")) value[[i]] <- .rxPacked(shipment, each)
    }
  value
}

.rxHoldsCode <- function(x, depth = 0L) {
  if (is.atomic(x)) return(FALSE)
  for (each in unclass(x)) {
    if (is.function(each) || inherits(each, "formula")) return(TRUE)
    if (depth < 4L && is.list(each) && !is.data.frame(each) && length(each) <= 10000L && .rxHoldsCode(each, depth + 1L))
      return(TRUE)
  }
  FALSE
}

.rxPackedFormula <- function(shipment, formula) {
  env <- environment(formula)
  if (is.null(env) || .rxIsInstalled(env)) return(formula)
  for (name in all.names(formula, unique = TRUE)) .rxTake(shipment, env, name, "any")
  environment(formula) <- .rxSlim(shipment, env)
  formula
}

.rxPackedFunction <- function(shipment, fun) {
  if (is.primitive(fun) || .rxIsInstalled(environment(fun))) return(fun)
  env <- environment(fun)
  if (isS4(fun) && is(fun, "genericFunction")) {
    if (!identical(attr(fun@generic, "package"), ".GlobalEnv") || shipment$lenient) return(fun)
    .rxStop(paste0(shipment$caller, ": '", fun@generic, "' is a generic function of S4 that this session defines, and ",
        "workers know those of packages alone: put it into a package, or use RxLocalSeq"), "rxUnsupported")
  }
  # It warns of `...` that the function takes from where it was made.
  names_of <- suppressWarnings(codetools::findGlobals(fun, merge = FALSE))
  if (.rxUsesDots(body(fun)) && !"..." %in% names(formals(fun))) .rxTakeDots(shipment, env)
  for (name in names_of$functions)
    if (!.rxTake(shipment, env, name, "function")) .rxCheckMissing(shipment, fun, name, "function")
  for (name in setdiff(names_of$variables, c(names_of$functions, "...")))
    if (!.rxTake(shipment, env, name, "any")) .rxCheckMissing(shipment, fun, name, "object")
  .rxTakeMethods(shipment, env, names_of$functions, .rxTextsIn(body(fun)))
  # The text of the file that the function stands in does not travel.
  fun <- utils::removeSource(fun)
  environment(fun) <- .rxSlim(shipment, env)
  fun
}

# Puts what `name` stands for, seen from an environment, into the slim one; FALSE: it stands for nothing.
.rxTake <- function(shipment, env, name, mode) {
  if (name %in% shipment$given) return(TRUE)
  at <- env
  while (!.rxIsInstalled(at)) {
    if (exists(name, at, mode = mode, inherits = FALSE)) {
      slim <- .rxSlim(shipment, at)
      if (exists(name, slim, inherits = FALSE)) return(TRUE)
      value <- get(name, at, mode = mode, inherits = FALSE)
      assign(name, value, slim)  # before what it needs itself, which may be it again
      value <- .rxPacked(shipment, value)
      assign(name, value, slim)
      shipment$items[[name]] <- list(value = value)
      return(TRUE)
    }
    if (identical(at, globalenv())) break
    at <- parent.env(at)
  }
  # Behind the workspace: packages that are attached here are attached there.
  at <- if (identical(at, globalenv())) parent.env(at) else at
  while (!identical(at, emptyenv())) {
    if (exists(name, at, mode = mode, inherits = FALSE)) {
      package <- environmentName(at)
      if (startsWith(package, "package:")) shipment$packages <- union(shipment$packages, substring(package, 9L))
      return(TRUE)
    }
    at <- parent.env(at)
  }
  FALSE
}

# Whether code takes arguments from `...`, by ..1 and its like, too.
.rxUsesDots <- function(code) {
  names_of <- all.names(code)
  any(names_of %in% c("...", "...elt", "...length", "...names") | grepl("^[.][.][0-9]+$", names_of))
}

# `...` of the frame that a function was made in, without the promises, which hold whole frames.
.rxTakeDots <- function(shipment, env) {
  while (!.rxIsInstalled(env) && !exists("...", env, inherits = FALSE)) env <- parent.env(env)
  if (.rxIsInstalled(env)) return()
  slim <- .rxSlim(shipment, env)
  if (exists("...", slim, inherits = FALSE)) return()
  made <- do.call(function(...) {
    list(...)
    environment()
  }, evalq(list(...), env))
  assign("...", get("...", made), slim)
}

# Functions whose arguments are code about columns, not values.
.rxAboutColumns <- c("with", "within", "subset", "transform", "quote", "bquote", "substitute", "expression", "evalq",
    "library", "require", "requireNamespace", "~", "[", "::", ":::", "$", "@", "rm", "missing", "curve", "local",
    "on.exit", "rxDataStep", "rxImport", "rxSummary", "rxLinMod", "rxLogit", "rxGlm")

# Fails for a name that stands for nothing, with where it is used. A name in code about columns may be one of them.
.rxCheckMissing <- function(shipment, fun, name, kind) {
  if (shipment$lenient) return()
  env <- environment(fun)
  quoted <- function(callee) {
    if (!is.symbol(callee)) return(FALSE)
    if (as.character(callee) %in% .rxAboutColumns) return(TRUE)
    f <- get0(as.character(callee), env, mode = "function")
    is.function(f) && !is.primitive(f) &&
      any(c("substitute", "match.call", "sys.call", "enquo", "enquos", "UseMethod") %in% all.names(body(f)))
  }
  used <- function(code) {
    if (is.symbol(code)) return(identical(as.character(code), name))
    if (is.pairlist(code)) code <- as.list(code)
    if (!is.call(code) && !is.list(code)) return(FALSE)
    if (is.call(code) && quoted(code[[1L]]) && !identical(as.character(code[[1L]]), name)) return(FALSE)
    for (i in seq_along(code)) {
      each <- code[[i]]
      if (!missing(each) && used(each)) return(TRUE)
    }
    FALSE
  }
  if (!used(body(fun)) && !any(vapply(as.list(formals(fun)), function(each) !missing(each) && used(each), NA))) return()
  source <- attr(fun, "srcref")
  lines <- if (is.null(source)) .rxDeparsed(fun) else as.character(source)
  pattern <- paste0("(?<![\\w.])\\Q", name, "\\E(?![\\w.])")
  at <- grep(pattern, lines, perl = TRUE)
  where <- if (length(at)) paste0(", used in line ", at[[1L]], " of the function (", trimws(lines[[at[[1L]]]]), "),")
  .rxStop(paste0(shipment$caller, ": ", kind, " '", name, "'", where, " was not found: ", shipment$ways))
}

# Bytes that an item takes on its way.
.rxBytesOf <- function(value) {
  if (is.function(value) || is.environment(value) || is.list(value)) length(serialize(value, NULL, xdr = FALSE))
  else as.numeric(utils::object.size(value))
}

# What would travel with a function: a data frame of name, kind and bytes.
.rxManifestOf <- function(shipment, fun, arguments) {
  kind <- function(value) if (is.function(value)) "function" else class(value)[[1L]]
  items <- shipment$items
  rows <- data.frame(name = c("FUN", names(items)),
      kind = c("function", vapply(items, function(item) kind(item$value), "")),
      bytes = c(length(serialize(utils::removeSource(.rxBare(fun)), NULL, xdr = FALSE)),
          vapply(items, function(item) .rxBytesOf(if (is.function(item$value)) .rxBare(item$value) else item$value),
          0)),
      stringsAsFactors = FALSE)
  rows <- rows[order(c(-Inf, -rows$bytes[-1L]), method = "radix"), ]
  if (length(shipment$packages)) {
    others <- setdiff(shipment$packages, c("stats", "graphics", "grDevices", "utils", "datasets", "methods"))
    if (length(others)) rows <- rbind(rows, data.frame(name = others, kind = "package", bytes = 0))
  }
  if (length(arguments)) {
    names_of <- names(arguments)
    if (is.null(names_of)) names_of <- rep("", length(arguments))
    names_of[names_of == ""] <- paste0("argument ", which(names_of == ""))
    rows <- rbind(rows, data.frame(name = names_of, kind = "argument",
        bytes = vapply(arguments, function(value) as.numeric(.rxBytesOf(value)), 0)))
  }
  rownames(rows) <- NULL
  structure(rows, class = c("rxExecManifest", "data.frame"))
}

# A function by its code alone, to tell its size.
.rxBare <- function(fun) {
  if (!is.primitive(fun) && !.rxIsInstalled(environment(fun))) environment(fun) <- globalenv()
  fun
}

print.rxExecManifest <- function(x, ...) {
  shown <- data.frame(name = x$name, kind = x$kind, bytes = format(x$bytes, big.mark = ",", decimal.mark = ".",
      scientific = FALSE))
  print(shown, row.names = FALSE, right = FALSE)
  invisible(x)
}
