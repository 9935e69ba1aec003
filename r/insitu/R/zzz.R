# Formula helpers that users may call outside a formula too.

#' x to the power of exponent.
pow <- function(x, exponent) x^exponent

.onUnload <- function(libpath) library.dynam.unload("insitu", libpath)
