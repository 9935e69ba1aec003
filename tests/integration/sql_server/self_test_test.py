"""`insitu selftest sqlserver` and `insitu doctor sqlserver` against the double, with the extension in it."""

import json
import os
import subprocess

import pytest
from tds_double import TdsDouble

from conftest import PASSWORD

COMMAND, LIBRARY, EXTHOST = (os.environ.get(name) for name in ("INSITU_COMMAND", "INSITU_SQL_EXTENSION", "INSITU_EXTHOST"))
pytestmark = pytest.mark.skipif(not (COMMAND and LIBRARY and EXTHOST), reason="ctest says where insitu, libinsitu_sql.so and exthost are")
# What the double has no counterpart of: objects of SQL that are made there.
BEYOND = {"scoring: a function"}


@pytest.fixture(scope="module")
def server():
    with TdsDouble(password=PASSWORD, extension=LIBRARY, exthost=EXTHOST) as server:
        yield server


def insitu(server, *words):
    string = f"Driver=FreeTDS;Server=tcp:127.0.0.1,{server.port};Database=insitu;UID=tester"
    return subprocess.run([COMMAND, *words], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "INSITU_CONNECTION": string, "INSITU_DATABASE_PASSWORD": PASSWORD})


def test_every_line_is_tried(server):
    ran = insitu(server, "selftest", "sqlserver", "--json")
    lines = json.loads(ran.stdout)["lines"]
    failed = {each["line"]: each["found"] for each in lines if each["ok"] is False}
    assert set(failed) <= BEYOND, failed
    assert all(each["ok"] is not None for each in lines)
    names = {each["line"] for each in lines}
    assert {"extension: hello", "extension: streaming", "extension: parallel", "extension: state as output", "extension: sentence",
            "extension: a state of 1 MB", "extension: echo decimal(20, 4)"} <= names  # fmt: skip
    assert PASSWORD not in ran.stdout + ran.stderr


def test_the_doctor_says_what_is_there(server):
    told = insitu(server, "doctor", "sqlserver").stdout
    assert "ok    connection: " in told and "extension: there; insitu selftest sqlserver tries it" in told and PASSWORD not in told
