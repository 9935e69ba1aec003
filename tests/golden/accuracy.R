# Compares the fits and summaries of the R face with the golden numbers of this folder.
# Rscript accuracy.R [folder]: prints the table of correct digits (LRE, log relative error) on the
# NIST sets beside those of R's lm, and ends with an error if a golden number is missed.
#
# At least 9 digits on the sets of lower, 7 on those of average and higher difficulty; 1e-9 relative
# on the random designs and on the summaries.

suppressPackageStartupMessages({
  library(RevoScaleR)
  library(jsonlite)
})
rxOptions(reportProgress = 0)
arguments <- commandArgs(TRUE)
here <- if (length(arguments)) arguments[1] else "."
misses <- character()
miss <- function(...) misses <<- c(misses, paste0(...))

number <- function(x) {
  if (is.null(x)) return(NA_real_)
  as.numeric(unlist(lapply(x, function(v) if (is.null(v)) NA else v)))
}

lre <- function(got, certified) {
  if (length(got) != length(certified)) return(rep(0, length(certified)))
  wrong <- ifelse(certified == 0, abs(got), abs(got - certified) / abs(certified))
  digits <- ifelse(is.na(got), 0, pmax(0, pmin(15, -log10(wrong))))
  ifelse(is.finite(certified), digits, NA)
}

digits_of <- function(lines) as.numeric(strsplit(paste(unlist(lines), collapse = ""), "")[[1]])

read_golden <- function(folder)
  lapply(Sys.glob(file.path(here, folder, "*.json")), read_json)

## NIST -------------------------------------------------------------------------------------------

needed <- c(lower = 9, average = 7, higher = 7)

with_lm <- function(set, data) {
  formula <- as.formula(gsub("pow\\(x, (\\d+)\\)", "I(x^\\1)", set$formula))
  fit <- suppressWarnings(summary(lm(formula, data)))
  estimates <- fit$coefficients
  list(estimate = estimates[, 1], se = estimates[, 2])
}

cat(sprintf("%-10s %-8s | %-22s | %-22s | %s\n", "NIST set", "level", "coefficients  insitu lm",
            "std errors    insitu lm", "sigma R2 F"))
for (set in read_golden("nist")) {
  if (is.null(set$formula)) next
  data <- as.data.frame(lapply(set[["data"]], number))
  certified <- set$certified
  fit <- rxLinMod(as.formula(set$formula), data = data)
  ours <- lre(as.vector(fit$coefficients), number(certified$estimate))
  errors <- number(certified$std_error)
  our_errors <- lre(as.vector(fit$coef.std.error), errors)
  r <- with_lm(set, data)
  whole <- c(lre(as.vector(fit$sigma), number(certified$residual_sd)),
             lre(as.vector(fit$r.squared), number(certified$r_squared)),
             lre(as.numeric(fit$fstatistics$value), number(certified$f)))
  row <- "%-10s %-8s |        %8.1f %6.1f |        %8.1f %6.1f | %5.1f %5.1f %5.1f\n"
  cat(sprintf(row, set$name, set$level, min(ours), min(lre(r$estimate, number(certified$estimate))),
              min(our_errors), min(lre(r$se, errors)), whole[1], whole[2], whole[3]))
  least <- needed[[set$level]]
  if (min(ours) < least) miss(set$name, ": coefficients have ", round(min(ours), 1), " digits")
  # A perfect fit has errors of 0: there is no relative error to ask for.
  worst <- min(our_errors, whole[1], whole[3], na.rm = TRUE)
  if (all(errors > 0) && worst < least) miss(set$name, ": errors have ", round(worst, 1), " digits")
  if (whole[2] < least) miss(set$name, ": R2 has ", round(whole[2], 1), " digits")
}

cat(sprintf("\n%-10s %-8s | mean   sd\n", "NIST set", "level"))
for (set in read_golden("nist")) {
  if (!is.null(set$formula)) next
  made <- set[["generated"]]
  y <- if (!is.null(set[["data"]])) number(set[["data"]]$y)
       else if (!is.null(made$digits)) digits_of(made$digits)
       else c(number(made$first), rep(number(made$pair), made$times))
  row <- rxSummary(~y, data = data.frame(y = y))$sDataFrame
  digits <- c(lre(row$Mean, number(set$certified$mean)), lre(row$StdDev, number(set$certified$sd)))
  cat(sprintf("%-10s %-8s | %5.1f %5.1f\n", set$name, set$level, digits[1], digits[2]))
  if (min(digits) < needed[[set$level]])
    miss(set$name, ": mean and sd have ", round(min(digits), 1), " digits")
}

## Random designs and summaries -------------------------------------------------------------------

as_frame <- function(data) as.data.frame(lapply(data, function(v) {
  if (v$type == "factor")
    return(factor(unlist(lapply(v$values, function(x) if (is.null(x)) NA else x)),
                  levels = unlist(v$levels)))
  x <- number(v$values)
  if (v$type == "integer") as.integer(x) else x
}))

close_to <- function(name, what, got, expected) {
  got <- as.vector(got)
  if (!is.numeric(got)) return(miss(name, ": ", what, " is not numeric: ", class(got)))
  if (length(got) != length(expected))
    return(miss(name, ": ", what, ": ", length(got), " values, ", length(expected), " due"))
  if (any(is.na(got) != is.na(expected)))
    return(miss(name, ": ", what, ": dropped or missing in other places"))
  known <- !is.na(expected)
  wrong <- abs(got[known] - expected[known]) / pmax(abs(expected[known]), 1e-300)
  wrong[got[known] == expected[known]] <- 0
  if (any(wrong > 1e-9)) {
    worst <- which(known)[which.max(wrong)]
    miss(name, ": ", what, ": relative error ", signif(max(wrong), 3), " (", got[worst], ", due ",
         expected[worst], ")")
  }
}

for (golden in read_golden("lin_mod")) {
  data <- as_frame(golden$data)
  e <- golden$expected
  # The covariance cannot be had together with cube.
  covariance <- is.null(golden$options$cube)
  fit <- tryCatch(do.call(rxLinMod, c(list(as.formula(golden$formula), data = data,
                                           covCoef = covariance), golden$options)),
                  error = function(problem) conditionMessage(problem))
  if (is.character(fit)) {
    miss(golden$name, ": ", fit)
    next
  }
  labels <- rownames(as.matrix(fit$coefficients))
  if (!identical(labels, unlist(e$labels))) {
    miss(golden$name, ": labels ", paste(labels, collapse = " | "))
    next
  }
  for (what in list(c("coefficients", "estimate"), c("coef.std.error", "std_error"),
                    c("coef.t.value", "t")))
    close_to(golden$name, what[1], fit[[what[1]]], number(e[[what[2]]]))
  p <- number(e$p)
  close_to(golden$name, "coef.p.value", pmax(as.vector(fit$coef.p.value), .Machine$double.eps),
           pmax(p, .Machine$double.eps))
  close_to(golden$name, "sigma", fit$sigma, number(e$sigma))
  close_to(golden$name, "r.squared", fit$r.squared, number(e$r_squared))
  close_to(golden$name, "adj.r.squared", fit$adj.r.squared, number(e$adj_r_squared))
  close_to(golden$name, "F", unlist(fit$fstatistics[c("value", "numdf", "dendf")]),
           c(number(e$f), e$df_model, e$df_residual))
  if (!is.null(e$valid)) close_to(golden$name, "nValidObs", fit$nValidObs, e$valid)
  close_to(golden$name, "nMissingObs", fit$nMissingObs, e$missing)
  if (!is.null(e$condition_number))
    close_to(golden$name, "condition.number", fit$condition.number, number(e$condition_number))
  if (!is.null(e$vcov) && covariance) {
    triangle <- unlist(lapply(e$vcov, number))
    covariances <- as.matrix(vcov(fit))
    kept <- !is.na(number(e$estimate))
    if (nrow(covariances) == length(kept)) covariances <- covariances[kept, kept, drop = FALSE]
    # On the scale of the standard errors: covariances that cancel have no digits of their own.
    errors <- sqrt(diag(covariances))
    upper <- upper.tri(covariances, TRUE)
    off <- abs(t(covariances)[upper] - triangle) / outer(errors, errors)[upper]
    if (max(off) > 1e-9) miss(golden$name, ": vcov: error ", signif(max(off), 3))
  }
  if (!is.null(e$predictions) && length(golden$options) == 0) {
    p <- e$predictions
    for (interval in c("confidence", "prediction")) {
      got <- rxPredict(fit, data = data, computeStdErrors = TRUE, interval = interval)
      got <- got[unlist(p$rows), ]
      close_to(golden$name, "y_Pred", got$y_Pred, number(p$pred))
      close_to(golden$name, "y_StdErr", got$y_StdErr, number(p$std_error))
      for (side in c("lower", "upper"))
        close_to(golden$name, paste(interval, side),
                 got[[c(lower = "y_Lower", upper = "y_Upper")[[side]]]],
                 number(p[[paste(interval, side, sep = "_")]]))
    }
  }
}

statistics <- c("Mean", "StdDev", "Min", "Max", "Sum")
for (golden in read_golden("summary")) {
  data <- as_frame(golden$data)
  weighted <- length(golden$options) > 0
  counts <- if (weighted) c("SumOfWeights", "MissingWeights") else c("ValidObs", "MissingObs")
  object <- tryCatch(do.call(rxSummary, c(list(as.formula(golden$formula), data = data,
                                               summaryStats = c(statistics, counts)),
                                          golden$options)),
                     error = function(problem) conditionMessage(problem))
  if (is.character(object)) {
    miss(golden$name, ": ", object)
    next
  }
  for (v in names(golden$expected$numbers)) {
    row <- object$sDataFrame[object$sDataFrame$Name == v, ]
    for (s in c(statistics, counts))
      close_to(golden$name, paste(v, s), row[[s]], number(golden$expected$numbers[[v]][[s]]))
  }
  groups <- golden$expected$groups
  if (!is.null(groups)) {
    table <- object$categorical[[1]]
    for (cell in groups$cells) {
      if (cell$ValidObs == 0) next
      at_level <- Map(function(b, l) table[[b]] == l, unlist(groups$by), unlist(cell$levels))
      inside <- Reduce(`&`, at_level)
      if (sum(inside) != 1) {
        miss(golden$name, ": no row for ", paste(unlist(cell$levels), collapse = ", "))
        next
      }
      close_to(golden$name, "Means", table$Means[inside], number(cell$Mean))
      for (s in c("StdDev", "Min", "Max"))
        close_to(golden$name, s, table[[s]][inside], number(cell[[s]]))
    }
  }
  for (i in seq_along(golden$expected$counts)) {
    due <- golden$expected$counts[[i]]
    close_to(golden$name, paste("Counts", i), object$categorical[[i]]$Counts, number(due$Counts))
  }
}

cat("\n", paste0("missed: ", misses, "\n", recycle0 = TRUE), sep = "")
cat("golden:", length(misses), "missed\n")
if (length(misses)) quit(status = 1)
