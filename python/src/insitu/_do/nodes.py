"""The machines of a compute context: rx_get_node_info, rx_get_available_nodes, rx_ping_nodes."""

from insitu._calls import implements
from insitu._requests import Builder
from insitu.errors import InvalidArgument, shown

_STATUSES = ("unavail", "success", "failedJob", "failedSession", "timeout")


def _ask(op, context, **keys):
    builder = Builder(op, reportProgress=0, **keys)
    builder.context(context)
    return builder.run()["nodes"]


def _r_name(name):
    return "".join(name.upper().split()).partition(".")[0].replace("-", "_")


@implements("rx_make_r_node_names")
def _names(arguments):
    names = arguments["nodeNames"]
    if names is None:
        raise InvalidArgument("rx_make_r_node_names: node_names must be names of machines, not None")
    return [_r_name(name) for name in ([names] if isinstance(names, str) else names)]


@implements("rx_get_node_info")
def _info(arguments):
    nodes = _ask("node_info", arguments["computeContext"])
    if arguments["makeRNodeNames"]:
        nodes = [{**node, "nodeName": _r_name(node["nodeName"])} for node in nodes]
    return [node["nodeName"] for node in nodes] if arguments["namesOnly"] else nodes


@implements("rx_get_available_nodes")
def _available(arguments):
    names = [node["nodeName"] for node in _ask("ping_nodes", arguments["computeContext"]) if node["status"] != "unavail"]
    return [_r_name(name) for name in names] if arguments["makeRNodeNames"] else names


@implements("rx_ping_nodes")
def _ping(arguments):
    wanted = arguments["filter"]
    wanted = list(_STATUSES) if wanted is None else [wanted] if isinstance(wanted, str) else list(wanted)
    for status in wanted:
        if status not in _STATUSES:
            raise InvalidArgument(f"rx_ping_nodes: filter must name statuses ({', '.join(_STATUSES)}), not {shown(status)}")
    nodes = _ask("ping_nodes", arguments["computeContext"], timeout=arguments["timeout"] or 0)
    return {node["nodeName"]: node["status"] for node in nodes if node["status"] in wanted}
