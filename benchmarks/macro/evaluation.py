"""Questions about distributions, the evaluation of predictions and models of several classes: quantiles beside DuckDB and NumPy, ROC curves
beside scikit-learn, a multinomial regression beside scikit-learn's without a penalty."""

import numpy as np
import pandas as pd
import pyarrow as pa

import insitu as rx

SEED = 20130101
PROBABILITIES = [0.01, 0.25, 0.5, 0.75, 0.99]


def question_quantiles(table, best, close, rows=5_000_000):
    import duckdb

    values = np.random.default_rng(SEED).gamma(2, 30, rows)
    frame = pa.table({"x": values})

    def duck():
        with duckdb.connect() as db:
            db.register("numbers", frame)
            return db.execute(f"select quantile_disc(x, {PROBABILITIES}) from numbers").fetchone()[0]

    (ours, peer, by_numpy), (found, theirs, _) = best(
        lambda: rx.rx_quantile("x", frame, probs=PROBABILITIES, exact=True), duck,
        lambda: np.quantile(values, PROBABILITIES, method="inverted_cdf"), runs=3)
    close(np.asarray(found), theirs, 0, "quantiles")
    table.add(f"5 exact quantiles of {rows:,} numbers", ours, "DuckDB quantile_disc", peer, 1.0)
    table.add(f"5 exact quantiles of {rows:,} numbers", ours, "numpy quantile", by_numpy, 1.0)


def question_roc(table, best, close, rows=5_000_000):
    from sklearn.metrics import roc_auc_score, roc_curve

    random = np.random.default_rng(SEED)
    score = random.uniform(size=rows)
    actual = (random.uniform(size=rows) < score**2).astype(np.int32)
    frame = pa.table({"actual": actual, "score": score})

    def peer():
        roc_curve(actual, score)
        return roc_auc_score(actual, score)

    (ours, theirs), (roc, area) = best(lambda: rx.rx_roc("actual", "score", frame), peer, runs=3)
    close([rx.rx_auc(roc)], [area], 1e-3, "area under the ROC curve of 101 thresholds")
    close([rx.rx_auc(rx.rx_roc("actual", "score", frame, exact=True))], [area], 1e-9, "exact area under the ROC curve")
    table.add(f"ROC of {rows:,} predictions, 101 thresholds", ours, "scikit-learn", theirs, 0.2)


def question_multinom(table, best, close, rows=500_000):
    from sklearn.linear_model import LogisticRegression

    random = np.random.default_rng(SEED)
    x = random.normal(size=(rows, 5))
    odds = x @ random.normal(0, 0.5, (5, 4))
    share = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
    code = (random.uniform(size=(rows, 1)) > share.cumsum(axis=1)).sum(axis=1)
    frame = pd.DataFrame({f"x{i}": x[:, i] for i in range(5)}).assign(y=pd.Categorical.from_codes(code, list("abcd")))
    arrow = pa.Table.from_pandas(frame)
    peer = LogisticRegression(C=np.inf, tol=1e-6, solver="newton-cholesky")
    (ours, theirs), (fit, found) = best(lambda: rx.rx_multinom_logit("y ~ x0 + x1 + x2 + x3 + x4", arrow), lambda: peer.fit(x, code), runs=3)
    close(fit["coefficients"][1:].ravel(), (found.coef_[1:] - found.coef_[0]).T.ravel(), 1e-3, "multinomial regression")
    table.add(f"4 classes, 5 numbers, {rows:,} rows", ours, "scikit-learn", theirs, 1.0)
