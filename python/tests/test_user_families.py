"""Families of statsmodels and of one's own in rx_glm: the engine's where it has them, else functions, in every context."""

import doctest
import pickle
import sys

import cloudpickle
import numpy as np
import pandas as pd
import pytest
import scipy.stats
import statsmodels.api as sm
import statsmodels.formula.api as smf

import insitu as rx

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers do not import the tests
F, LINKS = sm.families, sm.families.links
TIGHT = {"objective_function_tolerance": 0, "coeff_tolerance": 1e-10, "report_progress": 0, "drop_first": True,
         "max_iterations": 100}
NAMES = ["Intercept", "x", "f[T.b]", "f[T.c]"]


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(23)
    n = 70_000  # two splits of a data frame
    frame = pd.DataFrame({"x": random.normal(0, 1, n), "f": pd.Categorical(random.choice(list("abc"), n)),
                          "w": random.choice([0, 0.5, 1, 2.5], n)})
    mean = np.exp(0.2 + 0.4 * frame.x + 0.4 * (frame.f == "b"))
    frame["b"] = (random.uniform(size=n) < mean / (1 + mean)).astype(int)
    frame["c"] = random.poisson(random.gamma(2, mean / 2))
    frame["g"] = random.gamma(2, mean / 2) + 0.1
    frame.loc[::97, "x"] = np.nan
    return frame


class Gumbel(LINKS.Link):
    """The log-log link, as a user would write it."""

    def __call__(self, p):
        return -np.log(-np.log(p))

    def inverse(self, z):
        return np.exp(-np.exp(-z))

    def deriv(self, p):
        return -1 / (p * np.log(p))


class Third(LINKS.Link):
    """The cube root, without a derivative of its inverse."""

    def __call__(self, p):
        return np.cbrt(p)

    def inverse(self, z):
        return z**3

    def deriv(self, p):
        return np.cbrt(p) / (3 * p)


class Doubled(F.Poisson):
    """Twice the variance of poisson."""

    def variance(self, mu):
        return 2 * mu

    def _resid_dev(self, endog, mu):
        return super()._resid_dev(endog, mu) / 2


def fitted(rows, y, family, **settings):
    return rx.rx_glm(f"{y} ~ x + f", rows, family=family, **{**TIGHT, **settings})


def matches(fit, other):
    kept = ~np.isnan(fit["coefficients"])
    np.testing.assert_allclose(fit["coefficients"][kept], other.params[NAMES], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(fit["coef.std.error"][kept], other.bse[NAMES], rtol=1e-8)
    assert fit.deviance == pytest.approx(other.deviance, rel=1e-10)


@pytest.mark.parametrize("y, family, called", [
    ("c", F.NegativeBinomial(alpha=0.5), "Negative Binomial(2)-log"),
    ("c", F.NegativeBinomial(LINKS.Sqrt(), alpha=0.4), "Negative Binomial(2.5)-sqrt"),
    ("c", F.Tweedie(LINKS.Log(), var_power=1.6), "Tweedie-log"),
    ("b", F.Binomial(LINKS.CDFLink(scipy.stats.t(4)), check_link=False), "binomial-CDFLink"),
    ("b", F.Binomial(LINKS.LogLog()), "binomial-LogLog"),
    ("b", F.Binomial(Gumbel(), check_link=False), "binomial-Gumbel"),
    ("c", F.NegativeBinomial(Third(), alpha=0.5, check_link=False), "Negative Binomial(2)-Third"),
    ("g", F.Gamma(Third(), check_link=False), "Gamma-Third"),
    ("c", Doubled(), "Doubled-log"),
])
def test_families_of_statsmodels(rows, y, family, called):
    fit = fitted(rows, y, family)
    other = smf.glm(f"{y} ~ x + f", rows, family=family, missing="drop").fit(tol=1e-14, maxiter=200)
    matches(fit, other)
    assert f"Family-link: {called} " in str(fit.summary()) + " "
    assert fit.scale == pytest.approx(other.scale, rel=1e-8)
    predicted = rx.rx_predict(fit, rows, report_progress=0).iloc[:, 0]
    np.testing.assert_allclose(predicted, other.predict(rows), rtol=1e-8, atol=1e-8)


def test_negative_binomial_has_a_likelihood(rows):
    fit = fitted(rows, "c", F.NegativeBinomial(alpha=0.5), compute_aic=True)
    other = smf.glm("c ~ x + f", rows, family=F.NegativeBinomial(alpha=0.5), missing="drop").fit(tol=1e-14)
    assert fit.aic == pytest.approx(other.aic, rel=1e-10) and fit.llf == pytest.approx(other.llf, rel=1e-10)
    text = fitted(rows, "c", "negative.binomial(2)")
    free = smf.glm("c ~ x + f", rows, family=F.NegativeBinomial(alpha=0.5), missing="drop").fit(tol=1e-14, scale="X2")
    matches(text, free)
    weighted = fitted(rows, "c", "negative.binomial(2)", pweights="w")
    dropped = fitted(rows[rows.w > 0], "c", "negative.binomial(2)", pweights="w")
    np.testing.assert_allclose(weighted["coefficients"], dropped["coefficients"], rtol=1e-12)


def poisson(**given):
    return rx.UserFamily(**{
        "name": "mine", "link": np.log, "inverse": np.exp, "mu_eta": np.exp, "variance": lambda mu: mu,
        "deviance": lambda y, mu: 2 * (np.where(y > 0, y * np.log(np.where(y > 0, y / mu, 1)), 0) - (y - mu)),
        "initialize": lambda y, weights: y + 0.1, "dispersion": 1, **given})


def bits(fit):
    return [np.asarray(fit[key]).tobytes() for key in ("coefficients", "coef.std.error", "deviance", "condition.number")]


def test_a_family_of_ones_own_is_the_engines(rows):
    for weights in ({}, {"pweights": "w"}):
        fit, engine = fitted(rows, "c", poisson(), **weights), fitted(rows, "c", "poisson", **weights)
        np.testing.assert_allclose(fit["coefficients"], engine["coefficients"], rtol=1e-10)
        np.testing.assert_allclose(fit["coef.std.error"], engine["coef.std.error"], rtol=1e-10)
        assert fit.deviance == pytest.approx(engine.deviance, rel=1e-12)
    assert (fit["family"], fit["link"], fit.scale) == ("mine", "log", 1)
    by_link = fitted(rows, "c", poisson(link="log", inverse=None, mu_eta=None))
    np.testing.assert_allclose(by_link["coefficients"], fitted(rows, "c", "poisson")["coefficients"], rtol=1e-10)
    # Rows of weight 0 are never seen: no mean could be found for them.
    odd = rows.assign(c=np.where(rows.w == 0, -5, rows.c))
    assert bits(fitted(odd, "c", poisson(), pweights="w")) == bits(fitted(rows, "c", poisson(), pweights="w"))
    robust = fitted(rows, "c", poisson(), robust="HC1")
    np.testing.assert_allclose(robust.bse, fitted(rows, "c", "poisson", robust="HC1").bse, rtol=1e-9)


@pytest.mark.parametrize("family", [poisson(), Doubled(), F.NegativeBinomial(Gumbel(), alpha=0.5, check_link=False)],
                         ids=["own", "subclass", "link"])
def test_contexts_and_pieces_give_the_same_bits(rows, tmp_path, family):
    y = "c" if not isinstance(getattr(family, "link", None), Gumbel) else "share"
    data = rows.assign(share=0.2 + 0.6 * rows.b)
    settings = {"report_progress": 0, "pweights": "w"}
    whole = rx.rx_glm(f"{y} ~ x + f", data, family=family, compute_context=rx.RxLocalSeq(), **settings)
    for context in (rx.RxLocalParallel(), rx.RxProcesses(num_workers=2)):
        assert bits(rx.rx_glm(f"{y} ~ x + f", data, family=family, compute_context=context, **settings)) == bits(whole)
    for size in (7_000, 50_000):
        path = str(tmp_path / f"{size}.xdf")
        rx.rx_import(data, path, rows_per_read=size, report_progress=0)
        for context in (rx.RxLocalSeq(), rx.RxProcesses(num_workers=2)):
            fit = rx.rx_glm(f"{y} ~ x + f", path, family=family, compute_context=context, blocks_per_read=3, **settings)
            assert bits(fit) == bits(whole)
            assert (rx.rx_predict(fit, rx.RxXdfData(path), str(tmp_path / "out.xdf"), compute_context=context, overwrite=True,
                                  report_progress=0) is not None)
            assert (rx.rx_data_step(str(tmp_path / "out.xdf"), report_progress=0).iloc[:, 0].to_numpy().tobytes()
                    == rx.rx_predict(whole, data, report_progress=0).iloc[:, 0].to_numpy().tobytes())


def test_a_model_keeps_its_family(rows):
    fit = fitted(rows, "c", poisson(), cov_coef=True)
    engine = fitted(rows, "c", "poisson", cov_coef=True)
    asked = {"compute_standard_errors": True, "interval": "confidence", "report_progress": 0}
    again = pickle.loads(pickle.dumps(fit))
    for model in (fit, again):
        np.testing.assert_allclose(rx.rx_predict(model, rows, **asked), rx.rx_predict(engine, rows, **asked), rtol=1e-8)
    for kind in ("deviance", "pearson", "working"):
        residuals = {"compute_residuals": True, "residual_type": kind, "report_progress": 0}
        np.testing.assert_allclose(rx.rx_predict(fit, rows, **residuals), rx.rx_predict(engine, rows, **residuals),
                                   rtol=1e-8, atol=1e-8)
    # The bytes alone know the scale of the link.
    kept = rx.rx_unserialize_model(rx.rx_serialize_model(fit))
    np.testing.assert_array_equal(rx.rx_predict(kept, rows, type="link", report_progress=0),
                                  rx.rx_predict(fit, rows, type="link", report_progress=0))
    with pytest.raises(rx.InvalidArgument, match="the family 'mine'|the link 'log'") as error:
        rx.rx_predict(kept, rows, report_progress=0)
    assert "functions of Python that only the model object of Python holds" in str(error.value) and "type" in str(error.value)
    with pytest.raises(rx.Unsupported, match="link of a user's"):
        rx.rx_export_model(fit)


def fails(eta):
    raise ValueError("no")


@pytest.mark.parametrize("given, says", [
    ({"inverse": lambda eta: np.exp(eta)[:3]}, "the family 'mine': inverse gives 3 values for"),
    ({"inverse": lambda eta: 1.0}, "inverse gives one value for"),
    ({"inverse": lambda eta: eta * np.nan}, "inverse gives NA or NaN for"),
    ({"mu_eta": lambda eta: eta + np.inf}, "mu_eta gives Inf for .*: it must give finite slopes"),
    ({"mu_eta": fails}, r"the family 'mine': mu_eta fails: ValueError: no \(line \d+ of fails\)"),
    ({"variance": lambda mu: -mu}, "variance gives -.* for .*: it must give finite numbers above 0"),
    ({"variance": lambda mu: 0 * mu}, "variance gives 0 for"),
    ({"variance": lambda mu: "text"}, "variance fails: ValueError"),
    ({"deviance": lambda y, mu: y * np.nan}, "deviance gives NA or NaN"),
    ({"initialize": lambda y, weights: y * np.inf}, "initialize gives"),
    ({"link": lambda mu: mu * np.nan}, "gives NA or NaN"),
    ({"valid": lambda eta, mu: mu < 0}, "iterations cannot start"),
])
@pytest.mark.parametrize("context", [rx.RxLocalSeq(), rx.RxLocalParallel(), rx.RxProcesses(num_workers=1)],
                         ids=["seq", "parallel", "processes"])
def test_functions_that_cannot_be_used(rows, given, says, context):
    with pytest.raises((rx.UserCodeError, rx.DataError), match=says):
        rx.rx_glm("c ~ x", rows[:200], family=poisson(**given), report_progress=0, compute_context=context)


@pytest.mark.parametrize("given, says", [
    ({"name": 3}, "name must be a text"), ({"name": "a", "link": "log"}, "give functions"),
    ({"name": "a", "link": np.log}, "needs inverse and mu_eta"), ({"name": "a", "variance": np.abs}, "given together"),
    ({"name": "a", "link": 3}, "link must be a text or a function"), ({"name": "a", "valid": 3}, "valid must be a function"),
    ({"name": "a", "dispersion": 2}, "dispersion is 1"), ({"name": "a", "inverse": np.exp}, "link of your own")])
def test_what_a_family_must_be(given, says):
    with pytest.raises(rx.InvalidArgument, match=says):
        rx.UserFamily(**given)


def test_the_example_of_the_class_runs():
    assert doctest.testmod(sys.modules[rx.UserFamily.__module__]).failed == 0


def test_texts_cannot_name_functions(rows):
    with pytest.raises(rx.InvalidArgument, match="come with a call"):
        rx.rx_glm("c ~ x", rows, family='user("mine", link = "log")', report_progress=0)
    for text, says in (("negative.binomial", "needs its theta"), ("negative.binomial(-1)", "above 0"),
                       ("negative.binomial(2, dispersion = 3)", "dispersion is 1")):
        with pytest.raises(rx.InvalidArgument, match=says):
            rx.rx_glm("c ~ x", rows, family=text, report_progress=0)
    with pytest.raises(rx.InvalidArgument, match="needs a family with a likelihood; mine has none"):
        rx.rx_glm("c ~ x", rows, family=poisson(), compute_aic=True, report_progress=0)


def test_selection_fits_families_of_ones_own(rows):
    steps = rx.rx_step_control(scope="~ x + f + w")
    settings = {"variable_selection": steps, "report_progress": 0}
    own = rx.UserFamily("binomial", lambda mu: np.log(mu / (1 - mu)), lambda eta: 1 / (1 + np.exp(-eta)),
                        lambda eta: np.exp(-eta) / (1 + np.exp(-eta)) ** 2, link_name="mine")
    fit, engine = (rx.rx_glm("b ~ x", rows, family=family, **settings) for family in (own, "binomial"))
    assert fit["formula"] == engine["formula"]
    np.testing.assert_allclose(fit["coefficients"], engine["coefficients"], rtol=1e-7)
