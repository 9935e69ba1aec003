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
