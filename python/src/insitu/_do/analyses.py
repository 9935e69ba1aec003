"""The analyses: rx_summary, rx_lin_mod."""

from insitu._calls import implements
from insitu._functions_of_user import FunctionOfModel
from insitu._requests import Builder
from insitu._session import option
from insitu.errors import InvalidArgument
from insitu.results import RxLinModResults, RxSummaryResults


def _analysis_request(op, function, arguments):
    builder = Builder(op, call=arguments.call)
    builder.context(arguments.pop("computeContext", None))
    data = arguments.pop("data")
    builder.document["data"] = builder.source(data)
    builder.document["dataLabel"] = type(data).__name__
    builder.pipeline(arguments)
    for key in ("verbose", "variableSelection"):
        value = arguments.pop(key, None)
        if key == "variableSelection" and value is not None and value is not False:
            raise InvalidArgument(f"{function}: variable_selection (stepwise) is not available yet; leave it out")
    return builder


@implements("rx_summary")
def _summary(arguments):
    written = arguments["formula"]
    if "~" not in written:
        arguments["formula"] = "~" + written
    builder = _analysis_request("summary", "rx_summary", arguments)
    builder.document["style"] = "python"
    builder.document["byGroupOutFile"] = builder.target(arguments.pop("byGroupOutFile", None), "by_group_out_file")
    if isinstance(arguments.get("summaryStats"), str):
        arguments["summaryStats"] = [arguments["summaryStats"]]
    call = builder.document["call"]
    builder.options(arguments)
    return RxSummaryResults(builder.run(), call, written)


@implements("rx_lin_mod")
def _lin_mod(arguments):
    builder = _analysis_request("lin_mod", "rx_lin_mod", arguments)
    call = builder.document["call"]
    if arguments.get("coefLabelStyle") is None:
        arguments["coefLabelStyle"] = option("coefLabelStyle")
    builder.options(arguments)
    reply = builder.run()
    reply.pop("usesFunction", None)
    model = RxLinModResults(reply, call)
    if builder._transform is not None:
        model._function = FunctionOfModel(builder._transform, builder.document["transformFunc"]["variables"])
    return model
