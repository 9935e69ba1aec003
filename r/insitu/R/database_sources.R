# Sources that are tables or queries of a database, reached over ODBC (docs/databases.md). Passwords are never shown.

setClass("RxDatabaseSource", representation("VIRTUAL"), contains = "RxDataSource")

.rxDatabaseClasses <- c("RxOdbcData", "RxSqlServerData", "RxPostgresData")

# One name for both: scripts of old look at the slots.
.rxMakeDatabaseSource <- function(class, arguments, about) {
  if (is.null(arguments$table) == is.null(arguments$sqlQuery))
    .rxStop(paste0(class, ": give either table or sqlQuery", if (!is.null(arguments$table)) ", not both"))
  do.call(new, c(list(class), arguments[slotNames(class)]))
}

for (class in .rxDatabaseClasses) local({
  class <- class
  setClass(class, slots = .rxSourceSlots(class), contains = "RxDatabaseSource", where = topenv())
  assign(paste0(".impl_", class), function(arguments, about) .rxMakeDatabaseSource(class, arguments, about), topenv())
})
rm(class)

# Secrets in a connection string, as src/odbc/connection_string.cpp knows them.
.rxWithoutSecrets <- function(text)
  gsub(paste0("\\b(pwd|password|sslpassword|accesstoken|clientkey|keystoresecret|passphrase|oldpassword|newpassword)",
      "\\s*=\\s*(\\{([^}]|\\}\\})*\\}?|[^;]*)"), "\\1=***", text, ignore.case = TRUE, perl = TRUE)

setMethod("show", "RxDatabaseSource", function(object) {
  cat(class(object)[[1L]], " Source\n", sep = "")
  for (name in slotNames(object)) {
    value <- slot(object, name)
    if (is.null(value) || identical(value, .rxDefaultOf(object, name))) next
    if (name == "password") value <- "***"
    if (name == "connectionString") value <- .rxWithoutSecrets(value)
    cat(name, ": ", if (is.atomic(value) && length(value) == 1L) format(value, scientific = FALSE,
        decimal.mark = ".") else .rxShow(value), "\n", sep = "")
  }
  invisible()
})

# str() and the like look at the slots one by one.
str.RxDatabaseSource <- function(object, ...) show(object)
