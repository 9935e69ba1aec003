"""Stored procedures of the system that drivers and sources call."""

import re
from typing import Any

from .dialect import tokens_of
from .external_scripts import execute
from .made_procedures import find, run
from .sql_types import SqlType

Arguments = list[tuple[str, Any, bool]]  # name without @ in lower case (or none), value, OUTPUT


def names_a_procedure(text: str) -> bool:
    """A batch may begin with a procedure without EXEC."""
    return bool(re.match(r"\s*(\[?sys\]?\.|\[?dbo\]?\.)?\[?(sp_|tds_double_)\w+", text, re.IGNORECASE))


def parse_call(text: str, session: Any) -> tuple[str, Arguments]:
    """EXEC [@result =] name [@parameter =] value [OUTPUT], ... [WITH RESULT SETS ...]"""
    from .session import SqlError

    tokens = tokens_of(text)[1:]
    words = [t.text for t in tokens]
    name_parts, place = [], 0
    session.status_target = ""
    if words[:1] == ["@"] and words[2:3] == ["="]:
        session.status_target, place = words[1].lower(), 3
    while place < len(words):
        name_parts.append(words[place])
        place += 1
        if place < len(words) and words[place] == ".":
            name_parts.append(".")
            place += 1
            continue
        break
    if not name_parts:
        raise SqlError(102, "Incorrect syntax near EXEC")
    arguments: Arguments = []
    session.result_sets, session.output_targets = "", {}
    while place < len(tokens):
        if words[place].upper() == "WITH":
            session.result_sets = text[tokens[place].start :]
            break
        if words[place] == ",":
            place += 1
            continue
        name = ""
        if words[place] == "@" and place + 2 < len(words) and words[place + 2] == "=":
            name, place = words[place + 1].lower(), place + 3
        begin = tokens[place].start
        depth = 0
        while place < len(tokens) and not (depth == 0 and (words[place] == "," or words[place].upper() in ("OUTPUT", "OUT", "WITH"))):  # fmt: skip
            depth += (words[place] == "(") - (words[place] == ")")
            place += 1
        end = tokens[place - 1].end + 1
        output = place < len(tokens) and words[place].upper() in ("OUTPUT", "OUT")
        place += output
        if output:
            session.output_targets[name] = text[begin:end].strip().lstrip("@").lower()
        arguments.append((name, _value(text[begin:end], session), output))
    return "".join(name_parts).split(".")[-1].lower(), arguments


def _value(text: str, session: Any) -> Any:
    text = text.strip()
    if re.fullmatch(r"[A-Za-z_]\w*", text) and text.upper() not in ("NULL", "DEFAULT"):
        return text  # a word stands for itself
    if text.upper() == "DEFAULT":
        return None
    return session.value("SELECT " + text)


def _named(arguments: Arguments, names: list[str]) -> dict[str, Any]:
    return {name or (names[i] if i < len(names) else f"p{i}"): value for i, (name, value, _) in enumerate(arguments)}


def call(session: Any, name: str, arguments: Arguments, output: Any) -> None:
    from .session import SqlError

    if name not in _PROCEDURES:
        if made := find(session, name):
            run(session, made, arguments, output)
            return
        raise SqlError(2812, f"Could not find stored procedure '{name}'.")
    target, session.status_target = session.status_target, ""
    status = _PROCEDURES[name](session, arguments, output)
    if target:
        session.variables[target] = (session.variables[target][0], status or 0)


def _result(output: Any, columns: list[tuple[str, str]], rows: list[tuple[Any, ...]]) -> None:
    output.columns([(name, SqlType.parse(kind), True) for name, kind in columns])
    output.done(output.rows(rows, ""))


def _like(pattern: Any) -> re.Pattern[str]:
    if pattern is None:
        return re.compile(".*", re.DOTALL)
    out, at, text = "", 0, str(pattern)
    while at < len(text):
        if text[at] == "[" and at + 2 < len(text) and text[at + 2] == "]":
            out, at = out + re.escape(text[at + 1]), at + 3
            continue
        out += {"%": ".*", "_": "."}.get(text[at], re.escape(text[at]))
        at += 1
    return re.compile(out + r"\Z", re.IGNORECASE | re.DOTALL)


def _sp_tables(session: Any, arguments: Arguments, output: Any) -> None:
    given = _named(arguments, ["table_name", "table_owner", "table_qualifier", "table_type"])
    wanted, kinds = _like(given.get("table_name")), str(given.get("table_type") or "'TABLE','VIEW'").upper()
    found = session.connection.execute("SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'dbo' ORDER BY 1").fetchall()
    rows = [
        (session.server.database, "dbo", name, kind, None)
        for name, text in found
        for kind in ["VIEW" if "VIEW" in text else "TABLE"]
        if wanted.match(name) and f"'{kind}'" in kinds
    ]
    _result(output, [("TABLE_QUALIFIER", "sysname"), ("TABLE_OWNER", "sysname"), ("TABLE_NAME", "sysname"),
                     ("TABLE_TYPE", "varchar(32)"), ("REMARKS", "varchar(254)")], rows)  # fmt: skip


# Name: ODBC's type, size, digits.
_ODBC = {"bit": -7, "tinyint": -6, "smallint": 5, "int": 4, "bigint": -5, "real": 7, "float": 6, "decimal": 3, "money": 3,
         "smallmoney": 3, "char": 1, "varchar": 12, "nchar": -8, "nvarchar": -9, "binary": -2, "varbinary": -3, "text": -1,
         "ntext": -10, "image": -4, "date": -9, "time": -9, "datetime": 11, "smalldatetime": 11, "datetime2": -9,
         "datetimeoffset": -9, "uniqueidentifier": -11, "xml": -10, "sql_variant": -150}  # fmt: skip
_PRECISIONS = {"bit": 1, "tinyint": 3, "smallint": 5, "int": 10, "bigint": 19, "real": 24, "float": 53, "money": 19,
               "smallmoney": 10, "datetime": 23, "smalldatetime": 16, "date": 10, "uniqueidentifier": 36}  # fmt: skip


def _sp_columns(session: Any, arguments: Arguments, output: Any) -> None:
    given = _named(arguments, ["table_name", "table_owner", "table_qualifier", "column_name", "odbcver"])
    tables, wanted = _like(given.get("table_name")), _like(given.get("column_name"))
    names = [n for (n,) in session.connection.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'dbo' ORDER BY 1").fetchall()]
    rows = []
    for table in names:
        if not tables.match(table):
            continue
        for place, (name, kind, nullable) in enumerate(session.catalogue.columns(session.connection, table), 1):
            if not wanted.match(name):
                continue
            size = kind.size or _PRECISIONS.get(kind.name, 0)
            rows.append((session.server.database, "dbo", table, name, _ODBC[kind.name], kind.name, size, size,
                         kind.scale if kind.name in ("decimal", "datetime2", "time") else None, 10, int(nullable), None,
                         None, _ODBC[kind.name], None, None, place, "YES" if nullable else "NO", 0))  # fmt: skip
    shape = "TABLE_QUALIFIER TABLE_OWNER TABLE_NAME COLUMN_NAME".split()
    columns = [(n, "sysname") for n in shape] + [("DATA_TYPE", "smallint"), ("TYPE_NAME", "sysname"), ("PRECISION", "int"),
               ("LENGTH", "int"), ("SCALE", "smallint"), ("RADIX", "smallint"), ("NULLABLE", "smallint"),
               ("REMARKS", "varchar(254)"), ("COLUMN_DEF", "nvarchar(4000)"), ("SQL_DATA_TYPE", "smallint"),
               ("SQL_DATETIME_SUB", "smallint"), ("CHAR_OCTET_LENGTH", "int"), ("ORDINAL_POSITION", "int"),
               ("IS_NULLABLE", "varchar(254)"), ("SS_DATA_TYPE", "tinyint")]  # fmt: skip
    _result(output, columns, rows)


def _keys(session: Any, table: str) -> list[str]:
    found = session.connection.execute(
        "SELECT constraint_column_names FROM duckdb_constraints() WHERE lower(table_name) = ? AND constraint_type = 'PRIMARY KEY'",
        [table.lower()]).fetchall()  # fmt: skip
    return list(found[0][0]) if found else []


def _sp_pkeys(session: Any, arguments: Arguments, output: Any) -> None:
    table = str(_named(arguments, ["table_name"]).get("table_name"))
    rows = [(session.server.database, "dbo", table, key, i, "PK_" + table) for i, key in enumerate(_keys(session, table), 1)]
    _result(output, [("TABLE_QUALIFIER", "sysname"), ("TABLE_OWNER", "sysname"), ("TABLE_NAME", "sysname"),
                     ("COLUMN_NAME", "sysname"), ("KEY_SEQ", "smallint"), ("PK_NAME", "sysname")], rows)  # fmt: skip


def _sp_statistics(session: Any, arguments: Arguments, output: Any) -> None:
    table = str(_named(arguments, ["table_name"]).get("table_name"))
    rows: list[tuple[Any, ...]] = [(session.server.database, "dbo", table, None, None, None, 0, None, None, None, None, None, None)]
    rows += [(session.server.database, "dbo", table, 0, table, "PK_" + table, 1, i, key, "A", None, None, None)
             for i, key in enumerate(_keys(session, table), 1)]  # fmt: skip
    _result(output, [("TABLE_QUALIFIER", "sysname"), ("TABLE_OWNER", "sysname"), ("TABLE_NAME", "sysname"),
                     ("NON_UNIQUE", "smallint"), ("INDEX_QUALIFIER", "sysname"), ("INDEX_NAME", "sysname"), ("TYPE", "smallint"),
                     ("SEQ_IN_INDEX", "smallint"), ("COLUMN_NAME", "sysname"), ("COLLATION", "char(1)"), ("CARDINALITY", "int"),
                     ("PAGES", "int"), ("FILTER_CONDITION", "varchar(128)")], rows)  # fmt: skip


def _sp_rename(session: Any, arguments: Arguments, output: Any) -> None:
    given = _named(arguments, ["objname", "newname", "objtype"])
    old, new = (str(given[k]).split(".")[-1].strip("[]") for k in ("objname", "newname"))
    session.connection.execute(f'ALTER TABLE "{old}" RENAME TO "{new}"')
    session.catalogue.renamed(old, new)
    output.message(15477, "Caution: Changing any part of an object name could break scripts and stored procedures.", 0)
    output.done(None)


def _sp_executesql(session: Any, arguments: Arguments, output: Any) -> None:
    values = {name or f"p{i}": (SqlType("nvarchar"), value) for i, (name, value, _) in enumerate(arguments[2:], 1)}
    session.batch(str(arguments[0][1]), output, values)


def _sp_getapplock(session: Any, arguments: Arguments, output: Any) -> int:
    from .session import SqlError

    given = _named(arguments, ["resource", "lockmode", "lockowner", "locktimeout"])
    if str(given.get("lockmode")).lower() != "exclusive" or str(given.get("lockowner") or "transaction").lower() != "transaction":
        raise SqlError(15625, "Only exclusive locks of a transaction are known here.")
    if not session.transactions:
        raise SqlError(15626, "You attempted to acquire a transactional application lock without an active transaction.")
    session.server.locks.take(str(given["resource"])[:255], session)
    output.done(None)
    return 0


def _fault(session: Any, arguments: Arguments, output: Any) -> None:
    given = _named(arguments, ["kind"])
    if given["kind"] == "none":
        session.server.faults.clear()
    else:
        session.server.faults.add(**given)
    output.done(None)


def _log(session: Any, arguments: Arguments, output: Any) -> None:
    """The texts of batches and calls, in the order in which they came."""
    _result(output, [("text", "nvarchar(max)")], [(text,) for text in session.server.log()])


def _nothing(session: Any, arguments: Arguments, output: Any) -> None:
    output.done(None)


_PROCEDURES = {
    "sp_tables": _sp_tables, "sp_columns": _sp_columns, "sp_columns_90": _sp_columns, "sp_columns_100": _sp_columns,
    "sp_pkeys": _sp_pkeys, "sp_statistics": _sp_statistics, "sp_statistics_100": _sp_statistics, "sp_rename": _sp_rename, "sp_getapplock": _sp_getapplock,
    "sp_executesql": _sp_executesql, "sp_execute_external_script": execute, "tds_double_fault": _fault, "tds_double_log": _log, "sp_configure": _nothing,
}  # fmt: skip
