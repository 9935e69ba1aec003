"""Any frames at the two ends of a remote session: refused by an error of ours, nothing written where it was not asked for.

The bytes of frames themselves are read by tests/fuzz/frame_fuzz.cpp; here they are frames, and what is in them is hostile. INSITU_TEST_ALL=1
runs many more.
"""

import json
import os
import pathlib
import random
import subprocess
import sys

import pytest

import insitu as rx
from insitu import _near_session, remote_sessions
from insitu._session_files import FRAME

ROUNDS = 40_000 if os.environ.get("INSITU_TEST_ALL") else 6_000

VALUES = [None, True, 0, -1, 2**70, 1.5, "", "a", "../a", "/etc/passwd", "a\0b", "\ud800", "x" * 5000, [], ["a"], [["a"]], [{}], {}, {"a": 1},
          {"message": "m"}, {"message": "m", "kind": "ValueError", "where": "", "traceback": ""}, "sub/../../a", "interrupted", float("nan")]
FIELDS = ["op", "objects", "names", "name", "left", "ids", "id", "bytes", "stopped", "interrupted", "message", "plots", "warnings", "error",
          "changed_files", "version", "platform", "packages", "code", "file", "outputs", "all", "protocol", "language"]
GOOD = {
    "execute": {"interrupted": False, "changed_files": [], "plots": [], "warnings": [], "error": None},
    "workspace": {"names": ["a"]}, "list_files": {"names": ["a"]}, "get_objects": {"left": []}, "create_snapshot": {"id": "a", "left": []},
    "load_snapshot": {"left": []}, "list_snapshots": {"ids": [], "names": []},
    "inventory": {"version": "3", "platform": "p", "packages": {"a": "1"}}}


def document(random_, near=None):
    """A document as text: near a good one, or whatever."""
    found = dict(near or {})
    for _ in range(random_.choice((0, 1, 1, 2, 6))):
        found[random_.choice(FIELDS)] = random_.choice(VALUES)
    if found and random_.random() < 0.3:
        found.pop(random_.choice(list(found)))
    text = json.dumps(random_.choice(VALUES) if random_.random() < 0.05 else found)
    if random_.random() < 0.1:
        text = random_.choice(["", "{", text[:len(text) // 2], "[" * 100_000, "nul", text + text, "\x00"])
    return text


class Line:
    """What the far end would send, as a list of frames; what is sent to it is swallowed."""

    open = True

    def __init__(self, random_, op):
        self.random, self.op, self.number, self.left = random_, op, 1, random_.choice((0, 0, 1, 3))

    def send(self, kind, number, *rest):
        self.number = number

    def receive(self, stop):
        random_ = self.random
        number = self.number if random_.random() < 0.97 else random_.choice((0, 2, 2**32 - 1))
        if self.left > 0:
            self.left -= 1
            kind = random_.choice((FRAME["out"], FRAME["block"], FRAME["end"], FRAME["block"], *range(1, 19)))
            if kind == FRAME["out"]:
                return kind, random_.choice((1, 2, 2, 7)), "", random_.choice((b"said", "ü".encode()))
            return kind, number, document(random_, {"bytes": random_.choice((0, 3))}), random_.choice((b"", b"abc"))
        kind = FRAME[random_.choice(("reply", "reply", "reply", "fail"))]
        return kind, number, document(random_, GOOD.get(self.op) if kind == FRAME["reply"] else {"message": "no"}), random_.choice((b"", b"x"))

    def close(self):
        self.open = False


CALLS = {
    "execute": lambda to: rx.remote_execute("1", outputs="a", write_plots=True), "workspace": lambda to: rx.list_remote_workspace(),
    "list_files": lambda to: rx.list_remote_files(), "get_objects": lambda to: rx.get_remote_workspace(),
    "put_objects": lambda to: rx.put_local_object({"a": 1}), "create_snapshot": lambda to: rx.create_snapshot("a"),
    "load_snapshot": lambda to: rx.load_snapshot("a"), "list_snapshots": lambda to: rx.list_snapshots(),
    "inventory": lambda to: rx.diff_local_remote(), "get_file": lambda to: rx.get_remote_file("a", file=to / "got"),
    "get_file_raw": lambda to: rx.get_remote_file("a", "raw"), "put_file": lambda to: rx.put_local_file(__file__),
    "delete_file": lambda to: rx.delete_remote_file("a"), "get_snapshot": lambda to: rx.download_snapshot("a")}


@pytest.mark.filterwarnings("ignore")
def test_any_answers_of_the_far_end(tmp_path, monkeypatch, capfd):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(remote_sessions, "inventory", lambda: GOOD["inventory"])  # slow, and said at length
    monkeypatch.setattr(_near_session.current, "session", None)
    random_ = random.Random(7)
    ended = {"answered": 0, "refused": 0, "lost": 0}
    for turn in range(ROUNDS):
        op = random_.choice(list(CALLS))
        session = object.__new__(_near_session.NearSession)
        session.name, session.prompt, session._calls, session.line = "there", "> ", 0, Line(random_, op)
        session._pressed = session._acted = 0
        _near_session.current.session = session
        try:
            CALLS[op](tmp_path / "here")
            ended["answered"] += 1
        except KeyboardInterrupt:
            ended["refused"] += 1
        except rx.InsituError as error:
            lost = isinstance(error, rx.WorkerError)
            assert str(error) and session.line.open is not lost and (_near_session.current.session is session) is not lost, (turn, op, error)
            ended["lost" if lost else "refused"] += 1
        for path in (tmp_path / "here").iterdir():
            assert path.name == "got" or path.name.startswith("remotePlot"), (turn, path)
            if path.name == "got":
                assert path.read_bytes() in (b"", b"abc")
            path.unlink()
    assert [path.name for path in tmp_path.iterdir()] == ["here"]
    assert min(ended.values()) > ROUNDS // 50, ended


FAR = """
import json, os, random, sys
from insitu import _engine, _far_session
from insitu._session_files import FRAME
from test_remote_session_fuzz import FIELDS, VALUES, document

rounds, random_ = int(sys.argv[1]), random.Random(11)
outside, error = os.getcwd(), os.fdopen(os.dup(2), "w")


class Far:
    number, replies, begun, queue = 0, 0, 0, []

    def send(self, kind, request, text, payload):
        assert kind in (FRAME["reply"], FRAME["fail"], FRAME["hello"], FRAME["block"], FRAME["end"]), kind
        if text:
            assert isinstance(json.loads(text), dict)
        if kind in (FRAME["reply"], FRAME["fail"]):
            assert request == self.number
            self.replies += 1

    def receive(self):
        if self.queue:
            return self.queue.pop(0)
        assert self.replies == self.begun, "a call without an answer"
        if self.begun == rounds:
            assert os.listdir(outside) == ["mine"] and open(os.path.join(outside, "mine")).read() == "untouched"
            return None
        self.begun += 1
        self.number += 1
        op = random_.choice([*_far_session.FarSession.OPERATIONS, "none"])
        good = {"op": op, "code": random_.choice(["1", "x = 1", "1 / 0", "(", "raise SystemExit"])}
        text = document(random_, good)
        known = _far_session.document_of(text)
        if known.get("objects") or known.get("op") == "put_file":
            for _ in range(random_.choice((0, 1, 2))):
                self.queue.append((FRAME["block"], self.number, "", b"abc"))
            self.queue.append((FRAME["end"], self.number, document(random_, {"bytes": random_.choice((0, 3, 6))}), b""))
        return FRAME["call"], self.number, text, b""


_engine.FarEnd.start = None
_far_session._engine = type("Engine", (), {"FarEnd": type("FarEnd", (), {"start": staticmethod(lambda folder: Far())}),
                                           "version": staticmethod(_engine.version)})
leave = os._exit


def left(status):
    error.write("through\\n")
    error.flush()
    leave(status)


os._exit = left
try:
    _far_session.serve()
except BaseException:
    import traceback
    traceback.print_exc(file=error)
    error.flush()
"""


def test_any_calls_of_the_near_end(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "mine").write_text("untouched")
    here = pathlib.Path(__file__).parent
    path = os.pathsep.join([str(here), *(each for each in sys.path if each)])
    ran = subprocess.run([sys.executable, "-c", FAR, str(ROUNDS // 10)], cwd=tmp_path / "outside", capture_output=True, text=True, timeout=600,
                         env={**os.environ, "PYTHONPATH": path, "INSITU_SNAPSHOTS_FOLDER": str(tmp_path / "snapshots")})
    assert ran.stderr.splitlines()[-1:] == ["through"], ran.stderr[-2000:]
