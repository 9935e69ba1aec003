"""Databases for tests: PostgreSQL of the session's private server, and SQLite, both over their ODBC drivers."""

import pathlib
import sqlite3
import sys

import psycopg
import pytest

import insitu as rx

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "integration" / "sql_server")]
from postgres_fixture import postgres_database, private_postgres, start_or_skip  # noqa: E402, F401


def drivers():
    """Names of the ODBC drivers that are registered here."""
    import configparser

    found = configparser.ConfigParser(strict=False)
    found.read("/etc/odbcinst.ini")
    return set(found.sections())


class Postgres:
    kind = "postgres"

    def __init__(self, where):
        self.where = where
        self.connection = psycopg.connect(**where, autocommit=True)
        self.string = (f"Driver=PostgreSQL Unicode;Servername={where['host']};Port={where['port']};UID={where['user']};"
                       f"PWD={where['password']};Database={where['dbname']}")

    def run(self, statement, values=()):
        return self.connection.execute(statement, values or None)

    def rows(self, query):
        return self.run(query).fetchall()

    def source(self, table=None, **settings):
        return rx.RxPostgresData(settings.pop("connection_string", self.string), table=table, **settings)

    def close(self):
        self.connection.close()


class Sqlite:
    kind = "sqlite"

    def __init__(self, folder):
        self.file = folder / "rows.db"
        self.connection = sqlite3.connect(self.file, isolation_level=None)
        self.string = f"Driver=SQLite3;Database={self.file}"

    def run(self, statement, values=()):
        return self.connection.execute(statement, values)

    def rows(self, query):
        return self.run(query).fetchall()

    def source(self, table=None, **settings):
        return rx.RxOdbcData(settings.pop("connection_string", self.string), table=table, **settings)

    def close(self):
        self.connection.close()


class SqlServer:
    """A double of SQL Server: TDS over DuckDB, and FreeTDS as the client."""

    kind = "sqlserver"
    password = "pass word}1"

    def __init__(self, server):
        self.server = server
        self.string = f"Driver=SQL Server;Server=tcp:127.0.0.1,{server.port};Database=insitu;UID=tester"

    def run(self, statement):
        rx.rx_execute_sql_ddl(self.source("none"), sql_string=statement)

    def source(self, table=None, **settings):
        return rx.RxSqlServerData(settings.pop("connection_string", self.string), table=table, **{"password": self.password, **settings})


@pytest.fixture
def sqlserver():
    if "FreeTDS" not in drivers():
        pytest.skip("no ODBC driver of SQL Server: tdsodbc is not installed")
    pytest.importorskip("sqlglot")
    from tds_double import TdsDouble

    with TdsDouble(password=SqlServer.password) as server:
        yield SqlServer(server)


@pytest.fixture
def postgres(postgres_database):  # noqa: F811
    if "PostgreSQL Unicode" not in drivers():
        pytest.skip("no ODBC driver of PostgreSQL: odbc-postgresql is not installed")
    database = Postgres(postgres_database)
    yield database
    database.close()


@pytest.fixture
def sqlite(tmp_path):
    if "SQLite3" not in drivers():
        pytest.skip("no ODBC driver of SQLite: libsqliteodbc is not installed")
    database = Sqlite(tmp_path)
    yield database
    database.close()


@pytest.fixture(params=["postgres", "sqlite"])
def database(request):
    return request.getfixturevalue(request.param)
