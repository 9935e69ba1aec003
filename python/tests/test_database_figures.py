"""Figures of PostgreSQL's sums against exact arithmetic: whole numbers that doubles cannot hold, and how far reading is from that."""

from fractions import Fraction

import insitu as rx
from database_fixtures import postgres, postgres_database, private_postgres  # noqa: F401

QUIET = {"report_progress": 0}


def covariance(a, b):
    return float((sum(x * y for x, y in zip(a, b, strict=True)) - sum(a) * sum(b) / len(a)) / (len(a) - 1))


def test_whole_numbers_beyond_doubles(postgres):  # noqa: F811
    postgres.run("CREATE TABLE big AS SELECT 9007199254740993 + i * 7919 % 100003 + i AS n, cos(i * 1.7)::float8 AS x FROM generate_series(1::bigint, 5000) AS i")
    whole, x = ([Fraction(value) for value in column] for column in zip(*postgres.rows("SELECT n, x FROM big"), strict=True))
    inside = {"compute_context": rx.RxInPostgres(postgres.string, tier="database"), **QUIET}
    outside = {"compute_context": rx.RxLocalSeq(), **QUIET}
    data = postgres.source("big")
    # rxSummary counts from a whole number, so that nothing is lost, there and here.
    for how in (inside, outside):
        found = rx.rx_summary("~ n", data, **how).summary_data_frame
        assert abs(found["StdDev"][0] / covariance(whole, whole) ** 0.5 - 1) < 1e-12
    # Columns of models are doubles: the nearest ones. Of those the server's sums are right to the last digits.
    near = [Fraction(float(value)) for value in whole]
    exact = {("n", "n"): covariance(near, near), ("n", "x"): covariance(near, x), ("x", "x"): covariance(x, x)}
    there, here = (rx.rx_cov("~ n + x", data, **how) for how in (inside, outside))
    # Means so far from zero have few digits left for a difference: what the engine's own merging of pieces may lose.
    lost = 2.3e-16 * float(sum(near) / len(near)) / exact["n", "n"] ** 0.5
    places = {"n": 0, "x": 1}
    for (a, b), value in exact.items():
        scale = (exact[a, a] * exact[b, b]) ** 0.5
        assert abs(there.iloc[places[a], places[b]] - value) <= 1e-12 * scale
        assert abs(here.iloc[places[a], places[b]] - value) <= max(lost, 1e-12) * scale
