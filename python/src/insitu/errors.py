"""What can go wrong. Every error of the engine is an ``InsituError`` and also the Python kind one would expect."""


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


#: Error class by the engine's code (src/base/error.hpp).
BY_CODE = {1: InsituError, 2: InvalidArgument, 3: DataError, 4: WorkerError, 6: Unsupported, 7: UserCodeError}
