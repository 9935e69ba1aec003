"""What can go wrong. Every error of the engine is an ``InsituError`` and also the Python kind one would expect."""

import sys
import warnings


class InsituError(Exception):
    """Base of all errors of the engine; the text names the argument, the value and the way out."""


class InvalidArgument(InsituError, ValueError):
    """The caller asked for something that cannot be."""


class DataError(InsituError, RuntimeError):
    """The data cannot be read, or contradict the request."""


class WorkerError(InsituError, RuntimeError):
    """A worker failed or was lost; carries the worker's own text."""


class Unsupported(InsituError, NotImplementedError):
    """This compute context or data source cannot do it."""


class UserCodeError(InsituError, RuntimeError):
    """A function of the user failed; the text names the function and the rows."""


def shown(value, most=80):
    """A value in a message: on one line, its beginning only."""
    try:
        text = " ".join(repr(value).splitlines())
    except Exception:  # an object whose repr fails
        text = f"a {type(value).__name__}"
    return shortened(text, most)


def shortened(text, most):
    """A text of at most ``most`` characters: its beginning."""
    return text if len(text) <= most else text[:most - 3] + "..."


class InsituWarning(UserWarning):
    """A warning of the engine about data or results. It is shown every time, also where a line of code runs again."""


def text_of_error(error):
    """What an exception says, or that it cannot: its text is code of its user."""
    try:
        return str(error)
    except Exception as worse:
        return f"<its text cannot be had: {type(worse).__name__}>"


def warn(text, category=InsituWarning, every_time=True):
    """Warns at the line of the user that called this package; ``every_time``: also where that line runs again.

    The filters that users set are obeyed: one of "error" raises.
    """
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in ("insitu", "revoscalepy"):
        frame = frame.f_back
    shown = {} if every_time else frame.f_globals.setdefault("__warningregistry__", {})
    warnings.warn_explicit(text, category, frame.f_code.co_filename, frame.f_lineno, frame.f_globals.get("__name__"), shown)


#: Error class by the engine's code (src/base/error.hpp).
BY_CODE = {1: InsituError, 2: InvalidArgument, 3: DataError, 4: WorkerError, 6: Unsupported, 7: UserCodeError}
