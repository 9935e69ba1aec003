"""Objects between the two ends of a remote session."""

import pickle

from insitu._task_code import by_value_of


def dumps(value, what):
    """Bytes of an object; functions and classes of the user travel with their code, where cloudpickle is installed.

    Raises ValueError, naming ``what``, for what cannot travel.
    """
    try:
        with by_value_of(value) as pickler:
            return pickler.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # whatever pickling a user's object raises
        raise ValueError(f"{what} cannot be sent: {type(error).__name__}: {error}") from error
