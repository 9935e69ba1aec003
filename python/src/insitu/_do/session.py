"""Contexts, options and places of files: rx_set_compute_context, rx_get_option, rx_locate_file ..."""

import os

from insitu._calls import implements
from insitu.contexts import context_of, rx_set_compute_context
from insitu.errors import InvalidArgument, shown
from insitu.options import RxOptions
from insitu.sources import RxXdfData, rx_locate_path


@implements("rx_set_compute_context")
def _set_context(arguments):
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
