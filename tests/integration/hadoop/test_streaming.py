"""A second opinion: counts, sums and groups from Hadoop Streaming, whose mappers and reducers know nothing of the engine, beside those of
RxHadoopMR over the same file in the same cluster."""

import math
import os

import numpy as np
import pandas as pd
import pytest
from hadoop_gateway import hadoop_jars, require

import insitu as rx

STREAMING = "org.apache.hadoop.streaming.HadoopStreaming"
QUIET = {"report_progress": 0}
# Each line is a group, a number and a number that may be missing, separated by commas; all numbers are multiples of 1/8, so sums are exact.
MAPPER = """awk -F, '{print $1 "\\t" $2 "\\t" $3}'"""
REDUCER = r"""LC_ALL=C awk -F'\t' '
  $3 == "NA" {missing[$1]++; next}
  {
    if (!($1 in n) || $3 < low[$1]) low[$1] = $3 + 0
    if (!($1 in n) || $3 > high[$1]) high[$1] = $3 + 0
    n[$1]++; x[$1] += $2; y[$1] += $3; xx[$1] += $2 * $2; xy[$1] += $2 * $3; yy[$1] += $3 * $3
  }
  END {
    for (g in n) printf "%s %d %d %.17g %.17g %.17g %.17g %.17g %.17g %.17g\n", g, n[g], missing[g], low[g], high[g], x[g], y[g], xx[g], xy[g], yy[g]
  }'"""
COLUMNS = ["n", "missing", "low", "high", "x", "y", "xx", "xy", "yy"]


def counted(hadoop, folder, rows):
    """What Streaming finds, by group: a table."""
    for name, script in (("map.sh", MAPPER), ("reduce.sh", REDUCER)):
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        os.chmod(folder / name, 0o755)
    hadoop.run(STREAMING, "-D", "mapreduce.job.reduces=2", "-files", f"{folder}/map.sh,{folder}/reduce.sh", "-input", rows,
               "-output", "/oracle/out", "-mapper", "map.sh", "-reducer", "reduce.sh")
    lines = [line.split() for line in hadoop.shell("-cat", "/oracle/out/part-*").decode().splitlines()]
    return pd.DataFrame([[float(value) for value in line[1:]] for line in lines], index=[line[0] for line in lines], columns=COLUMNS)


@pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="a minute of containers: with INSITU_TEST_ALL=1")
def test_streaming_finds_what_the_engine_finds(hadoop, tmp_path, monkeypatch):
    require()
    monkeypatch.setenv("INSITU_HADOOP_CLASSPATH", f"{hadoop_jars()}/*")
    rng, n = np.random.default_rng(7), 250_000
    groups = ["low", "high", "middle", "ü"]
    frame = pd.DataFrame({"g": rng.choice(groups, n, p=[0.5, 0.3, 0.1999, 0.0001]), "x": rng.integers(-800, 800, n) / 8})
    frame["y"] = np.round(3 * frame["x"] + rng.integers(-80, 80, n)) / 8
    frame.loc[rng.random(n) < 0.01, "y"] = np.nan
    frame.to_csv(tmp_path / "rows.csv", index=False, header=False, na_rep="NA")
    rx.rx_hadoop_make_dir("/oracle")
    rx.rx_hadoop_copy_from_local(str(tmp_path / "rows.csv"), "/oracle/rows.csv")
    try:
        theirs = counted(hadoop, tmp_path, "/oracle/rows.csv")
        assert sorted(theirs.index) == sorted(groups) and theirs[["n", "missing"]].to_numpy().sum() == n
        rows = rx.RxTextData("hdfs:///oracle/rows.csv", first_row_is_column_names=False, column_info={
            "V1": {"type": "factor", "levels": groups, "newName": "g"}, "V2": {"type": "numeric", "newName": "x"},
            "V3": {"type": "numeric", "newName": "y"}})
        there = {"compute_context": rx.RxHadoopMR(framework="yarn", uber="no", reduce_method="oneStage", map_memory=384), **QUIET}
        ours = rx.rx_summary("y ~ g", rows, **there).categorical[0].set_index("g")
        for group, row in theirs.iterrows():
            own = ours.loc[group]
            assert (own["ValidObs"], own["Min"], own["Max"]) == (row["n"], row["low"], row["high"]), group
            assert own["Means"] == pytest.approx(row["y"] / row["n"], rel=0, abs=1e-15 * row["high"]), group
            assert own["StdDev"] == pytest.approx(math.sqrt((row["yy"] - row["y"] ** 2 / row["n"]) / (row["n"] - 1)), rel=1e-12), group
        everything = theirs.sum()
        whole = rx.rx_summary("~ y", rows, **there).sDataFrame.iloc[0]
        assert (whole["ValidObs"], whole["MissingObs"]) == (everything["n"], everything["missing"])
        assert whole["Mean"] == pytest.approx(everything["y"] / everything["n"], rel=0, abs=1e-14 * theirs["high"].max())
        # A line through all of them, from the sums alone.
        xx = everything["xx"] - everything["x"] ** 2 / everything["n"]
        slope = (everything["xy"] - everything["x"] * everything["y"] / everything["n"]) / xx
        start = (everything["y"] - slope * everything["x"]) / everything["n"]
        assert np.ravel(rx.rx_lin_mod("y ~ x", rows, **there).coefficients) == pytest.approx([start, slope], rel=1e-11, abs=1e-12)
    finally:
        rx.rx_hadoop_remove_dir("/oracle", skip_trash=True)
