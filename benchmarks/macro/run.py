"""Speed and memory as ratios against peers, measured side by side in one run on this machine.

    ./dev bench              the usual sizes (up to 10 M rows)
    ./dev bench --full       20 M rows of airline-like data too
    ./dev bench --only NAME  questions whose name holds NAME

Every question states rows, columns, levels, seed and the versions of the peers, checks that the answers agree before it prints a
time, and says which side it lost. Times are the smallest of several runs: ours and the peer's alternate.
"""

import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

# Peers may use the kernels of this processor, as they would for anybody.
for _name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    if _name in os.environ:
        del os.environ[_name]
        os.execv(sys.executable, [sys.executable, *sys.argv])

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from databases import question_databases
from evaluation import question_multinom, question_quantiles, question_roc
from groups import question_groups, question_groups_in_r, question_histogram
from hadoop import question_hadoop
from hdfs import question_hdfs
from jobs import question_jobs
from on_spark import question_spark
from regressions import question_regression_memory, question_regressions
from tasks import question_mpi, question_tasks, question_tasks_in_r

import insitu as rx

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
SEED = 20130101


def best(*works, runs=5):
    """The smallest time of each work and its last value; the works alternate, so that drift of the machine hits all alike."""
    times, values = [float("inf")] * len(works), [None] * len(works)
    for _ in range(runs):
        for i, work in enumerate(works):
            begin = time.perf_counter()
            values[i] = work()
            times[i] = min(times[i], time.perf_counter() - begin)
    return times, values


class Table:
    def __init__(self):
        self.rows = []

    def add(self, question, ours, peer_name, peer, aim):
        ratio = ours / peer
        met = "met" if ratio <= aim else "MISSED"
        self.rows.append({"question": question, "ours_ms": 1e3 * ours, "peer": peer_name, "peer_ms": 1e3 * peer, "ratio": ratio,
                          "aim": aim, "met": ratio <= aim})
        print(f"{question:58} {1e3 * ours:9.1f} ms  {peer_name:22} {1e3 * peer:9.1f} ms  ratio {ratio:6.2f}  aim {aim:<5} {met}", flush=True)

    def note(self, question, text):
        self.rows.append({"question": question, "note": text})
        print(f"{question:58} {text}", flush=True)


def close(a, b, tolerance, what):
    a, b = np.asarray(a, float), np.asarray(b, float)
    scale = np.maximum(np.abs(b), 1e-300)
    worst = float(np.max(np.abs(a - b) / scale)) if a.size else 0.0
    if not worst <= tolerance:
        raise SystemExit(f"{what}: the answers differ by {worst:.3g}; no time is printed for a wrong answer")


def airline(rows, folder):
    """Airline-like rows: integer delays with missing ones, decimal hours, day of week."""
    path = folder / f"airline-{rows}.csv"
    if not path.exists():
        rng = np.random.default_rng(SEED)
        with open(path, "w") as file:
            file.write("ArrDelay,CRSDepTime,DayOfWeek\n")
            for begin in range(0, rows, 1_000_000):
                n = min(1_000_000, rows - begin)
                delay = np.round(rng.gamma(0.6, 30, n) - 12).astype(int).astype(str)
                delay[rng.random(n) < 0.03] = "NA"
                hour = np.round(rng.uniform(0, 24, n), 6).astype(str)
                day = np.array(DAYS)[rng.integers(0, 7, n)]
                file.write("\n".join(map(",".join, zip(delay, hour, day))) + "\n")
    return path


def text_source(path):
    return rx.RxTextData(str(path), column_info={"DayOfWeek": {"type": "factor", "levels": DAYS}})


def question_import(table, folder, rows):
    import duckdb

    path = airline(rows, folder)
    target = str(folder / "import.xdf")
    source = text_source(path)
    runs = 5 if rows <= 1_000_000 else 2

    def read_arrow():
        return pa.csv.read_csv(path, convert_options=pa.csv.ConvertOptions(null_values=["NA"], include_columns=None))

    def read_duck():
        with duckdb.connect() as db:
            db.execute(f"create table t as select * from read_csv('{path}', nullstr='NA')")
            return db.execute("select count(*), avg(ArrDelay) from t").fetchone()

    (summary, written, arrow, duck), (s, _, table_arrow, counted) = best(
        lambda: rx.rx_summary("~ArrDelay + CRSDepTime", source), lambda: rx.rx_import(source, target, overwrite=True),
        read_arrow, read_duck, runs=runs)
    close([s["nobs.valid"]], [counted[0]], 0, "import")
    close([s.summary_data_frame["Mean"][0]], [counted[1]], 1e-9, "import")
    table.add(f"read CSV, 3 columns, {rows:,} rows (and summarise it)", summary, "pyarrow.csv", arrow, 0.5)
    table.add(f"import CSV to .xdf, 3 columns, {rows:,} rows", written, "pyarrow.csv", arrow, 1.0)
    table.add(f"import CSV to .xdf, 3 columns, {rows:,} rows", written, "DuckDB into a table", duck, 1.0)


def question_read(table, folder, rows):
    xdf = folder / f"airline-{rows}.xdf"
    if not xdf.exists():
        rx.rx_import(text_source(airline(rows, folder)), str(xdf), overwrite=True)
    parquet = folder / f"airline-{rows}.parquet"
    if not parquet.exists():
        frame = pa.csv.read_csv(airline(rows, folder), convert_options=pa.csv.ConvertOptions(null_values=["NA"]))
        frame = frame.set_column(2, "DayOfWeek", frame["DayOfWeek"].dictionary_encode())
        pq.write_table(frame.cast(pa.schema([("ArrDelay", pa.int32()), ("CRSDepTime", pa.float32()), ("DayOfWeek", frame["DayOfWeek"].type)])), parquet)
    source = rx.RxXdfData(str(xdf))
    (ours, peer), (s, t) = best(lambda: rx.rx_summary("~ArrDelay + CRSDepTime + DayOfWeek", source), lambda: pq.read_table(parquet))
    close([s["nobs.valid"]], [t.num_rows], 0, "read")
    table.add(f"read all columns of an .xdf, {rows:,} rows (and summarise it)", ours, "pyarrow Parquet read", peer, 1.0)


def question_columnar(table, folder, rows):
    """The same rows as .xdf, Parquet and ORC: what the model costs from each, and what decoding alone costs pyarrow."""
    import pyarrow.orc as orc

    xdf = folder / f"airline-{rows}.xdf"
    if not xdf.exists():
        rx.rx_import(text_source(airline(rows, folder)), str(xdf), overwrite=True)
    info = {"DayOfWeek": {"type": "factor", "levels": DAYS}}
    formula = "ArrDelay ~ DayOfWeek + CRSDepTime"
    source = rx.RxXdfData(str(xdf))
    for name, kind, read in (("Parquet", rx.RxParquetData, pq.read_table), ("ORC", rx.RxOrcData, orc.read_table)):
        path = str(folder / f"airline-{rows}-{name}")
        rx.rx_data_step(source, kind(path), overwrite=True)
        columnar = kind(path, column_info=info)
        (ours, stored, decoded), (fit, reference, t) = best(
            lambda: rx.rx_lin_mod(formula, columnar), lambda: rx.rx_lin_mod(formula, source), lambda: read(path))
        close([fit.coef()["(Intercept)"]], [reference.coef()["(Intercept)"]], 1e-9, "columnar")
        close([t.num_rows], [rows], 0, "columnar")
        table.add(f"lin_mod, 2 variables, {rows:,} rows of {name}", ours, "the same from .xdf", stored, 3.0)
        table.add(f"lin_mod, 2 variables, {rows:,} rows of {name}", ours, f"pyarrow {name} read alone", decoded, 2.0)


def wide_frame(rows, columns):
    rng = np.random.default_rng(SEED)
    return pd.DataFrame({f"x{i}": rng.normal(i, 1 + i, rows) for i in range(columns)})


def question_summary(table, folder, rows=10_000_000):
    import duckdb
    import polars

    path = folder / f"wide-{rows}.xdf"
    frame = wide_frame(rows, 10)
    if not path.exists():
        rx.rx_data_step(frame, str(path), overwrite=True, max_rows_by_cols=None)
    arrow = pa.Table.from_pandas(frame)
    shown = polars.from_arrow(arrow)
    terms = "~" + " + ".join(frame.columns)
    sql = "select " + ", ".join(f"avg({c}), stddev({c}), min({c}), max({c}), count({c})" for c in frame.columns) + " from arrow"

    def duck():
        with duckdb.connect() as db:
            db.register("arrow", arrow)
            return db.execute(sql).fetchone()

    (ours, from_file, peer, described), (s, f, d, _) = best(
        lambda: rx.rx_summary(terms, arrow), lambda: rx.rx_summary(terms, str(path)), duck, lambda: shown.describe(), runs=3)
    close(s.summary_data_frame["StdDev"], d[1::5], 1e-9, "summary")
    close(f.summary_data_frame["StdDev"], d[1::5], 1e-9, "summary")
    table.add(f"summary of 10 columns, {rows:,} rows in memory", ours, "DuckDB", peer, 0.5)
    table.add(f"summary of 10 columns, {rows:,} rows in memory", ours, "polars describe", described, 0.5)
    table.note(f"summary of 10 columns, {rows:,} rows of an .xdf", f"{1e3 * from_file:9.1f} ms")


def question_numeric_model(table, folder, rows=1_000_000, p=20):
    from sklearn.linear_model import LinearRegression

    rng = np.random.default_rng(SEED)
    x = rng.normal(size=(rows, p))
    y = x @ rng.normal(size=p) + rng.normal(size=rows)
    frame = pa.table({**{f"x{i}": x[:, i].copy() for i in range(p)}, "y": y})
    formula = "y ~ " + " + ".join(f"x{i}" for i in range(p))
    columns = np.asfortranarray(x)
    (ours, sk, sums), (fit, peer, _) = best(lambda: rx.rx_lin_mod(formula, frame), lambda: LinearRegression().fit(x, y),
                                            lambda: np.linalg.solve(columns.T @ columns, columns.T @ y))
    close(fit.coefficients[1:], peer.coef_, 1e-7, "lin_mod")
    table.add(f"lin_mod, {p} numeric, {rows:,} rows", ours, "scikit-learn", sk, 0.5)
    table.add(f"lin_mod, {p} numeric, {rows:,} rows", ours, "numpy X'X (speedlm way)", sums, 0.5)
    lm = r_lm(folder, frame.to_pandas(), formula)
    if lm:
        table.add(f"lin_mod, {p} numeric, {rows:,} rows", ours, "R lm", lm, 0.02)


def question_covariance(table, folder, rows=1_000_000, p=20):
    rng = np.random.default_rng(SEED)
    x = rng.normal(100, 1, size=(rows, p))
    frame = pa.table({f"x{i}": x[:, i].copy() for i in range(p)})
    formula = "~ " + " + ".join(frame.column_names)
    shown = frame.to_pandas()
    (ours, cov, by_pandas), (found, matrix, _) = best(lambda: rx.rx_cov(formula, frame), lambda: np.cov(x, rowvar=False), lambda: shown.cov())
    close(found.to_numpy().ravel(), matrix.ravel(), 1e-9, "covariance")
    table.add(f"covariances of {p} columns, {rows:,} rows", ours, "numpy cov", cov, 1.0)
    table.add(f"covariances of {p} columns, {rows:,} rows", ours, "pandas cov", by_pandas, 1.0)


def question_factor_model(table, folder, rows=1_000_000):
    rng = np.random.default_rng(SEED)
    sizes = {"a": 20, "b": 50, "c": 12}
    codes = {n: rng.integers(0, k, rows) for n, k in sizes.items()}
    x = rng.normal(size=rows)
    y = x + sum(rng.normal(size=k)[codes[n]] for n, k in sizes.items()) + rng.normal(size=rows)
    frame = pd.DataFrame({n: pd.Categorical.from_codes(codes[n], [f"l{i:02d}" for i in range(k)]) for n, k in sizes.items()})
    frame["x"], frame["y"] = x, y
    arrow = pa.Table.from_pandas(frame)
    formula = "y ~ a + b + c + x"
    (ours,), (fit,) = best(lambda: rx.rx_lin_mod(formula, arrow, drop_first=True))
    slope = fit.coef()["x"]
    try:
        from glum import GeneralizedLinearRegressor
    except ImportError:
        table.note("lin_mod, factors 20 + 50 + 12 and 1 numeric", "glum cannot be installed here: not compared")
    else:
        regressor = GeneralizedLinearRegressor(family="normal", alpha=0, drop_first=True)
        (peer,), (g,) = best(lambda: regressor.fit(frame.drop(columns="y"), y), runs=3)
        close([slope], [g.coef_[list(g.feature_names_).index("x")]], 1e-5, "lin_mod with factors")
        table.add(f"lin_mod, factors 20 + 50 + 12 and 1 numeric, {rows:,} rows", ours, "glum", peer, 0.3)
    lm = r_lm(folder, frame, formula)
    if lm:
        table.add(f"lin_mod, factors 20 + 50 + 12 and 1 numeric, {rows:,} rows", ours, "R lm", lm, 0.02)


def r_lm(folder, frame, formula):
    """Seconds of R's lm on a tenth of the rows, times ten (lm is linear in the rows; the whole would take most of the run)."""
    sample = frame.iloc[: len(frame) // 10]
    path = folder / "lm.csv"
    sample.to_csv(path, index=False)
    code = (f"d <- read.csv('{path}', stringsAsFactors = TRUE); invisible(lm({formula}, d[1:1000, ])); "
            f"cat(min(sapply(1:2, function(i) system.time(lm({formula}, d))[['elapsed']])))")
    done = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True)
    return 10 * float(done.stdout) if done.returncode == 0 else None


def question_airline_model(table, folder, rows):
    import duckdb

    xdf = folder / f"airline-{rows}.xdf"
    if not xdf.exists():
        rx.rx_import(text_source(airline(rows, folder)), str(xdf), overwrite=True)
    source = rx.RxXdfData(str(xdf))
    parquet = folder / f"airline-{rows}.parquet"

    def duck():
        with duckdb.connect() as db:
            return db.execute(f"select DayOfWeek, count(*), avg(ArrDelay), stddev(ArrDelay) from '{parquet}' "
                              "where ArrDelay is not null group by 1").fetchall()

    (ours, peer), (fit, groups) = best(lambda: rx.rx_lin_mod("ArrDelay ~ DayOfWeek", source), duck, runs=7)
    means = {str(g[0]): g[2] for g in groups}
    coefficient = fit.coef()
    close([coefficient["(Intercept)"]], [means["Sunday"]], 1e-9, "airline model")
    table.add(f"lin_mod ArrDelay ~ DayOfWeek, {rows:,} rows of an .xdf", ours, "DuckDB group by, Parquet", peer, 1.0)


def question_threads(table, folder, rows):
    source = rx.RxXdfData(str(folder / f"airline-{rows}.xdf"))

    def fit(cores):
        def work():
            rx.RxOptions.set_option("numCoresToUse", cores)
            return rx.rx_lin_mod("ArrDelay ~ DayOfWeek + CRSDepTime", source).coefficients.tobytes()
        return work

    (one, two), (a, b) = best(fit(1), fit(2), runs=5)
    rx.RxOptions.set_option("numCoresToUse", -1)
    if a != b:
        raise SystemExit("threads: the bits differ")
    gain = one / two
    table.note(f"1 to 2 threads, lin_mod, {rows:,} rows of an .xdf", f"{1e3 * one:.1f} ms to {1e3 * two:.1f} ms: {gain:.2f}x  aim 1.8  {'met' if gain >= 1.8 else 'MISSED'}; same bits")


def question_memory(table, folder, sizes):
    """Peak resident memory of whole processes over files of growing length."""
    # VmHWM, not ru_maxrss: the latter begins with the parent's memory at the fork.
    code = ("import sys, re, insitu as rx; rx.RxOptions.set_option('reportProgress', 0); "
            "rx.rx_lin_mod('ArrDelay ~ DayOfWeek + CRSDepTime', sys.argv[1]); rx.rx_summary('~ArrDelay + DayOfWeek', sys.argv[1]); "
            "print(int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) // 1024)")
    found = []
    for rows in sizes:
        done = subprocess.run([sys.executable, "-c", code, str(folder / f"airline-{rows}.xdf")], capture_output=True, text=True, check=True)
        found.append(int(done.stdout))
    text = ", ".join(f"{rows:,} rows: {mib} MiB" for rows, mib in zip(sizes, found))
    table.note("peak memory of a process that fits and summarises", f"{text}  aim <= 1024 MiB at any length  {'met' if max(found) <= 1024 else 'MISSED'}")


def versions():
    import duckdb
    import polars
    import sklearn

    return (f"insitu {rx.__version__}, Python {platform.python_version()}, pyarrow {pa.__version__}, DuckDB {duckdb.__version__}, "
            f"polars {polars.__version__}, scikit-learn {sklearn.__version__}, numpy {np.__version__}; {os.cpu_count()} cores; seed {SEED}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", action="store_true", help="20 M rows of airline-like data too")
    parser.add_argument("--only", default="", help="questions whose name holds this")
    parser.add_argument("--json", help="write the figures here too")
    options = parser.parse_args()
    rx.RxOptions.set_option("reportProgress", 0)
    folder = pathlib.Path(__file__).resolve().parents[2] / "build" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    table = Table()
    print(versions())
    sizes = [600_000, 6_000_000] + ([20_000_000] if options.full else [])
    questions = {
        **{f"import {n}": lambda n=n: question_import(table, folder, n) for n in sizes},
        **{f"read {n}": lambda n=n: question_read(table, folder, n) for n in sizes},
        **{f"columnar {n}": lambda n=n: question_columnar(table, folder, n) for n in sizes[:2]},
        **{f"airline model {n}": lambda n=n: question_airline_model(table, folder, n) for n in sizes},
        "threads": lambda: question_threads(table, folder, sizes[-1]),
        "summary": lambda: question_summary(table, folder),
        "numeric model": lambda: question_numeric_model(table, folder),
        **{f"covariance {p}": lambda n=n, p=p: question_covariance(table, folder, n, p) for n, p in ((1_000_000, 20), (500_000, 100))},
        "factor model": lambda: question_factor_model(table, folder),
        **{f"regressions {dummies}": lambda dummies=dummies: question_regressions(table, best, close, folder, 1_000_000, dummies,
                                                                                  with_r=dummies == 80) for dummies in (80, 300, 1000)},
        **({"regressions 10 M": lambda: question_regressions(table, best, close, folder, 10_000_000, 300)} if options.full else {}),
        **({"regression memory": lambda: question_regression_memory(table, folder, [1_000_000, 10_000_000])} if options.full else {}),
        "quantiles": lambda: question_quantiles(table, best, close),
        "roc": lambda: question_roc(table, best, close),
        "several classes": lambda: question_multinom(table, best, close),
        "histogram": lambda: question_histogram(table, best),
        **{f"groups {groups}": lambda groups=groups: (question_groups(table, best, 1_000_000, groups), question_groups_in_r(table, groups))
           for groups in (1_000, 100_000)},
        **({"groups 1000000": lambda: question_groups(table, best, 10_000_000, 1_000_000, with_pandas=False)} if options.full else {}),
        "tasks": lambda: (question_tasks(table, best), question_tasks_in_r(table)),
        "mpi": lambda: question_mpi(table, best),
        "jobs": lambda: question_jobs(table, best),
        **{f"databases {n}": lambda n=n: question_databases(table, best, close, n) for n in [1_000_000] + ([10_000_000] if options.full else [])},
        "hdfs": lambda: question_hdfs(table, best),
        "hadoop": lambda: question_hadoop(table, best, close, airline(1_000_000, folder)),
        "memory": lambda: question_memory(table, folder, sizes),
        "spark": lambda: question_spark(table, best, close, {n: airline(n, folder) for n in (sizes[0], *sizes[2:])}, DAYS),
    }
    for name, question in questions.items():
        if options.only in name:
            question()
    missed = [r for r in table.rows if r.get("met") is False]
    print(f"{len(missed)} of {sum('met' in r for r in table.rows)} aims missed")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(table.rows, indent=1))


if __name__ == "__main__":
    main()
