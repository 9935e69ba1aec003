"""Expressions of the engine in Python, on many pieces: whole numbers, times, factors, patterns, many transforms, Python's spellings."""

import time

import numpy as np
import pandas as pd
import pytest

import insitu as rx

ROWS = 100_000  # four pieces
WIDE = 9_007_199_254_740_993  # 2^53 + 1: no double


def step(frame, **steps):
    return rx.rx_data_step(frame, transforms=steps, report_progress=0)


@pytest.fixture(scope="module")
def wide():
    values = WIDE - 1 + np.arange(ROWS) % 3
    return pd.DataFrame({"a": values, "row": np.arange(ROWS)})


def test_A12_a_row_selection_keeps_exactly_the_rows_of_an_int64(wide):
    kept = rx.rx_data_step(wide, row_selection=f"a == {WIDE}", report_progress=0)
    assert kept["row"].tolist() == wide.loc[wide.a == WIDE, "row"].tolist()
    kept = rx.rx_data_step(wide, row_selection=f"a %in% c({WIDE}, 5) | a > {WIDE}", report_progress=0)
    assert len(kept) == int((wide.a >= WIDE).sum())


def test_A12_factors_texts_and_sums_of_int64_are_exact(wide):
    result = step(wide, f="factor(a)", t="as.character(a)", s="a + 7L", m="a %% 1000", d="sprintf('%d', a)")
    assert set(result["f"].astype(str)) == {str(WIDE - 1), str(WIDE), str(WIDE + 1)}
    assert result["f"].astype(str).tolist() == wide.a.astype(str).tolist()
    assert result["t"].tolist() == wide.a.astype(str).tolist() == result["d"].tolist()
    assert (result["s"].astype("int64") == wide.a + 7).all()
    assert (result["m"].astype("int64") == wide.a % 1000).all()


def test_A12_a_sum_beyond_64_bits_is_an_error_with_the_way_out(wide):
    with pytest.raises(rx.InsituError, match="as.numeric"):
        step(wide, z="a * 1e6")
    assert np.allclose(step(wide, z="as.numeric(a) * 1e6")["z"], wide.a.astype(float) * 1e6)


def test_A30_weeks_and_epochs_are_read_and_unknown_conversions_named():
    frame = pd.DataFrame({"w": ["2020 10 1", "2021 00 1", None] * 20_000, "e": ["1583391912"] * 60_000})
    result = step(frame, w="format(as.Date(w, '%Y %W %w'), '%Y-%m-%d %g')", e="format(as.POSIXct(e, format = '%s'), '%Y-%m-%d %H:%M:%S')")
    assert result["w"].iloc[:2].tolist() == ["2020-03-09 20", "2021-01-04 21"] and result["e"].iloc[-1] == "2020-03-05 07:05:12"
    with pytest.raises(rx.InsituError, match="%Q"):
        step(frame, w="as.Date(w, '%Y %Q')")
    with pytest.raises(rx.InsituError, match="no complete date"):
        step(frame, w="as.Date(w, '%W %w')")


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"])
def test_B7_times_of_zones_are_those_of_pandas(zone):
    clock = pd.date_range("1990-01-01 12:34", "2037-12-31", freq="397min")
    aware = clock.tz_localize(zone, ambiguous=np.ones(len(clock), bool), nonexistent="NaT")
    frame = pd.DataFrame({"s": clock.strftime("%Y-%m-%d %H:%M:%S")})
    result = step(frame, n=f"as.numeric(as.POSIXct(s, tz = '{zone}'))", h=f"format(as.POSIXct(s, tz = '{zone}'), '%Y-%m-%d %H:%M:%S')")
    known = aware.notna()  # what the clock skipped has no time for pandas
    assert (result["n"][known] == (aware[known] - pd.Timestamp(0, tz="UTC")).total_seconds()).all()
    assert (result["h"][known] == frame["s"][known]).all()


def test_B7_differences_have_units_and_unordered_factors_are_missing():
    t1 = pd.date_range("2020-01-01", periods=ROWS, freq="min")
    frame = pd.DataFrame({"t1": t1, "t2": t1 + pd.to_timedelta(np.arange(ROWS) % 977, unit="s"), "f": pd.Categorical(["a", "b"] * (ROWS // 2))})
    result = step(frame, m="as.numeric(t2 - t1, units = 'mins')", h="as.numeric(difftime(t2, t1, units = 'hours'))")
    assert np.allclose(result["m"], (np.arange(ROWS) % 977) / 60) and np.allclose(result["h"], (np.arange(ROWS) % 977) / 3600)
    with pytest.raises(rx.InsituError, match="units"):
        step(frame, m="t2 - t1")
    with pytest.warns(UserWarning, match="without an order") as seen:
        lower = step(frame, l="f < 'b'")["l"]
    assert len([w for w in seen if "without an order" in str(w.message)]) == 1
    assert lower.isna().all()


def test_D8_a_pattern_that_backtracks_is_answered_or_refused_soon():
    frame = pd.DataFrame({"s": ["a" * (20 + i % 15) + "b" for i in range(3000)]})
    begin = time.monotonic()
    assert not step(frame, g="grepl('(a+)+$', s)")["g"].any()
    assert time.monotonic() - begin < 20
    with pytest.raises(rx.InsituError, match="too many steps"):
        step(frame, g="gsub('(a|aa)+$', '', s)")


def test_D9_twenty_thousand_transforms_are_linear():
    frame = pd.DataFrame({"x": np.arange(3.0)})

    def seconds(count):
        begin = time.monotonic()
        steps = {f"v{i}": f"v{i - 1} + 1" if i else "x" for i in range(count)}
        result = rx.rx_data_step(frame, transforms=steps, report_progress=0)
        assert result[f"v{count - 1}"].tolist() == [count - 1.0, count + 0.0, count + 1.0]
        return time.monotonic() - begin

    small, large = seconds(2_500), seconds(20_000)
    assert large < 30 and large < 8 * 3 * small + 2, (small, large)


def test_C_spellings_of_python_are_evaluated():
    frame = pd.DataFrame({"x": np.linspace(-3, 5, ROWS), "s": ["a", "b", "c", None] * (ROWS // 4)})
    result = step(frame, a="np.log(np.abs(x) + 1)", b="s in ['a', 'b']", c="s not in ('a', 'b')", d="1 if x > 0 else -1", e="np.where(x > 0, x, 0)",
                  f="math.pi * x", g="np.maximum(x, 1)", h="not s in ['a']")
    assert np.allclose(result["a"], np.log(np.abs(frame.x) + 1))
    inside = frame.s.isin(["a", "b"])
    assert (result["b"] == inside).all() and (result["c"] == ~inside).all() and (result["h"] == (frame.s != "a")).all()
    assert (result["d"] == np.where(frame.x > 0, 1, -1)).all() and np.allclose(result["e"], np.where(frame.x > 0, frame.x, 0))
    assert np.allclose(result["f"], np.pi * frame.x) and np.allclose(result["g"], np.maximum(frame.x, 1))


@pytest.mark.parametrize("text, words", [("np.fft(x)", "function of R"), ("s.str.upper(1)", "toupper"), ("C(s)", "coded by itself"), ("cbind(x, x)", "rowSums")])
def test_C_what_cannot_be_evaluated_says_what_to_write(text, words):
    frame = pd.DataFrame({"x": [1.0], "s": ["a"]})
    with pytest.raises(rx.InsituError, match=words):
        step(frame, y=text)
