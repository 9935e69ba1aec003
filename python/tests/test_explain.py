"""rx_explain and the record of execution: what is told before a call is what the call then does."""

import os
import pickle
import shutil

import numpy as np
import pandas as pd
import pytest

import insitu as rx


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain")
    rng = np.random.default_rng(11)
    n = 200_000
    x, z = rng.normal(size=n), rng.normal(size=n)
    late = (rng.random(n) < 1 / (1 + np.exp(-x))).astype(int)
    frame = pd.DataFrame({"y": 1 + x + rng.normal(size=n), "x": x, "z": z, "late": late, "score": rng.random(n),
                          "f": pd.Categorical(rng.choice(["a", "b", "c"], n))})
    xdf, csv = str(folder / "data.xdf"), str(folder / "data.csv")
    rx.rx_data_step(frame, xdf, overwrite=True, report_progress=0)
    frame.head(60_000).to_csv(csv, index=False)
    return {"xdf": xdf, "csv": csv, "frame": frame.head(70_000)}


CALLS = {
    "rx_summary": ("~ y + f", {}),
    "rx_lin_mod": ("y ~ x + f", {}),
    "rx_lin_mod robust": ("y ~ x", {"robust": "HC1"}),
    "rx_lin_mod no cluster": ("y ~ x", {"cluster": []}),
    "rx_lin_mod step": ("y ~ x", {"variable_selection": rx.rx_step_control(scope="~ x + z")}),
    "rx_logit": ("late ~ x", {}),
    "rx_glm": ("late ~ x", {"family": "binomial"}),
    "rx_multinom_logit": ("f ~ x", {}),
    "rx_cov_cor": ("~ x + z", {}),
    "rx_moments": ("y ~ x", {}),
    "rx_moments precise": ("y ~ x", {"precise": True}),
    "rx_pca": ("~ x + z + y", {}),
    "rx_ridge_reg": ("y ~ x + z", {}),
    "rx_elastic_net": ("y ~ x + z", {}),
    "rx_quantile": (None, {"var_name": "x"}),
    "rx_quantile exact": (None, {"var_name": "x", "exact": True}),
    "rx_quantile exact text": (None, {"var_name": "x", "exact": True, "probs": ",".join(f"{i / 99:.6f}" for i in range(99))}),
    "rx_lorenz": (None, {"order_var_name": "score"}),
    "rx_roc": (None, {"actual_var_name": "late", "pred_var_names": "score"}),
    "rx_roc exact": (None, {"actual_var_name": "late", "pred_var_names": "x", "exact": True}),
    "rx_lift": (None, {"actual_var_name": "late", "pred_var_names": "score"}),
    "rx_calibration": (None, {"actual_var_name": "late", "pred_var_names": "score"}),
    "rx_calibration uniform": (None, {"actual_var_name": "late", "pred_var_names": "score", "strategy": "uniform"}),
    "rx_histogram": ("~ x", {}),
}


def fits(told, record):
    """Whether passes that were made are those that were told: names in their order, numbers, splits, rows, columns."""
    made = {}
    for each in record["passes"]:
        made.setdefault(each["pass"], []).append(each)
    planned = {each["pass"]: each for each in told["passes"]}
    assert set(made) <= set(planned), (made, planned)
    for name, each in planned.items():
        count = len(made.get(name, ()))
        assert each["least"] <= count, (name, each, count)
        assert each["most"] is None or count <= each["most"], (name, each, count)
        for one in made.get(name, ()):
            if each["splits"] is not None:
                assert one["splits"] == each["splits"], name
            if each["rows"] is not None:
                assert one["rows"] == each["rows"], name
            if "columns" in each:
                assert set(one["columns"]) == set(each["columns"]), name
    for key in ("context", "numWorkers", "workers"):
        assert told[key] == record[key]
    assert [(s["name"], s["rows"], s["bytes"]) for s in told["data"]] == [(s["name"], s["rows"], s["bytes"]) for s in record["data"]]


def run(call, data, context, explain=False):
    name = call.split()[0]
    formula, more = CALLS[call]
    arguments = ([] if formula is None else [formula]) + [data]
    more = {**more, "compute_context": context, "report_progress": 0}
    if formula is None:
        more["data"] = arguments.pop()
    function = getattr(rx, name)
    if explain:
        return rx.rx_explain(function, *arguments, **more)
    return function(*arguments, **more)


@pytest.mark.parametrize("call", CALLS)
def test_explained_is_executed(files, call):
    context = rx.RxLocalParallel()
    told = run(call, files["xdf"], context, explain=True)
    run(call, files["xdf"], context)
    assert told.data[0]["rows"] == 200_000 and told.data[0]["splits"] == 4 and told.missing == []
    assert all(each["what"] for each in told.passes)
    fits(told, rx.rx_explain())


@pytest.mark.parametrize("source", ["csv", "frame"])
@pytest.mark.parametrize("context", [rx.RxLocalSeq(), rx.RxProcesses(2)], ids=["seq", "processes"])
@pytest.mark.parametrize("call", ["rx_lin_mod", "rx_summary", "rx_histogram"])
def test_other_sources_and_contexts(files, call, source, context):
    told = run(call, files[source], context, explain=True)
    run(call, files[source], context)
    fits(told, rx.rx_explain())
    if source == "csv":
        assert told.data[0]["bytes"] == os.path.getsize(files["csv"])
    if source == "csv" and call == "rx_lin_mod":  # levels are found by a pass of their own
        assert [each["pass"] for each in told.passes] == ["find_levels", "lin_mod"]
    if source == "frame" and isinstance(context, rx.RxProcesses):
        assert [each["kind"] for each in told.shipped] == ["data frame, its rows as blocks"]


def test_columns_and_conditions_of_the_file(files):
    told = rx.rx_explain(rx.rx_lin_mod, "y ~ w", files["xdf"], transforms={"w": "x * z"}, row_selection="score > 0.5")
    assert set(told.data[0]["columns"]) == {"y", "x", "z", "score"}
    assert told.passes[0]["columns"] == ["y", "w"] or set(told.passes[0]["columns"]) == {"y", "w"}


def read_by(call):
    """Bytes that this process has read from files during a call, on a machine that tells."""
    def count():
        with open("/proc/self/io") as about:
            return int(about.readline().split()[1])

    before = count()
    call()
    return count() - before


def test_bytes_are_those_of_the_columns(files, tmp_path):
    copy = shutil.copy(files["xdf"], tmp_path)  # of which no column is kept in memory
    sources = {"xdf": copy, "parquet": rx.RxParquetData(str(tmp_path / "a.parquet")),
               "composite": rx.RxXdfData(str(tmp_path / "set"), create_composite_set=True)}
    for name in ("parquet", "composite"):
        rx.rx_data_step(files["xdf"], sources[name], rows_per_read=20_000, overwrite=True, report_progress=0)
    sources["typed"] = rx.RxParquetData(str(tmp_path / "a.parquet"), column_info={"late": {"type": "numeric"}})
    for name, source in sources.items():
        told = rx.rx_explain(rx.rx_summary, "~ x", source)
        read = read_by(lambda: rx.rx_summary("~ x", source, report_progress=0))
        # Headers and footers are no part of it.
        assert told.data[0]["bytesToRead"] <= read < told.data[0]["bytesToRead"] * 1.05 + 500_000, name
        assert 1e6 < told.data[0]["bytesToRead"] < told.data[0]["bytes"] / 3, name
    assert "a pass" in repr(told)
    told = rx.rx_explain(rx.rx_lin_mod, "y ~ x", files["xdf"], transforms={"w": "x * z"}, row_selection="score > 0.5")
    assert "splitsLeftOut" not in told.data[0]
    told = rx.rx_explain(rx.rx_summary, "~ x", files["csv"])
    assert "bytesToRead" not in told.data[0]  # all of it


def test_row_groups_that_are_left_out_are_told(files, tmp_path):
    frame = pd.DataFrame({"t": np.arange(200_000), "x": np.random.default_rng(3).normal(size=200_000)})
    source = rx.RxParquetData(str(tmp_path / "t.parquet"))
    rx.rx_data_step(frame, source, rows_per_read=20_000, report_progress=0)
    everything = rx.rx_explain(rx.rx_summary, "~ x", source).data[0]
    told = rx.rx_explain(rx.rx_summary, "~ x", source, row_selection="t >= 150000")
    assert told.data[0]["splits"] == 10 and told.data[0]["splitsLeftOut"] == 7 and "(7 splits)" in repr(told)
    assert told.data[0]["bytesToRead"] < everything["bytesToRead"]
    read = read_by(lambda: rx.rx_summary("~ x", source, row_selection="t >= 150000", report_progress=0))
    assert told.data[0]["bytesToRead"] <= read < told.data[0]["bytesToRead"] * 1.05 + 500_000


def test_surveys_of_text_are_told(files, tmp_path):
    frame = pd.concat([files["frame"]] * 5)
    plain, packed, other = (str(tmp_path / name) for name in ("a.csv", "a.csv.gz", "hidden.csv"))
    frame.to_csv(plain, index=False)
    frame.to_csv(packed, index=False, compression={"method": "gzip", "compresslevel": 1})
    os.link(packed, other)  # by its content, not by its name
    for path in (plain, packed, other):
        assert read_by(lambda path=path: rx.rx_explain(rx.rx_lin_mod, "y ~ x", rx.RxTextData(path))) < 8e6, "it has been read"
        told = rx.rx_explain(rx.rx_lin_mod, "y ~ x", rx.RxTextData(path))
        assert [each["pass"] for each in told.passes] == ["survey", "lin_mod"] and told.passes[0]["least"] == 0
        assert set(told.data[0]["columns"]) == {"y", "x"}
        rx.rx_lin_mod("y ~ x", rx.RxTextData(path), report_progress=0)
        record = rx.rx_explain()
        fits(told, record)
        assert record.rows == len(frame) * sum(each["pass"] == "lin_mod" for each in record.passes)
        assert sum(each["seconds"] for each in record.passes) <= record.seconds
        assert "survey" not in {each["pass"] for each in record.passes} or "survey: where records" in repr(record)


def test_rows_are_written(files, tmp_path):
    target = str(tmp_path / "out.xdf")
    told = rx.rx_explain(rx.rx_data_step, files["xdf"], target, vars_to_keep=["x", "y"])
    assert told.op == "data_step" and told.target["file"] == target and not os.listdir(tmp_path)
    written = rx.rx_data_step(files["xdf"], target, vars_to_keep=["x", "y"], report_progress=0)
    fits(told, rx.rx_explain())
    assert rx.rx_explain(written) is written.execution and written.execution.rows == 200_000
    with pytest.raises(rx.InvalidArgument, match="overwrite"):
        rx.rx_explain(rx.rx_data_step, files["xdf"], target)
    fit = rx.rx_lin_mod("y ~ x", target, report_progress=0)
    told = rx.rx_explain(rx.rx_predict, fit, files["xdf"], str(tmp_path / "p.xdf"))
    assert told.function == "rx_predict" and [each["pass"] for each in told.passes] == ["rows"]
    told = rx.rx_explain(rx.rx_import, files["csv"], str(tmp_path / "i.xdf"))
    rx.rx_import(files["csv"], str(tmp_path / "i.xdf"), report_progress=0)
    fits(told, rx.rx_explain())


def test_functions_of_the_user(files):
    def double(rows):
        rows["w"] = np.asarray(rows["x"]) * 2
        return rows

    told = rx.rx_explain(rx.rx_summary, "~ w", files["xdf"], transform_function=double, transform_variables=["x"],
                         compute_context=rx.RxLocalParallel())
    assert told.functions[0]["language"] == "Python" and "thread of the call" in told.functions[0]["where"]
    assert told.passes[-1]["callingThread"] and told.passes[-1]["workers"] == 1 and "one at a time" in repr(told)
    told = rx.rx_explain(rx.rx_summary, "~ w", files["xdf"], transform_function=double, transform_variables=["x"],
                         compute_context=rx.RxProcesses(2))
    assert told.shipped[0]["name"] == "transform_function" and told.shipped[0]["bytes"] > 0
    assert "worker processes of Python" in told.functions[0]["where"]


def test_errors_are_those_of_the_call(files, tmp_path):
    absent = str(tmp_path / "absent.xdf")
    for call in (lambda: rx.rx_lin_mod("y ~ x", absent), lambda: rx.rx_lin_mod("y ~ nowhere", files["xdf"]),
                 lambda: rx.rx_summary("~ y", files["xdf"], row_selection="x >"),
                 lambda: rx.rx_quantile("f", files["xdf"])):
        with pytest.raises(rx.InsituError) as told:
            rx.rx_explain(call)
        with pytest.raises(rx.InsituError) as raised:
            call()
        assert type(told.value) is type(raised.value) and str(told.value) == str(raised.value)
    with pytest.raises(rx.InvalidArgument, match="nothing to explain|no pass over data"):
        rx.rx_explain(rx.rx_get_info, files["xdf"])
    with pytest.raises(rx.InvalidArgument, match="no pass over data"):
        rx.rx_explain(rx.rx_set_info, files["xdf"], description="never")
    with pytest.raises(rx.InvalidArgument, match="must be a function"):
        rx.rx_explain(3)


def test_what_is_missing_is_what_the_call_says(files):
    context = rx.RxSpark(master="local")
    told = rx.rx_explain(rx.rx_lin_mod, "y ~ x", files["frame"], compute_context=context)
    assert told.context == "RxSpark" and told.numWorkers is None
    with pytest.raises(rx.Unsupported) as raised:
        rx.rx_lin_mod("y ~ x", files["frame"], compute_context=context)
    assert told.missing == [str(raised.value)] and "rx_data_step" in told.missing[0]
    told = rx.rx_explain(rx.rx_lin_mod, "y ~ x", files["xdf"], compute_context=context)
    assert told.missing == [] and told.passes[0]["splits"] == 4 and "executors of Spark" in told.workers
    told = rx.rx_explain(rx.rx_exec, lambda x: x, x=[1, 2], compute_context=context)
    assert told.tasks == 2 and told.missing == [] and "executors of Spark" in told.workers


def test_tasks_groups_and_jobs(files):
    big = np.arange(1000.0)
    told = rx.rx_explain(rx.rx_exec, lambda x: x + big, x=[1, 2, 3], compute_context=rx.RxProcesses(2))
    assert told.tasks == 3 and told.missing == []
    assert {each["name"] for each in told.shipped} >= {"<lambda>", "big"}
    told = rx.rx_explain(rx.rx_exec, lambda x: x, x=[1, 2], compute_context=rx.RxLocalSeq())
    assert told.workers == "this process, one task after the other" and told.shipped == []
    told = rx.rx_explain(rx.rx_exec_by, files["xdf"], ["f"], lambda keys, data: len(data), compute_context=rx.RxLocalSeq())
    assert [each["pass"] for each in told.passes] == ["key_counts", "rows"] and "each group" in told.then
    for context in (rx.RxLocalSeq(), rx.RxProcesses(2)):
        told = rx.rx_explain(rx.rx_exec_by, files["xdf"], ["f"], lambda keys, data: rx.rx_summary("~ x", data).execution.rows,
                             compute_context=context)
        done = rx.rx_exec_by(files["xdf"], ["f"], lambda keys, data: rx.rx_summary("~ x", data, report_progress=0).execution.rows,
                             compute_context=context)
        assert done["result"].sum() == 200_000
        fits(told, rx.rx_explain())
        assert ("tasks" in rx.rx_explain()) == ("tasks  " in repr(rx.rx_explain())) == isinstance(context, rx.RxProcesses)
    # What the function itself runs in tasks is no part of the record.
    nested = rx.rx_exec_by(files["xdf"], ["f"], lambda keys, data: len(rx.rx_exec(
        lambda x: x, x=rx.rx_elem_arg([1, 2]), compute_context=rx.RxProcesses(1))), compute_context=rx.RxLocalSeq())
    assert set(nested["result"]) == {2} and "tasks" not in rx.rx_explain()
    none = rx.rx_exec_by(files["xdf"], ["f"], lambda keys, data: 1, filter_function=lambda keys: keys[:0],
                         compute_context=rx.RxProcesses(2))
    assert len(none) == 0 and "tasks" not in rx.rx_explain()
    later = rx.RxLocalParallel(wait=False)
    jobs_before = len(rx.rx_get_jobs(later, verbose=False))
    told = rx.rx_explain(rx.rx_lin_mod, "y ~ x", files["xdf"], compute_context=later)
    assert told.job and "as a job" in repr(told) and len(rx.rx_get_jobs(later, verbose=False)) == jobs_before


def test_sets_that_are_partitioned_are_read_by_those_who_run_the_groups(files, tmp_path):
    parts = rx.RxXdfData(str(tmp_path / "parts"), create_partition_set=True)
    told = rx.rx_explain(rx.rx_partition, files["xdf"], parts, ["f"])
    assert [each["pass"] for each in told.passes] == ["key_counts", "rows"] and not os.listdir(tmp_path)
    rx.rx_partition(files["xdf"], parts, ["f"])
    fits(told, rx.rx_explain())
    told = rx.rx_explain(rx.rx_exec_by, parts, ["f"], lambda keys, data: len(data), compute_context=rx.RxProcesses(2))
    assert told.passes == [] and told.data[0]["rows"] == 200_000 and "for each group" in repr(told)
    rx.rx_exec_by(parts, ["f"], lambda keys, data: 1, compute_context=rx.RxProcesses(2))
    fits(told, rx.rx_explain())


def test_records_of_results(files):
    fit = rx.rx_lin_mod("y ~ x", files["xdf"], report_progress=0, compute_context=rx.RxProcesses(2))
    record = fit.execution
    assert record.context == "RxProcesses" and record.numWorkers == 2 and record.rows == 200_000 and record.retries == 0
    assert 0 < record.passes[0]["seconds"] <= record.seconds and record.rowsPerSecond > 0
    assert record.bytes == os.path.getsize(files["xdf"])
    assert "execution" not in fit and rx.rx_explain(fit) is record and "Executed in RxProcesses" in repr(record)
    assert set(record.to_dict()) >= {"passes", "seconds", "rows", "rowsPerSecond", "retries"}
    again = pickle.loads(pickle.dumps(fit))
    assert again.execution.to_dict() == record.to_dict()
    assert b"rowsPerSecond" not in rx.rx_serialize_model(fit)
    assert rx.rx_unserialize_model(rx.rx_serialize_model(fit)).execution is None


def test_every_method_has_a_call():
    from insitu._table import METHODS, SIGNATURES

    assert set(METHODS) == {SIGNATURES[call.split()[0]]["op"] for call in CALLS}
