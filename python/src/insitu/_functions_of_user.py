"""Functions that users write in Python: how they are called with rows, shipped to workers, and how their errors read."""

import importlib.util
import inspect
import os
import sysconfig
import traceback

import numpy as np
import pyarrow as pa

from insitu.errors import InvalidArgument
from insitu._frames_out import missing_integers, pandas_from_table, without_sentinels
from insitu.frames import ROW_POSITIONS, frame_of_function


class ChunkContext:
    """What a transform function may ask about its rows: ``context.start_row``, ``chunk_number``, ``rows``, ``test_chunk``,
    ``prediction``, ``file_name``, and the objects passed as ``transform_objects`` (``context.objects``)."""

    def __init__(self, info, objects):
        self.__dict__.update(info)
        self.objects = objects
        # The names of revoscalepy's documentation.
        self.is_test_chunk, self.num_rows, self.chunk_num = self.test_chunk, self.rows, self.chunk_number


class _Chunk:
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


class RowTransform:
    """Calls a user's function ``f(data)``, ``f(data, context)`` or ``f(data, **transform_objects)`` with the rows of a chunk.

    ``data`` is a pandas DataFrame; the function returns a data frame (or dict of columns) with the same rows.
    """

    def __init__(self, function, objects=None, packages=None, skip_test_chunk=False):
        self.function = function
        self.objects = dict(objects or {})
        self.packages = list(packages or [])
        self.skip_test_chunk = skip_test_chunk
        self.missing = missing_integers()  # as in the session that makes the call

    def __call__(self, schema, array, info):
        for package in self.packages:
            __import__(package)
        table = pa.Table.from_batches([pa.record_batch(_Chunk(schema, array))])
        # The row numbers, which the function does not see.
        numbers = next((name for name in table.column_names if name.startswith(ROW_POSITIONS)), None)
        positions = None if numbers is None else table.column(numbers)
        table = table if numbers is None else table.drop_columns([numbers])
        data = rows_for_function(table, self.missing)
        if self.skip_test_chunk and info["test_chunk"]:
            # Where only the objects are wanted, they must not see the first rows twice.
            return frame_of_function({}, "no rows").stream()
        names, keywords = _accepts(self.function)
        extra = {n: v for n, v in self.objects.items() if keywords or n in names}
        positional = [n for n in names if n not in extra]
        context = [ChunkContext(info, self.objects)] if positional[:1] and (positional[0] == "context" or not extra) else []
        result = self.function(data, *context, **extra)
        if result is None:
            result = table.slice(0, 0)
        found = frame_of_function(result, f"the value of transform_function {getattr(self.function, '__name__', 'function')}")
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


def serialised(transform):
    """The bytes by which a worker rebuilds the function, or None when cloudpickle is not there."""
    try:
        import cloudpickle
    except ImportError:
        return None
    try:
        return cloudpickle.dumps(transform)
    except Exception as error:  # whatever pickling a user's object raises
        raise InvalidArgument(f"transform_function cannot be sent to workers: {error}") from error


def describe_error(error):
    """One line: kind and text of the error, with the user's own line of code."""
    libraries = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")}) + (os.path.dirname(__file__),)
    own = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith((*libraries, "<frozen"))]
    where = f" (line {own[-1].lineno} of {own[-1].name})" if own else ""
    return f"transform_function failed: {type(error).__name__}: {error}{where}"
