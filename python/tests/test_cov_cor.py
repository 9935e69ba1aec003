"""rx_cov_cor, rx_cov, rx_cor and rx_sscp against NumPy and pandas, on many pieces, in every context of this machine."""

import numpy as np
import pandas as pd
import pytest

import insitu as rx


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(5)
    n = 70_000  # three pieces of a data frame
    frame = pd.DataFrame({
        "x": random.normal(1e6, 3, n), "y": random.normal(0, 1, n).astype("float32"), "k": random.integers(-5, 6, n),
        "f": pd.Categorical.from_codes(random.integers(0, 3, n), list("abc")), "w": random.uniform(0, 2, n),
        "n": random.integers(0, 4, n)})
    frame["z"] = frame.x * 0.5 - frame.y
    frame.loc[::97, "y"] = np.nan
    frame.loc[5::1013, "w"] = 0.0
    return frame


def columns(frame):
    """The columns of ~ x + y + k + f + y:f, complete rows."""
    made = frame[["x", "y", "k"]].astype(float)
    for level in "abc":
        made[f"f={level}"] = (frame.f == level).astype(float)
    for level in "abc":
        made[f"y for f={level}"] = made.y * made[f"f={level}"]
    return made[frame.y.notna()]


FORMULA = "~ x + y + k + f + y:f"


def test_covariance_and_correlation_are_those_of_pandas(rows):
    expected = columns(rows)
    found = rx.rx_cov_cor(FORMULA, rows, report_progress=0)
    matrix = found.labelled("CovCor")
    assert list(matrix.columns) == list(matrix.index) == list(expected.columns)
    np.testing.assert_allclose(matrix, expected.cov(), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found["Means"], expected.mean(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found["StdDevs"], expected.std(), rtol=1e-10)
    assert found["valid.obs"] == len(expected) and found["missing.obs"] == len(rows) - len(expected)
    np.testing.assert_allclose(rx.rx_cor(FORMULA, rows, report_progress=0), expected.corr(), rtol=1e-9, atol=1e-9)
    assert (np.diag(rx.rx_cor(FORMULA, rows, report_progress=0)) == 1).all()


def test_products_have_a_constant_in_front(rows):
    expected = columns(rows).assign(Constant=1.0)
    expected = expected[["Constant", *expected.columns[:-1]]]
    found = rx.rx_sscp(FORMULA, rows, report_progress=0)
    assert list(found.columns) == list(expected.columns)
    np.testing.assert_allclose(found, expected.T @ expected, rtol=1e-12, atol=1e-6)


@pytest.mark.parametrize("kind", ["fweights", "pweights"])
def test_weights(rows, kind):
    weight = "n" if kind == "fweights" else "w"
    frame = columns(rows)
    w = rows[weight][frame.index].to_numpy(dtype=float)
    found = rx.rx_cov_cor(FORMULA, rows, report_progress=0, **{kind: weight})
    kept = frame[w > 0]
    scale = 1 if kind == "fweights" else len(kept) / w.sum()  # a covariance of weights with their mean one
    expected = np.cov(kept.to_numpy().T, ddof=0, aweights=w[w > 0])
    n = w.sum() * scale
    np.testing.assert_allclose(found["CovCor"], expected * n / (n - 1), rtol=1e-8, atol=1e-9)
    assert found["SumOfWeights"] == pytest.approx(w.sum(), rel=1e-12)
    np.testing.assert_allclose(found["Means"], np.average(kept, axis=0, weights=w[w > 0]), rtol=1e-11, atol=1e-11)


def test_every_context_has_the_same_bits(rows):
    contexts = [rx.RxLocalSeq(), rx.RxLocalParallel(), rx.RxForeachDoPar(), rx.RxProcesses(num_workers=2)]
    found = [rx.rx_cov_cor(FORMULA, rows, pweights="w", compute_context=context, report_progress=0) for context in contexts]
    for each in found[1:]:
        assert np.array_equal(each["CovCor"], found[0]["CovCor"])
        assert str(each).split("Data:")[1] == str(found[0]).split("Data:")[1]


def test_columns_that_others_add_up_to_are_dropped_on_demand(rows):
    rows = rows.assign(one=7.0)
    kept = rx.rx_cov_cor("~ x + f + one", rows, report_progress=0)
    assert list(kept.labelled("CovCor").columns) == ["x", "f=a", "f=b", "f=c", "one"] and kept["DroppedVars"] == []
    found = rx.rx_cov_cor("~ x + f + one", rows, keep_all=False, report_progress=0)
    assert list(found.labelled("CovCor").columns) == ["x", "f=a", "f=b"]
    assert found["DroppedVars"] == ["f=c", "one"] and found["DroppedVarIndexes"] == [4, 5]
    constant = rx.rx_cor("~ x + one", rows, report_progress=0)
    assert np.isnan(constant.loc["x", "one"])


def test_wrong_questions_are_answered_in_words(rows):
    for formula, words in (("y ~ x", "none before it"), ("~ 1", "none before it"), ("~ nope", "not found: nope")):
        with pytest.raises(rx.InvalidArgument, match=words):
            rx.rx_cov_cor(formula, rows, report_progress=0)
    with pytest.raises(rx.InvalidArgument, match="type must be one of 'Cov', 'Cor', 'SSCP'"):
        rx.rx_cov_cor("~ x", rows, type="Covv")
    with pytest.raises(rx.DataError, match="no complete rows"):
        rx.rx_cov_cor("~ x", pd.DataFrame({"x": [np.nan, np.nan]}), report_progress=0)


def test_a_matrix_too_large_for_memory_is_refused_before_the_pass():
    rows = pd.DataFrame({"f": pd.Categorical.from_codes(range(6000), [f"l{i}" for i in range(6000)]), "x": range(6000)})
    with pytest.raises(rx.InvalidArgument, match="6001 columns, more than 5200: use fewer"):
        rx.rx_cov_cor("~ f + x", rows, report_progress=0)


@pytest.mark.parametrize("function", [rx.rx_summary, rx.rx_lin_mod, rx.rx_cov_cor, rx.rx_cor])
def test_no_formula_is_answered_in_words(rows, function):
    with pytest.raises(rx.InvalidArgument, match="formula"):
        function(None, rows, report_progress=0)


def test_covariances_of_a_model():
    random = np.random.default_rng(2)
    rows = pd.DataFrame(random.normal(size=(300, 3)) @ random.normal(size=(3, 3)), columns=list("yxz"))
    rows["b"] = rows.y > 0
    fit = rx.rx_lin_mod("y ~ x + z", rows, cov_coef=True, cov_data=True, report_progress=0)
    x = np.column_stack([np.ones(300), rows.x, rows.z])
    expected = np.linalg.inv(x.T @ x) * fit["sigma"] ** 2
    found = rx.rx_cov_coef(fit)
    assert list(found) == list(found.index) == ["(Intercept)", "x", "z"]
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    sizes = np.sqrt(np.diag(expected))
    np.testing.assert_allclose(rx.rx_cor_coef(fit), expected / np.outer(sizes, sizes), rtol=1e-9)
    np.testing.assert_allclose(rx.rx_cov_data(fit), rows[["x", "z"]].cov(), rtol=1e-10)
    np.testing.assert_allclose(rx.rx_cor_data(fit), rows[["x", "z"]].corr(), rtol=1e-10)
    logit = rx.rx_logit("b ~ x", rows, cov_coef=True, report_progress=0)
    assert rx.rx_cov_coef(logit).equals(logit.cov_params())
    for call, text in ((lambda: rx.rx_cov_coef(rx.rx_lin_mod("y ~ x", rows, report_progress=0)), "fit it with cov_coef=True"),
                       (lambda: rx.rx_cor_data(logit), "fit it with cov_data=True"), (lambda: rx.rx_cov_data(3), "rx_cov_data: x must be a .* model, not int")):
        with pytest.raises(rx.InvalidArgument, match=text):
            call()
