# rxResidualPlot: residuals against fitted values, counted by the engine.

.rxCountResiduals <- function(arguments, about) {
  name <- about$name
  breaks <- arguments$numBreaks
  if (breaks < 1 || breaks > 200 || breaks != round(breaks))
    .rxStop(paste0(name, ": numBreaks must be a whole number from 1 to 200, not ", .rxShow(breaks)))
  response <- arguments$modelObject$y.names
  if (is.null(response) || length(response) != 1L)
    .rxStop(paste0(name, ": modelObject must be a model of rxLinMod, rxLogit or rxGlm with one dependent variable"))
  file <- tempfile("residuals", fileext = ".xdf")
  on.exit(unlink(file, expand = FALSE))
  rxPredict(arguments$modelObject, arguments$data, RxXdfData(file), computeResiduals = TRUE,
      residType = arguments$residType, predVarNames = "fitted", residVarNames = "residual",
      reportProgress = arguments$reportProgress, computeContext = arguments$computeContext)
  count <- function(formula) attr(rxHistogram(formula, RxXdfData(file), numBreaks = breaks, print = FALSE,
      maxNumPanels = breaks, reportProgress = 0, computeContext = "local"), "histogram")
  bands <- count(~ fitted)
  if (bands$valid.obs == 0) .rxStop(paste0(name, ": the data have no row with a residual"))
  n <- length(bands$breaks) - 1L
  band <- substitute(cut(fitted, breaks = at, labels = labels, include.lowest = TRUE),
      list(at = as.call(c(quote(c), bands$breaks)), labels = as.call(c(quote(c), as.character(seq_len(n))))))
  formula <- function(code) structure(call("~", code), class = "formula", .Environment = baseenv())
  cells <- count(formula(call("|", quote(residual), band)))
  means <- rxSummary(formula(call(":", quote(residual), band)), RxXdfData(file), summaryStats = "Mean",
      reportProgress = 0, computeContext = "local")$categorical[[1L]]$Means
  counts <- matrix(cells$table$counts, ncol = n)
  quantiles <- vapply(c(0.05, 0.5, 0.95), function(p) apply(counts, 2L, .rxQuantileOfBins, p, cells$breaks), numeric(n))
  quantiles <- matrix(quantiles, n)
  table <- data.frame(low = bands$breaks[-(n + 1L)], high = bands$breaks[-1L], count = colSums(counts), mean = means,
      q05 = quantiles[, 1L], median = quantiles[, 2L], q95 = quantiles[, 3L])
  list(table = table, counts = counts, breaks = cells$breaks)
}

# A quantile of values that are counted by bins, interpolated within its bin.
.rxQuantileOfBins <- function(counts, p, breaks) {
  total <- sum(counts)
  if (total == 0) return(NA_real_)
  reached <- cumsum(counts)
  bin <- which(reached >= p * total)[[1L]]
  breaks[[bin]] + (p * total - (reached[[bin]] - counts[[bin]])) / counts[[bin]] * (breaks[[bin + 1L]] - breaks[[bin]])
}

.impl_rxResidualPlot <- function(arguments, about) {
  .rxNeedsLattice(about$name)
  .rxRequire(arguments, about, "modelObject", "data")
  found <- .rxCountResiduals(arguments, about)
  table <- found$table
  rows <- nrow(found$counts)
  cells <- data.frame(left = rep(table$low, each = rows), right = rep(table$high, each = rows),
      bottom = rep(found$breaks[-(rows + 1L)], nrow(table)), top = rep(found$breaks[-1L], nrow(table)),
      shade = sqrt(as.vector(found$counts) / max(found$counts)))
  cells <- cells[cells$shade > 0, ]
  middle <- (table$low + table$high) / 2
  ends <- range(table$low, table$high)
  tall <- range(cells$bottom, cells$top)
  ylab <- switch(arguments$residType, usual = "Residuals", pearson = "Pearson residuals",
      deviance = "Deviance residuals")
  look <- list(name = about$name, print = arguments$print, plotAreaColor = "gray95", gridColor = "white",
      gridLineWidth = 1,
      gridLineStyle = "solid")
  picture <- .rxPanels(c(look, arguments[c("title", "subtitle", "xTitle", "yTitle")]), about,
      .rxPanelFormula("mean", "middle", list()), data.frame(middle = middle, mean = table$mean),
      list(main = "Residuals and fitted values", xlab = "Fitted values", ylab = ylab),
      list(xlim = ends + c(-0.02, 0.02) * diff(ends), ylim = tall + c(-0.02, 0.02) * diff(tall)),
      list(x = list(), y = list()), list(), function(...) {
        lattice::panel.rect(cells$left, cells$bottom, cells$right, cells$top, border = "transparent",
            col = grDevices::rgb(31, 119, 180, 30 + 225 * cells$shade, maxColorValue = 255))
        lattice::panel.abline(h = 0, col = "gray40", lty = 2L)
        seen <- table$count > 0
        for (name in c("q05", "q95")) lattice::panel.lines(middle[seen], table[[name]][seen], col = .rxColors[[2L]],
            lty = 2L, lwd = 1.5)
        lattice::panel.lines(middle[seen], table$mean[seen], col = .rxColors[[2L]], lwd = 2)
      })
  attr(picture, "residuals") <- table
  invisible(picture)
}
