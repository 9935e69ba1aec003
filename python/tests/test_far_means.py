"""Columns whose means lie 10^11 standard deviations away keep their digits: against whole-number arithmetic of any size."""

import functools
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import insitu as rx

QUIET = {"report_progress": 0}
N = 100_000  # several splits


def columns(kind):
    """Two columns that go together, far from zero, as whole numbers times a power of two, too."""
    random = np.random.default_rng(7)
    common = random.normal(size=N) + np.sin(np.arange(N) / 9000)
    a, b = common + random.normal(size=N), common - random.normal(size=N)
    if kind == "double":  # to multiples of 2^-16, which doubles of this size are
        return 1e11 + a, -3e11 + b, 2.0 ** -16
    if kind == "nanoseconds":
        return (np.int64(1_700_000_000_000_000_000) + np.rint(a * 1e7).astype(np.int64),
                np.int64(-1_600_000_000_000_000_000) + np.rint(b * 1e7).astype(np.int64), 1)
    # Differences that doubles of this size do not have: their distance there is 1024.
    x = np.int64(2**63 - 5000) + random.integers(-100, 100, N)
    return x, np.int64(2**62) - (x - np.int64(2**63 - 5000)) // 2 + random.integers(-30, 30, N), 1


KINDS = ["double", "nanoseconds", "neighbours"]


def exact(x, y, unit, w=None, n=None):
    """Sums of squares and products about the means, as fractions of the divisor of a covariance; the means above the first."""
    n = n or len(x)
    first, second = x[0], y[0]
    count = (lambda v, o: [int(each) - int(o) for each in v]) if unit == 1 else (lambda v, o: [int(each) for each in (v - o) / unit])
    x, y = count(x, first), count(y, second)
    w = [1] * len(x) if w is None else [int(each) for each in w]
    total = sum(w)
    mean = lambda v: Fraction(sum(a * b for a, b in zip(w, v)), total)  # noqa: E731
    xm, ym = mean(x), mean(y)
    square = lambda u, v, um, vm: Fraction(sum(a * b * c for a, b, c in zip(w, u, v))) - total * um * vm  # noqa: E731
    scale = Fraction(unit) ** 2
    return {"xx": square(x, x, xm, xm) * scale, "xy": square(x, y, xm, ym) * scale, "yy": square(y, y, ym, ym) * scale,
            "total": total, "rows": n}


def matrix(sums, divisor):
    return np.array([[float(sums["xx"] / divisor), float(sums["xy"] / divisor)], [float(sums["xy"] / divisor), float(sums["yy"] / divisor)]])


@pytest.fixture(scope="module", params=KINDS)
def far(request):
    x, y, unit = columns(request.param)
    random = np.random.default_rng(1)
    return pd.DataFrame({"x": x, "y": y, "w": random.integers(1, 5, N).astype(float), "g": random.choice(["a", "b"], N)}), unit


def test_covariances(far, tmp_path):
    data, unit = far
    expected = matrix(exact(data.x, data.y, unit), N - 1)
    weighted = exact(data.x, data.y, unit, data.w)
    for source in (data, rx.rx_data_step(data, str(tmp_path / "far.xdf"), rows_per_read=20_000, **QUIET)):
        np.testing.assert_allclose(rx.rx_cov("~ x + y", source, **QUIET), expected, rtol=1e-13)
        np.testing.assert_allclose(rx.rx_cov("~ x + y", source, fweights="w", **QUIET), matrix(weighted, weighted["total"] - 1), rtol=1e-13)
        np.testing.assert_allclose(rx.rx_cov("~ x + y", source, pweights="w", **QUIET),
                                   matrix(weighted, Fraction(weighted["total"] * (N - 1), N)), rtol=1e-13)
        deviations = rx.rx_summary("~ x + y", source, **QUIET)["sDataFrame"]["StdDev"]
        np.testing.assert_allclose(deviations, np.sqrt(np.diag(expected)), rtol=1e-13)
    root = np.sqrt(np.diag(expected))
    np.testing.assert_allclose(rx.rx_cor("~ x + y", data, **QUIET), expected / np.outer(root, root), rtol=1e-13)
    np.testing.assert_allclose(rx.rx_pca("~ x + y", data, **QUIET)["sdev"], np.sqrt(np.linalg.eigvalsh(expected)[::-1]), rtol=1e-11)


def test_covariances_by_group(far):
    data, unit = far
    groups = rx.rx_exec_by(data, ["g"], functools.partial(rx.rx_cov_cor, "~ x + y", type="Cov", **QUIET))
    for level in "ab":
        part = data[data.g == level].reset_index(drop=True)
        np.testing.assert_allclose(groups.loc[level, "result"]["CovCor"], matrix(exact(part.x, part.y, unit), len(part) - 1), rtol=1e-13)


def test_slopes_and_kept_moments(far, tmp_path):
    data, unit = far
    if unit == 1 and int(data.x[0]) > 2**62:  # a mean of more than 10^13 deviations: constant to models, which say so
        assert np.isnan(rx.rx_lin_mod("y ~ x", data, **QUIET).params["x"])
        return
    sums = exact(data.x, data.y, unit)
    slope = float(sums["xy"] / sums["xx"])
    fit = rx.rx_lin_mod("y ~ x", data, **QUIET)
    assert float(fit.params["x"]) == pytest.approx(slope, rel=1e-12)
    # Predictions count x from a centre.
    predicted = rx.rx_predict(fit, data, compute_residuals=True, **QUIET)
    assert abs(np.mean(predicted["y_Resid"])) <= 1e-4 * np.std(data.y)
    halves = [rx.rx_moments("y ~ x", data[k * 33_334:(k + 1) * 33_334], **QUIET) for k in range(3)]
    kept = rx.rx_combine(rx.rx_combine(halves[0], halves[1]), halves[2])
    assert float(rx.rx_refit(kept, "y ~ x").params["x"]) == pytest.approx(slope, rel=1e-11)


def test_slopes_of_a_logistic_regression():
    """Iterations count columns from their centres: the same slopes as near zero."""
    random = np.random.default_rng(3)
    z = np.rint(random.normal(size=40_000) * 2**10) / 2**10
    b = (random.uniform(size=len(z)) < 1 / (1 + np.exp(-z))).astype(float)
    near, there = (rx.rx_logit("b ~ z", pd.DataFrame({"b": b, "z": z + by}), **QUIET) for by in (0, 2.0**40))
    assert float(there.params["z"]) == pytest.approx(float(near.params["z"]), rel=1e-9)
    assert there.deviance == pytest.approx(near.deviance, rel=1e-12)
