"""Builds the documents of docs/requests.md from checked arguments, runs them, and reads the replies."""

import base64
import contextvars
import importlib.util
import json
import os
import re
import sys

import numpy as np

from insitu import _engine, _explain, _frames_out, _jobs, _session, frames
from insitu._functions_of_user import RowTransform, required_packages, serialised
from insitu._plain_values import plain
from insitu.contexts import context_of, python_worker
from insitu.errors import BY_CODE, InsituError, InvalidArgument, Unsupported, shown, warn
from insitu.sources import RxDataSource, rx_locate_path
from insitu.spark_sources import RxSparkDataFrame, as_source, in_session

#: Pipeline arguments that need translation; the others pass as they are.
_PIPELINE = ("transforms", "transformObjects", "transformFunc", "transformVars", "transformPackages", "transformEnvir")


#: Arguments that name variables: a column that was left out must not be among them.
_USES = ("formula", "transforms", "rowSelection", "varsToKeep", "transformFunc", "extraVarsToWrite", "pweights", "fweights",
         "rowVarName", "actualVarName", "predVarNames", "varName", "orderVarName", "valueVarName")


#: The data of the request that ``request_of`` waits for.
_taking: contextvars.ContextVar[object] = contextvars.ContextVar("insitu_taking_requests", default=None)


class _Taken(Exception):
    """Thrown where a request would run."""


class Request:
    """A request that was put together and not run: document and functions, and what makes the value of a reply."""

    def __init__(self, builder, maker, kept):
        self.document, self.functions = plain(builder.document), builder.functions
        self.maker, self.kept = maker, kept

    def value(self, reply):
        return _jobs.MAKERS[self.maker](reply, dict(self.kept))


def request_of(call, data):
    """The request that a call of a public function would run over ``data``; None where it ran none. Other requests that the call
    makes, as a part of its arguments, run."""
    token = _taking.set(data)
    try:
        call()
    except _Taken as taken:
        return taken.args[0]
    finally:
        _taking.reset(token)
    return None


class Builder:
    """One request being put together: the document and the streams and functions that go with it."""

    def __init__(self, op, **keys):
        self.document = {"op": op, "face": "python", **keys}
        self.streams = []
        self.functions = {}
        self._transform = None
        self._context = context_of(None)
        self._target = None
        self._held = []  # what the streams borrow from
        self._frame = None  # the data frame of the call, which frames of the reply resemble
        self._positions = None  # the name of the column of its row numbers
        self.record = None  # how the request was executed
        self.explained_with = {}  # what an explanation of the request cannot know

    def source(self, value, what="data", name=None, returns_rows=False):
        """The descriptor of a data source, a path or a data frame; ``returns_rows``: rows of a frame come back as a frame."""
        value = as_source(value)
        if isinstance(value, RxSparkDataFrame):
            in_session(value, self._context, what)
        if isinstance(value, RxDataSource):
            held = value.held_rows()
            if held is None:
                return value.descriptor()
            value, name = held
        if isinstance(value, (str, os.PathLike)):
            return rx_locate_path(value, context=self._context)
        frame = frames.FrameIn(value, what)
        descriptor = {"type": "frame", "stream": len(self.streams), "name": name or "data"}
        if returns_rows and frame.index is not None:
            self._positions = descriptor["rowNames"] = frame.with_positions()
        self.streams.append(frame.stream())
        self._held.append((value, frame.table))
        self._frame = frame
        return descriptor

    def target(self, value, what="output_file"):
        if value is None:
            return None
        if isinstance(value, RxDataSource):
            value.check_writable(what)
            if isinstance(value, RxSparkDataFrame):
                value.written_in(in_session(value, self._context, what))
                self._target = value
            return value.descriptor()
        if isinstance(value, (str, os.PathLike)):
            return rx_locate_path(value, is_out_file=True, context=self._context)
        raise InvalidArgument(f"{what} must be a data source or a path, not {type(value).__name__}")

    def context(self, value):
        self._context = context_of(value)
        self.document["context"] = self._context.descriptor()

    def pipeline(self, arguments):
        """Moves the pipeline's arguments into the document."""
        for key in ("varsToKeep", "varsToDrop"):
            if isinstance(arguments.get(key), str):
                arguments[key] = [arguments[key]]
        if arguments.get("varsToKeep") is not None and arguments.get("varsToDrop") is not None:
            raise InvalidArgument("vars_to_keep and vars_to_drop exclude each other; give one of them")
        transforms = arguments.get("transforms")
        if transforms:
            for name, expression in transforms.items():
                if not isinstance(expression, str):
                    raise InvalidArgument(f"transforms: {name} must be text in the expression language, not {shown(expression)}")
            self.document["transforms"] = [[n, e] for n, e in transforms.items()]
        objects = arguments.get("transformObjects") or {}
        function = arguments.get("transformFunc")
        if function is not None:
            packages = [*_session.option("transformPackages"), *required_packages(arguments.get("transformPackages"))]
            variables = arguments.get("transformVars")
            variables = [variables] if isinstance(variables, str) else list(variables or [])
            self.function(RowTransform(function, objects, packages), variables)
        simple = {}
        for name, value in objects.items():
            try:
                simple[name] = plain(value)
            except InvalidArgument:
                if function is None:
                    raise
        if simple:
            self.document["transformObjects"] = simple
        for key in _PIPELINE:
            arguments.pop(key, None)

    def function(self, transform, variables, if_present=False):
        """Adds a function of the rows; with ``if_present`` it gets those of the variables that the data have."""
        self._transform = transform
        self.functions["transformFunc"] = transform
        if variables and self._positions:  # rows keep their numbers where the function changes how many there are
            variables = [*variables, self._positions]
        entry = {"function": "transformFunc", "language": "python", "variables": variables, "ifPresent": if_present}
        if self._travels():
            code = self._code(transform, "transform_function")
            if code is not None:
                entry["code"] = base64.b64encode(code).decode()
                entry["worker"] = python_worker()
        self.document["transformFunc"] = entry

    def _travels(self):
        """Whether functions go to other processes."""
        return not self.waits or self._may_go_on() or self.document.get("context", {}).get("type") in ("RxHadoopMR", "RxMpi", "RxProcesses",
                                                                                                             "RxRemote", "RxSpark")

    def _code(self, function, what):
        """The bytes by which a function travels; None: it cannot."""
        code = serialised(function, what)
        if code is None and not self.waits:
            raise Unsupported("a function is sent to the process of a job by cloudpickle, which is not installed: "
                              "pip install cloudpickle")
        return code

    def family(self, functions):
        """Adds the functions that a family names with ``user()``."""
        self.functions["family"] = functions
        entry = {"function": "family", "language": "python", "names": list(functions.names.values())}
        if self._travels():
            code = self._code(functions, "family")
            if code is not None:
                entry["code"] = base64.b64encode(code).decode()
                entry["worker"] = python_worker()
        self.document["familyFunctions"] = entry

    def options(self, arguments):
        """The rest of the arguments, those that are not None."""
        for key, value in arguments.items():
            if value is not None:
                self.document.setdefault(key, plain(value))

    @property
    def elsewhere(self):
        """Whether files are those of another machine."""
        return self._context.elsewhere

    @property
    def waits(self):
        """Whether the call waits for its result; else it is a job."""
        return self._context.wait or _jobs.everybody_waits()

    def result(self, maker, **kept):
        """What the public function returns: what ``maker`` (_jobs.py) makes of the reply and ``kept``, or, in a context that does
        not wait, a job that will have it."""
        kept["transform"] = self._transform
        data = _taking.get()
        if data is not None and self.document.get("data") == data.descriptor():
            self._complete()
            raise _Taken(Request(self, maker, kept))
        if self.waits and (_explain.explains() or not self._may_go_on()):
            return with_record(_jobs.MAKERS[maker](self.run(), kept), self.record)
        self._complete()
        self._leave_explained(job=True)
        self._ask_for_record()
        if self._target is not None:
            raise Unsupported("a data frame of PySpark cannot be the output of a job: call with wait=True, or write to a file or table")
        kept.setdefault("call", self.document.get("call", ""))
        if self._frame is not None:
            kept["frame"] = (_Given(self._frame), self._positions)
        job = _jobs.submit(self._context, plain(self.document), self.streams, maker, kept, python_worker(), attended=self.waits)
        return _attended(job, _jobs.MAKERS[maker], kept) if self.waits else job

    def _may_go_on(self):
        """Whether a call that waits is a job from the start, which goes on when the user interrupts the call."""
        return (self._context.goes_on() and _jobs.interactive() and not _jobs.everybody_waits() and self._target is None
                and (not self.functions or importlib.util.find_spec("cloudpickle") is not None))

    def _leave_explained(self, **more):
        if _explain.explains():
            _explain.leave(plain(self.document), self.streams, self.functions, **self.explained_with, **more)

    def _complete(self):
        """Adds the settings of the session; tells of columns that are left out."""
        self.document.setdefault("reportProgress", _session.option("reportProgress"))
        self.document.setdefault("digits", int(_session.option("numDigits")))
        for option in ("memoryLimit", "syncWrites"):
            if _session.option(option) is not None:
                self.document.setdefault(option, _session.option(option))
        self._tell_left_out()

    def _ask_for_record(self):
        if self.document["op"] in _explain.EXPLAINED:
            self.document["execution"] = True

    def run(self):
        """Runs the request; returns the reply document with arrays and frames in place."""
        self._complete()
        try:
            self._leave_explained()
        except InsituError as error:
            self._explain(error)
            raise
        self._ask_for_record()
        raised = []  # by a filter of "error": warnings that raise do so when the engine has ended, others show at once

        def tell(text):
            try:
                warn(text)
            except Warning as warning:
                raised.append(warning)

        try:
            # Streams of the caller's frames are consumed by this run.
            text, arrays, streams = _engine.run(json.dumps(plain(self.document)), self.streams, self.functions,
                                                progress_callback(self.document["reportProgress"]), tell, _print)
        except InsituError as error:
            self._explain(error)
            raise
        if raised:
            raise raised[0]
        document = json.loads(text)
        self.record = _explain.executed(document.pop("execution", None))
        reply = _resolve(document, arrays, [Frame(stream, self._frame, self._positions) for stream in streams])
        if self._target is not None:
            reply["outFile"] = self._target
        return reply


    def _tell_left_out(self):
        """Refuses columns without a counterpart that the request names; warns of the others."""
        frame = self._frame
        if frame is None:
            return
        if frame.inexact:
            warn(f"{frame.what}: decimals of {', '.join(map(repr, frame.inexact))} have more digits than floating point numbers keep "
                 "(about 16)", every_time=False)
        if not frame.left_out:
            return
        words = set(_words([self.document.get(key) for key in _USES]))
        for name in frame.left_out:
            if name in words:
                raise InvalidArgument(f"{frame.what}: column {name!r} {frame.left_out[name]}")
        drop = self.document.get("varsToDrop") or []
        if drop:
            self.document["varsToDrop"] = [name for name in drop if name not in frame.left_out] or None
        told = [name for name in frame.left_out if name not in drop]
        if told and not self.document.get("varsToKeep"):
            reasons = "; ".join(f"column {name!r}, which {frame.left_out[name].replace(';', ' -')}" for name in told)
            warn(f"{frame.what}: left out: {reasons}", every_time=False)

    def _explain(self, error):
        """Where a variable was not found because its column had been left out: the reason."""
        frame = self._frame
        if frame is None or "not found" not in str(error):
            return
        for name in set(_words([str(error)])) & set(frame.left_out):
            raise InvalidArgument(f"{frame.what}: column {name!r} {frame.left_out[name]}") from None


class _Given:
    """What a data frame that comes back must know of the one that was given."""

    def __init__(self, frame):
        self.kind, self.index, self.nullable_logicals = frame.kind, frame.index, frame.nullable_logicals


def with_record(value, record):
    """The value of a call; results and data sources keep how it was executed."""
    if record is not None and hasattr(type(value), "execution"):
        value._execution = record
    return value


def reply_of_job(job):
    """The reply that a finished job holds, and what its client kept for the result. Warnings of the call are given now."""
    warnings = []
    packet = _jobs.Packet()
    text, arrays, streams = _jobs.engine("job_result", tell=warnings.append, packet=packet, **job.place())
    kept = job.kept()
    given, positions = kept.pop("frame", (None, None))
    document = json.loads(text)
    record = _explain.executed(document.pop("execution", None))
    reply = _resolve(document, arrays, [Frame(stream, given, positions) for stream in streams])
    for warning in warnings:
        warn(warning)
    return reply, {**kept, "came": packet.came, "job": job}, record


def _attended(job, make, kept):
    """The value of a call that waits for its job: what the runner prints shows here, and what it fails with is raised. An
    interrupt leaves the job alone once it runs."""
    shown_so_far = 0
    try:
        status = "queued"
        while status in ("queued", "running"):
            view = _jobs.ask("job_wait", seconds=0.3, **job.place())["job"]
            status = view["status"]
            output = _jobs.ask("job_output", **job.place())["output"]
            print(output[shown_so_far:], end="", flush=True)
            shown_so_far = len(output)
    except KeyboardInterrupt:
        if job.state == "queued":
            _jobs.ask("job_cancel", **job.place())
            job.close()
        else:
            print(f"{job.id} goes on as a job, insitu.rxgLastPendingJob; wait for it with rx_wait_for_job, fetch its result with "
                  "rx_get_job_results, stop it with rx_cancel_job", file=sys.stderr)
        raise
    try:
        if status != "finished":
            raise BY_CODE.get(view["code"], InsituError)(view["message"] or f"{job.id} is {status}")
        reply, _, record = reply_of_job(job)
        return with_record(make(reply, kept), record)
    finally:
        if job.description.get("autoCleanup", True):
            job.close()


def _words(value):
    """The names in texts, and texts that are names themselves, of a document."""
    if isinstance(value, str):
        yield value
        yield from re.findall(r"[^\W\d][\w.]*|\.[\w.]+", value)
        yield from re.findall(r"`([^`]*)`", value)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _words(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _words(each)


def _print(text):
    print(text, end="" if text.endswith("\n") else "\n")


def progress_callback(level):
    """The live line of a terminal or notebook for level 1; levels 2 and 3 print lines through the engine."""
    if level != 1:
        return None

    def show(rows_read, rows_processed, rows_total, chunk_seconds, seconds, resident_bytes, finished):
        rate = rows_processed / seconds if seconds > 0 else 0
        line = f"Rows processed: {rows_processed:,}  {rate:,.0f} rows/s"
        if rows_total > 0:
            left = (rows_total - rows_processed) / rate if rate else 0
            line += f"  {100 * rows_processed / rows_total:.0f} %  ETA {left:.0f} s"
        line += f"  {resident_bytes / 2**20:,.0f} MiB"
        end = "\n" if finished else ""
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{line}{end}")
        elif "ipykernel" in sys.modules:  # a notebook: it knows \r, not the erase sequence
            sys.stderr.write(f"\r{line:<90}{end}")
        elif finished:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    return show


class Frame:
    """A table of a reply before it becomes a data frame of the user's kind."""

    def __init__(self, capsule, given=None, positions=None):
        self.capsule = capsule
        self._given, self._positions = given, positions  # the data frame of the call, and its column of row numbers

    def frame(self, row_names=None, first_row=None):
        """``row_names``: the column of row names; ``first_row``: rows are those of the given frame from there on, from 0."""
        kind, index = (self._given.kind, self._given.index) if self._given else ("pandas", None)
        table = _frames_out.table_from_capsule(self.capsule)
        if first_row is not None and index is not None:
            index = index[first_row:first_row + table.num_rows]
        elif row_names is None or row_names != self._positions:
            index = None
        nullable = self._given.nullable_logicals if self._given else ()
        return _frames_out.frame_from_table(table, row_names, kind, index, nullable_logicals=nullable)


def _resolve(value, arrays, streams):
    if isinstance(value, dict):
        if set(value) == {"$array"}:
            return arrays[value["$array"]]
        if "$array" in value:  # with its labels (results.py)
            return {**value, "$array": arrays[value["$array"]]}
        if set(value) == {"$frame"}:
            return streams[value["$frame"]]
        return {k: _resolve(v, arrays, streams) for k, v in value.items()}
    if isinstance(value, list) and not {dict, list}.isdisjoint(map(type, value)):
        return [_resolve(v, arrays, streams) for v in value]
    return value


def numbers(value):
    """An array of a reply (None: missing; "Inf", "-Inf") as a NumPy array of doubles."""
    if isinstance(value, np.ndarray):
        return value
    words = {"Inf": np.inf, "-Inf": -np.inf, None: np.nan}

    def one(v):
        if isinstance(v, list):
            return [one(x) for x in v]
        return words[v] if v is None or isinstance(v, str) else float(v)

    return np.asarray(one(value if isinstance(value, list) else [value]), dtype=float)
