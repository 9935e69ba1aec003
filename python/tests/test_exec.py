"""rx_exec: a function, many times, anywhere; the same list whatever runs it."""

import concurrent.futures
import gc
import glob
import os
import pathlib
import random
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

FACTOR = 3  # a global name that functions below use


def helper(x):
    return x * FACTOR


def uses_helper(x):
    return helper(x) + 1


class Odd(Exception):
    def __init__(self, first, second):
        super().__init__(f"{first} and {second}")


class Picky(ValueError):
    pass


def refuses(x):
    raise Picky(x)


CONTEXTS = [rx.RxLocalSeq(), rx.RxLocalParallel(), rx.RxProcesses(1), rx.RxProcesses(2), rx.RxProcesses(4), rx.RxForeachDoPar()]
WORKERS = rx.RxProcesses(2)


@pytest.fixture(params=CONTEXTS, ids=lambda c: type(c).__name__ + str(getattr(c, "num_workers", "")))
def anywhere(request):
    return request.param


def test_values_come_in_order_in_every_context(anywhere):
    values = [10 * i for i in range(57)]
    expected = [v + 1 for v in values]
    for chunk in (None, 1, 5, 1000):
        assert rx.rx_exec(lambda x, d: x + d, x=values, d=1, compute_context=anywhere, task_chunk_size=chunk) == expected


def test_arguments_are_dealt_out_as_documented(anywhere):
    def run(*args, **kwargs):
        return rx.rx_exec(*args, compute_context=anywhere, **kwargs)

    assert run(lambda a, b: (a, b), {"a": 1, "b": [2, 3]}) == [(1, [2, 3])]
    assert run(lambda a, b: a + b, [{"a": 1, "b": 2}, {"a": 3, "b": 4}]) == [3, 7]
    assert run(lambda a, b: a + b, [{"a": 1}, {"a": 3}], b=[10, 20]) == [11, 23]
    assert run(lambda a, b: (a, b), a=[1, 2], b=[[7, 8]]) == [(1, [7, 8]), (2, [7, 8])]
    assert run(lambda a: a, a=rx.rx_elem_arg(np.arange(3))) == [0, 1, 2]
    assert run(lambda a: a, a=rx.rx_elem_arg(())) == []
    assert run(lambda a: a, a=rx.rx_elem_arg([[1], [1, 2]])) == [[1], [1, 2]]
    for odd in (pd.DataFrame({"x": [1, 2]}), {1, 2}, np.array(3), range):  # columns' names, an order that changes, no elements
        with pytest.raises(rx.InvalidArgument, match="rx_elem_arg: x must be a list"):
            rx.rx_elem_arg(odd)
    assert run(lambda: "same", times_to_run=3) == ["same"] * 3
    assert run(lambda x: x, x=[5, 6], times_to_run=2) == [5, 6]
    assert run(lambda: "once") == ["once"]


@pytest.mark.parametrize("given, told", [
    ({"x": [1, 2], "times_to_run": 3}, "x says 2, times_to_run says 3"), ({"args": 5}, "args must be a dict"),
    ({"args": [1]}, "args must be a dict"), ({"times_to_run": 0}, "times_to_run"), ({"times_to_run": 1.5}, "times_to_run"),
    ({"task_chunk_size": 0}, "task_chunk_size"), ({"rng_seed": -1}, "rng_seed"), ({"rng_kind": "best"}, "rng_kind must be one of"),
    ({"packages_to_load": "no_such_package"}, "no_such_package"), ({"task_timeout": 0}, "task_timeout"), ({"callback": 3}, "callback"),
    ({"task_timeout": 1}, "needs worker processes"),
    ({"task_timeout": float("inf")}, "task_timeout must be"), ({"continue_on_failure": "no"}, "continue_on_failure must be True or False"),
    ({"console_output": "no"}, "console_output must be True or False"), ({"args": {1: 2}}, "args must have names of arguments"),
    ({"args": {"x": 1}, "x": 2}, "x is given twice"), ({"args": [{"x": 1}, {"y": 2}], "y": [3, 4]}, "y is given twice"),
])
def test_wrong_arguments_are_told_before_anything_runs(given, told):
    ran = []
    with pytest.raises(rx.InvalidArgument, match=told):
        rx.rx_exec(lambda **_: ran.append(1), **given)
    assert not ran


def test_a_function_that_is_none():
    with pytest.raises(rx.InvalidArgument, match="function must be callable"):
        rx.rx_exec(3)


def test_a_failing_task_leaves_its_error_and_one_warning_names_it(anywhere):
    def picky(x):
        if x == 2:
            raise ValueError("no two")
        if x == 3:
            raise Odd(1, 2)
        if x == 4:
            sys.exit("leaving")
        return x

    with pytest.warns(UserWarning, match="3 of 5 tasks failed, counted from 0.*task 1: ValueError: no two") as told:
        found = rx.rx_exec(picky, x=[1, 2, 3, 4, 5], compute_context=anywhere)
    assert len(told) == 1
    assert found[0] == 1 and found[4] == 5
    assert isinstance(found[1], ValueError) and str(found[1]) == "no two"
    assert "line" in found[1].__notes__[0] and "picky" in found[1].__notes__[0]
    assert "1 and 2" in str(found[2]) and isinstance(found[3], SystemExit)


def test_an_error_keeps_its_class_where_it_can_travel(anywhere):
    with pytest.warns(UserWarning, match="2 of 2 tasks failed"):
        found = rx.rx_exec(refuses, x=[1, 2], compute_context=anywhere)
    assert [(type(e), e.args) for e in found] == [(Picky, (1,)), (Picky, (2,))]


def test_partial_functions_and_methods_travel(anywhere):
    import functools

    class Counter:
        def __init__(self, start):
            self.start = start

        def plus(self, x):
            return helper(self.start + x)

    assert rx.rx_exec(functools.partial(uses_helper), x=[1, 2], compute_context=anywhere) == [4, 7]
    assert rx.rx_exec(Counter(10).plus, x=[1, 2], compute_context=anywhere) == [33, 36]


def test_the_first_failing_task_can_end_the_call(anywhere):
    def picky(x):
        if x >= 3:
            raise ValueError(f"no {x}")
        return x

    with pytest.raises(ValueError, match="no 3"):
        rx.rx_exec(picky, x=list(range(50)), compute_context=anywhere, continue_on_failure=False)


def test_warnings_are_told_once_with_their_tasks(anywhere):
    def warner(x):
        if x % 2:
            warnings.warn(f"odd {x}", stacklevel=1)
        return x

    with pytest.warns(UserWarning, match="2 of 4 tasks warned.*task 1: UserWarning: odd 1; task 3: UserWarning: odd 3") as told:
        assert rx.rx_exec(warner, x=[0, 1, 2, 3], compute_context=anywhere) == [0, 1, 2, 3]
    assert len(told) == 1


def test_functions_travel_with_what_they_use(anywhere):
    state = {"k": 5}
    assert rx.rx_exec(uses_helper, x=[1, 2], compute_context=anywhere) == [4, 7]
    assert rx.rx_exec(lambda x: helper(x) + state["k"], x=[1, 2], compute_context=anywhere) == [8, 11]
    assert rx.rx_exec(lambda f, x: f(x), f=helper, x=[1, 2], compute_context=anywhere) == [3, 6]
    assert rx.rx_exec(lambda f: f(2), f=[helper, uses_helper], compute_context=anywhere) == [6, 7]
    assert rx.rx_exec(eval("lambda: given + 1"), local_state={"given": 4}, compute_context=anywhere) == [5]
    assert "given" not in globals()


def test_packages_are_imported_first(anywhere):
    function = eval("lambda x: fractions.Fraction(x, 6)", {"__name__": __name__})
    assert [str(v) for v in rx.rx_exec(function, x=[2, 3], packages_to_load="fractions", compute_context=anywhere)] == ["1/3", "1/2"]


def test_a_missing_name_is_told_with_its_line():
    source = "def broken(x):\n    y = x\n    return nowhere_at_all(y)\n"
    scope = {"__name__": __name__}
    exec(source, scope)
    with pytest.raises(rx.InvalidArgument, match=r"'nowhere_at_all', used in line 3 of broken, is not defined"):
        rx.rx_exec(scope["broken"], x=[1, 2])


def test_a_manifest_names_what_travels_and_nothing_else():
    big, small = np.zeros(1_000_000), 5
    manifest = rx.rx_exec_manifest(lambda x: uses_helper(x) + small, x=[1, 2])
    sizes = {name: (kind, size) for name, kind, size in manifest}
    assert set(sizes) == {"<lambda>", "uses_helper", "helper", "FACTOR", "small", "x"}
    assert sizes["helper"][0] == "function" and sizes["small"][0] == "int" and sizes["x"][0] == "argument"
    assert sum(size for _, size in sizes.values()) < 20_000
    assert list(manifest.to_frame().columns) == ["name", "kind", "bytes"]
    assert repr(manifest).splitlines()[0].split() == ["name", "kind", "bytes"]
    assert {n for n, _, size in rx.rx_exec_manifest(lambda: big.sum()) if size > 1_000_000} == {"<lambda>", "big"} and len(big)


def test_large_objects_are_named_when_they_are_sent(capfd):
    table = np.arange(2_000_000.0)
    with rx_option("reportProgress", 2):
        assert rx.rx_exec(lambda i: float(table[i]), i=[1, 2, 3], compute_context=WORKERS) == [1.0, 2.0, 3.0]
    assert "sent once to each worker: " in (err := capfd.readouterr().err) and "table (16 MB)" in err
    with rx_option("reportProgress", 0):
        rx.rx_exec(lambda i: float(table[i]), i=[1], times_to_run=1, compute_context=WORKERS)
    assert capfd.readouterr().err == ""


class rx_option:
    def __init__(self, name, value):
        self.name, self.value = name, value

    def __enter__(self):
        self.before = rx.RxOptions.set_option(self.name, self.value)

    def __exit__(self, *_):
        rx.RxOptions.set_option(self.name, self.before)


def draw():
    return float(np.random.random()), random.random(), float(rx.rx_task_rng().random())


def test_each_task_has_its_own_random_numbers_whatever_runs_it(anywhere):
    expected = rx.rx_exec(draw, times_to_run=40, rng_seed=7)
    assert len({v for numbers in expected for v in numbers}) == 120
    for chunk in (None, 1, 13):
        assert rx.rx_exec(draw, times_to_run=40, rng_seed=7, task_chunk_size=chunk, compute_context=anywhere) == expected
    assert rx.rx_exec(draw, times_to_run=40, rng_seed=7, rng_kind="MT2203", compute_context=anywhere) == expected
    assert rx.rx_exec(draw, times_to_run=40, rng_seed=8, compute_context=anywhere) != expected
    # NumPy itself, from the documented key and counter.
    bits = np.random.Philox(key=7, counter=3 << 192)
    bits.random_raw(9)
    assert expected[3][2] == np.random.Generator(bits).random()


def test_numbers_of_tasks_are_independent_by_a_common_judge():
    stats = pytest.importorskip("scipy.stats")
    values = np.array(rx.rx_exec(lambda: rx.rx_task_rng().random(50), times_to_run=200, rng_seed=1))
    assert stats.kstest(values.ravel(), "uniform").pvalue > 1e-3
    corner = np.corrcoef(values)[np.triu_indices(200, 1)]
    assert abs(corner).max() < 0.75 and abs(corner.mean()) < 0.01


def test_the_callers_random_numbers_stay(anywhere):
    np.random.seed(5), random.seed(5)
    expected = np.random.random(), random.random()
    np.random.seed(5), random.seed(5)
    rx.rx_exec(draw, times_to_run=3, rng_seed=1, compute_context=anywhere)
    assert (np.random.random(), random.random()) == expected
    np.random.seed(5)
    first = rx.rx_exec(draw, times_to_run=3, rng_seed="auto", compute_context=anywhere)
    np.random.seed(5)
    assert rx.rx_exec(draw, times_to_run=3, rng_kind="auto", compute_context=anywhere) == first


def test_without_a_seed_workers_draw_different_numbers():
    values = rx.rx_exec(draw, times_to_run=20, compute_context=WORKERS, task_chunk_size=1)
    again = rx.rx_exec(draw, times_to_run=20, compute_context=WORKERS, task_chunk_size=1)
    assert len({v for numbers in values + again for v in numbers}) == 120


@pytest.mark.parametrize("how", ["os._exit(3)", "os.kill(os.getpid(), signal.SIGKILL)", "print('last words', file=sys.stderr) or os._exit(4)"])
def test_a_task_that_kills_its_worker_has_an_error_and_the_others_a_value(how):
    def killer(x, how):
        return eval(how) if x == 6 else x

    scope = {"os": os, "signal": signal, "sys": sys}
    with pytest.warns(UserWarning, match="1 of 20 tasks failed.*task 6"):
        found = rx.rx_exec(killer, x=list(range(20)), how=how, local_state=scope, compute_context=WORKERS)
    assert isinstance(found[6], rx.WorkerError) and "3 times" in str(found[6])
    assert ("last words" in str(found[6])) == ("last words" in how)
    assert [v for i, v in enumerate(found) if i != 6] == [i for i in range(20) if i != 6]


def test_a_task_that_hangs_is_ended_at_its_time():
    begin = time.monotonic()
    with pytest.warns(UserWarning, match="1 of 6 tasks failed"):
        found = rx.rx_exec(lambda x: time.sleep(60) if x == 2 else x, x=list(range(6)), task_timeout=1, compute_context=WORKERS)
    assert time.monotonic() - begin < 20
    assert isinstance(found[2], rx.WorkerError) and "longer than its limit, 1 seconds" in str(found[2])
    assert [found[i] for i in (0, 1, 3, 4, 5)] == [0, 1, 3, 4, 5]


def _zombies():
    """Children of this process that have ended and were not waited for."""
    found = set()
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(stat) as file:
                text = file.read()
        except OSError:  # it is gone
            continue
        state, parent = text.rpartition(")")[2].split()[:2]
        if state == "Z" and int(parent) == os.getpid():
            found.add(stat)
    return found


def test_an_interrupt_ends_workers_and_leaves_none():
    before = _zombies()  # of other tests
    timer = threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        rx.rx_exec(lambda x: time.sleep(60), x=[1, 2, 3], compute_context=WORKERS)
    assert time.monotonic() - begin < 10
    timer.join()
    for _ in range(50):
        if not (left := _zombies() - before):
            break
        time.sleep(0.1)
    assert not left
    assert rx.rx_exec(lambda x: x, x=[1, 2], compute_context=WORKERS) == [1, 2]


def test_an_interrupt_that_a_task_sends_itself_is_its_own_failure():
    def interrupted(x):
        if x == 1:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
        return x

    def left(x):
        if x == 1:
            raise SystemExit(0)
        return x

    for context in (WORKERS, rx.RxProcesses(num_workers=1)):
        with pytest.warns(UserWarning, match="1 of 4 tasks failed"):
            found = rx.rx_exec(interrupted, x=[0, 1, 2, 3], compute_context=context, task_chunk_size=4)
        assert type(found[1]) is KeyboardInterrupt and found[:1] + found[2:] == [0, 2, 3]
    with concurrent.futures.ThreadPoolExecutor(2) as threads, pytest.warns(UserWarning, match="1 of 2 tasks failed"):
        assert type(rx.rx_exec(_raise_interrupt, x=[0, 1], compute_context=rx.RxForeachDoPar(backend=threads))[1]) is KeyboardInterrupt
    # Raised as it is, the error would end this session, without a word for exit(0).
    for failing, name in ((interrupted, "KeyboardInterrupt"), (left, "SystemExit: 0")):
        with pytest.raises(rx.errors.UserCodeError, match=name):
            rx.rx_exec(failing, x=[0, 1], compute_context=WORKERS, continue_on_failure=False)
    for failing in (interrupted, left):
        by = rx.rx_exec_by(pd.DataFrame({"k": [0, 1, 2]}), "k", lambda keys, data, call: call(keys["k"]), {"call": failing},
                           compute_context=WORKERS)
        assert [status == "OK" for status in by["status"]] == [True, False, True]


def _raise_interrupt(x):
    if x:
        raise KeyboardInterrupt
    return x


def test_what_cannot_come_back_is_an_error_in_its_slot():
    with pytest.warns(UserWarning, match="1 of 2 tasks failed"):
        found = rx.rx_exec(lambda x: threading.Lock() if x else x, x=[0, 1], compute_context=WORKERS)
    assert found[0] == 0 and "cannot be sent back from the worker" in str(found[1])


def test_what_cannot_be_sent_is_told_before():
    lock = threading.Lock()
    with pytest.raises(rx.InvalidArgument, match="function '<lambda>'.* cannot be sent to workers"):
        rx.rx_exec(lambda x: lock, x=[0, 1], compute_context=WORKERS)
    with pytest.raises(rx.InvalidArgument, match="arguments of tasks 0 to .* cannot be sent to workers"):
        rx.rx_exec(lambda x: 1, x=[lock, lock], compute_context=WORKERS)


def test_large_values_come_back():
    found = rx.rx_exec(lambda x: np.full(12_500_000, x), x=[1.0, 2.0], compute_context=WORKERS)
    assert [(v.nbytes, v[0], v[-1]) for v in found] == [(100_000_000, 1.0, 1.0), (100_000_000, 2.0, 2.0)]


def test_many_small_tasks_take_no_time_and_no_memory():
    rx.rx_exec(helper, x=[1, 2], compute_context=WORKERS)  # starts the workers
    begin = time.monotonic()
    found = rx.rx_exec(helper, x=list(range(10_000)), compute_context=WORKERS)
    assert found == [3 * i for i in range(10_000)]
    assert time.monotonic() - begin < 30  # 3 s on a machine of its own (benchmarks/macro/tasks.py)
    resident = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    for _ in range(3):
        rx.rx_exec(helper, x=list(range(10_000)), compute_context=WORKERS)
    gc.collect()
    assert (int(pathlib.Path("/proc/self/statm").read_text().split()[1]) - resident) * os.sysconf("SC_PAGESIZE") < 30e6


def test_functions_of_the_engine_work_in_tasks(anywhere, tmp_path):
    xdf = str(tmp_path / "rows.xdf")
    rows = {"y": [1.0, 2.5, 2.9, 4.2, 5.1], "x": [1.0, 2.0, 3.0, 4.0, 5.0], "g": [0.0, 1.0, 0.0, 1.0, 1.0]}
    rx.rx_import(rows, xdf, report_progress=0)
    expected = [np.ravel(rx.rx_lin_mod(f, xdf, report_progress=0).coefficients).tolist() for f in ("y ~ x", "y ~ x + g")]

    def fit(formula, data):
        import insitu

        return np.ravel(insitu.rx_lin_mod(formula, data, report_progress=0).coefficients).tolist()

    assert rx.rx_exec(fit, formula=["y ~ x", "y ~ x + g"], data=xdf, compute_context=anywhere) == expected
    assert rx.rx_exec(fit, formula=["y ~ x", "y ~ x + g"], data=rows, compute_context=anywhere) == expected


def test_rx_exec_in_a_task_runs_in_sequence(anywhere):
    def outer(x):
        import insitu

        return insitu.rx_exec(lambda y: (y, insitu.rx_remote_get_id()), y=[x, x + 1], compute_context=insitu.RxLocalParallel())

    found = rx.rx_exec(outer, x=[10, 20], compute_context=anywhere)
    assert [[y for y, _ in each] for each in found] == [[10, 11], [20, 21]]
    assert all(len({number for _, number in each}) == 1 for each in found)


def test_tasks_know_their_worker_and_the_options_of_the_session(anywhere):
    with rx_option("numDigits", 4):
        found = rx.rx_exec(lambda: (rx.rx_remote_get_id(), rx.RxOptions.get_option("numDigits")), times_to_run=4, compute_context=anywhere)
    assert {digits for _, digits in found} == {4}
    here = isinstance(anywhere, rx.RxLocalSeq)
    assert all(number == -1 if here else 1 <= number for number, _ in found)
    assert rx.rx_remote_get_id() == -1


def test_nothing_of_a_call_is_there_in_the_next():
    def mark():
        import builtins

        before = getattr(builtins, "marked_by_a_task", None)
        builtins.marked_by_a_task = 1
        return before

    for _ in range(2):
        assert rx.rx_exec(mark, times_to_run=1, compute_context=rx.RxProcesses(1)) == [None]


def test_callback_gets_values_in_order(anywhere):
    seen = []
    rx.rx_exec(lambda x: time.sleep(0.02 * (x == 0)) or x, x=[0, 1, 2, 3], callback=seen.append, compute_context=anywhere, task_chunk_size=1)
    assert seen == [0, 1, 2, 3]


def test_printing_in_workers_is_shown_when_it_is_wanted(capfd):
    rx.rx_exec(lambda: print("here I am"), compute_context=WORKERS)
    assert "here I am" not in capfd.readouterr().out
    rx.rx_exec(lambda: print("here I am") or time.sleep(0.2), compute_context=WORKERS, console_output=True)
    assert "[worker 1] here I am" in capfd.readouterr().out


def test_the_thread_pool_is_a_switch():
    assert rx.rx_set_enable_thread_pool(True) is False and rx.rx_get_enable_thread_pool() is True
    assert rx.rx_set_enable_thread_pool(False) is True
    with pytest.raises(rx.InvalidArgument):
        rx.rx_set_enable_thread_pool("yes")


def test_functions_of_a_script_travel(tmp_path):
    (tmp_path / "mymodule.py").write_text("LEVEL = 4\ndef raised(x):\n    return x ** LEVEL\n")
    script = ("import insitu as rx, mymodule\nbase = 2\ndef f(x):\n    return base + mymodule.raised(x)\n"
              "print(rx.rx_exec(f, x=[1, 2], compute_context=rx.RxProcesses(2)), "
              "rx.rx_exec(mymodule.raised, x=[1, 2], compute_context=rx.RxProcesses(2)))\n")
    (tmp_path / "script.py").write_text(script)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = subprocess.run([sys.executable, str(tmp_path / "script.py")], cwd=elsewhere, capture_output=True, text=True, timeout=120)
    assert done.stdout == "[3, 18] [1, 16]\n", done.stderr
