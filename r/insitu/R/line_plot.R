# rxLinePlot: rows that the engine selects and transforms, drawn by lattice.

.rxMostPoints <- 1e6

.rxSymbols <- c("solid circle" = 19L, circle = 1L, square = 0L, triangle = 2L, plus = 3L, cross = 4L, diamond = 5L,
    "solid square" = 15L, "solid triangle" = 17L, "solid diamond" = 18L)

# The parts of `y1 + y2 ~ x | g1 + g2`, as code.
.rxPartsOfPlot <- function(name, formula) {
  if (is.character(formula)) formula <- stats::as.formula(formula)
  if (!inherits(formula, "formula") || length(formula) != 3L)
    .rxStop(paste0(name, ": formula must be y ~ x or y ~ x | g, not ", .rxShow(formula)))
  joined <- function(code, by) {
    if (is.call(code) && length(code) == 3L && as.character(code[[1L]])[[1L]] %in% by)
        c(joined(code[[2L]], by), joined(code[[3L]], by))
    else list(code)
  }
  right <- formula[[3L]]
  panels <- list()
  if (is.call(right) && identical(right[[1L]], quote(`|`))) {
    panels <- joined(right[[3L]], c("+", "*"))
    right <- right[[2L]]
  }
  list(y = joined(formula[[2L]], "+"), x = right, panels = panels)
}

# The rows of the variables as the pipeline leaves them. Only columns that something names are read.
.rxRowsToDraw <- function(arguments, about, variables) {
  steps <- c(.rxTransformsCode(about$written$transforms, about$caller),
      .rxCode(about$written$rowSelection, about$caller))
  named <- unique(c(variables, arguments$transformVars, unlist(lapply(steps, all.vars))))
  known <- rxGetVarNames(arguments$data)
  if (is.null(arguments$transformFunc) || length(arguments$transformVars))
      arguments$varsToKeep <- intersect(known, named)
  if (!length(arguments$varsToKeep)) arguments$varsToKeep <- NULL
  arguments[c("type", "legend", "print")] <- NULL
  request <- .rxRowsRequest("data_step", arguments, about, "data", NULL)
  request$document$maxRowsByCols <- (.rxMostPoints + 1) * max(length(named), length(variables))
  rows <- suppressWarnings(.rxWritten(.rxRun(request, arguments$reportProgress)))
  missing <- setdiff(variables, names(rows))
  if (length(missing))
    .rxStop(paste0(about$name, ": the data have no variable '", missing[[1L]], "'",
        .rxDidYouMean(missing[[1L]], names(rows)), "; they have ",
        paste(unique(c(names(rows), known)), collapse = ", ")))
  if (nrow(rows) > .rxMostPoints)
    .rxStop(paste0(about$name, ": the data have more than ", format(.rxMostPoints, scientific = FALSE),
        " rows to draw: select some with rowSelection, or draw a summary of them (rxHistogram, rxSummary)"))
  rows
}

.rxSymbolsOf <- function(name, style) {
  if (is.numeric(style)) return(style)
  unname(vapply(style, function(each) {
    if (each %in% names(.rxSymbols)) return(.rxSymbols[[each]])
    if (nchar(each) == 1L) return(utf8ToInt(each))
    .rxStop(paste0(name, ": symbolStyle must be one of ", paste0("\"", names(.rxSymbols), "\"", collapse = ", "),
        " or one character, not ", .rxShow(each), .rxDidYouMean(each, names(.rxSymbols))))
  }, 0L))
}

.impl_rxLinePlot <- function(arguments, about) {
  .rxNeedsLattice(about$name)
  .rxRequire(arguments, about, "formula", "data")
  name <- about$name
  arguments <- .rxUsualNames(arguments, about)
  parts <- .rxPartsOfPlot(name, arguments$formula)
  symbols <- .rxSymbolsOf(name, arguments$symbolStyle)
  rows <- .rxRowsToDraw(arguments, about, unique(unlist(lapply(c(parts$y, parts$x, parts$panels), all.vars))))
  values <- function(code) tryCatch(eval(code, rows, about$caller), error = function(e)
    .rxStop(paste0(name, ": ", .rxDeparse(code), " cannot be computed: ", conditionMessage(e))))
  labels <- vapply(parts$y, .rxDeparse, "")
  times <- length(labels)
  drawn <- data.frame(x = rep(values(parts$x), times),
      y = unlist(lapply(parts$y, function(code) as.numeric(values(code)))))
  drawn$series <- factor(rep(labels, each = nrow(rows)), labels)
  panels <- sprintf("panel%d", seq_along(parts$panels))
  for (k in seq_along(panels)) {
    of <- values(parts$panels[[k]])
    if (!is.factor(of)) of <- factor(of)
    if (!all(is.na(suppressWarnings(as.numeric(levels(of))))))
        levels(of) <- paste(.rxDeparse(parts$panels[[k]]), "=", levels(of))
    drawn[[panels[[k]]]] <- rep(of, times)
  }
  colors <- rep_len(.rxTitle(arguments$lineColor, .rxColors), times)
  marks <- rep_len(.rxTitle(arguments$symbolColor, colors), times)
  size <- .rxTitle(arguments$symbolSize, 0.7)
  settings <- list(superpose.line = list(col = colors, lwd = arguments$lineWidth, lty = arguments$lineStyle),
      superpose.symbol = list(col = marks, pch = symbols, cex = size))
  type <- arguments$type
  key <- if (isTRUE(arguments$legend) && times > 1L)
      list(lines = type != "p", points = type %in% c("p", "b"), space = "right")
      else FALSE
  scales <- list(x = if (is.factor(drawn$x)) list() else .rxTicks(arguments$xNumTicks),
      y = .rxTicks(arguments$yNumTicks))
  picture <- .rxPanels(arguments, about, .rxPanelFormula("y", "x", panels), drawn,
      list(main = paste(paste(labels, collapse = ", "), "by", .rxDeparse(parts$x)), xlab = .rxDeparse(parts$x),
          ylab = paste(labels, collapse = ", ")),
      list(), scales, settings, function(x, y, groups, subscripts, ...) {
        for (k in seq_len(times)) {
          own <- groups[subscripts] == labels[[k]]
          lattice::panel.xyplot(x[own], y[own], type = type, col.line = colors[[k]], col.symbol = marks[[k]],
              col = colors[[k]],
              lty = rep_len(arguments$lineStyle, times)[[k]], lwd = rep_len(arguments$lineWidth, times)[[k]],
              pch = rep_len(symbols, times)[[k]], cex = rep_len(size, times)[[k]])
        }
      }, key, groups = drawn$series)
  invisible(picture)
}
