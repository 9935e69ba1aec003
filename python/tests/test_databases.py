"""Tables and queries of databases as sources: values of every type, order, faults, secrets."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from database_fixtures import database, postgres, postgres_database, private_postgres, sqlite  # noqa: F401
from insitu.errors import InsituWarning

quiet = {"report_progress": 0}


def read(source, **settings):
    return rx.rx_import(source, **quiet, **settings)


def test_values_of_every_type_of_postgres_come_as_they_are(postgres):  # noqa: F811
    postgres.run("""CREATE TABLE t (id int PRIMARY KEY, b bool, i2 smallint, i8 bigint, n numeric(30, 5), m money, r real,
        d double precision, c char(5), v varchar(20), t text, da date, ts timestamp, tz timestamptz, ti time, u uuid, j jsonb)""")
    postgres.run("""INSERT INTO t VALUES
        (1, true, 7, 9007199254740993, 12345678901.12345, '$1,234.50', 1.5, 0.1, 'ab', 'Grüße 🎉', repeat('世', 5000), '2020-02-29',
         '2020-02-29 12:34:56.789012', '2020-02-29 12:00:00+05', '12:34:56', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1}'),
        (2, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null),
        (3, false, -7, -9223372036854775807, -0.5, '-$0.01', '-infinity', 'NaN', '', '', E'a\\\\b\\n', '0001-01-01',
         '1960-01-01 00:00:00.5', '9999-12-31 23:59:59+00', '00:00:00', null, '[]')""")
    with pytest.warns(InsituWarning, match="more than 15 digits.*: n"):
        f = read(postgres.source("t"))
    assert f.b.tolist() == [True, None, False]
    assert f.i2.tolist() == [7, pd.NA, -7] and f.i8.dropna().tolist() == [9007199254740993, -9223372036854775807]
    np.testing.assert_array_equal(f.n, [12345678901.12345, np.nan, -0.5])
    np.testing.assert_array_equal(f.m, [1234.5, np.nan, -0.01])
    np.testing.assert_array_equal(f.r, np.float32([1.5, np.nan, -np.inf]))
    np.testing.assert_array_equal(f.d, [0.1, np.nan, np.nan])
    assert [None if pd.isna(x) else x for x in f.c] == ["ab", None, ""]
    assert [None if pd.isna(x) else x for x in f.v] == ["Grüße 🎉", None, ""]
    assert f.t[0] == "世" * 5000 and f.t[2] == "a\\b\n"
    assert [str(x) for x in f.da] == ["2020-02-29 00:00:00", "NaT", "0001-01-01 00:00:00"]
    assert [str(x) for x in f.ts] == ["2020-02-29 12:34:56.789012", "NaT", "1960-01-01 00:00:00.500000"]
    assert [str(x) for x in f.tz] == ["2020-02-29 07:00:00", "NaT", "9999-12-31 23:59:59"]
    assert f.ti[0] == "12:34:56" and f.u[0] == "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11" and f.j[0] == '{"a": 1}'


@pytest.mark.parametrize("settings", [{}, {"key": "id"}])
def test_values_at_the_ends_of_the_types_of_postgres(postgres, settings):  # noqa: F811
    postgres.run("""CREATE TABLE t AS SELECT 1 AS id, ('1' || repeat('0', 100) || '.5')::numeric AS n, 'Infinity'::numeric AS m,
        '-92233720368547758.08'::money AS mo, 4294967295::oid AS o, timestamp '294276-12-31 23:59:59' AS late, timestamp '4713-01-01 00:00:00 BC' AS early,
        timestamptz '294276-12-31 23:59:59+00' AS late_z, date '5874897-12-31' AS da, date '4713-01-01 BC' AS db""")
    postgres.run("INSERT INTO t SELECT 2, 'NaN', ('-0.' || repeat('0', 80) || '1')::numeric, 0, 0")
    f = read(postgres.source("t", **settings), transforms={
        name: f"as.numeric({name})" for name in ("late", "early", "late_z", "da", "db")})
    np.testing.assert_array_equal(f.n, [1e100, np.nan])
    np.testing.assert_array_equal(f.m, [np.inf, -1e-81])
    np.testing.assert_array_equal(f.mo, [-92233720368547758.08, 0])
    assert f.o.tolist() == [4294967295, 0]
    assert f.late[0] == f.late_z[0] == 9224318015999 and f.early[0] == -210863520000
    assert f.da[0] == 2145042905 and f.db[0] == -2440550
    wide = read(postgres.source(sql_query="SELECT * FROM t WHERE id = 1", column_info={"n": {"type": "character"}}, **settings), vars_to_keep=["n"])
    assert wide.n[0] == "1" + "0" * 100 + ".5"


@pytest.mark.parametrize("value", ["'infinity'::timestamp", "'-infinity'::timestamptz", "'infinity'::date", "'-infinity'::date"])
def test_times_that_cannot_be_held_are_errors(postgres, value):  # noqa: F811
    postgres.run(f"CREATE TABLE t AS SELECT 1 AS id, {value} AS x")
    for settings in ({}, {"key": "id"}):
        with pytest.raises(rx.DataError, match="infinit"):
            read(postgres.source("t", **settings))


def test_rows_of_a_keyed_table_are_counted_without_columns(postgres):  # noqa: F811
    postgres.run("CREATE TABLE t AS SELECT i AS id FROM generate_series(1, 70000) i")
    source = postgres.source("t", key="id")
    assert rx.rx_get_info(source)["numRows"] == 70000
    found = rx.rx_summary("~one", source, transforms={"one": "1 + 0"}, **quiet)
    assert found.summary_data_frame.ValidObs[0] == 70000 and found.summary_data_frame.Mean[0] == 1


def test_values_of_sqlite(sqlite):  # noqa: F811
    sqlite.run("CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER, s SMALLINT, d DOUBLE, r REAL, c TEXT, v VARCHAR(3), da DATE, ts TIMESTAMP)")
    sqlite.run("INSERT INTO t VALUES (1, 9223372036854775807, 7, 0.1, 1e300, 'Grüße 🎉', 'longer than said', '2020-02-29', '2020-02-29 12:34:56')")
    sqlite.run("INSERT INTO t VALUES (2, null, null, null, null, null, null, null, null), (3, -5, -7, -0.5, 2.5, '', '', '1969-12-31', '1960-01-01 00:00:00')")
    f = read(sqlite.source("t"))
    assert f.i.dropna().tolist() == [9223372036854775807, -5] and f.s.dropna().tolist() == [7, -7]
    assert f.d.dropna().tolist() == [0.1, -0.5] and f.r.dropna().tolist() == [1e300, 2.5]
    assert f.c.dropna().tolist() == ["Grüße 🎉", ""] and f.v[0] == "longer than said"
    assert str(f.da[0])[:10] == "2020-02-29" and str(f.ts[0]) == "2020-02-29 12:34:56"


def test_bytes_are_left_out_and_said(database):  # noqa: F811
    database.run(f"CREATE TABLE t (x int, b {'bytea' if database.kind == 'postgres' else 'BLOB'})")
    with pytest.warns(InsituWarning, match=r"left out: b \("):
        assert rx.rx_get_var_names(database.source("t")) == ["x"]


def test_names_are_taken_as_they_are(database):  # noqa: F811
    name = 'odd " näme; -- x'
    quoted = '"' + name.replace('"', '""') + '"'
    database.run(f"CREATE TABLE {quoted} ({quoted} int, \"Select\" int)")
    database.run(f"INSERT INTO {quoted} VALUES (1, 2)")
    f = read(database.source('"' + name.replace('"', '""') + '"'))
    assert f.columns.tolist() == [name, "Select"] and f.values.tolist() == [[1, 2]]


def test_column_info_types_levels_and_names(database):  # noqa: F811
    database.run("CREATE TABLE t (a int, s varchar(10), k int, n numeric(25, 3))")
    database.run("INSERT INTO t VALUES (1, 'x', 0, 12345678901234567890.125), (2, 'y', 1, 1), (3, 'z', 7, 2), (4, NULL, NULL, NULL)")
    source = database.source("t", column_info={
        "a": {"type": "numeric", "newName": "A", "low": 0, "high": 9, "description": "first"},
        "s": {"type": "factor", "levels": ["y", "x"], "newLevels": ["Y", "X"]},
        "k": {"type": "factorIndex", "levels": ["no", "yes"]}})
    f = read(source)
    assert f.A.tolist() == [1.0, 2.0, 3.0, 4.0] and f.s.cat.categories.tolist() == ["Y", "X"]
    assert f.s.cat.codes.tolist() == [1, 0, -1, -1] and f.k.cat.codes.tolist() == [0, 1, -1, -1]
    info = rx.rx_get_var_info(source)
    assert info["A"]["low"] == 0 and info["A"]["high"] == 9 and info["A"]["description"] == "first"
    if database.kind == "postgres":
        digits = read(database.source("t", column_info={"n": {"type": "character"}}))
        assert digits.n[0] == "12345678901234567890.125"
    with pytest.raises(rx.InvalidArgument, match=r"column_info names a variable that is not there: S \(did you mean s"):
        read(database.source("t", column_info={"S": {"type": "factor"}}))


def test_rows_without_a_key_come_in_one_stream_and_agree_with_a_data_frame(database):  # noqa: F811
    rows = 70_001
    series = f"generate_series(1, {rows}) i" if database.kind == "postgres" else \
        f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) SELECT i FROM n)"
    database.run(f"CREATE TABLE t AS SELECT i AS id, i % 7 AS g, CAST(i % 1000 / 10.0 AS double precision) AS x, CAST('l' || (i % 5) AS varchar(5)) AS s FROM {series}")
    settings = {"column_info": {"s": {"type": "factor"}, "x": {"type": "numeric"}}}
    streamed = database.source(sql_query="SELECT * FROM t ORDER BY id", **settings)
    frame = read(streamed)
    assert frame.shape == (rows, 4) and frame.id.tolist() == list(range(1, rows + 1))
    expected = rx.rx_lin_mod("x ~ g + s", frame, **quiet)
    keyed = database.source("t", key="id", **settings)
    pd.testing.assert_frame_equal(read(keyed), frame)
    for source, own in ((streamed, rx.RxLocalSeq()), (keyed, rx.RxLocalParallel())):
        for context in (own, rx.RxProcesses(num_workers=2)):
            found = rx.rx_lin_mod("x ~ g + s", source, compute_context=context, **quiet)
            np.testing.assert_array_equal(found.coefficients, expected.coefficients)
    part = read(keyed, vars_to_keep=["g", "id"], row_selection="id > 65530 & id < 65540")
    assert part.id.tolist() == list(range(65531, 65540))
    if database.kind == "postgres":
        database.run("ALTER TABLE t ADD PRIMARY KEY (g, id)")
        by_two = read(database.source("t", **settings))
        pd.testing.assert_frame_equal(by_two, frame.sort_values(["g", "id"], ignore_index=True), check_categorical=False)


def test_what_is_no_key_is_said(database):  # noqa: F811
    database.run("CREATE TABLE t (a int, b int)")
    database.run("INSERT INTO t VALUES (1, 1), (2, 2), (2, 3), (NULL, 4)")
    with pytest.raises(rx.DataError, match='key is no key of the rows: a = (2 is there more than once|NULL has a missing value)'):
        read(database.source("t", key="a"))
    assert len(read(database.source("t", key="b"))) == 4
    with pytest.raises(rx.InvalidArgument, match=r"key names a column that is not there: B"):
        read(database.source("t", key="B"))


def test_head_tail_and_chunks(database):  # noqa: F811
    database.run("CREATE TABLE t (a int)")
    database.run("INSERT INTO t VALUES " + ", ".join(f"({i})" for i in range(100)))
    assert database.source("t", key="a").tail(2).a.tolist() == [98, 99]
    source = database.source("t", rows_per_read=40)
    assert len(source.head(3)) == 3 and source.shape == (100, 1)
    with pytest.raises(rx.Unsupported, match="no order.*key"):
        source.tail(2)
    rx.rx_open(source)
    sizes = []
    while len(chunk := rx.rx_read_next(source)):
        sizes.append(len(chunk))
    rx.rx_close(source)
    assert sum(sizes) == 100 and sizes[0] == 40


def test_empty_tables_and_no_columns(database):  # noqa: F811
    database.run("CREATE TABLE t (a int, s varchar(3))")
    assert read(database.source("t")).shape == (0, 2) and read(database.source("t", key="a")).shape == (0, 2)


def test_whole_numbers_that_mean_missing_are_errors(postgres):  # noqa: F811
    postgres.run("CREATE TABLE t AS SELECT -2147483648 AS a, -9223372036854775808 AS b")
    with pytest.raises(rx.DataError, match="variable 'a', row 1: -2147483648 does not fit"):
        read(postgres.source("t"))
    with pytest.raises(rx.DataError, match="-9223372036854775808 does not fit"):
        read(postgres.source(sql_query="SELECT b FROM t"))
    assert read(postgres.source(sql_query="SELECT CAST(a AS bigint) AS a FROM t")).a.tolist() == [-2147483648]


def test_random_frames_come_back(postgres):  # noqa: F811
    rng = np.random.default_rng(7)
    count = 3000
    texts = ["", "a", "ü", "世界", "🎉🎉", "'", '"', "\\", "\t\n", "x" * 300, "NULL", "NA", " a "]
    postgres.run("CREATE TABLE t (id int, i bigint, d double precision, s text, b bool)")
    rows = [(i, int(rng.integers(-2**62, 2**62)) if rng.random() > .2 else None,
             float(rng.normal() * 10.0 ** rng.integers(-300, 300)) if rng.random() > .2 else None,
             texts[rng.integers(len(texts))] if rng.random() > .2 else None, bool(rng.integers(2)) if rng.random() > .2 else None)
            for i in range(count)]
    with postgres.connection.cursor() as cursor, cursor.copy("COPY t FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    for settings in ({"key": "id"}, {}, {"row_buffering": False}):
        f = read(postgres.source(sql_query="SELECT * FROM t ORDER BY id", **settings))
        found = [tuple(None if x is None or x is pd.NA or x != x else x for x in row) for row in f.itertuples(index=False)]
        assert found == rows


def test_the_locale_of_the_process_changes_nothing(postgres, tmp_path):  # noqa: F811
    postgres.run("CREATE TABLE t AS SELECT 0.1::float8 AS d, 1.5::numeric AS n, 1.25::real AS r, 'ü'::text AS s, '$1,234.50'::money AS m")
    made = subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", tmp_path / "de_DE.UTF-8"], capture_output=True, text=True)
    assert (tmp_path / "de_DE.UTF-8").is_dir(), made.stderr
    program = ("import locale, os; locale.setlocale(locale.LC_ALL, 'de_DE.UTF-8'); import insitu as rx; "
               "f = rx.rx_import(rx.RxPostgresData(os.environ['WHERE'], table='t'), report_progress=0); "
               "assert locale.str(0.5) == '0,5' and f.values.tolist() == [[0.1, 1.5, 1.25, 'ü', 1234.5]], f; "
               "f = rx.rx_import(rx.RxPostgresData(os.environ['WHERE'], table='t', column_info={'n': {'type': 'character'}}), report_progress=0); "
               "assert f.n[0] == '1.5', f")
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True,
                   env={**os.environ, "WHERE": postgres.string, "PYTHONPATH": os.pathsep.join(sys.path), "LOCPATH": str(tmp_path)})


# ---- faults ----------------------------------------------------------------------------------------------------------


def test_rows_that_change_between_passes_are_said(postgres):  # noqa: F811
    postgres.run("CREATE SEQUENCE s; CREATE TABLE t AS SELECT i AS x FROM generate_series(1, 1000) i")
    # Each time it is read it has more rows.
    growing = postgres.source(sql_query="SELECT x, (x % 2)::int AS y FROM t, (SELECT nextval('s') AS n) q WHERE x < 500 + n")
    with pytest.raises(rx.DataError, match="the rows changed between two passes over them: 50. came first, then 50."):
        rx.rx_logit("y ~ x", growing, **quiet)


def test_a_table_that_is_dropped_between_passes_is_said(postgres):  # noqa: F811
    postgres.run("CREATE TABLE t AS SELECT i AS x FROM generate_series(1, 1000) i")
    source = postgres.source("t")
    assert len(read(source)) == 1000
    postgres.run("DROP TABLE t")
    with pytest.raises(rx.DataError, match='relation "t" does not exist.*42P01'):
        read(source)


def test_a_lost_connection_is_made_again_where_a_key_says_where_to_go_on(postgres):  # noqa: F811
    postgres.run("CREATE TABLE t AS SELECT i AS id, i * 2 AS x FROM generate_series(1, 200000) i")
    for key, survives in (("id", True), (None, False)):
        source = postgres.source("t", **({"key": key} if key else {}), rows_per_read=50000)
        rx.rx_open(source)
        total, rows = 0, 0
        try:
            while len(chunk := rx.rx_read_next(source)):
                total, rows = total + int(chunk.x.sum()), rows + len(chunk)
                postgres.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()")
            assert survives or rows == 200000
            assert (rows, total) == (200000, 200000 * 200001)
        except rx.DataError as failure:
            assert not survives and "SQLSTATE" in str(failure)
        finally:
            rx.rx_close(source)


def test_a_role_without_rights_hears_so(postgres):  # noqa: F811
    postgres.run("CREATE TABLE t (x int)")
    postgres.run("CREATE ROLE nobody_here LOGIN PASSWORD 'se;c}ret'")
    try:
        string = postgres.string.replace(f"UID={postgres.where['user']};PWD={postgres.where['password']}", "UID=nobody_here;PWD={se;c}}ret}")
        with pytest.raises(rx.DataError, match="permission denied for table t.*42501"):
            read(postgres.source("t", connection_string=string))
        postgres.run("GRANT SELECT ON t TO nobody_here")
        assert read(postgres.source("t", connection_string=string)).shape == (0, 1)
    finally:
        postgres.run("DROP OWNED BY nobody_here")
        postgres.run("DROP ROLE nobody_here")


def test_an_interrupt_ends_the_statement_at_the_server(postgres):  # noqa: F811
    def interrupt():
        time.sleep(0.7)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    began = time.monotonic()
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        read(postgres.source(sql_query="SELECT 1 AS x, pg_sleep(30) IS NULL AS y"))
    thread.join()
    assert time.monotonic() - began < 5
    assert postgres.rows("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND state = 'active' AND pid <> pg_backend_pid()") == [(0,)]


def test_a_statement_has_a_time_limit(postgres):  # noqa: F811
    began = time.monotonic()
    with pytest.raises(rx.DataError, match="timeout"):
        read(postgres.source(sql_query="SELECT pg_sleep(20) IS NULL AS y", query_timeout=1))
    assert time.monotonic() - began < 8


# ---- how a database is said, and what is never shown -----------------------------------------------------------------


def test_passwords_are_never_shown(postgres):  # noqa: F811
    secret = postgres.where["password"]
    wrong = postgres.string.replace(secret, "hunter2-wrong")
    source = postgres.source("t", connection_string=wrong, password="hunter3-wrong")
    assert "hunter" not in repr(source) and "password: ***" in repr(source)
    with pytest.raises(rx.DataError) as failure:
        read(source)
    assert "hunter" not in str(failure.value) and "authentication failed" in str(failure.value)
    for text in ("hunter2", "Server=x;PWD={hunter2"):
        with pytest.raises(rx.InvalidArgument) as refused:
            read(rx.RxPostgresData(text, table="t"))
        assert "hunter" not in str(refused.value)


def test_password_and_string_come_from_the_environment_or_a_file(postgres, monkeypatch, tmp_path):  # noqa: F811
    postgres.run("CREATE TABLE t AS SELECT 1 AS x")
    where = postgres.where
    monkeypatch.setenv("INSITU_CONNECTION", postgres.string)
    assert len(read(rx.RxPostgresData(table="t"))) == 1
    (tmp_path / "connection").write_text(postgres.string + "\n")
    monkeypatch.delenv("INSITU_CONNECTION")
    monkeypatch.setenv("INSITU_CONNECTION_FILE", str(tmp_path / "connection"))
    assert len(read(rx.RxPostgresData(table="t"))) == 1
    monkeypatch.delenv("INSITU_CONNECTION_FILE")
    (tmp_path / "password").write_text(where["password"] + "\n")
    monkeypatch.setenv("INSITU_DATABASE_PASSWORD_FILE", str(tmp_path / "password"))
    source = rx.RxPostgresData(table="t", server=f"tcp:{where['host']},{where['port']}", database_name=where["dbname"], user=where["user"])
    assert len(read(source)) == 1
    with pytest.raises(rx.InvalidArgument, match="connection_string is missing; give it, or set INSITU_CONNECTION"):
        read(rx.RxPostgresData(table="t"))


@pytest.mark.parametrize("settings, match", [
    ({}, "give either table or sql_query$"),
    ({"table": "t", "sql_query": "SELECT 1"}, "give either table or sql_query, not both"),
])
def test_tables_and_queries_exclude_each_other(settings, match):
    with pytest.raises(rx.InvalidArgument, match=match):
        rx.RxOdbcData("Driver=SQLite3", **settings)


def test_bad_arguments_say_the_way_out(sqlite):  # noqa: F811
    with pytest.raises(rx.InvalidArgument, match="sql_query must be a query"):
        read(sqlite.source(sql_query="DROP TABLE t"))
    with pytest.raises(rx.InvalidArgument, match="names neither a driver nor a DSN"):
        read(rx.RxOdbcData("Server=x", table="t"))
    with pytest.raises(rx.InvalidArgument, match="use_fast_read=False is not possible"):
        read(rx.RxOdbcData(sqlite.string, table="t", use_fast_read=False))
    with pytest.raises(rx.DataError, match="no connection with Driver=NoSuchDriver"):
        read(rx.RxOdbcData("Driver=NoSuchDriver;Server=x", table="t"))


def test_the_command_line_reads_tables(sqlite):  # noqa: F811
    command = os.environ.get("INSITU_COMMAND")
    if not command:
        pytest.skip("no command line: set INSITU_COMMAND to the program insitu")
    sqlite.run("CREATE TABLE t (x INTEGER, y DOUBLE)")
    sqlite.run("INSERT INTO t VALUES (1, 2.5), (2, 4.5), (3, 6.5)")
    env = {**os.environ, "INSITU_CONNECTION": sqlite.string}
    for source in ("odbc:t", "odbc:SELECT * FROM t"):
        done = subprocess.run([command, "linmod", "y ~ x", source], env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "0.5" in done.stdout
    done = subprocess.run([command, "info", "odbc:t", "--key", "X"], env=env, capture_output=True, text=True)
    assert done.returncode == 1 and "--key names a column that is not there: X (did you mean x?)" in done.stderr


def test_jobs_take_their_password_from_the_environment(postgres, monkeypatch):  # noqa: F811
    postgres.run("CREATE TABLE t AS SELECT i AS x FROM generate_series(1, 10) i")
    waits_not = rx.RxLocalSeq(wait=False)
    with pytest.raises(rx.InvalidArgument, match="data has a password, which must not lie in the folder of a job.*INSITU_DATABASE_PASSWORD"):
        rx.rx_summary("~x", postgres.source("t"), compute_context=waits_not)
    monkeypatch.setenv("INSITU_DATABASE_PASSWORD", postgres.where["password"])
    without = postgres.string.replace(f"PWD={postgres.where['password']};", "")
    job = rx.rx_summary("~x", postgres.source("t", connection_string=without), compute_context=waits_not)
    rx.rx_wait_for_job(job)
    assert rx.rx_get_job_results(job).summary_data_frame.Mean[0] == 5.5
    folder = os.environ["INSITU_JOBS_FOLDER"]
    assert subprocess.run(["grep", "-r", postgres.where["password"], folder]).returncode == 1
