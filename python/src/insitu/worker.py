"""A worker that runs functions written in Python: ``python -m insitu.worker`` serves one host over stdin and stdout, with
``--connect PATH`` over a Unix socket. With ``--job FOLDER`` it is the runner of a job (docs/jobs.md)."""

import atexit
import base64
import gc
import importlib
import json
import os
import pickle
import sys

from insitu import _engine
from insitu._functions_of_user import RowTransform
from insitu._task_batch import Runner


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


def _leave():
    """What an end of the interpreter would do for the user's code."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def run_job(folder):
    """Runs the request of a job; returns the exit status."""
    def ask(op, functions=None, **keys):
        document = {"op": op, "job": folder, "face": "python", "reportProgress": 0, **keys}
        return json.loads(_engine.run(json.dumps(document), [], functions or {}, None, print, print)[0])

    sys.stdout.reconfigure(line_buffering=True)
    functions, told = {}, {}
    try:
        function = ask("job_function")["function"]
        if function is not None:
            functions[function["name"]] = load(function["language"], base64.b64decode(function["code"]))
    except Exception as error:  # whatever rebuilding a user's object raises
        told["error"] = f"the function of the call cannot be loaded: {type(error).__name__}: {error}"
    return 0 if ask("job_run", functions, **told)["status"] == "finished" else 1


def main(arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    if len(arguments) == 2 and arguments[0] == "--job":
        sys.exit(run_job(arguments[1]))
    if arguments and not (len(arguments) == 2 and arguments[0] == "--connect"):
        sys.exit("usage: python -m insitu.worker [--connect PATH | --job FOLDER]\nServes a host of the worker protocol; not for use by hand.")
    # What a user's function prints must not mix with the frames on stdout.
    sys.stdout = os.fdopen(os.dup(2), "w", buffering=1)
    # Each call is served by a forked copy of this process: what every function of rows needs is loaded once.
    original = os.getpid()

    def in_copy():
        if os.getppid() == original:
            _new_seed()
            importlib.invalidate_caches()

    _warm_up()
    gc.freeze()
    os.register_at_fork(after_in_child=in_copy)
    _engine.serve(load, arguments[1] if arguments else "", _leave, _warm_up, Runner())


if __name__ == "__main__":
    main()
