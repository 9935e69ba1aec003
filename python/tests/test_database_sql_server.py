"""RxSqlServerData through FreeTDS against a double of the server (tests/integration/sql_server/tds_double)."""

import concurrent.futures

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from database_fixtures import sqlserver  # noqa: F401

quiet = {"report_progress": 0}


def read(source, **settings):
    return rx.rx_import(source, **quiet, **settings)


@pytest.mark.filterwarnings("ignore")
def test_values_of_every_type(sqlserver):  # noqa: F811
    sqlserver.run("""CREATE TABLE dbo.t (id int NOT NULL PRIMARY KEY, b bit, ti tinyint, i8 bigint, de decimal(25, 3), m money, r real,
        f float, c char(5), v varchar(20), nv nvarchar(30), nm nvarchar(max), d date, dt datetime, d2 datetime2(7), dto datetimeoffset(7),
        tm time(3), g uniqueidentifier, vb varbinary(10))""")
    sqlserver.run(f"""INSERT INTO dbo.t VALUES (1, 1, 200, 9007199254740993, 1234567890123456789.125, 1234.5, 1.5, 0.1, 'ab', 'vc',
        N'Grüße 世界', N'{'世' * 5000}', '2020-02-29', '2020-02-29 12:34:56.123', '2020-02-29 12:34:56.1234567',
        '2020-02-29 12:00:00 +05:00', '12:34:56.5', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 0x0041)""")
    sqlserver.run("INSERT INTO dbo.t (id) VALUES (2)")
    source = sqlserver.source("dbo.t", column_info={"de": {"type": "character"}})
    f = read(source)
    assert "vb" not in f and f.loc[1].drop("id").isna().all()
    row = f.loc[0]
    assert row.b and row.ti == 200 and row.i8 == 9007199254740993 and row.de == "1234567890123456789.125" and row.m == 1234.5
    assert (row.r, row.f, row.c, row.v, row.nv, row.nm) == (1.5, 0.1, "ab", "vc", "Grüße 世界", "世" * 5000)
    assert [str(x)[:26] for x in row[["d", "dt", "d2", "dto"]]] == [
        "2020-02-29 00:00:00", "2020-02-29 12:34:56.123000", "2020-02-29 12:34:56.123456", "2020-02-29 07:00:00"]
    assert row.tm.startswith("12:34:56.5") and row.g == "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"


def test_rows_go_there_and_come_back(sqlserver):  # noqa: F811
    frame = pd.DataFrame({"i": pd.array([1, None, -3], dtype="Int32"), "b": pd.array([2**62, None, 0], dtype="Int64"), "d": [0.1, np.nan, -1e300],
                          "s": pd.array(["it's \\ \"ü\" \t\n", None, ""], dtype="string"), "l": pd.array([True, None, False], dtype="boolean"),
                          "t": pd.to_datetime(["1960-01-01 00:00:00.5", None, "2020-02-29 12:00:00.123456"])})
    rx.rx_data_step(frame, sqlserver.source("dbo.w"), **quiet)
    back = read(sqlserver.source("dbo.w"))
    assert back.i.tolist() == [1, pd.NA, -3] and back.b.tolist() == [2**62, pd.NA, 0] and back.l.tolist() == [True, None, False]
    np.testing.assert_array_equal(back.d, frame.d)
    assert back.s.fillna("NA").tolist() == ["it's \\ \"ü\" \t\n", "NA", ""] and back.t.tolist()[::2] == frame.t.tolist()[::2]
    with pytest.raises(rx.InvalidArgument, match="exists: dbo.w"):
        rx.rx_data_step(frame, sqlserver.source("dbo.w"), **quiet)
    rx.rx_data_step(frame, sqlserver.source("dbo.w"), append="rows", **quiet)
    assert len(read(sqlserver.source("dbo.w"))) == 6
    with pytest.raises(rx.DataError, match="infinite values, which SQL Server cannot hold"):
        rx.rx_data_step(pd.DataFrame({"x": [np.inf]}), sqlserver.source("dbo.w"), overwrite=True, **quiet)
    assert len(read(sqlserver.source("dbo.w"))) == 6


def test_keys_and_queries(sqlserver):  # noqa: F811
    rows = 70_001
    rx.rx_data_step(pd.DataFrame({"id": np.arange(rows, dtype="int32"), "x": np.arange(rows) / 8}), sqlserver.source("t"), **quiet)
    frame = read(sqlserver.source("t"))
    expected = rx.rx_lin_mod("x ~ id", frame, **quiet).coefficients
    for source in (sqlserver.source("t", key="id"), sqlserver.source(sql_query="SELECT x, id FROM t"),
                   sqlserver.source(sql_query="WITH q AS (SELECT * FROM t) SELECT x, id, id AS more FROM q ORDER BY id")):
        np.testing.assert_array_equal(rx.rx_lin_mod("x ~ id", source, **quiet).coefficients, expected)
    with pytest.raises(rx.InvalidArgument, match="key cannot order the rows by x"):
        read(sqlserver.source("t", key="x"))
    with pytest.raises(rx.InvalidArgument, match="leave ORDER BY and WITH out"):
        read(sqlserver.source(sql_query="WITH q AS (SELECT x, id FROM t) SELECT * FROM q", key="id"))


def test_a_cut_connection_and_what_the_server_says(sqlserver):  # noqa: F811
    rx.rx_data_step(pd.DataFrame({"id": np.arange(1000, dtype="int32")}), sqlserver.source("t"), **quiet)
    sqlserver.server.faults.add("cut", match="insitu_rows|FROM \\[t\\]", after=100)
    with pytest.raises(rx.DataError, match="SQLSTATE"):
        read(sqlserver.source(sql_query="SELECT id FROM t"))
    sqlserver.server.faults.clear()
    wrong = sqlserver.source("t", password="hunter2")
    with pytest.raises(rx.DataError, match="Login failed for user 'tester'") as failure:
        read(wrong)
    assert "hunter2" not in str(failure.value)
    with pytest.raises(rx.DataError, match="nowhere"):
        read(sqlserver.source("nowhere"))


def test_passwords_that_the_driver_cannot_be_told():
    with pytest.raises(rx.InvalidArgument, match="FreeTDS cannot be told a value with } beside ; or blanks at its ends: change that of PWD"):
        read(rx.RxSqlServerData("Driver=FreeTDS;Server=127.0.0.1,1;UID=me", table="t", password="hun}ter;2"))


def test_objects_and_turns_of_those_who_write_them(sqlserver):  # noqa: F811
    objects = sqlserver.source("objects")
    rx.rx_write_object(objects, "it's", np.arange(5), version="1")
    rx.rx_write_object(objects, "it's", [6], version="1", overwrite=True)
    assert rx.rx_read_object(objects, "it's", "1") == [6] and rx.rx_list_keys(objects, "it's")["version"].tolist() == ["1"]
    # Another writer keeps the turn until it commits.
    call = "EXEC sp_getapplock @Resource = N'insitu objects in [objects]', @LockMode = N'Exclusive', @LockOwner = N'Transaction'"
    with pytest.raises(rx.DataError, match="without an active transaction"):
        sqlserver.run(call)
    other = object()
    sqlserver.server.locks.take("insitu objects in [objects]", other)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        writer = pool.submit(rx.rx_write_object, objects, "it's", [7], version="1", overwrite=True)
        with pytest.raises(concurrent.futures.TimeoutError):
            writer.result(1.5)
        sqlserver.server.locks.give_back(other)
        assert writer.result(60)
    assert rx.rx_read_object(objects, "it's", "1") == [7]
    assert rx.rx_delete_object(objects, "it's") and rx.rx_list_keys(objects).empty
