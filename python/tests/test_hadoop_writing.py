"""Composite sets and folders of text that map tasks of RxHadoopMR write: the files of one machine to the byte, there whole or not at all.

All in Hadoop's local runner, in one gateway; tests/integration/hadoop writes to HDFS on YARN. With INSITU_TEST_ALL more combinations of
sources, targets and what is asked of the rows, and what needs clients of its own.
"""

import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from conftest import require_hadoop

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "integration" / "gateway"))
from own_processes import descendants, ends_within, kill_those_that_live, wait_until

QUICK = {"framework": "local", "jvm_options": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
ROWS = 100_000
ALL = pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="set INSITU_TEST_ALL: more combinations, and clients of their own")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Text in many splits and an .xdf in blocks that end elsewhere; a level, and a low, that the last split alone has."""
    folder = tmp_path_factory.mktemp("writing") / "with a späce"
    folder.mkdir()
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({"x": rng.normal(size=ROWS), "wide näme": rng.integers(0, 100, ROWS), "big": 2**60 + np.arange(ROWS) * 17,
                          "day": rng.choice(["Mon", "Tue", "Wéd"], ROWS), "note": rng.choice(["a b", "", "ü,", "same"], ROWS)})
    frame.loc[::97, "x"] = np.nan
    frame.loc[::101, "day"] = None
    frame.loc[ROWS - 5, "day"] = "Last"
    frame.loc[ROWS - 3, "x"] = -99.5
    frame.to_csv(folder / "rows.csv", index=False)
    info = {"day": {"type": "factor"}, "big": {"type": "int64"}, "x": {"type": "numeric"}}
    text = rx.RxTextData(str(folder / "rows.csv"), column_info=info)
    rx.rx_import(text, str(folder / "rows.xdf"), rows_per_read=15_000, report_progress=0)
    return {"folder": folder, "text": text, "xdf": rx.RxXdfData(str(folder / "rows.xdf"))}


@pytest.fixture(scope="module")
def hadoop():
    require_hadoop()
    return rx.RxHadoopMR(**QUICK)


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(pathlib.Path(folder).rglob("*")) if path.is_file()}


def composite(path, blocks=2):
    return rx.RxXdfData(str(path), create_composite_set=True, blocks_per_composite_file=blocks)


def text_set(path, **more):
    return rx.RxTextData(str(path), create_file_set=True, **more)


def tiers():
    return [each.get("tier") for each in rx.rx_explain().passes]


def tasks_written(path):
    return text_set(path, rows_per_out_file=17_000, write_factors_as_indexes=True, write_precision=0)


#: Source, target, what is asked of the rows. Those of MORE say of a pair what others say of its halves.
STEPS = {
    "text, selected": ("text", composite, {"row_selection": "x > 0", "transforms": {"z": "x * 2", "g": "factor(day)"}}),
    "blocks that vanish": ("xdf", composite, {"row_selection": "big > 1152921504607516976", "vars_to_drop": ["note"]}),
    "no row": ("xdf", composite, {"row_selection": "x < -100"}),
    "other blocks, complete": ("xdf", composite, {"rows_per_read": 9000, "remove_missings": True}),
    "text files, indexes": ("text", tasks_written, {}),
}
MORE = {
    "text, in blocks": ("text", composite, {"rows_per_read": 7000}),
    "text, all in a block": ("text", composite, {}),
    "blocks of its own": ("xdf", composite, {}),
    "selected in its blocks": ("xdf", composite, {"row_selection": "x > 1"}),
    "one row": ("xdf", composite, {"row_selection": "x < -99"}),
    "a window": ("xdf", composite, {"start_row": 20_001, "number_rows_read": 50_000}),
    "text files": ("xdf", lambda path: text_set(path, rows_per_out_file=30_000), {"row_selection": "x < 2"}),
    "text files without rows": ("text", text_set, {"row_selection": "x < -100"}),
}
#: Of targets: what file systems take, and Hadoop's paths would take for something else.
NAMES = ["söme rows", "12:30 %41 #?", "n" * 240]


@pytest.mark.parametrize("name", [*STEPS, *(pytest.param(name, marks=ALL) for name in MORE)])
def test_files_are_those_of_one_machine(files, hadoop, tmp_path, name):
    data, target, asked = {**STEPS, **MORE}[name]
    called = NAMES[[*STEPS, *MORE].index(name) % len(NAMES)]
    made = []
    for place, context in (("here", rx.RxLocalSeq()), ("thère", hadoop)):
        (tmp_path / place).mkdir()
        path = tmp_path / place / called
        rx.rx_data_step(files[data], target(path), compute_context=context, report_progress=0, **asked)
        made.append(contents(path))
    assert made[0] == made[1] and made[0]
    assert tiers()[-1] == {"no row": None, "a window": "session"}.get(name, "tasks"), rx.rx_explain()
    assert os.listdir(tmp_path / "thère") == [called]


def test_the_number_of_tasks_changes_no_byte(files, hadoop, tmp_path):
    made = {}
    contexts = {"here": rx.RxLocalSeq(), "there": hadoop}
    if os.environ.get("INSITU_TEST_ALL"):
        contexts |= {f"{tasks}": rx.RxHadoopMR(hadoop, hadoop_switches=f"-D mapreduce.local.map.tasks.maximum={tasks}") for tasks in (1, 5)}
    for place, context in contexts.items():
        path = tmp_path / place / "rows"
        path.parent.mkdir()
        rx.rx_import(files["text"], composite(path, 1), rows_per_read=6000, compute_context=context, report_progress=0)
        made[place] = contents(path)
    assert all(each == made["here"] for each in made.values()) and len(made["here"]) == 1 + 17
    frames = [rx.rx_data_step(rx.RxXdfData(str(tmp_path / "there" / "rows"))), rx.rx_data_step(files["text"])]
    pd.testing.assert_frame_equal(*frames, check_exact=True)


def test_predictions_are_those_of_one_machine(files, hadoop, tmp_path):
    model = rx.rx_lin_mod("x ~ day + `wide näme`", files["xdf"], report_progress=0)
    made = []
    for place, context in (("here", rx.RxLocalSeq()), ("there", hadoop)):
        (tmp_path / place).mkdir()
        path = tmp_path / place / "scores"
        rx.rx_predict(model, files["xdf"], composite(path), compute_residuals=True, write_model_vars=True, extra_vars_to_write=["big"],
                      compute_context=context, report_progress=0)
        made.append(contents(path))
    assert made[0] == made[1] and tiers() == ["tasks"]


def test_what_tasks_do_not_write_is_written_here_and_said(files, hadoop, tmp_path):
    def same(columns):
        return columns

    pytest.importorskip("cloudpickle")
    for target, more, why in ((rx.RxXdfData(str(tmp_path / "one.xdf")), {}, "one file"),
                              (composite(tmp_path / "of a function"), {"transform_function": same}, "a function of the caller"),
                              (composite(tmp_path / "of a text"), {"row_selection": "x > 0", "rows_per_read": 9000}, "only reading tells")):
        data = files["text"] if "text" in why or "reading" in why else files["xdf"]
        rx.rx_data_step(data, target, compute_context=hadoop, report_progress=0, **more)
        told = rx.rx_explain()
        assert told.passes[-1]["tier"] == "session" and why in told.passes[-1]["reason"], told
    frame = rx.rx_data_step({"x": [1.0, 2.0]}, composite(tmp_path / "of the session"), compute_context=hadoop)
    assert rx.rx_get_info(frame).numRows == 2


def test_it_is_told_before_it_is_done(files, hadoop, tmp_path):
    told = rx.rx_explain(rx.rx_data_step, files["text"], composite(tmp_path / "rows"), compute_context=hadoop)
    assert [each["pass"] for each in told.passes] == ["written_rows", "rows"] and told.passes[-1]["tier"] == "tasks"
    told = rx.rx_explain(rx.rx_data_step, files["xdf"], composite(tmp_path / "rows"), compute_context=hadoop)
    assert [each["pass"] for each in told.passes] == ["rows"] and told.passes[-1]["tier"] == "tasks"
    assert os.listdir(tmp_path) == []


def test_sets_that_are_there(files, hadoop, tmp_path):
    path = tmp_path / "rows"
    rx.rx_data_step(files["xdf"], composite(path), row_selection="x > 2", report_progress=0)
    before = contents(path)
    with pytest.raises(rx.InvalidArgument, match="overwrite"):
        rx.rx_data_step(files["xdf"], composite(path), compute_context=hadoop)
    with pytest.raises(rx.Unsupported, match="appended to a composite set"):
        rx.rx_data_step(files["xdf"], composite(path), append="rows", compute_context=hadoop)
    assert contents(path) == before
    rx.rx_data_step(files["xdf"], composite(path), row_selection="x > 3", overwrite=True, compute_context=hadoop, report_progress=0)
    assert contents(path) != before and tiers()[-1] == "tasks"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine").write_text("")
    with pytest.raises(rx.DataError, match="neither empty nor a composite set"):
        rx.rx_data_step(files["xdf"], composite(tmp_path / "other"), overwrite=True, compute_context=hadoop)
    assert sorted(os.listdir(tmp_path)) == ["other", "rows"] and os.listdir(tmp_path / "other") == ["mine"]


def test_an_error_is_that_of_one_machine_and_leaves_the_old_target(files, hadoop, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"t,x\n" + b"good,1\n" * 90_000 + b"b\xe4d,2\n" + b"good,3\n" * 9_000)
    path = tmp_path / "set" / "rows"
    path.parent.mkdir()
    rx.rx_data_step(files["xdf"], composite(path), report_progress=0)
    before, said = contents(path), []
    for context in (rx.RxLocalSeq(), hadoop):
        with pytest.raises(rx.InsituError) as raised:
            rx.rx_data_step(rx.RxTextData(str(bad)), composite(path, 1), rows_per_read=20_000, overwrite=True, compute_context=context,
                            report_progress=0)
        said.append(str(raised.value))
    assert said[0] == said[1] and "line 90002" in said[0]
    assert contents(path) == before and os.listdir(path.parent) == ["rows"]


def programs(word):
    """Processes that this one has started, directly or through others, whose program or first words hold this one."""
    found = []
    for process in descendants(os.getpid()):
        try:
            said = os.readlink(f"/proc/{process}/exe") + pathlib.Path(f"/proc/{process}/cmdline").read_text(errors="replace")
        except OSError:
            continue
        if word in said:
            found.append(process)
    return found


def kill(word):
    found = programs(word)
    kill_those_that_live(found)
    return found


GATEWAY = "org.insitu.hadoop.Gateway"


def when_files_are_begun(folder, act):
    """Acts once, when the first task has begun a file."""
    over, acted = threading.Event(), []

    def watch():
        while not over.is_set():
            if any(pathlib.Path(folder).glob(".insitu-new-*/_unfinished/*")):
                acted.append(act())
                return
            time.sleep(0.002)

    thread = threading.Thread(target=watch)
    thread.start()
    return over, thread, acted


def while_files_are_written(folder, act, call):
    """What was raised by a call, and what the act returned that came when the first file had been begun."""
    over, thread, acted = when_files_are_begun(folder, act)
    raised = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call()
    except (KeyboardInterrupt, rx.InsituError) as error:
        raised = error
    finally:
        over.set()
        thread.join()
    assert acted, f"no file was begun: {raised!r}"
    return raised, acted[0]


def slow_step(files, path, context, **more):
    columns = {f"z{i}": f"x * {i} + big" for i in range(12)}
    rx.rx_data_step(files["xdf"], composite(path), transforms=columns, rows_per_read=5000, xdf_compression_level=9, compute_context=context,
                    report_progress=0, **more)


@pytest.fixture(scope="module")
def slow(files):
    """What slow_step() writes, below a folder."""
    (files["folder"] / "slow").mkdir()
    slow_step(files, files["folder"] / "slow" / "rows", rx.RxLocalSeq())
    return files["folder"] / "slow" / "rows"


@pytest.fixture
def old(files, tmp_path):
    """The set that is to be replaced, and what it holds."""
    path = tmp_path / "around" / "rows"
    path.parent.mkdir()
    rx.rx_data_step(files["xdf"], composite(path), row_selection="x > 2.5", report_progress=0)
    return path, contents(path)


def test_a_killed_worker_costs_no_row(files, hadoop, slow, tmp_path):
    raised, killed = while_files_are_written(tmp_path, lambda: kill("insitu-worker"), lambda: slow_step(files, tmp_path / "rows", hadoop))
    assert raised is None and killed, "no worker was there to be killed"
    assert contents(slow) == contents(tmp_path / "rows") and os.listdir(tmp_path) == ["rows"]


@pytest.mark.parametrize("end", ["an interrupt", "the end of the gateway"])
def test_what_ends_a_call_leaves_the_old_target_alone(files, hadoop, old, end):
    path, before = old
    acts = {"an interrupt": lambda: os.kill(os.getpid(), signal.SIGINT), "the end of the gateway": lambda: kill(GATEWAY)}
    raised, _ = while_files_are_written(path.parent, acts[end], lambda: slow_step(files, path, hadoop, overwrite=True))
    assert isinstance(raised, (KeyboardInterrupt, rx.InsituError)), "the call has come to its end"
    if end == "the end of the gateway":
        assert ".insitu" not in str(raised) and "Hadoop" in str(raised), raised
    assert contents(path) == before and os.listdir(path.parent) == ["rows"]
    assert rx.rx_get_info(files["xdf"], compute_context=hadoop).numRows == ROWS
    rx.rx_summary("~x", files["xdf"], compute_context=hadoop, report_progress=0)  # in a gateway that lives


CLIENT = """
import sys
import insitu as rx
context = rx.RxHadoopMR(framework="local", jvm_options="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
target = rx.RxXdfData(sys.argv[2], create_composite_set=True, blocks_per_composite_file=2)
rx.rx_data_step(rx.RxXdfData(sys.argv[1]), target, transforms={f"z{i}": f"x * {i} + big" for i in range(12)}, rows_per_read=5000,
                xdf_compression_level=9, overwrite=True, compute_context=context, report_progress=0)
"""


def client(files, path):
    return subprocess.Popen([sys.executable, "-c", CLIENT, files["xdf"].file, str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("gateway_too", [False, pytest.param(True, marks=ALL)])
def test_a_client_that_is_killed_leaves_the_old_target_alone(files, hadoop, old, gateway_too):
    path, before = old
    process = client(files, path)
    try:
        wait_until(lambda: any(path.parent.glob(".insitu-new-*/_unfinished/*")), 120, "the first file")
        below = descendants(process.pid)
    finally:
        process.kill()
        process.wait()
    assert contents(path) == before
    if gateway_too:
        kill_those_that_live(below)
        rx.rx_data_step({"x": [1.0]}, str(path.parent / "next.xdf"))
        (path.parent / "next.xdf").unlink()
    # Its gateway removes what it has written, and ends with its workers.
    wait_until(lambda: os.listdir(path.parent) == ["rows"], 30, "the end of what was written")
    assert all(ends_within(each, 30) for each in below), below
    assert contents(path) == before


@ALL
def test_of_two_clients_at_once_one_has_written_the_target(files, hadoop, old, slow):
    path, _ = old
    clients = [client(files, path) for _ in range(2)]
    assert [each.wait(240) for each in clients] == [0, 0]
    assert contents(path) == contents(slow) and os.listdir(path.parent) == ["rows"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_target_that_another_one_makes_meanwhile(files, hadoop, old, slow, tmp_path, overwrite):
    made, theirs = old
    path = tmp_path / "new" / "rows"
    path.parent.mkdir()
    raised, _ = while_files_are_written(path.parent, lambda: os.rename(made, path), lambda: slow_step(files, path, hadoop, overwrite=overwrite))
    if overwrite:  # the last one wins
        assert raised is None and contents(path) == contents(slow)
    else:
        assert "was made by another program" in str(raised) and contents(path) == theirs
    assert os.listdir(path.parent) == ["rows"]


@pytest.mark.parametrize("replaced", [False, True])
def test_a_set_that_is_read_by_the_call_that_replaces_it(files, hadoop, slow, tmp_path, replaced):
    made = []
    asked = {"row_selection": "x > 0", "transforms": {"day": "factor(day)", "z3": "z3 + 1"}, "overwrite": True, "report_progress": 0}
    for place, context in (("here", rx.RxLocalSeq()), ("there", hadoop)):
        path = tmp_path / place / "rows"
        shutil.copytree(slow, path)

        def step(path=path, context=context):
            rx.rx_data_step(rx.RxXdfData(str(path)), composite(path), compute_context=context, **asked)

        if not replaced:
            step()
            made.append(contents(path))
        elif place == "there":
            shutil.copytree(slow, tmp_path / "other")

            def replace(path=path):
                os.rename(path, tmp_path / "away")
                os.rename(tmp_path / "other", path)

            raised, _ = while_files_are_written(path.parent, replace, step)
            assert "replaced" in str(raised) and contents(path) == contents(slow)
        assert os.listdir(path.parent) == ["rows"]
    assert replaced or made[0] == made[1] and tiers()[-1] == "tasks"


def test_a_full_disk_is_a_sentence_and_leaves_the_old_target_alone(files, hadoop, tmp_path):
    path = tmp_path / "around" / "text"
    path.parent.mkdir()
    rx.rx_data_step(files["xdf"], text_set(path), row_selection="x > 2.5", report_progress=0)
    before = contents(path)
    rx.rx_summary("~x", files["xdf"], compute_context=hadoop, report_progress=0)
    limits = {each: resource.prlimit(each, resource.RLIMIT_FSIZE) for each in programs(GATEWAY)}
    for each, (_, hard) in limits.items():
        resource.prlimit(each, resource.RLIMIT_FSIZE, (1 << 20, hard))
    try:
        with pytest.raises(rx.DataError, match=r"^cannot write to the target \(.*\); nothing was replaced: part-00000\d.csv$"):
            rx.rx_data_step(files["xdf"], text_set(path, rows_per_out_file=50_000), overwrite=True, compute_context=hadoop, report_progress=0)
    finally:
        for each, before_it in limits.items():
            resource.prlimit(each, resource.RLIMIT_FSIZE, before_it)
    assert contents(path) == before and os.listdir(path.parent) == ["text"]
    rx.rx_data_step(files["xdf"], text_set(path, rows_per_out_file=50_000), overwrite=True, compute_context=hadoop, report_progress=0)
    assert len(contents(path)) == 2
