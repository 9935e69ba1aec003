"""rx_residual_plot: residuals against fitted values, counted by the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from insitu._plots import axes_for, panel_titles


def quantile_of_bins(counts: np.ndarray, p: float, breaks: np.ndarray) -> float:
    """A quantile of values that are counted by bins, interpolated within its bin; NaN without values."""
    total = counts.sum()
    if total == 0:
        return float("nan")
    reached = np.cumsum(counts)
    k = int(np.argmax(reached >= p * total))
    return float(breaks[k] + (p * total - (reached[k] - counts[k])) / counts[k] * (breaks[k + 1] - breaks[k]))


def table_of(bands: np.ndarray, counts: np.ndarray, breaks: np.ndarray, means: np.ndarray) -> dict[str, np.ndarray]:
    """A row a band of fitted values. ``counts``: bands by bins of residuals."""
    quantiles = {name: np.array([quantile_of_bins(each, p, breaks) for each in counts]) for name, p in
                 (("q05", 0.05), ("median", 0.5), ("q95", 0.95))}
    return {"low": bands[:-1], "high": bands[1:], "count": counts.sum(axis=1), "mean": means, **quantiles}


def draw(table: Mapping[str, np.ndarray], counts: np.ndarray, breaks: np.ndarray, kind: str, ax: Any, titles: Mapping[str, Any]) -> Any:
    """Draws cells as dark as the square root of their counts, the mean and the quantiles."""
    axes = axes_for("rx_residual_plot", ax)
    shade = np.sqrt(counts.T / counts.max())
    axes.pcolormesh(np.append(table["low"], table["high"][-1]), breaks, np.ma.masked_equal(shade, 0), cmap="Blues", vmin=-0.25, vmax=1.1)
    middle, seen = (table["low"] + table["high"]) / 2, table["count"] > 0
    axes.axhline(0, color="0.4", linewidth=1, linestyle="--")
    for name in ("q05", "q95"):
        axes.plot(middle[seen], table[name][seen], color="#d62728", linewidth=1.2, linestyle="--",
                  label="5% and 95% quantiles" if name == "q05" else None)
    axes.plot(middle[seen], table["mean"][seen], color="#d62728", linewidth=2, label="mean")
    axes.legend()
    axes.grid(True, color="0.9")
    axes.set_axisbelow(True)
    names = {"usual": "Residuals", "pearson": "Pearson residuals", "deviance": "Deviance residuals"}
    panel_titles(axes, titles, "Residuals and fitted values", "Fitted values", names[kind])
    return axes
