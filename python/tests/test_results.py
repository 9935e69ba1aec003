"""Results under statsmodels' names (C), judged by statsmodels, and what notebooks show."""

import html
import html.parser
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from statsmodels.regression.linear_model import OLS, WLS

import insitu as rx

ROWS = 33_000  # more than one chunk


def _rows(seed, rows=ROWS, missing=True):
    rng = np.random.default_rng(seed)
    f, g = rng.integers(0, 4, rows), rng.integers(0, 3, rows)
    x, z = rng.normal(3, 2, rows), rng.exponential(1, rows)
    frame = pd.DataFrame({
        "y": 1 + 2 * x - z + 0.5 * f + rng.normal(0, 1 + 0.2 * g, rows), "v": x * z + rng.normal(0, 1, rows), "x": x, "z": z,
        "f": pd.Categorical.from_codes(f, list("abcd")), "g": pd.Categorical.from_codes(g, ["p", "q", "r"]),
        "w": rng.uniform(0.1, 3, rows), "k": rng.integers(0, 4, rows)})
    if missing:
        for name in ("y", "x", "f", "w"):
            frame.loc[rng.random(rows) < 0.02, name] = np.nan
    return frame


def _dummies(values, levels, prefix):
    return {f"{prefix}={level}": (values == level).astype(float) for level in levels}


def _design(frame, formula):
    """Columns by the label that the engine gives them; dropped ones are left out, as the engine leaves the last of a factor."""
    one = {"(Intercept)": np.ones(len(frame))}
    f, g = _dummies(frame["f"], "abc", "f"), _dummies(frame["g"], "pq", "g")
    x, z = {"x": frame["x"]}, {"z": frame["z"]}
    return pd.DataFrame({
        "y ~ x": {**one, **x}, "y ~ x + z + f": {**one, **x, **z, **f}, "y ~ f + g": {**one, **f, **g},
        "y ~ x - 1": x, "y ~ x + z - 1": {**x, **z},
        "y ~ x + f + x2": {**one, **x, **_dummies(frame["f"], "bcd", "f")},  # docs/math/least_squares.md: which ones go
        "y ~ x + f:g": {**one, **x, **{f"f={a}, g={b}": ((frame["f"] == a) & (frame["g"] == b)).astype(float)
                                       for b in "pqr" for a in "abcd" if (a, b) != ("d", "r")}},
    }[formula]).astype(float)


FORMULAS = ("y ~ x", "y ~ x + z + f", "y ~ f + g", "y ~ x - 1", "y ~ x + z - 1", "y ~ x + f + x2", "y ~ x + f:g")


def _near(ours, theirs, name):
    ours, theirs = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    assert ours.shape == theirs.shape, name
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-300, err_msg=name)


@pytest.mark.parametrize("weights", [None, "pweights", "fweights"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_C_lin_mod_agrees_with_statsmodels_under_its_names(formula, weights):
    frame = _rows(FORMULAS.index(formula))
    frame["x2"] = 2 * frame["x"]  # aliased
    settings = {"pweights": {"pweights": "w"}, "fweights": {"fweights": "k"}}.get(weights, {})
    fit = rx.rx_lin_mod(formula, frame, cov_coef=True, **settings)
    used = [v for v in ("y", "x", "z", "f", "g") if v in formula.replace("x2", "")] + list(settings.values())
    complete = frame.dropna(subset=used)
    if weights == "fweights":
        complete = complete.loc[complete.index.repeat(complete["k"])]
    design = _design(complete, formula)
    theirs = (WLS(complete["y"], design, weights=complete["w"]) if weights == "pweights" else OLS(complete["y"], design)).fit()

    labels = list(design.columns)
    dropped = [name for name in fit.params.index if name not in labels]
    assert isinstance(fit.params, pd.Series) and list(fit.params.index) == fit.coefficient_names
    for name in ("params", "bse", "tvalues", "pvalues"):
        ours = getattr(fit, name)
        assert ours[dropped].isna().all(), name
        if name == "pvalues":  # statsmodels' are 0 or lose digits far out in the tail
            np.testing.assert_allclose(ours[labels], theirs.pvalues, rtol=1e-7, atol=1e-290)
        else:
            _near(ours[labels], getattr(theirs, name), name)
    for alpha in (0.05, 0.3, 1e-6):
        intervals = fit.conf_int(alpha)
        assert list(intervals.columns) == [0, 1] and intervals.loc[dropped].isna().all(axis=None)
        _near(intervals.loc[labels], theirs.conf_int(alpha), f"conf_int({alpha})")
    covariance = fit.cov_params()
    _near(covariance.loc[labels, labels], theirs.cov_params(), "cov_params")
    assert covariance.loc[dropped].isna().all(axis=None)
    for name in ("rsquared", "rsquared_adj", "fvalue", "nobs", "df_resid", "df_model", "scale", "ssr", "mse_resid"):
        assert isinstance(getattr(fit, name), float), name
        _near(getattr(fit, name), getattr(theirs, name), name)
    np.testing.assert_allclose(fit.f_pvalue, theirs.f_pvalue, rtol=1e-7, atol=1e-290)
    if weights == "pweights":
        for name in ("llf", "aic", "bic"):
            with pytest.raises(rx.Unsupported, match=f"{name}.*probability weights"):
                getattr(fit, name)
            assert not hasattr(fit, name)
    else:
        for name in ("llf", "aic", "bic"):
            _near(getattr(fit, name), getattr(theirs, name), name)

    new = _rows(5, rows=200)
    new["x2"] = 2 * new["x"]
    new.index = range(1000, 1200)
    predicted = fit.predict(new)
    assert isinstance(predicted, pd.Series) and predicted.index.equals(new.index)
    whole = new.dropna(subset=[v for v in used if v not in ("y", "w")])
    np.testing.assert_allclose(predicted[whole.index], theirs.predict(_design(whole, formula)), rtol=1e-9, atol=1e-12)
    assert predicted.isna().sum() == len(new) - len(whole) or "x" not in formula


def test_C_several_responses_have_a_column_each():
    frame = _rows(3, rows=500)
    fit = rx.rx_lin_mod("cbind(y, v) ~ x + f", frame)
    complete = frame.dropna(subset=["y", "x", "f"])
    design = pd.DataFrame({"(Intercept)": 1.0, "x": complete["x"], **_dummies(complete["f"], "abc", "f")})
    for i, y in enumerate(("y", "v")):
        theirs = OLS(complete[y], design).fit()
        for name in ("params", "bse", "tvalues"):
            _near(getattr(fit, name).loc[design.columns, y], getattr(theirs, name), name)
        _near(fit.conf_int(0.1).loc[design.columns, y], theirs.conf_int(0.1), "conf_int")
        for name in ("rsquared", "fvalue", "scale", "llf", "aic", "bic"):
            _near(getattr(fit, name)[i], getattr(theirs, name), name)
    with pytest.raises(rx.InvalidArgument, match="one dependent variable"):
        fit.predict(frame)


def test_C_params_of_the_call_are_settings():
    fit = rx.rx_lin_mod("y ~ x", _rows(1, rows=50), drop_first=True)
    assert fit.settings is fit["params"] and fit.settings["dropFirst"] is True
    assert list(fit.params.index) == ["(Intercept)", "x"]
    own = fit.params
    own["x"] = 7  # a copy of the user's own
    assert fit.params["x"] != 7


def test_C_what_a_model_does_not_keep_is_told():
    fit = rx.rx_lin_mod("y ~ x", _rows(1, rows=50))
    for name, instead in (("resid", r"residuals\(data\)"), ("fittedvalues", r"predict\(data\)"), ("exog", "in the data")):
        with pytest.raises(rx.Unsupported, match=f"RxLinModResults.{name}: a model keeps no rows.*{instead}"):
            getattr(fit, name)
        assert not hasattr(fit, name)
    with pytest.raises(rx.InvalidArgument, match="cov_coef=True"):
        fit.cov_params()
    for odd in (0, 1, -0.1, 95, float("nan"), "0.05", None, True, [0.05]):
        with pytest.raises(rx.InvalidArgument, match="conf_int: alpha must be a number between 0 and 1"):
            fit.conf_int(odd)
    again = pickle.loads(pickle.dumps(fit))
    assert again.params.equals(fit.params) and again.conf_int().equals(fit.conf_int())


def test_C_no_degrees_of_freedom_give_missing_figures():
    fit = rx.rx_lin_mod("y ~ x", pd.DataFrame({"y": [1.0, 3.0], "x": [1.0, 2.0]}))
    assert fit.df_resid == 0 and fit.nobs == 2 and fit.conf_int().isna().all(axis=None) and fit.bse.isna().all()
    np.testing.assert_allclose(fit.params, [-1, 2])


def test_C_predictions_and_residuals_leave_files_alone(tmp_path):
    frame = _rows(4, rows=70_000)
    xdf = rx.rx_data_step(frame, str(tmp_path / "rows.xdf"))
    frame.drop(columns=["f", "g"]).to_csv(tmp_path / "rows.csv", index=False)
    fit = rx.rx_lin_mod("y ~ x + z", xdf, cov_coef=True)
    expected = fit.predict(frame)
    before = open(xdf.file, "rb").read()
    for data in (xdf, xdf.file, tmp_path / "rows.xdf", rx.RxTextData(tmp_path / "rows.csv", column_classes=dict.fromkeys("yxzvwk", "numeric"))):
        np.testing.assert_allclose(fit.predict(data), expected, rtol=1e-12)
        np.testing.assert_allclose(fit.residuals(data), frame["y"] - expected, rtol=1e-9, atol=1e-9)
    assert open(xdf.file, "rb").read() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["rows.csv", "rows.xdf"]
    np.testing.assert_array_equal(fit.predict(pl.from_pandas(frame[["x", "z"]])).to_numpy(), expected)
    both = fit.predict(frame, interval="confidence")
    assert list(both.columns) == ["y_Pred", "y_Lower", "y_Upper"]


def test_C_summaries_are_one_frame_with_the_categories():
    frame = _rows(6, rows=3000, missing=False)
    found = rx.rx_summary("~ x + f + x:f + f:g", frame)
    assert found.summary_data_frame is found["sDataFrame"] and repr(found.summary()) == repr(found)
    whole = found.to_frame()
    assert list(whole.columns[:3]) == ["Name", "Category", "Mean"] and len(whole) == 4 + 4 + 4 + 12
    np.testing.assert_allclose(whole[whole["Name"] == "x"]["Mean"], [frame["x"].mean()])
    counts = whole[(whole["Name"] == "f") & whole["Category"].notna()].set_index("Category")["Counts"]
    assert counts.to_dict() == frame["f"].value_counts().to_dict()
    means = whole[(whole["Name"] == "x:f") & whole["Category"].notna()].set_index("Category")["Mean"]
    np.testing.assert_allclose(means[list("abcd")], frame.groupby("f", observed=False)["x"].mean())
    cells = whole[(whole["Name"] == "f:g") & whole["Category"].notna()].set_index("Category")["Counts"]
    assert cells["b, q"] == ((frame["f"] == "b") & (frame["g"] == "q")).sum()


class _Cells(html.parser.HTMLParser):
    """The texts of a page, and whether every tag that is opened is closed."""

    def __init__(self, text):
        super().__init__()
        self.texts, self.open = [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        assert tag in ("p", "table", "caption", "thead", "tbody", "tr", "th", "td"), tag
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def _shown(result):
    return " | ".join(_Cells(result._repr_html_()).texts)


def test_C_notebooks_show_what_print_shows(tmp_path):
    frame = _rows(7, rows=400, missing=False)
    fit = rx.rx_lin_mod("y ~ x + f", frame)
    text = _shown(fit)
    for figure in (fit.rsquared, fit.rsquared_adj, fit["sigma"], fit.fvalue, fit.f_pvalue, *fit.params.dropna(), *fit.bse.dropna()):
        assert f"{figure:.7g}" in text
    for words in ("y ~ x + f", "Valid observations | 400", "Missing observations | 0", "f=d | Dropped", "on 395 degrees of freedom",
                  "4 and 395 DF", "Condition number", "rx_lin_mod(formula='y ~ x + f'"):
        assert words in text, words
    cube = _shown(rx.rx_lin_mod("y ~ f + x", frame, cube=True))
    assert "Cube Linear Regression" in cube and "Cells | f | " in cube and "Counts" in cube
    assert "Coefficients of v" in _shown(rx.rx_lin_mod("cbind(y, v) ~ x", frame))

    text = _shown(rx.rx_summary("~ x + f + x:f", frame))
    for level, count in frame["f"].value_counts().items():
        assert f"{level} | {count}" in text
    assert "Category Counts for f (4 categories)" in text and "x for f=a" in text and "Valid observations | 400" in text

    xdf = rx.rx_data_step(frame, str(tmp_path / "r.xdf"))
    text = _shown(rx.rx_get_info(xdf, get_var_info=True, get_block_sizes=True, num_rows=2))
    for words in (xdf.file, "Number of observations | 400", "Number of variables | 8", "Rows per block | 400", "4: a, b, c, d",
                  "Data (2 rows starting with row 1)", "int64"):
        assert words in text, words
    assert "4: a, b, c, d" in _shown(rx.rx_get_var_info(xdf))
    levels = rx.rx_get_info(xdf, get_var_info=True).to_frame().set_index("variable")["levels"]
    assert levels["f"] == list("abcd")


def test_C_notebooks_show_names_levels_and_paths_as_text(tmp_path):
    bad = "<script>alert('&\"x\"')</script>"
    frame = pd.DataFrame({bad: pd.Categorical([bad, "b", bad, "b"]), "<b>y</b>": [1.0, 2, 3, 5]})
    folder = tmp_path / "<i>folder<"
    folder.mkdir()
    xdf = rx.rx_set_info(rx.rx_data_step(frame, str(folder / "d.xdf")), bad)
    results = [rx.rx_lin_mod(f"`<b>y</b>` ~ `{bad}`", frame), rx.rx_summary(f"~ `{bad}` + `<b>y</b>`", frame),
               rx.rx_get_info(xdf, get_var_info=True, num_rows=4), rx.rx_get_var_info(xdf)]
    for result in results:
        text = result._repr_html_()
        assert bad in " | ".join(_Cells(text).texts)
        assert "<script" not in text and "<b>" not in text and "<i>" not in text


def test_C_a_table_of_a_notebook_ends(tmp_path):
    frame = pd.DataFrame({"f": pd.Categorical([f"level {i}" for i in range(12_000)])})
    text = _shown(rx.rx_summary("~ f", frame))
    assert "Category Counts for f (12000 categories)" in text and "2,000 more rows: see to_frame()" in text
