"""How terms are selected, as the engine reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from insitu._table import SIGNATURES
from insitu.errors import InvalidArgument, shown


class StepControl(dict):
    """The settings of ``rx_step_control`` that are not its defaults, by RevoScaleR's names; never empty."""

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> StepControl:
        scope = arguments.get("scope")
        texts = scope.values() if isinstance(scope, dict) else [scope]
        if scope is not None and not all(isinstance(each, str) for each in texts):
            raise InvalidArgument("rx_step_control: scope must be a formula as text, or a dict of the formulas lower and upper, "
                                  f"not {shown(scope)}")
        signature = SIGNATURES["rx_step_control"]
        defaults = {engine: signature["defaults"].get(name) for name, (engine, *_) in signature["arguments"].items()}
        settings = {key: value for key, value in arguments.items() if value != defaults.get(key)}
        return cls(settings or {"method": "backward"})
