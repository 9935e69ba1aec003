"""Calling one function many times, here or in workers: rx_exec and what belongs to it (docs/exec.md)."""

from __future__ import annotations

import contextlib
import json
import numbers
import os
import pickle
import sys
import warnings
from typing import Any, Callable, Dict, List, Optional, Union

import numpy as np

from insitu import _engine, _explain, _jobs, _session, _task_batch, _task_pool, _task_settings
from insitu._plain_values import plain
from insitu._task_batch import Failed, KeptNumbers, Tasks
from insitu._task_code import Shipment, checked_packages
from insitu._types import Context, Names
from insitu.contexts import RxForeachDoPar, RxLocalSeq, context_of, python_worker
from insitu.database_contexts import InDatabase
from insitu.errors import InsituWarning, InvalidArgument, UserCodeError, WorkerError, shown, text_of_error, warn

#: Objects above it are named when they are sent.
_LARGE = 10_000_000
#: Kinds of random numbers of the original's documentation. Here each is Philox (docs/exec.md).
RNG_KINDS = ("auto", "MCG31", "R250", "MRG32K3A", "MCG59", "MT19937", "MT2203", "SFMT19937", "SOBOL", "NIEDERR", "L'Ecuyer-CMRG", "Philox")


class rx_elem_arg:
    """Marks a sequence of which each task of rx_exec gets one element.

    Parameters
    ----------
    x : sequence
        A list, tuple, array, Series or range; its length is the number of tasks.

    Raises
    ------
    InvalidArgument
        It is no sequence.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_exec(lambda x, n: x ** n, n=2, x=rx.rx_elem_arg(range(4)))
    [0, 1, 4, 9]
    """

    def __init__(self, x: Any) -> None:
        # Of a data frame its columns' names would be dealt out, of a set whatever order it has in this process.
        if isinstance(x, (str, bytes, dict, set, frozenset, type)) or hasattr(x, "columns") or not hasattr(x, "__len__") or getattr(x, "shape", None) == ():
            raise InvalidArgument(f"rx_elem_arg: x must be a list, a tuple or an array, not {shown(x)}")
        self.items = list(x)


class RxExecManifest:
    """What rx_exec would send with a function: ``name``, ``kind`` and ``bytes`` of each item; prints as a table."""

    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return iter(self.items)

    def __len__(self):
        return len(self.items)

    def to_frame(self) -> Any:
        """A pandas DataFrame with a row for each item."""
        import pandas

        return pandas.DataFrame(self.items, columns=["name", "kind", "bytes"])

    def __repr__(self):
        rows = [("name", "kind", "bytes"), *((n, k, f"{b:,}") for n, k, b in self.items)]
        widths = [max(len(row[i]) for row in rows) for i in range(3)]
        return "\n".join(f"{n:<{widths[0]}}  {k:<{widths[1]}}  {b:>{widths[2]}}" for n, k, b in rows)


class _Calls:
    """The arguments of the tasks: ``common`` those of all, ``own(i)`` those of one."""

    def __init__(self, args, times_to_run, named):
        sets = None
        self.common, self._fans = {}, {}
        if isinstance(args, dict):
            self.common.update(args)
        elif args is not None:
            sets = list(args) if isinstance(args, (list, tuple)) else None
            if sets is None or not all(isinstance(each, dict) for each in sets):
                raise InvalidArgument(f"rx_exec: args must be a dict, or a list of dicts with one for each task, not {shown(args)}")
            if len(sets) == 1:
                self.common.update(sets.pop())
                sets = None
        lengths = {"args": len(sets)} if sets is not None else {}
        for name, value in named.items():
            items = value.items if isinstance(value, rx_elem_arg) else value if isinstance(value, list) else None
            if items is None:
                self.common[name] = value
            elif len(items) == 1 and not isinstance(value, rx_elem_arg):
                self.common[name] = items[0]
            else:
                self._fans[name] = items
                lengths[name] = len(items)
        for arguments in [args] if isinstance(args, dict) else args or []:
            odd = next((name for name in arguments if not isinstance(name, str)), None)
            if odd is not None:
                raise InvalidArgument(f"rx_exec: args must have names of arguments as keys, not {shown(odd)}")
            twice = next((name for name in arguments if name in named), None)
            if twice is not None:
                raise InvalidArgument(f"rx_exec: {twice} is given twice, in args and as an argument of its own; leave one of them out")
        times = _whole(times_to_run, "times_to_run", -1)
        if times > 0:
            lengths["times_to_run"] = times
        elif times == 0:
            raise InvalidArgument("rx_exec: times_to_run must be at least 1, or -1 for as many as there are arguments")
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{name} says {length}" for name, length in lengths.items())
            raise InvalidArgument(f"rx_exec: the number of tasks is not clear: {told}; give them one length")
        self.count = next(iter(lengths.values()), 1)
        self._sets = sets

    def parts(self):
        """All of it, as it goes to the runner of a job."""
        return {"common": self.common, "fans": self._fans, "sets": self._sets, "count": self.count}

    @classmethod
    def of(cls, parts):
        """What ``parts`` has given."""
        calls = cls.__new__(cls)
        calls.common, calls._fans, calls._sets, calls.count = parts["common"], parts["fans"], parts["sets"], parts["count"]
        return calls

    def own(self, index):
        values = {name: items[index] for name, items in self._fans.items()}
        if self._sets is not None:
            values.update(self._sets[index])
        return values


def _whole(value, name, least):
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise InvalidArgument(f"rx_exec: {name} must be a whole number from {least} on, not {shown(value)}")
    return int(value)


def _seed(rng_seed, rng_kind):
    """The key of the streams of random numbers; None: tasks draw what they like."""
    if rng_kind is not None and rng_kind not in RNG_KINDS:
        raise InvalidArgument(f"rx_exec: rng_kind must be one of {', '.join(map(repr, RNG_KINDS))}, not {shown(rng_kind)}")
    if rng_seed is None and rng_kind is None:
        return None
    if rng_seed is None or rng_seed == "auto":
        return int(np.random.randint(0, 2**31 - 1))  # a caller who has seeded gets the same again
    if isinstance(rng_seed, bool) or not isinstance(rng_seed, (int, np.integer)) or not 0 <= rng_seed < 2**64:
        raise InvalidArgument(f"rx_exec: rng_seed must be 'auto' or a whole number from 0 to 2**64 - 1, not {shown(rng_seed)}")
    return int(rng_seed)


class TasksWarned(InsituWarning):
    """Some tasks warned; ``texts``: of what."""

    texts = ()


class TasksFailed(InsituWarning):
    """Some tasks hold their error."""


class Collected:
    """The slots of the result, filled in any order; ``callback`` gets them in theirs, ``at_once(index, value)`` those that did not
    fail as they come."""

    def __init__(self, count, callback=None, at_once=None):
        self.slots, self.warned, self.failed = [None] * count, {}, {}
        self._there, self._next, self._callback, self._at_once = bytearray(count), 0, callback, at_once

    def put(self, index, value, warned=()):
        if isinstance(value, Failed):
            value = self.failed[index] = value.error
        elif self._at_once is not None:
            self._at_once(index, value)
        self.slots[index] = value
        self._there[index] = 1
        if warned:
            self.warned[index] = warned
        while self._next < len(self.slots) and self._there[self._next]:
            self._next += 1
            if self._callback is not None:
                self._callback(self.slots[self._next - 1])

    def tell_warnings(self, caller):
        if self.warned:
            told = "; ".join(f"task {i}: {', '.join(texts)}" for i, texts in sorted(self.warned.items())[:10])
            warning = TasksWarned(f"{caller}: {len(self.warned)} of {len(self.slots)} tasks warned, counted from 0: {told}"
                                  + (" ..." if len(self.warned) > 10 else ""))
            warning.texts = [text for _, texts in sorted(self.warned.items()) for text in texts]
            warn(warning)

    def finish(self, continue_on_failure):
        if self.failed and not continue_on_failure:
            error = self.failed[min(self.failed)]
            if isinstance(error, Exception):
                raise error
            # SystemExit and KeyboardInterrupt would end the session of the caller, the first without a word.
            raise UserCodeError(f"{type(error).__name__}: {text_of_error(error)}") from error
        self.tell_warnings("rx_exec")
        if self.failed:
            told = "; ".join(f"task {i}: {type(e).__name__}: {text_of_error(e)}" for i, e in sorted(self.failed.items())[:10])
            warn(TasksFailed(f"rx_exec: {len(self.failed)} of {len(self.slots)} tasks failed, counted from 0, and hold their error: {told}"
                             + (" ..." if len(self.failed) > 10 else "")))
        return self.slots


@contextlib.contextmanager
def telling_warnings(caller):
    """For calls of rx_exec over groups: their warnings are told, and not which tasks failed, which the groups' status says."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        yield
    for each in told:
        if isinstance(each.message, TasksWarned):
            texts = each.message.texts
            warn(f"{caller}: {'; '.join(texts[:10])}" + (" ..." if len(texts) > 10 else ""))
        elif not isinstance(each.message, TasksFailed):
            warn(each.message)


class _Host:
    """The side of rx_exec that the engine asks: arguments out, values in."""

    def __init__(self, shipment, calls, shared, collected, level):
        self._shipment, self._calls, self.shared, self._collected = shipment, calls, shared, collected
        self._level = level
        self._shown = False

    def arguments(self, first, count):
        own = [self._calls.own(first + i) for i in range(count)]
        return self._shipment.dumps(own, f"arguments of tasks {first} to {first + count - 1}")

    def done(self, first, count, values):
        found, told = pickle.loads(values)
        for i, value in enumerate(found):
            self._collected.put(first + i, value, told.get(i, ()))

    def failed(self):
        return self._collected.failed

    def lost(self, index, why):
        self._collected.put(index, Failed(WorkerError(f"task {index}: {why}")))

    def progress(self, total, done, running, failed, seconds):
        if self._level < 1 or not sys.stderr.isatty():
            return
        over = done == total
        if seconds < 1 and not self._shown:
            return
        self._shown = True
        left = f"  ETA {seconds / done * (total - done):.0f} s" if done and not over else ""
        sys.stderr.write(f"\r\x1b[KTasks: {done:,} of {total:,} done, {running:,} running, {failed:,} failed{left}" + ("\n" if over else ""))
        sys.stderr.flush()


def _here(tasks, calls, collected, continue_on_failure):
    """One task after the other in this process."""
    scope = getattr(tasks.function, "__globals__", {})
    before = {name: scope[name] for name in tasks.names if name in scope}
    absent = set(tasks.names) - set(before)

    def run_all():
        tasks.prepare()
        for index in range(calls.count):
            collected.put(index, *tasks.run(index, calls.own(index)))
            _jobs.tell_progress(index + 1, calls.count, len(collected.failed))
            if collected.failed and not continue_on_failure:
                return

    try:
        if tasks.seed is None:
            return run_all()
        with KeptNumbers():
            run_all()
    finally:
        scope.update(before)
        for name in absent:
            scope.pop(name, None)


def rx_exec(function: Callable[..., Any], args: Union[Dict[str, Any], List[Dict[str, Any]], None] = None, times_to_run: int = -1,
            task_chunk_size: Optional[int] = None, compute_context: Optional[Context] = None, local_state: Optional[Dict[str, Any]] = None,
            callback: Optional[Callable[[Any], Any]] = None, continue_on_failure: bool = True, *, rng_seed: Union[int, str, None] = None,
            rng_kind: Optional[str] = None, packages_to_load: Optional[Names] = None, task_timeout: Optional[float] = None,
            console_output: Optional[bool] = None, **kwargs: Any) -> List[Any]:
    """Calls a function many times: one after the other in RxLocalSeq, in worker processes in RxLocalParallel and RxProcesses,
    through joblib, an executor or a dask client in RxForeachDoPar.

    Parameters
    ----------
    function : callable
        What is called. It travels with the names that it uses (rx_exec_manifest shows them), not with the whole workspace.
    args : dict or list of dict
        Arguments by name: a dict for all tasks, or a list with one dict for each.
    times_to_run : int
        Number of tasks; -1: as many as `args` or a list among the keyword arguments has, else 1.
    task_chunk_size : int
        Tasks that a worker is given at once; by default as many as take a tenth of a second. It never changes a result.
    compute_context : compute context, its class or its name
        Where the tasks run; the active compute context by default.
    local_state : dict
        Objects that the function finds under these names, as if its module defined them.
    callback : callable
        Called with each value, in the order of the tasks.
    continue_on_failure : bool
        A task that fails leaves its error in its place, and a warning names it. False: the first failing task's error is raised.
    rng_seed : int or 'auto'
        Each task gets a stream of random numbers of its own, whatever runs it: numpy.random, random and rx_task_rng().
    rng_kind : str
        A kind of the original's documentation; every one is Philox here.
    packages_to_load : str or list of str
        Packages that are imported before the first task.
    task_timeout : float
        Seconds after which a task is ended and counts as failed; needs worker processes.
    console_output : bool
        Show what tasks print in workers.
    **kwargs
        More arguments of the function. A list is dealt out, an element to each task, one of length 1 to all: wrap a list that
        is an argument itself in another list. Where the function has an argument of a name above, use `args`.

    Returns
    -------
    list
        The value of each task, or its error, in order; in a compute context with ``wait=False`` an RxRemoteJob that will have it.

    Raises
    ------
    InvalidArgument
        Lengths disagree, a name that the function uses is not defined, or something cannot be sent to workers.
    Unsupported
        The compute context runs no tasks.
    WorkerError
        Workers cannot be started.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_exec(lambda x, power: x ** power, x=[1, 2, 3], power=2)
    [1, 4, 9]
    >>> rx.rx_exec(lambda n: sum(range(n)), [{"n": 10}, {"n": 100}], compute_context=rx.RxProcesses(2))
    [45, 4950]
    """
    if not callable(function):
        raise InvalidArgument(f"rx_exec: function must be callable, not {shown(function)}")
    if callback is not None and not callable(callback):
        raise InvalidArgument(f"rx_exec: callback must be callable, not {shown(callback)}")
    context = context_of(compute_context)
    names = dict(local_state or {})
    calls = _Calls(args, times_to_run, kwargs)
    chunk = 0 if task_chunk_size is None else _whole(task_chunk_size, "task_chunk_size", 1)
    packages = checked_packages(packages_to_load)
    for name, flag in (("continue_on_failure", continue_on_failure), ("console_output", console_output)):
        if not isinstance(flag, (bool, np.bool_)) and not (flag is None and name == "console_output"):
            raise InvalidArgument(f"rx_exec: {name} must be True or False, not {shown(flag)}")
    if task_timeout is not None and (isinstance(task_timeout, bool) or not isinstance(task_timeout, numbers.Real)
                                     or not 0 < task_timeout < float("inf")):
        raise InvalidArgument(f"rx_exec: task_timeout must be a number of seconds above 0, not {shown(task_timeout)}")
    _check_timeout(context, task_timeout)
    tasks = Tasks(function, calls.common, packages, names, _seed(rng_seed, rng_kind))
    shipment = _shipment(tasks)
    how = {"chunk": chunk, "timeout": float(task_timeout or 0), "continue_on_failure": bool(continue_on_failure)}
    if not (context.wait or _task_batch.now.running or _jobs.everybody_waits()):
        _check_timeout(_jobs.context_of_runner(context), task_timeout)
        _leave_explained({"count": calls.count}, shipment, calls, context, job=True)
        return _submit(context, tasks, calls, shipment, how, callback, console_output)
    return _run(context, tasks, calls, shipment, callback, bool(console_output), **how)


def _backend_of(context):
    return context.backend if isinstance(context, RxForeachDoPar) else None


def _is_here(context):
    """Whether tasks run in this process, one after the other. Inside a task, all cores have a task already."""
    return isinstance(context, (RxLocalSeq, InDatabase)) or _task_batch.now.running


def _check_timeout(context, timeout):
    if timeout is not None and not _task_batch.now.running and (_is_here(context) or _backend_of(context) is not None):
        raise InvalidArgument("rx_exec: task_timeout needs worker processes, which can be ended: use RxLocalParallel or RxProcesses")


def _run(context, tasks, calls, shipment, callback, console_output, **how):
    """The values of the tasks, in a context that waits."""
    collected = Collected(calls.count, callback)
    _collect(context, tasks, calls, shipment, collected, console_output, **how)
    return collected.finish(how["continue_on_failure"])


def _collect(context, tasks, calls, shipment, collected, console_output, chunk, timeout, continue_on_failure):
    """Runs tasks where ``context`` says; ``collected`` gets what comes of them."""
    if _is_here(context):
        _leave_explained({"count": calls.count}, shipment, calls, context, place="this process, one task after the other")
        return _here(tasks, calls, collected, continue_on_failure)
    if _backend_of(context) is not None:
        _leave_explained({"count": calls.count}, shipment, calls, context, place="the backend of RxForeachDoPar")
    options = {name: value for name, value in _session.options().items() if name != "numCoresToUse"}
    # Those of a backend's workers are the backend's own.
    settings = _task_settings.taken() if _backend_of(context) is None else None
    shared = pickle.dumps((sys.path, options, settings, shipment.dumps(tasks, f"the function {shipment.name!r} or an argument of all tasks")))
    level = _session.option("reportProgress")
    if len(shared) > _LARGE and level > 0:
        _tell_large(shipment, calls)
    host = _Host(shipment, calls, shared, collected, level)
    if _backend_of(context) is not None:
        return _task_pool.run(context.backend, host, calls.count, chunk, not continue_on_failure)
    document = {"op": "exec", "face": "python", "context": context.descriptor(), "count": calls.count, "language": "python",
                "worker": python_worker(), "taskChunkSize": chunk, "taskTimeout": timeout,
                "continueOnFailure": continue_on_failure, "consoleOutput": console_output, "reportProgress": level}
    document = {key: value for key, value in {**document, **context.over}.items() if value is not None}
    _leave_explained(document, shipment, calls, context)
    text, _, _ = _engine.run(json.dumps(plain({**document, "execution": True})), [], {}, None, warn, _print, host)
    _explain.executed(json.loads(text).get("execution"))


def run_together(function, calls, collected, context, task_timeout=None):
    """Tasks of which none is of use without the others: the first failing one ends those behind it. ``calls``: count, common, own(i)."""
    _check_timeout(context, task_timeout)
    tasks = Tasks(function, calls.common)
    _collect(context, tasks, calls, _shipment(tasks), collected, False, 0, task_timeout or 0, False)


def workers_of(context):
    """How many tasks run at once in a context."""
    cores = os.cpu_count() or 1
    if isinstance(context, (RxLocalSeq, InDatabase)):
        return 1
    if _backend_of(context) is not None:
        return _task_pool.workers_of(context.backend)
    wanted = next((n for n in (getattr(context, name, None) for name in ("num_workers", "num_ranks", "num_executors")) if n is not None),
                  _session.option("numCoresToUse"))
    return wanted if 1 <= wanted <= 1000 else cores


def _leave_explained(document, shipment, calls, context, place=None, **more):
    """Ends a call that is explained."""
    if not _explain.explains():
        return
    shipped = [] if place else [*shipment.items(), *((name, "argument", len(shipment.dumps(value, name))) for name, value in calls.common.items())]
    _explain.leave({"op": "exec", "face": "python", "context": context.descriptor(), "language": "python", **plain(document)}, place=place, **more,
                   shipped=[{"name": name, "kind": kind, "bytes": size} for name, kind, size in shipped])


def _submit(context, tasks, calls, shipment, how, callback, console_output):
    """The job of a call."""
    if callback is not None:
        raise InvalidArgument("rx_exec: callback is called in the session that waits, and a job has none: leave it out, or call in a "
                              "compute context with wait=True")
    backend = _backend_of(_jobs.context_of_runner(context))
    if not isinstance(backend, (str, type(None))):
        raise InvalidArgument(f"rx_exec: a job cannot use a {type(backend).__name__} of this session: use "
                              "RxForeachDoPar(backend='joblib', wait=False), or a compute context with wait=True")
    given = {"function": tasks.function, "packages": tasks.packages, "names": tasks.names, "seed": tasks.seed, "calls": calls.parts(),
             "how": how}
    told = [shipment.name, *(f"{name}={shown(value, 200)}" for name, value in calls.common.items())]
    return _jobs.submit_call(
        context, "rx_exec", given, f"rx_exec({', '.join(told)}): {calls.count:,} tasks", python_worker(),
        lambda kept: shipment.dumps(kept, f"the function {shipment.name!r} or an argument", calls.parts()), console_output)


@_jobs.calls("rx_exec")
def _in_job(given, context):
    calls = _Calls.of(given["calls"])
    tasks = Tasks(given["function"], calls.common, given["packages"], given["names"], given["seed"])
    shipment = _shipment(tasks)
    return _run(context, tasks, calls, shipment, None, True, **given["how"])


def _shipment(tasks):
    return Shipment(tasks.function, {*tasks.names, *(p.split(".")[0] for p in tasks.packages)})


def _print(text):
    print(text, end="" if text.endswith("\n") else "\n")


def _tell_large(shipment, calls):
    items = [*shipment.items(), *((f"argument {name}", "", len(shipment.dumps(value, name))) for name, value in calls.common.items())]
    large = ", ".join(f"{name} ({size / 1e6:,.0f} MB)" for name, _, size in items if size > _LARGE)
    print(f"rx_exec: sent once to each worker: {large or 'more than 10 MB'}", file=sys.stderr)


def rx_exec_manifest(function: Callable[..., Any], args: Optional[Dict[str, Any]] = None, **kwargs: Any) -> RxExecManifest:
    """What rx_exec would send to workers with a function: the names that it uses, found without running it.

    Parameters
    ----------
    function : callable
        The function.
    args, **kwargs
        Arguments of all tasks, as in rx_exec.

    Returns
    -------
    RxExecManifest
        Name, kind and bytes of each item; prints as a table; to_frame() is a data frame. Modules are imported by workers, not sent.

    Raises
    ------
    InvalidArgument
        A name that the function uses is not defined; the text says where.

    Examples
    --------
    >>> import insitu as rx
    >>> base = 10
    >>> [(name, kind) for name, kind, size in rx.rx_exec_manifest(lambda x: base * x)]
    [('<lambda>', 'function'), ('base', 'int')]
    """
    if not callable(function):
        raise InvalidArgument(f"rx_exec_manifest: function must be callable, not {shown(function)}")
    shipment = Shipment(function)
    given = {**(args or {}), **{name: v.items if isinstance(v, rx_elem_arg) else v for name, v in kwargs.items()}}
    return RxExecManifest([*shipment.items(), *((name, "argument", len(shipment.dumps(value, name))) for name, value in given.items())])


def rx_task_rng() -> np.random.Generator:
    """The random numbers of the running task: its own stream where rx_exec has a `rng_seed`, else fresh ones.

    Returns
    -------
    numpy.random.Generator
        Philox, at the task's own place.

    Examples
    --------
    >>> import insitu as rx
    >>> draw = lambda: int(rx.rx_task_rng().integers(100))
    >>> rx.rx_exec(draw, times_to_run=3, rng_seed=1) == rx.rx_exec(draw, times_to_run=3, rng_seed=1)
    True
    """
    return np.random.default_rng() if _task_batch.now.numbers is None else _task_batch.now.numbers


def rx_remote_get_id() -> int:
    """The number of the worker that runs the task, from 1; -1 in the caller's own process.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_remote_get_id()
    -1
    """
    return _task_batch.worker_number


_thread_pool = False


def rx_get_enable_thread_pool() -> bool:
    """What rx_set_enable_thread_pool was given last; False at first.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_get_enable_thread_pool()
    False
    """
    return _thread_pool


def rx_set_enable_thread_pool(enable: bool) -> bool:
    """Accepted for scripts that call it in tasks: the engine starts threads when it computes and needs no pool kept.

    Parameters
    ----------
    enable : bool
        Whether threads are kept between calls.

    Returns
    -------
    bool
        The value before.

    Raises
    ------
    InvalidArgument
        It is neither True nor False.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_set_enable_thread_pool(False)
    False
    """
    global _thread_pool
    if not isinstance(enable, (bool, np.bool_)):
        raise InvalidArgument(f"rx_set_enable_thread_pool: enable must be True or False, not {shown(enable)}")
    before, _thread_pool = _thread_pool, bool(enable)
    return before
