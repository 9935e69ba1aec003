"""Nested models compared, against statsmodels: compare_f_test, compare_lr_test, rx_anova; names that statsmodels' users look for."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import stats
from statsmodels.stats.anova import anova_lm

import insitu as rx


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(8)
    n = 300
    frame = pd.DataFrame({"x": random.normal(size=n), "z": random.normal(size=n), "f": pd.Categorical(random.choice(list("abc"), n))})
    frame["y"] = frame.x + 0.2 * (frame.f == "a") + random.normal(size=n)
    frame["b"] = (random.uniform(size=n) < 1 / (1 + np.exp(-frame.x))).astype(int)
    frame["g"] = random.gamma(2, np.exp(frame.x / 4))
    frame["c"] = random.poisson(np.exp(frame.x / 2))
    return frame


FORMULAS = ("~ z", "~ z + f", "~ z + f + x")


def test_linear_models(rows):
    ours = [rx.rx_lin_mod("y " + formula, rows) for formula in FORMULAS]
    theirs = [smf.ols("y " + formula, rows).fit() for formula in FORMULAS]
    for small, large in ((0, 1), (0, 2), (1, 2)):
        assert ours[large].compare_f_test(ours[small]) == pytest.approx(theirs[large].compare_f_test(theirs[small]), rel=1e-9)
    table, other = rx.rx_anova(ours), anova_lm(*theirs)
    np.testing.assert_allclose(table.to_numpy(float)[1:, :5], other.to_numpy(float)[1:, :5], rtol=1e-9)
    # As R, not as statsmodels: F's denominator is that of the largest model in every row.
    np.testing.assert_allclose(table["Pr(>F)"][1:], stats.f.sf(table["F"][1:], table["Df"][1:], theirs[-1].df_resid), rtol=1e-9)
    np.testing.assert_allclose(table.to_numpy(float)[0, :2], other.to_numpy(float)[0, :2], rtol=1e-9)
    assert list(table.index) == [fit["formula"] for fit in ours] and list(table.columns)[-1] == "Pr(>F)"


@pytest.mark.parametrize("y, family, name", [("b", sm.families.Binomial(), "binomial"), ("c", sm.families.Poisson(), "poisson"),
                                             ("g", sm.families.Gamma(sm.families.links.Log()), "Gamma(log)")])
def test_generalized_linear_models(rows, y, family, name):
    tight = {"coeff_tolerance": 1e-10, "objective_function_tolerance": 0, "max_iterations": 100}
    ours = [rx.rx_glm(f"{y} {formula}", rows, family=name, **tight) for formula in FORMULAS]
    theirs = [smf.glm(f"{y} {formula}", rows, family=family).fit(tol=1e-13) for formula in FORMULAS]
    value, p, df = ours[2].compare_lr_test(ours[0])
    expected = (theirs[0].deviance - theirs[2].deviance) / theirs[2].scale
    assert (value, p, df) == pytest.approx((expected, stats.chi2.sf(expected, 3), 3), rel=1e-7)
    table = rx.rx_anova(ours)
    np.testing.assert_allclose(table["Resid. Dev"], [fit.deviance for fit in theirs], rtol=1e-10)
    changes = np.array([theirs[0].deviance - theirs[1].deviance, theirs[1].deviance - theirs[2].deviance])
    if name == "Gamma(log)":
        expected = stats.f.sf(changes / [2, 1] / theirs[2].scale, [2, 1], theirs[2].df_resid)
        np.testing.assert_allclose(table["Pr(>F)"][1:], expected, rtol=1e-7)
    else:
        np.testing.assert_allclose(table["Pr(>Chi)"][1:], stats.chi2.sf(changes, [2, 1]), rtol=1e-7)


def test_what_cannot_be_compared(rows):
    logits = [rx.rx_logit("b " + formula, rows) for formula in FORMULAS[:2]]
    with pytest.raises(rx.InvalidArgument, match="compare_lr_test: the other model must have fewer coefficients than this one"):
        logits[0].compare_lr_test(logits[1])
    small, large = (rx.rx_lin_mod("y " + formula, rows) for formula in FORMULAS[:2])
    with pytest.raises(rx.InvalidArgument, match="compare_f_test: the other model must have fewer coefficients than this one"):
        small.compare_f_test(large)
    with pytest.raises(rx.InvalidArgument, match="compare_f_test: the models must be fitted by one function, not RxGlmResults, RxLinModR"):
        large.compare_f_test(rx.rx_glm("y ~ z", rows))
    with pytest.raises(rx.InvalidArgument, match="rx_anova: the models must have one response, the same in each"):
        rx.rx_anova([small, rx.rx_lin_mod("x ~ z + f", rows)])
    with pytest.raises(rx.InvalidArgument, match="rx_anova: the models were not fitted to the same rows"):
        rx.rx_anova([small, rx.rx_lin_mod("y ~ z + f", rows[1:])])
    with pytest.raises(rx.InvalidArgument, match="rx_anova: give two or more nested models"):
        rx.rx_anova(small)
    with pytest.raises(rx.InvalidArgument, match="rx_anova: models must be a list of .* models, not str"):
        rx.rx_anova([small, "y"])


@pytest.mark.parametrize("fit", [lambda d: rx.rx_lin_mod("y ~ z + f", d), lambda d: rx.rx_logit("b ~ z + f", d),
                                 lambda d: rx.rx_glm("g ~ z", d, family="Gamma(log)", compute_aic=True)])
def test_names_of_statsmodels(rows, fit):
    fit = fit(rows)
    for name in ("params", "bse", "tvalues", "pvalues", "llf", "aic", "bic", "nobs", "df_resid", "df_model", "scale"):
        assert np.all(np.isfinite(np.nan_to_num(np.asarray(getattr(fit, name), dtype=float)))), name
    assert len(fit.conf_int()) == len(fit.params) == len(fit.to_frame()) and "z" in str(fit.summary())
    assert len(fit.predict(rows)) == len(rows)
