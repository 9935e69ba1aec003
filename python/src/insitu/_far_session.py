"""The far end of a remote session (docs/remote-sessions.md): a process of Python that answers calls of a client."""

import ast
import builtins
import contextlib
import importlib
import io
import json
import linecache
import os
import pathlib
import pickle
import platform
import re
import secrets
import shutil
import signal
import socket
import sys
import tarfile
import tempfile
import time
import traceback
import types
import warnings

from insitu import _engine
from insitu._session_files import FRAME, IncomingFile, give_file, path_inside
from insitu._session_objects import dumps, inventory

_SOURCE = "<remote session>"


class Refused(Exception):
    """A call cannot be answered; the text says why."""


class FarSession:
    """One session: a workspace, which is the module ``__main__`` of this process, and a working directory."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="insitu-session-"))
        self.home, self.plots = self.folder / "session", self.folder / "plots"
        self.home.mkdir(mode=0o700)
        os.chdir(self.home)
        os.environ.setdefault("MPLBACKEND", "Agg")
        self.far = _engine.FarEnd.start(str(self.folder))
        sys.stdin = io.StringIO()
        sys.stdout, sys.stderr = (  # made anew: these are pipes now, whatever they were
            open(number, "w", 1, "utf-8", "backslashreplace", closefd=False) for number in (1, 2))
        sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr
        self.interruptible = False
        signal.signal(signal.SIGINT, self.on_interrupt)
        main = types.ModuleType("__main__")
        sys.modules["__main__"] = main
        self.space = main.__dict__
        self.space["__builtins__"] = builtins
        warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")

    def on_interrupt(self, number, frame):
        if self.interruptible:
            raise KeyboardInterrupt

    def send(self, kind, request, document=None, payload=b""):
        if kind in ("reply", "fail"):
            for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
                with contextlib.suppress(AttributeError, OSError, ValueError):  # the user's code may have put another there
                    stream.flush()
        self.far.send(FRAME[kind], request, "" if document is None else json.dumps(document), payload)

    def serve(self):
        self.send("hello", 0, {"protocol": 1, "language": "python", "version": platform.python_version(), "insitu": _engine.version(),
                               "host": socket.gethostname(), "pid": os.getpid()})
        while True:
            frame = self.far.receive()
            if frame is None:
                break
            if frame[0] == FRAME["call"]:
                self.answer(frame)
        shutil.rmtree(self.folder, ignore_errors=True)
        os._exit(0)  # threads of the user's code do not keep a session that is over

    def answer(self, frame):
        _, request, text, payload = frame
        try:
            document = json.loads(text)
            operation = self.OPERATIONS.get(document.get("op"))
            if operation is None:
                raise Refused("the remote session does not know this call; both sides need the same release of insitu")
            told, payload = operation(self, document, payload, request)
        except KeyboardInterrupt:
            told, payload = {"interrupted": True}, b""
        except Exception as error:  # whatever the user's objects and the system raise
            message = str(error) if isinstance(error, (Refused, ValueError)) else f"{type(error).__name__}: {error}"
            return self.send("fail", request, {"message": message})
        finally:
            self.interruptible = False
        return self.send("reply", request, told, payload)

    # ---- code

    def execute(self, document, payload, request):
        if payload:
            self.space.update(pickle.loads(payload))
        before = self.stamps()
        found = self.run(document["code"], document.get("file"))
        names = []
        if document.get("plots"):
            names = self.save_plots()
        after = self.stamps()
        found.update(plots=names, changed_files=sorted(name for name, stamp in after.items() if before.get(name) != stamp))
        outputs = document.get("outputs") or []
        if found["error"] or found["interrupted"] or not outputs:
            return found, b""
        return found, self.objects(outputs, "outputs")

    def run(self, code, file):
        found = {"interrupted": False, "error": None, "warnings": []}
        linecache.cache[_SOURCE] = (len(code), None, code.splitlines(keepends=True), _SOURCE)
        name = file or _SOURCE

        def tell(message, category, filename, lineno, file=None, line=None):
            found["warnings"].append({"message": str(message), "kind": category.__name__})

        shown, warnings.showwarning = warnings.showwarning, tell
        try:
            self.interruptible = True
            tree = ast.parse(code, name)
            if file:
                self.space["__file__"] = file
                exec(compile(tree, name, "exec"), self.space)
            else:
                for node in tree.body:
                    exec(compile(ast.Interactive([node]), name, "single"), self.space)
        except KeyboardInterrupt:
            found["interrupted"] = True
        except BaseException as error:
            found["error"] = self.about(error, name)
        finally:
            self.interruptible = False
            warnings.showwarning = shown
        return found

    @staticmethod
    def about(error, name):
        if isinstance(error, SystemExit):
            return {"kind": "SystemExit", "message": "exit() is not there in a remote session; leave it with exit at the prompt, or "
                    "remote_logout()", "where": "", "traceback": ""}
        frames = traceback.extract_tb(error.__traceback__)
        own = [i for i, each in enumerate(frames) if each.filename == name]
        frames = frames[own[0]:] if own else []
        text = "".join(traceback.format_list(frames) + traceback.format_exception_only(type(error), error))
        where = ""
        if frames:
            last = frames[own[-1] - own[0]]
            where = f"line {last.lineno}" + (f", in {last.name}" if last.name != "<module>" else "")
        elif isinstance(error, SyntaxError):
            where = f"line {error.lineno}"
        return {"kind": type(error).__name__, "message": error.msg if isinstance(error, SyntaxError) else str(error), "where": where,
                "traceback": text}

    def save_plots(self):
        shutil.rmtree(self.plots, ignore_errors=True)
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is None or not pyplot.get_fignums():
            return []
        self.plots.mkdir(mode=0o700)
        for number in pyplot.get_fignums():
            pyplot.figure(number).savefig(self.plots / f"plot{number:03d}.png")
        pyplot.close("all")
        return sorted(path.name for path in self.plots.iterdir())

    # ---- objects

    def names(self):
        return sorted(name for name in self.space if not name.startswith("_"))

    def objects(self, names, argument):
        absent = [name for name in names if name not in self.space]
        if absent:
            raise Refused(f"{argument}: there is no object {absent[0]!r} in the remote workspace; list_remote_workspace() lists them")
        return dumps({name: self.space[name] for name in names}, argument)

    def whole_workspace(self):
        """(bytes of what can be pickled, names of modules, names of what cannot be)."""
        kept, modules, left = {}, {}, []
        for name in self.names():
            value = self.space[name]
            if isinstance(value, types.ModuleType):
                modules[name] = value.__name__
                continue
            kept[name] = value
        try:
            return dumps(kept, "the workspace"), modules, left
        except ValueError:  # one of them cannot travel
            for name in list(kept):
                try:
                    dumps(kept[name], name)
                except ValueError:
                    left.append(name)
                    del kept[name]
        return dumps(kept, "the workspace"), modules, left

    def get_objects(self, document, payload, request):
        if not document.get("all"):
            return {}, self.objects(document["names"], "obj")
        bytes_, modules, left = self.whole_workspace()
        return {"left": left + sorted(modules)}, bytes_

    def put_objects(self, document, payload, request):
        objects = pickle.loads(payload)
        name = document.get("name")
        if name is None:
            self.space.update(objects)
        else:
            holder = self.space.get(name)
            self.space[name] = {**(holder if isinstance(holder, dict) else {}), **objects}
        return {}, b""

    # ---- files

    def stamps(self):
        found = {}
        for path in self.home.rglob("*"):
            with contextlib.suppress(OSError):
                if path.is_file():
                    about = path.stat()
                    found[path.relative_to(self.home).as_posix()] = (about.st_size, about.st_mtime_ns)
        return found

    def file_inside(self, folder, name):
        path = path_inside(folder, name)
        if not path.is_file():
            raise Refused(f"there is no file {name!r} in the remote working directory; list_remote_files() lists them")
        return path

    def put_file(self, document, payload, request):
        incoming, refused = None, None
        try:
            incoming = IncomingFile(path_inside(self.home, document["name"]))
        except (ValueError, OSError) as error:
            refused = error
        while True:
            frame = self.far.receive()
            if frame is None:
                if incoming:
                    incoming.abandon()
                shutil.rmtree(self.folder, ignore_errors=True)
                os._exit(0)
            if incoming:
                incoming.take(frame)
            if frame[0] != FRAME["block"]:
                break
        if refused:
            raise refused
        if json.loads(frame[2] or "{}").get("stopped"):
            return {"interrupted": True}, b""
        if incoming.failure:
            raise Refused(f"{document['name']!r} cannot be written: {incoming.failure}")
        return {}, b""

    def give(self, path, request):
        self.interruptible = True
        give_file(path, lambda kind, document, payload: self.send(kind, request, document, payload))
        return {}, b""

    def delete_file(self, document, payload, request):
        self.file_inside(self.home, document["name"]).unlink()
        return {}, b""

    # ---- snapshots

    @staticmethod
    def snapshots():
        folder = os.environ.get("INSITU_SNAPSHOTS_FOLDER")
        if not folder:
            state = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
            folder = os.path.join(state, "insitu", "snapshots")
        path = pathlib.Path(folder) / "python"
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return FarSession.own(path)

    @staticmethod
    def own(path):
        """Objects are read from there: a place that others can write to is none."""
        about = path.lstat()
        if about.st_uid != os.geteuid() or about.st_mode & 0o022:
            raise Refused(f"'{path}' is not the user's own, or others can write there; move it away, or chmod go-w")
        return path

    def snapshot(self, document):
        name = document.get("id")
        if not isinstance(name, str) or not re.fullmatch("[0-9A-Za-z-]+", name) or not (self.snapshots() / name).is_dir():
            raise Refused(f"snapshot_id: there is no snapshot {name!r}; list_snapshots() lists them")
        return self.own(self.snapshots() / name)

    def create_snapshot(self, document, payload, request):
        root = self.snapshots()
        name = time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + secrets.token_hex(6)
        bytes_, modules, left = self.whole_workspace()
        part = root / f".part-{name}"
        part.mkdir(mode=0o700)
        try:
            with tarfile.open(part / "snapshot.tar.gz", "w:gz", compresslevel=1) as archive:
                for entry, content in (("workspace.pickle", bytes_), ("modules.json", json.dumps(modules).encode())):
                    about = tarfile.TarInfo(entry)
                    about.size = len(content)
                    archive.addfile(about, io.BytesIO(content))
                archive.add(self.home, "files")
            (part / "name").write_text(document["name"], "utf-8")
            part.rename(root / name)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        return {"id": name, "left": left}, b""

    def load_snapshot(self, document, payload, request):
        with tarfile.open(self.snapshot(document) / "snapshot.tar.gz", "r:gz") as archive:
            objects = pickle.load(archive.extractfile("workspace.pickle"))
            modules = json.load(archive.extractfile("modules.json"))
            for entry in archive.getmembers():
                if entry.name == "files" or not entry.name.startswith("files/"):
                    continue
                path = path_inside(self.home, entry.name[len("files/"):])
                if entry.isdir():
                    path.mkdir(parents=True, exist_ok=True)
                elif entry.isfile():
                    path.parent.mkdir(parents=True, exist_ok=True)
                    with open(path, "wb") as to:
                        shutil.copyfileobj(archive.extractfile(entry), to)
        self.space.update(objects)
        left = []
        for name, module in modules.items():
            try:
                self.space[name] = importlib.import_module(module)
            except ImportError:
                left.append(name)
        return {"left": left}, b""

    def delete_snapshot(self, document, payload, request):
        shutil.rmtree(self.snapshot(document))
        return {}, b""

    def list_snapshots(self, document, payload, request):
        found = sorted(path for path in self.snapshots().iterdir() if not path.name.startswith("."))
        return {"ids": [path.name for path in found], "names": [(path / "name").read_text("utf-8") for path in found]}, b""

    OPERATIONS = {
        "execute": execute, "put_objects": put_objects, "get_objects": get_objects, "put_file": put_file, "delete_file": delete_file,
        "workspace": lambda self, document, payload, request: ({"names": self.names()}, b""),
        "list_files": lambda self, document, payload, request: ({"names": sorted(self.stamps())}, b""),
        "get_file": lambda self, document, payload, request: self.give(self.file_inside(self.home, document["name"]), request),
        "get_plot": lambda self, document, payload, request: self.give(self.file_inside(self.plots, document["name"]), request),
        "get_snapshot": lambda self, document, payload, request: self.give(self.snapshot(document) / "snapshot.tar.gz", request),
        "create_snapshot": create_snapshot, "load_snapshot": load_snapshot, "delete_snapshot": delete_snapshot,
        "list_snapshots": list_snapshots, "inventory": lambda self, document, payload, request: (inventory(), b""),
    }


def serve():
    """Makes this process the far end of a session, until its client hangs up."""
    FarSession().serve()
