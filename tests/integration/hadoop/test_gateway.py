"""The line to the gateway of Hadoop, with MapReduce's local runner: what its calls answer, and what ends them. No daemon is needed."""

import json
import os
import pathlib
import re
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from gateway_calls import exchange, map_task, runs_of_splits, scripted_worker, states_of
from gateway_client import CANCEL, LOG, OUT, PROGRESS, RESULT, Failed, read_block
from hadoop_gateway import hadoop_jars, jar, start
from own_processes import descendants, ends_within, wait_until

TASKS = runs_of_splits(3, 2, 1, 4, 2, 2)


@pytest.fixture(scope="module")
def gateway():
    started = start()
    yield started
    started.close()
    # Its temporary folder, and the working folder of its jobs.
    assert os.listdir(started.scratch) == ["gw.log"], started.words()
    started.remove()


def run(line, tasks=TASKS, op="RUN_PASS", **arguments):
    arguments.setdefault("task", map_task())
    document, _, frames = line.finish(line.begin(op, tasks=tasks, **arguments))
    return document, states_of(frames), frames


def test_the_gateway_says_what_it_is(gateway, line):
    about = gateway.about()
    assert (about["engine"], about["master"], about["parallelism"], about["ui"]) == ("hadoop", "local", 2, None)
    assert line.about["app"] == about["app"] == f"hadoop-{about['pid']}" and re.match(r"\d+\.\d+", about["hadoop"])
    assert line.about["build"] and line.about["attached"] is False


@pytest.mark.parametrize("arguments, message", [
    ({"op": "NOPE"}, "unknown operation: 'NOPE'; known to Hadoop: RUN_PASS, READ_ROWS, WRITE, EXCHANGE, EXEC, FS, CLOSE, EMPTY_JOB, STATUS, SHUTDOWN"),
    ({"op": "WRITE", "task": {}}, "WRITE needs 'tasks'"),
    ({"op": "WRITE", "task": {}, "tasks": []}, "WRITE needs the document 'target'"),
    ({"op": "RUN_PASS"}, "RUN_PASS needs the document 'task'"),
    ({"op": "READ_ROWS", "task": {}}, "READ_ROWS needs 'tasks'"),
    ({"op": "RUN_PASS", "task": {}, "tasks": [], "reduce": "threeStage"}, "unknown way to reduce: 'threeStage'; known: none, oneStage, twoStage, auto"),
    ({"op": "EXCHANGE", "key": "k"}, "EXCHANGE needs 'ranges', from 1 to 4095"),
    ({"op": "EXEC"}, "EXEC needs the document 'task' and the list 'tasks'"),
    ({"op": "EXEC", "task": {}, "tasks": [[0, 1, False, 5]]}, "EXEC names arguments that it has not brought"),
    ({"op": "EXEC", "task": {}, "tasks": [], "worker": ["x"], "key": "none"}, "EXEC has brought nothing under 'none'"),
])
def test_a_wrong_call_is_answered_and_the_line_goes_on(line, arguments, message):
    line.requests += 1
    line.send(16, line.requests, arguments)
    with pytest.raises(Failed) as refusal:
        line.finish(line.requests)
    assert message in str(refusal.value) and refusal.value.code == 2
    assert line.call("STATUS") == {"jobs": 0}


def test_a_pass_without_tasks_is_no_job(line):
    document, told, _ = run(line, [], worker=scripted_worker())
    assert (document["tasks"], document["splits"], document["nodes"], told) == (0, 0, 0, [])


@pytest.mark.parametrize("reduce, reducers, stage", [("none", 0, 1), ("oneStage", 1, 2), ("twoStage", 2, 2)])
def test_states_and_what_workers_say_reach_the_client(line, reduce, reducers, stage):
    document, told, frames = run(line, worker=scripted_worker(log="look here"), reduce=reduce)
    assert [state["split"] for state in told] == list(range(14)) and all(state["rows"] == 10 for state in told)
    assert {name: document[name] for name in ("tasks", "splits", "rows", "retries", "nodes", "stage", "reducers", "runner")} == \
        {"tasks": 6, "splits": 14, "rows": 140, "retries": 0, "nodes": 14, "stage": stage, "reducers": reducers, "runner": "local"}
    said = [d["text"] for kind, d, _ in frames if kind == LOG]
    assert said.count("look here") == 6 + reducers  # those who merge say it, too
    progress = [d for kind, d, _ in frames if kind == PROGRESS]
    assert progress[-1] == {"rows": 140, "tasksDone": 6, "tasks": 6}


@pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="moves much: INSITU_TEST_ALL")
def test_large_states_are_merged_on_their_way_where_the_client_leaves_it_to_the_gateway(line):
    task = map_task(**{"pass": "large"})
    tasks = runs_of_splits(1, 1, 1)
    before, told, _ = run(line, tasks, task=task, worker=scripted_worker(big=23 << 20))
    assert before["stage"] == 1 and len(told) == 3
    after, told, _ = run(line, tasks, task=task, worker=scripted_worker(big=23 << 20))
    assert (after["stage"], after["reducers"]) == (2, 1) and [state["split"] for state in told] == list(range(3))


def test_rows_come_in_the_order_of_the_data(line):
    document, _, frames = run(line, op="READ_ROWS", task={"mode": "transform"}, worker=scripted_worker(sleep=0.01))
    assert document["rows"] == 140
    rows = [d["split"] for kind, d, _ in frames if kind == OUT and d.get("last")]
    assert rows == list(range(14))
    assert [x for kind, _, block in frames if kind == OUT and block for x in read_block(block)[1]["x"]] == list(range(140))


def test_workers_read_files_through_their_host(line, tmp_path):
    (tmp_path / "b:c d.txt").write_bytes(b"0123456789")
    path = str(tmp_path / "b:c d.txt")
    state = run(line, runs_of_splits(1), worker=scripted_worker(read=path))[1][0]
    assert state["bytes"] == "34567" and state["size"]["size"] == 10 and state["list"] == {"files": [path]}
    assert line.call("FS", what="size", file=path)["size"] == 10


def test_the_worker_of_the_jar_answers(line):
    """It is unpacked from there, and misses the options of the analysis."""
    with pytest.raises(Failed, match="bytes are truncated or corrupt"):
        run(line, runs_of_splits(1), task={"mode": "map", "pass": "nope", "source": {"name": "csv", "options": "{}"}, "files": "host"})


def test_another_build_of_the_worker_is_refused(line):
    with pytest.raises(Failed, match="built as 'other', the caller as 'ours'") as refusal:
        run(line, runs_of_splits(1), task=map_task(build="ours"), worker=scripted_worker(build="other"))
    assert refusal.value.code == 4


# ---- what goes wrong --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault, reduce", [("kill", "none"), ("retry", "oneStage"), ("kill", "twoStage")])
def test_a_worker_that_ends_in_the_middle_of_a_pass_is_replaced(line, tmp_path, fault, reduce):
    _, expected, _ = run(line, worker=scripted_worker())
    once = tmp_path / "once"
    document, told, _ = run(line, worker=scripted_worker(**{fault: f"8:{once}"}), reduce=reduce)
    assert once.exists() and told == expected
    assert document["rows"] == 140 and document["retries"] == 1 and len(document["jobs"]) == 2


def test_rows_are_given_once_though_a_worker_ended(line, tmp_path):
    _, _, frames = run(line, op="READ_ROWS", task={"mode": "transform"}, worker=scripted_worker(kill=f"5:{tmp_path / 'once'}"))
    assert [x for kind, _, block in frames if kind == OUT and block for x in read_block(block)[1]["x"]] == list(range(140))


def test_a_worker_that_always_ends_is_given_up_with_what_it_said(line):
    with pytest.raises(Failed) as refusal:
        run(line, runs_of_splits(2), worker=scripted_worker(die=1, say="I was somebody"))
    said = str(refusal.value)
    assert said.startswith("a worker was lost: ") and "was ended by signal 9, probably out of memory: raise \ufdd0mapMemory\ufdd1" in said
    assert "; it said last: I was somebody" in said and "\tat " not in said and refusal.value.code == 4


def test_a_worker_that_cannot_be_started_is_said(line):
    with pytest.raises(Failed, match="^a worker was lost: '/no/such/worker' could not be started .*No such file"):
        run(line, runs_of_splits(1), worker=["/no/such/worker"])


@pytest.mark.parametrize("op, task, reduce", [("RUN_PASS", map_task(), "none"), ("RUN_PASS", map_task(), "twoStage"),
                                              ("READ_ROWS", {"mode": "transform"}, "none")])
def test_an_error_of_the_users_is_told_once_and_runs_once(line, tmp_path, op, task, reduce):
    counter = tmp_path / "count"
    with pytest.raises(Failed) as refusal:
        run(line, runs_of_splits(14), op=op, task=task, worker=scripted_worker(fail=8, count=counter), reduce=reduce)
    assert (str(refusal.value), refusal.value.split, refusal.value.code) == ("variable not found: nope (split 8)", 8, 7)
    assert counter.read_bytes() == b"x" and line.call("STATUS") == {"jobs": 0}


def test_after_killed_jobs_no_thread_looks_for_their_files(gateway, line):
    for reduce in ("oneStage", "twoStage") * 2:
        with pytest.raises(Failed, match="nope"):
            run(line, runs_of_splits(14), worker=scripted_worker(fail=8), reduce=reduce)
    threads = pathlib.Path(f"/proc/{gateway.about()['pid']}/task")

    def name(thread):
        try:
            return (thread / "comm").read_text()
        except OSError:  # it ends
            return ""
    wait_until(lambda: not any(name(one).startswith("localfetcher") for one in threads.iterdir()), 10, "the end of what fetched from maps")


def test_after_an_error_no_task_begins(line, tmp_path):
    counter = tmp_path / "count"
    with pytest.raises(Failed, match=r"nope \(split 0\)"):
        run(line, runs_of_splits(*[1] * 12), worker=scripted_worker(fail=0, sleep=0.05, count=counter))
    assert len(counter.read_bytes()) <= 4


# ---- tasks ------------------------------------------------------------------------------------------------------------------------------


def execute(line, batches, shared=b"all", first=True, key="k", **more):
    """Batches of so many tasks; the values by task, and what was lost."""
    tasks, payload, begin = [], shared if first else b"", 0
    for size in batches:
        argument = f"[{begin}]".encode()
        tasks.append([begin, size, True, len(argument)])
        payload += argument
        begin += size
    more = {"worker": scripted_worker(), **({"shared": len(shared)} if first else {}), **more}
    document, _, frames = line.finish(line.begin("EXEC", payload=payload, key=key, tasks=tasks, task={"mode": "exec"}, **more))
    values = {d["first"]: (json.loads(value), d) for kind, d, value in frames if kind == RESULT and d["count"]}
    lost = [d for kind, d, _ in frames if kind == RESULT and "lost" in d]
    return document, values, lost


def test_tasks_run_in_batches_and_share_what_came_first(line):
    document, values, lost = execute(line, [2, 1, 3])
    assert document["batches"] == 3 and lost == [] and sorted(values) == list(range(6))
    assert [values[i][0]["arguments"] for i in range(6)] == ["[0]", "[0]", "[2]", "[3]", "[3]", "[3]"]
    assert all(value["shared"] == "all" for value, _ in values.values()) and [values[i][1]["place"] for i in range(6)] == [0, 0, 1, 2, 2, 2]
    assert all(value["shared"] == "all" for value, _ in execute(line, [1, 1], first=False)[1].values())
    line.call("CLOSE", handle="k")
    with pytest.raises(Failed, match="nothing under 'k'"):
        execute(line, [1], first=False)


def test_tasks_that_fail_are_values_and_lost_workers_are_told(line, tmp_path):
    document, values, lost = execute(line, [2, 2, 2], worker=scripted_worker(fail=1), key="f")
    assert document["batches"] == 3 and values[1][1]["failed"] == [1] and sorted(values) == list(range(6)) and lost == []
    document, values, lost = execute(line, [2, 2], worker=scripted_worker(die=3), key="d")
    assert sorted(values) == [0, 1, 2] and [(one["first"], one["place"], one["late"]) for one in lost] == [(3, 1, False)]
    assert lost[0]["lost"].startswith("a worker was lost: ") and "ended by signal 9" in lost[0]["lost"]


def test_no_more_tasks_than_needed_run_after_a_failure(line, tmp_path):
    counter = tmp_path / "count"
    _, values, _ = execute(line, [1] * 12, worker=scripted_worker(fail=0, sleep=0.05, count=counter), key="s", stopAtFailure=True)
    assert 0 in values and len(counter.read_bytes()) <= 8


def test_rows_are_brought_together_by_ranges(line):
    exchanged, expected = exchange(line, runs_of_splits(2, 1, 2), 3)
    assert (exchanged["rows"], exchanged["reducers"], exchanged["runner"]) == (50, 2, "local")
    for first in (True, False):  # and are there until they are dropped, for other attempts
        _, values, lost = execute(line, [1, 1, 1, 1], first=first, exchange="x", ranges=[2, 0, 1, 3], schema=[{"name": "x"}])
        assert lost == [] and [values[i][0]["rows"] for i in range(4)] == [expected[2], expected[0], expected[1], [[{"name": "x"}]]]
    with pytest.raises(Failed, match="a range that was not exchanged"):
        execute(line, [1], exchange="x", ranges=[4], schema=[])
    line.call("CLOSE", handle="x")
    with pytest.raises(Failed, match="nothing was exchanged under this key"):
        execute(line, [1], exchange="x", ranges=[0], schema=[])


def test_rows_are_exchanged_once_though_a_worker_ended_and_an_error_of_the_users_is_told(line, tmp_path):
    exchanged, expected = exchange(line, runs_of_splits(2, 1, 2), 3, kill=f"3:{tmp_path / 'once'}")
    assert exchanged["rows"] == 50
    _, values, _ = execute(line, [1, 1, 1], exchange="x", ranges=[0, 1, 2], schema=[{"name": "x"}], key="again")
    assert [values[i][0]["rows"] for i in range(3)] == [expected[0], expected[1], expected[2]]
    with pytest.raises(Failed) as refusal:
        exchange(line, runs_of_splits(2, 1, 2), 3, fail=3)
    assert refusal.value.split == 3


# ---- what ends a call, and the gateway ----------------------------------------------------------------------------------------------------


def begin_and_hang(line, tmp_path):
    hanging = tmp_path / "hanging"
    number = line.begin("RUN_PASS", tasks=runs_of_splits(1, 1, 1), task=map_task(), worker=scripted_worker(hang=f"2:{hanging}"))
    wait_until(hanging.exists, 30, "the worker that hangs")
    return number, int(hanging.read_text())


def test_cancel_ends_the_call_its_job_and_its_worker(line, tmp_path):
    number, worker = begin_and_hang(line, tmp_path)
    begin = time.monotonic()
    line.send(CANCEL, number)
    with pytest.raises(Failed, match="^interrupted$") as refusal:
        line.finish(number)
    assert refusal.value.code == 5 and time.monotonic() - begin < 3 and ends_within(worker, 5)
    wait_until(lambda: line.call("STATUS")["jobs"] == 0, 5, "the end of the job")
    assert run(line, runs_of_splits(1), worker=scripted_worker())[0]["rows"] == 10


def test_a_client_that_dies_takes_its_job_with_it(gateway, tmp_path):
    dying = gateway.line()
    _, worker = begin_and_hang(dying, tmp_path)
    dying.close()
    assert ends_within(worker, 5)


def test_it_ends_with_the_process_that_started_it_and_leaves_nothing(tmp_path):
    gateway = start()
    try:
        line = gateway.line()
        _, worker = begin_and_hang(line, tmp_path)
        below = descendants(gateway.about()["pid"])
        gateway.process.stdin.close()
        assert gateway.process.wait(20) == 0 and not os.path.exists(gateway.folder)
        assert ends_within(worker, 2) and all(ends_within(pid, 2) for pid in below)
        assert os.listdir(gateway.scratch) == ["gw.log"]
    finally:
        gateway.remove()


@pytest.mark.parametrize("settings, message", [
    ({"uber": "perhaps"}, "unknown uber: 'perhaps'; known: auto, yes, no"),
    ({"files": ["/no/such/file"]}, "files, archives or jars for the tasks cannot be used: .*/no/such/file"),
    ({"configuration": {"mapreduce.framework.name": "yarn", "yarn.resourcemanager.address": "127.0.0.1:1",
                        "ipc.client.connect.max.retries": "0", "yarn.resourcemanager.connect.max-wait.ms": "100", "yarn.resourcemanager.connect.retry-interval.ms": "50"}},
     "the ResourceManager of YARN at 127.0.0.1:1 does not answer: .*Connection refused"),
])
def test_what_cannot_be_used_is_said_last_in_its_log(settings, message):
    with pytest.raises(RuntimeError) as refusal:
        start(settings=settings)
    last = str(refusal.value).strip().splitlines()[-1]
    assert re.search(message, last), last


def test_it_is_started_with_a_folder():
    done = subprocess.run(["java", "-cp", f"{jar()}:{hadoop_jars()}/*", "org.insitu.hadoop.Gateway"], capture_output=True, text=True)
    assert done.returncode == 2 and "usage: org.insitu.hadoop.Gateway FOLDER" in done.stderr
