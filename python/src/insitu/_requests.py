"""Builds the documents of docs/requests.md from checked arguments, runs them, and reads the replies."""

import base64
import json
import math
import sys
import warnings

import numpy as np

from insitu import frames
from insitu._functions_of_user import RowTransform, serialised
from insitu.contexts import context_of, python_worker
from insitu.errors import InvalidArgument
from insitu.options import RxOptions
from insitu.sources import RxDataSource, rx_locate_path
from insitu.spark_sources import RxSparkDataFrame, as_source, in_session

#: Pipeline arguments that need translation; the others pass as they are.
_PIPELINE = ("transforms", "transformObjects", "transformFunc", "transformVars", "transformPackages", "transformEnvir")


def plain(value):
    """A value as JSON can hold it: missing numbers are None, infinities text."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(v) for v in value]
    if hasattr(value, "tolist") and not isinstance(value, str):
        return plain(value.tolist())
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if math.isinf(value):
            return "Inf" if value > 0 else "-Inf"
        return value
    if value is None or isinstance(value, (str, int, bool)):
        return value
    raise InvalidArgument(f"cannot be passed to the engine: {value!r} of type {type(value).__name__}")


class Builder:
    """One request being put together: the document and the streams and functions that go with it."""

    def __init__(self, op, **keys):
        self.document = {"op": op, **keys}
        self.streams = []
        self.functions = {}
        self._transform = None
        self._context = context_of(None)
        self._target = None
        self._held = []  # what the streams borrow from

    def source(self, value, what="data", name=None):
        """The descriptor of a data source, a path or a data frame."""
        value = as_source(value)
        if isinstance(value, RxSparkDataFrame):
            in_session(value, self._context, what)
        if isinstance(value, RxDataSource):
            return value.descriptor()
        if isinstance(value, str):
            return rx_locate_path(value)
        if frames.is_frame(value):
            self._held.append(value)
            self.streams.append(frames.stream_of(value, what))
            return {"type": "frame", "stream": len(self.streams) - 1, "name": name or "data"}
        raise InvalidArgument(f"{what} must be a data source, a path or a data frame, not {type(value).__name__}")

    def target(self, value, what="output_file"):
        if value is None:
            return None
        if isinstance(value, RxDataSource):
            value.check_writable(what)
            if isinstance(value, RxSparkDataFrame):
                value.written_in(in_session(value, self._context, what))
                self._target = value
            return value.descriptor()
        if isinstance(value, str):
            return rx_locate_path(value, is_out_file=True)
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
                    raise InvalidArgument(f"transforms: {name} must be text in the expression language, not {expression!r}")
            self.document["transforms"] = [[n, e] for n, e in transforms.items()]
        objects = arguments.get("transformObjects") or {}
        function = arguments.get("transformFunc")
        if function is not None:
            transform = RowTransform(function, objects, arguments.get("transformPackages"))
            self._transform = transform
            self.functions["transformFunc"] = transform
            variables = arguments.get("transformVars")
            entry = {"function": "transformFunc", "language": "python",
                     "variables": [variables] if isinstance(variables, str) else list(variables or [])}
            if self.document.get("context", {}).get("type") in ("RxProcesses", "RxSpark"):
                code = serialised(transform)
                if code is not None:
                    entry["code"] = base64.b64encode(code).decode()
                    entry["worker"] = python_worker()
            self.document["transformFunc"] = entry
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

    def options(self, arguments):
        """The rest of the arguments, those that are not None."""
        for key, value in arguments.items():
            if value is not None:
                self.document.setdefault(key, plain(value))

    def run(self):
        """Runs the request; returns the reply document with arrays and frames in place."""
        from insitu import _engine

        self.document.setdefault("reportProgress", RxOptions.get_option("reportProgress"))
        self.document.setdefault("digits", int(RxOptions.get_option("numDigits")))
        # Streams of the caller's frames are consumed by this run.
        text, arrays, streams = _engine.run(json.dumps(self.document), self.streams, self.functions,
                                            progress_callback(self.document["reportProgress"]), _warn, _print)
        reply = _resolve(json.loads(text), arrays, streams)
        if self._target is not None:
            reply["outFile"] = self._target
        return reply


def _warn(text):
    warnings.warn(text, stacklevel=6)


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

    def __init__(self, capsule):
        self.capsule = capsule

    def frame(self, row_names=None):
        return frames.frame_from_capsule(self.capsule, row_names)


def _resolve(value, arrays, streams):
    if isinstance(value, dict):
        if set(value) == {"$array"}:
            return arrays[value["$array"]]
        if set(value) == {"$frame"}:
            return Frame(streams[value["$frame"]])
        return {k: _resolve(v, arrays, streams) for k, v in value.items()}
    if isinstance(value, list):
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
