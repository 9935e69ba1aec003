"""Options that hold for a whole session, by their names in revoscalepy (case does not matter)."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from insitu import _session
from insitu._requests import Builder
from insitu.contexts import RxLocalSeq, rx_get_compute_context, rx_set_compute_context


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
    def get_option(name: str, default: Any = _session.REQUIRED) -> Any:
        """The value of an option; for a name that is none ``default`` where it is given, else InvalidArgument."""
        if str(name).lower() == "computecontext":
            return rx_get_compute_context()
        value = _session.option(name, default)
        if not value and _session.canonical(name) in ("sampleDataDir", "unitTestDataDir"):
            return _sample_folder()
        return value

    @staticmethod
    def set_option(name: str, value: Any) -> Any:
        """Sets an option and returns its value before. Raises InvalidArgument for a name that is none, and for a wrong value."""
        if str(name).lower() == "computecontext":
            return rx_set_compute_context(value)
        return _session.set_option(name, value)

    @staticmethod
    def reset() -> None:
        """Restores all defaults, the compute context included."""
        _session.reset_options()
        rx_set_compute_context(RxLocalSeq())


def _sample_folder():
    """The folder that the engine fills, when it is first asked for, with generated files under the names of the original's samples."""
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
    before = _session.options()
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
