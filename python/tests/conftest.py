import collections
import os
import pathlib

import pytest

import insitu as rx

ROOT = pathlib.Path(__file__).resolve().parents[2]


#: Files of few tests of which one takes a minute or more.
LONG_FILES = ("test_text_files.py",)


def pytest_collection_modifyitems(items):
    """Long files begin first, and large ones before small ones, so that processes which share the files (-n) end together."""
    sizes = collections.Counter(item.path for item in items)
    items.sort(key=lambda item: (item.path.name not in LONG_FILES, -sizes[item.path]))


@pytest.fixture(autouse=True, scope="session")
def own_jobs(tmp_path_factory):
    """Jobs of tests lie apart from those of the user."""
    before = os.environ.get("INSITU_JOBS_FOLDER")
    os.environ["INSITU_JOBS_FOLDER"] = str(tmp_path_factory.mktemp("state") / "jobs")
    yield
    if before is None:
        del os.environ["INSITU_JOBS_FOLDER"]
    else:
        os.environ["INSITU_JOBS_FOLDER"] = before


def samples_folder():
    for folder in (os.environ.get("INSITU_SAMPLES"), ROOT.parent / "shared" / "data"):
        if folder and pathlib.Path(folder).is_dir():
            return pathlib.Path(folder)
    return None


@pytest.fixture
def samples():
    folder = samples_folder()
    if folder is None:
        pytest.skip("no sample files: set INSITU_SAMPLES to the folder that holds AirlineDemoSmall-1block.xdf")
    return folder


def require_spark():
    """Skips, saying what is missing, where nothing can be computed on Spark; INSITU_REQUIRE_SPARK makes that a failure."""
    from insitu._requests import Builder

    (found,) = Builder("doctor", of="spark", reportProgress=0, context=rx.RxSpark(master="local").descriptor()).run()["contexts"]
    missing = [check["found"] for check in found["checks"] if not check["ok"]]
    if missing:
        (pytest.fail if os.environ.get("INSITU_REQUIRE_SPARK") else pytest.skip)("no Spark: " + "; ".join(missing))


def require_hadoop():
    """Skips, saying what is missing, where no gateway of Hadoop can be started; INSITU_REQUIRE_HADOOP makes that a failure. Hadoop is
    that of the environment, or the jars that ./dev setup hadoop has brought.
    """
    from insitu._requests import Builder

    jars = ROOT / "build" / "hadoop" / "jars"
    if not (os.environ.get("HADOOP_HOME") or os.environ.get("INSITU_HADOOP_CLASSPATH")) and jars.is_dir():
        os.environ["INSITU_HADOOP_CLASSPATH"] = f"{jars}/*"
    context = rx.RxHadoopMR(framework="local")
    (found,) = Builder("doctor", of="hadoop", reportProgress=0, context=context.descriptor()).run()["contexts"]
    missing = [check["found"] for check in found["checks"] if not check["ok"]]
    if missing:
        (pytest.fail if os.environ.get("INSITU_REQUIRE_HADOOP") else pytest.skip)("no Hadoop: " + "; ".join(missing))


@pytest.fixture(autouse=True)
def quiet_defaults():
    rx.RxOptions.reset()
    rx.RxOptions.set_option("reportProgress", 0)
    yield
    rx.RxOptions.reset()


@pytest.fixture
def delays():
    import pandas as pd

    n = 1000
    return pd.DataFrame({
        "delay": [float((i * 37) % 61 - 10) for i in range(n)],
        "count": pd.array([i % 7 for i in range(n)], dtype="int32"),
        "day": pd.Categorical([["Mon", "Tue", "Wed"][i % 3] for i in range(n)], ["Mon", "Tue", "Wed"]),
        "name": [f"row {i}" for i in range(n)],
    })
