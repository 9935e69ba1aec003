"""The results of an analysis for each of many groups: computed again from the rows of a group when somebody asks for them."""

import os
import shutil
import weakref

import numpy as np

try:
    from pandas.api.extensions import ExtensionArray, ExtensionDtype, register_extension_dtype, take
except ImportError:  # rx_exec_by says so
    ExtensionArray = ExtensionDtype = object

    def register_extension_dtype(cls):
        return cls


def _remove(folder, owner):
    if os.getpid() == owner:  # a forked child has the object, too
        shutil.rmtree(folder, ignore_errors=True)


class GroupRows:
    """The folder that holds the rows of the groups, as long as anybody in this process may ask for a result. ``remove`` is called when
    nobody can, or earlier."""

    def __init__(self, folder, remove=_remove):
        self.folder = folder
        self.remove = weakref.finalize(self, remove, folder, os.getpid())


class Results:
    """Results by the position of their group. ``compute(position)`` makes one; ``failed`` are positions that have none."""

    def __init__(self, compute, failed, rows=None):
        self._compute, self._failed, self._rows = compute, failed, rows

    def of(self, position):
        return None if position < 0 or position in self._failed else self._compute(position)


class _Kept:
    """Results that have been pickled."""

    def __init__(self, results):
        self._results, self._failed = results, frozenset(i for i, result in enumerate(results) if result is None)

    def of(self, position):
        return None if position < 0 else self._results[position]


@register_extension_dtype
class ResultDtype(ExtensionDtype):
    """Of a column of results that are computed on demand."""

    name = "rx_result"
    type = object
    kind = "O"
    na_value = None

    @classmethod
    def construct_array_type(cls):
        return ResultArray


def _restored(results):
    return ResultArray(_Kept(results), np.arange(len(results)))


class ResultArray(ExtensionArray):
    """A column of results that are computed on demand; pickling it computes all."""

    def __init__(self, source, positions):
        self._source, self._positions = source, positions

    @property
    def dtype(self):
        return ResultDtype()

    @property
    def nbytes(self):
        return self._positions.nbytes

    def __len__(self):
        return len(self._positions)

    def __getitem__(self, key):
        at = self._positions[key]
        return ResultArray(self._source, at) if isinstance(at, np.ndarray) else self._source.of(int(at))

    def __array__(self, dtype=None, copy=None):
        values = np.empty(len(self), dtype=object)
        for i, result in enumerate(self):  # one by one: some results look like arrays themselves
            values[i] = result
        return values

    def __iter__(self):
        return (self._source.of(int(at)) for at in self._positions)

    def __eq__(self, other):
        return np.array([each is value for each, value in zip(self, other)], dtype=bool) if hasattr(other, "__len__") \
            else np.zeros(len(self), dtype=bool)

    def isna(self):
        return np.array([at < 0 or at in self._source._failed for at in self._positions], dtype=bool)

    def take(self, indices, *, allow_fill=False, fill_value=None):
        return ResultArray(self._source, take(self._positions, np.asarray(indices, dtype=np.intp), allow_fill=allow_fill, fill_value=-1))

    def copy(self):
        return ResultArray(self._source, self._positions.copy())

    def _formatter(self, boxed=False):
        return lambda result: type(result).__name__

    @classmethod
    def _from_sequence(cls, scalars, *, dtype=None, copy=False):
        return _restored(list(scalars))

    @classmethod
    def _concat_same_type(cls, parts):
        first = parts[0]._source
        if all(part._source is first for part in parts):
            return cls(first, np.concatenate([part._positions for part in parts]))
        return _restored([result for part in parts for result in part])

    def __reduce__(self):
        return _restored, (list(self),)
