"""Every column type that Spark may hold, read through it as the local reader reads it; tables of Hive within 1e-9."""

import datetime
import decimal
import warnings

import numpy as np
import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet
import pytest
import sample_rows
from exact import assert_same_bits, exact
from sample_rows import rows_of, within

import insitu as rx

ROWS = 40
D = decimal.Decimal


def every_type():
    def column(values, kind):
        return pa.array([None if i % 7 == 3 else values[i % len(values)] for i in range(ROWS)], kind)

    return pa.table({
        "boolean": column([True, False, False], pa.bool_()),
        "byte": column([-128, 127, 0], pa.int8()),
        "short": column([-32768, 32767, 0], pa.int16()),
        "narrow": column([-32767, 32767, 0], pa.int16()),
        "int": column([-2147483647, 2147483647, 0], pa.int32()),
        "long": column([-2**53, 2**53, 7], pa.int64()),
        "float": column([1.5, -0.0, 3.4e38], pa.float32()),
        "double": column([1 / 3, -1e308, 5e-324], pa.float64()),
        "small_decimal": column([D("1.10"), D("-99999.99"), D("0.00")], pa.decimal128(7, 2)),
        "long_decimal": column([D("12345678901.234567"), D("-0.000001")], pa.decimal128(18, 6)),
        "large_decimal": column([D("12345678901234567890.12345"), D("-1.5"), D("0.00001")], pa.decimal128(38, 5)),
        "string": column(["", "ä€😀", "NA", "two words"], pa.string()),
        "date": column([datetime.date(1582, 10, 15), datetime.date(1969, 12, 31), datetime.date(2999, 1, 1)], pa.date32()),
        # pyarrow writes parts of seconds before 1970 into ORC wrongly, so there are none.
        "time": column([datetime.datetime(1900, 1, 1), datetime.datetime(2038, 1, 19, 3, 14, 8, 1)], pa.timestamp("us")),
        "zoned": column([datetime.datetime(2001, 2, 3, 4, 5, 6, 789012)], pa.timestamp("us", "UTC")),
    })


#: ORC has one kind of time stamp in pyarrow's hands; zones and dates before Gregory are asked of Parquet.
WRITERS = {
    "parquet": lambda rows, path: pa.parquet.write_table(rows, path, row_group_size=9),
    "parquet of int96": lambda rows, path: pa.parquet.write_table(rows, path, row_group_size=9, use_deprecated_int96_timestamps=True),
    "parquet without dictionaries": lambda rows, path: pa.parquet.write_table(
        rows, path, row_group_size=9, use_dictionary=False, compression="none", data_page_version="2.0"),
    "parquet with integers as decimals": lambda rows, path: pa.parquet.write_table(
        rows, path, row_group_size=9, store_decimal_as_integer=True),
    "orc": lambda rows, path: pa.orc.write_table(rows.drop_columns(["zoned"]), path),
}


def source_of(writer, path):
    return (rx.RxOrcData if writer == "orc" else rx.RxParquetData)(path)


@pytest.mark.parametrize("writer", WRITERS)
def test_every_type_is_read_as_the_local_reader_reads_it(local_spark, tmp_path, writer):
    path = str(tmp_path / "rows")
    WRITERS[writer](every_type(), path)
    source = source_of(writer, path)
    here = rx.rx_get_var_info(source)
    there = within(local_spark, rx.rx_get_var_info, source)
    assert exact(dict(there)) == exact(dict(here))
    assert len(here) == (14 if writer == "orc" else 15)
    assert_same_bits(rows_of(source, local_spark), rows_of(source, "local"))


@pytest.mark.parametrize("writer", ["parquet", "orc"])
def test_every_type_is_the_kind_that_is_documented(local_spark, tmp_path, writer):
    path = str(tmp_path / "rows")
    WRITERS[writer](every_type(), path)
    found = within(local_spark, rx.rx_get_var_info, source_of(writer, path))
    kinds = {name: (entry["varType"], entry["storage"]) for name, entry in found.items()}
    numeric = ("numeric", "float64")
    expected = {
        "boolean": "logical", "byte": ("integer", "int16"), "short": ("integer", "int32"), "narrow": ("integer", "int16"), "int": ("integer", "int32"),
        "long": ("integer", "int64"), "float": ("numeric", "float32"), "double": numeric, "small_decimal": numeric,
        "long_decimal": numeric, "large_decimal": numeric, "string": "character", "date": "Date", "time": "POSIXct"}
    for name, kind in expected.items():
        assert (kinds[name] if isinstance(kind, tuple) else kinds[name][0]) == kind, name


@pytest.mark.parametrize("writer", ["parquet", "orc"])
def test_A13_the_smallest_whole_number_is_no_missing_value(local_spark, tmp_path, writer):
    rows = pa.table({"short": pa.array([-2**15, None, 1], pa.int16()), "int": pa.array([-2**31, None, 1], pa.int32()),
                     "long": pa.array([-2**63, None, 1], pa.int64())})
    path = tmp_path / "rows"
    (pa.parquet if writer == "parquet" else pa.orc).write_table(rows, str(path))
    source = source_of(writer, str(path))
    for context in ("local", local_spark):
        with pytest.warns(UserWarning, match=r"left out: long \(int64 with -9223372036854775808, which marks a missing value"):
            found = rows_of(source, context)
        assert found["short"].tolist()[::2] == [-2**15, 1] and found["int"].tolist()[::2] == [-2**31, 1], context
        assert found.isna().sum().tolist() == [1, 1]


def test_A13_where_a_file_does_not_say_it_the_smallest_whole_number_is_an_error(local_spark, tmp_path):
    path = str(tmp_path / "rows")
    pa.parquet.write_table(pa.table({"n": pa.array([1, -2**31, 3], pa.int32())}), path, write_statistics=False)
    for context in ("local", local_spark):
        with pytest.raises(rx.InsituError, match="column 'n' holds .*-2147483648, which marks a missing value.* here; convert the column"):
            rows_of(rx.RxParquetData(path), context)


def test_decimals_are_the_nearest_doubles(local_spark, tmp_path):
    path = str(tmp_path / "rows")
    WRITERS["parquet"](every_type(), path)
    found = rows_of(rx.RxParquetData(path), local_spark)
    for name in ("small_decimal", "long_decimal", "large_decimal"):
        expected = [None if value is None else float(value) for value in every_type()[name].to_pylist()]
        assert [None if np.isnan(value) else value for value in found[name]] == expected, name


def test_dates_and_times_are_kept_as_they_are(local_spark, tmp_path):
    path = str(tmp_path / "rows")
    WRITERS["parquet"](every_type(), path)
    found = rows_of(rx.RxParquetData(path), local_spark)
    present = [i for i in range(ROWS) if i % 7 != 3]
    original = every_type()
    assert [str(found["date"].iloc[i])[:10] for i in present] == [str(original["date"][i].as_py()) for i in present]
    for name in ("time", "zoned"):
        times = found[name].dt.tz_localize(None) if getattr(found[name].dt, "tz", None) else found[name]
        assert [times.iloc[i].isoformat() for i in present] == [
            original[name][i].as_py().replace(tzinfo=None).isoformat() for i in present], name


@pytest.mark.parametrize("kind", ["RxParquetData", "RxOrcData"])
def test_types_without_a_counterpart_are_left_out_and_named(local_spark, tmp_path, kind):
    path = str(tmp_path / "rows")
    rows = pa.table({"a": [1.5, 2.5], "list": [[1], [2, 3]], "record": [{"x": 1}, {"x": 2}], "bytes": [b"x", b"y"],
                     "b": ["p", "q"]})
    (pa.parquet if kind == "RxParquetData" else pa.orc).write_table(rows, path)
    source = getattr(rx, kind)(path)
    for context in ("local", local_spark):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            found = rows_of(source, context)
        assert list(found.columns) == ["a", "b"]
        texts = [str(each.message) for each in said]
        assert any(all(name in text for name in ("list", "record", "bytes")) for text in texts), texts


def test_column_types_may_be_asked_for(local_spark, formats, tmp_path):
    path = str(tmp_path / "rows.parquet")
    pa.parquet.write_table(pa.table({
        "n": pa.array([1, 2, None, 4], pa.int32()), "x": [1.5, None, 3.5, 4.0], "s": ["b", "a", None, "b"], "d": ["1", "2", "x", None],
        "k": pa.array([3, 1, 3, None], pa.int64())}), path, row_group_size=3)
    source = rx.RxParquetData(path, {"n": {"type": "numeric"}, "x": {"type": "float32"}, "s": {"type": "factor"},
                                     "k": {"type": "factor", "levels": ["1", "2", "3"]}})
    here, there = rows_of(source, "local"), rows_of(source, local_spark)
    assert_same_bits(there, here)
    assert there["n"].dtype == np.float64 and there["x"].dtype == np.float32
    assert list(there["s"].cat.categories) == ["b", "a"] and list(there["k"].cat.categories) == ["1", "2", "3"]


# ---- tables and queries ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tables(local_spark, sql, formats):
    """The sample rows as tables: ORC and text of Hive, and Parquet; their columns of words are factors."""
    path = formats["parquet"].file
    for name, stored in {"rows_orc": "STORED AS ORC", "rows_text": "STORED AS TEXTFILE", "rows_parquet": "USING PARQUET"}.items():
        sql(local_spark, f"DROP TABLE IF EXISTS {name}")
        sql(local_spark, f"CREATE TABLE {name} {stored} AS SELECT * FROM parquet.`{path}`")
    yield {name: rx.RxHiveData(table=name, column_info=sample_rows.FACTORS) for name in ("rows_orc", "rows_text", "rows_parquet")}
    for name in ("rows_orc", "rows_text", "rows_parquet"):
        sql(local_spark, f"DROP TABLE IF EXISTS {name}")


NAMES = ["rows_orc", "rows_text", "rows_parquet"]


def counts_of(summary):
    """Counts by level, of factors and of a variable within levels, whatever the order of the levels."""
    found = [dict(zip(frame.iloc[:, 1 if "ValidObs" in frame else 0], frame["ValidObs" if "ValidObs" in frame else "Counts"]))
             for frame in summary["categorical"]]
    assert len(found) == 3 and all(len(counts) in (3, 7) for counts in found), found
    return found


@pytest.mark.parametrize("name", NAMES)
def test_tables_of_hive_are_summarised_within_tolerance_and_counted_exactly(local_spark, tables, answers, name):
    found, expected = sample_rows.summary(tables[name], local_spark), answers("parquet", "summary")
    assert counts_of(found) == counts_of(expected)
    for column in ("Mean", "StdDev"):
        assert found["sDataFrame"][column].tolist() == pytest.approx(expected["sDataFrame"][column].tolist(), rel=1e-9, nan_ok=True)
    for column in ("Min", "Max", "ValidObs", "MissingObs"):
        assert exact(found["sDataFrame"][column]) == exact(expected["sDataFrame"][column])


@pytest.mark.parametrize("name", NAMES)
def test_models_of_tables_of_hive_agree_within_tolerance(local_spark, tables, answers, name):
    found, expected = sample_rows.linear_model(tables[name], local_spark), answers("parquet", "linear_model")
    # Levels of f come in another order, so the coefficients are compared by what they predict: that of g and the slopes.
    assert found.nValidObs == expected.nValidObs and found.rank == expected.rank
    assert found.sigma == pytest.approx(expected.sigma, rel=1e-9)
    here, there = expected.coef(), found.coef()
    for term in ("x", "n", *(f"g={day}" for day in sample_rows.DAYS[:-1])):
        assert there[term] == pytest.approx(here[term], rel=1e-8), term


def test_a_table_gives_the_same_bits_again(local_spark, tables):
    cached = rx.RxHiveData(table="rows_orc", column_info=sample_rows.FACTORS, cache=True)
    first = sample_rows.linear_model(cached, local_spark)
    for _ in range(3):
        assert_same_bits(sample_rows.linear_model(cached, local_spark), first)
    within(local_spark, rx.rx_spark_remove_data, cached)


def test_a_query_is_a_source(local_spark, tables, formats):
    query = rx.RxHiveData("SELECT f, avg(y) AS mean, count(*) AS n FROM rows_orc WHERE f IS NOT NULL GROUP BY f")
    found = rows_of(query, local_spark).set_index("f")
    local = rows_of(formats["parquet"], "local").groupby("f", observed=True)["y"]
    assert found["n"].to_dict() == local.size().to_dict()
    for level, mean in local.mean().items():
        assert found.loc[level, "mean"] == pytest.approx(mean, rel=1e-9)


def test_a_query_that_shuffles_has_global_levels(local_spark, tables, answers):
    """Rows in any order and in other partitions each time: levels, counts and extremes are the same."""
    query = rx.RxHiveData("SELECT f, g, y, x, n FROM rows_orc DISTRIBUTE BY rand()", column_info=sample_rows.FACTORS)
    expected = counts_of(answers("parquet", "summary"))
    for _ in range(2):
        found = sample_rows.summary(query, local_spark)
        assert counts_of(found) == expected


def test_types_of_a_query_are_those_of_files(local_spark, sql):
    query = rx.RxHiveData("SELECT CAST(1 AS tinyint) b, CAST(2 AS smallint) s, 3 i, 4L l, CAST(1.5 AS float) f, 2.5D d, 1.25 AS dec, true t, "
                          "DATE'2001-02-03' AS da, TIMESTAMP_NTZ'2001-02-03 04:05:06.5' AS ti, 'x' AS c, CAST('y' AS varchar(3)) AS v, "
                          "CAST(NULL AS string) AS nul")
    found = within(local_spark, rx.rx_get_var_info, query)
    assert {name: entry["varType"] for name, entry in found.items()} == {
        "b": "integer", "s": "integer", "i": "integer", "l": "integer", "f": "numeric", "d": "numeric", "dec": "numeric", "t": "logical",
        "da": "Date", "ti": "POSIXct", "c": "character", "v": "character", "nul": "character"}
    row = rows_of(query, local_spark)
    assert row[["b", "s", "i", "l", "f", "d", "dec"]].iloc[0].tolist() == [1, 2, 3, 4, 1.5, 2.5, 1.25]
    assert row["c"].tolist() == ["x"] and row["v"].tolist() == ["y"] and row["nul"].isna().all()
    assert str(row["ti"].iloc[0])[:21] == "2001-02-03 04:05:06.5"


@pytest.mark.parametrize("source, words", [
    (lambda: rx.RxHiveData(table="no_such_table"), "no_such_table"),
    (lambda: rx.RxHiveData("SELECT no_such_column FROM rows_orc"), "no_such_column"),
    (lambda: rx.RxHiveData("SELEKT 1"), "SELEKT"),
])
def test_a_wrong_table_or_query_is_named(local_spark, tables, source, words):
    with pytest.raises(rx.DataError, match=words) as refusal:
        rows_of(source(), local_spark)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("source", [lambda: rx.RxHiveData(table="t"), lambda: rx.RxHiveData("SELECT 1")])
def test_tables_are_refused_elsewhere_with_the_way_out(source):
    with pytest.raises(rx.InsituError, match="RxHiveData.*RxLocalSeq.*RxSpark|RxHiveData.*RxSpark"):
        rx.rx_summary("~ y", source(), compute_context="local")


def test_a_data_frame_of_the_caller_is_refused_with_the_way_out(local_spark):
    frame = every_type().select(["double"]).to_pandas()
    with pytest.raises(rx.Unsupported, match="data frame of the caller.*rx_?[dD]ata_?[sS]tep"):
        rx.rx_summary("~ double", frame, compute_context=local_spark)
