"""How terms are selected, as the engine reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from insitu._table import SIGNATURES


class StepControl(dict):
    """The settings of ``rx_step_control`` that are not its defaults, by RevoScaleR's names; never empty."""

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> StepControl:
        signature = SIGNATURES["rx_step_control"]
        defaults = {engine: signature["defaults"].get(name) for name, (engine, *_) in signature["arguments"].items()}
        settings = {key: value for key, value in arguments.items() if value != defaults.get(key)}
        return cls(settings or {"method": "backward"})
