"""Codes and levels across pieces: one order of levels for a source, whatever reads it in pieces (judged by pandas)."""

import gzip

import numpy as np
import pandas as pd
import pytest

import insitu as rx

ROWS = 200_000
DAYS = np.array(["we", "mo", "tu", "su", "fr"])
CONTEXTS = [rx.RxLocalSeq, rx.RxLocalParallel, rx.RxProcesses]


@pytest.fixture(scope="module")
def data():
    random = np.random.default_rng(5)
    frame = pd.DataFrame({"day": DAYS[random.integers(0, 5, ROWS)], "city": [f"c{i}" for i in random.integers(0, 300, ROWS)],
                          "y": random.integers(0, 1000, ROWS)})
    # Levels that only late pieces have.
    frame.loc[random.integers(150_000, ROWS, 50), "day"] = "sa"
    frame.loc[random.integers(0, ROWS, 1000), "day"] = None
    return frame


@pytest.fixture(scope="module", params=["plain", "gz", "folder"])
def text(request, data, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "plain":
        data.to_csv(folder / "d.csv", index=False)
        return str(folder / "d.csv")
    if request.param == "gz":
        with gzip.open(folder / "d.csv.gz", "wt") as file:
            data.to_csv(file, index=False)
        return str(folder / "d.csv.gz")
    for number, start in enumerate(range(0, ROWS, 45_000)):
        data.iloc[start:start + 45_000].to_csv(folder / f"part{number}.csv", index=False)
    return str(folder)


def codes(values):
    """R's codes of a factor whose levels are in order of first appearance; missing: NaN."""
    numbers = pd.factorize(values)[0].astype(float)
    return np.where(numbers < 0, np.nan, numbers + 1)


def factors(path):
    return rx.RxTextData(path, strings_as_factors=True)


@pytest.mark.parametrize("context", CONTEXTS)
def test_A2_codes_are_those_of_the_whole_source(text, data, context, tmp_path):
    rx.rx_set_compute_context(context())
    try:
        out = str(tmp_path / "d.xdf")
        rx.rx_import(factors(text), out, transforms={"k": "as.integer(day)", "m": "N(city)"}, overwrite=True)
        back = rx.rx_data_step(out)
        np.testing.assert_array_equal(back["k"].astype(float), codes(data["day"]))
        np.testing.assert_array_equal(back["m"].astype(float), codes(data["city"]) - 1)
        # The same order of levels as the import gives.
        assert list(back["day"].cat.categories) == list(pd.unique(data["day"].dropna()))
        frame = rx.rx_data_step(factors(text), transforms={"n": "nlevels(day)", "k": "as.integer(day)", "g": "factor(y)",
                                                            "q": "as.integer(g)", "h": "factor(paste(day, city))", "p": "as.integer(h)"},
                                row_selection="as.integer(g) %% 2 == 1 & k <= 3")
        g = np.searchsorted(np.unique(data["y"]), data["y"]) + 1
        joined = data["day"].fillna("NA") + " " + data["city"]
        p = np.searchsorted(np.unique(joined), joined) + 1
        kept = (g % 2 == 1) & (codes(data["day"]) <= 3)
        assert len(frame) == kept.sum()
        assert (frame["n"] == 6).all()
        np.testing.assert_array_equal(frame["q"], g[kept])
        np.testing.assert_array_equal(frame["p"], p[kept])
    finally:
        rx.rx_set_compute_context(rx.RxLocalSeq())


def test_A2_analyses_of_codes(text, data):
    k = codes(data["day"])
    means = pd.Series(k).dropna()
    for call in (lambda: rx.rx_summary("~k", factors(text), transforms={"k": "as.integer(day)"}),
                 lambda: rx.rx_summary("~as.integer(day)", factors(text))):
        assert call().sDataFrame["Mean"].iloc[0] == pytest.approx(means.mean(), rel=1e-14)
    # Selected rows do not change codes.
    kept = (data["y"] > 500) & ~np.isnan(k)
    summary = rx.rx_summary("~as.integer(day)", factors(text), row_selection="y > 500")
    assert summary.sDataFrame["Mean"].iloc[0] == pytest.approx(k[kept].mean(), rel=1e-14)
    model = rx.rx_lin_mod("y ~ k", factors(text), transforms={"k": "as.integer(day)"})
    known = ~np.isnan(k)
    slope = np.polyfit(k[known], data["y"][known], 1)[0]
    assert np.ravel(model.coefficients)[-1] == pytest.approx(slope, rel=1e-6, abs=1e-9)
    predicted = rx.rx_predict(model, factors(text))
    assert len(predicted) == ROWS
    fitted = predicted.iloc[:, -1]
    assert np.isnan(fitted[~known]).all()
    assert len(np.unique(np.round(fitted[known], 9))) == 6  # one fit for a day, whatever the piece


@pytest.mark.parametrize("context", [rx.RxLocalSeq, rx.RxProcesses])
def test_A2_functions_of_python_see_all_levels(text, data, context):
    rx.rx_set_compute_context(context())
    try:
        seen = rx.rx_data_step(factors(text), transform_function=lambda d: d.assign(k=d["day"].cat.codes + 1.0, n=len(d["day"].cat.categories)),
                               transform_variables=["day"])
        expected = codes(data["day"])
        np.testing.assert_array_equal(seen["k"].where(seen["k"] > 0), expected)
        assert (seen["n"] == 6).all()
    finally:
        rx.rx_set_compute_context(rx.RxLocalSeq())


def test_A2_windows_and_pieces_of_reading_have_the_same_codes(text, data):
    parts = [rx.rx_data_step(factors(text), start_row=start + 1, number_rows=70_000, transforms={"k": "as.integer(day)"})
             for start in range(0, ROWS, 70_000)]
    np.testing.assert_array_equal(pd.concat(parts)["k"].astype(float), codes(data["day"]))


def test_A2_parquet_dictionaries(data, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(data, preserve_index=False)
    table = table.set_column(0, "day", table.column("day").dictionary_encode())
    pq.write_table(table, tmp_path / "d.parquet", row_group_size=30_000)
    source = rx.RxParquetData(str(tmp_path / "d.parquet"), column_info={"day": {"type": "factor"}})
    out = rx.rx_data_step(source, transforms={"k": "as.integer(day)"})
    np.testing.assert_array_equal(out["k"].astype(float), codes(data["day"]))


def test_A27_zero_rows_keep_levels_and_types(tmp_path):
    frame = pd.DataFrame({"f": pd.Categorical(["b", "a"], categories=["b", "a", "never"]), "x": [1.0, 2.0], "i": np.array([1, 2], "int32"),
                          "s": ["u", "v"], "t": pd.to_datetime(["2020-01-01", "2021-01-01"]), "l": [True, False]})
    stored, emptied = str(tmp_path / "a.xdf"), str(tmp_path / "b.xdf")
    rx.rx_import(frame, stored)
    rx.rx_import(frame.iloc[:0], emptied)
    frame.to_csv(tmp_path / "c.csv", index=False)
    full = rx.rx_data_step(frame)
    sources = [(frame.iloc[:0], None), (emptied, None), (frame, "x > 99"), (stored, "x > 99"), (frame, "f == 'nobody'")]
    for source, selection in sources:
        empty = rx.rx_data_step(source, row_selection=selection)
        assert len(empty) == 0
        assert list(empty["f"].cat.categories) == ["b", "a", "never"], (source, selection)
        for name in ("x", "i", "l"):
            assert empty[name].dtype == full[name].dtype, name
        target = str(tmp_path / "again.xdf")
        rx.rx_data_step(source, target, row_selection=selection, overwrite=True)
        assert list(rx.rx_data_step(target)["f"].cat.categories) == ["b", "a", "never"]
        assert rx.rx_get_var_info(target)["f"]["levels"] == ["b", "a", "never"]
    # Levels that are not declared are those of the rows that were read, also where none is kept.
    text = rx.RxTextData(str(tmp_path / "c.csv"), strings_as_factors=True)
    for selection in ("x > 99", "f == 'nobody'", "as.integer(f) > 9"):
        assert list(rx.rx_data_step(text, row_selection=selection)["f"].cat.categories) == ["b", "a"]
        rx.rx_data_step(text, stored, row_selection=selection, overwrite=True)
        assert list(rx.rx_data_step(stored)["f"].cat.categories) == ["b", "a"]


def test_A27_a_factor_that_is_always_missing(tmp_path):
    frame = pd.DataFrame({"x": [1.0, 2.0], "nothing": pd.Categorical(np.array([None, None], dtype=object))})
    back = rx.rx_data_step(frame)
    assert back["nothing"].isna().all()
    rx.rx_import(frame, str(tmp_path / "n.xdf"))
    assert rx.rx_data_step(str(tmp_path / "n.xdf"))["nothing"].isna().all()


GROWING = 100_000


def test_B2_levels_that_a_function_makes_may_grow(tmp_path):
    frame = pd.DataFrame({"x": np.arange(GROWING, dtype=float)})

    def labelled(d):
        return d.assign(g=pd.Categorical(np.where(d["x"] < 40_000, "a", np.where(d["x"] < 80_000, "c", "b"))))

    expected = labelled(frame)["g"].astype(str)
    for context in (rx.RxLocalSeq, rx.RxLocalParallel, rx.RxProcesses):
        rx.rx_set_compute_context(context())
        try:
            back = rx.rx_data_step(frame, transform_function=labelled, rows_per_read=20_000)
            assert (back["g"].astype(str) == expected).all()
            assert list(back["g"].cat.categories) == ["a", "c", "b"]
            out = str(tmp_path / "g.xdf")
            rx.rx_data_step(frame, out, transform_function=labelled, overwrite=True, rows_per_read=20_000)
            again = rx.rx_data_step(out)
            assert (again["g"].astype(str) == expected).all()
            assert list(again["g"].cat.categories) == ["a", "c", "b"]
            # Codes of such a factor, and analyses of it.
            coded = rx.rx_data_step(frame, transform_function=labelled, transforms={"k": "as.integer(g)"}, rows_per_read=20_000)
            assert (coded["k"] == expected.map({"a": 1, "c": 2, "b": 3})).all()
            model = rx.rx_lin_mod("x ~ g", frame, transform_function=labelled)
            assert model.nValidObs == GROWING
            summary = rx.rx_summary("x ~ g", frame, transform_function=labelled)
            assert "b" in str(summary)
        finally:
            rx.rx_set_compute_context(rx.RxLocalSeq())


def test_B2_a_fixed_set_of_levels_stays_as_it_is():
    calls = []

    def fixed(d, context):
        calls.append(context.test_chunk)
        return d.assign(g=pd.Categorical(np.where(d["x"] < 40_000, "hi", "lo"), categories=["lo", "mid", "hi"]))

    frame = pd.DataFrame({"x": np.arange(GROWING, dtype=float)})
    back = rx.rx_data_step(frame, transform_function=fixed)
    assert list(back["g"].cat.categories) == ["lo", "mid", "hi"]
    # No level is new, so an analysis calls the function once for a piece.
    calls.clear()
    rx.rx_summary("~x", frame, transform_function=fixed)
    without = len(calls)
    calls.clear()
    rx.rx_summary("x ~ g", frame, transform_function=fixed)
    assert len(calls) == without
