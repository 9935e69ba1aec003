"""Where the tests of the gateway alone find Spark and the jar, and what they ask most often."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from gateway_calls import ROOT, exchange, jar, map_task, runs_of_splits, scripted_worker, states_of  # noqa: F401, used by the tests
from gateway_client import LOG, OUT, Gateway, read_block


def spark_home():
    if os.environ.get("SPARK_HOME"):
        return os.environ["SPARK_HOME"]
    try:
        import pyspark
    except ImportError:
        return None
    return os.path.dirname(pyspark.__file__)


def require():
    """Skips where no gateway can be started; fails where one has to be."""
    missing = [name for name, found in (("insitu-jvm.jar", jar()), ("Spark", spark_home())) if not found]
    if missing and os.environ.get("INSITU_REQUIRE_SPARK"):
        pytest.fail(f"not found: {missing}")
    if missing:
        pytest.skip(f"not found: {missing}")


def start(master="local[2,4]", settings=None, conf=(), hold=True):
    """An application of its own, by spark-submit."""
    require()

    def command(scratch):
        timezone = "-Duser.timezone=UTC"
        words = [os.path.join(spark_home(), "bin", "spark-submit"), "--master", master, "--class", "org.insitu.spark.Gateway",
                 "--driver-memory", "700m"]
        for one in ("spark.ui.enabled=false", "spark.ui.showConsoleProgress=false", "spark.driver.host=127.0.0.1",
                    "spark.driver.bindAddress=127.0.0.1", f"spark.sql.warehouse.dir={scratch}/warehouse",
                    f"spark.driver.extraJavaOptions={timezone} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
                    f"spark.executor.extraJavaOptions={timezone}", *conf):
            words += ["--conf", one]
        return [*words, jar()]

    return Gateway(command, settings, {"SPARK_HOME": spark_home(), "SPARK_LOCAL_IP": "127.0.0.1"}, hold)


@pytest.fixture(scope="module")
def gateway():
    """One application for the tests of a file."""
    started = start()
    yield started
    started.remove()


@pytest.fixture
def line(gateway):
    opened = gateway.line()
    yield opened
    opened.close()


def pushed(table, columns=None):
    """A TASK that gives the rows of a handle back, by the engine's own worker."""
    task = {"mode": "transform", "source": {"name": "pushed", "options": '{"type": "pushed"}'},
            "pushed": {"asked": False, "schema": table["schema"], "splits": table["splits"], "rows": -1}}
    if columns is not None:
        task["columns"] = columns
    return task


def wanted(table, splits=None):
    """The argument ``splits`` for these, or all, of a handle, numbered as in the handle."""
    return [[split[0], split] for split in table["splits"] if splits is None or split[0] in splits]


def read(line, table, columns=None, splits=None):
    """All rows: name -> list. Checks that they come in the order of the splits, each whole."""
    names = columns or [field["name"] for field in table["schema"]]
    _, _, frames = line.finish(line.begin("READ_ROWS", handle=table["handle"], columns=names, splits=wanted(table, splits),
                                          task=pushed(table, names)))
    columns, order, first, chunks = {name: [] for name in names}, [], 0, 0
    rows_of = {split[0]: split[3] for split in table["splits"]}
    for kind, document, payload in frames:
        assert kind == OUT or kind == LOG
        if document.get("last"):
            assert document["chunks"] == chunks
            if rows_of[document["split"]] >= 0:
                assert rows_of[document["split"]] == first
            order.append(document["split"])
            first = chunks = 0
            continue
        assert document["chunk"] == chunks
        rows, values = read_block(payload)
        assert list(values) == names
        for name in names:
            columns[name] += values[name]
        first, chunks = first + rows, chunks + 1
    assert order == [split[0] for split in table["splits"] if splits is None or split[0] in splits]
    return columns
