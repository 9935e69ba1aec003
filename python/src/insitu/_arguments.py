"""Arguments of public functions and classes: names are completed and values checked once, here, by the generated table."""

from __future__ import annotations

import difflib
import functools
import math
import os
from typing import cast

import numpy as np

from insitu._families import family_text
from insitu._step_control import StepControl
from insitu._table import SIGNATURES
from insitu._types import Made
from insitu.errors import InvalidArgument, shown, warn


def signature_of(name):
    """What the generated table says of a function or class."""
    return SIGNATURES[name]


def check_unknown(name, known, unknown):
    """Completes unique beginnings of names (with a warning) and refuses the rest with a suggestion.

    Returns the completed names. Raises InvalidArgument.
    """
    completed = {}
    for given, value in unknown.items():
        if not isinstance(given, str):
            raise InvalidArgument(f"{name}: names of arguments must be texts, not {shown(given)}")
        matches = [k for k in known if k.startswith(given)]
        if len(matches) == 1:
            warn(f"{name}: argument '{given}' completed to '{matches[0]}'", UserWarning, every_time=False)
            completed[matches[0]] = value
            continue
        near = difflib.get_close_matches(given, known, 1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        if len(matches) > 1:
            hint = f" (it may be {' or '.join(matches)})"
        if said := _instead(name, given):
            hint = f"; {said}"
        raise InvalidArgument(f"{name}: unknown argument '{given}'{hint}")
    return completed


def _instead(name, given):
    """What to write where a function has no argument that its siblings have; None where there is nothing to say."""
    if not name.startswith("rx_predict"):
        return None
    if given == "row_selection":
        return (f"{name} gives a prediction for every row, as the original; select the rows first: "
                f"{name}(model, rx_data_step(data, row_selection=...))")
    if given in ("transforms", "transform_objects", "transform_function", "transform_variables", "transform_packages"):
        return (f"{name} computes what the model's own transforms say; compute other variables first: "
                f"{name}(model, rx_data_step(data, {given}=...))")
    return None


def _single(value):
    """A NumPy scalar or array of one value as the Python value; anything else as it is."""
    if isinstance(value, (np.generic, np.ndarray)) and value.shape == ():
        return value.item()
    return value


def names_of(value):
    """A collection of names (an Index or Series of pandas, an array, a set of keys, ...) as a list of str; else the value."""
    if isinstance(value, (list, tuple)):
        return [str(each) if type(each).__name__ == "str_" else each for each in value]
    if isinstance(value, (str, bytes, dict)) or not hasattr(value, "__iter__") or hasattr(type(value), "columns"):
        return value
    try:
        return [_single(each) for each in (value.tolist() if hasattr(value, "tolist") else value)]
    except Exception:  # something that cannot be walked through
        return value


def normal_value(kind, value):
    """A value in the form that implementations expect: names as lists, paths as text, scalars of NumPy as Python's."""
    value = _single(value)
    if kind in ("names", "strings"):
        return names_of(value)
    if kind == "family":
        return family_text(value)
    if kind == "selection":
        return step_settings(value)
    if isinstance(value, os.PathLike):
        try:
            return os.fspath(value)
        except TypeError:
            return value  # refused where it is used
    return value


def step_settings(value):
    """What ``rx_step_control`` gives, of a dict of its arguments; texts, which the engine reads, and None as they are.

    Raises InvalidArgument.
    """
    if value is None or isinstance(value, (str, StepControl)):
        return value
    if not isinstance(value, dict):
        raise InvalidArgument(f"variable_selection must be what rx_step_control gives, not {shown(value)}")
    return StepControl.of(engine_arguments("rx_step_control", value)) if value else None


#: What functions are asked for where "a function" says too little.
_FUNCTIONS = {("rx_exec_by", "function"): "a function of keys and data, or an analysis, which is handed over uncalled "
                                          "(functools.partial(rx.rx_lin_mod, 'y ~ x'))"}


def check_type(name, argument, kind, value, choices=None):
    """Refuses a value of the wrong kind, naming function, argument and value."""
    if value is None:
        return

    def refuse(expected):
        raise InvalidArgument(f"{name}: {argument} must be {expected}, not {shown(value)}")

    def number():
        try:
            return float(value)
        except (TypeError, ValueError, OverflowError):
            refuse("a number")

    if kind == "flag" and not isinstance(value, bool) and not (isinstance(value, (int, float)) and value in (0, 1)):
        refuse("True or False")
    elif kind in ("integer", "number"):
        if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
            refuse("a number")
        if math.isnan(number()):
            refuse("a number")
        if kind == "integer" and (math.isinf(number()) or number() != int(number())):
            refuse("a whole number")
        if abs(number()) >= 2**63 and not math.isinf(number()):
            refuse("a number of at most 64 bits")
    elif kind == "path" and not (isinstance(value, str) and value) and not hasattr(type(value), "descriptor"):
        refuse("a path")
    elif kind in ("string", "formula", "expression", "path") and isinstance(value, str) and "\0" in value:
        refuse("text without NUL characters")
    elif kind in ("string", "formula") and not isinstance(value, str):
        refuse("a string")
    elif kind == "expression" and not isinstance(value, str):
        refuse("a string that holds an expression, such as 'x > 0'")
    elif kind == "expressions" and not isinstance(value, dict):
        refuse("a dict of new names and expressions")
    elif kind == "function" and not callable(value):
        refuse(_FUNCTIONS.get((name, argument), "a function"))
    elif kind == "list" and not (argument == "column_info" and isinstance(value, (list, tuple))):
        if not hasattr(type(value), "items") or hasattr(type(value), "shape"):  # a frame is no dict of settings
            refuse("a dict of names and values")
    elif kind in ("names", "strings"):
        if not isinstance(value, (str, list, tuple)) or not all(isinstance(each, str) for each in value):
            refuse("a string or a list of strings")
        if kind == "names" and argument == "vars_to_keep" and len(value) == 0:
            raise InvalidArgument(f"{name}: vars_to_keep is empty, which keeps no variable: name at least one, or leave it out")
    elif kind == "choice":
        value = value[0] if isinstance(value, (list, tuple)) and value else value
        if not isinstance(value, str) or value not in choices:
            near = difflib.get_close_matches(shown(value), choices, 1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise InvalidArgument(f"{name}: {argument} must be one of {', '.join(map(repr, choices))}, not {shown(value)}{hint}")


def constructor(declared: Made) -> Made:
    """Makes the ``__init__`` of a class from its declaration: what is given, and nothing that is not, goes to ``_construct``.

    Help, notebooks and editors show the signature that was declared.
    """

    @functools.wraps(declared)
    def init(self, *args, **settings):
        self._construct(args, settings)

    return cast(Made, init)


def constructor_arguments(name, args, settings):
    """The arguments of a class by Python name, checked: positions in the order of the table, then names."""
    table = signature_of(name)["arguments"]
    if len(args) > len(table):
        raise InvalidArgument(f"{name}: too many arguments")
    given = dict(zip(table, args))
    for key in settings:
        if key in given:
            raise InvalidArgument(f"{name}: {key} is given twice")
    given.update((key, value) for key, value in settings.items() if key in table)
    given.update(check_unknown(name, list(table), {key: value for key, value in settings.items() if key not in table}))
    for key, value in given.items():
        kind, *choices = table[key][1:]
        given[key] = value = normal_value(kind, value)
        check_type(name, key, kind, value, choices[0] if choices else None)
    return given


def engine_arguments(name, given):
    """The arguments of a call by engine name, checked; those that are not given have their defaults."""
    table, defaults = signature_of(name)["arguments"], signature_of(name)["defaults"]
    unknown = {key: value for key, value in given.items() if key not in table}
    given = {key: value for key, value in given.items() if key in table}
    given.update((key, defaults.get(key)) for key in table if key not in given)
    given.update(check_unknown(name, list(table), unknown))
    arguments = {}
    for python_name, value in given.items():
        engine_name, kind, *choices = table[python_name]
        if engine_name == "append" and isinstance(value, bool):  # as scripts of old say
            value = "rows" if value else "none"
        value = normal_value(kind, value)
        check_type(name, python_name, kind, value, choices[0] if choices else None)
        arguments[engine_name] = value
    return arguments
