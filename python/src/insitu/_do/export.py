"""Fitted models in other languages: rx_export_model."""

import os

from insitu._calls import implements
from insitu._requests import Builder
from insitu.errors import InvalidArgument
from insitu.results import Result


@implements("rx_export_model")
def _export(arguments):
    model = arguments.pop("model")
    if not isinstance(model, Result) or "model" not in model:
        raise InvalidArgument(f"rx_export_model: model must be a fitted model, not {type(model).__name__}")
    builder = Builder("export_model", model=model["model"], reportProgress=0)
    if arguments.get("file") is not None:
        arguments["file"] = os.path.abspath(os.path.expanduser(arguments["file"]))
    builder.options(arguments)
    reply = builder.run()
    return reply["text"] if "text" in reply else reply["file"]
