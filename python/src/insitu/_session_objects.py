"""What the two ends of a remote session tell each other: objects, and what is installed."""

import importlib.metadata
import pickle
import platform

from insitu._task_code import by_value_of
from insitu.errors import text_of_error


class Refused(Exception):
    """A call cannot be answered; the text says why."""


def dumps(value, what):
    """Bytes of an object; functions and classes of the user travel with their code, where cloudpickle is installed.

    Raises ValueError, naming ``what``, for what cannot travel.
    """
    try:
        with by_value_of(value) as pickler:
            return pickler.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # whatever pickling a user's object raises
        raise ValueError(f"{what} cannot be sent: {type(error).__name__}: {text_of_error(error)}") from error


def inventory():
    """What differs between two installations of Python."""
    packages = {}
    for each in importlib.metadata.distributions():
        name = each.metadata["Name"]
        if name:
            packages.setdefault(name.lower().replace("_", "-"), each.version)
    return {"version": platform.python_version(), "platform": platform.platform(), "packages": packages}
