"""Data frames to Arrow streams and back.

In: pandas, polars, pyarrow, a dict of columns, anything with ``__arrow_c_stream__``. Out: a pandas DataFrame where pandas is
installed, else a ``pyarrow.Table``. Whole numbers keep their type: a missing one is the smallest value of the type
(``RxMissingValues``), as in revoscalepy; floats are NaN, strings None, categories NaN.
"""

import importlib.util
import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from insitu.errors import InvalidArgument

#: Name of the column that carries row names of a pandas frame.
ROW_NAMES = ".rxRowNames"


def is_frame(value):
    """Whether a value is a data frame that the engine can read."""
    if value is None or isinstance(value, str):
        return False
    return isinstance(value, dict) or hasattr(value, "__arrow_c_stream__") or hasattr(value, "__dataframe__")


def table_of(frame, what="data"):
    """A ``pyarrow.Table`` of a frame. Raises InvalidArgument naming the column that has no counterpart."""
    pandas = sys.modules.get("pandas")
    if isinstance(frame, dict):
        return pa.table(frame)
    if pandas is not None and isinstance(frame, pandas.DataFrame):
        columns, names = [], []
        for position, name in enumerate(frame.columns):
            series = frame.iloc[:, position]
            names.append(str(name))
            try:
                columns.append(pa.Array.from_pandas(series))
            except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
                raise InvalidArgument(
                    f"{what}: column {str(name)!r} holds values of several kinds or of a kind that has no column type: {error}"
                ) from None
        columns = [c.combine_chunks() if isinstance(c, pa.ChunkedArray) else c for c in columns]
        if len(set(names)) != len(names):
            twice = next(n for n in names if names.count(n) > 1)
            raise InvalidArgument(f"{what}: two columns have the same name: {twice}")
        return pa.table(columns, names=names) if columns else pa.table({})
    if hasattr(frame, "__arrow_c_stream__"):
        return pa.table(frame)
    raise InvalidArgument(f"{what}: expected a data source, a path or a data frame, not {type(frame).__name__}")


def stream_of(frame, what="data"):
    """The Arrow stream capsule of a frame."""
    if hasattr(frame, "__arrow_c_stream__") and type(frame).__module__.split(".")[0] != "pandas":
        return frame.__arrow_c_stream__()
    return table_of(frame, what).__arrow_c_stream__()


def _keep_whole_numbers(column):
    """A column whose missing whole numbers are the smallest value of their type."""
    if not pa.types.is_integer(column.type) or column.null_count == 0:
        return column
    limits = np.iinfo(column.type.to_pandas_dtype())
    missing = limits.max if pa.types.is_unsigned_integer(column.type) else limits.min
    return pc.fill_null(column, pa.scalar(missing, column.type))


def frame_from_table(table, row_names=None):
    """The data frame that users get."""
    if importlib.util.find_spec("pandas") is None:
        return table
    table = pa.table([_keep_whole_numbers(c) for c in table.columns], names=table.column_names)
    frame = table.to_pandas(date_as_object=False, strings_to_categorical=False, ignore_metadata=True)
    if row_names and row_names in frame.columns:
        frame = frame.set_index(row_names)
        frame.index.name = None
    return frame


class _StreamHolder:
    def __init__(self, capsule):
        self._capsule = capsule

    def __arrow_c_stream__(self, requested_schema=None):
        return self._capsule


def table_from_capsule(capsule):
    return pa.table(_StreamHolder(capsule))


def frame_from_capsule(capsule, row_names=None):
    """The data frame of an ``arrow_array_stream`` capsule; takes it over."""
    return frame_from_table(table_from_capsule(capsule), row_names)
