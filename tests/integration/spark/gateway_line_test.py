"""The line to the gateway: who may speak, what breaks it, what ends a call, and what ends the gateway."""

import json
import os
import stat
import time

import pytest
from gateway_application import exchange, gateway, line, map_task, runs_of_splits, scripted_worker, start, states_of  # noqa: F401, fixtures
from gateway_client import CALL, CANCEL, FAIL, HEADER, HELLO, LOG, MAGIC, PROGRESS, RESULT, TASK, Failed, frame
from own_processes import descendants, ends_within, wait_until


def run(line, tasks, task=None, **arguments):
    """A pass by scripted workers over splits of a source of files; what the workers told and the frames of the call."""
    document, _, frames = line.finish(line.begin("RUN_PASS", tasks=tasks, task=task or map_task(), **arguments))
    return document, states_of(frames), frames


def is_alive(gateway):
    line = gateway.line()
    document, told, _ = run(line, runs_of_splits(1, 2), worker=scripted_worker())
    assert document["splits"] == 3 and [state["split"] for state in told] == [0, 1, 2]
    line.close()
    return True


# ---- who may speak ------------------------------------------------------------------------------------------------------------------


def test_the_gateway_says_what_it_is(gateway, line):
    about = gateway.about()
    assert line.about["protocol"] == 1 and line.about["pid"] == about["pid"] and line.about["app"] == about["app"]
    assert line.about["master"] == about["master"] == "local[2,4]"
    assert line.about["parallelism"] == about["parallelism"] == 2
    assert line.about["attached"] is False and line.about["ui"] is None
    assert stat.S_IMODE(os.stat(gateway.folder + "/gw.sock").st_mode) == 0o600


@pytest.mark.parametrize("token", ["", "0" * 64, None])
def test_a_wrong_token_is_refused(gateway, token):
    if token is None:  # the right one, but for the last digit
        right = open(gateway.folder + "/token").read().strip()
        token = right[:-1] + ("0" if right[-1] != "0" else "1")
    with pytest.raises(Failed, match="token") as refusal:
        gateway.line(token=token)
    assert refusal.value.code == 2
    assert is_alive(gateway)


def test_another_protocol_is_refused(gateway):
    line = gateway.line(greet=False)
    line.send(HELLO, 0, {"protocol": 2, "token": open(gateway.folder + "/token").read().strip()})
    kind, _, document, _ = line.receive()
    assert kind == FAIL and document["message"] == "the caller speaks protocol 2, the gateway speaks 1"
    assert_closed(line)


def assert_closed(line):
    try:
        while line.socket.recv(1 << 16):
            pass
    except ConnectionResetError:
        pass


HOSTILE = {
    "noise": os.urandom(64),
    "http": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "wrong magic": HEADER.pack(MAGIC ^ 1, HELLO, 0, 0, 0, 0),
    "unknown type": HEADER.pack(MAGIC, 99, 0, 0, 0, 0),
    "flags": HEADER.pack(MAGIC, HELLO, 1, 0, 0, 0),
    "document of 4 GiB": HEADER.pack(MAGIC, HELLO, 0, 0, 2**32 - 1, 0),
    "payload of 2^63": HEADER.pack(MAGIC, HELLO, 0, 0, 0, 2**63),
    "payload of 3 GiB": HEADER.pack(MAGIC, HELLO, 0, 0, 0, 3 << 30),
    "no object": frame(HELLO, 0, [1, 2]),
    "no json": HEADER.pack(MAGIC, HELLO, 0, 0, 5, 0) + b"{{{{{",
    "a deep document": HEADER.pack(MAGIC, HELLO, 0, 0, 200_000, 0) + b"[" * 200_000,
    "a call before hello": frame(CALL, 1, {"op": "STATUS"}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_close_the_line_and_nothing_else(gateway, name):
    line = gateway.line(greet=False)
    line.socket.sendall(HOSTILE[name])
    assert_closed(line)
    assert is_alive(gateway)


@pytest.mark.parametrize("message", [
    frame(TASK, 1, {}), frame(HELLO, 0, {"protocol": 1}), frame(CALL, 0, {"op": "STATUS"}),
    HEADER.pack(MAGIC, CALL, 0, 1, 1 << 30, 0), HEADER.pack(MAGIC, CALL, 0, 1, 3, 0) + b"[1]",
], ids=["TASK", "HELLO", "CALL 0", "1 GiB", "no object"])
def test_a_greeted_client_that_breaks_the_rules_is_closed_too(gateway, message):
    line = gateway.line()
    line.socket.sendall(message)
    assert_closed(line)
    assert is_alive(gateway)


def test_a_length_that_is_only_claimed_takes_no_memory(gateway):
    def resident():
        pages = open(f"/proc/{gateway.about()['pid']}/statm").read().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    before = resident()
    lines = [gateway.line() for _ in range(8)]
    for each in lines:
        each.socket.sendall(HEADER.pack(MAGIC, CALL, 0, 1, 200 << 20, 1 << 30) + b" " * 1000)
    time.sleep(0.2)
    assert resident() - before < 100 << 20
    for each in lines:
        each.close()
    assert is_alive(gateway)


@pytest.mark.parametrize("arguments, message", [
    ({"op": "NOPE"}, "unknown operation: 'NOPE'"),
    ({}, "unknown operation: ''"),
    ({"op": "RUN_PASS"}, "RUN_PASS needs the document 'task'"),
    ({"op": "RUN_PASS", "task": {}}, "RUN_PASS needs 'tasks', or a 'handle' with 'splits'"),
    ({"op": "RUN_PASS", "task": {}, "handle": "h99", "splits": []}, "no data under the handle 'h99'"),
    ({"op": "RUN_PASS", "task": {}, "tasks": [], "reduce": "threeStage"}, "unknown way to reduce: 'threeStage'"),
    ({"op": "WRITE", "task": {}}, "WRITE needs 'schema' and 'target'"),
    ({"op": "EMPTY_JOB", "tasks": 0}, "tasks must be at least 1: 0"),
    ({"op": "SQL"}, "SQL needs the text 'text'"),
    ({"op": "CLOSE"}, "CLOSE needs the text 'handle'"),
])
def test_a_wrong_call_is_answered_and_the_line_goes_on(line, arguments, message):
    line.requests += 1
    line.send(CALL, line.requests, arguments)
    with pytest.raises(Failed) as refusal:
        line.finish(line.requests)
    assert message in str(refusal.value) and refusal.value.code == 2
    assert line.call("STATUS")["lost"] == 0


# ---- calls --------------------------------------------------------------------------------------------------------------------------


def test_calls_are_answered_in_turn(line):
    numbers = [line.begin("EMPTY_JOB", tasks=2) for _ in range(5)]
    for number in numbers:
        assert line.finish(number)[0]["seconds"] > 0


def test_a_pass_without_tasks_is_no_job(line):
    document, told, _ = run(line, [], worker=scripted_worker())
    assert (document["tasks"], document["splits"], document["nodes"], told) == (0, 0, 0, [])


def test_states_and_what_workers_say_reach_the_client(line):
    document, told, frames = run(line, runs_of_splits(3, 1, 2), worker=scripted_worker(log="look here"))
    assert [state["split"] for state in told] == list(range(6)) and all(state["rows"] == 10 for state in told)
    assert {name: document[name] for name in ("tasks", "splits", "rows", "retries", "nodes", "stage")} == \
        {"tasks": 3, "splits": 6, "rows": 60, "retries": 0, "nodes": 6, "stage": 1}
    assert [d["text"] for kind, d, _ in frames if kind == LOG] == ["look here"] * 3
    progress = [d for kind, d, _ in frames if kind == PROGRESS][-1]
    assert progress == {"rows": 60, "tasksDone": 3, "tasks": 3}


def test_two_stages_bring_the_same_nodes(line):
    tasks = runs_of_splits(*[3] * 20)
    _, one, _ = run(line, tasks, worker=scripted_worker(), reduce="oneStage")
    document, two, _ = run(line, tasks, worker=scripted_worker(), reduce="twoStage")
    assert two == one and document["stage"] == 2 and document["rows"] == 600 and document["nodes"] == 60


def test_large_states_take_two_stages_where_the_client_leaves_it_to_the_gateway(line):
    document, told, _ = run(line, runs_of_splits(*[1] * 20), task=map_task(**{"pass": "large"}), reduce="auto",
                            worker=scripted_worker(big=14 << 20))
    assert document["stage"] == 2 and [state["split"] for state in told] == list(range(20))


def test_workers_are_used_again_and_keep_their_source(line):
    task = map_task(source={"name": "s", "options": "{}"}, files="host", sourceKey="k1")
    worker = scripted_worker(sources="yes", serial="keep")
    told = [run(line, runs_of_splits(1), task=task, worker=worker)[1][0]["told"] for _ in range(2)]
    assert told == [["files", "source"], ["sameSource"]]
    task["sourceKey"] = "k2"
    assert run(line, runs_of_splits(1), task=task, worker=worker)[1][0]["told"] == ["files", "source"]


def size_of(path):
    """What is answered about a file: its length, and its time in milliseconds, by which tasks know it again."""
    status = os.stat(path)
    return {"size": status.st_size, "modified": status.st_mtime_ns // 1_000_000}


def test_workers_read_files_through_their_host(line, tmp_path):
    (tmp_path / "b:c d.txt").write_bytes(b"0123456789")
    (tmp_path / "a%20.txt").write_bytes(b"")
    path = str(tmp_path / "b:c d.txt")
    state = run(line, runs_of_splits(1), worker=scripted_worker(read=path))[1][0]
    assert state["kind"] == {"exists": True, "directory": False} and state["size"] == size_of(path) and state["bytes"] == "34567"
    assert state["list"] == {"files": [str(tmp_path / "a%20.txt"), path]}


def test_rows_are_brought_together_by_ranges_for_tasks(line):
    exchanged, expected = exchange(line, runs_of_splits(2, 1, 2), 3)
    assert exchanged["rows"] == 50
    _, _, frames = line.finish(line.begin("EXEC", payload=b"all1234", shared=3, key="r", tasks=[[i, 1, True, 1] for i in range(4)], exchange="x",
                                          ranges=[2, 0, 1, 3], schema=[{"name": "x"}], task={"mode": "exec"}, worker=scripted_worker()))
    values = {d["first"]: json.loads(value) for kind, d, value in frames if kind == RESULT}
    assert [values[i]["rows"] for i in range(4)] == [expected[2], expected[0], expected[1], [[{"name": "x"}]]]
    assert [values[i]["arguments"] + values[i]["shared"] for i in range(4)] == ["1all", "2all", "3all", "4all"]


def test_another_build_of_the_worker_is_refused(line):
    with pytest.raises(Failed, match="built as 'other', the caller as 'ours'") as refusal:
        run(line, runs_of_splits(1), task=map_task(build="ours"), worker=scripted_worker(build="other"))
    assert refusal.value.code == 4


# ---- files --------------------------------------------------------------------------------------------------------------------------


def test_files_are_asked_for_as_workers_do(line, tmp_path):
    (tmp_path / "z").write_bytes(bytes(range(256)) * 40000)
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / "inner").mkdir()
    path = str(tmp_path / "z")
    assert line.call("FS", what="size", file=path) == size_of(path)
    assert line.call("FS", what="kind", file=path) == {"exists": True, "directory": False}
    assert line.call("FS", what="kind", file=str(tmp_path)) == {"exists": True, "directory": True}
    assert line.call("FS", what="kind", file=path + "y") == {"exists": False, "directory": False}
    assert line.call("FS", what="list", file=str(tmp_path)) == {"files": [str(tmp_path / "a"), path]}
    assert line.call("FS", what="list", file="file:" + str(tmp_path))["files"] == [f"file:{tmp_path}/a", f"file:{tmp_path}/z"]
    document, payload, _ = line.finish(line.begin("FS", what="bytes", file=path, offset=250, length=8 << 20))
    assert payload == (bytes(range(256)) * 40000)[250:250 + (8 << 20)]
    assert line.finish(line.begin("FS", what="bytes", file=path, offset=10_239_998, length=100))[1] == b"\xfe\xff"
    assert line.finish(line.begin("FS", what="bytes", file=path, offset=99_999_999, length=100))[1] == b""


def test_failures_of_files_are_answers(line, tmp_path):
    path = str(tmp_path)
    for question, message in [
        ({"what": "size", "file": path + "/no"}, f"file not found: {path}/no"),
        ({"what": "bytes", "file": path + "/no", "offset": 0, "length": 1}, f"file not found: {path}/no"),
        ({"what": "bytes", "file": path, "offset": 0, "length": 1}, "it is a folder"),
        ({"what": "bytes", "file": path, "offset": 0, "length": (8 << 20) + 1}, "too long"),
        ({"what": "bytes", "file": path, "offset": -1, "length": 1}, "offset"),
        ({"what": "list", "file": path + "/no"}, "folder not found"),
        ({"what": "size", "file": "relative"}, "must be absolute"),
        ({"what": "size", "file": "nosuch://host/f"}, "nosuch"),
        ({"what": "dance", "file": path}, "unknown request about a file: 'dance'"),
    ]:
        answer = line.call("FS", **question)
        assert message in answer["error"] and answer["code"] == 3


def test_a_path_without_a_scheme_is_one_of_this_machine(tmp_path):
    """Whatever the cluster's default file system is; nobody listens at this one."""
    gateway = start(conf=["spark.hadoop.fs.defaultFS=hdfs://127.0.0.1:1/"])
    try:
        line = gateway.line()
        (tmp_path / "f").write_bytes(b"0123456789")
        path = str(tmp_path / "f")
        assert line.call("FS", what="size", file=path) == size_of(path)
        assert run(line, runs_of_splits(1), worker=scripted_worker(read=path))[1][0]["bytes"] == "34567"
        line.call("FS", what="mkdirs", file=str(tmp_path / "new" / "deep"))
        assert (tmp_path / "new" / "deep").is_dir()
    finally:
        gateway.remove()


def test_files_are_renamed_and_deleted(line, tmp_path):
    (tmp_path / "a").write_bytes(b"1")
    line.call("FS", what="rename", **{"from": str(tmp_path / "a"), "to": str(tmp_path / "b")})
    assert os.listdir(tmp_path) == ["b"]
    assert line.call("FS", what="delete", file=str(tmp_path / "b")) == {"deleted": True}
    assert line.call("FS", what="delete", file=str(tmp_path / "b")) == {"deleted": False}
    (tmp_path / "d" / "e").mkdir(parents=True)
    with pytest.raises(Failed):
        line.call("FS", what="delete", file=str(tmp_path / "d"))
    assert line.call("FS", what="delete", file=str(tmp_path / "d"), recursive=True) == {"deleted": True}
    with pytest.raises(Failed, match="rename"):
        line.call("FS", what="rename", **{"from": str(tmp_path / "no"), "to": str(tmp_path / "b")})


def test_a_file_that_has_changed_is_seen(line, tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"old")
    assert line.call("FS", what="size", file=str(path)) == size_of(path)
    path.write_bytes(b"newer")
    assert line.call("FS", what="size", file=str(path)) == size_of(path)
    assert line.finish(line.begin("FS", what="bytes", file=str(path), offset=0, length=9))[1] == b"newer"


# ---- what ends a call -----------------------------------------------------------------------------------------------------------------


class Hanging:
    """A worker that never answers split 2."""

    def __init__(self, tmp_path):
        self.file = tmp_path / "hanging"
        self.command = scripted_worker(hang=f"2:{self.file}")

    def pid(self):
        """Waits until it hangs."""
        wait_until(self.file.exists, 30, "the worker that hangs")
        return int(self.file.read_text())


def test_cancel_ends_the_call_its_job_and_its_worker(gateway, line, tmp_path):
    worker = Hanging(tmp_path)
    number = line.begin("RUN_PASS", tasks=runs_of_splits(1, 1, 1), task=map_task(), worker=worker.command)
    pid = worker.pid()
    begin = time.monotonic()
    line.send(CANCEL, number)
    with pytest.raises(Failed, match="^interrupted$") as refusal:
        line.finish(number)
    assert refusal.value.code == 5 and time.monotonic() - begin < 2
    assert ends_within(pid, 5)
    wait_until(lambda: line.call("STATUS")["jobs"] == 0, 5, "the end of the job")
    assert is_alive(gateway)


def test_a_call_that_waits_for_its_turn_can_be_cancelled(line, tmp_path):
    worker = Hanging(tmp_path)
    first = line.begin("RUN_PASS", tasks=runs_of_splits(3), task=map_task(), worker=worker.command)
    second = line.begin("RUN_PASS", tasks=runs_of_splits(1), task=map_task(), worker=scripted_worker(count=tmp_path / "second"))
    worker.pid()
    line.send(CANCEL, second)
    line.send(CANCEL, first)
    for number in (first, second):
        with pytest.raises(Failed, match="^interrupted$"):
            line.finish(number)
    assert not (tmp_path / "second").exists()


def test_a_client_that_dies_takes_its_job_with_it(gateway, tmp_path):
    worker = Hanging(tmp_path)
    dying = gateway.line()
    dying.begin("RUN_PASS", tasks=runs_of_splits(1, 2), task=map_task(), worker=worker.command)
    pid = worker.pid()
    dying.close()
    assert ends_within(pid, 5)
    other = gateway.line()
    wait_until(lambda: other.call("STATUS")["jobs"] == 0, 5, "the end of the job")
    other.close()


def test_two_clients_do_not_wait_for_each_other(gateway, line, tmp_path):
    worker = Hanging(tmp_path)
    other = gateway.line()
    number = other.begin("RUN_PASS", tasks=runs_of_splits(3), task=map_task(), worker=worker.command)
    worker.pid()
    assert run(line, runs_of_splits(2), worker=scripted_worker())[0]["rows"] == 20
    other.send(CANCEL, number)
    with pytest.raises(Failed):
        other.finish(number)
    other.close()


# ---- what ends the gateway -------------------------------------------------------------------------------------------------------------


def assert_gone(gateway):
    assert gateway.process.wait(20) == 0
    assert not os.path.exists(gateway.folder)


def test_it_ends_with_the_process_that_started_it():
    gateway = start()
    try:
        gateway.process.stdin.close()
        assert_gone(gateway)
    finally:
        gateway.remove()


def test_it_ends_when_told_and_its_workers_with_it():
    gateway = start(settings={"persistent": True}, hold=False)
    try:
        line = gateway.line()
        run(line, runs_of_splits(1, 1), worker=scripted_worker())
        workers = list(descendants(gateway.about()["pid"]))
        assert workers
        assert line.call("SHUTDOWN") == {}
        assert_gone(gateway)
        assert all(ends_within(pid, 2) for pid in workers)
    finally:
        gateway.remove()


def test_a_persistent_one_ends_when_nobody_has_used_it_for_a_while(tmp_path):
    gateway = start(settings={"persistent": True, "idleTimeout": 2}, hold=False)
    try:
        line = gateway.line()  # a client that says nothing is a client
        time.sleep(3)
        assert line.call("STATUS")["jobs"] == 0
        worker = scripted_worker(sleep=3)
        run(line, runs_of_splits(1), worker=worker)
        begin = time.monotonic()
        line.close()
        assert gateway.process.wait(30) == 0
        assert time.monotonic() - begin > 1.5
        assert not os.path.exists(gateway.folder)
    finally:
        gateway.remove()
