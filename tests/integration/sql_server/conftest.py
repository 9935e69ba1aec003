"""The TDS double and a real client of it: unixODBC with FreeTDS."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import pyodbc
from tds_double import TdsDouble

PASSWORD = "it's; a secret"  # FreeTDS reads {} around it, but no }} in it
FREETDS = next(Path("/usr/lib").glob("*/odbc/libtdsodbc.so"), None)


def connect(server, **more):
    """`more`: keywords of the connection string."""
    words = {"Driver": FREETDS, "Server": "127.0.0.1", "PORT": server.port, "UID": "tester", "Database": "insitu",
             "PWD": "{" + PASSWORD + "}", "TDS_Version": "7.4", "ClientCharset": "UTF-8", **more}  # fmt: skip
    pyodbc.pooling = False
    client = pyodbc.connect(";".join(f"{k}={v}" for k, v in words.items()), autocommit=True)
    client.add_output_converter(-155, bytes)  # datetimeoffset, which pyodbc does not know from FreeTDS
    return client


@pytest.fixture
def server():
    with TdsDouble(password=PASSWORD) as server:
        yield server


@pytest.fixture
def client(server):
    client = connect(server)
    yield client
    client.close()
