"""Functions of a family of generalized linear models as the engine calls them (src/algorithms/user_family.hpp): with whole
columns, here or in a worker."""

import numpy as np
import pyarrow as pa

from insitu._functions_of_user import ColumnsOfEngine, describe_error
from insitu.errors import InvalidArgument

_ASKED = ("start", "link", "mean", "slope", "variance", "deviance", "valid")
_RESULTS = {"start": "mu", "link": "eta", "variance": "variance", "deviance": "deviance", "valid": "valid"}


class FamilyFunctions:
    """What the engine calls for the functions of a ``FamilyText``: the first column says what is wanted."""

    def __init__(self, family):
        self.parts, self.names = family.parts, {each: family.names.get(each, each) for each in _ASKED}

    def anew(self):
        return self

    def __call__(self, schema, array, info):
        given = pa.record_batch(ColumnsOfEngine(schema, array))
        what = given.schema.names[0]
        columns = [np.array(column.to_numpy(zero_copy_only=False)) for column in given.columns]
        if what == "mean":
            found = {"mu": self._values("mean", columns), "slope": self._values("slope", columns)}
        else:
            found = {_RESULTS[what]: self._values(what, columns)}
        return pa.table(found).__arrow_c_stream__()

    def _values(self, what, columns):
        function = self.parts.get(what)
        rows = len(columns[0])
        if function is None:  # only what is allowed may be left out
            return np.ones(rows)
        try:
            with np.errstate(all="ignore"):  # what comes of it is judged by the engine
                found = np.asarray(function(*columns), dtype=float)
        except Exception as error:  # whatever a user's function raises
            raise InvalidArgument(f"{self.names[what]} fails: {describe_error(error)}") from error
        if what == "valid" and found.ndim == 0:
            return np.full(rows, float(found))
        if found.shape != (rows,):
            gives = f"{found.size} values" if found.ndim else "one value"
            raise InvalidArgument(f"{self.names[what]} gives {gives} for {rows} rows")
        return found
