"""Remote sessions: a Python of its own, here or on another machine, that is used from here (docs/remote-sessions.md)."""

from __future__ import annotations

import builtins
import codeop
import json
import os
import pathlib
import sys
import tempfile
import types
import webbrowser
from typing import Any, Callable, Dict, List, Optional, Union

from insitu._near_session import NearSession, RemoteError, command_of, current, objects_of, tell_left_out
from insitu._session_files import give_file
from insitu._session_objects import dumps, inventory
from insitu.errors import DataError, InvalidArgument, Unsupported, shown, warn

__all__ = ["RemoteError", "RemoteResult", "create_snapshot", "delete_remote_file", "delete_snapshot", "diff_local_remote",
           "download_snapshot", "get_remote_file", "get_remote_object", "get_remote_workspace", "list_remote_files",
           "list_remote_workspace", "list_snapshots", "load_snapshot", "pause", "put_local_file", "put_local_object",
           "put_local_workspace", "remote_command_line", "remote_execute", "remote_login", "remote_logout", "remote_script", "resume"]


class RemoteResult:
    """What a call of remote_execute has done.

    ``success``, ``error_message``, ``outputs`` (dict of the objects asked for), ``console_output``, ``warnings`` (texts),
    ``changed_files`` (of the remote working directory), ``plots`` (paths of local files).
    """

    def __init__(self, found, outputs, console_output, plots, interrupted):
        error = found["error"]
        self.success = error is None and not interrupted
        self.error_message = None if error is None else error["message"]
        self.outputs, self.console_output, self.plots = outputs, console_output, plots
        self.warnings = [each["message"] for each in found["warnings"]]
        self.changed_files = list(found["changed_files"])

    def __repr__(self):
        parts = [f"{name}={value!r}" for name, value in (("outputs", list(self.outputs)), ("changed_files", self.changed_files),
                                                         ("plots", self.plots)) if value]
        return f"RemoteResult({', '.join(['finished' if self.success else f'failed: {self.error_message}', *parts])})"


def remote_login(deployr_endpoint: str, session: bool = True, diff: bool = True, commandline: Optional[bool] = None,
                 prompt: str = "REMOTE> ", username: Optional[str] = None, password: None = None, ssh_switches: Optional[str] = None,
                 command: Union[str, List[str], None] = None) -> bool:
    """Starts a session of Python on another machine, through ssh with the keys and the agent of the user.

    Parameters
    ----------
    deployr_endpoint : str
        "ssh://user@host:port", user and port may be left out; "local:" is a session on this machine.
    session : bool
        False: only try whether a session could be had.
    diff : bool
        Say how the two installations differ (diff_local_remote).
    commandline : bool
        Go to the prompt of the session; by default where there is a console.
    prompt : str
        That prompt.
    username : str
        The user there, if the endpoint does not say.
    password
        Not taken: ssh logs in with keys.
    ssh_switches : str
        Switches of ssh, as "-i key".
    command : str or list of str
        The words that start Python there; python3 by default.

    Returns
    -------
    bool
        True.

    Raises
    ------
    InvalidArgument
        An argument is wrong, or there is a session already.
    WorkerError
        The session cannot be started; the text says why.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.remote_login("local:", diff=False)
    True
    >>> rx.remote_execute("print(6 * 7)").success
    42
    True
    >>> rx.remote_logout()
    True
    """
    if password is not None:
        raise InvalidArgument("remote_login: password is not taken: ssh logs in with the keys and the agent of the user; leave it out")
    if current.session is not None:
        raise InvalidArgument(f"remote_login: there is a remote session on {current.session.name}; end it with remote_logout()")
    if session and commandline:
        _demand_console("remote_login: commandline=True")
    near = NearSession(*command_of(deployr_endpoint, username, ssh_switches, command), prompt)
    if not session:
        near.close()
        return True
    current.session = near
    if diff:
        diff_local_remote()
    if commandline or commandline is None and _has_console():
        remote_command_line(prompt)
    return True


def remote_logout() -> bool:
    """Ends the remote session; what its workspace and its working directory hold is gone.

    Returns
    -------
    bool
        True.

    Raises
    ------
    InvalidArgument
        There is no session.
    """
    current.asked_by("remote_logout").close()
    return True


def remote_execute(code: str, script: bool = False, inputs: Union[Dict[str, Any], str, None] = None,
                   outputs: Union[str, List[str], None] = None, display_plots: bool = False, write_plots: bool = False) -> RemoteResult:
    """Runs code of Python, or a script, in the remote session; its output is shown as it comes.

    Parameters
    ----------
    code : str
        The code; values of expressions are shown, as at a prompt. With `script` the path of a local file.
    script : bool
        Whether `code` names a file, which runs as a program does.
    inputs : dict or str
        Objects that are put into the remote workspace before, by name; or JSON: '[{"name": "x", "value": 120}]'.
    outputs : str or list of str
        Names of objects of the remote workspace that come back.
    display_plots : bool
        Open the figures of matplotlib that the code leaves, where there is a console.
    write_plots : bool
        Write them to the working directory as remotePlot001.png ...

    Returns
    -------
    RemoteResult
        What has come of it.

    Raises
    ------
    RemoteError
        The code failed; its `result` is what was done before.
    InvalidArgument
        There is no session, or an argument is wrong.
    WorkerError
        The session is lost.
    """
    session = current.asked_by("remote_execute")
    if not isinstance(code, str):
        raise InvalidArgument(f"remote_execute: code must be a text, not {shown(code)}")
    file = None
    if script:
        file, code = code, _text_of(code)
    document = {"op": "execute", "code": code, "file": file, "outputs": _names(outputs, "outputs", "remote_execute"),
                "plots": bool(display_plots or write_plots)}
    given = _inputs(inputs)
    found, payload, said = session.ask("remote_execute", document, _dumps("remote_execute", given) if given else None)
    interrupted = bool(found.get("interrupted"))
    plots = _fetch_plots(session, found["plots"], os.getcwd() if write_plots else tempfile.mkdtemp(prefix="insitu-plots-")) \
        if found["plots"] else []
    result = RemoteResult(found, objects_of(payload) if payload else {}, said, plots, interrupted)
    for each in found["warnings"]:
        kind = getattr(builtins, each["kind"], None)
        warn(each["message"], kind if isinstance(kind, type) and issubclass(kind, Warning) else UserWarning)
    if interrupted:
        raise KeyboardInterrupt
    error = found["error"]
    if error is not None:
        where = f" ({error['where']})" if error["where"] else ""
        raise RemoteError(f"remote_execute: {error['kind']}: {error['message']}{where}", error["kind"], error["traceback"], result)
    if display_plots and _has_console():
        for path in plots:
            webbrowser.open(pathlib.Path(path).resolve().as_uri())
    return result


def remote_script(name: str, inputs: Union[Dict[str, Any], str, None] = None, outputs: Union[str, List[str], None] = None,
                  display_plots: bool = True, write_plots: bool = True) -> RemoteResult:
    """Runs a local script in the remote session: remote_execute with script=True, and with its plots.

    Parameters
    ----------
    name : str
        The path of the script here.
    inputs, outputs, display_plots, write_plots
        As in remote_execute.

    Returns
    -------
    RemoteResult
        What has come of it.

    Raises
    ------
    RemoteError, InvalidArgument, WorkerError
        As remote_execute.
    """
    return remote_execute(name, True, inputs, outputs, display_plots, write_plots)


def _text_of(path):
    try:
        return pathlib.Path(path).read_text("utf-8-sig")
    except OSError as error:
        raise InvalidArgument(f"remote_execute: the script '{path}' cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InvalidArgument(f"remote_execute: the script '{path}' is no text in UTF-8: {error}") from error


def _holder(name, caller):
    if name is not None and not (isinstance(name, str) and name):
        raise InvalidArgument(f"{caller}: name must be the name of a dict, not {shown(name)}")


def _names(names, argument, caller):
    try:
        names = [names] if isinstance(names, str) else list(names or [])
    except TypeError:
        raise InvalidArgument(f"{caller}: {argument} must be names of objects, not {shown(names)}") from None
    if not all(isinstance(name, str) for name in names):
        raise InvalidArgument(f"{caller}: {argument} must be names of objects, not {shown(names)}")
    return names


def _inputs(inputs):
    found = inputs
    if isinstance(inputs, str):
        try:
            found = {each["name"]: each["value"] for each in json.loads(inputs)}
        except (ValueError, TypeError, KeyError):
            found = None
    if found is not None and (not isinstance(found, dict) or not all(isinstance(name, str) for name in found)) or \
            found is None and inputs is not None:
        raise InvalidArgument('remote_execute: inputs must be a dict of objects by name, or JSON as [{"name": "x", "value": 120}], not '
                              f"{shown(inputs)}")
    return found


def _dumps(caller, value):
    try:
        return dumps(value, "an object")
    except ValueError as error:
        raise InvalidArgument(f"{caller}: {error}") from error


def _fetch_plots(session, names, folder):
    """Files in the folder; what they are called is our matter, no file is replaced."""
    paths, number = [], 0
    for name in names:
        while True:
            number += 1
            path = os.path.join(folder, f"remotePlot{number:03d}.png")
            if not os.path.exists(path):
                break
        session.fetch("remote_execute", {"op": "get_plot", "name": name}, path)
        paths.append(path)
    return paths


# ---- objects


def list_remote_workspace() -> List[str]:
    """Names of the objects of the remote workspace; those that begin with _ are left out.

    Returns
    -------
    list of str
        The names, sorted.

    Raises
    ------
    InvalidArgument
        There is no session.
    """
    return current.asked_by("list_remote_workspace").finished("list_remote_workspace", {"op": "workspace"})[0]["names"]


def put_local_object(obj: Union[str, List[str], Dict[str, Any]], name: Optional[str] = None) -> Dict[str, Any]:
    """Copies objects to the remote workspace.

    Parameters
    ----------
    obj : str, list of str or dict
        Names of variables of the caller, or the objects themselves by name.
    name : str
        A dict of the remote workspace that gets them, instead of the workspace itself.

    Returns
    -------
    dict
        The objects.

    Raises
    ------
    InvalidArgument
        There is no such variable, or an object cannot be sent.
    """
    caller = "put_local_object"
    session = current.asked_by(caller)
    _holder(name, caller)
    if isinstance(obj, dict):
        objects = dict(obj)
        if not all(isinstance(each, str) for each in objects):
            raise InvalidArgument(f"{caller}: obj must be names of objects, or objects by their names, not {shown(obj)}")
    else:
        frame = sys._getframe(1)
        there = {**frame.f_globals, **frame.f_locals}
        names = _names(obj, "obj", caller)
        absent = [each for each in names if each not in there]
        if absent:
            raise InvalidArgument(f"{caller}: obj: there is no variable {absent[0]!r}")
        objects = {each: there[each] for each in names}
    document = {"op": "put_objects"} if name is None else {"op": "put_objects", "name": name}
    session.finished(caller, document, _dumps(caller, objects))
    return objects


def get_remote_object(obj: Union[str, List[str]], name: Optional[str] = None) -> Any:
    """Objects of the remote workspace.

    Parameters
    ----------
    obj : str or list of str
        Their names.
    name : str
        A dict that is made, or added to, under this name among the caller's global variables.

    Returns
    -------
    object
        The object; for a list a dict of them. Nothing is assigned without `name`.

    Raises
    ------
    InvalidArgument
        There is no such object, or it cannot be sent.
    DataError
        It cannot be made here, for want of a module.
    """
    caller = "get_remote_object"
    names = _names(obj, "obj", caller)
    _holder(name, caller)
    space = sys._getframe(1).f_globals
    if name is not None and not isinstance(space.get(name, {}), dict):
        raise InvalidArgument(f"{caller}: name: {name} is there already and is no dict; choose another name, or delete it first")
    objects = objects_of(current.asked_by(caller).finished(caller, {"op": "get_objects", "names": names})[1])
    if name is not None:
        space.setdefault(name, {}).update(objects)
    return objects[obj] if isinstance(obj, str) else objects


def put_local_workspace() -> Dict[str, Any]:
    """Copies the caller's global variables to the remote workspace, without modules and names that begin with _.

    What cannot be sent is left out, with a warning.

    Returns
    -------
    dict
        The objects.
    """
    caller = "put_local_workspace"
    session = current.asked_by(caller)
    objects, left = {}, []
    for name, value in sys._getframe(1).f_globals.items():
        if name.startswith("_") or isinstance(value, types.ModuleType):
            continue
        try:
            dumps(value, name)
            objects[name] = value
        except ValueError:
            left.append(name)
    session.finished(caller, {"op": "put_objects"}, _dumps(caller, objects))
    tell_left_out(caller, left)
    return objects


def get_remote_workspace(into: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
    """All objects of the remote workspace; modules and what cannot be sent are left out, with a warning.

    Parameters
    ----------
    into : dict
        What gets them, as globals().

    Returns
    -------
    dict
        The objects by name.
    """
    caller = "get_remote_workspace"
    found, payload, _ = current.asked_by(caller).finished(caller, {"op": "get_objects", "all": True})
    objects = objects_of(payload)
    if into is not None:
        into.update(objects)
    tell_left_out(caller, found["left"])
    return objects


# ---- files


def list_remote_files() -> List[str]:
    """Names of the files of the remote working directory, with those of its folders.

    Returns
    -------
    list of str
        The names, sorted.
    """
    return current.asked_by("list_remote_files").finished("list_remote_files", {"op": "list_files"})[0]["names"]


def put_local_file(filename: Union[str, os.PathLike]) -> bool:
    """Copies a file to the remote working directory.

    Parameters
    ----------
    filename : str or path-like
        The file here; there it has the last part of its name.

    Returns
    -------
    bool
        True.

    Raises
    ------
    InvalidArgument
        There is no such file, or it cannot be written there.
    """
    caller = "put_local_file"
    session = current.asked_by(caller)
    path = pathlib.Path(filename)
    if not path.is_file():
        raise InvalidArgument(f"{caller}: there is no file '{path}'")
    session.finished(caller, {"op": "put_file", "name": path.name}, give=lambda send: give_file(path, send))
    return True


def get_remote_file(filename: str, as_: str = "text", file: Union[str, os.PathLike, None] = None) -> Union[str, bytes, pathlib.Path]:
    """The content of a file of the remote working directory, or its copy in a local file.

    Parameters
    ----------
    filename : str
        Its name there.
    as_ : 'text', 'raw'
        Whether the content is a text in UTF-8, or bytes.
    file : str or path-like
        A local file that gets the content, however large.

    Returns
    -------
    str, bytes or Path
        The content, or the path of `file`.

    Raises
    ------
    InvalidArgument
        There is no such file, or it is no text.
    DataError
        The local file cannot be written.
    """
    caller = "get_remote_file"
    session = current.asked_by(caller)
    if as_ not in ("text", "raw"):
        raise InvalidArgument(f'{caller}: as_ must be "text" or "raw", not {shown(as_)}')
    document = {"op": "get_file", "name": filename}
    if file is not None:
        session.fetch(caller, document, file)
        return pathlib.Path(file)
    content = session.fetch_bytes(caller, document)
    if as_ == "raw":
        return content
    try:
        return content.decode("utf-8")
    except UnicodeError:
        raise InvalidArgument(f'{caller}: {filename!r} is no text in UTF-8: use as_="raw", or name a file for it') from None


def delete_remote_file(filename: str) -> bool:
    """Deletes a file of the remote working directory.

    Parameters
    ----------
    filename : str
        Its name there.

    Returns
    -------
    bool
        True.

    Raises
    ------
    InvalidArgument
        There is no such file.
    """
    current.asked_by("delete_remote_file").finished("delete_remote_file", {"op": "delete_file", "name": filename})
    return True


# ---- snapshots


def create_snapshot(name: str = "") -> str:
    """Saves the remote workspace and working directory on the remote machine, for sessions to come.

    Parameters
    ----------
    name : str
        What list_snapshots calls it.

    Returns
    -------
    str
        Its id. Modules are noted and imported again; objects that cannot be saved are left out, with a warning.
    """
    found = current.asked_by("create_snapshot").finished("create_snapshot", {"op": "create_snapshot", "name": str(name)})[0]
    tell_left_out("create_snapshot", found["left"])
    return found["id"]


def load_snapshot(snapshot_id: str) -> bool:
    """Brings a snapshot into the remote session: its objects and its files, over those of the same name.

    Parameters
    ----------
    snapshot_id : str
        As create_snapshot returned it.

    Returns
    -------
    bool
        True.

    Raises
    ------
    InvalidArgument
        There is no such snapshot.
    """
    found = current.asked_by("load_snapshot").finished("load_snapshot", {"op": "load_snapshot", "id": snapshot_id})[0]
    if found["left"]:
        warn(f"load_snapshot: modules that are not there any more: {', '.join(found['left'])}")
    return True


def delete_snapshot(snapshot_id: str) -> bool:
    """Deletes a snapshot.

    Parameters
    ----------
    snapshot_id : str
        As create_snapshot returned it.

    Returns
    -------
    bool
        True.

    Raises
    ------
    InvalidArgument
        There is no such snapshot.
    """
    current.asked_by("delete_snapshot").finished("delete_snapshot", {"op": "delete_snapshot", "id": snapshot_id})
    return True


def list_snapshots() -> Dict[str, str]:
    """The snapshots of the user on the remote machine.

    Returns
    -------
    dict of str
        Names by id, oldest first.
    """
    found = current.asked_by("list_snapshots").finished("list_snapshots", {"op": "list_snapshots"})[0]
    return dict(zip(found["ids"], found["names"]))


def download_snapshot(snapshot_id: str, file: Union[str, os.PathLike, None] = None) -> Union[bytes, bool]:
    """A snapshot as bytes, or in a local file: a .tar.gz.

    Parameters
    ----------
    snapshot_id : str
        As create_snapshot returned it.
    file : str or path-like
        The local file.

    Returns
    -------
    bytes or bool
        The bytes; True where `file` got them.

    Raises
    ------
    InvalidArgument
        There is no such snapshot.
    """
    caller, document = "download_snapshot", {"op": "get_snapshot", "id": snapshot_id}
    session = current.asked_by(caller)
    if file is None:
        return session.fetch_bytes(caller, document)
    session.fetch(caller, document, file)
    return True


# ---- what differs


def diff_local_remote() -> Dict[str, Any]:
    """Prints how the local and the remote installation of Python differ.

    Returns
    -------
    dict
        versions and platforms as (local, remote), missing (packages that are not there), differing ({package: (local, remote)}).
    """
    there = current.asked_by("diff_local_remote").finished("diff_local_remote", {"op": "inventory"})[0]
    here = inventory()
    local, remote = here["packages"], there["packages"]
    found = {"versions": (here["version"], there["version"]), "platforms": (here["platform"], there["platform"]),
             "missing": sorted(set(local) - set(remote)),
             "differing": {name: (local[name], remote[name]) for name in sorted(set(local) & set(remote)) if local[name] != remote[name]}}
    print(f"Python here:  {here['version']} ({here['platform']})\nPython there: {there['version']} ({there['platform']})")
    print(f"Not there:    {', '.join(found['missing']) or 'nothing'}")
    print("Differing:    " + (", ".join(f"{name} ({a}, there {b})" for name, (a, b) in found["differing"].items()) or "nothing"))
    return found


# ---- the prompt


def _has_console():
    return hasattr(sys, "ps1") or sys.stdin is not None and sys.stdin.isatty() and bool(sys.flags.interactive)


def _demand_console(what):
    if not _has_console():
        raise Unsupported(f"{what} needs a console to type at; in a script use remote_execute and remote_script")


def remote_command_line(prompt: str = "REMOTE> ", display_plots: bool = True, write_plots: bool = False) -> None:
    """Reads code at a prompt of its own and runs it in the remote session, until pause() or exit.

    Parameters
    ----------
    prompt : str
        The prompt.
    display_plots, write_plots : bool
        As in remote_execute.

    Raises
    ------
    Unsupported
        There is no console.
    """
    current.asked_by("remote_command_line")
    _demand_console("remote_command_line")
    _read_and_run(input, prompt, display_plots, write_plots)


def resume() -> None:
    """Back to the prompt of the remote session.

    Raises
    ------
    Unsupported
        There is no console.
    """
    session = current.asked_by("resume")
    _demand_console("resume")
    _read_and_run(input, session.prompt, True, False)


def pause() -> None:
    """At the prompt of the remote session: back to the local one, from which resume() leads to it again."""
    print("This is the local session; pause() is for the prompt of a remote one, to which resume() leads.", file=sys.stderr)


def _read_and_run(read: Callable[[str], str], prompt: str, display_plots: bool, write_plots: bool) -> None:
    """The loop behind the prompt; ``read(prompt)`` gives a line."""
    lines: List[str] = []
    while current.session is not None:
        try:
            line = read("REMOTE+ " if lines else prompt)
        except KeyboardInterrupt:
            lines = []
            print()
            continue
        except EOFError:
            print()
            return
        word = line.strip().removesuffix("()")
        if not lines and word == "pause":
            return
        if not lines and word in ("exit", "quit"):
            remote_logout()
            return
        lines.append(line)
        code = "\n".join(lines)
        try:
            if codeop.compile_command(code, "<prompt>", "single") is None:
                continue
        except (SyntaxError, ValueError, OverflowError):
            pass  # the session says it
        lines = []
        try:
            remote_execute(code, display_plots=display_plots, write_plots=write_plots)
        except KeyboardInterrupt:
            print("KeyboardInterrupt", file=sys.stderr)
        except RemoteError as error:
            print(error.remote_traceback or error, file=sys.stderr)
        except (InvalidArgument, DataError) as error:
            print(error, file=sys.stderr)
