"""What a session has set in Python and its libraries and results depend on: tasks in workers have it, too (docs/exec.md)."""

import contextlib
import decimal
import locale
import pickle
import sys
import warnings

import numpy as np

from insitu import _user_pickle

_LOCALES = ("LC_COLLATE", "LC_MONETARY", "LC_NUMERIC", "LC_TIME")


def taken():
    """The settings of this session, as they go to workers: what cannot travel, as a formatter that holds a file, is left out."""
    found = {"decimal": decimal.getcontext().copy(), "errors": np.geterr(), "print": np.get_printoptions(),
             "locale": {name: locale.setlocale(getattr(locale, name)) for name in _LOCALES}}
    options = _changed_options()
    if options:
        found["pandas"] = options
    kept = {name: bytes_ for name, value in found.items() if (bytes_ := _bytes(value)) is not None}
    # A filter at a time: the class of one may be one that cannot travel.
    kept["warnings"] = [bytes_ for each in warnings.filters if (bytes_ := _bytes(each)) is not None]
    return kept


def put(kept):
    """Makes this process, which has no other tasks, as that session was. What it does not know is left as it is."""
    filters = []
    for each in kept["warnings"]:
        with contextlib.suppress(Exception):  # a class of a module that is not here
            filters.append(pickle.loads(each))
    for name, bytes_ in kept.items():
        if name != "warnings":
            with contextlib.suppress(Exception):  # a locale that the machine lacks, an option of another version
                _PUT[name](pickle.loads(bytes_))
    warnings.resetwarnings()
    warnings.filters.extend(filters)


def _bytes(value):
    try:
        return _user_pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    except Exception:  # whatever pickling a user's object raises
        return None


def _changed_options():
    """Options of pandas that are not as they come, by name."""
    if "pandas" not in sys.modules:
        return {}
    import pandas

    try:
        known = pandas._config.config._registered_options
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of options that will go
            values = {name: pandas.get_option(name) for name in known}
        return {name: value for name, value in values.items() if value is not known[name].defval and value != known[name].defval}
    except AttributeError:  # a version of pandas that keeps them elsewhere
        return {}


def _put_locales(names):
    for name, value in names.items():
        with contextlib.suppress(locale.Error):
            if locale.setlocale(getattr(locale, name)) != value:
                locale.setlocale(getattr(locale, name), value)


def _put_options(options):
    import pandas

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, value in options.items():
            with contextlib.suppress(Exception):  # another version has another one
                pandas.set_option(name, value)


_PUT = {"decimal": decimal.setcontext, "errors": lambda how: np.seterr(**how), "print": lambda how: np.set_printoptions(**how),
        "locale": _put_locales, "pandas": _put_options}
