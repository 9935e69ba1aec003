"""A worker that runs functions written in Python: ``python -m insitu.worker`` serves one host over stdin and stdout, with
``--connect PATH`` over a Unix socket. With ``--job FOLDER`` it is the runner of a job (docs/jobs.md), with ``--serve [FOLDER]`` the
engine for a client on another machine, whose functions of Python it runs (docs/remote.md)."""

import atexit
import base64
import contextlib
import gc
import importlib
import importlib.util
import json
import os
import pickle
import sys
import tempfile
import warnings

from insitu import _engine, _jobs, _session, _task_settings
from insitu._functions_of_user import RowTransform, describe_error
from insitu._task_batch import Runner
from insitu.contexts import python_worker
from insitu.errors import BY_CODE, InsituError


def load(language, code):
    if language != "python":
        raise ValueError(f"a Python worker cannot run a function written in {language}")
    return pickle.loads(code)


def _new_seed():
    """A forked copy draws other numbers than the process that it is a copy of, as a new process would; random does so
    itself."""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


def _same(rows):
    return rows.assign(x=rows.x * 2) if hasattr(rows, "assign") else rows


def _warm_up():
    """Touches what every call touches, so that a copy takes over the memory of its original while nobody waits."""
    import numpy as np
    import pyarrow as pa

    columns = {"x": np.arange(8.0), "k": np.arange(8, dtype=np.int32), "s": pa.array(["a"] * 8).dictionary_encode()}
    rows = pa.record_batch(columns)
    info = {"rows": 8, "test_chunk": False, "start_row": 1, "chunk_number": 1, "file_name": "", "prediction": False}
    pickle.loads(pickle.dumps(RowTransform(_same, {}, [])))(*rows.__arrow_c_array__(), info)


#: Packages that take long to import and do nothing by it: once a call has needed them, the next ones find them there.
_SLOW_IMPORTS = frozenset(("joblib", "numpy", "pandas", "pyarrow", "scipy", "sklearn", "statsmodels", "threadpoolctl"))


class _Imports:
    """Modules that copies of this process have imported, which it imports itself before it makes the next copy."""

    def __init__(self):
        self._file = tempfile.TemporaryFile()
        self._known = set(sys.modules)

    def tell(self):
        """In a copy, at its end."""
        found = [[name, module.__spec__.origin] for name, module in list(sys.modules.items())
                 if name not in self._known and name.split(".")[0] in _SLOW_IMPORTS and getattr(module, "__spec__", None) is not None]
        self._file.seek(0)
        self._file.write(json.dumps(found).encode())
        self._file.truncate()
        self._file.flush()

    def take(self):
        """In the original, before it makes a copy."""
        self._file.seek(0)
        text = self._file.read()
        self._file.truncate(0)
        if not text:
            return
        for name, origin in json.loads(text):
            if self._is_the_same(name, origin):
                importlib.import_module(name)
        self._known = set(sys.modules)
        gc.freeze()

    @staticmethod
    def _is_the_same(name, origin):
        """Not one from a folder that only the call's own path has, nor of what a copy has made itself."""
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError):
            return False
        return spec is not None and spec.origin == origin


imports = None


def _leave():
    """What an end of the interpreter would do for the user's code."""
    if imports is not None:
        with contextlib.suppress(OSError):  # a full disk: the next call imports it again
            imports.tell()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def run_job(folder):
    """Runs the request of a job; returns the exit status."""
    def ask(op, functions=None, **keys):
        document = {"op": op, "job": folder, "face": "python", "reportProgress": 0, **keys}
        return json.loads(_engine.run(json.dumps(document), [], functions or {}, None, print, print)[0])

    sys.stdout.reconfigure(line_buffering=True)
    functions, told, found = {}, {}, {}
    try:
        found = ask("job_function")
        for function in found["functions"]:
            functions[function["name"]] = load(function["language"], base64.b64decode(function["code"]))
    except Exception as error:  # whatever rebuilding a user's object raises
        told["error"] = f"the function of the call cannot be loaded: {type(error).__name__}: {error}"
    if found.get("call") is not None:
        return run_call(folder)
    return 0 if ask("job_run", functions, **told)["status"] == "finished" else 1


def run_call(folder):
    """Makes the call of a job; returns the exit status."""
    packet = _jobs.Packet()
    _jobs.engine("job_begin", packet=packet, job=folder)
    _jobs.runs()
    warned = []

    def warning(message, *_):
        warned.append(str(message))
        print(f"warning: {message}")

    packet, end = _jobs.Packet(packet.came), {}
    try:
        with warnings.catch_warnings():
            warnings.showwarning = warning
            value = _made(packet.shared)
        packet.shared, end = _jobs.packed_value(value)
    except BaseException as error:  # a user's function may raise anything; an interrupt says that the job is canceled
        end = {"error": describe_error(error)}
        if isinstance(error, InsituError):
            end["code"] = next(code for kind in type(error).__mro__ for code, known in BY_CODE.items() if known is kind)
    return 0 if json.loads(_jobs.engine("job_end", packet=packet, language="python", warnings=warned, **end)[0])["status"] == "finished" else 1


def _made(code):
    """The value of a call, from its bytes."""
    path, kept = pickle.loads(code)
    sys.path.extend(p for p in path if p not in sys.path)
    kept = pickle.loads(kept)
    for name, value in kept["options"].items():
        _session.set_option(name, value)
    _task_settings.put(kept["settings"])
    if kept["active"] is not None:
        _session.activate(kept["active"])
    return _jobs.CALLS[kept["name"]](kept["given"], kept["context"])


def main(arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    if len(arguments) == 2 and arguments[0] == "--job":
        sys.exit(run_job(arguments[1]))
    if arguments[:1] == ["--serve"] and len(arguments) <= 2:
        sys.stdout = os.fdopen(os.dup(2), "w", buffering=1)  # the line is not for what functions print
        with contextlib.suppress(KeyboardInterrupt):  # the end of a call that nobody waits for any more
            sys.exit(_engine.serve_requests(load, "".join(arguments[1:]), python_worker()))
        sys.exit(1)
    if arguments and not (len(arguments) == 2 and arguments[0] == "--connect"):
        sys.exit("usage: python -m insitu.worker [--connect PATH | --job FOLDER | --serve [FOLDER]]\nServes a host of the worker protocol; not for use by hand.")
    # What a user's function prints must not mix with the frames on stdout.
    sys.stdout = os.fdopen(os.dup(2), "w", buffering=1)
    # Each call is served by a forked copy of this process: what every function of rows needs is loaded once.
    global imports
    original = os.getpid()

    def in_original():
        if os.getpid() == original:
            with contextlib.suppress(Exception):  # half a list of a copy that was ended; what importing raises
                imports.take()

    def in_copy():
        if os.getppid() == original:
            _new_seed()
            importlib.invalidate_caches()

    _warm_up()
    gc.freeze()
    imports = _Imports()
    os.register_at_fork(before=in_original, after_in_child=in_copy)
    _engine.serve(load, arguments[1] if arguments else "", _leave, _warm_up, Runner())


if __name__ == "__main__":
    main()
