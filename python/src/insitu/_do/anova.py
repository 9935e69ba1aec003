"""Nested models compared: rx_anova."""

import math

import numpy as np

from insitu._calls import implements
from insitu._glm_result import dispersion_is_known
from insitu._lin_mod_result import check_nested, f_tail
from insitu._result import data_frame
from insitu.errors import InvalidArgument
from insitu.results import RxGlmResults, RxLinModResults, RxMultinomLogitResults


@implements("rx_anova")
def _anova(arguments):
    models = list(arguments["models"]) if isinstance(arguments["models"], (list, tuple)) else [arguments["models"]]
    for model in models:
        if not isinstance(model, RxLinModResults) or isinstance(model, RxMultinomLogitResults):
            raise InvalidArgument(f"rx_anova: models must be a list of linear, logistic or generalized linear models, "
                                  f"not {type(model).__name__}")
    if len(models) < 2:
        raise InvalidArgument("rx_anova: give two or more nested models: one alone needs the data again")
    check_nested(models, "rx_anova")
    rest = np.array([model.df_resid for model in models])
    misfit = np.array([model._misfit() for model in models])
    largest = int(np.argmin(rest))
    degrees, change = np.concatenate([[math.nan], -np.diff(rest)]), np.concatenate([[math.nan], -np.diff(misfit)])
    deviance = isinstance(models[0], RxGlmResults)
    known = deviance and dispersion_is_known(models[0])
    scale = float(models[largest].scale)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = change / degrees / scale
    p = [math.nan if not math.isfinite(value) else f_tail(value, abs(df), "Inf" if known else float(rest[largest]))
         for value, df in zip(statistic.tolist(), degrees.tolist())]
    columns = {"Resid. Df": rest, "Resid. Dev": misfit, "Df": degrees, "Deviance": change} if deviance else {
        "Res.Df": rest, "RSS": misfit, "Df": degrees, "Sum of Sq": change}
    columns.update({"Pr(>Chi)": p} if known else {"F": statistic, "Pr(>F)": p})
    return data_frame(columns, [model["formula"] for model in models])
