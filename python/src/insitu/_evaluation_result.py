"""Results that judge predictions: a table, numbers beside it, and a picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from insitu._plots import axes_for, titled, unit_square
from insitu._result import Result, series
from insitu.errors import InvalidArgument


def _column(result: Result, name: str, of: str | None = None) -> np.ndarray:
    """A column of the result's table, the rows of one prediction."""
    columns = {column["name"]: column["values"] for column in result._reply["table"]["$table"]}
    values = np.asarray(columns[name], dtype=float)
    return values if of is None else values[np.asarray(columns["predVarName"], dtype=object) == of]


def _by_engine(titles: dict[str, Any]) -> dict[str, Any]:
    """Titles of a picture by the names of the engine: x_title is xTitle."""
    known = {"title": "title", "subtitle": "subtitle", "x_title": "xTitle", "y_title": "yTitle"}
    for name in titles:
        if name not in known:
            raise InvalidArgument(f"plot: unknown argument {name!r}; titles are {', '.join(known)}")
    return {known[name]: value for name, value in titles.items()}


class RxRocResults(Result):
    """ROC curves. ``roc["table"]``, the same as ``to_frame()``, has a row a threshold: ``threshold``, ``predVarName``,
    ``sensitivity``, ``specificity``; ``auc()`` are the areas under the curves, ``plot()`` draws them."""

    def points(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """False and true positive rates of one prediction, from (0, 0) to (1, 1)."""
        false_rates = 1 - _column(self, "specificity", name)[::-1]
        true_rates = _column(self, "sensitivity", name)[::-1]
        return np.concatenate([[0.0], false_rates, [1.0]]), np.concatenate([[0.0], true_rates, [1.0]])

    def auc(self) -> Any:
        """The area under the curve; of several predictions a Series by name. Exact where the result was asked for with
        ``exact=True``, else the trapezoids under the points."""
        areas, names = self._fields["auc"], self._fields["predVarNames"]
        return float(areas[0]) if len(names) == 1 else series(areas.copy(), list(names), "auc")

    def plot(self, ax: Any = None, *, compute_auc: bool = True, legend: bool | None = None, chance_grid_line: bool = True,
             **titles: Any) -> Any:
        """Draws the curves with matplotlib and returns the Axes. ``titles``: title, subtitle, x_title, y_title.
        Raises Unsupported where there is no matplotlib."""
        names = self._fields["predVarNames"]
        axes = axes_for("plot", ax)
        if chance_grid_line:
            axes.plot([0, 1], [0, 1], color="0.6", linewidth=1, linestyle="--")
        for name, area in zip(names, self._fields["auc"]):
            axes.plot(*self.points(name), linewidth=2, label=f"{name} (AUC {area:.4f})" if compute_auc else name)
        unit_square(axes)
        given = _by_engine(titles)
        if len(names) == 1 and compute_auc and "subtitle" not in given:
            given["subtitle"] = f"{names[0]}: AUC {self._fields['auc'][0]:.4f}"
        if legend or legend is None and len(names) > 1:
            axes.legend(loc="lower right")
        return titled(axes, given, f"ROC curve for {self._fields['actualVarName']!r}", "False positive rate (1 - specificity)",
                      "True positive rate (sensitivity)")


class RxLorenzResults(Result):
    """A Lorenz curve. ``to_frame()`` has a row a point: ``cumVals``, the percentage of the sum of values up to there, and
    ``percents``, that of the rows; ``gini()`` is the Gini coefficient, ``plot()`` draws the curve."""

    def gini(self) -> float:
        """The Gini coefficient by the trapezoids under the points: 0 for equal shares."""
        return float(self._fields["gini"])

    def plot(self, ax: Any = None, *, equality_grid_line: bool = True, **titles: Any) -> Any:
        """Draws the curve with matplotlib and returns the Axes. ``titles``: title, subtitle, x_title, y_title.
        Raises Unsupported where there is no matplotlib."""
        given = _by_engine(titles)
        axes = axes_for("plot", ax)
        if equality_grid_line:
            axes.plot([0, 100], [0, 100], color="0.75", linewidth=2)
        axes.plot(_column(self, "percents"), _column(self, "cumVals"), linewidth=2)
        unit_square(axes, 100)
        given.setdefault("subtitle", f"Gini coefficient {self.gini():.4f}")
        value, order = self._fields["valueVarName"], self._fields["orderVarName"]
        by = "" if value == order else f", ordered by {order}"
        return titled(axes, given, "Lorenz curve", f"Percent of rows{by}", f"Percent of {value}")


class RxLiftResults(Result):
    """Lift and cumulative gain by groups of predictions. ``to_frame()`` has a row a group, the highest predictions first:
    ``predVarName``, ``group``, ``count``, ``minScore``, ``maxScore``, ``meanScore``, ``positives``, ``rate``, ``lift``, and up to
    there ``cumPercent``, ``gain``, ``cumLift``; ``plot()`` draws the gain, ``plot(kind="lift")`` the lift."""

    def plot(self, ax: Any = None, *, kind: str = "gain", legend: bool | None = None, chance_grid_line: bool = True,
             **titles: Any) -> Any:
        """Draws with matplotlib and returns the Axes. ``kind``: "gain" (cumulative) or "lift" (by group). ``titles``: title,
        subtitle, x_title, y_title. Raises Unsupported where there is no matplotlib."""
        given = _by_engine(titles)
        if kind not in ("gain", "lift"):
            raise InvalidArgument(f"plot: kind must be 'gain' or 'lift', not {kind!r}")
        names = self._fields["predVarNames"]
        axes = axes_for("plot", ax)
        if chance_grid_line:
            axes.plot([0, 100], [0, 100] if kind == "gain" else [1, 1], color="0.6", linewidth=1, linestyle="--")
        for name in names:
            percent, values = _column(self, "cumPercent", name), _column(self, kind, name)
            if kind == "gain":
                percent, values = np.concatenate([[0.0], percent]), np.concatenate([[0.0], values])
            axes.plot(percent, values, marker="o", markersize=4, linewidth=2, label=name)
        if kind == "gain":
            unit_square(axes, 100)
        else:
            axes.set_ylim(bottom=0)
        if legend or legend is None and len(names) > 1:
            axes.legend(loc="lower right" if kind == "gain" else "upper right")
        actual = self._fields["actualVarName"]
        return titled(axes, given, f"{'Cumulative gain' if kind == 'gain' else 'Lift'} for {actual!r}",
                      "Percent of rows, highest predictions first",
                      f"Percent of rows with {actual}" if kind == "gain" else "Rate by that of all rows")


class RxCalibrationResults(Result):
    """Predicted probabilities and observed rates by groups of predictions. ``to_frame()`` has a row a group: ``predVarName``,
    ``group``, ``count``, ``minScore``, ``maxScore``, ``predicted``, ``observed``, ``positives``; ``statistics`` a row a prediction:
    ``brier``, ``hosmerLemeshow``, ``df``, ``pValue``, ``predicted``, ``observed``; ``plot()`` draws predicted against observed."""

    def plot(self, ax: Any = None, *, legend: bool | None = None, **titles: Any) -> Any:
        """Draws with matplotlib and returns the Axes. ``titles``: title, subtitle, x_title, y_title.
        Raises Unsupported where there is no matplotlib."""
        given = _by_engine(titles)
        names = self._fields["predVarNames"]
        axes = axes_for("plot", ax)
        axes.plot([0, 1], [0, 1], color="0.6", linewidth=1, linestyle="--")
        for name in names:
            axes.plot(_column(self, "predicted", name), _column(self, "observed", name), marker="o", markersize=4, linewidth=2,
                      label=name)
        unit_square(axes)
        if legend or legend is None and len(names) > 1:
            axes.legend(loc="lower right")
        return titled(axes, given, f"Calibration for {self._fields['actualVarName']!r}", "Predicted probability", "Observed rate")
