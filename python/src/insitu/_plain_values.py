"""Values of Python as documents of the engine can hold them."""

import math
import os

from insitu._dispatch import shown
from insitu.errors import InvalidArgument


def plain(value):
    """A value as JSON can hold it: missing numbers are None, infinities text, whole numbers of at most 64 bits."""
    if isinstance(value, dict) or hasattr(value, "keys") and hasattr(value, "items"):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset, range)) or type(value).__name__ in ("dict_keys", "dict_values"):
        return [plain(v) for v in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "tolist") and not isinstance(value, str):
        return plain(value.tolist())
    if hasattr(value, "to_list") and not isinstance(value, str):
        return plain(value.to_list())
    if value is not None and type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        raise InvalidArgument(f"cannot be passed to the engine: {shown(value)} has more than 64 bits; write it as a floating point "
                              "number")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeError:
            raise InvalidArgument(f"cannot be passed to the engine: {value!r} is not valid Unicode") from None
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if math.isinf(value):
            return "Inf" if value > 0 else "-Inf"
        return value
    if value is None or isinstance(value, (str, int, bool)):
        return value
    raise InvalidArgument(f"cannot be passed to the engine: {shown(value)} of type {type(value).__name__}")
