"""Predictions of fitted models: rx_predict."""

import base64

from insitu._arguments import signature_of
from insitu._calls import implements
from insitu._do.common import first, written
from insitu._requests import Builder, numbers
from insitu._result import data_frame
from insitu._session import option
from insitu.errors import InvalidArgument, Unsupported
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
    target = arguments.pop("outData", None)
    adds = _kind_of_frame(target) is not None
    builder.document["data"] = builder.source(data, returns_rows=target is None or adds)
    builder.document["outData"] = None if adds else builder.target(target, "output_data")
    if adds and arguments.get("removeMissings"):
        raise InvalidArgument("rx_predict: remove_missings cannot be used when predictions are added to a data frame: leave "
                              "output_data out")
    overwrite = arguments.get("overwrite")
    names = arguments.pop("predNames", None)
    arguments["predVarNames"] = arguments.get("predVarNames") or names
    for key, kind, *_ in signature_of("rx_predict")["arguments"].values():
        value = arguments.get(key)
        if kind in ("strings", "names") and isinstance(value, str):
            arguments[key] = [value]
        elif kind in ("choice", "string"):
            arguments[key] = first(value)
    if arguments.get("xdfCompressionLevel") is None:
        arguments["xdfCompressionLevel"] = option("xdfCompressionLevel")
    arguments.pop("verbose", None)
    # The function that the model was fitted with comes from the object at hand, never from the engine's part of the model.
    function = getattr(model, "_function", None)
    if function is not None:
        builder.function(function.transform, function.variables, if_present=bool(function.variables))
    family = getattr(model, "_family", None)
    if family is not None:
        builder.family(family.transform)
    builder.options(arguments)
    if not adds:
        return builder.result("rows", call=arguments.call)
    if not builder.waits:
        raise Unsupported("rx_predict: output_data is a data frame, which cannot get the columns later; with wait=False leave it out, "
                          "or give a path")
    reply = builder.run()
    return _with_columns(target, written(reply), reply["variables"], overwrite)


@implements("rx_vif")
def _vif(arguments):
    model = arguments.pop("modelObject")
    if not isinstance(model, Result) or "model" not in model:
        raise InvalidArgument(f"rx_vif: model_object must be a fitted model, not {type(model).__name__}")
    reply = Builder("vif", model=model["model"], reportProgress=0).run()
    columns = {"GVIF": reply["GVIF"], "Df": reply["Df"], "GVIF^(1/(2*Df))": reply["scaled"]}
    return data_frame({name: numbers(values) for name, values in columns.items()}, reply["terms"])


def _kind_of_frame(value):
    """The library of a data frame that can take columns; None for anything else."""
    library = type(value).__module__.partition(".")[0]
    return library if (library, type(value).__name__) in (("pandas", "DataFrame"), ("polars", "DataFrame"), ("pyarrow", "Table")) else None


def _with_columns(frame, predictions, new, overwrite):
    """A copy of a data frame with the columns of predictions; ``new``: the names of those that the model puts out, the others
    are variables of the data, which the frame may have already."""
    library = _kind_of_frame(frame)
    if _kind_of_frame(predictions) != library:
        raise InvalidArgument(f"rx_predict: output_data is a data frame of {library}, the predictions are one of "
                              f"{_kind_of_frame(predictions)}: give a data frame of the same kind as data")
    if len(frame) != len(predictions):
        raise InvalidArgument(f"rx_predict: output_data has {len(frame)} rows, but data {len(predictions)}: give a data frame with "
                              "the rows of data")
    names = predictions.column_names if library == "pyarrow" else list(predictions.columns)
    there = frame.column_names if library == "pyarrow" else list(frame.columns)
    for name in new:
        if name in there and not overwrite:
            raise InvalidArgument(f"rx_predict: the variable exists: {name}; allow to replace it with overwrite, or give "
                                  "predict_var_names")
    columns = {name: predictions[name] for name in names if name in new or name not in there}
    if library == "pandas":
        return frame.assign(**{name: column.set_axis(frame.index) for name, column in columns.items()})
    if library == "polars":
        return frame.with_columns(**columns)
    for name, column in columns.items():
        at = frame.column_names.index(name) if name in frame.column_names else None
        frame = frame.append_column(name, column) if at is None else frame.set_column(at, name, column)
    return frame
