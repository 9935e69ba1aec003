"""The flights model of flights.py on a Spark cluster, and on this machine, from the same Parquet files: one line is switched, no bit.

    python demo/flights_on_spark.py [folder for the results]

The cluster is real and small: a standalone master and two workers on this machine's loopback, ended when the demo ends.
"""

import os
import pathlib
import sys
import tempfile

import pyspark
from flights import FORMULA, HOURS, end_clusters_on_signals, folder_of_results, section, tell, timed, unpack_flights

import insitu as rx

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
from loopback_cluster import LoopbackCluster

CARRIERS = "9E AA AS B6 DL EV F9 FL HA MQ OO UA US VX WN YV".split()
FACTORS = {"carrier": {"type": "factor", "levels": CARRIERS}, "origin": {"type": "factor", "levels": ["EWR", "JFK", "LGA"]}}
ROWS_PER_GROUP = 20_000


def write_parquet(csv, folder):
    """One file for each quarter of the year, each with several row groups, which Spark deals out to its workers."""
    folder.mkdir(exist_ok=True)
    source = rx.RxTextData(str(csv), missing_value_string="NA", rows_per_read=ROWS_PER_GROUP)
    for quarter in range(1, 5):
        rx.rx_import(source, rx.RxParquetData(str(folder / f"quarter-{quarter}.parquet")), overwrite=True,
                     row_selection=f"(month + 2) %/% 3 == {quarter}")
    return rx.RxParquetData(str(folder), column_info=FACTORS)


def bits(fit):
    return fit.coefficients.tobytes() + fit.standard_errors.tobytes()


def compare(flights, contexts):
    """Fits twice in each context, by the same line; prints the times; whether all the bits are equal."""
    fits = []
    for name, context in contexts.items():
        rx.rx_set_compute_context(context)
        times = []
        for _ in range(2):
            fit, seconds = timed(lambda: rx.rx_lin_mod(FORMULA, flights, transforms=HOURS))
            fits.append(fit)
            times.append(seconds)
        print(f"{name:42} first fit {1000 * times[0]:7.0f} ms, second fit {1000 * times[1]:7.0f} ms", flush=True)
    rx.rx_set_compute_context("local")
    print(fits[-1].summary())
    return len({bits(fit) for fit in fits}) == 1


def on_cluster(flights, scratch):
    with LoopbackCluster(os.path.dirname(pyspark.__file__), scratch / "cluster", workers=2, cores=1, memory="1g") as cluster:
        print(f"{cluster.url}, two workers of one core each")
        spark, seconds = timed(lambda: rx.rx_spark_connect(
            master=cluster.url, num_executors=2, executor_cores=1, executor_mem="700m", driver_mem="1g", idle_timeout=120))
        try:
            print(f"connected in {seconds:.1f} s")
            section(f"3. Model: {FORMULA}")
            return compare(flights, {"RxLocalSeq (this process)": "local", "RxSpark (two executors)": spark})
        finally:
            rx.rx_spark_disconnect(spark)


def main():
    end_clusters_on_signals()
    folder = folder_of_results()
    rx.RxOptions.set_option("reportProgress", 0)

    section("1. Import: CSV to Parquet")
    flights, seconds = timed(lambda: write_parquet(unpack_flights(folder), folder / "flights-parquet"))
    print(f"four files written in {seconds:.2f} s")
    print(rx.rx_get_info(flights))

    section("2. Cluster")
    with tempfile.TemporaryDirectory(prefix="insitu-demo-") as scratch:
        identical = on_cluster(flights, pathlib.Path(scratch))
    tell(identical, "the two compute contexts")


if __name__ == "__main__":
    main()
