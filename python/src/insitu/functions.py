"""Implementations of the public functions: each turns checked arguments into one request and its reply into a result."""

import numpy as np

from insitu._dispatch import implements, signature_of
from insitu._functions_of_user import FunctionOfModel
from insitu._requests import Builder, Frame, plain
from insitu.contexts import context_of
from insitu.errors import InvalidArgument, shown
from insitu.options import RxOptions
from insitu.results import (GetInfoResults, GetVarInfoResults, RxLinModResults, RxSummaryResults)
from insitu.sources import RxDataSource, RxTextData, RxXdfData, column_settings, rx_locate_path
from insitu.generated_sources import SOURCES


def _first(value):
    return value[0] if isinstance(value, (list, tuple)) and value else value


def _written(reply, all_rows=False):
    """The value of a function that writes: the source written, or the data frame; ``all_rows``: of all rows that came in."""
    if reply.get("frame") is not None:
        return reply["frame"].frame(first_row=0) if all_rows else reply["frame"].frame(reply.get("rowNames"))
    return source_of(reply["outFile"])


def _columns(frame):
    """The columns of a data frame by name, a dict: what ``return_data_frame=False`` asks for."""
    names = frame.column_names if hasattr(frame, "column_names") else list(frame.columns)
    return {name: frame[name] for name in names}


def source_of(descriptor):
    """A source object from its descriptor."""
    if isinstance(descriptor, RxDataSource):
        return descriptor
    if isinstance(descriptor, str):
        return RxXdfData(descriptor)
    kind = SOURCES[descriptor["type"]]
    names = {engine: python for python, (engine, *_) in signature_of(kind.__name__)["arguments"].items()}
    # The path is a full one already, whatever its file system.
    return kind(**{names[k]: v for k, v in descriptor.items() if k in names and v is not None and k != "fileSystem"})


def _count_from_one(arguments):
    """Makes row 0 the first row, as loops over rows in Python have it."""
    if arguments.get("startRow") == 0:
        arguments["startRow"] = 1


def _rows_request(op, arguments, returns_rows=True):
    _count_from_one(arguments)
    builder = Builder(op)
    builder.context(arguments.pop("computeContext", None))
    data = arguments.pop("inData", None)
    if data is not None:
        returns_rows = returns_rows and arguments.get("outFile") is None and arguments.get("rowVarName") is None
        builder.document["inData"] = builder.source(data, "input_data", returns_rows=returns_rows)
    builder.document["outFile"] = builder.target(arguments.pop("outFile", None))
    arguments["append"] = _first(arguments.get("append"))
    if arguments.get("xdfCompressionLevel") is None:
        arguments["xdfCompressionLevel"] = RxOptions.get_option("xdfCompressionLevel")
    builder.pipeline(arguments)
    for key in ("verbose", "cppInterp", "readByBlock", "returnDataFrame"):
        arguments.pop(key, None)
    return builder


@implements("rx_import")
def _import(arguments):
    for engine, python in (("colClasses", "column_classes"), ("colInfo", "column_info")):
        arguments[engine] = column_settings("rx_import", python, arguments.get(engine))
    builder = _rows_request("import", arguments)
    builder.options(arguments)
    return _written(builder.run())


@implements("rx_data_step")
def _data_step(arguments):
    wants_objects = arguments.pop("returnTransformObjects", False)
    objects = arguments.get("transformObjects")
    builder = _rows_request("data_step", arguments, not wants_objects)
    if arguments.get("rowsPerRead") == -1:
        arguments.pop("rowsPerRead")
    builder.options(arguments)
    if wants_objects:
        builder.document["returnTransformObjects"] = True
        # Objects that a function changes are those of this process: the rows come here.
        builder.document["context"] = {"type": "RxLocalSeq"}
        if builder._transform is not None:
            builder._transform.skip_test_chunk = True
    reply = builder.run()
    if wants_objects:
        return builder._transform.objects if builder._transform is not None else objects
    return None if reply.get("end") else _written(reply)


@implements("rx_read_xdf", "rx_xdf_to_data_frame")
def _read_xdf(arguments):
    file, wants_frame = arguments.pop("file"), arguments.get("returnDataFrame") in (None, True)
    _count_from_one(arguments)
    builder = _rows_request("data_step", {**arguments, "inData": file if isinstance(file, RxDataSource) else RxXdfData(file)})
    for key in ("returnDataFrame", "readByBlock", "cppInterp", "transforms", "transformObjects", "transformFunc", "transformVars",
                "transformPackages", "transformEnvir"):
        arguments.pop(key, None)
    if arguments.get("numRows") is None:
        arguments["numRows"] = -1
    builder.options(arguments)
    reply = builder.run()
    if reply.get("end"):
        return None
    return _written(reply) if wants_frame else _columns(_written(reply))


def _info_request(op, arguments):
    builder = Builder(op, style="python")
    builder.context(arguments.pop("computeContext", None))
    builder.document["data"] = builder.source(arguments.pop("data"))
    _count_from_one(arguments)
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
    reply = _info_request("info", arguments).run()
    if isinstance(reply.get("data"), Frame):
        reply["data"] = reply["data"].frame(first_row=int(reply.get("startRow", 1)) - 1)
    return GetInfoResults(reply)


@implements("rx_get_var_info")
def _get_var_info(arguments):
    reply = _info_request("var_info", arguments).run()
    return GetVarInfoResults(reply["varInfo"], reply.get("printed", ""))


@implements("rx_get_var_names")
def _get_var_names(arguments):
    return [entry["name"] for entry in _info_request("var_info", arguments).run()["varInfo"]]


@implements("rx_create_col_info")
def _create_col_info(arguments):
    data = arguments["data"]
    if isinstance(data, GetVarInfoResults):
        info = data
    else:
        request = {"data": data, "varsToKeep": arguments.get("varsToKeep"), "computeInfo": bool(arguments.get("computeInfo", True))}
        info = GetVarInfoResults(_info_request("var_info", request).run()["varInfo"])
    from collections import OrderedDict

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
    return _written(builder.run(), all_rows=True)


@implements("rx_set_info")
def _set_info(arguments):
    builder = Builder("set_info", description=arguments.get("description") or "")
    builder.context(None)
    builder.document["data"] = builder.source(arguments["data"])
    return _written(builder.run(), all_rows=True)


def _analysis_request(op, function, arguments):
    builder = Builder(op, call=arguments.call)
    builder.context(arguments.pop("computeContext", None))
    data = arguments.pop("data")
    builder.document["data"] = builder.source(data)
    builder.document["dataLabel"] = type(data).__name__
    builder.pipeline(arguments)
    for key in ("verbose", "variableSelection"):
        value = arguments.pop(key, None)
        if key == "variableSelection" and value is not None and value is not False:
            raise InvalidArgument(f"{function}: variable_selection (stepwise) is not available yet; leave it out")
    return builder


@implements("rx_summary")
def _summary(arguments):
    written = arguments["formula"]
    if "~" not in written:
        arguments["formula"] = "~" + written
    builder = _analysis_request("summary", "rx_summary", arguments)
    builder.document["style"] = "python"
    builder.document["byGroupOutFile"] = builder.target(arguments.pop("byGroupOutFile", None), "by_group_out_file")
    if isinstance(arguments.get("summaryStats"), str):
        arguments["summaryStats"] = [arguments["summaryStats"]]
    call = builder.document["call"]
    builder.options(arguments)
    return RxSummaryResults(builder.run(), call, written)


@implements("rx_lin_mod")
def _lin_mod(arguments):
    builder = _analysis_request("lin_mod", "rx_lin_mod", arguments)
    call = builder.document["call"]
    if arguments.get("coefLabelStyle") is None:
        arguments["coefLabelStyle"] = RxOptions.get_option("coefLabelStyle")
    builder.options(arguments)
    reply = builder.run()
    reply.pop("usesFunction", None)
    model = RxLinModResults(reply, call)
    if builder._transform is not None:
        model._function = FunctionOfModel(builder._transform, builder.document["transformFunc"]["variables"])
    return model


@implements("rx_predict")
def _predict(arguments):
    model = arguments.pop("modelObject")
    if not isinstance(model, RxLinModResults):
        raise InvalidArgument(f"rx_predict: model_object must be a fitted model, not {type(model).__name__}")
    data = arguments.pop("data")
    if data is None:
        raise InvalidArgument("rx_predict: data is missing")
    builder = Builder("predict", model=model["model"])
    builder.context(arguments.pop("computeContext", None))
    builder.document["data"] = builder.source(data, returns_rows=arguments.get("outData") is None)
    builder.document["outData"] = builder.target(arguments.pop("outData", None), "output_data")
    names = arguments.pop("predNames", None)
    arguments["predVarNames"] = arguments.get("predVarNames") or names
    for key in ("predVarNames", "residVarNames", "intervalVarNames", "stdErrorsVarNames", "extraVarsToWrite"):
        if isinstance(arguments.get(key), str):
            arguments[key] = [arguments[key]]
    for key in ("append", "interval", "type"):
        arguments[key] = _first(arguments.get(key))
    if arguments.get("xdfCompressionLevel") is None:
        arguments["xdfCompressionLevel"] = RxOptions.get_option("xdfCompressionLevel")
    arguments.pop("verbose", None)
    # The function that the model was fitted with comes from the object at hand, never from the engine's part of the model.
    function = getattr(model, "_function", None)
    if function is not None:
        builder.function(function.transform, function.variables, if_present=bool(function.variables))
    builder.options(arguments)
    return _written(builder.run())


def head(source, rows, which):
    builder = Builder("head", n=int(rows), reportProgress=0)
    builder.context(None)
    builder.document["from"] = which
    builder.document["data"] = builder.source(source)
    reply = builder.run()
    frame = reply["frame"].frame()
    if which == "tail" and hasattr(frame, "index"):
        frame.index = np.arange(reply["firstRow"] - 1, reply["firstRow"] - 1 + len(frame))
    return frame


def shape(source):
    reply = _info_request("info", {"data": source, "computeInfo": True}).run()
    return int(reply["numRows"]), int(reply["numVars"])


_open_sources = {}


def _handle(source):
    found = _open_sources.get(id(source))
    if found is None:
        raise InvalidArgument("the data source is not open: call rx_open first")
    return found[0]


@implements("rx_open")
def _open(arguments):
    source = arguments["src"]
    if id(source) in _open_sources:
        raise InvalidArgument("the data source is already open")
    builder = Builder("open", mode=arguments.get("mode") or "r", reportProgress=0)
    builder.context(None)
    builder.document["data"] = builder.source(source, "src")
    _open_sources[id(source)] = (builder.run()["handle"], source)
    return True


@implements("rx_is_open")
def _is_open(arguments):
    return id(arguments["src"]) in _open_sources


@implements("rx_close")
def _close(arguments):
    handle = _handle(arguments["src"])
    del _open_sources[id(arguments["src"])]
    return bool(Builder("close", handle=handle, reportProgress=0).run().get("closed", True))


@implements("rx_read_next")
def _read_next(arguments):
    source = arguments["src"]
    rows = Builder("read_next", handle=_handle(source), reportProgress=0).run()["frame"].frame()
    return rows if getattr(source, "return_data_frame", None) in (None, True) else _columns(rows)


@implements("rx_write_next")
def _write_next(arguments):
    target = arguments["to"]
    builder = Builder("write_next", handle=_handle(target), reportProgress=0)
    builder.document["from"] = builder.source(arguments["from"], "input_data")
    builder.run()
    return True


@implements("rx_set_compute_context")
def _set_context(arguments):
    from insitu.contexts import rx_set_compute_context

    return rx_set_compute_context(arguments["computeContext"])


@implements("rx_get_compute_context")
def _get_context(arguments):
    return context_of(None)


@implements("rx_get_option")
def _get_option(arguments):
    default = arguments.get("default")
    return RxOptions.get_option(arguments["opt"]) if default is None else RxOptions.get_option(arguments["opt"], default)


@implements("rx_xdf_file_name")
def _xdf_file_name(arguments):
    x = arguments["x"]
    return x.file if isinstance(x, RxXdfData) else rx_locate_path(x)


@implements("rx_locate_file")
def _locate_file(arguments):
    import os

    file = arguments["file"]
    if not isinstance(file, str):
        raise InvalidArgument(f"rx_locate_file: file must be a path, not {shown(file)}")
    extension = arguments.get("defaultExt") or ""
    if extension and "." not in os.path.basename(file):
        file += extension
    folders = arguments.get("pathsToSearch") or []
    for folder in ["."] + ([folders] if isinstance(folders, str) else list(folders)):
        if os.path.exists(os.path.join(folder, file)):
            return os.path.abspath(os.path.join(folder, file))
    found = rx_locate_path(file, bool(arguments.get("isOutFile")))
    if not arguments.get("isOutFile") and not os.path.exists(found):
        raise InvalidArgument(f"rx_locate_file: file not found: {file}")
    return found


@implements("rx_compare_contexts")
def _compare_contexts(arguments):
    first, second = context_of(arguments["context1"]), context_of(arguments["context2"])
    return first == second if arguments.get("exactMatch") else first.same_place(second)


@implements("rx_is_distributed_context")
def _is_distributed(arguments):
    return context_of(arguments.get("computeContext")).distributed
