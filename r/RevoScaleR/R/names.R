# Everything that insitu exports is exported here too, so that RevoScaleR::rxLinMod and library(RevoScaleR) both work.
.onLoad <- function(libname, pkgname) {
  names <- getNamespaceExports("insitu")
  namespace <- asNamespace(pkgname)
  for (name in names) if (!exists(name, namespace, inherits = FALSE)) assign(name, getExportedValue("insitu", name), namespace)
  namespaceExport(namespace, setdiff(names, getNamespaceExports(namespace)))
}
