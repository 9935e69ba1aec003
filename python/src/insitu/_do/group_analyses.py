"""rx_exec_by of an analysis of the engine: all groups at once, without a call of Python for each."""

import base64
import functools

import numpy as np

from insitu import _frames_out
from insitu._exec_by_result import RxExecByResults
from insitu._functions_of_user import serialised
from insitu._group_results import ResultArray, Results
from insitu._requests import Builder, request_of
from insitu._table import METHODS, SIGNATURES
from insitu.contexts import python_worker
from insitu.errors import BY_CODE, InsituError, InvalidArgument
from insitu.sources import RxXdfData


class Analysis:
    """A public function that is an analysis, with the arguments that it is given for every group."""

    def __init__(self, function, name, arguments, named):
        self.function, self.name, self.arguments, self.named = function, name, arguments, named

    @classmethod
    def of(cls, function, parameters):
        """Of ``rx.rx_lin_mod``, or a functools.partial of it; None: the function is no analysis."""
        arguments, named = (), {}
        while isinstance(function, functools.partial):
            arguments, named = function.args + arguments, {**function.keywords, **named}
            function = function.func
        name = getattr(function, "__name__", None)
        known = SIGNATURES.get(name) if getattr(function, "__module__", None) == "insitu.api" else None
        if known is None or known["op"] not in METHODS:
            return None
        return cls(function, name, arguments, {**named, **parameters})

    def request(self, data):
        """The request for the rows of a group, without them."""
        for name in ("data", "compute_context", "moments"):
            if name in self.named:
                raise InvalidArgument(f"rx_exec_by: {name} cannot be an argument of {self.name} here: "
                                      "the data are the rows of each group")
        taken = request_of(lambda: self.function(*self.arguments, data=data, **self.named), data)
        if taken is None:
            raise InvalidArgument(f"rx_exec_by: {self.name} computes nothing by itself; wrap it in a function of keys and data")
        for key in ("data", "context"):
            taken.document.pop(key, None)
        taken.document["dataLabel"] = "DataFrame"
        return taken


def _status(text, code):
    return "OK" if not code else BY_CODE.get(code, InsituError)(text)


class _Groups:
    """Where the rows of each group are."""

    def __init__(self, files, rows):
        self.files, self.rows = files, rows
        self.ends = np.array([each["end"] for each in files])
        self.first = np.concatenate([[0], np.cumsum(rows)])

    def place(self, position):
        """File, first row and number of rows, as a request says them."""
        file = self.files[int(np.searchsorted(self.ends, position, side="right"))]
        place = {"file": file["file"], "firstRow": int(self.first[position] - self.first[file["begin"]]), "numRows": self.rows[position]}
        return {**place, "fileVersions": [[file["file"], file["version"]]]} if "version" in file else place


def numbers_of(taken, files, rows, wanted, context):
    """The numbers of the groups at the positions ``wanted`` (None: all) as columns, the place of each column
    (src/methods/result_numbers.hpp), and the status of each group."""
    builder = Builder("analyze_groups", reportProgress=0)
    builder.context(context)
    builder.functions = taken.functions
    builder.document.update(files=files, rows=rows, method=taken.document)
    if wanted is not None:
        builder.document["wanted"] = wanted
    reply = builder.run()
    table = _frames_out.table_from_capsule(reply["table"].capsule)
    errors, codes = table.column(".rxError").to_pylist(), table.column(".rxCode").to_pylist()
    numbers = _frames_out.pandas_from_table(table.drop_columns([".rxError", ".rxCode"]), _frames_out.missing_integers())
    return numbers, reply["places"], [_status(text, code) for text, code in zip(errors, codes)]


def results_of(taken, files, rows, context, held=None):
    """What computes the result of the group at a position. ``held`` keeps the files."""
    groups = _Groups(files, rows)

    def compute(position, held=held):
        again = Builder("group_result", reportProgress=0)
        again.context(context)
        again.functions = taken.functions
        again.document.update(groups.place(position), method=taken.document)
        return taken.value(again.run())

    return compute


def _send_functions(taken):
    """Functions go with the request to workers and to another machine; one that cannot be serialised is refused by the engine."""
    for key, what in (("transformFunc", "transform_function"), ("familyFunctions", "family")):
        entry = taken.document.get(key)
        code = serialised(taken.functions[entry["function"]], what) if entry else None
        if code is not None:
            entry.update(code=base64.b64encode(code).decode(), worker=python_worker())


def made_of(keys, positions, numbers, status, compute):
    """What rx_exec_by returns for the groups at ``positions``, indexed by ``keys``."""
    import pandas

    if numbers is None:
        numbers = pandas.DataFrame(index=keys)
    else:
        numbers.index = keys
        numbers.insert(0, "status", pandas.Series([each if each == "OK" else str(each) for each in status], index=keys, dtype=object))
    failed = frozenset(at for at, each in zip(positions.tolist(), status) if not isinstance(each, str))
    results = ResultArray(Results(compute, failed), positions)
    made = RxExecByResults({"result": pandas.Series(results, index=keys),
                            "status": pandas.Series(status, index=keys, dtype=object)}, index=keys)
    made._numbers = numbers
    return made


def analyze(analysis, keys, files, rows, wanted, context, held):
    """The results of the groups at the positions ``wanted`` (None: all), indexed by ``keys``. ``held`` keeps the files."""
    positions = np.arange(len(rows)) if wanted is None else np.array(sorted(wanted), dtype=np.intp)
    numbers, status, compute = None, [], None
    if len(positions):
        taken = analysis.request(RxXdfData(files[0]["file"]))
        if context.descriptor().get("type") in ("RxMpi", "RxProcesses", "RxRemote"):
            _send_functions(taken)
        numbers, _, status = numbers_of(taken, files, rows, None if wanted is None else positions.tolist(), context)
        compute = results_of(taken, files, rows, context, held)
    return made_of(keys, positions, numbers, status, compute)
