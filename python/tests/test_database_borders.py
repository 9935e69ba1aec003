"""Tables as they are found: odd names of columns, very many columns, partitions, data sources of odbc.ini."""

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from database_fixtures import database, postgres, postgres_database, private_postgres, sqlite  # noqa: F401

quiet = {"report_progress": 0}
NAMES = ["a b", "a.b", "a.b.c", 'q"q', "q'q", "select", "Größe", "x;--", "[b]", "a]b", "%s", "{x}", "tab\tname", "?", "??", "{fn x}", "x:y", "1st", "-",
         "$1", ":p", "@p", " lead", "trail ", "e\u0301"]


def contexts(database):  # noqa: F811
    inside = [rx.RxInPostgres(database.string), rx.RxInPostgres(database.string, tier="database")] if database.kind == "postgres" else []
    return [rx.RxLocalSeq(), *inside]


@pytest.mark.parametrize("name", NAMES)
def test_odd_names_of_columns(database, name):  # noqa: F811
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({name: rng.normal(size=50), "b": rng.normal(size=50), "id": np.arange(50)})
    table = database.source("t")
    rx.rx_data_step(frame, table, **quiet)
    pd.testing.assert_frame_equal(rx.rx_import(table, **quiet), frame, check_dtype=False)
    here = rx.rx_lin_mod(f"b ~ `{name}`", frame, **quiet)
    for context in contexts(database):
        there = rx.rx_lin_mod(f"b ~ `{name}`", table, compute_context=context, **quiet)
        np.testing.assert_allclose(there.coefficients, here.coefficients, rtol=1e-9)
        found = rx.rx_summary(f"~`{name}`", table, row_selection="id > 10", compute_context=context, **quiet).sDataFrame
        np.testing.assert_allclose(found["Mean"], frame[frame.id > 10][name].mean(), rtol=1e-9)
    rx.rx_predict(here, table, database.source("scored"), extra_vars_to_write=["id"], **quiet)
    scored = rx.rx_import(database.source("scored"), **quiet).sort_values("id")
    np.testing.assert_allclose(scored["b_Pred"], rx.rx_predict(here, frame, **quiet)["b_Pred"], rtol=1e-9)
    rx.rx_data_step(table, database.source("doubled"), transforms={"z": f"`{name}` * 2"}, **quiet)
    np.testing.assert_array_equal(rx.rx_import(database.source("doubled"), **quiet).sort_values("id")["z"], frame[name] * 2)


def test_more_columns_than_a_statement_has_aggregates(sqlite):  # noqa: F811
    frame = pd.DataFrame({f"c{i}": np.arange(5) + i + 0.5 for i in range(1200)})
    rx.rx_data_step(frame, sqlite.source("wide"), **quiet)
    pd.testing.assert_frame_equal(rx.rx_import(sqlite.source("wide"), **quiet), frame)


def test_partitioned_tables(postgres):  # noqa: F811
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"id": np.arange(3000), "part": rng.choice(list("abc"), 3000), "x": rng.normal(size=3000)})
    postgres.run("CREATE TABLE p (id int, part text, x double precision) PARTITION BY LIST (part)")
    for part in "abc":
        postgres.run(f"CREATE TABLE p_{part} PARTITION OF p FOR VALUES IN ('{part}')")
    rx.rx_data_step(frame, postgres.source("p"), append="rows", **quiet)
    assert postgres.rows("SELECT count(*) FROM p_a")[0][0] == (frame.part == "a").sum()
    here = rx.rx_lin_mod("x ~ part", frame.assign(part=frame.part.astype("category")), **quiet)
    for context in contexts(postgres):
        there = rx.rx_lin_mod("x ~ part", postgres.source("p", string_as_factors=True, column_info={"part": {"type": "factor", "levels": list("abc")}}),
                              compute_context=context, **quiet)
        np.testing.assert_allclose(there.coefficients, here.coefficients, rtol=1e-9, atol=1e-12)


ODD_ROWS = pd.DataFrame({"a.b": [1.5, 2.5], "b": [3.5, 4.5], "flag": [True, False], "text": ["a\n" * 20_000, "b\r\nc"], "ä€": ["ß", "日本"]})


def test_data_sources_of_odbc_ini(database, tmp_path, monkeypatch):  # noqa: F811
    """Without their driver's settings truth values came as texts, all rows at once, and a column "a.b" as "b"."""
    settings = dict(entry.split("=", 1) for entry in database.string.split(";"))
    secret = {key: settings.pop(key) for key in ("UID", "PWD") if key in settings}
    # The driver manager remembers what it has found under a name, and no name says which engine it is.
    source = {"postgres": "rows of one", "sqlite": "rows of another"}[database.kind]
    (tmp_path / "odbc.ini").write_text(f"[{source}]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items()))
    monkeypatch.setenv("ODBCINI", str(tmp_path / "odbc.ini"))
    frame = ODD_ROWS
    rx.rx_data_step(frame, database.source("t"), **quiet)
    named = database.source("t", connection_string=";".join([f"DSN={source}", *(f"{key}={value}" for key, value in secret.items())]))
    pd.testing.assert_frame_equal(rx.rx_import(named, **quiet), frame, check_dtype=False)
    pd.testing.assert_frame_equal(rx.rx_import(named, **quiet), rx.rx_import(database.source("t"), **quiet))


def test_data_sources_of_files(database, tmp_path, monkeypatch):  # noqa: F811
    file = tmp_path / "mine.dsn"
    file.write_text("\ufeff; made by hand\r\n[ODBC]\r\n" + "".join(entry.replace("=", " = ", 1) + "\r\n" for entry in database.string.split(";")),
                    encoding="utf-8")
    rx.rx_data_step(ODD_ROWS, database.source("t"), **quiet)
    named = database.source("t", connection_string=f"FileDSN={file}")
    pd.testing.assert_frame_equal(rx.rx_import(named, **quiet), rx.rx_import(database.source("t"), **quiet))
    monkeypatch.chdir(tmp_path)
    assert rx.rx_sql_server_table_exists(database.source("t", connection_string="filedsn=mine"))
    # What stands beside the file wins; nothing of it is in a message.
    with pytest.raises(rx.InsituError) as failure:
        rx.rx_import(database.source("t", connection_string="FileDSN=mine;Driver=PostgreSQL Unicode;Servername=127.0.0.1;Port=1;PWD=s3cret"), **quiet)
    assert "s3cret" not in str(failure.value) and (database.kind == "sqlite" or "127.0.0.1" in str(failure.value))
