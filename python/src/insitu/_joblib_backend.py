"""The backend "insitu" of joblib: calls of joblib.Parallel as tasks of rx_exec. Imported by joblib's user only."""

import contextlib
import multiprocessing
import os
import pickle
import sys

from joblib._parallel_backends import SequentialBackend
from joblib.parallel import BatchedCalls, ParallelBackendBase

from insitu import _session, _task_batch, _user_pickle, tasks
from insitu._task_batch import Failed
from insitu.contexts import context_of
from insitu.errors import WorkerError

#: Arguments of several calls that are larger are sent once to each worker, as bytes; joblib's own limit for its memory maps.
_LARGE = 1_000_000
_PLAIN = (str, bytes, int, float, bool, type(None))


class _Shared:
    """Stands for an argument that is sent once for all calls."""

    def __init__(self, place):
        self.place = place


_limited = None  # the process whose libraries of threads keep to its share of the cores


def _limit_threads():
    """As joblib's own processes: those of linear algebra would otherwise take all cores in each worker."""
    global _limited
    if _limited != os.getpid():
        _limited = os.getpid()
        if "threadpoolctl" in sys.modules:
            sys.modules["threadpoolctl"].threadpool_limits(max(1, _session.option("numCoresToUse")))


def run_call(items, nested, shared):
    """What a task does: one batch of joblib. Shared arguments are made anew for it; large arrays in them are read-only views of
    what was sent, as with joblib's own memory maps."""
    def whole(value):
        if not isinstance(value, _Shared):
            return value
        data, buffers = shared[value.place]
        return pickle.loads(data, buffers=buffers)

    if shared:
        items = [(function, [whole(value) for value in args], {name: whole(value) for name, value in kwargs.items()})
                 for function, args, kwargs in items]
    if _task_batch.worker_number > 0:
        _limit_threads()
    return BatchedCalls(items, nested)()


def _shared_by(batches):
    """(places by id, what stands there) of large arguments that several calls have."""
    seen, shared, places = {}, [], {}
    for batch in batches:
        for _, args, kwargs in batch.items:
            for value in (*args, *kwargs.values()):
                if not isinstance(value, _PLAIN):
                    seen.setdefault(id(value), [value, 0])[1] += 1
    for value, times in seen.values():
        if times < 2:
            continue
        buffers = []
        try:
            data = _user_pickle.dumps(value, buffer_callback=buffers.append)
        except Exception:  # told when the call itself is sent
            continue
        buffers = [bytes(buffer.raw()) for buffer in buffers]
        if len(data) + sum(map(len, buffers)) > _LARGE:
            places[id(value)] = len(shared)
            shared.append((data, buffers))
    return places, shared


class _Calls:
    """Batches of joblib as the arguments of tasks."""

    def __init__(self, batches, nested):
        self.count = len(batches)
        self._batches, self._nested = batches, nested
        self._places, shared = _shared_by(batches)
        self.common = {"shared": shared}

    def _slim(self, value):
        place = self._places.get(id(value))
        return value if place is None else _Shared(place)

    def own(self, index):
        items = self._batches[index].items
        if self._places:
            items = [(function, [self._slim(value) for value in args], {name: self._slim(value) for name, value in kwargs.items()})
                     for function, args, kwargs in items]
        return {"items": items, "nested": self._nested}


class InsituBackend(ParallelBackendBase):
    """Runs joblib's calls in a compute context: ``compute_context``, or the one that is active when they run."""

    of_insitu = True
    default_n_jobs = -1
    supports_retrieve_callback = True

    def __init__(self, compute_context=None, nesting_level=None, inner_max_num_threads=None, **settings):
        super().__init__(nesting_level, inner_max_num_threads, **settings)
        self._context, self._waiting, self._parallel = compute_context, [], None
        self._submitted, self._jobs = 0, 1

    def effective_n_jobs(self, n_jobs):
        if n_jobs == 0:
            raise ValueError("n_jobs == 0 in Parallel has no meaning")
        # Inside a task, all cores have a task already.
        return 1 if n_jobs in (1, None) or _task_batch.now.running else tasks.workers_of(context_of(self._context))

    def configure(self, n_jobs=1, parallel=None, prefer=None, require=None, **settings):
        self._parallel = parallel
        jobs = self._jobs = self.effective_n_jobs(n_jobs)
        # A few calls for each worker would leave workers idle at the end of every few; calls wait here by reference.
        if jobs > 1 and parallel is not None and isinstance(parallel.pre_dispatch, str):
            parallel.pre_dispatch = "all"
        return jobs

    def compute_batch_size(self):
        """Ever more calls in a batch, none of which is more than a small part of all: a batch costs joblib more than a small call."""
        return 1 + self._submitted // (32 * self._jobs)

    def submit(self, func, callback=None):
        self._waiting.append((func, callback))
        self._submitted += len(func)

    def start_call(self):
        self._waiting, self._submitted = [], 0

    def retrieve_result_callback(self, out):
        if isinstance(out, Failed):
            raise out.error
        return out

    @contextlib.contextmanager
    def retrieval_context(self):
        """All is dispatched: runs it. What comes back may dispatch more."""
        while self._waiting:
            calls, self._waiting = self._waiting, []
            self._run(calls)
        yield

    def _run(self, calls):
        give = [callback for _, callback in calls]
        timeout = getattr(self._parallel, "timeout", None)
        outcome = tasks.Collected(len(calls), at_once=lambda index, value: give[index](value))
        tasks.run_together(run_call, _Calls([batch for batch, _ in calls], self.get_nested_backend()), outcome, context_of(self._context), timeout)
        outcome.tell_warnings("joblib")
        if outcome.failed:
            first = min(outcome.failed)
            error = outcome.failed[first]
            if isinstance(error, WorkerError) and "longer than its limit" in str(error):
                error = multiprocessing.TimeoutError(str(error))  # as joblib's own backends
            give[first](Failed(error))

    def abort_everything(self, ensure_ready=True):
        self._waiting = []

    def get_nested_backend(self):
        return SequentialBackend(nesting_level=(self.nesting_level or 0) + 1), None
