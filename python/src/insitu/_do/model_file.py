"""Models as bytes that R and the command line read, too: rx_serialize_model, rx_unserialize_model (docs/model.md)."""

import base64
import json

import numpy as np

from insitu._calls import implements
from insitu._requests import Builder
from insitu.errors import InvalidArgument, shown
from insitu.results import Result, class_of_result


def _document_of(value, arrays):
    """The reply as the engine has sent it, the numbers of its arrays put into ``arrays``."""
    if isinstance(value, dict):
        if "$array" in value:
            return {**value, "$array": _place(value["$array"], arrays)}
        return {key: _document_of(each, arrays) for key, each in value.items()}
    if isinstance(value, np.ndarray):
        return {"$array": _place(value, arrays)}
    return [_document_of(each, arrays) for each in value] if isinstance(value, list) else value


def _place(array, arrays):
    words = {np.inf: "Inf", -np.inf: "-Inf"}
    values = [None if v != v else words.get(v, v) for v in array.flatten(order="F").tolist()]
    arrays.append({"shape": list(array.shape), "values": values})
    return len(arrays) - 1


@implements("rx_serialize_model")
def serialized(arguments):
    """The bytes of a model file."""
    model = arguments["model"]
    if not isinstance(model, Result) or "model" not in model:
        raise InvalidArgument(f"rx_serialize_model: model must be a fitted model, not {type(model).__name__}")
    metadata = arguments.get("metadata")
    if metadata is not None and not isinstance(metadata, (bytes, bytearray, memoryview)):
        raise InvalidArgument(f"rx_serialize_model: metadata must be bytes, as pickle.dumps makes them, not {shown(metadata)}")
    builder = Builder("serialize_model", model=model["model"], reportProgress=0)
    if metadata is not None:
        builder.document["metadata"] = base64.b64encode(metadata).decode()
    if arguments.get("realtimeScoringOnly"):
        builder.document["realtimeScoringOnly"] = True
    else:
        arrays = []
        document = _document_of({**model._reply, "model": None}, arrays)
        builder.document["document"] = json.dumps(document, ensure_ascii=False)
        builder.document["arrays"] = arrays
    return base64.b64decode(builder.run()["bytes"])


@implements("rx_unserialize_model")
def _unserialize(arguments):
    given = arguments["serializedModel"]
    if not isinstance(given, (bytes, bytearray, memoryview)):
        raise InvalidArgument("rx_unserialize_model: serialized_model must be bytes, as rx_serialize_model returns them, "
                              f"not {shown(given)}")
    builder = Builder("unserialize_model", serializedModel=base64.b64encode(given).decode(), reportProgress=0)
    found = builder.run()
    reply = found["result"]
    result = class_of_result(reply["class"])(reply, reply["about"].get("call"))
    result._written = reply.get("formula")
    if found.get("metadata") is None:
        return result
    return {"model": result, "metadata": base64.b64decode(found["metadata"])}
