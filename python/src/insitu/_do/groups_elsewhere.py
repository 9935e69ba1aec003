"""rx_exec_by where the context keeps the rows: it brings them together itself and hands ranges of groups to tasks."""

import copy
import shutil
import tempfile
import warnings

from insitu import _task_batch
from insitu._do.groups import ELSEWHERE, _batches, _filtered, _keys, _names, _plain_keys, _results, _run, run_batch
from insitu._requests import Builder
from insitu._task_code import needed
from insitu.contexts import RxLocalSeq
from insitu.errors import DataError
from insitu.tasks import rx_elem_arg, rx_exec


def run_range(columns, keys, rows, wanted, function, parameters):
    """(result, status) of each wanted group of the range whose rows this worker was given: a task."""
    folder = Builder("working_folder", within=tempfile.gettempdir(), reportProgress=0).run()["folder"]
    try:
        builder = Builder("group_rows", folder=folder, reportProgress=0, keys=columns)
        builder.context(RxLocalSeq())
        builder.document["inData"] = {"type": "block_file", "file": _task_batch.rows_file}
        reply = builder.run()
        if _keys(reply)[1] != rows:
            raise DataError("the rows have changed while they were read: groups have other numbers of rows than before")
        return [each for batch in _batches(reply["files"], keys, rows, set(wanted))
                for each in run_batch(batch, function, parameters)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def exec_by(context, arguments, function, parameters, filter_function):
    """The result of rx_exec_by in a context that keeps the rows."""
    builder = Builder("group_keys")
    builder.context(context)
    builder.document["inData"] = builder.source(arguments.pop("inData"), "input_data")
    builder.document["keys"] = _names(arguments.pop("keys"))
    builder.options(arguments)
    about = {key: value for key, value in builder.document.items() if key not in ("context", "op")}
    reply = builder.run()
    table, rows = _keys(reply)
    keys = _plain_keys(table)
    files = reply.get("files")  # of a partitioned set: each task opens those of its groups
    wanted = range(len(rows)) if filter_function is None else _filtered(filter_function, table, files)
    if files is not None:
        done = _run(list(_batches(files, keys, rows, wanted)), function, parameters, context)
        return _results(table.iloc[sorted(wanted)], done)
    needed(function)  # names that are nowhere fail before anything is sent
    of_range = {}
    for group, number in enumerate(reply["rangeOfGroup"]):
        of_range.setdefault(number, []).append(group)
    tasks = sorted(number for number, members in of_range.items() if any(group in wanted for group in members))
    members = [of_range[number] for number in tasks]
    there = copy.copy(context)
    there.over = {**about, "op": "exec_over_groups", "count": None, "ranges": reply["ranges"], "rangeOfTask": tasks}
    own = {"keys": [[keys[group] for group in each] for each in members],
           "rows": [[rows[group] for group in each] for each in members],
           "wanted": [[i for i, group in enumerate(each) if group in wanted] for each in members]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what failed is in the status of its groups
        values = rx_exec(run_range, {"columns": list(table.columns), "function": function, "parameters": parameters},
                         compute_context=there, **{name: rx_elem_arg(items) for name, items in own.items()})
    done = {}
    for each, chosen, value in zip(members, own["wanted"], values):
        told = value if isinstance(value, list) else [(None, value)] * len(chosen)
        done.update(zip((each[i] for i in chosen), told))
    return _results(table.iloc[sorted(wanted)], [done[group] for group in sorted(wanted)])


ELSEWHERE["RxSpark"] = exec_by
