"""Questions about databases: reading rows of PostgreSQL, from a server of its own that runs beside on this machine."""

import pathlib
import sys

import numpy as np
import pandas as pd

import insitu as rx

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests"))


def binary_copy(where, columns):
    """psycopg's COPY in binary, as a frame. Rows without missing values all have one layout, which is the fastest that there is."""
    import psycopg

    kinds = {"int4": ">i4", "float8": ">f8"}
    layout = np.dtype([("count", ">i2")] + [field for name, kind in columns.items() for field in ((f"{name} length", ">i4"), (name, kinds[kind]))])
    with psycopg.connect(**where) as connection, connection.cursor() as cursor, cursor.copy(
            f"COPY (SELECT {', '.join(columns)} FROM narrow) TO STDOUT (FORMAT BINARY)") as copy:
        rows = np.frombuffer(b"".join(copy)[19:-2], layout)
    return pd.DataFrame({name: rows[name].astype(kinds[kind].replace(">", "=")) for name, kind in columns.items()})


def question_databases(table, best, close, rows):
    import connectorx
    import psycopg
    from private_postgres import PrivatePostgres

    with PrivatePostgres() as server:
        what = server.description
        where = {"host": what["host"], "port": what["port"], "user": what["user"], "password": what["password"], "dbname": what["database"]}
        with psycopg.connect(**where, autocommit=True) as connection:
            connection.execute(f"CREATE TABLE narrow AS SELECT i AS id, sin(i) AS x, i % 1000 AS n FROM generate_series(1, {rows}) i")
            connection.execute("ALTER TABLE narrow ADD PRIMARY KEY (id)")
            connection.execute("VACUUM ANALYZE narrow")
        source = rx.RxPostgresData(f"Servername={what['host']};Port={what['port']};UID={what['user']};PWD={what['password']};Database={what['database']}",
                                   table="narrow")
        address = f"postgresql://{what['user']}:{what['password']}@{what['host']}:{what['port']}/{what['database']}"
        columns = {"id": "int4", "x": "float8", "n": "int4"}

        def read_connectorx():
            return connectorx.read_sql(address, "SELECT id, x, n FROM narrow", partition_on="id", partition_num=2, protocol="binary")

        (ours, summary, copied, connected), (frame, found, copy, other) = best(
            lambda: rx.rx_import(source), lambda: rx.rx_summary("~x + n", source), lambda: binary_copy(where, columns), read_connectorx,
            runs=5 if rows <= 1_000_000 else 2)
        for each in (copy, other.sort_values("id")):
            for name in columns:
                close(frame[name], each[name], 0, "rows of PostgreSQL")
        close([found.summary_data_frame["Mean"][0]], [copy.x.mean()], 1e-9, "summary of PostgreSQL")
        table.add(f"PostgreSQL: {rows:,} narrow rows into a frame", ours, "psycopg, binary COPY", copied, 1.0)
        table.add(f"PostgreSQL: {rows:,} narrow rows into a frame", ours, "connectorx", connected, 1.0)
        table.add(f"PostgreSQL: summary of {rows:,} narrow rows", summary, "psycopg, reading only", copied, 1.0)
        table.note("", f"{rows / ours:,.0f} rows a second")

        # The database computes, and no row leaves it: against reading the rows by whoever reads them fastest, without what comes after.
        there, here = rx.RxInPostgres(source.connection_string, tier="database"), rx.RxLocalSeq()
        quiet = {"report_progress": 0}
        (in_summary, in_fit), (pushed, fit) = best(lambda: rx.rx_summary("~x + n", source, compute_context=there, **quiet),
                                                   lambda: rx.rx_lin_mod("x ~ id + n", source, compute_context=there, **quiet), runs=3)
        close(pushed.summary_data_frame["StdDev"], found.summary_data_frame["StdDev"], 1e-9, "summary in PostgreSQL")
        close(fit.coefficients, rx.rx_lin_mod("x ~ id + n", source, compute_context=here, **quiet).coefficients, 1e-6, "model in PostgreSQL")
        fastest, name = min((copied, "psycopg, reading only"), (connected, "connectorx, reading"))
        table.add(f"PostgreSQL: summary of {rows:,} rows in the database", in_summary, name, fastest, 1.0)
        table.add(f"PostgreSQL: lin_mod of {rows:,} rows in the database", in_fit, name, fastest, 1.0)
        # Iterations cost it more than reading costs: what tier = "auto" does, and why.
        (steps, read), (inside, outside) = best(lambda: rx.rx_logit("n > 499 ~ x", source, compute_context=there, **quiet),
                                                lambda: rx.rx_logit("n > 499 ~ x", source, compute_context=here, **quiet), runs=1)
        close(inside.deviance, outside.deviance, 1e-9, "logistic model in PostgreSQL")
        table.note(f"PostgreSQL: logit of {rows:,} rows", f"{steps / (inside.iter + 1):.1f} s a pass in the database, "
                                                          f"{read / (outside.iter + 1):.1f} s by reading")
