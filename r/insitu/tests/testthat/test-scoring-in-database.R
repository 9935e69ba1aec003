# Scoring in a database: a table of predictions, text of views, published models (docs/scoring-in-the-database.md).

sqlite <- function(table) RxOdbcData(table = table, connectionString = where)
where <- NULL

with_sqlite <- function(code) {
  drivers <- if (file.exists("/etc/odbcinst.ini")) readLines("/etc/odbcinst.ini") else character()
  skip_if_not(any(grepl("[SQLite3]", drivers, fixed = TRUE)),
      "no ODBC driver of SQLite: libsqliteodbc is not installed")
  file <- tempfile(fileext = ".db")
  on.exit(unlink(file))
  where <<- paste0("Driver=SQLite3;Database=", file)
  force(code)
}

# Where the last predictions were made.
place <- function() Filter(function(each) !is.null(each$tier), rxExplain()$passes)[[1L]]

cars <- data.frame(mtcars[c("mpg", "wt", "hp")], gear = as.character(mtcars$gear), id = seq_len(nrow(mtcars)),
    row.names = NULL)

test_that("a table of predictions holds what rxPredict gives, and stays in the database", {
  with_sqlite({
    fit <- rxLinMod(mpg ~ wt + gear, cars, reportProgress = 0)
    rxDataStep(cars, sqlite("cars"), reportProgress = 0)
    rxPredict(fit, sqlite("cars"), sqlite("scores"), extraVarsToWrite = "id", reportProgress = 0)
    expect_identical(place()$tier, "database")
    gc()
    scores <- rxImport(sqlite("scores"), reportProgress = 0)
    expect_equal(scores$mpg_Pred[order(scores$id)], rxPredict(fit, cars, reportProgress = 0)$mpg_Pred, tolerance = 1e-9)
    expect_error(rxPredict(fit, sqlite("cars"), sqlite("scores"), reportProgress = 0),
        "allow to replace it with overwrite, or append to it")
    more <- rxLinMod(mpg ~ wt, cars, covCoef = TRUE, reportProgress = 0)
    rxPredict(more, sqlite("cars"), sqlite("errors"), computeStdErrors = TRUE, reportProgress = 0)
    expect_identical(place()$tier, "stream")
    expect_match(place()$reason, "standard errors")
  })
})

test_that("models are published, listed and dropped", {
  with_sqlite({
    rxDataStep(cars, sqlite("cars"), reportProgress = 0)
    fit <- rxLinMod(mpg ~ wt + gear, cars, reportProgress = 0)
    expect_identical(rxPublishModel(fit, sqlite("models"), "mpg", version = "1", rows = sqlite("cars")),
        "\"predict_mpg\"")
    expect_error(rxPublishModel(fit, sqlite("models"), "mpg", rows = "cars"),
        "a model is published as 'mpg' already, version 1: allow to replace it with overwrite, or give another name")
    rxPublishModel(rxSerializeModel(fit), sqlite("models"), "mpg", version = "2", rows = "cars", overwrite = TRUE)
    listed <- rxPublishedModels(sqlite("models"))
    expect_identical(listed, data.frame(name = c("mpg", "mpg"), version = c("1", "2"),
        object = c("", "\"predict_mpg\""),
        kind = c("sql", "sql"), stringsAsFactors = FALSE))
    view <- rxImport(sqlite("predict_mpg"), reportProgress = 0)
    expect_equal(view$mpg_Pred[order(view$id)], rxPredict(fit, cars, reportProgress = 0)$mpg_Pred, tolerance = 1e-9)
    expect_true(rxUnpublishModel(sqlite("models"), "mpg"))
    expect_false(rxUnpublishModel(sqlite("models"), "mpg"))
    expect_identical(nrow(rxPublishedModels(sqlite("models"))), 0L)
    expect_error(rxPublishModel(fit, "models", "mpg"), "destination must be a table of a database")
  })
})

test_that("text of views and functions comes by database", {
  fit <- rxLinMod(mpg ~ wt + gear, cars, reportProgress = 0)
  expect_match(rxExportModel(fit, dialect = "sqlite", as = "view", name = "v", table = "cars"),
      "CREATE VIEW \"v\" AS\nSELECT\n.* AS \"mpg_Pred\",\n  \\*\nFROM \"cars\";\n$")
  expect_match(rxExportModel(fit, dialect = "sqlserver", as = "function", name = "dbo.f"),
      "^CREATE FUNCTION \\[dbo\\]\\.\\[f\\] \\(@p1 float\\(53\\), @p2 nvarchar\\(4000\\)\\)\nRETURNS TABLE")
  expect_error(rxExportModel(fit, as = "function", name = "f"), "say which one it is, dialect = \"sqlserver\"")
})

test_that("what cannot be published says why, in R's words", {
  fit <- rxLinMod(mpg ~ wt, cars, reportProgress = 0)
  where <<- paste0("Driver=SQLite3;Database=", tempfile(fileext = ".db"))
  expect_error(rxPublishModel(3, sqlite("models"), "mpg"), "rxPublishModel: model must be a fitted model")
  expect_error(rxPublishModel(fit, sqlite("models"), "mpg", rows = 3), "rows must be the name of a table")
  expect_error(rxPublishModel(fit, sqlite("models"), "mpg", kind = "fast"), "kind must be one of")
  with_sqlite({
    expect_error(rxPublishModel(fit, sqlite("models"), "mpg"), "rows is missing: SQLite has no functions in SQL")
    expect_error(rxSqlServerSelfTest(where, print = FALSE),
        "the self-test is of SQL Server, and connectionString leads to SQLite")
  })
})
