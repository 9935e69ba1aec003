"""Compute contexts: values that say where a call computes. One of them is active; a call may name another."""

from __future__ import annotations

import contextlib
import inspect
import os
import sys
from collections.abc import Iterator
from typing import Any, Optional, Union

import numpy as np

from insitu import _session
from insitu._types import Context, Names, Path
from insitu.errors import InvalidArgument, shown


def as_paths(value, what="a path"):
    """A list of paths (or names) from one or several; None stays. Raises InvalidArgument."""
    if value is None:
        return None
    if isinstance(value, (str, os.PathLike)):
        value = [value]
    try:
        return [os.fspath(each) for each in value if not isinstance(value, (bytes, dict))]
    except Exception:  # what walking through a user's object raises
        raise InvalidArgument(f"{what} must be a string or a list of strings, not {shown(value)}") from None


class _Generator(type):
    """RxComputeContext("RxLocalSeq", ...) makes the context of that name, as in RevoScaleR."""

    @property
    def __signature__(cls):
        """That of the constructor, for help and editors."""
        whole = inspect.signature(cls.__init__)
        return whole.replace(parameters=list(whole.parameters.values())[1:])

    def __call__(cls, *args, **settings):
        if cls is RxComputeContext and (args or "compute_context" in settings):
            return _from(*args, **settings) if args else _from(settings.pop("compute_context"), **settings)
        if cls is RxForeachDoPar and isinstance(settings.get("backend"), str) and settings["backend"] == "mpi":
            return _CLASSES["RxMpi"](*args, **{name: value for name, value in settings.items() if name != "backend"})
        return super().__call__(*args, **settings).in_place()


class RxComputeContext(metaclass=_Generator):
    """Base of all compute contexts."""

    #: Whether analyses run on several machines.
    distributed = False
    #: What requests of tasks say besides, where these are for rows that the context keeps; None: they do not say it.
    over = {}
    #: Whether files are those of another machine: paths go there as they are.
    elsewhere = False
    _settings = ("data_path", "out_data_path", "wait")
    #: Settings that are printed where they differ from this.
    _usual = {"wait": True}

    def __init__(self, object: Optional[RxComputeContext] = None, data_path: Union[Path, Names, None] = None,
                 out_data_path: Union[Path, Names, None] = None, wait: bool = True) -> None:
        if not isinstance(wait, (bool, np.bool_)):
            raise InvalidArgument(f"{type(self).__name__}: wait must be True or False, not {shown(wait)}")
        self.wait = bool(wait)
        self.data_path = as_paths(data_path, f"{type(self).__name__}: data_path")
        self.out_data_path = as_paths(out_data_path, f"{type(self).__name__}: out_data_path")
        if object is not None:
            if not isinstance(object, RxComputeContext):
                raise InvalidArgument(f"{type(self).__name__}: object must be a compute context, not {shown(object)}")
            self.data_path = self.data_path or object.data_path
            self.out_data_path = self.out_data_path or object.out_data_path

    def descriptor(self):
        """What the engine is told (docs/requests.md)."""
        return {"type": type(self).__name__, "numCoresToUse": _session.option("numCoresToUse")}

    def modified(self, **changes: Any) -> RxComputeContext:
        """A copy with some settings changed."""
        for name in changes:
            if name not in self._settings:
                raise InvalidArgument(
                    f"{type(self).__name__}: unknown setting {name!r}; settings: {', '.join(self._settings)}"
                )
        current = {name: getattr(self, name) for name in self._settings}
        return type(self)(**{**current, **changes})

    def same_place(self, other: RxComputeContext) -> bool:
        """Whether both compute on the same head node with the same shared folder."""
        return type(self) is type(other) and all(getattr(self, n) == getattr(other, n) for n in self._settings if n != "wait")

    def jobs_folder(self):
        """The folder of its jobs; None: that of the user."""
        return None

    def path_of_jobs(self):
        """What the paths of its jobs begin with; None: the folder of the user."""
        return self.jobs_folder()

    def in_place(self):
        """What the constructor gives: another context where this one computes elsewhere."""
        return self

    def goes_on(self):
        """Whether the work of a call that waits goes on elsewhere when the user interrupts it."""
        return False

    def __eq__(self, other):
        return type(self) is type(other) and all(getattr(self, n) == getattr(other, n) for n in self._settings)

    __hash__ = None

    def __repr__(self):
        lines = [f"{n} = {getattr(self, n)!r}" for n in self._settings
                 if getattr(self, n) is not None and (n not in self._usual or getattr(self, n) != self._usual[n])]
        return "\n".join([f"{type(self).__name__} Compute Context", *("    " + s for s in lines)])


class RxLocalSeq(RxComputeContext):
    """This machine: analyses use all cores (option ``numCoresToUse``); ``rx_exec`` runs one task after the other.

    Parameters
    ----------
    object : compute context
        A compute context whose paths are taken over.
    data_path : str or list of str
        Folders searched for input files, in order.
    out_data_path : str or list of str
        Folders for output files; the first that exists is used.
    wait : bool
        Calls return when they are done; False: analyses and calls that write return a job at once (docs/jobs.md).

    Raises
    ------
    InvalidArgument
        A path or the object is of the wrong kind.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.RxLocalSeq(data_path="data")
    RxLocalSeq Compute Context
        data_path = ['data']
    """


class RxLocalParallel(RxComputeContext):
    """This machine: analyses as in RxLocalSeq; ``rx_exec`` runs tasks in parallel.

    Parameters
    ----------
    object : compute context
        A compute context whose paths are taken over.
    data_path : str or list of str
        Folders searched for input files, in order.
    out_data_path : str or list of str
        Folders for output files; the first that exists is used.
    wait : bool
        Calls return when they are done; False: analyses and calls that write return a job at once (docs/jobs.md).

    Raises
    ------
    InvalidArgument
        A path or the object is of the wrong kind.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.RxLocalParallel(data_path="data")
    RxLocalParallel Compute Context
        data_path = ['data']
    """


class RxForeachDoPar(RxComputeContext):
    """This machine: analyses as in RxLocalSeq; ``rx_exec`` runs tasks through a backend of others.

    Parameters
    ----------
    object : compute context
        A compute context whose paths are taken over.
    data_path : str or list of str
        Folders searched for input files, in order.
    out_data_path : str or list of str
        Folders for output files; the first that exists is used.
    wait : bool
        Calls return when they are done; False: analyses and calls that write return a job at once (docs/jobs.md).
    backend : 'joblib', 'mpi', executor or client
        What runs tasks: ``"joblib"``, as ``joblib.parallel_config`` or ``parallel_backend`` says, else on all cores; an executor
        of ``concurrent.futures``; a client of dask; any object whose ``submit`` returns futures. None: worker processes, as
        in RxLocalParallel. ``"mpi"``: the context is an RxMpi, which runs analyses too.

    Raises
    ------
    InvalidArgument
        A path, the object or the backend is of the wrong kind.

    Examples
    --------
    >>> import insitu as rx
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(2) as pool:
    ...     rx.rx_exec(lambda x: x ** 2, x=[1, 2, 3], compute_context=rx.RxForeachDoPar(backend=pool))
    [1, 4, 9]
    """

    _settings = ("data_path", "out_data_path", "wait", "backend")

    def __init__(self, object: Optional[RxComputeContext] = None, data_path: Union[Path, Names, None] = None,
                 out_data_path: Union[Path, Names, None] = None, wait: bool = True, backend: Any = None) -> None:
        super().__init__(object, data_path, out_data_path, wait)  # backend 'mpi' makes another class
        by_name = isinstance(backend, str) and backend == "joblib"  # other things compare in their own way
        if backend is not None and not by_name and (isinstance(backend, type) or not callable(getattr(backend, "submit", None))):
            raise InvalidArgument("RxForeachDoPar: backend must be 'joblib', 'mpi', an executor of concurrent.futures or a client of dask, "
                                  f"not {shown(backend)}")
        self.backend = backend


class RxProcesses(RxComputeContext):
    """Worker processes of this machine; the same bits as RxLocalSeq.

    Parameters
    ----------
    num_workers : int
        Number of workers; -1: one for each core. It may come first: ``RxProcesses(2)``.
    worker : list of str
        Command line of the worker program; by default the one that comes with the package.
    object, data_path, out_data_path, wait
        As in RxLocalSeq.

    Raises
    ------
    InvalidArgument
        The number of workers is no whole number, or a path or the object is of the wrong kind.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_summary("~x", {"x": [1.0, 2.0, 6.0]}, compute_context=rx.RxProcesses(2)).to_frame()["Mean"].tolist()
    [3.0]
    """

    _settings = ("num_workers", "worker", "data_path", "out_data_path", "wait")

    def __init__(self, object: Union[RxComputeContext, int, None] = None, num_workers: int = -1, worker: Optional[Names] = None,
                 data_path: Union[Path, Names, None] = None, out_data_path: Union[Path, Names, None] = None,
                 wait: bool = True) -> None:
        if isinstance(object, int) and not isinstance(object, bool):  # RxProcesses(2)
            if num_workers != -1:
                raise InvalidArgument("RxProcesses: num_workers is given twice")
            object, num_workers = None, object
        super().__init__(object, data_path, out_data_path, wait)
        if isinstance(num_workers, bool) or not isinstance(num_workers, int):
            raise InvalidArgument(f"RxProcesses: num_workers must be a whole number, not {shown(num_workers)}")
        self.num_workers = num_workers
        self.worker = as_paths(worker, "RxProcesses: worker")

    def descriptor(self):
        found = {"type": "RxProcesses", "numWorkers": self.num_workers}
        command = self.worker or packaged_worker()
        if command:
            found["worker"] = [command] if isinstance(command, str) else list(command)
        return found


def packaged_worker():
    """The worker that comes with the package; None: there is none."""
    path = os.path.join(os.path.dirname(__file__), "bin", "insitu-worker")
    return path if os.access(path, os.X_OK) else None


def python_worker():
    """Command line of a worker that runs functions written in Python."""
    return [sys.executable, "-m", "insitu.worker"]


_CLASSES = {c.__name__: c for c in (RxLocalSeq, RxLocalParallel, RxForeachDoPar, RxProcesses)}
_NICKNAMES = {"local": RxLocalSeq, "localpar": RxLocalParallel, "dopar": RxForeachDoPar, "processes": RxProcesses}


def register_context(kind, nickname):
    """Makes a class of contexts known by its name and a nickname."""
    _CLASSES[kind.__name__] = kind
    _NICKNAMES[nickname] = kind


_session.activate(RxLocalSeq())


def _from(value, **changes):
    """A context from an object, a class, a class name or a nickname."""
    if isinstance(value, RxComputeContext):
        return value.modified(**changes) if changes else value
    if isinstance(value, type) and issubclass(value, RxComputeContext):
        return value(**changes)
    known = {**_CLASSES, **_NICKNAMES}
    if isinstance(value, str):
        found = next((c for n, c in known.items() if n.lower() == value.lower()), None)
        if found is not None:
            return found(**changes)
    raise InvalidArgument(f"unknown compute context: {shown(value)}; known: {', '.join(known)}")


def rx_set_compute_context(compute_context: Context, **kwargs: Any) -> RxComputeContext:
    """Makes a compute context the active one: an object, a class name or a nickname; keyword arguments change settings of a copy.

    Parameters
    ----------
    compute_context : compute context, its class or its name
        The context to compute in.

    Returns
    -------
    RxComputeContext
        The context that was active before.

    Raises
    ------
    InvalidArgument
        There is no such context, or it has no such setting.

    Examples
    --------
    >>> import insitu as rx
    >>> before = rx.rx_set_compute_context("localpar")
    >>> type(rx.rx_set_compute_context(before)).__name__
    'RxLocalParallel'
    """
    return _session.activate(_from(compute_context, **kwargs))


def rx_get_compute_context() -> RxComputeContext:
    """The active compute context.

    Returns
    -------
    RxComputeContext
        The context that calls use which name none.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_get_compute_context()
    RxLocalSeq Compute Context
    """
    return _session.active_context()


@contextlib.contextmanager
def rx_set_temp_compute_context(compute_context: Context) -> Iterator[RxComputeContext]:
    """``with rx_set_temp_compute_context(cc):`` computes there and restores the context before at the end.

    Parameters
    ----------
    compute_context : compute context, its class or its name
        The context to compute in.

    Returns
    -------
    context manager
        ``as`` gives the compute context.

    Raises
    ------
    InvalidArgument
        There is no such context.

    Examples
    --------
    >>> import insitu as rx
    >>> with rx.rx_set_temp_compute_context("localpar") as context:
    ...     type(context).__name__
    'RxLocalParallel'
    """
    before = rx_set_compute_context(compute_context)
    try:
        yield rx_get_compute_context()
    finally:
        rx_set_compute_context(before)


def context_of(value):
    """The context that a call uses: its own argument or the active one."""
    return _session.active_context() if value is None else _from(value)
