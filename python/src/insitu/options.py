"""Options that hold for a whole session, by their names in revoscalepy (case does not matter)."""

from __future__ import annotations

import difflib
import os
import sys
from typing import Any

import numpy as np

from insitu.errors import InvalidArgument, shown

_DEFAULTS: dict[str, Any] = {
    "blocksPerRead": 1, "reportProgress": 2, "rowDisplayMax": -1, "memStatsReset": 0, "memStatsDiff": 0,
    "numCoresToUse": -1, "numDigits": 7, "showTransformFn": False, "defaultDecimalColType": "float32",
    "defaultMissingColType": "float32", "dataPath": ["."], "outDataPath": ["."], "transformPackages": [],
    "xdfCompressionLevel": 1, "fileSystem": "native", "useDoSMP": None, "useSparseCube": False, "rngBufferSize": 1,
    "dropMain": True, "coefLabelStyle": "Revo", "numTasks": 1, "hdfsHost": os.environ.get("REVOHADOOPHOST", "default"),
    "hdfsPort": int(os.environ.get("REVOHADOOPPORT", "0") or 0), "unixPythonPath": "", "traceLevel": 0,
    "memoryLimit": None, "syncWrites": None,
    "spark.executorCores": 2, "spark.executorMem": "4g", "spark.executorOverheadMem": "4g", "spark.numExecutors": 65535,
    "frameType": "auto", "missingIntegers": "nullable", "sampleDataDir": os.environ.get("INSITU_SAMPLES", ""), "unitTestDataDir": "", "demoScriptsDir": "",
}
#: Options that have a few values.
_CHOICES = {"frameType": ("auto", "pandas", "polars", "arrow"), "missingIntegers": ("nullable", "float", "sentinel")}
_ALIASES = {"rngbffersize": "rngBufferSize"}  # spelled so in the original's documentation

_values = {key: value for key, value in _DEFAULTS.items()}


def _canonical(name):
    lower = str(name).lower()
    if lower in _ALIASES:
        return _ALIASES[lower]
    return next((key for key in _DEFAULTS if key.lower() == lower), None)


#: Options that are whole numbers, and the least value of each.
_NUMBERS = {
    "blocksPerRead": 1, "reportProgress": -1, "rowDisplayMax": -1, "numCoresToUse": -1,
    "numDigits": 1, "xdfCompressionLevel": 0, "rngBufferSize": 1, "numTasks": 1,
    "hdfsPort": 0, "spark.executorCores": 1, "spark.numExecutors": 1,
}
_FLAGS = ("showTransformFn", "useSparseCube", "dropMain")
#: The default of get_option where none is given.
_REQUIRED = object()


def _unknown(name):
    near = difflib.get_close_matches(str(name), list(_DEFAULTS), 1)
    return InvalidArgument(f"unknown option: {shown(name)}" + (f" (did you mean {near[0]!r}?)" if near else ""))


def _check(key, value):
    """Raises InvalidArgument for a value that an option cannot have."""
    if key in _NUMBERS:
        least = _NUMBERS[key]
        number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
        if not number or value != value or value in (float("inf"), float("-inf")) or value != int(value) or value < least:
            raise InvalidArgument(f"option {key} must be a whole number from {least} on, not {shown(value)}")
    elif key in _FLAGS and not (isinstance(value, (bool, np.bool_)) or (isinstance(value, int) and value in (0, 1))):
        raise InvalidArgument(f"option {key} must be True or False, not {shown(value)}")


class RxOptions:
    """Get and set options: ``RxOptions.get_option("reportProgress")``.

    Examples
    --------
    >>> import insitu as rx
    >>> before = rx.RxOptions.set_option("numDigits", 5)
    >>> rx.RxOptions.get_option("numDigits"), rx.RxOptions.set_option("numDigits", before)
    (5, 5)
    """

    @staticmethod
    def get_option(name: str, default: Any = _REQUIRED) -> Any:
        """The value of an option; for a name that is none ``default`` where it is given, else InvalidArgument."""
        if str(name).lower() == "computecontext":
            from insitu.contexts import rx_get_compute_context

            return rx_get_compute_context()
        key = _canonical(name)
        if key in ("sampleDataDir", "unitTestDataDir") and not _values[key]:
            return _sample_folder()
        if key is None and default is _REQUIRED:
            raise _unknown(name)
        return default if key is None else _values[key]

    @staticmethod
    def set_option(name: str, value: Any) -> Any:
        """Sets an option and returns its value before. Raises InvalidArgument for a name that is none, and for a wrong value."""
        if str(name).lower() == "computecontext":
            from insitu.contexts import rx_set_compute_context

            return rx_set_compute_context(value)
        key = _canonical(name)
        if key is None:
            raise _unknown(name)
        if key in _CHOICES and value not in _CHOICES[key]:
            raise InvalidArgument(f"option {key} must be one of {', '.join(map(repr, _CHOICES[key]))}, not {shown(value)}")
        _check(key, value)
        before, _values[key] = _values[key], value
        return before

    @staticmethod
    def reset() -> None:
        """Restores all defaults, the compute context included."""
        from insitu.contexts import RxLocalSeq, rx_set_compute_context

        _values.update(_DEFAULTS)
        rx_set_compute_context(RxLocalSeq())


def _sample_folder():
    """The folder that the engine fills, when it is first asked for, with generated files under the names of the original's samples."""
    from insitu._requests import Builder

    reply = Builder("sample_data", folder="", reportProgress=0).run()
    if reply["made"]:
        print(f"Sample data were generated in {reply['folder']}: the names and columns that scripts expect, with made-up rows. "
              "INSITU_SAMPLES names a folder of originals.", file=sys.stderr)
    return reply["folder"]


def rx_options(**options: Any) -> dict[str, Any]:
    """Sets options by name and returns the values before; without arguments returns all options.

    Parameters
    ----------
    **options
        New values by name.

    Returns
    -------
    dict
        All options as they were before.

    Raises
    ------
    InvalidArgument
        There is no such option, or it cannot have the value.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_options()["numDigits"]
    7
    """
    before = dict(_values)
    for name, value in options.items():
        RxOptions.set_option(name, value)
    return before


class RxMissingValues:
    """The value that stands for a missing one, by type."""

    @staticmethod
    def int8() -> int:
        return int(np.iinfo(np.int8).min)

    @staticmethod
    def int16() -> int:
        return int(np.iinfo(np.int16).min)

    @staticmethod
    def int32() -> int:
        return int(np.iinfo(np.int32).min)

    @staticmethod
    def int64() -> int:
        return int(np.iinfo(np.int64).min)

    @staticmethod
    def uint8() -> int:
        return int(np.iinfo(np.uint8).max)

    @staticmethod
    def uint16() -> int:
        return int(np.iinfo(np.uint16).max)

    @staticmethod
    def uint32() -> int:
        return int(np.iinfo(np.uint32).max)

    @staticmethod
    def uint64() -> int:
        return int(np.iinfo(np.uint64).max)

    @staticmethod
    def float16() -> float:
        return float("nan")

    @staticmethod
    def float32() -> float:
        return float("nan")

    @staticmethod
    def float64() -> float:
        return float("nan")
