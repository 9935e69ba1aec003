"""sp_execute_external_script: the rows of a query through libinsitu_sql.so, which exthost drives."""

import datetime
import json
import re
import struct
import subprocess
import uuid
from typing import Any

from .dialect import parse, tokens_of
from .sql_types import SqlType, of_duckdb

_C_TYPES = {"bit": (-7, 1), "tinyint": (-28, 1), "smallint": (-15, 2), "int": (-16, 4), "bigint": (-25, 8), "real": (7, 4),
            "float": (8, 8), "char": (1, 0), "varchar": (1, 0), "nchar": (-8, 0), "nvarchar": (-8, 0), "varbinary": (-2, 0),
            "binary": (-2, 0), "date": (91, 6), "datetime": (93, 16), "smalldatetime": (93, 16), "datetime2": (93, 16),
            "uniqueidentifier": (-11, 16), "decimal": (2, 19), "money": (2, 19), "smallmoney": (2, 19)}  # fmt: skip
_NUMBERS = {-28: "<B", -15: "<h", -16: "<i", -25: "<q", 7: "<f", 8: "<d"}
_FIXED = {-7: 1, -28: 1, -15: 2, -16: 4, -25: 8, 7: 4, 8: 8, 2: 19, 91: 6, 93: 16, -11: 16}
_NAMES = {-7: "bit", -28: "tinyint", -15: "smallint", -16: "int", -25: "bigint", 7: "real", 8: "float", 1: "varchar(max)",
          -8: "nvarchar(max)", -2: "varbinary(max)", 91: "date", 93: "datetime2(6)", -11: "uniqueidentifier"}  # fmt: skip
# What the server does not give to any extension (message 39017).
_REFUSED = {"binary", "varbinary", "datetime2", "datetimeoffset", "time", "text", "ntext", "image", "xml", "sql_variant"}


def _cell(kind: SqlType, value: Any) -> bytes:
    code = _C_TYPES[kind.name][0]
    if code == -7:
        return b"\1" if value else b"\0"
    if code in _NUMBERS:
        return struct.pack(_NUMBERS[code], value)
    if code == 2:
        precision, scale = (kind.size, kind.scale) if kind.name == "decimal" else (19, 4)
        whole = int(value.scaleb(scale))
        return struct.pack("<BbB", precision, scale, whole >= 0) + abs(whole).to_bytes(16, "little")
    if code == 91:
        return struct.pack("<hHH", value.year, value.month, value.day)
    if code == 93:
        if not isinstance(value, datetime.datetime):
            value = datetime.datetime.combine(value, datetime.time())
        return struct.pack("<hHHHHHI", value.year, value.month, value.day, value.hour, value.minute, value.second,
                           value.microsecond * 1000)  # fmt: skip
    if code == -11:
        return uuid.UUID(str(value)).bytes_le
    if code == -2:
        return bytes(value)
    return str(value).encode("utf-16-le" if code == -8 else "utf-8")


def _value(code: int, digits: int, data: bytes) -> Any:
    import decimal

    if code == -7:
        return data[0] not in (0, ord("0"))
    if code in _NUMBERS:
        return struct.unpack(_NUMBERS[code], data)[0]
    if code == 2:
        whole = int.from_bytes(data[3:19], "little") * (1 if data[2] else -1)
        return decimal.Decimal(whole).scaleb(-struct.unpack("<b", data[1:2])[0])
    if code == 91:
        return datetime.date(*struct.unpack("<hHH", data))
    if code == 93:
        *parts, fraction = struct.unpack("<hHHHHHI", data)
        return datetime.datetime(*parts, fraction // 1000)
    if code == -11:
        return str(uuid.UUID(bytes_le=data))
    return data if code == -2 else data.decode("utf-16-le" if code == -8 else "utf-8")


def _cells(column: dict[str, Any], lengths: bytes, data: bytes) -> list[Any]:
    width, at, out = _FIXED.get(column["type"], 0), 0, []
    for (length,) in struct.iter_unpack("<i", lengths):
        step = width or max(length, 0)
        out.append(None if length < 0 else _value(column["type"], column["digits"], data[at : at + step]))
        at += step
    return out


def _framed(data: bytes) -> bytes:
    return struct.pack("<Q", len(data)) + data


def _declared(text: Any) -> dict[str, tuple[SqlType, bool]]:
    """Of "@prior varbinary(max), @state varbinary(max) OUTPUT"."""
    found = re.findall(r"@(\w+)\s+(\w+\s*(?:\([^)]*\))?)\s*(OUTPUT|OUT)?", str(text or ""), re.IGNORECASE)
    return {name.lower(): (SqlType.parse(kind), bool(out)) for name, kind, out in found}


def execute(session: Any, arguments: list[tuple[str, Any, bool]], output: Any) -> None:
    """Tasks are as many as the query's MAXDOP where @parallel = 1; rows come in pieces of @r_rowsPerRead."""
    from .session import SqlError

    server = session.server
    if not server.extension or not server.exthost:
        raise SqlError(39020, "The extension is not there: start the double with extension and exthost.")
    given = {name: value for name, value, _ in arguments}
    query, declared = given.get("input_data_1"), _declared(given.get("params"))
    columns: list[dict[str, Any]] = []
    body = b""
    if query:
        tree = parse(query)
        result = session.run(tree)
        described, rows = result.description, result.fetchall()
        known = session.catalogue.of_select(tree)
        known = known if len(known) == len(described) else [None] * len(described)
        partition = re.findall(r"\[((?:[^\]]|\]\])+)\]", str(given.get("input_data_1_partition_by_columns") or ""))
        partition = [name.replace("]]", "]") for name in partition]
        if partition:
            places = [[c[0] for c in described].index(name) for name in partition]
            rows.sort(key=lambda row: [(row[p] is not None, row[p]) for p in places])
        for place, column in enumerate(described):
            kind, nullable = known[place] or (of_duckdb(str(column[1])), True)
            if kind.name in _REFUSED and kind.name != "datetime2":
                raise SqlError(39017, f"Input data query returns column #{place + 1} of type '{kind.name}' which is not supported by the runtime.")  # fmt: skip
            code = _C_TYPES[kind.name][0]
            cells = [None if row[place] is None else _cell(kind, row[place]) for row in rows]
            width = _FIXED.get(code, 0)
            lengths = b"".join(struct.pack("<i", -1 if c is None else len(c)) for c in cells)
            columns.append({"name": column[0], "type": code, "nullable": nullable,
                            "size": width if width and code != 2 else max([1, *(len(c) for c in cells if c)]) if not width else kind.size or 19,
                            "digits": kind.scale, "partition": partition.index(column[0]) if column[0] in partition else -1})  # fmt: skip
            body += _framed(lengths) + _framed(b"".join(bytes(width) if c is None else c for c in cells))
    passed = []
    for name, (kind, is_output) in declared.items():
        value = given.get(name)
        passed.append({"name": "@" + name, "type": _C_TYPES[kind.name][0], "size": kind.size, "output": is_output, "null": value is None})  # fmt: skip
        if value is not None:
            body += _framed(_cell(kind, value))
    degree = re.search(r"MAXDOP\s+(\d+)", str(query or ""), re.IGNORECASE)
    call = {"library": server.extension, "script": given["script"], "columns": columns, "arguments": passed,
            "tasks": int(degree[1]) if degree and given.get("parallel") else 1,
            "chunkRows": [int(given["r_rowsperread"])] if given.get("r_rowsperread") else [],
            "partitions": bool(given.get("input_data_1_partition_by_columns"))}  # fmt: skip
    head = json.dumps(call).encode()
    ran = subprocess.run([server.exthost], input=struct.pack("<I", len(head)) + head + body, capture_output=True)
    if ran.returncode:
        raise SqlError(39004, f"A script error occurred: {ran.stderr.decode(errors='replace')}")
    _answer(session, ran.stdout, declared, arguments, output)


def _answer(session: Any, data: bytes, declared: Any, arguments: Any, output: Any) -> None:
    from .session import SqlError

    (size,) = struct.unpack("<I", data[:4])
    told, at = json.loads(data[4 : 4 + size]), 4 + size

    def take() -> bytes:
        nonlocal at
        (length,) = struct.unpack("<Q", data[at : at + 8])
        at += 8 + length
        return data[at - length : at]

    if told["messages"]:
        output.message(39022, f"STDERR message(s) from external script: {told['messages']}", 0)
    if not told["succeeded"]:
        raise SqlError(39004, f"A script error occurred during execution of 'sp_execute_external_script': {told['messages']}")
    columns = [_cells(column, take(), take()) for column in told["columns"]]
    if columns:
        result_sets = session.result_sets
        named = _result_sets(result_sets) if result_sets else []
        output.columns([
            named[i] if i < len(named)
            else ("", SqlType("decimal", c["size"], c["digits"]) if c["type"] == 2 else SqlType.parse(_NAMES[c["type"]]), True)
            for i, c in enumerate(told["columns"])
        ])  # fmt: skip
        output.done(output.rows(list(zip(*columns, strict=True)), "sp_execute_external_script"))
    else:
        output.done(None)
    values = [None if length is None else take() for length in told["outputs"]]
    for name in [n for n, (_, is_output) in declared.items() if is_output]:
        value = values.pop(0) if values else None
        target = session.output_targets.get(name)
        if target:
            session.variables[target] = (SqlType("varbinary"), value)


def _result_sets(text: str) -> list[tuple[str, SqlType, bool]]:
    """Of "WITH RESULT SETS (([a] int NULL, ...))"."""
    inner = text[text.index("((") + 2 : text.rindex("))")]
    out, depth, begin = [], 0, 0
    words = tokens_of(inner)
    for place, token in enumerate([*words, None]):
        if token is not None:
            depth += (token.text == "(") - (token.text == ")")
        if token is None or (token.text == "," and depth == 0):
            part = words[begin:place]
            kind = "".join(t.text for t in part[1:] if t.text.upper() not in ("NULL", "NOT"))
            out.append((part[0].text, SqlType.parse(kind), "NOT" not in [t.text.upper() for t in part]))
            begin = place + 1
    return out
