"""What a task of rx_exec needs besides its arguments: which names the function uses, where they come from, how they travel."""

import builtins
import contextlib
import dis
import functools
import importlib.util
import os
import pickle
import site
import sys
import sysconfig
import types

from insitu import _user_pickle
from insitu.errors import InvalidArgument, Unsupported

#: Where code lies that workers have too.
_INSTALLED = tuple({os.path.realpath(path) + os.sep for path in (
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")), *site.getsitepackages(),
    site.getusersitepackages(), os.path.dirname(__file__))})
_BUILTINS = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "__builtins__", "__class__"}


def _cloudpickle():
    try:
        import cloudpickle
    except ImportError:
        raise Unsupported("rx_exec needs the package cloudpickle to send functions to workers: pip install cloudpickle, or use "
                          "RxLocalSeq") from None
    return cloudpickle


def is_users(module_name):
    """Whether a module is the user's own: workers need not be able to import it."""
    if module_name == "__main__":
        return True
    module = sys.modules.get(module_name)
    file = getattr(module, "__file__", None)
    return module is not None and file is not None and not os.path.realpath(file).startswith(_INSTALLED)


def _function_of(value):
    """The Python function behind a callable whose code can be looked at, else None."""
    while isinstance(value, functools.partial):
        value = value.func
    value = getattr(value, "__func__", value)
    return value if isinstance(value, types.FunctionType) else None


def _codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _names_used(function):
    """Global names that the code of a function reads: {name: (line, function it stands in)}; those that it makes itself are none."""
    used, made = {}, set()
    for code in _codes(function.__code__):
        line = code.co_firstlineno
        for instruction in dis.get_instructions(code):
            line = instruction.starts_line or line
            if instruction.opname in ("STORE_GLOBAL", "STORE_NAME"):
                made.add(instruction.argval)
            elif instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
                used.setdefault(instruction.argval, (line, code.co_name))
    return {name: place for name, place in used.items() if name not in made}


def _closure(function):
    cells = zip(function.__code__.co_freevars, function.__closure__ or ())
    for name, cell in cells:
        try:
            yield name, cell.cell_contents
        except ValueError:  # not yet given a value
            pass


def needed(function, given=()):
    """What a function takes from outside, and what the user's functions among that do in turn: {name: value}.

    ``given``: names that tasks will find there anyway. Raises InvalidArgument for a name that is nowhere.
    """
    found, seen, open_ = {}, set(), [function]
    while open_:
        each = _function_of(open_.pop())
        if each is None or id(each) in seen or not is_users(each.__module__):
            continue
        seen.add(id(each))
        for name, (line, where) in _names_used(each).items():
            if name in each.__globals__:
                found.setdefault(name, each.__globals__[name])
                open_.append(each.__globals__[name])
            elif name not in _BUILTINS and name not in given:
                raise InvalidArgument(f"rx_exec: {name!r}, used in line {line} of {where}, is not defined; define or import it before the "
                                      "call, or give it in local_state")
        for name, value in _closure(each):
            found.setdefault(name, value)
            open_.append(value)
    return found


@contextlib.contextmanager
def _by_value(functions):
    """Functions of the user's modules travel with their code, as those of a script do."""
    cloudpickle = _cloudpickle()
    names = {getattr(f, "__module__", None) for f in functions} - {None, "__main__"}
    registered = []
    try:
        for name in names:
            if is_users(name) and name not in cloudpickle.list_registry_pickle_by_value():
                cloudpickle.register_pickle_by_value(sys.modules[name])
                registered.append(sys.modules[name])
        yield _user_pickle
    finally:
        for module in registered:
            cloudpickle.unregister_pickle_by_value(module)


@contextlib.contextmanager
def by_value_of(value):
    """What pickles a value, its functions of the user's modules with their code; pickle where cloudpickle is not installed."""
    if importlib.util.find_spec("cloudpickle") is None:
        yield pickle
        return
    with _by_value(list(_callables(value))) as pickler:
        yield pickler


class Shipment:
    """A function with what it needs, and the bytes by which it and its arguments travel."""

    def __init__(self, function, given=()):
        self.function = function
        self.name = getattr(function, "__name__", type(function).__name__)
        self.needed = needed(function, given)
        self._owners = [f for f in map(_function_of, [function, *self.needed.values()]) if f is not None]
        self._owners += [v for v in self.needed.values() if isinstance(v, type)]

    def dumps(self, value, what, within=None):
        """Bytes for a worker; ``within``: where in it functions of the user may lie. Raises InvalidArgument, naming ``what``."""
        with _by_value([*self._owners, *_callables(value if within is None else within)]) as pickler:
            try:
                return pickler.dumps(value)
            except Exception as error:  # whatever pickling a user's object raises
                raise InvalidArgument(f"rx_exec: {what} cannot be sent to workers: {error}") from error

    def items(self):
        """(name, kind, bytes) of the function and of what it needs, largest first behind the function."""
        rows = [(name, _kind(value), 0 if isinstance(value, types.ModuleType) else len(self.dumps(value, repr(name))))
                for name, value in self.needed.items()]
        own = len(self.dumps(self.function, f"the function {self.name!r}"))
        return [(self.name, "function", own), *sorted(rows, key=lambda row: -row[2])]


def _callables(value, depth=0):
    """Functions and objects of classes in a value, as far as a list of arguments goes."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        if depth < 5:
            for each in value[:1000]:
                yield from _callables(each, depth + 1)
    elif not isinstance(value, (str, bytes, int, float, bool, type(None))):
        yield value if isinstance(value, type) else _function_of(value) or type(value)


def _kind(value):
    if isinstance(value, types.ModuleType):
        return "module"
    if isinstance(value, type):
        return "class"
    return "function" if isinstance(value, (types.FunctionType, types.MethodType, types.BuiltinFunctionType)) else type(value).__name__


def checked_packages(packages):
    """Names of packages that tasks load. Raises InvalidArgument for one that is not installed."""
    packages = [packages] if isinstance(packages, str) else list(packages or [])
    for package in packages:
        if importlib.util.find_spec(str(package).split(".")[0]) is None:
            raise InvalidArgument(f"rx_exec: packages_to_load: package {package!r} is not installed")
    return packages
