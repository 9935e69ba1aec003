"""Predictions of fitted models: rx_predict."""

import base64

from insitu._calls import implements
from insitu._do.common import first, written
from insitu._requests import Builder
from insitu._session import option
from insitu.errors import InvalidArgument
from insitu.results import Result


@implements("rx_predict")
def _predict(arguments):
    model = arguments.pop("modelObject")
    if isinstance(model, (bytes, bytearray, memoryview)):  # of rx_serialize_model
        model = {"model": base64.b64encode(model).decode()}
    elif not isinstance(model, Result) or "model" not in model:
        raise InvalidArgument(f"rx_predict: model_object must be a fitted model, not {type(model).__name__}")
    data = arguments.pop("data")
    if data is None:
        raise InvalidArgument("rx_predict: data is missing")
    builder = Builder("predict", model=model["model"])
    builder.context(arguments.pop("computeContext", None))
    builder.document["data"] = builder.source(data, returns_rows=arguments.get("outData") is None)
    builder.document["outData"] = builder.target(arguments.pop("outData", None), "output_data")
    names = arguments.pop("predNames", None)
    arguments["predVarNames"] = arguments.get("predVarNames") or names
    for key in ("predVarNames", "residVarNames", "intervalVarNames", "stdErrorsVarNames", "extraVarsToWrite"):
        if isinstance(arguments.get(key), str):
            arguments[key] = [arguments[key]]
    for key in ("append", "interval", "type"):
        arguments[key] = first(arguments.get(key))
    if arguments.get("xdfCompressionLevel") is None:
        arguments["xdfCompressionLevel"] = option("xdfCompressionLevel")
    arguments.pop("verbose", None)
    # The function that the model was fitted with comes from the object at hand, never from the engine's part of the model.
    function = getattr(model, "_function", None)
    if function is not None:
        builder.function(function.transform, function.variables, if_present=bool(function.variables))
    builder.options(arguments)
    return written(builder.run())
