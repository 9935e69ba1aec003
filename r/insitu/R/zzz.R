# Formula helpers that users may call outside a formula too.

#' x to the power of exponent.
pow <- function(x, exponent) x^exponent

.onUnload <- function(libpath) library.dynam.unload("insitu", libpath)

# The engine prints the results of every method.
.onLoad <- function(libname, pkgname) {
  namespace <- environment(.rxPrintResult)
  for (method in .rxMethods)
    if (!exists(paste0("print.", method$class), namespace, inherits = FALSE))
      registerS3method("print", method$class, .rxPrintResult, namespace)
}
