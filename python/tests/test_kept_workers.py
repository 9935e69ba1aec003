"""Workers of RxProcesses stay between calls, and no call sees what another has left in them."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pandas as pd
import pytest

import insitu as rx

pytest.importorskip("cloudpickle")


@pytest.fixture
def data(tmp_path):
    path = str(tmp_path / "x.xdf")
    rx.rx_data_step(pd.DataFrame({"x": np.arange(10.0)}), path, overwrite=True)
    return rx.RxXdfData(path)


def called(data, function, workers=1, **arguments):
    context = rx.RxProcesses(num_workers=workers)
    return rx.rx_data_step(data, transform_function=function, compute_context=context, **arguments)


def worker_of_call(data, **arguments):
    """The worker that has served a call: the parent of the copy of it that ran the function."""

    def tell(rows):
        import os

        return rows.assign(worker=float(os.getppid()))

    return int(called(data, tell, **arguments)["worker"][0])


def ended(process):
    for _ in range(100):
        try:
            with open(f"/proc/{process}/stat") as status:
                if status.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False


def test_the_second_call_is_served_by_the_same_worker(data):
    assert worker_of_call(data) == worker_of_call(data)


def test_nothing_of_a_call_is_there_in_the_next(data, tmp_path):
    (tmp_path / "of_the_user.py").write_text("value = 1\n")

    def leave(rows, context):
        import builtins
        import os
        import random
        import sys

        if os.getpid() == host:  # the first rows are tried out in this process
            return rows.assign(seen=0.0)
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
        import of_the_user

        seen = getattr(builtins, "left_behind", 0) + of_the_user.value * 10 + (100 if "LEFT" in os.environ else 0)
        seen += 1000 if os.getcwd() != here else 0
        builtins.left_behind = 1
        os.environ["LEFT"] = "1"
        os.chdir("/")
        random.seed(1)
        np.random.seed(1)
        return rows.assign(seen=float(seen))

    folder, here, host = tmp_path, os.getcwd(), os.getpid()
    before = worker_of_call(data)
    assert set(called(data, leave)["seen"]) == {10.0}
    (tmp_path / "of_the_user.py").write_text("value = 22\n")
    assert set(called(data, leave)["seen"]) == {220.0}
    assert worker_of_call(data) == before


def test_random_numbers_differ_between_calls(data):
    def draw(rows):
        import random

        return rows.assign(a=np.random.uniform(), b=random.random())

    first, second = called(data, draw), called(data, draw)
    assert first["a"][0] != second["a"][0] and first["b"][0] != second["b"][0]


def test_another_environment_or_folder_gets_another_worker(data, tmp_path, monkeypatch):
    before = worker_of_call(data)
    with monkeypatch.context() as changed:
        changed.setenv("OF_A_TEST", "1")
        assert worker_of_call(data) != before
    with monkeypatch.context() as changed:
        changed.chdir(tmp_path)
        assert worker_of_call(data) != before
    assert worker_of_call(data) == before


def test_a_worker_that_is_killed_between_two_calls_is_replaced(data, recwarn):
    before = worker_of_call(data)
    os.kill(before, signal.SIGKILL)
    time.sleep(0.1)
    after = worker_of_call(data)
    assert after != before and worker_of_call(data) == after
    assert not [w for w in recwarn if "lost" in str(w.message)]


def test_a_worker_whose_call_failed_is_not_kept(data):
    before = worker_of_call(data)

    def fail(rows):
        raise ValueError("no")

    with pytest.raises(rx.InsituError, match="no"):
        called(data, fail)
    assert ended(before)
    assert worker_of_call(data) != before


def test_workers_end_with_each_call_when_none_is_to_be_kept(data, monkeypatch):
    monkeypatch.setenv("INSITU_WORKER_IDLE", "0")
    assert ended(worker_of_call(data))
    monkeypatch.setenv("INSITU_WORKER_IDLE", "-1")
    with pytest.raises(rx.InvalidArgument, match="INSITU_WORKER_IDLE must be a number of seconds"):
        worker_of_call(data)


def test_a_forked_child_leaves_the_workers_of_its_parent_alone(data):
    before = worker_of_call(data)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, str(worker_of_call(data)).encode())
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    of_child = int(os.read(read, 100))
    assert of_child != before and ended(of_child)
    assert worker_of_call(data) == before


def test_everything_ends_with_the_session(data):
    script = """
        import sys
        import insitu as rx
        rx.RxOptions.set_option("reportProgress", 0)
        def tell(rows):
            import os
            return rows.assign(worker=float(os.getppid()))
        context = rx.RxProcesses(num_workers=2)
        frame = rx.rx_data_step(rx.RxXdfData(sys.argv[1]), transform_function=tell, compute_context=context)
        print(int(frame["worker"][0]))
    """
    begin = time.monotonic()
    command = [sys.executable, "-c", textwrap.dedent(script), data.file]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert ended(int(done.stdout)), time.monotonic() - begin


def children():
    """Processes that this one has to wait for: their numbers and states."""
    found = {}
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{name}/stat") as status:
                state, parent = status.read().rsplit(")", 1)[1].split()[:2]
            if int(parent) == os.getpid():
                found[int(name)] = state
        except (OSError, ValueError, NotADirectoryError):
            pass
    return found


def test_idle_workers_leave_nothing_behind_without_another_call(data, monkeypatch):
    monkeypatch.setenv("INSITU_WORKER_IDLE", "0.5")
    before = set(children())
    worker = worker_of_call(data, workers=2)
    assert children()[worker] != "Z"
    for _ in range(100):
        if not set(children()) - before:
            break
        time.sleep(0.05)
    assert set(children()) <= before  # neither alive nor waiting to be asked for
    assert worker_of_call(data) != worker


def test_contexts_are_watched_again_after_a_pause(data, monkeypatch):
    monkeypatch.setenv("INSITU_WORKER_IDLE", "0.3")
    for _ in range(2):
        worker = worker_of_call(data)
        for _ in range(100):
            if worker not in children():
                break
            time.sleep(0.05)
        assert worker not in children()


FORKS = """
    import os, sys, threading, time
    import insitu as rx

    rx.RxOptions.set_option("reportProgress", 0)
    data = rx.RxXdfData(sys.argv[1])
    context = rx.RxProcesses(num_workers=1)
    expected = rx.rx_summary("~ x", data, compute_context=context).sDataFrame["Mean"][0]

    stop = False
    calls = [0, 0]

    def call(which):
        while not stop:
            rx.rx_summary("~ x", data, compute_context=context if which else rx.RxLocalSeq())
            calls[which] += 1

    threads = [threading.Thread(target=call, args=(which,)) for which in (0, 1)]
    for thread in threads:
        thread.start()
    for i in range(200):
        child = os.fork()
        if child == 0:
            import signal
            signal.alarm(60)  # one that waits for ever is an error, not a test without an end
            found = rx.rx_summary("~ x", data, compute_context=context if i % 20 == 0 else rx.RxLocalSeq())
            os._exit(0 if found.sDataFrame["Mean"][0] == expected else 1)
        status = os.waitpid(child, 0)[1]
        if status:
            stop = True
            sys.exit(f"copy {i} ended with {status}")
    stop = True
    for thread in threads:
        thread.join()
    print(min(calls))
"""


def test_200_forks_while_other_threads_call(data):
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(FORKS), data.file], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout) > 0
