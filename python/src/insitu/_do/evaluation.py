"""What judges predictions and draws them: rx_auc, rx_roc_curve, rx_gini."""

from insitu import _jobs
from insitu._calls import implements
from insitu._do.analyses import analysis
from insitu.errors import InvalidArgument, shown
from insitu.results import RxLorenzResults, RxRocResults

#: Arguments of pictures by engine name, as the plot methods of results call them.
_OF_PLOTS = {"title": "title", "subtitle": "subtitle", "xTitle": "x_title", "yTitle": "y_title", "legend": "legend",
             "computeAuc": "compute_auc", "chanceGridLine": "chance_grid_line"}


@implements("rx_auc")
def _auc(arguments):
    x = arguments["x"]
    if not isinstance(x, RxRocResults):
        raise InvalidArgument(f"rx_auc: x must be what rx_roc gives, not {shown(x)}")
    return x.auc()


@implements("rx_roc_curve")
def _roc_curve(arguments):
    drawn = {name: arguments.pop(key) for key, name in _OF_PLOTS.items() if arguments.get(key) is not None}
    for key in _OF_PLOTS:
        arguments.pop(key, None)
    with _jobs.waiting():  # a picture is made here and now
        return analysis("rx_roc_curve", arguments).plot(**drawn)


@implements("rx_gini")
def _gini(arguments):
    x = arguments["x"]
    if not isinstance(x, RxLorenzResults):
        raise InvalidArgument(f"rx_gini: x must be what rx_lorenz gives, not {shown(x)}")
    return x.gini()
