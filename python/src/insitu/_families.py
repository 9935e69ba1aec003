"""Families of generalized linear models as the engine reads them: a text, made of what users hand over."""

import math
from typing import Any

from insitu.errors import InvalidArgument, shown

#: Classes of statsmodels.genmod.families, and of its links.
_FAMILIES = {"Gaussian": "gaussian", "Binomial": "binomial", "Poisson": "poisson", "Gamma": "Gamma",
             "InverseGaussian": "inverse.gaussian", "Tweedie": "Tweedie"}
_LINKS = {"Identity": "identity", "Log": "log", "Logit": "logit", "Probit": "probit", "Cauchy": "cauchit", "CLogLog": "cloglog",
          "InversePower": "inverse", "InverseSquared": "1/mu^2", "Sqrt": "sqrt"}


def rx_tweedie(var_power: float = 0, link_power: "float | None" = None) -> str:
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


def _named(found: Any) -> str:
    return found.__name__ if isinstance(found, type) else type(found).__name__


def family_text(value: Any) -> Any:
    """A family of statsmodels as text; texts as they are. Raises InvalidArgument for anything else."""
    if value is None or isinstance(value, str):
        return value
    name = _named(value)
    value = value() if isinstance(value, type) and name in _FAMILIES else value
    link = getattr(value, "link", None)
    if name not in _FAMILIES or link is None:
        raise InvalidArgument(
            f"family must be a text such as 'binomial(probit)', or a family of statsmodels ({', '.join(_FAMILIES)}), not "
            f"{shown(value)}: families of your own are not available yet")
    link_name = _named(link)
    power = getattr(link, "power", None)
    if name == "Tweedie":
        powers = {"Log": 0, "Identity": 1}
        if link_name not in powers and power is None:
            raise InvalidArgument(f"family: a Tweedie distribution takes links that are powers, not {link_name}")
        return rx_tweedie(float(value.var_power), float(powers.get(link_name, power)))
    if link_name in _LINKS:
        return f'{_FAMILIES[name]}("{_LINKS[link_name]}")'
    if link_name == "Power":
        return f'{_FAMILIES[name]}("mu^{float(power)!r}")'
    raise InvalidArgument(f"family: the link {link_name} is not available; take one of {', '.join([*_LINKS, 'Power'])}")
