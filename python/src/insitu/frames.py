"""Data frames to Arrow streams, and what kinds of them there are.

In: pandas, polars, pyarrow, a dict of columns, a NumPy array with field names, anything with ``__arrow_c_stream__`` or
``__dataframe__``. Out (``_frames_out``): the kind that came in. docs/frames.md says what each type becomes.
"""

import sys
from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from insitu._columns_in import NoCounterpart, column_of, digits_lost
from insitu.errors import InvalidArgument, shown

#: Name of the column that carries the row numbers of a pandas frame, from 0, while its rows move.
ROW_POSITIONS = ".rxRowPositions"


def is_frame(value):
    """Whether a value is a data frame that the engine can read."""
    if value is None or isinstance(value, (str, bytes)):
        return False
    if isinstance(value, np.ndarray):
        return value.dtype.names is not None
    if _module(value) == "polars" and not hasattr(value, "columns"):
        return False
    if isinstance(value, (pa.Array, pa.ChunkedArray)) or _is_series(value):
        return False
    return isinstance(value, Mapping) or any(hasattr(value, name) for name in
                                             ("__arrow_c_stream__", "__arrow_c_array__", "__dataframe__"))


def no_frame(value, what):
    """The error for a value that is no data frame, in words that say what to write."""
    if _is_series(value):
        return InvalidArgument(f"{what} must be a data frame, not one column ({type(value).__name__}): give {what}.to_frame()")
    if isinstance(value, np.ndarray):
        return InvalidArgument(f"{what} must be a data frame, not a NumPy array, whose columns have no names: "
                               "give pandas.DataFrame(array, columns=[...]) or a dict of columns")
    if _module(value) == "polars" and type(value).__name__ == "LazyFrame":
        return InvalidArgument(f"{what} must be a data frame, not a polars LazyFrame: give {what}.collect()")
    if isinstance(value, (list, tuple)):
        return InvalidArgument(f"{what} must be a data source, the path of a file or a data frame, not a {type(value).__name__}: "
                               "give a dict of columns or pandas.DataFrame(...)")
    return InvalidArgument(f"{what} must be a data source, a path or a data frame, not {type(value).__name__}")


def _module(value):
    return type(value).__module__.partition(".")[0]


def _is_series(value):
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(value, (pandas.Series, pandas.Index)):
        return True
    return _module(value) == "polars" and type(value).__name__ == "Series"


class FrameIn:
    """A data frame on its way in.

    ``table``: its readable columns; ``left_out``: the others by name, with the reason; ``index``: of a pandas frame, else None;
    ``kind``: "pandas", "polars", "arrow" or "other"; ``inexact``: names of decimals that lose digits; ``nullable_logicals``: names
    of columns of pandas' nullable logicals.
    """

    def __init__(self, frame, what="data"):
        if not is_frame(frame):
            raise no_frame(frame, what)
        self.what, self.index, self.left_out, self.inexact = what, None, {}, []
        self.nullable_logicals = set()
        self.kind, names, columns, rows = self._parts(frame)
        arrays, kept = [], []
        for name, values in zip(names, columns):
            try:
                if "\0" in name:
                    raise NoCounterpart("has a name that holds a NUL character; rename it")
                array = column_of(values() if callable(values) else values)
                name.encode()
            except NoCounterpart as error:
                self.left_out[name] = str(error)
                continue
            except UnicodeError:
                self.left_out[name] = "has a name that is not valid Unicode; rename it"
                continue
            if digits_lost(array):
                self.inexact.append(name)
            arrays.append(array)
            kept.append(name)
        twice = {name for name in kept if kept.count(name) > 1} if len(set(kept)) != len(kept) else ()
        if twice:
            raise InvalidArgument(f"{what}: two columns have the same name: {sorted(twice)[0]!r}; rename one of them")
        lengths = {len(array) for array in arrays}
        if len(lengths) > 1:
            first, other = next((i, j) for i in range(len(arrays)) for j in range(i) if len(arrays[i]) != len(arrays[j]))
            raise InvalidArgument(f"{what}: its columns have different lengths: {kept[other]!r} has {len(arrays[other])} values, "
                                  f"{kept[first]!r} has {len(arrays[first])}")
        self.table = pa.table(arrays, names=kept) if arrays else pa.table({})
        self.rows = rows if rows is not None else self.table.num_rows

    def _parts(self, frame):
        """(kind, names, columns or functions that make them, number of rows or None)"""
        pandas = sys.modules.get("pandas")
        if pandas is not None and isinstance(frame, pandas.DataFrame):
            self.index = frame.index
            names = [_name_text(name) for name in frame.columns]
            self.nullable_logicals = {name for name, kind in zip(names, frame.dtypes) if str(kind) in ("boolean", "bool[pyarrow]")}
            return "pandas", names, [frame.iloc[:, i] for i in range(len(names))], len(frame)
        if isinstance(frame, Mapping):
            for name, values in frame.items():
                column = f"{self.what}: column {str(name)!r} of a dict must be a list or an array"
                if isinstance(values, Mapping):
                    raise InvalidArgument(f"{column}, not a dict")
                if isinstance(values, (str, bytes)) or not hasattr(values, "__len__"):
                    raise InvalidArgument(f"{column}, not {type(values).__name__}: write [{shown(values)}]")
            return "other", [_name_text(name) for name in frame], list(frame.values()), None
        if isinstance(frame, np.ndarray):
            if frame.ndim != 1:
                raise InvalidArgument(f"{self.what}: an array of records must have one dimension, not {frame.ndim}")
            return "other", list(frame.dtype.names), [frame[name] for name in frame.dtype.names], len(frame)
        if _module(frame) == "polars":
            return "polars", list(frame.columns), [frame.get_column(name) for name in frame.columns], frame.height
        try:
            if isinstance(frame, pa.RecordBatch):
                table = pa.Table.from_batches([frame])
            elif hasattr(frame, "__arrow_c_stream__") or isinstance(frame, pa.RecordBatchReader):
                table = frame if isinstance(frame, pa.Table) else pa.table(frame)
            elif hasattr(frame, "__arrow_c_array__"):
                table = pa.Table.from_batches([pa.record_batch(frame)])
            else:
                from pyarrow.interchange import from_dataframe

                table = from_dataframe(frame)
        except Exception as error:  # whatever the library of the frame raises
            raise InvalidArgument(f"{self.what}: the data frame ({type(frame).__name__}) gives no Arrow table: "
                                  f"{type(error).__name__}: {error}") from None
        kind = "arrow" if _module(frame) == "pyarrow" else "other"
        return kind, table.column_names, table.columns, table.num_rows

    def with_positions(self):
        """Adds the rows' numbers, from 0, and returns the name of their column."""
        name = ROW_POSITIONS
        while name in self.table.column_names:
            name += "_"
        numbers = pa.array(np.arange(self.rows))
        self.table = self.table.append_column(name, numbers) if self.table.num_columns else pa.table({name: numbers})
        return name

    def stream(self):
        """The Arrow stream capsule."""
        table = self.table
        if table.num_rows == 0:  # a table without rows has no batch, and so no levels
            columns = [c.combine_chunks() if c.num_chunks else pa.array([], c.type) for c in table.columns]
            columns = [c.chunk(0) if isinstance(c, pa.ChunkedArray) else c for c in columns]
            batch = pa.record_batch(columns, names=table.column_names) if columns else pa.record_batch({})
            return pa.RecordBatchReader.from_batches(batch.schema, [batch]).__arrow_c_stream__()
        return table.__arrow_c_stream__()


def _name_text(name):
    """The text of a column's name; the parts of a name of several levels are joined by _."""
    if isinstance(name, str):
        return name
    if isinstance(name, tuple):
        return "_".join(str(part) for part in name if str(part) != "")
    return str(name)


def frame_of_function(frame, what):
    """As FrameIn, of what a user's function returned: every column must be readable."""
    found = FrameIn(frame, what)
    for name, reason in found.left_out.items():
        raise InvalidArgument(f"{what}: column {name!r} {reason}")
    return found
