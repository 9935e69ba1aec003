"""Implementations of the functions about Spark: connections, and what an application keeps in memory."""

import copy

from insitu import contexts
from insitu._arguments import signature_of
from insitu._calls import implements
from insitu._do.pyspark_attach import attach
from insitu._requests import Builder
from insitu.errors import InvalidArgument, shown
from insitu.sources import RxDataSource, RxTextData
from insitu.spark_context import RxSpark


def _spark_context(value, function):
    context = contexts.context_of(value)
    if not isinstance(context, RxSpark):
        which = "the active compute context" if value is None else "compute_context"
        raise InvalidArgument(f"{function}: {which} must be RxSpark, not {type(context).__name__}; connect with rx_spark_connect")
    return context


def _ask(op, context, **keys):
    return Builder(op, context=context.descriptor(), reportProgress=0, **keys).run()


def _show(reply):
    if reply.get("printed"):
        print(reply["printed"].rstrip("\n"))


def _wants_pyspark(interop):
    packages = [interop] if isinstance(interop, str) else list(interop or [])
    for name in packages:
        if name != "pyspark":
            hint = "; sparklyr is a package of R" if name == "sparklyr" else ""
            raise InvalidArgument(f"rx_spark_connect: interop must be 'pyspark', not {name!r}{hint}")
    return bool(packages)


@implements("rx_spark_connect")
def _connect(arguments):
    interop, reset = _wants_pyspark(arguments.pop("interop", None)), bool(arguments.pop("reset", False))
    names = {engine: python for python, (engine, *_) in signature_of("RxSpark")["arguments"].items()}
    context = RxSpark(persistent_run=True, **{names[key]: value for key, value in arguments.items() if value is not None})
    if interop:
        if reset:
            _ask("stop_engine", context, scope="user")
        attach(context)
    else:
        # What it prints is printed when it is known, not when the application is there.
        context.application.folder = _ask("spark_connect", context, reset=reset)["context"]["session"]
    contexts.rx_set_compute_context(context)
    return context


@implements("rx_spark_disconnect")
def _disconnect(arguments):
    context = _spark_context(arguments["computeContext"], "rx_spark_disconnect")
    try:
        reply = _ask("spark_disconnect", context)
    finally:
        # Whatever became of the application: it is not to be computed in any more.
        contexts.rx_set_compute_context(contexts.RxLocalSeq())
        context.application.forget()
    _show(reply)


@implements("rx_stop_engine")
def _stop_engine(arguments):
    context = _spark_context(arguments["computeContext"], "rx_stop_engine")
    _ask("stop_engine", context, scope=arguments.get("scope") or "session")


@implements("rx_get_pyspark_connection")
def _pyspark_connection(arguments):
    context = _spark_context(arguments["computeContext"], "rx_get_pyspark_connection")
    session = context.application.pyspark_session
    if session is None:
        raise InvalidArgument("rx_get_pyspark_connection: the compute context has no PySpark session; "
                              "connect with rx_spark_connect(interop='pyspark')")
    return session.sparkContext


@implements("rx_spark_cache_data")
def _cache_data(arguments):
    source = arguments["data"]
    if not isinstance(source, RxDataSource):
        raise InvalidArgument(f"rx_spark_cache_data: in_data must be a data source, not {type(source).__name__}")
    has_setting = "cache" in signature_of(type(source).__name__)["arguments"]
    if isinstance(source, RxTextData):
        raise InvalidArgument("rx_spark_cache_data: in_data is an RxTextData, whose text Spark does not keep; "
                              "import it into an .xdf or Parquet first")
    if not has_setting and type(source).__name__ != "RxXdfData":
        raise InvalidArgument(f"rx_spark_cache_data: in_data is an {type(source).__name__}, which Spark keeps by its own means; "
                              "call cache() of the data frame")
    changed = copy.copy(source)
    if has_setting:
        changed._given = {**source._given, "cache": bool(arguments["cache"])}
    else:
        changed._cached = bool(arguments["cache"])
    return changed


@implements("rx_spark_list_data")
def _list_data(arguments):
    reply = _ask("spark_list_data", _spark_context(arguments["computeContext"], "rx_spark_list_data"))
    if arguments.get("showDescription", True):
        _show(reply)
    return list(reply["data"])


def cached_name(value):
    """The name under which the application keeps a source: its path, table, query or view. Raises InvalidArgument."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and isinstance(value.get("name"), str):  # an entry of rx_spark_list_data
        return value["name"]
    if isinstance(value, RxDataSource):
        name = getattr(value, "df_source", None) or value._given.get("file")
        if name:
            return name
    raise InvalidArgument(f"rx_spark_remove_data: remove_list must hold data sources, names or what rx_spark_list_data returned, not {shown(value)}")


@implements("rx_spark_remove_data")
def _remove_data(arguments):
    context = _spark_context(arguments["computeContext"], "rx_spark_remove_data")
    items = arguments["list"] if isinstance(arguments["list"], (list, tuple)) else [arguments["list"]]
    return int(_ask("spark_remove_data", context, names=[cached_name(item) for item in items])["removed"])
