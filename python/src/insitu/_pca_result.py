"""The result of rx_pca: R's fields, and what scikit-learn's users look for under scikit-learn's names."""

from __future__ import annotations

from typing import Any

import numpy as np

from insitu._result import Printed, Result, data_frame
from insitu.errors import InvalidArgument


class RxPcaResults(Result):
    """Principal components.

    R's fields: ``found["sdev"]``, ``found["loadings"]`` (columns x components), ``found["center"]``, ``found["scale"]``.
    scikit-learn's names: ``components_`` (components x columns), ``explained_variance_``, ``explained_variance_ratio_``,
    ``mean_``, ``transform(data)``.
    """

    @property
    def components_(self) -> np.ndarray:
        """Loadings, a row for each component."""
        return self._fields["loadings"].T

    @property
    def explained_variance_(self) -> np.ndarray:
        """Variances of the components."""
        return self._fields["sdev"] ** 2

    @property
    def explained_variance_ratio_(self) -> np.ndarray:
        """Their shares of the total."""
        return self._fields["proportion"]

    @property
    def mean_(self) -> np.ndarray:
        """Means of the columns."""
        return self._fields["center"]

    def predict(self, data: Any) -> Any:
        """Scores of the rows of a data frame in memory.

        Parameters
        ----------
        data : data frame
            With the columns of the formula, all of them numbers.

        Returns
        -------
        data frame
            A column for each component; missing where a column is.

        Raises
        ------
        InvalidArgument
            ``data`` lack a column, or the formula has a factor or an expression.
        """
        names = list(self._fields["names"])
        try:
            values = np.column_stack([np.asarray(data[name], dtype=float) for name in names])
        except (KeyError, TypeError, ValueError, IndexError):
            raise InvalidArgument(f"predict: data must be a data frame with the numbers {', '.join(names)}") from None
        scores = (values - self._fields["center"]) / self._fields["scale"] @ self._fields["loadings"]
        return data_frame({name: scores[:, i] for i, name in enumerate(self._fields["components"])}, getattr(data, "index", None))

    transform = predict

    def summary(self) -> Printed:
        """Shares of variance and loadings."""
        return Printed(self.text("summary"))

    def to_frame(self) -> Any:
        """The loadings as a data frame."""
        return self.labelled("loadings")
