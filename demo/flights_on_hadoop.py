"""The flights model of flights.py on files of HDFS, and on those of this machine: from text, .xdf and Parquet, in every compute
context that reaches them, with the same bits.

    python demo/flights_on_hadoop.py [folder for the results]

The Hadoop is real and small: HDFS, YARN and MapReduce on this machine's loopback, ended when the demo ends.
"""

import os
import pathlib
import sys

from flights import FORMULA, HOURS, end_clusters_on_signals, folder_of_results, section, tell, timed, unpack_flights

import insitu as rx

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests"))
from private_hadoop import PrivateHadoop
from private_hdfs import NoHdfs

LEVELS = {"carrier": "9E AA AS B6 DL EV F9 FL HA MQ OO UA US VX WN YV".split(), "origin": ["EWR", "JFK", "LGA"]}
FACTORS = {name: {"type": "factor", "levels": levels} for name, levels in LEVELS.items()}


def sources(folder):
    """The flights as text, .xdf and Parquet, in a folder of this machine or of HDFS."""
    return {"text": rx.RxTextData(f"{folder}/flights.csv", missing_value_string="NA", column_info=FACTORS),
            ".xdf": rx.RxXdfData(f"{folder}/flights.xdf"),
            "Parquet": rx.RxParquetData(f"{folder}/flights.parquet", column_info=FACTORS)}


def contexts():
    found = {"RxLocalSeq (this process)": "local", "RxLocalParallel (all cores)": rx.RxLocalParallel(),
             "RxProcesses (two worker processes)": rx.RxProcesses(num_workers=2)}
    if hasattr(rx, "RxHadoopMR"):
        found["RxHadoopMR (MapReduce on YARN)"] = rx.RxHadoopMR()
    return found


def model(source):
    return rx.rx_lin_mod(FORMULA, source, transforms=HOURS)


def bits(fit):
    return fit.coefficients.tobytes() + fit.standard_errors.tobytes()


def compare(here, there):
    """Fits each source in each context, by the same line; prints the times; whether all bits of a source are equal."""
    fit, identical = None, True
    for kind, source in here.items():
        rx.rx_set_compute_context("local")
        fit, seconds = timed(lambda source=source: model(source))
        expected = bits(fit)
        print(f"{kind:8} {'this machine, RxLocalSeq':40} {1000 * seconds:8.0f} ms", flush=True)
        for name, context in contexts().items():
            rx.rx_set_compute_context(context)
            fit, seconds = timed(lambda kind=kind: model(there[kind]))
            same = bits(fit) == expected
            identical &= same
            print(f"{kind:8} {'HDFS, ' + name:40} {1000 * seconds:8.0f} ms{'' if same else '  DIFFERENT'}", flush=True)
    rx.rx_set_compute_context("local")
    print(fit.summary())
    return identical


def put(folder, csv, here):
    """The text as it is; the others written by data steps whose target lies there."""
    rx.rx_hadoop_make_dir("/flights")
    rx.rx_hadoop_copy_from_local(str(csv), "/flights/flights.csv")
    there = sources("hdfs:///flights")
    for kind in (".xdf", "Parquet"):
        for target in (here[kind], there[kind]):
            rx.rx_import(here["text"], target, overwrite=True)
    return there


def main():
    end_clusters_on_signals()
    folder = folder_of_results()
    rx.RxOptions.set_option("reportProgress", 0)

    section("1. Hadoop: a name node, two data nodes, a resource manager, two node managers, a history server")
    try:
        hadoop, seconds = timed(PrivateHadoop)
    except NoHdfs as why:
        sys.exit(str(why))
    with hadoop:
        os.environ.update(hadoop.environment())
        print(f"Hadoop {rx.rx_hadoop_version()} is up after {seconds:.0f} s: hdfs://127.0.0.1:{hadoop.rpc}")

        section("2. The flights go to HDFS")
        csv = unpack_flights(folder)
        here = sources(folder)
        there, seconds = timed(lambda: put(folder, csv, here))
        print(f"put in {seconds:.1f} s")
        print(rx.rx_hadoop_list_files("/flights")[["path", "size", "owner", "replication"]])

        section(f"3. Model: {FORMULA}")
        identical = compare(here, there)
    tell(identical)


if __name__ == "__main__":
    main()
