"""RxHadoopMR on the seven daemons: the bits of one machine for text and .xdf in HDFS, whatever runs the tasks and merges the states."""

import os

import numpy as np
import pandas as pd
import pytest
from hadoop_gateway import ROOT, hadoop_jars, require

import insitu as rx
from insitu._requests import Builder

PACKAGE = f"-D mapreduce.map.env=PYTHONPATH={ROOT / 'python' / 'src'}"  # on a node it is installed
MANY_TASKS = "-D mapreduce.input.fileinputformat.split.maxsize=1000000"  # else 64 MB are one
QUICK = {"jvm_options": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC", "map_memory": 384}


@pytest.fixture(scope="module")
def rows(running_hadoop, tmp_path_factory):
    """The same rows here and in HDFS."""
    require()
    folder = tmp_path_factory.mktemp("rows")
    rng, n = np.random.default_rng(3), 200_000
    frame = pd.DataFrame({"x": rng.normal(size=n), "big": 2**60 + np.arange(n), "day": rng.choice(["Mon", "Tue", "Wed"], n)})
    frame["y"] = 2 * frame["x"] + rng.normal(size=n)
    frame.loc[::97, "x"] = np.nan
    frame.to_csv(folder / "rows.csv", index=False)
    rx.RxOptions.set_option("reportProgress", 0)
    rx.rx_import(rx.RxTextData(str(folder / "rows.csv"), strings_as_factors=True), str(folder / "rows.xdf"), rows_per_read=20_000)
    running_hadoop.shell("-mkdir", "-p", "/rows")
    running_hadoop.shell("-put", str(folder / "rows.csv"), str(folder / "rows.xdf"), "/rows/")
    return folder


@pytest.fixture(autouse=True)
def client(hadoop, monkeypatch):
    rx.RxOptions.set_option("reportProgress", 0)
    monkeypatch.setenv("INSITU_HADOOP_CLASSPATH", f"{hadoop_jars()}/*")


def answer(folder, context, kind):
    """Figures of the rows in a folder, here or in HDFS, by one pass."""
    data = rx.RxXdfData(f"{folder}/rows.xdf") if kind == "xdf" else rx.RxTextData(f"{folder}/rows.csv", strings_as_factors=True)
    return rx.rx_summary("~x + y + big + day", data, compute_context=context).to_frame()


ALL = pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="set INSITU_TEST_ALL: a job in containers of its own")


def same(one, other):
    pd.testing.assert_frame_equal(one, other, check_exact=True)


@pytest.mark.parametrize("kind, settings, told", [
    ("csv", {}, "in its local runner, for the files are small"),
    ("xdf", {"framework": "yarn", "uber": "yes", "reduce_method": "none"}, "(yarn)"),
    ("csv", {"framework": "yarn", "uber": "yes", "reduce_method": "none", "hadoop_switches": MANY_TASKS}, "(yarn)"),
    pytest.param("csv", {"framework": "yarn", "uber": "no", "reduce_method": "oneStage", "hadoop_switches": MANY_TASKS}, "(yarn)", marks=ALL),
    pytest.param("xdf", {"framework": "yarn", "uber": "no", "reduce_method": "twoStage", "hadoop_switches": MANY_TASKS}, "(yarn)", marks=ALL),
])
def test_figures_have_the_bits_of_one_machine(rows, kind, settings, told):
    context = rx.RxHadoopMR(**{**(QUICK if settings else {"jvm_options": QUICK["jvm_options"]}), **settings})
    same(answer(rows, rx.RxLocalSeq(), kind), answer("hdfs:///rows", context, kind))
    assert told in str(rx.rx_explain())


def test_rows_are_written_to_hdfs(rows):
    context = rx.RxHadoopMR(jvm_options=QUICK["jvm_options"])
    for target in (rx.RxXdfData("hdfs:///made/rows.xdf"), rx.RxTextData("hdfs:///made/rows.csv", write_precision=0)):
        rx.rx_hadoop_make_dir("/made")
        rx.rx_data_step(rx.RxXdfData("hdfs:///rows/rows.xdf"), target, row_selection="x > 1", compute_context=context)
        with pytest.raises(rx.InvalidArgument, match="exists.*overwrite"):
            rx.rx_data_step(rx.RxXdfData("hdfs:///rows/rows.xdf"), target, compute_context=context)
        here = rx.rx_data_step(rx.RxXdfData(f"{rows}/rows.xdf"), row_selection="x > 1")
        same(here[["x", "y"]], rx.rx_import(target)[["x", "y"]])


def test_map_tasks_write_sets_to_hdfs(rows, tmp_path):
    context = rx.RxHadoopMR(framework="yarn", uber="yes", **QUICK)
    data, step = rx.RxXdfData("hdfs:///rows/rows.xdf"), {"row_selection": "x > 1", "transforms": {"z": "x * y"}}
    for replaced in (False, True):
        target = rx.RxXdfData("hdfs:///made by tasks/a sét", create_composite_set=True, blocks_per_composite_file=3)
        rx.rx_hadoop_make_dir("/made by tasks")
        rx.rx_data_step(data, target, overwrite=replaced, compute_context=context, **step)
        passes = rx.rx_explain().passes
        assert [each["pass"] for each in passes] == ["written_rows", "rows"] and passes[-1]["tier"] == "tasks"
        with pytest.raises(rx.InvalidArgument, match="exists.*overwrite"):
            rx.rx_data_step(data, target, compute_context=context, **step)
    here, there = tmp_path / "here" / "a sét", tmp_path / "there"
    here.parent.mkdir()
    rx.rx_data_step(rx.RxXdfData(f"{rows}/rows.xdf"), rx.RxXdfData(str(here), create_composite_set=True, blocks_per_composite_file=3), **step)
    rx.rx_hadoop_copy_to_local("/made by tasks", str(there))  # hidden files as well
    contents = [{str(path.relative_to(base)): path.read_bytes() for path in base.rglob("*") if path.is_file()} for base in (here.parent, there)]
    assert contents[0] == contents[1] and len(contents[0]) == 5


def test_a_local_run_knows_the_name_node_of_names_without_a_host(rows, tmp_path):
    """There `fs.defaultFS` is this machine's, so that plain paths are; hdfs:///rows is still the configured cluster's."""
    context = rx.RxHadoopMR(framework="local", jvm_options=QUICK["jvm_options"])
    for kind in ("csv", "xdf"):
        same(answer("hdfs:///rows", context, kind), answer(rows, context, kind))
    # Without an ending a target is a set of that name, which map tasks write.
    target = rx.RxXdfData("hdfs:///written in a local run")
    rx.rx_data_step(rx.RxXdfData("hdfs:///rows/rows.xdf"), target, row_selection="x > 1", compute_context=context)
    assert rx.rx_explain().passes[-1]["tier"] == "tasks"
    here = rx.rx_data_step(rx.RxXdfData(f"{rows}/rows.xdf"), row_selection="x > 1")
    same(rx.rx_import(target), here)
    same(rx.rx_summary("~ x", target, compute_context=context).to_frame(), rx.rx_summary("~ x", here).to_frame())
    assert not (tmp_path / "rows").exists()


@ALL
def test_tasks_run_in_containers(rows):
    pytest.importorskip("cloudpickle")
    context = rx.RxHadoopMR(framework="yarn", hadoop_switches=PACKAGE, **QUICK)
    assert rx.rx_exec(lambda x: x ** 2, x=rx.rx_elem_arg([1, 2, 3]), compute_context=context) == [1, 4, 9]


def test_the_doctor_asks_the_daemons(hadoop):
    def checks(**settings):
        (found,) = Builder("doctor", of="hadoop", context=rx.RxHadoopMR(**settings).descriptor(), reportProgress=0).run()["contexts"]
        return {check["what"]: check for check in found["checks"]}

    found = checks()
    assert all(check["ok"] for check in found.values()), found
    assert {"name node", "hdfsShareDir", "resource manager"} <= set(found) and "2 nodes" in found["resource manager"]["found"]
    refused = checks(hdfs_share_dir="/rows/rows.csv/below")["hdfsShareDir"]
    assert not refused["ok"] and "hdfs_share_dir" in refused["mend"]
    assert "a job needs" in checks(map_memory=900_000)["resource manager"]["found"]
