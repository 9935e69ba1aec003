# Every method of the engine: one request, and one conversion of its reply. Nothing here is about one of them, but for
# what R alone has in a result of a class (.rxFinished).

# Arguments as their types say, those that the request does not have yet.
.rxPassByType <- function(request, arguments, types) {
  for (name in setdiff(names(types), names(request$document))) {
    value <- arguments[[name]]
    if (is.null(value)) next
    if (inherits(value, "formula")) value <- .rxFormulaText(value, list(name = name))
    type <- types[[name]]
    if (type == "target") value <- .rxDescribeTarget(value, name)
    else if (type %in% c("strings", "names")) value <- .rxArray(value)
    else if (type == "choice") value <- value[[1L]]
    else if (type == "any" && identical(is.na(value), TRUE)) value <- "NA"  # a word of its own: NULL is another
    if (!is.list(value) || length(value)) request$document[[name]] <- value
  }
}

.rxMethod <- function(arguments, about) {
  signature <- .rxSignatures[[about$name]]
  method <- .rxMethods[[about$op]]
  request <- .rxAnalysisRequest(about$op, arguments, about)
  types <- signature$types[intersect(method$options, names(signature$types))]
  if (!is.null(request$document$moments)) types <- types[names(types) != "formula"]  # covariances may stand there
  .rxPassByType(request, arguments, types)
  request$document[names(signature$fixed)] <- signature$fixed
  user <- attr(arguments$family, "user")
  if (!is.null(user)) {
    arguments$family <- request$document$family <- as.vector(arguments$family)
    .rxAddFamily(request, user)
  }
  .rxFinish(request, arguments$reportProgress, "method", about, call = .rxMatchedCall(about), value = signature$value,
      userFamily = user, caller = about$caller, params = .rxParamsOfCall(arguments, about), kept = request$kept)
}

# A reply of a method as the value of a function; `kept`: what jobs.R has kept of the call.
.rxMakers <- list(method = function(reply, kept) {
  if (is.null(kept$call)) kept$call <- .rxCallOfText(reply$about$call)
  result <- .rxResultOf(reply, kept$call, kept$params, if (is.null(kept$caller)) globalenv() else kept$caller,
      if (isTRUE(reply$usesFunction)) kept$kept)
  if (!is.null(kept$userFamily)) attr(result, "userFamily") <- kept$userFamily
  .rxWithExecution(if (is.null(kept$value)) result else .rxValue(result, kept$value), reply$execution)
})

# The call of a result of another language is a text.
.rxCallOfText <- function(text)
  if (is.character(text)) tryCatch(str2lang(text), error = function(e) text)

# A field as the value of a function. A table is a data frame of the result's class, with the other fields as
# attributes; a vector is a plain one, but where it is not exact: then it has the class and the attribute errorBound.
.rxValue <- function(result, name) {
  value <- result[[name]]
  if (isTRUE(result$errorBound > 0)) return(structure(value, errorBound = result$errorBound, class = class(result)))
  if (!is.data.frame(value)) return(value)
  about <- unclass(result)
  for (field in setdiff(names(about), c(name, "params"))) attr(value, field) <- about[[field]]
  structure(value, points = nrow(value), class = c(class(result), "data.frame"))
}

.rxParams <- function(arguments) arguments[!vapply(arguments, function(a) is.null(a) || is.environment(a), NA)]

# The reply of a method as an object of its class. The reply itself, without the model, is kept: the engine prints it on
# demand.
.rxResult <- function(reply, request, arguments, about) {
  .rxResultOf(reply, .rxMatchedCall(about), .rxParamsOfCall(arguments, about), about$caller,
      if (isTRUE(reply$usesFunction)) request$kept)
}

.rxParamsOfCall <- function(arguments, about) {
  written <- about$written["transforms"]  # code, which is no value of an argument
  c(.rxParams(arguments), Filter(Negate(is.null), written))
}

# `document`: the reply's own text, of models, for rxSerializeModel.
.rxResultOf <- function(reply, call, params, caller, kept = NULL) {
  fields <- lapply(reply[setdiff(names(reply), c("class", "about", "printed", "usesFunction", "params",
      "execution"))], .rxField,
      reply)
  for (name in intersect(c("formula", "formulaBase"), names(fields)))
    fields[[name]] <- stats::as.formula(fields[[name]], env = caller)
  fields$call <- call
  fields$params <- params
  finish <- .rxFinished[[reply$class]]
  if (!is.null(finish)) fields <- finish(fields)
  structure(fields, reply = reply[setdiff(names(reply), c("model", "moments", "execution"))],
      document = attr(reply, "document", exact = TRUE), rowFunction = kept, class = reply$class)
}

# A field: arrays with the labels that the reply names, tables as data frames.
.rxField <- function(value, reply) {
  if (is.null(value)) return(NA_real_)
  if (is.list(value)) {
    if (identical(names(value), "$table")) return(.rxTable(value[[1L]]))
    return(lapply(value, .rxField, reply))
  }
  labels <- lapply(c("rows", "columns"), function(side) {
    field <- attr(value, side, exact = TRUE)
    if (!is.null(field)) as.character(unlist(reply[[field]]))
  })
  drop <- isTRUE(attr(value, "drop", exact = TRUE))
  sides <- dim(value)
  if (is.numeric(value)) attributes(value) <- NULL
  if (!is.null(sides)) return(matrix(value, sides[[1L]], sides[[2L]], dimnames = if (!is.null(labels[[1L]])) labels))
  if (length(labels[[1L]]) && !(drop && length(value) == 1L)) names(value) <- labels[[1L]]
  value
}

# An ordered table of a reply as a data frame; factors have all their levels.
.rxTable <- function(columns) {
  values <- lapply(columns, function(column) {
    if (column$kind == "factor")
      return(structure(as.integer(column$codes) + 1L, levels = as.character(unlist(column$levels)), class = "factor"))
    if (column$kind == "text") as.character(unlist(column$values)) else as.numeric(column$values)
  })
  names(values) <-
      vapply(columns, function(column) if (is.null(column$label)) column$name else make.names(column$label), "")
  structure(values, row.names = .set_row_names(if (length(values)) length(values[[1L]]) else 0L), class = "data.frame")
}

# What R alone has in the results of a class.
.rxFinished <- list(
  rxLinMod = function(fields) {
    names(fields$aliased) <- fields$coefficientNames
    fields
  },
  rxLogit = function(fields) .rxFinished$rxLinMod(fields),
  rxGlm = function(fields) .rxFinished$rxLinMod(fields),
  rxMultinomLogit = function(fields) .rxFinished$rxLinMod(fields),
  rxPca = function(fields) {
    class(fields$loadings) <- "loadings"
    fields
  },
  rxSummary = function(fields) {
    fields$headings <- NULL
    structure(fields, as.made = fields[.rxShownOfSummary])
  })

# The printed form of a result, which the engine makes.
.rxPrinted <- function(x, layout) {
  printed <- attr(x, "printed", exact = TRUE)  # objects saved by version 0.1.0
  if (is.list(printed)) return(printed[[layout]])
  .rxRun(.rxNewRequest("print", result = attr(x, "reply", exact = TRUE), layout = layout), 0)$printed
}

# Classes without a print method of their own have this one (zzz.R).
.rxPrintResult <- function(x, ...) {
  if (is.data.frame(x)) return(print.data.frame(x, ...))
  .rxShowText(x, "print", Filter(function(field) is.data.frame(field) || is.matrix(field), unclass(x)))
}
