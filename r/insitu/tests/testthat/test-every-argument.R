# A15: every argument of every function takes an ordinary value and works, or says that it is not available yet. A
# function or an argument that is added fails here until it has a value below.

rows <- function() data.frame(y = c(1, 2, 4, 3, 5, 7, 6, 9), x = c(1:4, 6, 5, 7, 8) + 0, k = rep(1:2, 4L),
    w = rep(c(1, 2), 4L),
    f = factor(rep(c("a", "b"), each = 4L)), s = rep(c("p", "q"), 4L), stringsAsFactors = FALSE)

# Values by argument; a function where it needs something of its own: `values[["rxPredict"]]` before `values[["all"]]`.
values <- list(
  all = list(append = "none", blocksPerCompositeFile = 1, blocksPerRead = 2, byTerm = FALSE, centuryCutoff = 30,
  checkFactorLevels = FALSE,
    checkVarsToKeep = TRUE, coefLabelStyle = "R", colClasses = c(x = "numeric"),
    colInfo = list(x = list(type = "numeric")),
    combineDelimiters = TRUE, computeContext = "local", computeInfo = TRUE, computeLowHigh = FALSE,
    computeResiduals = TRUE, robust = "HC1", cluster = "f", residType = "pearson", computeLeverage = TRUE,
    computeCooksDistance = TRUE,
    computeStdErrors = FALSE, confLevel = 0.9, covCoef = TRUE, covData = TRUE, cppInterp = NULL,
    createCompositeSet = FALSE,
    createFileSet = FALSE, createPartitionSet = FALSE, cube = FALSE, cubePredictions = FALSE, decimalPoint = ".",
    defaultDecimalColType = "numeric", defaultMissingColType = "numeric", defaultReadBufferSize = 5000, delimiter = ",",
    description = "rows",
    dropFirst = TRUE, dropMain = FALSE, extraVarsToWrite = "k", factorsOnly = TRUE, fileSystem = "native",
    firstRowIsColNames = TRUE,
    fweights = "k", getBlockSizes = TRUE, getValueLabels = TRUE, getVarInfo = TRUE, includeLowHigh = TRUE,
    inputEncoding = "utf-8",
    interval = "none", isFixedFormat = FALSE, maxRowsByCols = 1e6, missingValueString = "NA", numRows = 3,
    outFile = NULL,
    overwrite = TRUE, predNames = "p", predVarNames = "p", pweights = "w", quoteMark = "\"", quotedDelimiters = TRUE,
    readByBlock = TRUE, readDateFormat = "%y-%m-%d", readPOSIXctFormat = "%y-%m-%d %H:%M:%S", removeMissings = TRUE,
    removeMissingsOnRead = TRUE,
    removeZeroCounts = TRUE, reportProgress = 0, residVarNames = "r", returnDataFrame = TRUE,
    returnTransformObjects = FALSE,
    rowSelection = quote(x > 2), rowVarName = "s", rowsPerBlock = 100, rowsPerOutFile = 100, rowsPerRead = 3,
    rowsToSkip = 0,
    rowsToSniff = 5, sortLevels = TRUE, startRow = 2, stringsAsFactors = TRUE, stripZeros = TRUE,
    summaryStats = c("Mean", "Sum"),
    thousandsSeparator = "", transformEnvir = NULL, transformFunc = function(data) { data$z <- data$x * 2; data },
    transformObjects = list(two = 2), transformPackages = "tools", transformVars = "x",
    transforms = quote(list(z = x * 2)), type = NULL,
    useFactorIndex = TRUE, useFastRead = TRUE, useSparseCube = TRUE, varsToDrop = "k", varsToKeep = c("y", "x", "f"),
    variableSelection = rxStepControl("backward"), verbose = 0,
    writeFactorsAsIndexes = FALSE, writeModelVars = TRUE, writePrecision = 5, xdfCompressionLevel = 3,
    intervalVarNames = c("l", "u"),
    stdErrorsVarNames = "e", allNodes = TRUE, byGroupOutFile = NULL, family = "Gamma(log)", offset = "w",
    computeAIC = TRUE,
    initialValues = 0.1, maxIterations = 20, coeffTolerance = 1e-7, gradientTolerance = 1e-7,
    objectiveFunctionTolerance = 1e-9, keepMoments = TRUE, precise = TRUE, cor = TRUE, alpha = 0.5, numLambda = 5,
    lambdaMinRatio = 0.01, lambda = c(0.1, 1), numComponents = 1, numBreaks = 5, startVal = 1.5, endVal = 6,
    levelsToDrop = "a",
    levelsToKeep = "b", histType = "Percent", title = "T", subtitle = "S", xTitle = "X", yTitle = "Y", xNumTicks = 4,
    yNumTicks = 3, xAxisMinMax = c(0, 9), yAxisMinMax = c(0, 5), fillColor = "orange", lineColor = "red",
    lineStyle = "dashed", lineWidth = 3, plotAreaColor = "white", gridColor = "gray", gridLineWidth = 2,
    gridLineStyle = "dotted", maxNumPanels = 5, print = TRUE, legend = FALSE, symbolColor = "green",
    symbolStyle = "square", symbolSize = 2),
  rxLinePlot = list(type = "b"),
  rxImport = list(type = "auto", append = "none"),
  rxPredict = list(type = "response"),
  rxSummary = list(transformVars = "x"))

# Arguments that only make sense together with another one.
with_others <- list(transformVars = quote(list(transformFunc = values$all$transformFunc)),
    cubePredictions = quote(list(formula = if (name == "rxLogit") (k == 2) ~ f else y ~ f, cube = TRUE)),
  transformObjects = quote(list(transforms = quote(list(z = x * two)))),
  intervalVarNames = quote(list(interval = "confidence")),
  residVarNames = quote(list(computeResiduals = TRUE)), residType = quote(list(computeResiduals = TRUE)),
  stdErrorsVarNames = quote(list(computeStdErrors = TRUE)),
  numComponents = quote(list(modelObject = rxPca(~ y + x, xdf))),
  lambda = quote(if (name == "rxPredict") list(modelObject = rxRidgeReg(y ~ x, xdf, lambda = c(0.1, 1)))))

given <- c("inData", "data", "file", "formula", "modelObject", "outData", "src", "from", "to", "x", "varInfo", "object",
    "moments", "others")

call_with <- function(name, argument, value, folder) {
  text <- file.path(folder, "rows.csv")
  xdf <- file.path(folder, "rows.xdf")
  base <- switch(name,
    rxImport = list(inData = text), rxDataStep = list(inData = xdf), rxGetInfo = , rxGetVarInfo = ,
    rxCreateColInfo = list(data = xdf),
    rxSetInfo = list(data = xdf), rxReadXdf = , rxXdfToDataFrame = list(file = xdf),
    rxSummary = list(formula = ~ y + f, data = xdf),
    rxHistogram = list(formula = if (startsWith(argument, "levels")) ~ f else ~ x, data = xdf),
    rxLinePlot = list(formula = y ~ x, data = xdf),
    rxResidualPlot = list(modelObject = rxLinMod(y ~ x + f, xdf), data = xdf),
    rxLinMod = , rxGlm = list(formula = y ~ x + f, data = xdf),
    rxPca = list(formula = ~ y + x, data = xdf),
    rxElasticNet = list(formula = y ~ x + f, data = xdf),
    rxRidgeReg = list(formula = y ~ x + f, data = xdf, lambda = 0.5),
    rxMoments = list(formula = y ~ x + f, data = xdf),
    rxRefit = list(moments = rxMoments(y ~ x + f, xdf), formula = y ~ f),
    rxCombine = list(moments = rxMoments(y ~ x + f, xdf), others = rxMoments(y ~ x + f, xdf)),
    rxLogit = list(formula = (k == 2) ~ x + f, data = xdf),
    rxPredict = list(modelObject = rxLinMod(y ~ x + f, xdf, covCoef = TRUE), data = rows()),
    RxTextData = list(file = text), RxXdfData = list(file = xdf))
  also <- if (argument %in% names(with_others)) eval(with_others[[argument]])
  also <- also[names(also) %in% names(insitu:::.rxSignatures[[name]]$types)]
  base[names(also)] <- also
  base[argument] <- list(value)
  result <- do.call(name, base, quote = FALSE)
  if (is(result, "RxTextData") && !argument %in% c("readDateFormat")) rxDataStep(result)
  else if (is(result, "RxXdfData")) rxDataStep(result)
  TRUE
}

test_that("A15: every argument of every function works or says that it does not", {
  folder <- tempfile("every")
  dir.create(folder)
  grDevices::pdf(NULL)
  on.exit({
    grDevices::dev.off()
    unlink(folder, recursive = TRUE)
  })
  write.csv(rows(), file.path(folder, "rows.csv"), row.names = FALSE)
  tried <- 0L
  for (name in c("rxImport", "rxDataStep", "rxGetInfo", "rxGetVarInfo", "rxCreateColInfo", "rxSetInfo", "rxReadXdf",
      "rxXdfToDataFrame",
      "rxSummary", "rxLinMod", "rxLogit", "rxGlm", "rxPca", "rxRidgeReg", "rxElasticNet", "rxMoments", "rxRefit",
      "rxCombine",
      "rxPredict", "rxHistogram", "rxLinePlot", "rxResidualPlot", "RxTextData",
      "RxXdfData")) {
    for (argument in setdiff(names(insitu:::.rxSignatures[[name]]$types), given)) {
      rxDataStep(rows(), file.path(folder, "rows.xdf"), overwrite = TRUE, rowsPerRead = 4)
      own <- values[[name]]
      known <- argument %in% names(own) || argument %in% names(values$all)
      expect_true(known, info = paste0("give a value for argument ", argument, " of ", name))
      value <- if (argument %in% names(own)) own[[argument]] else values$all[[argument]]
      outcome <- tryCatch(withCallingHandlers(call_with(name, argument, value, folder),
          warning = function(w) invokeRestart("muffleWarning")),
          error = function(e) conditionMessage(e))
      expect_true(isTRUE(outcome) || grepl("not available yet", outcome),
          info = paste0(name, "(", argument, "): ", outcome))
      tried <- tried + 1L
    }
  }
  expect_gt(tried, 150L)
})
