"""Models in a database for people who have SQL alone: text of views and functions that real engines run, and published models."""

import os
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from database_fixtures import database, postgres, postgres_database, private_postgres, sqlite  # noqa: F401
from test_scoring_in_database import AWKWARD, FITS, fits, fitted_on, rows, sample  # noqa: F401

quiet = {"report_progress": 0}
HOSTILE = ["'); DROP TABLE t; --", '"]; DROP TABLE t; --', "\\'; DROP TABLE t; --", "$$; DROP TABLE t; $$", "*/ DROP TABLE t; /*", "{x}", "%s", "\n;--"]
DIALECTS = {"postgres": "postgres", "sqlite": "sqlite"}


def predictions(database, query, name=""):  # noqa: F811
    return np.array([float("nan") if value is None else float(value) for (value,) in database.rows(query)])


def close(found, fit, rows, name):  # noqa: F811
    expected = rx.rx_predict(fit, rows, check_factor_levels=False, **quiet)[name].to_numpy(float)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-13)


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def object_of(database, name):  # noqa: F811
    return ('"public".' if database.kind == "postgres" else "") + quoted("predict_" + name)


@pytest.mark.parametrize("name", [name for name in FITS if name != "classes" and name != "transforms"])
def test_views_and_functions_say_what_the_engine_says(database, fits, rows, name):  # noqa: F811
    fit = fits[name]
    prediction = fit["y.names"][0] + "_Pred"
    rx.rx_data_step(rows, database.source("t"), **quiet)
    settings = {"dialect": DIALECTS[database.kind]}
    database.run(rx.rx_export_model(fit, as_="view", name='odd " view', table="t", **settings))
    close(predictions(database, f'SELECT {quoted(prediction)} FROM "odd "" view" ORDER BY id', name), fit, rows, prediction)
    if database.kind == "sqlite":
        return
    database.run(rx.rx_export_model(fit, as_="function", name="public.score", **settings))
    (arguments,) = database.rows("SELECT proargnames FROM pg_proc WHERE proname = 'score'")[0]
    given = ", ".join("t." + quoted(each) for each in arguments)
    close(predictions(database, f"SELECT score({given}) FROM t ORDER BY id", name), fit, rows, prediction)


def test_old_predictions_in_the_table_are_not_taken_for_new_ones(sqlite, fits, rows):  # noqa: F811
    """Where two columns have one name SQLite takes the first without a word; other engines refuse."""
    rx.rx_data_step(rows.assign(b_Link=7.0, b_Pred=0.25, y_Pred=3.0), sqlite.source("t"), **quiet)
    for name, prediction in (("logit", "b_Pred"), ("numbers", "y_Pred")):
        sqlite.run(rx.rx_export_model(fits[name], dialect="sqlite", as_="view", name=name, table="t"))
        close(predictions(sqlite, f'SELECT "{prediction}" FROM {name} ORDER BY id'), fits[name], rows, prediction)
    duckdb = pytest.importorskip("duckdb")
    scored = rows.assign(b_Link=7.0, b_Pred=0.25)
    found = duckdb.connect().register("data", scored).execute(
        f"SELECT b_Pred FROM ({rx.rx_export_model(fits['logit'], dialect='duckdb').rstrip().rstrip(';')}) ORDER BY id").fetchall()
    close(np.array([np.nan if v is None else v for (v,) in found]), fits["logit"], rows, "b_Pred")


@pytest.mark.parametrize("name", ["numbers", "N", "F with a level beyond", "functions", "logit", "cloglog"])
def test_views_know_what_is_no_finite_number(postgres, fits, name):  # noqa: F811
    duckdb = pytest.importorskip("duckdb").connect()
    values = [float("nan"), float("inf"), float("-inf"), None, 1.5]
    table = [(*row, "a", "u") for value in values for row in
             ((value, 1.0, 3.0), (1e4, value, 3.0), (1e4, 1.0, value), (value, float("inf"), 2.0), (value, float("-inf"), 2.0))]
    for run, mark in ((postgres.run, "%s"), (duckdb.execute, "?")):
        run("CREATE TABLE t (id int, x double precision, z double precision, k double precision, f text, g text)")
        for i, row in enumerate(table):
            run(f"INSERT INTO t VALUES ({', '.join([mark] * 6)})", (i, *row))
    prediction, source = fits[name]["y.names"][0] + "_Pred", postgres.source("t")
    expected = rx.rx_predict(fits[name], source, extra_vars_to_write=["id"], **quiet).sort_values("id")[prediction].to_numpy(float)
    for dialect, run in (("postgres", postgres.run), ("duckdb", duckdb.execute)):
        run(rx.rx_export_model(fits[name], dialect=dialect, as_="view", name="v", table="t"))
        found = [value for (value,) in run(f'SELECT "{prediction}" FROM v ORDER BY id').fetchall()]
        assert [value is None for value in found] == np.isnan(expected).tolist() and {type(value) for value in found} <= {float, type(None)}
        np.testing.assert_allclose([value for value in found if value is not None], expected[~np.isnan(expected)], rtol=1e-9)


def test_a_published_model_is_found_whatever_the_search_path(postgres, fits, rows):  # noqa: F811
    postgres.run("CREATE SCHEMA elsewhere")
    rx.rx_data_step(rows, postgres.source("t"), **quiet)
    assert rx.rx_publish_model(fits["numbers"], postgres.source("models"), "here") == '"public"."predict_here"'
    postgres.run(f'ALTER DATABASE "{postgres.where["dbname"]}" SET search_path = elsewhere, public')
    rx.rx_publish_model(fits["numbers"], postgres.source("models"), "here", version="2", overwrite=True)
    assert sorted(rx.rx_published_models(postgres.source("models"))["object"]) == ["", '"public"."predict_here"']
    assert rx.rx_publish_model(fits["numbers"], postgres.source("others"), "there") == '"elsewhere"."predict_there"'


def test_functions_of_classes_give_a_table(postgres, fits, rows):  # noqa: F811
    rx.rx_data_step(rows, postgres.source("t"), **quiet)
    postgres.run(rx.rx_export_model(fits["classes"], dialect="postgres", as_="function", name="score"))
    found = postgres.rows("SELECT p.* FROM t, score(t.x, t.g, t.z) AS p ORDER BY t.id")
    expected = rx.rx_predict(fits["classes"], rows, **quiet)
    np.testing.assert_allclose(np.array(found, dtype=float), expected.to_numpy(float), rtol=1e-9, atol=1e-13)


def test_nothing_executes_from_a_model(database):  # noqa: F811
    frame = pd.DataFrame({"y": np.arange(32) * 1.5, "h": (HOSTILE * 4), HOSTILE[0]: np.random.default_rng(3).normal(size=32), "keep": 1})
    fit = rx.rx_lin_mod("y ~ h + `" + HOSTILE[0] + "`", frame, **quiet)
    rx.rx_data_step(frame, database.source("t"), **quiet)
    view = rx.rx_export_model(fit, dialect=DIALECTS[database.kind], as_="view", name=HOSTILE[0], table="t")
    database.run(view)
    found = predictions(database, f"SELECT \"y_Pred\" FROM {quoted(HOSTILE[0])}", "y_Pred")
    expected = rx.rx_predict(fit, frame, **quiet)["y_Pred"].to_numpy(float)
    np.testing.assert_allclose(np.sort(found), np.sort(expected), rtol=1e-9)
    rx.rx_publish_model(fit, database.source("models"), HOSTILE[1], version=HOSTILE[2], rows="t")
    assert rx.rx_published_models(database.source("models"))[["name", "version"]].values.tolist() == [[HOSTILE[1], HOSTILE[2]]]
    assert rx.rx_unpublish_model(database.source("models"), HOSTILE[1], version=HOSTILE[2])
    assert database.rows("SELECT count(*) FROM t") == [(32,)]


def test_statements_for_sql_server_are_read_by_another_parser(fits):  # noqa: F811
    sqlglot = pytest.importorskip("sqlglot")
    hostile = pd.DataFrame({"y": np.arange(32) * 1.5, "h": (HOSTILE * 4)})
    for fit in (*(fits[name] for name in ("numbers", "logit", "cloglog", "classes")), rx.rx_lin_mod("y ~ h", hostile, **quiet)):
        try:
            view = rx.rx_export_model(fit, dialect="sqlserver", as_="view", name="dbo.[odd ]] view]", table="dbo.t")
        except rx.Unsupported as failure:
            assert "blanks at their end alone" in str(failure)
            continue
        (read,) = (each for each in sqlglot.parse(view, read="tsql") if each)
        assert read.key == "create" and "odd ] view" in {each.name for each in read.find_all(sqlglot.exp.Table)}
        function = rx.rx_export_model(fit, dialect="sqlserver", as_="function", name="dbo.f")
        head, _, body = function.partition("RETURNS TABLE AS RETURN\n")
        assert head.startswith("CREATE FUNCTION [dbo].[f] (@p1 ") and len([e for e in sqlglot.parse(body, read="tsql") if e]) == 1
        procedure = rx.rx_export_model(fit, dialect="sqlserver", as_="procedure", name="p")
        # The parts of the statement that it puts together, around a query.
        text = procedure.partition("CAST(N'")[2].partition("' AS nvarchar(max)) + @inputData + N'")
        statement = (text[0] + "SELECT * FROM [t] -- of the caller" + text[2].rpartition("';\n  EXEC sp_executesql")[0]).replace("''", "'")
        assert len([each for each in sqlglot.parse(statement, read="tsql") if each]) == 1


def test_levels_that_sql_server_takes_as_one(fits):  # noqa: F811
    with pytest.raises(rx.Unsupported, match="the term 'f' cannot be written for SQL Server: it has two levels that differ in blanks"):
        rx.rx_export_model(fits["factors"], dialect="sqlserver")


def test_what_cannot_be_exported_so_says_why(fits):  # noqa: F811
    for settings, message in (({"as_": "function"}, "say which one it is, dialect=.sqlserver. or"),
                              ({"as_": "function", "dialect": "sqlite"}, "no functions in the SQL of sqlite: export a view"),
                              ({"as_": "procedure", "dialect": "postgres"}, "procedures over the text of a query are of SQL Server"),
                              ({"as_": "view"}, "name is missing: say how the view is called"),
                              ({"as_": "view", "type": "c"}, "as_ is of SQL: leave it out")):
        with pytest.raises((rx.InvalidArgument, rx.Unsupported), match=message):
            rx.rx_export_model(fits["numbers"], **{"name": "f" if "name is" not in message else None, **settings})


def test_publishing_listing_replacing_and_dropping(database, fits, rows):  # noqa: F811
    rx.rx_data_step(rows, database.source("t"), **quiet)
    models = database.source("models")
    call = {"postgres": "SELECT predict_delay(t.x, t.f) FROM t ORDER BY id", "sqlite": 'SELECT "b_Pred" FROM predict_delay ORDER BY id'}[database.kind]
    assert rx.rx_published_models(models).empty and not rx.rx_unpublish_model(models, "delay")
    rows_of = {} if database.kind == "postgres" else {"rows": database.source("t")}
    assert rx.rx_publish_model(fits["logit"], models, "delay", version="1", **rows_of) == object_of(database, "delay")
    close(predictions(database, call, "b_Pred"), fits["logit"], rows, "b_Pred")
    with pytest.raises(rx.InvalidArgument, match="a model is published as 'delay' already, version 1: allow to replace it with overwrite, or give another name"):
        rx.rx_publish_model(fits["cloglog"], models, "delay", version="2", **rows_of)
    rx.rx_publish_model(fits["logit"], models, "other", **rows_of)
    other = rx.rx_logit("b ~ x + f", sample(9, 800), **quiet)
    rx.rx_publish_model(rx.rx_serialize_model(other), models, "delay", version="2", overwrite=True, **rows_of)
    close(predictions(database, call, "b_Pred"), other, rows, "b_Pred")
    listed = rx.rx_published_models(models)
    assert listed.values.tolist() == [["delay", "1", "", "sql"], ["delay", "2", object_of(database, "delay"), "sql"],
                                      ["other", None, object_of(database, "other"), "sql"]]
    kept = rx.rx_unserialize_model(rx.rx_read_object(models, "delay", version="1", deserialize=False))
    np.testing.assert_array_equal(kept.coefficients, fits["logit"].coefficients)
    assert rx.rx_unpublish_model(models, "delay", version="1") and len(rx.rx_published_models(models)) == 2
    assert rx.rx_unpublish_model(models, "delay") and len(rx.rx_published_models(models)) == 1
    with pytest.raises(Exception, match="predict_delay"):
        database.rows(call)


def test_published_models_are_for_those_who_are_named(postgres, fits, rows):  # noqa: F811
    """PostgreSQL lets everybody execute a new function, and a function that is made anew forgets whom it was granted to."""
    models, odd = postgres.source("models"), 'odd " role of ' + postgres.where["dbname"]
    postgres.run(f"CREATE ROLE {quoted(odd)}")
    try:
        may = "SELECT has_function_privilege(%s, (SELECT oid FROM pg_proc WHERE proname = 'predict_delay'), %s)"
        asked = lambda privilege: postgres.run(may, (odd, privilege)).fetchall()[0][0]  # noqa: E731
        rx.rx_publish_model(fits["logit"], models, "delay")
        assert not asked("EXECUTE")
        postgres.run(f"GRANT EXECUTE ON FUNCTION predict_delay TO {quoted(odd)} WITH GRANT OPTION")
        rx.rx_publish_model(fits["numbers"], models, "delay", overwrite=True)  # other arguments
        assert asked("EXECUTE") and asked("EXECUTE WITH GRANT OPTION")
        rx.rx_publish_model(fits["logit"], models, "other")
        postgres.run("GRANT EXECUTE ON FUNCTION predict_other TO PUBLIC")
        rx.rx_publish_model(fits["numbers"], models, "other", version="2", overwrite=True)
        assert postgres.run("SELECT has_function_privilege(%s, (SELECT oid FROM pg_proc WHERE proname = 'predict_other'), 'EXECUTE')",
                            (odd,)).fetchall() == [(True,)]
    finally:
        postgres.run(f"DROP OWNED BY {quoted(odd)}")
        postgres.run(f"DROP ROLE {quoted(odd)}")


def test_several_who_publish_at_once_take_turns(postgres, fits):  # noqa: F811
    models = postgres.source("models")

    def publish(number):
        rx.rx_publish_model(fits["logit"], models, "delay", version=str(number), overwrite=True)

    with ThreadPoolExecutor(4) as publishers:
        list(publishers.map(publish, range(8)))
    listed = rx.rx_published_models(models)
    assert sorted(listed["version"]) == [str(number) for number in range(8)] and (listed["object"] != "").sum() == 1


def test_what_is_not_ours_is_never_replaced(database, fits, rows):  # noqa: F811
    rx.rx_data_step(rows, database.source("t"), **quiet)
    rows_of = {} if database.kind == "postgres" else {"rows": "t"}
    database.run({"postgres": "CREATE FUNCTION predict_mine() RETURNS int LANGUAGE sql AS 'SELECT 7'",
                  "sqlite": "CREATE VIEW predict_mine AS SELECT 7 AS n"}[database.kind])
    with pytest.raises(rx.InvalidArgument, match="predict_mine\" is there, and was not published from this table: give another name"):
        rx.rx_publish_model(fits["logit"], database.source("models"), "mine", overwrite=True, **rows_of)
    assert database.rows({"postgres": "SELECT predict_mine()", "sqlite": "SELECT n FROM predict_mine"}[database.kind]) == [(7,)]
    with pytest.raises(rx.InvalidArgument, match="the table t has no column version: it is none of published models; give another table"):
        rx.rx_publish_model(fits["logit"], database.source("t"), "new", **rows_of)
    assert not rx.rx_sql_server_table_exists(database.source("models"))


def test_a_failure_publishes_nothing(database, fits, rows):  # noqa: F811
    models = database.source("models")
    rows_of = {} if database.kind == "postgres" else {"rows": "t"}
    rx.rx_data_step(rows, database.source("t"), **quiet)
    rx.rx_publish_model(fits["logit"], models, "delay", **rows_of)
    if database.kind == "postgres":  # a view holds the function
        database.run("CREATE VIEW uses_it AS SELECT predict_delay(t.x, t.f) AS p FROM t")
        with pytest.raises(rx.DataError, match="2BP01|depend"):
            rx.rx_publish_model(fits["numbers"], models, "delay", version="2", overwrite=True)
    else:  # the view cannot be made, after all else was done
        with pytest.raises(rx.DataError):
            rx.rx_publish_model(fits["numbers"], models, "delay", version="2", overwrite=True, rows='a".b.c.d')
    assert rx.rx_published_models(models).values.tolist() == [["delay", None, object_of(database, "delay"), "sql"]]
    assert len(database.rows({"postgres": "SELECT predict_delay(x, f) FROM t", "sqlite": "SELECT * FROM predict_delay"}[database.kind])) == len(rows)


def test_models_that_only_the_engine_computes(database, fitted_on):  # noqa: F811
    ridge = rx.rx_ridge_reg("y ~ x + z", fitted_on, 0.1)
    lacking = {"postgres": "a model of kind 'penalized_model' cannot be exported.*; scoring with the engine needs its extension.*CREATE EXTENSION",
               "sqlite": "a model of kind.*; SQLite has no engine in it"}[database.kind]
    with pytest.raises(rx.Unsupported, match=lacking):
        rx.rx_publish_model(ridge, database.source("models"), "ridge", rows="t")
    with pytest.raises(rx.Unsupported, match="penalized_model"):
        rx.rx_publish_model(ridge, database.source("models"), "ridge", kind="sql", rows="t")
    with pytest.raises(rx.InvalidArgument, match="destination must be a table of a database"):
        rx.rx_publish_model(ridge, "models", "ridge")
    with pytest.raises(rx.InvalidArgument, match="model must be a fitted model"):
        rx.rx_publish_model(3, database.source("models"), "ridge")
    if database.kind == "sqlite":
        with pytest.raises(rx.InvalidArgument, match="rows is missing: SQLite has no functions"):
            rx.rx_publish_model(rx.rx_lin_mod("y ~ x", fitted_on), database.source("models"), "m")


def test_the_command_line(sqlite, fits, rows, tmp_path):  # noqa: F811
    rx.rx_data_step(rows, sqlite.source("t"), **quiet)
    (tmp_path / "delay.model").write_bytes(rx.rx_serialize_model(fits["logit"]))

    def insitu(*words):
        return subprocess.run(["insitu", *words], cwd=tmp_path, capture_output=True, text=True,
                              env={**os.environ, "INSITU_CONNECTION": sqlite.string})

    assert insitu("publish", "delay.model", "odbc:models", "--name", "delay", "--rows", "t").stdout == 'Published: "predict_delay"\n'
    again = insitu("publish", "delay.model", "odbc:models", "--name", "delay", "--rows", "t")
    assert again.returncode == 1 and "allow to replace it with --overwrite, or give another --name" in again.stderr
    assert insitu("published", "odbc:models").stdout == 'delay: "predict_delay", scored by SQL\n'
    assert insitu("unpublish", "odbc:models", "--name", "delay").stdout == "Removed: 1\n"
    assert insitu("published", "odbc:models").stdout == "No models are published there.\n"
    view = insitu("export", "delay.model", "--dialect", "sqlite", "--as", "view", "--name", "v", "--table", "t")
    sqlite3.connect(sqlite.file).execute(view.stdout)
    assert len(sqlite.rows("SELECT * FROM v")) == len(rows)
    scored = insitu("predict", "delay.model", "odbc:t", "odbc:scores", "--extra", "id")
    assert scored.returncode == 0 and len(sqlite.rows("SELECT id, b_Pred FROM scores")) == len(rows)


def test_the_doctor_of_databases(postgres, monkeypatch):  # noqa: F811
    def insitu(*words):
        return subprocess.run(["insitu", *words], capture_output=True, text=True)

    monkeypatch.setenv("INSITU_CONNECTION", postgres.string)
    found = insitu("doctor", "postgres")
    assert found.returncode == 0 and "PostgreSQL: usable" in found.stdout and "ok    version: 1" in found.stdout
    assert "on this server; the tiers database and stream work" in found.stdout and postgres.where["password"] not in found.stdout
    wrong = insitu("doctor", "sqlserver")
    assert wrong.returncode == 1 and "FAIL  database: PostgreSQL" in wrong.stdout and "name a database of SQL Server" in wrong.stdout
    monkeypatch.setenv("INSITU_CONNECTION", postgres.string.replace(postgres.where["password"], "hunter2"))
    refused = insitu("doctor", "postgres")
    assert refused.returncode == 1 and "FAIL  connection" in refused.stdout and "hunter2" not in refused.stdout + refused.stderr
    monkeypatch.delenv("INSITU_CONNECTION")
    nowhere = insitu("doctor", "postgres")
    assert "FAIL  driver" in nowhere.stdout and "INSITU_CONNECTION_FILE" in nowhere.stdout
