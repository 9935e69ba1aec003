"""RxRemote: the result of a call is that of this call, whatever the engine there, the connection or a callback does."""

import contextlib
import json
import os
import pathlib
import random
import signal
import struct
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest

import insitu as rx

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests"))
import scripted_engine
from loopback_sshd import LoopbackServer, NoServer


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A machine whose engine each test writes for itself."""
    folder = tmp_path_factory.mktemp("machine")
    try:
        server = LoopbackServer({"PATH": f"{folder}/bin:/usr/bin:/bin", "XDG_CACHE_HOME": str(folder / "cache")})
    except NoServer as why:
        pytest.skip(str(why))
    (folder / "bin").mkdir()
    server.data = folder
    about = server.description()
    rx.rx_get_node_info(rx.RxRemote(about["hostname"], ssh_switches=about["switches"]))
    (server.engine,) = folder.glob("cache/insitu/*/insitu-worker")
    yield server
    server.stop()


@pytest.fixture
def there(machine, tmp_path):
    def context(script=None):
        if script:
            scripted_engine.write(machine.data / "bin", machine.engine, script)
        about = machine.description()
        return rx.RxRemote(about["hostname"], ssh_switches=about["switches"], working_dir=str(tmp_path))  # an engine of its own

    yield context
    (machine.data / "bin" / "insitu-worker").unlink(missing_ok=True)


def rows(n):
    return pd.DataFrame({"x": np.arange(n, dtype=float)})


def count(n, context):
    return rx.rx_summary("~x", rows(n), compute_context=context).nobs_valid


def test_a_call_that_a_callback_ended_leaves_no_answer_to_the_next_one(there, monkeypatch):
    context = there()
    assert count(3, context) == 3

    class Full:
        def write(self, text):
            raise OSError("no room")

        def flush(self):
            pass

    for n in range(4, 8):
        with monkeypatch.context() as patch, pytest.raises(OSError, match="no room"):
            patch.setattr(sys, "stdout", Full())
            rx.rx_data_step(rows(n), report_progress=2, compute_context=context)
        assert len(rx.rx_data_step(rows(100 + n), compute_context=context)) == 100 + n


ANSWERS = {
    "an answer to another call": """
def answer(number, frames, memory):
    return b"".join(frame(kind, request if kind == BLOCK else number - 1, *rest) for kind, request, *rest in frames)
""",
    "an answer of the call before": """
def answer(number, frames, memory):
    said = b"".join(frame(*each) for each in frames)
    return memory.setdefault("first", said)
""",
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_to_another_call_is_refused(there, kind):
    context = there(ANSWERS[kind])
    if "before" in kind:
        assert count(3, context) == 3
    for _ in range(2):
        with pytest.raises(rx.WorkerError, match="answered call . instead of call"):
            count(5, context)
            count(6, context)


def test_what_an_engine_says_unasked_is_no_answer(there):
    context = there("""
def answer(number, frames, memory):
    said = b"".join(frame(*each) for each in frames)
    return said + said
""")
    assert [count(n, context) for n in (3, 4, 5)] == [3, 4, 5]


@pytest.mark.parametrize("script", ['b"x" * 64', 'said + b"some words of a library" * 9'])
def test_bytes_that_are_no_frame_end_the_engine_alone(there, script):
    context = there(f"""
def answer(number, frames, memory):
    said = b"".join(frame(*each) for each in frames)
    return {script}
""")
    for n in (3, 4):
        if "said" in script:  # they may come with the answer, or behind it
            with contextlib.suppress(rx.WorkerError):
                assert count(n, context) == n
            continue
        with pytest.raises(rx.WorkerError, match="not sent what an engine sends: bytes that are not a frame"):
            count(n, context)
    assert count(5, rx.RxLocalSeq()) == 5


def test_documents_of_any_size_come_back(there, tmp_path):
    """Levels and names stand in the JSON of a frame."""
    levels = [f"level {i:07} of many" for i in range(300_000)]
    frame = pd.DataFrame({"f": pd.Categorical.from_codes(np.arange(300_000), levels)})
    back = rx.rx_data_step(frame, compute_context=there())
    assert list(back["f"].cat.categories) == levels and (back["f"].cat.codes == frame["f"].cat.codes).all()


def processes_of_calls(machine):
    """What could be lost in a call: ssh here, the engine there."""
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            ours = int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == os.getpid()
            if (ours and words[0] == b"ssh" and b"--serve" in words[-2]) or words[0] == str(machine.engine).encode():
                yield int(entry.name)


def test_kills_at_any_moment_give_no_wrong_result(machine, there):
    """The result of this very call, or an error; never another's, never half of it."""
    context, numbers = there(), np.random.default_rng(1)
    lost = 0
    for n in range(30):
        if n > 5 and lost > 0 and not os.environ.get("INSITU_TEST_ALL"):
            break
        rows_wanted = 20_000 + n
        expected = rows(rows_wanted)
        with contextlib.suppress(rx.WorkerError):
            count(3, context)  # an engine that is warm, mostly
        stop = threading.Event()

        def kill(after, choice, stop):
            if stop.wait(after):
                return
            found = sorted(processes_of_calls(machine))
            if found:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(found[int(choice * len(found))], signal.SIGKILL)

        killer = threading.Thread(target=kill, args=(numbers.uniform(0, 0.06), numbers.random(), stop))
        killer.start()
        try:
            for more in range(4):
                back = rx.rx_data_step(rows(rows_wanted + more), compute_context=context)
                assert back["x"].to_numpy().tobytes() == rows(rows_wanted + more)["x"].to_numpy().tobytes()
        except rx.WorkerError as why:
            assert "was lost" in str(why) or "has ended" in str(why), why
            lost += 1
        finally:
            stop.set()
            killer.join()
        with contextlib.suppress(rx.WorkerError):
            count(3, context)  # one that was just killed may not have been seen to be gone
        assert (rx.rx_data_step(expected, compute_context=context)["x"] == expected["x"]).all()
    assert lost > 0


def children_that_wait():
    """Processes that have ended and that this one has not asked for yet."""
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            if state == "Z" and int(parent) == os.getpid():
                yield int(entry.name)


def test_an_engine_that_ends_while_nobody_calls_leaves_no_process_behind(machine, there):
    context = there()
    assert count(3, context) == 3
    found, before = sorted(processes_of_calls(machine)), set(children_that_wait())
    assert found
    for each in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
    for _ in range(200):
        if not set(processes_of_calls(machine)) & set(found) and set(children_that_wait()) <= before:
            break
        time.sleep(0.05)
    assert set(children_that_wait()) <= before
    assert count(4, context) == 4
    child = os.fork()
    if child == 0:  # its own engine, whoever waits in this process
        signal.alarm(60)
        os._exit(0 if count(5, context) == 5 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert count(6, context) == 6


MUTATED = """
import random

R = random.Random({seed})
WORDS = [b"", b"{{", b"[]", b"nul", b'{{"handle":null}}', b'{{"handle":-3}}', b'{{"job":7,"jobs":[3,null]}}', b'{{"code":99}}', b"[1,2]", b"x" * 300]


def answer(number, frames, memory):
    out = b""
    for kind, request, json, payload in frames:
        how = R.choice(("as it is", "as it is", "twice", "left out", "another kind", "another number", "other words", "a value", "shorter"))
        if how == "another kind":
            kind = R.choice((BLOCK, STATE, LOG, PROGRESS, CANCEL, CALL, REPLY, FAIL, 10, 14, 20, 99))
        elif how == "another number":
            request = R.choice((0, 2, request + 1, 2**32 - 1))
        elif how == "other words":
            json, payload = R.choice(((R.choice(WORDS), payload), (json, R.choice(WORDS))))
        elif how == "shorter":
            json, payload = json[:len(json) // 2], payload[:len(payload) // 2]
        elif how == "a value":
            out += frame(10, number, b"", R.choice(WORDS))
        if how != "left out":
            out += frame(kind, request, json, payload) * (2 if how == "twice" else 1)
    return out + frame(R.choice((REPLY, FAIL)), number, b"{{}}", b"{{}}")
"""


@pytest.mark.filterwarnings("ignore")
def test_any_frames_of_an_engine_are_refused_or_understood(there, tmp_path):
    """Values of jobs (RESULT), too: never one that nobody has asked for."""
    ended = {"answered": 0, "refused": 0}
    for seed in range(150 if os.environ.get("INSITU_TEST_ALL") else 6):
        (tmp_path / str(seed)).mkdir()
        context = there(MUTATED.format(seed=seed)).modified(working_dir=str(tmp_path / str(seed)))  # an engine of its own

        def opened(context=context):
            with rx.rx_set_temp_compute_context(context):
                source = rx.RxXdfData("rows.xdf")
                rx.rx_open(source, mode="w")
                try:
                    rx.rx_write_next(rows(3), source)
                finally:
                    rx.rx_close(source)

        for call in (lambda: rx.rx_data_step(rows(3), report_progress=0, compute_context=context), lambda: rx.rx_get_jobs(context, verbose=False),
                     opened, lambda: rx.rx_get_job_results(rx.RxRemoteJob._of({"id": "rxJob_1", "path": context.path_of_jobs() + "/rxJob_1",
                                                                               "description": {}}))):
            try:
                call()
                ended["answered"] += 1
            except (rx.InsituError, KeyboardInterrupt):  # an engine may say that a call was interrupted
                ended["refused"] += 1
            except (KeyError, TypeError, AttributeError, ValueError):  # documents of an engine of the same build are not looked at twice
                ended["refused"] += 1
        assert count(5, rx.RxLocalSeq()) == 5
    assert min(ended.values()) > 1, ended


def test_any_frames_of_a_client_end_in_words(machine, tmp_path, monkeypatch):
    """The other end: a process that serves answers or ends, and is never killed by what it reads."""
    random_ = random.Random(3)
    kinds = (2, 5, 7, 10, 15, 16, 16, 16, 17, 99)
    documents = [{"op": "job_submit"}, {"op": "job_submit", "request": {"op": "call", "language": "python"}, "runner": ["/bin/false"]},
                 {"op": "job_result", "job": "rxJob_1"}, {"op": "open", "data": {"type": "frame", "stream": 0}}, {"op": "read_next", "handle": -1},
                 {"op": "close", "handle": 7}, {"op": "data_step", "inData": {"type": "frame", "stream": 0, "name": "d"},
                                                "transformFunc": {"function": "f", "language": "python", "code": "%%%", "worker": 3}},
                 {"op": "data_step", "inData": {"type": "frame", "stream": 0, "name": "d"}, "familyFunctions": {"function": [], "code": "gASVAA=="}},
                 {"op": "explain", "request": {"op": "data_step", "transformFunc": {"code": 5, "function": 5}}}, {"op": "exec", "count": 3}, []]

    def frame(kind, number, text=b"", payload=b""):
        return struct.pack("<IHHIIQ", 0x31465852, kind, 0, number, len(text), len(payload)) + text + payload

    programs = [[str(machine.engine), "--serve", str(tmp_path)]] * 20 + [[sys.executable, "-m", "insitu.worker", "--serve", str(tmp_path)]] * 3
    environment = {**os.environ, "INSITU_JOBS_FOLDER": str(tmp_path / "jobs"), "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
    answers = 0
    for command in programs:
        said = b""
        for number in range(1, 40):
            kind = random_.choice(kinds if random_.random() < 0.2 else (2, 5, 16, 16))
            text = json.dumps(random_.choice(documents)).encode()
            said += frame(kind, number, random_.choice((b"", b"", text, b'[{"name":"x","type":"float64"}]')),
                          text if kind == 16 or random_.random() < 0.1 else random_.choice((b"", b"abc", b"\0" * 50)))
        if random_.random() < 0.5:
            said = said[:-random_.randrange(1, 30)]
        found = subprocess.run(command, input=said, capture_output=True, env=environment, timeout=60)
        assert found.returncode in (0, 1), (found.returncode, found.stderr[-500:])
        assert found.stdout.startswith(b"RXF1") and b"Traceback" not in found.stderr, found.stderr
        answers += found.stdout.count(b"RXF1") - 1
    assert answers > 20
    # A CALL may be a whole job, where no CANCEL and no end of the client comes first: one that waits has it for sure.
    with subprocess.Popen(programs[-1], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as served:
        served.stdin.write(frame(2, 1, b"", b"abc") + frame(16, 2, b"", json.dumps(documents[1]).encode()))
        served.stdin.flush()
        kinds = []
        for _ in range(2):
            _, kind, _, _, *sizes = struct.unpack("<IHHIIQ", served.stdout.read(24))
            served.stdout.read(sum(sizes))
            kinds.append(kind)
        served.stdin.close()
    assert kinds == [1, 17] and served.returncode == 0
    monkeypatch.setenv("INSITU_JOBS_FOLDER", str(tmp_path / "jobs"))
    jobs = rx.rx_get_jobs(rx.RxLocalSeq(), exact_match=False, verbose=False)
    assert jobs and len(jobs) == len(list((tmp_path / "jobs").iterdir()))  # nothing half lies beside them
    for job in jobs:  # as any whose call cannot be read
        rx.rx_wait_for_job(job)
        assert job.state == "failed"
