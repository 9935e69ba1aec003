"""RxHadoopMR on YARN, at length: iterations, the life of a job, tasks of which two fail, an edge node behind ssh. With INSITU_TEST_ALL."""

import os
import sys
import time
import warnings

import numpy as np
import pandas as pd
import pytest
from hadoop_gateway import ROOT, hadoop_jars, require

import insitu as rx

sys.path.insert(0, str(ROOT / "tests"))
from loopback_sshd import LoopbackServer, NoServer

pytestmark = pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="set INSITU_TEST_ALL: minutes of YARN")
PACKAGE = f"-D mapreduce.map.env=PYTHONPATH={ROOT / 'python' / 'src'}"  # on a node it is installed
ON_YARN = {"framework": "yarn", "jvm_options": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC", "map_memory": 384}


@pytest.fixture(autouse=True)
def client(hadoop, monkeypatch):
    require()
    rx.RxOptions.set_option("reportProgress", 0)
    monkeypatch.setenv("INSITU_HADOOP_CLASSPATH", f"{hadoop_jars()}/*")


@pytest.fixture(scope="module")
def rows(running_hadoop, tmp_path_factory):
    """The same rows here and in HDFS."""
    path = str(tmp_path_factory.mktemp("rows") / "rows.xdf")
    rng, n = np.random.default_rng(3), 100_000
    x = rng.normal(size=n)
    rx.RxOptions.set_option("reportProgress", 0)
    rx.rx_import(pd.DataFrame({"x": x, "late": (x + rng.normal(size=n) > 1).astype(int)}), path, rows_per_read=10_000)
    running_hadoop.shell("-mkdir", "-p", "/accepted")
    running_hadoop.shell("-put", path, "/accepted/rows.xdf")
    return path


def coefficients(model):
    return np.asarray(model.coefficients, dtype=float).tobytes()


def test_a_logistic_regression_of_six_passes_uses_one_gateway(rows):
    context = rx.RxHadoopMR(uber="yes", **ON_YARN)
    begin = time.monotonic()
    there = rx.rx_logit("late ~ x", rx.RxXdfData("hdfs:///accepted/rows.xdf"), compute_context=context)
    print(f"six passes: {time.monotonic() - begin:.1f} s")
    assert coefficients(there) == coefficients(rx.rx_logit("late ~ x", rx.RxXdfData(rows)))


def test_the_life_of_a_job(rows, tmp_path, hadoop):
    share = tmp_path / "share"
    share.mkdir()
    context = rx.RxHadoopMR(uber="yes", wait=False, share_dir=str(share), **ON_YARN)
    data = rx.RxXdfData("hdfs:///accepted/rows.xdf")
    job = rx.rx_lin_mod("late ~ x", data, compute_context=context)
    (found,) = rx.rx_get_jobs(rx.RxHadoopMR(share_dir=str(share)), verbose=False)
    rx.rx_wait_for_job(found)
    assert rx.rx_get_job_status(found) is rx.RxRemoteJobStatus.FINISHED and isinstance(rx.rx_get_job_output(found), str)
    assert coefficients(rx.rx_get_job_results(job)) == coefficients(rx.rx_lin_mod("late ~ x", rx.RxXdfData(rows)))
    # One that is stopped leaves nothing that runs.
    before = len(hadoop.applications())
    job = rx.rx_logit("late ~ x", data, compute_context=context)
    end = time.monotonic() + 120
    while len(hadoop.applications()) == before and time.monotonic() < end:
        time.sleep(0.2)
    begin = time.monotonic()
    assert rx.rx_cancel_job(job)
    assert time.monotonic() - begin < 15
    end = time.monotonic() + 60
    while hadoop.container_processes() and time.monotonic() < end:
        time.sleep(0.5)
    assert not hadoop.container_processes()
    assert job.state == "canceled"
    rx.rx_cleanup_jobs(job, verbose=False)
    assert rx.rx_get_jobs(context, verbose=False) == []


def test_two_of_twenty_tasks_fail():
    pytest.importorskip("cloudpickle")

    def task(i):
        if i in (3, 11):
            raise ValueError(f"no {i}")
        return i * i

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        values = rx.rx_exec(task, i=rx.rx_elem_arg(list(range(20))), compute_context=rx.RxHadoopMR(hadoop_switches=PACKAGE, **ON_YARN))
    assert [value for i, value in enumerate(values) if i not in (3, 11)] == [i * i for i in range(20) if i not in (3, 11)]
    assert "no 3" in str(values[3]) and "no 11" in str(values[11])
    assert len([each for each in said if "failed" in str(each.message)]) == 1


def test_on_an_edge_node_the_same(rows, tmp_path, hadoop):
    names = ("INSITU_HADOOP_CLASSPATH", "INSITU_JVM_JAR", "JAVA_HOME", "PATH", "HADOOP_CONF_DIR", "HADOOP_USER_NAME")
    try:
        server = LoopbackServer({name: os.environ[name] for name in names if name in os.environ} | {"XDG_CACHE_HOME": str(tmp_path / "c")})
    except NoServer as why:
        pytest.skip(str(why))
    try:
        about = server.description()
        context = rx.RxHadoopMR(ssh_hostname=about["hostname"], ssh_switches=about["switches"], uber="yes", **ON_YARN)
        there = rx.rx_lin_mod("late ~ x", rx.RxXdfData("hdfs:///accepted/rows.xdf"), compute_context=context)
        assert coefficients(there) == coefficients(rx.rx_lin_mod("late ~ x", rx.RxXdfData(rows)))
    finally:
        server.stop()
