"""A PostgreSQL server for tests: its own cluster in a private folder, a Unix socket and a port on loopback, a password of its own.

    python3 tests/private_postgres.py run [--set NAME=VALUE ...] [--extension FOLDER ...] -- COMMAND [ARGUMENT ...]
    python3 tests/private_postgres.py serve --ready FILE [--set ...] [--extension ...]

`run` runs the command while the server is there; its end is that of the command, and 77 where there can be no server here
(CTest's SKIP_RETURN_CODE), or 1 with INSITU_REQUIRE_POSTGRES=yes. The command sees INSITU_TEST_POSTGRES, the path of a JSON
file that only this user reads,

    {"host": "127.0.0.1", "port": 40123, "socket": folder, "user": "insitu", "password": ..., "database": "insitu",
     "passfile": file, "bin": folder, "log": file, "version": 150018, "pid": 123}

and PGHOST, PGPORT, PGUSER, PGDATABASE and PGPASSFILE, so that psql and libpq need no more. `serve` writes the path of that
file to FILE, or {"skip": why}, and serves until its standard input ends. Within INSITU_TEST_POSTGRES the server that is there
is used. In Python: `with PrivatePostgres() as server: server.psql("SELECT 1")`; for pytest, postgres_fixture.py.

Nothing that is written is safe against power cuts (fsync is off), and nothing of it is left at the end. As root the server runs
as `postgres` or `nobody`, because it refuses root. `--extension` is a folder with *.control, *.sql and *.so: the server then runs
from a private copy of its tree (links but for the program) in which CREATE EXTENSION finds them and nothing of the system changes.
"""

import argparse
import ctypes
import glob
import json
import os
import pathlib
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

USER = DATABASE = "insitu"


class NoServer(Exception):
    """Why there can be none here."""


def find_programs():
    """The folder of the newest server that is installed."""
    named = os.environ.get("INSITU_POSTGRES_BIN")
    installed = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda each: int(each.split("/")[-2]), reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        installed.append(os.path.dirname(os.path.realpath(on_path)))
    for folder in [named] if named else installed:
        if all(os.access(os.path.join(folder, program), os.X_OK) for program in ("initdb", "postgres", "psql")):
            return pathlib.Path(folder)
    raise NoServer("no PostgreSQL server: postgresql is not installed" + (f" in INSITU_POSTGRES_BIN={named}" if named else ""))


def owner():
    """Whose the processes of the server are: {} for ours."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise NoServer("no PostgreSQL server: it refuses root, and there is neither a user postgres nor a user nobody")


def end_with_parent():  # a client that is killed leaves no server behind
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


class PrivatePostgres:
    def __init__(self, settings=None, extensions=()):
        self.bin = find_programs()
        self.owner = owner()
        self.settings = dict(settings or {})
        # Not TMPDIR: the path of a Unix socket has 107 bytes at most.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"insitu-pg-{os.getpid()}-", dir="/tmp"))
        self.server = None
        self.programs = self.bin
        try:
            self.give(self.folder)
            self.make_cluster()
            if extensions:
                self.programs = self.copy_tree(extensions)
            self.start()
            self.psql(f"CREATE DATABASE {DATABASE}", database="postgres")
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def give(self, path):
        if self.owner:
            os.chown(path, self.owner["user"], self.owner["group"])

    def make_cluster(self):
        self.password = secrets.token_hex(16)
        for name in ("data", "socket"):
            (self.folder / name).mkdir(mode=0o700)
            self.give(self.folder / name)
        (self.folder / "socket").chmod(0o755)
        given = self.folder / "initial"
        given.touch(mode=0o600)
        given.write_text(self.password + "\n")
        self.give(given)
        made = subprocess.run([self.bin / "initdb", "-D", self.folder / "data", "-U", USER, f"--pwfile={given}", "-A", "scram-sha-256",
                               "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"], cwd=self.folder, env=self.environment(),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **self.owner)
        given.unlink()
        if made.returncode:
            raise NoServer("no PostgreSQL server: initdb failed: " + made.stdout.strip())

    @staticmethod
    def environment():
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH", "TZ") if name in os.environ}
        return {**kept, "LC_ALL": "C"}

    def copy_tree(self, extensions):
        """The server's own tree by links, with our files in it: it looks for its files beside its program."""
        places = {}
        for option in ("bindir", "pkglibdir", "sharedir"):
            asked = subprocess.run([self.bin / "pg_config", "--" + option], capture_output=True, text=True)
            if asked.returncode:
                raise NoServer("no PostgreSQL server with an extension: pg_config is not beside it (postgresql-server-dev)")
            places[option] = pathlib.Path(asked.stdout.strip())
        tree = {name: pathlib.Path(f"{self.folder}/tree{place}") for name, place in places.items()}
        for name in tree:
            tree[name].mkdir(parents=True)
        (tree["sharedir"] / "extension").mkdir()
        for original, copy in ((places["bindir"], tree["bindir"]), (places["pkglibdir"], tree["pkglibdir"]),
                               (places["sharedir"], tree["sharedir"]),
                               (places["sharedir"] / "extension", tree["sharedir"] / "extension")):
            for each in original.iterdir():
                if not (copy / each.name).exists():
                    (copy / each.name).symlink_to(each)
        program = tree["bindir"] / "postgres"  # links are followed to where it lies
        program.unlink()
        shutil.copy(places["bindir"] / "postgres", program)
        for folder in extensions:
            for each in pathlib.Path(folder).iterdir():
                if each.suffix in (".control", ".sql", ".so"):
                    copy = tree["pkglibdir" if each.suffix == ".so" else "sharedir"] / ("" if each.suffix == ".so" else "extension") / each.name
                    copy.unlink(missing_ok=True)
                    shutil.copy(each, copy)
                    copy.chmod(0o644)
        return tree["bindir"]

    def start(self):
        for _ in range(5):  # a free port may be taken by another before the server has it
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
            settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.folder / "socket",
                        "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "4GB",
                        "autovacuum": "off", "log_timezone": "UTC", "timezone": "UTC", **self.settings}
            options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
            with open(self.folder / "log", "ab") as log:
                self.server = subprocess.Popen([self.programs / "postgres", "-D", self.folder / "data", *options], cwd=self.folder,
                                               env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                               start_new_session=True, preexec_fn=end_with_parent, **self.owner)
            if self.wait_until_ready():
                self.describe()
                return
            self.stop_server()
        raise NoServer("the PostgreSQL server does not start: " + (self.folder / "log").read_text().strip())

    def wait_until_ready(self):
        """As pg_ctl: the last line of the server's pid file says so."""
        until = time.monotonic() + 30
        while time.monotonic() < until and self.server.poll() is None:
            try:
                if (self.folder / "data/postmaster.pid").read_text().splitlines()[7].strip() == "ready":
                    return True
            except (OSError, IndexError):
                pass
            time.sleep(0.02)
        return False

    def describe(self):
        version = subprocess.run([self.bin / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
        major, minor = re.search(r"(\d+)\.(\d+)", version).groups()
        passfile = self.write_own("passfile", f"*:*:*:{USER}:{self.password}\n")
        self.description = {"host": "127.0.0.1", "port": self.port, "socket": str(self.folder / "socket"), "user": USER,
                            "password": self.password, "database": DATABASE, "passfile": str(passfile), "bin": str(self.bin),
                            "log": str(self.folder / "log"), "version": int(major) * 10000 + int(minor), "pid": self.server.pid}
        self.file = self.write_own("server.json", json.dumps(self.description, indent=1) + "\n")

    def write_own(self, name, text):
        path = self.folder / name
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(text)
        return path

    def stop_server(self, gently=True):
        """Ends the server as one that is asked to, and by force if it does not. `gently`: what it holds in memory is written."""
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)[0 if gently else 1:]:
            if self.server.poll() is not None:
                return
            self.server.send_signal(number)
            try:
                self.server.wait(10)
            except subprocess.TimeoutExpired:
                continue

    def restart(self, crash=False):
        """`crash`: as after a loss of power; else in order."""
        if crash:
            self.server.send_signal(signal.SIGQUIT)
            self.server.wait(30)
        self.stop_server()
        self.start()

    def stop(self):
        if self.server is not None:
            self.stop_server(gently=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def psql(self, sql, database=DATABASE):
        return psql(self.description, sql, database)


class GivenPostgres:
    """The server that INSITU_TEST_POSTGRES names; its end is not ours."""

    def __init__(self, file):
        self.file = pathlib.Path(file)
        self.description = json.loads(self.file.read_text())

    def psql(self, sql, database=DATABASE):
        return psql(self.description, sql, database)

    def stop(self):
        pass


def client_environment(description):
    return {"PGHOST": description["host"], "PGPORT": str(description["port"]), "PGUSER": description["user"],
            "PGDATABASE": description["database"], "PGPASSFILE": description["passfile"]}


def psql(description, sql, database):
    """What it prints, unaligned and without heads; its error is raised."""
    done = subprocess.run([os.path.join(description["bin"], "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", "-"], input=sql,
                          env={**os.environ, **client_environment(description)}, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description="a PostgreSQL server for tests")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("run", "serve"):
        options = verbs.add_parser(verb)
        options.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
        options.add_argument("--extension", action="append", default=[], metavar="FOLDER")
    verbs.choices["serve"].add_argument("--ready", required=True)
    verbs.choices["run"].add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    settings = dict(each.split("=", 1) for each in given.set)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    def tell(text):
        new = pathlib.Path(given.ready + ".new")
        new.write_text(text)
        new.rename(given.ready)

    try:
        server = PrivatePostgres(settings, given.extension)
    except NoServer as why:
        if given.verb == "serve":
            tell(json.dumps({"skip": str(why)}))
            return
        print(why, file=sys.stderr)
        sys.exit(1 if os.environ.get("INSITU_REQUIRE_POSTGRES") == "yes" else 77)
    with server:
        if given.verb == "serve":
            tell(str(server.file))
            while os.read(0, 1024):
                pass
            return
        command = given.command[1:] if given.command[:1] == ["--"] else given.command
        if not command:
            parser.error("no command to run")
        environment = {**os.environ, **client_environment(server.description), "INSITU_TEST_POSTGRES": str(server.file)}
        end = subprocess.run(command, env=environment).returncode
    sys.exit(end if end >= 0 else 128 - end)


if __name__ == "__main__":
    main()
