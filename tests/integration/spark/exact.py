"""Results as values that are equal only when every bit is: numbers by their hexadecimal digits, columns with their types."""

import numpy as np
import pandas as pd

from insitu.results import Result


def exact(value):
    if isinstance(value, Result):
        return exact(value._fields)
    if isinstance(value, pd.DataFrame):
        return [(name, str(value[name].dtype), exact(value[name])) for name in value.columns]
    if isinstance(value, pd.Series):
        if isinstance(value.dtype, pd.CategoricalDtype):
            return {"levels": list(value.cat.categories), "codes": value.cat.codes.tolist()}
        return [exact(each) for each in value.tolist()]
    if isinstance(value, dict):
        return {key: exact(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [exact(each) for each in value]
    if isinstance(value, np.ndarray):
        return exact(value.tolist())
    if value is None or value is pd.NA or value is pd.NaT:
        return "missing"
    if isinstance(value, (float, np.floating)):
        return float(value).hex()
    return value


def assert_same_bits(found, expected):
    """Names what differs, and only that: results are long."""
    found, expected = exact(found), exact(expected)
    if found == expected:
        return
    raise AssertionError("\n".join(_differences(found, expected, "")) or "the kinds of the results differ")


def _differences(found, expected, place, most=8):
    if isinstance(found, dict) and isinstance(expected, dict) and list(found) == list(expected):
        pairs = [(f"{place}[{key!r}]", found[key], expected[key]) for key in found]
    elif isinstance(found, (list, tuple)) and isinstance(expected, (list, tuple)) and len(found) == len(expected):
        pairs = [(f"{place}[{i}]", a, b) for i, (a, b) in enumerate(zip(found, expected))]
    else:
        return [f"{place}: {str(found)[:200]} is not {str(expected)[:200]}"]
    lines = []
    for where, a, b in pairs:
        if a != b:
            lines += _differences(a, b, where, most)
        if len(lines) >= most:
            break
    return lines[:most]
