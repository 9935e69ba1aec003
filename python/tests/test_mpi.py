"""RxMpi: the same bits and values on ranks of MPI, and what is told when they fail (docs/mpi.md)."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

import insitu as rx

SETTINGS = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1"}
ALL = bool(os.environ.get("INSITU_TEST_ALL"))


@pytest.fixture(scope="module")
def mpi():
    """What makes a context; Open MPI starts nothing as root, and no more ranks than cores, unless it is told to."""
    if shutil.which("mpirun") is None:
        pytest.skip("mpirun is not installed (Debian: openmpi-bin)")
    before = {name: os.environ.get(name) for name in SETTINGS}
    os.environ.update(SETTINGS)
    try:
        rx.rx_summary("~x", {"x": [1.0, 2.0]}, compute_context=rx.RxMpi(2), report_progress=0)
    except rx.WorkerError as failure:
        if "insitu-mpi was not found" not in str(failure):
            raise
        pytest.skip(f"this build has no ranks: {failure}")
    else:
        yield rx.RxMpi
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(7)
    return pd.DataFrame({"y": rng.normal(size=30000), "x": rng.normal(size=30000), "g": pd.Categorical(rng.choice(list("abc"), 30000))})


@pytest.fixture(scope="module")
def file(rows, tmp_path_factory):
    path = str(tmp_path_factory.mktemp("mpi") / "rows.xdf")
    rx.rx_data_step(rows, path, rows_per_read=1000, report_progress=0)
    return path


def ranks_of_this_process():
    """Process numbers of the ranks that this process has started through mpirun."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            grand = int(pathlib.Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()[1])
            if grand == os.getpid() and "insitu-mpi" in (entry / "cmdline").read_text():
                found.append(int(entry.name))
        except (OSError, ValueError):
            pass  # it has just ended
    return found


@pytest.mark.parametrize("ranks", [2] if not ALL else [1, 2, 3, 4])
def test_analyses_have_the_same_bits(mpi, rows, file, ranks):
    context = mpi(ranks)
    for data in (file, rows):
        for fit in (lambda c, d=data: rx.rx_lin_mod("y ~ x + g", d, compute_context=c, report_progress=0).coefficients,
                    lambda c, d=data: rx.rx_logit("I(y > 0) ~ x", d, compute_context=c, report_progress=0).coefficients,
                    lambda c, d=data: rx.rx_summary("~ y + g", d, compute_context=c, report_progress=0).to_frame()):
            pd.testing.assert_frame_equal(pd.DataFrame(fit(context)), pd.DataFrame(fit("local")), check_exact=True)


def test_functions_of_python_and_written_files(mpi, file, tmp_path):
    def twice(data, context):
        return {**data, "z": data["x"] * 2}

    def written(context, name):
        path = str(tmp_path / name)
        rx.rx_data_step(file, path, transform_function=twice, row_selection="y > 0", compute_context=context, report_progress=0)
        return rx.rx_import(path, report_progress=0)

    pd.testing.assert_frame_equal(written(mpi(2), "ranks.xdf"), written("local", "local.xdf"), check_exact=True)


@pytest.mark.parametrize("ranks", [2] if not ALL else [1, 2, 4])
def test_tasks_give_what_they_give_anywhere(mpi, ranks):
    context = mpi(ranks)

    def draw(x):
        return x, rx.rx_remote_get_id() > 0, int(rx.rx_task_rng().integers(1 << 40))

    expected = [(x, True, draw) for x, _, draw in rx.rx_exec(draw, x=list(range(23)), rng_seed=3)]
    for chunk in (None, 1, 7):
        assert rx.rx_exec(draw, x=list(range(23)), rng_seed=3, compute_context=context, task_chunk_size=chunk) == expected

    def fit(n):
        return rx.rx_lin_mod("y ~ x", {"y": np.arange(n) % 7.0, "x": np.arange(n) * 1.0}, report_progress=0).coefficients.tolist()

    assert rx.rx_exec(fit, n=[20, 30], compute_context=context) == rx.rx_exec(fit, n=[20, 30])


def test_a_hostfile_gives_the_slots(mpi, file, tmp_path, monkeypatch):
    """This machine, as localhost and by its slots: without a number of ranks there are as many."""
    monkeypatch.delenv("OMPI_MCA_rmaps_base_oversubscribe")
    hosts = tmp_path / "the hosts"
    hosts.write_text("localhost slots=3\n")
    context = mpi(hostfile=hosts)

    met = tmp_path / "met"
    met.mkdir()

    def meet(x):  # each waits for the others
        (met / str(rx.rx_remote_get_id())).touch()
        until = time.monotonic() + 60
        while len(list(met.iterdir())) < 3 and time.monotonic() < until:
            time.sleep(0.02)
        return rx.rx_remote_get_id()

    assert sorted(rx.rx_exec(meet, x=[1, 2, 3], task_chunk_size=1, compute_context=context)) == [1, 2, 3]
    assert rx.rx_lin_mod("y ~ x", file, compute_context=context, report_progress=0).coefficients.tobytes() == rx.rx_lin_mod(
        "y ~ x", file, report_progress=0).coefficients.tobytes()
    with pytest.raises(rx.WorkerError, match="slots"):
        rx.rx_summary("~x", {"x": [1.0]}, compute_context=mpi(4, hostfile=hosts))
    hosts.write_text("")
    hosts.unlink()
    with pytest.raises(rx.InvalidArgument, match="hostfile names no file"):
        rx.rx_summary("~x", {"x": [1.0]}, compute_context=mpi(2, hostfile=hosts))


def test_jobs_have_ranks_of_their_own(mpi, file):
    """They outlive this process, whose ranks end with it: the runner starts others."""
    context = mpi(2, wait=False)
    mine = ranks_of_this_process()
    jobs = [rx.rx_lin_mod("y ~ x + g", file, compute_context=context, report_progress=0),
            rx.rx_exec(lambda x: (x, rx.rx_remote_get_id() > 0, os.getpid()), x=[1, 2, 3], compute_context=context)]
    for job in jobs:
        rx.rx_wait_for_job(job)
        assert job.state == "finished", rx.rx_get_job_output(job)
        assert job.description["context"]["type"] == "RxMpi"
    assert set(ranks_of_this_process()) == set(mine)
    fit, values = map(rx.rx_get_job_results, jobs)
    assert fit.coefficients.tobytes() == rx.rx_lin_mod("y ~ x + g", file, report_progress=0).coefficients.tobytes()
    assert [each[:2] for each in values] == [(1, True), (2, True), (3, True)]


@pytest.mark.skipif(not ALL, reason="set INSITU_TEST_ALL: four workers of Python are started; test_call_jobs.py has it without ranks")
def test_a_job_that_is_canceled_leaves_no_rank(mpi, tmp_path):
    begun = tmp_path / "begun"

    def sleeps(x):
        begun.write_text(str(os.getpid()))
        time.sleep(300)

    job = rx.rx_exec(sleeps, x=[1], compute_context=mpi(2, wait=False))
    deadline = time.monotonic() + 30
    while not begun.exists() or not begun.read_text():
        assert time.monotonic() < deadline and job.state in ("queued", "running")
        time.sleep(0.05)
    worker = int(begun.read_text())
    assert rx.rx_cancel_job(job)
    while pathlib.Path(f"/proc/{worker}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    rx.rx_cleanup_jobs(job, verbose=False)


@pytest.mark.skipif(not ALL, reason="set INSITU_TEST_ALL: four workers of Python are started; tests/unit/contexts/mpi has it without")
def test_a_task_that_ends_its_worker_has_an_error(mpi):
    def ends(x):
        if x == 2:
            print("no more of this", file=sys.stderr, flush=True)
            os._exit(5)
        return x

    with pytest.warns(UserWarning, match="1 of 4 tasks"):
        values = rx.rx_exec(ends, x=[0, 1, 2, 3], compute_context=mpi(2))
    assert values[:2] == [0, 1] and values[3] == 3
    assert "no more of this" in str(values[2])


def test_a_rank_that_is_killed_ends_the_call_and_leaves_nothing(mpi):
    def kills_its_rank(x):
        os.kill(os.getppid() if "insitu-mpi" in pathlib.Path(f"/proc/{os.getppid()}/cmdline").read_text() else
                int(pathlib.Path(f"/proc/{os.getppid()}/stat").read_text().rpartition(")")[2].split()[1]), signal.SIGKILL)
        time.sleep(30)

    context = mpi(2)
    assert rx.rx_exec(lambda x: x, x=[1, 2], compute_context=context) == [1, 2]
    before = ranks_of_this_process()
    assert len(before) >= 2
    with pytest.raises(rx.WorkerError, match=r"(?s)the ranks of MPI have ended.*signal 9"):
        rx.rx_exec(kills_its_rank, x=[1], compute_context=context)
    deadline = time.monotonic() + 10
    while len(set(before) & set(ranks_of_this_process())) > len(before) - 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(set(before) & set(ranks_of_this_process())) <= len(before) - 2
    assert rx.rx_exec(lambda x: x, x=[1, 2], compute_context=context) == [1, 2]


def test_the_end_of_the_client_is_the_end_of_the_ranks(mpi, tmp_path):
    code = ("import os, signal, insitu as rx, sys\n"
            "rx.rx_summary('~x', {'x': [1.0]}, compute_context=rx.RxMpi(2), report_progress=0)\n"
            "import subprocess\n"
            "print(*subprocess.run(['pgrep', '-P', subprocess.run(['pgrep', '-P', str(os.getpid()), 'mpirun'], capture_output=True, "
            "text=True).stdout.strip()], capture_output=True, text=True).stdout.split(), flush=True)\n"
            "os.kill(os.getpid(), signal.SIGKILL)\n")
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    ranks = [int(each) for each in child.stdout.split()]
    assert len(ranks) == 2, child.stderr
    deadline = time.monotonic() + 10
    while any(pathlib.Path(f"/proc/{rank}").exists() for rank in ranks) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(pathlib.Path(f"/proc/{rank}").exists() for rank in ranks)


def test_what_cannot_be_is_told_before_anything_starts(monkeypatch, tmp_path):
    with pytest.raises(rx.InvalidArgument, match="num_ranks is given twice"):
        rx.RxMpi(2, num_ranks=3)
    for odd in ("two", 2.5, True):
        with pytest.raises(rx.InvalidArgument, match="RxMpi"):
            rx.RxMpi(odd)
    for settings, told in [({"num_ranks": 0}, "num_ranks must be at least 1"), ({"switches": "-np 2"}, "num_ranks"),
                           ({"hostfile": str(tmp_path / "none")}, "hostfile names no file"),
                           ({"mpirun": str(tmp_path / "none")}, "needs Open MPI|insitu-mpi was not found")]:
        with pytest.raises(rx.InsituError, match=told):
            rx.rx_summary("~x", {"x": [1.0]}, compute_context=rx.RxMpi(**settings))
    monkeypatch.setenv("INSITU_MPI", str(tmp_path / "none"))
    with pytest.raises(rx.WorkerError, match="INSITU_MPI"):
        rx.rx_summary("~x", {"x": [1.0]}, compute_context=rx.RxMpi(2))


@pytest.mark.skipif(os.geteuid() != 0, reason="asks what root is told")
def test_root_is_told_what_to_set(mpi, monkeypatch):
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(rx.WorkerError, match='OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 in the environment, or say switches="--allow-run-as-root"'):
        rx.rx_summary("~x", {"x": [1.0]}, compute_context=rx.RxMpi(2))


def test_the_context_is_found_by_its_names_and_printed():
    before = rx.rx_set_compute_context("mpi")
    try:
        assert rx.rx_get_compute_context() == rx.RxMpi()
    finally:
        rx.rx_set_compute_context(before)
    assert rx.RxForeachDoPar(backend="mpi", data_path="a") == rx.RxMpi(data_path="a")
    assert rx.RxMpi(rx.RxMpi(3, data_path="a"), 2) == rx.RxMpi(2, data_path="a")
    assert repr(rx.RxMpi(2, switches=["--mca", "a b"], hostfile=pathlib.Path("hosts"))) == (
        "RxMpi Compute Context\n    num_ranks = 2\n    hostfile = 'hosts'\n    switches = ['--mca', 'a b']")
