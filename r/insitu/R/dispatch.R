# From a call of a public function to its implementation. The generated wrappers (generated.R) pass their call and their
# frame; argument names are checked here, once for all: unknown ones are an error with a suggestion, unique beginnings
# are completed with a warning.

# Expands ... in a call so that every written name is seen.
.rxWrittenNames <- function(call, frame) {
  arguments <- as.list(call)[-1L]
  if (!length(arguments)) return(character())
  written <- names(arguments)
  if (is.null(written)) written <- rep("", length(arguments))
  is_dots <- vapply(arguments, identical, NA, quote(...))
  if (any(is_dots)) {
    dots <- tryCatch(evalq(names(list(...)), frame), error = function(e) NULL)
    written <- c(written[!is_dots], dots)
  }
  written[nzchar(written)]
}

.rxCheckNames <- function(name, written, known, dots) {
  for (given in setdiff(written, c(known, if (name %in% .rxDrawsPanels) .rxLatticeSettings))) {
    matches <- known[startsWith(known, given)]
    if (length(matches) == 1L) {
      warning(name, ": argument '", given, "' completed to '", matches, "'", call. = FALSE)
    } else if (!given %in% dots) {
      instead <- .rxInstead(name, given)
      hint <- if (!is.null(instead)) paste0("; ", instead) else if (length(matches) > 1L)
          paste0(" (it may be ", paste(matches, collapse = " or "), ")") else .rxDidYouMean(given, known)
      .rxStop(paste0(name, ": unknown argument '", given, "'", hint))
    }
  }
}

# What to write where a function has no argument that its siblings have; NULL where there is nothing to say.
.rxInstead <- function(name, given) {
  if (name == "rxPredict" && given == "rowSelection")
    return(paste("rxPredict gives a prediction for every row, as the original; select the rows first:",
        "rxPredict(model, rxDataStep(data, rowSelection = ...))"))
  if (name == "rxPredict" && given %in% c("transforms", "transformObjects", "transformFunc", "transformVars",
      "transformPackages", "transformEnvir"))
    return(paste("rxPredict computes what the model's own transforms say; compute other variables first:",
        paste0("rxPredict(model, rxDataStep(data, ", given, " = ...))")))
  NULL
}

# A value in a message: its beginning only. Objects are named by their class, not written out.
.rxShow <- function(value, most = 80L) {
  if (is.object(value) && !is.language(value))
    return(paste("an object of class", class(value)[[1L]]))
  text <- paste(.rxDeparsed(value, nlines = 1L, width.cutoff = 60L), collapse = " ")
  if (nchar(text) <= most) text else paste0(substr(text, 1L, most - 3L), "...")
}

# Refuses a value of the wrong kind, naming function, argument and value.
.rxCheckType <- function(name, argument, type, value, choices) {
  if (is.null(value)) return(NULL)
  refuse <- function(expected) .rxStop(paste0(name, ": ", argument, " must be ", expected, ", not ", .rxShow(value)))
  switch(type,
    flag = if (!(is.logical(value) || is.numeric(value)) || length(value) != 1L ||
    is.na(value)) refuse("TRUE or FALSE"),
    integer = ,
    number = if (!is.numeric(value) || length(value) != 1L || is.na(value)) refuse("a number"),
    string = if (!is.character(value) || length(value) < 1L) refuse("a string"),
    names = {
      if (!is.character(value)) refuse("a character vector")
      if (argument == "varsToKeep" && !length(value))
        .rxStop(paste0(name, ": varsToKeep is empty, which keeps no variable: name at least one, or leave it out"))
    },
    strings = if (!is.character(value)) refuse("a character vector"),
    family = value <- .rxFamilyOf(name, value),
    selection = value <- .rxStepSettings(value),
    "function" = if (!is.function(value) && !(argument == "func" && is.call(value)))
      refuse(if (argument == "func") paste0("a function of keys and data, or an analysis, which is handed over quoted ",
          "(func = quote(rxLinMod(y ~ x)))") else "a function"),
    choice = {
      value <- value[[1L]]
      # append = TRUE, as scripts of old say
      if (is.logical(value) && !is.na(value) && all(c("none", "rows") %in% choices)) value <- if (value)
          "rows" else "none"
      if (is.na(match(value, choices)))
        .rxStop(paste0(name, ": ", argument, " must be one of ", paste0("\"", choices, "\"", collapse = ", "), ", not ",
            .rxShow(value),
            if (is.character(value)) .rxDidYouMean(value, choices)))
    })
  if (type == "flag") as.logical(value) else value
}

# Names that may come through `...` although they are no formal argument: settings of the engine that change no result.
.rxEngineSettings <- c("computeContext", "cppInterp")

# What else may come through `...`: rxImport passes arguments on to the constructor of the source.
.rxSourceSettings <- function(name, formals_of) {
  # A connection always waits and persists; scripts of old say so all the same.
  if (name == "rxSparkConnect") return(c("wait", "persistentRun"))
  if (name == "rxImport") setdiff(names(.rxSignatures$RxTextData$types), formals_of)
}

# Functions that pass arguments on to lattice.
.rxDrawsPanels <- c("rxHistogram", "rxLinePlot")

# Documented for other kinds of data or models only; scripts pass them everywhere. They are named in a warning and
# change nothing.
.rxSettingsOfOthers <- function(name) switch(name,
  rxImport = c("formatFile", "labelsAsLevels", "labelsAsInfo", "mapMissingCodes", "trimSpace", "connectionString",
  "sqlQuery"),
  rxPredict = c("suffix", "cutoff", "prior", "scheduleOnce"))

# The heart of every generated function.
.rxDispatch <- function(name, call, frame, caller) {
  signature <- .rxSignatures[[name]]
  formals_of <- names(signature$types)
  settings <- c(.rxEngineSettings, .rxSourceSettings(name, formals_of),
      if (name %in% .rxDrawsPanels) .rxLatticeSettings)
  others <- .rxSettingsOfOthers(name)
  .rxCheckNames(name, .rxWrittenNames(call, caller), formals_of, c(settings, others))
  # A unique beginning that R itself did not complete (arguments after ...) arrives in the dots.
  dots <- if (exists("...", frame, inherits = FALSE)) evalq(list(...), frame) else list()
  if (length(dots) && (is.null(names(dots)) || any(names(dots) == "")))
      .rxStop(paste0(name, ": too many unnamed arguments"))
  ignored <- intersect(names(dots), others)
  if (length(ignored)) {
    warning(name, ": ", paste(ignored, collapse = ", "), " ignored: ",
        if (length(ignored) == 1L) "it does" else "they do",
        " not apply to this kind of ", if (name == "rxPredict") "model" else "data", call. = FALSE)
    dots <- dots[!names(dots) %in% ignored]
  }
  arguments <- structure(vector("list", length(formals_of)), names = formals_of)
  defaults <- formals(.rxDefinition(name))
  written <- list()
  for (argument in formals_of) {
    type <- signature$types[[argument]]
    if (type %in% c("expression", "expressions")) {
      code <- eval(call("substitute", as.name(argument)), frame)
      written[argument] <- list(if (identical(code, quote(expr = ))) NULL else code)
      next
    }
    if (.rxIsMissing(argument, frame, defaults)) next
    value <- get(argument, frame)
    arguments[argument] <- list(.rxCheckType(name, argument, type, value, signature$choices[[argument]]))
  }
  for (given in names(dots)) {
    full <- formals_of[startsWith(formals_of, given)]
    if (length(full) == 1L) arguments[full] <- list(dots[[given]])
    else if (given %in% settings) arguments[given] <- list(dots[[given]])
  }
  implementation <- get0(paste0(".impl_", name), envir = environment(.rxDispatch), ifnotfound = .rxMethod)
  implementation(arguments, list(name = name, call = call, frame = frame, caller = caller, written = written,
      op = signature$op))
}

# Not given by the caller, and without a default.
.rxIsMissing <- function(argument, frame, defaults) {
  eval(call("missing", as.name(argument)), frame) && identical(defaults[[argument]], quote(expr = ))
}

# The function behind a name of the table (the default method of a generic).
.rxDefinition <- function(name) {
  namespace <- environment(.rxDispatch)
  if (exists(paste0(name, ".default"), namespace, inherits = FALSE))
      get(paste0(name, ".default"), namespace) else get(name, namespace)
}

# Fails when one of the named arguments was not given.
.rxRequire <- function(arguments, about, ...) {
  for (name in c(...)) if (is.null(arguments[[name]])) .rxStop(paste0(about$name, ": argument '", name, "' is missing"))
}

# The call as it was written, with full names, for printed headers.
.rxMatchedCall <- function(about) {
  definition <- .rxDefinition(about$name)
  tryCatch(match.call(definition, about$call, envir = about$caller), error = function(e) about$call)
}

.rxCallText <- function(call) paste(.rxDeparsed(call), collapse = "\n")

# How the caller named an argument: `mtcars`, or NULL for something longer than a name.
.rxLabel <- function(argument, about) {
  code <- eval(call("substitute", as.name(argument)), about$frame)
  text <- paste(.rxDeparsed(code), collapse = "")
  if (nchar(text) > 60L) "data" else text
}
