"""Tasks of rx_exec through a backend of others: joblib, executors of concurrent.futures, clients of dask (docs/exec.md)."""

import os
import pickle
import queue
import sys
import threading
import time
import warnings
from contextlib import nullcontext

import numpy as np

from insitu import _session
from insitu._task_batch import KeptNumbers, now, portable_values
from insitu.errors import InvalidArgument, Unsupported, WorkerError

#: A large function is not sent more often than workers need it.
_LARGE = 1_000_000

#: numpy.random and random are one for all threads of a process: tasks with streams of their own take turns.
_numbers = threading.Lock()


class _ToldByThread:
    """Warnings of tasks in several threads of a process, each to its own list: warnings.catch_warnings is for one thread."""

    def __init__(self):
        self._lock, self._users, self._catch = threading.Lock(), 0, None
        self._mine = threading.local()

    def __enter__(self):
        with self._lock:
            if self._users == 0:
                self._catch = warnings.catch_warnings()
                self._catch.__enter__()
                warnings.simplefilter("always", append=True)  # not only the first of a line
                self._others = warnings.showwarning
                warnings.showwarning = self._show
            self._users += 1
        return self

    def __exit__(self, *_):
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._catch.__exit__(None, None, None)

    def _show(self, message, category, filename, lineno, file=None, line=None):
        told = getattr(self._mine, "told", None)
        if told is None:
            self._others(message, category, filename, lineno, file, line)
        else:
            told.append(f"{category.__name__}: {message}")

    def of(self, call):
        """(value of ``call()``, texts of its warnings)."""
        self._mine.told = told = []
        try:
            return call(), list(dict.fromkeys(told))
        finally:
            self._mine.told = None

    def forget_threads(self):
        """In a forked process, which has none of the threads that were at it."""
        self._lock = threading.Lock()
        if self._users > 0:
            self._users = 0
            self._catch.__exit__(None, None, None)


_told = _ToldByThread()


class _OpenCall:
    """A call whose tasks may run in threads of this process. What these change of the process is put back by the call, at its
    end, never by a task that still runs then: somebody else may have changed it since."""

    _lock, _last, _all = threading.Lock(), 0, {}

    def __enter__(self):
        with _OpenCall._lock:
            _OpenCall._last += 1
            self.number = _OpenCall._last
            _OpenCall._all[self.number] = self
        self._tells = self._seeded = False
        return self

    def __exit__(self, *_):
        with _OpenCall._lock:
            if _OpenCall._all.pop(self.number, None) is None:  # in a forked process it is not open any more
                return
        if self._tells:
            _told.__exit__()
        if self._seeded:
            with _numbers:  # the task that draws now is the last one
                pass

    @staticmethod
    def of(number):
        """The call; None: it has ended."""
        return _OpenCall._all.get(number)

    def is_open(self):
        return self.number in _OpenCall._all

    def begin(self, seeded):
        """A thread begins with tasks of the call; False: it has ended."""
        with _OpenCall._lock:
            if not self.is_open():
                return False
            self._seeded |= seeded
            if not self._tells:
                _told.__enter__()
                self._tells = True
            return True


class _Elsewhere:
    """In the place of _OpenCall in another process than the caller's, where tasks have all to themselves."""

    def begin(self, seeded):
        return True

    def is_open(self):
        return True


def _forget_threads():
    """No thread of the process that this one is a copy of will ever give back a lock."""
    global _numbers
    _numbers, _OpenCall._lock = threading.Lock(), threading.Lock()
    _OpenCall._all = {}
    _told.forget_threads()
    _SessionOptions.forget_threads()


os.register_at_fork(after_in_child=_forget_threads)


class _SessionOptions:
    """The options of the caller's session while tasks run in another process, which may serve others besides. They are one for
    all threads of a process, so tasks of callers with other options take turns, in the order in which they come."""

    _changed = threading.Condition()
    _waiting, _threads = [], []  # those whose turn it is not yet, and those that run tasks
    _now = _before = None  # the options that hold, and those of the process

    def __init__(self, wanted):
        self._wanted, self._key = wanted, pickle.dumps(wanted)

    def __enter__(self):
        of = _SessionOptions
        with of._changed:
            of._waiting.append(self)
            try:
                while of._waiting[0] is not self or of._threads and of._now != self._key:
                    of._changed.wait()
            finally:
                of._waiting.remove(self)
                of._changed.notify_all()
            if not of._threads:
                of._now, of._before = self._key, _session.options()
                for name, value in self._wanted.items():
                    _session.set_option(name, value)
            of._threads.append(threading.get_ident())

    def __exit__(self, *_):
        of = _SessionOptions
        with of._changed:
            of._threads.remove(threading.get_ident())
            if not of._threads:
                for name, value in of._before.items():
                    _session.set_option(name, value)
                of._changed.notify_all()

    @staticmethod
    def forget_threads():
        """In a forked process, which has none of the threads but the one that forked."""
        of = _SessionOptions
        of._changed, of._waiting = threading.Condition(), []
        of._threads = [thread for thread in of._threads if thread == threading.get_ident()]


_seeded = os.getpid()


def _draw_other_numbers():
    """A forked process draws other numbers than the one that it is a copy of; random sees to it itself."""
    global _seeded
    if _seeded != os.getpid():
        _seeded = os.getpid()
        np.random.seed()


def run_chunk(shared, first, arguments, home, number):
    """Neighbouring tasks where a backend runs them; ``home``: the process of the caller, ``number``: its call. Returns bytes for
    _Host.done; None: the call has ended, nobody waits for them."""
    path, options, _, code = pickle.loads(shared)
    elsewhere = os.getpid() != home
    call = _Elsewhere() if elsewhere else _OpenCall.of(number)
    if call is None:
        return None
    if elsewhere:
        sys.path.extend(p for p in path if p not in sys.path)
        _draw_other_numbers()
    with _told if elsewhere else nullcontext(), _SessionOptions(options) if elsewhere else nullcontext():
        tasks = pickle.loads(code)
        seeded = tasks.seed is not None
        if not call.begin(seeded):
            return None
        tasks.prepare()
        found, told = [], {}
        with _numbers if seeded else nullcontext():
            if not call.is_open():
                return None
            with KeptNumbers() if seeded else nullcontext():
                for i, own in enumerate(pickle.loads(arguments)):
                    if not call.is_open():
                        return None
                    now.sent = elsewhere
                    try:
                        value, warned = _told.of(lambda i=i, own=own: tasks.value(first + i, own))
                    finally:
                        now.sent = False
                    if warned:
                        told[i] = warned
                    found.append(value)
        return portable_values(found, told)


def run(backend, host, count, chunk, stop_at_failure):
    """Gives chunks of tasks to a backend and their values to ``host``; with ``stop_at_failure`` those up to the first that fails."""
    pool = _pool_of(backend)
    workers = pool.workers()
    size = chunk or -(-count // (workers * (1 if len(host.shared) > _LARGE else 4)))
    ranges = [(first, min(size, count - first)) for first in range(0, count, size)]
    begin, done = time.monotonic(), 0

    def put(index, outcome, error):
        nonlocal done
        first, length = ranges[index]
        if error is None:
            host.done(first, length, outcome)
        else:  # the backend's, not the function's
            for i in range(length):
                host.lost(first + i, f"the backend, a {pool.name}, has lost it: {type(error).__name__}: {error}")
        done += length
        failed = host.failed()
        host.progress(count, done, min(count - done, workers * size), len(failed), time.monotonic() - begin)
        return min(failed) // size + 1 if failed and stop_at_failure else len(ranges)

    with _OpenCall() as call:
        pool.run([(host.shared, first, host.arguments(first, length), os.getpid(), call.number) for first, length in ranges], put)


def _pool_of(backend):
    return _Joblib() if isinstance(backend, str) else _Futures(backend)


def workers_of(backend):
    """How many tasks a backend runs at once."""
    return _pool_of(backend).workers()


class _Futures:
    """Whatever has submit() that returns futures."""

    def __init__(self, backend):
        self._backend = backend
        self.name = type(backend).__name__
        of_dask = any(kind.__module__.split(".")[0] == "distributed" for kind in type(backend).__mro__)
        # dask gives a call with the same arguments its old value unless it is told that it may differ.
        self._how = {"pure": False} if of_dask else {}
        self._of_dask = of_dask

    def workers(self):
        if self._of_dask:
            return max(1, sum(self._backend.nthreads().values()))
        return getattr(self._backend, "_max_workers", None) or os.cpu_count() or 1

    def _submitted(self, call):
        try:
            return self._backend.submit(run_chunk, *call, **self._how)
        except Exception as error:  # it was shut down ...
            raise WorkerError(f"rx_exec: the backend of RxForeachDoPar, a {self.name}, takes no tasks: {error}") from error

    def run(self, calls, put):
        """``put(index, value, error)`` takes what comes of a call, in any order, and returns how many calls are needed."""
        ended, futures = queue.SimpleQueue(), []
        if self._of_dask and len(calls[0][0]) > _LARGE:
            everywhere = self._backend.scatter(calls[0][0], broadcast=True, hash=False)
            calls = [(everywhere, *rest) for _, *rest in calls]
        try:
            for index, call in enumerate(calls):
                futures.append(self._submitted(call))
                futures[-1].add_done_callback(lambda _, index=index: ended.put(index))
            open_ = set(range(len(calls)))
            while open_:
                index = ended.get()
                if index not in open_:
                    continue
                error = value = None
                try:
                    value = futures[index].result()
                except Exception as failure:  # a worker of the backend that died, a backend that is closed ...
                    error = failure
                futures[index] = None  # its bytes
                open_.discard(index)
                needed = put(index, value, error)
                open_ = {each for each in open_ if each < needed}
        finally:
            for future in futures:
                if future is not None:
                    future.cancel()


class _Joblib:
    name = "joblib.Parallel"

    def __init__(self):
        try:
            import joblib
        except ImportError:
            raise Unsupported("RxForeachDoPar(backend='joblib') needs the package joblib: pip install joblib, or use "
                              "RxLocalParallel") from None
        self._joblib = joblib
        backend, _ = joblib.parallel.get_active_backend()
        if getattr(backend, "of_insitu", False):
            raise InvalidArgument("rx_exec: RxForeachDoPar(backend='joblib') would go round in circles inside of joblib's backend "
                                  "'insitu', which runs through it: use another backend of joblib, or RxLocalParallel")
        # Without a word from the user joblib would take one core.
        chosen = getattr(getattr(joblib.parallel, "_backend", None), "config", None) is not None
        self._jobs = None if chosen else -1

    def workers(self):
        return self._joblib.effective_n_jobs(self._jobs)

    def run(self, calls, put):
        parallel = self._joblib.Parallel(n_jobs=self._jobs, batch_size=1, return_as="generator")
        values = parallel(self._joblib.delayed(run_chunk)(*call) for call in calls)
        index, needed = 0, len(calls)
        try:
            while index < needed:
                needed = put(index, next(values), None)
                index += 1
        except Exception as failure:  # joblib ends the whole call with it
            while index < needed:
                needed = put(index, None, failure)
                index += 1
        finally:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # that what is left is not computed, as was wanted
                values.close()
