"""rx_elastic_net against scikit-learn's ElasticNet and path over columns of variance one."""

import numpy as np
import pandas as pd
import pytest

import insitu as rx

linear_model = pytest.importorskip("sklearn.linear_model")


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(21)
    n = 3000
    frame = pd.DataFrame(random.normal(size=(n, 8)) @ random.normal(size=(8, 8)) * 3 + 10, columns=list("abcdefgh"))
    frame["y"] = 5 + frame.a - 0.5 * frame.c + random.normal(size=n)
    return frame


FORMULA = "y ~ " + " + ".join("abcdefgh")


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_it_is_the_elastic_net_of_scikit_learn(rows, alpha):
    x = rows[list("abcdefgh")]
    scale = x.std(ddof=0)
    lambdas = [2.0, 0.3, 0.01]
    found = rx.rx_elastic_net(FORMULA, rows, alpha, lambdas, report_progress=0)
    assert found["converged"] and found["lambda"].tolist() == lambdas
    for i, each in enumerate(lambdas):
        if alpha == 0:
            fit = linear_model.Ridge(alpha=each * len(rows), solver="cholesky").fit(x / scale, rows.y)
        else:
            fit = linear_model.ElasticNet(alpha=each, l1_ratio=alpha, tol=1e-12, max_iter=10**6).fit(x / scale, rows.y)
        np.testing.assert_allclose(found["coefficients"][i, 1:], fit.coef_ / scale, rtol=1e-7, atol=1e-8)
        assert found["coefficients"][i, 0] == pytest.approx(fit.intercept_, abs=1e-6)
        assert found["df"][i] == (fit.coef_ != 0).sum()
        assert found["r.squared"][i] == pytest.approx(fit.score(x / scale, rows.y), rel=1e-8, abs=1e-12)


def test_the_path_begins_where_nothing_is_in(rows):
    x = rows[list("abcdefgh")]
    x = (x - x.mean()) / x.std(ddof=0)
    found = rx.rx_elastic_net(FORMULA, rows, num_lambda=20, lambda_min_ratio=1e-3, report_progress=0)
    expected = linear_model.enet_path(x, rows.y - rows.y.mean(), l1_ratio=1.0, eps=1e-3, **{"alphas": found["lambda"]}, tol=1e-12,
                                      max_iter=10**6)
    np.testing.assert_allclose(found["coefficients"][:, 1:] * rows[list("abcdefgh")].std(ddof=0).to_numpy(), expected[1].T, atol=1e-7)
    assert found["df"][0] == 0 and found["df"][1] > 0
    assert found["lambda"][0] == pytest.approx(np.abs(x.T @ (rows.y - rows.y.mean())).max() / len(rows), rel=1e-10)
    assert found["lambda"][-1] == pytest.approx(found["lambda"][0] * 1e-3)
    assert (np.diff(found["r.squared"]) > -1e-12).all()
    assert "R-squared" in repr(found)


def test_bad_input_is_told(rows):
    for options, text in (({"alpha": 2}, "alpha must be from 0 to 1, not 2"), ({"lambda_": -1}, "lambda_ must be"),
                          ({"num_lambda": 0}, "num_lambda must be from 1"), ({"lambda_min_ratio": 1}, "lambda_min_ratio must be between")):
        with pytest.raises(rx.InvalidArgument, match=text):
            rx.rx_elastic_net("y ~ a + b", rows, report_progress=0, **options)
