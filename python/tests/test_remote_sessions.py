"""Remote sessions (docs/remote-sessions.md): with a process of this machine, and through an ssh server on loopback."""

import doctest
import hashlib
import io
import json
import os
import pathlib
import signal
import struct
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import insitu as rx
from insitu import _near_session, remote_sessions
from insitu._session_files import FRAME, IncomingFile, path_inside

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = str(pathlib.Path(rx.__file__).resolve().parents[1])
OTHERS = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory):
    return str(tmp_path_factory.mktemp("snapshots"))


@pytest.fixture(scope="module")
def loopback(snapshots):
    sys.path.insert(0, str(ROOT / "tests"))
    from loopback_sshd import LoopbackServer, NoServer
    try:
        server = LoopbackServer({"INSITU_SNAPSHOTS_FOLDER": snapshots, "PYTHONPATH": f"{PACKAGE}{os.pathsep}{OTHERS}"})
    except NoServer as why:
        pytest.skip(str(why))
    yield server
    server.stop()


@pytest.fixture(scope="module", params=["local", "ssh"])
def started(request, snapshots):
    """One session for the tests of a way to it."""
    assert _near_session.current.session is None
    if request.param == "local":
        before = os.environ.get("INSITU_SNAPSHOTS_FOLDER")
        os.environ["INSITU_SNAPSHOTS_FOLDER"] = snapshots
        rx.remote_login("local:", diff=False)
        if before is None:
            del os.environ["INSITU_SNAPSHOTS_FOLDER"]
    else:
        there = request.getfixturevalue("loopback").description()
        rx.remote_login(f"ssh://{there['hostname']}", diff=False, username=there["username"], ssh_switches=there["switches"],
                        command=sys.executable)
    session = _near_session.current.session
    yield session
    session.close()


@pytest.fixture
def session(started):
    """It, empty."""
    rx.remote_execute("for _name in [n for n in globals() if not n.startswith('__')]: del globals()[_name]\n"
                      "import os as _os\nfor _name in _os.listdir(): _os.unlink(_name)")
    yield started
    assert started.line.open
    assert rx.remote_execute("41 + 1").console_output == "42\n"


@pytest.fixture
def other():
    """No session before, none after; for what ends one."""
    kept, _near_session.current.session = _near_session.current.session, None
    yield
    if _near_session.current.session is not None:
        rx.remote_logout()
    _near_session.current.session = kept


def interrupt_soon(seconds=0.3):
    threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)).start()


def test_code_runs_there_and_its_values_are_shown(session, capsys):
    result = rx.remote_execute("x = [1, 2]\nx\nprint('grüß', '\\N{SNOWMAN}')\ndef f():\n    return len(x)\n\nf()", outputs=["x", "f"])
    assert result.success and result.error_message is None
    assert result.console_output == capsys.readouterr().out == "[1, 2]\ngrüß ☃\n2\n"
    assert result.outputs["x"] == [1, 2]
    assert result.outputs["f"].__name__ == "f"
    assert rx.list_remote_workspace() == ["f", "x"]
    assert rx.remote_execute("import os\nos.getpid()").console_output != f"{os.getpid()}\n"


def test_output_of_children_and_of_both_streams_comes_back(session, capfd):
    result = rx.remote_execute("import subprocess, sys, os\n_ = subprocess.run(['echo', 'child'])\nprint('err', file=sys.stderr)\n"
                               "_ = os.write(1, b'\\xff\\x00 raw\\n')\n_ = os.write(2, 'ä'.encode()[:1]); _ = os.write(2, 'ä'.encode()[1:])")
    assert sorted(result.console_output.split("\n")) == sorted(["child", "err", "\\xff\\x00 raw", "ä"])
    assert capfd.readouterr().out == "child\n\\xff\\x00 raw\n"


def test_output_appears_as_it_is_made(session, monkeypatch):
    times = []

    class Stream:
        def write(self, text):
            times.append((text, time.monotonic()))

        def flush(self):
            pass

    monkeypatch.setattr(sys, "stdout", Stream())
    rx.remote_execute("import time\nprint('one')\ntime.sleep(0.4)\nprint('two')")
    assert "".join(text for text, _ in times) == "one\ntwo\n"
    assert times[-1][1] - times[0][1] > 0.3


def test_inputs_and_scripts(session, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(f"y = x * 2\ny\nprint(__file__ == {str(script)!r})")
    result = rx.remote_script(str(script), {"x": np.arange(3)}, "y")
    assert result.outputs["y"].tolist() == [0, 2, 4]
    assert result.console_output == "True\n"  # a program shows no values
    assert rx.remote_execute("a + b[1]", inputs='[{"name": "a", "value": 120}, {"name": "b", "value": [1, 2]}]').console_output == "122\n"
    for wrong in ("[1]", "{", 7):
        with pytest.raises(rx.InvalidArgument, match="inputs must be"):
            rx.remote_execute("1", inputs=wrong)
    with pytest.raises(rx.InvalidArgument, match="script .* cannot be read"):
        rx.remote_script(str(tmp_path / "none.py"))
    with pytest.raises(rx.InvalidArgument, match="outputs: there is no object 'zz'"):
        rx.remote_execute("1", outputs="zz")


def test_errors_come_as_errors_and_warnings_as_warnings(session):
    with pytest.raises(rx.RemoteError, match=r"ZeroDivisionError: division by zero \(line 2, in f\)") as caught:
        rx.remote_execute("def f():\n    return 1 / 0\n\nprint('before')\nf()\nnever = 1")
    assert caught.value.kind == "ZeroDivisionError"
    assert "line 5" in caught.value.remote_traceback and "return 1 / 0" in caught.value.remote_traceback
    assert caught.value.result.console_output == "before\n" and not caught.value.result.success
    assert isinstance(caught.value, rx.UserCodeError)
    assert rx.list_remote_workspace() == ["f"]
    with pytest.raises(rx.RemoteError, match=r"SyntaxError: .* \(line 1\)"):
        rx.remote_execute("1 +* 2")
    for leaving in ("exit()", "raise SystemExit(3)"):
        with pytest.raises(rx.RemoteError, match="exit\\(\\) is not there"):
            rx.remote_execute(leaving)
    with pytest.warns(DeprecationWarning, match="old"):
        result = rx.remote_execute("import warnings\nwarnings.warn('old', DeprecationWarning)")
    assert result.warnings == ["old"] and result.success


def test_objects_travel_both_ways(session):
    scale = scale_of_far = 4
    frame = {"a": np.arange(3), "ä": ["x", None]}
    put = rx.put_local_object(["scale", "frame"])
    assert put["scale"] == scale == 4
    rx.put_local_object({"f": lambda x: x * scale_of_far})
    rx.put_local_object("scale", name="holder")
    rx.put_local_object({"more": 1}, name="holder")
    rx.remote_execute("y = f(10) + scale - 4")
    assert rx.get_remote_object("y") == 40
    assert rx.get_remote_object("holder") == {"scale": 4, "more": 1}
    both = rx.get_remote_object(["frame", "y"], name="got_from_there")
    assert both["frame"]["ä"] == frame["ä"] and globals().pop("got_from_there")["y"] == 40
    rx.remote_execute("import json\nhandle = open('open.txt', 'w')")
    with pytest.warns(UserWarning, match="left out, because they cannot be sent: handle, json"):
        everything = rx.get_remote_workspace()
    assert everything["y"] == 40 and "json" not in everything
    with pytest.raises(rx.InvalidArgument, match="there is no object 'nope' in the remote workspace"):
        rx.get_remote_object("nope")
    with pytest.raises(rx.InvalidArgument, match="there is no variable 'nope'"):
        rx.put_local_object("nope")
    with pytest.raises(rx.InvalidArgument, match="handle|cannot be sent"):
        rx.get_remote_object("handle")
    with pytest.raises(rx.InvalidArgument, match="cannot be sent"):
        rx.put_local_object({"lock": threading.Lock()})


def test_a_workspace_is_put_as_a_whole(session):
    space = {"__name__": "mine", "rx": rx, "a": 1, "b": [2], "_c": 3, "lock": threading.Lock()}
    with pytest.warns(UserWarning, match="left out.*: lock"):
        exec("rx.put_local_workspace()", space)
    assert rx.list_remote_workspace() == ["a", "b"]


def test_large_objects_and_files(session, tmp_path):
    large = np.random.default_rng(1).random(5_000_000 if session.name == "this machine" else 2_000_000)  # 40 MB, 16 MB
    rx.put_local_object({"large": large})
    assert np.array_equal(rx.get_remote_object("large"), large)
    path = tmp_path / "größe.bin"
    path.write_bytes(large.tobytes()[:-7])
    assert rx.put_local_file(path)
    assert rx.list_remote_files() == ["größe.bin"]
    rx.remote_execute("import hashlib\ndigest = hashlib.sha256(open('größe.bin', 'rb').read()).hexdigest()")
    assert rx.get_remote_object("digest") == hashlib.sha256(path.read_bytes()).hexdigest()
    back = rx.get_remote_file("größe.bin", file=tmp_path / "back.bin")
    assert back.read_bytes() == path.read_bytes()
    assert rx.get_remote_file("größe.bin", "raw") == path.read_bytes()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["back.bin", "größe.bin"]


def test_files_by_name(session, tmp_path):
    result = rx.remote_execute("import os\nos.mkdir('sub')\n_ = open('sub/a.txt', 'w').write('ä\\n')\n_ = open('empty', 'w').close()")
    assert result.changed_files == ["empty", "sub/a.txt"]
    assert rx.get_remote_file("sub/a.txt") == "ä\n" and rx.get_remote_file("empty", "raw") == b""
    assert rx.delete_remote_file("sub/a.txt") and rx.list_remote_files() == ["empty"]
    rx.remote_execute("os.rmdir('sub')")
    for name in ("../x", "/etc/passwd", "sub/../../x", "", ".", "a//b"):
        with pytest.raises(rx.InvalidArgument, match="filename must name a file of the remote working directory"):
            rx.get_remote_file(name)
    for call in (rx.get_remote_file, rx.delete_remote_file):
        with pytest.raises(rx.InvalidArgument, match="there is no file 'none'"):
            call("none")
    with pytest.raises(rx.InvalidArgument, match="there is no file"):
        rx.put_local_file(tmp_path / "none")
    with pytest.raises(rx.DataError, match="cannot be written"):
        rx.get_remote_file("empty", file=tmp_path / "no" / "x")
    rx.remote_execute("_ = open('b', 'wb').write(b'\\xff')")
    with pytest.raises(rx.InvalidArgument, match="is no text in UTF-8"):
        rx.get_remote_file("b")


def test_plots_come_back_as_files(session, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "remotePlot001.png").write_text("mine")
    code = "import matplotlib.pyplot as plt\n_ = plt.figure(); _ = plt.plot([1, 2]); plt.show()\n_ = plt.figure(); _ = plt.plot([2, 1])"
    result = rx.remote_execute(code, write_plots=True)
    assert [os.path.basename(path) for path in result.plots] == ["remotePlot002.png", "remotePlot003.png"]
    assert all(pathlib.Path(path).read_bytes().startswith(b"\x89PNG") for path in result.plots)
    assert (tmp_path / "remotePlot001.png").read_text() == "mine" and result.warnings == []
    assert rx.remote_execute("1", write_plots=True).plots == []
    kept = rx.remote_execute(code, display_plots=True).plots
    assert len(kept) == 2 and len(list(tmp_path.iterdir())) == 3


def test_a_figure_that_cannot_be_drawn_is_a_warning(session, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    code = ("import matplotlib.pyplot as plt\nfrom matplotlib.artist import Artist\nclass Bad(Artist):\n    def draw(self, renderer):\n"
            "        raise RuntimeError('no ink')\n\n_ = plt.figure(); _ = plt.gca().add_artist(Bad())\n_ = plt.figure(); _ = plt.plot([1])")
    with pytest.warns(UserWarning, match="figure 1 cannot be drawn: RuntimeError: no ink"):
        result = rx.remote_execute(code, write_plots=True)
    assert result.success and len(result.plots) == 1
    assert rx.remote_execute("1", write_plots=True).plots == []


def test_what_cannot_be_shown_here_leaves_the_session_whole(session, monkeypatch):
    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError("nobody reads")

    monkeypatch.setattr(sys, "stdout", Closed())
    with pytest.raises(OSError, match="cannot be shown here: nobody reads"):
        rx.remote_execute("print(1)\nx = 5")
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert rx.remote_execute("print('ü', x)").console_output == "ü 5\n"
    narrow.flush()
    assert narrow.buffer.getvalue() == b"\\xfc 5\n"


def test_objects_that_are_no_dicts_are_left_alone(session):
    rx.remote_execute("x = 1\nholder = [1]")
    globals()["_held"] = [2]
    with pytest.raises(rx.InvalidArgument, match="name: _held is there already and is no dict"):
        rx.get_remote_object("x", name="_held")
    with pytest.raises(rx.InvalidArgument, match="name: holder is there already and is no dict"):
        rx.put_local_object("_held", name="holder")
    assert globals().pop("_held") == [2] and rx.get_remote_object("holder") == [1]


def test_snapshots(session, tmp_path):
    assert rx.list_snapshots() == {}
    rx.remote_execute("import math as m\nx = m.pi\n_ = open('data.txt', 'w').write('ä')")
    first = rx.create_snapshot("grün und rot")
    second = rx.create_snapshot()
    assert rx.list_snapshots() == {first: "grün und rot", second: ""} and first != second
    assert rx.delete_snapshot(second) and list(rx.list_snapshots()) == [first]
    rx.remote_execute("del x, m\nimport os\nos.unlink('data.txt')\nkept = 1")
    assert rx.load_snapshot(first)
    assert rx.remote_execute("m.cos(x), kept").console_output == "(-1.0, 1)\n"
    assert rx.get_remote_file("data.txt") == "ä"
    assert rx.download_snapshot(first, tmp_path / "s.tar.gz") is True
    assert (tmp_path / "s.tar.gz").read_bytes() == rx.download_snapshot(first)
    assert "files/data.txt" in subprocess.run(["tar", "-tzf", "s.tar.gz"], cwd=tmp_path, capture_output=True, text=True).stdout
    rx.delete_snapshot(first)
    for call in (rx.load_snapshot, rx.delete_snapshot, rx.download_snapshot):
        for name in (first, "../x", ""):
            with pytest.raises(rx.InvalidArgument, match="there is no snapshot"):
                call(name)


def test_snapshots_keep_files_that_are_linked(session):
    rx.remote_execute("import os, shutil\n_ = open('a', 'w').write('content')\nos.link('a', 'b')\nos.symlink('a', 'c')\n"
                      "os.mkdir('d')\nos.symlink('../a', 'd/e')\nos.symlink('nowhere', 'lost')\nos.symlink('.', 'd/here')")
    with pytest.warns(UserWarning, match="d/here, lost"):
        name = rx.create_snapshot()
    rx.remote_execute("for each in 'abc': os.unlink(each)\nos.unlink('lost')\nshutil.rmtree('d')")
    rx.load_snapshot(name)
    rx.delete_snapshot(name)
    assert rx.list_remote_files() == ["a", "b", "c", "d/e"]
    assert {rx.get_remote_file(each) for each in ("a", "b", "c", "d/e")} == {"content"}
    rx.remote_execute("shutil.rmtree('d')")


def test_snapshots_that_others_can_write_are_not_loaded(session, snapshots):
    name = rx.create_snapshot("mine")
    folder = pathlib.Path(snapshots, "python", name)
    assert folder.stat().st_mode & 0o077 == 0
    folder.chmod(0o777)
    with pytest.raises(rx.InvalidArgument, match="others can write there"):
        rx.load_snapshot(name)
    folder.chmod(0o700)
    rx.delete_snapshot(name)


def test_the_installations_are_compared(session, capsys):
    found = rx.diff_local_remote()
    assert found["versions"][0] == found["versions"][1] and found["differing"] == {}
    assert "Differing:    nothing" in capsys.readouterr().out


@pytest.mark.parametrize("code", ["import time\ntime.sleep(60)", "while True: pass", "import subprocess\nsubprocess.run(['sleep', '60'])"])
def test_ctrl_c_interrupts_the_code_there(session, code):
    begin = time.monotonic()
    interrupt_soon()
    with pytest.raises(KeyboardInterrupt):
        rx.remote_execute("x = 1\n" + code)
    assert time.monotonic() - begin < 30
    assert rx.get_remote_object("x") == 1


def test_an_interrupted_file_is_not_there(session, tmp_path, monkeypatch):
    (tmp_path / "large").write_bytes(bytes(50_000_000))
    give = remote_sessions.give_file
    monkeypatch.setattr(remote_sessions, "give_file", lambda path, send: (os.kill(os.getpid(), signal.SIGINT), give(path, send)))
    with pytest.raises(KeyboardInterrupt):
        rx.put_local_file(tmp_path / "large")
    assert rx.list_remote_files() == []


def test_the_prompt(session, capsys):
    lines = ["", "x = 20", "def f(a):", "    return a + x", "", "f(1)", KeyboardInterrupt, "1 / 0", "1 +* 2", "(", KeyboardInterrupt, "pause()"]
    prompts = []

    def read(prompt):
        prompts.append(prompt)
        line = lines.pop(0)
        if line is KeyboardInterrupt:
            raise line
        return line

    remote_sessions._read_and_run(read, "REMOTE> ", False, False)
    said = capsys.readouterr()
    assert said.out.split() == ["21"] and "ZeroDivisionError" in said.err and "SyntaxError" in said.err
    assert prompts.count("REMOTE+ ") == 3 and not lines
    for call in (rx.resume, rx.remote_command_line):
        with pytest.raises(rx.Unsupported, match="needs a console"):
            call()
    rx.pause()
    assert "resume() leads" in capsys.readouterr().err


def test_exit_at_the_prompt_ends_the_session(other):
    rx.remote_login("local:", diff=False)
    remote_sessions._read_and_run(lambda prompt: "exit", "> ", False, False)
    with pytest.raises(rx.InvalidArgument, match="there is no remote session; start one"):
        rx.remote_execute("1")


def test_logging_in_and_out(other, capsys):
    assert rx.remote_login("local:", session=False) and _near_session.current.session is None
    assert rx.remote_login("local:")
    assert "Python there:" in capsys.readouterr().out
    with pytest.raises(rx.InvalidArgument, match="there is a remote session on this machine"):
        rx.remote_login("local:")
    pid = _near_session.current.session.about["pid"]
    folder = rx.remote_execute("import os\nfolder = os.path.dirname(os.getcwd())", outputs="folder").outputs["folder"]
    assert os.path.isdir(folder)
    rx.remote_logout()
    assert not os.path.exists(folder) and not os.path.exists(f"/proc/{pid}")
    for endpoint in ("http://x", "x", 3, None, ""):
        with pytest.raises(rx.InvalidArgument, match="deployr_endpoint must be"):
            rx.remote_login(endpoint)
    with pytest.raises(rx.InvalidArgument, match="keys and the agent"):
        rx.remote_login("local:", password="x")
    with pytest.raises(rx.InvalidArgument):
        rx.remote_login("ssh://-oProxyCommand=x")
    with pytest.raises(rx.Unsupported, match="needs a console"):
        rx.remote_login("local:", commandline=True)


def test_the_example_of_the_docstring_runs(other):
    for test in doctest.DocTestFinder(recurse=False).find(rx.remote_login, "remote_login", globs={}):
        assert test.examples
        assert not doctest.DocTestRunner().run(test).failed


def test_a_session_that_dies_is_an_error_that_says_so(other):
    for code in ("import os\nos._exit(3)", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"):
        rx.remote_login("local:", diff=False)
        with pytest.raises(rx.WorkerError, match="the remote session on this machine is lost: (exit status 3|killed by signal 9)"):
            rx.remote_execute(code)
        with pytest.raises(rx.InvalidArgument, match="there is no remote session"):
            rx.list_remote_files()


def test_a_connection_that_breaks_is_an_error_and_ends_the_session(other, loopback):
    rx.remote_login("ssh://loopback", diff=False, ssh_switches=loopback.description()["switches"], command=sys.executable)
    session = _near_session.current.session
    threading.Timer(0.5, loopback.end_connections).start()
    with pytest.raises(rx.WorkerError, match="remote session on loopback is lost"):
        rx.remote_execute("import time\ntime.sleep(60)")
    until = time.monotonic() + 10
    while os.path.exists(f"/proc/{session.about['pid']}") and time.monotonic() < until:
        time.sleep(0.05)
    assert not os.path.exists(f"/proc/{session.about['pid']}")


def far_end():
    code = "from insitu._far_session import serve; serve()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               env={**os.environ, "PYTHONPATH": f"{PACKAGE}{os.pathsep}{OTHERS}"}, start_new_session=True)
    read = b""
    while b"}" not in read:
        more = process.stdout.read1()
        assert more, "it has ended"
        read += more
    assert read.startswith(b"\nINSITU-SESSION-1\n")
    return process


def frame(kind, number, document, payload=b""):
    text = json.dumps(document).encode()
    return struct.pack("<IHHIIQ", 0x31465852, FRAME[kind], 0, number, len(text), len(payload)) + text + payload


@pytest.mark.parametrize("words", [b"GET / HTTP/1.0\r\n\r\n" * 4, struct.pack("<IHHIIQ", 0x31465852, 16, 0, 1, 2**32 - 1, 2**63),
                                   struct.pack("<IHHIIQ", 0x31465852, 99, 0, 1, 0, 0)])
def test_what_is_no_frame_ends_the_far_end(words):
    process = far_end()
    process.stdin.write(words)
    process.stdin.flush()
    assert process.wait(30) == 0


def test_frames_that_make_no_sense_are_refused():
    process = far_end()
    calls = [[], {}, {"op": "nothing"}, {"op": ["execute"]}, {"op": "execute"}, {"op": "execute", "code": 7},
             {"op": "get_file", "name": ["x"]}, {"op": "put_objects"}, {"op": "load_snapshot", "id": 1}]
    process.stdin.write(frame("block", 1, {}, b"x") + frame("end", 1, {}) + b"".join(frame("call", i, call) for i, call in enumerate(calls)))
    process.stdin.flush()
    failed = b""
    while failed.count(b'{"message"') + failed.count(b'"error": {') < len(calls):
        more = process.stdout.read1()
        assert more
        failed += more
    process.stdin.close()
    assert process.wait(30) == 0


def test_a_far_end_that_is_busy_ends_with_its_line():
    process = far_end()
    process.stdin.write(frame("call", 1, {"op": "execute", "code": "while True: pass"}))
    process.stdin.flush()
    time.sleep(0.3)
    process.stdin.close()
    assert process.wait(30) == 0


@pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="waits for some seconds: with INSITU_TEST_ALL=1")
def test_a_second_ctrl_c_gives_up_a_session_that_does_not_stop(other):
    rx.remote_login("local:", diff=False)
    interrupt_soon(0.5)
    interrupt_soon(1.5)
    with pytest.raises(rx.WorkerError, match="did not stop and was given up"):
        rx.remote_execute("import signal\n_ = signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass")
    assert _near_session.current.session is None


@pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="waits for some seconds: with INSITU_TEST_ALL=1")
def test_a_far_end_that_does_not_listen_is_killed():
    process = far_end()
    code = "import signal, time, os\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nprint(os.getcwd())\nwhile True: pass"
    process.stdin.write(frame("call", 1, {"op": "execute", "code": code}))
    process.stdin.flush()
    said = process.stdout.read1()
    folder = said.decode("latin1").split("/", 1)[1].split("\n")[0]
    process.stdin.close()
    assert process.wait(40) == -signal.SIGKILL
    assert not os.path.exists("/" + folder)


@pytest.mark.parametrize("said, why", [
    ("echo hello", "exit status 0"), ("echo no such thing >&2; exit 127", "no such thing"),
    ("printf '\\nINSITU-SESSION-1\\n%0100d' 0; sleep 5", "bytes that are not a frame"),
    ("head -c 3000000 /dev/zero; sleep 5", "only other text arrived"),
    ("printf '\\nINSITU-SESSION-1\\nRXF1\\020\\0\\0\\0\\0\\0\\0\\0\\377\\377\\377\\377\\0\\0\\0\\0\\0\\0\\0\\0'; sleep 5", "too large")])
def test_what_is_no_session_is_an_error(other, said, why):
    begin = time.monotonic()
    with pytest.raises(rx.WorkerError, match=why):
        rx.remote_login("local:", command=["sh", "-c", said, "--"])
    assert time.monotonic() - begin < 5


def test_what_a_login_prints_is_skipped(other):
    rx.remote_login("local:", diff=False, command=["sh", "-c", f'echo Welcome; echo INSITU-SESSION-; exec {sys.executable} "$@"', "--"])
    assert rx.remote_execute("1 + 1").console_output == "2\n"


def test_names_stay_inside(tmp_path):
    assert path_inside(tmp_path, "a/b") == tmp_path / "a" / "b"
    for name in ("..", "a/../b", "/a", "a/", "", "a\0b", None, 3):
        with pytest.raises(ValueError, match="filename must name"):
            path_inside(tmp_path, name)


def test_a_file_that_is_not_whole_is_not_there(tmp_path):
    incoming = IncomingFile(tmp_path / "a")
    incoming.take((FRAME["block"], 1, "", b"abc"))
    incoming.take((FRAME["end"], 1, '{"bytes": 4}', b""))
    assert incoming.failure == "not all of it has come" and list(tmp_path.iterdir()) == []
    IncomingFile(tmp_path / "a").abandon()
    assert list(tmp_path.iterdir()) == []
