"""Tables as a whole, statements and objects of databases."""

import pickle
import shutil
import subprocess
import textwrap
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from database_fixtures import database, postgres, postgres_database, private_postgres, sqlite  # noqa: F401


def test_tables_are_found_made_and_dropped(database):  # noqa: F811
    name = "odd ' \" näme"
    written = '"' + name.replace('"', '""') + '"'
    source = database.source(written)
    assert not rx.rx_sql_server_table_exists(source) and not rx.rx_sql_server_drop_table(source)
    assert rx.rx_execute_sql_ddl(source, sql_string=f"CREATE TABLE {written} (x int)") is None
    assert rx.rx_sql_server_table_exists(source) and rx.rx_sql_server_table_exists(written, database.string)
    assert rx.rx_sql_server_drop_table(written, database.string)
    assert not rx.rx_sql_server_table_exists(source)
    with pytest.raises(rx.DataError, match="SQLSTATE"):
        rx.rx_execute_sql_ddl(source, sql_string="CREATE NONSENSE")
    with pytest.raises(rx.InvalidArgument, match="sql_string is missing"):
        rx.rx_execute_sql_ddl(source)
    with pytest.raises(rx.InvalidArgument, match="table must be a table of a database"):
        rx.rx_sql_server_table_exists(pd.DataFrame())


def test_tables_of_a_schema(postgres):  # noqa: F811
    postgres.run('CREATE SCHEMA "My Schema"')
    source = postgres.source('"My Schema".t')
    rx.rx_data_step(pd.DataFrame({"x": [1, 2]}), source, report_progress=0)
    assert postgres.rows('SELECT x FROM "My Schema".t') == [(1,), (2,)] and rx.rx_sql_server_table_exists(source)
    rx.rx_data_step(pd.DataFrame({"x": [3]}), source, overwrite=True, report_progress=0)
    assert postgres.rows('SELECT x FROM "My Schema".t') == [(3,)]


def test_objects_are_kept_under_keys_and_versions(database):  # noqa: F811
    objects = database.source("objects")
    values = {"frame": pd.DataFrame({"x": [1, 2]}), "text": "ü" * 100_000, "none": None, "it's \\ odd": np.arange(5)}
    for key, value in values.items():
        assert rx.rx_write_object(objects, key, value)
    assert rx.rx_list_keys(objects)["id"].tolist() == sorted(values)
    pd.testing.assert_frame_equal(rx.rx_read_object(objects, "frame"), values["frame"])
    assert rx.rx_read_object(objects, "text") == values["text"] and rx.rx_read_object(objects, "none") is None
    np.testing.assert_array_equal(rx.rx_read_object(objects, "it's \\ odd"), np.arange(5))

    rx.rx_write_object(objects, "model", 1, version="v1")
    rx.rx_write_object(objects, "model", 2, version="v2")
    assert rx.rx_list_keys(objects, "model")["version"].tolist() == ["v1", "v2"]
    assert rx.rx_read_object(objects, "model", "v2") == 2
    with pytest.raises(rx.DataError, match="there are 2 objects of the key 'model' in objects: name a version"):
        rx.rx_read_object(objects, "model")
    rx.rx_write_object(objects, "model", 3, version="v2", overwrite=True)
    assert rx.rx_read_object(objects, "model", version="v2") == 3 and rx.rx_read_object(objects, "model", version="v1") == 1
    query = database.source(sql_query="SELECT value FROM objects WHERE id = 'model' AND version = 'v1'")
    assert rx.rx_read_object(query) == 1

    assert rx.rx_delete_object(objects, "model", version="v1") and not rx.rx_delete_object(objects, "model", version="v1")
    with pytest.raises(rx.DataError, match="there is no object of the key 'model' and the version 'v1'"):
        rx.rx_read_object(objects, "model", "v1")
    with pytest.raises(rx.InvalidArgument, match="key is missing"):
        rx.rx_delete_object(objects)
    assert rx.rx_delete_object(objects, all=True) and rx.rx_list_keys(objects).shape == (0, 1)


def test_bytes_and_compressions(database):  # noqa: F811
    objects = database.source("objects")
    data = bytes(range(256)) * 1000
    for how in ("zip", "gzip", "bzip2", "xz", "none"):
        rx.rx_write_object(objects, how, data, serialize=False, compress=how)
        assert rx.rx_read_object(objects, how, deserialize=False) == data
    assert rx.rx_write_object(value=[1], compress="none") == pickle.dumps([1]) and rx.rx_read_object(rx.rx_write_object(value=[1])) == [1]
    with pytest.raises(rx.InvalidArgument, match="value must be bytes with serialize=False"):
        rx.rx_write_object(objects, "x", 5, serialize=False)
    rx.rx_write_object(objects, "damaged", b"\x78\x9cxxxx", serialize=False, compress="none")
    with pytest.raises(rx.DataError, match="damaged"):
        rx.rx_read_object(objects, "damaged")
    with pytest.raises(rx.DataError, match="no object of Python"):
        rx.rx_read_object(b"nonsense")


def test_columns_of_other_names(database):  # noqa: F811
    objects = database.source("kept")
    names = {"key_name": "The Key", "version_name": "ver", "value_name": "bytes"}
    rx.rx_write_object(objects, "a", 1, version="1", **names)
    assert rx.rx_read_object(objects, "a", "1", **names) == 1
    found = rx.rx_list_keys(objects, key_name="The Key", version_name="ver")
    assert found.columns.tolist() == ["The Key"] and found["The Key"].tolist() == ["a"]


def test_several_who_write_one_object_leave_one(database):  # noqa: F811
    objects = database.source("objects")

    def write_and_read(writer):
        for turn in range(6):
            rx.rx_write_object(objects, "shared", (writer, turn), overwrite=True)
            assert rx.rx_read_object(objects, "shared")[0] in range(4)

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(write_and_read, range(4)))
    assert database.rows("SELECT count(*) FROM objects") == [(1,)]


def test_a_table_that_keeps_no_objects_is_left_alone(database):  # noqa: F811
    """SQLite takes a quoted name that is no column as a text: "id" = 'id' held for every row."""
    database.run("CREATE TABLE t (x int)")
    database.run("INSERT INTO t VALUES (1), (2)")
    table = database.source("t")
    for call in (lambda: rx.rx_delete_object(table, "id"), lambda: rx.rx_delete_object(table, "a", version="version"),
                 lambda: rx.rx_delete_object(table, all=True), lambda: rx.rx_read_object(table, "id"), lambda: rx.rx_list_keys(table),
                 lambda: rx.rx_list_keys(table, "id"), lambda: rx.rx_write_object(table, "id", 1, overwrite=True)):
        with pytest.raises((rx.InvalidArgument, rx.DataError), match="no column id: say what|column .?(id|version)"):
            call()
    with pytest.raises(rx.InvalidArgument, match="the table t has no column id: say what the columns of its objects are called, or give another table"):
        rx.rx_delete_object(table, all=True)
    assert database.rows("SELECT x FROM t ORDER BY x") == [(1,), (2,)]


def test_a_query_of_several_objects_is_refused(database):  # noqa: F811
    for version in ("1", "2"):
        rx.rx_write_object(database.source("objects"), "model", version, version=version)
    with pytest.raises(rx.DataError, match="there is more than one object in SELECT value FROM objects: ask for one of them"):
        rx.rx_read_object(database.source(sql_query="SELECT value FROM objects"))


def test_models_travel_between_the_languages(sqlite):  # noqa: F811
    frame = pd.DataFrame({"x": [1.0, 2, 3, 4], "y": [2.0, 4.5, 5.5, 8]})
    fit = rx.rx_lin_mod("y ~ x", frame, report_progress=0)
    objects = sqlite.source("models")
    rx.rx_write_object(objects, "fit", rx.rx_serialize_model(fit), serialize=False)
    again = rx.rx_unserialize_model(rx.rx_read_object(objects, "fit", deserialize=False))
    assert str(again) == str(fit)
    rx.rx_write_object(objects, "python", [1])
    if not shutil.which("Rscript"):
        pytest.skip("R is not installed")
    script = textwrap.dedent(f"""
        library(insitu)
        objects <- RxOdbcData(table = "models", connectionString = "{sqlite.string}")
        fit <- rxUnserializeModel(rxReadObject(objects, "fit", deserialize = FALSE))
        cat(format(coef(fit)[["x"]], digits = 15), "")
        cat(tryCatch(rxReadObject(objects, "python"), error = conditionMessage))
        rxWriteObject(objects, "r", list(1))
    """)
    done = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True)
    if "there is no package called" in done.stderr:
        pytest.skip("the R package is not installed")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1.9 ") and "was written by Python" in done.stdout
    with pytest.raises(rx.DataError, match="was written by R"):
        rx.rx_read_object(objects, "r")
