"""Where the tests of the gateway alone find Spark and the jar, and what they ask most often."""

import json
import os
import pathlib
import sys

import pytest
from gateway_client import LOG, OUT, STATE, Gateway, read_block

ROOT = pathlib.Path(__file__).resolve().parents[3]
WORKER = str(pathlib.Path(__file__).with_name("gateway_worker.py"))


def jar():
    """$INSITU_JVM_JAR, or the newest one that was built; None: there is none."""
    if os.environ.get("INSITU_JVM_JAR"):
        return os.environ["INSITU_JVM_JAR"]
    built = sorted(ROOT.glob("build/*/hosts/jvm/insitu-jvm.jar"), key=lambda path: path.stat().st_mtime)
    return str(built[-1]) if built else None


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


def start(**settings):
    require()
    return Gateway(jar(), spark_home(), **settings)


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


def scripted_worker(**faults):
    """The command of the worker that goes wrong on demand."""
    return [sys.executable, WORKER, *(f"{name}={value}" for name, value in faults.items())]


def map_task(**more):
    return {"mode": "map", "pass": "told", **more}


def runs_of_splits(*sizes):
    """Tasks over a source of files: runs of splits of ten rows, so many in each."""
    tasks, index = [], 0
    for size in sizes:
        tasks.append([[i, 10 * i, 10 * i + 10, -1] for i in range(index, index + size)])
        index += size
    return tasks


def states_of(frames):
    """What the scripted workers have told, in the order of the splits."""
    told = [json.loads(payload) for kind, _, payload in frames if kind == STATE]
    return sorted(told, key=lambda state: state["split"])


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
