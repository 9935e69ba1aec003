"""rx_logit and rx_glm against statsmodels, in every context of this machine; what must not change their answers; bad input."""

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf

import insitu as rx

LINKS = sm.families.links
TIGHT = {"objective_function_tolerance": 0, "coeff_tolerance": 1e-10, "report_progress": 0, "drop_first": True,
         "max_iterations": 100}


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(17)
    n = 70_000  # three pieces of a data frame
    frame = pd.DataFrame({
        "x": random.normal(0, 1, n), "z": random.uniform(-1, 2, n), "f": pd.Categorical(random.choice(list("abc"), n)),
        "w": np.round(random.uniform(0.1, 2, n), 3), "k": random.integers(0, 3, n), "o": random.uniform(0, 0.5, n)})
    eta = 0.2 + 0.5 * frame.x - 0.3 * frame.z + 0.4 * (frame.f == "b")
    frame["b"] = (random.uniform(size=n) < 1 / (1 + np.exp(-eta))).astype(int)
    frame["yes"] = pd.Categorical(np.where(frame.b == 1, "yes", "no"))
    frame["c"] = random.poisson(np.exp(eta))
    frame["g"] = random.gamma(2, np.exp(eta) / 2) + 0.1
    return frame


def matches(fit, other, names, tolerance=1e-8):
    kept = ~np.isnan(fit["coefficients"])
    np.testing.assert_allclose(fit["coefficients"][kept], other.params[names], rtol=tolerance, atol=tolerance * 1e-2)
    np.testing.assert_allclose(fit["coef.std.error"][kept], other.bse[names], rtol=tolerance)


NAMES = ["Intercept", "x", "f[T.b]", "f[T.c]"]


@pytest.mark.parametrize("y, family", [
    ("b", sm.families.Binomial()), ("b", sm.families.Binomial(LINKS.Probit())), ("b", sm.families.Binomial(LINKS.CLogLog())),
    ("c", sm.families.Poisson()), ("g", sm.families.Gamma(LINKS.Log())),
    ("g", sm.families.InverseGaussian(LINKS.Log())), ("g", sm.families.Gaussian()),
    ("c", sm.families.Tweedie(LINKS.Log(), var_power=1.5))])
def test_families_are_those_of_statsmodels(rows, y, family):
    fit = rx.rx_glm(f"{y} ~ x + f", rows, family=family, offset="o", **TIGHT)
    other = smf.glm(f"{y} ~ x + f", rows, family=family, offset=rows.o).fit(tol=1e-14, maxiter=200)
    matches(fit, other, NAMES, 1e-7)
    assert fit.deviance == pytest.approx(other.deviance, rel=1e-10)
    assert fit.scale == pytest.approx(other.scale, rel=1e-7)
    assert fit["converged"] and fit.df_resid == other.df_resid and fit.df_model == other.df_model
    predicted = rx.rx_predict(fit, rows, report_progress=0)
    np.testing.assert_allclose(predicted.iloc[:, 0], other.predict(rows, offset=rows.o), rtol=1e-7)


def test_logit_is_that_of_statsmodels(rows):
    fit = rx.rx_logit("b ~ x + f", rows, cov_coef=True, **{**TIGHT, "max_iterations": 25})
    other = smf.logit("b ~ x + f", rows).fit(disp=0, tol=1e-14)
    matches(fit, other, NAMES)
    assert fit.llf == pytest.approx(other.llf, rel=1e-12)
    assert fit.aic == pytest.approx(other.aic, rel=1e-12) and fit.bic == pytest.approx(other.bic, rel=1e-12)
    np.testing.assert_allclose(fit.conf_int().dropna(), other.conf_int().loc[NAMES], rtol=1e-7)
    same = smf.glm("b ~ x + f", rows, family=sm.families.Binomial()).fit(tol=1e-14)
    expected = same.get_prediction(rows.head(100)).summary_frame()
    found = rx.rx_predict(fit, rows.head(100), compute_standard_errors=True, interval="confidence", compute_residuals=True,
                          report_progress=0)
    np.testing.assert_allclose(found["b_Pred"], expected["mean"], rtol=1e-8)
    np.testing.assert_allclose(found["b_Resid"], rows.b.head(100) - expected["mean"], rtol=1e-7)
    np.testing.assert_allclose(found["b_StdErr"], expected["mean_se"], rtol=1e-7)
    np.testing.assert_allclose(found[["b_Lower", "b_Upper"]], expected[["mean_ci_lower", "mean_ci_upper"]], rtol=1e-7)
    link = rx.rx_predict(fit, rows.head(100), type="link", report_progress=0)["b_Pred"]
    np.testing.assert_allclose(link, np.log(expected["mean"] / (1 - expected["mean"])), rtol=1e-7, atol=1e-9)


def test_a_factor_or_a_comparison_may_be_the_response(rows):
    numbers = rx.rx_logit("b ~ x + f", rows, report_progress=0)
    factor = rx.rx_logit("yes ~ x + f", rows, report_progress=0)
    compared = rx.rx_logit("(c > -b) ~ x", rows.assign(c=-1 + rows.b), report_progress=0)
    assert factor["coefficients"].tobytes() == numbers["coefficients"].tobytes()
    assert factor["y.names"] == ["yes"] and factor["response.levels"] == ["no", "yes"]
    assert compared["converged"]
    residuals = rx.rx_predict(factor, rows.head(5), compute_residuals=True, report_progress=0)["yes_Resid"]
    np.testing.assert_allclose(residuals, rx.rx_predict(numbers, rows.head(5), compute_residuals=True, report_progress=0)["b_Resid"])


@pytest.mark.parametrize("call", [
    lambda d, **s: rx.rx_logit("b ~ x + f:z + f", d, pweights="w", **s),
    lambda d, **s: rx.rx_glm("c ~ x + f + offset(o)", d, family="quasipoisson", fweights="k", **s),
    lambda d, **s: rx.rx_glm("g ~ f + x", d, family="Gamma(log)", cube=True, **s)])
def test_bits_are_equal_in_every_context(rows, call):
    one = call(rows, report_progress=0)
    for context in (rx.RxLocalParallel(), rx.RxProcesses(num_workers=2)):
        other = call(rows, report_progress=0, compute_context=context)
        for field in ("coefficients", "coef.std.error"):
            assert one[field].tobytes() == other[field].tobytes()
        assert one["deviance"] == other["deviance"] and one["model"] == other["model"]


def test_a_weight_of_zero_is_a_deleted_row_and_frequencies_are_repeated_rows(rows):
    zero = rows.assign(w=np.where(rows.x > 1, 0, rows.w))
    a = rx.rx_glm("g ~ z + f", zero, family="Gamma(log)", pweights="w", **TIGHT)
    b = rx.rx_glm("g ~ z + f", zero[zero.w > 0], family="Gamma(log)", pweights="w", **TIGHT)
    np.testing.assert_allclose(a["coefficients"], b["coefficients"], rtol=1e-10)
    np.testing.assert_allclose(a["coef.std.error"], b["coef.std.error"], rtol=1e-9)
    for family, y in (("binomial", "b"), ("poisson", "c"), ("Gamma(log)", "g")):
        a = rx.rx_glm(f"{y} ~ z + f", rows, family=family, fweights="k", compute_aic=True, **TIGHT)
        b = rx.rx_glm(f"{y} ~ z + f", rows.loc[rows.index.repeat(rows.k)], family=family, compute_aic=True, **TIGHT)
        np.testing.assert_allclose(a["coefficients"], b["coefficients"], rtol=1e-9)
        np.testing.assert_allclose(a["coef.std.error"], b["coef.std.error"], rtol=1e-9)
        assert a.deviance == pytest.approx(b.deviance, rel=1e-11) and a.aic == pytest.approx(b.aic, rel=1e-11)
        assert a.df_resid == b.df_resid


def test_columns_permuted_shifted_and_scaled(rows):
    a = rx.rx_logit("b ~ x + z + f", rows, **TIGHT).params
    b = rx.rx_logit("b ~ f + z + x", rows, **TIGHT).params
    np.testing.assert_allclose(a[b.index], b, rtol=1e-9)
    c = rx.rx_logit("b ~ far + z + f", rows.assign(far=1e6 + rows.x / 1000), **TIGHT).params
    assert c["far"] == pytest.approx(a["x"] * 1000, rel=1e-8)
    assert c["z"] == pytest.approx(a["z"], rel=1e-9)


def test_starts_lead_to_one_answer(rows):
    first = rx.rx_logit("b ~ x + f", rows, **TIGHT)
    for initial in ("NA", 0, [0.1, 0.2, 0, 0.3, 0]):
        other = rx.rx_logit("b ~ x + f", rows, initial_values=initial, **TIGHT)
        np.testing.assert_allclose(other["coefficients"], first["coefficients"], rtol=1e-9)
    with pytest.raises(rx.InvalidArgument, match="3 values, but the model has 5 coefficients"):
        rx.rx_logit("b ~ x + f", rows, initial_values=[1, 2, 3], report_progress=0)


def test_separated_data_are_said_and_named():
    frame = pd.DataFrame({"y": [0] * 50 + [1] * 50, "x": np.arange(100.0), "z": np.tile([0.0, 1.0], 50)})
    with pytest.warns(UserWarning, match="separated by x"):
        fit = rx.rx_logit("y ~ x", frame, report_progress=0, max_iterations=50)
    assert np.isfinite(fit["coefficients"]).all() and fit.deviance < 1e-4


def test_no_convergence_is_said(rows):
    with pytest.warns(UserWarning, match="have not converged after 1"):
        fit = rx.rx_glm("c ~ x + f", rows, family="poisson", max_iterations=1, report_progress=0)
    assert fit["converged"] is False
    assert list(fit["iterationRecord"]["Iteration"]) == [0, 1, 2]


@pytest.mark.parametrize("change, formula, settings, text", [
    ({"b": 1}, "b ~ x", {}, "only the value 1"),
    ({"b": 0.5}, "b ~ x", {}, "must be 0 or 1"),
    ({"b": 3}, "b ~ x", {"family": "binomial"}, "from 0 to 1 with the family binomial: it is 3 in row 1"),
    ({"c": -1}, "c ~ x", {"family": "poisson"}, "from 0 on"),
    ({"g": 0.0}, "g ~ x", {"family": "Gamma"}, "above 0"),
    ({}, "c ~ x", {"family": "poison"}, "did you mean poisson"),
    ({}, "c ~ x", {"family": "poisson(lgo)"}, "did you mean log"),
    ({}, "f ~ x", {"family": "binomial"}, "has 3 levels"),
    ({"f": pd.Categorical(["a"] * 200)}, "f ~ x", {}, "has 1 level: it must have two"),
    ({}, "b ~ x", {"pweights": "w", "fweights": "k"}, "exclude each other: give one of them"),
    ({}, "yes ~ x", {"family": "poisson"}, "is a factor"),
    ({"t": "text"}, "t ~ x", {}, "is text"),
    ({}, "c ~ x", {"family": "poisson", "pweights": "w", "fweights": "k"}, "exclude each other"),
    ({}, "c ~ x", {"family": "poisson", "offset": "nowhere"}, "nowhere"),
    ({}, "c ~ x", {"family": "poisson", "max_iterations": 0}, "1 or more"),
    ({}, "c ~ x", {"family": "quasipoisson", "compute_aic": True}, "has none"),
    ({}, "c ~ x", {"family": 3}, "family must be a text"),
    ({}, "c ~ x", {"family": "gaussian(log)"}, "iterations cannot start"),
])
def test_bad_input_is_one_clear_sentence(rows, change, formula, settings, text):
    frame = rows.head(200).assign(**change)
    call = rx.rx_glm if "family" in settings else rx.rx_logit
    with pytest.raises((rx.InvalidArgument, rx.DataError, rx.Unsupported), match=text):
        call(formula, frame, report_progress=0, **settings)


def test_new_data_must_have_the_offset_and_known_levels(rows):
    fit = rx.rx_glm("c ~ x + f", rows, family="poisson", offset="o", report_progress=0)
    with pytest.raises(rx.InvalidArgument, match="variable not found: o: the model needs it"):
        rx.rx_predict(fit, rows.drop(columns="o").head(5), report_progress=0)
    other = rows.head(5).assign(f=pd.Categorical(["a", "b", "d", "a", "b"]))
    with pytest.raises(rx.InvalidArgument, match="level 'd'"):
        rx.rx_predict(fit, other, report_progress=0)


@pytest.mark.parametrize("call", [
    lambda d: rx.rx_lin_mod("g ~ x + one", d, report_progress=0), lambda d: rx.rx_logit("b ~ x + one", d, report_progress=0),
    lambda d: rx.rx_glm("c ~ x + one", d, family="poisson", report_progress=0),
    lambda d: rx.rx_multinom_logit("f ~ x + one", d, report_progress=0)])
def test_a_factor_of_one_level_is_dropped_and_said(rows, call):
    frame = rows.head(500).assign(one=pd.Categorical(["only"] * 500))
    with pytest.warns(UserWarning, match="the factor 'one' has only the level 'only', which the intercept stands for"):
        fit = call(frame)
    coefficients = np.asarray(fit["coefficients"]).reshape(len(fit.coefficient_names), -1)
    assert np.isnan(coefficients[fit.coefficient_names.index("one=only")]).all()


def test_iterations_without_an_optimum_are_not_called_converged():
    """The best line has a mean of 0 in some row, which the deviance cannot have: steps get shorter, and lead nowhere."""
    random = np.random.default_rng(3)
    x, z = random.uniform(0, 1, 40), random.uniform(0, 1, 40)
    frame = pd.DataFrame({"x": x, "z": z, "y": random.poisson(np.where(x < 0.3, 0.02, 3 * x))})
    with pytest.warns(UserWarning, match="have not converged: after .* no step from there .*; choose another link, or give initial_values"):
        fit = rx.rx_glm("y ~ x + z", frame, family="poisson(identity)", max_iterations=100, report_progress=0)
    assert fit["converged"] is False and np.isfinite(fit["coefficients"]).all()


def test_a_way_into_a_ditch_is_left_for_another_start():
    """With mu = eta^2 the first step may land where eta has the other sign; from the mean alone the iterations find the optimum."""
    random = np.random.default_rng([10, 18])
    x = random.uniform(-1, 1, 400)
    frame = pd.DataFrame({"x": x, "y": np.where(random.uniform(size=400) < 0.2, 0, random.gamma(1, np.exp(0.5 + x)) + 0.05)})
    fit = rx.rx_glm("y ~ x", frame, family="Tweedie(1.8, 0.5)", **TIGHT)
    other = smf.glm("y ~ x", frame, family=sm.families.Tweedie(LINKS.Power(power=0.5), var_power=1.8, check_link=False)).fit(
        start_params=[1.3, 0.5], tol=1e-12, tol_criterion="params", maxiter=300)
    assert fit["converged"] and fit.deviance == pytest.approx(other.deviance, rel=1e-9)


def test_aliased_columns_and_missing_rows(rows):
    frame = rows.head(5000).assign(same=2 * rows.x - rows.z)
    frame.loc[frame.index[::7], "x"] = np.nan
    fit = rx.rx_logit("b ~ x + z + same", frame, **TIGHT)
    other = smf.logit("b ~ x + z", frame).fit(disp=0, tol=1e-14)
    assert np.isnan(fit.params["same"]) and fit["nMissingObs"] == len(frame[::7])
    matches(fit, other, ["Intercept", "x", "z"])


def test_a_cube_keeps_all_cells(rows):
    fit = rx.rx_logit("b ~ f", rows, cube=True, report_progress=0)
    shares = rows.groupby("f", observed=True).b.mean()
    np.testing.assert_allclose(fit["countDF"]["b"], shares, rtol=1e-6)
    assert fit["countDF"]["Counts"].tolist() == rows.groupby("f", observed=True).b.count().tolist()


def test_models_pass_from_file_to_file(rows, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        source = rx.rx_data_step(rows, str(tmp_path / "rows.xdf"), report_progress=0)
        fit = rx.rx_glm("c ~ x + f", source, family=rx.rx_tweedie(1.5, 0), report_progress=0)
    assert (fit["family"], fit["link"]) == ("Tweedie", "log")
    direct = rx.rx_glm("c ~ x + f", rows, family="Tweedie(1.5, 0)", report_progress=0)
    assert fit["coefficients"].tobytes() == direct["coefficients"].tobytes()
    assert "Family-link: Tweedie-log" in str(fit.summary())


@pytest.mark.parametrize("seed", [0, 4, 7, 16])
def test_a_first_step_out_of_range_is_drawn_toward_the_mean(seed):
    """R and statsmodels end with an error, or in NaN, unless they are told where to start."""
    random = np.random.default_rng(seed)
    x = random.uniform(0, 1, 30)
    frame = pd.DataFrame({"x": x, "y": random.gamma(1, np.where(x > 0.9, 20, 0.5)) + 1e-3})
    fit = rx.rx_glm("y ~ x", frame, family="Gamma(inverse)", **TIGHT)
    assert fit["converged"]
    other = smf.glm("y ~ x", frame, family=sm.families.Gamma(LINKS.InversePower())).fit(start_params=fit["coefficients"], tol=1e-14)
    np.testing.assert_allclose(fit["coefficients"], other.params, rtol=1e-8)
    assert fit.deviance == pytest.approx(other.deviance, rel=1e-10)
