# Functions of the user on the rows of a chunk (docs/functions.md): the environment they run in, the chunk variables
# .rxStartRow, .rxChunkNum, .rxNumRows, .rxReadFileName, .rxIsTestChunk, .rxIsPrediction, and .rxGet, .rxSet, .rxModify.

# The environment of the objects: transformEnvir itself where the caller gave one (changes are visible there
# afterwards), else a new one, whose parent is set at the first call. What code looks up goes: its own closure (a copy,
# changed by <<- and kept from chunk to chunk), chunk variables, objects, then what .rxBeyondObjects() says.
.rxObjectsEnvironment <- function(objects, transformEnvir) {
  if (is.null(transformEnvir)) return(list2env(as.list(objects), parent = baseenv()))
  list2env(as.list(objects), envir = transformEnvir)
}

.rxChunkEnvironment <- function(objects) {
  env <- new.env(parent = objects)
  env$.rxTransformEnvir <- objects
  env$.rxGet <- function(objName) {
    if (!exists(objName, objects, inherits = FALSE))
      stop("no object '", objName, "' in transformObjects; there are: ",
          paste(ls(objects, all.names = TRUE), collapse = ", "), call. = FALSE)
    get(objName, objects, inherits = FALSE)
  }
  env$.rxSet <- function(objName, value) {
    assign(objName, value, objects)
    invisible(value)
  }
  env$.rxModify <- function(objName, ..., FUN = "+") {
    apply_it <- if (is.character(FUN)) get(FUN, envir = objects, mode = "function") else FUN
    value <- apply_it(get(objName, objects, inherits = FALSE), ...)
    assign(objName, value, objects)
    invisible(value)
  }
  env
}

# The function with its closure copied in front of the chunk's environment. Functions of packages and of the workspace
# keep looking there: their variables are not copied.
.rxInScope <- function(fun, scope, objects) {
  if (is.primitive(fun)) return(fun)
  closure <- environment(fun)
  if (identical(closure, globalenv()) || isNamespace(closure) || identical(closure, baseenv())) {
    environment(fun) <- scope
  } else {
    clash <- intersect(ls(closure, all.names = TRUE), ls(objects, all.names = TRUE))
    if (length(clash)) warning("transformFunc: its own variable", if (length(clash) > 1L) "s", " ",
        paste(clash, collapse = ", "),
        " hide", if (length(clash) == 1L) "s", " transformObjects of the same name", call. = FALSE)
    environment(fun) <- list2env(as.list(closure, all.names = TRUE), parent = scope)
  }
  fun
}

# What expressions may use besides variables and objects: base, methods, utils, stats, and the packages that were asked
# for, a later one before an earlier one.
.rxSterileEnvironment <- function(packages = NULL) {
  env <- new.env(parent = baseenv())
  for (package in c("methods", "utils", "stats", packages))
    for (name in getNamespaceExports(package)) local({
      p <- package
      n <- name
      delayedAssign(n, getExportedValue(p, n), assign.env = env)
    })
  env
}

# Where lookup goes on behind the objects: for expressions the packages alone; for a function where its closure goes on,
# so that one of the workspace goes on seeing the workspace.
.rxBeyondObjects <- function(transformFunc, packages) {
  if (is.null(transformFunc)) return(.rxSterileEnvironment(packages))
  if (is.primitive(transformFunc)) return(baseenv())
  closure <- environment(transformFunc)
  if (identical(closure, globalenv()) || isNamespace(closure) || identical(closure, baseenv()))
      closure else parent.env(closure)
}

# Packages that are always there under the names of scripts.
.rxOwnPackages <- c("base", "RevoScaleR", "insitu", "utils", "stats", "methods")

# transformPackages of the call and of the option, without those that are always there. Fails for one that is not
# installed.
.rxTransformPackages <- function(packages) {
  packages <- setdiff(unique(c(.rxOption("transformPackages"), packages)), .rxOwnPackages)
  for (package in packages) if (!requireNamespace(package, quietly = TRUE))
    .rxStop(paste0("transformPackages: package '", package, "' is not installed"))
  packages
}

# The function that the engine calls with (rows, info): the user's transformFunc, then transforms and rowSelection that
# R evaluates. Returns the rows, or an object of class rxUserError. `parts`: transformFunc, transforms, rowSelection,
# packages, skipTestChunk.
.rxRowFunction <- function(parts, objects, own_objects = TRUE) {
  # A promise that waits would send the caller's frame, and its data, to every worker.
  list(parts, objects, own_objects)
  scope <- NULL
  called <- NULL
  function(rows, info) {
    tryCatch({
      # Where only the objects are wanted, they must not see the first rows twice.
      if (isTRUE(parts$skipTestChunk) && info$isTestChunk) return(list())
      if (is.null(scope)) {
        for (package in parts$packages)
          if (!requireNamespace(package, quietly = TRUE))
              stop("package '", package, "' of transformPackages is not installed")
          else if (!is.null(parts$transformFunc) && !paste0("package:", package) %in% search()) attachNamespace(package)
        if (own_objects) parent.env(objects) <- .rxBeyondObjects(parts$transformFunc, parts$packages)
        scope <<- .rxChunkEnvironment(objects)
        if (!is.null(parts$transformFunc)) called <<- .rxInScope(parts$transformFunc, scope, objects)
      }
      list2env(list(.rxStartRow = info$startRow, .rxChunkNum = info$chunkNum, .rxNumRows = info$numRows,
          .rxReadFileName = info$readFileName, .rxIsTestChunk = info$isTestChunk, .rxIsPrediction = info$isPrediction),
          scope)
      n <- info$numRows
      if (!is.null(parts$transformFunc)) {
        unchanged <- names(rows)
        result <- called(rows)
        if (is.null(result)) return(list())
        rows <- .rxReturned(result, n, unchanged)
        if (length(rows)) n <- length(rows[[1L]])
      }
      for (i in seq_along(parts$transforms)) {
        name <- names(parts$transforms)[[i]]
        # New data need not have what the response was made of.
        there <- function(read) read %in% names(rows) || exists(read, scope)
        if (info$isPrediction && !all(vapply(parts$reads[[i]], there, NA))) next
        value <- eval(parts$transforms[[i]], rows, scope)
        rows[[name]] <- if (!is.null(value)) .rxPerRow(value, n, name)
      }
      if (!is.null(parts$rowSelection))
        rows[[".rxRowSelection"]] <- .rxPerRow(as.logical(eval(parts$rowSelection, rows, scope)), n, "rowSelection")
      rows
    }, error = function(e) {
      structure(list(paste0(conditionMessage(e), .rxLineOf(e, parts$transformFunc))), class = "rxUserError")
    })
  }
}

# " (line 3: code)" where the failing call, or the object that was not found, stands in the function's body.
.rxLineOf <- function(condition, transformFunc) {
  call <- conditionCall(condition)
  if (is.null(call) || is.null(transformFunc) || is.primitive(transformFunc)) return("")
  body_lines <- .rxDeparsed(body(transformFunc))
  text <- .rxDeparsed(call)[[1L]]
  whole <- identical(call[[1L]], quote(called))
  if (whole) text <- regmatches(conditionMessage(condition),
      regexpr("(?<=')[^']+(?=')", conditionMessage(condition), perl = TRUE))
  at <- if (length(text)) which(vapply(body_lines, function(line) grepl(text, line, fixed = TRUE), NA))
  if (length(at)) paste0(" (line ", at[[1L]], ": ", trimws(body_lines[[at[[1L]]]]), ")") else if (whole)
      "" else paste0(" (in ", text, ")")
}

# What a function returned as variables of one length.
.rxReturned <- function(result, n, unchanged) {
  if (!is.list(result)) stop("it must return a list of variables, not ", class(result)[[1L]], call. = FALSE)
  result <- result[!vapply(result, is.null, NA)]
  names_of <- names(result)
  if (length(result) && (is.null(names_of) || anyNA(names_of) || any(names_of == "")))
    stop("it must return a list in which every variable has a name", call. = FALSE)
  if (anyDuplicated(names_of)) stop("it returns two variables named '", names_of[[anyDuplicated(names_of)]], "'",
      call. = FALSE)
  result <- unclass(result)
  attributes(result) <- list(names = names_of)
  .rxRecycle(result, n, stretch = length(intersect(unchanged, names_of)) > 0L)
}

# Variables of one length: single values are stretched beside longer ones, and (with `stretch`) to the chunk's n rows.
.rxRecycle <- function(values, n, stretch) {
  for (name in names(values)) values[[name]] <- .rxVector(values[[name]], name)
  lengths_of <- vapply(values, length, 0L)
  if (stretch && all(lengths_of == 1L)) return(lapply(values, rep_len, n))
  longest <- max(lengths_of, 0L)
  for (i in seq_along(values)) {
    if (lengths_of[[i]] == 1L && longest > 1L) values[[i]] <- rep(values[[i]], longest)
    else if (lengths_of[[i]] != longest)
      stop("variable '", names(values)[[i]], "' has ", lengths_of[[i]], " values, others have ", longest, call. = FALSE)
  }
  values
}

# The value of an expression: one for each of the n rows, or one for all.
.rxPerRow <- function(value, n, name) {
  value <- .rxVector(value, name)
  if (length(value) == 1L) return(rep(value, n))
  if (length(value) != n) stop("'", name, "' has ", length(value), " values for ", n, " rows", call. = FALSE)
  value
}

# One variable: a matrix of one column is a vector (scale(x)); names of values go, what describes the variable stays.
.rxVector <- function(x, name) {
  if (inherits(x, "POSIXlt")) x <- as.POSIXct(x)
  if (is.data.frame(x) || length(dim(x)) > 1L && ncol(x) != 1L)
    stop("variable '", name, "' has ", ncol(x), " columns; a variable is one vector", call. = FALSE)
  if (!is.atomic(x) || is.complex(x) || is.raw(x))
    stop("variable '", name, "' is of type ", typeof(x),
        "; a variable is numbers, logicals, texts, dates, times or a factor", call. = FALSE)
  if (is.table(x)) x <- as.vector(x)
  if (!is.null(dim(x))) dim(x) <- NULL
  if (!is.null(names(x))) names(x) <- NULL
  x
}
