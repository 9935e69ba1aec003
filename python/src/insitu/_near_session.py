"""The client's side of a remote session: one call at a time to a process of Python, here or on another machine."""

import json
import os
import pickle
import signal
import sys
import threading

from insitu import _engine
from insitu._requests import Builder
from insitu._session_files import FRAME, IncomingFile
from insitu.errors import DataError, InvalidArgument, UserCodeError, WorkerError, shown, warn


class RemoteError(UserCodeError):
    """Code of a remote session failed.

    ``kind`` is the name of the exception's class there, ``remote_traceback`` where it was raised, ``result`` what the call has done
    until then.
    """

    def __init__(self, text, kind="", remote_traceback="", result=None):
        super().__init__(text)
        self.kind, self.remote_traceback, self.result = kind, remote_traceback, result


class NearSession:
    """One session, as its client sees it."""

    def __init__(self, command, name, prompt):
        self.name, self.prompt, self._calls = name, prompt, 0
        self._pressed = self._acted = 0  # Ctrl-C: how often, and what has been done about it
        self.line = _engine.NearEnd(command, name)
        kind, _, text, _ = self._waiting(lambda: self.line.receive(self._stop))
        about = json.loads(text or "{}")
        if kind != FRAME["hello"] or about.get("protocol") != 1 or about.get("language") != "python":
            self.line.close()
            raise WorkerError(f"remote_login: what was started on {name} is not a session of Python of this release of insitu")
        self.about = about

    def _stop(self):
        return self._pressed > self._acted

    def _waiting(self, body):
        """Runs ``body``; Ctrl-C is counted meanwhile, never raised, so that no frame is lost by it."""
        self._pressed = self._acted = 0
        if threading.current_thread() is not threading.main_thread():
            return body()

        def count(number, frame):
            self._pressed += 1

        before = signal.signal(signal.SIGINT, count)
        try:
            return body()
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler if before is None else before)

    def ask(self, caller, document, payload=b"", give=None, take=None):
        """(document of the answer, payload, what was printed). Output of the far process is shown as it comes.

        ``give(send)`` sends a file behind the call, ``take(frame)`` gets one that comes. Raises InvalidArgument for what the far end
        refuses, WorkerError when it is lost, KeyboardInterrupt when the call was interrupted; a second Ctrl-C gives the session up.
        """
        self._calls += 1
        number, never = self._calls, lambda: False
        said = []

        def send(kind, document, payload=b""):
            self.line.send(FRAME[kind], number, "" if document is None else json.dumps(document), payload, never)

        def give_on():
            # A file is sent to its end, or said to be stopped: the far end waits for that.
            class Stopped(Exception):
                pass

            def send_on(kind, document, payload):
                if self._pressed:
                    raise Stopped
                send(kind, document, payload)

            try:
                give(send_on)
            except Stopped:
                send("end", {"stopped": True})
            except OSError:
                send("end", {"stopped": True})
                raise

        def talk():
            send("call", document, payload)
            failure = None
            if give is not None:
                try:
                    give_on()
                except OSError as error:
                    failure = error
                self._acted = self._pressed
            while True:
                try:
                    frame = self.line.receive(self._stop)
                except KeyboardInterrupt:
                    self._acted += 1
                    if self._acted > 1:
                        self.line.close()
                        raise WorkerError(f"{caller}: the remote session on {self.name} did not stop and was given up") from None
                    send("cancel", None)
                    continue
                kind, of, text, content = frame
                if kind == FRAME["out"]:
                    content = content.decode("utf-8")
                    said.append(content)
                    stream = sys.stdout if of == 1 else sys.stderr
                    stream.write(content)
                    stream.flush()
                elif of != number:
                    raise WorkerError(f"the remote session on {self.name} answers what was not asked")
                elif kind in (FRAME["block"], FRAME["end"]) and take is not None:
                    take(frame)
                elif kind in (FRAME["reply"], FRAME["fail"]):
                    if failure is not None:
                        raise failure
                    answer = json.loads(text or "{}")
                    if kind == FRAME["fail"]:
                        raise InvalidArgument(f"{caller}: {answer.get('message')}")
                    if give is not None and self._acted:
                        answer["interrupted"] = True
                    return answer, content, "".join(said)
                else:
                    raise WorkerError(f"the remote session on {self.name} sends what was not asked for")

        try:
            return self._waiting(talk)
        except (InvalidArgument, OSError):
            raise
        except BaseException as error:  # the two ends do not agree any more on where they are
            self.close()
            if isinstance(error, ValueError):
                raise WorkerError(f"the remote session on {self.name} has sent what is no document") from error
            raise

    def finished(self, caller, document, payload=b"", **files):
        """ask(), for calls of which nothing is left when they are interrupted."""
        answer = self.ask(caller, document, payload, **files)
        if answer[0].get("interrupted"):
            raise KeyboardInterrupt
        return answer

    def fetch(self, caller, document, path):
        """A file of the far end as a local one: whole, or not at all."""
        try:
            incoming = IncomingFile(path)
        except OSError as error:
            raise DataError(f"{caller}: '{os.fspath(path)}' cannot be written: {error.strerror}") from error
        try:
            self.finished(caller, document, take=incoming.take)
        finally:
            incoming.abandon()
        if incoming.failure:
            raise DataError(f"{caller}: '{os.fspath(path)}' cannot be written: {incoming.failure}")

    def fetch_bytes(self, caller, document):
        """A file of the far end as bytes."""
        blocks = []
        self.finished(caller, document, take=lambda frame: blocks.append(frame[3]))
        return b"".join(blocks)

    def close(self):
        """Ends the session."""
        if current.session is self:
            current.session = None
        self.line.close()


class Current:
    """The session that calls are for."""

    session = None

    def asked_by(self, caller):
        if self.session is None:
            raise InvalidArgument(f'{caller}: there is no remote session; start one with remote_login("ssh://user@host")')
        return self.session


current = Current()


def command_of(endpoint, username, switches, command):
    """(command line that starts the far end, what messages call it): the one place that knows how other machines are reached."""
    local = endpoint == "local:"
    if not local and not (isinstance(endpoint, str) and endpoint.startswith("ssh://")):
        raise InvalidArgument('remote_login: deployr_endpoint must be "ssh://user@host:port" (user and port may be left out), or "local:" '
                              f"for a session on this machine, not {shown(endpoint)}")
    if isinstance(command, str):
        command = [command]
    if command is not None and not (isinstance(command, (list, tuple)) and command and all(isinstance(word, str) for word in command)):
        raise InvalidArgument(f"remote_login: command must be the words that start Python, not {shown(command)}")
    serve = "from insitu._far_session import serve; serve()"
    if local:
        paths = [os.path.abspath(path) if path else os.getcwd() for path in sys.path]
        return [*(command or [sys.executable]), "-c", f"import sys; sys.path[:] = ['', *{paths!r}]; {serve}"], "this machine"
    request = {"sshHostname": endpoint, "command": [*(command or ["python3"]), "-c", serve], "reportProgress": 0}
    for name, value in (("sshUsername", username), ("sshSwitches", switches)):
        if value is not None:
            request[name] = value
    return Builder("ssh_command", **request).run()["argv"], endpoint[len("ssh://"):].rstrip("/")


def objects_of(payload):
    """Objects that the far end has sent. It is trusted as any code is that the user runs."""
    try:
        return pickle.loads(payload)
    except Exception as error:  # whatever a module that is not here raises
        raise DataError(f"an object of the remote session cannot be made here: {type(error).__name__}: {error}") from error


def tell_left_out(caller, names):
    if names:
        warn(f"{caller}: left out, because they cannot be sent: {', '.join(names)}")
