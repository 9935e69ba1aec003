"""Calls that wait where the work goes on when they are interrupted (docs/jobs.md): they are jobs from the start."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from conftest import require_spark
from insitu import _jobs

FRAME = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.5, 7.0, 8.5], "y": [2.0, 4.1, 6.0, 8.2, 13.0, 18.5]}, index=list("pqrstu"))


@pytest.fixture
def attended(monkeypatch):
    """As if somebody sat here, and RxLocalSeq were a cluster."""
    monkeypatch.setattr(rx.RxLocalSeq, "goes_on", lambda self: True)
    monkeypatch.setattr(_jobs, "interactive", lambda: True)
    monkeypatch.setattr(_jobs, "_last", None)


def same(a, b):
    assert all(a[key].tobytes() == b[key].tobytes() if isinstance(a[key], np.ndarray) else True for key in a) and repr(a) == repr(b)


def test_the_call_is_as_ever(tmp_path, capsys, attended):
    file = rx.rx_data_step(FRAME, str(tmp_path / "rows.xdf"))
    model = rx.rx_lin_mod("y ~ x", file, report_progress=2)
    job = _jobs.last_job()
    assert job is not None and job.state == "missing" and "Rows Processed: 6" in capsys.readouterr().out
    with rx.rx_set_temp_compute_context("localpar"):
        same(model, rx.rx_lin_mod("y ~ x", file, report_progress=2))
    assert rx.rx_data_step(FRAME).equals(FRAME)
    with pytest.raises(rx.InvalidArgument, match="variable not found: nothing"):
        rx.rx_summary("~nothing", file)
    with pytest.raises(rx.UserCodeError, match="ZeroDivisionError"):
        rx.rx_data_step(FRAME, transform_function=lambda data: 1 / 0)
    with pytest.warns(UserWarning) as told:
        rx.rx_data_step(file, max_rows_by_cols=6)
    assert len(told) == 1 and "warning:" not in capsys.readouterr().out
    assert _jobs.last_job().state == "missing"


def test_only_where_the_work_goes_on():
    spark = rx.RxSpark(master="local")
    assert spark.goes_on() and not rx.RxSpark(master="local", persistent_run=True).goes_on()
    assert not any(context.goes_on() for context in (rx.RxLocalSeq(), rx.RxLocalParallel(), rx.RxProcesses(2)))
    connected = rx.RxSpark(master="local")
    connected.application.folder = "/somewhere"
    assert not connected.goes_on()


CLIENT = """
import os, signal, sys, threading, time
import insitu as rx
sys.ps1 = "> "
rx.RxLocalSeq.goes_on = lambda self: True
def slow(data):
    import os, time
    while not os.path.exists(GATE):
        time.sleep(0.02)
    return data.assign(z=data.x * 2)
slow.__globals__["GATE"] = sys.argv[1]
def interrupt():
    from insitu import _jobs
    while _jobs.last_job() is None or _jobs.last_job().state == "queued":
        time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt, daemon=True).start()
try:
    rx.rx_data_step({"x": [1.0, 2.0]}, transform_function=slow)
except KeyboardInterrupt:
    job = rx.rxgLastPendingJob
    print(job.id, job.state)
    open(sys.argv[1], "w").close()
    rx.rx_wait_for_job(job)
    print(rx.rx_get_job_results(job)["z"].tolist())
"""


def test_an_interrupt_leaves_the_job(tmp_path):
    ran = subprocess.run([sys.executable, "-c", CLIENT, str(tmp_path / "gate")], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    first, second = ran.stdout.splitlines()
    name, state = first.split()
    assert state == "running" and second == "[2.0, 4.0]" and f"{name} goes on as a job, insitu.rxgLastPendingJob" in ran.stderr


@pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="long")
def test_an_interrupt_of_a_call_in_spark_leaves_the_job(tmp_path):
    """In Spark itself, from an interactive session."""
    require_spark()
    code = CLIENT.replace("rx.RxLocalSeq.goes_on = lambda self: True\n", "").replace(
        'rx.rx_data_step({"x": [1.0, 2.0]}, transform_function=slow)',
        f'rx.rx_set_compute_context(rx.RxSpark(master="local", client_share_dir={str(tmp_path)!r}))\n'
        f'    rx.rx_data_step({str(tmp_path / "rows.csv")!r}, transform_function=slow)')
    (tmp_path / "rows.csv").write_text("x\n1.5\n2.5\n")
    ran = subprocess.run([sys.executable, "-c", code, str(tmp_path / "gate")], capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1] == "[3.0, 5.0]"
