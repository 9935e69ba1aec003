"""Models in a database, for those who score in SQL (docs/scoring-in-the-database.md)."""

import base64

from insitu._calls import implements
from insitu._do.model_file import serialized
from insitu._requests import Builder
from insitu.database_sources import DatabaseSource, RxSqlServerData
from insitu.errors import InvalidArgument, shown
from insitu.results import Result


def _request(op, arguments, function):
    destination = arguments["destination"]
    if not isinstance(destination, DatabaseSource):
        raise InvalidArgument(f"{function}: destination must be a table of a database, such as RxPostgresData(table=\"models\"), not "
                              f"{shown(destination)}")
    builder = Builder(op, data=destination.descriptor(), reportProgress=0)
    for key in ("name", "version"):
        if arguments.get(key) is not None:
            builder.document[key] = arguments[key]
    return builder


@implements("rx_publish_model")
def _publish(arguments):
    model = arguments["model"]
    if isinstance(model, Result) and "model" in model:
        model = serialized({"model": model})
    elif not isinstance(model, (bytes, bytearray, memoryview)):
        raise InvalidArgument(f"rx_publish_model: model must be a fitted model, not {type(model).__name__}")
    rows = arguments.get("rows")
    if isinstance(rows, DatabaseSource):
        rows = rows.descriptor().get("table")
        if rows is None:
            raise InvalidArgument("rx_publish_model: rows must be a table, not a query: make a view of the query in the database")
    elif rows is not None and not isinstance(rows, str):
        raise InvalidArgument(f"rx_publish_model: rows must be the name of a table, or a data source of one, not {shown(rows)}")
    builder = _request("publish_model", arguments, "rx_publish_model")
    builder.document.update(model=base64.b64encode(model).decode(), kind=arguments.get("kind") or "auto", overwrite=bool(arguments.get("overwrite")))
    if rows is not None:
        builder.document["rows"] = rows
    return builder.run()["object"]


@implements("rx_published_models")
def _published(arguments):
    models = _request("published_models", arguments, "rx_published_models").run()["models"]
    import pandas as pd

    return pd.DataFrame({key: pd.Series([each[key] for each in models], dtype="object")
                         for key in ("name", "version", "object", "kind")})


@implements("rx_unpublish_model")
def _unpublish(arguments):
    return _request("unpublish_model", arguments, "rx_unpublish_model").run()["removed"] > 0


@implements("rx_sql_server_self_test")
def _self_test(arguments):
    where = RxSqlServerData(arguments.get("connectionString"), table="none").descriptor()
    where.pop("table")
    reply = Builder("sql_server_self_test", data=where, reportProgress=0).run()
    if arguments.get("print") is not False:
        print(reply["printed"], end="")
    import pandas as pd

    return pd.DataFrame({key: pd.Series([each[key] for each in reply["lines"]], dtype=kind)
                         for key, kind in (("line", "object"), ("ok", "boolean"), ("found", "object"))})
