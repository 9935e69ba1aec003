"""rx_pca against NumPy and scikit-learn, rx_ridge_reg against scikit-learn's Ridge and its formulas written out."""

import numpy as np
import pandas as pd
import pytest

import insitu as rx


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(12)
    n = 70_000
    base = random.normal(size=(n, 4)) @ random.normal(size=(4, 4))
    frame = pd.DataFrame(base * [1, 10, 0.1, 3] + [5, -100, 1, 1000], columns=list("abcd"))
    frame["e"] = frame.a + 1e-4 * random.normal(size=n)  # nearly collinear
    frame["f"] = pd.Categorical.from_codes(random.integers(0, 3, n), list("uvw"))
    frame["y"] = frame.a - 0.2 * frame.b + (frame.f == "v") + random.normal(size=n)
    frame["n"] = random.integers(0, 3, n)
    frame.loc[::101, "c"] = np.nan
    return frame


@pytest.mark.parametrize("cor", [False, True])
def test_components_are_those_of_numpy(rows, cor):
    columns = list("abcde")
    complete = rows[columns].dropna()
    matrix = (complete.corr() if cor else complete.cov()).to_numpy()
    values, vectors = np.linalg.eigh(matrix)
    values, vectors = values[::-1], vectors[:, ::-1]
    vectors = vectors * np.where(vectors[0] < 0, -1, 1)
    found = rx.rx_pca("~ a + b + c + d + e", rows, cor=cor, report_progress=0)
    np.testing.assert_allclose(found["sdev"] ** 2, values, rtol=1e-6, atol=1e-12 * values[0])
    np.testing.assert_allclose(found["loadings"], vectors, atol=1e-7)
    np.testing.assert_allclose(found["loadings"].T @ found["loadings"], np.eye(5), atol=1e-14)
    np.testing.assert_allclose(found["cumulative"], np.cumsum(values) / values.sum(), rtol=1e-9)
    np.testing.assert_allclose(found["center"], complete.mean(), rtol=1e-12)
    assert found["n.obs"] == len(complete) and found["missing.obs"] == len(rows) - len(complete)
    scores = found.predict(complete)
    np.testing.assert_allclose(scores.cov(), np.diag(found["sdev"] ** 2), atol=1e-8 * values[0])


def test_components_are_those_of_scikit_learn(rows):
    decomposition = pytest.importorskip("sklearn.decomposition")
    complete = rows[list("abcd")].dropna()
    expected = decomposition.PCA().fit(complete)
    found = rx.rx_pca("~ a + b + c + d", rows, report_progress=0)
    signs = np.where(expected.components_[:, :1] < 0, -1, 1)
    np.testing.assert_allclose(found.components_, expected.components_ * signs, atol=1e-9)
    np.testing.assert_allclose(found.explained_variance_, expected.explained_variance_, rtol=1e-9)
    np.testing.assert_allclose(found.explained_variance_ratio_, expected.explained_variance_ratio_, rtol=1e-9)
    np.testing.assert_allclose(found.transform(complete.head()), expected.transform(complete.head()) * signs.T, atol=1e-7)
    np.testing.assert_allclose(found.mean_, expected.mean_, rtol=1e-12)


def design(rows):
    made = rows[["a", "b", "c"]].copy()
    for level in "uvw":
        made[f"f={level}"] = (rows.f == level).astype(float)
    return made


def test_ridge_is_that_of_scikit_learn(rows):
    linear_model = pytest.importorskip("sklearn.linear_model")
    x = design(rows)[rows.c.notna()]
    y = rows.y[rows.c.notna()]
    lambdas = [0.001, 0.1, 5]
    found = rx.rx_ridge_reg("y ~ a + b + c + f", rows, lambda_=lambdas, report_progress=0)
    table = found.labelled("coefficients")
    assert list(table.columns) == ["(Intercept)", *x.columns] and list(table.index) == ["0.001", "0.1", "5"]
    scale = x.std(ddof=0)
    for i, each in enumerate(lambdas):
        expected = linear_model.Ridge(alpha=each * len(x), solver="cholesky").fit(x / scale, y)
        np.testing.assert_allclose(table.iloc[i, 1:], expected.coef_ / scale, rtol=1e-7, atol=1e-10)
        assert table.iloc[i, 0] == pytest.approx(expected.intercept_, rel=1e-7)
        assert found["r.squared"][i] == pytest.approx(expected.score(x / scale, y), rel=1e-8)
        values = np.linalg.eigvalsh(x.corr())
        df = (values / (values + each)).sum()
        assert found["df"][i] == pytest.approx(df, rel=1e-8)
        rest = ((y - expected.predict(x / scale)) ** 2).sum()
        assert found["GCV"][i] == pytest.approx(rest / (len(x) - df) ** 2, rel=1e-7)


def test_lambda_zero_is_least_squares(rows):
    found = rx.rx_ridge_reg("y ~ a + b + c", rows, 0, report_progress=0)
    expected = rx.rx_lin_mod("y ~ a + b + c", rows, report_progress=0)
    np.testing.assert_allclose(found["coefficients"][0], expected["coefficients"], rtol=1e-8)
    assert found["r.squared"][0] == pytest.approx(expected.rsquared, rel=1e-10)


def test_frequency_weights_repeat_rows(rows):
    head = rows.head(2000)
    repeated = head.loc[head.index.repeat(head.n)]
    found = rx.rx_ridge_reg("y ~ a + b", head, 0.3, fweights="n", report_progress=0)
    expected = rx.rx_ridge_reg("y ~ a + b", repeated, 0.3, report_progress=0)
    for field in ("coefficients", "r.squared", "GCV", "df"):
        np.testing.assert_allclose(found[field], expected[field], rtol=1e-9)
    np.testing.assert_allclose(rx.rx_pca("~ a + b", head, fweights="n", report_progress=0)["sdev"],
                               rx.rx_pca("~ a + b", repeated, report_progress=0)["sdev"], rtol=1e-9)


def test_a_constant_combination_has_no_variance(rows):
    found = rx.rx_pca("~ a + f", rows, cor=True, report_progress=0)
    assert found["sdev"][-1] == 0 and found["proportion"].sum() == pytest.approx(1)


def test_bad_input_is_told(rows):
    for call, text in ((lambda: rx.rx_ridge_reg("y ~ a + f", rows, 0, report_progress=0), "collinear: give a lambda_ above 0"),
                       (lambda: rx.rx_ridge_reg("y ~ a", rows, -1, report_progress=0), "lambda_ must be a number of 0 or more"),
                       (lambda: rx.rx_ridge_reg("y ~ a", rows, [], report_progress=0), "lambda_ must be"),
                       (lambda: rx.rx_ridge_reg("y ~ a", rows, "x", report_progress=0), "lambda_ must be"),
                       (lambda: rx.rx_ridge_reg("f ~ a", rows, 1, report_progress=0), "must be a number, but 'f' is a factor"),
                       (lambda: rx.rx_ridge_reg("y ~ a - 1", rows, 1, report_progress=0), "has an intercept"),
                       (lambda: rx.rx_ridge_reg("cbind(y, b) ~ a", rows, 1, report_progress=0), "one dependent variable"),
                       (lambda: rx.rx_ridge_reg("y ~ z", rows.assign(z=1.0), 1, report_progress=0), "constant, leave it out: z"),
                       (lambda: rx.rx_pca("~ a + z", rows.assign(z=1.0), cor=True, report_progress=0), "z.*cor=False"),
                       (lambda: rx.rx_pca("y ~ a", rows, report_progress=0), "after the '~'"),
                       (lambda: rx.rx_pca("~ a + b", rows, report_progress=0).predict(rows[["a"]]), "not found: b"),
                       (lambda: rx.rx_pca("~ a + b", report_progress=0), "rx_pca: data is missing"),
                       (lambda: rx.rx_pca("~ a + b", rows, moments=rx.rx_moments("~ a + b", rows, report_progress=0), report_progress=0),
                        "data and moments exclude each other"),
                       (lambda: rx.rx_pca("~ a", moments=3, report_progress=0), "or what rx_cov_cor returns, not 3")):
        with pytest.raises(rx.InsituError, match=text):
            call()


def test_they_print(rows):
    text = str(rx.rx_pca("~ a + b", rows, report_progress=0).summary())
    assert "Importance of components:" in text and "Cumulative Proportion" in text and "Loadings:" in text
    assert "Coefficients by lambda:" in repr(rx.rx_ridge_reg("y ~ a + b", rows, 0.5, report_progress=0))
