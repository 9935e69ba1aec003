# Everything that insitu exports is exported here too, so that RevoScaleR::rxLinMod and library(RevoScaleR) both work.
.onLoad <- function(libname, pkgname) {
  names <- grep("^\\.__", getNamespaceExports("insitu"), value = TRUE, invert = TRUE)  # not the tables of S4
  namespace <- asNamespace(pkgname)
  for (name in names) if (!exists(name, namespace, inherits = FALSE))
      assign(name, getExportedValue("insitu", name), namespace)
  namespaceExport(namespace, setdiff(names, getNamespaceExports(namespace)))
}
