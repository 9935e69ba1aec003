"""Tables of the engine as the data frames that users get."""

import importlib.util
import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from insitu import _session
from insitu.errors import InvalidArgument, warn


def missing_integers():
    """How missing whole numbers are given now: "nullable", "float" or "sentinel"."""
    return _session.option("missingIntegers")


def frame_from_table(table, row_names=None, kind="pandas", index=None, missing=None, nullable_logicals=()):
    """The data frame of ``kind`` ("pandas", "polars", "arrow", "other").

    ``row_names``: the column that becomes the index; with ``index`` it holds positions in that. Where pandas is not installed
    a ``pyarrow.Table`` is returned.
    """
    wanted = _session.option("frameType")
    kind = kind if wanted == "auto" else wanted
    positions = None
    if row_names is not None and index is not None:
        place = table.column_names.index(row_names) if row_names in table.column_names else -1
        if place >= 0:
            positions = table.column(place)
            table = _without(table, place)
    if kind == "polars":
        return _module("polars", "frameType is 'polars'").from_arrow(table)
    if kind == "arrow" or importlib.util.find_spec("pandas") is None:
        return table
    missing = missing or missing_integers()
    if missing == "sentinel" and any(pa.types.is_integer(c.type) and c.null_count for c in table.columns):
        warn("missing whole numbers are given as the smallest value of their type (RxMissingValues), as revoscalepy did: "
             "compare them with it before computing, or set the option missingIntegers to 'nullable'", every_time=False)
    frame = pandas_from_table(table, missing, nullable_logicals)
    if index is not None:
        if row_names is None:
            frame.index = index
        elif positions is not None and positions.null_count == 0:
            frame.index = rows_of_index(index, positions.to_numpy())
    elif row_names and row_names in frame.columns:
        frame = frame.set_index(row_names)
        frame.index.name = None
    return frame


def _without(table, place):
    rest = table.remove_column(place)
    return rest if rest.num_columns else pa.table({})


def _module(name, why):
    if importlib.util.find_spec(name) is None:
        raise InvalidArgument(f"{why}, but {name} is not installed; pip install {name}, or set the option to 'auto'")
    __import__(name)
    return sys.modules[name]


def rows_of_index(index, positions):
    """The entries of an index at ``positions``; a RangeIndex stays one where the rows are neighbours."""
    count = len(positions)
    if count == len(index) and (count == 0 or (positions[0] == 0 and np.array_equal(positions, np.arange(count)))):
        return index
    if count and positions[-1] - positions[0] == count - 1 and np.all(np.diff(positions) == 1):
        return index[int(positions[0]):int(positions[0]) + count]
    return index.take(positions)


def pandas_from_table(table, missing, nullable_logicals=()):
    """A pandas DataFrame. Whole numbers with missing values are as ``missing`` says; logicals with missing values are objects
    (True, False, None), nullable ones where they are named so."""
    import pandas

    special = [c.null_count > 0 and (pa.types.is_integer(c.type) or pa.types.is_boolean(c.type) and name in nullable_logicals)
               for name, c in zip(table.column_names, table.columns)]
    if not any(special):
        return _to_pandas(table)
    rest = [i for i, s in enumerate(special) if not s]
    frame = _to_pandas(table.select(rest)) if rest else pandas.DataFrame(index=pandas.RangeIndex(table.num_rows))
    for i, is_special in enumerate(special):
        if is_special:
            frame.insert(i, table.column_names[i], _with_missing(table.column(i), missing, pandas))
    return frame


def _to_pandas(table):
    return table.to_pandas(date_as_object=False, strings_to_categorical=False, ignore_metadata=True)


def _with_missing(column, missing, pandas):
    if pa.types.is_boolean(column.type):
        return column.to_pandas(types_mapper=lambda _: pandas.BooleanDtype())
    if missing == "float":
        return column.cast(pa.float64(), safe=False).to_pandas()
    if missing == "sentinel":
        limits = np.iinfo(column.type.to_pandas_dtype())
        value = limits.max if pa.types.is_unsigned_integer(column.type) else limits.min
        return pc.fill_null(column, pa.scalar(value, column.type)).to_pandas()
    nullable = str(column.type).replace("uint", "UInt") if pa.types.is_unsigned_integer(column.type) else str(column.type).title()
    return column.to_pandas(types_mapper=lambda _: pandas.api.types.pandas_dtype(nullable))


def without_sentinels(table):
    """A table in which the smallest whole numbers of a column are missing: what functions written for revoscalepy return."""
    columns = []
    for column in table.columns:
        if pa.types.is_signed_integer(column.type):
            smallest = pa.scalar(int(np.iinfo(column.type.to_pandas_dtype()).min), column.type)
            column = pc.if_else(pc.equal(column, smallest), pa.scalar(None, column.type), column)
        columns.append(column)
    return pa.table(columns, names=table.column_names) if columns else table


class _StreamHolder:
    def __init__(self, capsule):
        self._capsule = capsule

    def __arrow_c_stream__(self, requested_schema=None):
        return self._capsule


def table_from_capsule(capsule):
    """The table of an ``arrow_array_stream`` capsule; takes it over."""
    return pa.table(_StreamHolder(capsule))
