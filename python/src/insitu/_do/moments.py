"""Models and sums of kept moments, without data: rx_refit, rx_combine."""

import os

from insitu._calls import implements
from insitu._requests import Builder
from insitu.errors import InvalidArgument, shown
from insitu.results import Result, class_of_result


def _moments(function, value):
    """Moments as requests have them: base64, or {"file": path}."""
    if isinstance(value, Result):
        if "moments" in value:
            return value["moments"]
        if value.get("outFile"):
            return {"file": os.path.abspath(value["outFile"])}
    if isinstance(value, (str, os.PathLike)):
        try:
            return {"file": os.path.abspath(os.path.expanduser(os.fspath(value)))}
        except (TypeError, ValueError):
            pass  # no path after all
    what = f"a {type(value).__name__} without them" if isinstance(value, Result) else shown(value)
    raise InvalidArgument(f"{function}: moments must be what rx_moments returns, a model that was fitted with keep_moments=True, "
                          f"or the path of a file of moments, not {what}")


def _result(builder, label):
    builder.document["dataLabel"] = label
    reply = builder.run()
    return class_of_result(reply["class"])(reply, builder.document["call"])


@implements("rx_refit")
def _refit(arguments):
    moments = arguments.pop("moments")
    builder = Builder("refit", call=arguments.call, reportProgress=0)
    builder.document["moments"] = _moments("rx_refit", moments)
    builder.options(arguments)
    result = _result(builder, type(moments).__name__)
    result._written = arguments["formula"]
    return result


@implements("rx_combine")
def _combine(arguments):
    given = []
    for value in (arguments.pop("moments"), arguments.pop("others", None)):
        given += list(value) if isinstance(value, (list, tuple)) else [] if value is None else [value]
    builder = Builder("combine", call=arguments.call, reportProgress=0)
    builder.document["moments"] = [_moments("rx_combine", value) for value in given]
    builder.options(arguments)
    return _result(builder, "")
