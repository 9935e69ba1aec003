"""Histograms: counts of the engine, and their picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from insitu._plots import color, line_style, panel_axes, panel_look, panel_titles
from insitu._result import Result
from insitu.errors import InvalidArgument

#: How a histogram is drawn, by Python and engine name, with the defaults.
LOOK = {"title": ("title", None), "subtitle": ("subtitle", None), "x_title": ("xTitle", None), "y_title": ("yTitle", None),
        "x_num_ticks": ("xNumTicks", None), "y_num_ticks": ("yNumTicks", None), "x_axis_min_max": ("xAxisMinMax", None),
        "y_axis_min_max": ("yAxisMinMax", None), "fill_color": ("fillColor", "cyan"), "line_color": ("lineColor", "black"),
        "line_style": ("lineStyle", "solid"), "line_width": ("lineWidth", 1), "plot_area_color": ("plotAreaColor", "gray90"),
        "grid_color": ("gridColor", "white"), "grid_line_width": ("gridLineWidth", 1), "grid_line_style": ("gridLineStyle", "solid")}


class RxHistogramResults(Result):
    """A histogram. ``to_frame()`` has a row a bar, panel by panel: ``value`` (the middle of a bin, a whole number or a level), for
    numbers ``low`` and ``high``, the factors of the panels, ``counts`` and ``percent``; ``plot()`` draws it."""

    def plot(self, ax: Any = None, **look: Any) -> Any:
        """Draws with matplotlib and returns the Axes; of several panels an array of Axes. ``look``: arguments of rx_histogram that
        say how it looks, as title, fill_color, x_num_ticks. Raises Unsupported where there is no matplotlib."""
        for name in look:
            if name not in LOOK:
                raise InvalidArgument(f"plot: unknown argument {name!r}; known are {', '.join(LOOK)}")
        return self.draw("plot", ax, {key: look.get(name, default) for name, (key, default) in LOOK.items()})

    def draw(self, function: str, ax: Any, look: dict[str, Any]) -> Any:
        columns = {column["name"]: column for column in self._reply["table"]["$table"]}
        value, kind = self._reply["table"]["$table"][0], self._fields["kind"]
        heights = np.asarray(columns["percent" if self._fields["histType"] == "Percent" else "counts"]["values"], dtype=float)
        levels = value.get("levels")
        if levels is None:
            low, high = (np.asarray(columns[name]["values"], dtype=float) for name in ("low", "high"))
        else:
            low = np.asarray(value["codes"], dtype=float) - 0.5
            high = low + 1
        if kind != "bins":  # bars of levels and of whole numbers stand apart
            low, high = low + 0.1 * (high - low), high - 0.1 * (high - low)
        bars = len(levels) if levels is not None else len(self._fields["breaks"]) - (kind == "bins")
        labels = self._panel_labels(bars)
        axes = panel_axes(function, labels, ax)
        for p, each in enumerate(axes if labels else [axes]):
            rows = slice(p * bars, (p + 1) * bars)
            each.bar(low[rows], heights[rows], high[rows] - low[rows], align="edge", color=color(look["fillColor"]),
                     edgecolor=color(look["lineColor"]), linewidth=look["lineWidth"],
                     linestyle=line_style(function, "line_style", look["lineStyle"]), zorder=2)
            each.set_ylim(0, 1.06 * max(heights.max(initial=0), 1e-300) if heights.any() else 1)
            if levels is not None:
                each.set_xticks(range(len(levels)), levels, rotation=45 if sum(map(len, levels)) > 60 or len(labels) > 4 else 0,
                                ha="right" if sum(map(len, levels)) > 60 or len(labels) > 4 else "center")
            panel_look(each, {**look, "xNumTicks": None} if levels is not None else look, function)
        name = self._fields["variable"]
        panel_titles(axes, look, f"Histogram of {name}", name, self._fields["histType"])
        return axes

    def _panel_labels(self, bars: int) -> list[str]:
        """What stands over each panel; none where there is but one."""
        names = self._fields["panels"]
        if not names or not bars:
            return []
        columns = self._reply["table"]["$table"]
        first = next(i for i, column in enumerate(columns) if column["name"] == "counts" and i >= len(columns) - 2) - len(names)
        texts = []
        for name, column in zip(names, columns[first:first + len(names)]):
            prefix = f"{name} = " if "(" in name else ""  # the level of F(x) is a number, which needs a name
            texts.append([prefix + column["levels"][int(code)] for code in np.asarray(column["codes"])[::bars]])
        return [", ".join(each) for each in zip(*texts)]
