# Functions of RevoScaleR that this release does not have yet: calling one says so. Whoever adds one takes it from this
# list, which a test demands.

.rxNotAvailable <- c(
  "rxAddInheritance", "rxBTrees", "rxChiSquaredTest", "rxCommArgsList",
  "rxCompressXdf", "rxCrossTabs", "rxCube", "rxDataFrameToXdf", "rxDataStepXdf",
  "rxDForest", "rxDistributeJob", "rxDTree", "rxDTreeBestCp",
  "rxFactors", "rxFindFileInPath", "rxFindPackage", "rxFisherTest", "rxGetFuzzyDist",
  "rxGetFuzzyKeys", "rxGetInfoXdf",
  "rxGetNodes", "rxGetTree",
  "rxGetVarInfoXdf",
  "RxHpcServer", "rxImportToXdf", "rxInstalledPackages", "rxInstallPackages", "RxInTeradata",
  "rxIsExpressEdition", "rxJobInfoList", "rxKendallCor", "rxKmeans", "rxLaunchClusterJobManager", "rxLeafSize",
  "rxMarginals", "rxMerge", "rxMergeXdf",
  "rxNaiveBayes", "rxOAuthParameters", "rxOddsRatio", "rxPairwiseCrossTab",
  "rxPrivacyControl", "rxRemoteCall", "rxRemoteFilePath",
  "rxRemoteHadoopMRCall", "rxRemovePackages", "rxRiskRatio", "rxRngDelStream", "rxRngGetStream",
  "rxRngNewStream", "rxRngSetStream", "RxSasData",
  "rxSetInfoXdf", "rxSetVarInfoXdf", "rxSort", "rxSortXdf", "rxSplit", "rxSplitXdf", "RxSpssData", "rxSqlLibPaths",
  "rxSyncPackages", "RxTeradata", "rxTeradataDropTable", "rxTeradataQuery", "rxTeradataSql", "rxTeradataTableExists",
  "rxTextToXdf", "rxTlcBridge", "rxTreeDepth", "rxTreeSize", "rxVarImpPlot",
  "rxVarUsed", "rxXdfToText")

# What to do without them.
.rxWaysOut <- list(RxTeradata = paste("; no driver of Teradata is at hand to test it: export the table to Parquet or",
    "text, or read it from a database that RxOdbcData reaches"))
.rxWaysOut$RxInTeradata <- .rxWaysOut$RxTeradata

for (name in .rxNotAvailable) {
  if (exists(name, envir = environment(), inherits = FALSE))
      stop(name, " exists: take it from the list of missing functions")
  assign(name, envir = environment(), local({
    name <- name
    function(...) .rxStop(paste0(name, " is not available yet in insitu ", utils::packageVersion("insitu"),
        .rxWaysOut[[name]]), "rxUnsupported")
  }))
}
rm(name)
