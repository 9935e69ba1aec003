"""Rows by groups, judged against pandas."""

import json
import os

import numpy as np
import pandas as pd
import pytest

import insitu as rx


@pytest.fixture(autouse=True)
def quiet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with rx_options(reportProgress=0):
        yield


class rx_options:
    def __init__(self, **options):
        self.options = options

    def __enter__(self):
        self.before = {name: rx.RxOptions.get_option(name) for name in self.options}
        for name, value in self.options.items():
            rx.RxOptions.set_option(name, value)

    def __exit__(self, *_):
        for name, value in self.before.items():
            rx.RxOptions.set_option(name, value)


def frame_of(rows=3000, seed=1):
    r = np.random.default_rng(seed)
    frame = pd.DataFrame({
        "k": pd.array(r.integers(0, 6, rows), dtype="Int32"), "x": r.normal(size=rows), "i": np.arange(rows),
        "f": pd.Categorical(r.choice(list("zya"), rows), categories=list("zyxa")),
        "s": r.choice(["p", "q", "", None], rows), "t": pd.Timestamp("2020-01-01") + pd.to_timedelta(r.integers(0, 3, rows), "h"),
        "big": r.choice([9007199254740992, 9007199254740993], rows), "z": r.choice([0.0, -0.0, np.nan, np.inf], rows)})
    frame.loc[r.random(rows) < 0.1, "k"] = pd.NA
    return frame


def known(value):
    return "missing" if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)) else value


def by_pandas(frame, keys):
    """The rows of each group, by key."""
    plain = frame.assign(**{key: [known(value) for value in frame[key].astype(object)] for key in keys})
    return {key if isinstance(key, tuple) else (key,): frame.loc[rows.index] for key, rows in plain.groupby(keys, sort=False)}


@pytest.mark.parametrize("keys", [["k"], ["f"], ["s"], ["t"], ["big"], ["z"], ["s", "k"], ["k", "f", "s"]])
def test_groups_are_those_of_pandas(keys):
    frame = frame_of()
    expected = by_pandas(frame, keys)
    seen = []

    def collect(keys, data):
        seen.append(tuple(known(value) for value in keys.values()))
        return rx.rx_import(data)["i"].tolist()

    groups = rx.rx_exec_by(frame, keys=keys, function=collect)
    assert list(groups["status"]) == ["OK"] * len(expected)
    assert set(seen) == set(expected)
    for key, rows in zip(seen, groups["result"]):
        assert rows == expected[key]["i"].tolist()


def test_groups_come_in_the_order_of_their_keys_whatever_the_order_of_the_rows():
    frame = frame_of()
    assert list(rx.rx_exec_by(frame, keys="f", function=lambda keys, data: 0).index) == ["z", "y", "a"]
    numbers = rx.rx_exec_by(frame, keys="k", function=lambda keys, data: keys["k"])["result"].tolist()
    assert numbers == [0, 1, 2, 3, 4, 5, None]
    shuffled = frame.sample(frac=1, random_state=3)
    assert rx.rx_exec_by(shuffled, keys=["k", "s"], function=lambda keys, data: keys)["result"].tolist() == \
        rx.rx_exec_by(frame, keys=["k", "s"], function=lambda keys, data: keys)["result"].tolist()


def test_a_small_budget_of_memory_changes_nothing():
    frame = frame_of(60_000)

    def rows(keys, data):
        return rx.rx_import(data)[["i", "s"]].values.tolist()

    with rx_options(memoryLimit="1MB"):
        small = rx.rx_exec_by(rx.rx_data_step(frame, "rows.xdf", rows_per_read=7000), keys=["k"], function=rows)
    assert small["result"].tolist() == rx.rx_exec_by(frame, keys=["k"], function=rows)["result"].tolist()


def test_the_function_gets_a_source_that_every_analysis_takes():
    frame = frame_of()

    def fit(keys, data, power):
        levels = rx.rx_get_info(data, get_var_info=True)["varInfo"]["f"]["levels"]
        return rx.rx_lin_mod("x ~ i", data).coefficients[1] ** power, levels, data.shape, data.columns[:2]

    groups = rx.rx_exec_by(frame, keys=["f"], function=fit, function_parameters={"power": 2})
    for level, (slope, levels, shape, columns) in groups["result"].items():
        rows = frame[frame["f"] == level]
        assert slope == pytest.approx(np.polyfit(rows["i"], rows["x"], 1)[0] ** 2, rel=1e-8)
        assert (levels, shape, columns) == (list("zyxa"), rows.shape, ["k", "x"])


def test_names_of_parameters_matter_not_their_order():
    def backwards(data, keys):
        return keys["f"], data.shape[0]

    frame = frame_of()
    assert rx.rx_exec_by(frame, keys="f", function=backwards)["result"]["a"] == ("a", int((frame["f"] == "a").sum()))
    assert rx.rx_exec_by(frame, keys="f", function=lambda key, rows: key["f"])["result"]["a"] == "a"


def test_a_failing_group_does_not_end_the_others():
    def fails(keys, data):
        if keys["f"] == "y":
            raise ValueError("not this one")
        return 1

    groups = rx.rx_exec_by(frame_of(), keys="f", function=fails)
    assert list(groups["result"]) == [1, None, 1]
    assert isinstance(groups["status"]["y"], ValueError) and str(groups["status"]["y"]) == "not this one"


@pytest.mark.parametrize("context", [rx.RxLocalParallel(), rx.RxProcesses(2), rx.RxForeachDoPar()], ids=lambda c: type(c).__name__)
def test_groups_are_the_same_in_every_context(context):
    frame = frame_of(800)
    shift = 10

    def fit(keys, data, power):
        if keys["f"] == "y" and keys["k"] is None:
            raise KeyError("no", "k")
        return rx.rx_lin_mod("x ~ i", data).coefficients[1] * power + shift, data.shape[0], keys

    here = rx.rx_exec_by(frame, keys=["f", "k"], function=fit, function_parameters={"power": 2})
    there = rx.rx_exec_by(frame, keys=["f", "k"], function=fit, function_parameters={"power": 2}, compute_context=context)
    assert here["result"].tolist() == there["result"].tolist() and here.index.equals(there.index)
    assert [str(each) for each in here["status"]] == [str(each) for each in there["status"]]
    assert sum(isinstance(each, KeyError) for each in there["status"]) == 1


def test_a_worker_that_dies_fails_its_groups_alone():
    def dies(keys, data):
        if keys["k"] == 3:
            os._exit(3)
        return keys["k"]

    groups = rx.rx_exec_by(frame_of(400), keys="k", function=dies, compute_context=rx.RxProcesses(2))
    assert groups["result"].isna().sum() == 2 and groups["status"][3] != "OK"  # and that of the missing key
    assert [groups["result"][k] for k in (0, 1, 2, 4, 5)] == [0, 1, 2, 4, 5]


def test_a_context_that_cannot_run_functions_says_so():
    with pytest.raises(rx.InvalidArgument, match="'nowhere', used in line"):
        rx.rx_exec_by(frame_of(20), keys="k", function=lambda keys, data: nowhere, compute_context=rx.RxProcesses(2))  # noqa: F821


def test_a_filter_chooses_groups():
    frame = frame_of()
    groups = rx.rx_exec_by(frame, keys=["f", "k"], function=lambda keys, data: (keys["f"], data.shape[0]),
                           filter_function=lambda table: table[(table["f"] != "y") & table["k"].notna()])
    assert [result[0] for result in groups["result"]] == ["z"] * 6 + ["a"] * 6
    assert sum(result[1] for result in groups["result"]) == ((frame["f"] != "y") & frame["k"].notna()).sum()
    assert len(rx.rx_exec_by(frame, keys="f", function=len, filter_function=lambda table: table[:0])) == 0
    with pytest.raises(rx.InvalidArgument, match="filter_function must return rows of the data frame"):
        rx.rx_exec_by(frame, keys="f", function=len, filter_function=lambda table: 3)


def test_sources_of_every_kind():
    frame = frame_of()[["k", "x", "s"]].assign(s=lambda d: d["s"].replace("", "r"))
    frame.to_csv("rows.csv", index=False, na_rep="NA")
    text = rx.RxTextData("rows.csv", column_classes={"k": "integer", "x": "numeric", "s": "character"})
    of = {}
    for name, source in {"frame": frame, "text": text, "xdf": rx.rx_import(text, "rows.xdf"),
                         "parquet": rx.rx_data_step(frame, rx.RxParquetData("rows.parquet"))}.items():
        of[name] = rx.rx_exec_by(source, keys=["s", "k"], function=lambda keys, data: rx.rx_import(data)["x"].tolist())["result"]
        assert of[name].tolist() == of["frame"].tolist(), name


def test_a_partitioned_set_is_written_read_added_to_and_grouped_by():
    frame = frame_of()
    table = rx.rx_partition(frame, rx.RxXdfData("set", create_partition_set=True), ["f", "k"])
    again = rx.rx_get_partitions(rx.RxXdfData("set"))
    assert list(table.columns) == ["f", "k", "data_source"] and table.equals(again)
    for f, k, source in table.itertuples(index=False):
        rows = frame[(frame["f"] == f) & (frame["k"].isna() if known(k) == "missing" else frame["k"].eq(k).fillna(False))]
        assert rx.rx_data_step(source)["i"].tolist() == rows["i"].tolist()
    more = frame[:3].assign(f=pd.Categorical(["new", "a", "new"]), k=1, i=[9001, 9002, 9003])
    more["k"] = more["k"].astype("Int32")
    table = rx.rx_partition(more, rx.RxXdfData("set", create_partition_set=True), ["f", "k"])
    assert table["f"].cat.categories.tolist() == ["z", "y", "x", "a", "new"]
    assert rx.rx_data_step(table["data_source"][table.index[table["f"] == "new"][0]])["i"].tolist() == [9001, 9003]
    groups = rx.rx_exec_by(rx.RxXdfData("set"), keys=["k", "f"], function=lambda keys, data: rx.rx_import(data)["i"].sum())
    assert sum(groups["result"]) == frame["i"].sum() + 27006
    assert [name for name in os.listdir("set.xdf") if name.startswith(".") or os.path.isdir(f"set.xdf/{name}")] == []


def test_errors_of_partitioned_sets_leave_them_as_they_were():
    frame = frame_of()
    target = rx.RxXdfData("set", create_partition_set=True)
    rx.rx_partition(frame, target, "k")
    before = {name: open(f"set.xdf/{name}", "rb").read() for name in os.listdir("set.xdf")}
    for call, words in [
            (lambda: rx.rx_partition(frame, target, "f"), "is partitioned by k"),
            (lambda: rx.rx_partition(frame, target, "k", append="none"), "exists"),
            (lambda: rx.rx_partition(frame.assign(k="a"), target, "k"), "variable 'k' is character, but integer in"),
            (lambda: rx.rx_partition(frame, rx.RxXdfData("other"), "k"), "create_partition_set=True"),
            (lambda: rx.rx_exec_by(rx.RxXdfData("set"), keys="f", function=len), "is partitioned by k")]:
        with pytest.raises(rx.InsituError, match=words):
            call()
    assert before == {name: open(f"set.xdf/{name}", "rb").read() for name in os.listdir("set.xdf")}
    open("set.xdf/stranger", "w").close()
    os.mkdir("folder.xdf")
    with pytest.raises(rx.InvalidArgument, match="is no partitioned set"):
        rx.rx_partition(frame, rx.RxXdfData("folder.xdf", create_partition_set=True), "k")


@pytest.mark.parametrize("damage", [
    lambda d: d.update(insituPartitionSet=2), lambda d: d.pop("keys"), lambda d: d["partitions"][0].update(file="../other.xdf"),
    lambda d: d["partitions"][0].update(file="/etc/passwd"), lambda d: d["partitions"][0].update(rows=-1),
    lambda d: d["partitions"][0].update(key="!!"), lambda d: d["partitions"][0].update(key="AAAA"),
    lambda d: d["partitions"].reverse(), lambda d: d["partitions"].append(d["partitions"][0]), lambda d: d["keys"][0].update(type="factor"),
    lambda d: d.update(partitions=3)])
def test_damaged_sets_are_refused(damage):
    rx.rx_partition(frame_of(), rx.RxXdfData("set", create_partition_set=True), "k")
    with open("set.xdf/partitions.xdfp") as file:
        document = json.load(file)
    damage(document)
    with open("set.xdf/partitions.xdfp", "w") as file:
        json.dump(document, file)
    with pytest.raises(rx.InsituError, match="partitioned set"):
        rx.rx_get_partitions(rx.RxXdfData("set"))


def test_wrong_calls_say_what_is_wrong_and_leave_nothing_behind(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    os.mkdir(tmp_path / "scratch")
    frame = frame_of(20)
    for keys, function, words in [("nope", len, "keys: variable not found: nope"), ([], len, "keys is empty"),
                                  (["f", "K"], len, r"keys: variable not found: K \(did you mean k\?\)"),
                                  (["f", "f"], len, "keys: .*named twice"), ("f", 3, "must be a function"),
                                  ("f", rx.rx_lin_mod("x ~ i", frame), r"handed over uncalled \(functools.partial\(rx.rx_lin_mod")]:
        with pytest.raises(rx.InsituError, match=words):
            rx.rx_exec_by(frame, keys=keys, function=function)
    assert os.listdir(tmp_path / "scratch") == []


@pytest.mark.parametrize("memory", [None, "1MB"])  # one file for all groups, files of their own
def test_large_groups_are_read_from_their_files_alone(memory, monkeypatch):
    monkeypatch.setattr("insitu._do.groups._ROWS_IN_MEMORY", 10_000)
    frame = frame_of(60_000)[["x", "i"]].assign(k=np.arange(60_000) % 3)
    with rx_options(memoryLimit=memory):
        groups = rx.rx_exec_by(frame, keys="k", function=lambda keys, data: rx.rx_import(data)["i"].tolist())
    assert groups["result"].tolist() == [list(range(k, 60_000, 3)) for k in range(3)]


def test_no_rows_and_one_row():
    assert len(rx.rx_exec_by(frame_of(5)[:0], keys="k", function=len)) == 0
    assert rx.rx_exec_by(frame_of(1), keys="s", function=lambda keys, data: data.shape)["result"].tolist() == [(1, 8)]


def test_the_level_of_compression_is_checked():
    rx.RxOptions.set_option("xdfCompressionLevel", 99)
    try:
        with pytest.raises(rx.InvalidArgument, match="xdf_compression_level must be from -1 to 9, not 99"):
            rx.rx_partition(frame_of(20), rx.RxXdfData("set", create_partition_set=True), "k")
    finally:
        rx.RxOptions.set_option("xdfCompressionLevel", 1)


def test_arrays_of_a_group_depend_on_its_own_rows_alone():
    large = 2**53 + 1
    frame = pd.DataFrame({"k": [1, 1, 2, 2], "n": pd.array([large, -large, pd.NA, large], dtype="Int64"),
                          "s": pd.array([1, 2, 3, None], dtype="Int32"), "x": [1.0, np.nan, 3.0, 4.0]})

    def told(keys, data):
        return [[data[name].dtype.name, list(data[name])] for name in ("n", "s", "x")]

    both = rx.rx_exec_by(frame, keys="k", function=told)["result"]
    assert both[1][:2] == [["int64", [large, -large]], ["int32", [1, 2]]] and both[1][2][0] == "float64"
    assert both[2][0][0] == "Int64" and both[2][0][1][0] is pd.NA and both[2][0][1][1] == large
    assert both[2][1][0] == "float64" and both[2][1][1][0] == 3 and np.isnan(both[2][1][1][1])
    alone = rx.rx_exec_by(frame[frame["k"] == 1], keys="k", function=told)["result"]
    assert str(alone[1]) == str(both[1])
