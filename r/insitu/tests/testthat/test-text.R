# Text through rxImport against read.csv, read.table and readLines: ordinary and ugly files whose content is known by
# construction.

text_of <- function(content, ending = ".csv") {
  path <- tempfile(fileext = ending)
  writeBin(if (is.raw(content)) content else charToRaw(content), path)
  path
}
imported <- function(content, ..., ending = ".csv") rxImport(text_of(content, ending),
    defaultDecimalColType = "numeric", ...)
lines_of <- function(...) paste0(paste(c(...), collapse = "\n"), "\n")

test_that("A10: names are told from data over all rows", {
  cases <- list(
    c("name,city", "Ann,Paris", "Bob,Rome"), c("name,flag", "Ann,TRUE", "Bob,FALSE"),
    c("name,born", "Ann,1990-01-02", "Bob,1991-12-31"),
    c("id,2019,2020", "1,2,3", "4,5,6"), c("country,2019,2020", "A,2.5,3.5", "B,5.5,6.5"), c("a,b", "NA,NA", "1,2"),
    c("city", "Paris", "Rome"),
    c("full name", "Ann Lee", "Bob Ray"))
  for (case in cases) {
    found <- imported(lines_of(case))
    expected <- read.csv(text = case, check.names = FALSE)
    expect_identical(names(found), names(expected), info = case[[1L]])
    for (n in names(expected)) expect_equal(found[[n]], expected[[n]], info = paste(case[[1L]], n))
  }
  expect_identical(nrow(imported("1,2\n3,4\n")), 2L)
  expect_identical(names(imported("p,q\nr,s\np,t\n", colInfo = list(q = list(type = "factor")))), c("p", "q"))
})

test_that("A24: words for numbers are names", {
  found <- imported(lines_of("year,unem,inf", "1990,5.5,2.5", "1991,6.25,3.5"))
  expect_identical(names(found), c("year", "unem", "inf"))
  expect_equal(found$unem, c(5.5, 6.25))
})

test_that("A25: more fields win, and no quoted field is cut through", {
  quoted <- c("\"1\"\t\"ADAM\"\t\"DOE, JANE\"\t\"27302\"", "\"2\"\t\"EVA\"\t\"ROE, ANN\"\t\"27303\"")
  found <- imported(lines_of(quoted))
  expect_identical(unname(as.list(found)), unname(as.list(read.delim(text = quoted, header = FALSE,
      stringsAsFactors = FALSE))))
  expect_identical(names(imported(lines_of("City, State\tPop\tArea", "Aurora, CO\t380\t401", "Bend, OR\t99\t85"))),
      c("City, State", "Pop", "Area"))
  expect_identical(dim(imported(lines_of("1;2,5;x", "3;4,5;y"))), c(2L, 3L))
  expect_equal(imported(lines_of("a;b;c", "1;2,5;x", "3;4,5;y"), decimalPoint = ",")$b, c(2.5, 4.5))
  expect_identical(imported(lines_of("a|b", "x y|1", "z|2"))$b, 1:2)
})

test_that("A26: invalid text is told with its place, and inputEncoding reads it", {
  bytes <- c(charToRaw("name,n\nM"), as.raw(0xfc), charToRaw("ller,1\n"))
  expect_error(imported(bytes), "line 2, column 1 \\(name\\).*inputEncoding")
  expect_identical(imported(bytes, inputEncoding = "latin1")$name, "M\u00fcller")
  utf16 <- iconv("a,b\n1,\u00e4\n", "UTF-8", "UTF-16", toRaw = TRUE)[[1L]]
  expect_identical(imported(utf16)$b, "\u00e4")
  expect_error(imported(bytes, inputEncoding = "klingon"), "inputEncoding is not known")
})

test_that("A28: times are rounded once", {
  times <- c("2106-05-05 12:34:56.1", "1800-01-01 00:00:00.1", "9999-12-31 23:59:59")
  path <- text_of(lines_of("t", times))
  out <- tempfile(fileext = ".csv")
  rxDataStep(RxTextData(path, colClasses = c(t = "POSIXct"), firstRowIsColNames = TRUE), RxTextData(out),
      overwrite = TRUE)
  expect_identical(readLines(out)[-1L], times)
})

test_that("A29: line ends of every kind", {
  for (end in c("\n", "\r\n", "\r", "\r\r\n")) {
    found <- imported(paste0(paste(c("a,b", "1,x", "2,y"), collapse = end), end))
    expect_identical(found$b, c("x", "y"), info = deparse(end))
  }
  expect_identical(imported("a,b\r1,x\r\n2,y\r3,z\r\n")$b, c("x", "y", "z"))
})

test_that("B5: absent columns give one warning, both names of a column work, a logical reads 1.00", {
  path <- text_of(lines_of("a,b,c", "1,2,1.00", "3,4,0.00"))
  warnings <- character()
  found <- withCallingHandlers(
    rxImport(path, colClasses = c(c = "logical", z = "factor"),
    colInfo = list(y = list(type = "numeric"), b = list(newName = "B")),
             varsToKeep = c("b", "c")),
    warning = function(w) { warnings <<- c(warnings, conditionMessage(w)); invokeRestart("muffleWarning") })
  expect_identical(length(warnings), 1L)
  expect_match(warnings, "not in the file")
  expect_identical(names(found), c("B", "c"))
  expect_identical(found$c, c(TRUE, FALSE))
})

test_that("B17a: what write.table writes is read", {
  data <- data.frame(x = c(1.5, 2.5, -3), y = c("a b", "c", "d\"e"), z = c(1L, NA, 3L), row.names = c("r1", "r2", "r3"))
  for (sep in c(" ", ",", "\t", ";")) {
    path <- tempfile(fileext = if (sep == " ") ".txt" else ".csv")
    write.table(data, path, sep = sep, qmethod = "double")
    found <- rxImport(path, defaultDecimalColType = "numeric")
    expect_identical(names(found), c("row.names", "x", "y", "z"), info = sep)
    expect_identical(found$row.names, rownames(data), info = sep)
    expect_equal(as.list(found[, -1L]), as.list(data), ignore_attr = TRUE, info = sep)
  }
  expect_identical(names(imported("x,x,x.1\n1,2,3\n")), c("x", "x.1", "x.1.1"))
})

test_that("A11: whole numbers beyond int32 keep their digits", {
  out <- tempfile(fileext = ".csv")
  rxDataStep(RxTextData(text_of("id,x\n9007199254740993,1\n")), RxTextData(out), overwrite = TRUE)
  expect_identical(readLines(out)[[2L]], "9007199254740993,1")
})

test_that("D12: a damaged byte between the members of a gzip file is an error", {
  member <- function(text) {
    path <- tempfile(fileext = ".gz")
    file <- gzfile(path, "wb")
    writeBin(charToRaw(text), file)
    close(file)
    readBin(path, "raw", 1e6)
  }
  first <- member("a,b\n1,2\n")
  bytes <- c(first, member("3,4\n"))
  expect_identical(nrow(imported(bytes, ending = ".csv.gz")), 2L)
  bytes[length(first) + 1L] <- as.raw(0)
  expect_error(imported(bytes, ending = ".csv.gz"), "damaged")
})

test_that("bzip2 and xz are read", {
  for (open in list(bzfile, xzfile)) {
    path <- tempfile(fileext = ".csv.packed")
    file <- open(path, "wb")
    writeBin(charToRaw("a,b\n1,x\n2,y\n"), file)
    close(file)
    expect_identical(rxImport(RxTextData(path))$b, c("x", "y"))
  }
})

test_that("A10: 150 generated files are read as read.table reads them", {
  set.seed(20261128)
  words <- c("apple", "Berlin", "x-ray", "Bob Ray", "A/B", "co & co", "Zo\u00eb", "d'Arc", "a, b", "say \"so\"",
      "two\nlines")
  columns <- list(function(n) sample(-1000:100000, n), function(n) round(runif(n, -1000, 1000), 4),
      function(n) paste0(sample(words, n, TRUE), sample(99, n, TRUE)),
                  function(n) sample(c(TRUE, FALSE), n, TRUE),
                  function(n) as.character(as.Date("1990-01-01") + sample(9999, n, TRUE)))
  for (k in 1:150) {
    rows <- sample(3:60, 1L)
    kinds <- c(3L, sample(5L, sample(1:5, 1L), TRUE))
    data <- as.data.frame(lapply(kinds, function(i) columns[[i]](rows)), stringsAsFactors = FALSE)
    names(data) <- sample(c("id", "name", "Total Amount", "2019", "nan", "inf", "Gr\u00f6\u00dfe", "q1", "note"),
        ncol(data))
    for (i in which(kinds != 3L)) if (runif(1) < 0.4) data[seq_len(sample(rows - 2L, 1L)), i] <- NA
    path <- tempfile(fileext = ".csv")
    sep <- sample(c(",", "\t", ";", "|"), 1L)
    write.table(data, path, sep = sep, row.names = FALSE, quote = if (runif(1) < 0.5) TRUE else which(kinds == 3L),
        qmethod = "double",
                eol = sample(c("\n", "\r\n"), 1L), fileEncoding = "UTF-8")
    found <- rxImport(path, defaultDecimalColType = "numeric")
    expected <- read.table(path, header = TRUE, sep = sep, check.names = FALSE, quote = "\"", stringsAsFactors = FALSE,
        comment.char = "", encoding = "UTF-8")
    expect_identical(names(found), names(expected), info = paste("seed 20261128, file", k))
    for (n in seq_along(expected))
      expect_equal(found[[n]], expected[[n]], info = paste("seed 20261128, file", k, names(expected)[[n]]),
          ignore_attr = TRUE)
    unlink(path)
  }
})
