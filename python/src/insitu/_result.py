"""What results have in common: fields by the names of RevoScaleR (``fit["coef.std.error"]``) and as attributes
(``fit.coef_std_error``), the printed layout of the engine, a data frame and HTML."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import Any

from insitu import _html
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

    def __init__(self, reply: dict[str, Any], call: str | None = None) -> None:
        self._printed = reply.pop("printed", None)
        self._fields = reply
        self.call = call

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
        """The printed form: ``"print"`` or, where there is one, ``"summary"``."""
        if isinstance(self._printed, dict):
            return self._printed.get(layout) or self._printed.get("print") or ""
        return self._printed or ""

    def __repr__(self) -> str:
        return self.text("print").rstrip("\n") or object.__repr__(self)

    def to_frame(self) -> Any:
        """What is printed, as one data frame."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return _html.paragraph(str(self._fields.get("class", type(self).__name__))) + _html.frame(self.to_frame())
