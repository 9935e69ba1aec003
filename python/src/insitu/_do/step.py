"""Stepwise selection: rx_step_control, rx_step_plot."""

import textwrap

import numpy as np

from insitu._calls import implements
from insitu._result import Result
from insitu._step_control import StepControl
from insitu.errors import InvalidArgument, Unsupported, shown


@implements("rx_step_control")
def _step_control(arguments):
    return StepControl.of(arguments)


@implements("rx_step_plot")
def _step_plot(arguments):
    fit, eps = arguments["x"], float(arguments["eps"])
    if not isinstance(fit, Result):
        raise InvalidArgument(f"rx_step_plot: x must be a model with stepwise selection, not {shown(fit)}")
    if "stepCoefs" not in fit:
        raise InvalidArgument("rx_step_plot: the model holds no coefficients of its steps: fit it with "
                              "variable_selection=rx_step_control(..., keep_step_coefs=True)")
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise Unsupported("rx_step_plot needs matplotlib, which is not installed: pip install matplotlib; the figures are "
                          "fit.labelled('stepCoefs')") from None
    names, values = np.array(fit["stepCoefNames"]), fit["stepCoefs"]
    if arguments["omitZeroCoefs"]:
        drawn = (np.nan_to_num(np.abs(values)) > eps).any(axis=1)
        names, values = names[drawn], values[drawn]
    axes = arguments["ax"] if arguments["ax"] is not None else plt.figure(figsize=(8, 5), layout="constrained").add_subplot()
    steps = np.arange(values.shape[1])
    marker = "$*$" if arguments["pch"] == "*" else arguments["pch"]
    axes.set_prop_cycle(color=plt.get_cmap("tab20" if len(names) > 10 else "tab10").colors)
    for name, row in zip(names, values):
        axes.plot(steps, row, linestyle="" if arguments["type"] == "p" else "-", label=name,
                  marker=marker if arguments["type"] in ("p", "b", "o") else "")
    if arguments["plotStepBreaks"]:
        for step in steps:
            axes.axvline(step, color="0.8", linewidth=0.8, zorder=0)
    axes.axhline(0, color="0.6", linewidth=0.8, zorder=0)
    axes.set_xticks(steps, [f"{i}\n{change}" for i, change in zip(fit["stepNames"], fit["anova"]["Step"])], fontsize="small")
    axes.set(xlabel=arguments["xlab"], ylabel=arguments["ylab"])
    axes.set_title("\n".join(textwrap.wrap(fit["formula"], 60)) if arguments["main"] is None else arguments["main"], fontsize="medium")
    axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
    return axes
