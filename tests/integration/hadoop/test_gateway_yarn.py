"""The gateway of Hadoop on YARN: the same states however a job runs, whatever is killed, and nothing left of it.

What takes minutes (masters and nodes that are killed, attempts that are repeated) runs with INSITU_TEST_ALL alone.
"""

import hashlib
import json
import os
import pathlib
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from gateway_calls import exchange, jar, map_task, runs_of_splits, scripted_worker, states_of
from gateway_client import CANCEL, LOG, OUT, RESULT, Failed, read_block
from hadoop_gateway import start
from own_processes import ends_within, kill, wait_until

LONG = pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="takes minutes: INSITU_TEST_ALL")
PATIENCE = 300


@pytest.fixture(scope="module")
def gateway(running_hadoop):
    started = start(conf=running_hadoop.conf, environment={"HADOOP_USER_NAME": running_hadoop.user}, settings={"jobTag": "tested"})
    yield started
    pid = started.about()["pid"]
    started.close()
    assert ends_within(pid, 5)
    # Of all that was done the jar is left, for the next one.
    left = running_hadoop.shell("-ls", "-R", f"/user/{running_hadoop.user}").decode()
    assert [line.split()[-1].rpartition("/")[2] for line in left.splitlines() if line.startswith("-")] == ["insitu-jvm.jar"], left
    staging = running_hadoop.shell("-ls", "-R", "/tmp/hadoop-yarn/staging").decode()
    assert ".staging/job_" not in staging, staging
    started.remove()


@pytest.fixture
def line(gateway):
    opened = gateway.line()
    opened.socket.settimeout(PATIENCE)
    yield opened
    opened.close()


def run(line, *sizes, op="RUN_PASS", **arguments):
    arguments.setdefault("task", map_task())
    arguments.setdefault("worker", scripted_worker())
    document, _, frames = line.finish(line.begin(op, tasks=runs_of_splits(*sizes), **arguments))
    return document, states_of(frames), frames


def begin_and_hang(line, tmp_path, **arguments):
    hanging = tmp_path / "hanging"
    number = line.begin("RUN_PASS", tasks=runs_of_splits(2, 2, 2), task=map_task(), worker=scripted_worker(hang=f"2:{hanging}"), **arguments)
    wait_until(hanging.exists, PATIENCE, "the worker that hangs")
    return number, int(hanging.read_text())


def test_it_gives_the_same_states_however_it_runs(line, running_hadoop):
    assert line.about["master"] == "yarn" and line.about["parallelism"] > 1 and line.about["user"] == running_hadoop.user
    local, expected, _ = run(line, 2, 2, 2, runner="local")
    assert (local["runner"], len(expected)) == ("local", 6)
    uber, told, _ = run(line, 6)
    assert (uber["runner"], uber["retries"]) == ("uber", 0) and told == expected
    merged, told, _ = run(line, 2, 2, 2, reduce="twoStage")
    assert (merged["runner"], merged["reducers"], merged["rows"]) == ("yarn", 2, 60) and told == expected
    ours = [one for one in running_hadoop.applications() if one["id"] in (*uber["jobs"], *merged["jobs"])]
    assert len(ours) == 2
    for one in ours:  # the third tag is the folder of the gateway
        owner = [tag for tag in one["applicationTags"].split(",") if tag not in ("insitu", "tested")]
        assert len(owner) == 1 and owner[0].startswith("gateway-") and f"-{line.about['app'].rpartition('-')[2]}-" in owner[0]


@LONG
def test_a_jar_that_others_may_have_left_is_not_run(running_hadoop, tmp_path):
    ours = pathlib.Path(jar()).read_bytes()
    (tmp_path / "insitu-jvm.jar").write_bytes(bytes(len(ours)))  # as long, and nothing that Java could run
    lib = f"/common/lib/{hashlib.sha256(ours).hexdigest()}"
    running_hadoop.shell("-mkdir", "-p", lib)
    running_hadoop.shell("-put", str(tmp_path / "insitu-jvm.jar"), lib)
    running_hadoop.shell("-chmod", "777", "/common")
    started = start(conf=running_hadoop.conf, environment={"HADOOP_USER_NAME": running_hadoop.user}, settings={"hdfsShareDir": "/common"})
    opened = started.line()
    opened.socket.settimeout(PATIENCE)
    document, told, _ = run(opened, 2)
    assert document["rows"] == 20 and len(told) == 2
    opened.close()
    started.close()
    started.remove()
    running_hadoop.shell("-rm", "-r", "-skipTrash", "/common")


def listed(running_hadoop, folder):
    """The paths of all files below a folder of HDFS."""
    for one in json.loads(running_hadoop.get(f"/webhdfs/v1{folder}?op=LISTSTATUS&user.name={running_hadoop.user}"))["FileStatuses"]["FileStatus"]:
        path = f"{folder}/{one['pathSuffix']}"
        yield from listed(running_hadoop, path) if one["type"] == "DIRECTORY" else [path]


def test_tasks_are_placed_and_cancel_leaves_nothing_running(line, running_hadoop, tmp_path):
    (tmp_path / "data").write_bytes(bytes(1000))
    running_hadoop.shell("-put", "-f", str(tmp_path / "data"), "/tmp/placed")
    most = 2**63 - 1
    number, worker = begin_and_hang(line, tmp_path, reads=[[["hdfs:///tmp/placed", 0, 500]], [["hdfs:///tmp/placed", -1, most]],
                                                           [["hdfs:///none", most, most], "nothing"]])
    # Seen in the list of the tasks.
    (path,) = (path for path in listed(running_hadoop, f"/user/{running_hadoop.user}/.insitu-share") if path.endswith("/tasks"))
    tasks = json.loads(running_hadoop.get(f"/webhdfs/v1{path}?op=OPEN&user.name={running_hadoop.user}"))
    assert [len(task["splits"]) for task in tasks] == [2, 2, 2] and [bool(task["hosts"]) for task in tasks] == [True, False, False]
    begin = time.monotonic()
    line.send(CANCEL, number)
    with pytest.raises(Failed, match="^interrupted$"):
        line.finish(number)
    assert time.monotonic() - begin < 5 and ends_within(worker, 5)
    wait_until(lambda: not [one for one in running_hadoop.applications() if one["state"] == "RUNNING"], 20, "the end of the job")
    assert line.call("STATUS") == {"jobs": 0}


@LONG
@pytest.mark.parametrize("sizes, arguments, runner, reducers", [
    ([6], {"reduce": "oneStage"}, "uber", 1), ([1] * 6, {"bytes": 1000}, "uber", 0), ([2, 2, 2], {}, "yarn", 0),
    ([3, 3], {"reduce": "oneStage"}, "yarn", 1), ([1] * 6, {"reduce": "twoStage"}, "yarn", 3), ([1] * 6, {"bytes": 1 << 40}, "yarn", 0),
])
def test_the_number_of_tasks_and_reducers_changes_nothing(line, sizes, arguments, runner, reducers):
    _, expected, _ = run(line, 6, runner="local")
    document, told, _ = run(line, *sizes, **arguments)
    assert (document["runner"], document["reducers"]) == (runner, reducers) and told == expected


@LONG
def test_rows_and_tasks_come_in_containers_too(line):
    document, _, frames = run(line, 2, 2, 2, op="READ_ROWS", task={"mode": "transform"})
    assert document == {"rows": 60, "runner": "yarn"}
    assert [x for kind, _, block in frames if kind == OUT and block for x in read_block(block)[1]["x"]] == list(range(60))
    _, _, frames = line.finish(line.begin("EXEC", payload=b"all[0][2]", shared=3, key="k", tasks=[[0, 2, True, 3], [2, 1, True, 3]],
                                          task={"mode": "exec"}, worker=scripted_worker(die=1)))
    values = {d["first"]: json.loads(value) for kind, d, value in frames if kind == RESULT and d["count"]}
    assert sorted(values) == [0, 2] and values[2]["arguments"] == "[2]" and values[0]["worker"] // 1000 != values[2]["worker"] // 1000
    lost = [d for kind, d, _ in frames if kind == RESULT and "lost" in d]
    assert [(one["first"], one["place"]) for one in lost] == [(1, 0)] and "ended by signal 9" in lost[0]["lost"]


@LONG
def test_rows_are_brought_together_by_ranges(line, running_hadoop):
    exchanged, expected = exchange(line, runs_of_splits(2, 1, 2), 3)
    assert (exchanged["rows"], exchanged["reducers"], exchanged["runner"]) == (50, 4, "yarn")
    _, _, frames = line.finish(line.begin("EXEC", payload=b"all1234", shared=3, key="r", tasks=[[i, 1, True, 1] for i in range(4)], exchange="x",
                                          ranges=[2, 0, 1, 3], schema=[{"name": "x"}], task={"mode": "exec"}, worker=scripted_worker()))
    values = {d["first"]: json.loads(value)["rows"] for kind, d, value in frames if kind == RESULT}
    assert values == {0: expected[2], 1: expected[0], 2: expected[1], 3: [[{"name": "x"}]]}
    line.call("CLOSE", handle="x")
    line.call("CLOSE", handle="r")
    left = running_hadoop.shell("-ls", "-R", f"/user/{running_hadoop.user}").decode()
    assert "/rows-" not in left and "/shared-" not in left


@LONG
@pytest.mark.parametrize("sizes", [[6], [2, 2, 2]], ids=["uber", "yarn"])
@pytest.mark.parametrize("reduce", ["none", "oneStage"])
def test_a_worker_that_is_killed_is_replaced(line, tmp_path, sizes, reduce):
    _, expected, _ = run(line, 6, runner="local")
    document, told, _ = run(line, *sizes, reduce=reduce, worker=scripted_worker(kill=f"3:{tmp_path / 'once'}"))
    assert told == expected and document["retries"] == 1 and document["runner"] == "yarn" and document["rows"] == 60


@LONG
def test_an_error_of_the_users_is_one_attempt(line, tmp_path):
    counter = tmp_path / "count"
    with pytest.raises(Failed) as refusal:
        run(line, 6, bytes=1 << 40, worker=scripted_worker(fail=3, count=counter))
    assert (str(refusal.value), refusal.value.split) == ("variable not found: nope (split 3)", 3) and counter.read_bytes() == b"x"
    with pytest.raises(Failed) as refusal:  # at the same time: that of the first split counts
        run(line, 3, 3, bytes=1 << 40, worker=scripted_worker(fail=1))
    assert refusal.value.split == 1


@LONG
def test_a_worker_that_always_ends_is_given_up_with_what_it_said(line):
    with pytest.raises(Failed) as refusal:
        run(line, 2, bytes=1 << 40, worker=scripted_worker(die=1, say="I was somebody"))
    said = str(refusal.value)
    assert said.startswith("a worker was lost: ") and "; it said last: I was somebody" in said and "\tat " not in said


@LONG
def test_a_master_that_is_killed_is_replaced(line, running_hadoop, tmp_path):
    _, expected, _ = run(line, 6, runner="local")
    number, _ = begin_and_hang(line, tmp_path, reduce="oneStage")
    masters = [pid for pid, words in running_hadoop.container_processes().items() if "MRAppMaster" in words and "/java" in words.split()[0]]
    assert len(masters) == 1
    kill(masters[0])
    document, _, frames = line.finish(number)
    assert states_of(frames) == expected and len(document["jobs"]) == 1


@LONG
def test_a_node_that_is_lost_with_the_master_is_replaced(line, running_hadoop, tmp_path):
    """Whoever asks that master, which goes on, would wait for ever."""
    _, expected, _ = run(line, 6, runner="local")
    number, _ = begin_and_hang(line, tmp_path)
    words = next(words for words in running_hadoop.container_processes().values() if "MRAppMaster" in words)
    node = 1 if "/nm1/" in words else 2
    running_hadoop.kill(f"nodemanager{node}")
    try:
        document, _, frames = line.finish(number)
        assert states_of(frames) == expected and document["rows"] == 60
    finally:
        running_hadoop.start_node_manager(node)
        running_hadoop.wait_until_ready()


@LONG
def test_a_container_over_its_memory_is_said_with_the_way_out(running_hadoop):
    gateway = start(conf=running_hadoop.conf, environment={"HADOOP_USER_NAME": running_hadoop.user}, settings={"uber": "no"})
    try:
        line = gateway.line()
        line.socket.settimeout(PATIENCE)
        with pytest.raises(Failed) as refusal:
            run(line, 1, worker=scripted_worker(grow=600 << 20))
        assert str(refusal.value).startswith("a task took more memory than its container has, and YARN ended it")
        assert str(refusal.value).endswith(": raise \ufdd0mapMemory\ufdd1 (mapreduce.map.memory.mb)")
    finally:
        gateway.remove()


@LONG
def test_a_job_that_waits_says_so_and_can_be_cancelled(running_hadoop):
    # A master of this size fits a node, and nothing beside it; the tasks of the second kind fit none of what is left.
    settings = {"queuePatience": 2, "uber": "no", "configuration": {"yarn.app.mapreduce.am.resource.mb": "3072"}, "mapMemory": 3072}
    first = start(conf=running_hadoop.conf, environment={"HADOOP_USER_NAME": running_hadoop.user}, settings=settings)
    second = start(conf=running_hadoop.conf, environment={"HADOOP_USER_NAME": running_hadoop.user}, settings=settings)
    try:
        busy = first.line()
        busy.begin("RUN_PASS", tasks=runs_of_splits(1), task=map_task(), worker=scripted_worker(sleep=600))
        wait_until(lambda: any(one["runningContainers"] == 2 for one in running_hadoop.applications()), 60, "a cluster that is full")
        line = second.line()
        number = line.begin("RUN_PASS", tasks=runs_of_splits(1), task=map_task(), worker=scripted_worker())
        while True:
            kind, _, document, _ = line.receive()
            if kind == LOG:
                break
        assert document["level"] == "warning" and "for 2 s; the job waits (queue 'root.default' with " in document["text"]
        assert "2 healthy nodes" in document["text"]
        begin = time.monotonic()
        line.send(CANCEL, number)
        with pytest.raises(Failed, match="^interrupted$"):
            line.finish(number)
        assert time.monotonic() - begin < 5
    finally:
        first.remove()
        second.remove()


@LONG
@pytest.mark.parametrize("settings, message", [
    ({"mapMemory": 100_000}, "a map task asks for 100000 MB, and the largest node of YARN has 3072 MB for containers"),
])
def test_what_can_never_run_is_refused_at_once(running_hadoop, settings, message):
    with pytest.raises(RuntimeError, match=message):
        start(conf=running_hadoop.conf, environment={"HADOOP_USER_NAME": running_hadoop.user}, settings=settings)


@LONG
def test_a_folder_that_may_not_be_made_is_said(running_hadoop):
    gateway = start(conf=running_hadoop.conf, environment={"HADOOP_USER_NAME": "stranger"}, settings={"hdfsShareDir": "/strange"})
    try:
        with pytest.raises(Failed) as refusal:
            run(gateway.line(), 1)
        assert "\ufdd0hdfsShareDir\ufdd1 (hdfs://" in str(refusal.value) and "cannot be made or written by the user stranger: " in str(refusal.value)
    finally:
        gateway.remove()
