"""Estimators of scikit-learn over the engine's fits: LinearRegression, LogisticRegression, GLM.

They take arrays and data frames of numbers as scikit-learn's own do, and fit into its pipelines, searches and
cross-validation. Solutions are those of rx_lin_mod, rx_logit and rx_glm: the maximum of the likelihood, nothing is
penalised; a column that depends on those before it gets the coefficient 0. ``result_`` is the whole result of the fit.
scikit-learn is needed for this module alone: ``pip install scikit-learn``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from insitu import _jobs, api

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
except ImportError as missing:
    raise ImportError("insitu.sklearn needs scikit-learn 1.6 or later: pip install scikit-learn") from missing

__all__ = ["GLM", "LinearRegression", "LogisticRegression"]

#: Names of the columns in the formula; users' names may be no names there.
_Y, _WEIGHTS = "y", "w"


class _Linear(BaseEstimator):
    """What the estimators share: a linear predictor over columns of numbers."""

    def _validated(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        return validate_data(self, X, y, dtype=np.float64, y_numeric=True)

    def _fit(self, function: Any, X: np.ndarray, y: np.ndarray, sample_weight: Any, **settings: Any) -> None:
        """Fits and takes coef_, intercept_ and result_ from the result."""
        columns = {f"x{i}": X[:, i] for i in range(X.shape[1])}
        columns[_Y] = np.asarray(y, dtype=float)
        if sample_weight is not None:
            columns[_WEIGHTS] = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
            settings["pweights"] = _WEIGHTS
        terms = " + ".join(f"x{i}" for i in range(X.shape[1]))
        formula = f"{_Y} ~ {terms}" + ("" if self.fit_intercept else " - 1")
        with _jobs.waiting():  # an estimator is fitted when fit returns
            self.result_ = function(formula, columns, report_progress=0, **settings)
        estimates = np.nan_to_num(np.asarray(self.result_["coefficients"], dtype=float))  # 0 where dropped
        self.intercept_ = float(estimates[0]) if self.fit_intercept else 0.0
        self.coef_ = estimates[1:] if self.fit_intercept else estimates

    def _linear_predictor(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return X @ np.ravel(self.coef_) + np.ravel(self.intercept_)[0]


class LinearRegression(RegressorMixin, _Linear):
    """Least squares, as rx_lin_mod.

    Parameters
    ----------
    fit_intercept : bool
        Whether there is a constant.

    Attributes
    ----------
    coef_ : array of shape (n_features,)
        The coefficients; 0 for a column that depends on those before it.
    intercept_ : float
        The constant.
    result_ : RxLinModResults
        The result of rx_lin_mod: standard errors, summary() ...
    """

    def __init__(self, *, fit_intercept: bool = True) -> None:
        self.fit_intercept = fit_intercept

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> LinearRegression:
        """Fits to X of shape (n_samples, n_features) and y of shape (n_samples,); no value may be missing."""
        X, y = self._validated(X, y)
        self._fit(api.rx_lin_mod, X, y, sample_weight)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Predictions, shape (n_samples,)."""
        return self._linear_predictor(X)


class LogisticRegression(ClassifierMixin, _Linear):
    """Logistic regression of two classes, as rx_logit; nothing is penalised.

    Parameters
    ----------
    fit_intercept : bool
        Whether there is a constant.
    max_iter : int
        Most passes over the data.

    Attributes
    ----------
    classes_ : array of shape (2,)
        The classes in order; probabilities and coefficients are those of the second.
    coef_ : array of shape (1, n_features)
        The coefficients; 0 for a column that depends on those before it.
    intercept_ : array of shape (1,)
        The constant.
    n_iter_ : array of shape (1,)
        Passes that it took.
    result_ : RxLogitResults
        The result of rx_logit: standard errors, summary() ...
    """

    def __init__(self, *, fit_intercept: bool = True, max_iter: int = 25) -> None:
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> LogisticRegression:
        """Fits to X of shape (n_samples, n_features) and y of two classes, shape (n_samples,)."""
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        classes, codes = np.unique(y, return_inverse=True)
        if len(classes) > 2:
            raise ValueError(f"Only binary classification is supported. The type of the target is multiclass ({len(classes)} "
                             "classes): rx_multinom_logit fits more than two.")
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        counted = classes if sample_weight is None else np.unique(y[sample_weight > 0])
        if len(counted) < 2:
            raise ValueError(f"y has one class, {counted.tolist()}, where weights are above 0: a logistic regression needs two")
        self.classes_ = classes
        self._fit(api.rx_logit, X, codes, sample_weight, max_iterations=self.max_iter)
        self.coef_, self.intercept_ = self.coef_[np.newaxis, :], np.array([self.intercept_])
        self.n_iter_ = np.array([int(self.result_["iter"])])
        return self

    def decision_function(self, X: Any) -> np.ndarray:
        """The logarithm of the odds of the second class, shape (n_samples,)."""
        return self._linear_predictor(X)

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities of both classes, shape (n_samples, 2)."""
        second = 0.5 * (1 + np.tanh(0.5 * self._linear_predictor(X)))
        return np.column_stack([1 - second, second])

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Their logarithms, shape (n_samples, 2)."""
        eta = self._linear_predictor(X)
        return -np.column_stack([np.logaddexp(0, eta), np.logaddexp(0, -eta)])

    def predict(self, X: Any) -> np.ndarray:
        """The more probable class, shape (n_samples,)."""
        second = self._linear_predictor(X) > 0
        return self.classes_[second.astype(int)]


class GLM(RegressorMixin, _Linear):
    """A generalized linear model, as rx_glm.

    Parameters
    ----------
    family : str or statsmodels family
        As rx_glm takes it: "gaussian", "poisson", "Gamma(log)", "Tweedie(var.power = 1.5, link.power = 0)" ...
    fit_intercept : bool
        Whether there is a constant.
    max_iter : int
        Most passes over the data.

    Attributes
    ----------
    coef_ : array of shape (n_features,)
        The coefficients on the scale of the link; 0 for a column that depends on those before it.
    intercept_ : float
        The constant.
    n_iter_ : int
        Passes that it took.
    result_ : RxGlmResults
        The result of rx_glm: deviance, dispersion, summary() ...
    """

    def __init__(self, *, family: Any = "gaussian", fit_intercept: bool = True, max_iter: int = 25) -> None:
        self.family = family
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> GLM:
        """Fits to X of shape (n_samples, n_features) and y of shape (n_samples,), of values that the family has."""
        X, y = self._validated(X, y)
        self._fit(api.rx_glm, X, y, sample_weight, family=self.family, max_iterations=self.max_iter)
        self.n_iter_ = int(self.result_["iter"])
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Means, shape (n_samples,): the inverse of the link of the linear predictor, by the engine."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        columns = {f"x{i}": X[:, i] for i in range(X.shape[1])}
        return np.asarray(self.result_.predict(columns), dtype=float)
