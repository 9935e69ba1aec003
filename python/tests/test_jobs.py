"""Jobs (docs/jobs.md): what a call returns with wait=False, its life, and what others find of it."""

import datetime
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from killed_clients import kill_a_client

FRAME = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.5, 7.0, 8.5], "y": [2.0, 4.1, 6.0, 8.2, 13.0, 18.5], "f": pd.Categorical(list("ababab"))},
                     index=list("pqrstu"))
CONTEXTS = {
    "RxLocalSeq": lambda: rx.RxLocalSeq(wait=False),
    "RxLocalParallel": lambda: rx.RxLocalParallel(wait=False),
    "RxForeachDoPar": lambda: rx.RxForeachDoPar(wait=False),
    "RxProcesses": lambda: rx.RxProcesses(2, wait=False),
}


def folder():
    return pathlib.Path(os.environ["INSITU_JOBS_FOLDER"])


def done(job):
    rx.rx_wait_for_job(job)
    return rx.rx_get_job_results(job)


def sleeper():
    """A function of the rows that takes long. It is made here so that it travels by value: runners do not find this module."""
    def slow(data):
        import time

        time.sleep(600)
        return data

    return slow


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def finished():
    job = rx.rx_summary("~x", FRAME, compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(job)
    return job


def same_bits(a, b):
    assert type(a) is type(b) and list(a) == list(b)
    for key in a:
        if isinstance(a[key], np.ndarray):
            assert a[key].tobytes() == b[key].tobytes() and a[key].shape == b[key].shape, key


@pytest.mark.parametrize("context", CONTEXTS)
def test_the_result_is_that_of_the_waiting_call(context):
    cc = CONTEXTS[context]()
    waiting = cc.modified(wait=True)
    assert not cc.wait and waiting.wait and "wait = False" in repr(cc) and "wait" not in repr(waiting)
    with rx.rx_set_temp_compute_context(cc):
        job = rx.rx_lin_mod("y ~ x + f", FRAME, cov_coef=True)
    assert isinstance(job, rx.RxRemoteJob) and rx.rx_is_job(job) and rx.rx_get_job_info(job) is job
    assert rx.rxgLastPendingJob is job
    model = done(job)
    with rx.rx_set_temp_compute_context(waiting):
        expected = rx.rx_lin_mod("y ~ x + f", FRAME, cov_coef=True)
    same_bits(model, expected)
    assert repr(model) == repr(expected) and str(model.summary()) == str(expected.summary())
    predicted = rx.rx_predict(model, FRAME)
    assert predicted.equals(rx.rx_predict(expected, FRAME))


def test_calls_that_write(tmp_path):
    rx.rx_set_compute_context(rx.RxLocalSeq(wait=False))
    try:
        frame = done(rx.rx_data_step(FRAME, transforms={"z": "x * 2"}))
        target = str(tmp_path / "out.xdf")
        source = done(rx.rx_data_step(FRAME, target))
        with pytest.raises(rx.Unsupported, match="wait=True"):
            rx.rx_data_step(FRAME, transform_objects={"a": 1}, return_transform_objects=True)
        k = 3.0
        made = done(rx.rx_data_step(FRAME, transform_function=lambda data: data.assign(w=data.x * k)))
        columns = done(rx.rx_read_xdf(target, return_data_frame=False))
        model = done(rx.rx_logit("f ~ x", rx.RxXdfData(target)))
        scores = done(rx.rx_predict(model, rx.RxXdfData(target), str(tmp_path / "scores.xdf")))
    finally:
        rx.rx_set_compute_context(rx.RxLocalSeq())
    assert frame.equals(rx.rx_data_step(FRAME, transforms={"z": "x * 2"})) and list(frame.index) == list("pqrstu")
    assert isinstance(source, rx.RxXdfData) and source.file == target and source.shape == (6, 3)
    assert made["w"].tolist() == (FRAME.x * 3).tolist()
    assert list(columns) == ["x", "y", "f"]
    assert scores.shape == (6, 1)


def test_a_model_keeps_its_function():
    k = 2.0
    cc = rx.RxLocalSeq(wait=False)
    model = done(rx.rx_lin_mod("y ~ w", FRAME, transform_function=lambda data: data.assign(w=data.x * k), compute_context=cc))
    waited = rx.rx_lin_mod("y ~ w", FRAME, transform_function=lambda data: data.assign(w=data.x * k))
    assert rx.rx_predict(model, FRAME).equals(rx.rx_predict(waited, FRAME))


def test_methods_of_results_wait_in_every_context(tmp_path):
    k = 2.0
    model = rx.rx_lin_mod("y ~ w", FRAME, transform_function=lambda data: data.assign(w=data.x * k))
    file = rx.rx_data_step(FRAME, str(tmp_path / "rows.xdf"))
    expected = model.predict(FRAME), model.predict(file)
    with rx.rx_set_temp_compute_context(rx.RxLocalSeq(wait=False)):
        found = model.predict(FRAME), model.predict(file)
    assert all(np.array_equal(a, b) for a, b in zip(found, expected))


def test_warnings_come_with_the_result(tmp_path):
    file = rx.rx_data_step(FRAME, str(tmp_path / "rows.xdf"))

    def warns(**context):
        return rx.rx_data_step(file, max_rows_by_cols=6, **context)

    with pytest.warns(UserWarning) as before:
        warns()
    job = warns(compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(job)
    with pytest.warns(UserWarning) as after:
        rx.rx_get_job_results(job)
    assert [str(w.message) for w in before] == [str(w.message) for w in after]


def test_cleanup_and_fetching_twice(capsys):
    job = finished()
    first = rx.rx_get_job_results(job, auto_cleanup=False)
    same_bits(first, rx.rx_get_job_results(job, auto_cleanup=False))
    with pytest.warns(UserWarning, match="has results, and was kept"):
        rx.rx_cleanup_jobs([job])
    assert rx.rx_get_job_status(job) is rx.RxRemoteJobStatus.FINISHED
    rx.rx_get_job_results(job)
    assert job.state == "missing" and rx.rx_get_job_status(job) is rx.RxRemoteJobStatus.UNDETERMINED
    with pytest.warns(UserWarning, match="has no results: it is missing"):
        assert "missing" in rx.rx_get_job_results(job)
    assert rx.rx_get_job_output(job) == ""
    rx.rx_cleanup_jobs(finished(), force=True)
    assert "was removed" in capsys.readouterr().out


def test_output(capsys):
    job = rx.rx_summary("~x", FRAME, report_progress=2, compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(job)
    assert "Rows Processed: 6" in rx.rx_get_job_output(job)
    assert capsys.readouterr().out == ""
    rx.rx_get_job_results(job, console_output=True)
    assert "Rows Processed: 6" in capsys.readouterr().out


def test_lists_and_filters(capsys):
    job = finished()
    failed = rx.rx_summary("~nothing", FRAME, compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(failed)
    assert "variable not found: nothing" in repr(failed)
    local = rx.RxLocalSeq()
    found = rx.rx_get_jobs(local)
    assert job in found and failed in found
    line = next(line for line in capsys.readouterr().out.splitlines() if job.id in line)
    assert line.startswith("finished")
    assert rx.rx_get_jobs(local, states=["failed"], verbose=False) == [failed]
    assert job not in rx.rx_get_jobs(rx.RxProcesses(2), exact_match=True, verbose=False)
    assert job in rx.rx_get_jobs(rx.RxLocalSeq(), exact_match=True, verbose=False)
    hour = datetime.timedelta(hours=1)
    now = datetime.datetime.now()
    assert job not in rx.rx_get_jobs(local, start_time=now + hour, verbose=False)
    assert job in rx.rx_get_jobs(local, start_time=now - hour, end_time=now + hour, verbose=False)
    with pytest.raises(rx.InvalidArgument, match="did you mean failed"):
        rx.rx_get_jobs(local, states=["faild"])
    assert rx.RxRemoteJob(local, job.id) == job and job in rx.RxRemoteJob.deserialize_jobs() and job.resolve_context() is not None
    rx.rx_cleanup_jobs(failed)
    assert failed.state == "missing"
    job.close()


def test_cancel_while_running_leaves_nothing(tmp_path):
    job = rx.rx_data_step(FRAME, str(tmp_path / "out.xdf"), transform_function=sleeper(), compute_context=rx.RxLocalSeq(wait=False))
    until(lambda: job.state == "running")
    assert rx.rx_get_job_status(job) is rx.RxRemoteJobStatus.RUNNING
    with pytest.warns(UserWarning, match="it is running"):
        rx.rx_get_job_results(job)
    with pytest.warns(UserWarning, match="is running and was kept"):
        rx.rx_cleanup_jobs(job)
    assert rx.rx_cancel_job(job) is True
    assert job.state == "canceled" and not rx.rx_cancel_job(job)
    assert not (tmp_path / "out.xdf").exists()
    assert sorted(p.name for p in (folder() / job.id).iterdir()) == ["cancel", "job.json", "lock", "state.json"]
    rx.rx_cleanup_jobs(job, verbose=False)
    assert job.state == "missing"


def runner_of(job):
    until(lambda: job.look()["process"] > 0)
    return int(job.look()["process"])


def test_a_killed_runner_is_seen():
    job = rx.rx_data_step(FRAME, transform_function=sleeper(), compute_context=rx.RxLocalSeq(wait=False))
    until(lambda: job.state == "running")
    os.kill(runner_of(job), signal.SIGKILL)
    until(lambda: job.state == "failed")
    assert "was killed or crashed" in job.look()["message"]
    rx.rx_cleanup_jobs(job, verbose=False)


def test_a_machine_that_was_started_anew_is_seen():
    job = rx.rx_data_step(FRAME, transform_function=sleeper(), compute_context=rx.RxLocalSeq(wait=False))
    until(lambda: job.state == "running")
    os.kill(runner_of(job), signal.SIGKILL)
    file = folder() / job.id / "job.json"
    document = json.loads(file.read_text())
    file.write_text(json.dumps({**document, "boot": "00000000-0000-0000-0000-000000000000"}))
    until(lambda: job.state == "failed")
    assert "started anew" in job.look()["message"]
    file.write_text(json.dumps({**document, "host": "elsewhere"}))
    assert job.state == "undetermined" and "elsewhere" in job.look()["message"]
    rx.rx_cleanup_jobs(job, force=True, verbose=False)
    assert job.state == "missing"


CLIENT = """
import sys
import insitu as rx
frame = {"x": [float(i) for i in range(50000)]}
context = rx.RxLocalSeq(wait=False)
while True:
    rx.rx_data_step(frame, transforms={"z": "x * 2"}, report_progress=0, compute_context=context)
    print("submitted", flush=True)
"""


def test_jobs_outlive_a_killed_client(tmp_path, monkeypatch):
    """At any moment of submitting: what is there afterwards are whole jobs, which finish or say that they were never begun."""
    monkeypatch.setenv("INSITU_JOBS_FOLDER", str(tmp_path / "jobs"))
    rounds = 50 if os.environ.get("INSITU_TEST_ALL") else 1
    for _ in range(rounds):
        kill_a_client(CLIENT, lambda frame: frame["z"].sum() == 50000 * 49999)
        left = [name for name in os.listdir(folder()) if not name.startswith(".insitu-new-")]
        assert left == []
    done(rx.rx_summary("~x", FRAME, compute_context=rx.RxLocalSeq(wait=False)))
    time.sleep(1.1)  # folders are looked through once a second at most
    done(rx.rx_summary("~x", FRAME, compute_context=rx.RxLocalSeq(wait=False)))
    assert os.listdir(folder()) == []


def test_runners_killed_at_any_moment():
    expected = rx.rx_lin_mod("y ~ x", FRAME, compute_context=rx.RxLocalSeq())
    rounds = 50 if os.environ.get("INSITU_TEST_ALL") else 1
    for _ in range(rounds):
        job = rx.rx_lin_mod("y ~ x", FRAME, compute_context=rx.RxLocalSeq(wait=False))
        time.sleep(random.random() * 1.2)
        process = int(job.look()["process"])
        if process > 1 and job.state == "running":
            os.kill(process, signal.SIGKILL)
        rx.rx_wait_for_job(job)
        if job.state == "finished":
            same_bits(rx.rx_get_job_results(job, auto_cleanup=False), expected)
        else:
            assert job.state == "failed" and "killed" in job.look()["message"]
        job.close()


# ---- folders of others, and folders that lie ---------------------------------------------------------------------------

def test_folders_are_private():
    job = finished()
    for path in [folder(), folder() / job.id, *(folder() / job.id).rglob("*")]:
        assert path.lstat().st_mode & 0o077 == 0, path
    job.close()


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o702])
def test_a_job_that_others_can_see_is_not_used(mode):
    job = finished()
    (folder() / job.id).chmod(mode)
    assert job.state == "undetermined"
    with pytest.warns(UserWarning, match="others|undetermined"):
        rx.rx_get_job_results(job)
    rx.rx_cleanup_jobs(job, force=True, verbose=False)


def test_links_are_not_followed(tmp_path):
    job = finished()
    moved = tmp_path / "elsewhere"
    shutil.move(folder() / job.id, moved)
    (folder() / job.id).symlink_to(moved)
    assert job.state == "undetermined"
    rx.rx_cleanup_jobs(job, force=True, verbose=False)
    assert job.state == "missing" and (moved / "state.json").exists()
    job = finished()
    for name in ("state.json", "job.json"):
        shutil.copy(folder() / job.id / name, tmp_path / name)
        (folder() / job.id / name).unlink()
        (folder() / job.id / name).symlink_to(tmp_path / name)
        assert job.state == "undetermined"
    job.close()


def test_a_folder_of_jobs_that_others_can_write_is_not_used(tmp_path, monkeypatch):
    (tmp_path / "jobs").mkdir(mode=0o700)
    (tmp_path / "jobs").chmod(0o777)
    monkeypatch.setenv("INSITU_JOBS_FOLDER", str(tmp_path / "jobs"))
    with pytest.raises(rx.DataError, match="can be written by others"):
        rx.rx_summary("~x", FRAME, compute_context=rx.RxLocalSeq(wait=False))
    monkeypatch.setenv("INSITU_JOBS_FOLDER", "jobs")
    with pytest.raises(rx.InvalidArgument, match="absolute path"):
        rx.rx_summary("~x", FRAME, compute_context=rx.RxLocalSeq(wait=False))


def damaged(content, random):
    """Bytes that are nearly a file of a job."""
    content = bytearray(content)
    kind = random.randrange(5)
    if kind == 0:
        return bytes(content[:random.randrange(len(content) + 1)])
    if kind == 1 and content:
        for _ in range(random.randrange(1, 8)):
            content[random.randrange(len(content))] = random.randrange(256)
    elif kind == 2 and len(content) >= 8:
        at = random.randrange(len(content) - 7)
        content[at:at + 8] = random.choice([b"\xff" * 8, b"\0" * 8, b"\xff" * 7 + b"\x7f"])
    elif kind == 3:
        return b"[" * 100000
    else:
        content += bytes(random.randrange(256) for _ in range(9))
    return bytes(content)


def test_damaged_files_are_errors_and_nothing_else(tmp_path):
    random_ = random.Random(7)
    job = rx.rx_data_step(FRAME, compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(job)
    shutil.copytree(folder() / job.id, tmp_path / "whole")
    files = [p for p in (tmp_path / "whole").rglob("*") if p.is_file() and p.stat().st_size and p.name != "finish.json"]
    assert {"arrays.bin", "frame-0.rows", "reply.json", "state.json", "job.json"} <= {p.name for p in files}
    for _ in range(2000 if os.environ.get("INSITU_TEST_ALL") else 150):
        file = random_.choice(files)
        target = folder() / job.id / file.relative_to(tmp_path / "whole")
        content = damaged(file.read_bytes(), random_)
        target.write_bytes(content)
        try:
            rx.rx_get_jobs(rx.RxLocalSeq(), verbose=False)
            if job.state == "finished":
                rx.rx_get_job_results(job, auto_cleanup=False)
        except (rx.InsituError, OSError, ValueError, KeyError, TypeError):
            pass
        target.write_bytes(file.read_bytes())
    assert rx.rx_get_job_results(job).equals(rx.rx_data_step(FRAME))


def test_a_half_made_job_is_not_seen():
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder() / "rxJob_17").mkdir(mode=0o700)
    assert all(job.id != "rxJob_17" for job in rx.rx_get_jobs(rx.RxLocalSeq(), verbose=False))
    (folder() / "rxJob_17" / "job.json").write_text("{")
    assert rx.RxRemoteJob(None, "rxJob_17").state == "undetermined"
    rx.rx_cleanup_jobs("rxJob_17", force=True, verbose=False)
    with pytest.raises(rx.InvalidArgument, match="id of a job"):
        rx.RxRemoteJob(None, "../../etc")


def test_two_clients_at_once():
    job = finished()
    code = f"import insitu as rx\nj = rx.RxRemoteJob(None, {job.id!r})\nfor _ in range(100): assert j.state == 'finished'\n" \
           "print(rx.rx_get_job_results(j, auto_cleanup=False).to_frame()['Mean'][0])"
    clients = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [client.communicate()[0] for client in clients]
    assert answers[0] == answers[1] == f"{rx.rx_get_job_results(job).to_frame()['Mean'].iloc[0]}\n"


def test_interrupted_waiting_says_how_to_find_the_job():
    code = """
import insitu as rx, os, signal, threading
def slow(data):
    import time
    time.sleep(600)
job = rx.rx_data_step({"x": [1.0]}, transform_function=slow, compute_context=rx.RxLocalSeq(wait=False))
threading.Timer(0.7, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    rx.rx_wait_for_job(job)
except KeyboardInterrupt:
    print(job.id, job.state in ("queued", "running"))
    job.close()
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    name, alive = found.stdout.split()
    assert alive == "True" and f"{name} goes on" in found.stderr


def test_wait_is_a_flag():
    with pytest.raises(rx.InvalidArgument, match="wait must be True or False"):
        rx.RxLocalSeq(wait="no")
    before = rx.rx_set_compute_context("local", wait=False)
    try:
        assert not rx.rx_get_compute_context().wait
        assert rx.rx_compare_contexts(rx.RxLocalSeq(), rx.RxLocalSeq(wait=False))
        assert not rx.rx_compare_contexts(rx.RxLocalSeq(), rx.RxLocalSeq(wait=False), exact_match=True)
    finally:
        rx.rx_set_compute_context(before)
    assert not rx.RxSpark(master="local", wait=False).wait
    assert rx.RxSpark(master="local", wait=False, persistent_run=True).wait
    assert not rx.RxSpark(rx.RxSpark(master="local"), wait=False).wait


@pytest.mark.skipif(not shutil.which("Rscript") or not shutil.which("insitu"), reason="R or the command line is not at hand")
def test_jobs_of_other_languages(tmp_path):
    """A result of R is read here and by the command line, one of here in R."""
    code = """library(insitu)
rxOptions(computeContext = RxLocalSeq(wait = FALSE), reportProgress = 0)
data <- data.frame(x = c(1, 2, 3, 4.5, 7), y = c(2, 4.1, 6, 8.2, 13))
jobs <- list(rxLinMod(y ~ x, data = data), rxDataStep(data, transforms = list(z = x * 2)))
for (job in jobs) rxWaitForJob(job)
cat(vapply(jobs, rxGetJobId, ""), "\n")
rxOptions(computeContext = RxLocalSeq())
cat(sprintf("%a ", coef(rxLinMod(y ~ x, data = data))), "\n")"""
    ran = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    ids, coefficients = (line.split() for line in ran.stdout.splitlines()[-2:])
    fit, step = (rx.RxRemoteJob(None, each) for each in ids)
    assert fit.description["face"] == "r" and fit.description["function"] == "rxLinMod"
    shown = subprocess.run(["insitu", "jobs", "result", fit.id, "--keep"], capture_output=True, text=True, timeout=60)
    assert "Number of valid observations: 5" in shown.stdout, shown.stderr
    model = rx.rx_get_job_results(fit)
    assert [float(value).hex() for value in np.ravel(model["coefficients"])] == [float.fromhex(c).hex() for c in coefficients]
    assert rx.rx_get_job_results(step)["z"].tolist() == [2.0, 4.0, 6.0, 9.0, 14.0]

    job = rx.rx_lin_mod("y ~ x", FRAME, compute_context=rx.RxLocalSeq(wait=False))
    expected = np.ravel(rx.rx_lin_mod("y ~ x", FRAME)["coefficients"])
    rx.rx_wait_for_job(job)
    code = f'library(insitu); rxOptions(reportProgress = 0); fit <- rxGetJobResults("{job.id}"); cat(sprintf("%a", coef(fit))); invisible(capture.output(print(fit)))'
    ran = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, timeout=120)
    assert [float.fromhex(value) for value in ran.stdout.split()] == expected.tolist(), ran.stderr
    assert job.state == "missing"


@pytest.mark.parametrize("raised, code", [(rx.InvalidArgument("no such thing"), 2), (ValueError("no"), 7)])
def test_a_call_that_failed_says_what_class_its_error_has(raised, code):
    def fails(x):
        raise raised

    job = rx.rx_exec(fails, {"x": 1}, continue_on_failure=False, compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(job)
    view = job.look()
    assert view["status"] == "failed" and view["code"] == code, view
    rx.rx_cleanup_jobs(job, force=True)
