# Values of every type to PostgreSQL and SQLite and back, drawn at random with their ends among them.

# Runs the code with the connection string of a server of this test's own, or skips it with the reason.
with_postgres <- function(code) {
  program <- c(file.path("..", "..", "..", "..", "tests", "private_postgres.py"),
      file.path("tests", "private_postgres.py"))
  program <- program[file.exists(program)]
  if (!length(program)) skip("tests/private_postgres.py is not here: the tests of the package are run alone")
  ready <- tempfile("ready")
  server <- pipe(paste("exec python3", shQuote(program[[1L]]), "serve --ready", ready), "w")
  on.exit(close(server))
  for (i in 1:600) if (!file.exists(ready)) Sys.sleep(0.05)
  told <- readLines(ready, warn = FALSE)
  if (startsWith(told[[1L]], "{")) {
    if (identical(Sys.getenv("INSITU_REQUIRE_POSTGRES"), "yes")) stop(told)
    skip(told)
  }
  about <- insitu:::.rxCall(insitu:::insitu_list_of_json, paste(readLines(told, warn = FALSE), collapse = "\n"))
  code(paste0("Servername=", about$host, ";Port=", about$port, ";UID=", about$user, ";PWD=", about$password,
      ";Database=", about$database))
}

some <- function(ends, drawn) {
  out <- drawn
  at <- seq_along(out)
  out[at %% 5L == 1L] <- rep_len(ends, sum(at %% 5L == 1L))
  out[at %% 7L == 3L] <- NA
  out
}

rows_of_every_type <- function(rows, infinite) {
  set.seed(23)
  signs <- c(1:0x24f, 0x5d0:0x5ea, 0x4e00:0x4e40, 0xffff, 0x1f600:0x1f620, 0x10ffff)
  texts <- vapply(seq_len(rows), function(i) intToUtf8(sample(signs, i %% 17L + 1L, TRUE)), "")
  levels <- c("lo", "mid'dle", "hi \\ \"x\"", "\u00fc")
  whole <- bit64::as.integer64(c("9223372036854775807", "-9223372036854775807", "9007199254740993"))
  doubles <- c(0, 0.1, 5e-324, -2.2250738585072014e-308, .Machine$double.xmax, 2^53 + 2, if (infinite) c(Inf, -Inf))
  frame <- data.frame(id = seq_len(rows),
      l = some(TRUE, sample(c(TRUE, FALSE), rows, TRUE)),
      i = some(c(.Machine$integer.max, -.Machine$integer.max, 0L), sample.int(1e6L, rows, TRUE) - 500000L),
      d = some(doubles, rnorm(rows) * 10^sample(-300:300, rows, TRUE)),
      s = some(c("", " a ", "NULL", strrep("x", 9000)), texts),
      f = factor(some("lo", sample(levels, rows, TRUE)), levels),
      day = some(as.Date(c("0001-01-01", "9999-12-31", "1969-12-31", "2000-02-29")),
          as.Date(sample(-700000:2900000, rows, TRUE), origin = "1970-01-01")),
      moment = some(
          as.POSIXct(c(-0.5, 253402300799, -62135596800, 1582979696.789012), origin = "1970-01-01", tz = "UTC"),
          as.POSIXct(sample(2e9, rows) + 0.25, origin = "1970-01-01", tz = "UTC")),
      stringsAsFactors = FALSE)
  frame$b <- some(whole, bit64::as.integer64(sample(1e9, rows)) * 4611686018)
  frame
}

judge_types <- function(source_of, infinite) {
  frame <- rows_of_every_type(700L, infinite)
  rxDataStep(frame, source_of("types"), reportProgress = 0)
  for (buffering in c(TRUE, FALSE)) {
    back <- rxImport(source_of("types", key = "id", rowBuffering = buffering), reportProgress = 0)
    gc()
    expect_identical(names(back), names(frame))
    for (name in c("id", "l", "i", "d", "s", "day")) expect_identical(back[[name]], frame[[name]], label = name)
    expect_identical(back$f, as.character(frame$f))
    expect_identical(as.numeric(back$moment), as.numeric(frame$moment))
    expect_identical(as.character(back$b), as.character(frame$b))
  }
}

test_that("every type goes to SQLite and comes back", {
  skip_if_not_installed("bit64")
  file <- tempfile(fileext = ".db")
  source_of <- function(table, ...)
    RxOdbcData(table = table, connectionString = paste0("Driver=SQLite3;Database=", file), ...)
  judge_types(source_of, infinite = FALSE)
})

test_that("every type goes to PostgreSQL and comes back, and its own types are read", {
  skip_if_not_installed("bit64")
  with_postgres(function(string) {
    source_of <- function(table, ...) RxPostgresData(table = table, connectionString = string, ...)
    judge_types(source_of, infinite = TRUE)
    rxExecuteSQLDDL(source_of("none"), sSQLString = paste("CREATE TABLE own AS SELECT 1 AS id, 12.5::numeric AS n,",
        "'$1,234.50'::money AS m, 1.5::real AS r, 4294967295::oid AS o, 'ab'::char(5) AS c, 7::smallint AS i,",
        "timestamptz '2020-02-29 12:00:00+05' AS tz, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid AS u"))
    expect_warning(own <- rxImport(source_of("own", key = "id"), reportProgress = 0), "more than 15 digits")
    expect_identical(unlist(own[c("n", "m", "r", "c", "i", "u")], use.names = FALSE),
        c("12.5", "1234.5", "1.5", "ab", "7", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"))
    expect_identical(as.character(own$o), "4294967295")
    expect_identical(as.numeric(own$tz), as.numeric(as.POSIXct("2020-02-29 07:00:00", tz = "UTC")))
  })
})
