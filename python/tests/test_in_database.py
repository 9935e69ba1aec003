"""RxInPostgres: every analysis by every tier against RxLocalSeq over the same rows; steps, faults, rights, secrets. One server."""

import json
import os
import pathlib
import pickle
import subprocess
import threading
import time
from collections.abc import Sequence

import numpy as np
import pandas as pd
import psycopg
import pytest

import insitu as rx
from database_fixtures import drivers, start_or_skip
from insitu.errors import DataError, InvalidArgument, Unsupported

QUIET = {"report_progress": 0}
ROOT = pathlib.Path(__file__).resolve().parents[2]
EXTENSION = pathlib.Path(os.environ.get("INSITU_TEST_BUILD", ROOT / "build" / "release")) / "hosts" / "postgres"
INFO = {"f": {"type": "factor", "levels": ["c", "a", "b"]}, "g": {"type": "factor", "levels": ["v", "u"]}}
ROWS = """CREATE TABLE rows AS SELECT i AS id, CASE WHEN i % 97 <> 0 THEN sin(i) * 3 + (i % 7) END AS y, cos(i * 1.7)::float8 AS x,
  i % 11 AS k, (0.5 + i % 4)::float8 AS w, (ARRAY['a', 'b', 'c'])[1 + i % 3] AS f, CASE WHEN i % 5 = 0 THEN 'u' WHEN i % 89 <> 0 THEN 'v' END AS g,
  9007199254740993 + i AS n, (sin(i * 3.1) + cos(i * 1.7) > 0.4) AS hit, (i * 7919) % 6 AS c, (i % 2)::float8 AS d, (1e6 + i % 13)::numeric(12, 2) AS m
  FROM generate_series(1, 70000) AS i"""  # two pieces of a data frame


@pytest.fixture(scope="module")
def where():
    if "PostgreSQL Unicode" not in drivers():
        pytest.skip("no ODBC driver of PostgreSQL: odbc-postgresql is not installed")
    if not (EXTENSION / "insitu_pg.so").exists():
        pytest.skip(f"the extension is not built: {EXTENSION}")
    server = start_or_skip(extensions=[EXTENSION], settings={"max_worker_processes": 8, "max_parallel_workers": 4})
    what = server.description
    found = {"host": what["host"], "port": what["port"], "user": what["user"], "password": what["password"], "dbname": what["database"]}
    with psycopg.connect(**found, autocommit=True) as line:
        line.execute("CREATE EXTENSION insitu")
        line.execute(ROWS)
        line.execute("ALTER TABLE rows ADD PRIMARY KEY (id)")
        line.execute("CREATE TABLE keyless AS SELECT * FROM rows ORDER BY id")
        line.execute("CREATE TABLE few AS SELECT * FROM rows WHERE id <= 1500 ORDER BY id")
        line.execute("ANALYZE")
        found["line"] = line
        yield found
    server.stop()


def connection(where, **changes):
    at = {**where, **changes}
    return (f"Driver=PostgreSQL Unicode;Servername={at['host']};Port={at['port']};UID={at['user']};"
            f"PWD={at['password']};Database={at['dbname']}")


@pytest.fixture
def line(where):
    return where["line"]


@pytest.fixture
def rows(where):
    return source(where)


def source(where, table="rows", **settings):
    settings.setdefault("column_info", INFO)
    return rx.RxPostgresData(connection(where), table=table, **settings)


def context(where, tier="auto", **settings):
    return rx.RxInPostgres(connection(where), tier=tier, **settings)


def summary(data, **more):
    return rx.rx_summary("~ y + x + k + f + g + n + hit + m", data, **QUIET, **more)


ANALYSES = {
    "summary": summary,
    "summary by cells": lambda data, **more: rx.rx_summary("y ~ f:g", data, pweights="w", **QUIET, **more),
    "lin_mod": lambda data, **more: rx.rx_lin_mod("y ~ x + k + f + g:x", data, cov_coef=True, **QUIET, **more),
    "lin_mod weighted": lambda data, **more: rx.rx_lin_mod("y ~ f + x", data, pweights="w", row_selection="k < 9", **QUIET, **more),
    "lin_mod cube": lambda data, **more: rx.rx_lin_mod("y ~ F(k) + x", data, cube=True, **QUIET, **more),
    "logit": lambda data, **more: rx.rx_logit("hit ~ x + f", data, **QUIET, **more),
    "glm poisson": lambda data, **more: rx.rx_glm("c ~ x + g", data, family=rx.rx_poisson() if hasattr(rx, "rx_poisson") else "poisson", **QUIET, **more),
    "multinom": lambda data, **more: rx.rx_multinom_logit("f ~ x", data, **QUIET, **more),
    "cov": lambda data, **more: rx.rx_cov("~ y + x + k + m", data, **QUIET, **more),
    "cor": lambda data, **more: rx.rx_cor("~ y + x + m", data, pweights="w", **QUIET, **more),
    "pca": lambda data, **more: rx.rx_pca("~ y + x + k", data, **QUIET, **more),
    "quantile": lambda data, **more: rx.rx_quantile("y", data, probs=[0.1, 0.5, 0.9], exact=True, **QUIET, **more),
    "quantile by bins": lambda data, **more: rx.rx_quantile("y", data, probs=[0.1, 0.5, 0.9], **QUIET, **more),
    "quantile weighted": lambda data, **more: rx.rx_quantile("k", data, pweights="w", probs=[0.1, 0.5, 0.9], **QUIET, **more),
    "lorenz": lambda data, **more: rx.rx_lorenz("k2", data, "y2", transforms={"y2": "y^2", "k2": "abs(k)"}, **QUIET, **more),
    "histogram": lambda data, **more: [panel.patches for panel in np.ravel(rx.rx_histogram("~ y | f", data, num_breaks=9, **QUIET, **more))],
    "roc": lambda data, **more: rx.rx_roc("hit", "x", data, **QUIET, **more),
    "elastic net": lambda data, **more: rx.rx_elastic_net("y ~ x + k + f", data, **QUIET, **more),
    "transforms": lambda data, **more: rx.rx_lin_mod("z ~ x + q", data, transforms={"z": "y * 2 + k", "q": "ifelse(x > 0, 1, 0)"}, **QUIET, **more),
}
#: What the database computes for whoever asks for nothing else.
IN_THE_DATABASE = {"summary", "summary by cells", "lin_mod", "lin_mod weighted", "lin_mod cube", "cov", "cor", "pca", "quantile by bins", "quantile weighted",
                   "lorenz", "histogram", "transforms"}
#: Printed text, clocks, records.
NOT_COMPARED = {"execution", "printed", "call", "model", "computeContext", "reply", "seconds", "image", "dataLabel", "data"}


def flat(value, path=""):
    """Every number and text of a result, by where it lies in it."""
    if hasattr(value, "get_bbox"):  # a bar
        value = value.get_bbox().get_points()
    if hasattr(value, "to_dict") and not isinstance(value, (pd.DataFrame, pd.Series)):
        value = value.to_dict()
    if isinstance(value, pd.DataFrame):
        value = {str(name): value[name].to_numpy() for name in value.columns}
    if isinstance(value, pd.Series):
        value = value.to_numpy()
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, dict):
        return {k: v for name, each in value.items() if str(name).strip("_") not in NOT_COMPARED for k, v in flat(each, f"{path}/{name}").items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return {k: v for i, each in enumerate(value) for k, v in flat(each, f"{path}/{i}").items()}
    if isinstance(value, (bool, int, float, str, type(None), np.generic)):
        return {path: value}
    if hasattr(value, "_reply") or hasattr(value, "__dict__"):
        return {k: v for name, each in vars(value).items() if name.strip("_") not in NOT_COMPARED for k, v in flat(each, f"{path}/{name}").items()}
    return {}


def check_same(found, expected, exact):
    found, expected = flat(found), flat(expected)
    assert found.keys() == expected.keys() and len(expected) > 1
    for path, value in expected.items():
        other = found[path]
        if isinstance(value, (float, np.floating)) and not exact:
            scale = abs(value) if abs(value) > 1e-6 else 1
            assert other == value or (value != value and other != other) or abs(other - value) <= 2e-9 * scale, (path, other, value)
        else:
            assert other == value or (value != value and other != other), (path, other, value)


@pytest.fixture(scope="module")
def expected(where):
    kept = {}

    def of(name):
        if name not in kept:
            kept[name] = ANALYSES[name](source(where), compute_context=rx.RxLocalSeq())
        return kept[name]

    return of


@pytest.mark.parametrize("name", ANALYSES)
def test_every_analysis_by_every_tier(where, rows, expected, name):
    run = ANALYSES[name]
    check_same(run(rows, compute_context=context(where, "stream")), expected(name), exact=True)
    for tasks in (1, 3):
        fit = run(rows, compute_context=context(where, "extension", num_tasks=tasks))
        check_same(fit, expected(name), exact=True)  # ranges of the key are whole: the bits of a data frame
    fit = run(rows, compute_context=context(where))
    check_same(fit, expected(name), exact=False)
    record = rx.rx_explain()
    assert {each["tier"] for each in record.passes} <= ({"database"} if name in IN_THE_DATABASE else {"database", "extension"}), record
    local = expected(name)
    if name in ("logit", "glm poisson"):  # statements of iterations take seconds for all rows, which is why "auto" leaves them
        rows = source(where, "few")
        local = run(rows, compute_context=rx.RxLocalSeq())
    try:
        fit = run(rows, compute_context=context(where, "database"))
    except Unsupported as error:
        assert "not computed in the database" in str(error) and name not in IN_THE_DATABASE
    else:
        check_same(fit, local, exact=False)


def test_the_record_says_where_each_pass_ran_and_what_left(where, rows):
    fit = rx.rx_lin_mod("y ~ x + f", rows, compute_context=context(where), **QUIET)
    (done,) = fit.execution["passes"]
    assert done["tier"] == "database" and "reason" not in done and 0 < done["left"]["rows"] < 100 and done["statements"]
    assert fit.execution["context"] == "RxInPostgres"
    fit = rx.rx_logit("hit ~ x", rows, compute_context=context(where), **QUIET)
    done = fit.execution["passes"][-1]
    assert done["tier"] == "extension" and "cost a server more" in done["reason"] and done["left"]["bytes"] > 0
    said = rx.rx_explain(rx.rx_lin_mod, "y ~ x + f", rows, compute_context=context(where))
    (planned,) = said.passes
    assert planned["tier"] == "database" and "SELECT" in planned["statements"][0] and "tier database" in str(said)
    said = rx.rx_explain(rx.rx_quantile, "y", rows, exact=True, compute_context=context(where))
    assert said.passes[0]["tier"] == "extension" and "insitu_pass" in said.passes[0]["statements"][0]
    assert where["password"] not in str(said) and where["password"] not in str(fit.execution)


def test_without_a_key_one_task_has_the_bits_of_the_order_of_arrival(where):
    data = source(where, "keyless")
    local = rx.rx_summary("~ y + x + f", data, compute_context=rx.RxLocalSeq(), **QUIET)
    check_same(rx.rx_summary("~ y + x + f", data, compute_context=context(where, "extension"), **QUIET), local, exact=True)
    check_same(rx.rx_summary("~ y + x + f", data, compute_context=context(where, "extension", num_tasks=2), **QUIET), local, exact=False)


def test_a_tier_that_cannot_says_why(where, rows):
    with pytest.raises(Unsupported, match="quantil.* is not computed in the database: its state is not told as sums"):
        rx.rx_quantile("y", rows, exact=True, compute_context=context(where, "database"), **QUIET)
    with pytest.raises(Unsupported, match="extension"):
        rx.rx_summary("~ y", rows, transform_function=lambda chunk: chunk, compute_context=context(where, "extension"), **QUIET)
    found = rx.rx_summary("~ y2", rows, transform_function=lambda chunk: {**chunk, "y2": chunk["y"]}, compute_context=context(where), **QUIET)
    assert found.execution["passes"][-1]["tier"] == "stream"
    said = rx.rx_explain(rx.rx_quantile, "y", rows, exact=True, compute_context=context(where, "database"))
    assert "not computed in the database" in said.missing[0]
    with pytest.raises(Unsupported, match="minGroupSize|min_group_size"):
        rx.rx_import(rows, compute_context=context(where, min_group_size=5), **QUIET)
    with pytest.raises(InvalidArgument, match="min_group_size: .* groups have fewer than 5 rows"):
        rx.rx_summary("y ~ F(id)", rows, row_selection="id < 9", compute_context=context(where, min_group_size=5), **QUIET)


def test_types_that_become_numbers_by_way_of_another(where, line):
    line.execute("""DROP TABLE IF EXISTS ways; CREATE TABLE ways AS SELECT i AS id, CASE WHEN i % 7 <> 0 THEN (i * 1.25 - 300)::numeric::money END AS money,
                    (i * 3)::text::xid AS x, i::oid AS o, sin(i) AS y FROM generate_series(1, 500) AS i""")
    at = source(where, "ways", column_info={})
    for analysis in (lambda **more: rx.rx_summary("~ money + x + o", at, **QUIET, **more),
                     lambda **more: rx.rx_lin_mod("y ~ money + o", at, row_selection="money > -200", transforms={"o": "sqrt(o)"}, **QUIET, **more)):
        here = flat(analysis(compute_context=rx.RxLocalSeq()))
        for tier in ("database", "extension"):
            check_same(flat(analysis(compute_context=context(where, tier))), here, exact=tier == "extension")
    target = source(where, "ways_out", column_info={})
    rx.rx_data_step(at, target, overwrite=True, transforms={"twice": "money * 2"}, compute_context=context(where, "database"), **QUIET)
    assert line.execute("SELECT pg_typeof(money)::text, sum(money)::numeric * 2 = sum(twice)::numeric FROM ways_out GROUP BY 1").fetchall() == [
        ("money", True)]


def test_numbers_that_mark_missing_values_are_refused_in_every_tier(where, line):
    line.execute("DROP TABLE IF EXISTS ends; CREATE TABLE ends AS SELECT 1.5 AS y, -2147483648 AS k, -9223372036854775808 AS n, 1 AS o")
    for name, value in (("k", "-2147483648"), ("n", "-9223372036854775808")):
        for tier in ("stream", "database", "extension"):
            with pytest.raises(DataError, match=f"'{name}'.*{value}.*missing"):
                rx.rx_summary(f"~ {name}", source(where, "ends", column_info=None), compute_context=context(where, tier), **QUIET)
    assert rx.rx_summary("~ o", source(where, "ends", column_info=None), compute_context=context(where, "database"), **QUIET).summary_data_frame["Mean"][0] == 1


def test_times_far_from_1970_stay_in_their_second(where, line):
    line.execute("""DROP TABLE IF EXISTS far; CREATE TABLE far AS SELECT t, t::timestamptz AS z FROM unnest(ARRAY[timestamp '9999-12-31 23:59:59.999999',
                    '2500-01-01', '4000-02-28 23:59:59.999999', '2013-07-01 12:30:15.123456', '0044-03-15 12:00:00.000001 BC']) AS t""")
    for name in ("t", "z"):
        one = [rx.rx_summary(f"~ {name}", source(where, "far", column_info=None), compute_context=context(where, tier), **QUIET).summary_data_frame
               for tier in ("stream", "database", "extension")]
        assert one[0]["Max"][0] < 253402300800  # the year 10000
        for each in one[1:]:
            assert [each[key][0] for key in ("Min", "Max")] == [one[0][key][0] for key in ("Min", "Max")]
    # The server's last 30 years are no microseconds since 1970: not those of 292278 BC.
    line.execute("INSERT INTO far (t) VALUES ('294276-12-31 23:59:59')")
    with pytest.raises(DataError, match='column "t" holds the time 294276-12-31 23:59:59'):
        rx.rx_summary("~ t", source(where, "far", column_info=None), compute_context=context(where, "extension"), **QUIET)
    found = rx.rx_summary("~ t", source(where, "far", column_info=None), compute_context=context(where), **QUIET).summary_data_frame
    assert found["Max"][0] == 9224318015999


def test_data_of_another_place_are_one_clear_error(where, rows, line, tmp_path):
    for data in (pd.DataFrame({"y": [1.0, 2.0]}), rx.RxXdfData(str(tmp_path / "a.xdf"))):
        if isinstance(data, rx.RxXdfData):
            rx.rx_data_step({"y": [1.0]}, data, **QUIET)
        with pytest.raises(InvalidArgument, match="RxInPostgres computes over tables and queries of its database"):
            rx.rx_summary("~ y", data, compute_context=context(where), **QUIET)
    line.execute("CREATE DATABASE other")
    try:
        with psycopg.connect(**{k: v for k, v in where.items() if k != "line"} | {"dbname": "other"}, autocommit=True) as there:
            there.execute("CREATE TABLE rows (y float8)")
        with pytest.raises(InvalidArgument, match="of another database"):
            rx.rx_summary("~ y", rx.RxPostgresData(connection(where, dbname="other"), table="rows"), compute_context=context(where), **QUIET)
    finally:
        line.execute("DROP DATABASE other WITH (FORCE)")
    # The same place, said in another way.
    other = rx.RxOdbcData(connection(where).replace("127.0.0.1", "localhost"), table="rows", column_info=INFO)
    assert rx.rx_summary("~ y", other, compute_context=context(where, "database"), **QUIET).nobs_valid > 0


def test_a_data_step_within_the_database(where, rows, line):
    target = rx.RxPostgresData(connection(where), table="stepped")
    rx.rx_data_step(rows, target, transforms={"z": "y * 2", "big": "n > 9007199254740995"}, row_selection="k > 3", vars_to_drop=["w"],
                    overwrite=True, compute_context=context(where), **QUIET)
    (done,) = rx.rx_explain().passes
    assert done["tier"] == "database" and done["left"]["rows"] == 0
    assert line.execute("SELECT count(*), sum(z), max(n) FROM stepped").fetchone() == line.execute(
        "SELECT count(*), sum(y * 2), max(n) FROM rows WHERE k > 3").fetchone()
    with pytest.raises(InvalidArgument, match="exists"):
        rx.rx_data_step(rows, target, compute_context=context(where), **QUIET)
    # What no statement does is read and written, or refused.
    how = {"transforms": {"s": "toupper(f)"}, "overwrite": True, **QUIET}
    rx.rx_data_step(rows, target, compute_context=context(where), **how)
    assert rx.rx_explain().passes[-1]["tier"] == "stream" and line.execute("SELECT min(s) FROM stepped").fetchone() == ("A",)
    with pytest.raises(Unsupported, match="toupper"):
        rx.rx_data_step(rows, target, compute_context=context(where, "database"), **how)
    assert line.execute("SELECT count(*) FROM stepped").fetchone() == (70000,)
    # Levels beside those that are declared are missing, in each tier.
    some = source(where, column_info={"f": {"type": "factor", "levels": ["a"]}})
    for tier in ("database", "stream"):
        rx.rx_data_step(some, target, vars_to_keep=["id", "f"], overwrite=True, compute_context=context(where, tier), **QUIET)
        assert line.execute("SELECT count(f), count(*) FROM stepped").fetchone() == (23333, 70000)
    line.execute("DROP TABLE stepped")


def test_select_alone_suffices(where, line):
    line.execute("CREATE ROLE reader LOGIN PASSWORD 'only reads'; GRANT SELECT ON rows TO reader")
    try:
        as_reader = connection(where, user="reader", password="only reads")
        data, there = rx.RxPostgresData(as_reader, table="rows", column_info=INFO), rx.RxInPostgres(as_reader)
        fit = rx.rx_lin_mod("y ~ x + f", data, compute_context=there, **QUIET)
        assert fit.execution["passes"][0]["tier"] == "database"
        fit = rx.rx_logit("hit ~ x", data, compute_context=there, **QUIET)  # the extension's functions are not granted
        assert fit.execution["passes"][-1]["tier"] == "stream" and "permission denied" in fit.execution["passes"][-1]["reason"]
    finally:
        line.execute("DROP OWNED BY reader; DROP ROLE reader")


def test_contexts_print_copy_and_keep_secrets(where, rows, tmp_path):
    there = context(where, "database", num_tasks=2, execution_timeout_seconds=60, password="pass word")
    assert where["password"] not in repr(there) and "pass word" not in repr(there) and "PWD=***" in repr(there) and "num_tasks = 2" in repr(there)
    copy = rx.RxInPostgres(there, num_tasks=4)
    assert copy.tier == "database" and copy.num_tasks == 4 and copy.connection_string == there.connection_string
    assert there.modified(tier="stream").tier == "stream"
    before = rx.rx_set_compute_context("RxInPostgres", connection_string=connection(where))
    try:
        assert summary(rows).execution["context"] == "RxInPostgres"
        assert rx.rx_exec(lambda x: x + 1, [{"x": 1}, {"x": 2}]) == [2, 3]
    finally:
        rx.rx_set_compute_context(before)
    for wrong in ({"tier": "fast"}, {"num_tasks": 0}, {"min_group_size": -1}, {"execution_timeout_seconds": "x"}, {"nosuch": 1}):
        with pytest.raises(InvalidArgument, match=next(iter(wrong))):
            rx.RxInPostgres("DSN=a", **wrong)
    with pytest.raises(InvalidArgument, match="minGroupSize|min_group_size"):
        summary(rows, compute_context=context(where, "stream", min_group_size=3))
    with pytest.raises(InvalidArgument, match="password"):
        summary(rows, compute_context=context(where, wait=False))


def test_a_job(where, monkeypatch):
    monkeypatch.setenv("INSITU_DATABASE_PASSWORD", where["password"])
    bare = connection(where).replace(f"PWD={where['password']};", "")
    job = rx.rx_summary("~ y", rx.RxPostgresData(bare, table="rows"), compute_context=rx.RxInPostgres(bare, wait=False), **QUIET)
    rx.rx_wait_for_job(job)
    assert rx.rx_get_job_results(job).nobs_valid == 70000


def test_groups_by_columns(where, rows):
    found = rx.rx_exec_by(rows, ["f"], lambda keys, data: float(rx.rx_import(data, **QUIET)["x"].sum()), compute_context=context(where))
    local = rx.rx_exec_by(rows, ["f"], lambda keys, data: float(rx.rx_import(data, **QUIET)["x"].sum()), compute_context=rx.RxLocalSeq())
    pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(local))


def test_the_command_line(where):
    program = EXTENSION.parents[1] / "cli" / "insitu"
    if not program.exists():
        pytest.skip(f"the command line is not built: {program}")

    def run(*words):
        return subprocess.run([program, *words], env={**os.environ, "INSITU_CONNECTION": connection(where)}, capture_output=True, text=True)

    done = run("summary", "~ y", "postgres:rows", "--context", "inpostgres", "--tier", "database", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["nobs.valid"] == 70000
    said = run("explain", "summary", "~ y", "postgres:rows", "--context", "RxInPostgres")
    assert "tier database" in said.stdout and where["password"] not in said.stdout, said.stderr
    refused = run("summary", "~ y", "postgres:rows", "--tier", "database")
    assert refused.returncode != 0 and "--tier applies to --context inpostgres" in refused.stderr
    wrong = run("summary", "~ y", "postgres:rows", "--context", "insqlserver")
    assert wrong.returncode != 0 and "password" not in wrong.stderr.lower().replace("pwd", "")


def test_models_of_every_tier_can_be_kept(where, rows):
    fit = rx.rx_lin_mod("y ~ x", rows, compute_context=context(where), **QUIET)
    assert where["password"].encode() not in pickle.dumps(fit)


def test_faults(where, rows, line):
    # A backend that is killed: rows are read over another line, or the error names it where nothing else may.
    slow = rx.RxPostgresData(connection(where), sql_query="SELECT id, y, CASE WHEN id % 10000 = 0 THEN pg_sleep(1.5) IS NULL END AS slept FROM rows")

    def end_backends(after):
        time.sleep(after)
        with psycopg.connect(**{k: v for k, v in where.items() if k != "line"}, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name = '' "
                          "AND state = 'active' AND query LIKE '%pg_sleep%'")

    killer = threading.Thread(target=end_backends, args=(1.0,))
    killer.start()
    with pytest.raises(DataError):
        rx.rx_summary("~ y + slept", slow, compute_context=context(where, "database"), **QUIET)
    killer.join()
    # A call that takes too long.
    begin = time.monotonic()
    for tier in ("database", "extension", "stream"):
        with pytest.raises(DataError, match="longer than|executionTimeoutSeconds|execution_timeout_seconds"):
            rx.rx_summary("~ y + slept", slow, compute_context=context(where, tier, execution_timeout_seconds=1), **QUIET)
    assert time.monotonic() - begin < 20
    # A table that is not there any more.
    line.execute("CREATE TABLE gone AS SELECT * FROM rows LIMIT 10")
    data = rx.RxPostgresData(connection(where), table="gone")
    line.execute("DROP TABLE gone")
    with pytest.raises(DataError, match="gone"):
        rx.rx_summary("~ y", data, compute_context=context(where), **QUIET)
    # Nothing of these calls runs on.
    time.sleep(0.3)
    busy = line.execute("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND backend_type = 'client backend'")
    assert busy.fetchone() == (0,)
