"""rx_exec and rx_exec_by on executors: the same as one after the other here, whoever dies meanwhile."""

import os
import pathlib
import signal
import time
import warnings

import numpy as np
import pandas as pd
import pytest
from own_processes import dead_folders, parent_of, wait_until

import insitu as rx

SCALE = 10


def draw(x, power=2):
    return SCALE * x**power, rx.rx_task_rng().standard_normal(3).tolist(), float(np.random.random())


def test_tasks_give_what_they_give_here(local_spark):
    here = rx.rx_exec(draw, x=list(range(23)), rng_seed=5, compute_context="local")
    for chunk in (None, 1, 7):
        assert rx.rx_exec(draw, x=list(range(23)), rng_seed=5, task_chunk_size=chunk, compute_context=local_spark) == here
    seen = []
    rx.rx_exec(draw, x=[3, 1, 2], rng_seed=1, callback=lambda value: seen.append(value[0]), compute_context=local_spark)
    assert seen == [90, 10, 40]
    assert rx.rx_exec(draw, x=rx.rx_elem_arg([]), compute_context=local_spark) == []


def test_failures_stay_in_their_slot_or_end_the_call(local_spark):
    def fails(x):
        if x % 3 == 1:
            raise KeyError(f"no {x}")
        return x

    with pytest.warns(UserWarning, match="2 of 6 tasks failed"):
        values = rx.rx_exec(fails, x=list(range(6)), compute_context=local_spark)
    assert [type(value) for value in values] == [int, KeyError, int, int, KeyError, int]
    with pytest.raises(KeyError, match="no 1"):
        rx.rx_exec(fails, x=list(range(40)), continue_on_failure=False, compute_context=local_spark)


def test_every_call_finds_workers_as_new(local_spark):
    def leave(x):
        import sys

        before = getattr(sys, "left_behind", None)
        sys.left_behind = x
        return before, rx.rx_remote_get_id(), rx.rx_get_compute_context().__class__.__name__

    values = [value for _ in range(2) for value in rx.rx_exec(leave, x=[1, 2], task_chunk_size=1, compute_context=local_spark)]
    assert all(number >= 1 and context == "RxLocalSeq" for _, number, context in values)
    # Within a call a worker may run both tasks; the second call must find nothing of the first.
    assert {before for before, _, _ in values[:2]} <= {None, 1, 2}
    assert None in [before for before, _, _ in values[2:]]


def test_a_worker_that_dies_is_replaced_and_then_named(local_spark, tmp_path):
    def dies(x, folder):
        mark = pathlib.Path(folder) / "once"
        if x == 4 and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if x == 2:
            import sys

            print("last words", file=sys.stderr, flush=True)
            os._exit(7)
        return x

    with pytest.warns(UserWarning, match="1 of 8 tasks failed"):
        values = rx.rx_exec(dies, x=list(range(8)), folder=str(tmp_path), compute_context=local_spark)
    assert [v for v in values if isinstance(v, int)] == [0, 1, 3, 4, 5, 6, 7]
    assert isinstance(values[2], rx.errors.WorkerError)
    assert "3 times" in str(values[2]) and "code 7" in str(values[2]) and "last words" in str(values[2])


def test_a_task_that_takes_too_long_is_ended(local_spark):
    def slow(x):
        time.sleep(60 if x == 1 else 0)
        return x

    begin = time.monotonic()
    with pytest.warns(UserWarning, match="1 of 4 tasks failed"):
        values = rx.rx_exec(slow, x=list(range(4)), task_timeout=1, compute_context=local_spark)
    assert time.monotonic() - begin < 30
    assert [values[i] for i in (0, 2, 3)] == [0, 2, 3] and "longer than its limit, 1 seconds" in str(values[1])


def test_an_interrupt_ends_all_tasks(local_spark, tmp_path):
    def sleeps(x, folder):
        (pathlib.Path(folder) / str(os.getpid())).touch()
        time.sleep(120)

    def interrupt(*about):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 3)
    try:
        with pytest.raises(KeyboardInterrupt):
            rx.rx_exec(sleeps, x=[1, 2], folder=str(tmp_path), compute_context=local_spark)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    wait_until(lambda: not any(pathlib.Path(f"/proc/{path.name}").exists() for path in tmp_path.iterdir()), 10, "the end of the tasks")
    assert rx.rx_exec(draw, x=[2], rng_seed=3, compute_context=local_spark) == rx.rx_exec(draw, x=[2], rng_seed=3, compute_context="local")


def test_what_tasks_print_is_shown_where_it_is_wanted(local_spark, capsys):
    def speaks(x):
        print("said", x)

    rx.rx_exec(speaks, x=[1, 2], compute_context=local_spark)
    assert "said" not in capsys.readouterr().out
    rx.rx_exec(speaks, x=[1, 2], console_output=True, compute_context=local_spark)
    shown = capsys.readouterr().out
    assert "] said 1\n" in shown and "] said 2\n" in shown


def test_an_executor_that_dies_takes_no_result_with_it(local_cluster, run, tmp_path):
    def kills(x, folder, executor):
        mark = pathlib.Path(folder) / "once"
        if x == 3 and not mark.exists():
            mark.touch()
            os.kill(executor(executor(os.getpid())), signal.SIGKILL)
        return x * x

    def call():
        return rx.rx_exec(kills, x=list(range(6)), folder=str(tmp_path), executor=parent_of, task_chunk_size=1,
                          compute_context=local_cluster)

    assert call() == [x * x for x in range(6)] and (tmp_path / "once").exists()
    # The executor that takes its place sweeps up as soon as it has something to do.
    wait_until(lambda: not dead_folders(run) or (call() and False), 60, "the end of the folder of the killed executor")


# ---- groups --------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sales(spark_here, tmp_path_factory):
    """Rows with missing keys and an unused level, as .xdf, Parquet and text."""
    random = np.random.default_rng(7)
    rows = 40_000
    store = pd.Categorical.from_codes(random.integers(-1, 6, rows), [f"s{i}" for i in range(7)])
    frame = pd.DataFrame({"store": store, "day": random.integers(0, 5, rows).astype("float64"), "price": random.normal(size=rows),
                          "note": random.choice(["a", "b", ""], rows)})
    frame.loc[random.random(rows) < 0.02, "day"] = np.nan
    frame.loc[frame.index % 11 == 0, "price"] = np.nan
    folder = tmp_path_factory.mktemp("sales")
    xdf = rx.rx_data_step(frame, str(folder / "sales.xdf"), rows_per_read=7000, compute_context="local")
    parquet = rx.RxParquetData(str(folder / "sales.parquet"), column_info={
        "store": {"type": "factor", "levels": [f"s{i}" for i in range(7)]}})
    rx.rx_data_step(xdf, parquet, compute_context="local")
    text = rx.RxTextData(str(folder / "sales.csv"), column_info={"store": {"type": "factor"}, "day": {"type": "numeric"},
                                                                 "price": {"type": "numeric"}, "note": {"type": "character"}})
    rx.rx_data_step(xdf, text, compute_context="local")
    return {"xdf": xdf, "parquet": parquet, "text": text}


def of_group(keys, data, digits=3):
    frame = data.data_frame if hasattr(data, "data_frame") else rx.rx_import(data)
    if keys.get("store") == "s3" and keys.get("day") == 2:
        raise ValueError("not this one")
    return (tuple(keys.items()), len(frame), frame["price"].sum(), frame["price"].head(2).tolist(),
            list(frame["store"].cat.categories), "".join(frame["note"].fillna("-").head(20)),
            rx.rx_summary("~price", data).text())


def same(there, here):
    assert there.index.equals(here.index)
    assert [repr(value) for value in there["result"]] == [repr(value) for value in here["result"]]
    assert [repr(value) for value in there["status"]] == [repr(value) for value in here["status"]]


@pytest.mark.parametrize("kind", ["xdf", "parquet", "text"])
def test_groups_are_those_of_here(sales, local_spark, kind):
    def run(context, **more):
        return rx.rx_exec_by(sales[kind], keys=["store", "day"], function=of_group, function_parameters={"digits": 2},
                             compute_context=context, **more)

    here = run("local")
    assert len(here) == 7 * 6 and "not this one" in str(here["status"].tolist())
    same(run(local_spark), here)
    if kind == "parquet":
        def some(table):
            return table[table["day"] == 1]

        same(run(local_spark, filter_function=some), run("local", filter_function=some))


def test_groups_of_a_table_and_of_no_rows(sales, local_spark):
    table = rx.RxHiveData(table="sales_of_tasks")
    rx.rx_data_step(sales["parquet"], table, overwrite=True, compute_context=local_spark)

    def count(keys, data):
        return len(rx.rx_import(data)), float(np.round(rx.rx_import(data)["price"].sum(), 6))

    there = rx.rx_exec_by(table, keys=["day"], function=count, compute_context=local_spark)
    here = rx.rx_exec_by(sales["parquet"], keys=["day"], function=count, compute_context="local")
    assert there.index.equals(here.index) and there["result"].tolist() == here["result"].tolist()
    none = rx.rx_exec_by(rx.RxParquetData(sales["parquet"].file, column_info={}), keys=["day"], function=count,
                         filter_function=lambda table: table[:0], compute_context=local_spark)
    assert len(none) == 0


def test_a_partitioned_set_is_read_where_its_groups_are_run(sales, local_spark, tmp_path):
    sets = rx.RxXdfData(str(tmp_path / "set"), create_partition_set=True)
    rx.rx_partition(sales["xdf"], sets, vars_to_partition=["day"])

    def rows(keys, data):
        return rx.rx_get_info(data).num_rows

    here = rx.rx_exec_by(sets, keys=["day"], function=rows, compute_context="local")
    same(rx.rx_exec_by(sets, keys=["day"], function=rows, compute_context=local_spark), here)


def as_bytes(result):
    """The figures of a result, without what names the data."""
    return repr({name: value for name, value in result._fields.items() if name not in ("call", "params")})


@pytest.mark.parametrize("analysis, parameters", [
    (rx.rx_lin_mod, {"formula": "price ~ day"}), (rx.rx_summary, {"formula": "~ price + day"}),
    (rx.rx_logit, {"formula": "much ~ day", "transforms": {"much": "price > 0"}})])
def test_an_analysis_by_its_name_is_that_of_here(sales, local_spark, analysis, parameters):
    def run(context, **more):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            groups = rx.rx_exec_by(sales["parquet"], keys=["store", "note"], function=analysis, function_parameters=parameters,
                                   compute_context=context, **more)
        return groups, sorted(str(each.message) for each in told)

    (here, told_here), (there, told_there) = run("local"), run(local_spark)
    pd.testing.assert_frame_equal(there.to_frame(), here.to_frame(), check_exact=True)
    assert list(there.to_frame().columns) == list(here.to_frame().columns) and told_there == told_here
    assert [str(each) for each in there["status"]] == [str(each) for each in here["status"]]
    for mine, theirs in zip(here["result"][:5], there["result"][:5]):
        assert (mine is None) == (theirs is None) and (mine is None or as_bytes(mine) == as_bytes(theirs))

    def some(table):
        return table[table["note"] == "b"]

    pd.testing.assert_frame_equal(run(local_spark, filter_function=some)[0].to_frame(),
                                  run("local", filter_function=some)[0].to_frame(), check_exact=True)


def test_an_analysis_of_the_groups_of_a_set_is_that_of_here(sales, local_spark, tmp_path):
    sets = rx.RxXdfData(str(tmp_path / "set"), create_partition_set=True)
    rx.rx_partition(sales["xdf"], sets, vars_to_partition=["store"])

    def run(context):
        return rx.rx_exec_by(sets, keys=["store"], function=rx.rx_lin_mod, function_parameters={"formula": "price ~ day"},
                             compute_context=context)

    here, there = run("local"), run(local_spark)
    pd.testing.assert_frame_equal(there.to_frame(), here.to_frame(), check_exact=True)
    assert [as_bytes(each) for each in there["result"]] == [as_bytes(each) for each in here["result"]]


def test_what_an_analysis_cannot_be_asked_is_an_error_of_the_call(sales, local_spark):
    with pytest.raises(rx.InvalidArgument, match="pryce"):
        rx.rx_exec_by(sales["parquet"], keys=["note"], function=rx.rx_lin_mod, function_parameters={"formula": "pryce ~ day"},
                      compute_context=local_spark)
    with pytest.raises(rx.InvalidArgument, match="data cannot be an argument of rx_lin_mod here"):
        rx.rx_exec_by(sales["parquet"], keys=["note"], function=rx.rx_lin_mod,
                      function_parameters={"formula": "price ~ day", "data": 1}, compute_context=local_spark)


def test_groups_whose_worker_dies_are_told(sales, local_spark):
    def dies(keys, data):
        if keys["day"] == 3:
            os._exit(9)
        return keys["day"]

    there = rx.rx_exec_by(sales["parquet"], keys=["day"], function=dies, compute_context=local_spark)
    failed = there[there["status"] != "OK"]
    assert 3.0 in failed.index and "code 9" in str(failed.loc[3.0, "status"])
    assert all(value == key for key, value in there.loc[there["status"] == "OK", "result"].items() if value is not None)
