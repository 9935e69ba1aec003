"""Jobs of rx_exec and rx_exec_by (docs/jobs.md): calls of a language, made by a runner of it."""

import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from killed_clients import kill_a_client

FRAME = pd.DataFrame({"g": pd.Categorical(["a", "b", "a", None, "b", "a"]), "x": [1.0, 2.0, 3.0, 4.5, 7.0, 8.5]})
CONTEXTS = {
    "RxLocalSeq": lambda **how: rx.RxLocalSeq(**how),
    "RxLocalParallel": lambda **how: rx.RxLocalParallel(**how),
    "RxProcesses": lambda **how: rx.RxProcesses(2, **how),
}

LONG = pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="long")


def folder():
    return pathlib.Path(os.environ["INSITU_JOBS_FOLDER"])


def done(job):
    rx.rx_wait_for_job(job)
    return rx.rx_get_job_results(job)


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def draws(n):
    return np.random.normal(size=n).tolist(), float(rx.rx_task_rng().random())


@pytest.mark.parametrize("context", ["RxLocalSeq", "RxLocalParallel", pytest.param("RxProcesses", marks=LONG)])
def test_the_values_are_those_of_the_waiting_call(context):
    scale = 10.0

    def task(x, power):
        print("task", x)
        return scale * x ** power, draws(3), float(rx.rx_summary("~x", {"x": [x, 2.0]}).to_frame()["Mean"].iloc[0])

    def call(**how):
        return rx.rx_exec(task, x=[1.0, 2.0, 3.0], power=2, rng_seed=5, compute_context=CONTEXTS[context](**how))

    job = call(wait=False)
    assert isinstance(job, rx.RxRemoteJob) and rx.rxgLastPendingJob is job
    assert job.description["function"] == "rx_exec" and job.description["label"] == "rx_exec(task, power=2): 3 tasks"
    rx.rx_wait_for_job(job)
    output = rx.rx_get_job_output(job)
    assert job.state == "finished", (job.look(), output)
    assert all(f"task {x}" in output for x in (1.0, 2.0, 3.0))
    assert rx.rx_get_job_results(job) == call()
    assert job.state == "missing"


def test_failures_and_warnings_are_those_of_the_waiting_call():
    def task(x):
        if x == 2:
            raise ValueError("no two")
        return x

    def call(**how):
        return rx.rx_exec(task, x=[1, 2, 3], compute_context=rx.RxLocalSeq(**how))

    with pytest.warns(UserWarning) as before:
        values = call()
    job = call(wait=False)
    rx.rx_wait_for_job(job)
    with pytest.warns(UserWarning) as after:
        found = rx.rx_get_job_results(job)
    assert [str(w.message) for w in before] == [str(w.message) for w in after]
    assert found[0] == 1 and found[2] == 3 and type(found[1]) is type(values[1]) is ValueError and str(found[1]) == "no two"
    job = rx.rx_exec(task, x=[1, 2, 3], continue_on_failure=False, compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(job)
    assert job.state == "failed" and "no two" in job.look()["message"]
    with pytest.warns(UserWarning, match="it is failed: ValueError: no two"):
        rx.rx_get_job_results(job)
    rx.rx_cleanup_jobs(job, verbose=False)


def test_what_cannot_be_a_job_is_said_before_it_is_one():
    context = rx.RxLocalSeq(wait=False)
    before = set(folder().glob("rxJob_*"))
    with pytest.raises(rx.InvalidArgument, match="callback is called in the session that waits"):
        rx.rx_exec(abs, {"x": 1}, callback=print, compute_context=context)
    with pytest.raises(rx.InvalidArgument, match="'nowhere_to_be_found'.*is not defined"):
        rx.rx_exec(lambda: nowhere_to_be_found, compute_context=context)  # noqa: F821
    with pytest.raises(rx.InvalidArgument, match="cannot be sent to workers"):
        rx.rx_exec(lambda x: x, {"x": threading.Lock()}, compute_context=context)
    assert set(folder().glob("rxJob_*")) <= before


def test_settings_of_the_session_hold(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    before = rx.RxOptions.get_option("numDigits")
    rx.RxOptions.set_option("numDigits", 4)
    try:
        with rx.rx_set_temp_compute_context(rx.RxLocalSeq(wait=False)):
            job = rx.rx_exec(lambda: (os.getcwd(), rx.RxOptions.get_option("numDigits"), rx.rx_get_compute_context().wait, hint),  # noqa: F821
                             local_state={"hint": "here"})
    finally:
        rx.RxOptions.set_option("numDigits", before)
    assert done(job) == [(str(tmp_path), 4, True, "here")]


@pytest.mark.parametrize("context", ["RxLocalSeq", pytest.param("RxProcesses", marks=LONG)])
def test_groups(context, tmp_path):
    def mean(keys, data, more):
        return keys["g"], float(rx.rx_import(data)["x"].mean()) + more

    def call(data, **how):
        return rx.rx_exec_by(data, keys=["g"], function=mean, function_parameters={"more": 1.0},
                             filter_function=lambda table: table.iloc[:2], compute_context=CONTEXTS[context](**how))

    file = rx.rx_data_step(FRAME, str(tmp_path / "rows.xdf"))
    for data in (FRAME, file):
        job = call(data, wait=False)
        rx.rx_wait_for_job(job)
        assert job.state == "finished", (job.look(), rx.rx_get_job_output(job))
        found, expected = rx.rx_get_job_results(job), call(data)
        assert type(found) is type(expected) and found.equals(expected) and found["result"].tolist() == [("a", 31 / 6), ("b", 5.5)]


def slow(count=4, context="RxLocalParallel"):
    return rx.rx_exec(lambda x: __import__("time").sleep(600), x=list(range(count)), compute_context=CONTEXTS[context](wait=False))


def processes_of(job):
    """Processes whose session is the runner's, or that are workers it has started and that live on."""
    runner = str(int(job.look()["process"]))
    found = []
    for each in pathlib.Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                fields = (each / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[3] == runner and fields[0] != "Z":
                found.append(int(each.name))
    return found


@pytest.mark.parametrize("context", ["RxLocalSeq", "RxLocalParallel"])
def test_cancel_while_running(context):
    job = slow(context=context)
    until(lambda: job.state == "running")
    until(lambda: len(processes_of(job)) >= (1 if context == "RxLocalSeq" else 2))
    time.sleep(0.3)
    before = processes_of(job)
    begin = time.monotonic()
    assert rx.rx_cancel_job(job) is True and time.monotonic() - begin < 4
    assert job.state == "canceled"
    until(lambda: not [p for p in before if os.path.exists(f"/proc/{p}") and "(python" in pathlib.Path(f"/proc/{p}/stat").read_text()], 10)
    assert sorted(p.name for p in (folder() / job.id).iterdir()) == ["cancel", "job.json", "lock", "state.json"]
    rx.rx_cleanup_jobs(job, verbose=False)


@LONG
def test_a_function_that_cannot_be_interrupted_is_ended():
    def stubborn():
        import time

        end = time.monotonic() + 100
        while time.monotonic() < end:
            try:
                time.sleep(1)
            except KeyboardInterrupt:
                pass

    job = rx.rx_exec(stubborn, compute_context=rx.RxLocalSeq(wait=False))
    until(lambda: job.state == "running")
    assert rx.rx_cancel_job(job) is True and job.state == "canceled"
    rx.rx_cleanup_jobs(job, verbose=False)


def test_a_killed_runner_is_seen_and_its_workers_end():
    job = slow()
    until(lambda: job.state == "running")
    until(lambda: len(processes_of(job)) >= 2)
    all_of_it = processes_of(job)
    os.kill(int(job.look()["process"]), signal.SIGKILL)
    until(lambda: job.state == "failed")
    assert "was killed or crashed" in job.look()["message"]
    until(lambda: not any(os.path.exists(f"/proc/{p}") for p in all_of_it), 20)
    rx.rx_cleanup_jobs(job, verbose=False)


def test_a_disk_that_fills_up_is_said_and_leaves_no_half_result():
    def fill():
        import contextlib
        import os
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # of each file, that of the output, too
        with contextlib.suppress(OSError):
            while os.write(1, b"x" * 999 + b"\n"):
                pass
        return bytes(1_000_000)

    job = rx.rx_exec(fill, times_to_run=1, compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(job)
    assert job.state == "failed"
    assert "cannot write (File too large)" in job.look()["message"]
    assert not list((folder() / job.id).glob("result*"))
    with pytest.warns(UserWarning, match="has no results: it is failed: cannot write"):
        rx.rx_get_job_results(job)
    rx.rx_cleanup_jobs(job, verbose=False)


def test_progress():
    job = rx.rx_exec(lambda x: __import__("time").sleep(0.4), x=list(range(8)), compute_context=rx.RxLocalSeq(wait=False))
    until(lambda: job.state != "queued")
    seen = set()
    until(lambda: seen.add(job.look()["message"]) or job.state == "finished")
    assert any(text.endswith(" of 8 tasks done") for text in seen), seen
    job.close()


def test_console_output(capsys):
    job = rx.rx_exec(lambda: print("said"), console_output=True, compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(job)
    rx.rx_get_job_results(job)
    assert capsys.readouterr().out == "said\n"


def children():
    """This process's own, whoever started them; None where the system does not tell."""
    told = pathlib.Path(f"/proc/self/task/{os.getpid()}/children")
    return set(told.read_text().split()) if told.exists() else None


def test_no_zombies_stay():
    """A runner is no child of its client, which has nothing to wait for."""
    before = children()
    job = rx.rx_exec(lambda: os.getppid(), compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(job)
    assert rx.rx_get_job_results(job) != [os.getpid()]
    if before is not None:
        states = [pathlib.Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[0] for each in children() - before]
        assert "Z" not in states


@pytest.mark.parametrize("rounds", [1, pytest.param(50, marks=LONG)])
def test_runners_killed_at_any_moment(rounds):
    expected = [x * x for x in range(50)]
    for _ in range(rounds):
        job = rx.rx_exec(lambda x: __import__("time").sleep(0.01) or x * x, x=list(range(50)), compute_context=CONTEXTS["RxProcesses"](wait=False))
        time.sleep(random.random() * 2.5)
        view = job.look()
        if view["status"] == "running":
            os.kill(int(view["process"]), signal.SIGKILL)
        rx.rx_wait_for_job(job)
        if job.state == "finished":
            assert rx.rx_get_job_results(job, auto_cleanup=False) == expected
        else:
            assert job.state == "failed" and "killed" in job.look()["message"]
        job.close()


CLIENT = """
import sys
import threading
import insitu as rx
context = rx.RxLocalSeq(wait=False)
while True:
    rx.rx_exec(lambda x: x * x, x=list(range(1000)), compute_context=context)
    print("submitted", flush=True)
"""


@pytest.mark.parametrize("rounds", [1, pytest.param(50, marks=LONG)])
def test_jobs_outlive_a_killed_client(rounds, tmp_path, monkeypatch):
    monkeypatch.setenv("INSITU_JOBS_FOLDER", str(tmp_path / "jobs"))
    for _ in range(rounds):
        kill_a_client(CLIENT, lambda value: value == [x * x for x in range(1000)])


def test_two_clients_at_once():
    job = rx.rx_exec(lambda x: x + 1, x=[1, 2, 3], compute_context=rx.RxLocalSeq(wait=False))
    code = f"import insitu as rx\nj = rx.RxRemoteJob(None, {job.id!r})\nrx.rx_wait_for_job(j)\n" \
           "for _ in range(20): print(rx.rx_get_job_results(j, auto_cleanup=False))"
    clients = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [client.communicate()[0] for client in clients]
    assert answers[0] == answers[1] == "[2, 3, 4]\n" * 20
    assert rx.rx_get_job_results(job) == [2, 3, 4]


class Trap:
    """Unpickled, it says so."""

    def __reduce__(self):
        return os.mkdir, (os.environ["INSITU_TRAP"],)


@pytest.mark.parametrize("where", ["job", "result"])
def test_nothing_is_unpickled_from_a_folder_that_others_can_write(where, tmp_path, monkeypatch):
    monkeypatch.setenv("INSITU_TRAP", str(tmp_path / "sprung"))
    job = rx.rx_exec(Trap, compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(job)
    assert job.state == "finished", job.look()
    path = folder() / job.id / ("" if where == "job" else "result")
    path.chmod(0o770)
    if where == "job":
        with pytest.warns(UserWarning, match="undetermined: not used, because it can be written by others"):
            rx.rx_get_job_results(job)
    else:
        with pytest.raises(rx.DataError, match="others"):
            rx.rx_get_job_results(job)
    assert not (tmp_path / "sprung").exists()
    path.chmod(0o700)
    (folder() / job.id / "result" / "value.bin").chmod(0o660)
    with pytest.raises(rx.DataError, match="others"):
        rx.rx_get_job_results(job)
    assert not (tmp_path / "sprung").exists()
    job.close()


def damaged(content, random):
    content = bytearray(content)
    kind = random.randrange(4)
    if kind == 0:
        return bytes(content[:random.randrange(len(content))])
    if kind == 1:
        for _ in range(random.randrange(1, 8)):
            content[random.randrange(len(content))] ^= random.randrange(1, 256)
    elif kind == 2:
        at = random.randrange(max(len(content) - 7, 1))
        content[at:at + 8] = random.choice([b"\xff" * 8, b"\0" * 8, b"\xff" * 7 + b"\x7f"])
    else:
        return b""
    return bytes(content)


def test_damaged_files_are_errors_and_nothing_else(tmp_path):
    random_ = random.Random(7)
    job = rx.rx_exec(lambda x: x, x=[1, 2, 3], compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(job)
    file = folder() / job.id / "result" / "value.bin"
    whole = file.read_bytes()
    for _ in range(40):
        changed = damaged(whole, random_)
        file.write_bytes(changed)
        if changed == whole:
            continue
        with pytest.raises(rx.DataError):
            rx.rx_get_job_results(job, auto_cleanup=False)
    file.unlink()
    assert rx.rx_get_job_results(job, auto_cleanup=False) == [1, 2, 3]  # as other languages have it
    document = folder() / job.id / "result" / "reply.json"
    for text in ("[]", "{}", '{"op": "call"}', '{"op": "call", "language": 7}', "{"):
        document.write_text(text)
        with pytest.raises((rx.InsituError, KeyError)):
            rx.rx_get_job_results(job, auto_cleanup=False)
    job.close()


def test_a_damaged_call_is_not_made(tmp_path):
    """What a runner finds half written ends the job with words."""
    job = rx.rx_exec(lambda: 1, compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(job)
    other = folder() / "rxJob_23"
    shutil.copytree(folder() / job.id, other)
    description = json.loads((other / "job.json").read_text())
    (other / "job.json").write_text(json.dumps({**description, "id": "rxJob_23"}))
    shutil.rmtree(other / "result")
    state = json.loads((other / "state.json").read_text())
    (other / "state.json").write_text(json.dumps({**state, "status": "queued"}))
    code = (other / "call.bin").read_bytes()
    (other / "call.bin").write_bytes(code[:-9] + bytes(9))
    for path in (other / "job.json", other / "state.json", other / "call.bin"):
        path.chmod(0o600)
    ran = subprocess.run([sys.executable, "-m", "insitu.worker", "--job", str(other)], capture_output=True, text=True, timeout=60)
    assert ran.returncode != 0
    assert rx.RxRemoteJob(None, "rxJob_23").state == "failed"
    rx.rx_cleanup_jobs(["rxJob_23", job], force=True, verbose=False)


def test_the_command_line_shows_jobs_of_calls():
    insitu = shutil.which("insitu")
    if not insitu:
        pytest.skip("the command line is not at hand")

    def ask(*arguments, status=0):
        ran = subprocess.run([insitu, "jobs", *arguments], capture_output=True, text=True, timeout=60)
        assert ran.returncode == status, ran.stderr
        return ran.stdout + ran.stderr

    job = rx.rx_exec(lambda x: print("said") or {"twice": 2 * x}, x=[1, 2], compute_context=rx.RxLocalSeq(wait=False))
    assert "finished" in ask("wait", job.id)
    assert "rx_exec(<lambda>): 2 tasks" in ask("list") and "rx_exec(<lambda>): 2 tasks" in ask("show", job.id)
    assert "said" in ask("output", job.id)
    assert json.loads(ask("result", job.id)) == [{"twice": 2}, {"twice": 4}]
    assert job.state == "missing"
    job = rx.rx_exec(lambda: {1, 2}, compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(job)
    assert "rx_get_job_results" in ask("result", job.id, status=1)
    assert rx.rx_get_job_results(job) == [{1, 2}]


def test_a_family_of_ones_own_is_fitted_in_a_job():
    import statsmodels.api as sm

    def family():
        class Cube(sm.families.links.Link):  # made here so that it travels by value
            def __call__(self, p):
                return p ** (1 / 3)

            def inverse(self, z):
                return z**3

            def deriv(self, p):
                return p ** (-2 / 3) / 3

        return sm.families.Gaussian(Cube(), check_link=False)

    data = {"x": [1.0, 2.0, 3.0, 4.0, 5.0], "y": [1.1, 7.5, 28.0, 63.0, 126.0]}
    job = rx.rx_glm("y ~ x", data, family=family(), compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(job)
    assert job.state == "finished", job.look()
    model, expected = rx.rx_get_job_results(job), rx.rx_glm("y ~ x", data, family=family())
    assert model["coefficients"].tobytes() == expected["coefficients"].tobytes()
    assert rx.rx_predict(model, data).equals(rx.rx_predict(expected, data))


GROUPS = """
import time
import insitu as rx
def forever(keys, data):
    print("there", flush=True)
    time.sleep(600)
rx.rx_exec_by({"g": ["a", "b"], "x": [1.0, 2.0]}, keys=["g"], function=forever)
"""


def test_the_rows_of_a_killed_call_are_removed_by_the_next_one(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    client = subprocess.Popen([sys.executable, "-c", GROUPS], stdout=subprocess.PIPE, start_new_session=True)
    while client.stdout.readline() != b"there\n":
        pass
    monkeypatch.setattr("tempfile.tempdir", None)
    left = {path.name for path in tmp_path.iterdir()}
    call = lambda: rx.rx_exec_by(FRAME, keys=["g"], function=lambda keys, data: len(data.frame))  # noqa: E731
    assert any(path.startswith(".insitu-new-") for path in left) and call()["result"].tolist() == [3, 2, 1]
    assert {path.name for path in tmp_path.iterdir()} == left
    os.killpg(client.pid, signal.SIGKILL)
    client.communicate()
    time.sleep(1.1)  # folders are looked through once a second at most
    call()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not at hand")
def test_jobs_of_r():
    code = """library(insitu)
rxSetComputeContext(RxLocalSeq(wait = FALSE))
jobs <- list(rxExec(function(x) { cat("said\\n"); list(twice = 2 * x, all = c(x, 1)) }, rxElemArg(1:2)), rxExec(Sys.time))
for (job in jobs) rxWaitForJob(job)
cat(vapply(jobs, rxGetJobId, ""), "\\n")"""
    ran = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    plain, own = (rx.RxRemoteJob(None, each) for each in ran.stdout.split())
    assert plain.state == "finished" and "said" in rx.rx_get_job_output(plain)
    assert rx.rx_get_job_results(plain) == {"rxElem1": {"twice": 2, "all": [1, 1]}, "rxElem2": {"twice": 4, "all": [2, 1]}}
    with pytest.raises(rx.InvalidArgument, match="holds values of R, which Python cannot make"):
        rx.rx_get_job_results(own)
    own.close()
    job = rx.rx_exec(lambda x: x / 2, x=[1, 2], compute_context=rx.RxLocalSeq(wait=False))
    other = rx.rx_exec(lambda: {1}, compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(job), rx.rx_wait_for_job(other)
    code = f"""library(insitu)
stopifnot(isTRUE(all.equal(unlist(rxGetJobResults("{job.id}")), c(0.5, 1))))
found <- tryCatch(rxGetJobResults("{other.id}"), error = conditionMessage)
stopifnot(grepl("holds values of Python, which R cannot make", found))"""
    ran = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    other.close()
