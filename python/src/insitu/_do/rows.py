"""Rows in, rows out: rx_import, rx_data_step, rx_read_xdf, and reading and writing by chunks."""

import numpy as np

from insitu._calls import implements
from insitu._do.common import count_from_one, first, written
from insitu._jobs import makes
from insitu._requests import Builder
from insitu._session import option
from insitu.errors import InvalidArgument, Unsupported
from insitu.sources import RxDataSource, RxXdfData, column_settings


def _rows_request(op, arguments, returns_rows=True):
    count_from_one(arguments)
    builder = Builder(op)
    builder.context(arguments.pop("computeContext", None))
    data = arguments.pop("inData", None)
    if data is not None:
        returns_rows = returns_rows and arguments.get("outFile") is None and arguments.get("rowVarName") is None
        builder.document["inData"] = builder.source(data, "input_data", returns_rows=returns_rows)
    builder.document["outFile"] = builder.target(arguments.pop("outFile", None))
    arguments["append"] = first(arguments.get("append"))
    if arguments.get("xdfCompressionLevel") is None:
        arguments["xdfCompressionLevel"] = option("xdfCompressionLevel")
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
    return builder.result("rows", call=arguments.call)


@makes("rows")
def _rows(reply, kept):
    if reply.get("end"):
        return None
    return _columns(written(reply)) if kept.get("columns") else written(reply)


@implements("rx_data_step")
def _data_step(arguments):
    wants_objects = arguments.pop("returnTransformObjects", False)
    objects = arguments.get("transformObjects")
    builder = _rows_request("data_step", arguments, not wants_objects)
    if arguments.get("rowsPerRead") == -1:
        arguments.pop("rowsPerRead")
    builder.options(arguments)
    if wants_objects:
        if not builder.waits:
            raise Unsupported("rx_data_step: return_transform_objects gives objects of this process, which a job does not have: "
                              "call in a compute context with wait=True")
        data = builder.document.get("inData")
        if builder.elsewhere and not (isinstance(data, dict) and data.get("type") == "frame"):
            raise Unsupported("rx_data_step: return_transform_objects gives objects of this process, and the rows are on another "
                              "machine: import them first (rx_import), or call rx_exec there with a function that returns them")
        builder.document["returnTransformObjects"] = True
        # Objects that a function changes are those of this process: the rows come here.
        builder.document["context"] = {"type": "RxLocalSeq"}
        if builder._transform is not None:
            builder._transform.skip_test_chunk = True
    if wants_objects:
        builder.run()
        return builder._transform.objects if builder._transform is not None else objects
    return builder.result("rows", call=arguments.call)


@implements("rx_read_xdf", "rx_xdf_to_data_frame")
def _read_xdf(arguments):
    file, wants_frame = arguments.pop("file"), arguments.get("returnDataFrame") in (None, True)
    count_from_one(arguments)
    builder = _rows_request("data_step", {**arguments, "inData": file if isinstance(file, RxDataSource) else RxXdfData(file)})
    for key in ("returnDataFrame", "readByBlock", "cppInterp", "transforms", "transformObjects", "transformFunc", "transformVars",
                "transformPackages", "transformEnvir"):
        arguments.pop(key, None)
    if arguments.get("numRows") is None:
        arguments["numRows"] = -1
    builder.options(arguments)
    return builder.result("rows", call=arguments.call, columns=not wants_frame)


def _columns(frame):
    """The columns of a data frame by name, a dict: what ``return_data_frame=False`` asks for."""
    names = frame.column_names if hasattr(frame, "column_names") else list(frame.columns)
    return {name: frame[name] for name in names}


@implements("head")
def _head(source, rows, which="head"):
    """The first rows of a source as a data frame, or the last ones."""
    builder = Builder("head", n=int(rows), reportProgress=0)
    builder.context(None)
    builder.document["from"] = which
    builder.document["data"] = builder.source(source)
    reply = builder.run()
    frame = reply["frame"].frame()
    if which == "tail" and hasattr(frame, "index"):
        frame.index = np.arange(reply["firstRow"] - 1, reply["firstRow"] - 1 + len(frame))
    return frame


@implements("tail")
def _tail(source, rows):
    return _head(source, rows, "tail")


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
