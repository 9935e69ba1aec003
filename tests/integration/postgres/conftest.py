"""What the tests of this folder share: one server a session, with the extension of this build where there is one."""

import json
import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests"), str(pathlib.Path(__file__).parent)]
from postgres_fixture import postgres_database, start_or_skip  # noqa: E402, F401

BUILD = pathlib.Path(os.environ.get("INSITU_TEST_BUILD", ROOT / "build" / "release"))
EXTENSION = BUILD / "hosts" / "postgres"


@pytest.fixture(scope="session")
def private_postgres():
    there = (EXTENSION / "insitu_pg.so").exists()
    server = start_or_skip(extensions=[EXTENSION] if there else [], settings={"max_worker_processes": 8, "max_parallel_workers": 4})
    server.has_extension = there
    yield server
    server.stop()


@pytest.fixture
def database(private_postgres, postgres_database):  # noqa: F811
    """A connection to an empty database with the extension in it."""
    psycopg = pytest.importorskip("psycopg")
    if not private_postgres.has_extension:
        if os.environ.get("INSITU_REQUIRE_POSTGRES") == "yes":
            pytest.fail(f"the extension is not built: {EXTENSION}")
        pytest.skip(f"the extension is not built: {EXTENSION} (postgresql-server-dev-15)")
    with psycopg.connect(**postgres_database, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION insitu")
        connection.place = postgres_database
        yield connection


@pytest.fixture(scope="session")
def methods():
    return [each["op"] for each in json.loads((ROOT / "options" / "methods.json").read_text())["methods"]]
