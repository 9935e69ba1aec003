"""Predictions of ridge regressions, elastic nets and principal components, and what they are without data: from moments that
were kept and from covariances. Against their formulas written out in NumPy."""

import numpy as np
import pandas as pd
import pytest

import insitu as rx


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(7)
    n = 5000
    frame = pd.DataFrame(random.normal(size=(n, 3)) @ random.normal(size=(3, 3)) + [3, -20, 1000], columns=list("abc"))
    frame["f"] = pd.Categorical.from_codes(random.integers(0, 3, n), list("uvw"))
    frame["y"] = 2 + frame.a - 0.3 * frame.b + (frame.f == "v") + random.normal(size=n)
    frame["w"], frame["n"] = random.uniform(0.5, 2, n), random.integers(0, 3, n)
    frame.loc[::97, "c"] = np.nan
    return frame


def design(rows):
    made = rows[["a", "b", "c"]].copy()
    for level in "uvw":
        made[f"f={level}"] = (rows.f == level).astype(float)
    return made


def fitted(fit, x, row):
    return fit["coefficients"][row, 0] + x.to_numpy() @ fit["coefficients"][row, 1:]


def same(found, expected, **tolerance):
    np.testing.assert_allclose(found, expected, **{"rtol": 1e-12, "atol": 1e-11, **tolerance})


FITS = (lambda rows, **more: rx.rx_ridge_reg("y ~ a + b + c + f", rows, lambda_=[0.001, 0.1, 5], report_progress=0, **more),
        lambda rows, **more: rx.rx_elastic_net("y ~ a + b + c + f", rows, alpha=0.5, num_lambda=20, report_progress=0, **more))


@pytest.mark.parametrize("fit", FITS)
def test_predictions_are_those_of_the_coefficients(rows, fit):
    model, x = fit(rows), design(rows)
    best = int(np.nanargmin(model["GCV"]))
    found = model.predict(rows, compute_residuals=True)
    assert list(found.columns) == ["y_Pred", "y_Resid"] and found.index.equals(rows.index)
    same(found.y_Pred, fitted(model, x, best))
    assert found.y_Pred.isna().sum() == rows.c.isna().sum() > 0
    same(found.y_Resid, rows.y - found.y_Pred)
    chosen = [model["lambda"][0], model["lambda"][-1]]
    several = rx.rx_predict(model, rows, lambda_=chosen, compute_residuals=True, report_progress=0)
    assert list(several.columns) == ["y_Pred_1", "y_Pred_2", "y_Resid_1", "y_Resid_2"]
    same(several.y_Pred_1, fitted(model, x, 0))
    same(several.y_Resid_2, rows.y - fitted(model, x, -1))
    named = model.predict(rows, lambda_=chosen[0], predict_var_names="p", residual_var_names="r", compute_residuals=True)
    assert list(named.columns) == ["p", "r"]
    # Weights, transforms and rows of other levels, as for every model.
    weighted = fit(rows, pweights="w", transforms={"b": "b / 2"})
    assert "w" not in weighted.predict(rows[["a", "b", "c", "f"]]).columns
    same(weighted.predict(rows).y_Pred, fitted(weighted, x.assign(b=x.b / 2), int(np.nanargmin(weighted["GCV"]))))
    pearson = weighted.predict(rows, compute_residuals=True, residual_type="pearson")
    same(pearson.y_Resid, (rows.y - pearson.y_Pred) * np.sqrt(rows.w))


def test_an_elastic_net_is_linear_between_penalties(rows):
    model, x = FITS[1](rows), design(rows)
    first, second = model["lambda"][3], model["lambda"][4]
    found = model.predict(rows, lambda_=0.25 * first + 0.75 * second)
    same(found.y_Pred, 0.25 * fitted(model, x, 3) + 0.75 * fitted(model, x, 4))
    # The end of the path as it is printed, with seven digits.
    same(model.predict(rows, lambda_=float(model["lambdaNames"][-1])).y_Pred, fitted(model, x, -1), rtol=1e-5)


def test_generalised_cross_validation_of_an_elastic_net(rows):
    model, x = FITS[1](rows), design(rows)
    for i in (0, 7, 19):
        rest = np.nansum((rows.y - fitted(model, x, i)) ** 2)
        complete = rows.c.notna().sum()
        same(model["GCV"][i], rest / (complete - model["df"][i]) ** 2, rtol=1e-9)


@pytest.mark.parametrize("cor", [False, True])
def test_scores_are_those_of_the_loadings(rows, cor, tmp_path):
    model, x = rx.rx_pca("~ a + b + c + f", rows, cor=cor, report_progress=0), design(rows)
    scores = (x - model["center"]) / model["scale"] @ model["loadings"]
    found = rx.rx_predict(model, rows, report_progress=0)
    assert list(found.columns) == [f"PC{k}" for k in range(1, 7)]
    same(found, scores)
    same(model.transform(rows, num_components=2), scores.iloc[:, :2])
    # Appended to a file, in two processes, and from the bytes of the model.
    file = rx.RxXdfData(str(tmp_path / "rows.xdf"))
    rx.rx_data_step(rows, file, report_progress=0)
    rx.rx_predict(rx.rx_serialize_model(model), file, num_components=1, predict_var_names=["first"], report_progress=0,
                  compute_context=rx.RxProcesses(num_workers=2))
    same(rx.rx_data_step(file, report_progress=0)["first"], scores.iloc[:, 0])


def test_columns_of_factors_and_products(rows):
    model = rx.rx_pca("~ a:f + N(f) + log(w)", rows, report_progress=0)
    x = pd.DataFrame({level: rows.a * (rows.f == level) for level in "uvw"})
    x["N"], x["log"] = rows.f.cat.codes.astype(float), np.log(rows.w)
    same(model.predict(rows), (x - model["center"]).to_numpy() @ model["loadings"])


@pytest.mark.parametrize("fit", [*FITS, lambda rows: rx.rx_pca("~ a + f", rows, report_progress=0)])
def test_a_model_file_holds_them(rows, fit):
    model = fit(rows)
    back = rx.rx_unserialize_model(rx.rx_serialize_model(model))
    assert type(back) is type(model) and repr(back) == repr(model)
    assert rx.rx_serialize_model(back) == rx.rx_serialize_model(model)
    for each in (back, rx.rx_serialize_model(model, realtime_scoring_only=True)):
        assert rx.rx_predict(each, rows, report_progress=0).equals(rx.rx_predict(model, rows, report_progress=0))


def test_what_makes_no_sense_is_told(rows):
    ridge, net = (fit(rows) for fit in FITS)
    pca, linear = rx.rx_pca("~ a + b", rows, report_progress=0), rx.rx_lin_mod("y ~ a", rows, report_progress=0)
    multinomial = rx.rx_multinom_logit("f ~ a", rows, report_progress=0)
    for model, settings, text in (
            (ridge, {"compute_standard_errors": True}, "standard errors of predictions are not defined for a ridge regression"),
            (net, {"interval": "confidence"}, "intervals are not defined for an elastic net"),
            (net, {"compute_leverage": True}, "leverages and Cook's distances are not defined for an elastic net"),
            (pca, {"compute_residuals": True}, "residuals are not defined for principal components"),
            (pca, {"num_components": 3}, "num_components must be from 1 to 2, not 3"),
            (pca, {"num_components": 0}, "num_components must be from 1 to 2, not 0"),
            (pca, {"type": "link"}, "type is for regressions"),
            (pca, {"lambda_": 1}, "lambda_ is for a model of rx_ridge_reg or rx_elastic_net"),
            (pca, {"predict_var_names": ["one"]}, "predict_var_names must be 2 names, one for each component"),
            (linear, {"lambda_": 1}, "lambda_ is for a model of rx_ridge_reg"),
            (linear, {"num_components": 1}, "num_components is for principal components"),
            (multinomial, {"lambda_": 1}, "lambda_ is for a model of rx_ridge_reg"),
            (ridge, {"lambda_": 0.5}, "not fitted with lambda_ 0.5, but with 0.001, 0.1, 5: fit it with that one too"),
            (net, {"lambda_": 1e9}, "lambda_ must be from .* to .*, the penalties of the model, not 1000000000"),
            (ridge, {"lambda_": "x"}, "lambda_ must be a number of 0 or more"),
            (ridge, {"lambda_": [0.1, 5], "predict_var_names": ["p"]}, "predict_var_names must be 2 names, one for each lambda_"),
            (ridge, {"num_components": 1}, "num_components is for principal components"),
            (ridge, {"type": "class"}, "for a multinomial model")):
        with pytest.raises(rx.InvalidArgument, match=text):
            rx.rx_predict(model, rows, report_progress=0, **settings)


# ---- without data


@pytest.mark.parametrize("weights", [{}, {"pweights": "w"}, {"fweights": "n"}])
def test_moments_stand_for_the_rows(rows, weights, tmp_path):
    file = str(tmp_path / "kept.moments")
    kept = rx.rx_moments("y ~ a + b + c + f", rows, **weights, report_progress=0)
    rx.rx_moments("y ~ a + b + c + f", rows, **weights, output_file=file, report_progress=0)
    for moments in (kept, file):
        for function, formula, more, fields in (
                (rx.rx_pca, "~ a + b + c + f", {"cor": True}, ("sdev", "loadings", "center", "scale", "n.obs", "missing.obs")),
                (rx.rx_ridge_reg, "y ~ b + f + a + c", {"lambda_": [0.1, 2]}, ("coefficients", "df", "GCV", "r.squared", "nValidObs")),
                (rx.rx_elastic_net, "a ~ b + y + c", {"num_lambda": 5}, ("coefficients", "df", "lambda", "r.squared"))):
            found = function(formula, moments=moments, report_progress=0, **more)
            expected = function(formula, rows.dropna(), **weights, report_progress=0, **more)
            for field in fields:
                if field != "missing.obs":
                    same(found[field], expected[field], rtol=1e-9, atol=1e-11)
            same(rx.rx_predict(found, rows, report_progress=0), rx.rx_predict(expected, rows, report_progress=0), rtol=1e-9)
    assert kept["nMissingObs"] == rows.c.isna().sum()


@pytest.mark.parametrize("weights", [{}, {"pweights": "w"}, {"fweights": "n"}])
@pytest.mark.parametrize("kind", ["Cov", "Cor", "SSCP"])
def test_covariances_stand_for_the_rows(rows, kind, weights):
    stored = rx.rx_cov_cor("~ y + a + b + c + f", rows, type=kind, **weights, report_progress=0)
    complete = rows.dropna()
    digits = {"rtol": 1e-6 if kind == "SSCP" else 1e-9, "atol": 1e-7 if kind == "SSCP" else 1e-11}  # means of 1,000 about zero
    found = rx.rx_pca(stored, cor=True, report_progress=0)
    expected = rx.rx_pca("~ y + a + b + c + f", complete, cor=True, **weights, report_progress=0)
    for field in ("sdev", "loadings", "center", "scale", "n.obs"):
        same(found[field][:7] if field == "sdev" else found[field][:, :7] if field == "loadings" else found[field],
             expected[field][:7] if field == "sdev" else expected[field][:, :7] if field == "loadings" else expected[field], **digits)
    assert list(found["names"]) == list(expected["names"])
    ridge = rx.rx_ridge_reg("y ~ a + b + `f=u`", moments=stored, lambda_=0.5, report_progress=0)
    dummy = complete.assign(u=(complete.f == "u").astype(float))
    expected = rx.rx_ridge_reg("y ~ a + b + u", dummy, lambda_=0.5, **weights, report_progress=0)
    same(ridge["coefficients"], expected["coefficients"], **digits)
    # And least squares: what a regression from a covariance is.
    found = rx.rx_refit(stored, "y ~ a + c", cov_coef=True)
    expected = rx.rx_lin_mod("y ~ a + c", complete, **weights, cov_coef=True, report_progress=0)
    if weights.get("fweights") is None:
        for field in ("coefficients", "coef.std.error", "sigma", "r.squared", "f.pvalue"):
            same(found[field], expected[field], **digits)
    else:
        same(found["coefficients"], expected["coefficients"], **digits)
    same(found.predict(complete), expected.predict(complete), **digits)


def test_what_moments_do_not_hold_is_told(rows):
    kept = rx.rx_moments("y ~ a + b", rows, report_progress=0)
    for call, text in ((lambda: rx.rx_pca("~ a + z", moments=kept), "the moments hold no term z"),
                       (lambda: rx.rx_ridge_reg("y ~ a", moments=kept, pweights="w"), "pweights cannot be used with moments"),
                       (lambda: rx.rx_ridge_reg("y ~ a", moments=kept, row_selection="a > 1"), "row_selection cannot be used with moments"),
                       (lambda: rx.rx_elastic_net("z ~ a", moments=kept), "hold no term z"),
                       (lambda: rx.rx_pca("~ a", moments="/nowhere"), "not found: /nowhere")):
        with pytest.raises(rx.InsituError, match=text):
            call()
