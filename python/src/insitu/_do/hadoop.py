"""Files of HDFS: rx_hadoop_list_files and its kin (docs/hdfs.md)."""

import os

from insitu._calls import implements
from insitu._hadoop_result import RxHadoopCommandResults
from insitu._requests import Builder
from insitu.errors import DataError, InvalidArgument


def _hdfs(command, **keys):
    return Builder("hdfs", command=command, reportProgress=0, **keys).run()


def _paths(arguments):
    given = arguments.get("path")
    return [given] if isinstance(given, str) else list(given or [])


def _ends(function, arguments):
    ends = arguments.get("source"), arguments.get("dest")
    for name, value in zip(("source", "dest"), ends, strict=True):
        if not value:
            raise InvalidArgument(f"{function}: {name} is missing: give a path")
    return ends


@implements("rx_hadoop_list_files")
def _list_files(arguments):
    import pandas

    found = [each for path in _paths(arguments) or [""] for each in _hdfs("list", path=path, recursive=bool(arguments.get("recursive")))["files"]]
    columns = ["path", "folder", "size", "modified", "owner", "group", "permission", "replication", "blockSize"]
    table = pandas.DataFrame(found, columns=columns)
    table["modified"] = pandas.to_datetime(table["modified"].astype(float), unit="s")
    return table.rename(columns={"blockSize": "block_size"})


@implements("rx_hadoop_file_exists")
def _file_exists(arguments):
    return all(_hdfs("stat", path=path)["file"] is not None for path in _paths(arguments))


@implements("rx_hadoop_make_dir")
def _make_dir(arguments):
    for path in _paths(arguments):
        _hdfs("makeDir", path=path)


def _remove(arguments, recursive):
    for path in _paths(arguments):
        _hdfs("remove", path=path, recursive=recursive, skipTrash=bool(arguments.get("skipTrash")))


@implements("rx_hadoop_remove")
def _remove_files(arguments):
    _remove(arguments, False)


@implements("rx_hadoop_remove_dir")
def _remove_folders(arguments):
    _remove(arguments, True)


@implements("rx_hadoop_move")
def _move(arguments):
    source, dest = _ends("rx_hadoop_move", arguments)
    _hdfs("move", path=source, target=dest)


@implements("rx_hadoop_copy")
def _copy(arguments):
    source, dest = _ends("rx_hadoop_copy", arguments)
    _hdfs("copy", path=source, target=dest, overwrite=bool(arguments.get("overwrite")))


@implements("rx_hadoop_copy_from_local")
def _copy_from_local(arguments):
    source, dest = _ends("rx_hadoop_copy_from_local", arguments)
    _hdfs("put", path=os.path.abspath(os.path.expanduser(source)), target=dest, overwrite=bool(arguments.get("overwrite")))


@implements("rx_hadoop_copy_to_local")
def _copy_to_local(arguments):
    source, dest = _ends("rx_hadoop_copy_to_local", arguments)
    _hdfs("get", path=source, target=os.path.abspath(os.path.expanduser(dest)), overwrite=bool(arguments.get("overwrite")))


def _run(text):
    found = _hdfs("run", commandLine=text)
    return RxHadoopCommandResults(found["status"], found["output"], found["errors"])


@implements("rx_hadoop_command")
def _command(arguments):
    return _run(arguments["cmd"])


@implements("rx_hadoop_version")
def _version(arguments):
    found = _run("version")
    first = found.stdout.split("\n")[0]
    if found.return_code != 0 or not first.startswith("Hadoop "):
        raise DataError(f"`hadoop version` does not say its version (status {found.return_code}): {found.stderr.strip() or first}")
    return first.removeprefix("Hadoop ").strip()


@implements("rx_hadoop_copy_from_client")
def _copy_from_client(arguments):
    if not arguments.get("hdfsDest"):
        raise InvalidArgument("rx_hadoop_copy_from_client: hdfs_dest is missing: give a path")
    _hdfs("put", path=os.path.abspath(os.path.expanduser(arguments["source"])), target=arguments["hdfsDest"])
