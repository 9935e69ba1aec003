"""Covariances that a model holds: rx_cov_coef, rx_cor_coef, rx_cov_data, rx_cor_data."""

import functools

import numpy as np

from insitu._calls import implements
from insitu._result import data_frame
from insitu.errors import InvalidArgument
from insitu.results import RxLinModResults


def _covariance(function, model, of):
    """The matrix and its labels."""
    if not isinstance(model, RxLinModResults):
        raise InvalidArgument(f"{function}: x must be a linear, logistic or generalized linear model, not {type(model).__name__}")
    if of == "coef":
        return model.vcov(), list(model.get("covarianceNames", model.coefficient_names))
    if model.get("covData") is None:
        raise InvalidArgument("the model holds no covariance matrix of the data: fit it with cov_data=True")
    return model["covData"], list(model["columnNames"])


def _matrix(function, of, scaled, arguments):
    matrix, names = _covariance(function, arguments["x"], of)
    if scaled:
        sizes = np.sqrt(np.diag(matrix))
        matrix = matrix / np.outer(sizes, sizes)
    return data_frame({name: matrix[:, i] for i, name in enumerate(names)}, names)


for _of in ("coef", "data"):
    for _kind in ("cov", "cor"):
        _name = f"rx_{_kind}_{_of}"
        implements(_name)(functools.partial(_matrix, _name, _of, _kind == "cor"))
