"""The results of rx_get_info and rx_get_var_info."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from insitu import _html
from insitu._result import Result, data_frame


class GetVarInfoResults(dict):  # type: ignore[type-arg]
    """What is known of each variable, by name: ``info["x"]["low"]``, ``info["f"]["levels"]``; values may be changed and given
    to ``rx_set_var_info``."""

    _KEYS = (("type", "varType"), ("storage", "storage"), ("low", "low"), ("high", "high"), ("levels", "levels"),
             ("value_codes", "valueInfoCodes"), ("value_labels", "valueInfoLabels"), ("description", "description"))

    def __init__(self, entries: Iterable[dict[str, Any]], printed: str = "") -> None:
        super().__init__()
        for position, entry in enumerate(entries, 1):
            entry = dict(entry)
            entry.setdefault("position", position)
            self[entry.pop("name")] = entry
        self._printed = printed

    def __repr__(self) -> str:
        return self._printed.rstrip("\n") or super().__repr__()

    def _columns(self) -> dict[str, list[Any]]:
        columns: dict[str, list[Any]] = {"variable": list(self)}
        for name, key in self._KEYS:
            values = [entry.get(key) for entry in self.values()]
            if name in ("type", "low", "high") or any(value is not None for value in values):
                columns[name] = values
        return columns

    def to_frame(self) -> Any:
        """One row a variable: variable, type, low, high and, where there are some, storage, levels, labels, description."""
        return data_frame(self._columns())

    def _repr_html_(self) -> str:
        columns = self._columns()
        if "levels" in columns:
            columns["levels"] = [None if v is None else f"{len(v)}: {', '.join(map(str, v))}" for v in columns["levels"]]
        return _html.table(columns)


class GetInfoResults(Result):
    """What is known of a data source: ``numRows``, ``numVars``, ``numBlocks``, ``varInfo``, ``data`` ..."""

    _FACTS = (("File name", "fileName"), ("Data frame", "objName"), ("Description", "description"),
              ("Number of composite data files", "numCompositeFiles"), ("Number of observations", "numRows"),
              ("Number of variables", "numVars"), ("Number of blocks", "numBlocks"),
              ("Compression type", "compressionType"), ("Rows per block", "rowsPerBlock"))

    def __init__(self, reply: dict[str, Any]) -> None:
        super().__init__(reply)
        if "varInfo" in reply:
            self._fields["varInfo"] = GetVarInfoResults(reply["varInfo"])

    @property
    def var_info(self) -> GetVarInfoResults | None:
        return self._fields.get("varInfo")

    def to_frame(self) -> Any:
        """One row a variable, as ``rx_get_var_info(...).to_frame()``; ask with ``get_var_info=True``.

        Without variables one row with what is known of the data."""
        if self.var_info is not None:
            return self.var_info.to_frame()
        return data_frame({key: [self._fields[key]] for _, key in self._FACTS if self._fields.get(key) is not None})

    def _repr_html_(self) -> str:
        parts = [_html.facts((title, self._fields.get(key)) for title, key in self._FACTS)]
        if self.var_info is not None:
            parts.append(self.var_info._repr_html_())
        if self._fields.get("data") is not None:
            rows = self._fields["data"]
            parts.append(_html.frame(rows, f"Data ({len(rows)} rows starting with row {self._fields.get('startRow', 1)})"))
        return "".join(parts)
