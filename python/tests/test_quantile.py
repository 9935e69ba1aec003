"""rx_quantile, rx_lorenz and rx_gini against NumPy and direct computations."""

import numpy as np
import pandas as pd
import pytest

import insitu as rx

QUIET = {"report_progress": 0}
PROBABILITIES = [0, 0.001, 0.1, 0.25, 1 / 3, 0.5, 0.9, 0.999, 1]


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(8)
    n = 70_000  # three pieces of a data frame
    frame = pd.DataFrame({
        "whole": random.integers(-500, 9000, n), "number": random.lognormal(1, 2, n), "mixed": random.normal(0, 1e-5, n),
        "times": random.integers(0, 4, n), "weight": random.uniform(0, 2, n), "cents": random.integers(100, 9999, n) / 100,
        "flag": random.uniform(size=n) < 0.3})
    frame.loc[::7, "mixed"] *= 1e12
    frame.loc[::97, "number"] = np.nan
    return frame


def type1(values, probabilities):
    return np.quantile(values[~np.isnan(values)], probabilities, method="inverted_cdf")


@pytest.mark.parametrize("name", ["whole", "number", "mixed", "cents", "flag"])
def test_exact_quantiles_are_order_statistics(rows, name):
    found = rx.rx_quantile(name, rows, probs=PROBABILITIES, exact=True, **QUIET)
    np.testing.assert_array_equal(found, type1(rows[name].to_numpy(dtype=float), PROBABILITIES))
    assert found.attrs["errorBound"] == 0
    assert list(found.index) == ["0%", "0.1%", "10%", "25%", "33.33333%", "50%", "90%", "99.9%", "100%"]


def test_whole_numbers_are_exact_without_being_asked(rows):
    expected = type1(rows.whole.to_numpy(dtype=float), PROBABILITIES)
    for values in (rows, rows.assign(whole=rows.whole.astype(float))):
        found = rx.rx_quantile("whole", values, probs=PROBABILITIES, **QUIET)
        np.testing.assert_array_equal(found, expected)
        assert found.attrs["errorBound"] == 0
    cents = rx.rx_quantile("cents", rows, probs=PROBABILITIES, multiple=100, **QUIET)
    np.testing.assert_allclose(cents, type1(rows.cents.to_numpy(), PROBABILITIES), rtol=1e-15)
    assert cents.attrs["errorBound"] == 0
    rounded = rx.rx_quantile("cents", rows, probs=PROBABILITIES, multiple=10, **QUIET)
    assert rounded.attrs["errorBound"] == 0.05
    assert (abs(rounded - type1(rows.cents.to_numpy(), PROBABILITIES)) <= 0.05 + 1e-12).all()


@pytest.mark.parametrize("arguments", [{}, {"numeric_bins": True}, {"numeric_bins": True, "num_numeric_breaks": 17},
                                       {"max_integer_bins": 100}])
@pytest.mark.parametrize("name", ["whole", "number", "mixed"])
def test_other_quantiles_keep_within_their_bound(rows, name, arguments):
    found = rx.rx_quantile(name, rows, probs=PROBABILITIES, **arguments, **QUIET)
    exact = type1(rows[name].to_numpy(dtype=float), PROBABILITIES)
    assert (abs(found.to_numpy() - exact) <= found.attrs["errorBound"] * (1 + 1e-12)).all()
    assert found["0%"] == exact[0] and found["100%"] == exact[-1]
    bins = arguments.get("num_numeric_breaks", 1000 if arguments.get("numeric_bins") else arguments.get("max_integer_bins", 500_000))
    if name != "whole" or arguments:
        assert found.attrs["errorBound"] == pytest.approx((exact[-1] - exact[0]) / bins)


def test_interpolation_is_that_of_the_distribution_function_of_the_bins(rows):
    values = rows.number.dropna().to_numpy()
    counts, edges = np.histogram(values, bins=17)
    expected = np.interp(np.array(PROBABILITIES) * len(values), np.concatenate([[0], counts.cumsum()]), edges)
    found = rx.rx_quantile("number", rows, probs=PROBABILITIES, numeric_bins=True, num_numeric_breaks=17, **QUIET)
    np.testing.assert_allclose(found.to_numpy()[1:], expected[1:], rtol=1e-12)


@pytest.mark.parametrize("arguments", [{"exact": True}, {}])
def test_frequency_weights_repeat_rows_and_weight_0_deletes_one(rows, arguments):
    repeated = rows.loc[rows.index.repeat(rows.times)]
    for name in ("whole", "number"):
        found = rx.rx_quantile(name, rows, fweights="times", probs=PROBABILITIES, **arguments, **QUIET)
        expected = rx.rx_quantile(name, repeated, probs=PROBABILITIES, **arguments, **QUIET)
        np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_probability_weights(rows):
    found = rx.rx_quantile("number", rows, pweights="weight", probs=PROBABILITIES[1:-1], exact=True, **QUIET)
    kept = rows.dropna(subset=["number"]).sort_values("number")
    sums = kept.weight.cumsum().to_numpy()
    expected = kept.number.to_numpy()[np.searchsorted(sums, np.array(PROBABILITIES[1:-1]) * sums[-1])]
    np.testing.assert_array_equal(found, expected)


def test_many_probabilities_in_bounded_memory(rows):
    wholes = np.arange(301)
    ordered = np.sort(rows.mixed.to_numpy())
    expected = ordered[np.maximum(-(-len(ordered) * wholes // 300), 1) - 1]
    np.testing.assert_array_equal(rx.rx_quantile("mixed", rows, probs=wholes / 300, exact=True, **QUIET), expected)


@pytest.mark.parametrize("arguments", [{"exact": True}, {"numeric_bins": True}])
def test_contexts_and_files_agree(rows, tmp_path, arguments):
    expected = rx.rx_quantile("number", rows, **arguments, **QUIET)
    file = rx.rx_data_step(rows, str(tmp_path / "rows.xdf"), rows_per_read=30_000, report_progress=0)
    for context in ("localpar", rx.RxProcesses(num_workers=2)):
        assert rx.rx_quantile("number", file, compute_context=context, **arguments, **QUIET).equals(expected)


def test_infinite_values_have_order_but_no_bins():
    frame = pd.DataFrame({"x": [1.5, np.inf, -np.inf, 0.0, -0.0, np.nan]})
    assert rx.rx_quantile("x", frame, exact=True, **QUIET).tolist() == [-np.inf, 0.0, 0.0, 1.5, np.inf]
    with pytest.raises(rx.DataError, match="must be finite"):
        rx.rx_quantile("x", frame, **QUIET)


def test_one_value_none_and_one_row():
    assert rx.rx_quantile("x", pd.DataFrame({"x": [0.1] * 5}), **QUIET).tolist() == [0.1] * 5
    assert rx.rx_quantile("x", pd.DataFrame({"x": [0.1]}), exact=True, **QUIET).tolist() == [0.1] * 5
    for exact in (False, True):
        with pytest.warns(UserWarning, match="'x' has no values"):
            assert rx.rx_quantile("x", pd.DataFrame({"x": [np.nan] * 5}), exact=exact, **QUIET).isna().all()


def test_names_can_be_left_out(rows):
    assert list(rx.rx_quantile("whole", rows, names=False, **QUIET).index) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("arguments, sentence", [
    ({"var_name": "zz"}, "variable not found: zz"), ({"var_name": "f"}, "'f' is a factor"),
    ({"var_name": "t"}, "'t' is character"), ({"probs": [0.5, 2]}, "probs must be numbers from 0 to 1, not 2"),
    ({"probs": []}, "probs must be"), ({"multiple": 0}, "multiple must be a number above 0"),
    ({"pweights": "x", "fweights": "x"}, "exclude each other"), ({"fweights": "minus"}, "must not be negative"),
    ({"max_integer_bins": 0}, "max_integer_bins must be a whole number"),
])
def test_arguments_that_cannot_be_are_named(arguments, sentence):
    frame = pd.DataFrame({"x": [1.0, 2], "f": pd.Categorical(["a", "b"]), "t": ["a", "b"], "minus": [-1, 1]})
    with pytest.raises(rx.InsituError, match=sentence):
        rx.rx_quantile(**{"var_name": "x", "data": frame, **QUIET, **arguments})


# ---- Lorenz and Gini


def lorenz(order, values, weights, bins):
    """Percentages of the sum and of the weights by bins of equal width that are not empty."""
    low, high = order.min(), order.max()
    at = np.minimum(((order - low) / (high - low) * bins).astype(int), bins - 1)
    sums, counts = np.bincount(at, values * weights, bins), np.bincount(at, weights, bins)
    kept = counts > 0
    return (np.concatenate([[0], 100 * sums[kept].cumsum() / sums.sum()]),
            np.concatenate([[0], 100 * counts[kept].cumsum() / counts.sum()]))


@pytest.mark.parametrize("weights", [None, "weight", "times"])
def test_lorenz_adds_up_by_bins(rows, weights):
    kept = rows.dropna(subset=["number"])
    arguments = {} if weights is None else {("fweights" if weights == "times" else "pweights"): weights}
    found = rx.rx_lorenz("number", rows, value_var_name="cents", num_breaks=50, **arguments, **QUIET)
    by = np.ones(len(kept)) if weights is None else kept[weights].to_numpy(dtype=float)
    used = kept[by > 0]
    shares, percents = lorenz(used.number.to_numpy(), used.cents.to_numpy(), by[by > 0], 50)
    table = found.to_frame()
    np.testing.assert_allclose(table.cumVals, shares, rtol=1e-10)
    np.testing.assert_allclose(table.percents, percents, rtol=1e-10)
    assert found.gini() == pytest.approx(1 - 2 * np.trapezoid(shares, percents) / 1e4, abs=1e-12)
    assert rx.rx_gini(found) == found.gini()


def test_gini_of_whole_numbers_is_exact(rows):
    frame = rows[rows.whole >= 0].assign(whole=lambda d: d.whole % 500)
    x = np.sort(frame.whole.to_numpy(dtype=float))
    n = len(x)
    expected = 2 * (np.arange(1, n + 1) * x).sum() / (n * x.sum()) - (n + 1) / n
    assert rx.rx_lorenz("whole", data=frame, **QUIET).gini() == pytest.approx(expected, rel=1e-12)


def test_equal_shares_have_no_inequality():
    frame = pd.DataFrame({"x": [3.0] * 10})
    found = rx.rx_lorenz("x", data=frame, **QUIET)
    assert found.gini() == 0 and found.to_frame().to_numpy().tolist() == [[0, 0], [100, 100]]


@pytest.mark.parametrize("values, sentence", [([-1, 2, 3], "must not be negative"), ([0, 0, 0], "add up to 0"),
                                              ([np.nan] * 3, "add up to 0")])
def test_what_has_no_shares_is_said(values, sentence):
    with pytest.raises(rx.DataError, match=sentence):
        rx.rx_lorenz("x", data=pd.DataFrame({"x": values}), **QUIET)
    with pytest.raises(rx.InvalidArgument, match="x must be what rx_lorenz gives"):
        rx.rx_gini(3)


def test_the_picture_is_axes(rows):
    pytest.importorskip("matplotlib").use("agg")
    found = rx.rx_lorenz("cents", data=rows, **QUIET)
    axes = found.plot(title="Shares", y_title="y")
    assert axes.get_ylabel() == "y" and "Gini" in axes.get_title()
    np.testing.assert_array_equal(axes.lines[-1].get_ydata(), found.to_frame().cumVals)


def exact_gini(order, value, weight):
    """1 - 2 times the area under the curve of the rows themselves."""
    by = np.argsort(order, kind="stable")
    shares = np.concatenate([[0], np.cumsum((value * weight)[by])]) / (value * weight).sum()
    percents = np.concatenate([[0], np.cumsum(weight[by])]) / weight.sum()
    return 1 - (np.diff(percents) * (shares[1:] + shares[:-1])).sum()


@pytest.mark.parametrize("breaks", [5, 50, 1000, 100_000])
def test_the_gini_coefficient_is_within_its_bound(breaks):
    random = np.random.default_rng(9)
    frame = pd.DataFrame({"x": random.lognormal(sigma=1.5, size=20_000), "v": random.gamma(2, size=20_000), "w": random.uniform(0.5, 2, 20_000)})
    frame["v"] *= np.sqrt(frame.x)
    found = rx.rx_lorenz("x", data=frame, num_breaks=breaks, pweights="w", **QUIET)
    exact = exact_gini(frame.x.to_numpy(), frame.x.to_numpy(), frame.w.to_numpy())
    assert found["gini"] - 1e-12 <= exact <= found["gini"] + found["giniErrorBound"] + 1e-12
    assert found["giniErrorBound"] < {5: 0.9, 50: 0.35, 1000: 5e-3, 100_000: 5e-7}[breaks]
    other = rx.rx_lorenz("x", data=frame, value_var_name="v", num_breaks=breaks, **QUIET)
    exact = exact_gini(frame.x.to_numpy(), frame.v.to_numpy(), np.ones(len(frame)))
    assert abs(other["gini"] - exact) <= other["giniErrorBound"]
    assert other["giniErrorBound"] < {5: 1, 50: 0.7, 1000: 0.07, 100_000: 8e-4}[breaks]


def test_bins_of_one_value_have_no_error():
    frame = pd.DataFrame({"whole": [3, 1, 1, 7, 12, 5]})
    found = rx.rx_lorenz("whole", data=frame, **QUIET)
    assert found["giniErrorBound"] == 0
    assert found["gini"] == pytest.approx(exact_gini(frame.whole.to_numpy(), frame.whole.to_numpy(), np.ones(6)), rel=1e-14)
