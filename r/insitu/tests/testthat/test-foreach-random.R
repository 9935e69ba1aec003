# Random loops of foreach: through rxExec they are what they are without (registerDoSEQ). INSITU_TEST_ALL=1 runs more.

skip_if_not_installed("foreach")
`%dopar%` <- foreach::`%dopar%`
`%:%` <- foreach::`%:%`
foreach <- foreach::foreach
when <- foreach::when
iter <- iterators::iter
icount <- iterators::icount

pick <- function(x) x[[sample.int(length(x), 1L)]]
maybe <- function(share) runif(1) < share

# The code of a loop over `n` turns.
random_loop <- function() {
  call <- list(as.name("foreach"), i = pick(list(quote(seq_len(n)), quote(iter(seq_len(n))), quote(as.list(seq_len(n))),
      quote(icount(n)), quote(letters[seq_len(n)]), quote(data.frame(a = seq_len(n), b = seq_len(n) * 2)),
      quote(iter(matrix(seq_len(max(n, 1L) * 2), ncol = 2), by = "row")))))
  if (maybe(0.3)) call$j <- quote(seq_len(max(1L, n - 1L)))
  if (maybe(0.2)) call[[length(call) + 1L]] <- quote(icount())
  if (maybe(0.5)) {
    call$.combine <- pick(list(quote(c), quote(list), quote(rbind), quote(cbind), quote(function(...) paste(..., sep =
        "|")), quote(function(a, b, ...) list(a, b, ...))))
    if (maybe(0.3)) call$.multicombine <- pick(c(TRUE, FALSE))
    if (maybe(0.3)) call$.maxcombine <- pick(2:5)
    if (maybe(0.3)) call$.init <- pick(list(0, quote(list())))
  }
  if (maybe(0.3)) call$.final <- pick(list(quote(length), quote(rev), quote(function(x) stop("final fails"))))
  if (maybe(0.4)) call$.errorhandling <- pick(c("stop", "remove", "pass"))
  if (maybe(0.2)) call$.packages <- "stats"
  if (maybe(0.2)) call$.export <- "helper"
  if (maybe(0.1)) call$.noexport <- "unused"
  loop <- as.call(call)
  if (maybe(0.2)) loop <- bquote(.(loop) %:% when(sum(as.numeric(as.factor(unlist(i)))) %% 2 == 1))
  if (maybe(0.25)) loop <- bquote(.(loop) %:% .(as.call(c(list(as.name("foreach"), k = quote(1:3)), if (maybe(0.5))
    list(.combine = as.name("c")), if (maybe(0.3)) list(.errorhandling = pick(c("remove", "pass")))))))
  body <- pick(list(quote(paste(unlist(i), collapse = "-")), quote(helper(1)), quote(NULL), quote(list(unlist(i))),
      quote(if (as.character(unlist(i))[1] %in% c("2", "b")) stop("it is bad") else unlist(i)),
      quote({
        if (as.character(unlist(i))[1] == "3") warning("three")
        1L
      }), quote(sd(c(1, 2, 4))), quote({
        f <- function(v) v + captured
        f(2)
      }), quote(local({
        captured <- 9
        captured
      })), quote(tryCatch(stop("inner"), error = conditionMessage)), quote(data.frame(v = length(unlist(i)))),
      quote(quote(a + b)), quote(return(5))))
  bquote(.(loop) %dopar% .(body))
}

run_loop <- function(code, n) {
  captured <- 10
  helper <- function(x) x + captured
  unused <- 3
  warned <- FALSE
  plain <- function(v) if (inherits(v, "condition")) list("condition", conditionMessage(v)) else if (is.list(v) &&
    !is.data.frame(v)) lapply(v, plain) else v
  value <- withCallingHandlers(tryCatch(eval(code), error = function(e) list(failed = conditionMessage(e))),
      warning = function(w) {
    warned <<- warned || grepl("three", conditionMessage(w))
    invokeRestart("muffleWarning")
  })
  list(plain(value), warned)
}

test_that("random loops are what they are in sequence", {
  on.exit(foreach::registerDoSEQ())
  set.seed(20)
  for (turn in seq_len(if (nzchar(Sys.getenv("INSITU_TEST_ALL"))) 400L else 40L)) {
    code <- random_loop()
    n <- pick(c(0L, 1L, 2L, 7L, 20L))
    foreach::registerDoSEQ()
    said <- capture.output(expected <- run_loop(code, n))
    if (any(grepl("error calling combine", said))) next  # foreach goes on without the turn, here it is an error
    for (context in list(RxLocalSeq(), RxProcesses(numWorkers = 2))) {
      registerDoRSR(context)
      expect_identical(run_loop(code, n), expected, info = paste(c(turn, n, deparse(code)), collapse = " "))
    }
  }
})
