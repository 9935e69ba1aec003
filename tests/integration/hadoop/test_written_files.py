"""WRITE of the gateway of Hadoop, with workers that write what they like: the files that were asked for are made, no others, and nowhere else."""

import json
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "gateway"))
from gateway_calls import runs_of_splits, scripted_worker
from gateway_client import CANCEL, OUT, Failed
from hadoop_gateway import start
from own_processes import ends_within, wait_until

ODD = ["12:30 %41 #?\u00fc_1.xdfd", "a\\b*", "n" * 255, "-", ".hidden", "\n"]


@pytest.fixture(scope="module")
def gateway():
    started = start()
    yield started
    started.remove()


@pytest.fixture
def target(tmp_path):
    """A set that the client has made beside its target."""
    root = tmp_path / "around" / "a s\u00e9t: new"
    for name in ("parts", "unfinished"):
        (root / name).mkdir(parents=True)
    return root


def begin(line, target, *tasks, **faults):
    """Tasks that write these files, each of them two splits and files of three rows."""
    writes = [{"skip": 0, "parts": [[name, 3 * i, [2, 1]] for i, name in enumerate(names)]} for names in tasks]
    places = {"root": str(target), "folder": str(target / "parts"), "unfinished": str(target / "unfinished")}
    return line.begin("WRITE", tasks=runs_of_splits(*[2] * len(tasks)), task={"mode": "write", "write": {}}, writes=writes, target=places,
                      worker=scripted_worker(**faults))


def around(target):
    """All that lies there, but for the gateway's own."""
    return sorted(str(path.relative_to(target.parent)) for path in target.parent.rglob("*"))


def test_files_get_their_names_whatever_these_are(line, target, tmp_path):
    document, _, frames = line.finish(begin(line, target, ODD[:4], ODD[4:], kill=f"2:{tmp_path / 'once'}"))
    assert (document["rows"], document["files"], document["runner"]) == (18, 6, "local")
    told = {d["part"]: (d, payload) for kind, d, payload in frames if kind == OUT}
    for name in ODD:
        assert told.pop(name) == ({"part": name, "last": True, "bytes": 3 * len(name.encode())}, b"report of " + name.encode())
        assert (target / "parts" / name).read_bytes() == 3 * name.encode()
    assert told == {} and sorted(os.listdir(target / "parts")) == sorted(ODD)


# Of names alone more is asked in hosts/jvm/tests/org/insitu/hadoop/PlannedFilesTest.java.
@pytest.mark.parametrize("names, said", [
    (["x/../../out"], "a file that was not asked for: 'x/../../out'"),
    (["a", "of the other task"], "a file that was not asked for: 'of the other task'"),
    (["a", "b", "a"], "the worker wrote the file 'a' twice"),
    (["a"], "the worker ended without the file 'b'"),
])
def test_a_worker_that_writes_something_else_is_refused(line, target, names, said):
    with pytest.raises(Failed) as refusal:
        line.finish(begin(line, target, ["a", "b"], ["of the other task"], names=json.dumps(names)))
    assert said in str(refusal.value) and refusal.value.code == 4
    assert around(target) == []
    assert not os.path.exists(target.parent.parent / "out")


def test_a_file_that_is_shorter_than_it_is_said_to_be_is_refused(line, target):
    with pytest.raises(Failed, match="the worker told of 7 bytes of the file 'a', and has sent 3"):
        line.finish(begin(line, target, ["a"], bytes=7))
    assert around(target) == []


@pytest.mark.parametrize("names", [[["a", "../b"]], [["a"], ["a"]]])
def test_a_plan_with_names_that_are_none_is_refused(line, target, names):
    with pytest.raises(Failed, match="WRITE cannot make the file ") as refusal:
        line.finish(begin(line, target, *names))
    assert refusal.value.code == 2 and around(target) == []


def begin_and_hang(line, target, tmp_path):
    hanging = tmp_path / "hanging"
    number = begin(line, target, ["a"], ["b"], ["c"], hang=f"4:{hanging}")
    wait_until(hanging.exists, 30, "the worker that hangs")
    return number, int(hanging.read_text())


def test_what_was_written_goes_with_a_call_that_is_cancelled_and_with_its_client(gateway, target, tmp_path):
    line = gateway.line()
    number, worker = begin_and_hang(line, target, tmp_path)
    line.send(CANCEL, number)
    with pytest.raises(Failed, match="^interrupted$"):
        line.finish(number)
    assert around(target) == [] and ends_within(worker, 5)
    for name in ("parts", "unfinished"):
        (target / name).mkdir(parents=True)
    (tmp_path / "hanging").unlink()
    _, worker = begin_and_hang(line, target, tmp_path)
    line.close()
    wait_until(lambda: around(target) == [], 10, "the end of what was written")
    assert ends_within(worker, 5)


def test_what_was_written_goes_before_a_gateway_that_its_owner_left(target, tmp_path):
    """As after kill -9 of a client: nobody else removes it where the target lies in HDFS."""
    gateway = start()
    try:
        line = gateway.line()
        _, worker = begin_and_hang(line, target, tmp_path)
        line.close()
        gateway.process.stdin.close()
        assert gateway.process.wait(20) == 0
        assert around(target) == [] and ends_within(worker, 2)
    finally:
        gateway.remove()
