"""Random designs for the tests that compare regressions with other packages: rows from a seed and a number, a formula over them, and the
columns of the model written out from the labels of the coefficients."""

import numpy as np
import pandas as pd

TERMS = ("x", "z", "f", "g", "x:f", "f:g", "z:g", "x:z", "same", "near", "far")


def rows_of(random):
    """Numbers (one aliased, one nearly so, one far from zero), factors (with rare and empty cells), weights and an offset."""
    n = int(random.integers(40, 400))
    x, z = random.uniform(-1, 1, n), random.uniform(-1, 1, n)
    levels = list("abcd")[: int(random.integers(2, 5))]
    share = random.dirichlet(np.full(len(levels), 2.0))
    f = random.choice(levels, n, p=share)
    g = random.choice(["u", "v", "w"], n)
    if random.uniform() < 0.3:
        g[(f == levels[0]) & (g == "w")] = "u"  # an empty cell
    return pd.DataFrame({
        "x": x, "z": z, "same": 2 * x - 0.5 * z, "near": x + random.normal(0, 1e-2, n), "far": 1000 + random.normal(0, 1, n),
        "f": pd.Categorical(f, levels + (["empty"] if random.uniform() < 0.2 else [])), "g": pd.Categorical(g, list("uvw")),
        "w": np.round(random.uniform(0.2, 3, n), 3) * (random.uniform(size=n) > 0.05), "k": random.integers(0, 4, n),
        "o": random.uniform(-0.2, 0.2, n)})


def formula_of(random):
    """The right side of a formula of one to five terms."""
    terms = [str(term) for term in random.choice(TERMS, int(random.integers(1, 6)), replace=False)]
    return " + ".join(terms) + (" - 1" if random.uniform() < 0.15 else "")


def lose_values(frame, random, columns=("x", "f", "w", "o", "z")):
    """Some values of one to three columns become missing."""
    frame = frame.copy()
    for name in random.choice(columns, int(random.integers(1, 4)), replace=False):
        frame.loc[random.uniform(size=len(frame)) < 0.05, name] = np.nan
    return frame


def column(label, frame):
    """The column of a coefficient: `(Intercept)`, `x`, `x:z`, `f=a`, `f=a, g=u`, `x for f=a`."""
    if label == "(Intercept)":
        return np.ones(len(frame))
    values = np.ones(len(frame))
    for part in label.replace(" for ", ", ").replace(":", ", ").split(", "):
        name, _, level = part.partition("=")
        values = values * ((frame[name] == level).to_numpy(dtype=float) if level else frame[name].to_numpy(dtype=float))
    return values


def rank_of(columns):
    """Numerical rank, whatever the units of the columns."""
    if columns.shape[1] == 0:
        return 0
    scale = np.sqrt((columns**2).sum(axis=0))
    return np.linalg.matrix_rank(columns[:, scale > 0] / scale[scale > 0], tol=1e-9)


def design_of(fit, frame, check=True):
    """The columns that a fit kept, after a check that they are as many as can be told apart."""
    labels = fit.coefficient_names
    kept = ~np.isnan(np.asarray(fit["coefficients"]))
    whole = np.column_stack([column(label, frame) for label in labels])
    design = whole[:, kept]
    assert not check or rank_of(design) == design.shape[1] == rank_of(whole), f"kept {np.array(labels)[kept]} of {labels}"
    return design
