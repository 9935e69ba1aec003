"""What must not change a regression, or change it in a known way: weights of zero, repeated rows, the order of terms and of rows,
other units of a regressor, other names of levels. Each fit is compared with another fit of ours, so that a fault of the engine that
other packages share would show, too."""

import numpy as np
import pandas as pd
import pytest

import insitu as rx

SETTINGS = {"report_progress": 0}
TIGHT = {**SETTINGS, "coeff_tolerance": 1e-12, "objective_function_tolerance": 0, "max_iterations": 60}


def lin_mod(formula, data, **settings):
    return rx.rx_lin_mod(formula, data, **SETTINGS, **settings)


def logit(formula, data, **settings):
    return rx.rx_logit(formula.replace("y ~", "b ~"), data, **TIGHT, **settings)


def poisson(formula, data, **settings):
    return rx.rx_glm(formula.replace("y ~", "c ~"), data, family="poisson", **TIGHT, **settings)


def gamma(formula, data, **settings):
    return rx.rx_glm(formula.replace("y ~", "g ~"), data, family="Gamma(log)", **TIGHT, **settings)


def multinom(formula, data, **settings):
    return rx.rx_multinom_logit(formula.replace("y ~", "m ~"), data, **TIGHT, **settings)


METHODS = [lin_mod, logit, poisson, gamma, multinom]
FORMULAS = ["y ~ x + z", "y ~ f + x", "y ~ x + f:h + z", "y ~ f:x + h"]


def rows(seed, n=4_000):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "x": random.normal(3, 1, n), "z": random.uniform(-1, 2, n), "f": pd.Categorical(random.choice(list("abc"), n)),
        "h": pd.Categorical(random.choice(["lo", "hi"], n)), "k": random.integers(0, 4, n), "w": random.uniform(0.2, 2, n)})
    eta = 0.3 * (frame.x - 3) - 0.2 * frame.z + 0.3 * (frame.f == "b")
    frame["y"] = eta + random.normal(0, 1, n)
    frame["b"] = (random.uniform(size=n) < 1 / (1 + np.exp(-eta))).astype(int)
    frame["c"] = random.poisson(np.exp(eta))
    frame["g"] = random.gamma(2, np.exp(eta) / 2) + 0.05
    frame["m"] = pd.Categorical(np.array(["u", "v", "w"])[(random.uniform(size=n) * 3 + 0.3 * frame.b).astype(int).clip(0, 2)])
    frame.loc[random.choice(n, 40, replace=False), "x"] = np.nan
    return frame


def by_label(fit, key="coefficients"):
    values = np.asarray(fit[key], dtype=float)
    return dict(zip(fit.coefficient_names, values.reshape(len(fit.coefficient_names), -1)))


def same(fit, other, tolerance=1e-9, rename=lambda label: label, keys=("coefficients", "coef.std.error")):
    for key in keys:
        expected = by_label(other, key)
        found = {rename(label): value for label, value in by_label(fit, key).items()}
        assert found.keys() == expected.keys()
        scale = max(np.max(np.abs(value)) for value in expected.values() if not np.isnan(value).any())
        for label, value in found.items():
            np.testing.assert_allclose(value, expected[label], rtol=tolerance, atol=tolerance * 1e-2 * scale, err_msg=f"{key} of {label}")


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("method", METHODS)
def test_a_weight_of_zero_deletes_the_row(method, formula):
    frame = rows(1)
    frame.loc[::3, "w"] = 0
    frame.loc[::6, ["x", "z"]] = 1e6  # which nobody may see
    same(method(formula, frame, pweights="w"), method(formula, frame[frame.w > 0].reset_index(drop=True), pweights="w"))


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("method", METHODS)
def test_frequency_weights_are_repeated_rows(method, formula):
    frame = rows(2)
    weighted = method(formula, frame, fweights="k")
    repeated = method(formula, frame.loc[frame.index.repeat(frame.k)].reset_index(drop=True))
    same(weighted, repeated, 1e-8)
    assert weighted.nobs == repeated.nobs and weighted.df_resid == repeated.df_resid


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_terms_and_rows_does_not_matter(method):
    frame = rows(3)
    fit = method("y ~ x + z + f + h", frame)
    same(method("y ~ h + z + f + x", frame), fit)
    same(method("y ~ x + z + f + h", frame.sample(frac=1, random_state=1).reset_index(drop=True)), fit)


@pytest.mark.parametrize("method", METHODS)
def test_other_units_of_a_regressor_transform_its_coefficient(method):
    frame = rows(4)
    fit, other = method("y ~ x + z + f", frame), method("y ~ x + z + f", frame.assign(x=1000 + 7 * frame.x))
    for key in ("coefficients", "coef.std.error"):
        a, b = by_label(fit, key), by_label(other, key)
        np.testing.assert_allclose(7 * b["x"], a["x"], rtol=1e-8)
        for label in ("z", "f=a", "f=b"):
            np.testing.assert_allclose(b[label], a[label], rtol=1e-8)
    a, b = by_label(fit), by_label(other)
    np.testing.assert_allclose(b["(Intercept)"] + b["x"] * 1000, a["(Intercept)"], rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_names_of_levels_do_not_matter(method):
    frame = rows(5)
    renamed = frame.assign(f=frame.f.cat.rename_categories({"a": "Ä 1", "b": "b=2", "c": ""}))
    names = {"f=Ä 1": "f=a", "f=b=2": "f=b", "f=": "f=c"}
    other = method("y ~ f + x", frame)
    fit = method("y ~ f + x", renamed)
    same(fit, other, 0, lambda label: names.get(label, label))


@pytest.mark.parametrize("method", METHODS)
def test_fits_of_halves_with_an_interaction_are_the_whole(method):
    """All terms crossed with a factor: the same likelihood as a fit of each level."""
    frame = rows(6).dropna().reset_index(drop=True)
    whole = method("y ~ h + h:x + h:f - 1" if method is not multinom else "y ~ h + h:x + h:f", frame)
    parts = [method("y ~ x + f", frame[frame.h == level].reset_index(drop=True)) for level in ("hi", "lo")]
    if method is lin_mod:
        assert whole.ssr == pytest.approx(sum(part.ssr for part in parts), rel=1e-10)
    else:
        assert whole["deviance"] == pytest.approx(sum(part["deviance"] for part in parts), rel=1e-10)
