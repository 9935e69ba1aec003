# What judges predictions: values beside the engine's tables, and pictures by lattice.

# ---- pictures --------------------------------------------------------------------------------------------------------

# Fails where lattice is not installed.
.rxNeedsLattice <- function(draw) {
  if (!requireNamespace("lattice", quietly = TRUE))
      .rxStop(paste0(draw, " draws with lattice, which is not installed: install.packages(\"lattice\"); ",
      "the data frame has the numbers"), "rxUnsupported")
}

# lattice puts `sub` under the x axis; it belongs under the title.
.rxUnderTitle <- function(titles) {
  if (is.null(titles$sub) || !is.character(titles$main)) return(titles)
  titles$main <- list(paste(titles$main, titles$sub, sep = "\n"), cex = 1)
  titles[names(titles) != "sub"]
}

# Draws a picture of lattice and gives it, invisibly; `titles`: main, sub, xlab, ylab.
.rxDraw <- function(draw, formula, data, titles, ...) {
  .rxNeedsLattice(draw)
  more <- list(...)
  titles <- titles[!vapply(titles, is.null, NA) & !names(titles) %in% names(more)]
  titles <- .rxUnderTitle(titles)
  picture <- do.call(lattice::xyplot, c(list(formula, data = data), titles, more))
  print(picture)
  invisible(picture)
}

.rxColors <- c("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#e377c2")

# The lines of groups as lattice draws them and its legend shows them.
.rxLines <- function(n) list(superpose.line = list(col = rep_len(.rxColors, n), lwd = 2,
    lty = rep(seq_len(ceiling(n / length(.rxColors))), each = length(.rxColors))[seq_len(n)]))

# The given title, or the one that says what is there.
.rxTitle <- function(given, otherwise) if (is.null(given)) otherwise else given

# ---- quantiles -------------------------------------------------------------------------------------------------------

# Quantiles that are not exact carry their error bound; they print as plain ones.
print.rxQuantile <- function(x, ...) {
  print(structure(as.numeric(x), names = names(x)), ...)
  invisible(x)
}

# ---- ROC -------------------------------------------------------------------------------------------------------------

#' The points of one prediction, or of all.
as.data.frame.rxRoc <- function(x, ..., var = NULL) {
  table <- data.frame(threshold = x$threshold, predVarName = x$predVarName, sensitivity = x$sensitivity,
      specificity = x$specificity, stringsAsFactors = FALSE)
  if (is.null(var)) return(table)
  known <- unique(table$predVarName)
  if (!is.character(var) || !all(var %in% known))
      .rxStop(paste0("as.data.frame: var must name predictions of the curves (", paste(known, collapse = ", "),
          "), not ",
      .rxShow(var)))
  table <- table[table$predVarName %in% var, , drop = FALSE]
  rownames(table) <- NULL
  table
}

# The points of a prediction from (0, 0) to (1, 1).
.rxRocPoints <- function(x, name) {
  rows <- rev(which(x$predVarName == name))
  data.frame(fpr = c(0, 1 - x$specificity[rows], 1), tpr = c(0, x$sensitivity[rows], 1), name = name)
}

.rxTrapezoids <- function(x, y) sum(diff(x) * (utils::head(y, -1L) + utils::tail(y, -1L)) / 2)

.impl_rxAuc <- function(arguments, about) {
  x <- arguments$x
  if (!inherits(x, "rxRoc")) .rxStop(paste0("rxAuc: x must be what rxRoc gives, not ", .rxShow(class(x))))
  areas <- attr(x, "auc", exact = TRUE)
  if (is.null(areas) || !identical(attr(x, "points", exact = TRUE), nrow(x))) {  # rows that a script has taken
    names_of <- unique(x$predVarName)
    areas <- vapply(names_of, function(name) {
      points <- .rxRocPoints(x, name)
      .rxTrapezoids(points$fpr, points$tpr)
    }, 0)
  }
  if (length(areas) == 1L) unname(areas) else areas
}

plot.rxRoc <- function(x, computeAuc = TRUE, title = NULL, subtitle = NULL, xTitle = NULL, yTitle = NULL, legend = NULL,
    chanceGridLine = TRUE, ...) {
  names_of <- unique(x$predVarName)
  points <- do.call(rbind, lapply(names_of, function(name) .rxRocPoints(x, name)))
  areas <- rxAuc(x)
  labels <- if (isTRUE(computeAuc)) sprintf("%s (AUC %.4f)", names_of, areas) else names_of
  points$name <- factor(points$name, names_of, labels)
  actual <- attr(x, "actualVarName", exact = TRUE)
  if (is.null(legend)) legend <- length(names_of) > 1L
  if (is.null(subtitle) && !isTRUE(legend) && length(names_of) == 1L && isTRUE(computeAuc)) subtitle <- labels
  .rxDraw("plot", tpr ~ fpr, points,
      list(main = .rxTitle(title, if (is.null(actual)) "ROC curve" else paste0("ROC curve for '", actual, "'")),
      sub = subtitle, xlab = .rxTitle(xTitle, "False positive rate (1 - specificity)"),
      ylab = .rxTitle(yTitle, "True positive rate (sensitivity)")),
      groups = points$name, type = "l", aspect = 1, xlim = c(-0.02, 1.02), ylim = c(-0.02, 1.02),
      scales = list(at = seq(0, 1, 0.2)),
      par.settings = .rxLines(length(names_of)),
      auto.key = if (isTRUE(legend)) list(lines = TRUE, points = FALSE, corner = c(0.98, 0.02)) else FALSE,
      panel = function(...) {
        lattice::panel.grid(h = -1, v = -1, col = "grey90")
        if (isTRUE(chanceGridLine)) lattice::panel.abline(0, 1, col = "grey60", lty = 2)
        lattice::panel.superpose(...)
      }, ...)
}

.impl_rxRocCurve <- function(arguments, about) {
  drawn <- arguments[c("computeAuc", "title", "subtitle", "xTitle", "yTitle", "legend", "chanceGridLine")]
  curve <- .rxWaiting(.rxMethod(arguments, about))  # a picture is made here and now
  invisible(do.call(plot.rxRoc, c(list(curve), drawn[!vapply(drawn, is.null, NA)])))
}

# ---- Lorenz and Gini -------------------------------------------------------------------------------------------------

.impl_rxGini <- function(arguments, about) {
  x <- arguments$x
  if (!is.data.frame(x) || !all(c("cumVals", "percents") %in% names(x)))
      .rxStop(paste0("rxGini: x must be what rxLorenz gives, not ", .rxShow(class(x))))
  1 - 2 * .rxTrapezoids(x$percents, x$cumVals) / 1e4
}

plot.rxLorenz <- function(x, title = NULL, subtitle = NULL, xTitle = NULL, yTitle = NULL, lineColor = NULL,
    lineStyle = "solid", lineWidth = 2, equalityGridLine = TRUE, equalityColor = "grey75", equalityStyle = NULL,
    equalityWidth = 2, ...) {
  value <- attr(x, "valueVarName", exact = TRUE)
  order <- attr(x, "orderVarName", exact = TRUE)
  of <- if (is.null(value)) "values" else value
  by <- if (is.null(order) || identical(value, order)) "" else paste0(", ordered by ", order)
  .rxDraw("plot", cumVals ~ percents, as.data.frame(unclass(x)[c("cumVals", "percents")]),
      list(main = .rxTitle(title, "Lorenz curve"),
      sub = .rxTitle(subtitle, sprintf("Gini coefficient %.4f", rxGini(x))),
      xlab = .rxTitle(xTitle, paste0("Percent of rows", by)), ylab = .rxTitle(yTitle, paste("Percent of", of))),
      type = "l", aspect = 1, xlim = c(-2, 102), ylim = c(-2, 102), scales = list(at = seq(0, 100, 20)),
      col = .rxTitle(lineColor, .rxColors[[1L]]), lty = lineStyle, lwd = lineWidth,
      panel = function(...) {
        lattice::panel.grid(h = -1, v = -1, col = "grey90")
        if (isTRUE(equalityGridLine)) lattice::panel.abline(0, 1, col = equalityColor,
            lty = .rxTitle(equalityStyle, "solid"), lwd = equalityWidth)
        lattice::panel.xyplot(...)
      }, ...)
}

# ---- lift and calibration --------------------------------------------------------------------------------------------

# Lines with points, one for each prediction, over a line of reference.
.rxDrawGroups <- function(formula, data, titles, legend, reference, corner, ...) {
  data$predVarName <- factor(data$predVarName, unique(data$predVarName))
  n <- nlevels(data$predVarName)
  settings <- c(.rxLines(n), list(superpose.symbol = list(col = rep_len(.rxColors, n), pch = 19L, cex = 0.7)))
  if (is.null(legend)) legend <- n > 1L
  .rxDraw("plot", formula, data, titles, groups = data$predVarName, type = "o", par.settings = settings,
      auto.key = if (isTRUE(legend)) list(lines = TRUE, points = FALSE, corner = corner) else FALSE,
      panel = function(...) {
        lattice::panel.grid(h = -1, v = -1, col = "grey90")
        if (!is.null(reference)) lattice::panel.abline(reference[[1L]], reference[[2L]], col = "grey60", lty = 2)
        lattice::panel.superpose(...)
      }, ...)
}

plot.rxLift <- function(x, kind = c("gain", "lift"), title = NULL, subtitle = NULL, xTitle = NULL, yTitle = NULL,
    legend = NULL, chanceGridLine = TRUE, ...) {
  kind <- match.arg(kind)
  actual <- attr(x, "actualVarName", exact = TRUE)
  gain <- kind == "gain"
  table <- data.frame(predVarName = x$predVarName, cumPercent = x$cumPercent, value = x[[kind]])
  if (gain) table <- rbind(data.frame(predVarName = unique(table$predVarName), cumPercent = 0, value = 0), table)
  table <- table[order(match(table$predVarName, unique(table$predVarName)), table$cumPercent), ]
  limits <- if (gain) list(aspect = 1, xlim = c(-2, 102), ylim = c(-2, 102), scales = list(at = seq(0, 100, 20)))
      else list(xlim = c(0, 102), scales = list(x = list(at = seq(0, 100, 20))),
          ylim = c(0, 1.06 * max(table$value, 1)))
  titles <- list(main = .rxTitle(title, paste0(if (gain) "Cumulative gain" else "Lift", " for '", actual, "'")),
      sub = subtitle, xlab = .rxTitle(xTitle, "Percent of rows, highest predictions first"),
      ylab = .rxTitle(yTitle, if (gain) paste("Percent of rows with", actual) else "Rate by that of all rows"))
  reference <- if (isTRUE(chanceGridLine)) (if (gain) c(0, 1) else c(1, 0))
  do.call(.rxDrawGroups, c(list(value ~ cumPercent, table, titles, legend, reference,
      if (gain) c(0.98, 0.02) else c(0.98, 0.98)), limits, list(...)))
}

plot.rxCalibration <- function(x, title = NULL, subtitle = NULL, xTitle = NULL, yTitle = NULL, legend = NULL, ...) {
  titles <- list(
      main = .rxTitle(title, paste0("Calibration for '", attr(x, "actualVarName", exact = TRUE), "'")), sub = subtitle,
      xlab = .rxTitle(xTitle, "Predicted probability"), ylab = .rxTitle(yTitle, "Observed rate"))
  table <- data.frame(predVarName = x$predVarName, predicted = x$predicted, observed = x$observed)
  .rxDrawGroups(observed ~ predicted, table, titles, legend, c(0, 1), c(0.98, 0.02), aspect = 1,
      xlim = c(-0.02, 1.02), ylim = c(-0.02, 1.02), scales = list(at = seq(0, 1, 0.2)), ...)
}
