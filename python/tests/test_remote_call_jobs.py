"""Jobs of rx_exec and rx_exec_by on another machine: they stay there, and any session finds them again (docs/remote.md)."""

import json
import os
import pathlib
import pickle
import shutil
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from remote_machine import machine_with_python


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    with machine_with_python(tmp_path_factory.mktemp("jobs")) as machine:
        yield machine


@pytest.fixture
def there(machine):
    return machine.there


def task(x, power):
    print("task", x)
    if x == 2:
        raise ValueError("no two")
    return x**power, float(np.random.random()), os.getcwd(), "SSH_CONNECTION" in os.environ


def test_values_are_those_of_the_waiting_call(there, machine):
    def call(context):
        return rx.rx_exec(task, x=[1, 2, 3], power=2, rng_seed=11, compute_context=context)

    with pytest.warns(UserWarning, match="1 of 3 tasks failed"):
        near = call(rx.RxLocalSeq())
    job = call(there(rx.RxProcesses(2), wait=False))
    assert isinstance(job, rx.RxRemoteJob) and (machine.jobs / job.id).is_dir()
    machine.server.end_connections()  # it goes on
    rx.rx_wait_for_job(job)
    assert "task 3" in rx.rx_get_job_output(job)
    with pytest.warns(UserWarning, match="1 of 3 tasks failed"):
        far = rx.rx_get_job_results(job)
    assert [each[:2] for each in (far[0], far[2])] == [each[:2] for each in (near[0], near[2])]
    assert far[0][2:] == (str(machine.data), True) and type(far[1]) is ValueError and str(far[1]) == "no two"
    assert job.state == "missing" and rx.rx_get_jobs(there(), verbose=False) == []


def test_contexts_in_a_job_are_those_of_that_machine(there):
    def contexts():
        import insitu as rx

        return repr(rx.rx_get_compute_context()), rx.rx_get_compute_context().wait

    with rx.rx_set_temp_compute_context(there(rx.RxProcesses(1), wait=False)):
        job = rx.rx_exec(lambda: None, times_to_run=2)
        with rx.rx_set_temp_compute_context(there("RxLocalSeq", wait=False)):
            other = rx.rx_exec(contexts)
        for each in (job, other):
            rx.rx_wait_for_job(each)
        assert rx.rx_get_job_results(job) == [None, None]
        assert rx.rx_get_job_results(other) == [("RxLocalSeq Compute Context", True)]


def client(code, *words):
    found = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True,
                           env={**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)})
    assert found.returncode == 0, found.stderr
    return found.stdout.splitlines()


def test_another_session_finds_it_and_a_path_rebuilds_nothing(there):
    job = rx.rx_exec(lambda n: pd.DataFrame({"n": [n]}), [{"n": 4}], compute_context=there(wait=False))
    rx.rx_wait_for_job(job)
    context = there()
    told, found = client(
        "import sys, insitu as rx\n"
        "job = rx.RxRemoteJob._of({'id': sys.argv[4], 'path': sys.argv[5], 'description': {}})\n"
        "try: rx.rx_get_job_results(job)\n"
        "except rx.InvalidArgument as why: print(why)\n"
        "context = rx.RxRemote(sys.argv[1], ssh_switches=sys.argv[2], working_dir=sys.argv[3])\n"
        "print(rx.rx_get_job_results(rx.RxRemoteJob(context, sys.argv[4]), auto_cleanup=False)[0]['n'][0])",
        context.ssh_hostname, context.ssh_switches, context.working_dir, job.id, job.path)
    assert "is not taken from the path of a job" in told and found == "4"
    assert rx.rx_get_job_results(job)[0]["n"][0] == 4


def test_the_command_line_has_what_json_has(there):
    insitu = shutil.which("insitu")
    if insitu is None:
        pytest.skip("the command line is not at hand")
    context = there(wait=False)
    job = rx.rx_exec(lambda n: {"twice": 2 * n}, [{"n": 4}, {"n": 5}], compute_context=context)
    rx.rx_wait_for_job(job)
    where = ["--remote", context.ssh_hostname, f"--ssh={context.ssh_switches}", "--remote-dir", context.working_dir]
    shown = subprocess.run([insitu, "jobs", "result", job.id, "--keep", "--json", *where], capture_output=True, text=True)
    assert shown.returncode == 0 and json.loads(shown.stdout)["value"] == [{"twice": 8}, {"twice": 10}], shown.stderr
    assert rx.rx_get_job_results(job) == [{"twice": 8}, {"twice": 10}]


def test_a_path_that_this_session_has_not_made_gives_what_json_has(machine, monkeypatch, tmp_path):
    """Its machine may be anybody's: with the user's own configuration of ssh it is reached, but no code of it is run."""
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "mine").write_text(pathlib.Path(machine.server.description()["folder"], "config").read_text())
    monkeypatch.setenv("HOME", str(tmp_path))
    context = rx.RxRemote("loopback", ssh_switches=f"-F {tmp_path}/.ssh/mine", working_dir=str(machine.data), wait=False)
    jobs = [rx.rx_exec(lambda v: v, [{"v": value}], compute_context=context) for value in (5, {1, 2})]
    code = ("import sys, insitu as rx\n"
            "for path in sys.argv[1:]:\n"
            "    job = rx.RxRemoteJob._of({'id': path.rpartition('/')[2], 'path': path, 'description': {}})\n"
            "    rx.rx_wait_for_job(job)\n"
            "    try: print(rx.rx_get_job_results(job, auto_cleanup=False))\n"
            "    except rx.InvalidArgument as why: print(why)\n")
    plain, refused = client(code, *(job.path for job in jobs))
    assert plain == "[5]" and "rebuilt only where its context was made here" in refused
    assert [rx.rx_get_job_results(job) for job in jobs] == [[5], [{1, 2}]]


def test_groups(there, machine):
    data = pd.DataFrame({"g": pd.Categorical(["a", "b", "a", None, "b"]), "x": [1.0, 2, 4, 8, 16], "y": [3.0, 1, 4, 1, 5]})
    rx.rx_data_step(data, str(machine.data / "rows.xdf"), overwrite=True, report_progress=0)

    def total(keys, data, more):
        if keys["g"] == "b":
            raise ValueError("not b")
        return float(rx.rx_data_step(data, report_progress=0)["x"].sum()) + more

    for source, here in ((data, data), ("rows.xdf", str(machine.data / "rows.xdf"))):
        near = rx.rx_exec_by(here, "g", total, function_parameters={"more": 1.0}, compute_context=rx.RxLocalSeq())
        with rx.rx_set_temp_compute_context(there(rx.RxProcesses(2), wait=False)):
            job = rx.rx_exec_by(source, "g", total, function_parameters={"more": 1.0})
        rx.rx_wait_for_job(job)
        far = rx.rx_get_job_results(job)
        assert far.index.equals(near.index) and list(far["result"]) == list(near["result"])
        assert [str(each) for each in far["status"]] == [str(each) for each in near["status"]]
    job = rx.rx_exec_by(data, "g", rx.rx_summary, function_parameters={"formula": "~ x"}, compute_context=there(wait=False))
    near = rx.rx_exec_by(data, "g", rx.rx_summary, function_parameters={"formula": "~ x"}, compute_context=rx.RxLocalSeq())
    rx.rx_wait_for_job(job)
    far = rx.rx_get_job_results(job)
    assert [str(each) for each in far["result"]] == [str(each) for each in near["result"]]
    assert [each.name for each in machine.temporary.iterdir() if each.name.startswith(".insitu-new-")] == []


@pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="set INSITU_TEST_ALL: four workers of Python are started")
def test_ranks_of_mpi_there(tmp_path):
    """The runner is a process of that machine, so that it can start ranks there; tasks of a call that waits cannot."""
    if shutil.which("mpirun") is None or not os.environ.get("INSITU_MPI"):
        pytest.skip("mpirun is not installed (Debian: openmpi-bin), or this build has no ranks")
    with machine_with_python(tmp_path, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                             OMPI_MCA_rmaps_base_oversubscribe="1") as machine:
        job = rx.rx_exec(lambda x: (x, rx.rx_remote_get_id() > 0), x=[1, 2], compute_context=machine.there(rx.RxMpi(2), wait=False))
        rx.rx_wait_for_job(job)
        assert job.state == "finished", rx.rx_get_job_output(job)
        assert rx.rx_get_job_results(job) == [(1, True), (2, True)]
        with pytest.raises(rx.Unsupported, match="runs no tasks in the MPI ranks"):
            rx.rx_exec(lambda: 1, compute_context=machine.there(rx.RxMpi(2)))


def test_a_running_one_is_canceled_there(there, machine):
    def sleeps():
        pathlib.Path("begun").touch()
        time.sleep(300)

    job = rx.rx_exec(sleeps, compute_context=there(wait=False))
    until = time.monotonic() + 30
    while not (machine.data / "begun").exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    assert job.state == "running"
    assert rx.rx_cancel_job(job) and job.state == "canceled"
    rx.rx_cleanup_jobs(job, verbose=False)
    assert job.state == "missing"


def test_what_cannot_be_a_job_there_is_said_before_it_is_one(there, machine):
    before = set(machine.jobs.glob("rxJob_*"))
    refused = [
        ({"compute_context": there(wait=False), "task_timeout": 3}, rx.InvalidArgument, "task_timeout needs worker processes"),
        ({"compute_context": there(wait=False), "callback": print}, rx.InvalidArgument, "callback is called in the session that waits"),
        ({"compute_context": there(rx.RxSpark(), wait=False)}, rx.Unsupported, "runs no tasks in the Spark"),
    ]
    if os.environ.get("INSITU_TEST_ALL"):
        refused += [({"compute_context": there(wait=False), "args": {"x": b"x" * (257 << 20)}}, rx.Unsupported, "at most 256 MiB of a call")]
    for how, kind, words in refused:
        with pytest.raises(kind, match=words):
            rx.rx_exec(lambda x=None: x, **how)
    assert set(machine.jobs.glob("rxJob_*")) == before


def test_a_value_that_was_changed_there_is_refused(there, machine):
    """As here: nothing is unpickled whose folder others can write, or whose bytes are not those of the runner."""
    job = rx.rx_exec(lambda: object, compute_context=there(wait=False))
    rx.rx_wait_for_job(job)
    value = machine.jobs / job.id / "result" / "value.bin"
    whole = value.read_bytes()
    for bad in (whole[:-3], whole.replace(whole[-40:], pickle.dumps(print)[:40].ljust(40)), b""):
        value.write_bytes(bad)
        with pytest.raises(rx.DataError):
            rx.rx_get_job_results(job)
    value.write_bytes(whole)
    (machine.jobs / job.id).chmod(0o777)
    with pytest.warns(UserWarning, match="undetermined"):
        rx.rx_get_job_results(job)
    (machine.jobs / job.id).chmod(0o700)
    assert rx.rx_get_job_results(job) == [object]
