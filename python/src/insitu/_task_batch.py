"""Running tasks of rx_exec, in a worker or here: arguments in, values, errors and warnings out, a stream of random numbers each."""

import importlib.util
import pickle
import random
import signal
import sys
import threading
import time
import warnings

import numpy as np

from insitu import _session, _task_settings, _user_pickle
from insitu._functions_of_user import describe_error
from insitu.errors import UserCodeError, text_of_error

#: Values go back so often, in seconds, so that a task that takes long is not waited for with those before it.
_SEND_EVERY = 0.05

#: The number of the worker that this process is; -1: none.
worker_number = -1
#: The file of the rows that this worker's tasks are for (docs/worker.md); "": there are none.
rows_file = ""


class _Now(threading.local):
    """What this thread does: whether it runs a task, one that was sent here, and the task's random numbers."""

    running = False
    sent = False  # from another process
    numbers = None


now = _Now()


class Failed:
    """Stands for the value of a task that raised ``error``."""

    def __init__(self, error):
        self.error = error


def _numbers_of_task(seed, index):
    """The stream of a task: a part of Philox's counter that belongs to it alone, under the key of the seed."""
    bits = np.random.Philox(key=seed, counter=index << 192)
    np.random.seed(bits.random_raw(8).astype(np.uint64).view(np.uint32))
    random.seed(int(bits.random_raw()))
    return np.random.Generator(bits)


class KeptNumbers:
    """Puts back, at its end, the random numbers of the process."""

    def __enter__(self):
        self._states = np.random.get_state(legacy=False), random.getstate()

    def __exit__(self, *_):
        np.random.set_state(self._states[0])
        random.setstate(self._states[1])


class Tasks:
    """A function with the arguments that all its calls share. ``names``: put among the function's global names."""

    def __init__(self, function, common, packages=(), names=None, seed=None):
        self.function, self.common, self.packages, self.names, self.seed = function, dict(common), list(packages), dict(names or {}), seed

    def prepare(self):
        """Imports what the tasks need. Raises what importing raises."""
        scope = getattr(self.function, "__globals__", {})
        for package in self.packages:
            importlib.import_module(package)
            top = package.split(".")[0]
            scope.setdefault(top, sys.modules[top])
        scope.update(self.names)

    def run(self, index, own):
        """(value or Failed, texts of warnings) of task ``index`` with its own arguments."""
        with warnings.catch_warnings(record=True) as told:
            value = self.value(index, own)
        return value, [f"{w.category.__name__}: {w.message}" for w in told]

    def value(self, index, own):
        """The value of task ``index``, or Failed."""
        outer = now.running, now.numbers
        now.running, now.numbers = True, None
        try:
            if self.seed is not None:
                now.numbers = _numbers_of_task(self.seed, index)
            return self.function(**self.common, **own)
        except KeyboardInterrupt as error:
            if is_interrupted_by_user():
                raise
            return Failed(_portable(error))
        except BaseException as error:  # a user's function may raise anything, SystemExit too
            return Failed(_portable(error))
        finally:
            now.running, now.numbers = outer


def is_interrupted_by_user():
    """Whether a KeyboardInterrupt in a task means the whole call: in the thread of the caller's session that Ctrl-C reaches. In
    a worker, which Ctrl-C does not reach, and in other threads a task has made it itself."""
    return worker_number < 0 and not now.sent and threading.current_thread() is threading.main_thread()


def _portable(error):
    """The error as it comes back: without frames, with a note of its line; UserCodeError where it cannot travel."""
    text = describe_error(error)
    error = error.with_traceback(None)
    error.__cause__ = error.__context__ = None
    if hasattr(error, "add_note"):
        error.add_note(text)
    try:
        if type(pickle.loads(_pickler().dumps(error))) is type(error):
            return error
    except Exception:  # an exception whose constructor takes other arguments, a class of __main__ ...
        pass
    return UserCodeError(text)


def _pickler():
    """cloudpickle, which takes classes of a script along, where it is there."""
    # Where nothing travels it may be missing; workers have it.
    return _user_pickle if importlib.util.find_spec("cloudpickle") else pickle


#: Types whose values can be rebuilt from their bytes whatever they hold.
_REBUILT = frozenset({type(None), bool, int, float, complex, str, bytes, np.float64, np.int64, np.bool_})


def _is_plain(value):
    return type(value) in _REBUILT or type(value) is np.ndarray and value.dtype.kind in "biufcSUmM"


def why_not_portable(value):
    """The error of a value that cannot travel or be rebuilt where it arrives, else None."""
    if _is_plain(value) or type(value) is list and all(map(_is_plain, value)):
        return None
    try:
        pickle.loads(_pickler().dumps(value, protocol=pickle.HIGHEST_PROTOCOL))
    except Exception as error:  # whatever pickling a user's object raises
        return UserCodeError(f"the value, a {type(value).__name__}, cannot be sent back from the worker: {text_of_error(error)}")
    return None


def not_portable(values):
    """The errors of those of some values that cannot travel, by their positions. They are asked together first."""
    if why_not_portable(values) is None:
        return {}
    return {i: why for i, value in enumerate(values) if (why := why_not_portable(value)) is not None}


def portable_values(values, told):
    """The bytes of some values; one that cannot travel becomes a failure."""
    def packed():
        return _pickler().dumps((values, told), protocol=pickle.HIGHEST_PROTOCOL)

    try:
        content = packed()
        if not all(map(_is_plain, values)):
            pickle.loads(content)
        return content
    except Exception:  # whatever pickling a user's object raises
        for i, why in not_portable(values).items():
            values[i] = Failed(why)
        return packed()


def _interrupt_task(*_):
    if now.running:
        raise KeyboardInterrupt


class Runner:
    """A worker's part: keeps the tasks' function from batch to batch."""

    def __init__(self):
        self._tasks = None

    def __call__(self, shared, arguments, info, loaded, values):
        global worker_number, rows_file
        worker_number, rows_file = info["worker"], info["rows"]
        if shared is not None:
            # Ctrl-C reaches no worker: what comes is of a task, and may come when it has ended.
            signal.signal(signal.SIGINT, _interrupt_task)
            path, options, settings, code = pickle.loads(shared)
            sys.path.extend(p for p in path if p not in sys.path)
            for name, value in options.items():
                _session.set_option(name, value)
            _session.set_option("numCoresToUse", info["threads"])
            self._tasks = pickle.loads(code)
            self._tasks.prepare()
            _task_settings.put(settings)
        loaded()
        found, told, sent = [], {}, time.monotonic()
        everyone = pickle.loads(arguments)

        def send():
            nonlocal found, told
            failed = [info["first"] + done + i for i, value in enumerate(found) if isinstance(value, Failed)]
            values(len(found), failed, portable_values(found, told))
            found, told = [], {}

        done = 0
        for i, own in enumerate(everyone):
            value, warned = self._tasks.run(info["first"] + i, own)
            if warned:
                told[len(found)] = warned
            found.append(value)
            if info["each"] or i + 1 == len(everyone) or time.monotonic() - sent > _SEND_EVERY:
                send()
                done, sent = i + 1, time.monotonic()
