"""The results of rx_ridge_reg and rx_elastic_net: R's fields, and predictions."""

from __future__ import annotations

from typing import Any

from insitu._predicted import predicted
from insitu._result import Result


class RxRidgeRegResults(Result):
    """A ridge regression.

    Fields: ``fit["coefficients"]``, shape (lambdas, columns), ``fit["lambda"]``, ``fit["df"]``, ``fit["r.squared"]``,
    ``fit["GCV"]`` ...
    """

    def predict(self, data: Any, lambda_: Any = None, **settings: Any) -> Any:
        """Predictions for the rows of ``data``.

        Parameters
        ----------
        data : data
            A data frame, a data source or the path of a file, which is only read.
        lambda_ : float or list of float
            Penalties of the fit; of an elastic net also those between them, where coefficients are linear. None: the one with
            the least generalised cross-validation, ``fit["GCV"]``.
        **settings
            Further arguments of ``rx_predict``, such as ``compute_residuals=True``.

        Returns
        -------
        data frame
            What ``rx_predict`` returns: the response's name with _Pred behind it, with several penalties _Pred_1, _Pred_2, ...;
            NaN where a value that the model needs is missing.

        Raises
        ------
        InvalidArgument
            ``data`` lacks a variable of the model, or a penalty is none of the model's.
        """
        return predicted(self, data, lambda_=lambda_, **settings)

    def to_frame(self) -> Any:
        """The coefficients as a data frame, a row for each penalty."""
        return self.labelled("coefficients")


class RxElasticNetResults(RxRidgeRegResults):
    """An elastic net: the fields of a ridge regression, and ``fit["converged"]``."""
