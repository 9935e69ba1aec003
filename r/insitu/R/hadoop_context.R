# RxHadoopMR: where to find Hadoop, and how its jobs are to run (docs/hadoop.md).

setClass("RxHadoopMR", slots = .rxClusterSlots("RxHadoopMR"), contains = "RxClusterContext")

# Settings that are printed where they differ from this, for they mean nothing here.
.rxUsualHadoop <- list(hadoopRPath = "/usr/bin/Revo64-8", revoPath = "/usr/bin/Revo64-8", sshSwitches = "",
    sshClientDir = "")

# On an edge node whole calls run there: RxRemote with that host, and this context in it.
.impl_RxHadoopMR <- function(arguments, about) {
  made <- .rxMakeCluster("RxHadoopMR", arguments, about)
  host <- made@sshHostname
  if (is.null(host) || !nzchar(host) || isTRUE(made@onClusterNode)) return(made)
  wait <- made@wait
  made@sshHostname <- NULL
  made@wait <- TRUE
  RxRemote(host, sshUsername = if (!identical(made@sshUsername, Sys.info()[["user"]])) made@sshUsername,
      sshSwitches = made@sshSwitches, workingDir = made@workingDir, context = made, wait = wait)
}

.rxDescribeHadoop <- function(context) .rxDescribeCluster(context, "RxHadoopMR")
