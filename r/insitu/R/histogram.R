# rxHistogram: the engine counts, lattice draws. The picture is a "trellis" whose attribute "histogram" is the table.

.impl_rxHistogram <- function(arguments, about) {
  .rxNeedsLattice(about$name)
  name <- about$name
  arguments <- .rxUsualNames(arguments, about)
  xEnds <- .rxEnds(name, "xAxisMinMax", arguments$xAxisMinMax)
  yEnds <- .rxEnds(name, "yAxisMinMax", arguments$yAxisMinMax)
  counted <- .rxMethod(arguments, about)
  percent <- identical(counted$histType, "Percent")
  table <- counted$table
  levels_of <- if (is.factor(table$value)) levels(table$value)
  bars <- data.frame(x = if (is.null(levels_of)) table$value else as.integer(table$value),
      height = if (percent) table$percent else table$counts)
  bars$low <- if (is.null(levels_of)) table$low else bars$x - 0.5
  bars$high <- if (is.null(levels_of)) table$high else bars$x + 0.5
  # Bars of levels and of whole numbers stand apart.
  gap <- if (identical(counted$kind, "bins")) 0 else 0.1
  panels <- sprintf("panel%d", seq_along(counted$panels))
  at <- match("high", names(table), nomatch = 1L)
  for (k in seq_along(panels)) bars[[panels[[k]]]] <- table[[at + k]]
  # A panel says the level; that of F(x) is a number, which needs a name.
  for (k in seq_along(panels))
    if (grepl("(", counted$panels[[k]], fixed = TRUE))
        levels(bars[[panels[[k]]]]) <- paste(counted$panels[[k]], "=", levels(bars[[panels[[k]]]]))
  draw <- function(x, y, subscripts, ...) {
    shown <- bars[subscripts, ]
    shown <- shown[shown$height != 0, ]
    lattice::panel.rect(shown$low + gap * (shown$high - shown$low), 0, shown$high - gap * (shown$high - shown$low),
        shown$height, col = arguments$fillColor, border = arguments$lineColor, lty = arguments$lineStyle,
        lwd = arguments$lineWidth)
  }
  ends <- if (nrow(bars)) range(bars$low, bars$high) else c(0, 1)
  x <- if (is.null(levels_of)) .rxTicks(arguments$xNumTicks)
      else list(at = seq_along(levels_of), labels = levels_of, rot = if (sum(nchar(levels_of)) > 60L) 45 else 0)
  picture <- .rxPanels(arguments, about, .rxPanelFormula("height", "x", panels), bars,
      list(main = paste("Histogram of", counted$variable), xlab = counted$variable,
          ylab = if (percent) "Percent" else "Counts"),
      list(xlim = .rxTitle(xEnds, ends + c(-0.04, 0.04) * diff(ends)),
          ylim = .rxTitle(yEnds, c(0, 1.06 * max(bars$height, if (nrow(bars)) 0 else 1, 1e-300)))),
      list(x = x, y = .rxTicks(arguments$yNumTicks)), list(), draw)
  attr(picture, "histogram") <- counted
  invisible(picture)
}
