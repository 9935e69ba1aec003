"""What implementations have in common: sources from descriptors, and what a function that writes returns."""

import os

from insitu._arguments import signature_of
from insitu._file_sources import SOURCES
from insitu._result import in_place
from insitu.errors import InvalidArgument, shown
from insitu.results import Result
from insitu.sources import RxDataSource, RxXdfData


def first(value):
    return value[0] if isinstance(value, (list, tuple)) and value else value


def written(reply, all_rows=False):
    """The value of a function that writes: the source written, or the data frame; ``all_rows``: of all rows that came in."""
    if reply.get("frame") is not None:
        return reply["frame"].frame(first_row=0) if all_rows else reply["frame"].frame(reply.get("rowNames"))
    return source_of(reply["outFile"])


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


def count_from_one(arguments):
    """Makes row 0 the first row, as loops over rows in Python have it."""
    if arguments.get("startRow") == 0:
        arguments["startRow"] = 1


def moments_of(function, value):
    """Moments as requests have them: base64, {"file": path}, or {"covariance": the reply of rx_cov_cor}."""
    if isinstance(value, Result):
        if "moments" in value:
            return value["moments"]
        if "CovCor" in value:
            return {"covariance": in_place(value._reply)}
        if value.get("outFile"):
            return {"file": os.path.abspath(value["outFile"])}
    if isinstance(value, (str, os.PathLike)):
        try:
            return {"file": os.path.abspath(os.path.expanduser(os.fspath(value)))}
        except (TypeError, ValueError):
            pass  # no path after all
    what = f"a {type(value).__name__} without them" if isinstance(value, Result) else shown(value)
    raise InvalidArgument(f"{function}: moments must be what rx_moments returns, a model that was fitted with keep_moments=True, "
                          f"the path of a file of moments, or what rx_cov_cor returns, not {what}")
