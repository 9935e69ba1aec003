# Methods of S3 that the user has defined in the session travel, too: `mean.money` with what calls mean, and every
# method of "money" with objects of that class and with code that names it. No code mentions them, and a worker without
# them would take another method and give another answer (docs/exec.md).

# Generic functions whose dispatch is neither in their code nor that of a primitive.
.rxInternalGenerics <- c("unlist", "cbind", "rbind", "as.vector", "is.unsorted", "lengths", "nchar", "rep.int",
    "rep_len",
    "xtfrm")

.rxGroupGenerics <- list(Ops = c("+", "-", "*", "/", "^", "%%", "%/%", "==", "!=", "<", ">", "<=", ">=", "!", "&", "|"),
    Math = c(methods::getGroupMembers("Math"), "round", "signif"), Summary = methods::getGroupMembers("Summary"))

.rxIsGeneric <- function(name, env) {
  if (name %in% c(names(.rxGroupGenerics), .rxInternalGenerics)) return(TRUE)
  fun <- get0(name, env, mode = "function")
  is.function(fun) && (is.primitive(fun) || "UseMethod" %in% all.names(body(fun)))
}

# Where a session may have methods that code of an environment comes to call, which looks into the workspace always.
.rxMethodPlaces <- function(env) {
  places <- list()
  while (!.rxIsInstalled(env) && !identical(env, globalenv())) {
    places <- c(places, list(env))
    env <- parent.env(env)
  }
  c(places, list(globalenv()))
}

# Names of functions with a dot in an environment.
.rxDotted <- function(env) {
  names_of <- ls(env, all.names = TRUE, sorted = FALSE)
  names_of <- names_of[grepl("^[.]?[^.].*[.].", names_of)]
  names_of[vapply(names_of, exists, NA, where = env, mode = "function", inherits = FALSE)]
}

# Classes of a value and, as far as a list of arguments goes, of what is in it.
.rxClassesOf <- function(value, depth = 0L) {
  own <- oldClass(value)
  if (!is.list(value) || depth > 3L || is.data.frame(value)) return(own)
  unique(c(own, unlist(lapply(utils::head(unclass(value), 10000L), .rxClassesOf, depth + 1L))))
}

# Texts in code, among which are the classes that it makes.
.rxTextsIn <- function(code) {
  if (is.character(code)) return(code)
  if (is.pairlist(code)) code <- as.list(code)
  if (!is.call(code) && !is.expression(code) && !is.list(code)) return(NULL)
  unique(unlist(lapply(seq_along(code), function(i) {
    each <- code[[i]]
    if (!missing(each)) .rxTextsIn(each)
  })))
}

# Takes the methods that code may come to call: those of generics in `used`, and of `classes`.
.rxTakeMethods <- function(shipment, env, used, classes) {
  places <- .rxMethodPlaces(env)
  dotted <- lapply(places, .rxDotted)
  if (!any(lengths(dotted))) return(invisible())
  used <- c(used, paste0(used, "<-"))
  used <- c(used, names(.rxGroupGenerics)[vapply(.rxGroupGenerics, function(group) any(used %in% group), NA)])
  # What such a method lacks is missed when it is called.
  before <- shipment$lenient
  shipment$lenient <- TRUE
  on.exit(shipment$lenient <- before)
  for (at in seq_along(places)) for (name in setdiff(dotted[[at]], shipment$given))
      for (dot in gregexpr(".", name, fixed = TRUE)[[1L]]) {
    generic <- substr(name, 1L, dot - 1L)
    class <- substring(name, dot + 1L)
    if (!nzchar(generic) || !nzchar(class) || !generic %in% used && !class %in% classes ||
        !.rxIsGeneric(generic, env)) next
    .rxTake(shipment, places[[at]], name, "function")
    shipment$methods <- union(shipment$methods, name)
    break
  }
}

# Those methods as they travel that functions of packages find: the ones of the workspace.
.rxMethodsIn <- function(shipment) {
  slim <- .rxSlim(shipment, globalenv())
  found <- Filter(function(name) exists(name, slim, inherits = FALSE), shipment$methods)
  mget(as.character(found), slim)
}

# Puts methods where the functions of packages find them, in place of those of the call before; what the session of this
# process has itself stays. NULL: what was put stays. Returns the names of those that were put.
.rxPlaceMethods <- function(methods_of) {
  if (is.null(methods_of)) return(invisible(character()))
  rm(list = intersect(.rxTaskState$placed, ls(globalenv(), all.names = TRUE)), envir = globalenv())
  put <- Filter(function(name) !exists(name, globalenv(), inherits = FALSE), names(methods_of))
  for (name in put) assign(name, methods_of[[name]], globalenv())
  .rxTaskState$placed <- put
  invisible(put)
}

# The text by which a function that the engine calls with rows travels, with what `code` of the user in it needs; and
# the function of its bytes, where it is called.
.rxTravellingText <- function(callable, code, objects = NULL) {
  shipment <- .rxShipment()
  names_of <- unique(unlist(lapply(code, function(each) all.names(if (is.function(each)) body(each) else each))))
  texts <- unlist(lapply(code, function(each) .rxTextsIn(if (is.function(each)) body(each) else each)))
  .rxTakeMethods(shipment, globalenv(), names_of, c(texts, .rxClassesOf(as.list(objects))))
  attr(callable, "rxComesWith") <- list(methods = .rxMethodsIn(shipment), session = .rxSessionNow())
  .rxBase64(serialize(callable, NULL))
}

.rxTravelled <- function(bytes) {
  callable <- unserialize(bytes)
  with <- attr(callable, "rxComesWith", exact = TRUE)
  .rxPlaceMethods(with$methods)
  .rxLikeSession(with$session, numbers = FALSE)
  attr(callable, "rxComesWith") <- NULL
  callable
}
