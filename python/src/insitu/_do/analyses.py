"""Every method of the engine: rx_summary, rx_lin_mod, rx_cov_cor ... Nothing here is about one of them."""

import functools

from insitu._arguments import signature_of
from insitu._calls import implements
from insitu._do.common import moments_of
from insitu._families import FamilyText
from insitu._family_functions import FamilyFunctions
from insitu._functions_of_user import FunctionOfModel
from insitu._jobs import makes
from insitu._requests import Builder
from insitu._session import option
from insitu._table import METHODS, SIGNATURES
from insitu.errors import InvalidArgument
from insitu.results import Result, class_of_result


def analysis(name, arguments):
    signature = signature_of(name)
    method = METHODS[signature["op"]]
    builder = Builder(signature["op"], call=arguments.call)
    builder.context(arguments.pop("computeContext", None))
    data, moments = arguments.pop("data"), arguments.pop("moments", None)
    if moments is None and isinstance(arguments.get("formula"), Result):
        moments = arguments.pop("formula")  # the covariances themselves
    if moments is not None:
        builder.document["moments"] = moments_of(name, moments)
    elif data is None:
        raise InvalidArgument(f"{name}: data is missing")
    if data is not None:
        builder.document["data"] = builder.source(data)
    builder.document["dataLabel"] = type(data if moments is None else moments).__name__
    builder.pipeline(arguments)
    arguments.pop("verbose", None)
    written = arguments.get("formula")
    if written is not None and "~" not in written:
        arguments["formula"] = "~" + written
    for python_name, (key, kind, *_) in signature["arguments"].items():
        if kind == "target":
            builder.document[key] = builder.target(arguments.pop(key, None), python_name)
        elif arguments.get(key) is None and key in signature.get("session", ()):
            arguments[key] = option(key)
    arguments.update(signature.get("fixed", {}))
    family = arguments.get("family")
    family = FamilyFunctions(family) if isinstance(family, FamilyText) else None
    if family is not None:
        builder.family(family)
    builder.options(arguments)
    variables = builder.document.get("transformFunc", {}).get("variables") if method["keepsModel"] else None
    return builder.result("method", call=arguments.call, written=written, variables=variables, family=family, value=signature.get("value"))


@makes("method")
def _result_of_method(reply, kept):
    call = kept.get("call") or (reply.get("about") or {}).get("call") or ""
    result = class_of_result(reply["class"])(reply, call)
    result._written = kept.get("written")
    if kept.get("variables") is not None and kept.get("transform") is not None:
        result._function = FunctionOfModel(kept["transform"], kept["variables"])
    if kept.get("family") is not None:
        result._family = FunctionOfModel(kept["family"], None)
    return result.labelled(kept["value"]) if kept.get("value") else result


for _name, _signature in SIGNATURES.items():
    if _signature["op"] in METHODS:
        implements(_name)(functools.partial(analysis, _name))
