"""Robust and clustered standard errors against statsmodels and the sandwich written out; the same bits everywhere."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf

import insitu as rx

SILENT = {"report_progress": 0}
END = {"coeff_tolerance": 0, "objective_function_tolerance": 1e-15, "max_iterations": 50, **SILENT}
RIGHT = " ~ x + z + C(f, Treatment('c'))"
#: Our coefficients in the order of statsmodels: intercept, f = a, f = b, x, z; ours end with the dropped level.
ORDER = [0, 3, 4, 1, 2]


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(11)
    n = 3000
    d = pd.DataFrame({"x": random.normal(500, 2, n), "z": random.uniform(0, 1, n), "w": random.uniform(0.2, 3, n), "k": random.integers(0, 4, n),
                      "f": pd.Categorical(random.choice(list("abc"), n)), "firm": random.integers(0, 40, n) + 7,
                      "year": pd.Categorical(random.integers(2000, 2012, n).astype(str)), "o": random.uniform(-0.2, 0.2, n)})
    effect = random.normal(0, 0.6, 60)[d.firm]
    eta = 0.3 * (d.x - 500) - 0.5 * d.z + 0.3 * d.f.cat.codes + effect
    d["y"] = eta + random.normal(0, 1, n) * (0.3 + d.z)
    d["b"] = (random.uniform(0, 1, n) < 1 / (1 + np.exp(-eta))).astype(float)
    d["c"] = random.poisson(np.exp(0.5 * eta)).astype(float)
    d["g"] = random.gamma(2, np.exp(0.3 * eta) / 2) + 0.01
    return d


def close(fit, theirs, rtol=1e-7):
    np.testing.assert_allclose(fit["coef.std.error"][ORDER], theirs.bse, rtol=rtol)
    np.testing.assert_allclose(fit["covCoef"][np.ix_(ORDER, ORDER)], theirs.cov_params(), rtol=1e-4, atol=1e-6 * np.max(theirs.bse)**2)


@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC2", "HC3"])
@pytest.mark.parametrize("weights", [None, "w"])
def test_linear_models_against_statsmodels(rows, kind, weights):
    model = smf.wls("y" + RIGHT, rows, weights=rows.w) if weights else smf.ols("y" + RIGHT, rows)
    theirs = model.fit(cov_type=kind, use_t=True)
    fit = rx.rx_lin_mod("y ~ x + z + f", rows, robust=kind, cov_coef=True, pweights=weights, **SILENT)
    close(fit, theirs)
    np.testing.assert_allclose(fit["coef.t.value"][ORDER], theirs.tvalues, rtol=1e-6)
    np.testing.assert_allclose(fit["coef.p.value"][ORDER], theirs.pvalues, rtol=1e-4, atol=1e-15)
    np.testing.assert_allclose(fit.fvalue, float(np.squeeze(theirs.fvalue)), rtol=1e-6)
    assert fit["robust"] == {"type": kind, "cluster": [], "clusters": []} and f"Standard errors: {kind}\n" in str(fit.summary())


def test_clusters_against_statsmodels(rows):
    model = smf.ols("y" + RIGHT, rows)
    one = model.fit(cov_type="cluster", cov_kwds={"groups": rows.firm}, use_t=True)
    for cluster in ("firm", "~ firm", ["firm"], "~ F(firm)"):
        fit = rx.rx_lin_mod("y ~ x + z + f", rows, cluster=cluster, cov_coef=True, **SILENT)
        close(fit, one)
    assert fit["robust"] == {"type": "HC1", "cluster": ["F(firm)"], "clusters": [40]}
    plain = model.fit(cov_type="cluster", cov_kwds={"groups": rows.firm, "use_correction": False}, use_t=True)
    close(rx.rx_lin_mod("y ~ x + z + f", rows, cluster="firm", robust="HC0", cov_coef=True, **SILENT), plain)
    both = model.fit(cov_type="cluster", cov_kwds={"groups": np.column_stack([rows.firm, rows.year.cat.codes])}, use_t=True)
    fit = rx.rx_lin_mod("y ~ x + z + f", rows, cluster=["firm", "year"], cov_coef=True, **SILENT)
    close(fit, both)
    assert "Standard errors: HC1, clustered by firm (40 clusters) and year (12 clusters)\n" in str(fit.summary())
    assert fit.cov_type == "HC1, clustered by firm (40 clusters) and year (12 clusters)" and fit.cov_type in fit._repr_html_()
    assert rx.rx_lin_mod("y ~ x", rows, **SILENT).cov_type == "nonrobust"
    # Each row its own cluster: HC0 with n / (n - 1).
    alone = rx.rx_lin_mod("y ~ x + z + f", rows.assign(id=np.arange(len(rows)) * 0.5), cluster="id", robust="HC1", **SILENT)
    close({**alone, "covCoef": model.fit(cov_type="HC1").cov_params().to_numpy()[np.ix_(np.argsort(ORDER), np.argsort(ORDER))]},
          model.fit(cov_type="HC1"), 1e-7)


@pytest.mark.parametrize("y, family, theirs", [("b", "binomial", sm.families.Binomial()), ("c", "poisson", sm.families.Poisson()),
                                               ("g", "Gamma(log)", sm.families.Gamma(sm.families.links.Log()))])
def test_generalized_models_are_the_sandwich(rows, y, family, theirs):
    """Written out from statsmodels' design: statsmodels itself takes the observed information where the link is not canonical."""
    for weights in (None, rows.w):
        model = smf.glm(y + RIGHT, rows, family=theirs, var_weights=weights, offset=rows.o).fit(tol=1e-14, maxiter=100)
        x, w = model.model.exog, np.ones(len(rows)) if weights is None else weights.to_numpy()
        slope, variance = 1 / theirs.link.deriv(model.mu), theirs.variance(model.mu)
        working = w * slope**2 / variance
        bread = np.linalg.inv(x.T @ (x * working[:, None]))
        scores = x * (w * (rows[y] - model.mu) * slope / variance).to_numpy()[:, None]
        hat = np.einsum("ij,jk,ik->i", x, bread, x) * working
        n, p = x.shape

        def sandwich(meat):
            return bread @ meat @ bread

        options = {"family": family, "offset": "o", "cov_coef": True, "pweights": None if weights is None else "w", **END}
        for kind, factor, power in (("HC0", 1, 0), ("HC1", n / (n - p), 0), ("HC2", 1, 1), ("HC3", 1, 2)):
            expected = factor * sandwich(scores.T @ (scores / ((1 - hat)**power)[:, None]))
            fit = rx.rx_glm(y + " ~ x + z + f", rows, robust=kind, **options)
            np.testing.assert_allclose(fit["coef.std.error"][ORDER], np.sqrt(np.diag(expected)), rtol=1e-5, err_msg=kind)
        sums = pd.DataFrame(scores).groupby(rows.firm.to_numpy()).sum().to_numpy()
        expected = sandwich(sums.T @ sums) * 40 / 39 * (n - 1) / (n - p)
        fit = rx.rx_glm(y + " ~ x + z + f", rows, cluster="firm", **options)
        np.testing.assert_allclose(fit["coef.std.error"][ORDER], np.sqrt(np.diag(expected)), rtol=1e-5)
        np.testing.assert_allclose(fit["coef.t.value"], fit["coefficients"] / fit["coef.std.error"])
        assert fit["params"]["cluster"] == "firm"


def test_logit_and_predictions_follow(rows):
    theirs = smf.glm("b" + RIGHT, rows, family=sm.families.Binomial()).fit(
        tol=1e-14, cov_type="cluster", cov_kwds={"groups": rows.firm})
    fit = rx.rx_logit("b ~ x + z + f", rows, cluster="firm", cov_coef=True, **END)
    close(fit, theirs, 1e-5)
    new = rows.head(40)
    found = rx.rx_predict(fit, new, compute_standard_errors=True, interval="confidence", **SILENT)
    frame = theirs.get_prediction(new).summary_frame()
    np.testing.assert_allclose(found["b_StdErr"], frame.mean_se, rtol=1e-5)
    np.testing.assert_allclose(found["b_Upper"], frame.mean_ci_upper, rtol=1e-5)
    with pytest.raises(rx.InvalidArgument, match="fit without robust and cluster"):
        rx.rx_predict(fit, new, compute_leverage=True, **SILENT)
    linear = rx.rx_lin_mod("y ~ x + z + f", rows, robust="HC3", cov_coef=True, **SILENT)
    expected = smf.ols("y" + RIGHT, rows).fit(cov_type="HC3", use_t=True).get_prediction(new).summary_frame()
    found = rx.rx_predict(linear, new, compute_standard_errors=True, interval="confidence", **SILENT)
    np.testing.assert_allclose(found["y_StdErr"], expected.mean_se, rtol=1e-6)
    np.testing.assert_allclose(found["y_Lower"], expected.mean_ci_lower, rtol=1e-7)
    with pytest.raises(rx.InvalidArgument, match="fitted with cov_coef=True"):
        rx.rx_predict(rx.rx_lin_mod("y ~ x", rows, robust="HC0", **SILENT), new, compute_standard_errors=True, **SILENT)


@pytest.mark.parametrize("how", [{"robust": "HC1"}, {"robust": "HC3"}, {"cluster": "firm"}])
def test_frequency_weights_are_repeated_rows_and_weight_zero_is_no_row(rows, how):
    repeated = rows.loc[rows.index.repeat(rows.k)]
    a = rx.rx_lin_mod("y ~ x + f", rows, fweights="k", **how, **SILENT)
    b = rx.rx_lin_mod("y ~ x + f", repeated, **how, **SILENT)
    np.testing.assert_allclose(a["coef.std.error"], b["coef.std.error"], rtol=1e-8)
    zero = rows.assign(w=rows.w.where(rows.index % 3 > 0, 0))
    a = rx.rx_glm("c ~ x + f", zero, family="poisson", pweights="w", **how, **END)
    b = rx.rx_glm("c ~ x + f", zero[zero.w > 0], family="poisson", pweights="w", **how, **END)
    np.testing.assert_allclose(a["coef.std.error"], b["coef.std.error"], rtol=1e-8)


def test_the_same_bits_in_every_context(rows, tmp_path):
    data = pd.concat([rows] * 50, ignore_index=True)  # three pieces
    for how in ({"robust": "HC3"}, {"cluster": ["firm", "year"]}):
        first = None
        for context in (rx.RxLocalSeq(), rx.RxLocalParallel(), rx.RxProcesses(2)):
            fit = rx.rx_glm("c ~ x + f", data, family="poisson", cov_coef=True, compute_context=context, **how, **SILENT)
            first = fit if first is None else first
            np.testing.assert_array_equal(fit["covCoef"], first["covCoef"])
            assert fit["model"] == first["model"]


@pytest.mark.parametrize("arguments, message", [
    ({"robust": "HC4"}, "robust"), ({"robust": "HC1", "cube": True, "formula": "y ~ f"}, "robust cannot be combined with cube=True"),
    ({"cluster": "firm", "robust": "HC3"}, 'cluster is for robust="HC0" and "HC1", not "HC3"'),
    ({"cluster": ["firm", "year", "f"]}, "one or two variables, not 3"), ({"cluster": "~ firm:year"}, "without interactions"),
    ({"cluster": ["firm", "firm"]}, "the same variable twice: firm"), ({"cluster": "nope"}, "nope"), ({"cluster": 3}, "not 3"),
    ({"cluster": "one"}, "two clusters or more; there is 1"), ({"cluster": "hole"}, r"the cluster \('hole'\) is missing in 2 rows"),
    ({"robust": "HC0", "formula": "cbind(y, z) ~ x"}, "one dependent variable")])
def test_bad_arguments_say_what_is_wrong(rows, arguments, message):
    data = rows.assign(one=1.0, hole=rows.firm.where(rows.index > 1))
    with pytest.raises(rx.InsituError, match=message):
        rx.rx_lin_mod(**{"formula": "y ~ x", "data": data, **SILENT, **arguments})


def test_rows_that_are_fitted_exactly_are_told(rows):
    alone = rows.assign(one=pd.Categorical(np.where(rows.index == 5, "p", "q")))
    with pytest.warns(UserWarning, match="1 rows are fitted exactly"):
        fit = rx.rx_lin_mod("y ~ x + one", alone, robust="HC3", **SILENT)
    assert np.isfinite(fit["coef.std.error"][:2]).all()


def test_variance_inflation_is_the_formula(rows):
    rows = rows.assign(v=rows.x + rows.z, q=pd.Categorical(np.where(rows.x > 500, "u", "v")))
    formula = "y ~ v + z + f + q"
    for fit, theirs in ((rx.rx_lin_mod(formula, rows, cov_coef=True, **SILENT), smf.ols("y ~ v + z + C(f) + C(q)", rows).fit()),
                        (rx.rx_glm("c" + formula[1:], rows, family="poisson", cov_coef=True, **END),
                         smf.glm("c ~ v + z + C(f) + C(q)", rows, family=sm.families.Poisson()).fit(tol=1e-14))):
        cov = theirs.cov_params().drop(index="Intercept", columns="Intercept").to_numpy()
        names = theirs.params.index[1:]
        r = cov / np.sqrt(np.outer(np.diag(cov), np.diag(cov)))
        found = rx.rx_vif(fit)
        assert list(found.index) == ["v", "z", "f", "q"] and found["Df"].tolist() == [1, 1, 2, 1]
        for term, key in (("v", "v"), ("z", "z"), ("f", "C(f)"), ("q", "C(q)")):
            own = np.array([name == key or name.startswith(key + "[") for name in names])
            expected = np.linalg.det(r[np.ix_(own, own)]) * np.linalg.det(r[np.ix_(~own, ~own)]) / np.linalg.det(r)
            np.testing.assert_allclose(found.loc[term, "GVIF"], expected, rtol=1e-6)
            np.testing.assert_allclose(found.loc[term, "GVIF^(1/(2*Df))"], expected**(1 / (2 * own.sum())), rtol=1e-6)
    for model, message in ((rx.rx_lin_mod("y ~ x", rows, **SILENT), "cov_coef=True"),
                           (rx.rx_lin_mod("y ~ x", rows, robust="HC1", cov_coef=True, **SILENT), "fit without robust and cluster"),
                           (3, "model_object must be a fitted model, not int")):
        with pytest.raises(rx.InsituError, match=message):
            rx.rx_vif(model)


def test_large_identifiers_are_told_apart():
    """Clusters whose numbers are beyond 2^53, where neighbours have one double."""
    random = np.random.default_rng(3)
    frame = pd.DataFrame({"x": random.normal(size=400), "small": np.repeat(np.arange(100), 4)})
    frame["y"] = frame.x + random.normal(size=400) + np.repeat(random.normal(size=100), 4)
    frame["large"] = frame.small + 2**60
    fits = [rx.rx_lin_mod("y ~ x", frame, cluster=name, report_progress=0) for name in ("small", "large")]
    np.testing.assert_allclose(fits[1]["coef.std.error"], fits[0]["coef.std.error"], rtol=1e-12)
    assert fits[1]["robust"] == {**fits[0]["robust"], "cluster": fits[1]["robust"]["cluster"]}


MANY = """
import re, resource
import numpy as np, pandas as pd, insitu as rx
random = np.random.default_rng(11)
n, clusters, levels = 300_000, 100_000, 1000
who, f = random.integers(0, clusters, n), random.integers(0, levels, n)
x = random.normal(size=n) + 0.3 * random.normal(size=clusters)[who]
y = x + random.normal(size=levels)[f] + random.normal(size=clusters)[who] + random.normal(size=n)
names = [str(i) for i in range(levels)]
frame = pd.DataFrame({"y": y, "x": x, "f": pd.Categorical.from_codes(f, names), "who": who})
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
fit = rx.rx_lin_mod("y ~ x + f", frame, cluster="who", report_progress=0)
def within(v):
    return v - (np.bincount(f, v, levels) / np.bincount(f, minlength=levels))[f]
# Frisch, Waugh and Lovell: the slope is that of what the factor leaves of x and y, and so are its scores.
left = within(x)
rest = within(y) - fit["coefficients"][1] * left
meat = (np.bincount(who, left * rest, clusters) ** 2).sum()
groups = len(np.unique(who))
error = np.sqrt(meat * groups / (groups - 1) * (n - 1) / (n - levels - 1)) / (left**2).sum()
assert abs(fit["coef.std.error"][1] / error - 1) < 1e-9, (fit["coef.std.error"][1], error)
# Not ru_maxrss: that begins with the memory of the parent at the fork.
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""


def test_many_clusters_of_a_long_factor_need_little_memory():
    """A number for each cluster and coefficient would be 800 MB a state."""
    run = subprocess.run([sys.executable, "-c", MANY], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) < 900
