"""Contrasts against a level that hardly any row has: what all rows have less the other levels have must not be rounding."""

import numpy as np
import pandas as pd
import pytest

import insitu as rx

N = 120_000
#: Largest error of a coefficient, relative to its size plus its standard error.
TOLERANCE = 3e-12


def refined(columns, y, w):
    """Least squares by QR, refined with residuals of more digits until they stay."""
    x, y, w = np.column_stack(columns).astype(np.longdouble), y.astype(np.longdouble), w.astype(np.longdouble)
    triangle = np.linalg.qr((x * np.sqrt(w)[:, None]).astype(float), mode="r")
    b = np.zeros(x.shape[1], np.longdouble)
    for _ in range(4):
        b += np.linalg.solve(triangle, np.linalg.solve(triangle.T, (x.T @ (w * (y - x @ b))).astype(float)))
    return b.astype(float)


@pytest.mark.parametrize("formula", ["y ~ f + x", "y ~ f * h + x"])
@pytest.mark.parametrize("weights", [None, "w"])
def test_contrasts_against_a_rare_level(formula, weights):
    random = np.random.default_rng(11)
    shares = np.array([0.4, 0.3, 0.2, 0.07, 0.029, 0.0007, 0.0003])
    f, h = random.choice(len(shares), N, p=shares), random.choice(2, N)
    x = random.normal(12, 5, N)
    # What drifts over the year makes sums over the rows large before they come back.
    y = 7 + x / 2 + 1.3 * f + h + 300 * np.sin(np.arange(N) / N * 7) + random.normal(0, 40, N)
    w = random.uniform(0.1, 3, N) if weights else np.ones(N)
    data = pd.DataFrame({"y": y, "x": x, "w": w, "f": pd.Categorical.from_codes(f, list("abcdefg")),
                         "h": pd.Categorical.from_codes(h, ["u", "v"])})
    columns = {"(Intercept)": np.ones(N), "x": x, "h=u": (h == 0).astype(float)}
    columns |= {f"f={name}": (f == k).astype(float) for k, name in enumerate("abcdef")}
    columns |= {f"f={name}, h=u": ((f == k) & (h == 0)).astype(float) for k, name in enumerate("abcdef")}
    fit = rx.rx_lin_mod(formula, data, pweights=weights, report_progress=0)
    found = fit.params[~np.isnan(fit.params)]
    expected = refined([columns[name] for name in found.index], y, w)
    errors = np.abs(found.to_numpy() - expected) / (np.abs(expected) + fit.bse[found.index].to_numpy())
    assert errors.max() <= TOLERANCE, dict(zip(found.index, errors))
