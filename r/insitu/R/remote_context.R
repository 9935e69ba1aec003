# RxRemote: any compute context of another machine, reached through ssh (docs/remote.md).

setClass("RxRemote", slots = c(sshHostname = "character", sshUsername = "ANY", sshSwitches = "character",
    workingDir = "ANY", context = "RxComputeContext", wait = "logical"), contains = "RxComputeContext",
    prototype = list(wait = TRUE, sshSwitches = ""))

.impl_RxRemote <- function(arguments, about) {
  arguments$context <- .rxContext(arguments$context)
  if (is(arguments$context, "RxRemote"))
    .rxStop(paste0("RxRemote: context must be one of that machine; machines behind it are reached by ",
        "sshSwitches = \"-J between\""))
  if (is.null(arguments$sshSwitches)) arguments$sshSwitches <- ""
  do.call(new, c(list("RxRemote"), arguments[intersect(names(arguments), slotNames("RxRemote"))]))
}

# What the engine is told of it (docs/requests.md).
.rxDescribeRemote <- function(context) {
  inner <- .rxDescribeContext(context@context)
  attr(inner, "of") <- NULL
  # What is of this machine: the worker of the package, an application that runs here.
  if (!.hasSlot(context@context, "worker") || is.null(context@context@worker)) inner$worker <- NULL
  inner$session <- inner$interop <- NULL
  descriptor <- list(type = "RxRemote", sshHostname = context@sshHostname)
  for (name in c("sshUsername", "sshSwitches", "workingDir")) {
    value <- slot(context, name)
    if (length(value) && nzchar(value)) descriptor[[name]] <- value
  }
  descriptor$context <- inner
  descriptor
}

# Whether files are those of another machine: paths go there as they are. `context`: what .rxDescribeContext() has told;
# NULL: the active one.
.rxIsElsewhere <- function(context = NULL) {
  of <- attr(context, "of", exact = TRUE)
  is(if (is.null(of)) rxGetComputeContext() else of, "RxRemote")
}

setMethod("show", "RxRemote", function(object) {
  cat("RxRemote Compute Context\n")
  for (name in c("sshHostname", "sshUsername", "sshSwitches", "workingDir")) {
    value <- slot(object, name)
    if (length(value) && nzchar(value)) cat("    ", name, " = ", .rxShow(value), "\n", sep = "")
  }
  cat("    context = ", class(object@context)[[1L]], "\n", sep = "")
  if (!isTRUE(object@wait)) cat("    wait = FALSE\n")
})
