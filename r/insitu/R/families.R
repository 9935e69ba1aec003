# Families of generalized linear models: a text that the engine reads; what it does not know are functions of R that the
# engine calls with the values of many rows (docs/regression.md, src/algorithms/user_family.hpp).

.rxKnownFamilies <- c("gaussian", "binomial", "poisson", "Gamma", "inverse.gaussian", "quasi", "quasibinomial",
    "quasipoisson")

# A family as text: an object of class family, a function that makes one, or a text. Where functions of the object are
# not those of R's own, the attribute "user" is what the engine calls: list(family, link, whole), flags of whether link
# and all else are the user's.
.rxFamilyOf <- function(name, family) {
  if (is.function(family)) family <- family()
  if (is.character(family) && length(family) == 1L) return(family)
  if (!inherits(family, "family"))
      .rxStop(paste0(name, ": family must be a family, as poisson or binomial(\"probit\"), not ", .rxShow(family)))
  of <- family$family
  number <- function(x) sprintf("%.17g", x)
  quoted <- function(x) encodeString(x, quote = "\"")
  if (identical(tolower(of), "tweedie")) {
    powers <- if (is.null(family$var.power)) environment(family$variance) else family
    powers <- mget(c("var.power", "link.power"), as.environment(as.list(powers)), ifnotfound = list(NULL))
    if (is.numeric(powers$var.power) && is.numeric(powers$link.power))
      return(sprintf("Tweedie(var.power = %s, link.power = %s)", number(powers$var.power), number(powers$link.power)))
  }
  link <- family$link
  if (!is.character(of) || length(of) != 1L || !is.character(link) || length(link) != 1L)
      .rxStop(paste0(name, ": a family needs its names, texts 'family' and 'link'"))
  if (startsWith(link, "mu^")) {  # R rounds the power to three digits; the function of the link knows it
    power <- get0("lambda", environment(family$linkfun), ifnotfound = as.numeric(substring(link, 4L)))
    link <- paste0("mu^", number(power))
  }
  own_link <- !.rxIsLinkOfR(family)
  theta <- .rxThetaOf(family)
  whole <- is.null(theta) && !.rxIsFamilyOfR(family)
  .rxRequireFunctions(name, family, c(if (own_link) c("linkfun", "linkinv", "mu.eta"),
      if (whole) c("variance", "dev.resids")))
  link_text <- if (own_link) sprintf("user(%s)", quoted(link)) else quoted(link)
  unit <- if (of %in% c("binomial", "poisson") || identical(as.numeric(family$dispersion), 1))
      ", dispersion = 1" else ""
  text <- if (whole) sprintf("user(%s, link = %s%s)", quoted(of), link_text, unit)
    else if (!is.null(theta)) sprintf("negative.binomial(theta = %s, link = %s%s)", number(theta), link_text, unit)
    else if (of == "quasi") sprintf("quasi(%s, \"%s\")", link_text, family$varfun)
    else sprintf("%s(%s)", of, link_text)
  if (!own_link && !whole) return(text)
  structure(text, user = list(family = family, link = own_link, whole = whole))
}

# Functions that compute the same: one function, or two of one text.
.rxSameFunction <- function(a, b) {
  is.function(a) && is.function(b) &&
      (identical(a, b) || !is.primitive(a) && identical(body(a), body(b)) && identical(formals(a), formals(b)))
}

.rxIsLinkOfR <- function(family) {
  link <- family$link
  expected <- tryCatch(if (startsWith(link, "mu^")) stats::power(environment(family$linkfun)$lambda)
    else stats::make.link(link), error = function(e) NULL)
  !is.null(expected) && all(vapply(c("linkfun", "linkinv", "mu.eta"),
      function(each) .rxSameFunction(family[[each]], expected[[each]]), NA))
}

.rxIsFamilyOfR <- function(family) {
  if (!family$family %in% .rxKnownFamilies) return(FALSE)
  expected <- if (family$family == "quasi")
    tryCatch(eval(call("quasi", variance = family$varfun), asNamespace("stats")), error = function(e) NULL)
    else getExportedValue("stats", family$family)()
  !is.null(expected) && all(vapply(c("variance", "dev.resids"),
      function(each) .rxSameFunction(family[[each]], expected[[each]]), NA))
}

# The theta of a family that negative.binomial of the package MASS has made, else NULL.
.rxThetaOf <- function(family) {
  if (!startsWith(family$family, "Negative Binomial(") || !is.function(family$variance)) return(NULL)
  theta <- get0(".Theta", environment(family$variance), mode = "numeric", inherits = FALSE)
  as_written <- function(of, text) identical(body(of), str2lang(text))
  ours <- is.function(family$dev.resids) && as_written(family$variance, "mu + mu^2/.Theta") &&
      as_written(family$dev.resids, paste("2 * wt * (y * log(pmax(1, y)/mu) -",
          "(y + .Theta) * log((y + .Theta)/(mu + .Theta)))"))
  if (ours && length(theta) == 1L) theta
}

.rxRequireFunctions <- function(name, family, functions) {
  for (each in functions) if (!is.function(family[[each]]))
    .rxStop(paste0(name, ": the family '", family$family, "' with the link '", family$link,
        "' is none of R's, and has no function ", each, " of its own: R's are ",
        paste(.rxKnownFamilies, collapse = ", "), ", rxTweedie"))
}

# The function that the engine calls: its first column says what is wanted. Returns the columns, or an object of class
# rxUserError.
.rxFamilyFunction <- function(user) {
  list(user)  # a promise that waits would send the caller's frame to every worker
  function(rows, info) {
    at <- wrong <- ""
    n <- info$numRows
    values <- function(name, ...) {
      at <<- name
      found <- user$family[[name]](...)
      if (!is.numeric(found) && !is.logical(found)) wrong <<- paste0("gives values of type ", typeof(found))
      else if (length(found) != n) wrong <<- paste0("gives ", length(found), " values for ", n, " rows")
      if (nzchar(wrong)) stop(wrong)
      as.numeric(found)
    }
    # Whether all rows, or which, may have these values; a mean that is not known is judged by the engine.
    valid <- function(name, x) {
      known <- !is.na(x)
      if (!is.function(user$family[[name]]) || !any(known)) return(TRUE)
      at <<- name
      found <- user$family[[name]](x[known])
      if (length(found) == sum(known)) known[known] <- found & !is.na(found) else known[known] <- isTRUE(all(found))
      known | is.na(x)
    }
    tryCatch(switch(names(rows)[[1L]],
        start = {
          at <- "initialize"
          list(mu = .rxStartOf(user$family, rows$start, rows$weights, n))
        },
        link = list(eta = values("linkfun", rows$link)),
        mean = list(mu = values("linkinv", rows$mean), slope = values("mu.eta", rows$mean)),
        variance = list(variance = values("variance", rows$variance)),
        deviance = list(deviance = values("dev.resids", rows$deviance, rows$mu, rep(1, n))),
        valid = list(valid = rep_len(as.numeric((if (user$link) valid("valideta", rows$valid) else TRUE) &
            (if (user$whole) valid("validmu", rows$mu) else TRUE)), n))),
        error = function(e) {
          text <- if (nzchar(wrong)) paste(at, wrong) else paste0(at, " fails: ", conditionMessage(e))
          structure(list(text), class = "rxUserError")
        })
  }
}

# Means where iterations start, as glm.fit finds them.
.rxStartOf <- function(family, y, weights, n) {
  frame <- list2env(list(y = y, weights = weights, nobs = n, offset = rep(0, n), family = family, etastart = NULL,
      mustart = NULL, start = NULL), parent = asNamespace("stats"))
  eval(family$initialize, frame)
  mu <- if (!is.null(frame$mustart)) frame$mustart
    else if (!is.null(frame$etastart)) family$linkinv(frame$etastart) else y
  if (length(mu) != n) stop("it gives ", length(mu), " values of mustart for ", n, " rows")
  as.numeric(mu)
}

# Adds the functions of a family to a request.
.rxAddFamily <- function(request, user) {
  callable <- .rxFamilyFunction(user)
  request$functions$family <- callable
  entry <- list(`function` = "family", language = "R",
      names = .rxArray(c("initialize", "linkfun", "linkinv", "mu.eta", "variance", "dev.resids", "validmu")))
  if (.rxTravels(request)) {
    entry$code <- .rxTravellingText(callable, Filter(is.function, unclass(user)))
    entry$worker <- .rxArray(.rxWorkerCommand())
  }
  request$document$familyFunctions <- entry
}
