"""Data frames in and out: indexes, missing values, extremes, columns of every kind, errors (tests/faults/README.md)."""

import datetime
import decimal
import importlib
import pathlib
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import insitu as rx

# --- A5: results keep the index -----------------------------------------------------------------------------------------------

def _sorted_frame():
    return pd.DataFrame({"y": [1.0, 2, 3, 5, 8, 9], "x": [1.0, 2, 2, 4, 7, 9]}).sort_values("x", ascending=False)


def test_A5_predictions_keep_the_index():
    d = _sorted_frame()
    fit = rx.rx_lin_mod("y~x", d)
    d["p"] = rx.rx_predict(fit, d)["y_Pred"]
    expected = fit.coefficients[0] + fit.coefficients[1] * d["x"]
    np.testing.assert_allclose(d["p"], expected, rtol=1e-12)
    new = d.drop(columns=["y", "p"])
    pd.testing.assert_index_equal(rx.rx_predict(fit, new, extra_vars_to_write=["x"]).index, new.index)


_INDEXES = {
    "text": pd.Index(list("fbacde"), name="who"),
    "multi": pd.MultiIndex.from_product([["b", "a"], [3, 1, 2]], names=["g", None]),
    "time": pd.date_range("1999-12-31", periods=6, freq="17h", tz="Europe/Berlin", name="t"),
    "range": pd.RangeIndex(10, 40, 5),
    "doubled": pd.Index([1, 1, 2, 2, 1, 2]),
    "float": pd.Index([0.5, np.nan, 1, 2, 3, 4]),
    "categorical": pd.CategoricalIndex(list("aabbcc")),
}


@pytest.mark.parametrize("kind", _INDEXES)
@pytest.mark.parametrize("context", [rx.RxLocalSeq(), rx.RxProcesses(num_workers=2)], ids=["local", "processes"])
def test_A5_rows_that_survive_keep_every_kind_of_index(kind, context):
    d = pd.DataFrame({"x": [3.0, 1, np.nan, 5, 2, 9], "k": pd.array([1, None, 3, 4, 5, 6], dtype="Int64")}, index=_INDEXES[kind])
    with rx.rx_set_temp_compute_context(context):
        pd.testing.assert_index_equal(rx.rx_data_step(d).index, d.index, exact=True)
        pd.testing.assert_index_equal(rx.rx_import(d).index, d.index, exact=True)
        pd.testing.assert_index_equal(rx.rx_data_step(d, row_selection="x > 2").index, d[d.x > 2].index)
        pd.testing.assert_index_equal(rx.rx_data_step(d, remove_missings=True).index, d.dropna().index)
        pd.testing.assert_index_equal(rx.rx_data_step(d, remove_missings_on_read=True).index, d.dropna().index)
        pd.testing.assert_index_equal(rx.rx_data_step(d, start_row=2, number_rows_read=3).index, d.iloc[1:4].index)
        pd.testing.assert_index_equal(rx.rx_data_step(d, vars_to_keep=["x"], transforms={"z": "x * 2"}).index, d.index)
        with_function = rx.rx_data_step(d, transform_function=lambda rows: rows.assign(w=rows["x"] + 1), transform_variables=["x"], row_selection="w > 3")
        pd.testing.assert_index_equal(with_function.index, d[d.x + 1 > 3].index)


def test_A5_a_range_stays_a_range_and_files_have_none():
    d = pd.DataFrame({"x": np.arange(6.0)})
    assert isinstance(rx.rx_data_step(d).index, pd.RangeIndex)
    assert isinstance(rx.rx_data_step(d, start_row=3).index, pd.RangeIndex)
    assert rx.rx_data_step(d, start_row=3).index.tolist() == [2, 3, 4, 5]
    assert rx.rx_get_info(d.set_index(pd.Index(list("abcdef"))), start_row=2, num_rows=2).data.index.tolist() == ["b", "c"]


def test_A5_described_frames_keep_their_index():
    d = pd.DataFrame({"x": [1.0, 2]}, index=pd.Index(["p", "q"], name="who"))
    pd.testing.assert_index_equal(rx.rx_set_var_info({"x": {"description": "an x"}}, d).index, d.index)


def test_A5_a_function_that_moves_or_drops_rows():
    d = pd.DataFrame({"x": [3.0, 1, 2]}, index=["c", "a", "b"])
    moved = rx.rx_data_step(d, transform_function=lambda rows: rows.sort_values("x"))
    assert moved["x"].to_dict() == {"a": 1.0, "b": 2.0, "c": 3.0}
    fewer = rx.rx_data_step(d, transform_function=lambda rows: rows[rows["x"] > 1])
    assert fewer["x"].tolist() == [3.0, 2.0] and isinstance(fewer.index, pd.RangeIndex)


def test_A5_the_index_of_many_rows_over_many_pieces():
    n = 200_000
    order = np.random.default_rng(5).permutation(n)
    d = pd.DataFrame({"x": order.astype(float), "g": pd.Categorical.from_codes(order % 5, list("vwxyz"))}, index=order * 3)
    out = rx.rx_data_step(d, row_selection="x %% 7 == 0", transforms={"z": "x + 0.5"})
    expected = d[d.x % 7 == 0]
    pd.testing.assert_series_equal(out["z"], (expected.x + 0.5).rename("z"))
    fit = rx.rx_lin_mod("x ~ g", d)
    d["p"] = rx.rx_predict(fit, d)["x_Pred"]
    np.testing.assert_allclose(d["p"], d.groupby("g", observed=True)["x"].transform("mean"), rtol=1e-9)


# --- A9: missing stays missing ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64",
                                  "int64[pyarrow]", "uint8[pyarrow]"])
def test_A9_missing_whole_numbers_stay_missing(kind):
    d = pd.DataFrame({"k": pd.array([1, None, 7] * 30_000, dtype=kind)})
    out = rx.rx_data_step(d)
    assert out["k"].isna().tolist()[:3] == [False, True, False] and out["k"].sum() == 8 * 30_000
    assert isinstance(out["k"].dtype, pd.api.extensions.ExtensionDtype)
    after = rx.rx_data_step(d, transform_function=lambda rows: rows.assign(j=rows["k"] + 1))
    assert after["j"].isna().sum() == 30_000 and after["j"].sum() == 10 * 30_000
    info = rx.rx_summary("~k", d).sDataFrame
    assert info["ValidObs"][0] == 60_000 and info["MissingObs"][0] == 30_000


def test_A9_the_option_gives_floats():
    d = pd.DataFrame({"k": pd.array([1, None], dtype="Int32")})
    rx.RxOptions.set_option("missingIntegers", "float")
    out = rx.rx_data_step(d, transform_function=lambda rows: rows.assign(j=np.where(rows["k"] > 0, 1.0, 2.0)))
    assert out["k"].dtype == np.float64 and np.isnan(out["k"][1]) and out["j"].tolist() == [1.0, 2.0]
    with pytest.raises(rx.InvalidArgument, match="missingIntegers must be one of"):
        rx.RxOptions.set_option("missingIntegers", "none")


def test_A9_revoscalepy_keeps_the_sentinels_with_one_warning():
    import revoscalepy

    importlib.reload(revoscalepy)  # as at the start of a script
    assert rx.RxOptions.get_option("missingIntegers") == "sentinel"
    d = pd.DataFrame({"k": pd.array([1, None], dtype="Int32"), "j": pd.array([None, 2], dtype="Int32")})
    with pytest.warns(UserWarning, match="RxMissingValues") as found:
        out = revoscalepy.rx_data_step(d)
    assert len(found) == 1
    assert out["k"].tolist() == [1, rx.RxMissingValues.int32()] and out["k"].dtype == np.int32
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # What a function of old returns as missing is missing.
        copy = revoscalepy.rx_data_step(d, transform_function=lambda rows: rows.assign(m=np.minimum(rows["k"], 0)))
        assert copy["m"].tolist() == [0, rx.RxMissingValues.int32()]
        table = revoscalepy.rx_summary("~m", d, transform_function=lambda rows: rows.assign(m=rows["k"]), transform_variables=["k"])
        assert table.sDataFrame["MissingObs"][0] == 1
    rx.RxOptions.set_option("missingIntegers", "nullable")
    assert rx.rx_data_step(d)["k"].isna().tolist() == [False, True]


def test_A9_logicals_texts_and_masked_columns():
    d = pd.DataFrame({"l": pd.array([True, None, False], dtype="boolean"), "s": pd.array(["a", None, ""], dtype="string"),
                      "f": pd.array([1.5, None, 2.5], dtype="Float64"), "a": pd.array([1.5, None, 2], dtype="double[pyarrow]"),
                      "o": ["x", None, "y"], "m": [True, None, False]})
    out = rx.rx_data_step(d)
    assert out["l"].dtype == "boolean"
    for name in d:
        assert out[name].isna().tolist() == [False, True, False], name
    assert out["m"].tolist() == [True, None, False]
    assert rx.rx_data_step({"x": np.ma.masked_array([1, 2, 3], [False, True, False])})["x"].isna().tolist() == [False, True, False]


# --- A12: whole numbers of 64 bits ----------------------------------------------------------------------------------------------

def test_A12_low_and_high_are_exact(tmp_path):
    d = pd.DataFrame({"a": [2**53 + 1, -(2**62) - 1, 5], "b": [2**63 - 1, 0, 1]})
    for data in (d, rx.rx_data_step(d, str(tmp_path / "a.xdf"))):
        info = rx.rx_get_var_info(data)
        assert info["a"]["low"] == -(2**62) - 1 and info["a"]["high"] == 2**53 + 1
        assert info["b"]["high"] == 2**63 - 1
        assert "9223372036854775807" in str(info) and "9223372036854775808" not in str(info)
    assert rx.rx_data_step(d)["a"].tolist() == d["a"].tolist()


def test_A12_objects_of_64_bits_keep_their_digits():
    d = pd.DataFrame({"a": [1.0, 2]})
    assert rx.rx_data_step(d, transforms={"b": "k"}, transform_objects={"k": 2**53 + 1})["b"].tolist() == [2**53 + 1] * 2
    assert rx.rx_data_step(d, transforms={"b": "k[2]"}, transform_objects={"k": [1, -(2**60) - 1]})["b"].tolist() == [-(2**60) - 1] * 2


# --- A13: extremes and kinds ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"])
def test_A13_extremes_are_values(kind, tmp_path):
    limits = np.iinfo(kind)
    low = limits.min + (kind == "int64")
    high = min(limits.max, 2**63 - 1)
    d = pd.DataFrame({"x": np.array([low, 0, high] * 20_000, kind)})
    expected = [int(low), 0, int(high)] * 20_000
    for frame in (d, pl.from_pandas(d), pa.table({"x": d["x"].to_numpy()}), {"x": d["x"].to_numpy()}):
        out = rx.rx_data_step(frame)
        values = out["x"].to_list() if not isinstance(out, pa.Table) else out["x"].to_pylist()
        assert values == expected
    back = rx.rx_data_step(rx.rx_data_step(d, str(tmp_path / "x.xdf")))
    assert back["x"].tolist() == expected
    nullable = pd.DataFrame({"x": pd.array([int(low), None, int(high)], dtype=kind.replace("i", "I").replace("uI", "UI"))})
    out = rx.rx_data_step(nullable)
    assert out["x"].isna().tolist() == [False, True, False] and out["x"].dropna().tolist() == [int(low), int(high)]


@pytest.mark.parametrize("value, kind", [(-(2**63), "int64"), (2**63, "uint64"), (2**64 - 1, "uint64")])
def test_A13_numbers_that_do_not_fit_are_told_with_column_and_row(value, kind):
    d = pd.DataFrame({"y": [1.0, 2, 3], "big": np.array([1, value, 2], kind)})
    with pytest.raises(rx.InvalidArgument, match=rf"column 'big' holds {value} in row 2"):
        rx.rx_summary("~big", d)
    with pytest.warns(UserWarning, match="'big'"):
        assert rx.rx_data_step(d).columns.tolist() == ["y"]
    with pytest.raises(rx.InsituError, match="big.*row 2"):
        rx.rx_data_step(pa.table({"big": pa.array([1, value], kind)}), row_selection="big > 0")


def test_A13_times_are_cut_towards_the_past():
    nanos = ["1954-12-31 23:59:59.999999999", "1969-12-31 23:59:59.999999999", "1999-12-31 23:59:59.999999999",
             "1970-01-01 00:00:00.000000001", "1677-09-21 00:12:43.145224194", "2262-04-11 23:47:16.854775807"]
    d = pd.DataFrame({"t": pd.to_datetime(nanos, format="mixed")})
    assert d["t"].dtype == "datetime64[ns]"
    out = rx.rx_data_step(d)["t"]
    assert (out.to_numpy().astype("datetime64[us]")[:4] == d["t"].to_numpy().astype("datetime64[us]")[:4]).all()
    assert (out.to_numpy().view("int64") // 10**6 == d["t"].to_numpy().view("int64") // 10**9).all()
    for unit in ("s", "ms", "us"):
        times = pd.Series(np.array(["0001-01-01T00:00:00", "9999-12-31T23:59:59", "1582-10-10T12:00:00"], f"datetime64[{unit}]"))
        assert rx.rx_data_step(pd.DataFrame({"t": times}))["t"].astype(f"datetime64[{unit}]").tolist() == times.tolist()
    late = pd.DataFrame({"t": np.array(["9999-12-31T23:59:59.999999"], "datetime64[us]")})
    assert rx.rx_data_step(late)["t"].dt.year.tolist() == [9999]
    zoned = pd.DataFrame({"t": pd.to_datetime(["1900-06-01 12:00:00.5", None]).tz_localize("America/New_York")})
    assert rx.rx_data_step(zoned)["t"][0] == zoned["t"][0]


def test_A13_microseconds_survive_until_2242():
    rng = np.random.default_rng(13)
    micros = rng.integers(-(2**33) * 10**6, 2**33 * 10**6, 100_000)
    d = pd.DataFrame({"t": micros.astype("datetime64[us]")})
    assert (rx.rx_data_step(d)["t"].astype("int64") == micros).all()


def test_A13_settings_assigned_later_are_used(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    source = rx.RxTextData(str(path))
    source.missing_value_string = "1"
    assert rx.rx_data_step(source)["a"].isna().tolist() == [True, False]
    source.missing_value_string = None
    assert not rx.rx_data_step(source)["a"].isna().any()
    source.vars_to_keep = pd.Index(["b"])
    assert rx.rx_data_step(source).columns.tolist() == ["b"]
    with pytest.raises(rx.InvalidArgument, match="rows_per_read must be a"):
        source.rows_per_read = "many"
    with pytest.raises(rx.InvalidArgument, match="exclude each other"):
        source.vars_to_drop = ["a"]
    assert source.vars_to_drop is None
    with pytest.raises(AttributeError, match="did you mean missing_value_string"):
        source.missing_value_strings = "1"
    (tmp_path / "t.csv").write_text("c\n5\n")
    other = rx.RxTextData(str(path))
    other.file = tmp_path / "t.csv"
    assert rx.rx_data_step(other).columns.tolist() == ["c"]


@pytest.mark.parametrize("categories, names", [
    ([False, True], ["False", "True"]), ([3, 1, 2], ["3", "1", "2"]), ([2**53 + 1, 2**53], ["9007199254740993", "9007199254740992"]),
    ([0.5, 1.0, 1e300], ["0.5", "1", "1e+300"]), (["b", "a", "unused"], ["b", "a", "unused"]),
    ([datetime.date(2020, 2, 29), datetime.date(1, 1, 1)], ["2020-02-29", "0001-01-01"]),
    (pd.to_datetime(["2020-02-29", "1969-01-01"]), ["2020-02-29", "1969-01-01"]),
    (pd.interval_range(0, 3), ["(0, 1]", "(1, 2]", "(2, 3]"]),
])
@pytest.mark.parametrize("ordered", [False, True])
def test_A13_categories_of_every_kind_are_levels(categories, names, ordered):
    values = pd.Categorical.from_codes([0, 1, -1, 0], categories, ordered=ordered)
    out = rx.rx_data_step(pd.DataFrame({"f": values}))["f"]
    assert out.cat.categories.tolist() == names and out.cat.ordered is ordered
    assert out.cat.codes.tolist() == [0, 1, -1, 0]


def test_A13_categories_that_read_the_same_are_refused():
    with pytest.raises(rx.InvalidArgument, match="two categories that are written '1'"):
        rx.rx_summary("~f", pd.DataFrame({"f": pd.Categorical([1, "1"])}))


def test_A13_a_name_with_a_nul_character_is_told():
    with pytest.warns(UserWarning, match="NUL"):
        assert rx.rx_data_step(pd.DataFrame({"a\0b": [1.0], "c": [2.0]})).columns.tolist() == ["c"]


# --- A21: rows in memory are all returned ---------------------------------------------------------------------------------------

def test_A21_a_frame_in_memory_is_never_cut(tmp_path):
    n = 1_000_000
    d = pd.DataFrame({f"x{i}": np.zeros(n, np.int8) for i in range(5)})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(rx.rx_data_step(d)) == n
    xdf = rx.rx_data_step(d.iloc[:100], str(tmp_path / "x.xdf"))
    with warnings.catch_warnings(record=True) as found:
        for _ in range(3):
            assert len(rx.rx_data_step(xdf, max_rows_by_cols=50)) == 10
    assert sum("maxRowsByCols" in str(w.message) or "max_rows_by_cols" in str(w.message) for w in found) == 3


def test_B18_warnings_that_raise_do_so_cleanly(tmp_path):
    xdf = rx.rx_data_step(pd.DataFrame({"x": np.zeros(100)}), str(tmp_path / "x.xdf"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="max_?[rR]ows"):
            rx.rx_data_step(xdf, max_rows_by_cols=50)


# --- A27: levels belong to the schema -------------------------------------------------------------------------------------------

def test_A27_no_rows_keep_their_levels(tmp_path):
    empty = pd.DataFrame({"f": pd.Categorical([], ["b", "a"], ordered=True), "x": np.array([], float), "s": np.array([], str)})
    for frame in (empty, pa.Table.from_pandas(empty, preserve_index=False)):
        out = rx.rx_data_step(frame)
        out = out.to_pandas() if isinstance(out, pa.Table) else out
        assert out["f"].cat.categories.tolist() == ["b", "a"] and out["f"].cat.ordered and len(out) == 0
    back = rx.rx_data_step(rx.rx_data_step(empty, str(tmp_path / "e.xdf")))
    assert back["f"].cat.categories.tolist() == ["b", "a"]
    some = pd.DataFrame({"f": pd.Categorical(["a"], ["b", "a"]), "x": [1.0]})
    none = rx.rx_data_step(some, row_selection="x > 1")
    assert none["f"].cat.categories.tolist() == ["b", "a"] and len(none) == 0
    assert list(rx.rx_get_var_info(empty)["f"]["levels"]) == ["b", "a"]


def test_A27_an_all_missing_categorical_has_no_level():
    d = pd.DataFrame({"f": pd.Categorical([None, None]), "x": [1.0, 2]})
    out = rx.rx_data_step(d)
    assert out["f"].isna().all() and out["f"].cat.categories.tolist() == []
    declared = pd.DataFrame({"f": pd.Categorical([None, None], ["a"])})
    assert rx.rx_data_step(declared)["f"].cat.categories.tolist() == ["a"]


# --- B17: columns without a counterpart -----------------------------------------------------------------------------------------

_UNSUPPORTED = {
    "lists": ([[1], [2]], "lists"),
    "dicts": ([{"a": 1}, {"a": 2}], "dicts"),
    "spans": (pd.to_timedelta([1, 2], unit="s"), "spans of time"),
    "times": ([datetime.time(1), datetime.time(2)], "times of day"),
    "periods": (pd.period_range("2020-01", periods=2, freq="M"), "periods"),
    "intervals": (pd.interval_range(0, 2), "intervals"),
    "complex": (np.array([1j, 2]), "complex"),
    "bytes": ([b"a", b"b"], "bytes"),
    "mixed": ([1, "a"], "several kinds"),
    "objects": ([object(), object()], "several kinds|kind"),
    "huge": ([2**64, 1], "64 bits"),
    "surrogates": (pd.Series(["a", "\ud800"], dtype=object), "Unicode"),
}


@pytest.mark.parametrize("name", _UNSUPPORTED)
def test_B17_an_unsupported_column_is_left_out_and_named_when_used(name):
    values, words = _UNSUPPORTED[name]
    d = pd.DataFrame({"x": [1.0, 2.0], name: values}).set_index(pd.Index(["p", "q"]))
    with pytest.warns(UserWarning, match=f"left out.*{name}.*({words})") as found:
        out = rx.rx_data_step(d)
    assert len(found) == 1 and "NoCounterpart" not in str(found[0].message)
    assert out.columns.tolist() == ["x"] and out.index.tolist() == ["p", "q"]
    for call in (lambda: rx.rx_summary(f"~{name}", d), lambda: rx.rx_data_step(d, vars_to_keep=[name]),
                 lambda: rx.rx_lin_mod(f"x~{name}", d), lambda: rx.rx_data_step(d, transforms={"z": f"{name} + 1"}),
                 lambda: rx.rx_data_step(d, transform_function=lambda r: r, transform_variables=[name]),
                 lambda: rx.rx_data_step(d, row_selection=f"{name} > 0")):
        with pytest.raises(rx.InvalidArgument, match=f"column '{name}' .*({words})"):
            call()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert rx.rx_data_step(d, vars_to_drop=[name]).columns.tolist() == ["x"]
        assert rx.rx_data_step(d, vars_to_keep=["x"]).columns.tolist() == ["x"]


def test_B17_decimals_are_numbers():
    exact = [decimal.Decimal("0.10"), None, decimal.Decimal("-123456789012.25")]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        out = rx.rx_data_step(pd.DataFrame({"d": exact}))["d"]
    assert out.tolist()[0::2] == [0.1, -123456789012.25] and np.isnan(out[1])
    with pytest.warns(UserWarning, match="'d' have more digits"):
        wide = rx.rx_data_step(pa.table({"d": pa.array([decimal.Decimal("12345678901234567.89")], pa.decimal128(38, 2))}))
    assert wide["d"].to_pylist() == [12345678901234567.89]


def test_B17_sparse_swapped_and_other_kinds_of_numbers():
    d = pd.DataFrame({"sparse": pd.arrays.SparseArray([0.0, 1, 0]), "swapped": np.array([1, 2, 3], ">i4"),
                      "half": np.array([0.5, np.nan, 1], "float16"), "mixed": pd.Series([1, 2.5, None], dtype=object)})
    out = rx.rx_data_step(d)
    assert out["sparse"].tolist() == [0, 1, 0] and out["swapped"].tolist() == [1, 2, 3]
    assert out["half"].tolist()[0::2] == [0.5, 1] and out["mixed"].tolist()[:2] == [1, 2.5]


def test_B17_names_that_are_no_texts():
    d = pd.DataFrame([[1.0, 2.0]], columns=[0, 1])
    assert rx.rx_data_step(d).columns.tolist() == ["0", "1"]
    d.columns = pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")])
    assert rx.rx_data_step(d).columns.tolist() == ["a_x", "a_y"]
    d.columns = ["a", "a"]
    with pytest.raises(rx.InvalidArgument, match="two columns have the same name: 'a'"):
        rx.rx_data_step(d)


# --- kinds of frames ------------------------------------------------------------------------------------------------------------

def test_what_comes_in_comes_out():
    columns = {"a": [1, None, 3], "s": ["x", None, "z"], "f": [0.5, 1.5, None]}
    polars = pl.DataFrame(columns)
    out = rx.rx_data_step(polars)
    assert isinstance(out, pl.DataFrame) and out.to_dict(as_series=False) == columns
    assert isinstance(rx.rx_data_step(pa.table(columns)), pa.Table)
    assert isinstance(rx.rx_data_step(pa.table(columns).to_batches()[0]), pa.Table)
    assert isinstance(rx.rx_data_step(pa.table(columns).to_reader()), pa.Table)
    assert isinstance(rx.rx_data_step(columns), pd.DataFrame)
    fit = rx.rx_lin_mod("f ~ a", pl.DataFrame({"f": [1.0, 2, 4], "a": [1, 2, 3]}))
    assert isinstance(rx.rx_predict(fit, pl.DataFrame({"a": [1, 2]})), pl.DataFrame)
    rx.RxOptions.set_option("frameType", "pandas")
    assert isinstance(rx.rx_data_step(polars), pd.DataFrame)
    rx.RxOptions.set_option("frameType", "polars")
    assert isinstance(rx.rx_data_step(pd.DataFrame({"a": [1]})), pl.DataFrame)
    rx.RxOptions.set_option("frameType", "arrow")
    assert isinstance(rx.rx_data_step(columns, transform_function=lambda rows: rows.assign(b=1)), pa.Table)


def test_records_dicts_of_arrays_and_other_libraries():
    records = np.array([(1, 2.5, "a"), (2, 3.5, "b")], dtype=[("i", "<i4"), ("x", ">f8"), ("s", "U1")])
    out = rx.rx_data_step(records)
    assert out.to_dict("list") == {"i": [1, 2], "x": [2.5, 3.5], "s": ["a", "b"]}
    mixed = rx.rx_data_step({"a": np.arange(3), "b": pd.Series([1.5, 2, 3], index=[7, 8, 9]), "c": pl.Series(["x", "y", None]),
                             "d": range(3), "e": pd.Categorical(["u", "v", "u"]), "f": pa.array([True, None, False])})
    assert mixed["b"].tolist() == [1.5, 2, 3] and mixed["e"].cat.categories.tolist() == ["u", "v"] and mixed["d"].tolist() == [0, 1, 2]

    class Interchange:
        def __dataframe__(self, **kwargs):
            return pd.DataFrame({"a": [1, 2]}).__dataframe__(**kwargs)

    assert rx.rx_data_step(Interchange())["a"].tolist() == [1, 2]


# --- C: errors in words ---------------------------------------------------------------------------------------------------------

_BAD_FRAMES = {
    "series": (pd.Series([1.0], name="x"), r"not one column \(Series\).*to_frame"),
    "array": (np.zeros((2, 2)), "NumPy array, whose columns have no names"),
    "ragged": ({"a": [1, 2], "b": [1]}, "different lengths: 'a' has 2 values, 'b' has 1"),
    "scalar": ({"a": [1, 2], "b": 3}, r"column 'b' of a dict must be a list.*write \[3\]"),
    "nested": ({"a": {"b": [1]}}, "column 'a' of a dict must be a list or an array, not a dict"),
    "list": ([1, 2], "not a list"),
    "lazy": (pl.LazyFrame({"a": [1]}), "collect"),
    "polars series": (pl.Series([1]), "to_frame"),
    "arrow array": (pa.array([1]), "data frame"),
    "number": (3, "not int"),
    "bytes": (b"x", "not bytes"),
}


@pytest.mark.parametrize("name", _BAD_FRAMES)
def test_C_what_is_no_frame_is_told_in_words(name):
    value, words = _BAD_FRAMES[name]
    for call in (lambda: rx.rx_summary("~a", value), lambda: rx.rx_data_step(value), lambda: rx.rx_import(value),
                 lambda: rx.rx_get_info(value), lambda: rx.rx_get_var_names(value)):
        with pytest.raises(rx.InvalidArgument, match=words):
            call()


def test_C_paths_names_and_types_of_python(tmp_path):
    d = pd.DataFrame({"a": [1.0, 2], "b": ["x", "y"], "c": [True, False]})
    path = pathlib.Path(tmp_path) / "d.xdf"
    rx.rx_data_step(d, path, vars_to_keep=d.columns)
    for names in (d.columns, d.columns.to_numpy(), d.columns.to_series(), tuple(d.columns), d.columns.tolist(), d.dtypes.keys()):
        assert rx.rx_data_step(path, vars_to_keep=names).columns.tolist() == ["a", "b", "c"]
    assert rx.rx_summary("~a", path).nobs_valid == 2 and rx.rx_get_info(path).numRows == 2
    fit = rx.rx_lin_mod("a ~ c", path)
    rx.rx_predict(fit, path, output_data=tmp_path / "p.xdf")
    with pytest.raises(rx.InvalidArgument, match="vars_to_keep is empty"):
        rx.rx_data_step(d, vars_to_keep=[])
    csv = tmp_path / "s.csv"
    csv.write_text("s,f\n1,2\n3,4\n")
    text = rx.RxTextData(csv, column_classes={"s": str, "f": float})
    assert rx.rx_data_step(text)["s"].tolist() == ["1", "3"]
    levels = rx.RxTextData(csv, column_info={"s": {"type": "factor", "levels": np.array([1, 3])}})
    assert rx.rx_data_step(levels)["s"].cat.categories.tolist() == ["1", "3"]
    with pytest.raises(rx.InvalidArgument, match=r"column_classes\['s'\] must be the name of a column class"):
        rx.RxTextData(csv, column_classes={"s": object()})


def test_C_whole_numbers_beyond_64_bits_are_told():
    d = pd.DataFrame({"a": [1.0]})
    with pytest.raises(rx.InvalidArgument, match="more than 64 bits|at most 64 bits"):
        rx.rx_data_step(d, transforms={"b": "a + k"}, transform_objects={"k": 2**70})
    with pytest.raises(rx.InvalidArgument, match="at most 64 bits"):
        rx.rx_data_step(d, start_row=2**70)


# --- without pandas -------------------------------------------------------------------------------------------------------------

_WITHOUT_PANDAS = """
import sys
sys.path[:0] = sys.argv[1:]
import insitu as rx, numpy as np, pyarrow as pa
rx.RxOptions.set_option("reportProgress", 0)
d = {"x": [1.0, 2, 3, 4], "y": [1, None, 3, 5], "f": pa.array(["a", "b", "a", "b"]).dictionary_encode(), "l": np.array([True, False] * 2)}
out = rx.rx_data_step(d, row_selection="x > 1")
assert isinstance(out, pa.Table) and out["y"].to_pylist() == [None, 3, 5]
made = rx.rx_data_step(d, transform_function=lambda rows: rows.append_column("z", pa.array([1.0] * len(rows))))
assert made["z"].to_pylist() == [1.0] * 4
fit = rx.rx_lin_mod("x ~ f", d)
assert np.allclose(rx.rx_predict(fit, d)["x_Pred"].to_pylist(), [2, 3, 2, 3])
assert "Mean" in repr(rx.rx_summary("~x+f", d)) and rx.rx_get_info(d, num_rows=2).data.num_rows == 2
assert rx.rx_data_step({"t": [[1]], "x": [1.0]}).column_names == ["x"]
assert rx.rx_data_step(d, transform_function=lambda rows: None).num_rows == 0
assert "pandas" not in sys.modules
"""


def test_all_works_without_pandas(tmp_path):
    for package in ("numpy", "pyarrow"):
        folder = pathlib.Path(__import__(package).__file__).parent
        for each in folder.parent.glob(f"{package}*"):
            (tmp_path / each.name).symlink_to(each)
    source = str(pathlib.Path(rx.__file__).parents[1])
    done = subprocess.run([sys.executable, "-S", "-W", "ignore", "-c", _WITHOUT_PANDAS, str(tmp_path), source], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
