"""rx_lin_mod and rx_summary against arithmetic of 60 digits (mpmath) on random hard designs: A16, A18, A12.

A design is told by its number alone; a failure prints it with the seed, and the smallest failing design of a class first.
"""

import os

import mpmath
import numpy as np
import pandas as pd
import pytest

import insitu as rx

SEED = 20261128
DESIGNS = 300 if not os.environ.get("INSITU_TEST_ALL") else 3000
#: Largest error of a coefficient, relative to its size plus its standard error, and of standard errors and R squared.
TOLERANCE = 1e-8


def design(number):
    """A random design that costs digits: (formula, frame, weights' name or None, levels by factor)."""
    random = np.random.default_rng([SEED, number])
    n = int(random.integers(30, 200))
    data = {}
    numeric = [f"x{i}" for i in range(int(random.integers(1, 4)))]
    for name in numeric:
        centre, spread = 10.0 ** random.integers(0, 7), 10.0 ** random.integers(-3, 3)
        data[name] = centre * random.choice([-1, 0, 1, 1]) + spread * random.standard_normal(n)
    if len(numeric) > 1 and random.random() < 0.4:  # nearly collinear
        data[numeric[1]] = data[numeric[0]] + 10.0 ** -random.integers(1, 4) * np.std(data[numeric[0]]) * random.standard_normal(n)
    levels = {}
    for name in ["f", "g"][: int(random.integers(0, 3))]:
        levels[name] = [f"{name}{k}" for k in range(int(random.integers(2, 5)))]
        codes = np.concatenate([np.arange(len(levels[name])), random.integers(0, len(levels[name]), n - len(levels[name]))])
        data[name] = pd.Categorical.from_codes(random.permutation(codes), levels[name])
    terms = list(numeric) + list(levels)
    for name in levels:
        x = numeric[int(random.integers(len(numeric)))]
        if random.random() < 0.7:
            if random.random() < 0.6 and x in terms:
                terms.remove(x)  # the interaction without its main effect
            if random.random() < 0.5 and name in terms:
                terms.remove(name)
            terms.append(f"{x}:{name}")
    if random.random() < 0.15:
        terms.append("-1")
    y = 10.0 ** random.integers(0, 5) * random.choice([0, 1]) + 10.0 ** random.integers(-4, 2) * random.standard_normal(n)
    for name in numeric:
        y = y + random.standard_normal() * data[name] * random.choice([0, 1e-3, 1])
    data["y"] = y
    weights = None
    if random.random() < 0.3:
        weights = "w"
        data["w"] = random.integers(0, 4, n).astype(float) + random.choice([0, 0.25])
    return "y ~ " + " + ".join(terms).replace("+ -1", "- 1"), pd.DataFrame(data), weights


def exact_fit(labels, frame, weights):
    """Coefficients, standard errors and R squared in 60 digits for the columns that the labels name."""
    with mpmath.workdps(60):
        used = frame if weights is None else frame[frame[weights] > 0]
        columns = []
        for label in labels:
            column = [mpmath.mpf(1)] * len(used)
            if label != "(Intercept)":
                parts = label.split(" for ") if " for " in label else label.split(", ")
                for part in parts:
                    name, equals, level = part.partition("=")
                    values = (used[name] == level).astype(float) if equals else used[name]
                    column = [c * mpmath.mpf(float(v)) for c, v in zip(column, values)]
            columns.append(column)
        w = [mpmath.mpf(1)] * len(used) if weights is None else [mpmath.mpf(v) for v in used[weights]]
        y = [mpmath.mpf(v) for v in used["y"]]
        p = len(columns)
        xtx = mpmath.matrix(p, p)
        xty = mpmath.matrix(p, 1)
        weighted = [[a * b for a, b in zip(c, w)] for c in columns]
        for i in range(p):
            for j in range(i + 1):
                xtx[i, j] = xtx[j, i] = mpmath.fdot(weighted[i], columns[j])
            xty[i] = mpmath.fdot(weighted[i], y)
        beta = mpmath.lu_solve(xtx, xty)
        inverse = xtx**-1
        residual = [y[k] - mpmath.fsum(columns[i][k] * beta[i] for i in range(p)) for k in range(len(y))]
        rest = mpmath.fdot([a * b for a, b in zip(residual, w)], residual)
        constant = "(Intercept)" in labels
        mean = mpmath.fdot(w, y) / mpmath.fsum(w) if constant else mpmath.mpf(0)
        total = mpmath.fsum(a * (b - mean) ** 2 for a, b in zip(w, y))
        sigma = mpmath.sqrt(rest / (len(y) - p))
        errors = [sigma * mpmath.sqrt(inverse[i, i]) for i in range(p)]
        return [beta[i] for i in range(p)], errors, 1 - rest / total


def errors_of(formula, frame, weights):
    """The largest relative errors (coefficients, standard errors, 1 - R squared) of a fit, or None where too few rows are left."""
    fit = rx.rx_lin_mod(formula, frame, pweights=weights)
    coefficients = np.ravel(fit.coefficients)
    labels = [str(name) for name in fit["coefficientNames"]] if "coefficientNames" in fit else list(fit.coefficient_names)
    kept = [i for i, aliased in enumerate(np.ravel(fit["aliased"])) if not aliased]
    beta, errors, r_squared = exact_fit([labels[i] for i in kept], frame, weights)
    ours = np.ravel(fit["coef.std.error"])
    off = max(abs(float(coefficients[i] - b)) / float(abs(b) + e) for i, b, e in zip(kept, beta, errors))
    off_errors = max(abs(float(ours[i] - e)) / float(e) for i, e in zip(kept, errors))
    off_r = abs(float(np.ravel(fit["r.squared"])[0] - r_squared))
    return off, off_errors, off_r


@pytest.fixture(autouse=True)
def quiet():
    before = rx.RxOptions.set_option("reportProgress", 0)
    yield
    rx.RxOptions.set_option("reportProgress", before)


def test_A16_hard_designs_agree_with_60_digits():
    worst, failing = (0.0, 0.0, 0.0), []
    for number in range(DESIGNS):
        formula, frame, weights = design(number)
        found = errors_of(formula, frame, weights)
        worst = tuple(map(max, worst, found))
        if max(found) > TOLERANCE:
            failing.append((len(frame), number, formula, weights, found))
    print(f"{DESIGNS} designs, seed {SEED}: largest errors of coefficients {worst[0]:.2g}, standard errors {worst[1]:.2g}, "
          f"R squared {worst[2]:.2g}")
    assert not failing, f"seed {SEED}: {len(failing)} designs differ; the smallest: {min(failing)}"


@pytest.mark.parametrize("pieces", [1, 3])
def test_A16_slopes_of_columns_that_are_nearly_constant_within_cells(pieces):
    random = np.random.default_rng(1)
    n = 200 if pieces == 1 else 80_000
    frame = pd.DataFrame({"x": 100 + random.standard_normal(n), "y": 1e3 + 1e-3 * random.standard_normal(n),
                          "f": pd.Categorical(random.choice(["a", "b", "c"], n))})
    if pieces == 1:
        assert max(errors_of("y ~ x:f", frame, None)) < 1e-9
        return
    # Many rows: the same fit of numbers that cost no digits, x - 100 with a mean for each level, says what the slopes must be.
    fit = rx.rx_lin_mod("y ~ x:f", frame)
    x, y = frame["x"].to_numpy(), frame["y"].to_numpy() - 1e3
    with mpmath.workdps(40):
        sums = {"n": mpmath.mpf(n), "y": mpmath.fsum(map(mpmath.mpf, y))}
        for f in "abc":
            inside = (frame["f"] == f).to_numpy()
            sums[f] = tuple(mpmath.fsum(v) for v in ((mpmath.mpf(a) for a in x[inside]), (mpmath.mpf(a) ** 2 for a in x[inside]),
                                                     (mpmath.mpf(a) * mpmath.mpf(b) for a, b in zip(x[inside], y[inside]))))
        # b_f = (sum xy - a sum x) / sum xx for every level; the constant a follows from the sum over all rows.
        share = mpmath.fsum(sums[f][0] ** 2 / sums[f][1] for f in "abc")
        taken = mpmath.fsum(sums[f][0] * sums[f][2] / sums[f][1] for f in "abc")
        constant = (sums["y"] - taken) / (sums["n"] - share)
        exact = [1000 + constant] + [(sums[f][2] - constant * sums[f][0]) / sums[f][1] for f in "abc"]
    error = np.ravel(fit["coef.std.error"])
    for ours, right, e in zip(np.ravel(fit.coefficients), exact, error):
        assert abs(ours - float(right)) < 1e-9 * (abs(float(right)) + e)


def test_A18_a_row_of_weight_zero_takes_no_part():
    frame = pd.DataFrame({"x": [1.0, 2, 3, 4, 5], "y": [2.0, 4.1, 5.9, 8.2, 9.8], "w": [1.0, 2, 1, 1, 2],
                          "f": pd.Categorical(["a", "b", "a", "b", "a"])})
    for bad in ({"x": np.inf}, {"y": -np.inf}, {"x": 1e308}, {"x": np.nan}):
        row = {"x": 1.0, "y": 1.0, "w": 0.0, "f": "b", **bad}
        both = pd.concat([frame.iloc[:2], pd.DataFrame([row]), frame.iloc[2:]], ignore_index=True)
        both["f"] = pd.Categorical(both["f"], ["a", "b"])
        for formula in ("y ~ x", "y ~ f + x", "y ~ x:f"):
            for weights in ("pweights", "fweights"):
                with_row = rx.rx_lin_mod(formula, both, **{weights: "w"})
                without = rx.rx_lin_mod(formula, frame, **{weights: "w"})
                for field in ("coefficients", "coef.std.error"):  # the row moves the lanes of the sums, so not to the last bit
                    assert np.allclose(np.ravel(with_row[field]), np.ravel(without[field]), rtol=1e-10, atol=0, equal_nan=True), (bad, formula)
        if not np.isnan(row["x"]):
            a, b = (rx.rx_summary("~ x + y", d, pweights="w")["sDataFrame"] for d in (both, frame))
            assert np.allclose(np.asarray(pd.DataFrame(a)["Mean"], float), np.asarray(pd.DataFrame(b)["Mean"], float), rtol=0)


def test_A12_whole_numbers_of_64_bits_are_summed_exactly():
    big = 2**62
    frame = pd.DataFrame({"k": np.array([big, big + 2, big + 4], dtype="int64")})
    table = pd.DataFrame(rx.rx_summary("~ k", frame)["sDataFrame"])
    assert float(table["StdDev"].iloc[0]) == 2.0
    assert float(table["Mean"].iloc[0]) == float(big + 2)
    random = np.random.default_rng(5)
    values = random.integers(-(2**62), 2**62, 100_000)
    near = np.int64(9 * 10**17) + random.integers(0, 1000, 100_000)
    for column in (values, near):
        table = pd.DataFrame(rx.rx_summary("~ k", pd.DataFrame({"k": column}))["sDataFrame"])
        exact = [int(v) for v in column]
        mean = mpmath.mpf(sum(exact)) / len(exact)
        with mpmath.workdps(60):
            mean = mpmath.mpf(sum(exact)) / len(exact)
            deviation = mpmath.sqrt(mpmath.fsum((v - mean) ** 2 for v in exact) / (len(exact) - 1))
        assert abs(float(table["StdDev"].iloc[0]) - float(deviation)) <= 1e-12 * float(deviation)
        assert abs(float(table["Mean"].iloc[0]) - float(mean)) <= 2**-51 * max(map(abs, exact))
