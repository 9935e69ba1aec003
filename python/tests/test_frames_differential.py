"""Random frames of every dtype through every door, judged against pandas, NumPy and pyarrow.

500 frames in CI; INSITU_TEST_ALL=1 takes 5,000. The seed of a frame is INSITU_SEED (default 4) and its number; a failure shows the
smallest part of the frame that still fails.
"""

import datetime
import decimal
import os
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import insitu as rx

SEED = int(os.environ.get("INSITU_SEED", "4"))
FRAMES = 5000 if os.environ.get("INSITU_TEST_ALL") else 500
PARTS = 10  # tests, so that a failure leaves the others


# --- Columns --------------------------------------------------------------------------------------------------------------------

def _whole(rng, n, kind):
    limits = np.iinfo(kind)
    low, high = int(limits.min) + (kind == "int64"), min(int(limits.max), 2**63 - 1)
    values = rng.integers(low, high, n, endpoint=True) if rng.random() < 0.5 else rng.integers(max(low, -5), 6, n)
    if n and rng.random() < 0.4:
        values[rng.integers(n)] = low if rng.random() < 0.5 else high
    return values.astype(kind)


def _holes(rng, n):
    return rng.random(n) < rng.choice([0, 0.2, 1], p=[0.3, 0.6, 0.1])


def _floats(rng, n, kind):
    values = (rng.normal(size=n) * 10.0 ** rng.integers(-3, 4)).astype(kind)
    values[rng.random(n) < 0.05] = np.inf if rng.random() < 0.3 else 0
    values[_holes(rng, n)] = np.nan
    return values


_TEXTS = ["a", "b", "", "ä€😀", "NA", "NaN", "a,b", 'q"q', " lead", "TRUE", "1e5", "x" * 300, "línea", "0001-01-01", "tab\tin"]


def _texts(rng, n):
    values = rng.choice(np.array(_TEXTS, dtype=object), n)
    values[_holes(rng, n)] = None
    return values


def _times(rng, n, unit):
    seconds = rng.integers(-8_000_000_000, 8_000_000_000, n)
    per = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    values = (seconds * per + rng.integers(0, per, n)).astype(f"datetime64[{unit}]")
    values[_holes(rng, n)] = np.datetime64("NaT")
    return values


def _categories(rng, n):
    levels = [["b", "a", "ü"], [3, 1, 2], [False, True], [0.5, 2.0, -1.5], [2**60 + 1, 5], list(pd.interval_range(0, 3)),
              list(pd.to_datetime(["2020-02-29", "1969-01-01"]))][rng.integers(7)]
    codes = rng.integers(-1, len(levels), n)
    return pd.Categorical.from_codes(codes, pd.Index(levels), ordered=bool(rng.random() < 0.3))


def _nullable(rng, n, kind):
    low = kind.lower()
    if low.startswith(("int", "uint")):
        values = _whole(rng, n, low)
    else:
        values = rng.normal(size=n).astype(low) if low.startswith("float") else rng.random(n) < 0.5
    holes = _holes(rng, n)
    return pd.array([None if hole else value.item() for hole, value in zip(holes, values)], dtype=kind)


def _arrow_backed(rng, n):
    kind = [pa.int8(), pa.uint16(), pa.int32(), pa.int64(), pa.float64(), pa.string(), pa.large_string(), pa.bool_(),
            pa.timestamp("ns"), pa.timestamp("us", "UTC"), pa.date32(), pa.dictionary(pa.int8(), pa.string())][rng.integers(12)]
    if pa.types.is_integer(kind):
        values = pa.array(_whole(rng, n, str(kind)), kind, mask=_holes(rng, n))
    elif pa.types.is_floating(kind):
        values = pa.array(_floats(rng, n, "float64"), from_pandas=True)
    elif pa.types.is_boolean(kind):
        values = pa.array(rng.random(n) < 0.5, mask=_holes(rng, n))
    elif pa.types.is_timestamp(kind):
        values = pa.array(_times(rng, n, kind.unit)).cast(pa.int64()).cast(kind)
    elif pa.types.is_date(kind):
        values = pa.array(rng.integers(-700_000, 2_900_000, n).astype("int32"), mask=_holes(rng, n)).cast(kind)
    else:
        values = pa.array(_texts(rng, n).tolist(), pa.string()).cast(kind if not pa.types.is_dictionary(kind) else pa.string())
        values = values.dictionary_encode() if pa.types.is_dictionary(kind) else values
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([values])))


def _decimals(rng, n):
    values = [None if hole else decimal.Decimal(int(v)).scaleb(-2) for hole, v in zip(_holes(rng, n), rng.integers(-10**12, 10**12, n))]
    return pd.Series(values, dtype=object)


def _dates(rng, n):
    days = rng.integers(-719_162, 2_932_896, n)
    values = [None if hole else datetime.date(1970, 1, 1) + datetime.timedelta(int(day)) for hole, day in zip(_holes(rng, n), days)]
    return pd.Series(values, dtype=object)


COLUMNS = {
    **{kind: lambda rng, n, kind=kind: _whole(rng, n, kind) for kind in
       ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")},
    **{kind: lambda rng, n, kind=kind: _floats(rng, n, kind) for kind in ("float16", "float32", "float64", ">f8")},
    **{kind: lambda rng, n, kind=kind: _nullable(rng, n, kind) for kind in
       ("Int8", "UInt8", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64", "Float32", "Float64", "boolean")},
    **{f"time {unit}": lambda rng, n, unit=unit: _times(rng, n, unit) for unit in ("s", "ms", "us", "ns")},
    "bool": lambda rng, n: rng.random(n) < 0.5,
    "object bool": lambda rng, n: pd.Series([None if h else bool(v) for h, v in zip(_holes(rng, n), rng.random(n) < 0.5)], dtype=object),
    "object": lambda rng, n: pd.Series(_texts(rng, n), dtype=object),
    "string": lambda rng, n: pd.array(_texts(rng, n), dtype="string"),
    "str": lambda rng, n: pd.Series(_texts(rng, n), dtype="str"),
    "zoned": lambda rng, n: pd.Series(_times(rng, n, "us")).dt.tz_localize("UTC").dt.tz_convert("America/New_York"),
    "categorical": _categories, "arrow": _arrow_backed, "decimal": _decimals, "date": _dates,
    "sparse": lambda rng, n: pd.arrays.SparseArray(rng.integers(0, 2, n).astype(float)),
}


def _index(rng, n):
    return [lambda: pd.RangeIndex(n), lambda: pd.RangeIndex(5, 5 + 2 * n, 2), lambda: pd.Index(rng.permutation(n) * 3, name="id"),
            lambda: pd.Index([f"r{i % 7}" for i in range(n)]), lambda: pd.date_range("2000-01-01", periods=n, freq="h", tz="UTC"),
            lambda: pd.MultiIndex.from_arrays([rng.integers(0, 3, n), np.arange(n)], names=["a", "b"])][rng.integers(6)]()


def frame_number(number):
    rng = np.random.default_rng([SEED, number])
    n = int(rng.choice([0, 1, 3, 50, 1000, 40_000], p=[0.05, 0.1, 0.35, 0.35, 0.12, 0.03]))
    names = list(COLUMNS)
    kinds = [names[number % len(names)]] + [names[i] for i in rng.integers(0, len(names), rng.integers(0, 5))]
    columns = {f"{chr(97 + i)}{i}": pd.Series(COLUMNS[kind](rng, n)) for i, kind in enumerate(kinds)}
    frame = pd.DataFrame(columns)
    frame.index = _index(rng, n)
    return frame, rng


# --- What pandas says -------------------------------------------------------------------------------------------------------------

def _level(value):
    if isinstance(value, (float, np.floating)):
        return str(int(value)) if float(value).is_integer() else str(value)
    return str(value.date()) if isinstance(value, pd.Timestamp) else str(value)


def normal(series):
    """The values as Python's: int, float, bool, str, microseconds as ("t", int); missing ones None."""
    kind = series.dtype
    if isinstance(kind, pd.ArrowDtype):
        array = pa.chunked_array(series.array.__arrow_array__())
        if pa.types.is_dictionary(array.type):
            array = array.cast(pa.string())
        if pa.types.is_date(array.type):
            return [None if v is None else ("t", v * 86_400_000_000) for v in array.cast(pa.int32()).to_pylist()]
        if pa.types.is_timestamp(array.type):
            per = {"ns": 1000, "us": 1}[array.type.unit]
            return [None if v is None else ("t", v // per) for v in array.cast(pa.int64()).to_pylist()]
        return [None if v is None or v != v else v for v in array.to_pylist()]
    if isinstance(kind, pd.CategoricalDtype):
        levels = [_level(category) for category in kind.categories]
        return [None if code < 0 else levels[code] for code in series.cat.codes]
    if isinstance(kind, pd.DatetimeTZDtype):
        series = series.dt.tz_convert("UTC").dt.tz_localize(None)
        kind = series.dtype
    if isinstance(kind, np.dtype) and kind.kind == "M":
        values = series.to_numpy()
        ticks, per = values.view("int64").tolist(), {"s": 10**6, "ms": 1000, "us": 1, "ns": None}[np.datetime_data(kind)[0]]
        return [None if np.isnat(v) else ("t", t // 1000 if per is None else t * per) for v, t in zip(values, ticks)]

    def one(value):
        if value is None or value is pd.NA or value is pd.NaT or value != value:
            return None
        if isinstance(value, decimal.Decimal):
            return float(value)
        if isinstance(value, datetime.date):
            return ("t", (value - datetime.date(1970, 1, 1)).days * 86_400_000_000)
        return value.item() if isinstance(value, np.generic) else value

    return [one(value) for value in series]


def _same(found, expected, what):
    assert len(found) == len(expected), f"{what}: {len(found)} values instead of {len(expected)}"
    for row, (a, b) in enumerate(zip(found, expected)):
        assert type(a) is type(b) and a == b, f"{what}, row {row}: {a!r} instead of {b!r}"


def _same_frame(found, frame, what, index=True):
    assert list(found.columns) == list(frame.columns), f"{what}: columns {list(found.columns)}"
    for name in frame:
        if frame[name].isna().all():  # a column of objects that are all missing has no type of its own
            assert found[name].isna().all() and len(found) == len(frame), f"{what}, {name}: not all missing"
        else:
            _same(normal(found[name]), normal(frame[name]), f"{what}, {name} ({frame[name].dtype})")
    if index:
        pd.testing.assert_index_equal(found.index, frame.index)


def _numbers(frame):
    found = []
    for name in frame:
        kind = frame[name].dtype
        if isinstance(kind, pd.ArrowDtype):
            if not (pa.types.is_integer(kind.pyarrow_dtype) or pa.types.is_floating(kind.pyarrow_dtype)):
                continue
        elif not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind):
            continue
        found.append(name)
    return found


# --- Doors ------------------------------------------------------------------------------------------------------------------------

def data_step(frame, rng, folder):
    _same_frame(rx.rx_data_step(frame), frame, "rx_data_step")


def imported(frame, rng, folder):
    path = folder / "frame.xdf"
    rx.rx_import(frame, str(path), overwrite=True)
    _same_frame(rx.rx_data_step(rx.RxXdfData(str(path))), frame, ".xdf", index=False)


def function(frame, rng, folder):
    seen = []

    def look(rows, context):
        if not context.is_test_chunk:
            seen.append(rows.isna().sum())
        return rows

    _same_frame(rx.rx_data_step(frame, transform_function=look), frame, "transform_function")
    if seen and len(frame):
        assert (sum(seen) == frame.isna().sum()).all(), "a function sees other missing values"


def rows_selected(given, rng, folder):
    # pandas itself does not take rows of columns in the other byte order.
    frame = given.astype({name: "float64" for name in given if str(given[name].dtype) == ">f8"})
    for name in _numbers(frame)[:1]:
        values = pd.Series([np.nan if v is None else float(v) for v in normal(frame[name])], index=frame.index)
        mask = (values > 0).to_numpy()
        _same_frame(rx.rx_data_step(given, row_selection=f"{name} > 0"), frame[mask], "row_selection")
    begin, count = int(rng.integers(1, len(frame) + 2)), int(rng.integers(0, len(frame) + 2))
    if begin <= len(frame) and count > 0:
        _same_frame(rx.rx_data_step(given, start_row=begin, number_rows_read=count), frame.iloc[begin - 1:begin - 1 + count], "start_row")
    _same_frame(rx.rx_data_step(given, remove_missings=True), frame[frame.notna().all(axis=1)], "remove_missings")


def summary(frame, rng, folder):
    for name in _numbers(frame):
        values = np.array([v for v in normal(frame[name]) if v is not None], dtype=float)
        if len(values) == 0 or not np.isfinite(values).all():
            continue
        table = rx.rx_summary(f"~{name}", frame).sDataFrame
        assert table["ValidObs"][0] == len(values) and table["MissingObs"][0] == len(frame) - len(values), f"{name}: counts"
        assert table["Min"][0] == values.min() and table["Max"][0] == values.max(), f"{name}: range"
        np.testing.assert_allclose(table["Mean"][0], np.sum(values / len(values)), rtol=1e-9, atol=1e-9 * np.abs(values).max())


def info(frame, rng, folder):
    found = rx.rx_get_var_info(frame)
    assert list(found.keys()) == list(frame.columns)
    for name in frame:
        if isinstance(frame[name].dtype, pd.CategoricalDtype):
            assert list(found[name]["levels"]) == [_level(category) for category in frame[name].cat.categories]
    for name in _numbers(frame):
        values = [v for v in normal(frame[name]) if v is not None]
        if values and all(np.isfinite(values)):
            assert found[name]["low"] == min(values) and found[name]["high"] == max(values), f"{name}: low and high"
    if len(frame):
        rows = rx.rx_get_info(frame, num_rows=3).data
        _same_frame(rows, frame.head(3), "rx_get_info")


def model(frame, rng, folder):
    for name in _numbers(frame)[:1]:
        values = np.array([np.nan if v is None else float(v) for v in normal(frame[name])])
        ok = np.isfinite(values)
        if ok.sum() < 5 or len(np.unique(values[ok])) < 3 or np.abs(values[ok]).max() > 1e6 or np.isinf(values).any():
            continue
        data = frame.assign(resp=np.arange(len(frame)) % 11 + 0.5)
        fit = rx.rx_lin_mod(f"resp ~ {name}", data)
        design = np.column_stack([np.ones(ok.sum()), values[ok]])
        expected, *_ = np.linalg.lstsq(design, data["resp"].to_numpy()[ok], rcond=None)
        np.testing.assert_allclose(design @ fit.coefficients, design @ expected, rtol=1e-6, atol=1e-6)
        data["p"] = rx.rx_predict(fit, data)["resp_Pred"]
        np.testing.assert_allclose(data["p"].to_numpy()[ok], design @ expected, rtol=1e-6, atol=1e-6)
        assert data["p"].isna().to_numpy()[~ok].all()


def parquet(frame, rng, folder):
    path = folder / "frame.parquet"
    rx.rx_data_step(frame, rx.RxParquetData(str(path)), overwrite=True)
    _same_frame(rx.rx_data_step(rx.RxParquetData(str(path))), frame, "Parquet", index=False)
    table = pq.read_table(path)
    for name in frame:
        if not frame[name].isna().all():
            back = table.column(name)
            if pa.types.is_dictionary(back.type):
                back = back.cast(pa.string())
            _same(normal(pd.Series(pd.arrays.ArrowExtensionArray(back))), normal(frame[name]), f"Parquet by pyarrow, {name}")


def text(frame, rng, folder):
    names = [n for n in _numbers(frame) if frame[n].notna().any()]
    if not names or len(frame) == 0:
        return
    path = folder / "frame.csv"
    rx.rx_data_step(frame, rx.RxTextData(str(path), write_precision=17), vars_to_keep=names, overwrite=True)
    back = pd.read_csv(path, float_precision="round_trip")
    for name in names:
        expected = normal(frame[name])
        if any(isinstance(v, int) for v in expected):
            found = pd.read_csv(path, usecols=[name], dtype=str)[name]
            _same([None if pd.isna(v) else int(v) for v in found], expected, f"text, {name}")
        else:
            _same([None if v is None else float(v) for v in normal(back[name])], expected, f"text, {name} ({frame[name].dtype})")


def polars(frame, rng, folder):
    try:
        table = pl.from_pandas(frame.reset_index(drop=True))
    except Exception:  # kinds that polars itself does not take from pandas
        return
    found = rx.rx_data_step(table)
    assert isinstance(found, pl.DataFrame)
    for name in frame:
        if not frame[name].isna().all() and not isinstance(frame[name].dtype, pd.CategoricalDtype):
            _same(normal(found[name].to_pandas(use_pyarrow_extension_array=True)), normal(frame[name]), f"polars, {name}")


def arrow(frame, rng, folder):
    # Intervals are structs of Arrow.
    frame = frame[[name for name in frame if "interval" not in str(getattr(frame[name].dtype, "categories", ""))]]
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, TypeError):
        return
    found = rx.rx_data_step(table)
    assert isinstance(found, pa.Table)
    _same_frame(found.to_pandas(types_mapper=pd.ArrowDtype), frame, "pyarrow", index=False)


DOORS = (imported, function, rows_selected, summary, info, model, parquet, text, polars, arrow)


def _fails(door, frame, number, folder):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            door(frame.copy(), np.random.default_rng([SEED, number, 1]), folder)
    except Exception as error:
        return error
    return None


def _smallest(door, frame, number, folder):
    """A part of the frame that still fails: one column where that suffices, then half of the rows as long as that suffices."""
    for name in frame:
        if _fails(door, frame[[name]], number, folder):
            frame = frame[[name]]
            break
    while len(frame) > 1:
        half = len(frame) // 2
        part = next((part for part in (frame.iloc[:half], frame.iloc[half:]) if _fails(door, part, number, folder)), None)
        if part is None:
            break
        frame = part
    return frame


@pytest.mark.parametrize("part", range(PARTS))
def test_frames_of_every_dtype_through_every_door(part, tmp_path):
    failures = []
    for number in range(part, FRAMES, PARTS):
        frame, rng = frame_number(number)
        chosen = [data_step] + [DOORS[i] for i in rng.permutation(len(DOORS))[:3 if len(frame) < 10_000 else 1]]
        for door in chosen:
            error = _fails(door, frame, number, tmp_path)
            if error is None:
                continue
            small = _smallest(door, frame, number, tmp_path)
            error = _fails(door, small, number, tmp_path) or error
            failures.append(f"seed {SEED}, frame {number}, {door.__name__}: {type(error).__name__}: {str(error)[:400]}\n"
                            f"{dict(small.dtypes)}\n{small.head(10)!r}")
    assert not failures, f"{len(failures)} failures\n" + "\n\n".join(failures[:8])
