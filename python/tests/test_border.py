"""The border between Python and the engine: who owns what for how long, and how Python's errors pass."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pandas as pd
import pytest

import insitu as rx


@pytest.fixture(autouse=True)
def quiet():
    old = rx.RxOptions.get_option("reportProgress")
    rx.RxOptions.set_option("reportProgress", 0)
    yield
    rx.RxOptions.set_option("reportProgress", old)


def motley(n):
    i = np.arange(n)
    return pd.DataFrame({"x": i / 7, "k": i % 1000, "s": [f"row {j} ä" for j in i], "f": pd.Categorical.from_codes(i % 3, ["a", "b", "c"]),
                         "t": pd.Timestamp("2020-01-01") + pd.to_timedelta(i, "s")})


def test_A1_what_a_function_returns_outlives_it():
    data = motley(100_000)

    def step(frame):
        out = frame.assign(y=frame.x * 2, s2=frame.s + "!", f2=frame.f.astype(str))
        del frame
        gc.collect()
        return out

    found = rx.rx_data_step(data, transform_function=step)
    np.testing.assert_array_equal(found.y, data.x * 2)
    assert (found.s2 == data.s + "!").all() and (found.f2 == data.f.astype(str)).all()
    np.testing.assert_array_equal(found.t, data.t)


def test_A1_a_function_may_write_into_its_arrays_again(tmp_path):
    data = pd.DataFrame({"x": np.arange(200_000.0)})
    path = str(tmp_path / "x.xdf")
    rx.rx_data_step(data, path, rows_per_read=20_000)
    kept = {}

    def reuse(frame):
        n = len(frame)
        if n not in kept:
            kept[n] = np.empty(n)
        kept[n][:] = frame.x.to_numpy()
        return pd.DataFrame({"x": kept[n]}, copy=False)

    np.testing.assert_array_equal(rx.rx_data_step(path, transform_function=reuse).x, data.x)


def test_A1_frames_may_go_before_what_was_made_of_them():
    for _ in range(20):
        data = motley(70_000)
        wanted = data.x.to_numpy().copy()
        found = rx.rx_data_step(data)
        del data
        gc.collect()
        junk = [np.full(70_000, np.nan) for _ in range(3)]
        np.testing.assert_array_equal(found.x, wanted)
        del junk


def test_D16_an_interrupt_in_a_function_or_in_the_engine_keeps_the_old_output(tmp_path):
    source, target = str(tmp_path / "in.xdf"), str(tmp_path / "out.xdf")
    rx.rx_data_step(pd.DataFrame({"x": np.arange(1_000_000.0)}), source, rows_per_read=10_000)  # a hundred calls
    rx.rx_data_step(pd.DataFrame({"old": [1, 2, 3]}), target)

    def slowly(frame):
        time.sleep(0.05)
        return frame

    def forever():
        while True:
            rx.rx_summary("~x + y", source, transforms={"y": "exp(sin(x))"})

    for what in (lambda: rx.rx_data_step(source, target, overwrite=True, transform_function=slowly), forever):
        sent = []

        def send():
            sent.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

        timer = threading.Timer(0.3, send)
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            while True:
                what()
        assert time.monotonic() - sent[0] < 2  # 100 ms on an idle machine
        timer.join()
        assert list(rx.rx_data_step(target).old) == [1, 2, 3]
        assert sorted(os.listdir(tmp_path)) == ["in.xdf", "out.xdf"]


def test_D16_an_exit_of_a_function_is_an_exit():
    def leave(frame):
        sys.exit(7)

    with pytest.raises(SystemExit) as left:
        rx.rx_data_step(pd.DataFrame({"x": [1.0]}), transform_function=leave)
    assert left.value.code == 7


def test_B18_what_a_callback_raises_comes_out(tmp_path, monkeypatch):
    source, target = str(tmp_path / "in.xdf"), str(tmp_path / "out.xdf")
    rx.rx_data_step(motley(100_000), source)
    rx.rx_data_step(pd.DataFrame({"old": [1, 2, 3]}), target)

    class Broken(Exception):
        pass

    def fail(*args):
        raise Broken("cannot show")

    from insitu import _requests

    rx.RxOptions.set_option("reportProgress", 2)
    monkeypatch.setattr(_requests, "_print", fail)
    with pytest.raises(Broken, match="cannot show"):
        rx.rx_data_step(source, target, overwrite=True)
    monkeypatch.undo()
    rx.RxOptions.set_option("reportProgress", 0)
    assert list(rx.rx_data_step(target).old) == [1, 2, 3]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="max_rows_by_cols|maxRowsByCols"):
            rx.rx_data_step(source, max_rows_by_cols=100)
    assert len(rx.rx_data_step(source)) == 100_000
    assert sorted(os.listdir(tmp_path)) == ["in.xdf", "out.xdf"]


def test_A1_the_interpreter_may_end_with_sources_open(tmp_path):
    path = str(tmp_path / "x.xdf")
    code = f"""
import insitu as rx, pandas as pd
rx.RxOptions.set_option("reportProgress", 0)
rx.rx_data_step(pd.DataFrame({{"x": [1.0, 2.0]}}), {path!r})
source = rx.RxXdfData({path!r})
rx.rx_open(source)
print(len(rx.rx_read_next(source)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "2", "")


def test_warnings_show_while_the_engine_works(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    path.write_text("x\n" + "1\n2\n" * 5)
    events = []

    def function(rows):
        events.append("called")
        return rows

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        monkeypatch.setattr(warnings, "showwarning", lambda message, *_: events.append(str(message)))
        rx.rx_data_step(rx.RxTextData(str(path), column_info={"absent": {"type": "factor"}}), transform_function=function)
    assert "absent" in events[0] and events[1:] and set(events[1:]) == {"called"}
