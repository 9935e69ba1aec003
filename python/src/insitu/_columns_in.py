"""Columns of data frames as Arrow arrays that the engine reads; those that have no counterpart say why."""

import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1


class NoCounterpart(Exception):
    """A column of a kind that the engine does not have; the text says what it holds and what to write instead."""


def _no(holds, instead):
    raise NoCounterpart(f"holds {holds}, for which there is no column type; {instead}")


#: What columns hold that cannot be read, and what to do: by the start of Arrow's name of the type.
_OTHER_TYPES = (
    ("duration", "spans of time", "make them numbers, for example with .dt.total_seconds()"),
    ("time", "times of day", "make them numbers of seconds or texts"),
    ("month_day_nano", "intervals of the calendar", "make them numbers"),
    ("fixed_size_binary", "bytes", "decode them to texts"),
    ("large_binary", "bytes", "decode them to texts"),
    ("binary", "bytes", "decode them to texts"),
    ("list", "lists", "make one column of each item"),
    ("large_list", "lists", "make one column of each item"),
    ("fixed_size_list", "lists", "make one column of each item"),
    ("struct", "dicts or structs", "make one column of each field"),
    ("map", "maps", "make one column of each key"),
)


def column_of(values):
    """A ``pyarrow`` array (or ChunkedArray) of a column of any kind: a pandas Series, NumPy array, list, Arrow or polars column.

    Raises NoCounterpart.
    """
    pandas = sys.modules.get("pandas")
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return checked(values)
    if pandas is not None:
        if isinstance(values, (pandas.Index, pandas.api.extensions.ExtensionArray)):
            values = pandas.Series(values)
        if isinstance(values, pandas.Series):
            return _column_of_series(values, pandas)
    if type(values).__module__.partition(".")[0] == "polars":
        if str(getattr(values, "dtype", "")) in ("Int128", "UInt128"):
            values = _tried(lambda: values.cast(type(values)([0]).dtype))  # 64 bits, where they suffice
        values = _tried(values.to_arrow)
        if not isinstance(values, (pa.Array, pa.ChunkedArray)):
            raise NoCounterpart("holds a data frame; give each of its columns")
        return checked(values)
    if isinstance(values, np.ndarray):
        values = _native_array(values)
        if values.dtype.kind == "O":
            _check_items(values)
    elif hasattr(values, "__arrow_c_stream__") or hasattr(values, "__arrow_c_array__"):
        return checked(_tried(lambda: pa.chunked_array(values)))
    if isinstance(values, (list, tuple)):
        _check_items(values)
    return checked(_tried(lambda: pa.array(values, from_pandas=True)), values)


def _check_items(values):
    """Refuses what holds other values before Arrow walks through it (a list that holds itself has no end)."""
    kinds = set(map(type, values))
    if any(issubclass(kind, (list, tuple, set, frozenset, np.ndarray)) for kind in kinds):
        _no("lists", "make one column of each item")
    if any(issubclass(kind, dict) for kind in kinds):
        _no("dicts", "make one column of each field")


def _tried(make):
    """What ``make`` returns; the errors of Arrow's conversion become NoCounterpart."""
    try:
        return make()
    except OverflowError:
        raise NoCounterpart("holds whole numbers beyond 64 bits; make them floating point numbers or texts") from None
    except UnicodeError:
        raise NoCounterpart("holds a text that is not valid Unicode; encode and decode it anew") from None
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError, ValueError) as error:
        text = str(error).split("\n")[0]
        if "too large" in text or "out of bounds" in text or "overflow" in text:
            raise NoCounterpart("holds values beyond the range of their type; make them floating point numbers or texts") from None
        if "surrogate" in text or "utf-8" in text or "UTF8" in text:
            raise NoCounterpart("holds a text that is not valid Unicode; encode and decode it anew") from None
        raise NoCounterpart("holds values of several kinds, or of a kind for which there is no column type; "
                            "give all of them one type, for example with .astype(str)") from None
    except NoCounterpart:
        raise
    except Exception as error:  # what the objects of a column or their library raise
        if "conversion from `" in str(error) and "128` to `i64`" in str(error):
            raise NoCounterpart("holds whole numbers beyond 64 bits; make them floating point numbers or texts") from None
        raise NoCounterpart(f"cannot be read: {type(error).__name__}: {error}") from None


def _native_array(values):
    """A NumPy array that Arrow takes: in the byte order of this machine, at most 64 bits."""
    if values.ndim != 1:
        raise NoCounterpart(f"has {values.ndim} dimensions; give one column for each of its columns")
    kind = values.dtype.kind
    if kind == "c":
        _no("complex numbers", "make columns of their real and imaginary parts")
    if kind == "V":
        _no("records", "make one column of each field")
    if kind == "f" and values.dtype.itemsize > 8:
        return values.astype(np.float64)
    return values if values.dtype.isnative else values.astype(values.dtype.newbyteorder("="))


def _column_of_series(series, pandas):
    kind = series.dtype
    if isinstance(kind, pandas.PeriodDtype):
        _no("periods", "make them dates, for example with .dt.to_timestamp()")
    if isinstance(kind, pandas.IntervalDtype):
        _no("intervals", "make them texts or a categorical, for example with .astype(str)")
    if isinstance(kind, pandas.SparseDtype):
        return _column_of_series(series.sparse.to_dense(), pandas)
    if isinstance(kind, pandas.CategoricalDtype):
        return _column_of_categories(series.array, pandas)
    if isinstance(kind, np.dtype):
        values = series.array.to_numpy()
        if kind.kind == "M":  # whole units reach Arrow as they are
            return checked(_tried(lambda: pa.array(values, from_pandas=True)))
        if kind.kind != "O":
            return checked(_tried(lambda: pa.array(_native_array(values), from_pandas=True)))
        _check_items(values)
        return checked(_tried(lambda: pa.array(values, from_pandas=True)), values)
    return checked(_tried(lambda: pa.Array.from_pandas(series)))


def _column_of_categories(values, pandas):
    """A dictionary column: the categories by their texts, in their order, whether rows have them or not."""
    codes = np.asarray(values.codes)
    names = level_names(values.categories)
    indices = pa.array(codes.astype(np.int32, copy=False), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(names, pa.string()), ordered=bool(values.ordered))


def level_names(categories):
    """The texts of categories: numbers as they are written, True and False, dates as year-month-day. Raises NoCounterpart."""
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(categories, pandas.DatetimeIndex):
        if categories.tz is None and len(categories) and bool((categories == categories.normalize()).all()):
            categories = categories.strftime("%Y-%m-%d")
    names = categories.tolist() if hasattr(categories, "tolist") else list(categories)
    if set(map(type, names)) != {str}:  # texts are most of them, and are taken as they are
        names = [level_text(category) for category in categories]
    try:
        "".join(names).encode()
    except UnicodeError:
        raise NoCounterpart("has a category that is not valid Unicode; rename it") from None
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise NoCounterpart(f"has two categories that are written {twice!r}; rename one of them")
    return names


def level_text(category):
    """The text of one level."""
    if isinstance(category, float) or isinstance(category, np.floating):
        number = float(category)
        if number.is_integer() and abs(number) < 1e15:
            return str(int(number))
        return repr(number) if not isinstance(category, np.floating) else str(category)
    if isinstance(category, bytes):
        raise NoCounterpart("has categories of bytes; decode them to texts")
    return str(category)


def checked(column, values=None):
    """An Arrow column of a type that the engine reads, exactly; ``values``: what it was made from. Raises NoCounterpart."""
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        name = kind.extension_name
        if name in ("pandas.period", "pandas.interval"):
            _no("periods" if name == "pandas.period" else "intervals", "make them dates or texts")
        storage = (column.cast(kind.storage_type) if isinstance(column, pa.ChunkedArray) else column.storage)
        if name in ("arrow.json", "arrow.bool8"):
            return checked(storage if name == "arrow.json" else storage.cast(pa.bool_()))
        _no(f"values of the kind {name}", "make them texts or numbers")
    if pa.types.is_run_end_encoded(kind):
        return checked(pc.run_end_decode(column))
    if pa.types.is_dictionary(kind):
        return _checked_dictionary(column)
    if pa.types.is_integer(kind) and kind.bit_width == 64:
        _check_range(column)
    text = str(kind)
    for start, holds, instead in _OTHER_TYPES:
        if text.startswith(start) and not text.startswith("timestamp"):
            _no(holds, instead)
    if pa.types.is_union(kind) or text.endswith("_view") and not text.startswith("string"):
        _no(f"values of the kind {text}", "make them texts or numbers")
    if pa.types.is_null(kind) and values is not None and len(column) and hasattr(values, "dtype") and values.dtype.kind != "O":
        _no(f"values of the kind {values.dtype}", "make them texts or numbers")
    return column


def _check_range(column):
    """64-bit whole numbers have one code that marks a missing value, and no unsigned ones above the signed."""
    if len(column) == column.null_count:
        return
    limits = pc.min_max(column)
    low, high = limits["min"].as_py(), limits["max"].as_py()
    if low > _INT64_MIN and high <= _INT64_MAX:
        return
    if high > _INT64_MAX:
        value, why = high, f"more than the largest whole number here ({_INT64_MAX})"
    else:
        value, why = low, "which marks a missing value here"
    row = pc.index(column, pa.scalar(value, column.type)).as_py() + 1
    raise NoCounterpart(f"holds {value} in row {row}, {why}; make it floating point numbers or texts")


def _checked_dictionary(column):
    kind = column.type
    values = kind.value_type
    if pa.types.is_string(values) or pa.types.is_large_string(values) or str(values) == "string_view":
        return column
    if isinstance(column, pa.ChunkedArray):
        if column.num_chunks == 0:
            column = pa.chunked_array([pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array([], values),
                                                                     ordered=kind.ordered)])
        return pa.chunked_array([_checked_dictionary(chunk) for chunk in column.chunks])
    if pa.types.is_nested(values) or pa.types.is_dictionary(values):
        _no("categories of lists or structs", "make the categories texts")
    dictionary = checked(column.dictionary)
    if pa.types.is_null(values):
        names = pa.array([None] * len(dictionary), pa.string())
    else:
        if pa.types.is_timestamp(values) or pa.types.is_date(values):
            texts = level_names(_as_index(dictionary))
        else:
            texts = [None if value is None else level_text(value) for value in dictionary.to_pylist()]
        names = pa.array(texts, pa.string())
    return pa.DictionaryArray.from_arrays(column.indices, names, ordered=kind.ordered)


def _as_index(dictionary):
    pandas = sys.modules.get("pandas")
    if pandas is not None and dictionary.null_count == 0:
        return pandas.DatetimeIndex(dictionary.to_pandas(date_as_object=False))
    return dictionary.to_pylist()


def digits_lost(column):
    """Whether decimals have more digits than a floating point number keeps."""
    kind = column.type
    if not pa.types.is_decimal(kind) or kind.precision <= 15:
        return False
    try:
        wide = column if kind.bit_width >= 128 else column.cast(pa.decimal128(38, kind.scale))
        back = wide.cast(pa.float64()).cast(wide.type)
        return not pc.all(pc.equal(back, wide)).as_py() if column.null_count < len(column) else False
    except pa.ArrowInvalid:
        return True
