"""rx_exec_by of analyses by name, judged against the same analysis on the rows of each group alone, pandas and numpy."""

import functools
import os
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import insitu as rx


@pytest.fixture(autouse=True)
def quiet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = rx.RxOptions.get_option("reportProgress")
    rx.RxOptions.set_option("reportProgress", 0)
    yield
    rx.RxOptions.set_option("reportProgress", before)


def frame_of(rows=2000, seed=1):
    r = np.random.default_rng(seed)
    x = r.normal(size=rows)
    frame = pd.DataFrame({
        "k": pd.array(r.integers(0, 6, rows), dtype="Int32"), "x": x, "y": 2 * x + r.normal(size=rows), "b": r.integers(0, 2, rows),
        "n": r.poisson(3, rows), "f": pd.Categorical(r.choice(list("zya"), rows), categories=list("zyxa")),
        "s": r.choice(["p", "q", "", None], rows), "z": r.choice([0.0, -0.0, np.nan, np.inf, 1.5], rows), "l": r.random(rows) < 0.3,
        "t": pd.Timestamp("2020-01-01") + pd.to_timedelta(r.integers(0, 3, rows), "h"), "w": r.random(rows)})
    frame.loc[r.random(rows) < 0.1, "k"] = pd.NA
    frame.loc[r.random(rows) < 0.05, "x"] = np.nan
    return frame


def plain(value):
    return None if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)) else value


def rows_of(frame, keys, key):
    chosen = np.ones(len(frame), dtype=bool)
    for name, value in zip(keys, key if isinstance(key, tuple) else (key,)):
        column = frame[name]
        chosen &= np.array(column.isna() if plain(value) is None else (column == value).fillna(False), dtype=bool)
    return frame[chosen]


def same(one, other):
    """Two results to the bit, but for the call and what names the data."""
    if isinstance(one, (pd.DataFrame, pd.Series)):
        return equal(one, other, type(one).__name__)

    def figures(result):
        return {name: value for name, value in result._fields.items() if name not in ("call", "params")}

    mine, theirs = figures(one), figures(other)
    assert mine.keys() == theirs.keys()
    for name, value in mine.items():
        equal(value, theirs[name], name)
    assert str(one).splitlines()[3:] == str(other).splitlines()[3:]


def equal(one, other, name):
    assert type(one) is type(other), name
    if isinstance(one, np.ndarray):
        assert one.dtype == other.dtype and one.tobytes() == other.tobytes() if one.dtype != object else one.tolist() == other.tolist(), name
    elif isinstance(one, (pd.DataFrame, pd.Series)):
        assert one.equals(other), name
    elif isinstance(one, dict):
        assert one.keys() == other.keys(), name
        for key, value in one.items():
            equal(value, other[key], f"{name}.{key}")
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(other), name
        for each, value in zip(one, other):
            equal(each, value, name)
    elif isinstance(one, float):
        assert one == other or (one != one and other != other), name
    elif isinstance(one, (str, int, bool, type(None))):
        assert one == other or repr(one) == repr(other), name


ANALYSES = {
    "summary": (rx.rx_summary, {"formula": "~ x + y + f"}),
    "lin_mod": (rx.rx_lin_mod, {"formula": "y ~ x + f", "cov_coef": True}),
    "robust": (rx.rx_lin_mod, {"formula": "y ~ x", "pweights": "w", "robust": "HC1"}),
    "logit": (rx.rx_logit, {"formula": "b ~ x"}),
    "glm": (rx.rx_glm, {"formula": "n ~ x", "family": "poisson"}),
    "cov_cor": (rx.rx_cov_cor, {"formula": "~ x + y", "type": "Cor"}),
    "cor": (rx.rx_cor, {"formula": "~ x + y"}),
    "quantile": (rx.rx_quantile, {"var_name": "x"}),
    "transforms": (rx.rx_lin_mod, {"formula": "y ~ u", "transforms": {"u": "x * 2"}, "row_selection": "y > -1"}),
}


@pytest.mark.parametrize("name", ANALYSES)
def test_a_group_has_the_result_of_its_rows_alone(name):
    frame = frame_of(400 if name == "quantile" else 2000)
    function, parameters = ANALYSES[name]
    groups = rx.rx_exec_by(frame, keys=["f"], function=function, function_parameters=parameters)
    assert list(groups.index) == ["z", "y", "a"] and list(groups["status"]) == ["OK"] * 3
    for key in groups.index:
        alone = function(data=frame[frame["f"] == key], **parameters)
        same(groups.loc[key, "result"], alone)
    numbers = groups.to_frame()
    assert numbers.index.equals(groups.index) and numbers["status"].tolist() == ["OK"] * 3 and numbers.shape[1] > 2


@pytest.mark.parametrize("keys", [["k"], ["s"], ["z"], ["l"], ["t"], ["f", "k"], ["s", "k", "l"]], ids="-".join)
def test_every_kind_of_key_has_the_groups_and_values_of_pandas(keys):
    frame = frame_of()
    groups = rx.rx_exec_by(frame, keys=keys, function=rx.rx_summary, function_parameters={"formula": "~ x"}).to_frame()
    known = frame.assign(**{key: [plain(value) if plain(value) is not None else "missing" for value in frame[key].astype(object)]
                            for key in keys})
    theirs = known.groupby(keys, sort=False, observed=True)["x"].agg(["mean", "std", "count"])
    assert len(groups) == len(theirs)
    for key, row in groups.iterrows():
        key = tuple("missing" if plain(each) is None else each for each in (key if isinstance(key, tuple) else (key,)))
        mean, deviation, count = theirs.loc[key if len(key) > 1 else key[0]]
        assert row["sDataFrame.x.ValidObs"] == count
        np.testing.assert_allclose([row["sDataFrame.x.Mean"], row["sDataFrame.x.StdDev"]], [mean, deviation], rtol=1e-12)


def test_the_table_holds_the_numbers_of_the_results():
    frame = frame_of()
    groups = rx.rx_exec_by(frame, keys="f", function=functools.partial(rx.rx_lin_mod, "y ~ x"))
    table = groups.to_frame()
    for key, result in groups["result"].items():
        row = table.loc[key]
        assert [row["coefficients.(Intercept)"], row["coefficients.x"]] == result.coefficients.tolist()
        assert row["r.squared"] == result.r_squared and row["nValidObs"] == (frame[frame["f"] == key]["x"].notna()).sum()
        x, y = frame[(frame["f"] == key) & frame["x"].notna()][["x", "y"]].to_numpy().T
        np.testing.assert_allclose(result.coefficients, np.polyfit(x, y, 1)[::-1], rtol=1e-9)


def test_a_failing_group_has_its_status_and_the_others_their_results():
    frame = pd.DataFrame({"k": [1, 1, 1, 2, 2, 3, 3, 3], "x": [1.0, 2, 4, np.nan, np.nan, 5, 6, 9], "y": [2.0, 4, 7, 1, 2, 1, 0, 3]})
    groups = rx.rx_exec_by(frame, keys="k", function=rx.rx_lin_mod, function_parameters={"formula": "y ~ x"})
    assert [each == "OK" for each in groups["status"]] == [True, False, True]
    with pytest.raises(rx.InsituError) as alone:
        rx.rx_lin_mod("y ~ x", frame[frame["k"] == 2])
    assert type(groups["status"][2]) is type(alone.value) and str(groups["status"][2]) == str(alone.value)
    assert groups["result"][2] is None and groups["result"].isna().tolist() == [False, True, False]
    assert groups["result"][3].coefficients.shape == (2,)
    table = groups.to_frame()
    assert table.loc[2].drop("status").isna().all() and table.loc[2, "status"] == str(alone.value)


def test_what_no_group_can_do_is_an_error_of_the_call():
    frame = frame_of(200)
    with pytest.raises(rx.InvalidArgument, match="xx"):
        rx.rx_exec_by(frame, keys="f", function=rx.rx_lin_mod, function_parameters={"formula": "y ~ xx"})
    with pytest.raises(rx.InvalidArgument, match="data cannot be an argument"):
        rx.rx_exec_by(frame, keys="f", function=functools.partial(rx.rx_lin_mod, "y ~ x", data=frame))
    with pytest.raises(rx.InvalidArgument, match="one file"):
        rx.rx_exec_by(frame, keys="f", function=rx.rx_summary,
                      function_parameters={"formula": "~ x:s", "by_group_out_file": "out.xdf"})


CONTEXTS = [rx.RxLocalParallel(), rx.RxProcesses(2), rx.RxForeachDoPar()]


@pytest.mark.parametrize("context", CONTEXTS, ids=lambda c: type(c).__name__)
def test_every_context_gives_the_same_bits(context):
    frame = frame_of(3000)
    arguments = {"keys": ["s", "k"], "function": rx.rx_lin_mod, "function_parameters": {"formula": "y ~ x + f", "cov_coef": True}}
    here = rx.rx_exec_by(frame, compute_context=rx.RxLocalSeq(), **arguments)
    there = rx.rx_exec_by(frame, compute_context=context, **arguments)
    assert here.to_frame().equals(there.to_frame()) and here.index.equals(there.index)
    same(here["result"].iloc[3], there["result"].iloc[3])


def test_large_groups_and_small_memory_change_nothing():
    rows = 300_000  # more than one thread takes at once
    r = np.random.default_rng(2)
    frame = pd.DataFrame({"k": (r.random(rows) < 0.02).astype("int32"), "x": r.normal(size=rows), "y": r.normal(size=rows)})
    groups = rx.rx_exec_by(frame, keys="k", function=rx.rx_lin_mod, function_parameters={"formula": "y ~ x"})
    rx.RxOptions.set_option("memoryLimit", "4MB")
    try:
        small = rx.rx_exec_by(frame, keys="k", function=rx.rx_lin_mod, function_parameters={"formula": "y ~ x"})
    finally:
        rx.RxOptions.set_option("memoryLimit", None)
    assert groups.to_frame().equals(small.to_frame())
    for key in (0, 1):
        alone = rx.rx_lin_mod("y ~ x", frame[frame["k"] == key])
        same(groups["result"][key], alone)
        same(small["result"][key], alone)


def test_a_filter_a_function_and_a_partitioned_set():
    frame = frame_of()
    shift = 3.0

    def add(rows):
        rows["u"] = np.asarray(rows["x"]) + shift
        return rows

    def largest(table):
        assert list(table.columns) == ["f", "data_source"]
        return table[table["f"] != "y"]

    parameters = {"formula": "y ~ u", "transform_function": add, "transform_variables": ["x"]}
    groups = rx.rx_exec_by(frame, keys="f", function=rx.rx_lin_mod, function_parameters=parameters, filter_function=largest)
    assert list(groups.index) == ["z", "a"]
    alone = rx.rx_lin_mod(data=frame[frame["f"] == "a"], **parameters)
    assert groups["result"]["a"].coefficients.tobytes() == alone.coefficients.tobytes()
    in_workers = rx.rx_exec_by(frame, keys="f", function=rx.rx_lin_mod, function_parameters=parameters, filter_function=largest,
                               compute_context=rx.RxProcesses(1))
    assert in_workers.to_frame().equals(groups.to_frame())
    sets = rx.RxXdfData("by_f", create_partition_set=True)
    rx.rx_partition(frame.drop(columns=["t"]), sets, ["f"])
    again = rx.rx_exec_by(sets, keys=["f"], function=rx.rx_lin_mod, function_parameters={"formula": "y ~ x"})
    once = rx.rx_exec_by(frame, keys=["f"], function=rx.rx_lin_mod, function_parameters={"formula": "y ~ x"})
    assert again.to_frame().equals(once.to_frame()) and again["result"]["z"].coefficients.tolist() == once["result"]["z"].coefficients.tolist()


def test_no_rows_one_group_and_results_that_are_kept():
    frame = frame_of(50)
    parameters = {"formula": "y ~ x"}
    none = rx.rx_exec_by(frame.iloc[:0], keys="f", function=rx.rx_lin_mod, function_parameters=parameters)
    assert len(none) == 0 and len(none.to_frame()) == 0
    one = rx.rx_exec_by(frame.assign(k=7), keys="k", function=rx.rx_lin_mod, function_parameters=parameters)
    assert list(one.index) == [7]
    kept = pickle.loads(pickle.dumps(one))
    assert kept["result"][7].coefficients.tolist() == one["result"][7].coefficients.tolist()
    assert "RxLinMod" in repr(one)
    assert one["result"][one["result"].notna()].map(lambda model: model.coefficients[1]).tolist() == [one["result"][7].coefficients[1]]


def test_a_job_holds_the_results(tmp_path, monkeypatch):
    monkeypatch.setenv("INSITU_JOBS_FOLDER", str(tmp_path / "jobs"))
    frame = frame_of(100)
    parameters = {"formula": "y ~ x"}
    job = rx.rx_exec_by(frame, keys="f", function=rx.rx_lin_mod, function_parameters=parameters,
                        compute_context=rx.RxLocalSeq(wait=False))
    rx.rx_wait_for_job(job)
    found = rx.rx_get_job_results(job)
    here = rx.rx_exec_by(frame, keys="f", function=rx.rx_lin_mod, function_parameters=parameters)
    assert found.to_frame().equals(here.to_frame())
    same(found["result"]["a"], here["result"]["a"])


def test_the_rows_are_removed_with_the_results(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    groups = rx.rx_exec_by(frame_of(100), keys="f", function=rx.rx_lin_mod, function_parameters={"formula": "y ~ x"})
    assert os.listdir(tmp_path)
    results = groups["result"]
    del groups
    assert results["z"].coefficients.shape == (2,)
    del results
    assert not os.listdir(tmp_path)


@pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="a minute")
def test_a_million_groups_take_bounded_memory():
    code = """
import re, sys
import numpy as np, pandas as pd, insitu as rx
rx.RxOptions.set_option("reportProgress", 0)
groups, r = int(sys.argv[1]), np.random.default_rng(1)
rows = pd.DataFrame({"k": np.repeat(np.arange(groups, dtype="int32"), 10), "x": r.normal(size=10 * groups), "y": r.normal(size=10 * groups)})
found = rx.rx_exec_by(rows, keys="k", function=rx.rx_lin_mod, function_parameters={"formula": "y ~ x"})
assert len(found) == groups and found["result"].iloc[-1].coefficients.shape == (2,)
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""
    small, large = (int(subprocess.run([sys.executable, "-c", code, str(groups)], capture_output=True, text=True, check=True).stdout)
                    for groups in (100_000, 1_000_000))
    assert large < small + 4000, (small, large)  # MiB: some 50 numbers, a status and a key of each group, twice for a while


def test_an_analysis_within_the_arguments_is_none_of_the_groups():
    frame = frame_of(300)

    class Transforms(dict):
        def items(self):  # read while the analysis puts its request together
            mean = float(rx.rx_summary("~ w", frame).to_frame()["Mean"].iloc[0])
            return {"u": f"x - {mean!r}"}.items()

    groups = rx.rx_exec_by(frame, keys="f", function=rx.rx_lin_mod, function_parameters={"formula": "y ~ u", "transforms": Transforms(u="x")})
    assert "coefficients.u" in groups.to_frame().columns and groups["result"]["z"].coefficients.shape == (2,)


def test_rows_of_a_partitioned_set_that_were_replaced_meanwhile_are_an_error():
    sets = rx.RxXdfData("by_f", create_partition_set=True)
    parts = rx.rx_partition(frame_of(400)[["f", "x", "y"]], sets, ["f"])

    def replace(table=None):
        rx.rx_data_step(frame_of(40)[["f", "x", "y"]], parts["data_source"][0].file, overwrite=True)
        return table

    parameters = {"formula": "y ~ x"}
    groups = rx.rx_exec_by(sets, keys="f", function=rx.rx_lin_mod, function_parameters=parameters)
    replace()
    with pytest.raises(rx.InsituError, match="replaced or changed"):
        groups["result"].iloc[0]
    assert groups["result"].iloc[1].coefficients.shape == (2,)
    for function, given in ((rx.rx_lin_mod, parameters), (lambda keys, data: len(data.frame), None)):
        with pytest.raises(rx.InsituError, match="replaced or changed"):
            rx.rx_exec_by(sets, keys="f", function=function, function_parameters=given, filter_function=replace)


def test_a_forked_child_leaves_the_rows_to_its_parent(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    groups = rx.rx_exec_by(frame_of(100), keys="f", function=rx.rx_lin_mod, function_parameters={"formula": "y ~ x"})
    child = os.fork()
    if not child:
        try:
            del groups  # nobody else has them in the child
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert os.listdir(tmp_path) and groups["result"]["z"].coefficients.shape == (2,)


def test_results_that_failed_are_missing_after_pickling_too():
    frame = pd.DataFrame({"k": [1, 1, 1, 2, 2, 3, 3, 3], "x": [1.0, 2, 4, np.nan, np.nan, 5, 6, 9], "y": [2.0, 4, 7, 1, 2, 1, 0, 3]})
    groups = rx.rx_exec_by(frame, keys="k", function=rx.rx_lin_mod, function_parameters={"formula": "y ~ x"})
    for found in (groups, pickle.loads(pickle.dumps(groups)), pd.concat([groups, groups]).iloc[:3], pickle.loads(pickle.dumps(groups)).iloc[::-1]):
        assert found["result"].isna().to_dict() == {1: False, 2: True, 3: False}
        assert len(found["result"].dropna()) == 2
