# The examples of the reference documentation, R: `example(id, code)` runs the call as the page
# prints it, with its earlier steps, and prints what the page prints. Only paths differ. Sourced by
# run_cases.R, in a temporary working directory; rxGetOption("sampleDataDir") holds the samples.

library(RevoScaleR)

week <- c("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
colInfo <- list(DayOfWeek = list(type = "factor", levels = week))
sample_file <- function(name) file.path(rxGetOption("sampleDataDir"), name)

# Pages whose samples were made by an R before 3.6 draw with its generator.
seed <- function(value) {
  suppressWarnings(RNGversion("3.5.0"))
  set.seed(value)
}

## concept-what-is-xdf.md -------------------------------------------------------------------------

claims_ordered <- function(append) {
  inFile <- file.path(rxGetOption("sampleDataDir"), "claims.txt")
  colInfoList <- list("car.age" = list(type = "factor", levels = c("0-3", "4-7", "8-9", "10+")))
  outfileCAOrdered2 <- "claimsCAOrdered2.xdf"
  rxImport(inFile, outFile = outfileCAOrdered2, colClasses = c(number = "integer"),
           colInfo = colInfoList, stringsAsFactors = TRUE, append = append,
           overwrite = append == "none")
}

example("F003", {
  claims_ordered("none")
  claimsAppend <- claims_ordered("rows")
  print(rxGetInfo(claimsAppend, getVarInfo = TRUE))
})

## how-to-developer-write-chunking-algorithms.md ---------------------------------------------------

chunkTable <- function(inDataSource, iroDataSource, varsToKeep = NULL, blocksPerRead = 1) {
  ProcessChunk <- function(dataList) {
    counts <- table(as.data.frame(dataList))
    row <- as.vector(counts)
    dim(row) <- c(1, length(row))
    row <- as.data.frame(row)
    names(row) <- names(counts)
    row
  }
  rxDataStep(inData = inDataSource, outFile = iroDataSource, varsToKeep = varsToKeep,
             blocksPerRead = blocksPerRead, transformFunc = ProcessChunk, reportProgress = 0,
             overwrite = TRUE)
  colSums(rxDataStep(iroDataSource))
}

example("F012", {
  inDataSource <- file.path(rxGetOption("sampleDataDir"), "AirlineDemoSmall.xdf")
  iroDataSource <- "iroFile.xdf"
  chunkOut <- chunkTable(inDataSource = inDataSource, iroDataSource = iroDataSource,
                         varsToKeep = "DayOfWeek")
  print(chunkOut)
})

example("F013", {
  iroDataSource <- "iroFile.xdf"
  chunkTable(sample_file("AirlineDemoSmall.xdf"), iroDataSource, varsToKeep = "DayOfWeek")
  print(rxDataStep(iroDataSource))
})

## how-to-developer-write-custom-analysis.md -------------------------------------------------------

ProcessAndUpdateData <- function(data) {
  known <- !is.na(data$ArrDelay)
  add <- function(from, to, total, counts) {
    inside <- data$CRSDepTime >= from & data$CRSDepTime < to & known
    .rxSet(total, sum(data$ArrDelay[inside], na.rm = TRUE) + .rxGet(total))
    .rxSet(counts, sum(inside, na.rm = TRUE) + .rxGet(counts))
  }
  add(6, 12, "toMornArr", "toMornCounts")
  add(12, 17, "toAfterArr", "toAfterCounts")
  add(17, 23, "toEvenArr", "toEvenCounts")
  NULL
}

example("F014", {
  airData <- sample_file("AirlineDemoSmall.xdf")
  totalRes <- rxDataStep(inData = airData, returnTransformObjects = TRUE,
    transformObjects = list(toMornArr = 0, toAfterArr = 0, toEvenArr = 0,
                            toMornCounts = 0, toAfterCounts = 0, toEvenCounts = 0),
    transformFunc = ProcessAndUpdateData,
    transformVars = c("ArrDelay", "CRSDepTime"))
  FinalizeResults <- function(totalRes) {
    data.frame(AveMorningDelay = totalRes$toMornArr / totalRes$toMornCounts,
               AveAfternoonDelay = totalRes$toAfterArr / totalRes$toAfterCounts,
               AveEveningDelay = totalRes$toEvenArr / totalRes$toEvenCounts)
  }
  print(FinalizeResults(totalRes))
})

example("F015", {
  file.copy(sample_file("AirlineDemoSmall.xdf"), "airExample.xdf", overwrite = TRUE)
  print(rxSummary(~ArrDelay, data = "airExample.xdf",
                  rowSelection = CRSDepTime >= 6 & CRSDepTime < 12 & !is.na(ArrDelay)))
})

## how-to-revoscaler-data-hdfs.md ------------------------------------------------------------------

example("F053", {
  AirDemoSrcDir <- sample_file("AirlineDemoSmallSplit")
  # One part for each file of 200,000 rows: see DECISIONS.md.
  AirDemoSrcObj <- RxTextData(AirDemoSrcDir, rowsPerRead = 200000)
  AirDemoXdfDir <- file.path(getwd(), "testXdf")
  AirDemoXdfObj <- RxXdfData(AirDemoXdfDir, createCompositeSet = TRUE, blocksPerCompositeFile = 1)
  rxImport(AirDemoSrcObj, outFile = AirDemoXdfObj, overwrite = TRUE)
  files <- list.files(AirDemoXdfDir, recursive = TRUE, full.names = TRUE)
  print(sub(getwd(), "/tmp", files, fixed = TRUE))
})

## how-to-revoscaler-data-import.md ----------------------------------------------------------------

example("F055", {
  mySourceFile <- file.path(rxGetOption("sampleDataDir"), "claims.txt")
  claimsDF <- rxImport(mySourceFile)
  print(rxGetInfo(claimsDF, getVarInfo = TRUE))
})

example("F057", {
  inFileAddVars <- file.path(rxGetOption("sampleDataDir"), "claims.txt")
  outfileTypeRelabeled <- "claimsTypeRelabeled.xdf"
  colInfoList <- list("type" = list(type = "factor", levels = c("A", "B", "C", "D"),
    newLevels = c("Subcompact", "Compact", "Mid-size", "Full-size"), description = "Body Type"))
  claimsNew <- rxImport(inFileAddVars, outFile = outfileTypeRelabeled, colInfo = colInfoList)
  print(rxGetInfo(claimsNew, getVarInfo = TRUE))
})

example("F058", {
  # The page names claims.sts, whose row numbers are decimals (F066); it shows claims.txt.
  inFile <- file.path(rxGetOption("sampleDataDir"), "claims.txt")
  rxImport(inFile, outFile = "claimsSAF.xdf", stringsAsFactors = TRUE)
  print(rxGetInfo("claimsSAF.xdf", getVarInfo = TRUE))
})

example("F059", {
  infile <- file.path(rxGetOption("sampleDataDir"), "claims.txt")
  outfileColClass <- "claimsCCNum.xdf"
  rxImport(infile, outFile = outfileColClass, colClasses = c(number = "integer"))
  print(rxGetInfo("claimsCCNum.xdf", getVarInfo = TRUE))
})

example("F060", {
  infile <- file.path(rxGetOption("sampleDataDir"), "claims.txt")
  outfileCAOrdered <- "claimsCAOrdered.xdf"
  colInfoList <- list("car.age" = list(type = "factor", levels = c("0-3", "4-7", "8-9", "10+")))
  rxImport(infile, outFile = outfileCAOrdered, colInfo = colInfoList)
  print(rxGetInfo("claimsCAOrdered.xdf", getVarInfo = TRUE))
})

example("F062", {
  inFile <- file.path(rxGetOption("sampleDataDir"), "claims.txt")
  outfile <- "claimsXform.xdf"
  claimsDS <- rxImport(inFile, outFile = outfile, transforms = list(logcost = log(cost)))
  print(rxGetInfo(claimsDS, getVarInfo = TRUE))
})

example("F063", {
  readPath <- rxGetOption("sampleDataDir")
  infile <- file.path(readPath, "hyphens.txt")
  hyphensTxt <- RxTextData(infile, delimiter = "-")
  hyphensDF <- rxImport(hyphensTxt)
  print(hyphensDF)
})

example("F066", {
  inFile <- file.path(rxGetOption("sampleDataDir"), "claims.sts")
  claimsFF <- rxImport(inData = inFile, outFile = "claims.xdf")
  print(rxGetInfo(claimsFF, getVarInfo = TRUE))
})

## how-to-revoscaler-data-sort.md ------------------------------------------------------------------

# The page makes this file by rxSort(removeDupKeys = TRUE, dupFreqVar = "FreqWt").
air_dedup <- function() {
  air <- rxDataStep(sample_file("AirlineDemoSmall.xdf"))
  key <- paste(air$DayOfWeek, air$CRSDepTime, air$ArrDelay)
  first <- !duplicated(key)
  airDedup <- file.path(tempdir(), "rxAirDedup.xdf")
  deduplicated <- air[first, ]
  deduplicated$FreqWt <- tabulate(match(key, key[first]))
  rxDataStep(deduplicated, outFile = airDedup, overwrite = TRUE)
  airDedup
}

example("F074", {
  airDedup <- air_dedup()
  print(summary(rxLinMod(ArrDelay ~ CRSDepTime + DayOfWeek, data = airDedup,
                         fweights = "FreqWt")))
})

example("F075", {
  sampleDataDir <- rxGetOption("sampleDataDir")
  airDemo <- file.path(sampleDataDir, "AirlineDemoSmall.xdf")
  print(summary(rxLinMod(ArrDelay ~ CRSDepTime + DayOfWeek, data = airDemo)))
})

example("F076", {
  readPath <- rxGetOption("sampleDataDir")
  AirlinePath <- file.path(readPath, "AirlineDemoSmall.xdf")
  print(rxQuantile("ArrDelay", AirlinePath, reportProgress = 1))  # silent here by default
})

## how-to-revoscaler-data-source.md ----------------------------------------------------------------

text_source <- function() {
  mySrcObj <- file.path(rxGetOption("sampleDataDir"), "claims.txt")
  RxTextData(mySrcObj)
}

example("F077", print(text_source()))
example("F078", {
  myTextDS <- text_source()
  print(rxGetVarInfo(myTextDS))
})
example("F079", {
  myTextDS <- text_source()
  print(rxGetInfo(myTextDS, numRows = 10))
})
example("F080", {
  myTextDS <- text_source()
  print(names(myTextDS))
})
example("F082", {
  myTextDS <- text_source()
  newDF <- rxImport(inData = myTextDS)
  print(dim(newDF))
})
example("F083", {
  myTextDS <- text_source()
  newDF <- rxImport(inData = myTextDS)
  print(length(newDF))
})
example("F084", {
  # The page does not say how claimsDS was made; tail() of a text source would do as well.
  claimsDS <- rxImport(sample_file("claims.txt"), outFile = "claimsTail.xdf", overwrite = TRUE)
  print(tail(claimsDS))
})

## how-to-revoscaler-data-summaries.md -------------------------------------------------------------

example("F096", {
  readPath <- rxGetOption("sampleDataDir")
  print(rxSummary(~ArrDelay:DayOfWeek, data = file.path(readPath, "AirlineDemoSmall.xdf")))
})

## how-to-revoscaler-data-transform.md -------------------------------------------------------------

example("F117", {
  seed(39)
  myData <- data.frame(x1 = rnorm(10000), x2 = runif(10000))
  rxDataStep(inData = myData, outFile = "testFile.xdf", rowSelection = x2 > .1,
             transforms = list(x3 = x1 + x2), rowsPerRead = 5000)
  print(rxGetInfo("testFile.xdf"))
})

example("F125", {
  seed(59)
  myData1 <- data.frame(x = rnorm(100), y = runif(100))
  xmiss <- seq.int(from = 5, to = 100, by = 5)
  ymiss <- seq.int(from = 2, to = 100, by = 5)
  myData1$x[xmiss] <- NA
  myData1$y[ymiss] <- NA
  sumStats <- rxResultsDF(rxSummary(~., data = myData1))
  print(sumStats)
})

example("F127", {
  expData <- data.frame(
    BuyDate = c("2011/10/1", "2011/10/1", "2011/10/1", "2011/10/2", "2011/10/2", "2011/10/2",
                "2011/10/2", "2011/10/3", "2011/10/4", "2011/10/4"),
    Food = c(32, 102, 34, 5, 0, 175, 15, 76, 23, 14),
    Wine = c(0, 212, 0, 0, 425, 22, 0, 12, 0, 56),
    Garden = c(0, 46, 0, 0, 0, 45, 223, 0, 0, 0),
    House = c(22, 72, 56, 3, 0, 0, 0, 37, 48, 23),
    Sex = factor(c("F", "F", "M", "M", "M", "F", "F", "F", "M", "F")),
    Age = c(20, 51, 32, 16, 61, 42, 35, 99, 29, 55),
    stringsAsFactors = FALSE)
  newExpData <- rxDataStep(inData = expData,
    transforms = list(
      Total = Food + Wine + Garden + House,
      AveCat = Total / 4,
      Age = ifelse(Age == 99, NA, Age),
      UnderAge = Age < 21,
      Day = (as.POSIXlt(BuyDate))$wday,
      Day = factor(Day, levels = 0:6, labels = c("Su", "M", "Tu", "W", "Th", "F", "Sa")),
      SpendCat = cut(Total, breaks = c(0, 75, 250, 10000), labels = c("low", "medium", "high"),
                     right = FALSE),
      FoodWine = ifelse(Food > 50, TRUE, FALSE),
      FoodWine = ifelse(Wine > 50, TRUE, FoodWine),
      BuyDate = NULL))
  print(newExpData)
})

## how-to-revoscaler-hadoop.md, how-to-revoscaler-spark.md -----------------------------------------
# The folder is read from this machine: the figures do not depend on where the text lies.

air_text <- function() {
  inputDir <- sample_file("AirlineDemoSmall")
  RxTextData(file = inputDir, missingValueString = "M", colInfo = colInfo)
}

example("F186", {
  airDS <- air_text()
  adsSummary <- rxSummary(~ArrDelay + CRSDepTime + DayOfWeek, data = airDS)
  print(adsSummary)
})

example("F187", {
  airDS <- air_text()
  arrDelayLm1 <- rxLinMod(ArrDelay ~ DayOfWeek, data = airDS)
  print(summary(arrDelayLm1))
})

## how-to-revoscaler-distributed-computing-foreach.md ----------------------------------------------

# The iterators of the page, as loops through rxExec take their elements.
elements <- function(of) {
  library(foreach)
  registerDoRSR()
  foreach(element = of) %dopar% element
}

example("F155", print(elements(iterators::iter(1:10))[[2]]))

example("F157", {
  state <- elements(iterators::iter(state.x77, by = "row"))[[2]]
  print(state)
})

example("F164", print(elements(iterators::icount(3))[[1]]))

example("F165", print(elements(iterators::icount(3))[[2]]))

## how-to-revoscaler-distributed-computing-parallel-foreach.md -------------------------------------

example("F167", {
  library(foreach)
  registerDoRSR()
  print(foreach(i = 1:3) %dopar% sqrt(i))
})

## how-to-revoscaler-distributed-computing-parallel-jobs.md ---------------------------------------

kMeansRSR <- function(x, centers = 5, iter.max = 10, nstart = 1, numTimes = 20, seed = NULL) {
  results <- rxExec(FUN = kmeans, x = x, centers = centers, iter.max = iter.max, nstart = nstart,
                    elemType = "cores", timesToRun = numTimes, RNGseed = seed)
  sums <- vapply(results, function(result) sum(result$withinss), 0)
  results[[which.min(sums)]]
}

example("F175", {
  x <- matrix(rnorm(25000), nrow = 500, ncol = 50)  # a tenth of the page's rows, for time
  previous <- rxSetComputeContext(RxLocalParallel())
  km1 <- suppressWarnings(kMeansRSR(x, 10, 35, 20, seed = 777))
  km2 <- suppressWarnings(kMeansRSR(x, 10, 35, 20, seed = 777))
  rxSetComputeContext(previous)
  print(all.equal(km1, km2))
})

## how-to-revoscaler-linear-model.md ---------------------------------------------------------------

example("F192", {
  readPath <- rxGetOption("sampleDataDir")
  airlineDemoSmall <- file.path(readPath, "AirlineDemoSmall.xdf")
  print(rxLinMod(ArrDelay ~ DayOfWeek, data = airlineDemoSmall))
})

# All 44 rows are printed on the page.
fourthgraders_rows <- function() {
  eye <- c("Blue", "Brown", "Green", "Hazel")
  rows <- "
    44 Blue Male 1|44 Brown Male 3|44 Brown Female 1|44 Green Female 1|45 Blue Male 1
    45 Blue Female 5|45 Brown Male 2|45 Brown Female 1|45 Green Male 1|45 Hazel Female 1
    46 Blue Male 1|46 Blue Female 3|46 Brown Male 2|46 Brown Female 4|46 Green Male 1
    46 Green Female 3|47 Blue Male 1|47 Blue Female 3|47 Brown Male 4|47 Brown Female 3
    47 Green Male 2|47 Green Female 4|47 Hazel Male 3|48 Blue Male 4|48 Blue Female 3
    48 Brown Male 6|48 Brown Female 4|48 Green Female 2|48 Hazel Male 1|49 Blue Male 1
    49 Blue Female 5|49 Brown Male 2|49 Brown Female 5|49 Green Male 3|49 Green Female 1
    50 Blue Male 1|50 Blue Female 1|50 Brown Male 1|50 Brown Female 1|50 Green Male 4
    50 Hazel Male 1|51 Blue Male 1|51 Brown Female 1|51 Green Female 1"
  cells <- matrix(scan(text = gsub("|", "\n", rows, fixed = TRUE), what = "", quiet = TRUE),
                  ncol = 4, byrow = TRUE)
  data.frame(height = as.integer(cells[, 1]), eyecolor = factor(cells[, 2], levels = eye),
             male = factor(cells[, 3], levels = c("Male", "Female")), reps = as.integer(cells[, 4]))
}

example("F197", {
  rxDataStep(fourthgraders_rows(), outFile = sample_file("fourthgraders.xdf"), overwrite = TRUE)
  fourthgraders <- file.path(rxGetOption("sampleDataDir"), "fourthgraders.xdf")
  fourthgradersLm <- rxLinMod(height ~ eyecolor, data = fourthgraders, fweights = "reps")
  print(fourthgradersLm)
})

cube_data <- function() {
  xfac1 <- factor(c(1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3), labels = c("One1", "Two1", "Three1"))
  xfac2 <- factor(c(1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3), labels = c("One2", "Two2", "Three2"))
  seed(100)
  y <- as.integer(xfac1) + as.integer(xfac2) * 2 + rnorm(12)
  data.frame(y, xfac1, xfac2)
}

example("F199", {
  myData <- cube_data()
  myLinMod <- rxLinMod(y ~ xfac1, data = myData, cube = TRUE)
  print(myLinMod)
})

example("F200", {
  myData <- cube_data()
  myLinMod <- rxLinMod(y ~ xfac1, data = myData, cube = TRUE)
  print(myLinMod$countDF)
})

example("F202", {
  myData <- cube_data()
  myLinMod1 <- rxLinMod(y ~ xfac1 + xfac2, data = myData, cube = TRUE, cubePredictions = TRUE)
  print(myLinMod1$countDF)
})

example("F205", {
  neaInc <- c(-94, -57, -29, 135, 143, 151, 245, 355, 392, 473, 486, 535, 571, 580, 620, 690)
  fatGain <- c(4.2, 3.0, 3.7, 2.7, 3.2, 3.6, 2.4, 1.3, 3.8, 1.7, 1.6, 2.2, 1.0, 0.4, 2.3, 1.1)
  ips132df <- data.frame(neaInc = neaInc, fatGain = fatGain)
  ips132lm <- rxLinMod(fatGain ~ neaInc, data = ips132df, covCoef = TRUE)
  ips132lmPred <- rxPredict(ips132lm, data = ips132df, computeStdErrors = TRUE,
                            interval = "confidence", writeModelVars = TRUE)
  print(ips132lmPred$fatGain_StdErr)
})

example("F211", {
  Petrol <- MASS::petrol
  Petrol[, 2:5] <- scale(Petrol[, 2:5], scale = FALSE)
  print(rxLinMod(Y ~ No + EP, data = Petrol, cube = TRUE))
})

example("F218", {
  seed(50)
  income <- rep(c(1000, 1500, 2500, 4000), each = 5) + 100 * rnorm(20)
  region <- rep(c("Rural", "Urban"), each = 10)
  sex <- rep(c("Female", "Male"), each = 5)
  sex <- c(sex, sex)
  # data.frame() made factors of text when the page was written.
  myData <- data.frame(income, region, sex, stringsAsFactors = TRUE)
  print(rxLinMod(income ~ region * sex, data = myData, cube = TRUE))
})

example("F223", {
  airlineDF <- rxDataStep(inData = file.path(rxGetOption("sampleDataDir"),
                                             "AirlineDemoSmall.xdf"))
  print(lm(ArrDelay ~ 1, data = airlineDF))
})

example("F224", {
  airlineDF <- rxDataStep(inData = file.path(rxGetOption("sampleDataDir"),
                                             "AirlineDemoSmall.xdf"))
  print(rxSummary(~ArrDelay, data = airlineDF))
})

## tutorial-revoscaler-data-import-transform.md ----------------------------------------------------

# What the later steps of the page build on: three variables, 600,000 rows; rowsPerRead as they say.
air_example <- function(...) {
  mysource <- file.path(rxGetOption("sampleDataDir"), "AirlineDemoSmall.csv")
  rxImport(inData = mysource, outFile = "airExample.xdf", missingValueString = "M",
           colInfo = colInfo, colClasses = c(ArrDelay = "integer"), overwrite = TRUE, ...)
}

example("F304", {
  mysource <- file.path(rxGetOption("sampleDataDir"), "AirlineDemoSmall.csv")
  airXdfData <- rxImport(inData = mysource, outFile = "airExample.xdf", overwrite = TRUE)
  print(rxGetInfo(airXdfData, getVarInfo = TRUE))
})

example("F306", {
  airXdfData <- air_example(rowsPerRead = 200000)
  print(rxSummary(~ArrDelay, data = airXdfData))
})

example("F308", {
  airXdfData <- air_example()
  print(nrow(airXdfData))
})

example("F309", {
  airXdfData <- air_example()
  print(ncol(airXdfData))
})

example("F311", {
  airXdfData <- air_example()
  airXdfDataSmall <- rxDataStep(inData = airXdfData, numRows = 10, startRow = 100000)
  print(airXdfDataSmall)
})

example("F312", {
  airXdfData <- air_example()
  airExtraDS <- rxDataStep(inData = airXdfData, outFile = "ADS2.xdf", overwrite = TRUE,
    transforms = list(
      Late = ArrDelay > 15,
      DepHour = as.integer(CRSDepTime),
      Night = DepHour >= 20 | DepHour <= 5))
  print(rxGetInfo(airExtraDS, getVarInfo = TRUE, numRows = 5))
})

## tutorial-revoscaler-data-model-analysis.md ------------------------------------------------------

example("F314", {
  airXdfData <- RxXdfData(sample_file("AirlineDemoSmall.xdf"))
  arrDelayLm2 <- rxLinMod(ArrDelay ~ DayOfWeek, data = airXdfData, cube = TRUE)
  countsDF <- rxResultsDF(arrDelayLm2, type = "counts")
  print(countsDF)
})

# The page's data with its new variables.
air_extra <- function() {
  rxDataStep(inData = air_example(), outFile = "ADS2.xdf", overwrite = TRUE,
    transforms = list(
      Late = ArrDelay > 15,
      DepHour = as.integer(CRSDepTime),
      Night = DepHour >= 20 | DepHour <= 5))
}

example("F318", {
  airXdfData <- rxDataStep(inData = air_example(), outFile = "airVeryLate.xdf", overwrite = TRUE,
    transforms = list(VeryLate = (ArrDelay > 120 | is.na(ArrDelay))))
  print(summary(rxLogit(VeryLate ~ DayOfWeek, data = airXdfData)))
})

example("F320", {
  airExtraDS <- air_extra()
  logitObj <- rxLogit(Late ~ DepHour + Night, data = airExtraDS)
  predictDS <- rxPredict(modelObject = logitObj, data = airExtraDS, outData = airExtraDS)
  print(rxGetInfo(predictDS, getVarInfo = TRUE, numRows = 5))
})

## how-to-revoscaler-generalized-linear-model.md -------------------------------------------------

example("F181", {
  claimsXdf <- rxImport(sample_file("claims.txt"), "claims.xdf", stringsAsFactors = TRUE,
                        overwrite = TRUE)
  claimsGlm <- rxGlm(cost ~ age + car.age + type, family = Gamma, dropFirst = TRUE,
                     data = claimsXdf)
  print(summary(claimsGlm))
})

## how-to-revoscaler-linear-model.md: stepwise -----------------------------------------------------

example("F210", {
  iris$Species <- factor(as.integer(iris$Species))  # DECISIONS.md
  form <- Sepal.Length ~ Sepal.Width + Petal.Length
  scope <- list(lower = ~ Sepal.Width,
                upper = ~ Sepal.Width + Petal.Length + Petal.Width * Species)
  varsel <- rxStepControl(method = "stepwise", scope = scope, keepStepCoefs = TRUE)
  rxlm.step <- rxLinMod(form, data = iris, variableSelection = varsel, verbose = 1,
                        dropMain = FALSE, coefLabelStyle = "R")
  print(rxlm.step$stepCoefs)
})

## how-to-revoscaler-covcor.md ---------------------------------------------------------------------

example("F031", {
  set.seed(14)  # DECISIONS.md
  x <- rnorm(100)
  y <- rnorm(100, mean = x, sd = .01)
  z <- rnorm(100, mean = 2 + x + y)
  data <- data.frame(x = x, y = y, z = z)
  found <- rxRidgeReg(z ~ x + y, data = data, lambda = 0.02)$coefficients
  colnames(found)[[1L]] <- ""
  print(found)
})

## reference pages: rxTransform, RxTextData --------------------------------------------------------

example("F348", {
  inFile <- "hundred.xdf"
  rxDataStep(data.frame(xnum1 = seq_len(100) / 7), outFile = inFile, rowsPerRead = 20,
             overwrite = TRUE)
  seen <- integer()
  myFunction <- function() {
    count1 <- 100L
    myTestFun <- function(dataList) {
      if (!.rxIsTestChunk) {
        count1 <<- count1 + 1L
        .rxSet("count2", .rxGet("count2") + 1L)
        .rxModify("count3", 1L, FUN = "+")
        .rxModify("count4", 2L, FUN = "*")
        .rxModify("series", n = 2L, bias = 0L, FUN = "permute")
      }
      .rxModify("closure", count1, FUN = "c")
      return(dataList)
    }
    myEnv <- new.env(hash = TRUE, parent = baseenv())
    assign("permute", function(x, n = 1L, bias = 10) c(x[-n], x[n]) + bias, envir = myEnv)
    suppressWarnings(rxDataStep(inData = inFile, transformFunc = myTestFun,
      transformObjects = list(count1 = 0L, count2 = 0L, count3 = 0L, count4 = 1L, series = 1:5,
                              closure = integer()),
      transformEnvir = myEnv))
    myEnv
  }
  transformEnvir <- myFunction()
  for (name in c("count1", "count2", "count3", "count4", "series"))
    cat(name, ": ", paste(transformEnvir[[name]], collapse = " "), "\n", sep = "")
  cat("closure count1 per chunk (0..5): ", paste(transformEnvir[["closure"]], collapse = " "), "\n",
      sep = "")
})

example("F351", {
  writeLines(c("x", "1.2", "2.5"), "float.csv")
  imported <- rxImport("float.csv")
  cat("values:", format(imported$x[1], digits = 17), "\n")
  if (imported$x[1] == 1.2) stop("the value was not stored as float32")
})
