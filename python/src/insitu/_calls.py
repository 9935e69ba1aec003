"""From a call of a public function to its implementation, which registers itself by name: this module knows none of them."""

from insitu._arguments import engine_arguments, signature_of
from insitu.errors import InsituError, shortened, shown

#: Implementations by Python name; filled by the ``implements`` decorator.
_IMPLEMENTATIONS = {}


class Arguments(dict):
    """Arguments by engine name; ``call`` is the call as it prints in headers."""

    call = ""


def implements(*names):
    """Registers the implementation of public functions; it gets a dict of arguments by engine name."""

    def register(function):
        for name in names:
            _IMPLEMENTATIONS[name] = function
        return function

    return register


def perform(name, /, **arguments):
    """Runs what is registered under a name that is no public function: a service of one module for those below it."""
    return _IMPLEMENTATIONS[name](**arguments)


def call(name, /, **given):
    """What every public function does: ``given`` are its arguments by Python name, those of its ``**kwargs`` under "kwargs" or
    beside the others."""
    given.update(given.pop("kwargs", {}))
    arguments = Arguments(engine_arguments(name, given))
    arguments.call = call_text(name, given)
    try:
        return _IMPLEMENTATIONS[name](arguments)
    except InsituError as error:
        if len(str(error)) > 1500:  # a value of the user in full
            raise type(error)(shortened(str(error), 1500)) from None
        raise


def call_text(name, given):
    """The call with the arguments that differ from their defaults."""
    defaults = signature_of(name)["defaults"]
    parts = []
    for key, value in given.items():
        default = defaults.get(key)
        if value is None or (type(value) is type(default) and value == default):
            continue
        parts.append(f"{key}={_shown(value)}")
    return f"{name}({', '.join(parts)})"


def _shown(value):
    if isinstance(value, (str, int, float, bool, list, tuple, dict)):
        return shown(value, 1000)
    file = getattr(value, "file", None)
    if isinstance(file, str):
        return f"{type(value).__name__}({file!r})"
    return getattr(value, "__name__", type(value).__name__)
