# RxInSqlServer and RxInPostgres: compute where the tables are (docs/in-the-database.md). Passwords are never shown.

setClass("RxInDatabase", representation("VIRTUAL"), contains = "RxComputeContext")

# What is not printed and not said.
.rxUsualInDatabase <- list(connectionString = "", autoCleanup = TRUE, consoleOutput = FALSE,
    executionTimeoutSeconds = 0, tier = "auto", minGroupSize = 0)

for (class in c("RxInSqlServer", "RxInPostgres")) local({
  class <- class
  setClass(class, slots = .rxSourceSlots(class, without = c("object", "dataPath", "outDataPath")),
      contains = "RxInDatabase", where = topenv())
  assign(paste0(".impl_", class), function(arguments, about) .rxMakeInDatabase(class, arguments, about), topenv())
})
rm(class)

.rxMakeInDatabase <- function(class, arguments, about) {
  object <- arguments$object
  # The connection string may come first, as in scripts that name nothing.
  if (is.character(object) && length(object) == 1L && !nzchar(arguments$connectionString)) {
    arguments$connectionString <- object
    object <- NULL
  }
  if (!is.null(object) && !is(object, "RxComputeContext"))
    .rxStop(paste0(class, ": object must be a compute context, not a ", class(object)[[1L]]))
  if (!is.null(object)) {
    given <- names(.rxMatchedCall(about))
    taken <- if (is(object, class)) slotNames(class) else c("dataPath", "outDataPath")
    for (name in setdiff(taken, given)) arguments[name] <- list(slot(object, name))
  }
  for (name in c("connectionString", "server", "databaseName", "user", "password"))
    if (!is.null(arguments[[name]]) && !(is.character(arguments[[name]]) && length(arguments[[name]]) == 1L))
      .rxStop(paste0(class, ": ", name, " must be one text"))
  arguments$tier <- arguments$tier[[1L]]
  arguments$executionTimeoutSeconds <- as.numeric(arguments$executionTimeoutSeconds)
  arguments$minGroupSize <- as.numeric(arguments$minGroupSize)
  arguments$numTasks <- as.numeric(arguments$numTasks)
  for (check in list(list("numTasks", 1), list("minGroupSize", 0))) {
    value <- arguments[[check[[1L]]]]
    if (length(value) != 1L || is.na(value) || value < check[[2L]] || value != round(value))
      .rxStop(paste0(class, ": ", check[[1L]], " must be a whole number of at least ", check[[2L]], ", not ",
          .rxShow(value)))
  }
  seconds <- arguments$executionTimeoutSeconds
  if (length(seconds) != 1L || is.na(seconds) || seconds < 0)
    .rxStop(paste0(class, ": executionTimeoutSeconds must be a number of seconds, 0 for no limit, not ",
        .rxShow(seconds)))
  do.call(new, c(list(class), arguments[slotNames(class)]))
}

# What the engine is told (docs/requests.md).
.rxDescribeInDatabase <- function(context) {
  descriptor <- list(type = class(context)[[1L]], numCoresToUse = as.numeric(.rxOption("numCoresToUse")))
  for (name in c("connectionString", "numTasks", "executionTimeoutSeconds", "server", "databaseName", "user",
      "password", "tier", "minGroupSize")) {
    value <- slot(context, name)
    if (!is.null(value) && !identical(value, .rxUsualInDatabase[[name]])) descriptor[[name]] <- value
  }
  descriptor
}

# str() and the like look at the slots one by one.
str.RxInDatabase <- function(object, ...) show(object)
