"""rx_exec_by of an analysis of the engine where the context keeps the rows: tasks analyze ranges of groups."""

import re
import warnings

import numpy as np

from insitu._do.group_analyses import made_of, numbers_of, results_of
from insitu._do.group_ranges import RowsOfRange
from insitu._do.groups import _LEAST_BATCHES, _index
from insitu.contexts import RxLocalSeq
from insitu.errors import InsituWarning
from insitu.sources import RxXdfData
from insitu.tasks import rx_elem_arg, rx_exec

#: So many groups have all their results computed when one is looked at first; of more, those of its range.
_RESULTS_AT_ONCE = 10_000


def analyze_range(columns, rows, wanted, analysis):
    """What ``numbers_of`` gives for the wanted groups of the range whose rows this worker was given, and the warnings: a task."""
    with RowsOfRange(columns, rows) as files:
        return analyze_files(files, rows, wanted, analysis)


def analyze_files(files, rows, wanted, analysis):
    """The same of groups that lie in files: a task."""
    taken = analysis.request(RxXdfData(files[0]["file"]))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        done = numbers_of(taken, files, rows, wanted, RxLocalSeq())
    return (*done, [str(each.message) for each in told])


def results_of_range(columns, rows, wanted, analysis):
    """The results of the wanted groups of the range whose rows this worker was given: a task."""
    with RowsOfRange(columns, rows) as files:
        return results_of_files(files, rows, wanted, analysis)


def results_of_files(files, rows, wanted, analysis):
    """The same of groups that lie in files: a task."""
    compute = results_of(analysis.request(RxXdfData(files[0]["file"])), files, rows, RxLocalSeq())
    return [compute(position) for position in wanted]


class Files:
    """Groups of a partitioned set, whose files tasks open."""

    def __init__(self, context, files, rows):
        self._context, self._files, self.rows = context, files, rows

    def run(self, task, groups, common):
        """As of Ranges: a task for some neighbouring files."""
        parts, held = [], None
        most = max(1, sum(self.rows) // _LEAST_BATCHES)
        for each in self._files:
            if groups.isdisjoint(range(each["begin"], each["end"])):
                continue
            size = sum(self.rows[each["begin"]:each["end"]])
            if held is None or held + size > most:
                parts.append([])
                held = 0
            parts[-1].append(each)
            held += size
        own = {"files": [], "rows": [], "wanted": []}
        members = []
        for part in parts:
            positions = [group for each in part for group in range(each["begin"], each["end"])]
            begin = 0
            own["files"].append([])
            for each in part:
                count = each["end"] - each["begin"]
                own["files"][-1].append({**each, "begin": begin, "end": begin + count})
                begin += count
            own["rows"].append([self.rows[group] for group in positions])
            own["wanted"].append([i for i, group in enumerate(positions) if group in groups])
            members.append([group for group in positions if group in groups])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            values = rx_exec(task, common, compute_context=self._context,
                             **{name: rx_elem_arg(items) for name, items in own.items()})
        return list(zip(members, values))


def _joined(parts, wanted):
    """Numbers and status of all wanted groups, from those of the parts, as if they had been computed together."""
    import pandas

    status, frames, first_of = {}, [], {}
    for groups, value in parts:
        if isinstance(value, BaseException):
            status.update(dict.fromkeys(groups, value))
            continue
        numbers, places, each, _ = value
        status.update(zip(groups, each))
        numbers.index = groups
        frames.append(numbers)
        for i, (name, (place, first)) in enumerate(zip(numbers.columns, places)):
            met = (groups[first], place, i)
            first_of[name] = min(first_of.get(name, met), met)
    order = sorted(first_of, key=lambda name: (first_of[name][1], first_of[name][0], first_of[name][2]))
    numbers = pandas.concat(frames).reindex(index=wanted, columns=order) if frames else pandas.DataFrame(index=wanted)
    return numbers, [status[group] for group in wanted]


def _tell(parts, groups):
    """The warnings of all parts: each once, with how many groups."""
    counts = {}
    for _, value in parts:
        for text in value[3] if isinstance(value, tuple) else ():
            found = re.fullmatch(r"in (\d+) of \d+ groups: (.*)", text, re.DOTALL)
            count, words = (int(found[1]), found[2]) if found else (0, text)
            counts[words] = counts.get(words, 0) + count
    for words, count in sorted(counts.items()):
        warnings.warn(f"in {count} of {groups} groups: {words}" if count else words, InsituWarning, stacklevel=2)


class _ResultsThere:
    """Computes results where the rows are, and keeps them."""

    def __init__(self, groups, wanted, analysis, ranges):
        self._groups, self._wanted, self._analysis, self._ranges = groups, wanted, analysis, ranges
        self._made = {}

    def __call__(self, position):
        if position not in self._made:
            asked = self._wanted
            if self._ranges and len(asked) > _RESULTS_AT_ONCE:
                asked = frozenset(next(each for each in self._groups.of_range.values() if position in each)) & asked
            task = results_of_range if self._ranges else results_of_files
            for groups, value in self._groups.run(task, asked, {"analysis": self._analysis}):
                if isinstance(value, BaseException):
                    raise value
                self._made.update(zip(groups, value))
        return self._made[position]


def analyze_there(analysis, table, groups, wanted, ranges):
    """The results of an analysis by its name. ``groups``: of which kind, ``ranges`` says."""
    wanted = sorted(wanted)
    index = _index(table.iloc[wanted])
    positions = np.array(wanted, dtype=np.intp)
    if not wanted:
        return made_of(index, positions, None, [], None)
    parts = groups.run(analyze_range if ranges else analyze_files, frozenset(wanted), {"analysis": analysis})
    errors = [value for _, value in parts if isinstance(value, BaseException)]
    if len(errors) == len(parts):
        raise errors[0]
    _tell(parts, len(wanted))
    numbers, status = _joined(parts, wanted)
    with_result = frozenset(at for at, each in zip(wanted, status) if isinstance(each, str))
    return made_of(index, positions, numbers, status, _ResultsThere(groups, with_result, analysis, ranges))
