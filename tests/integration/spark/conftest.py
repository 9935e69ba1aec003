"""Applications of Spark for the tests of this folder: one of each kind for the whole session, and nothing left after it."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import uuid

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "integration" / "gateway")]
try:
    import insitu as rx
except ImportError:
    sys.path.insert(0, str(ROOT / "python" / "src"))
    import insitu as rx

import own_processes
import sample_rows
from loopback_cluster import LoopbackCluster

from insitu._requests import Builder

#: Drivers and executors that live for seconds start faster so.
QUICK_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"

#: How the applications of these tests are asked for; each adds its master.
SMALL = {"driver_mem": "1g", "executor_mem": "700m", "executor_overhead_mem": "400m", "executor_cores": 1, "idle_timeout": 900}


class Run:
    """What belongs to this run of the tests: a mark that all its processes inherit, and folders."""

    def __init__(self):
        self.mark = uuid.uuid4().hex
        # Short, because sockets lie in it.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="rxs-", dir="/tmp"))
        self.temporary = self.folder / "t"
        self.home = self.folder / "home"
        for folder in (self.temporary, self.home):
            folder.mkdir()

    def extra_config(self, *settings, derby=None):
        """Text for ``extra_spark_config``: temporary files here, a metastore of Hive if ``derby`` names its folder."""
        options = f"{QUICK_JVM} -Djava.io.tmpdir={self.temporary}"
        pairs = [f"spark.executor.extraJavaOptions={options}"]
        if derby is not None:
            options += f" -Dderby.system.home={derby}"
            pairs += ["spark.sql.catalogImplementation=hive", f"spark.sql.warehouse.dir={derby}/warehouse",
                      f"spark.hadoop.javax.jdo.option.ConnectionURL=jdbc:derby:;databaseName={derby}/metastore_db;create=true"]
        pairs += [f"spark.driver.extraJavaOptions={options}", *settings]
        return " ".join(f'--conf "{pair}"' for pair in pairs)

    def settings(self, master, *conf, derby=None, **changes):
        return {**SMALL, "master": master, "client_share_dir": str(self.temporary),
                "extra_spark_config": self.extra_config(*conf, derby=derby), **changes}

    def left_in_folders(self):
        return sorted(str(path) for path in self.temporary.glob("insitu-*"))


_run = Run()


def pytest_configure(config):
    os.environ[own_processes.MARK] = _run.mark
    os.environ["HOME"] = str(_run.home)
    os.environ["SPARK_LOCAL_DIRS"] = str(_run.temporary)
    os.environ.setdefault("PYTHONPATH", str(pathlib.Path(rx.__file__).parents[1]))
    _give_spark_a_home()


def _give_spark_a_home():
    """A folder of links to the installed Spark, so that what local-cluster leaves in its home lies with the rest."""
    home = os.environ.get("SPARK_HOME")
    if not home:
        try:
            import pyspark
        except ImportError:
            return
        home = os.path.dirname(pyspark.__file__)
    links = _run.folder / "spark"
    links.mkdir()
    for entry in pathlib.Path(home).iterdir():
        if entry.name != "work":
            (links / entry.name).symlink_to(entry)
    os.environ["SPARK_HOME"] = str(links)


def pytest_unconfigure(config):
    shutil.rmtree(_run.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def run():
    return _run


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left(run):
    """The last check of a session: no process and no folder of ours outlives the applications."""
    yield
    try:
        own_processes.wait_until(lambda: not own_processes.marked(run.mark), 10, "the end of all processes of these tests")
        assert run.left_in_folders() == []
    finally:
        left = own_processes.marked(run.mark)
        described = [(pid, " ".join(own_processes.command_of(pid))[:200]) for pid in left]
        for pid in left:
            own_processes.kill(pid)
        assert not described, f"processes were left, and have been ended now: {described}"


def _what_is_missing():
    """Why Spark cannot be started here; None: it can."""
    checks = Builder("doctor", of="spark", context=rx.RxSpark(master="local").descriptor(), reportProgress=0).run()
    for context in checks["contexts"]:
        for check in context["checks"]:
            if not check["ok"]:
                return f"{check['found']}; {check['mend']}"
    return None


@pytest.fixture(scope="session")
def spark_here(nothing_is_left):
    """Skips a test where there is no Spark; fails it where there has to be one."""
    missing = _what_is_missing()
    if missing and os.environ.get("INSITU_REQUIRE_SPARK"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


@pytest.fixture(autouse=True)
def defaults():
    rx.RxOptions.reset()
    rx.RxOptions.set_option("reportProgress", 0)
    yield
    rx.RxOptions.reset()


def connected(settings):
    """A context with an application that stays; the active context stays local."""
    context = rx.rx_spark_connect(**settings)
    rx.rx_set_compute_context("local")
    return context


@pytest.fixture(scope="session")
def connect(spark_here, run):
    """Makes contexts with applications that stay until the end of a block."""
    from contextlib import contextmanager

    @contextmanager
    def open_application(master, *conf, **settings):
        context = connected(run.settings(master, *conf, **settings))
        try:
            yield context
        finally:
            rx.rx_spark_disconnect(context)

    return open_application


@pytest.fixture(scope="session")
def local_spark(connect, run):
    """One application in one process, with Hive."""
    derby = run.folder / "hive"
    derby.mkdir()
    with connect("local[2,4]", derby=derby) as context:
        yield context


@pytest.fixture(scope="session")
def cluster(spark_here, run):
    """A standalone master with two workers."""
    with LoopbackCluster(os.environ["SPARK_HOME"], run.folder / "cluster", workers=2, cores=3, memory="4g") as started:
        yield started


@pytest.fixture(scope="session")
def standalone_spark(connect, cluster):
    """An application with two executors of the standalone cluster."""
    with connect(cluster.url, num_executors=2) as context:
        yield context


@pytest.fixture(scope="session")
def local_cluster(connect):
    """Executors in processes of their own, without daemons."""
    with connect("local-cluster[2,1,1024]") as context:
        yield context


@pytest.fixture(scope="session")
def formats(spark_here, tmp_path_factory):
    """The sample rows as text, .xdf, Parquet and ORC."""
    return sample_rows.all_formats(tmp_path_factory.mktemp("formats"))


@pytest.fixture(scope="session")
def answers(formats):
    """What RxLocalSeq says of a format: ``answers(format, analysis)``, computed once."""
    known = {}

    def answer(name, analysis):
        if (name, analysis) not in known:
            known[name, analysis] = sample_rows.ANALYSES[analysis](formats[name], "local")
        return known[name, analysis]

    return answer


@pytest.fixture
def gateway_of():
    """The folder, process and socket of a connected context's application."""
    import json

    def about(context):
        folder = pathlib.Path(context.application.folder)
        return {"folder": folder, **json.loads((folder / "gw.json").read_text())}

    return about


@pytest.fixture(scope="session")
def sql():
    """Runs a statement in the application of a context."""
    def execute(context, text):
        Builder("spark_sql", context=context.descriptor(), text=text, reportProgress=0).run()

    return execute


@pytest.fixture
def client(spark_here, run, tmp_path):
    """Starts another process that uses the engine: ``client(program)``. The ones that still run are killed at the end."""
    started = []

    def start(program, home=None, **arguments):
        script = tmp_path / f"client-{len(started)}.py"
        script.write_text(program)
        mark = uuid.uuid4().hex
        environment = {**os.environ, own_processes.MARK: mark, "HOME": str(home or run.home)}
        process = subprocess.Popen([sys.executable, str(script)], env={**environment, **arguments}, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        process.mark = mark
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
        for pid in own_processes.marked(process.mark):
            own_processes.kill(pid)
