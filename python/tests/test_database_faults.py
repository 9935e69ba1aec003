"""Faults in the middle of calls that compute or write in PostgreSQL: one clear message, nothing half written, and the next call works."""

import contextlib
import os
import signal
import socket
import threading
import time

import numpy as np
import pandas as pd
import psycopg
import pytest

import insitu as rx
from database_fixtures import postgres, postgres_database, private_postgres  # noqa: F401
from insitu.errors import DataError

QUIET = {"report_progress": 0}
ROWS = """CREATE TABLE rows AS SELECT i AS id, sin(i) * 3 + i % 7 AS y, cos(i * 1.7)::float8 AS x, (sin(i * 3.1) + cos(i * 1.7) > 0.4) AS hit
  FROM generate_series(1, 2000) AS i"""
SLOW = "SELECT y, x, hit FROM rows WHERE id <> 1 OR pg_sleep({}) IS NOT NULL"  # that long in each scan


@pytest.fixture
def base(postgres):  # noqa: F811
    postgres.run(ROWS)
    return postgres


def context(base, tier="database", string=None, **settings):
    return rx.RxInPostgres(string or base.string, tier=tier, **settings)


def slow(base, seconds, string=None):
    return base.source(sql_query=SLOW.format(seconds), **({"connection_string": string} if string else {}))


def summary(base, data=None, **more):
    return rx.rx_summary("~ y + x", data or base.source("rows"), **{"compute_context": context(base), **QUIET, **more})


def said(error, base):
    """The message of an error: one sentence, no secret."""
    text = str(error.value)
    assert text and "\n" not in text and base.where["password"] not in text
    return text


@contextlib.contextmanager
def beside(base, pattern, action, but="nothing", within=False):
    """Does something as soon as a statement of another session looks like that and not so: with the id of its backend. ``within``: one
    that is not the first of its transaction, which has its snapshot then."""
    failed = []

    def watch():
        with psycopg.connect(**base.where, autocommit=True) as line:
            until = time.monotonic() + 20
            while time.monotonic() < until:
                found = line.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                                     "AND state = 'active' AND query LIKE %s AND query NOT ILIKE %s AND (NOT %s OR xact_start < query_start)",
                                     [pattern, but, within]).fetchall()
                if found:
                    try:
                        return action(line, found[0][0])
                    except Exception as error:  # told below
                        failed.append(error)
                        return None
                time.sleep(0.01)
            failed.append(AssertionError(f"no statement like {pattern}"))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        thread.join()
        assert not failed, failed


def nothing_runs(base):
    until = time.monotonic() + 10
    busy = "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
    while found := base.rows(busy):
        assert time.monotonic() < until, found
        time.sleep(0.05)


def works_again(base, rows=2000):
    nothing_runs(base)
    assert summary(base).nobs_valid == rows
    assert base.rows("SELECT relname FROM pg_class WHERE relname LIKE 'insitu\\_%'") == []


def terminate(line, pid):
    line.execute("SELECT pg_terminate_backend(%s)", [pid])


def test_a_backend_that_is_killed_or_cancelled_by_another(base):
    for end, words in ((terminate, "terminating connection|connection"),
                       (lambda line, pid: line.execute("SELECT pg_cancel_backend(%s)", [pid]), "cancel")):
        with beside(base, "%pg_sleep%", end), pytest.raises(DataError, match=words) as error:
            summary(base, slow(base, 30))
        assert "SQLSTATE" in said(error, base)
        works_again(base)
    # Where reading may help, it does, and the record says why.
    with beside(base, "%pg_sleep%", terminate):
        found = summary(base, slow(base, 0.5), compute_context=context(base, "auto"))
    assert found.nobs_valid == 2000 and "connection" in rx.rx_explain().passes[-1]["reason"]
    works_again(base)


@contextlib.contextmanager
def proxy(base, limit):
    """A way to the server that ends after so many bytes of answers."""
    listening = socket.create_server(("127.0.0.1", 0))

    def carry(source, target, left):
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                target.sendall(data[:left])
                left -= len(data)
                if left <= 0:
                    break
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def serve():
        with contextlib.suppress(OSError):
            while True:
                client = listening.accept()[0]
                server = socket.create_connection((base.where["host"], base.where["port"]))
                threading.Thread(target=carry, args=(client, server, 1 << 60), daemon=True).start()
                threading.Thread(target=carry, args=(server, client, limit), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield base.string.replace(f"Port={base.where['port']}", f"Port={listening.getsockname()[1]}")
    finally:
        listening.close()


def test_a_connection_that_is_cut_in_a_result(base):
    base.run("CREATE TABLE wide AS SELECT repeat('x', 100) AS s, g AS y FROM generate_series(1, 20000) AS g")
    with proxy(base, 400_000) as string:
        for tier in ("auto", "stream"):
            data = base.source("wide", connection_string=string)
            with pytest.raises(DataError, match="connection|closed") as error:
                rx.rx_import(data, compute_context=context(base, tier, string), **QUIET)
            said(error, base)
        assert summary(base, base.source("rows", connection_string=string), compute_context=context(base, string=string)).nobs_valid == 2000
    works_again(base)


@pytest.mark.parametrize("tier", ["database", "stream"])
def test_an_interrupt_ends_what_runs_at_the_server(base, tier):
    begin = time.monotonic()
    with beside(base, "%pg_sleep%", lambda *_: os.kill(os.getpid(), signal.SIGINT)), pytest.raises(KeyboardInterrupt):
        summary(base, slow(base, 60), compute_context=context(base, tier))
    assert time.monotonic() - begin < 15
    works_again(base)


def test_passes_see_one_snapshot(base):
    expected = rx.rx_logit("hit ~ x", base.source("rows"), compute_context=rx.RxLocalSeq(), **QUIET)
    with beside(base, "%pg_sleep%", lambda line, _: line.execute("DELETE FROM rows WHERE id % 2 = 0; UPDATE rows SET hit = NOT hit"), within=True):
        fit = rx.rx_logit("hit ~ x", slow(base, 0.2), compute_context=context(base), **QUIET)
    assert base.rows("SELECT count(*) FROM rows") == [(1000,)] and len(fit.execution["passes"]) > 2
    np.testing.assert_allclose(list(fit.coefficients), list(expected.coefficients), rtol=1e-9)
    assert fit.nValidObs == expected.nValidObs == 2000
    # A table that is dropped waits for the end of the call; the next one says that it is gone.
    data = base.source("rows")
    with beside(base, "%pg_sleep%", lambda line, _: line.execute("DROP TABLE rows"), within=True):
        assert rx.rx_logit("hit ~ x", slow(base, 0.2), compute_context=context(base), **QUIET).nValidObs == 1000
    with pytest.raises(DataError, match="rows.*does not exist") as error:
        summary(base, data)
    said(error, base)


def test_rows_that_change_where_passes_read_are_said(base):
    with beside(base, "%pg_sleep%", lambda line, _: line.execute("DELETE FROM rows WHERE id % 2 = 0"), "%count(*)%"), \
            pytest.raises(DataError, match="rows changed between two passes") as error:
        rx.rx_logit("hit ~ x", slow(base, 0.3), compute_context=context(base, "auto"), **QUIET)
    said(error, base)
    works_again(base, 1000)


def test_a_deadlock(base):
    # The other session waits for what this one holds; its own patience is long, so that this one is the victim.
    base.run("""CREATE TABLE target (x float8);
      CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END';
      CREATE TRIGGER waits BEFORE INSERT ON target FOR EACH STATEMENT EXECUTE FUNCTION wait()""")
    with psycopg.connect(**base.where) as other:
        other.execute("SET deadlock_timeout = '30s'; SELECT pg_advisory_xact_lock(7)")
        with beside(base, "%INSERT INTO%", lambda *_: other.execute("LOCK TABLE target IN ACCESS EXCLUSIVE MODE")), \
                pytest.raises(DataError, match="deadlock") as error:
            rx.rx_data_step(pd.DataFrame({"x": [1.0, 2.0]}), base.source("target"), append="rows", **QUIET)
        assert "40P01" in said(error, base)
    assert base.rows("SELECT count(*) FROM target") == [(0,)]
    rx.rx_data_step(pd.DataFrame({"x": [1.0, 2.0]}), base.source("target"), append="rows", **QUIET)
    assert base.rows("SELECT count(*) FROM target") == [(2,)]


def test_a_time_limit_of_the_server(base):
    name = base.where["dbname"]
    base.run(f"ALTER DATABASE {name} SET statement_timeout = '300ms'")
    for tier in ("database", "stream"):
        with pytest.raises(DataError, match="statement timeout") as error:
            summary(base, slow(base, 5), compute_context=context(base, tier))
        said(error, base)
    works_again(base)


def test_a_full_disk(base):
    # No more temporary space: statements that keep rows there fail, rows are read.
    name = base.where["dbname"]
    base.run(f"ALTER DATABASE {name} SET work_mem = '64kB'; ALTER DATABASE {name} SET temp_file_limit = '64kB'")
    with pytest.raises(DataError, match="temporary file size exceeds") as error:
        rx.rx_logit("hit ~ x", base.source("rows"), compute_context=context(base), **QUIET)
    assert "53400" in said(error, base)
    assert rx.rx_logit("hit ~ x", base.source("rows"), compute_context=context(base, "auto"), **QUIET).nValidObs == 2000
    # No more space for a table: what was there stays, whichever way the rows go.
    base.run("""CREATE FUNCTION full_at(n int, i int) RETURNS int LANGUAGE plpgsql AS
      $$BEGIN IF i >= n THEN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END IF; RETURN i; END$$;
      CREATE TABLE target (x int); INSERT INTO target VALUES (1), (2)""")
    for tier in ("database", "stream"):
        data = base.source(sql_query="SELECT full_at(1500, id) AS x FROM rows")
        with pytest.raises(DataError, match="No space left") as error:
            rx.rx_data_step(data, base.source("target"), overwrite=True, compute_context=context(base, tier), **QUIET)
        assert "53100" in said(error, base)
    base.run("""CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM full_at(2, NEW.x); RETURN NEW; END';
      CREATE TRIGGER no_space BEFORE INSERT ON target FOR EACH ROW EXECUTE FUNCTION no_space()""")
    with pytest.raises(DataError, match="No space left"):
        rx.rx_data_step(pd.DataFrame({"x": np.arange(3, dtype="int32")}), base.source("target"), append="rows", **QUIET)
    assert base.rows("SELECT x FROM target ORDER BY x") == [(1,), (2,)]
    base.run(f"ALTER DATABASE {name} RESET ALL")
    works_again(base)


def test_a_killed_step_within_the_database_leaves_the_old_table(base):
    base.run("CREATE TABLE target AS SELECT 1 AS x")
    for end, error in ((terminate, DataError), (lambda *_: os.kill(os.getpid(), signal.SIGINT), KeyboardInterrupt)):
        with beside(base, "%CREATE TABLE%pg_sleep%", end), pytest.raises(error):
            rx.rx_data_step(slow(base, 30), base.source("target"), overwrite=True, compute_context=context(base), **QUIET)
        assert base.rows("SELECT x FROM target") == [(1,)]
        works_again(base)
    rx.rx_data_step(base.source("rows"), base.source("target"), overwrite=True, compute_context=context(base), **QUIET)
    assert base.rows("SELECT count(*) FROM target") == [(2000,)]


def test_the_right_to_select_suffices_and_no_less(base):
    base.run("CREATE ROLE looks LOGIN PASSWORD 'only looks'; CREATE TABLE hidden AS SELECT 1.0 AS y, 2.0 AS x; GRANT SELECT ON rows TO looks")
    try:
        string = base.string.replace(f"UID={base.where['user']};PWD={base.where['password']}", "UID=looks;PWD=only looks")
        mine = base.source("rows", connection_string=string)
        for tier in ("database", "stream"):
            there = context(base, tier, string)
            assert rx.rx_lin_mod("y ~ x", mine, compute_context=there, **QUIET).nValidObs == 2000
            assert rx.rx_logit("hit ~ x", mine, compute_context=there, **QUIET).nValidObs == 2000
            with pytest.raises(DataError, match="permission denied for table hidden") as error:
                summary(base, base.source("hidden", connection_string=string), compute_context=there)
            assert "only looks" not in said(error, base)
            with pytest.raises(DataError, match="permission denied for schema public") as error:
                rx.rx_data_step(mine, base.source("made", connection_string=string), compute_context=there, **QUIET)
            assert "only looks" not in said(error, base)
        assert base.rows("SELECT relname FROM pg_class WHERE relname LIKE 'made%' OR relname LIKE 'insitu\\_%'") == []
    finally:
        base.run("DROP OWNED BY looks; DROP ROLE looks")
