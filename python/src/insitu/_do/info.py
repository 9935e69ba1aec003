"""What is known of data, asked and set: rx_get_info, rx_get_var_info, rx_set_var_info ..."""

from collections import OrderedDict

from insitu._calls import implements
from insitu._do.common import count_from_one, written
from insitu._requests import Builder, Frame, plain
from insitu.errors import InvalidArgument, shown
from insitu.results import GetInfoResults, GetVarInfoResults


def info_request(op, arguments):
    builder = Builder(op, style="python")
    builder.context(arguments.pop("computeContext", None))
    builder.document["data"] = builder.source(arguments.pop("data"))
    count_from_one(arguments)
    for key in ("varsToKeep", "varsToDrop"):
        if isinstance(arguments.get(key), str):
            arguments[key] = [arguments[key]]
    for key in ("verbose", "allNodes"):
        arguments.pop(key, None)
    builder.options(arguments)
    builder.document["reportProgress"] = 0
    return builder


@implements("rx_get_info")
def _get_info(arguments):
    reply = info_request("info", arguments).run()
    if isinstance(reply.get("data"), Frame):
        reply["data"] = reply["data"].frame(first_row=int(reply.get("startRow", 1)) - 1)
    return GetInfoResults(reply)


@implements("rx_get_var_info")
def _get_var_info(arguments):
    reply = info_request("var_info", arguments).run()
    return GetVarInfoResults(reply["varInfo"], reply.get("printed", ""))


@implements("rx_get_var_names")
def _get_var_names(arguments):
    return [entry["name"] for entry in info_request("var_info", arguments).run()["varInfo"]]


@implements("rx_create_col_info")
def _create_col_info(arguments):
    data = arguments["data"]
    if isinstance(data, GetVarInfoResults):
        info = data
    else:
        request = {"data": data, "varsToKeep": arguments.get("varsToKeep"), "computeInfo": bool(arguments.get("computeInfo", True))}
        info = GetVarInfoResults(info_request("var_info", request).run()["varInfo"])
    found = OrderedDict()
    for name, entry in info.items():
        factor = entry.get("varType") in ("factor", "ordered")
        if arguments.get("factorsOnly") and not factor:
            continue
        item = {"type": _column_class(entry)}
        if factor:
            levels = list(entry.get("levels") or [])
            if arguments.get("sortLevels"):
                levels.sort(key=lambda level: (not level.lstrip("-").isdigit(), int(level) if level.lstrip("-").isdigit() else 0, level))
            item["levels"] = levels
            if arguments.get("useFactorIndex"):
                item["type"] = "factorIndex"
        if arguments.get("includeLowHigh") and not factor and entry.get("low") is not None:
            item["low"], item["high"] = entry["low"], entry["high"]
        if entry.get("description"):
            item["description"] = entry["description"]
        found[name] = item
    return found


def _column_class(entry):
    """The colClasses name of a variable."""
    kind, storage = entry.get("varType"), entry.get("storage")
    if kind == "integer":
        return {"int16": "int16", "uint16": "uint16", "int64": "int64"}.get(storage, "integer")
    if kind == "numeric":
        return "float32" if storage == "float32" else "numeric"
    return kind


@implements("rx_set_var_info")
def _set_var_info(arguments):
    entries = []
    given = arguments["varInfo"]
    if not isinstance(given, (dict, GetVarInfoResults)):
        raise InvalidArgument(f"rx_set_var_info: var_info must be a dict of variables and what is set, not {shown(given)}")
    for name, entry in dict(given).items():
        if not isinstance(entry, dict):
            raise InvalidArgument(f"rx_set_var_info: var_info[{name!r}] must be a dict such as {{'description': ...}}, not {shown(entry)}")
        entries.append({"name": name, **{k: v for k, v in entry.items() if v is not None}})
    data = arguments["data"]
    builder = Builder("set_var_info", varInfo=[])
    builder.context(None)
    builder.document["data"] = builder.source(data)
    builder.options({})
    builder.document["varInfo"] = plain(entries)
    return written(builder.run(), all_rows=True)


@implements("rx_set_info")
def _set_info(arguments):
    builder = Builder("set_info", description=arguments.get("description") or "")
    builder.context(None)
    builder.document["data"] = builder.source(arguments["data"])
    return written(builder.run(), all_rows=True)


@implements("shape")
def _shape(source):
    """(rows, columns) of a source."""
    reply = info_request("info", {"data": source, "computeInfo": True}).run()
    return int(reply["numRows"]), int(reply["numVars"])
