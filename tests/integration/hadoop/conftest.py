"""One Hadoop a session, started when the first test asks for it: HDFS, YARN and MapReduce on loopback.

Without the jars of ./dev setup hadoop the tests are skipped with the reason, or fail with INSITU_REQUIRE_HDFS=yes.
"""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from private_hadoop import PrivateHadoop
from private_hdfs import NoHdfs


def start_or_skip(settings=None):
    try:
        return PrivateHadoop(settings)
    except NoHdfs as why:
        if os.environ.get("INSITU_REQUIRE_HDFS"):
            raise
        pytest.skip(str(why))


@pytest.fixture(scope="session")
def running_hadoop():
    with start_or_skip() as cluster:
        yield cluster


@pytest.fixture
def hadoop(running_hadoop, monkeypatch):
    """The cluster, with this process as its client."""
    for key, value in running_hadoop.environment().items():
        monkeypatch.setenv(key, value)
    return running_hadoop


@pytest.fixture
def line(gateway):
    """To the gateway that the file of the test has started."""
    opened = gateway.line()
    yield opened
    opened.close()
