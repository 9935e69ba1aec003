"""What holds for a whole session: the options by name, and the active compute context."""

from __future__ import annotations

import difflib
import os
from typing import Any

import numpy as np

from insitu.errors import InvalidArgument, shown

_DEFAULTS: dict[str, Any] = {
    "blocksPerRead": 1, "reportProgress": 2, "rowDisplayMax": -1, "memStatsReset": 0, "memStatsDiff": 0,
    "numCoresToUse": -1, "numDigits": 7, "showTransformFn": False, "defaultDecimalColType": "float32",
    "defaultMissingColType": "float32", "dataPath": ["."], "outDataPath": ["."], "transformPackages": [],
    "xdfCompressionLevel": 1, "fileSystem": "native", "useDoSMP": None, "useSparseCube": False, "rngBufferSize": 1,
    "dropMain": True, "coefLabelStyle": "Revo", "numTasks": 1, "hdfsHost": os.environ.get("REVOHADOOPHOST", "default"),
    "hdfsPort": int(os.environ.get("REVOHADOOPPORT", "0") or 0), "hdfsHttpPort": 0, "unixPythonPath": "", "traceLevel": 0,
    "memoryLimit": None, "syncWrites": None,
    "spark.executorCores": 2, "spark.executorMem": "4g", "spark.executorOverheadMem": "4g", "spark.numExecutors": 65535,
    "frameType": "auto", "missingIntegers": "nullable",
    "sampleDataDir": os.environ.get("INSITU_SAMPLES", ""), "unitTestDataDir": "", "demoScriptsDir": "",
}
#: Options that have a few values.
_CHOICES = {"frameType": ("auto", "pandas", "polars", "arrow"), "missingIntegers": ("nullable", "float", "sentinel")}
_ALIASES = {"rngbffersize": "rngBufferSize"}  # spelled so in the original's documentation

_values = dict(_DEFAULTS)


#: Options that are whole numbers, and the least value of each.
_NUMBERS = {
    "blocksPerRead": 1, "reportProgress": -1, "rowDisplayMax": -1, "numCoresToUse": -1,
    "numDigits": 1, "xdfCompressionLevel": 0, "rngBufferSize": 1, "numTasks": 1,
    "hdfsPort": 0, "hdfsHttpPort": 0, "spark.executorCores": 1, "spark.numExecutors": 1,
}
_FLAGS = ("showTransformFn", "useSparseCube", "dropMain")
#: The default of ``option`` where none is given.
REQUIRED = object()


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


def canonical(name):
    """The name of an option as it is kept (case does not matter); None where there is none."""
    lower = str(name).lower()
    if lower in _ALIASES:
        return _ALIASES[lower]
    return next((key for key in _DEFAULTS if key.lower() == lower), None)


def option(name: str, default: Any = REQUIRED) -> Any:
    """The value of an option; for a name that is none ``default`` where it is given, else InvalidArgument."""
    key = canonical(name)
    if key is None and default is REQUIRED:
        raise _unknown(name)
    return default if key is None else _values[key]


def options() -> dict[str, Any]:
    """All options by name."""
    return dict(_values)


def set_option(name: str, value: Any) -> Any:
    """Sets an option and returns its value before. Raises InvalidArgument for a name that is none, and for a wrong value."""
    key = canonical(name)
    if key is None:
        raise _unknown(name)
    if key in _CHOICES and value not in _CHOICES[key]:
        raise InvalidArgument(f"option {key} must be one of {', '.join(map(repr, _CHOICES[key]))}, not {shown(value)}")
    _check(key, value)
    before, _values[key] = _values[key], value
    _tell_environment(key, value)
    return before


def reset_options() -> None:
    """Restores the defaults of all options."""
    before = _values["hdfsHttpPort"]
    _values.update(_DEFAULTS)
    if before:
        _tell_environment("hdfsHttpPort", 0)


def _tell_environment(key, value):
    """What the engine reads there, and the processes that it starts."""
    if key == "hdfsHttpPort" and value:
        os.environ["INSITU_HDFS_HTTP_PORT"] = str(int(value))
    elif key == "hdfsHttpPort":
        os.environ.pop("INSITU_HDFS_HTTP_PORT", None)


# One for the whole process, as in RevoScaleR: threads see what was set.
_active: Any = None


def active_context() -> Any:
    """The compute context of calls that name none."""
    return _active


def activate(context: Any) -> Any:
    """Makes a compute context the active one and returns the one before."""
    global _active
    before, _active = _active, context
    return before
