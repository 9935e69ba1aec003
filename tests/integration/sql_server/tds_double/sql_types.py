"""The types of SQL Server: how a column of one is described and written, how a parameter is read."""

import datetime
import decimal
import re
import struct
import uuid
from dataclasses import dataclass

from .wire import COLLATION, Reader

_DAY_ONE = datetime.date(1, 1, 1).toordinal()
_DAY_1900 = datetime.date(1900, 1, 1).toordinal()
_INTEGERS = {"tinyint": (1, "B"), "smallint": (2, "h"), "int": (4, "i"), "bigint": (8, "q")}
_FLOATS = {"real": (4, "f"), "float": (8, "d")}
_MONEY = {"smallmoney": 4, "money": 8}
_TEXTS = {"char": 0xAF, "varchar": 0xA7, "nchar": 0xEF, "nvarchar": 0xE7, "binary": 0xAD, "varbinary": 0xA5}
_OLD = {"text": 0x23, "ntext": 0x63, "image": 0x22}
_CLOCKS = {"time": 0x29, "datetime2": 0x2A, "datetimeoffset": 0x2B}
KNOWN = {*_INTEGERS, *_FLOATS, *_MONEY, *_TEXTS, *_OLD, *_CLOCKS, "bit", "decimal", "numeric", "date", "datetime",
         "smalldatetime", "uniqueidentifier", "xml", "sql_variant"}  # fmt: skip


@dataclass(frozen=True)
class SqlType:
    """`size`: characters or bytes, 0 for max; or precision, or digits of a second in `scale`."""

    name: str
    size: int = 0
    scale: int = 0

    @staticmethod
    def parse(text: str) -> "SqlType":
        """From "decimal(12, 3)", "nvarchar(max)", "datetime2"."""
        found = re.fullmatch(r"\s*\[?([a-z_0-9]+)\]?\s*(?:\(\s*(max|\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*", text.lower())
        name = {"integer": "int", "rowversion": "binary", "timestamp": "binary", "sysname": "nvarchar",
                "double precision": "float", "dec": "decimal"}.get(found[1], found[1]) if found else ""  # fmt: skip
        if not found or name not in KNOWN:
            raise ValueError(f"not a type of SQL Server: {text}")
        size, scale = found[2], int(found[3] or 0)
        if name in ("decimal", "numeric"):
            return SqlType("decimal", int(size or 18), scale)
        if name in _CLOCKS:
            return SqlType(name, 0, 7 if size is None else int(size))
        if name in _TEXTS:
            default = 128 if found[1] == "sysname" else 8 if found[1] in ("rowversion", "timestamp") else 1
            return SqlType(name, 0 if size == "max" else int(size or default))
        if name == "float" and size and int(size) <= 24:
            return SqlType("real")
        return SqlType(name)

    def description(self) -> bytes:
        """TYPE_INFO."""
        name = self.name
        if name in _INTEGERS:
            return bytes([0x26, _INTEGERS[name][0]])
        if name in _FLOATS:
            return bytes([0x6D, _FLOATS[name][0]])
        if name in _MONEY:
            return bytes([0x6E, _MONEY[name]])
        if name in _TEXTS:
            unit = 2 if name[0] == "n" else 1
            head = struct.pack("<BH", _TEXTS[name], self.size * unit or 0xFFFF)
            return head if "binary" in name else head + COLLATION
        if name in _OLD:  # with the name of its table in one part
            head = struct.pack("<BI", _OLD[name], 0x7FFFFFFF) + (b"" if name == "image" else COLLATION)
            return head + struct.pack("<BH", 1, 1) + "t".encode("utf-16-le")
        if name in _CLOCKS:
            return bytes([_CLOCKS[name], self.scale])
        fixed = {
            "bit": b"\x68\x01", "date": b"\x28", "datetime": b"\x6f\x08", "smalldatetime": b"\x6f\x04",
            "uniqueidentifier": b"\x24\x10", "xml": b"\xf1\x00", "sql_variant": struct.pack("<BI", 0x62, 8009),
            "decimal": bytes([0x6A, _decimal_bytes(self.size), self.size, self.scale]),
        }  # fmt: skip
        return fixed[name]

    def is_null_in_row(self) -> bytes:
        """How a NULL stands in ROW."""
        if self.name in _TEXTS:
            return b"\xff\xff" if self.size else b"\xff" * 8
        if self.name == "xml":
            return b"\xff" * 8
        return b"\0\0\0\0" if self.name == "sql_variant" else b"\0"

    def write(self, value: object) -> bytes:
        """A value that is not NULL."""
        name = self.name
        if name in _INTEGERS:
            return struct.pack("<B" + _INTEGERS[name][1], _INTEGERS[name][0], int(value))
        if name in _FLOATS:
            return struct.pack("<B" + _FLOATS[name][1], _FLOATS[name][0], float(value))
        if name in _MONEY:
            return _money(_MONEY[name], value)
        if name in _TEXTS:
            data = _bytes_of(name, value)
            if name in ("char", "nchar", "binary"):
                size = self.size * (2 if name[0] == "n" else 1)
                pad = b"\0" if name == "binary" else " ".encode("utf-16-le" if name[0] == "n" else "ascii")
                data += pad * ((size - len(data)) // len(pad))
            return struct.pack("<H", len(data)) + data if self.size else plp(data)
        if name in _OLD:
            data = _bytes_of(name, value)
            return b"\x10" + b"insitu-tds-test!" + b"\0" * 8 + struct.pack("<I", len(data)) + data
        if name == "xml":
            return plp(b"\xff\xfe" + str(value).encode("utf-16-le"))
        if name == "sql_variant":  # nvarchar(4000) in it
            data = str(value).encode("utf-16-le")
            return struct.pack("<IBB", len(data) + 9, 0xE7, 7) + COLLATION + struct.pack("<H", 8000) + data
        return _WRITERS[name](self, value)


def plp(data: bytes) -> bytes:
    """Of (max) types: total length, then chunks."""
    out = struct.pack("<Q", len(data))
    for begin in range(0, len(data), 32768):
        piece = data[begin : begin + 32768]
        out += struct.pack("<I", len(piece)) + piece
    return out + b"\0\0\0\0"


def _bytes_of(name: str, value: object) -> bytes:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    return str(value).encode("utf-16-le" if name[0] == "n" else "cp1252", "replace")


def _decimal_bytes(precision: int) -> int:
    return 5 if precision <= 9 else 9 if precision <= 19 else 13 if precision <= 28 else 17


_EXACT = decimal.Context(prec=60)


def _write_decimal(kind: SqlType, value: object) -> bytes:
    number = decimal.Decimal(str(value) if isinstance(value, float) else value)
    whole = int(number.scaleb(kind.scale, _EXACT).to_integral_value(decimal.ROUND_HALF_UP, _EXACT))
    size = _decimal_bytes(kind.size)
    return bytes([size, whole >= 0]) + abs(whole).to_bytes(size - 1, "little")


def _money(size: int, value: object) -> bytes:
    whole = int(decimal.Decimal(str(value)).scaleb(4).to_integral_value(decimal.ROUND_HALF_UP))
    if size == 4:
        return struct.pack("<Bi", 4, whole)
    return struct.pack("<BiI", 8, whole >> 32, whole & 0xFFFFFFFF)


def _clock(moment: datetime.time | datetime.datetime, scale: int) -> bytes:
    ticks = ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 10**7 + moment.microsecond * 10
    return (ticks // 10 ** (7 - scale)).to_bytes(3 if scale <= 2 else 4 if scale <= 4 else 5, "little")


def _days(day: datetime.date) -> bytes:
    return (day.toordinal() - _DAY_ONE).to_bytes(3, "little")


def _moment(value: object) -> datetime.datetime:
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    if isinstance(value, datetime.datetime):
        return value
    return datetime.datetime.combine(value, datetime.time())  # type: ignore[arg-type]


def _write_datetime(_: SqlType, value: object) -> bytes:
    moment = _moment(value)
    seconds = (moment.hour * 60 + moment.minute) * 60 + moment.second
    ticks = seconds * 300 + round(moment.microsecond * 300 / 1e6)
    return struct.pack("<BiI", 8, moment.toordinal() - _DAY_1900, ticks)


def _write_smalldatetime(_: SqlType, value: object) -> bytes:
    moment = _moment(value)
    return struct.pack("<BHH", 4, moment.toordinal() - _DAY_1900, moment.hour * 60 + moment.minute)


def _write_datetimeoffset(kind: SqlType, value: object) -> bytes:
    moment = _moment(value)
    offset = int((moment.utcoffset() or datetime.timedelta()).total_seconds() // 60)
    utc = moment.astimezone(datetime.timezone.utc) if moment.tzinfo else moment
    data = _clock(utc, kind.scale) + _days(utc) + struct.pack("<h", offset)
    return bytes([len(data)]) + data


def _write_time(kind: SqlType, value: object) -> bytes:
    data = _clock(value if isinstance(value, datetime.time) else datetime.time.fromisoformat(str(value)), kind.scale)
    return bytes([len(data)]) + data


def _write_datetime2(kind: SqlType, value: object) -> bytes:
    moment = _moment(value)
    data = _clock(moment, kind.scale) + _days(moment)
    return bytes([len(data)]) + data


_WRITERS = {
    "bit": lambda _, value: bytes([1, bool(value)]),
    "date": lambda _, value: b"\3" + _days(_moment(value)),
    "datetime": _write_datetime,
    "smalldatetime": _write_smalldatetime,
    "datetime2": _write_datetime2,
    "datetimeoffset": _write_datetimeoffset,
    "time": _write_time,
    "uniqueidentifier": lambda _, value: b"\x10" + uuid.UUID(str(value)).bytes_le,
    "decimal": _write_decimal,
}


def of_duckdb(text: str) -> SqlType:
    """What the engine's column is told to be where no table of SQL Server's says it."""
    text = text.upper()
    if found := re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", text):
        return SqlType("decimal", int(found[1]), int(found[2]))
    names = {"BOOLEAN": "bit", "TINYINT": "smallint", "UTINYINT": "tinyint", "SMALLINT": "smallint",
             "USMALLINT": "int", "INTEGER": "int", "UINTEGER": "bigint", "BIGINT": "bigint", "HUGEINT": "bigint",
             "UBIGINT": "decimal(20,0)", "FLOAT": "real", "DOUBLE": "float", "VARCHAR": "nvarchar(max)",
             "JSON": "nvarchar(max)", "BLOB": "varbinary(max)", "DATE": "date", "TIME": "time(6)",
             "TIMESTAMP": "datetime2(7)", "TIMESTAMP_NS": "datetime2(7)", "TIMESTAMP WITH TIME ZONE": "datetimeoffset(7)",
             "UUID": "uniqueidentifier", '"NULL"': "int", "NULL": "int"}  # fmt: skip
    return SqlType.parse(names.get(text, "nvarchar(max)"))


def read_parameter(reader: Reader) -> tuple[SqlType, object]:
    """TYPE_INFO and the value of a parameter of an RPC."""
    token = reader.number("B")
    fixed = {0x30: "tinyint", 0x34: "smallint", 0x38: "int", 0x7F: "bigint", 0x32: "bit", 0x3B: "real", 0x3E: "float"}
    if token in fixed:
        kind = SqlType(fixed[token])
        return kind, _read_number(kind, reader.take(1 if token == 0x32 else (_INTEGERS | _FLOATS)[kind.name][0]))
    if token in (0x26, 0x6D, 0x68, 0x6E, 0x6F, 0x24):
        size = reader.number("B")
        data = reader.take(reader.number("B"))
        kind = SqlType({0x26: {1: "tinyint", 2: "smallint", 4: "int", 8: "bigint"}, 0x6D: {4: "real", 8: "float"},
                        0x68: {1: "bit"}, 0x6E: {4: "smallmoney", 8: "money"},
                        0x6F: {4: "smalldatetime", 8: "datetime"}, 0x24: {16: "uniqueidentifier"}}[token][size])  # fmt: skip
        return kind, _read_number(kind, data) if data else None
    if token in (0x6A, 0x6C, 0x37, 0x3F):
        _, precision, scale = reader.number("B"), reader.number("B"), reader.number("B")
        data = reader.take(reader.number("B"))
        whole = int.from_bytes(data[1:], "little") * (1 if not data or data[0] else -1)
        return SqlType("decimal", precision, scale), decimal.Decimal(whole).scaleb(-scale, _EXACT) if data else None
    if token in (0x28, 0x29, 0x2A, 0x2B):
        return _read_clock(token, reader)
    names = {code: name for name, code in _TEXTS.items()}
    if token in names:
        name = names[token]
        size = reader.number("H")
        if "binary" not in name:
            reader.take(5)
        data = _read_plp(reader) if size == 0xFFFF else _read_short(reader)
        unit = 2 if name[0] == "n" else 1
        return SqlType(name, 0 if size == 0xFFFF else size // unit), _text_of(name, data)
    if token in _OLD.values():
        name = next(each for each, code in _OLD.items() if code == token)
        reader.number("I")
        if name != "image":
            reader.take(5)
        length = reader.number("i")
        return SqlType(name), None if length < 0 else _text_of(name, reader.take(length))
    if token == 0xF1:
        if reader.number("B"):
            raise ValueError("parameters of typed XML are not known here")
        return SqlType("xml"), _text_of("nvarchar", _read_plp(reader))
    raise ValueError(f"a parameter has type 0x{token:02X}, which is not known here")


def _read_number(kind: SqlType, data: bytes) -> object:
    if kind.name == "uniqueidentifier":
        return uuid.UUID(bytes_le=data)
    if kind.name == "bit":
        return bool(data[0])
    if kind.name in _INTEGERS or kind.name in _FLOATS:
        return struct.unpack("<" + (_INTEGERS | _FLOATS)[kind.name][1], data)[0]
    if kind.name in _MONEY:
        high, low = (0, struct.unpack("<i", data)[0]) if len(data) == 4 else struct.unpack("<iI", data)
        return decimal.Decimal((high << 32) + low).scaleb(-4)
    days, clock = struct.unpack("<HH" if len(data) == 4 else "<iI", data)
    seconds = clock * 60 if len(data) == 4 else clock / 300
    day = datetime.datetime.fromordinal(_DAY_1900 + days)
    return day + datetime.timedelta(milliseconds=round(seconds * 1000))


def _read_clock(token: int, reader: Reader) -> tuple[SqlType, object]:
    scale = 0 if token == 0x28 else reader.number("B")
    kind = SqlType({0x28: "date", 0x29: "time", 0x2A: "datetime2", 0x2B: "datetimeoffset"}[token], 0, scale)
    data = reader.take(reader.number("B"))
    if not data:
        return kind, None
    offset = struct.unpack("<h", data[-2:])[0] if token == 0x2B else 0
    data = data[:-2] if token == 0x2B else data
    day = _DAY_ONE + (int.from_bytes(data[-3:], "little") if token != 0x29 else 0)
    clock = data if token == 0x29 else data[:-3]
    moment = datetime.datetime.fromordinal(day)
    moment += datetime.timedelta(microseconds=int.from_bytes(clock, "little") * 10 ** (7 - scale) // 10)
    if token == 0x28:
        return kind, moment.date()
    if token == 0x29:
        return kind, moment.time()
    if token == 0x2B:
        zone = datetime.timezone(datetime.timedelta(minutes=offset))
        moment = moment.replace(tzinfo=datetime.timezone.utc).astimezone(zone)
    return kind, moment


def _read_short(reader: Reader) -> bytes | None:
    length = reader.number("H")
    return None if length == 0xFFFF else reader.take(length)


def _read_plp(reader: Reader) -> bytes | None:
    if reader.number("Q") == 0xFFFFFFFFFFFFFFFF:
        return None
    data = bytearray()
    while piece := reader.number("I"):
        data += reader.take(piece)
    return bytes(data)


def _text_of(name: str, data: bytes | None) -> object:
    if data is None or "binary" in name or name == "image":
        return data
    return data.decode("utf-16-le" if name[0] == "n" else "cp1252")
