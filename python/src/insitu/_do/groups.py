"""Rows by groups: rx_exec_by, rx_partition, rx_get_partitions."""

import inspect
import os
import pickle
import tempfile

import numpy as np

from insitu import _explain, _frames_out, _jobs
from insitu._calls import implements
from insitu._do.group_analyses import Analysis, analyze
from insitu._exec_by_result import RxExecByResults
from insitu._explain import explains
from insitu._group_data import BatchRows, RxGroupData
from insitu._group_results import GroupRows
from insitu._requests import Builder
from insitu._session import option
from insitu._task_batch import is_interrupted_by_user, not_portable, now
from insitu._task_code import Shipment, needed
from insitu.contexts import RxLocalSeq, context_of, python_worker
from insitu.database_contexts import InDatabase
from insitu.errors import InsituError, InvalidArgument, UserCodeError, shown, text_of_error
from insitu.sources import RxXdfData
from insitu.tasks import rx_elem_arg, rx_exec, telling_warnings

#: Where rows stay in the context: what runs rx_exec_by there, by the class of the context.
ELSEWHERE = {}

#: The column of a table of partitions that holds their data sources.
SOURCE = "data_source"

#: Rows that one task gets, about: groups are handed out in batches.
_ROWS_OF_BATCH = 250_000
#: Of few rows there are about so many batches, so that workers share them.
_LEAST_BATCHES = 16

#: A group with a file of its own and more rows stays there.
_ROWS_IN_MEMORY = 5_000_000


def _names(value):
    return [value] if isinstance(value, str) else list(value or [])


def _pandas(frame):
    """A table of a reply as a pandas DataFrame, whatever frames are wanted elsewhere."""
    return _frames_out.pandas_from_table(_frames_out.table_from_capsule(frame.capsule), _frames_out.missing_integers())


def _keys(reply):
    """The table of the keys, and the rows of each group."""
    table = _pandas(reply["keys"])
    rows = table.pop(".rxRows").astype("int64").tolist()
    return table, rows


def _partitions(reply):
    """Keys and data sources of a partitioned set, as users get them."""
    table, _ = _keys(reply)
    table[SOURCE] = [RxXdfData(each["file"]) for each in reply["files"]]
    return table


@implements("rx_partition")
def _partition(arguments):
    target = arguments.pop("outData")
    if not isinstance(target, RxXdfData) or not target.create_partition_set:
        raise InvalidArgument("rx_partition: output_data must be RxXdfData(file, create_partition_set=True), "
                              f"not {shown(target)}")
    builder = Builder("partition")
    builder.context(None)
    builder.document["inData"] = builder.source(arguments.pop("inData"), "input_data")
    builder.document["outData"] = builder.target(target, "output_data")
    builder.document["varsToPartition"] = _names(arguments.pop("varsToPartition"))
    builder.document["xdfCompressionLevel"] = option("xdfCompressionLevel")
    builder.options(arguments)
    return _partitions(builder.run())


@implements("rx_get_partitions")
def _get_partitions(arguments):
    builder = Builder("partitions", reportProgress=0)
    builder.document["data"] = builder.source(arguments.pop("data"), "input_data")
    return _partitions(builder.run())


class _Call:
    """The user's function with its arguments: called by the names keys and data where it has parameters of these names, else by
    position."""

    def __init__(self, function, parameters):
        self.function, self.parameters = function, parameters
        try:
            names = inspect.signature(function).parameters
            self.by_name = "keys" in names and "data" in names
        except (TypeError, ValueError):
            self.by_name = False

    def __call__(self, keys, data):
        if self.by_name:
            return self.function(keys=keys, data=data, **self.parameters)
        return self.function(keys, data, **self.parameters)


def _plain_keys(table):
    """The keys of each group as a dict; missing values are None."""
    columns = {}
    for name in table.columns:
        column = table[name]
        columns[name] = [None if missing else value for value, missing in zip(column.tolist(), column.isna().tolist())]
    return [dict(zip(columns, values)) for values in zip(*columns.values())]


class Batch:
    """Neighbouring groups of one file: what a task gets."""

    def __init__(self, file, version, alone, first_row, groups):
        self.file, self.version = file, version  # version: None where nobody else can replace it
        self.alone = alone  # the file has no other groups
        self.first_row, self.groups = first_row, groups  # [(keys, rows), ...]

    def sources(self):
        """Keys and data source of each group."""
        import pandas

        total = sum(rows for _, rows in self.groups)
        if self.alone and total > _ROWS_IN_MEMORY:
            yield self.groups[0][0], RxXdfData(self.file)
            return
        builder = Builder("data_step", reportProgress=0)
        builder.document.update(inData={"type": "RxXdfData", "file": self.file}, startRow=self.first_row, numRows=total,
                                context={"type": "RxLocalSeq"}, fileVersions=self.version and [[self.file, self.version]])
        frame = _pandas(builder.run()["frame"])
        frame.index = pandas.Index(np.concatenate([np.arange(rows) for _, rows in self.groups]))  # each group counts from 0
        held, begin = BatchRows(frame), 0
        for keys, rows in self.groups:
            yield keys, RxGroupData(held, begin, begin + rows, keys)
            begin += rows


def run_batch(batch, function, parameters):
    """(result, status) of each group of a batch: a task."""
    call, done = _Call(function, parameters), []
    for keys, data in batch.sources():
        try:
            done.append((call(keys, data), "OK"))
        except BaseException as error:  # of this group alone, SystemExit too
            if isinstance(error, KeyboardInterrupt) and is_interrupted_by_user():
                raise
            done.append((None, _sendable(error)))
    # A value that cannot travel fails its group, not those beside it.
    if now.running:
        for i, why in not_portable([value for value, _ in done]).items():
            done[i] = (None, why)
    return done


def _sendable(error):
    """An exception that a worker can send: what cannot be pickled keeps its words."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # whatever pickling a user's object raises
        return UserCodeError(f"{type(error).__name__}: {text_of_error(error)}")
    return error


def _here(context):
    """Whether the function is called in this process."""
    return isinstance(context, (RxLocalSeq, InDatabase))


def _run(batches, function, parameters, context):
    """(result, status) of each group."""
    if _here(context):
        return [each for batch in batches for each in run_batch(batch, function, parameters)]
    needed(function)  # names that are nowhere fail before anything is sent
    with telling_warnings("rx_exec_by"):
        values = rx_exec(run_batch, {"function": function, "parameters": parameters}, compute_context=context,
                         batch=rx_elem_arg(batches))
    return [each for batch, value in zip(batches, values)
            for each in (value if isinstance(value, list) else [(None, value)] * len(batch.groups))]


def _batches(files, keys, rows, wanted, shared=True):
    """The groups whose positions are ``wanted``, as tasks; ``shared``: by several workers."""
    most = max(1, min(_ROWS_OF_BATCH, sum(rows) // _LEAST_BATCHES)) if shared else _ROWS_OF_BATCH
    for each in files:
        first, batch, begin, held = 1, [], 1, 0
        alone, version = each["end"] - each["begin"] == 1, each.get("version")
        for group in range(each["begin"], each["end"]):
            if batch and (group not in wanted or held + rows[group] > most):
                yield Batch(each["file"], version, alone, begin, batch)
                batch, held = [], 0
            if group in wanted:
                if not batch:
                    begin = first
                batch.append((keys[group], rows[group]))
                held += rows[group]
            first += rows[group]
        if batch:
            yield Batch(each["file"], version, alone, begin, batch)


def _filtered(function, table, files):
    """Positions of the groups that a filter function keeps."""
    given = table.copy()
    if files is None:  # they lie where the context has them
        given[SOURCE] = None
    else:
        given[SOURCE] = [RxXdfData(each["file"]) for each in files for _ in range(each["begin"], each["end"])]
    kept = function(given)
    if not hasattr(kept, "index") or not set(kept.index) <= set(given.index):
        raise InvalidArgument("rx_exec_by: filter_function must return rows of the data frame that it gets, "
                              f"not {shown(kept)}")
    return set(kept.index)


def _told(function, analysis, context):
    """What an explanation says of the function."""
    if analysis is not None:
        return {"then": "the analysis is computed by the engine for all groups at once"}
    here = _here(context)
    place = "in this process, one group after the other" if here else "in tasks of rx_exec, neighbouring groups together"
    shipped = [] if here else [{"name": name, "kind": kind, "bytes": size} for name, kind, size in Shipment(function).items()]
    return {"then": f"the function is called for each group, {place}", "shipped": shipped}


def _join_records(of_rows, batches, context):
    """The call's record is that of its rows and that of the tasks behind them."""
    of_tasks = _explain.last()
    if of_rows is None:
        return
    # Tasks of this process have no record, but what they called may have one.
    there = context.elsewhere and not now.running
    if not batches or "tasks" not in of_tasks or not there and of_tasks["context"] != of_rows["context"]:
        _explain.executed(of_rows)
        return
    joined = {**of_rows.to_dict(), "tasks": of_tasks["tasks"], "failed": of_tasks["failed"],
              "seconds": of_rows["seconds"] + of_tasks["seconds"], "retries": of_rows["retries"] + of_tasks["retries"]}
    printed = Builder("print", result={**joined, "class": "rxExecution"}, reportProgress=0).run()["printed"]
    _explain.executed({**joined, "printed": printed})


@implements("rx_exec_by")
def _exec_by(arguments):
    function = arguments.pop("func")
    if not callable(function):
        raise InvalidArgument(f"rx_exec_by: function must be a function of keys and data, or an analysis, not {shown(function)}")
    context = context_of(arguments.pop("computeContext", None))
    later = not (context.wait or _jobs.everybody_waits())
    if later and not explains():
        return _submit(function, dict(arguments), arguments.call, context)
    parameters = dict(arguments.pop("funcParams", None) or {})
    filter_function = arguments.pop("filterFunc", None)
    analysis = Analysis.of(function, parameters)
    elsewhere = ELSEWHERE.get(type(context).__name__)
    if elsewhere is not None and not explains():
        return elsewhere(context, arguments, function, parameters, filter_function, analysis)
    held = _rows_of(context)
    try:
        builder = Builder("group_rows", folder=held.folder)
        builder.context(context)
        builder.document["inData"] = builder.source(arguments.pop("inData"), "input_data")
        builder.document["keys"] = _names(arguments.pop("keys"))
        builder.options(arguments)
        if explains():
            builder.explained_with = {**_told(function, analysis, context), "job": later}
        reply = builder.run()
        table, rows = _keys(reply)
        files = reply["files"]
        wanted = range(len(rows)) if filter_function is None else _filtered(filter_function, table, files)
        if analysis is not None:
            index, wanted = _index(table.iloc[sorted(wanted)]), None if filter_function is None else wanted
            return analyze(analysis, index, files, rows, wanted, context, held)
        batches = list(_batches(files, _plain_keys(table), rows, wanted, shared=not _here(context)))
        done = _run(batches, function, parameters, context)
        _join_records(builder.record, batches, context)
    except BaseException:
        held.remove()
        _remove_forsaken()
        raise
    held.remove()
    _remove_forsaken()
    return _results(table.iloc[sorted(wanted)], done)


#: Folders on other machines that nobody needs any more: (context, folder). Finalizers only note them, since a call of another machine
#: in the middle of any other code would be one too many; an engine there that ends removes its own.
_forsaken = []


def _rows_of(context):
    """Where the rows of the groups are put, on the machine that computes. Of a process that was killed the next call removes it."""
    builder = Builder("working_folder", reportProgress=0)
    if not context.elsewhere:
        builder.document["within"] = tempfile.gettempdir()
        return GroupRows(builder.run()["folder"])
    _remove_forsaken()
    builder.context(context)

    def forsake(folder, owner):
        if os.getpid() == owner:  # a forked child has the object, too
            _forsaken.append((context, folder))

    return GroupRows(builder.run()["folder"], forsake)


def _remove_forsaken():
    while _forsaken:
        context, folder = _forsaken.pop()
        builder = Builder("working_folder", remove=folder, reportProgress=0)
        builder.context(context)
        try:
            builder.run()
        except InsituError:  # the machine is not reached: the engine there ends, and removes it
            pass


def _index(keys):
    import pandas

    return pandas.Index(keys.iloc[:, 0]) if keys.shape[1] == 1 else pandas.MultiIndex.from_frame(keys)


def _submit(function, arguments, call, context):
    """The job of a call."""
    shipment, further = Shipment(function), [arguments.get("filterFunc"), arguments.get("funcParams")]
    return _jobs.submit_call(context, "rx_exec_by", {"func": function, **arguments}, call, python_worker(),
                             lambda kept: shipment.dumps(kept, "the function, its arguments or the data", further))


@_jobs.calls("rx_exec_by")
def _in_job(given, context):
    return _exec_by({**given, "computeContext": context})


def _results(keys, done):
    import pandas

    index = _index(keys)
    return RxExecByResults({"result": pandas.Series([result for result, _ in done], index=index, dtype=object),
                            "status": pandas.Series([status for _, status in done], index=index, dtype=object)}, index=index)
