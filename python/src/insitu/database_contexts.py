"""RxInSqlServer and RxInPostgres: compute where the tables are (docs/in-the-database.md). Passwords are never shown."""

from __future__ import annotations

import os
from typing import Any, Literal, Optional, Union

from insitu import _session
from insitu._types import Names, Path
from insitu.contexts import RxComputeContext, register_context
from insitu.database_sources import without_secrets
from insitu.errors import InvalidArgument, shown

Tier = Literal["auto", "database", "extension", "stream"]
_TIERS = ("auto", "database", "extension", "stream")
_NAMES = {"connection_string": "connectionString", "num_tasks": "numTasks", "execution_timeout_seconds": "executionTimeoutSeconds",
          "server": "server", "database_name": "databaseName", "user": "user", "password": "password", "tier": "tier",
          "min_group_size": "minGroupSize"}


class InDatabase(RxComputeContext):
    """Base of the contexts that compute in a database."""

    _settings = ("connection_string", "num_tasks", "auto_cleanup", "console_output", "execution_timeout_seconds", "wait", "packages_to_load",
                 "share_dir", "server", "database_name", "user", "password", "tier", "min_group_size", "data_path", "out_data_path")
    _usual = {"connection_string": "", "auto_cleanup": True, "console_output": False, "execution_timeout_seconds": 0, "wait": True,
              "tier": "auto", "min_group_size": 0}

    def __init__(self, connection_string: Union[str, RxComputeContext, None] = None, num_tasks: Optional[int] = None,
                 auto_cleanup: Optional[bool] = None, console_output: Optional[bool] = None,
                 execution_timeout_seconds: Optional[float] = None, wait: Optional[bool] = None,
                 packages_to_load: Optional[Names] = None, share_dir: Optional[Path] = None, server: Optional[str] = None,
                 database_name: Optional[str] = None, user: Optional[str] = None, password: Optional[str] = None,
                 tier: Optional[Tier] = None, min_group_size: Optional[int] = None, data_path: Union[Path, Names, None] = None,
                 out_data_path: Union[Path, Names, None] = None, object: Optional[RxComputeContext] = None, **kwargs: Any) -> None:
        given = {name: value for name, value in locals().items() if name in self._settings and value is not None}
        if isinstance(connection_string, RxComputeContext):
            object = connection_string
            del given["connection_string"]
        name = type(self).__name__
        if kwargs:
            raise InvalidArgument(f"{name}: unknown argument {next(iter(kwargs))!r}; arguments: {', '.join(self._settings)}")
        if object is not None and not isinstance(object, RxComputeContext):
            raise InvalidArgument(f"{name}: object must be a compute context, not {shown(object)}")
        usual = {"num_tasks": 1, **self._usual}
        taken = {n: getattr(object, n) for n in self._settings} if isinstance(object, type(self)) else {}
        settings = {n: given.get(n, taken.get(n, usual.get(n))) for n in self._settings}
        super().__init__(object, settings["data_path"], settings["out_data_path"], settings["wait"])
        for each in ("connection_string", "server", "database_name", "user", "password"):
            if not isinstance(settings[each], (str, type(None))):
                kind = type(settings[each]).__name__  # not the value, which may be a secret
                raise InvalidArgument(f"{name}: {each} must be a text, not a {kind}")
        for each, least in (("num_tasks", 1), ("min_group_size", 0)):
            value = settings[each]
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise InvalidArgument(f"{name}: {each} must be a whole number of at least {least}, not {shown(value)}")
        seconds = settings["execution_timeout_seconds"]
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not seconds >= 0:
            raise InvalidArgument(f"{name}: execution_timeout_seconds must be a number of seconds, 0 for no limit, not {shown(seconds)}")
        for each in ("auto_cleanup", "console_output"):
            if not isinstance(settings[each], bool):
                raise InvalidArgument(f"{name}: {each} must be True or False, not {shown(settings[each])}")
        if not isinstance(settings["tier"], str) or settings["tier"] not in _TIERS:
            raise InvalidArgument(f"{name}: tier must be one of {', '.join(map(repr, _TIERS))}, not {shown(settings['tier'])}")
        packages = settings["packages_to_load"]
        if not (packages is None or isinstance(packages, str)
                or (isinstance(packages, (list, tuple)) and all(isinstance(one, str) for one in packages))):
            raise InvalidArgument(f"{name}: packages_to_load must be names of packages, not {shown(packages)}")
        if not isinstance(settings["share_dir"], (str, os.PathLike, type(None))):
            raise InvalidArgument(f"{name}: share_dir must be a folder, not {shown(settings['share_dir'])}")
        for each, value in settings.items():
            if each not in ("data_path", "out_data_path", "wait"):
                setattr(self, each, value)

    def descriptor(self):
        found = {"type": type(self).__name__, "numCoresToUse": _session.option("numCoresToUse")}
        for name, key in _NAMES.items():
            value = getattr(self, name)
            if value is not None and value != "" and (name not in self._usual or value != self._usual[name]):
                found[key] = value
        return found

    def same_place(self, other: RxComputeContext) -> bool:
        where = ("connection_string", "server", "database_name", "user")
        return type(self) is type(other) and all(getattr(self, n) == getattr(other, n) for n in where)

    def __repr__(self):
        lines = []
        for name in self._settings:
            value = getattr(self, name)
            if value is None or (name in self._usual and value == self._usual[name]):
                continue
            lines.append(f"    {name} = " + ("***" if name == "password" else repr(without_secrets(value) if name == "connection_string" else value)))
        return "\n".join([f"{type(self).__name__} Compute Context", *lines])


class RxInSqlServer(InDatabase):
    """SQL Server: analyses of its tables and queries, each pass where it can be computed.

    A pass is computed by statements of the database, by the engine within the server where that is installed, or over rows that
    are read, by the first of these that can; docs/in-the-database.md says which. ``rx_exec`` runs tasks one after the other in
    this process, as RxLocalSeq does.

    Parameters
    ----------
    connection_string : str
        How the database is reached, as in RxSqlServerData; the environment's INSITU_CONNECTION by default. A context of this class
        in its place is copied.
    num_tasks : int
        How many connections, or workers of a plan, the engine within the server may use at once.
    auto_cleanup : bool
        Remove what a job left behind once its result is fetched.
    console_output : bool
        Show what jobs print when their result is fetched.
    execution_timeout_seconds : float
        Seconds that a call may take; 0: as long as it takes.
    wait : bool
        Calls return when they are done; False: analyses and calls that write return a job at once (docs/jobs.md).
    packages_to_load : list of str
        Packages that tasks of rx_exec load.
    share_dir : str
        Kept for compatibility: jobs lie in the folder of the user's jobs.
    server, database_name, user, password : str
        Win over those of connection_string. The password is never shown.
    tier : str
        "auto", or the one of "database", "extension" and "stream" that computes everything, or an error that says why it cannot.
    min_group_size : int
        Above 1: only sums over at least so many rows leave the database, and no row is read.
    object, data_path, out_data_path
        As in RxLocalSeq.

    Raises
    ------
    InvalidArgument
        A setting is of the wrong kind.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.RxInSqlServer("Driver=SQL Server;Server=db;Database=air;UID=reader;PWD=secret", num_tasks=4)
    RxInSqlServer Compute Context
        connection_string = 'Driver=SQL Server;Server=db;Database=air;UID=reader;PWD=***'
        num_tasks = 4
    """


class RxInPostgres(InDatabase):
    """PostgreSQL: analyses of its tables and queries, each pass where it can be computed.

    As RxInSqlServer, over RxPostgresData.

    Parameters
    ----------
    connection_string : str
        How the database is reached, as in RxPostgresData; the environment's INSITU_CONNECTION by default. A context of this class
        in its place is copied.
    num_tasks, auto_cleanup, console_output, execution_timeout_seconds, wait, packages_to_load, share_dir
        As in RxInSqlServer.
    server, database_name, user, password, tier, min_group_size, object, data_path, out_data_path
        As in RxInSqlServer.

    Raises
    ------
    InvalidArgument
        A setting is of the wrong kind.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.RxInPostgres(server="db", database_name="air", user="reader", tier="database")
    RxInPostgres Compute Context
        num_tasks = 1
        server = 'db'
        database_name = 'air'
        user = 'reader'
        tier = 'database'
    """


register_context(RxInSqlServer, "insqlserver")
register_context(RxInPostgres, "inpostgres")
