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
import shutil
import signal
import socket
import sys
import tempfile
import traceback
import types
import warnings

from insitu import _engine
from insitu import _session_snapshots as snapshots
from insitu._session_answers import document_of
from insitu._session_files import FRAME, PROTOCOL, IncomingBytes, IncomingFile, give_bytes, give_file, path_inside
from insitu._session_objects import Refused, dumps, inventory, text_of_error

_SOURCE = "<remote session>"


class FarSession:
    """One session: a workspace, which is the module ``__main__`` of this process, and a working directory."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="insitu-session-"))
        self.home, self.plots = self.folder / "session", self.folder / "plots"
        self.home.mkdir(mode=0o700)
        os.chdir(self.home)
        sys.path[:] = ["", *(path for path in sys.path if path)]  # modules of this folder, none of the one it was started in
        os.environ.setdefault("MPLBACKEND", "Agg")
        self.far = _engine.FarEnd.start(str(self.folder))
        sys.stdin = io.StringIO()
        sys.stdout, sys.stderr = (  # made anew: these are pipes now, whatever they were
            open(number, "w", 1, "utf-8", "backslashreplace", closefd=False) for number in (1, 2))
        sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr
        self.interruptible = self.interrupted = False
        signal.signal(signal.SIGINT, self.on_interrupt)
        main = types.ModuleType("__main__")
        sys.modules["__main__"] = main
        self.space = main.__dict__
        self.space["__builtins__"] = builtins
        warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")

    def on_interrupt(self, number, frame):
        if self.interruptible:
            raise KeyboardInterrupt
        self.interrupted = True

    @contextlib.contextmanager
    def interrupts(self):
        """Where Ctrl-C of the client is heard; one that came before in this call is, too."""
        try:
            self.interruptible = True
            if self.interrupted:
                raise KeyboardInterrupt
            yield
        finally:
            self.interruptible = False

    def send(self, kind, request, document=None, payload=b""):
        if kind in ("reply", "fail"):
            for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
                with contextlib.suppress(AttributeError, OSError, ValueError):  # the user's code may have put another there
                    stream.flush()
        self.far.send(FRAME[kind], request, "" if document is None else json.dumps(document), payload)

    def serve(self):
        self.send("hello", 0, {"protocol": PROTOCOL, "language": "python", "version": platform.python_version(), "insitu": _engine.version(),
                               "host": socket.gethostname(), "pid": os.getpid()})
        while True:
            self.interrupted = False  # what comes when a call has ended is of none
            frame = self.received()
            if frame[0] == FRAME["call"]:
                self.answer(frame)

    def received(self):
        """The next frame; where there is none any more the process ends."""
        frame = self.far.receive()
        if frame is not None:
            return frame
        shutil.rmtree(self.folder, ignore_errors=True)
        os._exit(0)  # threads of the user's code do not keep a session that is over

    def answer(self, frame):
        _, request, text, _ = frame
        try:
            document = document_of(text)
            operation = self.OPERATIONS.get(document.get("op")) if isinstance(document.get("op"), str) else None
            payload = self.objects_of_call(document)
            if operation is None:
                raise Refused("the remote session does not know this call; both sides need the same release of insitu")
            if operation is FarSession.put_file:  # its blocks are taken to their end
                told, payload = self.put_file(document)
            else:
                with self.interrupts():
                    told, payload = operation(self, document, payload, request)
                    if payload is not None:
                        give_bytes(payload, lambda kind, document, block: self.send(kind, request, document, block))
        except KeyboardInterrupt:
            told = {"interrupted": True}
        except BaseException as error:  # whatever the user's objects and the system raise
            return self.send("fail", request, {"message": self.message_of(error)})
        return self.send("reply", request, told)

    @staticmethod
    def message_of(error):
        text = text_of_error(error)
        return text if isinstance(error, (Refused, ValueError)) else f"{type(error).__name__}: {text}"

    def objects_of_call(self, document):
        """The bytes of the objects that go with a call, None where it has none."""
        if not document.get("objects"):
            return None
        incoming = IncomingBytes()
        while True:
            frame = self.received()
            incoming.take(frame)
            if frame[0] != FRAME["block"]:
                break
        if incoming.stopped:
            raise KeyboardInterrupt
        if not incoming.whole:
            raise Refused("not all of the objects have come")
        return incoming.content()

    # ---- code

    def execute(self, document, payload, request):
        if payload is not None:
            self.space.update(pickle.loads(payload))
        before = self.stamps()
        found = self.run(document["code"], document.get("file"))
        names = []
        if document.get("plots") and not found["interrupted"]:
            names = self.save_plots(found["warnings"])
        after = self.stamps()
        found.update(plots=names, changed_files=sorted(name for name, stamp in after.items() if before.get(name) != stamp))
        outputs = document.get("outputs") or []
        if found["error"] or found["interrupted"] or not outputs:
            return found, None
        return found, self.objects(outputs, "outputs")

    def run(self, code, file):
        found = {"interrupted": False, "error": None, "warnings": []}
        linecache.cache[_SOURCE] = (len(code), None, code.splitlines(keepends=True), _SOURCE)
        name = file or _SOURCE

        def tell(message, category, filename, lineno, file=None, line=None):
            found["warnings"].append({"message": str(message), "kind": category.__name__})

        shown, warnings.showwarning = warnings.showwarning, tell
        try:
            try:
                tree = ast.parse(code, name)
                if file:
                    self.space["__file__"] = file
                    exec(compile(tree, name, "exec"), self.space)
                else:
                    for node in tree.body:
                        exec(compile(ast.Interactive([node]), name, "single"), self.space)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                found["error"] = self.about(error, name)
        except KeyboardInterrupt:  # of the code, or while its error is described, which may be code, too
            found["interrupted"] = True
        finally:
            warnings.showwarning = shown
        return found

    @staticmethod
    def about(error, name):
        if isinstance(error, SystemExit):
            return {"kind": "SystemExit", "message": "exit() is not there in a remote session; leave it with exit at the prompt, or "
                    "remote_logout()", "where": "", "traceback": ""}
        message = error.msg if isinstance(error, SyntaxError) else text_of_error(error)  # first: the formatting swallows interrupts
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
        return {"kind": type(error).__name__, "message": message, "where": where,
                "traceback": text}

    def save_plots(self, told):
        """Names of the files of the figures; one that cannot be drawn is told as a warning, and none is left for calls to come."""
        shutil.rmtree(self.plots, ignore_errors=True)
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is None or not pyplot.get_fignums():
            return []
        self.plots.mkdir(mode=0o700)
        try:
            for number in pyplot.get_fignums():
                path = self.plots / f"plot{number:03d}.png"
                try:
                    pyplot.figure(number).savefig(path)
                except Exception as error:  # whatever the user's artists raise when they are drawn
                    path.unlink(missing_ok=True)
                    told.append({"message": f"figure {number} cannot be drawn: {type(error).__name__}: {text_of_error(error)}",
                                 "kind": "UserWarning"})
        finally:
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
            return {"left": []}, self.objects(document["names"], "obj")
        bytes_, modules, left = self.whole_workspace()
        return {"left": left + sorted(modules)}, bytes_

    def put_objects(self, document, payload, request):
        name = document.get("name")
        holder = self.space if name is None else self.space.setdefault(name, {})
        if not isinstance(holder, dict):
            raise Refused(f"name: {name} is there already and is no dict; choose another name, or delete it first")
        holder.update(pickle.loads(payload))
        return {}, None

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

    def put_file(self, document):
        incoming, refused = None, None
        try:
            incoming = IncomingFile(path_inside(self.home, document.get("name")))
        except (ValueError, OSError) as error:
            refused = error
        try:
            while True:
                frame = self.received()
                if incoming:
                    incoming.take(frame)
                if frame[0] != FRAME["block"]:
                    break
        finally:
            if incoming:
                incoming.abandon()
        if refused:
            raise refused
        if incoming.stopped:
            return {"interrupted": True}, None
        if not incoming.whole:
            raise Refused(f"{document['name']!r} cannot be written: {incoming.failure or 'not all of it has come'}")
        return {}, None

    def give(self, path, request):
        give_file(path, lambda kind, document, payload: self.send(kind, request, document, payload))
        return {}, None

    def delete_file(self, document, payload, request):
        self.file_inside(self.home, document.get("name")).unlink()
        return {}, None

    # ---- snapshots

    def create_snapshot(self, document, payload, request):
        bytes_, modules, left = self.whole_workspace()
        name, odd = snapshots.create(document["name"], bytes_, modules, self.home)
        return {"id": name, "left": left + odd}, None

    def load_snapshot(self, document, payload, request):
        stage = self.folder / "stage"
        try:
            objects, modules = snapshots.unpack(document.get("id"), stage)
            self.interruptible = False  # it comes as a whole from here on
            snapshots.move_into(stage, self.home)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
        self.space.update(objects)
        left = []
        for name, module in modules.items():
            try:
                self.space[name] = importlib.import_module(module)
            except ImportError:
                left.append(name)
        return {"left": left}, None

    def delete_snapshot(self, document, payload, request):
        snapshots.delete(document.get("id"))
        return {}, None

    def list_snapshots(self, document, payload, request):
        found = snapshots.names_by_id()
        return {"ids": list(found), "names": list(found.values())}, None

    OPERATIONS = {
        "execute": execute, "put_objects": put_objects, "get_objects": get_objects, "put_file": put_file, "delete_file": delete_file,
        "workspace": lambda self, document, payload, request: ({"names": self.names()}, None),
        "list_files": lambda self, document, payload, request: ({"names": sorted(self.stamps())}, None),
        "get_file": lambda self, document, payload, request: self.give(self.file_inside(self.home, document.get("name")), request),
        "get_plot": lambda self, document, payload, request: self.give(self.file_inside(self.plots, document.get("name")), request),
        "get_snapshot": lambda self, document, payload, request: self.give(snapshots.archive_of(document.get("id")), request),
        "create_snapshot": create_snapshot, "load_snapshot": load_snapshot, "delete_snapshot": delete_snapshot,
        "list_snapshots": list_snapshots, "inventory": lambda self, document, payload, request: (inventory(), None),
    }


def serve():
    """Makes this process the far end of a session, until its client hangs up."""
    FarSession().serve()
