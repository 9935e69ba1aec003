"""The estimators of insitu.sklearn: scikit-learn's own checks, and its estimators as a second opinion."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

sklearn = pytest.importorskip("sklearn", minversion="1.6", reason="scikit-learn is not installed")

from sklearn.base import clone  # noqa: E402
from sklearn.linear_model import LinearRegression as TheirLinear  # noqa: E402
from sklearn.linear_model import LogisticRegression as TheirLogistic  # noqa: E402
from sklearn.linear_model import PoissonRegressor  # noqa: E402
from sklearn.model_selection import cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import OneHotEncoder, StandardScaler  # noqa: E402
from sklearn.utils.estimator_checks import check_estimator  # noqa: E402

from insitu.sklearn import GLM, LinearRegression, LogisticRegression  # noqa: E402

#: Checks that an estimator fails, and why: none does.
EXPECTED = {LinearRegression: {}, LogisticRegression: {}, GLM: {}}


@pytest.mark.filterwarnings("ignore")  # of checks that are skipped
@pytest.mark.parametrize("kind", EXPECTED)
def test_the_checks_of_scikit_learn(kind):
    checks = check_estimator(kind(), expected_failed_checks=EXPECTED[kind], on_skip=None, on_fail=None)
    failed = {check["check_name"]: check["exception"] for check in checks if check["status"] == "failed"}
    assert not failed and sum(check["status"] == "passed" for check in checks) > 40


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(5)
    X = pd.DataFrame({"a b": random.normal(size=400), "x": random.uniform(size=400) * 10, "w": random.normal(size=400)})
    eta = 0.3 + 0.5 * X["a b"] - 0.1 * X["x"]
    return X, eta, random


def test_linear_regression(rows):
    X, eta, random = rows
    y, weights = eta + random.normal(size=len(X)), random.uniform(size=len(X))
    for constant in (True, False):
        ours = LinearRegression(fit_intercept=constant).fit(X, y, sample_weight=weights)
        theirs = TheirLinear(fit_intercept=constant).fit(X, y, sample_weight=weights)
        np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-9)
        assert ours.intercept_ == pytest.approx(theirs.intercept_, rel=1e-9)
        np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-9)
        assert ours.score(X, y) == pytest.approx(theirs.score(X, y))
    assert list(ours.feature_names_in_) == list(X.columns) and ours.n_features_in_ == 3
    assert clone(ours).get_params() == {"fit_intercept": False}


def test_a_column_that_depends_on_others_has_coefficient_0(rows):
    X, eta, _ = rows
    doubled = np.column_stack([X, X["x"] * 2])
    fit = LinearRegression().fit(doubled, eta)
    assert fit.coef_[3] == 0
    np.testing.assert_allclose(fit.predict(doubled), eta, rtol=1e-9)


def test_logistic_regression(rows):
    X, eta, random = rows
    y = np.where(random.uniform(size=len(X)) < 1 / (1 + np.exp(-eta)), "yes", "no")
    ours = LogisticRegression().fit(X, y)
    theirs = TheirLogistic(C=np.inf, tol=1e-12, max_iter=10000).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-5)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-6)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    np.testing.assert_allclose(np.exp(ours.predict_log_proba(X)), ours.predict_proba(X))
    assert list(ours.classes_) == ["no", "yes"] and ours.score(X, y) == theirs.score(X, y)
    assert ours.result_["converged"]
    with pytest.raises(ValueError, match="Only binary classification is supported.*rx_multinom_logit"):
        LogisticRegression().fit(X, np.arange(len(X)) % 3)
    with pytest.raises(ValueError, match="y has one class"):
        LogisticRegression().fit(X, np.ones(len(X)))


def test_glm(rows):
    X, eta, random = rows
    y = random.poisson(np.exp(eta))
    ours, theirs = GLM(family="poisson").fit(X, y), PoissonRegressor(alpha=0, tol=1e-12, max_iter=10000).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-5)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-5)


def test_they_fit_into_pipelines_and_cross_validation(rows):
    X, eta, random = rows
    y = eta + random.normal(size=len(X))
    pipeline = make_pipeline(StandardScaler(), LinearRegression())
    assert cross_val_score(pipeline, X, y, cv=3) == pytest.approx(cross_val_score(make_pipeline(StandardScaler(), TheirLinear()), X, y, cv=3))
    letters = np.array(list("abc"))[random.integers(0, 3, len(X))][:, np.newaxis]
    levels = make_pipeline(OneHotEncoder(sparse_output=False), LinearRegression()).fit(letters, y)
    for letter in "abc":
        assert levels.predict([[letter]])[0] == pytest.approx(y[letters[:, 0] == letter].mean())


def test_without_scikit_learn_the_module_says_what_to_do():
    code = ("import sys; sys.modules['sklearn'] = None; sys.modules['sklearn.base'] = None\n"
            "try:\n import insitu.sklearn\nexcept ImportError as error: print(error)")
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "insitu.sklearn needs scikit-learn 1.6 or later: pip install scikit-learn"
