"""RxRemote: calls that run on another machine, here an sshd of the test's own on loopback (docs/remote.md)."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from insitu import _engine

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests"))
from loopback_sshd import LoopbackServer, NoServer


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("machine")
    try:
        server = LoopbackServer({"XDG_CACHE_HOME": str(folder / "the cache"), "INSITU_JOBS_FOLDER": str(folder / "state" / "jobs")})
    except NoServer as why:
        pytest.skip(str(why))
    server.data = folder / "Größe und Maß"
    server.data.mkdir()
    server.cache = folder / "the cache"
    yield server
    server.stop()


@pytest.fixture
def there(machine):
    def context(inner="RxLocalSeq", folder=None, switches="", **settings):
        about = machine.description()
        return rx.RxRemote(about["hostname"], ssh_switches=f"{switches} {about['switches']}".strip(),
                           working_dir=str(machine.data if folder is None else folder), context=inner, **settings)

    return context


def frame(n=5000):
    i = np.arange(n)
    return pd.DataFrame({"x": (i * 37) % 61 - 10.5, "y": np.sin(i), "k": pd.Categorical(np.array(["a", "ü", "c"])[i % 3])})


def same_model(a, b):
    for name in ("coefficients", "cov_coef", "residual_variance", "r_squared"):
        left, right = getattr(a, name, None), getattr(b, name, None)
        assert (left is None) == (right is None), name
        if left is not None:
            assert np.asarray(left).tobytes() == np.asarray(right).tobytes(), name


@pytest.mark.parametrize("inner", ["RxLocalSeq", rx.RxLocalParallel(), rx.RxProcesses(2)])
def test_bits_and_print_are_those_of_here(there, inner):
    data = frame()
    here = rx.RxLocalSeq()
    call = {"formula": "y ~ x + k", "data": data, "cov_coef": True}
    local, remote = (rx.rx_lin_mod(**call, compute_context=context) for context in (here, there(inner)))
    same_model(local, remote)
    assert str(local) == str(remote).replace("compute_context=RxRemote", "compute_context=RxLocalSeq")
    local, remote = (rx.rx_summary("~ x + y:k", data, compute_context=context).to_frame() for context in (here, there(inner)))
    pd.testing.assert_frame_equal(local, remote, check_exact=True)


def test_no_rows_keep_their_types_and_levels(there):
    data = frame()
    for far, near in ((rx.rx_data_step(each, row_selection="x > 1000", compute_context=there(), report_progress=0),
                       rx.rx_data_step(each, row_selection="x > 1000", report_progress=0)) for each in (data, data[:0])):
        pd.testing.assert_frame_equal(far, near)
        assert list(far["k"].cat.categories) == ["a", "c", "ü"]


def test_a_call_is_explained_where_it_would_run(there, machine):
    rx.rx_data_step(frame(), str(machine.data / "explained.xdf"), rows_per_read=1000, overwrite=True)
    told = rx.rx_explain(rx.rx_lin_mod, "y ~ x", "explained.xdf", compute_context=there(rx.RxLocalParallel()))
    assert told.context == "RxLocalParallel" and told.missing == [] and "5,000 rows" in repr(told)
    with pytest.raises(rx.InsituError, match="no such variable|nowhere|not found|'z'"):
        rx.rx_explain(rx.rx_lin_mod, "y ~ z", "explained.xdf", compute_context=there())


def test_files_are_those_of_that_machine(there, machine):
    data = frame()
    rx.rx_set_compute_context(there())
    try:
        assert rx.rx_import(data, "a file.xdf", overwrite=True).file == "a file.xdf"
        assert (machine.data / "a file.xdf").exists()
        assert not os.path.exists("a file.xdf")
        assert rx.rx_get_info("a file.xdf").numRows == len(data)
        model = rx.rx_lin_mod("y ~ x", "a file.xdf")
        step = rx.rx_data_step("a file.xdf", transforms={"z": "x * 2"}, row_selection="x > 0", vars_to_keep=["x"])
        expected = data.x[data.x > 0].reset_index(drop=True)
        assert (step["x"].to_numpy() == expected.to_numpy()).all() and (step["z"].to_numpy() == 2 * expected.to_numpy()).all()
        rx.rx_predict(model, rx.RxXdfData("a file.xdf"), "größer.xdf", overwrite=True)
        with pytest.raises(rx.DataError, match="none.xdf"):
            rx.rx_get_info("none.xdf")
    finally:
        rx.rx_set_compute_context("local")
    predicted = rx.rx_data_step(str(machine.data / "größer.xdf"))
    again = rx.rx_predict(rx.rx_lin_mod("y ~ x", data), data)
    assert (predicted.iloc[:, 0].to_numpy() == again.iloc[:, 0].to_numpy()).all()


def test_the_engine_is_copied_once_and_private(there, machine):
    rx.rx_summary("~x", frame(), compute_context=there())
    (copy,) = machine.cache.glob("insitu/*/insitu-worker")
    assert len(copy.parent.name) == 64 and copy.stat().st_mode & 0o777 == 0o700 and copy.parent.stat().st_mode & 0o777 == 0o700
    before = copy.stat().st_mtime_ns
    rx.rx_summary("~x", frame(), compute_context=there(folder=machine.data.parent))  # another engine there
    assert copy.stat().st_mtime_ns == before
    copy.write_bytes(b"damaged") if os.access(copy, os.W_OK) and not _is_running(copy) else None
    rx.rx_summary("~x", frame(), compute_context=there(folder=machine.cache))


def _is_running(program):
    try:
        with open(program, "r+b"):
            return False
    except OSError:
        return True


def test_an_engine_of_other_sources_is_not_used(machine, there, tmp_path):
    other = tmp_path / "bin" / "insitu-worker"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\n[ \"$1\" = --build ] && echo '0.0.1 other gcc 1' || { echo other >&2; exit 1; }\n")
    other.chmod(0o755)
    server = LoopbackServer({"XDG_CACHE_HOME": str(tmp_path / "cache"), "PATH": f"{other.parent}:/usr/bin:/bin"})
    try:
        about = server.description()
        context = rx.RxRemote(about["hostname"], ssh_switches=about["switches"])
        assert rx.rx_summary("~x", frame(), compute_context=context).nobs_valid == 5000
        assert list(tmp_path.glob("cache/insitu/*/insitu-worker"))
    finally:
        server.stop()


def test_what_cannot_be_done_there_is_said_before_anything_is_sent(there):
    cases = [
        (lambda: rx.rx_data_step(frame(), transform_function=lambda d: d, compute_context=there()), rx.Unsupported,
         "functions of Python need the package insitu on 'loopback'"),
        (lambda: rx.RxRemote("a", context=rx.RxRemote("b")), rx.InvalidArgument, "-J between"),
        (lambda: rx.rx_summary("~x", frame(), compute_context=rx.RxRemote("-oProxyCommand=x")), rx.InvalidArgument, "ssh_hostname"),
        (lambda: rx.rx_summary("~x", frame(), compute_context=rx.RxRemote("a", ssh_switches="b")), rx.InvalidArgument, "ssh_switches"),
        (lambda: rx.rx_summary("~x", frame(), compute_context=there(folder="/no such")), rx.InvalidArgument, "working_dir"),
        (lambda: rx.rx_summary("~x", frame(), compute_context=there(switches="-p 1")), rx.WorkerError, "refuses connections"),
        (lambda: rx.rx_summary("~none", frame(), compute_context=there()), rx.InvalidArgument, "variable not found: none"),
    ]
    for call, kind, words in cases:
        with pytest.raises(kind, match=words):
            rx.rx_set_compute_context("local")
            call()


def test_nowhere_to_write_is_said(machine, tmp_path):
    server = LoopbackServer({"XDG_CACHE_HOME": "/proc/none"})
    try:
        about = server.description()
        with pytest.raises(rx.WorkerError, match="cannot be copied.*cannot write /proc/none"):
            rx.rx_summary("~x", frame(), compute_context=rx.RxRemote(about["hostname"], ssh_switches=about["switches"]))
    finally:
        server.stop()


def test_warnings_and_output_come_through(there, capsys):
    rx.rx_summary("~x", frame(), report_progress=2, compute_context=there())
    assert "Rows Read: 5000" in capsys.readouterr().out


def long_call(context):
    """Minutes of work unless it is stopped."""
    return rx.rx_data_step(output_file="long.xdf", overwrite=True, number_rows_read=10**9, transforms={"x": ".rxRowNums * 2"},
                           report_progress=0, compute_context=context)


def wait_for(what, seconds=20):
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_connection_that_is_lost_is_an_error_and_the_next_call_works(there, machine):
    threading.Timer(1.0, machine.end_connections).start()
    with pytest.raises(rx.WorkerError, match="the connection to 'loopback' was lost"):
        long_call(there())
    assert not (machine.data / "long.xdf").exists()
    assert rx.rx_summary("~x", frame(), compute_context=there()).nobs_valid == 5000


def test_an_interrupt_cancels_there(there, machine):
    rx.rx_summary("~x", frame(), compute_context=there())
    threading.Timer(0.7, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        long_call(there())
    assert time.monotonic() - begin < 5
    wait_for(lambda: not [f for f in machine.data.iterdir() if f.name.startswith(".insitu") or f.name == "long.xdf"])
    assert rx.rx_summary("~x", frame(), compute_context=there()).nobs_valid == 5000, "the engine there goes on"


def test_jobs_run_there_and_are_found_again(there, machine):
    data = frame()
    job = rx.rx_lin_mod("y ~ x + k", data, compute_context=there(wait=False))
    assert isinstance(job, rx.RxRemoteJob)
    rx.rx_wait_for_job(job)
    assert job.state == "finished"
    assert [each.id for each in rx.rx_get_jobs(there(), verbose=False)] == [job.id]
    assert (machine.cache.parent / "state" / "jobs" / job.id).is_dir()
    code = ("import sys, insitu as rx\n"
            "context = rx.RxRemote(sys.argv[1], ssh_switches=sys.argv[2], working_dir=sys.argv[3])\n"
            "job = rx.RxRemoteJob(context, sys.argv[4])\n"
            "print(job.state, repr(rx.rx_get_job_results(job, auto_cleanup=False).coefficients.tobytes()))")
    context = there()
    again = subprocess.run([sys.executable, "-c", code, context.ssh_hostname, context.ssh_switches, context.working_dir, job.id],
                           capture_output=True, text=True)
    fit = rx.rx_get_job_results(job)
    assert again.stdout == f"finished {fit.coefficients.tobytes()!r}\n", again.stderr
    same_model(fit, rx.rx_lin_mod("y ~ x + k", data))
    assert job.state == "missing"
    assert rx.rx_get_jobs(there(), verbose=False) == []


@pytest.mark.parametrize("switches", ["-o ServerAliveInterval=20", ""])
def test_jobs_are_reached_in_contexts_of_any_switches(there, machine, switches):
    """A path may come from anywhere, so its switches are looked at; those of a context that was made here are the caller's own."""
    job = rx.rx_summary("~x", frame(), compute_context=there(switches=switches, wait=False))
    rx.rx_wait_for_job(job)
    assert job.state == "finished" and rx.RxRemoteJob(there(switches=switches), job.id) == job
    code = ("import sys, insitu as rx\n"
            "try: rx.rx_get_job_status(rx.RxRemoteJob._of({'id': 'x', 'path': sys.argv[4], 'description': {}}))\n"
            "except rx.InvalidArgument as why: print(why)\n"
            "context = rx.RxRemote(sys.argv[1], ssh_switches=sys.argv[2], working_dir=sys.argv[3])\n"
            "(job,) = rx.rx_get_jobs(context, verbose=False)\n"
            "print(job.path.endswith(sys.argv[4].rpartition('/')[2]), rx.rx_get_job_results(job).nobs_valid)")
    context = there(switches=switches)
    again = subprocess.run([sys.executable, "-c", code, context.ssh_hostname, context.ssh_switches, context.working_dir, job.path],
                           capture_output=True, text=True)
    told, result = again.stdout.splitlines()
    assert "is not taken from the path of a job" in told and result == "True 5000", again.stderr


def test_a_context_of_nothing_does_not_open_a_path(there):
    """A request of any process: "context": null says nothing of who has made the path."""
    path = rx.RxRemote("box", ssh_switches="-o ProxyCommand=false").path_of_jobs() + "/rxJob_1"
    for more in ({}, {"context": None}):
        with pytest.raises(rx.InvalidArgument, match="is not taken from the path of a job"):
            _engine.run(json.dumps({"op": "job_show", "job": path, "reportProgress": 0, **more}), [], {}, None, None, None, None)


def test_a_job_outlives_the_connection_and_is_canceled_there(there, machine):
    job = rx.rx_data_step(output_file="long.xdf", overwrite=True, number_rows_read=10**9, transforms={"x": ".rxRowNums * 2"},
                          compute_context=there(wait=False))
    wait_for(lambda: job.state == "running")
    machine.end_connections()
    time.sleep(0.2)
    assert job.state == "running"
    assert rx.rx_cancel_job(job)
    assert job.state == "canceled"
    rx.rx_cleanup_jobs(job, verbose=False)


def test_what_a_language_kept_of_a_job_never_leaves(there, machine):
    job = rx.rx_lin_mod("y ~ x", frame(), compute_context=there(wait=False))
    rx.rx_wait_for_job(job)
    finish = (machine.cache.parent / "state" / "jobs" / job.id / "finish.json").read_text()
    assert '"python"' not in finish and '"kind"' in finish
    rx.rx_get_job_results(job)


def test_nodes(there):
    (here,) = rx.rx_get_node_info(rx.RxLocalSeq())
    assert here["nodeName"] == os.uname().nodename and here["numCores"] >= 1 and here["memSize"] > 100
    assert rx.rx_get_node_info(there(), names_only=True, make_r_node_names=True) == rx.rx_make_r_node_names(os.uname().nodename)
    assert rx.rx_get_available_nodes(there()) == [os.uname().nodename]
    for context in (rx.RxLocalParallel(), rx.RxProcesses(1), there(rx.RxProcesses(1))):
        assert rx.rx_ping_nodes(context) == {os.uname().nodename: "success"}
    silent = there(switches="-p 1")
    assert rx.rx_ping_nodes(silent) == {"loopback": "unavail"} and rx.rx_get_available_nodes(silent) == []
    assert rx.rx_ping_nodes(silent, filter="success") == {}
    assert list(rx.rx_ping_nodes(rx.RxProcesses(1, worker=["/bin/false"])).values()) == ["failedSession"]
    assert rx.rx_ping_nodes(rx.RxLocalSeq(), timeout=1e-9) == {os.uname().nodename: "timeout"}
    with pytest.raises(rx.InvalidArgument, match="filter must name statuses"):
        rx.rx_ping_nodes(rx.RxLocalSeq(), filter="fine")
    assert rx.rx_make_r_node_names(["a b-c.example.com", "D"]) == ["AB_C", "D"]


def test_contexts_of_machines_are_compared(there):
    assert rx.rx_compare_contexts(there(), there(rx.RxProcesses(1)))
    assert not rx.rx_compare_contexts(there(), there(rx.RxProcesses(1)), exact_match=True)
    assert not rx.rx_compare_contexts(there(), rx.RxRemote("another"))


def test_tasks_run_in_workers_there(machine, tmp_path):
    paths = os.pathsep.join(each for each in sys.path if each)
    server = LoopbackServer({"PATH": f"{pathlib.Path(sys.executable).parent}:/usr/bin:/bin", "PYTHONPATH": paths})
    try:
        about = server.description()
        context = rx.RxRemote(about["hostname"], ssh_switches=about["switches"], working_dir=str(tmp_path), context=rx.RxProcesses(2))

        def task(n):
            if n == 3:
                raise ValueError("three")
            return n * 2, os.getcwd(), "SSH_CONNECTION" in os.environ

        with pytest.warns(UserWarning, match="1 of"):
            found = rx.rx_exec(task, [{"n": n} for n in range(5)], compute_context=context)
        assert [each for n, each in enumerate(found) if n != 3] == [(2 * n, str(tmp_path), True) for n in (0, 1, 2, 4)]
        assert "three" in str(found[3])
        seeded = {"rng_seed": 7} if "rng_seed" in rx.rx_exec.__code__.co_varnames else {}
        numbers = [rx.rx_exec(lambda: np.random.random(), times_to_run=3, compute_context=each, **seeded) for each in (context, rx.RxLocalSeq())]
        assert not seeded or numbers[0] == numbers[1]
    finally:
        server.stop()


def test_tasks_need_the_package_there(machine, tmp_path):
    (tmp_path / "python3").write_text("#!/bin/sh\necho 'No module named insitu' >&2\nexit 1\n")
    (tmp_path / "python3").chmod(0o755)
    server = LoopbackServer({"PATH": f"{tmp_path}:/usr/bin:/bin"})
    try:
        about = server.description()
        with pytest.raises(rx.Unsupported, match="need the package insitu on 'loopback'.*No module named insitu"):
            rx.rx_exec(lambda: 1, times_to_run=2, compute_context=rx.RxRemote(about["hostname"], ssh_switches=about["switches"]))
    finally:
        server.stop()
