"""What hurt users of the original on clusters, each by the number it has in the list of pains of the design."""

import os
import pickle
import signal
import socket
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
import sample_rows
from background import InBackground
from exact import assert_same_bits, exact
from own_processes import ends_within, kill, wait_until
from sample_rows import rows_of, within

import insitu as rx

FORMATS = ["text", "xdf", "parquet", "orc"]


# ---- 6: factor levels differ per chunk, group or context ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scattered(tmp_path_factory):
    """Each row group has levels of its own; the last one brings the level that would be first in the alphabet."""
    folder = tmp_path_factory.mktemp("scattered")
    words = ["pear", "fig", "apple", "quince"]
    for part in range(4):
        pa.parquet.write_table(pa.table({
            "fruit": [words[part]] * 50 + [words[max(0, part - 1)]] * 50, "y": np.arange(100.0) + part}), folder / f"part-{part}.parquet",
            row_group_size=30)
    return rx.RxParquetData(str(folder), {"fruit": {"type": "factor"}})


def test_pain_06_levels_are_global(local_spark, local_cluster, scattered):
    """Those of the whole data in the order of their rows, in every context and in every result."""
    levels = ["pear", "fig", "apple", "quince"]
    for context in ("local", local_spark, local_cluster):
        frame = rows_of(scattered, context)
        assert list(frame["fruit"].cat.categories) == levels
        assert frame["fruit"].tolist()[::50] == ["pear", "pear", "fig", "pear", "apple", "fig", "quince", "apple"]
        assert within(context, rx.rx_get_var_info, scattered, compute_info=True)["fruit"]["levels"] == levels
        counted = rx.rx_summary("~ fruit", scattered, compute_context=context)["categorical"][0]
        assert counted["fruit"].tolist() == levels and counted["Counts"].tolist() == [150, 100, 100, 50]
        fit = rx.rx_lin_mod("y ~ fruit", scattered, compute_context=context)
        assert fit.coefficient_names == ["(Intercept)", *(f"fruit={level}" for level in levels)]


def test_pain_06_selected_rows_keep_all_levels(local_spark, scattered):
    """A split in which nothing is selected has its levels, too."""
    for context in ("local", local_spark):
        frame = rows_of(scattered, context, row_selection="fruit == 'quince'")
        assert list(frame["fruit"].cat.categories) == ["pear", "fig", "apple", "quince"] and len(frame) == 50


def test_pain_06_written_and_kept_factors_keep_their_levels(local_spark, scattered, tmp_path):
    target = rx.RxXdfData(str(tmp_path / "out.xdf"))
    within(local_spark, rx.rx_data_step, scattered, target)
    for source in (target, rx.rx_spark_cache_data(target, True)):
        assert list(rows_of(source, local_spark)["fruit"].cat.categories) == ["pear", "fig", "apple", "quince"]
    within(local_spark, rx.rx_spark_remove_data, target)


# ---- 7: the same call behaves differently per context --------------------------------------------------------------------------------


STEPS = {
    "all": {},
    "kept in another order": {"vars_to_keep": ["w", "g", "id"]},
    "dropped": {"vars_to_drop": ["y", "f"]},
    "new, changed and removed": {"transforms": {"z": "x + 1", "x": "x * 2", "late": "n > 20", "n": "NULL", "word": "ifelse(x > 0, 'up', 'down')"}},
    "selected": {"row_selection": "n == 3 & x > 0"},
    "complete": {"remove_missings": True},
    "a window": {"start_row": 9990, "number_rows_read": 20},
    "the number of rows": {"transforms": {"row": ".rxStartRow + 0 * x", "chunk": ".rxChunkNum + 0 * x"}, "vars_to_keep": ["row", "chunk"]},
}


@pytest.mark.parametrize("format", FORMATS)
def test_pain_07_same_call_same_result_everywhere(local_spark, formats, format):
    """Columns and their order, types, levels, rows, and what is returned."""
    for what, settings in STEPS.items():
        settings = {"number_rows_read": 20000, **settings}
        here, there = rows_of(formats[format], "local", **settings), rows_of(formats[format], local_spark, **settings)
        assert type(there) is type(here) is pd.DataFrame, what
        assert list(there.columns) == list(here.columns), what
        assert there.dtypes.astype(str).to_dict() == here.dtypes.astype(str).to_dict(), what
        assert there.index.equals(here.index), what
        assert_same_bits(there, here)


@pytest.mark.parametrize("kind, name", [(rx.RxXdfData, "out.xdf"), (rx.RxParquetData, "out.parquet"), (rx.RxOrcData, "out.orc")])
def test_pain_07_same_value_of_a_call_that_writes(local_spark, formats, tmp_path, kind, name):
    values = []
    for context, place in (("local", "here"), (local_spark, "there")):
        (tmp_path / place).mkdir()
        target = kind(str(tmp_path / place / name))
        value = within(context, rx.rx_data_step, formats["parquet"], target, vars_to_keep=["f", "id"], number_rows_read=100)
        assert type(value) is kind and value.file == target.file
        assert os.path.exists(value.file)
        values.append(rows_of(value, "local"))
    assert_same_bits(values[1], values[0])


def test_pain_07_same_names_with_dots_and_spaces(local_spark, tmp_path):
    path = str(tmp_path / "rows.parquet")
    pa.parquet.write_table(pa.table({"a.b": [1.0, 2.0, 3.0], "a b": [1.0, 0.0, 2.0], "A.B": ["x", "y", "x"], "`q`": [1, 2, 3]}), path)
    source = rx.RxParquetData(path)
    for context in ("local", local_spark):
        assert list(rows_of(source, context).columns) == ["a.b", "a b", "A.B", "`q`"]
        assert rx.rx_summary("~ a.b", source, compute_context=context)["sDataFrame"]["Mean"].tolist() == [2.0]


@pytest.mark.parametrize("format", FORMATS)
def test_pain_07_same_information_everywhere(local_spark, formats, format):
    found = {}
    for name, context in (("here", "local"), ("there", local_spark)):
        info = within(context, rx.rx_get_info, formats[format], get_var_info=True, compute_info=True)
        head = within(context, formats[format].head, 3)
        tail = within(context, formats[format].tail, 3)
        found[name] = [exact(dict(info)), repr(info), exact(head), exact(tail), within(context, rx.rx_get_var_names, formats[format]),
                       within(context, lambda: formats[format].shape)]
    assert found["there"] == found["here"]


@pytest.mark.parametrize("call", [
    lambda data, context: rx.rx_summary("~ nope", data, compute_context=context),
    lambda data, context: rx.rx_summary("~ y", data, row_selection="nope > 1", compute_context=context),
    lambda data, context: rx.rx_lin_mod("y ~ x", data, pweights="nope", compute_context=context),
    lambda data, context: rx.rx_lin_mod("y ~ x", data, transforms={"z": "nope + 1"}, compute_context=context),
    lambda data, context: within(context, rx.rx_data_step, data, vars_to_keep=["nope"]),
    # One row is wrong, in the middle.
    lambda data, context: rx.rx_lin_mod("y ~ x", data, pweights="v", transforms={"v": "ifelse(id == 40000, -1, 1)"},
                                        compute_context=context),
], ids=["formula", "selection", "weights", "transforms", "kept", "negative weights"])
def test_pain_07_same_message_everywhere(local_spark, formats, call):
    for format in FORMATS:
        said = []
        for context in ("local", local_spark):
            with pytest.raises(rx.InsituError) as refusal:
                call(formats[format], context)
            said.append((type(refusal.value), str(refusal.value)))
        assert said[0] == said[1], format


# ---- 8: paths -------------------------------------------------------------------------------------------------------------------------


def test_pain_08_paths_are_resolved_once_and_printed_in_full(local_spark, tmp_path, monkeypatch):
    for place in ("one", "other"):
        (tmp_path / place).mkdir()
    monkeypatch.chdir(tmp_path / "one")
    pa.parquet.write_table(pa.table({"y": [1.0, 2.0]}), "rows.parquet")
    source, target = rx.RxParquetData("rows.parquet"), rx.RxParquetData("../one/./out")
    full = str(tmp_path / "one" / "rows.parquet")
    assert source.file == full and full in repr(source)
    assert target.file == str(tmp_path / "one" / "out")
    monkeypatch.chdir(tmp_path / "other")
    written = within(local_spark, rx.rx_data_step, source, target)
    assert (tmp_path / "one" / "out").is_dir() and os.listdir(tmp_path / "other") == []
    assert written.file == target.file
    assert rows_of(written, local_spark)["y"].tolist() == [1.0, 2.0]


@pytest.mark.parametrize("make", [rx.RxParquetData, rx.RxOrcData, rx.RxTextData, rx.RxXdfData])
def test_pain_08_a_missing_file_is_named_in_full(local_spark, tmp_path, monkeypatch, make):
    monkeypatch.chdir(tmp_path)
    source = make("none.xdf" if make is rx.RxXdfData else "none")
    with pytest.raises(rx.InsituError, match=str(tmp_path / "none")) as refusal:
        rx.rx_summary("~ y", source, compute_context=local_spark)
    assert len(str(refusal.value).splitlines()) == 1


def test_pain_08_names_of_files_may_hold_anything(local_spark, tmp_path):
    """Blanks, percent signs, quotes, wild cards, letters of other languages."""
    for name in ("two words", "50%20off", "a#b?c", "quote'd", "[x]*", "käse{1,2}", "a=b"):
        folder = tmp_path / name
        source = rx.RxParquetData(str(folder / "rows.parquet"))
        folder.mkdir()
        pa.parquet.write_table(pa.table({"y": [1.0, 2.0]}), source.file)
        target = rx.RxParquetData(str(folder / "out"))
        within(local_spark, rx.rx_data_step, source, target)
        assert rows_of(target, local_spark)["y"].tolist() == [1.0, 2.0], name
        assert rows_of(target, "local")["y"].tolist() == [1.0, 2.0], name


def test_pain_08_uris_of_this_machine_are_paths(local_spark, formats, answers):
    source = rx.RxParquetData("file://" + formats["parquet"].file, sample_rows.FACTORS)
    assert_same_bits(sample_rows.linear_model(source, local_spark), answers("parquet", "linear_model"))


# ---- 9: nothing hangs -------------------------------------------------------------------------------------------------------------------


def test_pain_09_nothing_hangs_a_master_that_accepts_and_is_silent(run, formats):
    """Somebody listens, but it is no master of Spark: an interrupt ends the wait."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        context = rx.RxSpark(**run.settings(f"spark://127.0.0.1:{silent.getsockname()[1]}"))

        def interrupt():
            for _ in range(2):  # the check before the start, then Spark, which hears nothing
                silent.accept()
            interrupted.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

        interrupted, timer = [], InBackground(interrupt)
        with pytest.raises((KeyboardInterrupt, rx.InsituError)):
            rx.rx_summary("~ y", formats["xdf"], compute_context=context)
        timer.value()
        assert time.monotonic() - interrupted[0] < 6


def test_pain_09_nothing_hangs_when_the_application_is_killed(connect, gateway_of, formats, tmp_path, capsys):
    """In the middle of a call, and in the next one: an error within seconds that says what happened."""
    seen, over = str(tmp_path / "seen"), str(tmp_path / "over")

    def endless(data, context):
        import os
        import time
        if not context.test_chunk:
            open(seen, "w").close()
            while not os.path.exists(over):  # nobody ends a function of a worker whose driver was killed
                time.sleep(0.05)
        return data

    with connect("local[1,4]") as context:
        folder, driver = context.application.folder, gateway_of(context)["pid"]
        call = InBackground(rx.rx_lin_mod, "y ~ x", formats["xdf"], transform_function=endless, compute_context=context)
        wait_until(lambda: os.path.exists(seen) or call.finished(), 60, "the function in a worker")
        kill(driver)
        open(over, "w").close()
        begin = time.monotonic()
        with pytest.raises(rx.WorkerError, match="the Spark application has ended"):
            call.value()
        assert time.monotonic() - begin < 5
        with pytest.raises(rx.WorkerError, match="the Spark application.* ended"):
            rx.rx_summary("~ y", formats["xdf"], compute_context=context)
        assert time.monotonic() - begin < 10
        assert ends_within(driver, 10)
    # Leaving the block disconnects from what is no more; the folder is left by it no more than by others.
    assert not os.path.exists(folder)


def test_pain_09_nothing_hangs_when_a_call_is_interrupted(local_spark, formats, answers, tmp_path):
    """Ctrl-C in the middle of a pass: back within two seconds, and the application goes on."""
    seen = str(tmp_path / "seen")

    def endless(data, context):
        import os
        import time
        if not context.test_chunk:
            open(seen, "w").close()
            while os.path.exists(seen):
                time.sleep(0.05)
        return data

    main, interrupted = os.getpid(), []

    def interrupt():
        wait_until(lambda: os.path.exists(seen), 60, "the function in a worker")
        interrupted.append(time.monotonic())
        os.kill(main, signal.SIGINT)

    watcher = InBackground(interrupt)
    with pytest.raises((KeyboardInterrupt, rx.InsituError)):
        rx.rx_lin_mod("y ~ x", formats["xdf"], transform_function=endless, compute_context=local_spark)
    watcher.value()
    assert time.monotonic() - interrupted[0] < 2
    os.unlink(seen)
    assert_same_bits(sample_rows.linear_model(formats["xdf"], local_spark), answers("xdf", "linear_model"))


# ---- 17: models ---------------------------------------------------------------------------------------------------------------------------


def test_pain_17_models_cross_contexts(local_spark, formats, answers, tmp_path):
    """Fitted there and used here, and the other way; saved and loaded between."""
    models = {"here": answers("parquet", "linear_model"), "there": sample_rows.linear_model(formats["parquet"], local_spark)}
    arguments = {"compute_standard_errors": True, "interval": "confidence", "compute_residuals": True, "extra_vars_to_write": ["id"]}
    predictions = []
    for name, model in models.items():
        path = tmp_path / f"{name}.model"
        path.write_bytes(pickle.dumps(model))
        loaded = pickle.loads(path.read_bytes())
        assert_same_bits(loaded, model)
        for context in ("local", local_spark):
            predictions.append(rx.rx_predict(loaded, formats["parquet"], compute_context=context, **arguments))
    assert len(predictions[0]) == sample_rows.ROWS and {"y_Pred", "y_StdErr", "y_Lower", "y_Upper", "y_Resid", "id"} <= set(predictions[0].columns)
    for found in predictions[1:]:
        assert_same_bits(found, predictions[0])


def test_pain_17_a_model_of_one_process_is_used_in_another(client, local_spark, formats, answers, tmp_path):
    (tmp_path / "model").write_bytes(pickle.dumps(sample_rows.linear_model(formats["orc"], local_spark)))
    process = client("""
import os, pickle
import insitu as rx

model = pickle.loads(open(os.environ["MODEL"], "rb").read())
rx.rx_predict(model, rx.RxXdfData(os.environ["ROWS"]), os.environ["OUT"], report_progress=0)
""", MODEL=str(tmp_path / "model"), ROWS=formats["xdf"].file, OUT=str(tmp_path / "out.xdf"))
    output = process.communicate()[0]
    assert process.returncode == 0, output
    rx.rx_predict(answers("orc", "linear_model"), formats["xdf"], str(tmp_path / "expected.xdf"))
    expected = rows_of(rx.RxXdfData(str(tmp_path / "expected.xdf")), "local")
    assert_same_bits(rows_of(rx.RxXdfData(str(tmp_path / "out.xdf")), "local")[["y_Pred"]], expected[["y_Pred"]])
