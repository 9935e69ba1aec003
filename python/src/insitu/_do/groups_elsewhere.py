"""rx_exec_by where the context keeps the rows: it brings them together itself and hands ranges of groups to tasks."""

from insitu._do.group_analyses_elsewhere import Files, analyze_there
from insitu._do.group_ranges import Ranges, RowsOfRange
from insitu._do.groups import ELSEWHERE, _batches, _filtered, _keys, _names, _plain_keys, _results, _run, run_batch
from insitu._requests import Builder
from insitu._task_code import needed
from insitu.contexts import python_worker


def run_range(columns, keys, rows, wanted, function, parameters):
    """(result, status) of each wanted group of the range whose rows this worker was given: a task."""
    with RowsOfRange(columns, rows) as files:
        return [each for batch in _batches(files, keys, rows, set(wanted)) for each in run_batch(batch, function, parameters)]


def exec_by(context, arguments, function, parameters, filter_function, analysis):
    """The result of rx_exec_by in a context that keeps the rows."""
    builder = Builder("group_keys")
    builder.context(context)
    builder.document["context"].update(worker=python_worker(), languages="python")  # as the tasks have it: one application is both's
    of = arguments.pop("inData")
    builder.document["inData"] = builder.source(of, "input_data")
    builder.document["keys"] = _names(arguments.pop("keys"))
    builder.options(arguments)
    if analysis is not None:
        analysis.request(of)  # what cannot be asked fails before anything is sent
    about = {key: value for key, value in builder.document.items() if key not in ("context", "op")}
    reply = builder.run()
    table, rows = _keys(reply)
    keys = _plain_keys(table)
    files = reply.get("files")  # of a partitioned set: each task opens those of its groups
    wanted = range(len(rows)) if filter_function is None else _filtered(filter_function, table, files)
    if files is not None:
        if analysis is not None:
            return analyze_there(analysis, table, Files(context, files, rows), wanted, ranges=False)
        done = _run(list(_batches(files, keys, rows, wanted)), function, parameters, context)
        return _results(table.iloc[sorted(wanted)], done)
    groups = Ranges(context, about, reply, list(table.columns), rows, wanted)
    if analysis is not None:
        return analyze_there(analysis, table, groups, wanted, ranges=True)
    needed(function)  # names that are nowhere fail before anything is sent
    parts = groups.run(run_range, groups.wanted, {"function": function, "parameters": parameters},
                       {"keys": lambda each: [keys[group] for group in each]})
    done = {}
    for chosen, value in parts:
        done.update(zip(chosen, value if isinstance(value, list) else [(None, value)] * len(chosen)))
    return _results(table.iloc[sorted(wanted)], [done[group] for group in sorted(wanted)])


ELSEWHERE["RxSpark"] = ELSEWHERE["RxHadoopMR"] = exec_by
