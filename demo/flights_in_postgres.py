"""The flights of flights.py in PostgreSQL: a summary, a model and a table of predictions, computed by SQL, by the engine inside the
server, from rows that are read, and on this machine from .xdf; times, and how far the answers are from each other.

    python demo/flights_in_postgres.py

The server is Debian's, in a private folder, on loopback, with a password of its own; it ends with the demo and leaves nothing.
"""

import os
import pathlib
import sys
import tempfile

import numpy as np
from flights import FORMULA, HOURS, section, timed, unpack_flights

import insitu as rx

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from private_postgres import NoServer, PrivatePostgres  # noqa: E402

SUMMARY = "~ arr_delay + dep_delay + distance + air_time"
FACTORS = {name: {"type": "factor"} for name in ("carrier", "origin", "dest")}
EXTENSION = ROOT / "build" / "release" / "hosts" / "postgres"


def furthest(found, expected):
    """The largest difference of two arrays, relative to the value, or to the typical size of all where that is larger: a prediction of
    0.00001 minutes is a difference of numbers near 10. A missing value must stand where one stands."""
    found, expected = (np.asarray(each, dtype=float) for each in (found, expected))
    if found.shape != expected.shape or (np.isnan(found) != np.isnan(expected)).any():
        return float("inf")
    kept = ~np.isnan(expected)
    sizes = np.abs(expected[kept])
    return float(np.max(np.abs(found - expected)[kept] / np.maximum(sizes, max(np.median(sizes), 1e-300)), initial=0))


def by_rows(fit, data, target):
    return rx.rx_predict(fit, data, target, extra_vars_to_write=["id"], overwrite=True)


def by_engine(fit, data, target):
    """A published model, as those use it who have SQL alone; the engine within the server scores the rows of a query."""
    models = rx.RxPostgresData(data.connection_string, table="models")
    rx.rx_publish_model(fit, models, "arr_delay", kind="engine", overwrite=True)
    for statement in (f"DROP TABLE IF EXISTS {target.table}",
                      f"CREATE TABLE {target.table} AS SELECT * FROM insitu_predict_rows((SELECT value FROM models WHERE id = 'arr_delay'), "
                      f"'SELECT * FROM {data.table}') AS p(id int, \"arr_delay_Pred\" float8)"):
        rx.rx_execute_sql_ddl(models, sql_string=statement)
    return target


def work(data, target, context="local", predict=by_rows):
    """What is done in each place by the same lines: values to compare, and seconds."""
    seconds = {}
    rx.rx_set_compute_context(context)
    try:
        summary, seconds["summary"] = timed(lambda: rx.rx_summary(SUMMARY, data))
        # Against the first carrier, UA with 58,665 flights: the last, OO, has 32, and contrasts against so few rows lose digits.
        fit, seconds["model"] = timed(lambda: rx.rx_lin_mod(FORMULA, data, drop_first=True))
        scores, seconds["predictions"] = timed(lambda: predict(fit, data, target))
    finally:
        rx.rx_set_compute_context("local")
    predictions = rx.rx_import(scores).sort_values("id")["arr_delay_Pred"]
    return {"summary": summary["sDataFrame"].drop(columns="Name"), "model": np.ravel(fit.coefficients), "predictions": predictions}, seconds


def in_postgres(server, folder):
    where = server.description
    os.environ["INSITU_DATABASE_PASSWORD"] = where["password"]
    string = f"Driver=PostgreSQL Unicode;Servername={where['host']};Port={where['port']};UID={where['user']};Database={where['database']}"
    section("1. Load: CSV to a table")
    csv = rx.RxTextData(str(unpack_flights(folder)), missing_value_string="NA")
    rows, seconds = timed(lambda: rx.rx_import(csv, str(folder / "flights.xdf"), column_info=FACTORS,
                                               transforms={**HOURS, "id": ".rxStartRow + seq_len(.rxNumRows) - 1L"}))
    print(f"{rx.rx_get_info(rows).numRows:,} flights of CSV in {seconds:.2f} s to .xdf")
    loaded, seconds = timed(lambda: rx.rx_data_step(rows, rx.RxPostgresData(string, table="flights")))
    print(f"to the table {loaded.table} in {seconds:.2f} s")
    server.psql("ALTER TABLE flights ADD PRIMARY KEY (id); ANALYZE flights")
    if EXTENSION.is_dir():
        server.psql("CREATE EXTENSION insitu")

    section("2. The same lines in each place")
    # The same levels in the same order: a database has no order of its own.
    levels = {name: {"type": "factor", "levels": told["levels"]} for name, told in rx.rx_get_var_info(rows).items() if name in ("carrier", "origin")}
    flights = rx.RxPostgresData(string, table="flights", column_info=levels)
    expected, seconds = work(rows, rx.RxXdfData(str(folder / "scores.xdf")))
    report("this machine, .xdf", seconds)
    agreement = {}
    for tier in ("database", "extension", "stream"):
        if tier == "extension" and not EXTENSION.is_dir():
            print("extension: not built here (postgresql-server-dev), left out")
            continue
        found, seconds = work(flights, rx.RxPostgresData(string, table="scores"), rx.RxInPostgres(string, tier=tier),
                              by_engine if tier == "extension" else by_rows)
        report(f"tier {tier}", seconds)
        agreement[tier] = {what: furthest(found[what], expected[what]) for what in expected}

    section("3. Agreement with this machine: the largest relative difference")
    for tier, differences in agreement.items():
        print(f"{tier:20}" + "  ".join(f"{what} {value:.1e}" for what, value in differences.items()))
    return all(value <= 1e-9 for differences in agreement.values() for value in differences.values())


def report(place, seconds):
    print(f"{place:20}" + "  ".join(f"{what} {1000 * value:7.0f} ms" for what, value in seconds.items()), flush=True)


def main():
    rx.RxOptions.set_option("reportProgress", 0)
    try:
        with tempfile.TemporaryDirectory(prefix="insitu-demo-") as folder, \
                PrivatePostgres(extensions=[EXTENSION] if EXTENSION.is_dir() else ()) as server:
            agree = in_postgres(server, pathlib.Path(folder))
    except NoServer as why:
        sys.exit(f"flights_in_postgres: {why}; install postgresql (./dev setup)")
    print("\nall agree to 1e-9; the server and its folder are gone" if agree else "\nsome answers are further apart than 1e-9")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
