"""Values of Python as documents of the engine can hold them."""

import math
import os

from insitu.errors import InvalidArgument, shown


def plain(value, depth=0):
    """A value as JSON can hold it: missing numbers are None, infinities text, whole numbers of at most 64 bits."""
    if depth > 60:
        raise InvalidArgument("cannot be passed to the engine: a value that is nested too deeply, or holds itself")
    if isinstance(value, dict) or hasattr(value, "keys") and hasattr(value, "items"):
        return {str(k): plain(v, depth + 1) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset, range)) or type(value).__name__ in ("dict_keys", "dict_values"):
        return [plain(v, depth + 1) for v in value]
    if isinstance(value, os.PathLike):
        try:
            return os.fspath(value)
        except TypeError:
            pass  # refused below
    if hasattr(value, "tolist") and not isinstance(value, str):
        return plain(value.tolist(), depth + 1)
    if hasattr(value, "to_list") and not isinstance(value, str):
        return plain(value.to_list(), depth + 1)
    if value is not None and type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        raise InvalidArgument(f"cannot be passed to the engine: {shown(value)} has more than 64 bits; write it as a floating point "
                              "number")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeError:
            raise InvalidArgument(f"cannot be passed to the engine: {shown(value)} is not valid Unicode") from None
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if math.isinf(value):
            return "Inf" if value > 0 else "-Inf"
        return value
    if value is None or isinstance(value, (str, int, bool)):
        return value
    raise InvalidArgument(f"cannot be passed to the engine: {shown(value)} of type {type(value).__name__}")
