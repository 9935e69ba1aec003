# The rx functions. Written by tools/generate_options.py from options/*.toml; change those.

.rxSignatures <- list(
  rxImport = list(op = "import", types = c(inData = "data", outFile = "target", varsToKeep = "names",
    varsToDrop = "names", rowSelection = "expression", transforms = "expressions", transformObjects = "list",
    transformFunc = "function", transformVars = "names", transformPackages = "strings",
    transformEnvir = "any", append = "choice", overwrite = "flag", numRows = "number",
    stringsAsFactors = "flag", colClasses = "list", colInfo = "list", rowsPerRead = "integer",
    type = "string", maxRowsByCols = "number", reportProgress = "integer", verbose = "integer",
    xdfCompressionLevel = "integer", createCompositeSet = "flag",
    blocksPerCompositeFile = "integer"), choices = list(append = c("none", "rows", "cols"))),
  rxExecBy = list(op = "group_rows", types = c(inData = "data", keys = "strings", func = "function",
    funcParams = "list", filterFunc = "function", computeContext = "context"), choices = list()),
  rxPartition = list(op = "partition", types = c(inData = "data", outData = "target",
    varsToPartition = "strings", append = "choice",
    overwrite = "flag"), choices = list(append = c("none", "rows", "cols"))),
  rxGetPartitions = list(op = "partitions", types = c(data = "data"), choices = list()),
  rxDataStep = list(op = "data_step", types = c(inData = "data", outFile = "target", varsToKeep = "names",
    varsToDrop = "names", rowSelection = "expression", transforms = "expressions", transformObjects = "list",
    transformFunc = "function", transformVars = "names", transformPackages = "strings",
    transformEnvir = "any", append = "choice", overwrite = "flag", rowVarName = "string",
    removeMissingsOnRead = "flag", removeMissings = "flag", computeLowHigh = "flag", maxRowsByCols = "number",
    rowsPerRead = "integer", startRow = "number", numRows = "number", returnTransformObjects = "flag",
    blocksPerRead = "integer", reportProgress = "integer",
    xdfCompressionLevel = "integer"), choices = list(append = c("none", "rows", "cols"))),
  rxGetInfo = list(op = "info", types = c(data = "data", getVarInfo = "flag", getBlockSizes = "flag",
    getValueLabels = "flag", varsToKeep = "names", varsToDrop = "names", startRow = "number",
    numRows = "number", computeInfo = "flag", allNodes = "flag", verbose = "integer"), choices = list()),
  rxGetVarInfo = list(op = "var_info", types = c(data = "data", getValueLabels = "flag", varsToKeep = "names",
    varsToDrop = "names", computeInfo = "flag", allNodes = "flag"), choices = list()),
  rxGetVarNames = list(op = "var_info", types = c(data = "data"), choices = list()),
  rxSetVarInfo = list(op = "set_var_info", types = c(varInfo = "any", data = "data"), choices = list()),
  rxSetInfo = list(op = "set_info", types = c(data = "data", description = "string"), choices = list()),
  rxCreateColInfo = list(op = "var_info", types = c(data = "data", includeLowHigh = "flag",
    factorsOnly = "flag", varsToKeep = "names", sortLevels = "flag", computeInfo = "flag",
    useFactorIndex = "flag"), choices = list()),
  rxReadXdf = list(op = "data_step", types = c(file = "path", varsToKeep = "names", varsToDrop = "names",
    rowVarName = "string", startRow = "number", numRows = "number", returnDataFrame = "flag",
    stringsAsFactors = "flag", maxRowsByCols = "number", reportProgress = "integer", readByBlock = "flag",
    cppInterp = "any"), choices = list()),
  rxXdfToDataFrame = list(op = "data_step", types = c(file = "path", varsToKeep = "names",
    varsToDrop = "names", rowVarName = "string", rowSelection = "expression", transforms = "expressions",
    transformObjects = "list", transformFunc = "function", transformVars = "names",
    transformPackages = "strings", transformEnvir = "any", removeMissings = "flag", stringsAsFactors = "flag",
    blocksPerRead = "integer", maxRowsByCols = "number", reportProgress = "integer",
    cppInterp = "any"), choices = list()),
  rxOpen = list(op = "open", types = c(src = "source", mode = "choice"), choices = list(mode = c("r", "w"))),
  rxClose = list(op = "close", types = c(src = "source", mode = "choice"), choices = list(mode = c("r", "w"))),
  rxIsOpen = list(op = "", types = c(src = "source", mode = "choice"), choices = list(mode = c("r", "w"))),
  rxReadNext = list(op = "read_next", types = c(src = "source"), choices = list()),
  rxWriteNext = list(op = "write_next", types = c(from = "any", to = "source"), choices = list()),
  rxSummary = list(op = "summary", types = c(formula = "formula", data = "data", byGroupOutFile = "target",
    summaryStats = "strings", byTerm = "flag", pweights = "string", fweights = "string",
    rowSelection = "expression", transforms = "expressions", transformObjects = "list",
    transformFunc = "function", transformVars = "names", transformPackages = "strings",
    transformEnvir = "any", overwrite = "flag", useSparseCube = "flag", removeZeroCounts = "flag",
    blocksPerRead = "integer", rowsPerBlock = "integer", reportProgress = "integer", verbose = "integer",
    computeContext = "context"), choices = list()),
  rxLinMod = list(op = "lin_mod", types = c(formula = "formula", data = "data", pweights = "string",
    fweights = "string", cube = "flag", cubePredictions = "flag", variableSelection = "selection",
    rowSelection = "expression", transforms = "expressions", transformObjects = "list",
    transformFunc = "function", transformVars = "names", transformPackages = "strings",
    transformEnvir = "any", dropFirst = "flag", dropMain = "flag", covCoef = "flag", covData = "flag",
    coefLabelStyle = "choice", keepMoments = "flag", blocksPerRead = "integer", reportProgress = "integer",
    verbose = "integer", computeContext = "context", robust = "choice",
    cluster = "any"), choices = list(coefLabelStyle = c("Revo", "R"), robust = c("none", "HC0", "HC1", "HC2", "HC3"))),
  rxLogit = list(op = "logit", types = c(formula = "formula", data = "data", pweights = "string",
    fweights = "string", cube = "flag", cubePredictions = "flag", variableSelection = "selection",
    rowSelection = "expression", transforms = "expressions", transformObjects = "list",
    transformFunc = "function", transformVars = "names", transformPackages = "strings",
    transformEnvir = "any", dropFirst = "flag", dropMain = "flag", covCoef = "flag", covData = "flag",
    initialValues = "any", coefLabelStyle = "choice", blocksPerRead = "integer", maxIterations = "integer",
    coeffTolerance = "number", gradientTolerance = "number", objectiveFunctionTolerance = "number",
    reportProgress = "integer", verbose = "integer", computeContext = "context", robust = "choice",
    cluster = "any"), choices = list(coefLabelStyle = c("Revo", "R"), robust = c("none", "HC0", "HC1", "HC2", "HC3"))),
  rxGlm = list(op = "glm", types = c(formula = "formula", data = "data", family = "family",
    pweights = "string", fweights = "string", offset = "string", cube = "flag",
    variableSelection = "selection", rowSelection = "expression", transforms = "expressions",
    transformObjects = "list", transformFunc = "function", transformVars = "names",
    transformPackages = "strings", transformEnvir = "any", dropFirst = "flag", dropMain = "flag",
    covCoef = "flag", computeAIC = "flag", initialValues = "any", coefLabelStyle = "choice",
    blocksPerRead = "integer", maxIterations = "integer", coeffTolerance = "number",
    objectiveFunctionTolerance = "number", reportProgress = "integer", verbose = "integer",
    computeContext = "context", robust = "choice",
    cluster = "any"), choices = list(coefLabelStyle = c("Revo", "R"), robust = c("none", "HC0", "HC1", "HC2", "HC3"))),
  rxMultinomLogit = list(op = "multinom_logit", types = c(formula = "formula", data = "data",
    pweights = "string", fweights = "string", rowSelection = "expression", transforms = "expressions",
    transformObjects = "list", transformFunc = "function", transformVars = "names",
    transformPackages = "strings", transformEnvir = "any", dropFirst = "flag", covCoef = "flag",
    coefLabelStyle = "choice", maxIterations = "integer", coeffTolerance = "number",
    objectiveFunctionTolerance = "number", blocksPerRead = "integer", reportProgress = "integer",
    verbose = "integer", computeContext = "context"), choices = list(coefLabelStyle = c("Revo", "R"))),
  rxStepControl = list(op = "", types = c(method = "choice", scope = "any", maxSteps = "integer",
    stepCriterion = "choice", maxSigLevelToAdd = "number", minSigLevelToDrop = "number",
    refitEachStep = "flag", keepStepCoefs = "flag", scale = "number", k = "number",
    test = "choice"), choices = list(method = c("stepwise", "backward", "forward"), scope = c("session", "user"), stepCriterion = c("AIC", "SigLevel"), test = c("F", "Chisq"))),
  rxStepPlot = list(op = "", types = c(x = "any", plotStepBreaks = "flag", omitZeroCoefs = "flag",
    eps = "number", main = "string", xlab = "string", ylab = "string", type = "choice",
    pch = "string"), choices = list(type = c("b", "o", "l", "p"))),
  rxCovCor = list(op = "cov_cor", types = c(formula = "formula", data = "data", pweights = "string",
    fweights = "string", rowSelection = "expression", transforms = "expressions", transformObjects = "list",
    transformFunc = "function", transformVars = "names", transformPackages = "strings",
    transformEnvir = "any", keepAll = "flag", varTol = "number", type = "choice", blocksPerRead = "integer",
    reportProgress = "integer", verbose = "integer",
    computeContext = "context"), choices = list(type = c("Cov", "Cor", "SSCP"))),
  rxCov = list(op = "cov_cor", types = c(formula = "formula", data = "data", pweights = "string",
    fweights = "string", rowSelection = "expression", transforms = "expressions", transformObjects = "list",
    transformFunc = "function", transformVars = "names", transformPackages = "strings",
    transformEnvir = "any", keepAll = "flag", varTol = "number", blocksPerRead = "integer",
    reportProgress = "integer", verbose = "integer",
    computeContext = "context"), choices = list(), fixed = list(type = "Cov"), value = "CovCor"),
  rxCor = list(op = "cov_cor", types = c(formula = "formula", data = "data", pweights = "string",
    fweights = "string", rowSelection = "expression", transforms = "expressions", transformObjects = "list",
    transformFunc = "function", transformVars = "names", transformPackages = "strings",
    transformEnvir = "any", keepAll = "flag", varTol = "number", blocksPerRead = "integer",
    reportProgress = "integer", verbose = "integer",
    computeContext = "context"), choices = list(), fixed = list(type = "Cor"), value = "CovCor"),
  rxSSCP = list(op = "cov_cor", types = c(formula = "formula", data = "data", pweights = "string",
    fweights = "string", rowSelection = "expression", transforms = "expressions", transformObjects = "list",
    transformFunc = "function", transformVars = "names", transformPackages = "strings",
    transformEnvir = "any", keepAll = "flag", varTol = "number", blocksPerRead = "integer",
    reportProgress = "integer", verbose = "integer",
    computeContext = "context"), choices = list(), fixed = list(type = "SSCP"), value = "CovCor"),
  rxSerializeModel = list(op = "serialize_model", types = c(model = "any", metadata = "any",
    realtimeScoringOnly = "flag"), choices = list()),
  rxUnserializeModel = list(op = "unserialize_model", types = c(serializedModel = "any"), choices = list()),
  rxPca = list(op = "pca", types = c(formula = "any", data = "data", pweights = "string", fweights = "string",
    rowSelection = "expression", transforms = "expressions", transformObjects = "list",
    transformFunc = "function", transformVars = "names", transformPackages = "strings",
    transformEnvir = "any", cor = "flag", blocksPerRead = "integer", reportProgress = "integer",
    verbose = "integer", computeContext = "context", moments = "any"), choices = list()),
  rxRidgeReg = list(op = "ridge_reg", types = c(formula = "formula", data = "data", lambda = "any",
    pweights = "string", fweights = "string", rowSelection = "expression", transforms = "expressions",
    transformObjects = "list", transformFunc = "function", transformVars = "names",
    transformPackages = "strings", transformEnvir = "any", blocksPerRead = "integer",
    reportProgress = "integer", verbose = "integer", computeContext = "context",
    moments = "any"), choices = list()),
  rxElasticNet = list(op = "elastic_net", types = c(formula = "formula", data = "data", alpha = "number",
    lambda = "any", numLambda = "integer", lambdaMinRatio = "number", pweights = "string",
    fweights = "string", rowSelection = "expression", transforms = "expressions", transformObjects = "list",
    transformFunc = "function", transformVars = "names", transformPackages = "strings",
    transformEnvir = "any", blocksPerRead = "integer", reportProgress = "integer", verbose = "integer",
    computeContext = "context", moments = "any"), choices = list()),
  rxMoments = list(op = "moments", types = c(formula = "formula", data = "data", pweights = "string",
    fweights = "string", rowSelection = "expression", transforms = "expressions", transformObjects = "list",
    transformFunc = "function", transformVars = "names", transformPackages = "strings",
    transformEnvir = "any", precise = "flag", outFile = "string", overwrite = "flag",
    blocksPerRead = "integer", reportProgress = "integer", verbose = "integer",
    computeContext = "context"), choices = list()),
  rxRefit = list(op = "refit", types = c(moments = "any", formula = "formula", cube = "flag",
    cubePredictions = "flag", dropFirst = "flag", dropMain = "flag", covCoef = "flag", covData = "flag",
    coefLabelStyle = "choice"), choices = list(coefLabelStyle = c("Revo", "R"))),
  rxCombine = list(op = "combine", types = c(moments = "any", others = "any", outFile = "string",
    overwrite = "flag"), choices = list()),
  rxRoc = list(op = "roc", types = c(actualVarName = "string", predVarNames = "strings", data = "data",
    numBreaks = "integer", removeDups = "flag", blocksPerRead = "integer", reportProgress = "integer",
    exact = "flag", rowSelection = "expression", transforms = "expressions", transformObjects = "list",
    transformFunc = "function", transformVars = "names", transformPackages = "strings",
    transformEnvir = "any", computeContext = "context"), choices = list(), value = "table"),
  rxAuc = list(op = "", types = c(x = "any"), choices = list()),
  rxRocCurve = list(op = "roc", types = c(actualVarName = "string", predVarNames = "strings", data = "data",
    numBreaks = "integer", blocksPerRead = "integer", reportProgress = "integer", computeAuc = "flag",
    title = "string", subtitle = "string", xTitle = "string", yTitle = "string", legend = "flag",
    chanceGridLine = "flag", exact = "flag", rowSelection = "expression", transforms = "expressions",
    transformObjects = "list", transformFunc = "function", transformVars = "names",
    transformPackages = "strings", transformEnvir = "any",
    computeContext = "context"), choices = list(), value = "table"),
  rxQuantile = list(op = "quantile", types = c(varName = "string", data = "data", pweights = "string",
    fweights = "string", probs = "any", names = "flag", maxIntegerBins = "integer", multiple = "any",
    numericBins = "flag", numNumericBreaks = "integer", blocksPerRead = "integer", reportProgress = "integer",
    verbose = "integer", exact = "flag", rowSelection = "expression", transforms = "expressions",
    transformObjects = "list", transformFunc = "function", transformVars = "names",
    transformPackages = "strings", transformEnvir = "any",
    computeContext = "context"), choices = list(), value = "quantiles"),
  rxLorenz = list(op = "lorenz", types = c(orderVarName = "string", valueVarName = "string", data = "data",
    numBreaks = "integer", pweights = "string", fweights = "string", blocksPerRead = "integer",
    reportProgress = "integer", verbose = "integer", rowSelection = "expression", transforms = "expressions",
    transformObjects = "list", transformFunc = "function", transformVars = "names",
    transformPackages = "strings", transformEnvir = "any",
    computeContext = "context"), choices = list(), value = "table"),
  rxGini = list(op = "", types = c(x = "any"), choices = list()),
  rxLift = list(op = "lift", types = c(actualVarName = "string", predVarNames = "strings", data = "data",
    numBreaks = "integer", blocksPerRead = "integer", reportProgress = "integer", rowSelection = "expression",
    transforms = "expressions", transformObjects = "list", transformFunc = "function",
    transformVars = "names", transformPackages = "strings", transformEnvir = "any",
    computeContext = "context"), choices = list(), value = "table"),
  rxCalibration = list(op = "calibration", types = c(actualVarName = "string", predVarNames = "strings",
    data = "data", numBreaks = "integer", strategy = "choice", blocksPerRead = "integer",
    reportProgress = "integer", rowSelection = "expression", transforms = "expressions",
    transformObjects = "list", transformFunc = "function", transformVars = "names",
    transformPackages = "strings", transformEnvir = "any",
    computeContext = "context"), choices = list(strategy = c("quantile", "uniform")), value = "table"),
  rxHistogram = list(op = "histogram", types = c(formula = "formula", data = "data", pweights = "string",
    fweights = "string", numBreaks = "integer", startVal = "number", endVal = "number",
    levelsToDrop = "strings", levelsToKeep = "strings", rowSelection = "expression",
    transforms = "expressions", transformObjects = "list", transformFunc = "function",
    transformVars = "names", transformPackages = "strings", transformEnvir = "any", blocksPerRead = "integer",
    histType = "choice", title = "string", subtitle = "string", xTitle = "string", yTitle = "string",
    xNumTicks = "number", yNumTicks = "number", xAxisMinMax = "any", yAxisMinMax = "any",
    fillColor = "string", lineColor = "strings", lineStyle = "any", lineWidth = "any",
    plotAreaColor = "string", gridColor = "string", gridLineWidth = "number", gridLineStyle = "any",
    maxNumPanels = "integer", reportProgress = "integer", print = "flag",
    computeContext = "context"), choices = list(histType = c("Counts", "Percent"))),
  rxLinePlot = list(op = "data_step", types = c(formula = "formula", data = "data",
    rowSelection = "expression", transforms = "expressions", transformObjects = "list",
    transformFunc = "function", transformVars = "names", transformPackages = "strings",
    transformEnvir = "any", blocksPerRead = "integer", type = "choice", title = "string", subtitle = "string",
    xTitle = "string", yTitle = "string", xNumTicks = "number", yNumTicks = "number", legend = "flag",
    lineColor = "strings", lineStyle = "any", lineWidth = "any", symbolColor = "strings", symbolStyle = "any",
    symbolSize = "number", plotAreaColor = "string", gridColor = "string", gridLineWidth = "number",
    gridLineStyle = "any", reportProgress = "integer", print = "flag",
    computeContext = "context"), choices = list(type = c("l", "p", "b", "smooth", "s", "r"))),
  rxResidualPlot = list(op = "", types = c(modelObject = "any", data = "data", residType = "choice",
    numBreaks = "integer", title = "string", subtitle = "string", xTitle = "string", yTitle = "string",
    reportProgress = "integer", print = "flag",
    computeContext = "context"), choices = list(residType = c("usual", "pearson", "deviance"))),
  rxExportModel = list(op = "export_model", types = c(model = "any", file = "path", type = "string",
    dialect = "choice", name = "string", overwrite = "flag", as = "choice",
    table = "string"), choices = list(dialect = c("ansi", "postgres", "sqlserver", "duckdb", "sqlite"), as = c("select", "view", "function", "procedure"))),
  rxPredict = list(op = "predict", types = c(modelObject = "any", data = "data", outData = "target",
    computeStdErrors = "flag", interval = "choice", confLevel = "number", computeResiduals = "flag",
    type = "string", writeModelVars = "flag", extraVarsToWrite = "names", removeMissings = "flag",
    append = "choice", overwrite = "flag", checkFactorLevels = "flag", predVarNames = "strings",
    residVarNames = "strings", intervalVarNames = "strings", stdErrorsVarNames = "strings",
    predNames = "strings", blocksPerRead = "integer", reportProgress = "integer", verbose = "integer",
    xdfCompressionLevel = "integer", residType = "choice", computeLeverage = "flag",
    computeCooksDistance = "flag", lambda = "any",
    numComponents = "integer"), choices = list(interval = c("none", "confidence", "prediction"), append = c("none", "rows", "cols"), residType = c("usual", "response", "pearson", "deviance", "working"))),
  rxVif = list(op = "vif", types = c(modelObject = "any"), choices = list()),
  rxSetComputeContext = list(op = "", types = c(computeContext = "context"), choices = list()),
  rxGetComputeContext = list(op = "", types = c(), choices = list()),
  rxGetOption = list(op = "", types = c(opt = "string", default = "any"), choices = list()),
  RxLocalSeq = list(op = "", types = c(object = "any", dataPath = "strings", outDataPath = "strings",
    wait = "flag"), choices = list()),
  RxLocalParallel = list(op = "", types = c(object = "any", dataPath = "strings", outDataPath = "strings",
    wait = "flag"), choices = list()),
  RxForeachDoPar = list(op = "", types = c(object = "any", dataPath = "strings", outDataPath = "strings",
    wait = "flag", backend = "any"), choices = list()),
  RxTextData = list(op = "", types = c(file = "path", stringsAsFactors = "flag", colClasses = "list",
    colInfo = "list", varsToKeep = "names", varsToDrop = "names", missingValueString = "string",
    rowsPerRead = "integer", delimiter = "string", combineDelimiters = "flag", quoteMark = "string",
    decimalPoint = "string", thousandsSeparator = "string", readDateFormat = "string",
    readPOSIXctFormat = "string", centuryCutoff = "integer", firstRowIsColNames = "flag",
    rowsToSniff = "integer", rowsToSkip = "integer", returnDataFrame = "flag",
    defaultReadBufferSize = "integer", defaultDecimalColType = "choice", defaultMissingColType = "choice",
    writePrecision = "integer", stripZeros = "flag", quotedDelimiters = "flag", isFixedFormat = "flag",
    useFastRead = "flag", createFileSet = "flag", rowsPerOutFile = "integer", verbose = "integer",
    checkVarsToKeep = "flag", fileSystem = "any", inputEncoding = "string",
    writeFactorsAsIndexes = "flag"), choices = list(defaultDecimalColType = c("float32", "numeric"), defaultMissingColType = c("float32", "numeric", "character"))),
  RxXdfData = list(op = "", types = c(file = "path", varsToKeep = "names", varsToDrop = "names",
    returnDataFrame = "flag", stringsAsFactors = "flag", blocksPerRead = "integer", fileSystem = "any",
    createCompositeSet = "flag", createPartitionSet = "flag",
    blocksPerCompositeFile = "integer"), choices = list()),
  rxXdfFileName = list(op = "", types = c(x = "any"), choices = list()),
  rxLocateFile = list(op = "", types = c(file = "path", pathsToSearch = "strings", fileSystem = "any",
    isOutFile = "flag", defaultExt = "string", verbose = "integer"), choices = list()),
  rxCompareContexts = list(op = "", types = c(context1 = "context", context2 = "context",
    exactMatch = "flag"), choices = list()),
  rxGetNodeInfo = list(op = "", types = c(computeContext = "context", namesOnly = "flag",
    makeRNodeNames = "flag", getWorkersOnly = "flag"), choices = list()),
  rxGetAvailableNodes = list(op = "", types = c(computeContext = "context",
    makeRNodeNames = "flag"), choices = list()),
  rxPingNodes = list(op = "", types = c(computeContext = "context", timeout = "number",
    filter = "strings"), choices = list()),
  rxMakeRNodeNames = list(op = "", types = c(nodeNames = "strings"), choices = list()),
  rxIsDistributedContext = list(op = "", types = c(computeContext = "context",
    data = "data"), choices = list()),
  RxInSqlServer = list(op = "", types = c(object = "any", connectionString = "string", numTasks = "integer",
    autoCleanup = "flag", consoleOutput = "flag", executionTimeoutSeconds = "number", wait = "flag",
    packagesToLoad = "strings", shareDir = "string", server = "string", databaseName = "string",
    user = "string", password = "string", tier = "choice", minGroupSize = "integer", dataPath = "strings",
    outDataPath = "strings"), choices = list(tier = c("auto", "database", "extension", "stream"))),
  RxInPostgres = list(op = "", types = c(object = "any", connectionString = "string", numTasks = "integer",
    autoCleanup = "flag", consoleOutput = "flag", executionTimeoutSeconds = "number", wait = "flag",
    packagesToLoad = "strings", shareDir = "string", server = "string", databaseName = "string",
    user = "string", password = "string", tier = "choice", minGroupSize = "integer", dataPath = "strings",
    outDataPath = "strings"), choices = list(tier = c("auto", "database", "extension", "stream"))),
  RxMpi = list(op = "", types = c(object = "any", numRanks = "integer", mpirun = "string",
    hostfile = "string", switches = "strings", worker = "strings", dataPath = "strings",
    outDataPath = "strings", wait = "flag"), choices = list()),
  RxProcesses = list(op = "", types = c(object = "any", numWorkers = "integer", worker = "strings",
    dataPath = "strings", outDataPath = "strings", wait = "flag"), choices = list()),
  RxRemote = list(op = "", types = c(sshHostname = "string", sshUsername = "string", sshSwitches = "string",
    workingDir = "string", context = "context", wait = "flag"), choices = list()),
  rxGetJobStatus = list(op = "", types = c(jobInfo = "any"), choices = list()),
  rxGetJobResults = list(op = "", types = c(jobInfo = "any", consoleOutput = "flag",
    autoCleanup = "flag"), choices = list()),
  rxGetJobOutput = list(op = "", types = c(jobInfo = "any"), choices = list()),
  rxGetJobs = list(op = "", types = c(computeContext = "context", exactMatch = "flag", startTime = "any",
    endTime = "any", states = "strings", verbose = "flag"), choices = list()),
  rxWaitForJob = list(op = "", types = c(jobInfo = "any"), choices = list()),
  rxCancelJob = list(op = "", types = c(jobInfo = "any", consoleOutput = "flag"), choices = list()),
  rxCleanupJobs = list(op = "", types = c(jobInfoList = "any", force = "flag",
    verbose = "flag"), choices = list()),
  rxGetJobInfo = list(op = "", types = c(object = "any"), choices = list()),
  rxGetJobId = list(op = "", types = c(jobInfo = "any"), choices = list()),
  rxIsJob = list(op = "", types = c(object = "any"), choices = list()),
  RxSpark = list(op = "", types = c(object = "any", hdfsShareDir = "string", shareDir = "string",
    clientShareDir = "string", sshUsername = "string", sshHostname = "string", sshSwitches = "string",
    sshProfileScript = "string", sshClientDir = "string", nameNode = "string", master = "string",
    jobTrackerURL = "string", port = "any", onClusterNode = "flag", wait = "flag", numExecutors = "integer",
    executorCores = "integer", executorMem = "string", driverMem = "string", executorOverheadMem = "string",
    extraSparkConfig = "string", persistentRun = "flag", sparkReduceMethod = "choice", idleTimeout = "number",
    suppressWarning = "flag", consoleOutput = "flag", showOutputWhileWaiting = "flag", autoCleanup = "flag",
    workingDir = "string", dataPath = "strings", outDataPath = "strings", fileSystem = "any",
    packagesToLoad = "strings", resultsTimeout = "number",
    tmpFSWorkDir = "string"), choices = list(sparkReduceMethod = c("auto", "oneStage", "twoStage"))),
  RxHadoopMR = list(op = "", types = c(object = "any", hdfsShareDir = "string", shareDir = "string",
    clientShareDir = "string", hadoopRPath = "string", hadoopSwitches = "string", revoPath = "string",
    sshUsername = "string", sshHostname = "string", sshSwitches = "string", sshProfileScript = "string",
    sshClientDir = "string", usingRunAsUserMode = "flag", nameNode = "string", jobTrackerURL = "string",
    port = "any", onClusterNode = "flag", wait = "flag", consoleOutput = "flag",
    showOutputWhileWaiting = "flag", autoCleanup = "flag", workingDir = "string", dataPath = "strings",
    outDataPath = "strings", fileSystem = "any", packagesToLoad = "strings", resultsTimeout = "number",
    framework = "choice", jvmOptions = "string", mapMemory = "integer", reduceMemory = "integer",
    uber = "choice",
    reduceMethod = "choice"), choices = list(framework = c("auto", "yarn", "local"), uber = c("auto", "yes", "no"), reduceMethod = c("auto", "none", "oneStage", "twoStage"))),
  rxSparkConnect = list(op = "", types = c(hdfsShareDir = "string", shareDir = "string",
    clientShareDir = "string", sshUsername = "string", sshHostname = "string", sshSwitches = "string",
    sshProfileScript = "string", sshClientDir = "string", nameNode = "string", master = "string",
    jobTrackerURL = "string", port = "any", onClusterNode = "flag", numExecutors = "integer",
    executorCores = "integer", executorMem = "string", driverMem = "string", executorOverheadMem = "string",
    extraSparkConfig = "string", sparkReduceMethod = "choice", idleTimeout = "number",
    suppressWarning = "flag", consoleOutput = "flag", showOutputWhileWaiting = "flag", autoCleanup = "flag",
    workingDir = "string", dataPath = "strings", outDataPath = "strings", fileSystem = "any",
    packagesToLoad = "strings", resultsTimeout = "number", reset = "flag", interop = "strings",
    tmpFSWorkDir = "string"), choices = list(sparkReduceMethod = c("auto", "oneStage", "twoStage"))),
  rxSparkDisconnect = list(op = "", types = c(computeContext = "context"), choices = list()),
  rxStopEngine = list(op = "", types = c(computeContext = "context",
    scope = "choice"), choices = list(scope = c("session", "user"))),
  rxSparkCacheData = list(op = "", types = c(data = "source", cache = "flag"), choices = list()),
  rxSparkListData = list(op = "", types = c(showDescription = "flag",
    computeContext = "context"), choices = list()),
  rxSparkRemoveData = list(op = "", types = c(list = "any", computeContext = "context"), choices = list()),
  rxGetSparklyrConnection = list(op = "", types = c(computeContext = "context"), choices = list()),
  RxHdfsFileSystem = list(op = "", types = c(object = "any", hostName = "string", port = "any",
    useWebHdfs = "flag", oAuthParameters = "any", verbose = "any"), choices = list()),
  RxParquetData = list(op = "", types = c(file = "path", colInfo = "list", fileSystem = "any", cache = "flag",
    writeFactorsAsIndexes = "flag"), choices = list()),
  RxOrcData = list(op = "", types = c(file = "path", colInfo = "list", fileSystem = "any", cache = "flag",
    writeFactorsAsIndexes = "flag"), choices = list()),
  RxOdbcData = list(op = "", types = c(table = "string", sqlQuery = "string", dbmsName = "string",
    databaseName = "string", useFastRead = "flag", trimSpace = "flag", connectionString = "string",
    rowBuffering = "flag", returnDataFrame = "flag", stringsAsFactors = "flag", colClasses = "list",
    colInfo = "list", rowsPerRead = "integer", verbose = "integer", server = "string", user = "string",
    password = "string", writeFactorsAsIndexes = "flag", key = "names",
    queryTimeout = "integer"), choices = list()),
  RxSqlServerData = list(op = "", types = c(table = "string", sqlQuery = "string",
    connectionString = "string", rowBuffering = "flag", returnDataFrame = "flag", stringsAsFactors = "flag",
    colClasses = "list", colInfo = "list", rowsPerRead = "integer", verbose = "integer", useFastRead = "flag",
    server = "string", databaseName = "string", user = "string", password = "string",
    writeFactorsAsIndexes = "flag", trimSpace = "flag", key = "names",
    queryTimeout = "integer"), choices = list()),
  RxPostgresData = list(op = "", types = c(table = "string", sqlQuery = "string", connectionString = "string",
    rowBuffering = "flag", returnDataFrame = "flag", stringsAsFactors = "flag", colClasses = "list",
    colInfo = "list", rowsPerRead = "integer", verbose = "integer", server = "string",
    databaseName = "string", user = "string", password = "string", writeFactorsAsIndexes = "flag",
    trimSpace = "flag", key = "names", queryTimeout = "integer"), choices = list()),
  RxHiveData = list(op = "", types = c(query = "string", table = "string", colInfo = "list",
    saveAsTempTable = "flag", cache = "flag", writeFactorsAsIndexes = "flag"), choices = list()),
  rxHadoopListFiles = list(op = "hdfs", types = unlist(list(path = "names",
    recursive = "flag")), choices = list()),
  rxHadoopFileExists = list(op = "hdfs", types = c(path = "names"), choices = list()),
  rxHadoopMakeDir = list(op = "hdfs", types = c(path = "names"), choices = list()),
  rxHadoopRemove = list(op = "hdfs", types = c(path = "names", skipTrash = "flag"), choices = list()),
  rxHadoopRemoveDir = list(op = "hdfs", types = c(path = "names", skipTrash = "flag"), choices = list()),
  rxHadoopMove = list(op = "hdfs", types = c(source = "string", dest = "string"), choices = list()),
  rxHadoopCopy = list(op = "hdfs", types = c(source = "string", dest = "string",
    overwrite = "flag"), choices = list()),
  rxHadoopCopyFromLocal = list(op = "hdfs", types = c(source = "string", dest = "string",
    overwrite = "flag"), choices = list()),
  rxHadoopCopyToLocal = list(op = "hdfs", types = c(source = "string", dest = "string",
    overwrite = "flag"), choices = list()),
  rxHadoopCommand = list(op = "hdfs", types = c(cmd = "string", computeContext = "context",
    sshUsername = "string", sshHostname = "string", sshSwitches = "string", sshProfileScript = "string",
    intern = "flag"), choices = list()),
  rxHadoopVersion = list(op = "hdfs", types = c(), choices = list()),
  rxHadoopCopyFromClient = list(op = "hdfs", types = c(source = "string", nativeTarget = "string",
    hdfsDest = "string", computeContext = "context", sshUsername = "string", sshHostname = "string",
    sshSwitches = "string", sshProfileScript = "string"), choices = list()),
  rxSqlServerTableExists = list(op = "table_exists", types = c(table = "any",
    connectionString = "string"), choices = list()),
  rxSqlServerDropTable = list(op = "drop_table", types = c(table = "any",
    connectionString = "string"), choices = list()),
  rxExecuteSQLDDL = list(op = "execute_sql", types = c(src = "any", sSQLString = "string"), choices = list()),
  rxWriteObject = list(op = "write_object", types = c(odbcDestination = "any", key = "string", value = "any",
    version = "string", keyName = "string", valueName = "string", versionName = "string", serialize = "flag",
    overwrite = "flag",
    compress = "choice"), choices = list(compress = c("gzip", "bzip2", "xz", "none", "zip"))),
  rxReadObject = list(op = "read_object", types = c(odbcSource = "any", key = "string", version = "string",
    keyName = "string", versionName = "string", valueName = "string", deserialize = "flag",
    decompress = "choice"), choices = list(decompress = c("gzip", "bzip2", "xz", "none", "zip"))),
  rxDeleteObject = list(op = "delete_object", types = c(odbcSource = "any", key = "string",
    version = "string", keyName = "string", valueName = "string", versionName = "string",
    all = "flag"), choices = list()),
  rxListKeys = list(op = "list_keys", types = c(odbcSource = "any", key = "string", version = "string",
    keyName = "string", versionName = "string"), choices = list()),
  rxPublishModel = list(op = "publish_model", types = c(model = "any", destination = "any", name = "string",
    version = "string", kind = "choice", rows = "any",
    overwrite = "flag"), choices = list(kind = c("auto", "sql", "engine"))),
  rxPublishedModels = list(op = "published_models", types = c(destination = "any"), choices = list()),
  rxUnpublishModel = list(op = "unpublish_model", types = c(destination = "any", name = "string",
    version = "string"), choices = list()),
  rxSqlServerSelfTest = list(op = "sql_server_self_test", types = c(connectionString = "string",
    print = "flag"), choices = list())
)

# The engine's methods by op.
.rxMethods <- list(
  summary = list(class = "rxSummary", options = c("formula", "pweights", "fweights", "summaryStats", "byTerm",
    "byGroupOutFile", "overwrite", "rowsPerBlock", "useSparseCube", "removeZeroCounts")),
  lin_mod = list(class = "rxLinMod", options = c("formula", "pweights", "fweights", "cube", "cubePredictions",
    "variableSelection", "dropFirst", "dropMain", "covCoef", "covData", "coefLabelStyle", "keepMoments",
    "robust", "cluster")),
  logit = list(class = "rxLogit", options = c("formula", "pweights", "fweights", "cube", "variableSelection",
    "dropFirst", "dropMain", "covCoef", "initialValues", "coefLabelStyle", "maxIterations", "coeffTolerance",
    "objectiveFunctionTolerance", "robust", "cluster", "cubePredictions", "covData", "gradientTolerance")),
  glm = list(class = "rxGlm", options = c("formula", "pweights", "fweights", "family", "offset", "cube",
    "variableSelection", "dropFirst", "dropMain", "covCoef", "initialValues", "coefLabelStyle",
    "maxIterations", "coeffTolerance", "objectiveFunctionTolerance", "robust", "cluster", "computeAIC")),
  multinom_logit = list(class = "rxMultinomLogit", options = c("formula", "pweights", "fweights", "dropFirst",
    "covCoef", "coefLabelStyle", "maxIterations", "coeffTolerance", "objectiveFunctionTolerance")),
  cov_cor = list(class = "rxCovCor", options = c("formula", "pweights", "fweights", "keepAll", "varTol",
    "type")),
  moments = list(class = "rxMoments", options = c("formula", "pweights", "fweights", "precise", "outFile",
    "overwrite")),
  pca = list(class = "rxPca", options = c("formula", "pweights", "fweights", "cor")),
  ridge_reg = list(class = "rxRidgeReg", options = c("formula", "pweights", "fweights", "lambda")),
  elastic_net = list(class = "rxElasticNet", options = c("formula", "pweights", "fweights", "alpha", "lambda",
    "numLambda", "lambdaMinRatio")),
  quantile = list(class = "rxQuantile", options = c("varName", "pweights", "fweights", "probs", "names",
    "maxIntegerBins", "multiple", "numericBins", "numNumericBreaks", "exact")),
  lorenz = list(class = "rxLorenz", options = c("orderVarName", "valueVarName", "numBreaks", "pweights",
    "fweights")),
  roc = list(class = "rxRoc", options = c("actualVarName", "predVarNames", "numBreaks", "removeDups",
    "exact")),
  lift = list(class = "rxLift", options = c("actualVarName", "predVarNames", "numBreaks")),
  calibration = list(class = "rxCalibration", options = c("actualVarName", "predVarNames", "numBreaks",
    "strategy")),
  histogram = list(class = "rxHistogram", options = c("formula", "pweights", "fweights", "numBreaks",
    "startVal", "endVal", "levelsToDrop", "levelsToKeep", "histType", "maxNumPanels"))
)

.rxSourceClasses <- c("RxTextData", "RxXdfData", "RxParquetData", "RxOrcData", "RxOdbcData",
  "RxSqlServerData", "RxPostgresData", "RxHiveData")
# Of files that know the types of their columns.
.rxTypedFileClasses <- c("RxParquetData", "RxOrcData")

rxImport <- function(inData, outFile = NULL, varsToKeep = NULL, varsToDrop = NULL, rowSelection = NULL,
    transforms = NULL, transformObjects = NULL, transformFunc = NULL, transformVars = NULL,
    transformPackages = NULL, transformEnvir = NULL, append = "none", overwrite = FALSE, numRows = -1,
    stringsAsFactors = NULL, colClasses = NULL, colInfo = NULL, rowsPerRead = NULL, type = "auto",
    maxRowsByCols = NULL, reportProgress = rxGetOption("reportProgress"), verbose = 0,
    xdfCompressionLevel = rxGetOption("xdfCompressionLevel"), createCompositeSet = NULL,
    blocksPerCompositeFile = 3, ...) {
  .rxDispatch("rxImport", sys.call(), environment(), parent.frame())
}

rxExecBy <- function(inData, keys = NULL, func, funcParams = NULL, filterFunc = NULL,
    computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxExecBy", sys.call(), environment(), parent.frame())
}

rxPartition <- function(inData, outData, varsToPartition, append = "rows", overwrite = FALSE, ...) {
  .rxDispatch("rxPartition", sys.call(), environment(), parent.frame())
}

rxGetPartitions <- function(data, ...) {
  .rxDispatch("rxGetPartitions", sys.call(), environment(), parent.frame())
}

rxDataStep <- function(inData = NULL, outFile = NULL, varsToKeep = NULL, varsToDrop = NULL,
    rowSelection = NULL, transforms = NULL, transformObjects = NULL, transformFunc = NULL,
    transformVars = NULL, transformPackages = NULL, transformEnvir = NULL, append = "none", overwrite = FALSE,
    rowVarName = NULL, removeMissingsOnRead = FALSE, removeMissings = FALSE, computeLowHigh = TRUE,
    maxRowsByCols = 3000000, rowsPerRead = -1, startRow = 1, numRows = -1, returnTransformObjects = FALSE,
    blocksPerRead = rxGetOption("blocksPerRead"), reportProgress = rxGetOption("reportProgress"),
    xdfCompressionLevel = rxGetOption("xdfCompressionLevel"), ...) {
  .rxDispatch("rxDataStep", sys.call(), environment(), parent.frame())
}

rxGetInfo <- function(data, getVarInfo = FALSE, getBlockSizes = FALSE, getValueLabels = NULL,
    varsToKeep = NULL, varsToDrop = NULL, startRow = 1, numRows = 0, computeInfo = FALSE, allNodes = TRUE,
    verbose = 0, ...) {
  .rxDispatch("rxGetInfo", sys.call(), environment(), parent.frame())
}

rxGetVarInfo <- function(data, getValueLabels = TRUE, varsToKeep = NULL, varsToDrop = NULL,
    computeInfo = FALSE, allNodes = TRUE, ...) {
  .rxDispatch("rxGetVarInfo", sys.call(), environment(), parent.frame())
}

rxGetVarNames <- function(data, ...) {
  .rxDispatch("rxGetVarNames", sys.call(), environment(), parent.frame())
}

rxSetVarInfo <- function(varInfo, data, ...) {
  .rxDispatch("rxSetVarInfo", sys.call(), environment(), parent.frame())
}

rxSetInfo <- function(data, description = "", ...) {
  .rxDispatch("rxSetInfo", sys.call(), environment(), parent.frame())
}

rxCreateColInfo <- function(data, includeLowHigh = FALSE, factorsOnly = FALSE, varsToKeep = NULL,
    sortLevels = FALSE, computeInfo = TRUE, useFactorIndex = FALSE, ...) {
  .rxDispatch("rxCreateColInfo", sys.call(), environment(), parent.frame())
}

rxReadXdf <- function(file, varsToKeep = NULL, varsToDrop = NULL, rowVarName = NULL, startRow = 1,
    numRows = -1, returnDataFrame = TRUE, stringsAsFactors = FALSE, maxRowsByCols = NULL,
    reportProgress = rxGetOption("reportProgress"), readByBlock = FALSE, cppInterp = NULL, ...) {
  .rxDispatch("rxReadXdf", sys.call(), environment(), parent.frame())
}

rxXdfToDataFrame <- function(file, varsToKeep = NULL, varsToDrop = NULL, rowVarName = NULL,
    rowSelection = NULL, transforms = NULL, transformObjects = NULL, transformFunc = NULL,
    transformVars = NULL, transformPackages = NULL, transformEnvir = NULL, removeMissings = FALSE,
    stringsAsFactors = FALSE, blocksPerRead = rxGetOption("blocksPerRead"), maxRowsByCols = 3000000,
    reportProgress = rxGetOption("reportProgress"), cppInterp = NULL, ...) {
  .rxDispatch("rxXdfToDataFrame", sys.call(), environment(), parent.frame())
}

rxOpen <- function(src, mode = "r", ...) {
  .rxDispatch("rxOpen", sys.call(), environment(), parent.frame())
}

rxClose <- function(src, mode = "r", ...) {
  .rxDispatch("rxClose", sys.call(), environment(), parent.frame())
}

rxIsOpen <- function(src, mode = "r", ...) {
  .rxDispatch("rxIsOpen", sys.call(), environment(), parent.frame())
}

rxReadNext <- function(src, ...) {
  .rxDispatch("rxReadNext", sys.call(), environment(), parent.frame())
}

rxWriteNext <- function(from, to, ...) {
  .rxDispatch("rxWriteNext", sys.call(), environment(), parent.frame())
}

rxSummary <- function(formula, data, byGroupOutFile = NULL,
    summaryStats = c("Mean", "StdDev", "Min", "Max", "ValidObs", "MissingObs"), byTerm = TRUE,
    pweights = NULL, fweights = NULL, rowSelection = NULL, transforms = NULL, transformObjects = NULL,
    transformFunc = NULL, transformVars = NULL, transformPackages = NULL, transformEnvir = NULL,
    overwrite = FALSE, useSparseCube = rxGetOption("useSparseCube"), removeZeroCounts = useSparseCube,
    blocksPerRead = rxGetOption("blocksPerRead"), rowsPerBlock = 100000,
    reportProgress = rxGetOption("reportProgress"), verbose = 0,
    computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxSummary", sys.call(), environment(), parent.frame())
}

rxLinMod <- function(formula, data, pweights = NULL, fweights = NULL, cube = FALSE, cubePredictions = FALSE,
    variableSelection = list(), rowSelection = NULL, transforms = NULL, transformObjects = NULL,
    transformFunc = NULL, transformVars = NULL, transformPackages = NULL, transformEnvir = NULL,
    dropFirst = FALSE, dropMain = rxGetOption("dropMain"), covCoef = FALSE, covData = FALSE,
    coefLabelStyle = rxGetOption("coefLabelStyle"), keepMoments = FALSE,
    blocksPerRead = rxGetOption("blocksPerRead"), reportProgress = rxGetOption("reportProgress"), verbose = 0,
    computeContext = rxGetOption("computeContext"), robust = "none", cluster = NULL, ...) {
  .rxDispatch("rxLinMod", sys.call(), environment(), parent.frame())
}

rxLogit <- function(formula, data, pweights = NULL, fweights = NULL, cube = FALSE, cubePredictions = FALSE,
    variableSelection = list(), rowSelection = NULL, transforms = NULL, transformObjects = NULL,
    transformFunc = NULL, transformVars = NULL, transformPackages = NULL, transformEnvir = NULL,
    dropFirst = FALSE, dropMain = rxGetOption("dropMain"), covCoef = FALSE, covData = FALSE,
    initialValues = NULL, coefLabelStyle = rxGetOption("coefLabelStyle"),
    blocksPerRead = rxGetOption("blocksPerRead"), maxIterations = 25, coeffTolerance = 1e-06,
    gradientTolerance = 1e-06, objectiveFunctionTolerance = 1e-08,
    reportProgress = rxGetOption("reportProgress"), verbose = 0,
    computeContext = rxGetOption("computeContext"), robust = "none", cluster = NULL, ...) {
  .rxDispatch("rxLogit", sys.call(), environment(), parent.frame())
}

rxGlm <- function(formula, data, family = gaussian(), pweights = NULL, fweights = NULL, offset = NULL,
    cube = FALSE, variableSelection = list(), rowSelection = NULL, transforms = NULL, transformObjects = NULL,
    transformFunc = NULL, transformVars = NULL, transformPackages = NULL, transformEnvir = NULL,
    dropFirst = FALSE, dropMain = rxGetOption("dropMain"), covCoef = FALSE, computeAIC = FALSE,
    initialValues = NA, coefLabelStyle = rxGetOption("coefLabelStyle"),
    blocksPerRead = rxGetOption("blocksPerRead"), maxIterations = 25, coeffTolerance = 1e-06,
    objectiveFunctionTolerance = 1e-08, reportProgress = rxGetOption("reportProgress"), verbose = 0,
    computeContext = rxGetOption("computeContext"), robust = "none", cluster = NULL, ...) {
  .rxDispatch("rxGlm", sys.call(), environment(), parent.frame())
}

rxMultinomLogit <- function(formula, data, pweights = NULL, fweights = NULL, rowSelection = NULL,
    transforms = NULL, transformObjects = NULL, transformFunc = NULL, transformVars = NULL,
    transformPackages = NULL, transformEnvir = NULL, dropFirst = FALSE, covCoef = FALSE,
    coefLabelStyle = "Revo", maxIterations = 25, coeffTolerance = 1e-06, objectiveFunctionTolerance = 1e-08,
    blocksPerRead = rxGetOption("blocksPerRead"), reportProgress = rxGetOption("reportProgress"), verbose = 0,
    computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxMultinomLogit", sys.call(), environment(), parent.frame())
}

rxStepControl <- function(method = "stepwise", scope = NULL, maxSteps = 1000, stepCriterion = "AIC",
    maxSigLevelToAdd = NULL, minSigLevelToDrop = NULL, refitEachStep = NULL, keepStepCoefs = FALSE, scale = 0,
    k = 2, test = NULL, ...) {
  .rxDispatch("rxStepControl", sys.call(), environment(), parent.frame())
}

rxStepPlot <- function(x, plotStepBreaks = TRUE, omitZeroCoefs = TRUE, eps = .Machine$double.eps,
    main = deparse(substitute(x)), xlab = "Step", ylab = "Stepwise Coefficients", type = "b", pch = "*",
    ...) {
  .rxDispatch("rxStepPlot", sys.call(), environment(), parent.frame())
}

rxCovCor <- function(formula, data, pweights = NULL, fweights = NULL, rowSelection = NULL, transforms = NULL,
    transformObjects = NULL, transformFunc = NULL, transformVars = NULL, transformPackages = NULL,
    transformEnvir = NULL, keepAll = TRUE, varTol = 1e-12, type = "Cov",
    blocksPerRead = rxGetOption("blocksPerRead"), reportProgress = rxGetOption("reportProgress"), verbose = 0,
    computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxCovCor", sys.call(), environment(), parent.frame())
}

rxCov <- function(formula, data, pweights = NULL, fweights = NULL, rowSelection = NULL, transforms = NULL,
    transformObjects = NULL, transformFunc = NULL, transformVars = NULL, transformPackages = NULL,
    transformEnvir = NULL, keepAll = TRUE, varTol = 1e-12, blocksPerRead = rxGetOption("blocksPerRead"),
    reportProgress = rxGetOption("reportProgress"), verbose = 0,
    computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxCov", sys.call(), environment(), parent.frame())
}

rxCor <- function(formula, data, pweights = NULL, fweights = NULL, rowSelection = NULL, transforms = NULL,
    transformObjects = NULL, transformFunc = NULL, transformVars = NULL, transformPackages = NULL,
    transformEnvir = NULL, keepAll = TRUE, varTol = 1e-12, blocksPerRead = rxGetOption("blocksPerRead"),
    reportProgress = rxGetOption("reportProgress"), verbose = 0,
    computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxCor", sys.call(), environment(), parent.frame())
}

rxSSCP <- function(formula, data, pweights = NULL, fweights = NULL, rowSelection = NULL, transforms = NULL,
    transformObjects = NULL, transformFunc = NULL, transformVars = NULL, transformPackages = NULL,
    transformEnvir = NULL, keepAll = TRUE, varTol = 1e-12, blocksPerRead = rxGetOption("blocksPerRead"),
    reportProgress = rxGetOption("reportProgress"), verbose = 0,
    computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxSSCP", sys.call(), environment(), parent.frame())
}

rxSerializeModel <- function(model, metadata = NULL, realtimeScoringOnly = FALSE, ...) {
  .rxDispatch("rxSerializeModel", sys.call(), environment(), parent.frame())
}

rxUnserializeModel <- function(serializedModel, ...) {
  .rxDispatch("rxUnserializeModel", sys.call(), environment(), parent.frame())
}

rxPca <- function(formula, data = NULL, pweights = NULL, fweights = NULL, rowSelection = NULL,
    transforms = NULL, transformObjects = NULL, transformFunc = NULL, transformVars = NULL,
    transformPackages = NULL, transformEnvir = NULL, cor = FALSE,
    blocksPerRead = rxGetOption("blocksPerRead"), reportProgress = rxGetOption("reportProgress"), verbose = 0,
    computeContext = rxGetOption("computeContext"), ..., moments = NULL) {
  .rxDispatch("rxPca", sys.call(), environment(), parent.frame())
}

rxRidgeReg <- function(formula, data = NULL, lambda = 0, pweights = NULL, fweights = NULL,
    rowSelection = NULL, transforms = NULL, transformObjects = NULL, transformFunc = NULL,
    transformVars = NULL, transformPackages = NULL, transformEnvir = NULL,
    blocksPerRead = rxGetOption("blocksPerRead"), reportProgress = rxGetOption("reportProgress"), verbose = 0,
    computeContext = rxGetOption("computeContext"), ..., moments = NULL) {
  .rxDispatch("rxRidgeReg", sys.call(), environment(), parent.frame())
}

rxElasticNet <- function(formula, data = NULL, alpha = 1, lambda = NULL, numLambda = 100,
    lambdaMinRatio = 1e-4, pweights = NULL, fweights = NULL, rowSelection = NULL, transforms = NULL,
    transformObjects = NULL, transformFunc = NULL, transformVars = NULL, transformPackages = NULL,
    transformEnvir = NULL, blocksPerRead = rxGetOption("blocksPerRead"),
    reportProgress = rxGetOption("reportProgress"), verbose = 0,
    computeContext = rxGetOption("computeContext"), ..., moments = NULL) {
  .rxDispatch("rxElasticNet", sys.call(), environment(), parent.frame())
}

rxMoments <- function(formula, data, pweights = NULL, fweights = NULL, rowSelection = NULL, transforms = NULL,
    transformObjects = NULL, transformFunc = NULL, transformVars = NULL, transformPackages = NULL,
    transformEnvir = NULL, precise = FALSE, outFile = NULL, overwrite = FALSE,
    blocksPerRead = rxGetOption("blocksPerRead"), reportProgress = rxGetOption("reportProgress"), verbose = 0,
    computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxMoments", sys.call(), environment(), parent.frame())
}

rxRefit <- function(moments, formula, cube = FALSE, cubePredictions = FALSE, dropFirst = FALSE,
    dropMain = rxGetOption("dropMain"), covCoef = FALSE, covData = FALSE,
    coefLabelStyle = rxGetOption("coefLabelStyle"), ...) {
  .rxDispatch("rxRefit", sys.call(), environment(), parent.frame())
}

rxCombine <- function(moments, others = NULL, outFile = NULL, overwrite = FALSE, ...) {
  .rxDispatch("rxCombine", sys.call(), environment(), parent.frame())
}

rxRoc <- function(actualVarName, predVarNames, data, numBreaks = 100, removeDups = TRUE, blocksPerRead = 1,
    reportProgress = 0, exact = FALSE, rowSelection = NULL, transforms = NULL, transformObjects = NULL,
    transformFunc = NULL, transformVars = NULL, transformPackages = NULL, transformEnvir = NULL,
    computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxRoc", sys.call(), environment(), parent.frame())
}

rxAuc <- function(x, ...) {
  .rxDispatch("rxAuc", sys.call(), environment(), parent.frame())
}

rxRocCurve <- function(actualVarName, predVarNames, data, numBreaks = 100, blocksPerRead = 1,
    reportProgress = 0, computeAuc = TRUE, title = NULL, subtitle = NULL, xTitle = NULL, yTitle = NULL,
    legend = NULL, chanceGridLine = TRUE, exact = FALSE, rowSelection = NULL, transforms = NULL,
    transformObjects = NULL, transformFunc = NULL, transformVars = NULL, transformPackages = NULL,
    transformEnvir = NULL, computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxRocCurve", sys.call(), environment(), parent.frame())
}

rxQuantile <- function(varName, data, pweights = NULL, fweights = NULL, probs = seq(0, 1, 0.25), names = TRUE,
    maxIntegerBins = 500000, multiple = NA, numericBins = FALSE, numNumericBreaks = 1000,
    blocksPerRead = rxGetOption("blocksPerRead"), reportProgress = rxGetOption("reportProgress"), verbose = 0,
    exact = FALSE, rowSelection = NULL, transforms = NULL, transformObjects = NULL, transformFunc = NULL,
    transformVars = NULL, transformPackages = NULL, transformEnvir = NULL,
    computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxQuantile", sys.call(), environment(), parent.frame())
}

rxLorenz <- function(orderVarName, valueVarName = orderVarName, data, numBreaks = 1000, pweights = NULL,
    fweights = NULL, blocksPerRead = 1, reportProgress = 1, verbose = 0, rowSelection = NULL,
    transforms = NULL, transformObjects = NULL, transformFunc = NULL, transformVars = NULL,
    transformPackages = NULL, transformEnvir = NULL, computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxLorenz", sys.call(), environment(), parent.frame())
}

rxGini <- function(x, ...) {
  .rxDispatch("rxGini", sys.call(), environment(), parent.frame())
}

rxLift <- function(actualVarName, predVarNames, data, numBreaks = 10, blocksPerRead = 1, reportProgress = 0,
    rowSelection = NULL, transforms = NULL, transformObjects = NULL, transformFunc = NULL,
    transformVars = NULL, transformPackages = NULL, transformEnvir = NULL,
    computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxLift", sys.call(), environment(), parent.frame())
}

rxCalibration <- function(actualVarName, predVarNames, data, numBreaks = 10,
    strategy = c("quantile", "uniform"), blocksPerRead = 1, reportProgress = 0, rowSelection = NULL,
    transforms = NULL, transformObjects = NULL, transformFunc = NULL, transformVars = NULL,
    transformPackages = NULL, transformEnvir = NULL, computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxCalibration", sys.call(), environment(), parent.frame())
}

rxHistogram <- function(formula, data, pweights = NULL, fweights = NULL, numBreaks = NULL, startVal = NULL,
    endVal = NULL, levelsToDrop = NULL, levelsToKeep = NULL, rowSelection = NULL, transforms = NULL,
    transformObjects = NULL, transformFunc = NULL, transformVars = NULL, transformPackages = NULL,
    transformEnvir = NULL, blocksPerRead = rxGetOption("blocksPerRead"), histType = "Counts", title = NULL,
    subtitle = NULL, xTitle = NULL, yTitle = NULL, xNumTicks = NULL, yNumTicks = NULL, xAxisMinMax = NULL,
    yAxisMinMax = NULL, fillColor = "cyan", lineColor = "black", lineStyle = "solid", lineWidth = 1,
    plotAreaColor = "gray90", gridColor = "white", gridLineWidth = 1, gridLineStyle = "solid",
    maxNumPanels = 100, reportProgress = rxGetOption("reportProgress"), print = TRUE,
    computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxHistogram", sys.call(), environment(), parent.frame())
}

rxLinePlot <- function(formula, data, rowSelection = NULL, transforms = NULL, transformObjects = NULL,
    transformFunc = NULL, transformVars = NULL, transformPackages = NULL, transformEnvir = NULL,
    blocksPerRead = rxGetOption("blocksPerRead"), type = c("l"), title = NULL, subtitle = NULL, xTitle = NULL,
    yTitle = NULL, xNumTicks = 10, yNumTicks = 10, legend = TRUE, lineColor = NULL, lineStyle = "solid",
    lineWidth = 2, symbolColor = NULL, symbolStyle = "solid circle", symbolSize = NULL,
    plotAreaColor = "gray90", gridColor = "white", gridLineWidth = 1, gridLineStyle = "solid",
    reportProgress = rxGetOption("reportProgress"), print = TRUE,
    computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxLinePlot", sys.call(), environment(), parent.frame())
}

rxResidualPlot <- function(modelObject, data, residType = "usual", numBreaks = 40, title = NULL,
    subtitle = NULL, xTitle = NULL, yTitle = NULL, reportProgress = 0, print = TRUE,
    computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxResidualPlot", sys.call(), environment(), parent.frame())
}

rxExportModel <- function(model, file = NULL, type = "sql", dialect = "ansi", name = NULL, overwrite = FALSE,
    as = "select", table = NULL, ...) {
  .rxDispatch("rxExportModel", sys.call(), environment(), parent.frame())
}

rxPredict.default <- function(modelObject, data = NULL, outData = NULL, computeStdErrors = FALSE,
    interval = "none", confLevel = 0.95, computeResiduals = FALSE, type = c("response", "link"),
    writeModelVars = FALSE, extraVarsToWrite = NULL, removeMissings = FALSE, append = c("none", "rows"),
    overwrite = FALSE, checkFactorLevels = TRUE, predVarNames = NULL, residVarNames = NULL,
    intervalVarNames = NULL, stdErrorsVarNames = NULL, predNames = NULL,
    blocksPerRead = rxGetOption("blocksPerRead"), reportProgress = rxGetOption("reportProgress"), verbose = 0,
    xdfCompressionLevel = rxGetOption("xdfCompressionLevel"), residType = "usual", computeLeverage = FALSE,
    computeCooksDistance = FALSE, lambda = NULL, numComponents = NULL, ...) {
  .rxDispatch("rxPredict", sys.call(), environment(), parent.frame())
}

rxVif <- function(modelObject, ...) {
  .rxDispatch("rxVif", sys.call(), environment(), parent.frame())
}

rxSetComputeContext <- function(computeContext, ...) {
  .rxDispatch("rxSetComputeContext", sys.call(), environment(), parent.frame())
}

rxGetComputeContext <- function(...) {
  .rxDispatch("rxGetComputeContext", sys.call(), environment(), parent.frame())
}

rxGetOption <- function(opt, default = NULL, ...) {
  .rxDispatch("rxGetOption", sys.call(), environment(), parent.frame())
}

RxLocalSeq <- function(object, dataPath = NULL, outDataPath = NULL, wait = TRUE, ...) {
  .rxDispatch("RxLocalSeq", sys.call(), environment(), parent.frame())
}

RxLocalParallel <- function(object, dataPath = NULL, outDataPath = NULL, wait = TRUE, ...) {
  .rxDispatch("RxLocalParallel", sys.call(), environment(), parent.frame())
}

RxForeachDoPar <- function(object, dataPath = NULL, outDataPath = NULL, wait = TRUE, backend = NULL, ...) {
  .rxDispatch("RxForeachDoPar", sys.call(), environment(), parent.frame())
}

RxTextData <- function(file, stringsAsFactors = FALSE, colClasses = NULL, colInfo = NULL, varsToKeep = NULL,
    varsToDrop = NULL, missingValueString = "NA", rowsPerRead = 500000, delimiter = NULL,
    combineDelimiters = FALSE, quoteMark = "\"", decimalPoint = ".", thousandsSeparator = NULL,
    readDateFormat = "[%y[-][/]%m[-][/]%d]", readPOSIXctFormat = "%y[-][/]%m[-][/]%d [%H:%M[:%S]][%p]",
    centuryCutoff = 20, firstRowIsColNames = NULL, rowsToSniff = 10000, rowsToSkip = 0,
    returnDataFrame = TRUE, defaultReadBufferSize = 10000,
    defaultDecimalColType = rxGetOption("defaultDecimalColType"),
    defaultMissingColType = rxGetOption("defaultMissingColType"), writePrecision = 7, stripZeros = FALSE,
    quotedDelimiters = FALSE, isFixedFormat = NULL, useFastRead = NULL, createFileSet = NULL,
    rowsPerOutFile = NULL, verbose = 0, checkVarsToKeep = FALSE, fileSystem = NULL, inputEncoding = "utf-8",
    writeFactorsAsIndexes = FALSE, ...) {
  .rxDispatch("RxTextData", sys.call(), environment(), parent.frame())
}

RxXdfData <- function(file, varsToKeep = NULL, varsToDrop = NULL, returnDataFrame = TRUE,
    stringsAsFactors = FALSE, blocksPerRead = rxGetOption("blocksPerRead"), fileSystem = NULL,
    createCompositeSet = NULL, createPartitionSet = NULL, blocksPerCompositeFile = 3, ...) {
  .rxDispatch("RxXdfData", sys.call(), environment(), parent.frame())
}

rxXdfFileName <- function(x, ...) {
  .rxDispatch("rxXdfFileName", sys.call(), environment(), parent.frame())
}

rxLocateFile <- function(file, pathsToSearch = NULL, fileSystem = NULL, isOutFile = FALSE,
    defaultExt = ".xdf", verbose = 0, ...) {
  .rxDispatch("rxLocateFile", sys.call(), environment(), parent.frame())
}

rxCompareContexts <- function(context1, context2, exactMatch = FALSE, ...) {
  .rxDispatch("rxCompareContexts", sys.call(), environment(), parent.frame())
}

rxGetNodeInfo <- function(computeContext = NULL, namesOnly = FALSE, makeRNodeNames = FALSE,
    getWorkersOnly = TRUE, ...) {
  .rxDispatch("rxGetNodeInfo", sys.call(), environment(), parent.frame())
}

rxGetAvailableNodes <- function(computeContext = NULL, makeRNodeNames = FALSE, ...) {
  .rxDispatch("rxGetAvailableNodes", sys.call(), environment(), parent.frame())
}

rxPingNodes <- function(computeContext = NULL, timeout = 0, filter = NULL, ...) {
  .rxDispatch("rxPingNodes", sys.call(), environment(), parent.frame())
}

rxMakeRNodeNames <- function(nodeNames, ...) {
  .rxDispatch("rxMakeRNodeNames", sys.call(), environment(), parent.frame())
}

rxIsDistributedContext <- function(computeContext = NULL, data = NULL, ...) {
  .rxDispatch("rxIsDistributedContext", sys.call(), environment(), parent.frame())
}

RxInSqlServer <- function(object, connectionString = "", numTasks = rxGetOption("numTasks"),
    autoCleanup = TRUE, consoleOutput = FALSE, executionTimeoutSeconds = 0, wait = TRUE,
    packagesToLoad = NULL, shareDir = NULL, server = NULL, databaseName = NULL, user = NULL, password = NULL,
    tier = c("auto", "database", "extension", "stream"), minGroupSize = 0, dataPath = NULL,
    outDataPath = NULL, ...) {
  .rxDispatch("RxInSqlServer", sys.call(), environment(), parent.frame())
}

RxInPostgres <- function(object, connectionString = "", numTasks = rxGetOption("numTasks"),
    autoCleanup = TRUE, consoleOutput = FALSE, executionTimeoutSeconds = 0, wait = TRUE,
    packagesToLoad = NULL, shareDir = NULL, server = NULL, databaseName = NULL, user = NULL, password = NULL,
    tier = c("auto", "database", "extension", "stream"), minGroupSize = 0, dataPath = NULL,
    outDataPath = NULL, ...) {
  .rxDispatch("RxInPostgres", sys.call(), environment(), parent.frame())
}

RxMpi <- function(object, numRanks = -1, mpirun = "mpirun", hostfile = NULL, switches = NULL, worker = NULL,
    dataPath = NULL, outDataPath = NULL, wait = TRUE, ...) {
  .rxDispatch("RxMpi", sys.call(), environment(), parent.frame())
}

RxProcesses <- function(object, numWorkers = -1, worker = NULL, dataPath = NULL, outDataPath = NULL,
    wait = TRUE, ...) {
  .rxDispatch("RxProcesses", sys.call(), environment(), parent.frame())
}

RxRemote <- function(sshHostname, sshUsername = NULL, sshSwitches = "", workingDir = NULL,
    context = RxLocalSeq(), wait = TRUE, ...) {
  .rxDispatch("RxRemote", sys.call(), environment(), parent.frame())
}

rxGetJobStatus <- function(jobInfo, ...) {
  .rxDispatch("rxGetJobStatus", sys.call(), environment(), parent.frame())
}

rxGetJobResults <- function(jobInfo, consoleOutput = NULL, autoCleanup = NULL, ...) {
  .rxDispatch("rxGetJobResults", sys.call(), environment(), parent.frame())
}

rxGetJobOutput <- function(jobInfo, ...) {
  .rxDispatch("rxGetJobOutput", sys.call(), environment(), parent.frame())
}

rxGetJobs <- function(computeContext = rxGetOption("computeContext"), exactMatch = FALSE, startTime = NULL,
    endTime = NULL, states = NULL, verbose = TRUE, ...) {
  .rxDispatch("rxGetJobs", sys.call(), environment(), parent.frame())
}

rxWaitForJob <- function(jobInfo, ...) {
  .rxDispatch("rxWaitForJob", sys.call(), environment(), parent.frame())
}

rxCancelJob <- function(jobInfo, consoleOutput = NULL, ...) {
  .rxDispatch("rxCancelJob", sys.call(), environment(), parent.frame())
}

rxCleanupJobs <- function(jobInfoList, force = FALSE, verbose = TRUE, ...) {
  .rxDispatch("rxCleanupJobs", sys.call(), environment(), parent.frame())
}

rxGetJobInfo <- function(object, ...) {
  .rxDispatch("rxGetJobInfo", sys.call(), environment(), parent.frame())
}

rxGetJobId <- function(jobInfo, ...) {
  .rxDispatch("rxGetJobId", sys.call(), environment(), parent.frame())
}

rxIsJob <- function(object, ...) {
  .rxDispatch("rxIsJob", sys.call(), environment(), parent.frame())
}

RxSpark <- function(object, hdfsShareDir = paste("/user/RevoShare", Sys.info()[["user"]], sep = "/"),
    shareDir = paste("/var/RevoShare", Sys.info()[["user"]], sep = "/"),
    clientShareDir = rxGetDefaultTmpDirByOS(), sshUsername = Sys.info()[["user"]], sshHostname = NULL,
    sshSwitches = "", sshProfileScript = NULL, sshClientDir = "", nameNode = rxGetOption("hdfsHost"),
    master = "yarn", jobTrackerURL = NULL, port = rxGetOption("hdfsPort"), onClusterNode = NULL, wait = TRUE,
    numExecutors = rxGetOption("spark.numExecutors"), executorCores = rxGetOption("spark.executorCores"),
    executorMem = rxGetOption("spark.executorMem"), driverMem = "4g",
    executorOverheadMem = rxGetOption("spark.executorOverheadMem"), extraSparkConfig = "",
    persistentRun = FALSE, sparkReduceMethod = "auto", idleTimeout = 3600, suppressWarning = TRUE,
    consoleOutput = FALSE, showOutputWhileWaiting = TRUE, autoCleanup = TRUE, workingDir = NULL,
    dataPath = NULL, outDataPath = NULL, fileSystem = NULL, packagesToLoad = NULL, resultsTimeout = 15,
    tmpFSWorkDir = NULL, ...) {
  .rxDispatch("RxSpark", sys.call(), environment(), parent.frame())
}

RxHadoopMR <- function(object, hdfsShareDir = paste("/user/RevoShare", Sys.info()[["user"]], sep = "/"),
    shareDir = paste("/var/RevoShare", Sys.info()[["user"]], sep = "/"),
    clientShareDir = rxGetDefaultTmpDirByOS(), hadoopRPath = rxGetOption("unixRPath"), hadoopSwitches = "",
    revoPath = rxGetOption("unixRPath"), sshUsername = Sys.info()[["user"]], sshHostname = NULL,
    sshSwitches = "", sshProfileScript = NULL, sshClientDir = "", usingRunAsUserMode = FALSE,
    nameNode = rxGetOption("hdfsHost"), jobTrackerURL = NULL, port = rxGetOption("hdfsPort"),
    onClusterNode = NULL, wait = TRUE, consoleOutput = FALSE, showOutputWhileWaiting = TRUE,
    autoCleanup = TRUE, workingDir = NULL, dataPath = NULL, outDataPath = NULL, fileSystem = NULL,
    packagesToLoad = NULL, resultsTimeout = 15, framework = "auto", jvmOptions = "", mapMemory = 0,
    reduceMemory = 0, uber = "auto", reduceMethod = "auto", ...) {
  .rxDispatch("RxHadoopMR", sys.call(), environment(), parent.frame())
}

rxSparkConnect <- function(hdfsShareDir = paste("/user/RevoShare", Sys.info()[["user"]], sep = "/"),
    shareDir = paste("/var/RevoShare", Sys.info()[["user"]], sep = "/"),
    clientShareDir = rxGetDefaultTmpDirByOS(), sshUsername = Sys.info()[["user"]], sshHostname = NULL,
    sshSwitches = "", sshProfileScript = NULL, sshClientDir = "", nameNode = rxGetOption("hdfsHost"),
    master = "yarn", jobTrackerURL = NULL, port = rxGetOption("hdfsPort"), onClusterNode = NULL,
    numExecutors = rxGetOption("spark.numExecutors"), executorCores = rxGetOption("spark.executorCores"),
    executorMem = rxGetOption("spark.executorMem"), driverMem = "4g",
    executorOverheadMem = rxGetOption("spark.executorOverheadMem"), extraSparkConfig = "",
    sparkReduceMethod = "auto", idleTimeout = 10000, suppressWarning = TRUE, consoleOutput = FALSE,
    showOutputWhileWaiting = TRUE, autoCleanup = TRUE, workingDir = NULL, dataPath = NULL, outDataPath = NULL,
    fileSystem = NULL, packagesToLoad = NULL, resultsTimeout = 15, reset = FALSE, interop = NULL,
    tmpFSWorkDir = NULL, ...) {
  .rxDispatch("rxSparkConnect", sys.call(), environment(), parent.frame())
}

rxSparkDisconnect <- function(computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxSparkDisconnect", sys.call(), environment(), parent.frame())
}

rxStopEngine <- function(computeContext, scope = "session", ...) {
  .rxDispatch("rxStopEngine", sys.call(), environment(), parent.frame())
}

rxSparkCacheData <- function(data, cache = TRUE, ...) {
  .rxDispatch("rxSparkCacheData", sys.call(), environment(), parent.frame())
}

rxSparkListData <- function(showDescription = TRUE, computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxSparkListData", sys.call(), environment(), parent.frame())
}

rxSparkRemoveData <- function(list, computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxSparkRemoveData", sys.call(), environment(), parent.frame())
}

rxGetSparklyrConnection <- function(computeContext = rxGetOption("computeContext"), ...) {
  .rxDispatch("rxGetSparklyrConnection", sys.call(), environment(), parent.frame())
}

RxHdfsFileSystem <- function(object, hostName = rxGetOption("hdfsHost"), port = rxGetOption("hdfsPort"),
    useWebHdfs = FALSE, oAuthParameters = NULL, verbose = FALSE, ...) {
  .rxDispatch("RxHdfsFileSystem", sys.call(), environment(), parent.frame())
}

RxParquetData <- function(file, colInfo = NULL, fileSystem = "hdfs", cache = FALSE,
    writeFactorsAsIndexes = FALSE, ...) {
  .rxDispatch("RxParquetData", sys.call(), environment(), parent.frame())
}

RxOrcData <- function(file, colInfo = NULL, fileSystem = "hdfs", cache = FALSE, writeFactorsAsIndexes = FALSE,
    ...) {
  .rxDispatch("RxOrcData", sys.call(), environment(), parent.frame())
}

RxOdbcData <- function(table = NULL, sqlQuery = NULL, dbmsName = NULL, databaseName = NULL,
    useFastRead = NULL, trimSpace = NULL, connectionString = NULL, rowBuffering = TRUE,
    returnDataFrame = TRUE, stringsAsFactors = FALSE, colClasses = NULL, colInfo = NULL, rowsPerRead = 500000,
    verbose = 0, server = NULL, user = NULL, password = NULL, writeFactorsAsIndexes = FALSE, key = NULL,
    queryTimeout = NULL, ...) {
  .rxDispatch("RxOdbcData", sys.call(), environment(), parent.frame())
}

RxSqlServerData <- function(table = NULL, sqlQuery = NULL, connectionString = NULL, rowBuffering = TRUE,
    returnDataFrame = TRUE, stringsAsFactors = FALSE, colClasses = NULL, colInfo = NULL, rowsPerRead = 50000,
    verbose = 0, useFastRead = TRUE, server = NULL, databaseName = NULL, user = NULL, password = NULL,
    writeFactorsAsIndexes = FALSE, trimSpace = NULL, key = NULL, queryTimeout = NULL, ...) {
  .rxDispatch("RxSqlServerData", sys.call(), environment(), parent.frame())
}

RxPostgresData <- function(table = NULL, sqlQuery = NULL, connectionString = NULL, rowBuffering = TRUE,
    returnDataFrame = TRUE, stringsAsFactors = FALSE, colClasses = NULL, colInfo = NULL, rowsPerRead = 500000,
    verbose = 0, server = NULL, databaseName = NULL, user = NULL, password = NULL,
    writeFactorsAsIndexes = FALSE, trimSpace = NULL, key = NULL, queryTimeout = NULL, ...) {
  .rxDispatch("RxPostgresData", sys.call(), environment(), parent.frame())
}

RxHiveData <- function(query = NULL, table = NULL, colInfo = NULL, saveAsTempTable = FALSE, cache = FALSE,
    writeFactorsAsIndexes = FALSE, ...) {
  .rxDispatch("RxHiveData", sys.call(), environment(), parent.frame())
}

rxHadoopListFiles <- function(path = "", recursive = FALSE, ...) {
  .rxDispatch("rxHadoopListFiles", sys.call(), environment(), parent.frame())
}

rxHadoopFileExists <- function(path, ...) {
  .rxDispatch("rxHadoopFileExists", sys.call(), environment(), parent.frame())
}

rxHadoopMakeDir <- function(path, ...) {
  .rxDispatch("rxHadoopMakeDir", sys.call(), environment(), parent.frame())
}

rxHadoopRemove <- function(path, skipTrash = FALSE, ...) {
  .rxDispatch("rxHadoopRemove", sys.call(), environment(), parent.frame())
}

rxHadoopRemoveDir <- function(path, skipTrash = FALSE, ...) {
  .rxDispatch("rxHadoopRemoveDir", sys.call(), environment(), parent.frame())
}

rxHadoopMove <- function(source, dest, ...) {
  .rxDispatch("rxHadoopMove", sys.call(), environment(), parent.frame())
}

rxHadoopCopy <- function(source, dest, overwrite = FALSE, ...) {
  .rxDispatch("rxHadoopCopy", sys.call(), environment(), parent.frame())
}

rxHadoopCopyFromLocal <- function(source, dest, overwrite = FALSE, ...) {
  .rxDispatch("rxHadoopCopyFromLocal", sys.call(), environment(), parent.frame())
}

rxHadoopCopyToLocal <- function(source, dest, overwrite = FALSE, ...) {
  .rxDispatch("rxHadoopCopyToLocal", sys.call(), environment(), parent.frame())
}

rxHadoopCommand <- function(cmd, computeContext = rxGetOption("computeContext"), sshUsername = NULL,
    sshHostname = NULL, sshSwitches = NULL, sshProfileScript = NULL, intern = FALSE, ...) {
  .rxDispatch("rxHadoopCommand", sys.call(), environment(), parent.frame())
}

rxHadoopVersion <- function(...) {
  .rxDispatch("rxHadoopVersion", sys.call(), environment(), parent.frame())
}

rxHadoopCopyFromClient <- function(source, nativeTarget = "/tmp", hdfsDest = NULL,
    computeContext = rxGetOption("computeContext"), sshUsername = NULL, sshHostname = NULL,
    sshSwitches = NULL, sshProfileScript = NULL, ...) {
  .rxDispatch("rxHadoopCopyFromClient", sys.call(), environment(), parent.frame())
}

rxSqlServerTableExists <- function(table, connectionString = NULL, ...) {
  .rxDispatch("rxSqlServerTableExists", sys.call(), environment(), parent.frame())
}

rxSqlServerDropTable <- function(table, connectionString = NULL, ...) {
  .rxDispatch("rxSqlServerDropTable", sys.call(), environment(), parent.frame())
}

rxExecuteSQLDDL <- function(src, sSQLString = NULL, ...) {
  .rxDispatch("rxExecuteSQLDDL", sys.call(), environment(), parent.frame())
}

rxWriteObject <- function(odbcDestination = NULL, key = NULL, value = NULL, version = NULL, keyName = "id",
    valueName = "value", versionName = "version", serialize = TRUE, overwrite = FALSE, compress = "gzip",
    ...) {
  .rxDispatch("rxWriteObject", sys.call(), environment(), parent.frame())
}

rxReadObject <- function(odbcSource, key = NULL, version = NULL, keyName = "id", versionName = "version",
    valueName = "value", deserialize = TRUE, decompress = "gzip", ...) {
  .rxDispatch("rxReadObject", sys.call(), environment(), parent.frame())
}

rxDeleteObject <- function(odbcSource, key = NULL, version = NULL, keyName = "id", valueName = "value",
    versionName = "version", all = FALSE, ...) {
  .rxDispatch("rxDeleteObject", sys.call(), environment(), parent.frame())
}

rxListKeys <- function(odbcSource, key = NULL, version = NULL, keyName = "id", versionName = "version", ...) {
  .rxDispatch("rxListKeys", sys.call(), environment(), parent.frame())
}

rxPublishModel <- function(model, destination, name, version = NULL, kind = "auto", rows = NULL,
    overwrite = FALSE, ...) {
  .rxDispatch("rxPublishModel", sys.call(), environment(), parent.frame())
}

rxPublishedModels <- function(destination, ...) {
  .rxDispatch("rxPublishedModels", sys.call(), environment(), parent.frame())
}

rxUnpublishModel <- function(destination, name, version = NULL, ...) {
  .rxDispatch("rxUnpublishModel", sys.call(), environment(), parent.frame())
}

rxSqlServerSelfTest <- function(connectionString = NULL, print = TRUE, ...) {
  .rxDispatch("rxSqlServerSelfTest", sys.call(), environment(), parent.frame())
}
