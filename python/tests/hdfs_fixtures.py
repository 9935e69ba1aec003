"""HDFS for tests: a fake whose faults can be asked for, and real daemons where their jars are."""

import os
import pathlib
import sys

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests"))
from fake_web_hdfs import FAULTS, FakeHdfs, Refused  # noqa: F401
from private_hdfs import NoHdfs, PrivateHdfs

QUIET = {"report_progress": 0}


def hdfs_of(conf, monkeypatch):
    monkeypatch.setenv("HADOOP_CONF_DIR", str(conf))
    monkeypatch.setenv("HADOOP_USER_NAME", "tester")


@pytest.fixture
def fake(monkeypatch):
    with FakeHdfs() as hdfs:
        hdfs_of(hdfs.conf, monkeypatch)
        yield hdfs


@pytest.fixture(scope="module")
def real_server():
    try:
        with PrivateHdfs() as hdfs:
            yield hdfs
    except NoHdfs as why:
        if os.environ.get("INSITU_REQUIRE_HDFS"):
            raise
        pytest.skip(str(why))


@pytest.fixture(params=["fake", "real"])
def hdfs(request, monkeypatch):
    found = request.getfixturevalue("fake" if request.param == "fake" else "real_server")
    hdfs_of(found.conf, monkeypatch)
    return found


@pytest.fixture
def rows():
    rng = np.random.default_rng(4)
    n = 150_000  # three blocks
    frame = pd.DataFrame({"x": np.round(rng.normal(size=n), 6), "g": pd.Categorical(rng.choice(list("abc"), n)), "k": rng.integers(0, 9, n).astype("int32")})
    frame.loc[rng.integers(0, n, 500), "x"] = np.nan
    frame["y"] = np.round(frame["x"] * 2 + frame["k"], 6)
    return frame
