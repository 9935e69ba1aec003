"""Pictures of data and models: rx_histogram, rx_line_plot, rx_residual_plot."""

import os
import re
import tempfile
import warnings

import numpy as np

from insitu import _line_plot, _residual_plot
from insitu._calls import Arguments, call, implements
from insitu._do.analyses import analysis
from insitu._do.info import info_request
from insitu._do.rows import _data_step
from insitu._histogram_result import LOOK
from insitu._result import Result, data_frame
from insitu.errors import DataError, InvalidArgument, shown
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


@implements("rx_residual_plot")
def _residuals(arguments):
    model, breaks, kind = arguments["modelObject"], arguments["numBreaks"], arguments["residType"]
    if not 1 <= breaks <= 200:
        raise InvalidArgument(f"rx_residual_plot: num_breaks must be from 1 to 200, not {breaks}")
    if not isinstance(model, Result) or len(model.get("y.names") or ()) != 1:
        raise InvalidArgument("rx_residual_plot: model_object must be a model of rx_lin_mod, rx_logit or rx_glm with one dependent "
                              f"variable, not {shown(type(model).__name__)}")
    with tempfile.TemporaryDirectory(prefix="insitu-residuals-") as folder:
        file = os.path.join(folder, "residuals.xdf")
        call("rx_predict", model_object=model, data=arguments["data"], output_data=file, compute_residuals=True, residual_type=kind,
             predict_var_names="fitted", residual_var_names="residual", report_progress=arguments.get("reportProgress") or 0,
             compute_context=arguments.get("computeContext"))
        bands, cells, means = _count_residuals(file, breaks)
    counts = cells.to_frame()["counts"]
    counts = np.asarray(counts, dtype=float).reshape(len(bands) - 1, -1)
    edges = np.asarray(cells["breaks"])
    table = _residual_plot.table_of(bands, counts, edges, means)
    if not arguments.get("print", True):
        return data_frame(table)
    return _residual_plot.draw(table, counts, edges, kind, arguments.get("ax"), arguments)


def _count_residuals(file, breaks):
    """Ends of the bands of fitted values, the histogram of residuals in each, and their means."""

    def count(formula):
        return call("rx_histogram", formula=formula, data=file, num_breaks=breaks, max_num_panels=breaks, print=False, report_progress=0,
                    compute_context="local")

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*counts no rows")
        fitted = count("~ fitted")
    if fitted["valid.obs"] == 0:
        raise DataError("rx_residual_plot: the data have no row with a residual")
    bands = np.asarray(fitted["breaks"])
    labels = ", ".join(f'"{k}"' for k in range(1, len(bands)))
    band = f"cut(fitted, breaks = c({', '.join(map(repr, bands.tolist()))}), labels = c({labels}), include.lowest = TRUE)"
    summary = call("rx_summary", formula=f"~ residual:{band}", data=file, summary_stats=["Mean"], report_progress=0, compute_context="local")
    return bands, count(f"~ residual | {band}"), np.asarray(summary["categorical"][0]["Means"], dtype=float)
