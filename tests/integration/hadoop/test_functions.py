"""rx_exec_by and rx_exec of both faces on the seven daemons: the groups, results, failures and their order of one machine.

In the normal run groups are brought together in the local runner, because their files are small, and tasks run in containers; with
INSITU_TEST_ALL all of it runs in containers.
"""

import json
import os
import pathlib
import shutil
import subprocess
import warnings

import numpy as np
import pandas as pd
import pytest
from hadoop_gateway import ROOT, hadoop_jars, require

import insitu as rx

LONG = pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="set INSITU_TEST_ALL: minutes of containers")
PATHS = [f"PYTHONPATH={ROOT / 'python' / 'src'}"]  # on a node they are installed
QUICK_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
ROWS = "hdfs:///sales/rows.xdf"
STORES = [f"s{i}" for i in range(7)]  # of which one is not used
TEXT = rx.RxTextData("hdfs:///sales/rows.csv", column_info={
    "store": {"type": "factor", "levels": STORES}, "day": {"type": "numeric"}, "number": {"type": "int64"}})
pytest.importorskip("cloudpickle")


def sales(rows):
    random = np.random.default_rng(7)
    frame = pd.DataFrame({"store": pd.Categorical.from_codes(random.integers(-1, 6, rows), STORES),
                          "day": random.integers(0, 3, rows).astype("float64"), "price": random.normal(size=rows),
                          "x": random.normal(size=rows), "number": 2**60 + np.arange(rows), "note": random.choice(["a", "b", "ü"], rows)})
    frame.loc[random.random(rows) < 0.02, "day"] = np.nan
    frame.loc[frame.index % 11 == 0, "price"] = np.nan
    return frame


def of_group(keys, data, digits=3):
    frame = rx.rx_import(data)
    if keys["store"] == "s3" and keys["day"] == 2:
        raise ValueError(f"not {keys['store']}")
    return (tuple(keys.items()), len(frame), int(frame["number"].iloc[0]), round(frame["price"].sum(), digits), "".join(frame["note"].head(9)),
            list(frame["store"].cat.categories), rx.rx_lin_mod("price ~ x", data).coefficients.tobytes())


def draw(x):
    if x == 2:
        raise KeyError(f"no {x}")
    return x, rx.rx_task_rng().standard_normal(3).tolist(), rx.rx_get_compute_context().__class__.__name__


def context(framework="auto", paths=PATHS):
    return rx.RxHadoopMR(framework=framework, jvm_options=QUICK_JVM, hadoop_switches=f"-D mapreduce.map.env={','.join(paths)}")


@pytest.fixture(scope="module")
def rows(running_hadoop):
    require()
    rx.RxOptions.set_option("reportProgress", 0)
    with pytest.MonkeyPatch.context() as patch:
        for key, value in running_hadoop.environment().items():
            patch.setenv(key, value)
        rx.rx_data_step(sales(30_000), rx.RxXdfData(ROWS), rows_per_read=5000, overwrite=True)


@pytest.fixture(autouse=True)
def client(hadoop, rows, monkeypatch):
    rx.RxOptions.set_option("reportProgress", 0)
    monkeypatch.setenv("INSITU_HADOOP_CLASSPATH", f"{hadoop_jars()}/*")


def groups(context, data=None, keys=("store", "day"), function=of_group, **more):
    return rx.rx_exec_by(data or rx.RxXdfData(ROWS), keys=list(keys), function=function, compute_context=context, **more)


def same(there, here):
    assert there.index.equals(here.index)
    assert [repr(value) for value in there["result"]] == [repr(value) for value in here["result"]]
    assert [repr(value) for value in there["status"]] == [repr(value) for value in here["status"]]


def test_groups_are_those_of_one_machine(hadoop):
    before = len(hadoop.applications())
    here, there = groups("local"), groups(context())
    same(there, here)
    assert len(hadoop.applications()) == before  # small files: all of it runs in the gateway's process
    assert len(here) == 7 * 4 and [str(each) for each in here["status"] if each != "OK"] == ["not s3"]
    assert all(pd.isna(each) for each in here.index[-1])  # what is missing comes last


def test_tasks_give_what_they_give_here(hadoop):
    before = len(hadoop.applications())
    found = []
    for where in ("local", context()):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            found.append(rx.rx_exec(draw, x=rx.rx_elem_arg([1, 2, 3]), rng_seed=5, compute_context=where))
        assert any("1 of 3 tasks failed" in str(each.message) for each in said)
    assert repr(found[0]) == repr(found[1]) and isinstance(found[1][1], KeyError) and found[1][2][0] == 3
    assert len(hadoop.applications()) == before + 1


def test_a_task_in_the_master_has_the_variables_and_the_memory_of_a_task(hadoop):
    """One task is small enough to run in the process of the master, which Hadoop gives neither."""
    def large(megabytes):
        import os
        import time

        import numpy as np

        held = np.ones(megabytes << 17)
        time.sleep(4)  # node managers look every three seconds
        return os.environ["TOLD"], held.sum()

    before = {each["id"] for each in hadoop.applications()}
    found = rx.rx_exec(large, {"megabytes": 120}, times_to_run=1, compute_context=context("yarn", [*PATHS, "TOLD=a=b"]))
    assert found == [("a=b", 120 << 17)]
    (job,) = [each["id"] for each in hadoop.applications() if each["id"] not in before]
    attempts = json.loads(hadoop.get(f"/ws/v1/cluster/apps/{job}/appattempts", hadoop.manager))["appAttempts"]["appAttempt"]
    assert len(attempts) == 1


def in_r(framework):
    if shutil.which("Rscript") is None:
        pytest.skip("no R here")
    libraries = subprocess.run(["Rscript", "-e", 'cat(.libPaths(), sep = ":"); cat(requireNamespace("RevoScaleR", quietly = TRUE))'],
                               capture_output=True, text=True, check=True).stdout
    if not libraries.endswith("TRUE"):
        pytest.skip("RevoScaleR is not installed")
    done = subprocess.run(["Rscript", str(pathlib.Path(__file__).with_name("functions.R")), ROWS, framework,
                           f"-D mapreduce.map.env=R_LIBS={libraries[:-4]}"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_in_r_both_are_those_of_one_machine():
    assert in_r("auto").splitlines() == ["groups: 28 ", "tasks: 3 "]


@LONG
def test_in_r_both_are_those_of_one_machine_in_containers():
    assert in_r("yarn").splitlines() == ["groups: 28 ", "models: 7 ", "tasks: 3 "]


@LONG
def test_groups_that_do_not_fit_the_memory_are_those_of_one_machine_in_containers(hadoop):
    """The memory of a worker for rows is an eighth of its limit: groups have files of their own."""
    small = context("yarn", [*PATHS, "INSITU_MEMORY_LIMIT=1MB"])
    here = groups("local", keys=["store"])
    before = len(hadoop.applications())
    same(groups(small, keys=["store"]), here)
    assert len(hadoop.applications()) >= before + 3  # that count, bring together and run


@LONG
def test_groups_of_text_a_filter_and_tasks_that_end_their_worker_in_containers(hadoop):
    rx.rx_data_step(rx.RxXdfData(ROWS), TEXT)

    def some(table):
        return table[table["day"] == 1]

    same(groups(context("yarn"), TEXT, filter_function=some), groups("local", TEXT, filter_function=some))

    def dies(keys, data):
        if keys["store"] == "s1":
            os._exit(9)
        return keys["store"]

    there = groups(context("yarn"), keys=["store"], function=dies)
    failed = there[there["status"] != "OK"]
    assert "s1" in failed.index and "code 9" in str(failed.loc["s1", "status"])
    assert all(value == key for key, value in there.loc[there["status"] == "OK", "result"].items() if value is not None)


@LONG
def test_an_analysis_by_its_name_has_the_bits_of_one_machine_in_containers():
    tables = [groups(where, keys=["store", "note"], function=rx.rx_lin_mod, function_parameters={"formula": "price ~ day"}).to_frame()
              for where in ("local", context("yarn"))]
    pd.testing.assert_frame_equal(tables[1], tables[0], check_exact=True)
    assert len(tables[0]) == 21
