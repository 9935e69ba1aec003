"""One-factor analyses of variance of NIST's Statistical Reference Datasets (tests/golden/nist/anova): rx_lin_mod on the factor."""

import json
import math
import pathlib
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import insitu as rx

SETS = sorted((pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "nist" / "anova").glob("*.json"))
#: Digits that the certified values can be met with once the decimals are rounded to doubles: 16, less those that never change.
LEADING = {1: 13, 3: 12, 7: 9, 13: 3}


def digits(found, due):
    """Correct digits: -log10 of the relative error, 15 at most."""
    wrong = abs(found - float(due)) / abs(float(due))
    return 15.0 if wrong == 0 else min(15.0, -math.log10(wrong))


def cells_of(dataset):
    return {cell["level"]: cell["values"] if "values" in cell else [cell["first"], *cell["pair"] * cell["times"]] for cell in dataset["cells"]}


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_analysis_of_variance(path):
    dataset = json.loads(path.read_text("utf-8"))
    cells, certified = cells_of(dataset), dataset["certified"]
    frame = pd.DataFrame([(float(y), level) for level, values in cells.items() for y in values], columns=["y", "f"])
    fit = rx.rx_lin_mod("y ~ f", frame.assign(f=pd.Categorical(frame.f)), report_progress=0)
    assert (fit.df_model, fit.df_resid) == (certified["df_model"], certified["df_residual"])
    found = {"f": fit.fvalue, "r_squared": fit.rsquared, "residual_sd": math.sqrt(fit.scale)}

    # The answer for the doubles, in rational numbers: 12 digits and more of it, however many digits never change.
    exact = {level: [Fraction(float(y)) for y in values] for level, values in cells.items()}
    rows = sum(map(len, exact.values()))
    grand = sum(map(sum, exact.values())) / rows
    means = {level: sum(values) / len(values) for level, values in exact.items()}
    model = sum(len(values) * (means[level] - grand) ** 2 for level, values in exact.items())
    residual = sum((y - means[level]) ** 2 for level, values in exact.items() for y in values)
    variance = residual / (rows - len(cells))
    due = {"f": model / (len(cells) - 1) / variance, "r_squared": model / (model + residual), "residual_sd": math.sqrt(variance)}
    for name, value in due.items():
        assert digits(found[name], value) >= 12, f"{name}: {digits(found[name], value):.1f} digits of the answer for the doubles"
        least = min(LEADING[dataset["constant_leading_digits"]], 12)
        assert digits(found[name], certified[name]) >= least, f"{name}: {digits(found[name], certified[name]):.1f} certified digits"
    last = max(cells)
    np.testing.assert_allclose(fit.params["(Intercept)"], float(means[last]), rtol=1e-14)
    for level in cells.keys() - {last}:
        assert fit.params[f"f={level}"] == pytest.approx(float(means[level] - means[last]), rel=1e-11, abs=1e-12)
