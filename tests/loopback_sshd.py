"""An ssh server on loopback for tests: its own keys, configuration and known hosts in a temporary folder, this user alone.

    python3 tests/loopback_sshd.py --ready FILE [--env NAME=VALUE ...]

Writes {"hostname", "username", "switches", "folder", "port", "pid"} to FILE, or {"skip": why}, and serves until its standard
input ends. Then nothing of it is left. `switches` are those of ssh: a configuration (-F) that knows the host "loopback".
Commands there see the environment of sshd, which is small, and that of --env.
"""

import argparse
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time


class NoServer(Exception):
    """Why there can be none here."""


class LoopbackServer:
    def __init__(self, environment=None):
        self.sshd = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
        for program, package in ((self.sshd, "openssh-server"), (shutil.which("ssh"), "openssh-client"),
                                 (shutil.which("ssh-keygen"), "openssh-client")):
            if not program:
                raise NoServer(f"no ssh server: {package} is not installed")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"insitu-sshd-{os.getpid()}-"))
        self.username = pwd.getpwuid(os.geteuid()).pw_name
        self.server = None
        try:
            for name in ("host_key", "user_key"):
                self.make_key(name)
            shutil.copy(self.folder / "user_key.pub", self.folder / "authorized_keys")
            (self.folder / "authorized_keys").chmod(0o600)
            if os.geteuid() == 0:
                pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd of root does not start without
            self.start(environment or {})
        except BaseException:
            self.stop()
            raise

    def make_key(self, name):
        (self.folder / name).unlink(missing_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "insitu tests", "-f", str(self.folder / name)],
                       check=True, capture_output=True, stdin=subprocess.DEVNULL)

    def start(self, environment):
        for _ in range(5):  # a free port may be taken by another before sshd has it
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
            self.write_configurations(environment)
            with open(self.folder / "sshd.log", "ab") as log:
                self.server = subprocess.Popen([self.sshd, "-D", "-e", "-f", str(self.folder / "sshd_config")], stdin=subprocess.DEVNULL,
                                               stdout=subprocess.DEVNULL, stderr=log, start_new_session=True)
            until = time.monotonic() + 10
            while time.monotonic() < until and self.server.poll() is None:
                try:
                    socket.create_connection(("127.0.0.1", self.port), 1).close()
                    return
                except OSError:
                    time.sleep(0.02)
            self.end_server()
        raise NoServer("the ssh server does not start: " + (self.folder / "sshd.log").read_text().strip())

    def write_configurations(self, environment):
        # A shell within others: bash does not read ~/.bashrc, so that tests do not depend on it.
        words = " ".join(f'"{name}={value}"' for name, value in {"SHLVL": "5", **environment}.items())
        (self.folder / "sshd_config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.folder}/host_key\nPidFile none\n"
            f"AuthorizedKeysFile {self.folder}/authorized_keys\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
            f"KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nAllowUsers {self.username}\nMaxSessions 30\n"
            f"MaxStartups 50\nPrintMotd no\nX11Forwarding no\nPermitUserRC no\nUseDNS no\n"
            f"SetEnv {words}\n")
        key = (self.folder / "host_key.pub").read_text().split()
        (self.folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {key[0]} {key[1]}\n")
        (self.folder / "config").write_text(
            f"Host loopback\n  HostName 127.0.0.1\n  Port {self.port}\n"
            f"Host *\n  IdentityFile {self.folder}/user_key\n  IdentitiesOnly yes\n  IdentityAgent none\n"
            f"  UserKnownHostsFile {self.folder}/known_hosts\n  GlobalKnownHostsFile none\n  StrictHostKeyChecking yes\n"
            f"  CheckHostIP no\n  UpdateHostKeys no\n")

    def description(self):
        return {"hostname": "loopback", "username": self.username, "switches": f"-F {self.folder}/config",
                "folder": str(self.folder), "port": self.port, "pid": self.server.pid}

    def processes(self):
        """The server's own, and those of its connections, which are sessions of their own."""
        found, children = [self.server.pid], {}
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
        for process in found:
            found.extend(children.get(process, ()))
        return found

    def end_connections(self):
        """As when the network goes: the servers of connections are gone, without a word; what they have started is not."""
        for process in self.processes()[1:]:
            try:
                if pathlib.Path(f"/proc/{process}/comm").read_text().startswith("sshd"):
                    os.kill(process, signal.SIGKILL)
            except (OSError, ProcessLookupError):
                pass
        # Who calls again at once would go through a client that has not seen it yet.
        until = time.monotonic() + 10
        while self.has_clients() and time.monotonic() < until:
            time.sleep(0.02)

    def has_clients(self):
        """Whether a socket of this machine still has this server for its other end."""
        lines = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
        closed = ("06", "07")  # TIME_WAIT, CLOSE: nobody holds them
        return any(int(words[2].rpartition(":")[2], 16) == self.port and words[3] not in closed for words in map(str.split, lines))

    def end_server(self):
        for process in reversed(self.processes()):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.server.wait()

    def stop(self):
        if self.server is not None and self.server.poll() is None:
            self.end_server()
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ready", required=True)
    parser.add_argument("--env", action="append", default=[])
    given = parser.parse_args()

    def tell(what):
        new = pathlib.Path(given.ready + ".new")
        new.write_text(json.dumps(what))
        new.rename(given.ready)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        server = LoopbackServer(dict(each.split("=", 1) for each in given.env))
    except NoServer as why:
        tell({"skip": str(why)})
        return
    try:
        tell(server.description())
        while os.read(0, 1024):
            pass
    finally:
        server.stop()


if __name__ == "__main__":
    main()
