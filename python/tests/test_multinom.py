"""rx_multinom_logit against statsmodels' MNLogit, in every context of this machine; predictions; bad input."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

import insitu as rx

TIGHT = {"objective_function_tolerance": 0, "coeff_tolerance": 1e-12, "report_progress": 0, "drop_first": True, "max_iterations": 60}


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(23)
    n = 70_000  # three pieces of a data frame
    frame = pd.DataFrame({
        "x": random.normal(1000, 1, n), "z": random.uniform(-1, 2, n), "f": pd.Categorical(random.choice(list("abc"), n)),
        "k": random.integers(0, 3, n), "w": np.round(random.uniform(0.1, 2, n), 3)})
    odds = np.column_stack([np.zeros(n), 0.3 + 0.5 * (frame.x - 1000), -0.4 + 0.8 * (frame.f == "b"), -1 - 0.6 * frame.z])
    share = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
    frame["code"] = (random.uniform(size=(n, 1)) > share.cumsum(axis=1)).sum(axis=1)
    frame["y"] = pd.Categorical.from_codes(frame.code, ["none", "one", "two", "three"])
    return frame


def by_statsmodels(formula, rows):
    return smf.mnlogit(formula, rows).fit(disp=0, method="newton", tol=1e-14, maxiter=100)


def test_coefficients_are_those_of_statsmodels(rows):
    centred = rows.assign(x=rows.x - 1000)  # MNLogit loses digits far from zero
    fit = rx.rx_multinom_logit("y ~ x + z + f", centred, cov_coef=True, **TIGHT)
    other = by_statsmodels("code ~ x + z + f", centred)
    kept = ~np.asarray(fit["aliased"], dtype=bool)
    names = ["Intercept", "x", "z", "f[T.b]", "f[T.c]"]
    np.testing.assert_allclose(fit["coefficients"][kept], other.params.loc[names], rtol=1e-8)
    np.testing.assert_allclose(fit.bse.to_numpy()[kept], other.bse.loc[names], rtol=1e-8)
    np.testing.assert_allclose(fit.pvalues.to_numpy()[kept], other.pvalues.loc[names], rtol=1e-6, atol=1e-300)
    assert fit.llf == pytest.approx(other.llf, rel=1e-12) and fit.aic == pytest.approx(other.aic, rel=1e-12)
    assert fit.bic == pytest.approx(other.bic, rel=1e-12) and fit.prsquared == pytest.approx(other.prsquared, rel=1e-8)
    assert fit["converged"] and fit.class_names == ["one", "two", "three"] and list(fit.params.columns) == fit.class_names
    assert fit.df_model == other.df_model and fit.nobs == len(rows)
    labels = {"Intercept": "(Intercept)", "f[T.b]": "f=b", "f[T.c]": "f=c"}
    at = [f"{c}:{labels.get(k, k)}" for c in fit.class_names for k in other.params.index]
    np.testing.assert_allclose(fit.cov_params().loc[at, at], other.cov_params(), rtol=1e-6, atol=1e-12)
    low_high = fit.conf_int()
    np.testing.assert_allclose(low_high[("one", 1)] - low_high[("one", 0)], 2 * 1.959963984540054 * fit.bse["one"], rtol=1e-12)


def test_predictions_are_those_of_statsmodels(rows):
    fit = rx.rx_multinom_logit("y ~ x + z + f", rows, **TIGHT)
    other = by_statsmodels("code ~ I(x - 1000) + z + f", rows)
    given = rows.copy()
    given.loc[7, "x"] = np.nan
    expected = other.predict(rows).to_numpy()
    found = fit.predict(given)
    assert list(found.columns) == ["none_prob", "one_prob", "two_prob", "three_prob"]
    assert found.iloc[7].isna().all()
    np.testing.assert_allclose(found.drop(7), np.delete(expected, 7, 0), rtol=1e-7)
    np.testing.assert_allclose(found.drop(7).sum(axis=1), 1, rtol=1e-14)
    likeliest = fit.predict(given, type="class").iloc[:, 0]
    assert likeliest.isna().sum() == 1 and list(likeliest.cat.categories) == ["none", "one", "two", "three"]
    assert (likeliest.drop(7) == np.array(["none", "one", "two", "three"])[np.delete(expected, 7, 0).argmax(axis=1)]).all()
    odds = fit.predict(given, type="link")
    np.testing.assert_allclose(odds["two_link"].drop(7), np.log(found["two_prob"] / found["none_prob"]).drop(7), rtol=1e-9, atol=1e-12)


def test_two_classes_are_a_logistic_regression(rows):
    two = rows.assign(y=pd.Categorical(np.where(rows.code > 0, "some", "none"), ["none", "some"]))
    fit, other = rx.rx_multinom_logit("y ~ x + f:z", two, pweights="w", **TIGHT), rx.rx_logit("y ~ x + f:z", two, pweights="w", **TIGHT)
    np.testing.assert_allclose(fit["coefficients"].ravel(), other["coefficients"], rtol=1e-9)
    np.testing.assert_allclose(fit["coef.std.error"].ravel(), other["coef.std.error"], rtol=1e-8)
    assert fit.deviance == pytest.approx(other.deviance, rel=1e-12) and fit["iter"] == pytest.approx(other["iter"], abs=2)


def test_weights_say_how_often_a_row_counts(rows):
    few = rows.head(9_000)
    weighted = rx.rx_multinom_logit("y ~ z + f", few, fweights="k", **TIGHT)
    repeated = rx.rx_multinom_logit("y ~ z + f", few.loc[few.index.repeat(few.k)].reset_index(drop=True), **TIGHT)
    for key in ("coefficients", "coef.std.error", "classCounts"):
        np.testing.assert_allclose(weighted[key], repeated[key], rtol=1e-10)
    assert weighted.nobs == repeated.nobs and weighted.bic == pytest.approx(repeated.bic, rel=1e-12)
    cut = rx.rx_multinom_logit("y ~ z + f", few[few.k > 0].reset_index(drop=True), fweights="k", **TIGHT)
    np.testing.assert_allclose(weighted["coefficients"], cut["coefficients"], rtol=1e-12)


def test_the_context_changes_nothing(rows, tmp_path):
    file = rx.rx_data_step(rows, rx.RxXdfData(str(tmp_path / "rows.xdf")), rows_per_read=9_000, report_progress=0)
    fits = [rx.rx_multinom_logit("y ~ x + z + f", file, compute_context=context, report_progress=0)
            for context in (rx.RxLocalSeq(), rx.RxLocalParallel(), rx.RxProcesses(2))]
    for fit in fits[1:]:
        for key in ("coefficients", "coef.std.error"):
            assert fit[key].tobytes() == fits[0][key].tobytes()
        assert fit.text("summary").split("Results for")[1] == fits[0].text("summary").split("Results for")[1]


def test_found_levels_missing_values_and_an_index(rows, tmp_path):
    frame = rows[["x", "z", "code"]].assign(y=np.array(["n", "o", "t", "h"])[rows.code])
    frame.loc[::50, "x"], frame.loc[::77, "y"] = np.nan, None
    frame.to_csv(tmp_path / "rows.csv", index=False, na_rep="NA")
    text = rx.RxTextData(str(tmp_path / "rows.csv"), rows_per_read=9_000, column_info={
        "y": {"type": "factor"}, "x": {"type": "numeric"}, "z": {"type": "numeric"}})
    fit = rx.rx_multinom_logit("y ~ x + z", text, **TIGHT)
    levels = fit["response.levels"]
    indexed = frame.assign(y=pd.Categorical(frame.y, levels)).set_index(rows.index.to_numpy() + 2**60)
    other = rx.rx_multinom_logit("y ~ x + z", indexed, **TIGHT)
    known = indexed.dropna().assign(code=lambda d: d.y.cat.codes, x=lambda d: d.x - 1000)
    judge = by_statsmodels("code ~ x + z", known)
    assert fit["nValidObs"] == other["nValidObs"] == len(known)
    np.testing.assert_allclose(fit["coefficients"][1:], other["coefficients"][1:], rtol=1e-6)
    np.testing.assert_allclose(other["coefficients"][1:], judge.params.loc[["x", "z"]], rtol=1e-7)
    predicted = other.predict(indexed)
    assert (predicted.index == indexed.index).all() and (predicted.isna().any(axis=1) == indexed.x.isna()).all()


def test_aliased_columns_and_interactions(rows):
    fit = rx.rx_multinom_logit("y ~ z + z2 + f:z", rows.assign(z2=2 * rows.z), **TIGHT)
    other = rx.rx_multinom_logit("y ~ z + f:z", rows, **TIGHT)
    assert np.isnan(fit["coefficients"][2]).all() and fit.deviance == pytest.approx(other.deviance, rel=1e-12)
    none = rx.rx_multinom_logit("y ~ f + x - 1", rows, **TIGHT)
    with_intercept = rx.rx_multinom_logit("y ~ f + x", rows, **TIGHT)
    assert none.deviance == pytest.approx(with_intercept.deviance, rel=1e-11)
    np.testing.assert_allclose(none["coefficients"][-1], with_intercept["coefficients"][-1], rtol=1e-7)


def test_separated_classes_are_said(rows):
    frame = pd.DataFrame({"x": np.arange(90.0), "y": pd.Categorical(np.repeat(list("abc"), 30))})
    with pytest.warns(UserWarning, match="separated by x of"):
        fit = rx.rx_multinom_logit("y ~ x", frame, report_progress=0)
    assert np.isfinite(fit["coefficients"]).all() and np.isfinite(fit["coef.std.error"]).all()


def test_bad_input_is_one_sentence(rows):
    def error(formula, data=rows, **settings):
        with pytest.raises(rx.InvalidArgument) as said:
            rx.rx_multinom_logit(formula, data, report_progress=0, **settings)
        return str(said.value)

    assert "must be a factor" in error("code ~ x")
    assert "takes no offset" in error("y ~ x + offset(z)")
    assert "one dependent variable" in error("cbind(y, x) ~ z")
    assert "no dependent variable" in error("~ x")
    assert "max_iterations must be 1 or more" in error("y ~ x", max_iterations=0)
    assert "coeff_tolerance must be from 0 to 1, not -1" in error("y ~ x", coeff_tolerance=-1)
    assert "objective_function_tolerance must be from 0 to 1, not 2" in error("y ~ x", objective_function_tolerance=2)
    text = error("y ~ x", rows.assign(y=rows.y.astype(str)))
    assert "is text: make it a factor" in text and "two" not in text
    with pytest.raises(rx.DataError, match="no row has the level 'four'"):
        rx.rx_multinom_logit("y ~ x", rows.assign(y=rows.y.cat.add_categories("four")), report_progress=0)
    fit = rx.rx_multinom_logit("y ~ z", rows, report_progress=0)
    for settings, said in (({"compute_residuals": True}, "residuals"), ({"interval": "confidence"}, "intervals"),
                           ({"compute_standard_errors": True}, "standard errors"),
                           ({"predict_var_names": "p"}, "4 names")):
        with pytest.raises(rx.InvalidArgument, match=said):
            rx.rx_predict(fit, rows, report_progress=0, **settings)
    linear = rx.rx_lin_mod("z ~ x", rows, report_progress=0)
    with pytest.raises(rx.InvalidArgument, match="multinomial"):
        rx.rx_predict(linear, rows, type="class", report_progress=0)
