"""What is killed is replaced and no bit changes; what is wrong is said once (acceptance checks 4, 5 and 11)."""

import os
import pathlib
import signal

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
import sample_rows
from background import InBackground
from exact import assert_same_bits
from own_processes import (
    dead_folders,
    ends_within,
    executors_below,
    kill,
    parent_of,
    ticks_of,
    wait_until,
    workers_below,
)
from sample_rows import rows_of, within

import insitu as rx


@pytest.fixture(scope="module")
def long_text(tmp_path_factory):
    """Enough text that a pass takes some hundred milliseconds."""
    rows = sample_rows.table()
    path = tmp_path_factory.mktemp("long") / "long.csv"
    options = pa.csv.WriteOptions(include_header=False, quoting_style="none")
    with open(path, "wb") as file:
        pa.csv.write_csv(rows.slice(0, 0), file, pa.csv.WriteOptions(quoting_style="none"))
        for _ in range(16):
            pa.csv.write_csv(rows, file, options)
    return sample_rows.text_source(path)


@pytest.fixture(scope="module")
def answer_of_long_text(long_text):
    return sample_rows.linear_model(long_text, "local")


def stop_worker_in_the_middle(fit, workers):
    """Fits until a worker could be stopped while it was wanted; returns it and the call that waits for it.

    That the call waits is the proof: it cannot end without what the stopped worker owes.
    """
    for _ in range(20):
        before = {worker: ticks_of(worker) for worker in workers()}
        call = InBackground(fit)
        busy = wait_until(lambda: [w for w in workers() if ticks_of(w) > before.get(w, 0)] or call.finished(), 60, "a busy worker")
        if busy is True:
            call.value()
            continue
        os.kill(busy[0], signal.SIGSTOP)
        if not call.finished(2):
            return busy[0], call
        os.kill(busy[0], signal.SIGCONT)
        call.value()
    raise AssertionError("no pass was long enough to stop a worker in it")


def workers_of(cluster):
    return lambda: [worker for daemon in cluster.workers for worker in workers_below(daemon.pid)]


# ---- 4: kills ---------------------------------------------------------------------------------------------------------------------


def test_04_a_killed_worker_does_not_change_a_bit(local_spark, gateway_of, long_text, answer_of_long_text):
    driver = gateway_of(local_spark)["pid"]

    def fit():
        return sample_rows.linear_model(long_text, local_spark)

    for _ in range(2):  # workers are there, and warm
        assert_same_bits(fit(), answer_of_long_text)
    victim, call = stop_worker_in_the_middle(fit, lambda: workers_below(driver))
    kill(victim)
    assert_same_bits(call.value(), answer_of_long_text)
    assert ends_within(victim, 1)
    assert_same_bits(fit(), answer_of_long_text)


def test_D11_a_stopped_worker_is_lost_after_a_while_and_changes_no_bit(local_spark, gateway_of, long_text, answer_of_long_text,
                                                                       monkeypatch):
    monkeypatch.setenv("INSITU_WORKER_TIMEOUT", "4")
    driver = gateway_of(local_spark)["pid"]

    def fit():
        return sample_rows.linear_model(long_text, local_spark)

    fit()
    victim, call = stop_worker_in_the_middle(fit, lambda: workers_below(driver))
    assert_same_bits(call.value(), answer_of_long_text)
    assert ends_within(victim, 1)


def test_04_a_worker_killed_on_a_cluster_does_not_change_a_bit(standalone_spark, cluster, long_text, answer_of_long_text):
    def fit():
        return sample_rows.linear_model(long_text, standalone_spark)

    fit()
    victim, call = stop_worker_in_the_middle(fit, workers_of(cluster))
    kill(victim)
    assert_same_bits(call.value(), answer_of_long_text)
    assert ends_within(victim, 1)


def test_04_a_killed_executor_does_not_change_a_bit_and_leaves_nothing(standalone_spark, cluster, run, long_text,
                                                                       answer_of_long_text):
    def fit():
        return sample_rows.linear_model(long_text, standalone_spark)

    fit()
    worker, call = stop_worker_in_the_middle(fit, workers_of(cluster))
    executor = parent_of(worker)
    assert executor in [pid for daemon in cluster.workers for pid in executors_below(daemon.pid)]
    kill(executor)
    os.kill(worker, signal.SIGCONT)
    assert_same_bits(call.value(), answer_of_long_text)
    assert ends_within(executor, 10) and ends_within(worker, 10)
    # The executor that takes its place sweeps up as soon as it has something to do.
    wait_until(lambda: not dead_folders(run) or (fit() and False), 30, "the end of the folder of the killed executor")
    assert_same_bits(fit(), answer_of_long_text)


def test_04_cached_blocks_of_a_killed_executor_are_made_again(standalone_spark, cluster, formats, answers):
    cached = rx.rx_spark_cache_data(formats["parquet"], True)
    for repetition in range(10):
        found = sample_rows.linear_model(cached, standalone_spark)
        assert_same_bits(found, answers("parquet", "linear_model"))
        if repetition == 2:
            executors = [pid for daemon in cluster.workers for pid in executors_below(daemon.pid)]
            kill(executors[0])
            assert ends_within(executors[0], 5)
    within(standalone_spark, rx.rx_spark_remove_data, cached)


def test_04_a_killed_worker_of_a_user_function_is_replaced(local_spark, formats, tmp_path):
    """The function holds the first worker that comes to row 40000 until it is killed."""
    seen = str(tmp_path / "seen")

    def hold(data, context):
        import os
        import signal

        if not context.test_chunk and (data["id"] == 40000).any() and not os.path.exists(seen):
            with open(seen + ".new", "w") as file:
                file.write(str(os.getpid()))
            os.rename(seen + ".new", seen)
            signal.pause()
        data["z"] = data["x"] * 2
        return data

    def fit(function, context):
        return rx.rx_lin_mod("y ~ z", formats["parquet"], transform_function=function, compute_context=context)

    call = InBackground(fit, hold, local_spark)
    wait_until(lambda: os.path.exists(seen) or call.finished(), 60, "the function at row 40000")
    assert os.path.exists(seen), call.value()
    victim = int(pathlib.Path(seen).read_text())
    kill(victim)
    found, expected = call.value(), fit(hold, "local")
    # A model keeps its transformations; the function that travelled to workers is in the one only.
    assert_same_bits(without(found, "model"), without(expected, "model"))
    assert ends_within(victim, 1)


def without(result, field):
    return {key: result[key] for key in result if key != field}


# ---- 5: errors of the user ------------------------------------------------------------------------------------------------------


def failing_at(row, counter):
    """A transform function that uses a variable that is not there once it meets a row; each meeting adds a byte to a file."""
    def wrong(data, context):

        if not context.test_chunk and (data["id"] == row).any():
            with open(counter, "ab", buffering=0) as file:
                file.write(b"x")
            return {"z": data["nope"]}
        data["z"] = data["x"]
        return data

    return wrong


def test_05_a_wrong_variable_in_a_formula_is_named_before_anything_runs(local_spark, formats):
    said = {}
    for context in ("local", local_spark):
        with pytest.raises(rx.InvalidArgument, match="nope") as refusal:
            rx.rx_lin_mod("y ~ nope", formats["parquet"], compute_context=context)
        said[str(context)] = str(refusal.value)
    assert len(set(said.values())) == 1


@pytest.mark.parametrize("place", ["local_spark", "standalone_spark"])
@pytest.mark.parametrize("format", ["parquet", "text"])
def test_05_a_failing_function_is_told_once_and_runs_once(request, formats, tmp_path, place, format):
    context, counter = request.getfixturevalue(place), tmp_path / "counter"
    function = failing_at(40000, str(counter))

    def fit(where):
        return rx.rx_lin_mod("y ~ z", formats[format], transform_function=function, compute_context=where)

    with pytest.raises(rx.UserCodeError) as here:
        fit("local")
    counter.unlink()
    with pytest.raises(rx.UserCodeError) as there:
        fit(context)
    assert counter.read_bytes() == b"x"
    assert str(there.value) == str(here.value)
    assert str(there.value).count("nope") == 1
    # The application is as good as before.
    assert_same_bits(sample_rows.linear_model(formats[format], context), sample_rows.linear_model(formats[format], "local"))


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(pathlib.Path(folder).rglob("*")) if path.is_file()}


@pytest.mark.parametrize("kind", ["RxParquetData", "RxOrcData"])
def test_05_a_function_that_fails_while_writing_runs_once_and_leaves_the_old_output(local_spark, formats, tmp_path, kind):
    counter, place = tmp_path / "counter", tmp_path / "place"
    place.mkdir()
    target = getattr(rx, kind)(str(place / "out"))
    within(local_spark, rx.rx_data_step, formats["xdf"], target, number_rows_read=100)
    before = contents(place)
    assert before
    with pytest.raises(rx.UserCodeError, match="nope"):
        within(local_spark, rx.rx_data_step, formats["parquet"], target, transform_function=failing_at(40000, str(counter)),
               overwrite=True)
    assert counter.read_bytes() == b"x"
    assert contents(place) == before
    assert [path.name for path in place.iterdir()] == ["out"]
    assert len(rows_of(target, local_spark)) == 100


def test_05_a_failing_function_leaves_no_new_output(local_spark, formats, tmp_path):
    place = tmp_path / "place"
    place.mkdir()
    with pytest.raises(rx.UserCodeError, match="nope"):
        within(local_spark, rx.rx_data_step, formats["parquet"], rx.RxParquetData(str(place / "out")),
               transform_function=failing_at(40000, str(tmp_path / "counter")))
    assert list(place.iterdir()) == []


# ---- 11: states larger than the driver likes -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """Two factors of 1400 levels: a state of the model is the 2800 x 2800 products, 63 MB. Sixteen row groups."""
    path = str(tmp_path_factory.mktemp("wide") / "wide.parquet")
    random = np.random.default_rng(11)
    a, b = random.permutation(np.arange(32000) % 1400), random.permutation(np.arange(32000) % 1400)
    pa.parquet.write_table(pa.table({
        "y": np.round(np.sin(a) + np.cos(b) + random.uniform(0, 1, 32000), 6),
        "a": pa.array([f"a{i:04d}" for i in a]), "b": pa.array([f"b{i:04d}" for i in b])}), path, row_group_size=2000)
    assert pa.parquet.ParquetFile(path).num_row_groups == 16
    return rx.RxParquetData(path, {"a": {"type": "factor"}, "b": {"type": "factor"}})


@pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="takes long; INSITU_TEST_ALL=yes runs it")
@pytest.mark.parametrize("method", ["auto", "oneStage", "twoStage"])
def test_11_states_of_64_mb_are_reduced_or_refused_clearly(local_spark, wide, method):
    context = rx.RxSpark(local_spark, spark_reduce_method=method)
    call = InBackground(rx.rx_lin_mod, "y ~ a + b", wide, compute_context=context)
    try:
        found = call.value(300)
    except rx.InsituError as refusal:
        assert method == "oneStage", refusal  # the other ways are there for this
        assert "driver_mem" in str(refusal) and "spark_reduce_method" in str(refusal)
    else:
        assert_same_bits(found, rx.rx_lin_mod("y ~ a + b", wide, compute_context="local"))
