"""The result of rx_pca: R's fields, and what scikit-learn's users look for under scikit-learn's names."""

from __future__ import annotations

from typing import Any

import numpy as np

from insitu._predicted import predicted
from insitu._result import Printed, Result


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

    def predict(self, data: Any, num_components: int | None = None, **settings: Any) -> Any:
        """Scores of rows: of each column its value less ``center``, by ``scale``, times the loadings.

        Parameters
        ----------
        data : data
            A data frame, a data source or the path of a file, which is only read.
        num_components : int
            How many components; None: all.
        **settings
            Further arguments of ``rx_predict``, such as ``extra_vars_to_write``.

        Returns
        -------
        data frame
            Columns PC1, PC2, ..., NaN where a variable of the formula is missing; what ``rx_predict`` returns.

        Raises
        ------
        InvalidArgument
            ``data`` lacks a variable of the formula, or there are not as many components.
        """
        return predicted(self, data, num_components=num_components, **settings)

    transform = predict

    def summary(self) -> Printed:
        """Shares of variance and loadings."""
        return Printed(self.text("summary"))

    def to_frame(self) -> Any:
        """The loadings as a data frame."""
        return self.labelled("loadings")
