"""rx_line_plot: rows that the engine selects and transforms, drawn by matplotlib."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from insitu._plots import color, line_style, panel_axes, panel_look, panel_titles
from insitu.errors import InvalidArgument, shown

#: Colours of lines, in their order.
PALETTE = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#e377c2")

#: How a line plot looks, by Python and engine name, with the defaults.
LOOK = {"title": ("title", None), "subtitle": ("subtitle", None), "x_title": ("xTitle", None), "y_title": ("yTitle", None),
        "x_num_ticks": ("xNumTicks", 10), "y_num_ticks": ("yNumTicks", 10), "legend": ("legend", True),
        "type": ("type", "l"), "line_color": ("lineColor", None), "line_style": ("lineStyle", "solid"), "line_width": ("lineWidth", 2),
        "symbol_color": ("symbolColor", None), "symbol_style": ("symbolStyle", "solid circle"), "symbol_size": ("symbolSize", None),
        "plot_area_color": ("plotAreaColor", "gray90"), "grid_color": ("gridColor", "white"), "grid_line_width": ("gridLineWidth", 1),
        "grid_line_style": ("gridLineStyle", "solid")}

#: Markers of matplotlib by RevoScaleR's names; whether they are filled.
_SYMBOLS = {"solid circle": ("o", True), "circle": ("o", False), "square": ("s", False), "triangle": ("^", False), "plus": ("+", True),
            "cross": ("x", True), "diamond": ("D", False), "solid square": ("s", True), "solid triangle": ("^", True),
            "solid diamond": ("D", True)}


def _split(text: str, marks: str) -> list[str]:
    """The text between marks that stand outside of brackets, quotes and backticks."""
    parts, depth, quote, begin = [], 0, "", 0
    for i, c in enumerate(text):
        if quote:
            quote = "" if c == quote else quote
        elif c in "'\"`":
            quote = c
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        elif c in marks and depth == 0:
            parts.append(text[begin:i].strip())
            begin = i + 1
    return [*parts, text[begin:].strip()]


def parts_of(formula: str) -> tuple[list[str], str, list[str]]:
    """The terms of ``y1 + y2 ~ x | g1 + g2``. Raises InvalidArgument for another form."""
    sides = _split(formula, "~")
    right = _split(sides[-1], "|")
    found = _split(sides[0], "+"), right[0], _split(right[1], "+*") if len(right) == 2 else []
    if len(sides) != 2 or len(right) > 2 or not all([*found[0], found[1], *found[2]]):
        raise InvalidArgument(f"rx_line_plot: formula must be y ~ x or y ~ x | g, not {shown(formula)}")
    return found


def is_name(term: str) -> bool:
    return re.fullmatch(r"[^\W\d][\w.]*|`[^`]+`", term) is not None


def bare(term: str) -> str:
    return term[1:-1] if is_name(term) and term.startswith("`") else term


def _each(value: Any, default: list[Any], count: int) -> list[Any]:
    """One value for each line: those that were given, again and again."""
    found = default if value is None else [value] if isinstance(value, (str, int, float)) else list(value)
    return [found[k % len(found)] for k in range(count)]


def _symbol(style: Any) -> tuple[str, bool]:
    if style in _SYMBOLS:
        return _SYMBOLS[style]
    if isinstance(style, str) and len(style) == 1:
        return f"${style}$", True
    raise InvalidArgument(f"rx_line_plot: symbol_style must be one of {', '.join(_SYMBOLS)} or one character, not {shown(style)}")


def _steps(x: np.ndarray, y: np.ndarray, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """The points of a line of a kind that is computed: least squares, or a smooth one."""
    there = np.isfinite(x) & np.isfinite(y)
    x, y = x[there], y[there]
    if len(x) < 2 or x.min() == x.max():
        return x, y
    at = np.linspace(x.min(), x.max(), 2 if kind == "r" else 100)
    if kind == "r":
        centre = x.mean()
        slope = ((x - centre) * (y - y.mean())).sum() / ((x - centre) ** 2).sum()
        return at, y.mean() + slope * (at - centre)
    # Lines of the nearest two thirds of the points, as lattice's loess of degree 1.
    near = max(2, int(np.ceil(2 / 3 * len(x))))
    smooth = []
    for each in at:
        away = np.abs(x - each)
        reach = max(np.partition(away, near - 1)[near - 1], 1e-300)
        weight = np.clip(1 - (away / reach) ** 3, 0, None) ** 3
        total = weight.sum()
        mean_x, mean_y = (weight * x).sum() / total, (weight * y).sum() / total
        spread = (weight * (x - mean_x) ** 2).sum()
        slope = (weight * (x - mean_x) * (y - mean_y)).sum() / spread if spread > 0 else 0.0
        smooth.append(mean_y + slope * (each - mean_x))
    return at, np.array(smooth)


def _panels(columns: list[tuple[str, np.ndarray]]) -> tuple[list[str], list[np.ndarray]]:
    """Labels and rows of the panels, the first factor fastest; combinations without rows have none."""
    if not columns:
        return [], []
    codes, texts = [], []
    for name, values in columns:
        categories = getattr(values, "categories", None)  # of pandas
        present = values.dropna() if hasattr(values, "dropna") else values[np.array([v is not None and v == v for v in values], dtype=bool)]
        if categories is not None:
            levels = list(categories)
        else:
            levels = sorted(set(present.tolist() if hasattr(present, "tolist") else present))
        place = {level: i for i, level in enumerate(levels)}
        codes.append(np.array([place.get(v, -1) for v in values]))
        words = [str(level) for level in levels]
        texts.append([w if isinstance(levels[i], str) and is_name(bare(name)) else f"{name} = {w}" for i, w in enumerate(words)])
    labels, rows, shape = [], [], [len(each) for each in texts]
    for at in np.ndindex(*shape[::-1]):
        at = at[::-1]
        own = np.flatnonzero(np.logical_and.reduce([code == k for code, k in zip(codes, at)]))
        if len(own):
            labels.append(", ".join(text[k] for text, k in zip(texts, at)))
            rows.append(own)
    return labels, rows


def draw(frame: Any, formula: str, ax: Any, look: Mapping[str, Any]) -> Any:
    """Draws a data frame whose columns are the terms of the formula."""
    function = "rx_line_plot"
    responses, x_term, panel_terms = parts_of(formula)
    values = {name: frame[bare(name)] for name in [*responses, x_term, *panel_terms]}
    x = values[x_term]
    ticks = None
    categories = getattr(getattr(x, "dtype", None), "categories", None)
    if categories is not None:
        ticks = [str(each) for each in categories]
        x = np.where(x.cat.codes < 0, np.nan, x.cat.codes.astype(float))
    elif getattr(getattr(x, "dtype", None), "kind", "") == "O":
        ticks = sorted({str(each) for each in x if each is not None and each == each})
        x = np.array([ticks.index(str(each)) if each is not None and each == each else np.nan for each in x], dtype=float)
    x = np.asarray(x)
    labels, rows = _panels([(name, getattr(values[name], "array", values[name])) for name in panel_terms])
    if panel_terms and not labels:
        panel_terms = []
    axes = panel_axes(function, labels, ax)
    columns = int(np.ceil(np.sqrt(max(1, len(labels)))))  # of the panels: a narrow one has room for fewer ticks
    look = {**look, "xNumTicks": max(3, int(look["xNumTicks"]) // columns), "yNumTicks": max(3, int(look["yNumTicks"]) // columns)} \
        if columns > 1 else look
    count = len(responses)
    kind = look["type"]
    colors = [color(each) for each in _each(look["lineColor"], list(PALETTE), count)]
    marks = [color(each) for each in _each(look["symbolColor"], colors, count)]
    styles = [line_style(function, "line_style", each) for each in _each(look["lineStyle"], [], count)]
    widths = _each(look["lineWidth"], [], count)
    symbols = [_symbol(each) for each in _each(look["symbolStyle"], [], count)]
    size = 5 * (1 if look["symbolSize"] is None else look["symbolSize"])
    for each, own in zip(axes if labels else [axes], rows if labels else [slice(None)]):
        for k, name in enumerate(responses):
            at, y = x[own], np.asarray(values[name])[own]
            if kind in ("smooth", "r"):
                at, y = _steps(np.asarray(at, dtype=float), np.asarray(y, dtype=float), kind)
            marker, filled = symbols[k]
            each.plot(at, y, label=name, color=colors[k], linewidth=widths[k], linestyle="none" if kind == "p" else styles[k],
                      drawstyle="steps-post" if kind == "s" else "default", marker=marker if kind in ("p", "b") else None,
                      markersize=size, markeredgecolor=marks[k], markerfacecolor=marks[k] if filled else "none")
        panel_look(each, {**look, "xNumTicks": None} if ticks is not None or x.dtype.kind == "M" else look, function)
        if ticks is not None:
            each.set_xticks(range(len(ticks)), ticks)
    if look["legend"] and count > 1:
        (axes[0] if labels else axes).legend()
    panel_titles(axes, look, f"{', '.join(responses)} by {x_term}", x_term, ", ".join(responses))
    return axes
