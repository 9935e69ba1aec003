# What a session has set and results depend on: tasks elsewhere have it, too (docs/exec.md). A model with
# options(contrasts =) has other coefficients without it.

.rxOptionsOfResults <- c("OutDec", "contrasts", "digits", "digits.secs", "expressions", "na.action", "scipen",
    "stringsAsFactors", "ts.S.compat", "ts.eps", "useFancyQuotes", "width")

.rxLocalesOfResults <- c("LC_COLLATE", "LC_TIME")

.rxSessionNow <- function() {
  locales <- vapply(.rxLocalesOfResults, Sys.getlocale, "")
  list(options = options()[intersect(.rxOptionsOfResults, names(options()))], locales = locales, kinds = RNGkind())
}

# Makes this process as that session was. `numbers`: the kinds of random numbers, too. A locale that the machine lacks
# is left. Returns how it was before.
.rxLikeSession <- function(session, numbers) {
  before <- .rxSessionNow()
  if (is.null(session)) return(invisible(before))
  suppressWarnings({
    options(session$options)
    for (category in names(session$locales)) if (before$locales[[category]] != session$locales[[category]])
        Sys.setlocale(category, session$locales[[category]])
    if (numbers && !identical(session$kinds, before$kinds) && !"user-supplied" %in% session$kinds) {
      RNGkind(session$kinds[[1L]], session$kinds[[2L]], session$kinds[[3L]])
      # Each process draws a seed of its own when it needs one.
      rm(list = intersect(".Random.seed", ls(globalenv(), all.names = TRUE)), envir = globalenv())
    }
  })
  invisible(before)
}
