# Computing in a session of sparklyr: the engine's gateway is loaded into the JVM that sparklyr has started with the
# engine's jar.

.rxAttachSparklyr <- function(context) {
  if (!requireNamespace("sparklyr", quietly = TRUE))
    .rxStop("rxSparkConnect: interop = \"sparklyr\" needs the package sparklyr: install.packages(\"sparklyr\")",
        "rxUnsupported")
  prepared <- .rxAskSpark("spark_prepare_attach", context)
  connection <- .rxStartSparklyr(prepared)
  tryCatch(
    sparklyr::invoke_static(connection, "org.insitu.spark.Gateway", "attach", sparklyr::spark_session(connection),
    prepared$folder),
    error = function(e) {
      sparklyr::spark_disconnect(connection)
      .rxStop(paste0("rxSparkConnect: the engine could not be loaded into the Spark session: ", conditionMessage(e)),
          "rxWorkerError")
    })
  application <- context@application
  application$folder <- prepared$folder
  application$sparklyr <- connection
  invisible(context)
}

# A connection with the settings of the compute context, as the engine states them for Spark, and the engine's jar.
# sparklyr hands them to a shell: what is in them must not be read as the shell's own.
.rxStartSparklyr <- function(prepared) {
  config <- sparklyr::spark_config()
  config[["sparklyr.jars.default"]] <- prepared$jar
  settings <- vapply(prepared$settings, function(setting) paste0(setting[[1L]], "=", setting[[2L]]), "")
  memory <- startsWith(settings, "spark.driver.memory=")  # sparklyr has its own default, which would win
  if (any(memory)) config[["sparklyr.shell.driver-memory"]] <- sub("^[^=]*=", "", utils::tail(settings[memory], 1L))
  config[["sparklyr.shell.conf"]] <- shQuote(settings[!memory])
  # "--name value" of spark-submit is sparklyr.shell.name there.
  words <- unlist(prepared$arguments)
  for (i in seq_len(length(words) %/% 2L)) config[[paste0("sparklyr.shell.", sub("^--", "", words[[2L * i - 1L]]))]] <-
      shQuote(words[[2L * i]])
  wanted <- unlist(lapply(prepared$environment, function(entry) structure(entry[[2L]], names = entry[[1L]])))
  before <- Sys.getenv(names(wanted), NA, names = TRUE)
  if (length(wanted)) do.call(Sys.setenv, as.list(wanted))
  on.exit({
    if (any(is.na(before))) Sys.unsetenv(names(before)[is.na(before)])
    if (!all(is.na(before))) do.call(Sys.setenv, as.list(before[!is.na(before)]))
  })
  sparklyr::spark_connect(master = prepared$master, app_name = "insitu", config = config)
}

# The connection was made for the context and ends with it.
.rxDetachSparklyr <- function(context) {
  connection <- context@application$sparklyr
  context@application$sparklyr <- NULL
  if (!is.null(connection)) sparklyr::spark_disconnect(connection)
}

.impl_rxGetSparklyrConnection <- function(arguments, about) {
  connection <- .rxSparkContext(arguments, about)@application$sparklyr
  if (is.null(connection))
    .rxStop("rxGetSparklyrConnection: the compute context has no sparklyr connection; connect with rxSparkConnect(interop = \"sparklyr\")")
  connection
}
