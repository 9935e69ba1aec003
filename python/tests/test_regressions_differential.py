"""Regressions on random designs against statsmodels: factors, interactions, weights, offsets, missing values, aliased columns, empty cells,
nearly separated outcomes, all families and links; sandwiches against statsmodels, covariances and quantiles against NumPy.

A few dozen designs in CI; INSITU_TEST_ALL=1 takes thousands. The seed of a design is INSITU_SEED (default 10) and its number."""

import contextlib
import os
import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import insitu as rx
from random_designs import column, design_of, formula_of, lose_values, rows_of

SEED = int(os.environ.get("INSITU_SEED", 10))
MANY = bool(os.environ.get("INSITU_TEST_ALL"))
PARTS = 4
links, families = sm.families.links, sm.families
SILENT = {"report_progress": 0}
# By steps of the coefficients: where deviances stand still they are at half of their digits only.
END = {**SILENT, "coeff_tolerance": 1e-12, "objective_function_tolerance": 0, "max_iterations": 300}
LINKS = {"identity": links.Identity(), "log": links.Log(), "logit": links.Logit(), "probit": links.Probit(), "cauchit": links.Cauchy(),
         "cloglog": links.CLogLog(), "inverse": links.InversePower(), "sqrt": links.Sqrt(), "1/mu^2": links.InverseSquared()}
POSITIVE = ("identity", "log", "inverse", "sqrt", "1/mu^2")  # links of means above 0
#: Ours, theirs, the links, whether the dispersion is estimated, and which outcomes there are.
FAMILIES = [
    ("gaussian", families.Gaussian, ("identity", "log", "inverse"), True, "positive"),
    ("binomial", families.Binomial, ("logit", "probit", "cauchit", "cloglog", "log"), False, "share"),
    ("quasibinomial", families.Binomial, ("logit", "probit", "cauchit", "cloglog"), True, "share"),
    ("poisson", families.Poisson, ("log", "identity", "sqrt"), False, "count"),
    ("quasipoisson", families.Poisson, ("log", "identity", "sqrt"), True, "count"),
    ("Gamma", families.Gamma, ("inverse", "identity", "log"), True, "positive"),
    ("inverse.gaussian", families.InverseGaussian, ("1/mu^2", "inverse", "identity", "log"), True, "positive"),
    ("quasi:constant", families.Gaussian, ("identity", "log", "inverse"), True, "positive"),
    ("quasi:mu(1-mu)", families.Binomial, ("logit", "probit", "cloglog"), True, "share"),
    ("quasi:mu", families.Poisson, POSITIVE, True, "positive"),
    ("quasi:mu^2", families.Gamma, POSITIVE, True, "positive"),
    ("quasi:mu^3", families.InverseGaussian, POSITIVE, True, "positive"),
]


def family_of(random):
    """Text for ours, the family of statsmodels, the link, whether the dispersion is estimated, the outcomes."""
    if random.uniform() < 0.15:
        power, of_link = random.choice([1.2, 1.5, 1.8, 2.5, 3.0]), random.choice([0, 1, -0.5, 0.5])
        link = LINKS["log"] if of_link == 0 else links.Power(power=of_link)
        return (f"Tweedie(var.power = {power}, link.power = {of_link})", families.Tweedie(link, var_power=power, check_link=False), link, True,
                "zeros" if power < 2 else "positive")
    name, theirs, allowed, estimated, outcome = FAMILIES[random.integers(len(FAMILIES))]
    chosen = str(random.choice(allowed))
    link = LINKS[chosen]
    if name.startswith("quasi:"):
        if outcome == "positive" and random.uniform() < 0.3:
            power = random.choice([0.5, 1 / 3])  # not above 0 it is the logarithm, as in R
            chosen, link = f"power({float(power)!r})", links.Power(power=power)
        else:
            chosen = f'"{chosen}"'
        name = f'quasi(link = {chosen}, variance = "{name[6:]}")'
    else:
        name = f"{name}({chosen})"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return name, theirs(link, check_link=False), link, estimated, outcome


def outcome_of(frame, link, outcome, random):
    """Responses at means that the link has, more or less far from their bounds."""
    signal = random.uniform(0.1, 1) * (frame.x + 0.5 * frame.z + (frame.f == "b") - 0.5 * (frame.g == "v"))
    n = len(frame)
    if outcome == "share":
        if isinstance(link, links.Log) and not isinstance(link, links.Logit):
            mean = np.exp(-1.2 + 0.2 * signal)
        else:
            mean = link.inverse(random.choice([0.5, 1, 1, 4]) * signal)  # at 4 nearly separated
        if random.uniform() < 0.3:
            return np.round(np.clip(mean + random.normal(0, 0.1, n), 0, 1), 3)
        return (random.uniform(size=n) < mean).astype(float)
    mean = np.exp(0.5 + 0.3 * signal)
    if outcome == "count":
        return random.poisson(mean * random.choice([1, 5])).astype(float)
    positive = np.round(random.gamma(random.choice([1, 3, 10]), mean) + 0.05, 4)
    return np.where(random.uniform(size=n) < 0.2, 0, positive) if outcome == "zeros" else positive


def weighting(random):
    """The options of a fit that weigh rows."""
    return [{}, {}, {"pweights": "w"}, {"fweights": "k"}][random.integers(4)]


def complete(frame, fit, weights, offset):
    """The rows that take part, as a peer sees them: complete, of positive weight, repeated where the weight is a frequency."""
    used = {name for label in fit.coefficient_names for name in
            [part.partition("=")[0] for part in label.replace(" for ", ", ").replace(":", ", ").split(", ")]} - {"(Intercept)"}
    names = [*used, "y", *weights.values(), *(["o"] if offset else [])]
    rows = frame[frame[names].notna().all(axis=1)]
    if "fweights" in weights:
        return rows.loc[rows.index.repeat(rows.k.astype(int))]
    return rows[rows.w > 0] if "pweights" in weights else rows


def agree(found, expected, least, what, tolerance=1e-8):
    """To 1e-8 of the value, or of `least` where the value is next to none: a standard error."""
    off = np.abs(np.asarray(found) - expected) / np.maximum(np.abs(expected), least)
    if not (off <= tolerance).all():
        raise AssertionError(f"{what}: off by {off.max():.1e}")


def failures_of(check, part, designs):
    """`check` of each design of a part; what went wrong, said by number."""
    failures, answered = [], 0
    for number in range(part, designs, PARTS):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            try:
                answered += check(np.random.default_rng([SEED, number]), told) is not None
            except Exception as error:
                failures.append(f"seed {SEED}, design {number}: {type(error).__name__}: {str(error)[:500]}")
    assert not failures, f"{len(failures)} failures of {designs // PARTS}\n" + "\n".join(failures[:30])
    return answered


def peer_of(family, rows, design, weights, offset, start=None):
    """A fit of statsmodels run to the end; None where it finds none."""
    w = rows.w.to_numpy() if "pweights" in weights else None
    model = sm.GLM(rows.y.to_numpy(), design, family=family, var_weights=w, offset=rows.o.to_numpy() if offset else None)
    with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.suppress(ValueError, np.linalg.LinAlgError, ZeroDivisionError):
        warnings.simplefilter("ignore")
        fit = model.fit(start_params=start, tol=1e-13, tol_criterion="params", maxiter=300)
        means = fit.mu
        bounded = isinstance(family, families.Binomial)
        constant = isinstance(family, families.Gaussian)
        if np.isfinite(fit.params).all() and np.isfinite(means).all() and (constant or (means > 0).all()) and (
                not bounded or (means < 1).all()):
            return fit
    return None


def slope_of(family, rows, design, weights, offset, coefficients):
    """The largest derivative of the deviance by a coefficient, as a share of what it is a sum of."""
    eta = design @ coefficients + (rows.o.to_numpy() if offset else 0)
    mean = family.fitted(eta)
    weights_of_rows = rows.w if "pweights" in weights else 1
    scores = weights_of_rows * (rows.y - mean) * family.link.inverse_deriv(eta) / family.variance(mean)
    terms = design * scores.to_numpy()[:, None]
    return (np.abs(terms.sum(axis=0)) / np.abs(terms).sum(axis=0)).max()


def check_glm(random, told):
    text, family, link, estimated, outcome = family_of(random)
    frame = rows_of(random)
    frame["y"] = outcome_of(frame, link, outcome, random)
    if random.uniform() < 0.3:
        frame = lose_values(frame, random)
    weights, offset = weighting(random), random.uniform() < 0.3
    formula = f"y ~ {formula_of(random)}"
    call = {"family": text, **weights, **({"offset": "o"} if offset else {}), "drop_first": bool(random.integers(2))}
    what = f"{formula}, {call}"
    try:
        fit = rx.rx_glm(formula, frame, **call, **END)
    except rx.DataError as error:
        # What cannot be fitted here must not be easy elsewhere: statsmodels goes on through means that cannot be.
        known = ("no coefficients have been found", "iterations cannot start", "has only the value", "all weights are zero")
        assert any(text in str(error) for text in known), f"{what}: {error}"
        return None
    rows = complete(frame, fit, weights, offset)
    kept = ~np.isnan(np.asarray(fit["coefficients"]))
    ours = np.asarray(fit["coefficients"])[kept]
    warned = " ".join(str(each.message) for each in told)
    if "separated" in warned or "numerically 0 or 1" in warned:  # R and statsmodels bound probabilities elsewhere
        assert np.isfinite(ours).all() and np.isfinite(fit["coef.std.error"][kept]).all(), f"{what}: not finite"
        return None
    design = design_of(fit, rows, check=fit["converged"])
    peer = peer_of(family, rows, design, weights, offset)
    if not fit["converged"]:  # told; then nobody else may find an optimum that is better
        better = peer is not None and peer.deviance < fit.deviance * (1 - 1e-8) and slope_of(
            family, rows, design, weights, offset, peer.params) < 1e-6
        # Without a constant there is no model of the mean alone to start from once more.
        assert "have not converged" in warned and (not better or "- 1" in formula), (
            f"{what}: not converged at {fit.deviance}, statsmodels {peer.deviance}")
        return None
    if peer is None or abs(peer.deviance - fit.deviance) > 1e-8 * abs(fit.deviance):
        if isinstance(family, families.Gaussian) and isinstance(link, links.InversePower) and peer and peer.deviance < fit.deviance:
            # Means of both signs on both sides of a pole: there are several optima. Ours must be one.
            assert slope_of(family, rows, design, weights, offset, ours) < 1e-6, f"{what}: no optimum"
            return None
        assert peer is None or peer.deviance > fit.deviance, f"{what}: deviance {fit.deviance}, statsmodels {peer.deviance}"
        # Scoring without halving of steps has run away: it must stay where ours ended, if it can.
        peer = peer_of(family, rows, design, weights, offset, ours)
        if peer is None or peer.deviance > fit.deviance * (1 + 1e-8):
            mean = family.fitted(design @ ours + (rows.o.to_numpy() if offset else 0))
            at_bound = not isinstance(family, families.Gaussian) and mean.min() < 1e-6 * np.abs(mean).mean()  # there no slope is 0
            assert at_bound or slope_of(family, rows, design, weights, offset, ours) < 1e-6, f"{what}: no optimum"
            return None
    assert abs(peer.deviance - fit.deviance) <= 1e-10 * max(abs(peer.deviance), 1e-10), f"{what}: deviance {fit.deviance}, {peer.deviance}"
    assert fit.df_resid == peer.df_resid and fit.nobs == len(rows), what
    dispersion = peer.pearson_chi2 / peer.df_resid if estimated and peer.df_resid else 1
    if estimated and not peer.df_resid:
        return None
    errors = np.sqrt(np.diag(peer.normalized_cov_params) * dispersion)
    agree(ours, peer.params, errors, f"{what}: coefficients")
    agree(np.asarray(fit["coef.std.error"])[kept], errors, 0, f"{what}: standard errors")
    predicted = rx.rx_predict(fit, frame, **SILENT).iloc[:, 0]
    np.testing.assert_allclose(predicted[rows.index.unique()], pd.Series(peer.mu, rows.index).groupby(level=0).first(), rtol=1e-7,
                               atol=1e-9 * np.abs(peer.mu).mean(), err_msg=what)
    return fit


@pytest.mark.parametrize("part", range(PARTS))
def test_generalized_linear_models(part):
    designs = 4000 if MANY else 60
    assert failures_of(check_glm, part, designs) > designs / PARTS / 2


@pytest.mark.skipif(SEED != 10, reason="numbers of designs of seed 10")
@pytest.mark.parametrize("number", [18, 67, 396, 434, 779, 930, 1638, 2067])
def test_designs_that_once_went_wrong(number):
    """Ends at a worse deviance, steps at a bound taken for convergence, coefficients left in dropped columns."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        check_glm(np.random.default_rng([SEED, number]), told)


def check_lin_mod(random, told):
    frame = rows_of(random)
    frame["y"] = random.choice([0.01, 1, 1000]) * (frame.x - frame.z + (frame.f == "b") + random.normal(0, random.choice([0.01, 1]), len(frame)))
    frame["y"] += random.choice([0, 1000])
    if random.uniform() < 0.4:
        frame = lose_values(frame, random, ("x", "f", "w", "z", "y"))
    weights, formula, first = weighting(random), f"y ~ {formula_of(random)}", bool(random.integers(2))
    robust = str(random.choice(["none", "none", "HC0", "HC1", "HC2", "HC3"]))
    what = f"{formula}, {weights}, {robust}, drop_first = {first}"
    fit = rx.rx_lin_mod(formula, frame, drop_first=first, robust=robust, **weights, **SILENT)
    rows = complete(frame, fit, weights, False)
    design, kept = design_of(fit, rows), ~np.isnan(np.asarray(fit["coefficients"]))
    w = rows.w.to_numpy() if "pweights" in weights else np.ones(len(rows))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        model = sm.WLS(rows.y.to_numpy(), design, weights=w)
        peer = model.fit(method="qr")
        errors = peer.bse if robust == "none" else model.fit(method="qr", cov_type=robust, use_t=True).bse
    # The peer rounds at the size of the response.
    agree(np.asarray(fit["coefficients"])[kept], peer.params, np.maximum(peer.bse, 1e-7 * rows.y.abs().max()), f"{what}: coefficients")
    # Rows of leverage 1 are told, and left out of HC2 and HC3, where others divide by 0.
    if not any("leverage 1" in str(each.message) for each in told) and np.isfinite(errors).all():
        # Variances, and those next to none as parts of the largest: sandwiches are sums that cancel.
        least = 0 if robust == "none" else 1e-6 * errors.max() ** 2
        agree(np.asarray(fit["coef.std.error"])[kept] ** 2, errors**2, least, f"{what}: variances", 2e-8)
    assert fit.df_resid == peer.df_resid and fit.nobs == len(rows), what
    assert fit.ssr == pytest.approx(peer.ssr, rel=1e-8), what
    return fit


@pytest.mark.parametrize("part", range(PARTS))
def test_linear_models(part):
    designs = 4000 if MANY else 60
    assert failures_of(check_lin_mod, part, designs) > designs / PARTS / 2


def check_covariances(random, told):
    frame = rows_of(random)
    if random.uniform() < 0.4:
        frame = lose_values(frame, random)
    weights, terms = weighting(random), formula_of(random).replace(" - 1", "")
    what = f"~ {terms}, {weights}"
    found = rx.rx_cov_cor(f"~ {terms}", frame, **weights, **SILENT)
    matrix = found.labelled("CovCor")
    names = [name for name in frame if any(name in part.replace(":", " ").split() for part in terms.split(" + "))]
    rows = frame[frame[[*names, *weights.values()]].notna().all(axis=1)]
    weight = rows[next(iter(weights.values()))].to_numpy(dtype=float) if weights else np.ones(len(rows))
    rows, weight = rows[weight > 0], weight[weight > 0]
    columns = np.column_stack([column(label, rows) for label in matrix.columns])
    total = weight.sum() if "pweights" not in weights else len(rows)
    mean = np.average(columns, axis=0, weights=weight)
    away = columns - mean
    expected = (away * weight[:, None]).T @ away / weight.sum() * total / (total - 1)
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert (np.abs(matrix.to_numpy() - expected) <= 1e-10 * scale + 1e-18).all(), what
    np.testing.assert_allclose(found["Means"], mean, rtol=1e-10, atol=1e-13, err_msg=what)
    return found


def test_covariances():
    assert sum(failures_of(check_covariances, part, 4000 if MANY else 60) for part in range(PARTS)) > 30


def check_quantiles(random, told):
    n = int(random.integers(1, 400))
    values = random.choice([random.normal(0, 100, n), random.integers(-20, 20, n).astype(float), np.round(random.gamma(1, 5, n), 2)], axis=0)
    weights = random.integers(0, 4, n)
    values[random.uniform(size=n) < 0.1] = np.nan
    frame = pd.DataFrame({"v": values, "k": weights})
    probs = np.unique(np.round(random.uniform(0, 1, 5), 2))
    used = frame.dropna()
    weighted = bool(random.integers(2))
    repeated = np.repeat(used.v.to_numpy(), used.k) if weighted else used.v.to_numpy()
    if not len(repeated):
        return None
    found = rx.rx_quantile("v", frame, probs=list(probs), exact=True, **({"fweights": "k"} if weighted else {}), **SILENT)
    np.testing.assert_array_equal(np.asarray(found), np.quantile(repeated, probs, method="inverted_cdf"))
    return found


def test_quantiles():
    assert sum(failures_of(check_quantiles, part, 4000 if MANY else 100) for part in range(PARTS)) > 50
