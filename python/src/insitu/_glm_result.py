"""The results of rx_logit and rx_glm: RevoScaleR's fields, and what statsmodels' users look for under statsmodels' names."""

from __future__ import annotations

from typing import Any

from insitu import _html
from insitu._lin_mod_result import RxLinModResults, check_nested, f_tail
from insitu._requests import numbers
from insitu.errors import InvalidArgument


def dispersion_is_known(model: Any) -> bool:
    """Whether the dispersion of a generalized linear model is 1 and not estimated."""
    return model["family"] in ("binomial", "poisson") or model["familyText"].endswith("dispersion = 1)")


class RxGlmResults(RxLinModResults):
    """A generalized linear model.

    RevoScaleR's fields: ``fit["coefficients"]``, ``fit["coef.std.error"]``, ``fit["coef.t.value"]``, ``fit["coef.p.value"]``,
    shape (p,), NaN for dropped columns; ``fit["deviance"]``, ``fit["dispersion"]``, ``fit["iter"]``, ``fit["converged"]``,
    ``fit["iterationRecord"]`` (a data frame, one row a pass) ...

    statsmodels' names: ``params``, ``bse``, ``tvalues``, ``pvalues``, ``conf_int()``, ``cov_params()``, ``deviance``, ``scale``,
    ``nobs``, ``df_resid``, ``df_model``, ``aic``, ``llf``, ``converged``, ``predict()``, ``summary()``.
    """

    def _not_kept(self) -> dict[str, str]:
        linear = "a sum of squares is that of a linear model; the deviance is what a generalized one has"
        unknown = "the likelihood was not computed: fit with compute_aic=True, and a family that has one"
        return {**super()._not_kept(),
                **dict.fromkeys(("rsquared", "rsquared_adj", "fvalue", "f_pvalue", "ssr"), linear),
                **({} if "aic" in self._fields else dict.fromkeys(("aic", "llf", "bic"), unknown))}

    def _linear_only(self) -> Any:
        raise AttributeError("not of this model")  # __getattr__ says why

    rsquared = rsquared_adj = fvalue = f_pvalue = ssr = property(_linear_only)

    @property
    def df_model(self) -> float:
        """Degrees of freedom of the model: coefficients that were not dropped, without the intercept."""
        return float(self._fields["rank"]) - (1 if self._fields["intercept"] or self._fields["params"].get("cube") else 0)

    @property
    def df_resid(self) -> float:
        """Degrees of freedom of the residuals."""
        return float(numbers(self._fields["df"])[1])

    @property
    def scale(self) -> float:
        """The dispersion: 1 for binomial and poisson, and where the family says so."""
        return self._fields["dispersion"]

    mse_resid = scale

    @property
    def aic(self) -> float:
        """Akaike's criterion as R has it; with ``compute_aic`` (always of rx_logit)."""
        if "aic" not in self._fields:
            raise AttributeError("aic")  # __getattr__ says why
        return self._fields["aic"]

    @property
    def llf(self) -> float:
        """The logarithm of the likelihood at the deviance's estimate of the dispersion."""
        counted = 1 if self._fields["family"] in ("gaussian", "Gamma", "inverse.gaussian") else 0  # is a dispersion a parameter?
        return self._fields["rank"] + counted - self.aic / 2

    def _misfit(self) -> float:
        return float(self._fields["deviance"])

    def compare_lr_test(self, restricted: RxGlmResults) -> tuple[float, float, float]:
        """Likelihood ratio test of this model against one with a part of its terms, fitted to the same rows.

        Parameters
        ----------
        restricted : RxGlmResults
            The smaller model.

        Returns
        -------
        tuple
            The difference of the deviances divided by the dispersion of this model, its p value (chi-square), and how many
            coefficients the smaller model lacks.

        Raises
        ------
        InvalidArgument
            The models have other responses or rows, or are not of one kind.
        """
        check_nested([restricted, self], "compare_lr_test")
        degrees = restricted.df_resid - self.df_resid
        if degrees <= 0:
            raise InvalidArgument("compare_lr_test: the other model must have fewer coefficients than this one")
        value = (restricted._misfit() - self._misfit()) / float(self.scale)
        return value, f_tail(value / degrees, degrees, "Inf"), degrees

    def _interval_degrees(self) -> Any:
        return "Inf" if dispersion_is_known(self._fields) else self.df_resid

    def _repr_html_(self) -> str:
        fields = self._fields
        columns = {head: ["Dropped" if gone else value for value, gone in zip(fields[key], fields["aliased"])]
                   for head, key in zip(self._HEADS, self._PER_COEFFICIENT)}
        return "".join([
            _html.facts([("Model", fields["formula"]), ("Call", self.call), ("Family and link", f"{fields['family']}-{fields['link']}"),
                         ("Dependent variable", fields["y.names"]), ("Valid observations", fields["nValidObs"]),
                         ("Missing observations", fields["nMissingObs"]), ("Standard errors", self._robust())]),
            _html.table(columns, self.coefficient_names, "Coefficients"),
            _html.facts([("Residual deviance", f"{fields['deviance']:.7g} on {self.df_resid:g} degrees of freedom"),
                         ("Dispersion", fields["dispersion"]), ("Iterations", fields["iter"]), ("Converged", fields["converged"]),
                         ("Condition number", fields["condition.number"])])])


class RxLogitResults(RxGlmResults):
    """A logistic regression: the fields and names of RxGlmResults; statistics are z values."""

    _HEADS = ("Estimate", "Std. Error", "z value", "Pr(>|z|)")
