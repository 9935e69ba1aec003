# Pictures in panels by lattice, as RevoScaleR drew them: the look of plot areas, grids and axes.

# What rxHistogram and rxLinePlot pass on to lattice: the usual names beside those of RevoScaleR, and what it has of
# its own.
.rxLatticeSettings <- c("main", "sub", "xlab", "ylab", "xlim", "ylim", "lwd", "lty", "col", "border", "pch", "cex",
    "alpha", "layout", "aspect", "scales", "strip", "strip.left", "as.table", "between", "index.cond", "perm.cond",
    "skip", "key", "auto.key", "colorkey", "par.settings", "par.strip.text", "panel", "prepanel", "legend", "page",
    "default.scales",
    "jitter.x", "jitter.y", "origin", "span", "degree", "family")

# The arguments with the usual names of lattice under those of RevoScaleR, which win where both are given.
.rxUsualNames <- function(arguments, about) {
  usual <- c(main = "title", sub = "subtitle", xlab = "xTitle", ylab = "yTitle", xlim = "xAxisMinMax",
      ylim = "yAxisMinMax", lwd = "lineWidth", lty = "lineStyle")
  usual <- usual[usual %in% names(.rxSignatures[[about$name]]$types) & names(usual) %in% names(arguments)]
  for (name in names(usual)) {
    ours <- usual[[name]]
    if (eval(call("missing", as.name(ours)), about$frame)) arguments[[ours]] <- arguments[[name]]
    arguments[[name]] <- NULL
  }
  arguments
}

# Two numbers or NULL.
.rxEnds <- function(name, argument, value) {
  if (is.null(value)) return(NULL)
  if (!is.numeric(value) || length(value) != 2L || !all(is.finite(value)) || value[[1L]] == value[[2L]])
    .rxStop(paste0(name, ": ", argument, " must be two different numbers, not ", .rxShow(value)))
  as.numeric(value)
}

# The background, and a grid at the ticks of the axes.
.rxPlotArea <- function(look) {
  lattice::panel.fill(col = look$plotAreaColor)
  lattice::panel.grid(h = -1, v = -1, col = look$gridColor, lwd = look$gridLineWidth, lty = look$gridLineStyle)
}

.rxLook <- function(arguments)
  arguments[c("plotAreaColor", "gridColor", "gridLineWidth", "gridLineStyle")]

# `y ~ x | g1 + g2` of columns that are named y, x and like the panels.
.rxPanelFormula <- function(y, x, panels) {
  formula <- call("~", as.name(y), as.name(x))
  if (length(panels))
    formula[[3L]] <- call("|", formula[[3L]], Reduce(function(a, b) call("+", a, b), lapply(panels, as.name)))
  structure(formula, class = "formula", .Environment = baseenv())
}

# Draws panels by lattice::xyplot and gives the picture; `draw` is called for a panel, after its background.
.rxPanels <- function(arguments, about, formula, data, titles, limits, scales, settings, draw, key = FALSE, ...) {
  .rxNeedsLattice(about$name)
  given <- arguments[intersect(names(arguments), setdiff(.rxLatticeSettings, names(.rxSignatures[[about$name]]$types)))]
  titles <- .rxUnderTitle(.rxTitlesOf(arguments, titles))
  scales <- c(scales, list(alternating = 1L, tck = c(1, 0)))
  look <- .rxLook(arguments)
  own <- list(formula, data = data, scales = scales, as.table = TRUE, auto.key = key,
      par.settings = settings, panel = function(...) {
        .rxPlotArea(look)
        draw(...)
      }, subscripts = TRUE, ...)
  own <- c(own, limits[!vapply(limits, is.null, NA)], titles)
  own <- own[!names(own) %in% names(given) | !nzchar(names(own))]
  picture <- do.call(lattice::xyplot, c(own, given))
  if (isTRUE(arguments$print)) print(picture)
  picture
}

# The titles that were given, else these.
.rxTitlesOf <- function(arguments, titles) {
  given <- arguments[c("title", "subtitle", "xTitle", "yTitle")]
  names(given) <- c("main", "sub", "xlab", "ylab")
  titles[names(given)[!vapply(given, is.null, NA)]] <- given[!vapply(given, is.null, NA)]
  titles[!vapply(titles, is.null, NA)]
}

.rxTicks <- function(number, ...) if (is.null(number)) list(...) else list(tick.number = number, ...)
