"""Pictures by matplotlib, which is loaded when the first one is drawn. What is drawn the engine has computed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from insitu.errors import InvalidArgument, Unsupported, shown


def axes_for(function: str, ax: Any = None) -> Any:
    """The axes to draw on: those given, or new ones. Raises Unsupported where there is no matplotlib."""
    return ax if ax is not None else _pyplot(function).subplots(layout="constrained")[1]


def _pyplot(function: str) -> Any:
    try:
        from matplotlib import pyplot
    except ImportError:
        raise Unsupported(f"{function} draws with matplotlib, which is not installed: pip install matplotlib; "
                          "to_frame() has the numbers") from None
    return pyplot


def panel_axes(function: str, labels: Sequence[str], ax: Any = None) -> Any:
    """An array of Axes, one a panel, with the labels over them and common axes; without labels one Axes. ``ax``: Axes to draw on,
    as many as there are panels."""
    import numpy as np

    if not labels:
        return axes_for(function, ax)
    if ax is not None:
        given = np.atleast_1d(np.asarray(ax, dtype=object)).ravel()
        if len(given) != len(labels):
            raise InvalidArgument(f"{function}: ax must hold {len(labels)} Axes, one for each panel, not {len(given)}")
        found = given
    else:
        columns = int(np.ceil(np.sqrt(len(labels))))
        rows = -(-len(labels) // columns)
        size = (max(6.4, min(16, 2.6 * columns)), max(4.8, min(20, 2.2 * rows)))
        grid = _pyplot(function).subplots(rows, columns, sharex=True, sharey=True, squeeze=False, layout="constrained", figsize=size)[1]
        for spare in grid.ravel()[len(labels):]:
            spare.set_visible(False)
        for column in range(len(labels) - columns * (rows - 1), columns):
            grid[rows - 2, column].tick_params(labelbottom=True)
        found = grid.ravel()[:len(labels)]
    for axes, label in zip(found, labels):
        axes.set_title(label, fontsize="medium")
    return found


#: R's line styles in matplotlib's words.
_STYLES = {"blank": "none", "solid": "-", "dashed": "--", "dotted": ":", "dotdash": "-.", "longdash": (0, (7, 3)),
           "twodash": (0, (2, 2, 6, 2))}


def line_style(function: str, name: str, value: Any) -> Any:
    """The style of a line by R's name or number, or as matplotlib has it."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(_STYLES):
        return list(_STYLES.values())[value]
    if value in ("-", "--", ":", "-.") or isinstance(value, tuple):
        return value
    if isinstance(value, str) and value in _STYLES:
        return _STYLES[value]
    raise InvalidArgument(f"{function}: {name} must be one of {', '.join(_STYLES)} or a number from 0 to {len(_STYLES) - 1}, "
                          f"not {shown(value)}")


def color(name: str) -> str:
    """A colour as matplotlib has it: R's gray90 is its 0.9."""
    match = re.fullmatch(r"gr[ae]y(\d{1,3})", name)
    if match:
        return str(min(100, int(match[1])) / 100)
    return name[:-1] if re.fullmatch(r"[a-z]+[1-4]", name) else name  # red3: the nearest is red


def axis_ends(function: str, name: str, value: Any) -> tuple[float, float] | None:
    """Two different finite numbers, or None."""
    if value is None:
        return None
    try:
        low, high = (float(each) for each in value)
    except (TypeError, ValueError):
        low = high = float("nan")
    if not (low != high and abs(low) < float("inf") and abs(high) < float("inf")):
        raise InvalidArgument(f"{function}: {name} must be two different numbers, not {shown(value)}")
    return low, high


def panel_look(axes: Any, given: Mapping[str, Any], function: str) -> None:
    """Background, grid, ticks and ends of the axes of one panel, by the engine's names of the arguments."""
    from matplotlib.ticker import MaxNLocator

    axes.set_facecolor(color(given["plotAreaColor"]))
    axes.grid(True, color=color(given["gridColor"]), linewidth=given["gridLineWidth"],
              linestyle=line_style(function, "grid_line_style", given["gridLineStyle"]))
    axes.set_axisbelow(True)
    for axis, ticks in ((axes.xaxis, given.get("xNumTicks")), (axes.yaxis, given.get("yNumTicks"))):
        if ticks is not None:
            axis.set_major_locator(MaxNLocator(max(1, int(ticks))))
    x_ends = axis_ends(function, "x_axis_min_max", given.get("xAxisMinMax"))
    y_ends = axis_ends(function, "y_axis_min_max", given.get("yAxisMinMax"))
    if x_ends is not None:
        axes.set_xlim(*x_ends)
    if y_ends is not None:
        axes.set_ylim(*y_ends)


def panel_titles(axes: Any, given: Mapping[str, Any], title: str, x_title: str, y_title: str) -> None:
    """The titles of a picture of one Axes, or of an array of them."""
    def of(key, otherwise):
        return given[key] if given.get(key) is not None else otherwise

    title, x_title, y_title = of("title", title), of("xTitle", x_title), of("yTitle", y_title)
    text = f"{title}\n{given['subtitle']}" if given.get("subtitle") else title
    if hasattr(axes, "set_title"):
        axes.set_title(text)
        axes.set_xlabel(x_title)
        axes.set_ylabel(y_title)
    else:
        figure = axes[0].figure
        figure.suptitle(text)
        figure.supxlabel(x_title)
        figure.supylabel(y_title)


def titled(axes: Any, given: Mapping[str, Any], title: str, x_title: str, y_title: str) -> Any:
    """Puts the titles that were given, or these, and a quiet grid."""
    subtitle = given.get("subtitle")
    text = given.get("title") if given.get("title") is not None else title
    axes.set_title(f"{text}\n{subtitle}" if subtitle else text)
    axes.set_xlabel(given.get("xTitle") if given.get("xTitle") is not None else x_title)
    axes.set_ylabel(given.get("yTitle") if given.get("yTitle") is not None else y_title)
    axes.grid(True, color="0.9")
    axes.set_axisbelow(True)
    return axes


def unit_square(axes: Any, most: float = 1.0) -> None:
    """Both axes from 0 to ``most``, equally long."""
    axes.set_xlim(-0.01 * most, 1.01 * most)
    axes.set_ylim(-0.01 * most, 1.01 * most)
    axes.set_aspect("equal")
