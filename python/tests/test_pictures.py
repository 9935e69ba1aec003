"""rx_histogram and rx_line_plot: counts against NumPy, and what is drawn."""

import warnings

import numpy as np
import pandas as pd
import pytest

import insitu as rx

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("agg")
pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(4)
    n = 3000
    d = pd.DataFrame({"x": rng.normal(10, 3, n), "n": rng.integers(-3, 9, n).astype("int32"), "w": rng.integers(0, 4, n).astype("int32"),
                      "f": pd.Categorical(rng.choice(list("abc"), n), categories=["a", "b", "empty", "c"]),
                      "g": rng.choice(["red", "green"], n), "b": rng.random(n) < 0.3})
    d.loc[::37, "x"] = np.nan
    d.loc[[5, 9], "x"] = [np.inf, -np.inf]
    return d


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    pyplot.close("all")


def histogram(formula, data, **more):
    return rx.rx_histogram(formula, data, print=False, report_progress=0, **more)


def right_closed(values, breaks, weights=None):
    """NumPy's bins have their lower end, R's and these the upper one."""
    return np.histogram(-values, bins=-np.asarray(breaks)[::-1], weights=weights)[0][::-1]


def test_bins_hold_what_numpy_counts(rows):
    found = histogram("~ x", rows)
    table, x = found.to_frame(), rows.x[np.isfinite(rows.x)]
    assert found["kind"] == "bins" and found["outside.obs"] == 2 and found["missing.obs"] == rows.x.isna().sum()
    assert found["valid.obs"] == len(x) == table.counts.sum()
    width = np.diff(found["breaks"])
    assert np.allclose(width, width[0]) and found["breaks"][0] <= x.min() and found["breaks"][-1] >= x.max()
    assert table.counts.tolist() == right_closed(x, found["breaks"]).tolist()
    assert np.allclose(table.percent, 100 * table.counts / table.counts.sum())


def test_given_breaks_and_ends(rows):
    found = histogram("~ x", rows, num_breaks=7, start_val=4.5, end_val=15)
    x = rows.x[(rows.x >= 4.5) & (rows.x <= 15)]
    assert np.allclose(found["breaks"], np.linspace(4.5, 15, 8), rtol=1e-15)
    assert found.to_frame().counts.tolist() == right_closed(x, found["breaks"]).tolist()
    assert found["outside.obs"] == rows.x.notna().sum() - len(x)


def test_whole_numbers_have_a_bar_each_and_breaks_are_exact_decimals(rows):
    found = histogram("~ n", rows)
    assert found["kind"] == "values"
    expected = rows.n.value_counts().sort_index()
    assert dict(zip(found.to_frame().value, found.to_frame().counts)) == {float(k): float(v) for k, v in expected.items()}
    tenths = pd.DataFrame({"x": np.arange(0, 31) / 10})
    found = histogram("~ x", tenths)
    assert all(each == float(f"{each:.12g}") for each in found["breaks"])
    assert found.to_frame().counts.tolist() == [6, 5, 5, 5, 5, 5]  # 0.5, 1 ... belong to the bin below; the first has 0


def test_weights_are_summed(rows):
    there = np.isfinite(rows.x)
    for key in ("fweights", "pweights"):
        found = histogram("~ x", rows, **{key: "w"})
        assert np.allclose(found.to_frame().counts, right_closed(rows.x[there], found["breaks"], rows.w[there]))
    assert histogram("~ f", rows, fweights="w").to_frame().counts.sum() == rows.w.sum()


def test_levels_panels_and_logical(rows):
    bars = histogram("~ f", rows).to_frame()
    assert bars.value.tolist() == ["a", "b", "empty", "c"] and bars.counts[2] == 0
    table = histogram("~ b | f + g", rows).to_frame()
    expected = pd.crosstab([rows.g, rows.f], rows.b, dropna=False)
    for _, row in table.iterrows():
        wanted = expected.loc[(row.g, row.f), row.value == "TRUE"] if (row.g, row.f) in expected.index else 0
        assert row.counts == wanted
    panel = table.groupby(["f", "g"], sort=False).percent.sum()
    assert np.allclose(panel[panel != 0], 100)
    assert histogram("~ f", rows, levels_to_drop=["empty", "a"]).to_frame().value.tolist() == ["b", "c"]
    assert histogram("~ f", rows, levels_to_keep="c").to_frame().percent.tolist() == [100]
    both = histogram("~ x | b", rows).to_frame()
    assert sorted(set(both.b)) == ["FALSE", "TRUE"]


@pytest.mark.parametrize("values, bars", [([3.7] * 4, 1), ([5.0], 1), ([0.0, 0.0], 1), ([1e300, -1e300], None), ([1e-310, 2e-310], None),
                                          ([2.0**60, 2.0**60 + 4096], None), ([np.nan, np.inf], None), ([1.0, np.nan], 1)])
def test_odd_values(values, bars):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = histogram("~ x", pd.DataFrame({"x": values}))
    counted = np.isfinite(values).sum()
    assert found.to_frame().counts.sum() == counted == found["valid.obs"]
    assert bars is None or len(found.to_frame()) == bars
    axes = found.plot()
    assert np.isfinite(axes.get_xlim()).all()


def test_no_rows_warn(rows):
    for formula in ("~ x", "~ f", "~ x | f", "~ b"):
        with pytest.warns(UserWarning, match="counts no rows"):
            found = histogram(formula, rows, row_selection="n > 100")
        assert found.to_frame().counts.sum() == 0
        found.plot()


@pytest.mark.parametrize("formula, more, text", [
    ("x ~ f", {}, "nothing before the '~'"), ("~ x | n", {}, "'n' holds numbers: write F\\(n\\)"), ("~ x + n", {}, "one variable after"),
    ("~ x | f | g", {}, "one '\\|'"), ("~ f | f", {}, "stands in it twice"), ("~ zz", {}, "zz"),
    ("~ x | f + g", {"max_num_panels": 7}, "8 panels, more than max_num_panels \\(7\\)"),
    ("~ x", {"start_val": 3, "end_val": 3}, "start_val must be below end_val"), ("~ x", {"num_breaks": 0}, "num_breaks"),
    ("~ f", {"levels_to_drop": "emty"}, "did you mean empty"), ("~ x", {"levels_to_keep": "a"}, "holds numbers"),
    ("~ f", {"levels_to_drop": ["a", "b", "c", "empty"]}, "leave no level"), ("~ x", {"pweights": "w", "fweights": "w"}, "exclude each other"),
    ("~ x", {"hist_type": "count"}, "hist_type"), ("~ x", {"line_style": "wavy", "print": True}, "line_style must be one of blank, solid"),
    ("~ x", {"x_axis_min_max": [1], "print": True}, "two different numbers")])
def test_what_cannot_be_is_said(rows, formula, more, text):
    with pytest.raises(rx.InvalidArgument, match=text):
        rx.rx_histogram(formula, rows, report_progress=0, **{"print": False, **more})


def test_contexts_and_chunks_count_the_same(rows, tmp_path):
    xdf = str(tmp_path / "rows.xdf")
    rx.rx_data_step(rows, xdf, rows_per_read=400, report_progress=0)
    once = histogram("~ x | f + b", rows, pweights="w").to_frame()
    for context in (rx.RxLocalSeq(), rx.RxLocalParallel(), rx.RxProcesses(2)):
        assert histogram("~ x | f + b", xdf, pweights="w", compute_context=context).to_frame().equals(once)


def test_the_picture_of_a_histogram(rows):
    axes = rx.rx_histogram("~ x", rows, report_progress=0, num_breaks=9, title="T", subtitle="S", x_title="X", y_title="Y",
                           fill_color="red", line_color="blue", line_width=3, line_style="dashed", plot_area_color="gray50",
                           grid_color="green", x_num_ticks=3, x_axis_min_max=[0, 20], y_axis_min_max=(0, 5000))
    bars = axes.patches
    counted = histogram("~ x", rows, num_breaks=9).to_frame()
    assert [bar.get_height() for bar in bars] == counted.counts.tolist() and [bar.get_x() for bar in bars] == counted.low.tolist()
    assert axes.get_title() == "T\nS" and axes.get_xlabel() == "X" and axes.get_ylabel() == "Y"
    assert axes.get_xlim() == (0, 20) and axes.get_ylim() == (0, 5000) and len(axes.get_xticks()) <= 4
    assert matplotlib.colors.to_hex(bars[0].get_facecolor()) == "#ff0000" and bars[0].get_linewidth() == 3
    assert matplotlib.colors.to_hex(axes.get_facecolor()) == "#808080"
    panels = rx.rx_histogram("~ f | g + b", rows, report_progress=0, hist_type="Percent")
    assert [each.get_title() for each in panels] == ["red, FALSE", "green, FALSE", "red, TRUE", "green, TRUE"]
    assert [each.get_text() for each in panels[-1].get_xticklabels()] == ["a", "b", "empty", "c"]
    own = matplotlib.figure.Figure().add_subplot()
    assert rx.rx_histogram("~ x", rows, report_progress=0, ax=own) is own


def test_the_picture_of_lines(rows):
    axes = rx.rx_line_plot("x + log(n + 4) ~ n", rows, row_selection="n > 0", report_progress=0, type="b", symbol_style="circle",
                           line_color=["red", "green"], title="T")
    kept = rows[rows.n > 0]
    assert np.array_equal(axes.lines[0].get_ydata(), kept.x, equal_nan=True) and np.array_equal(axes.lines[0].get_xdata(), kept.n)
    assert np.allclose(axes.lines[1].get_ydata(), np.log(kept.n + 4))
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["x", "log(n + 4)"] and axes.get_title() == "T"
    panels = rx.rx_line_plot("x ~ n | f + b", rows, report_progress=0, transforms={"x": "x * 2"}, type="p")
    assert [each.get_title() for each in panels] == [f"{f}, b = {b}" for b in (False, True) for f in "abc"]
    own = rows[(rows.f == "b") & rows.b]
    drawn = panels[4].lines[0]
    assert np.array_equal(drawn.get_ydata(), 2 * own.x, equal_nan=True) and drawn.get_linestyle() == "None"
    frame = rx.rx_line_plot("x ~ n", rows, print=False, report_progress=0)
    assert list(frame.columns) == ["x", "n"]


def test_computed_lines_follow_the_points():
    x = np.linspace(0, 10, 50)
    data = pd.DataFrame({"x": x, "y": 3 + 2 * x})
    for kind in ("r", "smooth"):
        line = rx.rx_line_plot("y ~ x", data, type=kind, report_progress=0).lines[0]
        assert np.allclose(line.get_ydata(), 3 + 2 * np.asarray(line.get_xdata()))
    noisy = data.assign(y=np.random.default_rng(1).normal(size=50))
    line = rx.rx_line_plot("y ~ x", noisy, type="r", report_progress=0).lines[0]
    slope, start = np.polyfit(noisy.x, noisy.y, 1)
    assert np.allclose(line.get_ydata(), start + slope * np.asarray(line.get_xdata()))


@pytest.mark.parametrize("formula, more, text", [
    ("~ x", {}, "y ~ x"), ("x ~ n | f | g", {}, "y ~ x"), ("x ~ zz", {}, "no variable 'zz'"), ("x ~ n", {"type": "q"}, "type"),
    ("x ~ n", {"symbol_style": "heart"}, "symbol_style must be one of solid circle")])
def test_lines_that_cannot_be_are_said(rows, formula, more, text):
    with pytest.raises(rx.InvalidArgument, match=text):
        rx.rx_line_plot(formula, rows, report_progress=0, **more)


def test_too_many_rows_to_draw_are_an_error(monkeypatch, rows):
    monkeypatch.setattr("insitu._do.pictures._MOST_POINTS", 100)
    with pytest.raises(rx.InvalidArgument, match="more than 100 rows to draw: select some with row_selection"):
        rx.rx_line_plot("x ~ n", rows, report_progress=0)
    rx.rx_line_plot("x ~ n", rows, row_selection="n == 8 & x > 14", report_progress=0)


@pytest.fixture(scope="module")
def fitted():
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"x": rng.normal(size=4000), "f": rng.choice(list("ab"), 4000)})
    data["y"] = 2 + 3 * data.x + rng.normal(size=4000)
    data["z"] = rng.random(4000) < 1 / (1 + np.exp(-data.x))
    data.loc[7, "y"] = np.nan
    return data, rx.rx_lin_mod("y ~ x + f", data, report_progress=0)


def test_residuals_by_bands_are_those_of_the_predictions(fitted):
    data, model = fitted
    table = rx.rx_residual_plot(model, data, num_breaks=25, print=False)
    predicted = rx.rx_predict(model, data, compute_residuals=True, report_progress=0)
    fit, residual = (np.asarray(predicted[name]) for name in ("y_Pred", "y_Resid"))
    there = np.isfinite(residual)
    band = np.clip(np.searchsorted(table.high, fit[there]), 0, len(table) - 1)
    groups = pd.Series(residual[there]).groupby(band)
    every = range(len(table))
    assert table["count"].tolist() == groups.size().reindex(every, fill_value=0).tolist() and table["count"].sum() == 3999
    assert np.allclose(table["mean"], groups.mean().reindex(every), equal_nan=True)
    width = (residual[there].max() - residual[there].min()) / 25
    for name, p in (("q05", 0.05), ("median", 0.5), ("q95", 0.95)):
        exact = groups.quantile(p, interpolation="lower").reindex(every)
        many = table["count"] > 50
        assert (abs(table[name] - exact)[many] <= width).all()


def test_the_picture_of_residuals(fitted):
    data, model = fitted
    axes = rx.rx_residual_plot(model, data, title="T", x_title="X")
    assert axes.get_title() == "T" and axes.get_xlabel() == "X" and axes.get_ylabel() == "Residuals" and len(axes.lines) == 4
    logit = rx.rx_logit("z ~ x", data, report_progress=0)
    assert rx.rx_residual_plot(logit, data, residual_type="pearson").get_ylabel() == "Pearson residuals"
    own = matplotlib.figure.Figure().add_subplot()
    assert rx.rx_residual_plot(model, data, ax=own, num_breaks=1) is own
    exact = rx.rx_lin_mod("y ~ x", pd.DataFrame({"x": [1.0, 2, 3], "y": [1.0, 1, 1]}), report_progress=0)
    assert rx.rx_residual_plot(exact, pd.DataFrame({"x": [1.0, 2], "y": [1.0, 1]}), print=False)["count"].sum() == 2


@pytest.mark.parametrize("change, error, text", [
    ({"num_breaks": 0}, rx.InvalidArgument, "num_breaks must be from 1 to 200"), ({"model_object": 3}, rx.InvalidArgument, "must be a model of"),
    ({"residual_type": "raw"}, rx.InvalidArgument, "residual_type")])
def test_residuals_that_cannot_be_are_said(fitted, change, error, text):
    data, model = fitted
    with pytest.raises(error, match=text):
        rx.rx_residual_plot(**{"model_object": model, "data": data, **change})


def test_no_residuals_are_an_error(fitted):
    data, model = fitted
    with pytest.raises(rx.DataError, match="no row with a residual"):
        rx.rx_residual_plot(model, data.assign(y=np.nan))
