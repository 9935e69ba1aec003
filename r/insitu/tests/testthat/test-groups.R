# Rows by groups, judged against base R.

frame_of <- function(rows = 2000L) {
  kind <- RNGkind("Mersenne-Twister", "Inversion", "Rejection")
  on.exit(RNGkind(kind[[1L]], kind[[2L]], kind[[3L]]))
  set.seed(7)
  data.frame(k = sample(c(3L, 1L, NA), rows, TRUE),
      f = factor(sample(c("z", "y", "a"), rows, TRUE), c("z", "y", "none", "a")),
      s = sample(c("p", "q", NA), rows, TRUE), l = sample(c(TRUE, FALSE), rows, TRUE), d = as.Date("2020-01-01") +
      sample(0:2, rows, TRUE),
      x = round(rnorm(rows), 3), i = seq_len(rows), stringsAsFactors = FALSE)
}

same <- function(column, value) if (is.na(value)) is.na(column) else column %in% value

rows_of <- function(frame, keys) {
  wanted <- rep(TRUE, nrow(frame))
  for (name in names(keys))
      wanted <- wanted & same(if (is.factor(frame[[name]])) as.character(frame[[name]]) else frame[[name]],
      keys[[name]])
  frame[wanted, , drop = FALSE]
}

xdf_of <- function(frame) rxDataStep(frame, tempfile(fileext = ".xdf"), rowsPerRead = 300, overwrite = TRUE)

test_that("groups hold the rows of base R, in their order, from frames, .xdf and text", {
  frame <- frame_of()
  text <- tempfile(fileext = ".csv")
  utils::write.csv(frame[c("k", "s", "x")], text, row.names = FALSE)
  sources <- list(frame, xdf_of(frame), RxTextData(text, colClasses = c(k = "integer", s = "character", x = "numeric")))
  for (source in sources) for (keys in list("k", "s", c("s", "k"))) {
    groups <- rxExecBy(source, keys, function(keys, data) rxImport(data)$x)
    expect_length(groups, nrow(unique(frame[keys])))
    for (group in groups) {
      expect_identical(names(group), c("keys", "result", "status"))
      expect_identical(names(group$keys), keys)
      expect_identical(group$status, "OK")
      expect_equal(group$result, rows_of(frame, group$keys)$x)
    }
  }
})

test_that("groups come in the order of their keys, missing ones last, whatever the order of the rows", {
  frame <- frame_of()
  of <- function(frame, keys) lapply(rxExecBy(frame, keys, function(keys, data) NULL), function(group) group$keys)
  expect_identical(unname(unlist(of(frame, "k"))), c(1L, 3L, NA))
  expect_identical(unname(unlist(of(frame, "f"))), c("z", "y", "a"))
  expect_identical(unname(unlist(of(frame, "l"))), c(FALSE, TRUE))
  expect_identical(do.call(c, lapply(of(frame, "d"), `[[`, "d")), as.Date("2020-01-01") + 0:2)
  expect_identical(of(frame, c("f", "k")), of(frame[rev(seq_len(nrow(frame))), ], c("f", "k")))
})

test_that("factors keep all their levels, also where the source declares none", {
  frame <- frame_of()
  levels_of <- function(source) unique(lapply(rxExecBy(source, "k", function(keys, data) levels(rxImport(data)$f)),
      `[[`, "result"))
  expect_identical(levels_of(frame), list(levels(frame$f)))
  text <- tempfile(fileext = ".csv")
  utils::write.csv(data.frame(k = rep(1:3, each = 40), f = rep(c("u", "v", "w"), each = 40)), text, row.names = FALSE)
  expect_identical(levels_of(RxTextData(text, stringsAsFactors = TRUE)), list(c("u", "v", "w")))
})

test_that("the function takes further arguments, gets analyses to work, and may fail for one group", {
  frame <- frame_of()
  fit <- function(keys, data, power, shift = 0) {
    if (identical(keys$f, "y")) stop("not this one")
    unname(coef(rxLinMod(x ~ i, data = data)))^power + shift
  }
  groups <- rxExecBy(frame, "f", fit, funcParams = list(2, shift = 1))
  expect_identical(vapply(groups, function(group) as.character(group$status), ""), c("OK", "Error", "OK"))
  expect_null(groups[[2L]]$result)
  expect_identical(conditionMessage(attr(groups[[2L]]$status, "condition")), "not this one")
  expect_lt(nchar(paste(deparse(conditionCall(attr(groups[[2L]]$status, "condition"))), collapse = "")), 200)
  expect_equal(groups[[3L]]$result, unname(coef(lm(x ~ i, rows_of(frame, list(f = "a")))))^2 + 1)
})

test_that("groups are the same in every context", {
  frame <- frame_of(600L)
  shift <- 10
  fit <- function(keys, data, power) {
    if (identical(keys$f, "y") && is.na(keys$k)) stop("no k")
    c(coef(rxLinMod(x ~ i, data = data))[[2L]] * power + shift, nrow(rxImport(data)))
  }
  here <- rxExecBy(frame, c("f", "k"), fit, funcParams = list(power = 2))
  plain <- function(groups) lapply(groups, function(group) list(group$keys, group$result, as.vector(group$status)))
  for (context in list(RxLocalParallel(), RxProcesses(numWorkers = 2))) {
    there <- rxExecBy(frame, c("f", "k"), fit, funcParams = list(power = 2), computeContext = context)
    expect_identical(plain(there), plain(here))
    failed <- Filter(function(group) group$status == "Error", there)
    expect_length(failed, 1L)
    expect_identical(conditionMessage(attr(failed[[1L]]$status, "condition")), "no k")
  }
  expect_s4_class(rxGetComputeContext(), "RxLocalSeq")
})

test_that("a filter chooses groups", {
  frame <- frame_of()
  seen <- NULL
  groups <- rxExecBy(frame, c("f", "k"), function(keys, data) nrow(rxImport(data)), filterFunc = function(table) {
    seen <<- names(table)
    table[table$f != "y" & !is.na(table$k), ]
  })
  expect_identical(seen, c("f", "k", "dataSource"))
  expect_length(groups, 4L)
  for (group in groups) expect_identical(group$result, nrow(rows_of(frame, group$keys)))
  expect_error(rxExecBy(frame, "f", function(keys, data) 1, filterFunc = function(table) 3),
      "filterFunc must return rows of the data frame")
  expect_length(rxExecBy(frame, "f", function(keys, data) 1, filterFunc = function(table) table[0, ]), 0L)
})

test_that("large groups are read from their files alone", {
  inside <- asNamespace("insitu")
  before <- inside$.rxRowsInMemory
  set <- function(rows) {
    unlockBinding(".rxRowsInMemory", inside)
    assign(".rxRowsInMemory", rows, envir = inside)
    lockBinding(".rxRowsInMemory", inside)
  }
  set(10000)
  frame <- data.frame(k = rep(0:2, 20000L), i = seq_len(60000L), x = 0)
  on.exit({
    set(before)
    rxOptions(memoryLimit = NULL)
  })
  for (memory in list(NULL, "1MB")) {  # one file for all groups, files of their own
    rxOptions(memoryLimit = memory)
    groups <- rxExecBy(frame, "k", function(keys, data) rxImport(data)$i)
    for (k in 0:2) expect_identical(groups[[k + 1L]]$result, seq.int(k + 1L, 60000L, 3L))
  }
})

test_that("rows of one group, one row, and no rows at all", {
  frame <- frame_of()
  frame$one <- 1L
  expect_equal(rxExecBy(frame, "one", function(keys, data) rxImport(data)$i)[[1L]]$result, frame$i)
  expect_identical(rxExecBy(frame[1L, ], "f", function(keys, data) dim(rxImport(data)))[[1L]]$result, c(1L, 8L))
  expect_identical(rxExecBy(xdf_of(frame[0, ]), "f", function(keys, data) 1), list())
})

test_that("a partitioned set is written, read, added to and grouped by", {
  frame <- frame_of()
  path <- tempfile("set", fileext = ".xdf")
  set <- RxXdfData(path, createPartitionSet = TRUE)
  table <- rxPartition(frame, set, c("f", "k"))
  expect_identical(names(table), c("f", "k", "dataSource"))
  expect_identical(table, rxGetPartitions(RxXdfData(path)))
  for (i in seq_len(nrow(table)))
      expect_equal(rxDataStep(table$dataSource[[i]])$i,
          rows_of(frame, list(f = as.character(table$f[[i]]), k = table$k[[i]]))$i)
  more <- frame[1:3, ]
  more$f <- factor(c("new", "a", "new"))
  more$k <- 1L
  more$i <- 9001:9003
  table <- rxPartition(more, set, c("f", "k"))
  expect_identical(levels(table$f), c("z", "y", "none", "a", "new"))
  expect_identical(rxDataStep(table$dataSource[[which(table$f == "new")]])$i, c(9001L, 9003L))
  groups <- rxExecBy(RxXdfData(path), c("f", "k"), function(keys, data) c(sum(rxImport(data)$i), nrow(rxImport(data))))
  expect_length(groups, nrow(table))
  expect_equal(rowSums(vapply(groups, `[[`, c(0, 0), "result")), c(sum(frame$i) + sum(more$i), nrow(frame) + 3))
  expect_error(rxPartition(frame, set, "k"), "is partitioned by f, k")
  expect_error(rxPartition(frame, set, c("f", "k"), append = "none"), "exists")
  expect_identical(nrow(rxPartition(frame, set, "k", overwrite = TRUE)), 3L)
  expect_error(rxPartition(transform(frame, k = as.character(k)), set, "k"),
      "variable 'k' is character, but integer in")
  expect_error(rxGetPartitions(xdf_of(frame)), "is no partitioned set")
  expect_error(rxPartition(frame, RxXdfData(tempfile()), "k"), "createPartitionSet = TRUE")
})

test_that("wrong calls say what is wrong, and leave nothing behind", {
  frame <- frame_of(20L)
  expect_error(rxExecBy(frame, "nope", function(keys, data) 1), "keys: variable not found: nope")
  expect_error(rxExecBy(frame, c("f", "K"), function(keys, data) 1), "keys: variable not found: K (did you mean k?)",
      fixed = TRUE)
  expect_error(rxPartition(frame, RxXdfData(tempfile(), createPartitionSet = TRUE), "nope"),
      "varsToPartition: variable not found: nope")
  expect_error(rxExecBy(frame, NULL, function(keys, data) 1), "keys is empty")
  expect_error(rxExecBy(frame, c("f", "f"), function(keys, data) 1), "named twice")
  expect_error(rxExecBy(frame, "f", 3), "func must be a function")
  model <- rxLinMod(x ~ i, frame)
  for (wrong in list(model, frame, as.list(1:500))) {
    said <- conditionMessage(expect_error(rxExecBy(frame, "f", wrong)))
    expect_match(said, "or an analysis, which is handed over quoted (func = quote(rxLinMod(y ~ x)))", fixed = TRUE)
    expect_lt(nchar(said), 250)
  }
  expect_error(rxExecBy(frame, "f", model), "not an object of class rxLinMod$")
  expect_length(list.files(tempdir(), "insitu-groups"), 0L)
})

test_that("spans of time keep their units as keys, in groups and in rows that no transform makes", {
  frame <- data.frame(x = 1:6, k = as.difftime(c(1, 1, 2, 2, NA, NA), units = "mins"),
      h = as.difftime(6:1, units = "hours"))
  for (context in list(RxLocalSeq(), RxLocalParallel())) {
    before <- rxSetComputeContext(context)
    groups <- rxExecBy(frame, "k", function(keys, data) list(keys$k, rxImport(data)$h[1L]))
    rxSetComputeContext(before)
    expect_identical(lapply(groups, function(each) each$keys$k), lapply(c(1, 2, NA), as.difftime, units = "mins"))
    expect_identical(lapply(groups, function(each) each$result), lapply(c(1, 3, 5), function(i)
      list(frame$k[i], frame$h[i])))
  }
  analyzed <- rxExecBy(frame, "k", rxSummary, list(formula = ~ x))
  expect_identical(as.data.frame(analyzed)$k, as.difftime(c(1, 2, NA), units = "mins"))
  expect_identical(analyzed[[2]]$keys$k, as.difftime(2, units = "mins"))
  kept <- rxExecBy(frame, "k", function(keys, data) 0, filterFunc = function(partition)
      partition[partition$k > as.difftime(90, units = "secs") & !is.na(partition$k), ])
  expect_identical(kept[[1]]$keys$k, as.difftime(2, units = "mins"))
  set <- rxPartition(frame, RxXdfData(tempfile(), createPartitionSet = TRUE), varsToPartition = "k")
  expect_identical(set$k, as.difftime(c(1, 2, NA), units = "mins"))
  rows <- rxDataStep(frame, transforms = list(h = as.numeric(h) * 60))
  expect_identical(rows$k, frame$k)
  expect_type(rows$h, "double")
  expect_false(inherits(rows$h, "difftime"))
  expect_identical(rxImport(frame)$h, frame$h)
})
