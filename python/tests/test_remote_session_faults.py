"""Remote sessions when something fails at either end: the session stays, and what failed is said."""

import io
import os
import pathlib
import signal
import sys
import threading

import pytest

import insitu as rx
from insitu import _near_session


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    assert _near_session.current.session is None
    before = os.environ.get("INSITU_SNAPSHOTS_FOLDER")
    os.environ["INSITU_SNAPSHOTS_FOLDER"] = str(tmp_path_factory.mktemp("snapshots"))
    rx.remote_login("local:", diff=False)
    if before is None:
        del os.environ["INSITU_SNAPSHOTS_FOLDER"]
    else:
        os.environ["INSITU_SNAPSHOTS_FOLDER"] = before
    session = _near_session.current.session
    yield session
    session.close()


@pytest.fixture
def session(started):
    """It, empty; it has to be there afterwards."""
    rx.remote_execute("for _name in [n for n in globals() if not n.startswith('__')]: del globals()[_name]\n"
                      "import os as _os, shutil as _shutil\n"
                      "for _name in _os.listdir(): _shutil.rmtree(_name) if _os.path.isdir(_name) and not _os.path.islink(_name) "
                      "else _os.unlink(_name)")
    yield started
    assert started.line.open and _near_session.current.session is started
    assert rx.remote_execute("41 + 1").console_output == "42\n"


def test_a_link_in_the_way_of_a_snapshot_is_replaced_and_not_followed(session, tmp_path):
    outside = tmp_path / "outside"
    outside.write_text("mine")
    rx.remote_execute("import os\n_ = open('a', 'w').write('content')\nos.chmod('a', 0o750)\nos.mkdir('d')\n_ = open('d/b', 'w').close()\n"
                      "os.mkfifo('pipe')")
    with pytest.warns(UserWarning, match="left out.*pipe"):
        saved = rx.create_snapshot()
    rx.remote_execute("import shutil\nshutil.rmtree('d')\nfor n in os.listdir(): os.unlink(n)\n"
                      f"os.symlink({str(outside)!r}, 'a')\nos.symlink({str(tmp_path)!r}, 'd')")
    assert rx.load_snapshot(saved)
    rx.remote_execute("found = os.path.islink('a') or os.path.islink('d'), open('a').read(), oct(os.stat('a').st_mode & 0o777)")
    assert rx.get_remote_object("found") == (False, "content", "0o750")
    assert outside.read_text() == "mine" and [path.name for path in tmp_path.iterdir()] == ["outside"]
    rx.delete_snapshot(saved)


def test_output_that_this_console_cannot_show_is_escaped(session, monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, "ascii", write_through=True))
    result = rx.remote_execute("print('gr\\u00fc\\u00df')")
    assert result.console_output == "grüß\n" and written.getvalue() == b"gr\\xfc\\xdf\n"


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("a stream of the user's")],
                         ids=lambda error: type(error).__name__)
def test_output_that_cannot_be_written_does_not_end_the_session(session, monkeypatch, error):
    class Broken:
        encoding = "utf-8"

        def write(self, text):
            raise error

    monkeypatch.setattr(sys, "stdout", Broken())
    with pytest.raises(OSError, match="remote_execute: what the remote session printed cannot be shown here: .*(No space|of the user's)"):
        rx.remote_execute("x = 1\nprint('said', flush=True)\ny = 2")
    monkeypatch.undo()
    assert rx.list_remote_workspace() == ["x", "y"]


def test_no_output_stream_at_all_is_no_error(session, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert rx.remote_execute("print('x')").console_output == "x\n"


def unreadable(folder):
    """A file that is there and cannot be opened, by root neither."""
    path = folder / "locked"
    path.write_text("x")
    path.chmod(0)
    for each in (path, *pathlib.Path("/sys/bus").glob("*/drivers_probe")):
        try:
            each.open("rb").close()
        except OSError:
            return each
    pytest.skip("this user can read everything")


def test_a_file_that_cannot_be_read_is_an_error_and_not_the_end(session, tmp_path):
    with pytest.raises(rx.DataError, match="put_local_file: '.*' cannot be read: Permission denied"):
        rx.put_local_file(unreadable(tmp_path))
    assert rx.list_remote_files() == []
    script = tmp_path / "script.py"
    script.write_bytes(b"x = '\xff'")
    with pytest.raises(rx.InvalidArgument, match="the script .* is no text in UTF-8"):
        rx.remote_script(str(script))
    script.write_bytes(b"\xef\xbb\xbfx = 3")
    assert rx.remote_script(str(script), outputs="x").outputs == {"x": 3}


def test_a_figure_that_fails_hides_neither_the_call_nor_those_after_it(session, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    code = "import matplotlib.pyplot as plt\nx = 7\n_ = plt.figure(); _ = plt.title('$\\\\frac$')\n_ = plt.figure(); _ = plt.plot([1, 2])\nx"
    with pytest.warns(UserWarning, match="figure 1 cannot be drawn: ValueError"):
        result = rx.remote_execute(code, outputs="x", write_plots=True)
    assert result.console_output == "7\n" and result.outputs == {"x": 7} and len(result.plots) == 1
    assert rx.remote_execute("plt.get_fignums()", write_plots=True).console_output == "[]\n"


def test_ctrl_c_stops_objects_that_are_sent(session, monkeypatch):
    sent = []
    send = type(session.line).send

    class Slow:
        open = True

        def __getattr__(self, name):
            return getattr(line, name)

        def send(self, kind, *rest):
            sent.append(kind)
            if len(sent) == 3:
                os.kill(os.getpid(), signal.SIGINT)
            return send(line, kind, *rest)

    line = session.line
    monkeypatch.setattr(session, "line", Slow())
    for call in (lambda: rx.put_local_object({"large": bytes(30_000_000)}),
                 lambda: rx.remote_execute("done = 1", inputs={"large": bytes(30_000_000)})):
        sent.clear()
        with pytest.raises(KeyboardInterrupt):
            call()
        assert len(sent) < 8
    monkeypatch.undo()
    assert rx.list_remote_workspace() == []


def test_ctrl_c_stops_objects_that_come(session):
    rx.remote_execute("class Slow:\n    def __reduce__(self):\n        import time\n        time.sleep(60)\n        return (int, ())\n\ns = Slow()")
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        rx.get_remote_object("s")
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        rx.remote_execute("x = 1", outputs="s")
    assert rx.get_remote_object("x") == 1


def test_names_of_dicts_are_names(session):
    rx.remote_execute("x = 1")
    for wrong in (3, ""):
        with pytest.raises(rx.InvalidArgument, match="name must be the name of a dict"):
            rx.get_remote_object("x", name=wrong)
        with pytest.raises(rx.InvalidArgument, match="name must be the name of a dict"):
            rx.put_local_object({"y": 1}, name=wrong)
    with pytest.raises(rx.InvalidArgument, match="obj must be names of objects, or objects by their names"):
        rx.put_local_object({1: 2})


def test_ctrl_c_while_an_error_is_told_interrupts_the_call(session):
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        rx.remote_execute("class Odd(Exception):\n    def __str__(self):\n        import time\n        time.sleep(60)\n\nraise Odd")
    with pytest.raises(rx.RemoteError, match="Worse: <.*>"):
        rx.remote_execute("class Worse(Exception):\n    def __str__(self):\n        return 1 / 0\n\nraise Worse")


def test_objects_that_leave_do_not_end_the_session(session):
    rx.remote_execute("class Leaving:\n    def __reduce__(self):\n        raise SystemExit(3)\n\nx = Leaving()")
    with pytest.raises(rx.InvalidArgument, match="cannot be sent|SystemExit"):
        rx.get_remote_object("x")


def test_modules_of_the_current_folder_are_not_what_a_session_is_made_of(tmp_path, monkeypatch):
    (tmp_path / "insitu").mkdir()
    (tmp_path / "insitu" / "__init__.py").write_text("raise SystemExit('hostile')")
    (tmp_path / "ast.py").write_text("raise SystemExit('hostile')")
    monkeypatch.chdir(tmp_path)
    kept, _near_session.current.session = _near_session.current.session, None
    try:
        assert rx.remote_login("local:", session=False)
    finally:
        _near_session.current.session = kept
