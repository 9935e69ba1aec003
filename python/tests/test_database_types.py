"""Values of every type, drawn at random with their ends among them, from databases and to them: each comes as it was."""

import datetime
import decimal
import math
import re
import uuid

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from database_fixtures import database, postgres, postgres_database, private_postgres, sqlite  # noqa: F401
from insitu.errors import DataError, InvalidArgument

quiet = {"report_progress": 0}
ROWS = 1500
SIGNS = [chr(k) for k in (*range(1, 0x250), *range(0x5D0, 0x5EB), *range(0x4E00, 0x4E40), 0xFFFD, 0xFFFF, *range(0x1F600, 0x1F620), 0x10FFFF)]


def some(rng, ends, draw):
    """One of the ends, nothing, or what is drawn."""
    return ends[rng.integers(len(ends))] if (kind := rng.random()) < .2 else None if kind < .35 else draw()


def text(rng, most=20):
    return "".join(SIGNS[k] for k in rng.integers(len(SIGNS), size=rng.integers(most)))


def double(rng):
    return float(rng.normal() * 10.0 ** rng.integers(-305, 305))


def single(rng):
    return float(np.float32(rng.normal() * 10.0 ** rng.integers(-37, 37)))


def moment(rng):
    return datetime.datetime(1, 1, 1) + datetime.timedelta(microseconds=int(rng.integers(0, 9999 * 365 * 86400 * 10**6)))


WHOLE = {2: [2**15 - 1, -2**15, 0], 4: [2**31 - 1, -2**31 + 1, 0], 8: [2**63 - 1, -2**63 + 1, 2**53 + 1, -2**53 - 1, 0]}
DOUBLES = [0.0, -0.0, 0.1, 5e-324, -2.2250738585072014e-308, 1.7976931348623157e308, 2.0**53 + 2]
DAYS = [datetime.date(1, 1, 1), datetime.date(9999, 12, 31), datetime.date(1969, 12, 31), datetime.date(1970, 1, 1), datetime.date(2000, 2, 29)]
MOMENTS = [datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31, 23, 59, 59, 999999), datetime.datetime(1969, 12, 31, 23, 59, 59, 999999),
           datetime.datetime(1970, 1, 1), datetime.datetime(2020, 2, 29, 12, 34, 56, 789012)]
#: Of PostgreSQL: ends, what is drawn, what the engine makes of a value.
POSTGRES = {
    "boolean": ([True, False], lambda rng: bool(rng.integers(2)), bool),
    "smallint": (WHOLE[2], lambda rng: int(rng.integers(-2**15, 2**15)), int),
    "integer": (WHOLE[4], lambda rng: int(rng.integers(-2**31 + 1, 2**31)), int),
    "bigint": (WHOLE[8], lambda rng: int(rng.integers(-2**63 + 1, 2**63 - 1)), int),
    "oid": ([0, 2**31, 2**32 - 1], lambda rng: int(rng.integers(2**32)), int),
    "numeric": ([decimal.Decimal(t) for t in ("0.1", "-1e-300", "12345678901234567890.0987654321", "1e300", "9007199254740993", "NaN", "Infinity")],
                lambda rng: decimal.Decimal(repr(double(rng))) * decimal.Decimal("1.00000000000000000001"), float),
    "numeric(18, 4)": ([decimal.Decimal("99999999999999.9999"), decimal.Decimal("-0.0001")],
                       lambda rng: decimal.Decimal(int(rng.integers(-10**17, 10**17))).scaleb(-4), float),
    "money": ([decimal.Decimal("-92233720368547758.08"), decimal.Decimal("0.01")], lambda rng: decimal.Decimal(int(rng.integers(-10**15, 10**15))).scaleb(-2), float),
    "real": ([0.0, -0.0, 1.401298464324817e-45, -3.4028234663852886e38, math.inf, -math.inf, math.nan], single, float),
    "double precision": ([*DOUBLES, math.inf, -math.inf, math.nan], double, float),
    "char(12)": (["", " a", "ü" * 12], lambda rng: text(rng, 12), lambda value: value.rstrip(" ")),
    "varchar(12)": (["", " a ", "NULL", "ü" * 12], lambda rng: text(rng, 12), str),
    "text": (["", " a ", "NULL", "\\N", "\"'{},", "\r\n", "x" * 9000, "🎉" * 300], text, str),
    "name": (["", "x" * 63], lambda rng: "n" * int(rng.integers(60)), str),
    "date": (DAYS, lambda rng: moment(rng).date(), lambda value: value),
    "timestamp": (MOMENTS, moment, lambda value: value),
    "timestamptz": ([each.replace(tzinfo=datetime.timezone.utc) for each in MOMENTS], lambda rng: moment(rng).replace(tzinfo=datetime.timezone.utc),
                    lambda value: value.replace(tzinfo=None)),
    "uuid": ([uuid.UUID(int=0), uuid.UUID(int=2**128 - 1)], lambda rng: uuid.UUID(bytes=rng.bytes(16)), str),
}


class Seconds(float):
    """A time, which is a double of seconds. Of years far away neighbours are microseconds apart, and whole microseconds beyond
    2^53, which make them, are rounded themselves."""

    def __eq__(self, other):
        return isinstance(other, Seconds) and abs(float(self) - float(other)) <= 3 * np.spacing(abs(float(self)))

    def __ne__(self, other):
        return not self == other

    __hash__ = float.__hash__


def plain(value):
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (float, np.floating)):
        return None if value != value else (float(value), math.copysign(1, value))
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime()
    if isinstance(value, datetime.datetime):
        return Seconds((value - datetime.datetime(1970, 1, 1)).total_seconds()) if value.tzinfo is None else value
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return Seconds((value - datetime.date(1970, 1, 1)).total_seconds())
    return value.item() if isinstance(value, np.generic) else value


def without_sign_of_zero(value):
    """SQLite keeps whole numbers in columns of doubles as whole numbers, which have no -0."""
    return value + 0.0


def differences(name, found, expected):
    return [(name, row, a, b) for row, (a, b) in enumerate(zip(map(plain, found), map(plain, expected), strict=True)) if a != b][:3]


@pytest.mark.filterwarnings("ignore:.*more than 15 digits")
def test_every_type_of_postgres_is_read(postgres):  # noqa: F811
    rng = np.random.default_rng(20)
    columns = {f"c{k}": kind for k, kind in enumerate(POSTGRES)}
    postgres.run(f"CREATE TABLE t (id int PRIMARY KEY, {', '.join(f'{name} {kind}' for name, kind in columns.items())})")
    rows = [(row, *(some(rng, ends, lambda draw=draw: draw(rng)) for ends, draw, _ in POSTGRES.values())) for row in range(ROWS)]
    with postgres.connection.cursor() as cursor, cursor.copy("COPY t FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    # Without those that the server does not pack, and with them.
    packed = [name for name, kind in columns.items() if kind not in ("char(12)", "name", "uuid")]
    for settings in ({"key": "id"}, {"sql_query": "SELECT * FROM t ORDER BY id"}, {"key": "id", "row_buffering": False}):
        table = None if "sql_query" in settings else "t"
        for names in (packed, list(columns)):
            frame = rx.rx_import(postgres.source(table, **settings), vars_to_keep=["id", *names], **quiet)
            assert frame.id.tolist() == list(range(ROWS))
            for name in names:
                make = POSTGRES[columns[name]][2]
                expected = [None if row[1 + int(name[1:])] is None else make(row[1 + int(name[1:])]) for row in rows]
                assert differences(columns[name], frame[name], expected) == [], settings


@pytest.mark.filterwarnings("ignore:.*(left out|more than 15 digits)")
def test_every_other_type_of_postgres_is_a_text_or_left_out(postgres):  # noqa: F811
    """What the catalogue has beside: as the server writes it, never half a value."""
    kinds = {"time": "'12:34:56.789'", "timetz": "'12:34:56+02'", "interval": "'1 year 2 days'", "json": "'{\"a\": 1}'", "jsonb": "'[1]'", "xml": "'<a/>'",
             "inet": "'10.0.0.1'", "cidr": "'10.0.0.0/8'", "macaddr": "'08:00:2b:01:02:03'", "point": "'(1,2)'", "int4[]": "'{1,NULL}'", "text[]": "'{a,\"b c\"}'",
             "int4range": "'[1,5)'", "tsvector": "'a b'", "bit(3)": "'101'", "bit(1)": "'1'", "varbit": "'10101'", '"char"': "'x'", "xid": "'4294967295'",
             "regclass": "'pg_class'", "pg_lsn": "'16/B374D848'", "mood": "'so so'", "town": "'x'"}
    postgres.run("CREATE TYPE mood AS ENUM ('so so', 'fine'); CREATE DOMAIN town AS text")
    postgres.run(f"CREATE TABLE t AS SELECT 1 AS id, {', '.join(f'{value}::{kind} AS c{k}' for k, (kind, value) in enumerate(kinds.items()))}")
    written = postgres.rows(f"SELECT {', '.join(f'c{k}::text' for k in range(len(kinds)))} FROM t")[0]
    as_sent = {"inet": "10.0.0.1"}  # a cast to text adds /32
    for settings in ({"key": "id"}, {}):
        for k, kind in enumerate(kinds):
            frame = rx.rx_import(postgres.source(sql_query=f"SELECT id, c{k} FROM t", **settings), **quiet)
            if f"c{k}" in frame:
                assert str(frame[f"c{k}"][0]) == as_sent.get(kind, written[k]), (kind, settings)


def test_every_type_of_sqlite_is_read(sqlite):  # noqa: F811
    rng = np.random.default_rng(21)
    kinds = {"INTEGER": (WHOLE[8], lambda: int(rng.integers(-2**63 + 1, 2**63 - 1))), "BIGINT": (WHOLE[8], lambda: int(rng.integers(-2**63 + 1, 2**63 - 1))),
             "INT4": (WHOLE[4], lambda: int(rng.integers(-2**31 + 1, 2**31))), "SMALLINT": (WHOLE[2], lambda: int(rng.integers(-2**15, 2**15))),
             "BOOLEAN": ([0, 1], lambda: int(rng.integers(2))), "DOUBLE": (DOUBLES, lambda: double(rng)), "REAL": (DOUBLES, lambda: double(rng)),
             "TEXT": (["", " a ", "NULL", "x" * 9000, "🎉" * 300], lambda: text(rng)), "VARCHAR(3)": (["", "longer than said"], lambda: text(rng)),
             "DATE": ([str(day) for day in DAYS], lambda: str(moment(rng).date())),
             "TIMESTAMP": (["2020-02-29 12:34:56.789", "1969-12-31 23:59:59"], lambda: str(moment(rng).replace(microsecond=0)))}
    sqlite.run(f"CREATE TABLE t (id INTEGER PRIMARY KEY, {', '.join(f'c{k} {kind}' for k, kind in enumerate(kinds))})")
    rows = [(row, *(some(rng, ends, draw) for ends, draw in kinds.values())) for row in range(ROWS)]
    sqlite.run("BEGIN")  # else each row waits for the disk
    sqlite.connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * (len(kinds) + 1))})", rows)
    sqlite.run("COMMIT")
    for settings in ({"key": "id"}, {}, {"row_buffering": False}):
        frame = rx.rx_import(sqlite.source(sql_query="SELECT * FROM t ORDER BY id" if not settings else "SELECT * FROM t", **settings), **quiet)
        frame = frame.sort_values("id", ignore_index=True)
        for k, kind in enumerate(kinds):
            make = {"BOOLEAN": bool, "DATE": datetime.datetime.fromisoformat, "TIMESTAMP": datetime.datetime.fromisoformat,
                    "DOUBLE": without_sign_of_zero, "REAL": without_sign_of_zero}.get(kind, lambda value: value)
            expected = [None if row[1 + k] is None else make(row[1 + k]) for row in rows]
            found = [pd.Timestamp(x).to_pydatetime() if kind == "DATE" and x is not None and not pd.isna(x) else x for x in frame[f"c{k}"]]
            assert differences(kind, found, expected) == [], settings


def frame_of_every_type(infinite):
    rng = np.random.default_rng(22)
    draw = lambda ends, one: [some(rng, ends, one) for _ in range(ROWS)]  # noqa: E731
    numbers = [*DOUBLES, *([math.inf, -math.inf] if infinite else [])]
    levels = ["lo", "mid'dle", "", "hi \\ \"x\"", "ü"]
    return pd.DataFrame({
        "id": np.arange(ROWS, dtype="int32"),
        "logical": pd.array(draw([True], lambda: bool(rng.integers(2))), dtype="boolean"),
        "int16": pd.array(draw(WHOLE[2][:1], lambda: int(rng.integers(-2**15 + 1, 2**15))), dtype="Int16"),
        "uint16": pd.array(draw([0, 2**16 - 2], lambda: int(rng.integers(2**16 - 1))), dtype="UInt16"),
        "int32": pd.array(draw(WHOLE[4], lambda: int(rng.integers(-2**31 + 1, 2**31))), dtype="Int32"),
        "int64": pd.array(draw(WHOLE[8], lambda: int(rng.integers(-2**63 + 1, 2**63 - 1))), dtype="Int64"),
        "float32": np.array([math.nan if x is None else x for x in draw([1.401298464324817e-45, -3.4028234663852886e38], lambda: single(rng))], dtype="float32"),
        "float64": np.array([math.nan if x is None else x for x in draw(numbers, lambda: double(rng))]),
        "text": pd.array(draw(["", " a ", "NULL", "x" * 9000, "🎉" * 300], lambda: text(rng)), dtype="string"),
        "factor": pd.Categorical(draw(levels, lambda: levels[rng.integers(len(levels))]), levels),
        "day": draw(DAYS, lambda: moment(rng).date()),
        "moment": pd.array(draw(MOMENTS, lambda: moment(rng)), dtype="datetime64[us]"),
        'odd " näme; -- ]': np.arange(ROWS, dtype="int32"),
    })


def test_dates_and_numbers_of_sqlite_are_what_stands_there(sqlite):  # noqa: F811
    """Its driver makes missing values of what it does not take for a date, loses offsets and signs, and all digits but 15."""
    def column(kind, values, **settings):
        sqlite.run("DROP TABLE IF EXISTS t")
        sqlite.run(f"CREATE TABLE t (v {kind})")
        sqlite.connection.executemany("INSERT INTO t VALUES (?)", [(value,) for value in values])
        return rx.rx_import(sqlite.source("t", **settings), report_progress=0)["v"].tolist()

    written = ["2020-02-29", "0001-01-01", None, "9999-12-31"]
    assert [str(day)[:10] for day in column("DATE", written)] == ["2020-02-29", "0001-01-01", "NaT", "9999-12-31"]
    assert [str(day)[:10] for day in column("DATE", ["2020-02-29 23:59:59"])] == ["2020-02-29"]
    times = column("TIMESTAMP", ["2020-02-29 12:34:56.5", "2020-02-29T12:34:56Z", "2020-02-29 12:34:56+05:30", "2020-02-29 12:34", "2020-02-29"])
    assert [str(time) for time in times] == ["2020-02-29 12:34:56.500000", "2020-02-29 12:34:56", "2020-02-29 07:04:56", "2020-02-29 12:34:00",
                                             "2020-02-29 00:00:00"]
    for kind, value in (("DATE", "2021-02-29"), ("DATE", "29.02.2020"), ("DATE", "-4713-11-24"), ("DATE", "2020-02-29 25:00"), ("DATE", ""),
                        ("TIMESTAMP", "2020-02-29 12:60:00"), ("TIMESTAMP", "now"), ("DATETIME", "2020-13-01")):
        with pytest.raises(DataError, match=f"'v', row 2: is no (date|time): {re.escape(value)}; .*column_info"):
            column(kind, ["2020-02-29", value])
        assert column(kind, ["2020-02-29", value], column_info={"v": {"type": "character"}}) == ["2020-02-29", value]
    # Days, Julian days or seconds: the user knows.
    assert column("DATE", [18321, None])[0] == 18321
    assert column("TIMESTAMP", [2458909.02437]) == [2458909.02437]
    with pytest.raises(DataError, match="row 2: is no date: 18321"):
        column("DATE", ["2020-02-29", 18321])
    # Names that the driver does not know are numbers where SQLite makes numbers of them.
    assert column("DECIMAL(38,10)", ["0.1234567890123456", 2]) == [0.1234567890123456, 2]
    assert column("UNSIGNED BIG INT", [9007199254740993]) == [9007199254740993]
    assert column("MONEY", ["$1", 0.1234567890123456, 0.5, 7]) == ["$1", "0.1234567890123456", "0.5", "7"]
    assert column("VARCHAR(4)", [1, "1.50"]) == ["1", "1.50"]


def test_comments_before_a_query(sqlite):  # noqa: F811
    for query in ("-- which\n  SELECT 1 AS v", "/* a, b */ SELECT 1 AS v -- behind"):
        assert rx.rx_import(sqlite.source(sql_query=query), report_progress=0)["v"].tolist() == [1]
    for query in ("-- SELECT 1", "/* SELECT 1 */ DELETE FROM t", "/* SELECT 1"):
        with pytest.raises(InvalidArgument, match="must be a query"):
            rx.rx_import(sqlite.source(sql_query=query), report_progress=0)


def test_every_type_goes_there_and_comes_back(database):  # noqa: F811
    frame = frame_of_every_type(infinite=database.kind == "postgres")
    rx.rx_data_step(frame, database.source("t"), **quiet)
    for settings in ({"key": "id"}, {"row_buffering": False, "key": "id"}):
        back = rx.rx_import(database.source("t", **settings), **quiet)
        assert back.columns.tolist() == frame.columns.tolist()
        for name in frame:
            kept = without_sign_of_zero(frame[name]) if database.kind == "sqlite" and name.startswith("float") else frame[name]
            assert differences(name, back[name], kept) == [], settings


def test_texts_with_a_nul_are_refused(database):  # noqa: F811
    with pytest.raises((rx.InvalidArgument, rx.DataError), match="NUL"):
        rx.rx_data_step(pd.DataFrame({"s": ["a\0b"]}), database.source("t"), **quiet)
