"""The double speaks TDS as FreeTDS expects it: every type both ways, statements, errors, faults."""

import datetime
import decimal
import threading
import time

import pyodbc
import pytest

from conftest import connect

TYPES = {
    "bit": (True, "1"), "tinyint": (255, "255"), "smallint": (-32768, "-32768"), "int": (-2147483648, "-2147483648"),
    "bigint": (9007199254740993, "9007199254740993"), "real": (1.5, "1.5"), "float": (0.1, "0.1"),
    "money": (decimal.Decimal("-922337203685.4775"), "-922337203685.4775"),
    "smallmoney": (decimal.Decimal("-1.5000"), "-1.5"),
    "decimal(38,10)": (decimal.Decimal("-1234567890123456789012345678.0123456789"), "-1234567890123456789012345678.0123456789"),
    "char(5)": ("ab   ", "'ab'"), "varchar(10)": ("xyz", "'xyz'"), "nchar(4)": ("\u00e4   ", "N'\u00e4'"),
    "nvarchar(10)": ("\u20ac\U0001f600'", "N'\u20ac\U0001f600'''"), "nvarchar(max)": ("", "N''"),
    "varbinary(10)": (b"\x00\xff", "0x00FF"), "varbinary(max)": (b"\x00\xff" * 3, "0x00FF00FF00FF"),
    "date": (datetime.date(2024, 2, 29), "'2024-02-29'"),
    "datetime": (datetime.datetime(2024, 2, 29, 23, 59, 59, 997000), "'2024-02-29 23:59:59.997'"),
    "smalldatetime": (datetime.datetime(2024, 2, 29, 12, 34), "'2024-02-29 12:34:00'"),
    "datetime2(6)": (datetime.datetime(1, 1, 1, 0, 0, 0, 123456), "'0001-01-01 00:00:00.123456'"),
    "time(0)": (datetime.time(12, 34, 56), "'12:34:56'"),
    "uniqueidentifier": ("6F9619FF-8B86-D011-B42D-00C04FC964FF", "'6F9619FF-8B86-D011-B42D-00C04FC964FF'"),
}  # fmt: skip


@pytest.fixture
def every_type(client):
    names = [f"[c {i}]" for i in range(len(TYPES))]
    client.execute(f"CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY, {', '.join(n + ' ' + t for n, t in zip(names, TYPES))})")
    client.execute(f"INSERT INTO dbo.t VALUES (1, {', '.join(literal for _, literal in TYPES.values())})")
    client.execute("INSERT INTO dbo.t (id) VALUES (2)")
    return client


@pytest.mark.parametrize("tokens", ["nulls_bitmap", "rows_only"])
def test_every_type_comes_as_it_was_written_and_as_null(every_type, server, tokens):
    server.faults.add(tokens, match="FROM t")
    with_values, without = every_type.execute("SELECT * FROM t ORDER BY id").fetchall()
    assert list(with_values)[1:] == [value for value, _ in TYPES.values()]
    assert list(without)[1:] == [None] * len(TYPES)


def test_every_type_goes_as_a_parameter(every_type):
    for place, (kind, (value, _)) in enumerate(TYPES.items()):
        if kind.startswith(("char", "nchar", "money", "real")) or getattr(value, "microsecond", 0):
            continue  # padded, or sent by pyodbc as another type or without the fraction
        found = every_type.execute(f"SELECT id FROM t WHERE [c {place}] = ?", value).fetchall()
        assert [tuple(row) for row in found] == [(1,)], kind


def test_columns_are_described_as_they_were_declared(every_type):
    described = {row.column_name: row.type_name for row in every_type.cursor().columns("t")}
    assert list(described.values())[1:] == [kind.split("(")[0] for kind in TYPES]
    assert [row.column_name for row in every_type.cursor().primaryKeys("t")] == ["id"]


@pytest.mark.parametrize("statement, number", [
    ("SELECT * FROM nowhere", 208), ("SELECT nothing FROM t", 207), ("SELEC 1", 102), ("CREATE TABLE t (a int)", 2714),
    ("EXEC sp_nothing", 2812), ("INSERT INTO t (id) VALUES (1)", 2627), ("INSERT INTO t (id) VALUES (NULL)", 515),
    ("SELECT CAST('x' AS int)", 245), ("SELECT @nobody", 137)])  # fmt: skip
def test_errors_have_the_numbers_of_sql_server(every_type, statement, number):
    with pytest.raises(pyodbc.Error, match=rf"\({number}\)"):
        every_type.execute(statement).fetchall()
    assert every_type.execute("SELECT 1").fetchval() == 1


def test_batches_variables_and_conditions(client):
    client.execute("SET NOCOUNT ON USE [insitu] IF OBJECT_ID(N'dbo.t') IS NOT NULL DROP TABLE dbo.t")
    client.execute("DECLARE @a int = 40; SELECT @a = @a + 2; CREATE TABLE t (a int); INSERT INTO t SELECT @a")
    client.execute("IF EXISTS (SELECT 1 FROM t) BEGIN UPDATE t SET a = a / 4; END ELSE DELETE FROM t")
    assert client.execute("SELECT TOP (1) a FROM t WITH (NOLOCK) OPTION (MAXDOP 1)").fetchval() == 10
    rows = '[{"a":1},{"a":2}]'
    assert client.execute("INSERT INTO t (a) SELECT a FROM OPENJSON(?) WITH (a int '$.a')", rows).rowcount == 2
    client.execute("SELECT * INTO t2 FROM t")
    client.execute("EXEC sp_rename N'dbo.t2', N't3'")
    assert client.execute("SELECT SUM(CAST(a AS float)) FROM t3").fetchval() == 13.0
    client.cursor().executemany("INSERT INTO t3 (a) VALUES (?)", [(i,) for i in range(50)])
    assert client.execute("SELECT COUNT_BIG(*) FROM t3").fetchval() == 53


def test_a_transaction_is_rolled_back(client):
    client.execute("CREATE TABLE t (a int)")
    client.autocommit = False
    client.execute("INSERT INTO t VALUES (1)")
    client.rollback()
    client.execute("INSERT INTO t VALUES (2)")
    client.commit()
    client.autocommit = True
    assert [tuple(row) for row in client.execute("SELECT a FROM t").fetchall()] == [(2,)]


def test_a_wrong_password_is_refused(server):
    with pytest.raises(pyodbc.Error, match="18456|Login failed"):
        connect(server, PWD="wrong")


class TestFaults:
    @pytest.fixture(autouse=True)
    def rows(self, server):
        server.engine.execute("CREATE TABLE dbo.r AS SELECT i::INTEGER AS a, repeat('x', 30) AS s FROM range(5000) t(i)")

    def test_replies_in_single_bytes(self, client, server):
        server.faults.add("pieces", after=1)
        assert len(client.execute("SELECT TOP 300 * FROM r").fetchall()) == 300

    def test_a_cut_is_an_error_never_fewer_rows(self, client, server):
        server.faults.add("cut", match="FROM r", after=1234)
        with pytest.raises(pyodbc.Error):
            client.execute("SELECT * FROM r").fetchall()

    def test_an_error_in_the_middle_of_the_rows(self, client):
        client.execute("EXEC tds_double_fault @kind = N'error', @match = N'FROM r', @after = 7, @number = 1205, @text = N'victim'")
        with pytest.raises(pyodbc.Error, match=r"victim.*\(1205\)"):
            client.execute("SELECT * FROM r").fetchall()
        assert client.execute("SELECT COUNT(*) FROM r").fetchval() == 5000

    def test_slow_rows_are_cancelled_by_attention(self, client, server):
        server.faults.add("slow", after=10, seconds=0.05)
        cursor = client.cursor()
        threading.Timer(0.3, cursor.cancel).start()
        began = time.monotonic()
        with pytest.raises(pyodbc.Error):
            cursor.execute("SELECT * FROM r").fetchall()
        assert time.monotonic() - began < 10
        assert client.cursor().execute("SELECT 1").fetchval() == 1
