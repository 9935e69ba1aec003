"""The result of rx_lin_mod: RevoScaleR's fields, and what statsmodels' users look for under statsmodels' names."""

from __future__ import annotations

import math
import os
import tempfile
from typing import Any

import numpy as np

from insitu import _calls, _html, _jobs
from insitu._requests import Builder, numbers
from insitu._result import Printed, Result, data_frame, series
from insitu.errors import InvalidArgument, shown
from insitu.sources import RxDataSource, RxXdfData


def f_tail(value: float, df1: float, df2: Any) -> float:
    """The probability that F is larger; ``df2`` "Inf": that a chi-square divided by its degrees of freedom is."""
    return float(numbers(Builder("f_tail", value=value, df1=df1, df2=df2, reportProgress=0).run()["value"])[0])


def check_nested(models: list[Any], name: str) -> None:
    """Refuses models that cannot be compared: of other classes, responses or rows."""
    kinds = {type(model) for model in models}
    if len(kinds) > 1 or not issubclass(next(iter(kinds)), RxLinModResults):
        raise InvalidArgument(f"{name}: the models must be fitted by one function, not {', '.join(sorted(k.__name__ for k in kinds))}")
    responses = {tuple(model["y.names"]) for model in models}
    if len(responses) > 1 or len(next(iter(responses))) > 1:
        raise InvalidArgument(f"{name}: the models must have one response, the same in each")
    if len({model.nobs for model in models}) > 1:
        raise InvalidArgument(f"{name}: the models were not fitted to the same rows: leave out rows with missing values first")


_KEEPS_NO_ROWS = "a model keeps no rows, which may be more than fit into memory; "


class RxLinModResults(Result):
    """A linear model.

    RevoScaleR's fields: ``fit["coefficients"]``, ``fit["coef.std.error"]``, ``fit["coef.t.value"]``, ``fit["coef.p.value"]``
    (also ``fit.coef_std_error`` ...), shape (p,) for one response, (p, N) for N; NaN for dropped columns.
    ``coefficient_names`` are their labels, ``fit["params"]`` or ``fit.settings`` the settings of the call.

    statsmodels' names: ``params``, ``bse``, ``tvalues``, ``pvalues`` (a Series by label, NaN where dropped; for several
    responses a data frame with one column each), ``conf_int()``, ``cov_params()``, ``rsquared``, ``rsquared_adj``, ``fvalue``,
    ``f_pvalue``, ``nobs``, ``df_resid``, ``df_model``, ``scale``, ``ssr``, ``llf``, ``aic``, ``bic``, ``predict()``,
    ``summary()``. For several responses the numbers of a fit are arrays with one value each.
    """

    _HEADS = ("Estimate", "Std. Error", "t value", "Pr(>|t|)")
    _PER_COEFFICIENT = ("coefficients", "coef.std.error", "coef.t.value", "coef.p.value")

    def _not_kept(self) -> dict[str, str]:
        weighted = (f"the likelihood of a fit with probability weights needs the logarithms of the weights, which a fit does "
                    f"not add up (pweights={self._fields['params'].get('pweights')!r})")
        return {
            "resid": _KEEPS_NO_ROWS + "residuals(data) computes them",
            "fittedvalues": _KEEPS_NO_ROWS + "predict(data) computes them",
            "endog": _KEEPS_NO_ROWS + "they are in the data", "exog": _KEEPS_NO_ROWS + "they are in the data",
            **({"llf": weighted, "aic": weighted, "bic": weighted} if self._fields["params"].get("pweights") else {}),
        }

    @property
    def coefficient_names(self) -> list[str]:
        """Labels of the coefficients, those of dropped columns included."""
        return list(self._fields["coefficientNames"])

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the call: RevoScaleR's ``params``, which is ``fit["params"]`` here, too."""
        return self._fields["params"]

    @property
    def standard_errors(self) -> np.ndarray:
        return self._fields["coef.std.error"]

    def _columns(self) -> list[str]:
        """What the columns of the coefficients are of."""
        return list(self._fields["y.names"])

    def _by_label(self, key: str) -> Any:
        values, names = self._fields[key], self._columns()
        if values.ndim == 1:
            return series(values.copy(), self.coefficient_names)
        return data_frame({y: values[:, i] for i, y in enumerate(names)}, self.coefficient_names)

    def coef(self) -> Any:
        """Coefficients by label, a dict (several responses: a data frame); NaN where dropped."""
        values = self._fields["coefficients"]
        return dict(zip(self.coefficient_names, values.tolist())) if values.ndim == 1 else self._by_label("coefficients")

    @property
    def params(self) -> Any:
        """Coefficients by label. The settings of the call are ``settings``."""
        return self._by_label("coefficients")

    @property
    def bse(self) -> Any:
        """Standard errors by label."""
        return self._by_label("coef.std.error")

    @property
    def cov_type(self) -> str:
        """Of the standard errors: "nonrobust", or as the summary says it: "HC1, clustered by firm (40 clusters)"."""
        return self._robust() or "nonrobust"

    def _robust(self) -> str | None:
        robust = self._fields.get("robust")
        if robust is None:
            return None
        by = " and ".join(f"{name} ({count} clusters)" for name, count in zip(robust["cluster"], robust["clusters"]))
        return robust["type"] + (f", clustered by {by}" if by else "")

    @property
    def tvalues(self) -> Any:
        """t statistics by label."""
        return self._by_label("coef.t.value")

    @property
    def pvalues(self) -> Any:
        """Two-sided p values of the t statistics by label."""
        return self._by_label("coef.p.value")

    @property
    def rsquared(self) -> Any:
        """R squared; about 0 instead of the mean where the model has neither an intercept nor a cube."""
        return self._fields["r.squared"]

    @property
    def rsquared_adj(self) -> Any:
        """R squared, adjusted for the number of coefficients."""
        return self._fields["adj.r.squared"]

    @property
    def fvalue(self) -> Any:
        """The F statistic of all coefficients but the intercept."""
        values = numbers(self._fields["fstatistics"]["value"]).reshape(-1)
        return float(values[0]) if len(self._fields["y.names"]) == 1 else values

    @property
    def df_model(self) -> float:
        """Degrees of freedom of the model: coefficients that were not dropped, without the intercept."""
        return float(numbers(self._fields["fstatistics"]["numdf"])[0])

    @property
    def df_resid(self) -> float:
        """Degrees of freedom of the residuals."""
        return float(numbers(self._fields["fstatistics"]["dendf"])[0])

    @property
    def nobs(self) -> float:
        """Observations: rows without missing values and with a weight above 0; with ``fweights`` the sum of the weights."""
        return self.df_resid + float(self._fields["rank"])

    @property
    def ssr(self) -> Any:
        """The (weighted) sum of squared residuals."""
        return self._fields["residual.squares"]

    @property
    def scale(self) -> Any:
        """The variance of the residuals: ``ssr / df_resid``."""
        return self._fields["residual.variance"]

    mse_resid = scale

    @property
    def llf(self) -> Any:
        """The logarithm of the likelihood at its maximum. Not for a fit with ``pweights`` (raises NotKept)."""
        if self._fields["params"].get("pweights"):
            raise AttributeError("llf")  # __getattr__ says why
        with np.errstate(divide="ignore"):
            found = -self.nobs / 2 * (np.log(2 * math.pi) + np.log(np.asarray(self.ssr) / self.nobs) + 1)
        return float(found) if found.ndim == 0 else found

    @property
    def aic(self) -> Any:
        """Akaike's criterion, ``-2 llf + 2 k`` with ``k`` coefficients that were not dropped."""
        return -2 * self.llf + 2 * self._fields["rank"]

    @property
    def bic(self) -> Any:
        """Schwarz' criterion, ``-2 llf + log(nobs) k``."""
        return -2 * self.llf + math.log(self.nobs) * self._fields["rank"]

    def _interval_degrees(self) -> Any:
        """Degrees of freedom of t in confidence intervals; "Inf": they are those of the normal distribution."""
        return self.df_resid

    def conf_int(self, alpha: float = 0.05) -> Any:
        """Confidence intervals of the coefficients.

        Parameters
        ----------
        alpha : number
            1 - the confidence level, between 0 and 1.

        Returns
        -------
        data frame
            Columns 0 (lower end) and 1 (upper end) by label, NaN where dropped; for several responses columns
            (name of the response, 0 or 1).

        Raises
        ------
        InvalidArgument
            ``alpha`` is not between 0 and 1.
        """
        if isinstance(alpha, bool) or not isinstance(alpha, (int, float, np.number)) or not 0 < float(alpha) < 1:
            raise InvalidArgument(f"conf_int: alpha must be a number between 0 and 1, not {shown(alpha)}")
        if self.df_resid > 0:
            request = Builder("t_quantile", p=float(alpha) / 2, df=self._interval_degrees(), upper=True, reportProgress=0)
            half = numbers(request.run()["value"])[0]
        else:
            half = math.nan
        middle, error = self._fields["coefficients"], self._fields["coef.std.error"]
        low, high = middle - half * error, middle + half * error
        if middle.ndim == 1:
            return data_frame({0: low, 1: high}, self.coefficient_names)
        columns = {}
        for i, y in enumerate(self._columns()):
            columns[(y, 0)], columns[(y, 1)] = low[:, i], high[:, i]
        return data_frame(columns, self.coefficient_names)

    def compare_f_test(self, restricted: RxLinModResults) -> tuple[float, float, float]:
        """F test of this model against one with a part of its terms, fitted to the same rows.

        Parameters
        ----------
        restricted : RxLinModResults
            The smaller model.

        Returns
        -------
        tuple
            F, its p value, and how many coefficients the smaller model lacks.

        Raises
        ------
        InvalidArgument
            The models have other responses or rows, or are not of one kind.
        """
        check_nested([restricted, self], "compare_f_test")
        degrees = restricted.df_resid - self.df_resid
        if degrees <= 0:
            raise InvalidArgument("compare_f_test: the other model must have fewer coefficients than this one")
        value = (restricted._misfit() - self._misfit()) / degrees / float(self.scale)
        return value, f_tail(value, degrees, self.df_resid), degrees

    def _misfit(self) -> float:
        """What nested models are compared by: the sum of squared residuals, the deviance."""
        return float(self.ssr)

    def vcov(self) -> np.ndarray:
        """Covariance matrix of the coefficients, shape (p, p), NaN where dropped; fit with ``cov_coef=True``.

        Raises
        ------
        InvalidArgument
            The model was fitted without ``cov_coef=True``.
        """
        if self._fields.get("covCoef") is None:
            raise InvalidArgument("the model holds no covariance matrix: fit it with cov_coef=True")
        return self._fields["covCoef"]

    def cov_params(self) -> Any:
        """Covariance matrix of the coefficients as a data frame by label, NaN where dropped; fit with ``cov_coef=True``.

        Raises
        ------
        InvalidArgument
            The model was fitted without ``cov_coef=True``.
        """
        matrix, names = self.vcov(), self.coefficient_names
        return data_frame({name: matrix[:, i] for i, name in enumerate(names)}, names)

    def _predicted(self, data: Any, **settings: Any) -> Any:
        """rx_predict's rows in memory; files of ``data`` stay as they are."""
        if not isinstance(data, (str, os.PathLike, RxDataSource)):
            with _jobs.waiting():
                return _calls.call("rx_predict", model_object=self, data=data, report_progress=0, **settings)
        with _jobs.waiting(), tempfile.TemporaryDirectory(prefix="insitu-") as folder:
            written = _calls.call("rx_predict", model_object=self, data=data, report_progress=0,
                                  output_data=RxXdfData(os.path.join(folder, "predicted.xdf")), **settings)
            return _calls.call("rx_data_step", input_data=written, max_rows_by_cols=2**62, report_progress=0)

    @staticmethod
    def _column(frame: Any, at: int) -> Any:
        names = frame.column_names if hasattr(frame, "column_names") else list(frame.columns)
        return frame[names[at]]

    def predict(self, data: Any, **settings: Any) -> Any:
        """Predictions for the rows of ``data``.

        Parameters
        ----------
        data : data
            A data frame, a data source or the path of a file, which is only read.
        **settings
            Further arguments of ``rx_predict``, such as ``interval="confidence"``.

        Returns
        -------
        column or data frame
            Without settings the column of predictions (a Series for pandas, with the index of ``data``), NaN where a value
            that the model needs is missing; else the data frame that ``rx_predict`` returns.

        Raises
        ------
        InvalidArgument
            ``data`` lacks a variable of the model, or the model has several responses.
        """
        found = self._predicted(data, **settings)
        return found if settings else self._column(found, 0)

    def residuals(self, data: Any) -> np.ndarray:
        """Residuals for the rows of ``data``, shape (rows,), NaN where a value is missing; a model keeps none. One response."""
        return np.asarray(self._column(self._predicted(data, compute_residuals=True), -1), dtype=float)

    def summary(self) -> Printed:
        """The table of coefficients with standard errors, t and p values, and the quality of the fit, as it prints."""
        return Printed(self.text("summary"))

    def to_frame(self, response: int = 0) -> Any:
        """Estimate, Std. Error, t value, Pr(>|t|) by coefficient, of one response (its number, from 0)."""
        def column(key: str) -> np.ndarray:
            values = self._fields[key]
            return values if values.ndim == 1 else values[:, response]

        return data_frame({h: column(k) for h, k in zip(self._HEADS, self._PER_COEFFICIENT)}, self.coefficient_names)

    def _repr_html_(self) -> str:
        names = self._fields["y.names"]
        cube = bool(self._fields["params"].get("cube"))
        dropped = int(np.sum(self._fields["aliased"]))
        weights = {key: self._fields["params"].get(key) for key in ("pweights", "fweights")}
        parts = [_html.facts([
            ("Cube Linear Regression" if cube else "Linear Regression", self._fields["formula"]),
            ("Call", self.call), ("Dependent variable(s)", list(names)),
            ("Independent variables", f"{len(self.coefficient_names)} ({dropped} dropped)"), *weights.items(),
            ("Valid observations", self._fields["nValidObs"]), ("Missing observations", self._fields["nMissingObs"]),
            ("Sum of weights", self._fields.get("sumOfWeights")), ("Standard errors", self._robust()),
        ])]
        each = lambda value: np.atleast_1d(np.asarray(value, dtype=float))  # noqa: E731
        for i, y in enumerate(names):
            columns = {}
            for head, key in zip(self._HEADS, self._PER_COEFFICIENT):
                values = self._fields[key] if len(names) == 1 else self._fields[key][:, i]
                columns[head] = ["Dropped" if gone else value for value, gone in zip(values, self._fields["aliased"])]
            parts += [_html.table(columns, self.coefficient_names, f"Coefficients of {y}"), _html.facts([
                ("Residual standard error", f"{each(self._fields['sigma'])[i]:.7g} on {self.df_resid:g} degrees of freedom"),
                ("Multiple R-squared", each(self.rsquared)[i]), ("Adjusted R-squared", each(self.rsquared_adj)[i]),
                ("F-statistic", f"{each(self.fvalue)[i]:.7g} on {self.df_model:g} and {self.df_resid:g} DF, "
                                f"p-value {each(self.f_pvalue)[i]:.7g}"),
                ("Condition number", self._fields.get("condition.number"))])]
        if "countDF" in self._fields:
            parts.append(_html.frame(self._fields["countDF"], "Cells"))
        return "".join(parts)
