"""Ranges of groups whose rows the context keeps, and tasks over them."""

import copy
import shutil
import tempfile

from insitu import _task_batch
from insitu._do.groups import _keys
from insitu._requests import Builder
from insitu.contexts import RxLocalSeq
from insitu.errors import DataError
from insitu.tasks import rx_elem_arg, rx_exec, telling_warnings


class RowsOfRange:
    """The groups of a range whose rows this worker was given, in a folder of files until the end of the block."""

    def __init__(self, columns, rows):
        self._columns, self._rows = columns, rows

    def __enter__(self):
        """The files of the groups."""
        self._folder = Builder("working_folder", within=tempfile.gettempdir(), reportProgress=0).run()["folder"]
        try:
            builder = Builder("group_rows", folder=self._folder, reportProgress=0, keys=self._columns)
            builder.context(RxLocalSeq())
            builder.document["inData"] = {"type": "block_file", "file": _task_batch.rows_file}
            reply = builder.run()
            if _keys(reply)[1] != self._rows:
                raise DataError("the rows have changed while they were read: groups have other numbers of rows than before")
            return reply["files"]
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        shutil.rmtree(self._folder, ignore_errors=True)


class Ranges:
    """Groups in the context: which range has which, and how tasks run over them."""

    def __init__(self, context, about, reply, columns, rows, wanted):
        self.columns, self.rows = columns, rows
        of_range = {}
        for group, number in enumerate(reply["rangeOfGroup"]):
            of_range.setdefault(number, []).append(group)
        self.of_range = of_range
        self.wanted = frozenset(wanted)
        self._context, self._about, self._count = context, about, reply["ranges"]

    def of(self, groups):
        """The ranges that have any of these groups."""
        return sorted(number for number, members in self.of_range.items() if not groups.isdisjoint(members))

    def run(self, task, groups, common, of_each=None):
        """[(positions of groups, the task's value for them or an exception), ...]: a task for each range that has any of
        ``groups``. ``of_each`` makes further arguments of the positions of all groups of a range."""
        tasks = self.of(groups)
        members = [self.of_range[number] for number in tasks]
        there = copy.copy(self._context)
        there.over = {**self._about, "op": "exec_over_groups", "count": None, "ranges": self._count, "rangeOfTask": tasks}
        own = {"rows": [[self.rows[group] for group in each] for each in members],
               "wanted": [[i for i, group in enumerate(each) if group in groups] for each in members]}
        for name, make in (of_each or {}).items():
            own[name] = [make(each) for each in members]
        with telling_warnings("rx_exec_by"):
            values = rx_exec(task, {"columns": self.columns, **common}, compute_context=there,
                             **{name: rx_elem_arg(items) for name, items in own.items()})
        return [([each[i] for i in chosen], value) for each, chosen, value in zip(members, own["wanted"], values)]
