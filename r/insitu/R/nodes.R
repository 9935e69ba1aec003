# The machines of a compute context: rxGetNodeInfo, rxGetAvailableNodes, rxPingNodes.

.rxPingStatuses <- c("unavail", "success", "failedJob", "failedSession", "timeout")

.rxAskNodes <- function(op, computeContext, ...)
  .rxRun(.rxNewRequest(op, context = .rxDescribeContext(computeContext), ...), 0)$nodes

.impl_rxMakeRNodeNames <- function(arguments, about)
  gsub("-", "_", sub("[.].*", "", gsub("[[:space:]]", "", toupper(arguments$nodeNames))), fixed = TRUE)

.rxNodeNames <- function(nodes, mangled) {
  names <- vapply(nodes, function(node) node$nodeName, "")
  if (isTRUE(mangled)) rxMakeRNodeNames(names) else names
}

.impl_rxGetNodeInfo <- function(arguments, about) {
  nodes <- .rxAskNodes("node_info", arguments$computeContext)
  names <- .rxNodeNames(nodes, arguments$makeRNodeNames)
  if (isTRUE(arguments$namesOnly)) return(names)
  numbers <- c("cpuSpeed", "memSize", "numCores", "numSockets")
  nodes <- lapply(nodes, function(node) {
    for (name in numbers) if (is.null(node[[name]])) node[[name]] <- NA_real_
    node[c("nodeName", numbers, "nodeState", "isReachable")]
  })
  structure(nodes, names = names)
}

.impl_rxGetAvailableNodes <- function(arguments, about) {
  nodes <- .rxAskNodes("ping_nodes", arguments$computeContext)
  names <- .rxNodeNames(Filter(function(node) node$status != "unavail", nodes), arguments$makeRNodeNames)
  if (length(names)) names
}

.impl_rxPingNodes <- function(arguments, about) {
  wanted <- if (is.null(arguments$filter)) .rxPingStatuses else arguments$filter
  if (length(unknown <- setdiff(wanted, .rxPingStatuses)))
    .rxStop(paste0("rxPingNodes: filter must name statuses (", paste(.rxPingStatuses, collapse = ", "), "), not ",
        .rxShow(unknown)))
  nodes <- .rxAskNodes("ping_nodes", arguments$computeContext, timeout = as.numeric(arguments$timeout))
  all_ok <- all(vapply(nodes, function(node) node$status == "success", NA))
  nodes <- lapply(Filter(function(node) node$status %in% wanted, nodes), function(node) node[c("nodeName", "status")])
  structure(nodes, allOk = all_ok, class = "rxPingResults")
}

as.vector.rxPingResults <- function(x, mode = "any")
  vapply(unclass(x), function(node) node$nodeName, "")

print.rxPingResults <- function(x, ...) {
  for (node in unclass(x)) cat(node$nodeName, ": ", node$status, "\n", sep = "")
  invisible(x)
}
