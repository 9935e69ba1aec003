"""Jobs: requests that a process of their own runs, which outlives this one (docs/jobs.md)."""

from __future__ import annotations

import base64
import contextlib
import contextvars
import datetime
import enum
import importlib.util
import json
import math
import os
import pickle
import sys
import time
from typing import Any, Optional

import numpy as np

from insitu import _engine, _session, _task_settings, _user_pickle
from insitu._plain_values import plain
from insitu.contexts import RxComputeContext, context_of
from insitu.errors import DataError, InvalidArgument, shown

#: What makes the value of a public function of the engine's reply and what was kept of the call: by kind. All are filled by
#: the decorator ``makes``.
MAKERS: dict[str, Any] = {}

#: What the runner of a job calls for a call of this language, by the name of the public function: filled by ``calls``.
CALLS: dict[str, Any] = {}

#: Depth and number of values up to which a result is written for other languages, too.
_MOST_DEPTH, _MOST_VALUES = 20, 1_000_000

_waits: contextvars.ContextVar[bool] = contextvars.ContextVar("insitu_waits", default=False)
_last: Any = None


def makes(kind):
    """Registers a maker; it gets the reply, and a dict of what was kept, which is empty for a job of another language."""

    def register(function):
        MAKERS[kind] = function
        return function

    return register


def calls(name):
    """Registers what makes a call of this language in the runner of its job: it gets what ``submit_call`` was given, and the
    compute context."""

    def register(function):
        CALLS[name] = function
        return function

    return register


@contextlib.contextmanager
def waiting():
    """Calls inside wait for their results in every context."""
    token = _waits.set(True)
    try:
        yield
    finally:
        _waits.reset(token)


def everybody_waits():
    """Whether calls wait whatever their context says."""
    return _waits.get()


class Packet:
    """Bytes that go along with an operation on jobs (``shared``), or come with its reply (``came``)."""

    def __init__(self, shared=b""):
        self.shared, self.came = shared, None

    def done(self, first, count, values):
        self.came = values


def engine(op, streams=(), tell=lambda text: None, packet=None, **keys):
    """The reply of an operation on jobs: its text, arrays and streams."""
    document = {"op": op, "face": "python", "reportProgress": 0, **{k: v for k, v in keys.items() if v is not None}}
    return _engine.run(json.dumps(document), list(streams), {}, None, tell, lambda text: None, packet)


def ask(op, **keys):
    """The document of the reply."""
    return json.loads(engine(op, **keys)[0])


def _packed_bytes(value):
    """Functions of the user go by cloudpickle, where it is there."""
    packer = _user_pickle if importlib.util.find_spec("cloudpickle") else pickle
    return packer.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def _packed(kept):
    """What was kept as text."""
    return base64.b64encode(_packed_bytes(kept)).decode()


def interactive():
    """Whether somebody sits at this session."""
    return hasattr(sys, "ps1") or bool(sys.flags.interactive) or "ipykernel" in sys.modules


def submit(context, document, streams, maker, kept, worker, attended=False):
    """Starts a job of a request to the engine and returns it; ``attended``: this call waits for it."""
    call = kept.get("call") or document["op"]
    kept = {name: value for name, value in kept.items() if value is not None}
    finish = {"kind": maker, "value": kept.get("value"), "python": _packed(kept)}
    return _start(context, document, call, worker, finish, streams=streams, attended=attended)


def submit_call(context, name, given, call, worker, dumps, console_output=None):
    """Starts a job of a call that the runner makes (``CALLS[name]``) and returns it. ``call``: as lists show it; ``dumps``: makes
    bytes of ``given`` and what goes with it."""
    active = _session.active_context()
    kept = {"name": name, "given": given, "context": _that_waits(context), "active": active and _that_waits(active, context),
            "options": _session.options(), "settings": _task_settings.taken()}
    packet = Packet(pickle.dumps((sys.path, dumps(kept))))
    request = {"op": "call", "language": "python", "function": name, "context": context.descriptor()}
    return _start(context, plain(request), call, worker, {"kind": "call"}, packet=packet, console_output=console_output)


def context_of_runner(context, of=None):
    """The context as the runner of a job in the context ``of`` (itself without it) has it: on another machine, that of there."""
    of = context if of is None else of
    return context.context if context.elsewhere and context.same_place(of) else context


def _that_waits(context, of=None):
    context = context_of_runner(context, of).modified(wait=True)
    if hasattr(context, "application"):  # the runner's own, not a connection of this session
        context.application = type(context.application)()
    return context


def _start(context, request, call, worker, finish, console_output=None, **how):
    global _last
    reply = ask("job_submit", request=request, runner=worker, function=call.partition("(")[0], label=call, finish=finish,
                jobs=context.jobs_folder(), autoCleanup=getattr(context, "auto_cleanup", True),
                consoleOutput=bool(getattr(context, "console_output", False) if console_output is None else console_output), **how)
    _last = RxRemoteJob._of(reply["job"])
    return _last


@makes("call")
def _value_of_call(reply, kept):
    """The value of a finished job of a call: of its reply, and the bytes that came with it."""
    job, came = kept["job"], kept["came"]
    if reply.get("op") != "call" or reply.get("language") not in ("R", "python"):
        raise DataError(f"the result of the job is damaged: {job.path}")
    if reply["language"] == "python" and came is not None:
        # The engine has looked that nobody else can have written it.
        return pickle.loads(came)
    if "value" not in reply and reply["language"] == "python":
        raise InvalidArgument(f"{job.id} holds values of another machine, which are rebuilt only where its context was made here: name it "
                              "by its id there, RxRemoteJob(RxRemote(...), id)")
    if "value" not in reply:
        raise InvalidArgument(f"{job.id} holds values of {reply.get('language')}, which Python cannot make: fetch them there "
                              "with rxGetJobResults")
    return reply["value"]


def packed_value(value):
    """The bytes of a value of a call, and what of ``job_end`` says it to other languages."""
    return _packed_bytes(value), _for_others(value)


def _for_others(value):
    try:
        return {"value": _as_json(value, 0, [0])}
    except TypeError:
        return {}


def _as_json(value, depth, count):
    """The value as JSON has it. Raises TypeError where it has none, and for what is large."""
    count[0] += 1
    if depth > _MOST_DEPTH or count[0] > _MOST_VALUES:
        raise TypeError
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return [_as_json(each, depth + 1, count) for each in value]
    if type(value) is dict and all(isinstance(key, str) for key in value):
        return {key: _as_json(each, depth + 1, count) for key, each in value.items()}
    if type(value) is int and abs(value) < 2**53 or type(value) is float and math.isfinite(value):
        return value
    if value is None or type(value) in (bool, str):
        return value
    raise TypeError


#: In the runner of a job: when it was last told how far it is.
_told: Any = None


def runs():
    """From now on this process is the runner of a job."""
    global _told
    _told = time.monotonic()


def tell_progress(done, total, failed):
    """In the runner of a job, once a second at most: how far its tasks are."""
    global _told
    if _told is not None and time.monotonic() - _told >= 1:
        _told = time.monotonic()
        ask("job_tell", message=f"{done} of {total} tasks done" + (f", {failed} failed" if failed else ""))


def last_job():
    """The job that was submitted last by this process; None: there was none."""
    return _last


class RxRemoteJobStatus(enum.Enum):
    """What has become of a job. One that is no longer there is undetermined; ``RxRemoteJob.state`` tells the two apart.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.RxRemoteJobStatus("finished")
    <RxRemoteJobStatus.FINISHED: 'finished'>
    """

    FINISHED = "finished"
    FAILED = "failed"
    CANCELED = "canceled"
    UNDETERMINED = "undetermined"
    RUNNING = "running"
    QUEUED = "queued"

    @classmethod
    def _missing_(cls, value):
        return cls.UNDETERMINED if value == "missing" else None


class RxRemoteJob:
    """A job: what a call returns in a compute context with ``wait=False``. It stays when this process ends.

    Parameters
    ----------
    compute_context : compute context
        The context whose jobs are looked through; None: the active one.
    job_id : str
        The id of the job, as "rxJob_1461".

    Raises
    ------
    InvalidArgument
        The text is no id of a job.

    Examples
    --------
    >>> import insitu as rx
    >>> job = rx.rx_summary("~x", {"x": [1.0, 2.0, 6.0]}, compute_context=rx.RxLocalSeq(wait=False))
    >>> rx.rx_wait_for_job(job)
    >>> rx.RxRemoteJob(rx.RxLocalSeq(), job.id).state
    'finished'
    >>> rx.rx_get_job_results(job).to_frame()["Mean"].tolist()
    [3.0]
    """

    def __init__(self, compute_context: Optional[RxComputeContext] = None, job_id: Optional[str] = None) -> None:
        if not isinstance(job_id, str):
            raise InvalidArgument(f"RxRemoteJob: job_id must be the id of a job, as 'rxJob_1461', not {shown(job_id)}")
        self._take(ask("job_show", job=job_id, jobs=context_of(compute_context).jobs_folder())["job"])

    @classmethod
    def _of(cls, view):
        job = cls.__new__(cls)
        job._take(view)
        return job

    def _take(self, view):
        self.id, self.path, self._description = view["id"], view["path"], view["description"] or {}

    def place(self):
        """How the engine finds it."""
        return {"job": self.path}

    def look(self):
        """What is known of it now: a dict with status, message, changed, process, description."""
        view = ask("job_show", **self.place())["job"]
        if view["description"]:
            self._description = view["description"]
        return view

    @property
    def state(self) -> str:
        """Its status in the words of RevoScaleR: "queued", "running", "finished", "failed", "canceled", "missing" or
        "undetermined"."""
        return self.look()["status"]

    @property
    def description(self) -> dict[str, Any]:
        """What was submitted, by whom and when (docs/jobs.md)."""
        return dict(self._description)

    def setting(self, name, given):
        """A setting of fetching: as given, else as the context of the call had it."""
        return self._description.get(name, False) if given is None else given

    def finish(self):
        """What its client has said of how its value is made."""
        return ask("job_finish", **self.place())["finish"] or {}

    def kept(self):
        """What was kept of the call for its result."""
        finish = self.finish()
        # The engine has looked that nobody else can have written it.
        return pickle.loads(base64.b64decode(finish["python"])) if finish.get("python") else {"value": finish.get("value")}

    def maker(self):
        """What makes its value of the reply."""
        kind = self.finish().get("kind")
        if kind not in MAKERS:
            raise InvalidArgument(f"{self.id} holds a result that Python cannot make: it was submitted by {self._description.get('face')}")
        return MAKERS[kind]

    def close(self) -> None:
        """Removes the job, whatever its status; one that runs is stopped."""
        ask("job_remove", force=True, **self.place())

    @staticmethod
    def deserialize_job(job_id: str) -> RxRemoteJob:
        """The job of an id among those of the active compute context."""
        return RxRemoteJob(None, job_id)

    @staticmethod
    def deserialize_jobs() -> list[RxRemoteJob]:
        """All jobs of the active compute context that have not been cleaned up."""
        return [RxRemoteJob._of(view) for view in ask("job_list", jobs=context_of(None).jobs_folder())["jobs"]]

    def resolve_context(self) -> Optional[RxComputeContext]:
        """The active compute context if the job is one of it, else None."""
        context = _session.active_context()
        folder = context.path_of_jobs() or ask("job_list")["folder"]
        return context if os.path.dirname(self.path) == folder else None

    def __eq__(self, other):
        return isinstance(other, RxRemoteJob) and self.path == other.path

    def __hash__(self):
        return hash(self.path)

    def __repr__(self):
        view = self.look()
        lines = [f"{self.id}: {view['status']}" + (f" ({view['message']})" if view["message"] else "")]
        if self._description:
            label = self._description["label"]
            lines += [f"    {label if len(label) <= 100 else label[:97] + '...'}",
                      f"    {self._description['context'].get('type', 'RxLocalSeq')}, submitted {shown_time(self._description['created'])}"]
        return "\n".join(lines)


def shown_time(seconds):
    """A time for people, in the zone of this machine."""
    return datetime.datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M:%S")
