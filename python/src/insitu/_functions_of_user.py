"""Functions that users write in Python: how they are called with rows, shipped to workers, and how their errors read."""

import importlib.util
import inspect
import os
import pickle
import sys
import sysconfig
import traceback

import numpy as np
import pyarrow as pa

from insitu import _user_pickle
from insitu._frames_out import missing_integers, pandas_from_table, without_sentinels
from insitu.errors import InsituError, InvalidArgument, text_of_error
from insitu.frames import ROW_POSITIONS, frame_of_function, is_frame


class ChunkContext:
    """What a transform function may ask about its rows: ``context.start_row``, ``chunk_number``, ``rows``, ``test_chunk``,
    ``prediction``, ``file_name``, and the objects passed as ``transform_objects`` (``context.objects``)."""

    def __init__(self, info, objects):
        self.__dict__.update(info)
        self.objects = objects
        # The names of revoscalepy's documentation.
        self.is_test_chunk, self.num_rows, self.chunk_num = self.test_chunk, self.rows, self.chunk_number


class ColumnsOfEngine:
    """Columns that the engine hands over, for ``pyarrow.record_batch``."""

    def __init__(self, schema, array):
        self._schema, self._array = schema, array

    def __arrow_c_array__(self, requested_schema=None):
        return self._schema, self._array


def _accepts(function):
    """The parameters of a function after the first, and whether it takes any keyword."""
    try:
        parameters = list(inspect.signature(function).parameters.values())[1:]
    except (TypeError, ValueError):
        return [], False
    keywords = any(p.kind is p.VAR_KEYWORD for p in parameters)
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)], keywords


def required_packages(packages):
    """Names of packages as a list; InvalidArgument for one that cannot be imported."""
    packages = [packages] if isinstance(packages, str) else list(packages or [])
    for package in packages:
        if importlib.util.find_spec(str(package).split(".")[0]) is None:
            raise InvalidArgument(f"transform_packages: package {package!r} is not installed")
    return packages


def _import(packages, function):
    """Imports the packages and makes them known to the function by name, as if its module had imported them."""
    names = getattr(function, "__globals__", {})
    for package in packages:
        importlib.import_module(package)
        top = package.split(".")[0]
        names.setdefault(top, sys.modules[top])


def _columns(result, rows):
    """A dict that a function returned, single values stretched to the rows of the others, or of the chunk."""
    single = {n for n, v in result.items() if isinstance(v, (str, bytes)) or not hasattr(v, "__len__") or getattr(v, "ndim", 1) == 0}
    lengths = {n: len(v) for n, v in result.items() if n not in single}
    length = next(iter(lengths.values()), rows)
    for name, found in lengths.items():
        if found != length:
            raise InvalidArgument(f"variable {name!r} has {found} values, others have {length}")
        if getattr(result[name], "ndim", 1) > 1:
            raise InvalidArgument(f"variable {name!r} has {result[name].ndim} dimensions; a variable is one column of values")
    columns = {n: [v] * length if n in single else v for n, v in result.items()}
    if importlib.util.find_spec("pandas") is None:
        return columns
    import pandas

    return pandas.DataFrame({n: list(v) if isinstance(v, tuple) else getattr(v, "array", v) for n, v in columns.items()})


class RowTransform:
    """Calls a user's function ``f(data)``, ``f(data, context)`` or ``f(data, **transform_objects)`` with the rows of a chunk
    (docs/functions.md).

    ``data`` is a pandas DataFrame; the function returns a data frame of any kind, a dict of columns, or None for no rows.
    """

    def __init__(self, function, objects=None, packages=None, skip_test_chunk=False):
        self.function = function
        self.objects = dict(objects or {})
        self.packages = list(packages or [])
        self.skip_test_chunk = skip_test_chunk
        self.missing = missing_integers()  # as in the session that makes the call
        self._given = dict(self.objects)

    def anew(self):
        """The function with its objects as they were given."""
        return RowTransform(self.function, self._given, self.packages)

    def __call__(self, schema, array, info):
        if self.skip_test_chunk and info["test_chunk"]:
            # Where only the objects are wanted, they must not see the first rows twice.
            return pa.table({}).__arrow_c_stream__()
        _import(self.packages, self.function)
        table = pa.Table.from_batches([pa.record_batch(ColumnsOfEngine(schema, array))])
        # The row numbers, which the function does not see.
        numbers = next((name for name in table.column_names if name.startswith(ROW_POSITIONS)), None)
        positions = None if numbers is None else table.column(numbers)
        table = table if numbers is None else table.drop_columns([numbers])
        data = rows_for_function(table, self.missing)
        if len(data) != info["rows"] and hasattr(data, "reindex"):  # no columns: the rows are known by their number alone
            data = data.reindex(range(info["rows"]))
        names, keywords = _accepts(self.function)
        extra = {n: v for n, v in self.objects.items() if keywords or n in names}
        positional = [n for n in names if n not in extra]
        context = [ChunkContext(info, self.objects)] if positional[:1] and (positional[0] == "context" or not extra) else []
        result = self.function(data, *context, **extra)
        if result is None:
            return pa.table({}).__arrow_c_stream__()
        if isinstance(result, dict):
            result = _columns(result, info["rows"])
        if not is_frame(result) or type(result).__name__ == "Series":
            raise InvalidArgument(f"it must return a data frame, a dict of columns or None, not {type(result).__name__}")
        found = frame_of_function(result, "its value")
        if self.missing == "sentinel":
            found.table = without_sentinels(found.table)
        if positions is not None:
            found.table = found.table.append_column(numbers, _positions_after(positions, found))
        return found.stream()


def rows_for_function(table, missing):
    """The rows as a function sees them: a pandas DataFrame, where pandas is installed, whatever option frameType says."""
    return table if importlib.util.find_spec("pandas") is None else pandas_from_table(table, missing)


def _positions_after(positions, result):
    """The row numbers of what a function returned: those given while their number is the same, in the order of the index where
    the function moved rows; none (missing) where it changed how many rows there are."""
    if result.rows != len(positions):
        return pa.nulls(result.rows, positions.type)
    index = result.index
    if index is not None and index.dtype.kind == "i":
        order = index.to_numpy()
        if len(order) and not np.array_equal(order, np.arange(len(order))) and np.array_equal(np.sort(order), np.arange(len(order))):
            return positions.take(pa.array(order))
    return positions


class FunctionOfModel:
    """The function that a model was fitted with, kept in the model object. When the object is pickled the function travels as
    cloudpickle's bytes, which become a function again when a prediction calls it, not before."""

    def __init__(self, transform, variables):
        self._transform = transform
        self._code = None
        self.variables = variables

    @property
    def transform(self):
        if self._transform is None:
            self._transform = pickle.loads(self._code)
        return self._transform.anew()

    def __getstate__(self):
        code = self._code if self._transform is None else serialised(self._transform.anew())
        if code is None:
            return self.__dict__
        return {"_transform": None, "_code": code, "variables": self.variables}


def serialised(transform, what="transform_function"):
    """The bytes by which a worker rebuilds the function, or None when cloudpickle is not there; ``what``: its argument."""
    try:
        import cloudpickle  # noqa: F401
    except ImportError:
        return None
    try:
        return _user_pickle.dumps(transform)
    except Exception as error:  # whatever pickling a user's object raises
        raise InvalidArgument(f"{what} cannot be sent to workers: {error}") from error


def describe_error(error):
    """One line: kind and text of the error, with the user's own line of code."""
    libraries = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")}) + (os.path.dirname(__file__),)
    own = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith((*libraries, "<frozen"))]
    where = f" (line {own[-1].lineno} of {own[-1].name})" if own else ""
    text = str(error) if isinstance(error, InsituError) else f"{type(error).__name__}: {text_of_error(error)}"
    return text + where
