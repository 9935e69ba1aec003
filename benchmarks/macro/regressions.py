"""Questions about logistic and generalized linear regressions: factors of about 80, 300 and 1,000 levels in all beside five numbers, against
glum, and R's glm and statsmodels where the expanded matrix is small enough for them. All fit to the same tight tolerance."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa

import insitu as rx

SEED = 20130101
DUMMIES = {80: (7, 23, 50), 300: (12, 88, 200), 1000: (50, 250, 700)}
FAMILIES = {"logit": ("binomial", "binomial"), "Poisson": ("poisson", "poisson"), "Gamma": ("Gamma(log)", "gamma"),
            "Tweedie": ("Tweedie(var.power = 1.5, link.power = 0)", "tweedie")}
NUMBERS = 5


def rows_of(rows, dummies, seed=SEED):
    """Three factors, five numbers and a response for each family."""
    random = np.random.default_rng(seed)
    frame, eta = {}, np.full(rows, -0.5)
    for name, levels in zip("fgh", DUMMIES[dummies]):
        codes = random.integers(0, levels, rows)
        frame[name] = pd.Categorical.from_codes(codes, [f"l{i:03d}" for i in range(levels)])
        eta += random.normal(0, 0.3, levels)[codes]
    for i in range(NUMBERS):
        frame[f"x{i}"] = random.normal(size=rows)
        eta += 0.1 * frame[f"x{i}"]
    mean = np.exp(eta)
    frame["logit"] = (random.uniform(size=rows) < 1 / (1 + np.exp(-eta))).astype(float)
    frame["Poisson"] = random.poisson(mean).astype(float)
    frame["Gamma"] = random.gamma(2, mean / 2) + 1e-6
    frame["Tweedie"] = np.where(random.uniform(size=rows) < 0.3, 0.0, frame["Gamma"])
    return pd.DataFrame(frame)


def question_regressions(table, best, close, folder, rows, dummies, families=tuple(FAMILIES), with_r=False):
    try:
        from glum import GeneralizedLinearRegressor, TweedieDistribution
    except ImportError:
        table.note(f"regressions, {dummies} dummies", "glum cannot be installed here: not compared")
        return
    frame = rows_of(rows, dummies)
    columns = [*"fgh", *(f"x{i}" for i in range(NUMBERS))]
    arrow = pa.Table.from_pandas(frame)
    design = frame[columns]
    for name in families:
        ours_family, theirs = FAMILIES[name]
        formula = f"{name} ~ {' + '.join(columns)}"
        link = {} if name == "logit" else {"link": "log"}
        other = GeneralizedLinearRegressor(family=TweedieDistribution(1.5) if name == "Tweedie" else theirs, alpha=0, drop_first=True,
                                           gradient_tol=1e-6, **link)

        def ours(formula=formula, family=ours_family):
            return rx.rx_glm(formula, arrow, family=family, drop_first=True, coeff_tolerance=0, objective_function_tolerance=1e-10)

        (mine, peer), (fit, found) = best(ours, lambda other=other, y=frame[name]: other.fit(design, y), runs=3)
        slopes = dict(zip(found.feature_names_, found.coef_))
        labels = [f"x{i}" for i in range(NUMBERS)]
        close([fit.params[label] for label in labels], [slopes[label] for label in labels], 1e-4, f"{name} with factors")
        question = f"{name}, {sum(DUMMIES[dummies]):,} dummies, {NUMBERS} numbers, {rows:,} rows"
        table.add(question, mine, "glum", peer, 0.5)
        if with_r:
            seconds = r_glm(folder, frame, formula, ours_family)
            if seconds:
                table.add(question, mine, "R glm", seconds, 0.05)


def question_regression_memory(table, folder, sizes, dummies=1000):
    """Peak resident memory of whole processes that fit to files of growing length, and their times."""
    columns = [*"fgh", *(f"x{i}" for i in range(NUMBERS))]
    # VmHWM, not ru_maxrss: the latter begins with the parent's memory at the fork.
    code = ("import re, sys, time, insitu as rx; begin = time.time(); "
            "fit = rx.rx_glm(sys.argv[2], sys.argv[1], family='poisson', drop_first=True, report_progress=0); "
            "print(time.time() - begin, int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) // 1024)")
    path, written, found = folder / "regression.xdf", 0, []
    for rows in sizes:
        for part in range(written, rows, sizes[0]):
            rx.rx_data_step(rows_of(sizes[0], dummies, SEED + part)[[*columns, "Poisson"]], str(path), append="rows" if part else "none",
                            overwrite=not part, rows_per_read=100_000, xdf_compression_level=1, report_progress=0)
        written = rows
        done = subprocess.run([sys.executable, "-c", code, str(path), f"Poisson ~ {' + '.join(columns)}"], capture_output=True, text=True,
                              check=True)
        seconds, peak = done.stdout.split()
        found.append((rows, float(seconds), int(peak)))
    text = ", ".join(f"{rows:,} rows: {seconds:.1f} s, {peak} MiB" for rows, seconds, peak in found)
    constant = found[-1][2] <= 1.2 * found[0][2]
    table.note(f"Poisson, {sum(DUMMIES[dummies]):,} dummies, from .xdf", f"{text}  aim memory constant  {'met' if constant else 'MISSED'}")


def r_glm(folder, frame, formula, family):
    """Seconds of R's glm on a tenth of the rows, times ten (it is linear in the rows); None where it cannot."""
    path = folder / "glm.csv"
    frame.iloc[: len(frame) // 10].to_csv(path, index=False)
    code = (f"d <- read.csv('{path}', stringsAsFactors = TRUE); "
            f"cat(system.time(glm({formula}, {family}, d, control = glm.control(1e-10)))[['elapsed']])")
    done = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True)
    return 10 * float(done.stdout) if done.returncode == 0 else None
