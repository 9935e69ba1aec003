"""A PostgreSQL server for pytest: `from postgres_fixture import private_postgres`, with tests/ on the path.

One server a session, that of INSITU_TEST_POSTGRES where there is one; without an installed server the tests are skipped with the
reason, or fail with INSITU_REQUIRE_POSTGRES=yes. `postgres_database` is an empty database for one test, a dictionary as libpq
takes it: psycopg.connect(**postgres_database).
"""

import itertools
import os

import pytest
from private_postgres import GivenPostgres, NoServer, PrivatePostgres

numbers = itertools.count(1)


def start_or_skip(**how):
    try:
        return PrivatePostgres(**how)
    except NoServer as why:
        if os.environ.get("INSITU_REQUIRE_POSTGRES") == "yes":
            raise
        pytest.skip(str(why))


@pytest.fixture(scope="session")
def private_postgres():
    given = os.environ.get("INSITU_TEST_POSTGRES")
    server = GivenPostgres(given) if given else start_or_skip()
    yield server
    server.stop()


@pytest.fixture
def postgres_database(private_postgres):
    name = f"test_{os.getpid()}_{next(numbers)}"
    private_postgres.psql(f"CREATE DATABASE {name}", database="postgres")
    what = private_postgres.description
    yield {"host": what["host"], "port": what["port"], "user": what["user"], "password": what["password"], "dbname": name}
    private_postgres.psql(f"DROP DATABASE {name} WITH (FORCE)", database="postgres")
