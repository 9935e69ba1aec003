"""Questions about rx_exec_by: an analysis by name and a function of the user's, beside pandas, polars, DuckDB and R's split()."""

import functools
import json
import subprocess

import numpy as np
import pandas as pd

import insitu as rx

#: R's side: seconds of rxExecBy and of split() and lapply(), the smallest of two runs that alternate.
IN_R = """
library(insitu)
rxOptions(reportProgress = 0)
set.seed(1)
data <- data.frame(k = sample(%d, 1e6, TRUE), x = rnorm(1e6))
data$y <- 2 * data$x + rnorm(1e6)
mean_of <- function(keys, data) mean(data@frame$x)
ways <- list(
    analysis = function() as.data.frame(rxExecBy(data, "k", rxLinMod, list(formula = y ~ x)))$coefficients.x,
    lm = function() vapply(split(data, data$k), function(rows) .lm.fit(cbind(1, rows$x), rows$y)$coefficients[[2L]], 0),
    own = function() vapply(rxExecBy(data, "k", mean_of, computeContext = RxLocalParallel()), function(g) g$result, 0),
    split = function() vapply(split(data, data$k), function(rows) mean(rows$x), 0))
seconds <- lapply(ways, function(way) Inf)
values <- list()
for (run in 1:2) for (way in names(ways)) {
  taken <- system.time(values[[way]] <- unname(ways[[way]]()))[[3L]]
  seconds[[way]] <- min(seconds[[way]], taken)
}
stopifnot(all.equal(values$analysis, values$lm), all.equal(values$own, values$split))
cat(sprintf('{"analysis": %%f, "lm": %%f, "own": %%f, "split": %%f}', seconds$analysis, seconds$lm, seconds$own, seconds$split))
"""


def frame_of(rows, groups):
    random = np.random.default_rng(1)
    x = random.normal(size=rows)
    keys = random.permutation(np.repeat(np.arange(groups, dtype="int32"), rows // groups))
    return pd.DataFrame({"k": keys, "x": x, "y": 2 * x + random.normal(size=rows)})


def line(rows):
    x, y = rows["x"].to_numpy(), rows["y"].to_numpy()
    x = x - x.mean()
    return (x * (y - y.mean())).sum() / (x * x).sum()


def mean_of(keys, data):
    return data.frame["x"].mean()


def mean_of_array(keys, data):
    return data["x"].mean()


def results_of(frame, function, context):
    return rx.rx_exec_by(frame, keys="k", function=function, compute_context=context)["result"].to_numpy(dtype=float)


def question_groups(table, best, rows, groups, with_pandas=True):
    """A linear model and a mean for each group. DuckDB and polars compute the slope alone, by a formula of their own."""
    import duckdb
    import polars as pl

    frame = frame_of(rows, groups)
    name = f"{groups:,} groups of {rows:,} rows"

    def ours():
        found = rx.rx_exec_by(frame, keys="k", function=rx.rx_lin_mod, function_parameters={"formula": "y ~ x"})
        return found.to_frame()["coefficients.x"].to_numpy()

    peers = {"DuckDB regr_slope": lambda: duckdb.sql("select regr_slope(y, x) as b from frame group by k order by k").df()["b"].to_numpy()}
    polars = pl.from_pandas(frame)
    slope = pl.cov("x", "y") / pl.col("x").var()
    peers["polars cov / var"] = lambda: polars.group_by("k").agg(slope.alias("b")).sort("k")["b"].to_numpy()
    if with_pandas:
        peers = {"pandas groupby.apply": lambda: frame.groupby("k")[["x", "y"]].apply(line).to_numpy(), **peers}
    for peer, theirs in peers.items():
        (mine, other), (found, expected) = best(ours, theirs, runs=2)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)
        table.add(f"lin_mod by name, {name}", mine, peer, other, 0.5 if peer.startswith("pandas") else 10.0)
    if not with_pandas:
        return
    for label, function in (("a frame", mean_of), ("an array", mean_of_array)):
        for context in (rx.RxLocalSeq(), rx.RxLocalParallel()):
            ours = functools.partial(results_of, frame, function, context)
            (mine, other), (found, expected) = best(
                ours,
                lambda: frame.groupby("k")[["x", "y"]].apply(lambda part: part["x"].mean()).to_numpy(), runs=2)
            np.testing.assert_allclose(found, expected, rtol=1e-12)
            table.add(f"a function of {label}, {name}, {type(context).__name__}", mine, "pandas groupby.apply", other, 0.5)


def question_groups_in_r(table, groups):
    done = subprocess.run(["Rscript", "-e", IN_R % groups], capture_output=True, text=True)
    if done.returncode:
        table.note(f"{groups:,} groups in R", "not asked: " + done.stderr.strip().splitlines()[-1])
        return
    seconds = json.loads(done.stdout.strip().splitlines()[-1])
    table.add(f"rxLinMod by name in R, {groups:,} groups of 1,000,000 rows", seconds["analysis"], "split() and .lm.fit", seconds["lm"], 0.5)
    table.add(f"a function in R, {groups:,} groups of 1,000,000 rows", seconds["own"], "split()", seconds["split"], 0.5)


def question_histogram(table, best):
    """Counts of 5,000,000 numbers in 100 bins."""
    numbers = np.random.default_rng(1).normal(size=5_000_000)
    frame = pd.DataFrame({"x": numbers})
    edges = np.linspace(-6, 6, 101)
    (ours, peer), (found, (counts, _)) = best(
        lambda: rx.rx_histogram("~x", frame, num_breaks=101, start_value=-6, end_value=6), lambda: np.histogram(numbers, edges))
    assert np.abs(np.asarray(found["Counts"]) - counts).sum() <= 2  # values on an edge
    table.add("histogram of 5,000,000 numbers, 100 bins", ours, "numpy histogram", peer, 1.0)
