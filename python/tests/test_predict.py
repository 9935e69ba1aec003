"""rx_predict over models, inputs and outputs, against statsmodels and formulas written out."""

import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf

import insitu as rx

SILENT = {"report_progress": 0}


def rows_of(n=600, seed=5, missing=False):
    rng = np.random.default_rng(seed)
    d = pd.DataFrame({"x": rng.normal(3, 2, n), "z": rng.uniform(0, 1, n), "w": rng.uniform(0.2, 3, n), "o": rng.uniform(-0.3, 0.3, n),
                      "f": pd.Categorical(rng.choice(list("abc"), n))})
    eta = 0.3 + 0.2 * d.x - 0.5 * d.z + d.f.cat.codes * 0.3
    d["y"] = eta + rng.normal(0, 0.7, n)
    d["b"] = (rng.uniform(0, 1, n) < 1 / (1 + np.exp(-eta + 1))).astype(float)
    d["c"] = rng.poisson(np.exp(0.5 * eta)).astype(float)
    d["g"] = rng.gamma(2, np.exp(0.4 * eta) / 2)
    if missing:
        for column in ("x", "y", "b", "c", "g"):
            d.loc[rng.choice(n, 20, replace=False), column] = np.nan
    return d


END = {"coeff_tolerance": 0, "objective_function_tolerance": 1e-15, "max_iterations": 50}


def models(weights=None, d=None):
    """Name, our fit, statsmodels' fit, the response; the last level is our reference."""
    d = rows_of() if d is None else d
    right = " ~ x + z + C(f, Treatment('c'))"
    w = {"pweights": weights} if weights else {}
    ours = " ~ x + z + f"
    glms = {"b": ("binomial", sm.families.Binomial()), "c": ("poisson", sm.families.Poisson()),
            "g": ("Gamma(log)", sm.families.Gamma(sm.families.links.Log())), "y": ("gaussian", sm.families.Gaussian())}
    linear = smf.wls("y" + right, d, weights=d.w).fit() if weights else smf.ols("y" + right, d).fit()
    yield "lin_mod", rx.rx_lin_mod("y" + ours, d, cov_coef=True, **w, **SILENT), linear, "y"
    for y, (ours_family, theirs) in glms.items():
        fit = rx.rx_glm(y + ours, d, family=ours_family, cov_coef=True, **w, **END, **SILENT)
        yield ours_family, fit, smf.glm(y + right, d, family=theirs, var_weights=d.w if weights else None).fit(tol=1e-13, maxiter=100), y
    if not weights:
        yield ("logit", rx.rx_logit("b" + ours, d, cov_coef=True, **END, **SILENT),
               smf.glm("b" + right, d, family=sm.families.Binomial()).fit(tol=1e-13), "b")


@pytest.mark.parametrize("weights", [None, "w"])
def test_residuals_leverages_and_distances_against_statsmodels(weights):
    d = rows_of()
    for name, fit, theirs, y in models(weights, d):
        found = {kind: rx.rx_predict(fit, d, compute_residuals=True, residual_type=kind, **SILENT)[y + "_Resid"]
                 for kind in ("usual", "response", "pearson", "deviance", "working")}
        pd.testing.assert_series_equal(found["usual"], found["response"])
        root = np.sqrt(d.w) if weights else 1.0
        if name == "lin_mod":
            expected = {"response": theirs.resid, "pearson": theirs.resid * root, "deviance": theirs.resid * root,
                        "working": theirs.resid}
        else:
            # statsmodels leaves the weights of rows out of its Pearson residuals, and puts them into those of deviance.
            unit = (d[y] - theirs.mu) / np.sqrt(theirs.family.variance(theirs.mu))
            expected = {"response": theirs.resid_response, "pearson": unit * root, "deviance": theirs.resid_deviance,
                        "working": (d[y] - theirs.mu) * theirs.family.link.deriv(theirs.mu)}
        for kind, values in expected.items():
            np.testing.assert_allclose(found[kind], values, rtol=1e-6, atol=1e-8, err_msg=f"{name} {kind}")
        working = np.asarray(d.w) if weights else np.ones(len(d))
        if name != "lin_mod":
            family = theirs.family
            working = working / (family.link.deriv(theirs.mu)**2 * family.variance(theirs.mu))
        root_x = np.sqrt(working)[:, None] * theirs.model.exog
        hat = np.sum(np.linalg.qr(root_x)[0]**2, axis=1)
        more = rx.rx_predict(fit, d, compute_leverage=True, compute_cooks_distance=True, **SILENT)
        assert list(more.columns) == [y + "_Pred", y + "_Leverage", y + "_CooksDistance"]
        np.testing.assert_allclose(more[y + "_Leverage"], hat, rtol=1e-6, err_msg=name)
        pearson = found["pearson"]  # the formula: r^2 h / ((1 - h)^2 p dispersion)
        np.testing.assert_allclose(more[y + "_CooksDistance"], pearson**2 * hat / ((1 - hat)**2 * 5 * theirs.scale), rtol=1e-6,
                                   atol=1e-12, err_msg=name)
        if not weights and name != "Gamma(log)":  # where statsmodels takes the observed information, as R does not
            influence = theirs.get_influence()
            np.testing.assert_allclose(more[y + "_Leverage"], influence.hat_matrix_diag, rtol=1e-6)
            np.testing.assert_allclose(more[y + "_CooksDistance"], influence.cooks_distance[0], rtol=1e-6, atol=1e-12, err_msg=name)
        assert np.isclose(more[y + "_Leverage"].sum(), 5, rtol=1e-6)


def test_errors_and_intervals_against_statsmodels():
    d = rows_of()
    new = rows_of(50, 6)
    for name, fit, theirs, y in models(d=d):
        interval = "prediction" if name in ("lin_mod", "gaussian") else "confidence"
        found = rx.rx_predict(fit, new, compute_standard_errors=True, interval=interval, confidence_level=0.9, **SILENT)
        assert list(found.columns) == [y + end for end in ("_Pred", "_StdErr", "_Lower", "_Upper")]
        if name in ("lin_mod", "gaussian"):
            linear = smf.ols("y ~ x + z + C(f, Treatment('c'))", d).fit()
            frame = linear.get_prediction(new).summary_frame(alpha=0.1)
            bounds = frame.obs_ci_lower, frame.obs_ci_upper
        else:
            frame = theirs.get_prediction(new).summary_frame(alpha=0.1)
            bounds = frame.mean_ci_lower, frame.mean_ci_upper
        np.testing.assert_allclose(found[y + "_Pred"], frame["mean"], rtol=1e-7)
        np.testing.assert_allclose(found[y + "_StdErr"], frame["mean_se"], rtol=1e-6)
        if name != "Gamma(log)":  # whose statsmodels' bounds are normal, ours are those of t
            for end, bound in zip(("_Lower", "_Upper"), bounds):
                np.testing.assert_allclose(found[y + end], bound, rtol=1e-6, err_msg=name)
        if interval == "confidence":
            link = rx.rx_predict(fit, new, type="link", compute_standard_errors=True, interval="confidence", confidence_level=0.9,
                                 **SILENT)
            eta = theirs.predict(new, which="linear")
            np.testing.assert_allclose(link[y + "_Pred"], eta, rtol=1e-6, atol=1e-9)
            np.testing.assert_allclose(theirs.family.link.inverse(link[y + "_Upper"].to_numpy()), found[y + "_Upper"], rtol=1e-9)
            with pytest.raises(rx.InvalidArgument, match='interval="prediction" is for linear models'):
                rx.rx_predict(fit, new, interval="prediction", **SILENT)


def test_frequency_weights_are_rows_of_weight_one():
    d = rows_of(200)
    d["k"] = np.arange(200) % 4 + 1
    repeated = d.loc[d.index.repeat(d.k)].reset_index(drop=True)
    first = ~d.index.repeat(d.k).duplicated()
    options = {"compute_residuals": True, "residual_type": "deviance", "compute_leverage": True, "compute_cooks_distance": True}
    for fit in (lambda rows, **w: rx.rx_lin_mod("y ~ x + f", rows, cov_coef=True, **w, **SILENT),
                lambda rows, **w: rx.rx_glm("c ~ x + f", rows, family="poisson", cov_coef=True, **w, **END, **SILENT)):
        ours = rx.rx_predict(fit(d, fweights="k"), d.drop(columns="k"), **options, **SILENT)
        theirs = rx.rx_predict(fit(repeated), repeated, **options, **SILENT)[first].reset_index(drop=True)
        pd.testing.assert_frame_equal(ours, theirs, rtol=1e-8)


@pytest.mark.parametrize("kind", ["frame", "xdf", "csv"])
def test_outputs_of_every_kind(tmp_path, kind):
    d = rows_of(300, missing=True)
    xdf, csv = str(tmp_path / "d.xdf"), str(tmp_path / "d.csv")
    rx.rx_data_step(d, xdf, rows_per_read=70, **SILENT)
    d.to_csv(csv, index=False)
    data = {"frame": d, "xdf": rx.RxXdfData(xdf), "csv": rx.RxTextData(csv, strings_as_factors=True)}[kind]
    for name, fit, _, y in models(d=rows_of()):
        options = {"compute_residuals": True, "compute_standard_errors": True, "interval": "confidence", "predict_var_names": "p",
                   "residual_var_names": "r", "std_errors_var_names": ["s"], "interval_var_names": ["l", "u"], **SILENT}
        expected = rx.rx_predict(fit, d, **options)
        whole = d[["x", y]].notna().all(axis=1)
        assert (expected.notna().all(axis=1) == whole).all() and (expected.isna().all(axis=1) == ~whole).all(), name
        out = str(tmp_path / f"{name}.xdf")
        rx.rx_predict(fit, data, out, write_model_vars=True, extra_vars_to_write=["o"], **options)
        got = rx.rx_data_step(out)
        assert list(got.columns) == ["p", "r", "s", "l", "u", *sorted({"x", "z", "f", y}, key=list(got.columns).index), "o"]
        near = {"rtol": 1e-4, "atol": 1e-5} if kind == "csv" else {}  # decimals of text are float32 unless said otherwise
        pd.testing.assert_frame_equal(got[list("prslu")], expected, **near)
        with pytest.raises(rx.InsituError, match="overwrite"):
            rx.rx_predict(fit, data, out, **options)
        rx.rx_predict(fit, data, out, overwrite=True, **options)
        rx.rx_predict(fit, data, out, append="rows", **options)
        pd.testing.assert_frame_equal(rx.rx_data_step(out), pd.concat([expected, expected], ignore_index=True), **near)
        rx.rx_predict(fit, data, out, overwrite=True, remove_missings=True, **options)
        pd.testing.assert_frame_equal(rx.rx_data_step(out), expected[whole].reset_index(drop=True), **near)


def test_a_file_gets_columns_in_place_and_refuses_to_replace_them(tmp_path):
    d = rows_of(200)
    xdf = rx.RxXdfData(str(tmp_path / "d.xdf"))
    rx.rx_data_step(d, xdf.file, **SILENT)
    fit = rx.rx_glm("c ~ x", d, family="poisson", cov_coef=True, **SILENT)
    rx.rx_predict(fit, xdf, xdf, compute_leverage=True, **SILENT)
    assert rx.rx_data_step(xdf).columns.tolist() == [*d.columns, "c_Pred", "c_Leverage"]
    with pytest.raises(rx.InvalidArgument, match="the variable exists: c_Pred"):
        rx.rx_predict(fit, xdf, **SILENT)
    rx.rx_predict(fit, xdf, overwrite=True, type="link", **SILENT)
    np.testing.assert_allclose(rx.rx_data_step(xdf)["c_Pred"], rx.rx_predict(fit, d, type="link", **SILENT)["c_Pred"])
    with pytest.raises(rx.InvalidArgument, match="remove_missings cannot be used"):
        rx.rx_predict(fit, xdf, remove_missings=True, overwrite=True, **SILENT)


def test_data_frames_get_columns_as_copies():
    d = rows_of(40).set_index(pd.Index(range(100, 140), name="id"))
    fit = rx.rx_lin_mod("y ~ x + f", d, **SILENT)
    alone = rx.rx_predict(fit, d, **SILENT)
    both = rx.rx_predict(fit, d, d, write_model_vars=True, **SILENT)
    assert "y_Pred" not in d and both.columns.tolist() == [*d.columns, "y_Pred"]
    pd.testing.assert_index_equal(both.index, d.index)
    pd.testing.assert_series_equal(both.y_Pred, alone.y_Pred, check_index=False)
    with pytest.raises(rx.InvalidArgument, match="the variable exists: y_Pred"):
        rx.rx_predict(fit, d, both, **SILENT)
    pd.testing.assert_frame_equal(rx.rx_predict(fit, d, both, overwrite=True, **SILENT), both)
    with pytest.raises(rx.InvalidArgument, match="output_data has 40 rows, but data 10"):
        rx.rx_predict(fit, d.head(10), d, **SILENT)
    with pytest.raises(rx.InvalidArgument, match="remove_missings cannot be used"):
        rx.rx_predict(fit, d, d, remove_missings=True, **SILENT)
    pl = pytest.importorskip("polars")
    frame = pl.from_pandas(d)
    assert rx.rx_predict(fit, frame, frame, **SILENT).columns == [*d.columns, "y_Pred"]
    arrow = frame.to_arrow()
    assert rx.rx_predict(fit, arrow, arrow, **SILENT).column_names == [*d.columns, "y_Pred"]
    with pytest.raises(rx.InvalidArgument, match="a data frame of pandas, the predictions are one of polars"):
        rx.rx_predict(fit, frame, d, **SILENT)


def test_levels_offsets_and_models_that_cannot():
    d = rows_of(200)
    fit = rx.rx_glm("c ~ x + f", d, family="poisson", offset="o", cov_coef=True, **SILENT)
    new = d.head(6).assign(f=pd.Categorical(["a", "b", "q", "c", "a", "b"]))
    with pytest.raises(rx.InvalidArgument, match="q"):
        rx.rx_predict(fit, new, **SILENT)
    found = rx.rx_predict(fit, new, check_factor_levels=False, compute_standard_errors=True, **SILENT)
    assert found.isna().all(axis=1).tolist() == [False, False, True, False, False, False]
    other_order = d.head(6).assign(f=pd.Categorical(d.f.head(6), categories=list("cba")))
    pd.testing.assert_frame_equal(rx.rx_predict(fit, other_order, **SILENT), rx.rx_predict(fit, d.head(6), **SILENT))
    with pytest.raises(rx.InvalidArgument, match="variable not found: o"):
        rx.rx_predict(fit, d.drop(columns="o"), **SILENT)
    with pytest.raises(rx.InvalidArgument, match="one dependent variable; this one has 2"):
        rx.rx_predict(rx.rx_lin_mod("cbind(y, z) ~ x", d, **SILENT), d, **SILENT)
    with pytest.raises(rx.InvalidArgument, match="variable not found: w"):
        weighted = rx.rx_lin_mod("y ~ x", d, pweights="w", cov_coef=True, **SILENT)
        rx.rx_predict(weighted, d.drop(columns="w"), compute_leverage=True, **SILENT)
    plain = rx.rx_lin_mod("y ~ x", d, **SILENT)
    with pytest.raises(rx.InvalidArgument, match="leverages and Cook's distances need a model that was fitted with cov_coef=True"):
        rx.rx_predict(plain, d, compute_cooks_distance=True, **SILENT)
    with pytest.raises(rx.InvalidArgument, match="residual_type"):
        rx.rx_predict(plain, d, compute_residuals=True, residual_type="person", **SILENT)
    for cube in (rx.rx_lin_mod("y ~ f + x", d, cube=True, cube_predictions=True, **SILENT),
                 rx.rx_logit("b ~ f + x", d, cube=True, cube_predictions=True, **SILENT)):
        y = cube["y.names"]
        y = y if isinstance(y, str) else y[0]
        cells = cube["countDF"]
        centre = pd.DataFrame({"f": pd.Categorical(list("abc")), "x": d.x.mean()})
        np.testing.assert_allclose(cells[y], rx.rx_predict(cube, centre, **SILENT)[y + "_Pred"], rtol=1e-9)
        with pytest.raises(rx.InvalidArgument, match="cube=True"):
            rx.rx_predict(cube, d, compute_standard_errors=True, **SILENT)


def test_the_examples_of_the_chapter_run(tmp_path):
    """docs/prediction.md, in both languages."""
    chapter = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "prediction.md").read_text("utf-8")
    code = "\n".join(re.findall(r"```python\n(.*?)```", chapter, re.DOTALL))
    done = subprocess.run([sys.executable, "-"], input=code, text=True, capture_output=True, cwd=tmp_path, check=True)
    assert "n_Leverage" in done.stdout and "n_Upper" in done.stdout
    if rscript := shutil.which("Rscript"):
        code = "\n".join(re.findall(r"```r\n(.*?)```", chapter, re.DOTALL))
        done = subprocess.run([rscript, "-"], input=code, text=True, capture_output=True, cwd=tmp_path, check=True)
        assert "mpg_CooksDistance" in done.stdout
