"""Families of generalized linear models as the engine reads them: a text, made of what users hand over, and functions where
the engine has none (docs/regression.md)."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from insitu.errors import InvalidArgument, shown

#: Classes of statsmodels.genmod.families, and of its links.
_FAMILIES = {"Gaussian": "gaussian", "Binomial": "binomial", "Poisson": "poisson", "Gamma": "Gamma",
             "InverseGaussian": "inverse.gaussian", "NegativeBinomial": "negative.binomial", "Tweedie": "Tweedie"}
#: Those whose dispersion is 1 and not estimated.
_UNIT = ("Binomial", "Poisson", "NegativeBinomial")
_LINKS = {"Identity": "identity", "Log": "log", "Logit": "logit", "Probit": "probit", "Cauchy": "cauchit", "CLogLog": "cloglog",
          "InversePower": "inverse", "InverseSquared": "1/mu^2", "Sqrt": "sqrt"}


def rx_tweedie(var_power: float = 0, link_power: float | None = None) -> str:
    """The family of a Tweedie distribution, for ``rx_glm(family=...)``.

    Parameters
    ----------
    var_power : number
        The variance is the mean to this power: 0 normal, 1 Poisson, 2 gamma, 3 inverse Gaussian, between 1 and 2 a sum of
        gammas with zeros.
    link_power : number, optional
        The linear predictor is the mean to this power, 0 its logarithm; ``1 - var_power`` where it is left out.

    Returns
    -------
    str
        The family as the engine reads it.

    Raises
    ------
    InvalidArgument
        A power is not a finite number.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_tweedie(1.5, 0)
    'Tweedie(var.power = 1.5, link.power = 0)'
    """
    link_power = 1 - var_power if link_power is None and isinstance(var_power, (int, float)) else link_power
    for name, value in (("var_power", var_power), ("link_power", link_power)):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise InvalidArgument(f"rx_tweedie: {name} must be a number, not {shown(value)}")
    return f"Tweedie(var.power = {var_power!r}, link.power = {link_power!r})"


class FamilyText(str):
    """A family as text, with the functions that it names with ``user()``: ``parts`` are callables by what is wanted (start, link,
    mean, slope, variance, deviance, valid), ``names`` what users call those that have another name."""

    parts: dict[str, Callable]
    names: dict[str, str]


class UserFamily:
    """A family of your own for ``rx_glm(family=...)``: NumPy functions of whole columns.

    Each function gets arrays of float64, one value for each row, and returns one of the same length. Which rows come
    together is the engine's choice, so a value must depend on its own row alone.

    Parameters
    ----------
    name : str
        What messages and summaries call it; without ``variance`` and ``deviance`` the family of the engine that gets the link,
        as ``"binomial"``.
    link : str or callable
        A link of the engine (``"log"``, ``"logit"``, ``"mu^0.5"``), or ``link(mu)``, the linear predictor.
    inverse, mu_eta : callable, optional
        With a link of your own: ``inverse(eta)``, the mean, and ``mu_eta(eta)``, its derivative.
    variance : callable, optional
        ``variance(mu)``: finite and above 0.
    deviance : callable, optional
        ``deviance(y, mu)``: what a row adds to the deviance.
    initialize : callable, optional
        ``initialize(y, weights)``: means where iterations start; raises where a response cannot be. Without it ``y``, and a
        tenth where that is 0.
    valid : callable, optional
        ``valid(eta, mu)``: whether rows may have these values; all without it. A step that leads elsewhere is halved.
    dispersion : int, optional
        1: the dispersion is known; without it, it is estimated.
    link_name : str, optional
        What messages and summaries call a link of your own; without it the name of the function.

    Raises
    ------
    InvalidArgument
        Functions that are missing, or that cannot be called.

    Examples
    --------
    >>> import numpy as np, pandas as pd, insitu as rx
    >>> rows = pd.DataFrame({"x": [0.0, 1, 2, 3, 4, 5], "y": [1.0, 2, 2, 5, 6, 9]})
    >>> quarter = rx.UserFamily("quarter", "log", variance=lambda mu: mu / 4,
    ...                         deviance=lambda y, mu: 8 * (y * np.log(y / mu) - (y - mu)))
    >>> fit = rx.rx_glm("y ~ x", rows, family=quarter, report_progress=0)
    >>> fit["family"], fit["link"], round(float(fit.params["x"]), 4)
    ('quarter', 'log', 0.4158)
    """

    def __init__(self, name: str, link: str | Callable = "identity", inverse: Callable | None = None,
                 mu_eta: Callable | None = None, variance: Callable | None = None, deviance: Callable | None = None,
                 initialize: Callable | None = None, valid: Callable | None = None, dispersion: int | None = None,
                 link_name: str | None = None):
        if not isinstance(name, str) or not name:
            raise InvalidArgument(f"UserFamily: name must be a text, not {shown(name)}")
        if dispersion not in (None, 1):
            raise InvalidArgument(f"UserFamily: dispersion is 1, or estimated where it is left out, not {shown(dispersion)}")
        given = {"inverse": inverse, "mu_eta": mu_eta, "variance": variance, "deviance": deviance, "initialize": initialize,
                 "valid": valid}
        for argument, function in given.items():
            if function is not None and not callable(function):
                raise InvalidArgument(f"UserFamily: {argument} must be a function, not {shown(function)}")
        own_link = not isinstance(link, str)
        if own_link and not callable(link):
            raise InvalidArgument(f"UserFamily: link must be a text or a function, not {shown(link)}")
        if own_link and (inverse is None or mu_eta is None):
            raise InvalidArgument("UserFamily: a link of your own needs inverse and mu_eta")
        if not own_link and (inverse is not None or mu_eta is not None):
            raise InvalidArgument("UserFamily: inverse and mu_eta are those of a link of your own, which is a function, not "
                                  f"{shown(link)}")
        if (variance is None) != (deviance is None):
            raise InvalidArgument("UserFamily: variance and deviance are given together, or neither")
        if not own_link and variance is None:
            raise InvalidArgument("UserFamily: give functions, as link or as variance and deviance; a family of the engine is a "
                                  "text such as 'binomial(probit)'")
        self.name, self.link, self.dispersion = name, link, dispersion
        self.link_name = (link_name or getattr(link, "__name__", type(link).__name__)) if own_link else link
        self.functions = {"start": initialize, "link": link if own_link else None, "mean": inverse, "slope": mu_eta,
                          "variance": variance, "deviance": deviance, "valid": valid}

    def _text(self) -> FamilyText:
        names = {"start": "initialize", "mean": "inverse", "slope": "mu_eta"}
        parts = {key: function for key, function in self.functions.items() if function is not None}
        parts.setdefault("start", _away_from_zero)
        link = f"user({_quoted(self.link_name)})" if callable(self.link) else _quoted(self.link)
        if "variance" not in parts:
            return _with_functions(f"{self.name}(link = {link})", parts, names)
        return _with_functions(_user(self.name, link, self.dispersion == 1), parts, names)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _user(name: str, link: str, unit: bool) -> str:
    return f"user({_quoted(name)}, link = {link}{', dispersion = 1' if unit else ''})"


def _with_functions(text: str, parts: dict, names: dict) -> FamilyText:
    family = FamilyText(text)
    family.parts, family.names = parts, names
    return family


def _away_from_zero(y, weights):
    return np.where(y == 0, 0.1, y)


def _between(y, weights):
    return (weights * y + 0.5) / (weights + 1)


def _itself(y, weights):
    return y


def _is_of_statsmodels(found: Any) -> bool:
    kind = found if isinstance(found, type) else type(found)
    return kind.__module__.startswith("statsmodels.")


def _named(found: Any) -> str:
    return found.__name__ if isinstance(found, type) else type(found).__name__


def _bases(value: Any) -> list:
    """Names of the classes of statsmodels that an object is one of."""
    return [each.__name__ for each in type(value).__mro__ if _is_of_statsmodels(each)]


class _Deviance:
    """Squared residuals of a family of statsmodels: what each row adds to the deviance."""

    def __init__(self, family):
        self.family = family

    def __call__(self, y, mu):
        own = getattr(self.family, "_resid_dev", None)
        return own(y, mu) if own is not None else self.family.resid_dev(y, mu) ** 2


class _Start:
    """Where iterations start: by row, which statsmodels' own rule, made of the mean of all responses, is not."""

    def __init__(self, family):
        bases = _bases(family)
        self.rule = _between if "Binomial" in bases else _itself if "Gaussian" in bases else _away_from_zero

    def __call__(self, y, weights):
        return self.rule(y, weights)


class _Slope:
    """d mu / d eta of a link of statsmodels, or of one with its methods."""

    def __init__(self, link):
        self.link = link

    def __call__(self, eta):
        own = getattr(self.link, "inverse_deriv", None)
        return own(eta) if own is not None else 1 / self.link.deriv(self.link.inverse(eta))


def family_text(value: Any) -> Any:
    """A family as text: one of statsmodels, a UserFamily, or an object with the methods of those; texts as they are. Where the
    engine does not know it, a FamilyText with its functions. Raises InvalidArgument for anything else."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, UserFamily):
        return value._text()
    value = value() if isinstance(value, type) and hasattr(value, "link") else value
    link = getattr(value, "link", None)
    if link is None or isinstance(link, type) or not all(callable(getattr(value, each, None)) for each in ("variance", "resid_dev")):
        raise InvalidArgument(
            f"family must be a text such as 'binomial(probit)', a family of statsmodels ({', '.join(_FAMILIES)}), or a UserFamily, "
            f"not {shown(value)}")
    name = _named(value) if _is_of_statsmodels(value) else ""
    power = getattr(link, "power", None)
    link_name = _named(link) if _is_of_statsmodels(link) else ""
    own_link = link_name not in (*_LINKS, "Power")
    if name == "Tweedie" and not own_link:
        powers = {"Log": 0, "Identity": 1}
        if link_name in powers or power is not None:
            return rx_tweedie(float(value.var_power), float(powers.get(link_name, power)))
    link_text = (f"user({_quoted(_named(link))})" if own_link else
                 f'"{_LINKS[link_name]}"' if link_name in _LINKS else f'"mu^{float(power)!r}"')
    parts = {"link": link, "mean": link.inverse, "slope": _Slope(link)} if own_link else {}
    names = {"mean": "link.inverse", "slope": "link.inverse_deriv", "deviance": "resid_dev"}
    if name == "NegativeBinomial":
        text = f"negative.binomial(theta = {1 / float(value.alpha)!r}, link = {link_text}, dispersion = 1)"
    elif name in _FAMILIES and name != "Tweedie":
        text = f"{_FAMILIES[name]}({link_text})"
    else:
        text = _user(_named(value), link_text, not {*_UNIT}.isdisjoint(_bases(value)))
        parts.update(variance=value.variance, deviance=_Deviance(value), start=_Start(value))
    return _with_functions(text, parts, names) if parts else text
