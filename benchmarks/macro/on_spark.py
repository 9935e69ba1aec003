"""Questions about RxSpark, asked in one session of PySpark: what a pass costs above Spark's own empty job, models and summaries of Parquet
beside pyspark.ml and Spark's SQL in the same JVM, and how fast rows of Spark become blocks.
"""

import importlib.util
import statistics
import time
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

import insitu as rx
from insitu._requests import Builder

PASSES = 20
MODEL = "ArrDelay ~ DayOfWeek + CRSDepTime"
SUMMARY = "~ArrDelay + CRSDepTime"


def missing():
    """Why Spark cannot be measured here; None: it can."""
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark is not installed (./dev demo spark installs it): not measured"
    checks = Builder("doctor", of="spark", context=rx.RxSpark(master="local").descriptor(), reportProgress=0).run()
    return next((f"{check['found']}: not measured" for context in checks["contexts"] for check in context["checks"] if not check["ok"]), None)


@contextmanager
def connected():
    """A session of PySpark, and the context that computes in it; both use all cores of this machine."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[*]").appName("bench").config("spark.driver.memory", "4g")
    for key, value in {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.driver.host": "127.0.0.1",
                       "spark.driver.bindAddress": "127.0.0.1", "spark.sql.session.timeZone": "UTC"}.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        context = rx.rx_spark_connect(interop="pyspark")
        rx.rx_set_compute_context("local")
        try:
            yield session, context
        finally:
            rx.rx_spark_disconnect(context)
    finally:
        session.stop()


def parquet_of(csv, rows):
    """The airline-like rows as one Parquet file of text and numbers; its row groups are what tasks are made of."""
    path = csv.with_name(f"airline-{rows}-spark.parquet")
    if not path.exists():
        options = pa.csv.ConvertOptions(null_values=["NA"], column_types={
            "ArrDelay": pa.int32(), "CRSDepTime": pa.float32(), "DayOfWeek": pa.string()})
        pq.write_table(pa.csv.read_csv(csv, convert_options=options), path, row_group_size=min(rows // 8, 1_000_000))
    return path


def timed(work):
    begin = time.perf_counter()
    value = work()
    return time.perf_counter() - begin, value


def bits(result):
    numbers = result.coefficients if hasattr(result, "coefficients") else result.summary_data_frame.iloc[:, 1:].to_numpy(float)
    return numbers.tobytes()


class Airline:
    """The same questions to both sides, of one Parquet file."""

    def __init__(self, path, days, session, context):
        self._path, self._days, self._session, self._context = path, days, session, context

    def source(self, cache=False):
        return rx.RxParquetData(str(self._path), column_info={"DayOfWeek": {"type": "factor", "levels": self._days}}, cache=cache)

    def model(self, context=None, cache=False):
        return rx.rx_lin_mod(MODEL, self.source(cache), compute_context=context or self._context)

    def summary(self, context=None, cache=False):
        return rx.rx_summary(SUMMARY, self.source(cache), compute_context=context or self._context)

    def frame(self):
        return self._session.read.parquet(str(self._path))

    def spark_model(self, frame):
        """Least squares by pyspark.ml, which is told the levels, as the engine is."""
        from pyspark.ml import PipelineModel
        from pyspark.ml.feature import OneHotEncoder, StringIndexerModel, VectorAssembler
        from pyspark.ml.regression import LinearRegression

        index = StringIndexerModel.from_labels(self._days, "DayOfWeek", "day")
        complete = index.transform(frame.na.drop())
        code = OneHotEncoder(inputCols=["day"], outputCols=["code"]).fit(complete)
        prepared = PipelineModel([code, VectorAssembler(inputCols=["code", "CRSDepTime"], outputCol="features")]).transform(complete)
        return LinearRegression(labelCol="ArrDelay", solver="normal").fit(prepared.select("features", "ArrDelay"))

    @staticmethod
    def spark_summary(frame):
        from pyspark.sql import functions as f

        return frame.agg(*(of(name) for name in ("ArrDelay", "CRSDepTime") for of in (f.count, f.avg, f.stddev, f.min, f.max))).first()

    def forget(self):
        rx.rx_spark_remove_data([self.source()], compute_context=self._context)


def check(close, airline, frame):
    """Both sides say the same, and Spark says what this process says, to the last bit."""
    ours, theirs, local = airline.model(), airline.spark_model(frame), airline.model("local")
    close([ours.coef()["CRSDepTime"]], [theirs.coefficients[-1]], 1e-6, "lin_mod on Spark")
    if bits(ours) != bits(local):
        raise SystemExit("lin_mod on Spark: the bits differ from the local ones")
    found, row = airline.summary().summary_data_frame, airline.spark_summary(frame)
    close(found["StdDev"], [row[2], row[7]], 1e-9, "summary on Spark")
    close(found["Mean"], [row[1], row[6]], 1e-9, "summary on Spark")


def compare(table, best, close, airline, rows):
    runs = 7 if rows <= 1_000_000 else 3
    frame = airline.frame()
    for _ in range(3 if rows <= 1_000_000 else 1):  # the JVM compiles what is used often, of both sides
        check(close, airline, frame)
    kept = airline.frame().cache()
    kept.count()
    for question in (airline.summary, airline.model):
        if bits(question(cache=True)) != bits(question("local")):
            raise SystemExit("kept rows on Spark: the bits differ from the local ones")
    pairs = {
        "lin_mod on Spark, Parquet": (airline.model, lambda: airline.spark_model(frame), "pyspark.ml, normal"),
        "lin_mod on Spark, kept rows": (lambda: airline.model(cache=True), lambda: airline.spark_model(kept), "pyspark.ml, normal"),
        "summary on Spark, Parquet": (airline.summary, lambda: airline.spark_summary(frame), "Spark SQL"),
        "summary on Spark, kept rows": (lambda: airline.summary(cache=True), lambda: airline.spark_summary(kept), "Spark SQL"),
    }
    for name, (ours, theirs, peer) in pairs.items():
        (mine, other), _ = best(ours, theirs, runs=runs)
        table.add(f"{name}, {rows:,} rows", mine, peer, other, 1.0)
    kept.unpersist()
    (local, spark), _ = best(lambda: airline.model("local"), airline.model, runs=runs)
    table.note(f"lin_mod of Parquet here and on Spark, {rows:,} rows", f"{1e3 * local:.1f} ms and {1e3 * spark:.1f} ms, same bits")


def encoding(table, airline, rows):
    """The first pass over data that are to be kept encodes all their columns; the second finds the blocks."""
    differences = []
    for _ in range(3):
        airline.forget()
        first, _ = timed(lambda: airline.summary(cache=True))
        second, _ = timed(lambda: airline.summary(cache=True))
        differences.append(first - second)
    seconds = statistics.median(differences)
    table.note(f"rows of Spark into blocks, 3 columns, {rows:,} rows", f"{rows / seconds / 1e6:.1f} M rows/s ({1e3 * seconds:.1f} ms)")


def overhead(table, airline, context):
    """Whole calls over kept rows, and empty jobs of as many tasks, in turn."""
    airline.summary(cache=True)
    kept = rx.rx_spark_list_data(False, compute_context=context)
    tasks = next(data["partitions"] for data in kept if data["kind"] == "parquet")

    def empty():
        return Builder("spark_empty_job", context=context.descriptor(), tasks=tasks, reportProgress=0).run()["seconds"]

    passes, jobs = [], []
    for i in range(PASSES + 5):
        seconds, _ = timed(lambda: airline.summary(cache=True))
        if i >= 5:
            passes.append(seconds)
            jobs.append(empty())
    ours, theirs = statistics.median(passes), statistics.median(jobs)
    above = 1e3 * (ours - theirs)
    table.note(f"a call over kept rows above Spark's empty job of {tasks} tasks",
               f"{1e3 * ours:.1f} ms - {1e3 * theirs:.1f} ms = {above:.1f} ms (medians of {PASSES})  aim <= 100 ms  {'met' if above <= 100 else 'MISSED'}")


def question_spark(table, best, close, files, days):
    """`files`: the airline-like data, their number of rows and CSV."""
    reason = missing()
    if reason:
        return table.note("RxSpark", reason)
    with connected() as (session, context):
        table.note("RxSpark", f"Spark {session.version}, {session.sparkContext.master}")
        for number, (rows, csv) in enumerate(files.items()):
            airline = Airline(parquet_of(csv, rows), days, session, context)
            compare(table, best, close, airline, rows)
            encoding(table, airline, rows)
            if number == 0:
                overhead(table, airline, context)
            airline.forget()
