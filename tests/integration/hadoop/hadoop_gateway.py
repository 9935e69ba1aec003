"""A gateway of Hadoop for tests, with the jar that was built and the jars of ./dev setup hadoop."""

import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "integration" / "gateway")]
from gateway_calls import jar  # noqa: E402
from gateway_client import Gateway  # noqa: E402


def hadoop_jars():
    """The folder of the jars; None where those of MapReduce are not there."""
    found = pathlib.Path(os.environ.get("INSITU_HADOOP_JARS", ROOT / "build" / "hadoop" / "jars"))
    return found if list(found.glob("hadoop-mapreduce-client-app-*.jar")) else None


def require():
    """Skips where no gateway can be started; fails where one has to be."""
    missing = [name for name, found in (("insitu-jvm.jar", jar()), ("MapReduce (./dev setup hadoop)", hadoop_jars())) if not found]
    if missing and os.environ.get("INSITU_REQUIRE_HDFS"):
        pytest.fail(f"not found: {missing}")
    if missing:
        pytest.skip(f"not found: {missing}")


def start(settings=None, conf=None, environment=None, hold=True, options=()):
    """``conf``: a folder of configuration; None: there is none, and jobs run in the gateway's process."""
    require()
    path = ":".join([jar(), *([str(conf)] if conf else []), f"{hadoop_jars()}/*"])

    def command(scratch):
        return ["java", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", f"-Djava.io.tmpdir={scratch}", *options, "-cp", path,
                "org.insitu.hadoop.Gateway"]

    settings = {"engine": "hadoop", "jar": jar(), **(settings or {})}
    if conf is None:
        settings["configuration"] = {"fs.defaultFS": "file:///", "mapreduce.framework.name": "local",
                                     "mapreduce.local.map.tasks.maximum": "2", **settings.get("configuration", {})}
    return Gateway(command, settings, {**(environment or {})}, hold)
