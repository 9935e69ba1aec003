"""Tables of databases as targets: values both ways, what stays when writing fails, and who may."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from database_fixtures import database, postgres, postgres_database, private_postgres, sqlite  # noqa: F401

quiet = {"report_progress": 0}
TEXTS = ["", "a", "ü", "世界", "🎉🎉", "'", '"', "\\", "\\\\'\"", "\t\n\r", "x" * 5000, "NULL", "null", "NA", " a ", "{a,b}", "$$", "?", "\x01"]


def frame_of(count, seed=5):
    rng = np.random.default_rng(seed)
    missing = lambda values: [None if rng.random() < .2 else v for v in values]  # noqa: E731
    return pd.DataFrame({
        "i": pd.array(missing(rng.integers(-2**31 + 1, 2**31, count).tolist()), dtype="Int32"),
        "b": pd.array(missing(rng.integers(-2**62, 2**62, count).tolist()), dtype="Int64"),
        "d": np.where(rng.random(count) < .2, np.nan, rng.normal(size=count) * 10.0 ** rng.integers(-300, 300, count)),
        "s": pd.array(missing([TEXTS[k] for k in rng.integers(len(TEXTS), size=count)]), dtype="string"),
        "l": pd.array(missing((rng.random(count) < .5).tolist()), dtype="boolean"),
        "f": pd.Categorical(missing([["lo", "mid'dle", "hi"][k] for k in rng.integers(3, size=count)]), ["lo", "mid'dle", "hi"]),
        "t": pd.to_datetime(np.where(rng.random(count) < .2, np.datetime64("NaT"),
                                     np.datetime64("1900-01-01T00:00:00", "us") + rng.integers(0, 2 * 10**15 * 3, count).astype("timedelta64[us]"))),
        'odd " näme; --': np.arange(count, dtype="int32"),
    })


def plain_rows(frame):
    return [tuple(None if x is None or x is pd.NA or x is pd.NaT or x != x else str(x) if hasattr(x, "isoformat") else x for x in row)
            for row in frame.itertuples(index=False)]


def test_frames_come_back_as_they_were(database):  # noqa: F811
    frame = frame_of(3000)
    target = database.source("rows")
    written = rx.rx_data_step(frame, target, **quiet)
    assert written.table == "rows"
    back = rx.rx_import(database.source(sql_query=f'SELECT * FROM rows ORDER BY "{frame.columns[-1].replace(chr(34), chr(34) * 2)}"'), **quiet)
    assert back.columns.tolist() == frame.columns.tolist()
    assert plain_rows(back) == plain_rows(frame)


def test_types_of_the_new_table(postgres):  # noqa: F811
    frame = frame_of(10).assign(day=pd.Series(pd.to_datetime(["2020-02-29"] * 10)).dt.date)
    frame["r"] = np.float32(1.5)
    rx.rx_data_step(frame.drop(columns=frame.columns[-3]), postgres.source("rows"), **quiet)
    found = dict(postgres.rows("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'rows'"))
    assert found == {"i": "integer", "b": "bigint", "d": "double precision", "s": "text", "l": "boolean", "f": "text",
                     "t": "timestamp without time zone", "day": "date", "r": "real"}
    rx.rx_data_step(frame, postgres.source("rows", write_factors_as_indexes=True), overwrite=True, **quiet)
    codes = [row[0] for row in postgres.rows(f'SELECT f FROM rows ORDER BY "{frame_of(1).columns[-1].replace(chr(34), chr(34) * 2)}"')]
    assert codes == [None if c < 0 else int(c) for c in frame.f.cat.codes]
    levels = rx.rx_import(postgres.source("rows", column_info={"f": {"type": "factorIndex", "levels": ["lo", "mid'dle", "hi"]}}), **quiet)
    assert levels.f.cat.categories.tolist() == ["lo", "mid'dle", "hi"]


def test_what_is_there_is_replaced_or_appended_to_only_when_that_is_allowed(database):  # noqa: F811
    one, two = pd.DataFrame({"x": [1, 2], "s": ["a", "b"]}), pd.DataFrame({"s": ["c"], "x": [3]})
    rx.rx_data_step(one, database.source("t"), **quiet)
    with pytest.raises(rx.InvalidArgument, match="output_file exists: t; allow to replace it with overwrite, or append to it"):
        rx.rx_data_step(two, database.source("t"), **quiet)
    rx.rx_data_step(two, database.source("t"), append="rows", **quiet)
    assert sorted(database.rows("SELECT x, s FROM t")) == [(1, "a"), (2, "b"), (3, "c")]
    with pytest.raises(rx.InvalidArgument, match="no column of a variable that is to be appended: y"):
        rx.rx_data_step(pd.DataFrame({"y": [1]}), database.source("t"), append="rows", **quiet)
    rx.rx_data_step(two, database.source("t"), overwrite=True, **quiet)
    assert database.rows("SELECT x, s FROM t") == [(3, "c")]
    rx.rx_data_step(one, database.source("fresh"), append="rows", **quiet)
    assert len(database.rows("SELECT * FROM fresh")) == 2
    with pytest.raises(rx.InvalidArgument, match="is an Rx.*Data of a query, and rows are written to a table"):
        rx.rx_data_step(one, database.source(sql_query="SELECT 1 AS x"), **quiet)


def test_a_table_from_itself(database):  # noqa: F811
    rx.rx_data_step(pd.DataFrame({"x": np.arange(70000, dtype="int32")}), database.source("t"), **quiet)
    for key in (None, "x"):
        source = database.source("t", **({"key": key} if key else {}))
        rx.rx_data_step(source, database.source("t"), transforms={"y": "x * 2"}, overwrite=True, **quiet)
        assert database.rows("SELECT count(*), sum(y - 2 * x) FROM t") == [(70000, 0)]


def test_rows_of_each_context_and_of_predictions_are_written(postgres):  # noqa: F811
    frame = pd.DataFrame({"x": np.arange(100000) / 8.0, "id": np.arange(100000, dtype="int32")})
    frame["y"] = 3 * frame.x + 1
    rx.rx_data_step(frame, postgres.source("t"), **quiet)
    source = postgres.source("t", key="id")
    for number, context in enumerate((rx.RxLocalSeq(), rx.RxLocalParallel(), rx.RxProcesses(num_workers=2))):
        rx.rx_data_step(source, postgres.source(f"t{number}"), transforms={"z": "x + 1"}, row_selection="id %% 2 == 0",
                        compute_context=context, **quiet)
        assert postgres.rows(f"SELECT count(*), min(z - x), max(z - x) FROM t{number}") == [(50000, 1.0, 1.0)]
    fit = rx.rx_lin_mod("y ~ x", source, **quiet)
    rx.rx_predict(fit, source, postgres.source("scores"), extra_vars_to_write=["id"], **quiet)
    assert postgres.rows("SELECT count(*), max(abs(y_pred - (3 * x + 1))) < 1e-6 FROM (SELECT \"y_Pred\" AS y_pred, t.x FROM scores JOIN t USING (id)) q") == [(100000, True)]
    assert rx.rx_import(source, postgres.source("copy"), **quiet).table == "copy"
    assert postgres.rows("SELECT count(*) FROM copy") == [(100000,)]


def test_infinite_numbers(database):  # noqa: F811
    frame = pd.DataFrame({"x": [1.0, np.inf, -np.inf]})
    if database.kind == "postgres":
        rx.rx_data_step(frame, database.source("t"), **quiet)
        assert database.rows("SELECT x FROM t") == [(1.0,), (np.inf,), (-np.inf,)]
        return
    with pytest.raises(rx.DataError, match="variable 'x' has infinite values, which SQLite cannot hold"):
        rx.rx_data_step(frame, database.source("t"), **quiet)
    assert database.rows("SELECT name FROM sqlite_master") == []


def test_a_failed_write_leaves_the_old_table_and_nothing_else(postgres):  # noqa: F811
    rx.rx_data_step(pd.DataFrame({"x": [1, 2]}), postgres.source("t"), **quiet)
    frame = pd.DataFrame({"x": np.arange(50000), "s": ["bad\0text"] * 50000})
    with pytest.raises(rx.DataError, match="NUL"):
        rx.rx_data_step(frame, postgres.source("t"), overwrite=True, **quiet)
    assert postgres.rows("SELECT x FROM t ORDER BY x") == [(1,), (2,)]
    # The server refuses a value late.
    postgres.run("CREATE TABLE checked (x int CHECK (x < 40000))")
    with pytest.raises(rx.DataError, match="23514"):
        rx.rx_data_step(pd.DataFrame({"x": np.arange(50000, dtype="int32")}), postgres.source("checked"), append="rows", **quiet)
    assert postgres.rows("SELECT count(*) FROM checked") == [(0,)]
    assert postgres.rows("SELECT relname FROM pg_class WHERE relname LIKE 'insitu_new%'") == []


@pytest.mark.parametrize("how", [signal.SIGKILL, "backend"])
def test_a_killed_write_leaves_the_old_table(postgres, how):  # noqa: F811
    rx.rx_data_step(pd.DataFrame({"x": [1, 2]}), postgres.source("t"), **quiet)
    program = textwrap.dedent("""
        import os, insitu as rx, numpy as np, pandas as pd
        frame = pd.DataFrame({"x": np.arange(3_000_000)})
        rx.rx_data_step(frame, rx.RxPostgresData(os.environ["WHERE"], table="t"), overwrite=True, report_progress=0)
    """)
    running = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "WHERE": postgres.string, "PYTHONPATH": os.pathsep.join(sys.path)})
    try:
        inserting = "SELECT pid FROM pg_stat_activity WHERE query LIKE '%INSERT INTO%' AND pid <> pg_backend_pid()"
        deadline = time.monotonic() + 60
        while not (pids := postgres.rows(inserting)):
            assert running.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
        if how == "backend":
            postgres.run(f"SELECT pg_terminate_backend({pids[0][0]})")
            assert running.wait(60) != 0 and "SQLSTATE" in running.stderr.read()
        else:
            running.send_signal(how)
            running.wait(60)
    finally:
        running.kill()
        running.communicate()
    deadline = time.monotonic() + 30
    while postgres.rows("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert postgres.rows("SELECT x FROM t ORDER BY x") == [(1,), (2,)]
    assert postgres.rows("SELECT relname FROM pg_class WHERE relname LIKE 'insitu_new%'") == []


def test_an_interrupted_write_leaves_the_old_table(postgres):  # noqa: F811
    rx.rx_data_step(pd.DataFrame({"x": [1, 2]}), postgres.source("t"), **quiet)
    import threading

    timer = threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        rx.rx_data_step(pd.DataFrame({"x": np.arange(20_000_000)}), postgres.source("t"), overwrite=True, **quiet)
    assert postgres.rows("SELECT x FROM t ORDER BY x") == [(1,), (2,)]


def test_rights_to_write(postgres):  # noqa: F811
    postgres.run("CREATE ROLE only_reads LOGIN PASSWORD 'reads'; CREATE TABLE t (x int); GRANT SELECT ON t TO only_reads")
    try:
        string = postgres.string.replace(f"UID={postgres.where['user']};PWD={postgres.where['password']}", "UID=only_reads;PWD=reads")
        for settings in ({"overwrite": True}, {"append": "rows"}):
            with pytest.raises(rx.DataError, match="permission denied"):
                rx.rx_data_step(pd.DataFrame({"x": [1]}), postgres.source("t", connection_string=string), **settings, **quiet)
    finally:
        postgres.run("DROP OWNED BY only_reads; DROP ROLE only_reads")


def test_rx_write_next(database):  # noqa: F811
    target = database.source("t")
    rx.rx_open(target, "w")
    for k in range(3):
        rx.rx_write_next(pd.DataFrame({"x": [k, k + 10]}), target)
    rx.rx_close(target, "w")
    assert sorted(database.rows("SELECT x FROM t")) == [(0,), (1,), (2,), (10,), (11,), (12,)]
