"""The result of rx_summary."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from insitu import _html
from insitu._result import Printed, Result, data_frame


def _shown(table: Any) -> str:
    """A table in full, its columns wrapped at 80 characters."""
    return table.to_string(line_width=80) if hasattr(table, "to_string") and hasattr(table, "iloc") else str(table)


class RxSummaryResults(Result):
    """Summary statistics: ``summary_data_frame`` (one row a term), ``categorical`` (a data frame for each term of factors: counts
    or statistics by category), ``to_frame()`` (all of it in one data frame)."""

    _STATISTICS = ("Mean", "Means", "StdDev", "Min", "Max", "Sum", "ValidObs", "MissingObs", "SumOfWeights", "MissingWeights",
                   "Counts")

    @property
    def _headings(self) -> list[tuple[str, list[str], str]]:
        return [(e["statistic"], list(e["variables"]), e["term"]) for e in self._fields["headings"]]

    @property
    def _formula(self) -> str:
        """As the caller wrote it."""
        return self._written or self._fields["formula"]

    def text(self, layout: str = "print") -> str:
        """Title, numbers of observations, then the tables as data frames print."""
        lines = [f"Summary Statistics Results for: {self._formula}",
                 f"Number of valid observations: {float(self['nobs.valid'])}",
                 f"Number of missing observations: {float(self['nobs.missing'])}"]
        terms = self["sDataFrame"]
        if len(terms):
            lines += ["", _shown(terms)]
        for heading, table in zip(self._headings, self["categorical"]):
            lines += ["", self._title_of(heading, table), "", _shown(table)]
        return "\n".join(lines) + "\n"

    @property
    def summary_data_frame(self) -> Any:
        """Statistics of each term, a row a term."""
        return self._fields["sDataFrame"]

    def summary(self) -> Printed:
        """What is printed."""
        return Printed(self.text("summary"))

    def to_frame(self) -> Any:
        """Everything that is printed as one data frame: a row a term, then a row a category of each term of factors.

        Returns
        -------
        data frame
            ``Name`` (the term), ``Category`` (levels, several separated by ", "; None in the rows of whole terms), the
            statistics, and ``Counts`` where a term of factors was counted. ``categorical`` has the same tables one by one.
        """
        parts = [self._long(self["sDataFrame"], None, ())]
        for (_, variables, term), table in zip(self._headings, self["categorical"]):
            parts.append(self._long(table, term, variables))
        names = ["Name", "Category", *(s for s in self._STATISTICS if any(s in part for part in parts))]
        columns: dict[str, list[Any]] = {name: [] for name in names}
        for part in parts:
            count = len(part["Name"])
            for name in names:
                columns[name] += part.get(name, [math.nan] * count)
        return data_frame(columns)

    @classmethod
    def _long(cls, table: Any, term: str | None, variables: Sequence[str]) -> dict[str, list[Any]]:
        """The columns of one table under the names of the long form."""
        if hasattr(table, "iloc"):
            given = {str(name): table.iloc[:, at].tolist() for at, name in enumerate(table.columns)}
        else:
            given = table.to_pydict()
        count = len(table)
        found = {{"Means": "Mean"}.get(name, name): values for name, values in given.items() if name in cls._STATISTICS}
        if term is None:
            return {"Name": given.get("Name", [None] * count), "Category": [None] * count, **found}
        labels = zip(*(given[v] for v in variables)) if variables else zip(given.get("Category", [None] * count))
        return {"Name": [term] * count, "Category": [", ".join(map(str, each)) for each in labels], **found}

    def _repr_html_(self) -> str:
        parts = [_html.facts([("Summary Statistics Results for", self._formula), ("Call", self.call),
                              ("Valid observations", self["nobs.valid"]), ("Missing observations", self["nobs.missing"])])]
        if len(self["sDataFrame"]):
            parts.append(_html.frame(self["sDataFrame"]))
        for heading, table in zip(self._headings, self["categorical"]):
            parts.append(_html.frame(table, self._title_of(heading, table)))
        return "".join(parts)

    @staticmethod
    def _title_of(heading: tuple[Any, list[str], str], table: Any) -> str:
        statistic, variables, term = heading
        title = "Statistics by category" if statistic == "stats" else f"Category Counts for {(variables or [term])[0]}"
        return f"{title} ({len(table)} categories)"
