"""Pictures of data: rx_histogram, rx_line_plot."""

import os
import re
import warnings

from insitu import _line_plot
from insitu._calls import Arguments, implements
from insitu._do.analyses import analysis
from insitu._do.info import info_request
from insitu._do.rows import _data_step
from insitu._histogram_result import LOOK
from insitu.errors import InvalidArgument
from insitu.sources import RxDataSource

_MOST_POINTS = 1_000_000


def _take(arguments, look):
    """The arguments that say how a picture looks, taken out of the others; None means the default."""
    given = {key: arguments.pop(key, None) for key, _ in look.values()}
    return {key: default if given[key] is None else given[key] for key, default in look.values()}


@implements("rx_histogram")
def _histogram(arguments):
    look, ax, draw = _take(arguments, LOOK), arguments.pop("ax", None), arguments.pop("print", True)
    found = analysis("rx_histogram", arguments)
    return found.draw("rx_histogram", ax, look) if draw else found


@implements("rx_line_plot")
def _line(arguments):
    look, ax, draw = _take(arguments, _line_plot.LOOK), arguments.pop("ax", None), arguments.pop("print", True)
    formula = arguments.pop("formula")
    frame = _rows_to_draw(formula, arguments)
    return _line_plot.draw(frame, formula, ax, look) if draw else frame


def _rows_to_draw(formula, arguments):
    """The terms of the formula as columns; of the data only those columns are read that something names."""
    responses, x, panels = _line_plot.parts_of(formula)
    terms = list(dict.fromkeys([*responses, x, *panels]))
    transforms = dict(arguments.get("transforms") or {})
    transforms.update({term: term for term in terms if not _line_plot.is_name(term)})
    wanted = [_line_plot.bare(term) for term in terms]
    step = Arguments(arguments, inData=arguments.pop("data"), transforms=transforms or None)
    step.pop("data", None)
    function, variables = arguments.get("transformFunc"), arguments.get("transformVars")
    if function is None or variables:
        texts = " ".join([*transforms.values(), arguments.get("rowSelection") or ""])
        named = {*wanted, *([variables] if isinstance(variables, str) else variables or ()), *re.findall(r"[^\W\d][\w.]*|`[^`]+`", texts)}
        named = {_line_plot.bare(name) for name in named}
        if isinstance(step["inData"], (str, os.PathLike, RxDataSource)):
            known = [entry["name"] for entry in info_request("var_info", {"data": step["inData"]}).run()["varInfo"]]
            step["varsToKeep"] = [name for name in known if name in named] or None
    step["maxRowsByCols"] = (_MOST_POINTS + 1) * (len(wanted) + len(step.get("varsToKeep") or ()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = _data_step(step)
    names = list(frame.columns) if hasattr(frame, "columns") and not hasattr(frame, "column_names") else frame.column_names
    for name in wanted:
        if name not in names:
            raise InvalidArgument(f"rx_line_plot: the data have no variable {name!r}; they have {', '.join(map(str, names))}")
    if len(frame) > _MOST_POINTS:
        raise InvalidArgument(f"rx_line_plot: the data have more than {_MOST_POINTS} rows to draw: select some with row_selection, or "
                              "draw a summary of them (rx_histogram, rx_summary)")
    return frame[wanted] if hasattr(frame, "iloc") else frame.select(wanted)
