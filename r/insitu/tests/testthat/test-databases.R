# Against SQLite, which needs no server; PostgreSQL is met by python/tests/test_databases.py.

# A database with the statements' tables; skips where the driver is not installed.
sqlite_with <- function(...) {
  file <- tempfile(fileext = ".db")
  statements <- paste(c(...), collapse = ";\n")
  script <- tempfile(fileext = ".py")
  writeLines(c("import sqlite3, sys", "c = sqlite3.connect(sys.argv[1])",
      "c.executescript(open(sys.argv[2], encoding='utf-8').read())", "c.close()"), script)
  text <- tempfile(fileext = ".sql")
  writeLines(enc2utf8(statements), text, useBytes = TRUE)
  stopifnot(system2("python3", c(script, file, text)) == 0L)
  string <- paste0("Driver=SQLite3;Database=", file)
  tryCatch(rxGetVarNames(RxOdbcData(sqlQuery = "SELECT 1 AS x", connectionString = string)),
      error = function(e) if (grepl("libodbc|no ODBC driver|open lib", conditionMessage(e)))
          skip(conditionMessage(e)) else stop(e))
  string
}

test_that("tables and queries are read with their types, missing values and unicode", {
  string <- sqlite_with("CREATE TABLE t (id INTEGER PRIMARY KEY, i INT4, b BIGINT, d DOUBLE, s TEXT, da DATE)",
      "INSERT INTO t VALUES (1, 7, 9007199254740993, 0.1, 'Gr\u00fc\u00dfe \U0001f389', '2020-02-29')",
      "INSERT INTO t VALUES (2, NULL, NULL, NULL, NULL, NULL), (3, -7, -5, -0.5, '', '1969-12-31')")
  source <- RxOdbcData(table = "t", connectionString = string)
  f <- rxImport(source, reportProgress = 0)
  expect_identical(f$i, c(7L, NA, -7L))
  expect_identical(f$d, c(0.1, NA, -0.5))
  expect_identical(f$s, c("Gr\u00fc\u00dfe \U0001f389", NA, ""))
  expect_identical(f$da, as.Date(c("2020-02-29", NA, "1969-12-31")))
  expect_identical(as.character(f$b)[[1L]], "9007199254740993")
  query <- RxOdbcData(sqlQuery = "SELECT d, s FROM t WHERE id <> 2", connectionString = string,
      colInfo = list(s = list(type = "factor", levels = c("", "x"), newLevels = c("none", "x")),
          d = list(newName = "D", low = -1, high = 1)))
  q <- rxImport(query, reportProgress = 0)
  expect_identical(levels(q$s), c("none", "x"))
  expect_identical(as.integer(q$s), c(NA, 1L))
  expect_identical(rxGetVarInfo(query)$D$low, -1)
  expect_identical(dim(source), c(3L, 6L))
  expect_identical(rxGetVarNames(source), c("id", "i", "b", "d", "s", "da"))
  expect_equal(head(source, 2)$id, 1:2, ignore_attr = TRUE)
  expect_error(tail(query), "no order")
})

test_that("models of a table are those of its data frame in each context", {
  set.seed(3)
  rows <- 1000L
  f <- data.frame(x = round(8 * rnorm(rows)) / 8, g = sample(c("a", "b", "c"), rows, TRUE))
  f$y <- 2 * f$x + (f$g == "b")
  string <- sqlite_with("CREATE TABLE t (x DOUBLE, g TEXT, y DOUBLE)",
      paste0("INSERT INTO t VALUES ", paste0("(", format(f$x, digits = 17), ", '", f$g, "', ", format(f$y, digits = 17),
          ")", collapse = ", ")))
  source <- RxOdbcData(table = "t", connectionString = string, colInfo = list(g = list(type = "factor")))
  f$g <- factor(f$g, unique(f$g))
  expected <- coef(rxLinMod(y ~ x + g, f, reportProgress = 0))
  for (context in list(RxLocalSeq(), RxLocalParallel(), RxProcesses(numWorkers = 2)))
    expect_identical(coef(rxLinMod(y ~ x + g, source, computeContext = context, reportProgress = 0)), expected)
  expect_equal(rxSummary(~x, source, reportProgress = 0)$sDataFrame$Mean, mean(f$x))
})

test_that("chunks are read one after the other", {
  string <- sqlite_with(paste("CREATE TABLE t AS WITH RECURSIVE n(i) AS",
      "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250) SELECT i FROM n"))
  source <- RxOdbcData(table = "t", connectionString = string, rowsPerRead = 100)
  expect_true(rxOpen(source))
  sizes <- integer()
  while (nrow(chunk <- rxReadNext(source)) > 0L) sizes <- c(sizes, nrow(chunk))
  rxClose(source)
  expect_identical(sizes, c(100L, 100L, 50L))
})

test_that("passwords are not printed, and bad arguments say the way out", {
  source <-
      RxSqlServerData(table = "dbo.t",
      connectionString = "Driver=SQL Server;Server=h;UID=me;PWD={hunter}}2;x};Database=d",
      password = "hunter3")
  printed <- paste(c(capture.output(print(source)), capture.output(str(source))), collapse = "\n")
  expect_false(grepl("hunter", printed))
  expect_match(printed, "PWD=***", fixed = TRUE)
  expect_error(RxOdbcData(), "give either table or sqlQuery")
  expect_error(RxOdbcData(table = "t", sqlQuery = "SELECT 1"), "not both")
  expect_error(rxImport(RxOdbcData(sqlQuery = "DROP TABLE t", connectionString = "Driver=SQLite3"), reportProgress = 0),
      "must be a query")
})

test_that("tables are written, replaced and appended to as files are", {
  string <- sqlite_with("CREATE TABLE other (x INT4)")
  f <- data.frame(i = c(1L, NA, 3L), d = c(0.1, NA, 1e300), l = c(TRUE, NA, FALSE), s = c("\u00e4'", NA, ""),
      f = factor(c("b", NA, "a"), c("b", "a", "unused")), date = as.Date(c("2024-02-29", NA, "1969-12-31")),
      time = as.POSIXct(c(1e9 + 0.25, NA, -1), origin = "1970-01-01", tz = "GMT"), stringsAsFactors = FALSE)
  target <- RxOdbcData(table = "rows", connectionString = string)
  written <- rxDataStep(f, target, reportProgress = 0)
  expect_identical(written@table, "rows")
  back <- rxImport(target, reportProgress = 0)
  for (name in c("i", "d", "l", "s", "date")) expect_identical(back[[name]], f[[name]], label = name)
  expect_identical(back$f, as.character(f$f))
  expect_equal(as.numeric(back$time), as.numeric(f$time))
  expect_error(rxDataStep(f, target, reportProgress = 0), "exists: rows; allow to replace it with overwrite")
  rxDataStep(f, target, append = "rows", reportProgress = 0)
  expect_identical(dim(target), c(6L, 7L))
  rxDataStep(f[1, ], target, overwrite = TRUE, reportProgress = 0)
  expect_identical(dim(target), c(1L, 7L))
  expect_error(rxDataStep(f, RxOdbcData(sqlQuery = "SELECT 1", connectionString = string)), "of a query")
  rxOpen(target, "w")
  rxWriteNext(f[1:2, ], target)
  rxClose(target, "w")
  expect_identical(dim(target), c(2L, 7L))
})

test_that("tables are found and dropped, statements run", {
  string <- sqlite_with("CREATE TABLE t (x INT4)")
  expect_true(rxSqlServerTableExists("t", connectionString = string))
  source <- RxOdbcData(table = "t", connectionString = string)
  expect_true(rxSqlServerDropTable(source))
  expect_false(rxSqlServerDropTable(source))
  expect_null(rxExecuteSQLDDL(source, sSQLString = "CREATE TABLE t (y INT4)"))
  expect_identical(rxGetVarNames(source), "y")
  expect_error(rxExecuteSQLDDL(source), "sSQLString is missing")
  expect_error(rxSqlServerTableExists(mtcars), "must be a table of a database")
  expect_error(RxTeradata(), "Teradata.*export the table")
})

test_that("objects are kept under keys and versions", {
  objects <- RxOdbcData(table = "objects", connectionString = sqlite_with("CREATE TABLE t (x INT4)"))
  rxWriteObject(objects, "infert", infert)
  expect_identical(rxReadObject(objects, "infert"), infert)
  for (how in c("gzip", "bzip2", "xz", "none")) {
    rxWriteObject(objects, how, as.raw(0:255), serialize = FALSE, compress = how)
    expect_identical(rxReadObject(objects, how, deserialize = FALSE), as.raw(0:255))
  }
  rxWriteObject(objects, "m", 1, version = "1")
  rxWriteObject(objects, "m", 2, version = "2")
  expect_identical(rxListKeys(objects, "m"), data.frame(version = c("1", "2"), stringsAsFactors = FALSE))
  expect_error(rxReadObject(objects, "m"), "there are 2 objects")
  expect_identical(rxReadObject(objects, "m", version = "2"), 2)
  rxWriteObject(objects, "m", 3, version = "2", overwrite = TRUE)
  expect_identical(rxReadObject(objects, "m", version = "2"), 3)
  expect_true(rxDeleteObject(objects, "m"))
  expect_error(rxReadObject(objects, "m"), "there is no object of the key 'm'")
  expect_true(rxDeleteObject(objects, all = TRUE))
  expect_identical(nrow(rxListKeys(objects)), 0L)
  expect_identical(rxReadObject(rxWriteObject(letters)), letters)
})
