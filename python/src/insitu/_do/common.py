"""What implementations have in common: sources from descriptors, and what a function that writes returns."""

from insitu._arguments import signature_of
from insitu._file_sources import SOURCES
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
