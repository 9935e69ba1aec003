"""File systems, and how the path of a source becomes a full one: once, when the source is made."""

from __future__ import annotations

import difflib
import getpass
import os
import posixpath
from typing import Any, Optional

from insitu import _session
from insitu.errors import InvalidArgument, shown


class RxFileSystem:
    """A file system by its type: ``"native"`` or ``"hdfs"``."""

    def __init__(self, file_system_type: str = "native") -> None:
        if not isinstance(file_system_type, str) or file_system_type not in ("native", "hdfs"):
            near = difflib.get_close_matches(shown(file_system_type), ("native", "hdfs"), 1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise InvalidArgument(f"file_system must be 'native', 'hdfs' or a file system object, not {shown(file_system_type)}{hint}")
        self._type = file_system_type

    def file_system_type(self) -> str:
        return self._type

    def descriptor(self):
        """What the engine is told (docs/requests.md)."""
        return self._type

    def __eq__(self, other):
        return isinstance(other, RxFileSystem) and self.descriptor() == other.descriptor()

    __hash__ = None

    def __repr__(self):
        return f"RxFileSystem: {self._type}"


class RxNativeFileSystem(RxFileSystem):
    """The files of this machine."""

    def __init__(self) -> None:
        super().__init__("native")


class RxHdfsFileSystem(RxFileSystem):
    """The Hadoop distributed file system.

    Parameters
    ----------
    host_name : str
        Its name node, or the beginning of its paths such as ``"abfs://box@account"``; by default option ``hdfsHost``, where
        ``"default"`` is the file system that Hadoop is configured for.
    port : int
        Port of the name node; by default option ``hdfsPort``, where 0 is its own.
    object : RxHdfsFileSystem
        One to copy; arguments given here replace its settings.

    Raises
    ------
    InvalidArgument
        ``host_name`` is no string, ``port`` no whole number, or ``object`` no RxHdfsFileSystem.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.RxHdfsFileSystem("namenode", 8020).file_system_type()
    'hdfs'
    """

    def __init__(self, host_name: Optional[str] = None, port: Any = None, object: Optional[RxHdfsFileSystem] = None) -> None:
        super().__init__("hdfs")
        if object is not None and not isinstance(object, RxHdfsFileSystem):
            raise InvalidArgument(f"RxHdfsFileSystem: object must be an RxHdfsFileSystem, not {shown(object)}")
        host = host_name if host_name is not None else object.host_name if object else _session.option("hdfsHost")
        port = port if port is not None else object.port if object else _session.option("hdfsPort")
        if not isinstance(host, str):
            raise InvalidArgument(f"RxHdfsFileSystem: host_name must be a string, not {shown(host)}")
        self.host_name = host or "default"
        self.port = whole_port("RxHdfsFileSystem", port)

    def descriptor(self):
        found = {"type": "hdfs"}
        if self.host_name != "default":
            found["hostName"] = self.host_name
        if self.port:
            found["port"] = self.port
        return found

    def path(self, file):
        """The full path of a file: ``hdfs://host:port/path``; a relative one is that of the user's home folder."""
        start = "hdfs://" if self.host_name == "default" else self.host_name
        start = start if "://" in start else f"hdfs://{start}"
        if self.port and self.host_name != "default":
            start += f":{self.port}"
        full = posixpath.normpath(posixpath.join(f"/user/{getpass.getuser()}", file))
        return start.rstrip("/") + full if not start.endswith("://") else start + full

    def __repr__(self):
        return f"RxHdfsFileSystem: {self.host_name}" + (f":{self.port}" if self.port else "")


def whole_port(name, value):
    """A port from a number or its text; 0 for none. Raises InvalidArgument."""
    try:
        port = int(value or 0)
    except (TypeError, ValueError, OverflowError):
        port = -1
    if not 0 <= port <= 65535:
        raise InvalidArgument(f"{name}: port must be a whole number from 0 to 65535, not {shown(value)}")
    return port


def file_system_of(own=None):
    """The file system of a source: its own, that of the active context, or that of the options."""
    for value in (own, getattr(_session.active_context(), "file_system", None), _session.option("fileSystem")):
        if isinstance(value, RxFileSystem):
            return value
        if value is not None:
            return RxHdfsFileSystem() if RxFileSystem(value).file_system_type() == "hdfs" else RxNativeFileSystem()
    return RxNativeFileSystem()


def rx_locate_path(file, is_out_file=False, file_system=None, context=None):
    """The full path of a file: of this machine the working directory first, then the data paths of the context or the options.

    Paths that name their file system (``hdfs://...``) stay as they are: the compute context says whether it reads them; and so do
    those of another machine (RxRemote).
    """
    if not isinstance(file, (str, os.PathLike)):
        raise InvalidArgument(f"file must be a path, not {shown(file)}")
    try:
        file = os.fspath(file)
    except TypeError:
        file = b""
    if not isinstance(file, str):
        raise InvalidArgument("file must be a path, not bytes or another object")
    if file == "":
        raise InvalidArgument("file must be a path, not an empty string")
    if (context or _session.active_context()).elsewhere:
        return file
    if file.startswith("file://"):
        return os.path.abspath(file[len("file://"):])
    if "://" in file:
        return file
    files = file_system_of(file_system)
    return files.path(file) if isinstance(files, RxHdfsFileSystem) else _local_path(file, is_out_file)


def _local_path(file, is_out_file):
    file = os.path.expanduser(file)

    def is_there(path):
        """A name without an ending is also that of an .xdf: the engine adds it where only that is there."""
        return os.path.exists(path) or not os.path.splitext(path)[1] and os.path.exists(path + ".xdf")

    if os.path.isabs(file) or is_there(file):
        return os.path.abspath(file)
    context = _session.active_context()

    def folders(own, option):
        value = own or _session.option(option)
        return [value] if isinstance(value, str) else list(value or [])

    if not is_out_file:
        for folder in folders(context.data_path, "dataPath"):
            if is_there(os.path.join(folder, file)):
                return os.path.abspath(os.path.join(folder, file))
    for folder in folders(context.out_data_path, "outDataPath"):
        if folder != "." and os.path.isdir(folder):
            return os.path.abspath(os.path.join(folder, file))
    return os.path.abspath(file)
