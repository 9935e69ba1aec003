# RxInPostgres against RxLocalSeq over the same rows; the whole matrix is python/tests/test_in_database.py.

# The private server of tests/private_postgres.py for a test, with the extension of this build; skips with the reason
# where there can be none.
root <- Sys.getenv("INSITU_ROOT", unset = testthat::test_path("..", "..", "..", ".."))
extension <- file.path(root, "build", "release", "hosts", "postgres")

server <- function() {
  script <- file.path(root, "tests", "private_postgres.py")
  if (!file.exists(script) || !file.exists(file.path(extension, "insitu_pg.so")))
      skip("there is no build of the extension")
  ready <- tempfile()
  line <- pipe(paste("python3", shQuote(script), "serve --ready", ready, "--extension", shQuote(extension)), "w")
  withr::defer(close(line), envir = parent.frame())
  for (i in 1:600) if (file.exists(ready) && file.size(ready) > 0) break else Sys.sleep(0.1)
  told <- readLines(ready, warn = FALSE)[[1L]]
  if (startsWith(told, "{")) skip(told)
  text <- paste(readLines(told, warn = FALSE), collapse = "")
  field <- function(name) sub(paste0('.*"', name, '": "?([^",}]*).*'), "\\1", text)
  paste0("Driver=PostgreSQL Unicode;Servername=", field("host"), ";Port=", field("port"), ";UID=", field("user"),
      ";PWD=", field("password"), ";Database=", field("database"))
}

test_that("contexts print, copy and check their arguments without a database", {
  there <- RxInSqlServer(connectionString = "Driver=SQL Server;Server=db;UID=me;PWD={a;secret}", numTasks = 4,
      tier = "database", password = "another one")
  printed <- capture.output(print(there))
  expect_identical(printed[[1L]], "RxInSqlServer Compute Context")
  expect_false(any(grepl("secret|another one", c(printed, capture.output(str(there))))))
  expect_true(any(grepl("PWD=***", printed, fixed = TRUE)) && any(grepl("numTasks = 4", printed, fixed = TRUE)))
  copy <- RxInSqlServer(there, numTasks = 2)
  expect_identical(copy@tier, "database")
  expect_identical(copy@numTasks, 2)
  expect_identical(copy@connectionString, there@connectionString)
  expect_identical(RxComputeContext(there, tier = "stream")@tier, "stream")
  expect_true(rxCompareContexts(there, copy))
  expect_error(RxInPostgres(tier = "fast"), "tier")
  expect_error(RxInPostgres(numTasks = 0), "numTasks must be a whole number")
  expect_error(RxInPostgres(executionTimeoutSeconds = -1), "executionTimeoutSeconds")
  expect_error(RxInPostgres(nosuch = 1), "nosuch")
})

test_that("analyses agree in every tier, and one line changes the context", {
  string <- server()
  ddl <- function(text) rxExecuteSQLDDL(RxPostgresData(table = "none", connectionString = string), sSQLString = text)
  tryCatch(ddl("CREATE EXTENSION insitu"), error = function(e)
    if (grepl("libodbc|no ODBC driver|open lib", conditionMessage(e))) skip(conditionMessage(e)) else stop(e))
  ddl(paste("CREATE TABLE rows AS SELECT i AS id, CASE WHEN i % 9 <> 0 THEN sin(i) END AS y, cos(i * 1.7)::float8 AS x,",
      "(ARRAY['a', 'b', 'c'])[1 + i % 3] AS f, sin(i * 3.1) > 0.4 AS hit FROM generate_series(1, 70000) AS i"))
  ddl("ALTER TABLE rows ADD PRIMARY KEY (id)")
  data <- RxPostgresData(table = "rows", connectionString = string,
      colInfo = list(f = list(type = "factor", levels = c("c", "a", "b"))))
  analyses <- list(
      function() rxSummary(~ y + x + f, data, reportProgress = 0)$sDataFrame,
      function() coef(rxLinMod(y ~ x + f, data, reportProgress = 0)),
      function() coef(rxLogit(hit ~ x + f, data, reportProgress = 0)),
      function() rxCov(~ y + x, data, reportProgress = 0),
      function() rxQuantile("y", data, probs = c(0.1, 0.5), exact = TRUE, reportProgress = 0))
  before <- rxSetComputeContext(RxLocalSeq())
  on.exit(rxSetComputeContext(before))
  expected <- lapply(analyses, function(run) run())
  gc()
  for (tier in c("auto", "database", "extension", "stream")) {
    rxSetComputeContext(RxInPostgres(connectionString = string, tier = tier))
    for (i in seq_along(analyses)) {
      if (tier == "database" && i == 5L) {
        expect_error(analyses[[i]](), "not computed in the database")
        next
      }
      found <- analyses[[i]]()
      if (tier %in% c("extension", "stream")) expect_identical(found, expected[[i]])
      else expect_equal(found, expected[[i]], tolerance = 1e-9)
    }
  }
  rxSetComputeContext("inpostgres", connectionString = string)
  fit <- rxLinMod(y ~ x, data, reportProgress = 0)
  expect_match(paste(capture.output(print(rxExplain(fit))), collapse = "\n"), "tier database")
  expect_identical(rxExec(function(x) x + 1, x = rxElemArg(1:2)), list(2, 3), ignore_attr = TRUE)
  rxDataStep(data, RxPostgresData(table = "doubled", connectionString = string), transforms = list(z = y * 2),
      rowSelection = x > 0, reportProgress = 0)
  rxSetComputeContext(before)
  expect_equal(rxSummary(~z, RxPostgresData(table = "doubled", connectionString = string),
      reportProgress = 0)$sDataFrame$Mean,
      2 * mean(subset(rxImport(data, reportProgress = 0), x > 0)$y, na.rm = TRUE))
  expect_error(rxSummary(~y, data.frame(y = 1), computeContext = RxInPostgres(connectionString = string),
      reportProgress = 0),
      "computes over tables and queries of its database")
})
