"""What is written from Spark, and what Spark keeps (acceptance check 8; failures while writing are in test_faults.py)."""

import datetime
import pathlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet
import pytest
import sample_rows
from exact import assert_same_bits, exact
from sample_rows import rows_of, within

import insitu as rx

KINDS = ["RxParquetData", "RxOrcData"]


def parts(path, ending):
    """Files of a written folder in the order of their names, or the file itself; what begins with _ or . is no part."""
    path = pathlib.Path(path)
    if path.is_file():
        return [path]
    found = sorted(part for part in path.iterdir() if part.name[0] not in "_.")
    assert all(part.name.endswith(ending) for part in found), found
    return found


def read_written(target):
    """The rows of a target, read by nobody of ours."""
    if isinstance(target, rx.RxParquetData):
        return pa.concat_tables([pa.parquet.ParquetFile(part).read() for part in parts(target.file, ".parquet")])
    return pa.concat_tables([pa.orc.ORCFile(part).read() for part in parts(target.file, ".orc")])


def step(context, *arguments, **settings):
    return within(context, rx.rx_data_step, *arguments, **settings)


# ---- 8: order of rows ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", ["local_spark", "standalone_spark"])
def test_08_rows_keep_their_order(request, formats, tmp_path, kind, place):
    context = request.getfixturevalue(place)
    target = getattr(rx, kind)(str(tmp_path / "out"))
    found = step(context, formats["parquet"], target, transforms={"z": "x * 2"})
    assert type(found) is type(target) and found.file == target.file
    written = read_written(target)
    assert written["id"].to_pylist() == list(range(sample_rows.ROWS))
    original = sample_rows.table()
    assert written["z"].to_pylist() == [2 * value for value in original["x"].to_pylist()]
    for name in ("y", "x", "n", "w", "f", "g"):
        assert written[name].to_pylist() == original[name].to_pylist(), name
    # And our own reader, here and there, sees the same.
    assert rows_of(target, "local", vars_to_keep=["id"])["id"].tolist() == list(range(sample_rows.ROWS))
    assert_same_bits(rows_of(target, context), rows_of(target, "local"))


def test_08_a_selection_keeps_the_order(local_spark, formats, tmp_path):
    target = rx.RxParquetData(str(tmp_path / "out"))
    step(local_spark, formats["orc"], target, row_selection="n == 7", vars_to_keep=["id", "n"])
    expected = [i for i, n in enumerate(sample_rows.table()["n"].to_pylist()) if n == 7]
    assert read_written(target)["id"].to_pylist() == expected


def test_08_a_window_of_rows_is_that_of_the_local_context(local_spark, formats, tmp_path):
    for format in ("parquet", "xdf", "text"):
        target = rx.RxParquetData(str(tmp_path / format))
        step(local_spark, formats[format], target, start_row=29990, number_rows_read=5020, vars_to_keep=["id"])
        assert read_written(target)["id"].to_pylist() == list(range(29989, 35009)), format


@pytest.mark.parametrize("kind", KINDS)
def test_existing_output_is_replaced_only_when_told(local_spark, formats, tmp_path, kind):
    target = getattr(rx, kind)(str(tmp_path / "out"))
    step(local_spark, formats["xdf"], target, number_rows_read=10)
    with pytest.raises(rx.InsituError, match="overwrite"):
        step(local_spark, formats["xdf"], target, number_rows_read=20)
    assert read_written(target).num_rows == 10
    step(local_spark, formats["xdf"], target, number_rows_read=20, overwrite=True)
    assert read_written(target).num_rows == 20
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_source_may_be_its_own_target(local_spark, formats, tmp_path):
    target = rx.RxParquetData(str(tmp_path / "out"))
    step(local_spark, formats["parquet"], target)
    step(local_spark, target, target, transforms={"y": "y + 1"}, overwrite=True)
    written = read_written(target)
    assert written["id"].to_pylist() == list(range(sample_rows.ROWS))
    assert written["y"].to_pylist() == [None if y is None else y + 1 for y in sample_rows.table()["y"].to_pylist()]


def test_no_rows_are_written_as_no_rows(local_spark, formats, tmp_path):
    target = rx.RxParquetData(str(tmp_path / "out"))
    step(local_spark, formats["parquet"], target, row_selection="id < 0")
    found = rows_of(target, "local")
    assert len(found) == 0 and list(found.columns) == ["id", "y", "x", "n", "f", "g", "w"]


# ---- types --------------------------------------------------------------------------------------------------------------------------


def every_type():
    """One column of each type of the engine, a missing value in each."""
    rows = 30
    when = pd.Timestamp("2001-02-03 04:05:06.789012")
    missing = [i % 10 == 9 for i in range(rows)]

    def with_missing(values, dtype):
        return pd.Series([None if gone else value for gone, value in zip(missing, values)], dtype=dtype)

    return pd.DataFrame({
        "logical": with_missing([i % 2 == 0 for i in range(rows)], "boolean"),
        "integer": with_missing(range(-15, 15), "Int32"),
        "numeric": with_missing([i / 7 for i in range(rows)], "float64"),
        "character": pd.Series([None if gone else ("", "ä", "two words")[i % 3] for i, gone in enumerate(missing)], dtype=object),
        "factor": pd.Categorical([None if gone else ("low", "", "high")[i % 3] for i, gone in enumerate(missing)],
                                 ["high", "", "low", "never"]),
        "date": pd.Series([None if gone else datetime.date(1900 + 7 * i, 1 + i % 12, 1 + i) for i, gone in enumerate(missing[:28] + [True] * 2)],
                          dtype=object),
        "time": with_missing([when + pd.Timedelta(days=31 * i) for i in range(rows)], "datetime64[us]"),
    })


@pytest.fixture(scope="module")
def typed_xdf(tmp_path_factory):
    path = str(tmp_path_factory.mktemp("typed") / "typed.xdf")
    rx.rx_data_step(every_type(), path)
    kinds = {name: entry["varType"] for name, entry in rx.rx_get_var_info(path).items()}
    assert kinds == {"logical": "logical", "integer": "integer", "numeric": "numeric", "character": "character", "factor": "factor",
                     "date": "Date", "time": "POSIXct"}
    return rx.RxXdfData(path)


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_is_written_as_the_local_context_writes_it(local_spark, typed_xdf, tmp_path, kind):
    make = getattr(rx, kind)
    ending = ".parquet" if kind == "RxParquetData" else ".orc"
    here, there = make(str(tmp_path / f"here{ending}")), make(str(tmp_path / "there"))
    rx.rx_data_step(typed_xdf, here)
    step(local_spark, typed_xdf, there)
    assert read_written(there).to_pylist() == read_written(here).to_pylist()
    info = {"factor": {"type": "factor", "levels": ["high", "", "low", "never"]}}
    here, there = make(here.file, info), make(there.file, info)
    assert exact(dict(rx.rx_get_var_info(there))) == exact(dict(rx.rx_get_var_info(here)))
    for context in ("local", local_spark):
        assert_same_bits(rows_of(there, context), rows_of(typed_xdf, "local"))


@pytest.mark.parametrize("place", ["local", "spark"])
def test_factors_are_written_as_positions_when_told(request, typed_xdf, tmp_path, place):
    context = request.getfixturevalue("local_spark") if place == "spark" else "local"
    target = rx.RxParquetData(str(tmp_path / "out.parquet"), write_factors_as_indexes=True)
    step(context, typed_xdf, target, vars_to_keep=["factor"])
    assert read_written(target)["factor"].to_pylist()[:10] == [2, 1, 0, 2, 1, 0, 2, 1, 0, None]


# ---- other targets -----------------------------------------------------------------------------------------------------------------


def test_text_is_imported_into_parquet(local_spark, formats, tmp_path):
    target = rx.RxParquetData(str(tmp_path / "out"), sample_rows.FACTORS)
    within(local_spark, rx.rx_import, formats["text"], target)
    assert_same_bits(rows_of(target, "local"), rows_of(formats["text"], "local"))


@pytest.mark.parametrize("settings", [{}, {"create_composite_set": True}])
def test_xdf_files_are_written_from_spark(local_spark, formats, tmp_path, settings):
    target = rx.RxXdfData(str(tmp_path / ("set" if settings else "file.xdf")), **settings)
    step(local_spark, formats["parquet"], target)
    assert (tmp_path / "set").is_dir() == bool(settings)
    assert_same_bits(rows_of(target, "local"), rows_of(formats["parquet"], "local"))
    assert_same_bits(rows_of(target, local_spark), rows_of(formats["parquet"], "local"))


def test_rows_without_a_target_are_a_data_frame(local_spark, formats):
    assert_same_bits(rows_of(formats["parquet"], local_spark, vars_to_keep=["g", "id"], row_selection="id < 50"),
                     rows_of(formats["parquet"], "local", vars_to_keep=["g", "id"], row_selection="id < 50"))


def test_predictions_are_written_to_parquet(local_spark, formats, answers, tmp_path):
    model = answers("parquet", "linear_model")
    target = rx.RxParquetData(str(tmp_path / "out"))
    found = rx.rx_predict(model, formats["parquet"], target, compute_residuals=True, extra_vars_to_write=["id"],
                          compute_context=local_spark)
    assert isinstance(found, rx.RxParquetData)
    here = rx.rx_predict(model, formats["parquet"], compute_residuals=True, extra_vars_to_write=["id"])
    written = read_written(target).to_pandas()
    assert list(written.columns) == list(here.columns)
    assert written["id"].tolist() == list(range(sample_rows.ROWS))
    for name in here.columns:
        assert np.array_equal(written[name].to_numpy(float), here[name].to_numpy(float), equal_nan=True), name


@pytest.fixture
def table(local_spark, sql):
    """A name of a table of Hive that is not there yet and is dropped afterwards."""
    import uuid

    name = f"t_{uuid.uuid4().hex}"
    yield name
    sql(local_spark, f"DROP TABLE IF EXISTS {name}")


def test_a_table_of_hive_is_written_read_and_replaced(local_spark, formats, table, sql):
    target = rx.RxHiveData(table=table)
    found = step(local_spark, formats["parquet"], target)
    assert isinstance(found, rx.RxHiveData)
    ids = rows_of(target, local_spark, vars_to_keep=["id"])["id"]
    assert sorted(ids) == list(range(sample_rows.ROWS))
    with pytest.raises(rx.InsituError, match="overwrite"):
        step(local_spark, formats["parquet"], target, number_rows_read=10)
    step(local_spark, formats["parquet"], target, number_rows_read=10, overwrite=True)
    assert sorted(rows_of(target, local_spark, vars_to_keep=["id"])["id"]) == list(range(10))
    query = rx.RxHiveData(f"SELECT id + 1 AS id FROM {table} WHERE id >= 8")
    assert sorted(rows_of(query, local_spark)["id"]) == [9, 10]


def test_a_table_that_cannot_be_written_leaves_the_old_one(local_spark, formats, table, tmp_path):
    from test_faults import failing_at

    target, counter = rx.RxHiveData(table=table), tmp_path / "counter"
    step(local_spark, formats["parquet"], target, number_rows_read=10)
    with pytest.raises(rx.UserCodeError, match="nope"):
        step(local_spark, formats["parquet"], target, transform_function=failing_at(40000, str(counter)), overwrite=True)
    assert counter.read_bytes() == b"x"
    assert sorted(rows_of(target, local_spark)["id"]) == list(range(10))
    names = rows_of(rx.RxHiveData("SHOW TABLES"), local_spark)["tableName"].tolist()
    assert [name for name in names if name.startswith(table)] == [table]


def test_rows_are_added_to_a_table_when_told(local_spark, formats, table):
    target = rx.RxHiveData(table=table)
    step(local_spark, formats["parquet"], target, number_rows_read=10, vars_to_keep=["id"])
    step(local_spark, formats["parquet"], target, start_row=101, number_rows_read=5, vars_to_keep=["id"], append="rows")
    assert sorted(rows_of(target, local_spark)["id"]) == [*range(10), *range(100, 105)]


def test_a_temporary_table_lives_in_the_application(local_spark, formats, table):
    target = rx.RxHiveData(table=table, save_as_temp_table=True)
    step(local_spark, formats["parquet"], target, vars_to_keep=["id", "y"])
    found = rx.rx_summary("~ y", rx.RxHiveData(table=table), compute_context=local_spark)
    expected = rx.rx_summary("~ y", formats["parquet"])
    assert found["sDataFrame"].loc[0, "ValidObs"] == expected["sDataFrame"].loc[0, "ValidObs"]
    assert found["sDataFrame"].loc[0, "Mean"] == pytest.approx(expected["sDataFrame"].loc[0, "Mean"], rel=1e-9)
    names = rows_of(rx.RxHiveData("SHOW TABLES"), local_spark)
    assert names.loc[names["tableName"] == table, "isTemporary"].tolist() == [True]


# ---- what Spark keeps -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["parquet", "orc", "xdf"])
def test_kept_rows_give_the_same_bits_and_are_listed_until_removed(local_spark, formats, answers, format, capsys):
    within(local_spark, rx.rx_spark_remove_data, within(local_spark, rx.rx_spark_list_data, False))
    source = rx.rx_spark_cache_data(formats[format], True)
    assert within(local_spark, rx.rx_spark_list_data, False) == []
    for _ in range(3):
        assert_same_bits(sample_rows.linear_model(source, local_spark), answers(format, "linear_model"))
    kept = within(local_spark, rx.rx_spark_list_data, True)
    assert formats[format].file in capsys.readouterr().out
    assert [entry["name"] for entry in kept] == [formats[format].file]
    assert kept[0]["memory"] + kept[0]["disk"] > sample_rows.ROWS * 8
    assert within(local_spark, rx.rx_spark_remove_data, source) == 1
    assert within(local_spark, rx.rx_spark_list_data, False) == []
    assert_same_bits(sample_rows.linear_model(source, local_spark), answers(format, "linear_model"))


def test_kept_rows_of_a_file_that_changed_are_not_used(local_spark, tmp_path):
    path = str(tmp_path / "rows.parquet")
    source = rx.rx_spark_cache_data(rx.RxParquetData(path, sample_rows.FACTORS), True)
    pa.parquet.write_table(sample_rows.table(), path)
    before = sample_rows.summary(source, local_spark)
    pa.parquet.write_table(sample_rows.table().slice(0, 1000), path)
    after = sample_rows.summary(source, local_spark)
    assert before["nobs.valid"] + before["nobs.missing"] == sample_rows.ROWS
    assert after["nobs.valid"] + after["nobs.missing"] == 1000
    within(local_spark, rx.rx_spark_remove_data, source)


def test_kept_data_are_removed_as_a_list(local_spark, formats):
    for format in ("parquet", "orc"):
        sample_rows.summary(rx.rx_spark_cache_data(formats[format], True), local_spark)
    kept = within(local_spark, rx.rx_spark_list_data, False)
    assert {entry["name"] for entry in kept} >= {formats["parquet"].file, formats["orc"].file}
    assert within(local_spark, rx.rx_spark_remove_data, kept) == len(kept)
    assert within(local_spark, rx.rx_spark_list_data, False) == []
