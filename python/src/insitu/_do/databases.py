"""What is asked of a database beside its rows: its tables, statements, objects (docs/databases.md)."""

import base64
import bz2
import lzma
import pickle
import zlib

from insitu._calls import implements
from insitu._requests import Builder
from insitu.database_sources import DatabaseSource, RxSqlServerData
from insitu.errors import DataError, InvalidArgument, shown

#: How bytes are compressed: name, first bytes, both ways. R's memCompress and Python's zlib make the first.
_COMPRESSIONS = {
    "gzip": ((b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"), zlib.compress, zlib.decompress),
    "bzip2": ((b"BZh",), bz2.compress, bz2.decompress),
    "xz": ((b"\xfd7zXZ",), lzma.compress, lzma.decompress),
}


def _request(op, source, function, argument):
    if not isinstance(source, DatabaseSource):
        raise InvalidArgument(f"{function}: {argument} must be a table of a database, such as RxOdbcData(table=...), not {shown(source)}")
    return Builder(op, data=source.descriptor(), reportProgress=0)


def _table(op, arguments, function):
    table = arguments["table"]
    if isinstance(table, str):
        table = RxSqlServerData(arguments.get("connectionString"), table=table)
    elif arguments.get("connectionString") is not None and isinstance(table, DatabaseSource):
        raise InvalidArgument(f"{function}: connection_string is that of the data source; leave it out")
    return _request(op, table, function, "table").run()


@implements("rx_sql_server_table_exists")
def _table_exists(arguments):
    return _table("table_exists", arguments, "rx_sql_server_table_exists")["exists"]


@implements("rx_sql_server_drop_table")
def _drop_table(arguments):
    return _table("drop_table", arguments, "rx_sql_server_drop_table")["dropped"]


@implements("rx_execute_sql_ddl")
def _execute(arguments):
    if not arguments.get("sSQLString"):
        raise InvalidArgument("rx_execute_sql_ddl: sql_string is missing: give the statement")
    builder = _request("execute_sql", arguments["src"], "rx_execute_sql_ddl", "src")
    builder.document["statement"] = arguments["sSQLString"]
    builder.run()


def _packed(arguments):
    value, how = arguments.get("value"), arguments.get("compress") or "zip"
    if arguments.get("serialize") is False:
        if not isinstance(value, (bytes, bytearray, memoryview)):
            raise InvalidArgument(f"rx_write_object: value must be bytes with serialize=False, not {shown(value)}")
        data = bytes(value)
    else:
        try:
            data = pickle.dumps(value)
        except Exception as failure:  # whatever an object's own methods raise
            raise InvalidArgument(f"rx_write_object: value cannot be pickled: {failure}") from failure
    return data if how == "none" else _COMPRESSIONS["gzip" if how == "zip" else how][1](data)


def _unpacked(data, arguments):
    if (arguments.get("decompress") or "zip") != "none":
        for starts, _, decompress in _COMPRESSIONS.values():
            if data.startswith(starts):
                try:
                    data = decompress(data)
                except (zlib.error, OSError, lzma.LZMAError, ValueError) as failure:
                    raise DataError(f"rx_read_object: the bytes are damaged: {failure}") from failure
                break
    if arguments.get("deserialize") is False:
        return data
    if data[:2] in (b"X\n", b"A\n", b"B\n"):
        raise DataError("rx_read_object: the object was written by R; read its bytes with deserialize=False, or keep models with "
                        "rxSerializeModel, which both languages read")
    try:
        return pickle.loads(data)
    except Exception as failure:
        raise DataError(f"rx_read_object: the bytes are no object of Python: {failure}") from failure


def _object_request(op, arguments, function, argument, source):
    builder = _request(op, source, function, argument)
    for key in ("key", "version", "keyName", "valueName", "versionName"):
        if arguments.get(key) is not None:
            builder.document[key] = arguments[key]
    return builder


@implements("rx_write_object")
def _write_object(arguments):
    source = arguments.get("odbcDestination")
    data = _packed(arguments)
    if source is None:
        return data
    builder = _object_request("write_object", arguments, "rx_write_object", "dest", source)
    builder.document.update(value=base64.b64encode(data).decode(), overwrite=bool(arguments.get("overwrite")))
    builder.run()
    return True


@implements("rx_read_object")
def _read_object(arguments):
    source = arguments["odbcSource"]
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _unpacked(bytes(source), arguments)
    reply = _object_request("read_object", arguments, "rx_read_object", "src", source).run()
    return _unpacked(base64.b64decode(reply["value"]), arguments)


@implements("rx_delete_object")
def _delete_object(arguments):
    builder = _object_request("delete_object", arguments, "rx_delete_object", "src", arguments["odbcSource"])
    builder.document["all"] = bool(arguments.get("all"))
    return builder.run()["deleted"] > 0


@implements("rx_list_keys")
def _list_keys(arguments):
    import pandas as pd

    reply = _object_request("list_keys", arguments, "rx_list_keys", "src", arguments["odbcSource"]).run()
    name = arguments.get("versionName") or "version" if arguments.get("key") is not None else arguments.get("keyName") or "id"
    return pd.DataFrame({name: pd.Series(reply["keys"], dtype="str")})
