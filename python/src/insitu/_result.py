"""What results have in common: fields by the names of RevoScaleR (``fit["coef.std.error"]``) and as attributes
(``fit.coef_std_error``), the printed layout of the engine, a data frame and HTML."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import Any

import numpy as np

from insitu import _html
from insitu._requests import Builder
from insitu.errors import Unsupported


def attribute_name(name: str) -> str:
    return name.replace(".", "_")


def data_frame(columns: Mapping[str, Any], index: Any = None) -> Any:
    """A pandas data frame; an Arrow table where there is no pandas."""
    try:
        import pandas
    except ImportError:
        import pyarrow

        return pyarrow.table(columns)
    return pandas.DataFrame(columns, index=index)


def series(values: Any, labels: list[str], name: str | None = None) -> Any:
    """A pandas Series by label; a dict where there is no pandas."""
    try:
        import pandas
    except ImportError:
        return dict(zip(labels, values.tolist()))
    return pandas.Series(values, index=labels, name=name)


def converted(value: Any, reply: Mapping[str, Any]) -> Any:
    """A field of a reply as users have it: labelled arrays as arrays, tables as data frames, the rest as it is."""
    if isinstance(value, list):
        return [converted(each, reply) for each in value]
    if not isinstance(value, dict):
        return value
    if "$array" in value:
        array = np.asarray(value["$array"])
        if value.get("drop") and array.size == array.shape[0] == 1 and array.ndim == 1:
            return float(array[0])
        return array[:, 0] if value.get("drop") and array.ndim == 2 and array.shape[1] == 1 else array
    if "$table" in value:
        return data_frame({column["name"]: _column(column) for column in value["$table"]})
    return {key: converted(each, reply) for key, each in value.items()}


def _column(column: Mapping[str, Any]) -> Any:
    if "levels" not in column:
        return column["values"]
    levels = np.array([*column["levels"], None], dtype=object)  # a missing code is the last
    return levels[np.asarray(column["codes"], dtype=np.int64)]


def in_place(value: Any) -> Any:
    """A reply with its arrays written out, as the engine takes it back to print it."""
    if isinstance(value, np.ndarray):
        words = {np.inf: "Inf", -np.inf: "-Inf"}
        return {"values": [None if v != v else words.get(v, v) for v in value.flatten(order="F").tolist()]}
    if isinstance(value, dict):
        return in_place(value["$array"]) if "$array" in value else {key: in_place(each) for key, each in value.items()}
    return [in_place(each) for each in value] if isinstance(value, list) else value


class NotKept(Unsupported, AttributeError):
    """A result of other libraries that this one does not have; the text says why and what to call instead."""


class Printed:
    """Text that shows itself: the value of ``summary()``."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text.rstrip("\n")

    __str__ = __repr__


class Result:
    """Base of results: a read-only mapping with attributes and the printed layouts of the engine."""

    #: Fields that the engine's printing needs and users do not.
    _INNER = ("about", "printed", "usesFunction")

    def __init__(self, reply: dict[str, Any], call: str | None = None) -> None:
        self._reply = reply
        self._fields = self._fields_of_reply()
        self.call = call
        self._written: str | None = None  # the formula as the caller wrote it
        self._function: Any = None  # of a model: the function that it was fitted with
        self._family: Any = None  # and the functions of its family

    @property
    def execution(self) -> Any:
        """How the call that made this was executed, measured (docs/explain.md); None: this is not of a call of this process."""
        return self.__dict__.get("_execution")

    def _fields_of_reply(self) -> dict[str, Any]:
        return {name: converted(value, self._reply) for name, value in self._reply.items() if name not in self._INNER}

    def __getstate__(self) -> dict[str, Any]:
        """Of a saved result the reply is enough."""
        return {name: value for name, value in self.__dict__.items() if name != "_fields"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._fields = self._fields_of_reply()

    def __getitem__(self, name: str) -> Any:
        try:
            return self._fields[name]
        except KeyError:
            raise KeyError(f"{type(self).__name__} has no field {name!r}; fields: {', '.join(self._fields)}") from None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_fields":
            raise AttributeError(name)
        reason = self._not_kept().get(name)
        if reason:
            raise NotKept(f"{type(self).__name__}.{name}: {reason}")
        for key, value in self._fields.items():
            if attribute_name(key) == name:
                return value
        known = ", ".join(map(attribute_name, self._fields))
        raise AttributeError(f"{type(self).__name__} has no field {name!r}; fields: {known}")

    def _not_kept(self) -> dict[str, str]:
        """Names that users of other libraries may ask for, and why they are not here."""
        return {}

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *map(attribute_name, self._fields)})

    def keys(self) -> KeysView[str]:
        return self._fields.keys()

    def items(self) -> ItemsView[str, Any]:
        return self._fields.items()

    def values(self) -> ValuesView[Any]:
        return self._fields.values()

    def get(self, name: str, default: Any = None) -> Any:
        """A field, or ``default`` where there is none of that name."""
        return self._fields.get(name, default)

    def __contains__(self, name: object) -> bool:
        return name in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def text(self, layout: str = "print") -> str:
        """The printed form: ``"print"`` or, where there is one, ``"summary"``. The engine makes it when it is asked for."""
        if "printed" in self._reply:
            return str(self._reply["printed"])
        result = {name: in_place(value) for name, value in self._reply.items()
                  if name not in ("model", "moments")}
        return str(Builder("print", result=result, layout=layout, reportProgress=0).run()["printed"])

    def labelled(self, name: str) -> Any:
        """An array among the fields as a data frame (a matrix) or a Series (a vector, with the single numbers of the result as
        its ``attrs``) by its labels."""
        entry = self._reply[name]
        array, labels = np.asarray(entry["$array"]), list(self._reply.get(entry.get("rows", ""), []))
        if array.ndim == 1:
            found = series(array, labels or list(range(len(array))), name)
            if hasattr(found, "attrs"):
                found.attrs.update((key, value) for key, value in self._fields.items() if isinstance(value, (int, float)))
            return found
        columns = list(self._reply.get(entry.get("columns", ""), range(array.shape[1])))
        return data_frame({column: array[:, i] for i, column in enumerate(columns)}, labels or None)

    def __repr__(self) -> str:
        return self.text("print").rstrip("\n") or object.__repr__(self)

    def to_frame(self) -> Any:
        """What is printed, as one data frame: the first table of the result, or its first matrix by label."""
        for name, value in self._reply.items():
            if isinstance(value, dict) and "$table" in value:
                return self._fields[name]
            if isinstance(value, dict) and "$array" in value:
                return self.labelled(name)
        return data_frame({name: [value] for name, value in self._fields.items()})

    def _repr_html_(self) -> str:
        return _html.paragraph(str(self._fields.get("class", type(self).__name__))) + _html.frame(self.to_frame())
