"""rx_exec through backends of others (RxForeachDoPar), and joblib through rx_exec (its backend "insitu")."""

import concurrent.futures
import os
import pickle
import random
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest

import insitu as rx
from insitu._task_pool import run_chunk

joblib = pytest.importorskip("joblib")
EVERYTHING = os.environ.get("INSITU_TEST_ALL")
FACTOR = 3
WORKERS = rx.RxProcesses(2)


def times_factor(x):
    return x * FACTOR


def draw():
    return float(np.random.random()), random.random(), float(rx.rx_task_rng().random())


class Picky(ValueError):
    pass


@pytest.fixture(scope="module")
def pools():
    """Contexts over backends of others, by name; started once."""
    found = {"joblib": rx.RxForeachDoPar(backend="joblib")}
    with concurrent.futures.ThreadPoolExecutor(3) as threads, concurrent.futures.ProcessPoolExecutor(2) as processes:
        found["threads"] = rx.RxForeachDoPar(backend=threads)
        found["processes"] = rx.RxForeachDoPar(backend=processes)
        yield found


@pytest.fixture(params=["joblib", "threads", "processes"])
def pool(request, pools):
    if request.param != "joblib":
        yield pools[request.param]
        return
    with joblib.parallel_config("loky", n_jobs=2):
        yield pools["joblib"]


@pytest.mark.parametrize("chunk", [None, 1, 5, 1000])
def test_values_and_random_numbers_are_those_of_every_context(pool, chunk):
    values = list(range(23))
    assert rx.rx_exec(times_factor, x=values, task_chunk_size=chunk, compute_context=pool) == [3 * x for x in values]
    expected = rx.rx_exec(draw, times_to_run=23, rng_seed=7)
    np.random.seed(1)
    state = np.random.get_state(legacy=False)["state"]["key"].tolist()
    assert rx.rx_exec(draw, times_to_run=23, rng_seed=7, task_chunk_size=chunk, compute_context=pool) == expected
    assert np.random.get_state(legacy=False)["state"]["key"].tolist() == state


def test_without_a_seed_processes_draw_different_numbers(pool):
    found = rx.rx_exec(draw, times_to_run=12, task_chunk_size=1, compute_context=pool)
    assert len({number for numbers in found for number in numbers}) == 36


def test_errors_and_warnings_are_in_their_slots(pool):
    def picky(x):
        if x in (2, 7):
            raise Picky(f"no {x}")
        warnings.warn(f"odd {x}", stacklevel=1) if x % 2 else None
        return x

    with pytest.warns(UserWarning) as told:
        found = rx.rx_exec(picky, x=list(range(9)), compute_context=pool)
    texts = [str(w.message) for w in told]
    assert any("2 of 9 tasks failed" in text and "no 2" in text for text in texts)
    assert any("3 of 9 tasks warned" in text and "task 1: UserWarning: odd 1; task 3" in text for text in texts)
    assert [type(v).__name__ for v in found] == ["int", "int", "Picky", "int", "int", "int", "int", "Picky", "int"]
    with pytest.raises(Exception, match="no 2"):
        rx.rx_exec(picky, x=list(range(9)), continue_on_failure=False, task_chunk_size=1, compute_context=pool)


def wait_for(path):
    for _ in range(3000):
        if os.path.exists(path):
            return
        time.sleep(0.01)
    raise AssertionError(f"{path} has not come")


def fails_beside_another(x, begun, go):
    if x == 0:
        wait_for(begun)
        raise Picky("no 0")
    open(begun, "x").close()
    wait_for(go)
    return x


@pytest.fixture
def beside(tmp_path):
    """Arguments of fails_beside_another: the file that says that task 1 has begun, and the one that it waits for."""
    return {"begun": str(tmp_path / "begun"), "go": str(tmp_path / "go")}


def test_what_a_call_leaves_running_in_threads_keeps_its_hands_off_the_warnings_of_others(beside):
    showing = warnings.showwarning
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        with pytest.raises(Picky, match="no 0"):
            rx.rx_exec(fails_beside_another, x=[0, 1], **beside, continue_on_failure=False, task_chunk_size=1,
                       compute_context=rx.RxForeachDoPar(backend=threads))
        assert warnings.showwarning is showing
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            open(beside["go"], "x").close()
            threads.shutdown(wait=True)
            warnings.warn("mine", stacklevel=1)
    assert [str(w.message) for w in told] == ["mine"]
    assert warnings.showwarning is showing


def test_what_a_call_leaves_running_in_threads_draws_no_numbers_of_others():
    def fail_or_draw(x):
        if x == 0:
            raise Picky("no 0")
        time.sleep(0.3)
        return draw()

    np.random.seed(5)
    random.seed(5)
    expected = [(np.random.random(), random.random()) for _ in range(2)]
    with concurrent.futures.ThreadPoolExecutor(3) as threads:
        with pytest.raises(Picky, match="no 0"):
            rx.rx_exec(fail_or_draw, x=[0, 1, 2, 3], rng_seed=1, continue_on_failure=False, task_chunk_size=1,
                       compute_context=rx.RxForeachDoPar(backend=threads))
        np.random.seed(5)
        random.seed(5)
        found = [(np.random.random(), random.random())]
        threads.shutdown(wait=True)
        found.append((np.random.random(), random.random()))
    assert found == expected


def test_a_process_that_is_forked_beside_tasks_in_threads_runs_its_own(beside):
    def run(found):
        found += rx.rx_exec(fails_beside_another, x=[1], **beside, compute_context=rx.RxForeachDoPar(backend=threads))

    def warn(x):
        warnings.warn(f"odd {x}", stacklevel=1)
        return draw()

    showing, found = warnings.showwarning, []
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        other = threading.Thread(target=run, args=(found,))
        other.start()
        wait_for(beside["begun"])
        child = os.fork()
        if child == 0:
            signal.alarm(30)
            good = warnings.showwarning is showing
            with concurrent.futures.ThreadPoolExecutor(1) as own, warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                rx.rx_exec(warn, x=[1], rng_seed=1, compute_context=rx.RxForeachDoPar(backend=own))
            os._exit(0 if good and ["odd 1" in str(w.message) for w in told] == [True] else 1)
        status = os.waitpid(child, 0)[1]
        open(beside["go"], "x").close()
        other.join()
    assert status == 0 and found == [1]


def test_analyses_and_rx_exec_work_in_tasks(pool, tmp_path):
    xdf = str(tmp_path / "rows.xdf")
    rx.rx_import({"y": [1.0, 2.5, 2.9, 4.2, 5.1], "x": [1.0, 2.0, 3.0, 4.0, 5.0], "g": [0.0, 1.0, 0.0, 1.0, 1.0]}, xdf, report_progress=0)

    def fit(formula):
        import insitu

        inner = insitu.rx_exec(lambda x: x + 1, x=[1, 2], compute_context=insitu.RxLocalParallel())
        return np.ravel(insitu.rx_lin_mod(formula, xdf, report_progress=0).coefficients).tolist(), inner

    formulas = ["y ~ x", "y ~ x + g", "y ~ g", "g ~ x"]
    assert rx.rx_exec(fit, formula=formulas, compute_context=pool) == rx.rx_exec(fit, formula=formulas)


def test_options_hold_in_tasks_and_the_backend_keeps_its_own(pool):
    before = rx.RxOptions.set_option("numDigits", 4)
    try:
        assert set(rx.rx_exec(lambda: rx.RxOptions.get_option("numDigits"), times_to_run=4, compute_context=pool)) == {4}
    finally:
        rx.RxOptions.set_option("numDigits", before)
    assert set(rx.rx_exec(lambda: rx.RxOptions.get_option("numDigits"), times_to_run=4, compute_context=pool)) == {before}


def test_what_is_no_backend_is_told():
    for wrong in (5, "loky ", concurrent.futures.ThreadPoolExecutor, object()):
        with pytest.raises(rx.InvalidArgument, match="backend must be 'joblib', 'mpi', an executor"):
            rx.RxForeachDoPar(backend=wrong)
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        context = rx.RxForeachDoPar(backend=threads)
        with pytest.raises(rx.InvalidArgument, match="task_timeout needs worker processes"):
            rx.rx_exec(times_factor, x=[1, 2], task_timeout=1, compute_context=context)
        assert "backend = " in repr(context) and context == rx.RxForeachDoPar(backend=threads) != rx.RxForeachDoPar()
        summary = rx.rx_summary("~x", {"x": [1.0, 2.0, 6.0]}, compute_context=context)
        assert summary.to_frame()["Mean"].tolist() == [3.0]
    with pytest.raises(rx.WorkerError, match="a ThreadPoolExecutor, takes no tasks: .*shutdown"):
        rx.rx_exec(times_factor, x=[1, 2], compute_context=context)


def test_a_backend_whose_worker_dies_leaves_errors_in_slots():
    with concurrent.futures.ProcessPoolExecutor(1) as processes, pytest.warns(UserWarning, match="tasks failed"):
        found = rx.rx_exec(lambda x: os._exit(3) if x == 1 else x, x=[0, 1], task_chunk_size=1,
                           compute_context=rx.RxForeachDoPar(backend=processes))
    assert found[0] == 0 or isinstance(found[0], rx.WorkerError)
    assert isinstance(found[1], rx.WorkerError) and "ProcessPoolExecutor, has lost it: BrokenProcessPool" in str(found[1])


def test_dask_runs_tasks():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as cluster, \
            distributed.Client(cluster) as client:
        context = rx.RxForeachDoPar(backend=client)
        assert rx.rx_exec(times_factor, x=list(range(9)), compute_context=context) == [3 * x for x in range(9)]
        assert rx.rx_exec(draw, times_to_run=5, rng_seed=3, compute_context=context) == rx.rx_exec(draw, times_to_run=5, rng_seed=3)
        large = np.arange(1_000_000.0)
        assert rx.rx_exec(lambda i: float(large[i]), i=[1, 2, 3], compute_context=context) == [1.0, 2.0, 3.0]
        # A call with the arguments of one before is a call of its own.
        assert len(set(rx.rx_exec(lambda: time.monotonic_ns(), times_to_run=4, compute_context=context)
                       + rx.rx_exec(lambda: time.monotonic_ns(), times_to_run=4, compute_context=context))) == 8


def test_callers_with_other_options_share_a_process_of_the_backend():
    """A worker of dask runs tasks of several sessions in its threads; each sees the options of its own."""
    def digits(_):
        before = rx.rx_get_option("numDigits")
        time.sleep(0.02)
        return before, rx.rx_get_option("numDigits")

    class Recorder:
        def __init__(self):
            self.calls = []

        def submit(self, function, *call):
            self.calls.append(call)
            future = concurrent.futures.Future()
            future.set_result(function(*call))
            return future

    usual, calls = rx.rx_get_option("numDigits"), []
    try:
        for wanted in (3, 4, 5):
            recorder = Recorder()
            rx.rx_options(numDigits=wanted)
            rx.rx_exec(digits, _=[1, 2], task_chunk_size=1, compute_context=rx.RxForeachDoPar(backend=recorder))
            calls += [(wanted, call) for call in recorder.calls]
    finally:
        rx.rx_options(numDigits=usual)
    found, threads = [], []
    for wanted, (shared, first, arguments, _, number) in calls[::2] + calls[1::2]:
        def run(wanted=wanted, call=(shared, first, arguments, -1, number)):
            found.append((wanted, pickle.loads(run_chunk(*call))[0][0]))
        threads.append(threading.Thread(target=run))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [(wanted, (wanted, wanted)) for wanted in (3, 3, 4, 4, 5, 5)]
    assert rx.rx_get_option("numDigits") == usual


CONTEXTS = [rx.RxLocalSeq(), rx.RxProcesses(2), *([rx.RxLocalParallel(), rx.RxProcesses(1), rx.RxProcesses(4)] if EVERYTHING else [])]


@pytest.fixture(params=CONTEXTS, ids=lambda c: type(c).__name__ + str(getattr(c, "num_workers", "")))
def in_joblib(request):
    with rx.rx_set_temp_compute_context(request.param), joblib.parallel_backend("insitu"):
        yield request.param


def test_joblib_gives_what_it_gives_in_sequence(in_joblib):
    for count in (0, 1, 5, 300):
        assert joblib.Parallel()(joblib.delayed(times_factor)(x) for x in range(count)) == [3 * x for x in range(count)]
    for how in ({"pre_dispatch": 3}, {"batch_size": 7}, {"pre_dispatch": "all"}, {"verbose": 0, "n_jobs": 2}):
        assert joblib.Parallel(**how)(joblib.delayed(pow)(x, 2) for x in range(25)) == [x * x for x in range(25)]
    assert list(joblib.Parallel(return_as="generator")(joblib.delayed(pow)(x, 2) for x in range(9))) == [x * x for x in range(9)]
    assert sorted(joblib.Parallel(return_as="generator_unordered")(joblib.delayed(pow)(x, 2) for x in range(9))) == [x * x for x in range(9)]
    with joblib.Parallel() as parallel:
        for _ in range(2):
            assert parallel(joblib.delayed(pow)(x, 2) for x in range(9)) == [x * x for x in range(9)]


def test_joblib_runs_in_the_workers_of_the_context():
    with rx.rx_set_temp_compute_context(WORKERS), joblib.parallel_backend("insitu"):
        assert joblib.effective_n_jobs(-1) == 2
        pids = set(joblib.Parallel()(joblib.delayed(os.getpid)() for _ in range(8)))
        assert os.getpid() not in pids
        assert joblib.Parallel(n_jobs=1)([joblib.delayed(os.getpid)()]) == [os.getpid()]
    with joblib.parallel_backend("insitu", compute_context=rx.RxProcesses(3)):
        assert joblib.effective_n_jobs(-1) == 3
    assert joblib.Parallel(n_jobs=2, backend="insitu")(joblib.delayed(pow)(x, 2) for x in range(3)) == [0, 1, 4]


def test_errors_of_joblibs_calls_are_raised(in_joblib):
    def picky(x):
        if x in (4, 9):
            raise Picky(f"no {x}")
        return x

    with pytest.raises(Exception, match="no 4"):
        joblib.Parallel()(joblib.delayed(picky)(x) for x in range(20))
    assert joblib.Parallel()(joblib.delayed(picky)(x) for x in range(3)) == [0, 1, 2]
    lock = threading.Lock()
    if not isinstance(in_joblib, rx.RxLocalSeq) and joblib.effective_n_jobs(-1) > 1:
        with pytest.raises(rx.InvalidArgument, match="cannot be sent to workers"):
            joblib.Parallel()(joblib.delayed(type)(lock) for _ in range(3))


def test_calls_of_joblib_in_calls_run_in_sequence():
    def outer(x):
        return joblib.Parallel(n_jobs=2)(joblib.delayed(lambda y: (x * y, os.getpid()))(y) for y in range(3))

    with rx.rx_set_temp_compute_context(WORKERS), joblib.parallel_backend("insitu"):
        found = joblib.Parallel()(joblib.delayed(outer)(x) for x in range(4))
    assert [[value for value, _ in each] for each in found] == [[x * y for y in range(3)] for x in range(4)]
    assert all(len({pid for _, pid in each}) == 1 for each in found)


def test_large_arguments_of_several_calls_are_read_only_and_those_of_one_are_not():
    large = np.arange(300_000.0)

    def about(values, i):
        return float(values.sum()), values.flags.writeable, i

    with rx.rx_set_temp_compute_context(WORKERS), joblib.parallel_backend("insitu"):
        assert joblib.Parallel()(joblib.delayed(about)(large, i) for i in range(3)) == [(large.sum(), False, i) for i in range(3)]
        assert joblib.Parallel()(joblib.delayed(about)(large + i, i) for i in range(3)) == [((large + i).sum(), True, i) for i in range(3)]


def test_a_limit_of_time_and_a_lost_worker_are_told_as_joblib_does():
    import multiprocessing

    with rx.rx_set_temp_compute_context(WORKERS), joblib.parallel_backend("insitu"):
        with pytest.raises(multiprocessing.TimeoutError, match="longer than its limit"):
            joblib.Parallel(timeout=1)(joblib.delayed(time.sleep)(seconds) for seconds in (0, 60))
        with pytest.raises(rx.WorkerError, match="3 times"):
            joblib.Parallel()(joblib.delayed(os._exit)(3) for _ in range(2))


def test_joblib_is_cancelled_by_an_interrupt():
    timer = threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT))
    with rx.rx_set_temp_compute_context(WORKERS), joblib.parallel_backend("insitu"):
        joblib.Parallel()(joblib.delayed(pow)(x, 2) for x in range(4))
        timer.start()
        begin = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            joblib.Parallel()(joblib.delayed(time.sleep)(60) for _ in range(4))
        assert time.monotonic() - begin < 15
        assert joblib.Parallel()(joblib.delayed(pow)(x, 2) for x in range(4)) == [0, 1, 4, 9]


def test_insitu_and_joblib_do_not_go_round_in_circles():
    with rx.rx_set_temp_compute_context(rx.RxForeachDoPar(backend="joblib")), joblib.parallel_backend("insitu"):
        with pytest.raises(rx.InvalidArgument, match="round in circles"):
            rx.rx_exec(times_factor, x=[1, 2, 3])


def test_grid_search_finds_what_it_finds_in_sequence():
    tree = pytest.importorskip("sklearn.tree")
    from sklearn.datasets import load_iris
    from sklearn.model_selection import GridSearchCV, cross_val_score

    rows, kinds = load_iris(return_X_y=True)

    def search():
        grid = GridSearchCV(tree.DecisionTreeClassifier(random_state=1), {"max_depth": [1, 2, 4]}, cv=3).fit(rows, kinds)
        return (grid.best_params_, grid.cv_results_["mean_test_score"].tolist(), grid.best_estimator_.predict_proba(rows).tolist(),
                cross_val_score(grid.best_estimator_, rows, kinds, cv=4).tolist())

    expected = search()
    with rx.rx_set_temp_compute_context(WORKERS), joblib.parallel_backend("insitu"):
        assert search() == expected


@pytest.mark.parametrize("first", ["insitu", "joblib"])
def test_joblib_is_not_imported_and_knows_the_backend_in_any_order(first):
    script = ("import sys\n" + ("import insitu\nassert 'joblib' not in sys.modules\nimport joblib\n" if first == "insitu" else "import joblib, insitu\n")
              + "with joblib.parallel_backend('insitu'):\n    print(joblib.Parallel()(joblib.delayed(pow)(x, 2) for x in range(3)))\n")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.stdout == "[0, 1, 4]\n", done.stderr
