"""Data sources: descriptions of where rows are. Paths are resolved once, when a source is made, and printed in full."""

from __future__ import annotations

import difflib
from typing import Any

from insitu import _calls
from insitu._arguments import constructor_arguments, names_of, signature_of
from insitu._columns_in import level_text
from insitu._constructors import RxTextDataSettings, RxXdfDataSettings
from insitu._plain_values import plain
from insitu.errors import InvalidArgument, shown
from insitu.file_systems import RxFileSystem, RxHdfsFileSystem, file_system_of, rx_locate_path

#: Column classes by Python's types.
_TYPES_OF_PYTHON = {str: "character", int: "integer", float: "numeric", bool: "logical"}


def _column_class(name, where, value):
    """The name of a column class from text, a type of Python, or a dtype. Raises InvalidArgument."""
    if isinstance(value, str):
        return value
    if isinstance(value, type) and value in _TYPES_OF_PYTHON:
        return _TYPES_OF_PYTHON[value]
    text = getattr(value, "name", None) or getattr(value, "__name__", None)
    known = {"int16", "uint16", "int32", "int64", "float32", "float64", "bool", "category"}
    if text in known:
        return {"category": "factor"}.get(text, text)
    raise InvalidArgument(f"{name}: {where} must be the name of a column class such as 'numeric' or 'character', not {shown(value)}")


def column_settings(name, key, value):
    """column_classes or column_info with plain values: class names for types, lists for arrays. Raises InvalidArgument."""
    if not isinstance(value, dict):
        return value
    found = {}
    for column, entry in value.items():
        where = f"{key}[{column!r}]"
        if key == "column_classes" or not isinstance(entry, dict):
            found[column] = _column_class(name, where, entry) if key == "column_classes" else entry
            continue
        entry = dict(entry)
        if entry.get("type") is not None:
            entry["type"] = _column_class(name, f"{where}['type']", entry["type"])
        for levels in ("levels", "newLevels"):
            given = entry.get(levels)
            if given is not None and not isinstance(given, str):
                given = names_of(given)
                if not isinstance(given, (list, tuple)):
                    raise InvalidArgument(f"{name}: {where}[{levels!r}] must be a list of texts, not {shown(given)}")
                entry[levels] = [level if isinstance(level, str) else level_text(level) for level in given]
        found[column] = entry
    return found


class RxDataSource:
    """Base of all data sources. Settings are attributes by their Python names."""

    #: Whether Spark keeps the rows (``rx_spark_cache_data``) of a source that has no such setting of its own.
    _cached = False

    def __init__(self, *args: Any, **settings: Any) -> None:
        self._construct(args, settings)

    def _construct(self, args, settings):
        name = type(self).__name__
        self._given = {k: v for k, v in constructor_arguments(name, args, settings).items() if v is not None}
        if "file" in signature_of(name)["arguments"]:
            if self._given.get("file") is None:
                raise InvalidArgument(f"{name}: file is missing")
            self._locate()
        self._check_settings()

    def _locate(self):
        """Resolves the path."""
        files, written = self._file_system(), self._given["file"]
        self._given["file"] = rx_locate_path(written, file_system=files)
        if isinstance(files, RxHdfsFileSystem) and "://" not in str(written):
            self._given["file_system"] = files  # that of the context, which may be another later

    def _check_settings(self):
        """Raises InvalidArgument for settings that do not go together."""
        if self._given.get("vars_to_keep") is not None and self._given.get("vars_to_drop") is not None:
            raise InvalidArgument(f"{type(self).__name__}: vars_to_keep and vars_to_drop exclude each other; give one of them")
        for key in ("column_classes", "column_info"):
            if self._given.get(key):
                self._given[key] = column_settings(type(self).__name__, key, self._given[key])

    def __setattr__(self, name, value):
        """Settings may be assigned later (None: the default again); they are checked as those of the constructor."""
        kind = type(self).__name__
        if name.startswith("_") or hasattr(type(self), name) or "_given" not in self.__dict__:
            return object.__setattr__(self, name, value)
        if name not in signature_of(kind)["arguments"]:
            if name in self.__dict__ or not type(self).__module__.startswith("insitu"):
                return object.__setattr__(self, name, value)
            near = difflib.get_close_matches(name, signature_of(kind)["arguments"], 1)
            raise AttributeError(f"{kind} has no setting {name!r}" + (f" (did you mean {near[0]}?)" if near else ""))
        before = dict(self._given)
        try:
            checked = constructor_arguments(kind, (), {name: value})[name]
            self._given.pop(name, None)
            if checked is not None:
                self._given[name] = checked
            if name == "file":
                if checked is None:
                    raise InvalidArgument(f"{kind}: file is missing")
                self._locate()
            self._check_settings()
        except InvalidArgument:
            self._given = before
            raise

    def _file_system(self):
        """Where a path without a file system lies."""
        return file_system_of(self._given.get("file_system"))

    def held_rows(self):
        """The data frame and its label of a source whose rows are in this process's memory; None for others."""
        return None

    def check_writable(self, what):
        """Raises InvalidArgument, naming the argument, where rows cannot be written to such a source."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in signature_of(type(self).__name__)["arguments"]:
            return self._given.get(name)
        raise AttributeError(f"{type(self).__name__} has no setting {name!r}")

    #: Settings that the engine is not told: what this language alone needs.
    _held_here = ("return_data_frame",)

    def descriptor(self):
        """What the engine is told (docs/requests.md)."""
        table = signature_of(type(self).__name__)["arguments"]
        found = {"type": type(self).__name__}
        for key, value in self._given.items():
            if key in self._held_here:
                continue
            engine_name, kind, *_ = table[key]
            if isinstance(value, RxFileSystem):
                value = value.descriptor()
            if kind == "names" and isinstance(value, str):
                value = [value]
            found[engine_name] = plain(value)
        if self._cached:
            found["cache"] = True
        return found

    def head(self, num_rows: int = 6, report_progress: int = 0) -> Any:
        """The first rows as a data frame."""
        return _calls.perform("head", source=self, rows=num_rows)

    def tail(self, num_rows: int = 6, report_progress: int = 0) -> Any:
        """The last rows as a data frame."""
        return _calls.perform("tail", source=self, rows=num_rows)

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)"""
        return _calls.perform("shape", source=self)

    @property
    def columns(self) -> list[str]:
        """Names of the variables."""
        return _calls.call("rx_get_var_names", data=self)

    @property
    def execution(self) -> Any:
        """How the call that made this was executed, measured (docs/explain.md); None: this is not of a call of this process."""
        return self.__dict__.get("_execution")

    def __eq__(self, other):
        """Whether both are the same kind of source with the same settings."""
        if not isinstance(other, RxDataSource):
            return NotImplemented
        return (type(self) is type(other) and self.descriptor() == other.descriptor()
                and self._given.get("return_data_frame", True) == other._given.get("return_data_frame", True))

    def __hash__(self):
        return hash((type(self), str(self._given.get("file"))))

    def __len__(self):
        return self.shape[0]

    def __bool__(self):
        return True

    def __repr__(self):
        lines = [f"{type(self).__name__} Source"]
        if "file" in self._given:
            lines.append(f'"{self._given["file"]}"')
        lines += [f"{k}: {v!r}" for k, v in self._given.items() if k != "file"]
        return "\n".join(lines + ["cache: True"] * self._cached)


class RxXdfData(RxXdfDataSettings, RxDataSource):
    __doc__ = RxXdfDataSettings.__doc__


class RxTextData(RxTextDataSettings, RxDataSource):
    __doc__ = RxTextDataSettings.__doc__
