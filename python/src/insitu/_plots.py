"""Pictures by matplotlib, which is loaded when the first one is drawn. What is drawn the engine has computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from insitu.errors import Unsupported


def axes_for(function: str, ax: Any = None) -> Any:
    """The axes to draw on: those given, or new ones. Raises Unsupported where there is no matplotlib."""
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError:
        raise Unsupported(f"{function} draws with matplotlib, which is not installed: pip install matplotlib; "
                          "to_frame() has the numbers") from None
    return pyplot.subplots(layout="constrained")[1]


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
