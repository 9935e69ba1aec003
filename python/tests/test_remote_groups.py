"""rx_exec_by on another machine: the rows of the groups stay there, and so do the tasks (docs/remote.md)."""

import gc
import os
import pathlib
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

import insitu as rx

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests"))
from loopback_sshd import LoopbackServer, NoServer


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """A context of another machine, whose temporary files lie in ``there.rows``, whose files in ``there.data``."""
    folder = tmp_path_factory.mktemp("groups")
    rows, data = folder / "temporary files", folder / "the data"
    rows.mkdir()
    data.mkdir()
    paths = os.pathsep.join(each for each in sys.path if each)
    try:
        server = LoopbackServer({"PATH": f"{pathlib.Path(sys.executable).parent}:/usr/bin:/bin", "PYTHONPATH": paths,
                                 "XDG_CACHE_HOME": str(folder / "cache"), "TMPDIR": str(rows),
                                 **{name: os.environ[name] for name in ("INSITU_WORKER",) if name in os.environ}})
    except NoServer as why:
        pytest.skip(str(why))
    about = server.description()
    context = rx.RxRemote(about["hostname"], ssh_switches=about["switches"], working_dir=str(data), context=rx.RxProcesses(2))
    context.rows, context.data = rows, data
    yield context
    server.stop()


def kept(there):
    return [each.name for each in there.rows.iterdir() if each.name.startswith(".insitu-new-")]


def frame(n=3000):
    i = np.arange(n)
    return pd.DataFrame({"x": (i * 37) % 61 - 10.5, "big": 2**53 + i, "store": np.where(i % 7 == 3, None, (i * 31) % 11).astype(float),
                         "k": pd.Categorical(np.array(["a", "ü", "c"])[i % 3], categories=["a", "ü", "c", "unused"])})


def summed(keys, data, where=False):
    if keys["store"] == 3 and where:
        raise ValueError("three")
    table = rx.rx_data_step(data, report_progress=0)
    return int(table["big"].sum()), list(table["k"].cat.categories), "SSH_CONNECTION" in os.environ


def same(far, near):
    assert far.index.equals(near.index)
    for a, b in zip(far["result"], near["result"]):
        assert (a is None) == (b is None) and (a is None or a[:2] == b[:2] and a[2] and not b[2])
    assert [str(each) for each in far["status"]] == [str(each) for each in near["status"]]


def test_groups_are_those_of_here_and_nothing_is_left(there):
    for data, parameters in ((frame(), {}), (frame(), {"where": True}), (frame(0), {})):
        near, far = (rx.rx_exec_by(data, ["store", "k"], summed, function_parameters=parameters, compute_context=context)
                     for context in (rx.RxLocalSeq(), there))
        same(far, near)
        assert kept(there) == []
    assert rx.rx_explain()["context"] == "RxProcesses"


def test_files_of_that_machine_and_filters(there):
    rx.rx_data_step(frame(), str(there.data / "rows.xdf"), rows_per_read=500, overwrite=True, report_progress=0)
    few = {"filter_function": lambda table: table[table["store"] == 4]}
    near = rx.rx_exec_by(str(there.data / "rows.xdf"), "store", summed_store, **few, compute_context=rx.RxLocalSeq())
    far = rx.rx_exec_by("rows.xdf", "store", summed_store, **few, compute_context=there)
    assert list(far["result"]) == list(near["result"]) and len(far) == 1
    record = rx.rx_explain()
    assert record["tasks"] == 1 and record["data"][0]["rows"] == 3000
    told = rx.rx_explain(rx.rx_exec_by, "rows.xdf", "store", summed_store, compute_context=there)
    assert [each["pass"] for each in told.passes] == ["key_counts", "rows"] and kept(there) == []
    rx.rx_partition(str(there.data / "rows.xdf"), rx.RxXdfData(str(there.data / "set"), create_partition_set=True), ["store"])
    of_set = rx.rx_exec_by(rx.RxXdfData(str(there.data / "set")), None, summed_store, compute_context=there)
    assert sum(of_set["result"]) == sum(map(int, frame()["big"]))


def summed_store(keys, data):
    return int(rx.rx_data_step(data, report_progress=0)["big"].sum())


def test_an_analysis_by_its_name_is_computed_there(there):
    call = {"function": rx.rx_lin_mod, "function_parameters": {"formula": "x ~ big"}}
    data = frame().assign(big=np.arange(3000) % 17)
    near, far = (rx.rx_exec_by(data, "store", **call, compute_context=context) for context in (rx.RxLocalSeq(), there))
    pd.testing.assert_frame_equal(far.to_frame(), near.to_frame(), check_exact=True)
    assert far["result"].iloc[2].coefficients.tobytes() == near["result"].iloc[2].coefficients.tobytes()
    assert len(kept(there)) == 1
    del far, near
    gc.collect()
    same(*(rx.rx_exec_by(frame(50), ["store", "k"], summed, compute_context=context) for context in (there, rx.RxLocalSeq())))
    assert kept(there) == []  # the next call has removed the rows that nobody asks for any more


def test_functions_in_an_analysis_by_its_name_run_there(there):
    def twice(data, factor):
        if "SSH_CONNECTION" in os.environ:
            data["far"] = 1.0
        data["y"] = data["x"] * factor
        return data

    call = {"function": rx.rx_lin_mod, "function_parameters": {"formula": "y ~ w", "transform_function": twice, "transform_objects": {"factor": 3.0}}}
    data = frame().assign(w=np.arange(3000) % 17)
    near, far = (rx.rx_exec_by(data, "k", **call, compute_context=context) for context in (rx.RxLocalSeq(), there))
    pd.testing.assert_frame_equal(far.to_frame(), near.to_frame(), check_exact=True)
    assert far["result"].iloc[1].coefficients.tobytes() == near["result"].iloc[1].coefficients.tobytes()
    del far, near
    gc.collect()
    rx.rx_exec_by(frame(50), "k", summed_store, compute_context=there)
    assert kept(there) == []


def test_rows_end_with_a_client_that_is_killed(there):
    code = ("import sys, pandas as pd, insitu as rx\n"
            "context = rx.RxRemote(sys.argv[1], ssh_switches=sys.argv[2])\n"
            "held = rx.rx_exec_by(pd.DataFrame({'g': [1, 1, 2], 'x': [1.0, 2, 3]}), 'g', rx.rx_summary,\n"
            "                     function_parameters={'formula': '~ x'}, compute_context=context)\n"
            "print('held', flush=True)\n"
            "sys.stdin.read()\n")
    client = subprocess.Popen([sys.executable, "-c", code, there.ssh_hostname, there.ssh_switches], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)})
    try:
        while client.stdout.readline().strip() != b"held":
            assert client.poll() is None
        assert len(kept(there)) == 1
    finally:
        client.kill()
        client.wait()
    until = time.monotonic() + 20
    while kept(there) and time.monotonic() < until:
        time.sleep(0.05)
    assert kept(there) == []


def test_what_is_not_there_is_said_first(there):
    spark = rx.RxRemote(there.ssh_hostname, ssh_switches=there.ssh_switches, context=rx.RxSpark())
    with pytest.raises(rx.Unsupported, match="runs no tasks in the Spark"):
        rx.rx_exec_by(frame(), "store", summed_store, compute_context=spark)
    assert kept(there) == []
