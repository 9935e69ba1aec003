# What the contexts of clusters, RxSpark and RxHadoopMR, have in common: folders, a name node, how a copy is made, and
# how the engine is told. A context is a value.

setClass("RxClusterContext", representation("VIRTUAL"), contains = "RxComputeContext")

.rxClusterSlots <- function(class) .rxSourceSlots(class, without = c("object", "dataPath", "outDataPath"))

.rxClusterSettings <- function(class) setdiff(slotNames(class), "application")

# `...`: slots that are no arguments.
.rxMakeCluster <- function(class, arguments, about, ...) {
  object <- arguments$object
  if (!is.null(object) && !is(object, "RxComputeContext"))
    .rxStop(paste0(class, ": object must be a compute context, not ", .rxShow(object)))
  settings <- .rxClusterSettings(class)
  if (!is.null(object)) {
    taken <- if (is(object, class)) settings else c("dataPath", "outDataPath")
    for (name in setdiff(taken, names(.rxMatchedCall(about)))) arguments[name] <- list(slot(object, name))
  }
  arguments$port <- .rxWholePort(class, arguments$port)
  if (!is.null(arguments$fileSystem)) arguments$fileSystem <- RxFileSystem(arguments$fileSystem)
  do.call(new, c(list(class), arguments[settings], list(...)))
}

# What the engine is told of it (docs/requests.md). Not said: "as Hadoop is configured", and folders of which only a
# cluster with such folders knows.
.rxDescribeCluster <- function(context, class) {
  descriptor <- list(type = class)
  user <- Sys.info()[["user"]]
  unsaid <- list(nameNode = c("", "default"), port = 0, shareDir = paste0("/var/RevoShare/", user),
      hdfsShareDir = paste0("/user/RevoShare/", user))
  for (name in setdiff(.rxClusterSettings(class), c("dataPath", "outDataPath"))) {
    value <- slot(context, name)
    if (is.null(value) || (name %in% names(unsaid) && value %in% unsaid[[name]])) next
    descriptor[[name]] <- switch(name, fileSystem = .rxDescribeFileSystem(value), packagesToLoad = .rxArray(value),
        value)
  }
  descriptor
}

.rxSameSlots <- function(a, b, names) all(vapply(names, function(name) identical(slot(a, name), slot(b, name)), NA))
