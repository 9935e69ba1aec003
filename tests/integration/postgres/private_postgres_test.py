"""The server of the tests: reached by socket and loopback with its password alone, gone with its client, nothing left."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, str(TESTS / "private_postgres.py")]
psycopg = pytest.importorskip("psycopg")


@pytest.fixture
def outside(monkeypatch):
    monkeypatch.delenv("INSITU_TEST_POSTGRES", raising=False)


def test_only_who_has_the_password_comes_in(postgres_database, private_postgres):
    with psycopg.connect(**postgres_database) as connection:
        assert connection.execute("SELECT current_user, 1.5::float8").fetchone() == ("insitu", 1.5)
    with psycopg.connect(**{**postgres_database, "host": private_postgres.description["socket"]}) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("off",)
    for host in ("127.0.0.1", private_postgres.description["socket"]):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(**{**postgres_database, "host": host, "password": "another"})
    assert os.stat(private_postgres.file).st_mode & 0o077 == 0
    assert os.stat(private_postgres.description["passfile"]).st_mode & 0o077 == 0


def test_run_ends_as_its_command_and_leaves_nothing(outside, tmp_path):
    script = 'import json, os, sys; at = os.environ["INSITU_TEST_POSTGRES"]; print(open(at).read()); sys.exit(7)'
    done = subprocess.run([*PROGRAM, "run", "--set", "max_connections=9", "--", sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 7, done.stderr
    told = json.loads(done.stdout)
    assert told["password"] not in " ".join(PROGRAM)
    assert not pathlib.Path(told["log"]).parent.exists()
    assert not pathlib.Path(f"/proc/{told['pid']}").exists()


def test_a_server_whose_client_is_killed_ends(outside, tmp_path):
    ready = tmp_path / "ready"
    client = subprocess.Popen([*PROGRAM, "serve", "--ready", str(ready)], stdin=subprocess.PIPE)
    until = time.monotonic() + 60
    while not ready.exists() and time.monotonic() < until:
        time.sleep(0.05)
    told = json.loads(pathlib.Path(ready.read_text()).read_text())
    try:
        client.send_signal(signal.SIGKILL)
        client.wait()
        while pathlib.Path(f"/proc/{told['pid']}").exists() and time.monotonic() < until:
            time.sleep(0.05)
        assert not pathlib.Path(f"/proc/{told['pid']}").exists()
    finally:
        subprocess.run(["rm", "-rf", str(pathlib.Path(told["log"]).parent)], check=True)


def test_without_a_server_it_says_why(outside, tmp_path):
    environment = {**os.environ, "INSITU_POSTGRES_BIN": str(tmp_path)}
    environment.pop("INSITU_REQUIRE_POSTGRES", None)
    done = subprocess.run([*PROGRAM, "run", "--", "true"], env=environment, capture_output=True, text=True)
    assert (done.returncode, "postgresql is not installed" in done.stderr) == (77, True)
    done = subprocess.run([*PROGRAM, "run", "--", "true"], env={**environment, "INSITU_REQUIRE_POSTGRES": "yes"}, capture_output=True, text=True)
    assert done.returncode == 1
