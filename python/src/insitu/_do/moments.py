"""Models and sums of kept moments, without data: rx_refit, rx_combine."""

from insitu._calls import implements
from insitu._do.common import moments_of
from insitu._requests import Builder, with_record
from insitu.results import class_of_result


def _result(builder, label):
    builder.document["dataLabel"] = label
    reply = builder.run()
    return with_record(class_of_result(reply["class"])(reply, builder.document["call"]), builder.record)


@implements("rx_refit")
def _refit(arguments):
    moments = arguments.pop("moments")
    builder = Builder("refit", call=arguments.call, reportProgress=0)
    builder.document["moments"] = moments_of("rx_refit", moments)
    builder.options(arguments)
    result = _result(builder, type(moments).__name__)
    result._written = arguments["formula"]
    return result


@implements("rx_combine")
def _combine(arguments):
    given = []
    for value in (arguments.pop("moments"), arguments.pop("others", None)):
        given += list(value) if isinstance(value, (list, tuple)) else [] if value is None else [value]
    builder = Builder("combine", call=arguments.call, reportProgress=0)
    builder.document["moments"] = [moments_of("rx_combine", value) for value in given]
    builder.options(arguments)
    return _result(builder, "")
