"""RxRemote: any compute context of another machine, reached through ssh (docs/remote.md)."""

from __future__ import annotations

import base64
import json
from typing import Optional

from insitu._types import Context
from insitu.contexts import RxComputeContext, _from, register_context
from insitu.errors import InvalidArgument, shown


class RxRemote(RxComputeContext):
    """A compute context of another machine, reached through the system's ssh: whole calls run there, on the files that lie there.

    Parameters
    ----------
    ssh_hostname : str
        The machine: "host", "user@host", "ssh://user@host:port", or a name of ~/.ssh/config.
    ssh_username : str
        The user there; by default as ssh decides.
    ssh_switches : str
        Switches of ssh, as "-i key.pem -p 2222". They are split as a shell would, without a shell.
    working_dir : str
        The folder there that relative paths start from; by default the home folder.
    context : compute context
        Where it computes there: RxLocalSeq, RxLocalParallel, RxProcesses, RxSpark.
    wait : bool
        Calls return when they are done; False: analyses and calls that write return a job at once, which runs there.

    Raises
    ------
    InvalidArgument
        A setting is of the wrong kind, or the context is one of another machine again.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.RxRemote("ann@box", working_dir="data")
    RxRemote Compute Context
        ssh_hostname = 'ann@box'
        working_dir = 'data'
        context = RxLocalSeq Compute Context
    """

    elsewhere = True
    _settings = ("ssh_hostname", "ssh_username", "ssh_switches", "working_dir", "context", "wait")
    _usual = {"wait": True, "ssh_switches": ""}

    def __init__(self, ssh_hostname: str, ssh_username: Optional[str] = None, ssh_switches: str = "",
                 working_dir: Optional[str] = None, context: Context = "RxLocalSeq", wait: bool = True) -> None:
        super().__init__(wait=wait)
        for name, value in (("ssh_hostname", ssh_hostname), ("ssh_username", ssh_username), ("ssh_switches", ssh_switches),
                            ("working_dir", working_dir)):
            if not isinstance(value, str) and (value is not None or name == "ssh_hostname"):
                raise InvalidArgument(f"RxRemote: {name} must be a string, not {shown(value)}")
        self.ssh_hostname, self.ssh_username = ssh_hostname, ssh_username
        self.ssh_switches, self.working_dir = ssh_switches or "", working_dir
        self.context = _from(context)
        if isinstance(self.context, RxRemote):
            raise InvalidArgument("RxRemote: context must be one of that machine; machines behind it are reached by "
                                  "ssh_switches='-J between'")

    def descriptor(self):
        inner = self.context.descriptor()
        # What is of this machine: the worker of the package, Spark of PySpark, an application that runs here.
        for name in ("sparkHome", "session", "interop", *(() if getattr(self.context, "worker", None) else ("worker",))):
            inner.pop(name, None)
        found = {"type": "RxRemote", "sshHostname": self.ssh_hostname, "sshUsername": self.ssh_username,
                 "sshSwitches": self.ssh_switches or None, "workingDir": self.working_dir, "context": inner}
        return {name: value for name, value in found.items() if value is not None}

    def jobs_folder(self):
        """Of the user there: the engine looks for it."""
        return self.descriptor()

    def path_of_jobs(self):
        text = json.dumps(self.descriptor(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)  # as the engine writes it
        return "rxremote:" + base64.urlsafe_b64encode(text.encode()).decode()

    def same_place(self, other):
        return isinstance(other, RxRemote) and all(getattr(self, n) == getattr(other, n)
                                                   for n in ("ssh_hostname", "ssh_username", "ssh_switches"))


def rx_remote(ssh_hostname: str, ssh_username: Optional[str] = None, ssh_switches: str = "", working_dir: Optional[str] = None,
              context: Context = "RxLocalSeq", wait: bool = True) -> RxRemote:
    """A compute context of another machine, as the class RxRemote makes it.

    Parameters
    ----------
    ssh_hostname, ssh_username, ssh_switches, working_dir, context, wait
        As in RxRemote.

    Returns
    -------
    RxRemote
        The context; nothing has been connected yet.

    Raises
    ------
    InvalidArgument
        A setting is of the wrong kind, or the context is one of another machine again.

    Examples
    --------
    >>> import insitu as rx
    >>> rx.rx_remote("box", context="localpar").context
    RxLocalParallel Compute Context
    """
    return RxRemote(ssh_hostname, ssh_username, ssh_switches, working_dir, context, wait)


register_context(RxRemote, "remote")
