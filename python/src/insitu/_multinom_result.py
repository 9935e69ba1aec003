"""The result of rx_multinom_logit: RevoScaleR's names of fields, and what statsmodels' users look for under statsmodels' names."""

from __future__ import annotations

import math
from typing import Any

from insitu import _html
from insitu._glm_result import RxLogitResults
from insitu._result import data_frame


class RxMultinomLogitResults(RxLogitResults):
    """A logistic regression of several classes.

    Fields: ``fit["coefficients"]``, ``fit["coef.std.error"]``, ``fit["coef.t.value"]``, ``fit["coef.p.value"]``, shape (p, k) for
    the k classes in ``fit["classNames"]``, each against the first level of the response; NaN for dropped columns;
    ``fit["deviance"]``, ``fit["null.deviance"]``, ``fit["iter"]``, ``fit["converged"]``, ``fit["iterationRecord"]`` ...

    statsmodels' names: ``params``, ``bse``, ``tvalues``, ``pvalues`` (data frames, a column for each class), ``conf_int()``,
    ``cov_params()``, ``llf``, ``aic``, ``bic``, ``nobs``, ``df_resid``, ``df_model``, ``prsquared``, ``predict()``, ``summary()``.
    """

    def _not_kept(self) -> dict[str, str]:
        return {**super()._not_kept(), "scale": "a multinomial model has no dispersion",
                "resid": "residuals are not defined for a multinomial model"}

    def _none(self) -> Any:
        raise AttributeError("not of this model")  # __getattr__ says why

    scale = mse_resid = property(_none)

    @property
    def class_names(self) -> list[str]:
        """The levels of the response but the first, with which they are compared."""
        return list(self._fields["classNames"])

    def _columns(self) -> list[str]:
        return self.class_names

    def coef(self) -> Any:
        """Coefficients by label, a data frame with a column for each class; NaN where dropped."""
        return self.params

    @property
    def df_model(self) -> float:
        """Coefficients that were not dropped, without the intercepts."""
        return float(self._fields["rank"]) - (len(self.class_names) if self._fields["intercept"] else 0)

    def _interval_degrees(self) -> Any:
        return "Inf"

    @property
    def llf(self) -> float:
        """The logarithm of the likelihood."""
        return -self._fields["deviance"] / 2

    @property
    def aic(self) -> float:
        """Akaike's criterion."""
        return self._fields["aic"]

    @property
    def bic(self) -> float:
        """Schwarz' criterion."""
        return -2 * self.llf + math.log(self.nobs) * self._fields["rank"]

    @property
    def prsquared(self) -> float:
        """McFadden's R squared: 1 - deviance / null deviance."""
        return 1 - self._fields["deviance"] / self._fields["null.deviance"]

    def cov_params(self) -> Any:
        """Covariance matrix of the coefficients, a data frame by class:coefficient; fit with ``cov_coef=True``.

        Raises
        ------
        InvalidArgument
            The model was fitted without ``cov_coef=True``.
        """
        matrix, names = self.vcov(), list(self._fields.get("covarianceNames", []))
        return data_frame({name: matrix[:, i] for i, name in enumerate(names)}, names)

    def predict(self, data: Any, **settings: Any) -> Any:
        """Probabilities for the rows of ``data``: a data frame with a column ``<level>_prob`` for each class.

        ``type="class"`` gives the likeliest class, ``type="link"`` the log odds against the first class. A row that lacks a
        value of the model is missing.
        """
        return self._predicted(data, **settings)

    def _repr_html_(self) -> str:
        fields = self._fields
        parts = [_html.facts([
            ("Model", fields["formula"]), ("Call", self.call), ("Dependent variable", fields["y.names"]),
            ("Compared with", fields["response.levels"][0]), ("Valid observations", fields["nValidObs"]),
            ("Missing observations", fields["nMissingObs"])])]
        for i, name in enumerate(self.class_names):
            columns = {head: ["Dropped" if gone else value for value, gone in zip(fields[key][:, i], fields["aliased"])]
                       for head, key in zip(self._HEADS, self._PER_COEFFICIENT)}
            parts.append(_html.table(columns, self.coefficient_names, f"Coefficients of {name}"))
        parts.append(_html.facts([
            ("Residual deviance", f"{fields['deviance']:.7g} on {self.df_resid:g} degrees of freedom"),
            ("Iterations", fields["iter"]), ("Converged", fields["converged"])]))
        return "".join(parts)
