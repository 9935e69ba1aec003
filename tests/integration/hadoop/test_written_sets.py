"""Sets that map tasks write to HDFS, at length: what a killed client, a killed gateway and a quota leave, and a set that is read meanwhile."""

import os
import subprocess
import sys

import pytest
from hadoop_gateway import ROOT, hadoop_jars, require

import insitu as rx

sys.path.insert(0, str(ROOT / "tests" / "integration" / "gateway"))
from own_processes import descendants, ends_within, kill_those_that_live, wait_until

pytestmark = pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="set INSITU_TEST_ALL: minutes of HDFS and YARN")
PATIENCE = 240
FOLDER = "/sets that are written"
QUICK = {"jvm_options": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC", "map_memory": 384}
CLIENT = """
import sys
import insitu as rx
context = rx.RxHadoopMR(framework=sys.argv[2], uber="no", map_memory=384, jvm_options="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
target = rx.RxXdfData(sys.argv[1] + "/set", create_composite_set=True, blocks_per_composite_file=2)
rx.rx_data_step(rx.RxXdfData(sys.argv[1] + "/rows.xdf"), target, transforms={f"z{i}": f"x * {i}" for i in range(40)},
                xdf_compression_level=9, overwrite=True, compute_context=context, report_progress=0)
"""


@pytest.fixture
def folder(hadoop, tmp_path):
    """In HDFS, with rows in many blocks and a set that is to be replaced; its address, and what the set holds."""
    require()
    os.environ["INSITU_HADOOP_CLASSPATH"] = f"{hadoop_jars()}/*"
    rx.RxOptions.set_option("reportProgress", 0)
    path = str(tmp_path / "rows.xdf")
    rx.rx_data_step({"x": [float(i % 1009) for i in range(400_000)]}, path, rows_per_read=10_000)
    rx.rx_hadoop_make_dir(FOLDER)
    rx.rx_hadoop_copy_from_local(path, FOLDER + "/rows.xdf")
    there = f"hdfs://127.0.0.1:{hadoop.rpc}{FOLDER}"
    rx.rx_data_step(rx.RxXdfData(path), composite(f"{there}/set"), row_selection="x < 3")
    yield there, rows_of(there)
    rx.rx_hadoop_remove_dir(FOLDER, skip_trash=True)


def composite(path):
    return rx.RxXdfData(path, create_composite_set=True, blocks_per_composite_file=2)


def rows_of(there):
    return rx.rx_get_info(rx.RxXdfData(f"{there}/set")).numRows


def names(folder=FOLDER):
    return [os.path.basename(path) for path in rx.rx_hadoop_list_files(folder)["path"]]


def a_file_is_begun():
    hidden = [name for name in names() if name.startswith(".insitu-new-")]
    return hidden and any("/_unfinished/" in path for path in rx.rx_hadoop_list_files(f"{FOLDER}/{hidden[0]}", recursive=True)["path"])


@pytest.mark.parametrize("framework", ["local", "yarn"])
@pytest.mark.parametrize("gateway_too", [False, True])
def test_a_client_that_is_killed_leaves_the_old_set_alone(folder, framework, gateway_too):
    there, before = folder
    client = subprocess.Popen([sys.executable, "-c", CLIENT, there, framework], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(a_file_is_begun, PATIENCE, "the first file")
        below = descendants(client.pid)
    finally:
        client.kill()
        client.wait()
    assert rows_of(there) == before
    if gateway_too:
        kill_those_that_live(below)
        rx.rx_data_step({"x": [1.0]}, rx.RxXdfData(f"{there}/next.xdf"))  # of the next writer there
        rx.rx_hadoop_remove(f"{FOLDER}/next.xdf", skip_trash=True)
    wait_until(lambda: names() == ["rows.xdf", "set"], 60, "the end of what was written")
    assert all(ends_within(each, 30) for each in below) and rows_of(there) == before


@pytest.mark.parametrize("framework", ["local", "yarn"])
def test_a_quota_is_a_sentence_and_leaves_the_old_set_alone(folder, hadoop, framework):
    there, before = folder
    admin = "org.apache.hadoop.hdfs.tools.DFSAdmin"
    context = rx.RxHadoopMR(framework=framework, uber="yes", **QUICK)
    hadoop.run(admin, "-setSpaceQuota", "1m", FOLDER)  # less than is there
    try:
        with pytest.raises(rx.DataError, match=r"^cannot write to the target \(.*quota.*\); nothing was replaced: set_\d+.xdfd$"):
            rx.rx_data_step(rx.RxXdfData(f"{there}/rows.xdf"), composite(f"{there}/set"), overwrite=True, compute_context=context)
    finally:
        hadoop.run(admin, "-clrSpaceQuota", FOLDER)
    assert names() == ["rows.xdf", "set"] and rows_of(there) == before


def test_a_set_is_read_by_the_call_that_replaces_it(folder, tmp_path):
    there, _ = folder
    context = rx.RxHadoopMR(framework="local", **QUICK)
    for _ in range(2):
        rx.rx_data_step(rx.RxXdfData(f"{there}/set"), composite(f"{there}/set"), row_selection="x < 2", transforms={"y": "x + 1"}, overwrite=True,
                        compute_context=context)
        assert rx.rx_explain().passes[-1]["tier"] == "tasks"
    here = rx.rx_data_step(rx.RxXdfData(str(tmp_path / "rows.xdf")), row_selection="x < 2", transforms={"y": "x + 1"})
    assert rx.rx_data_step(rx.RxXdfData(f"{there}/set")).equals(here) and names() == ["rows.xdf", "set"]
