"""The client's side of a remote session: one call at a time to a process of Python, here or on another machine."""

import json
import os
import pickle
import signal
import sys
import threading

from insitu import _engine
from insitu._requests import Builder
from insitu._session_answers import checked_answer, document_of
from insitu._session_files import FRAME, PROTOCOL, IncomingBytes, IncomingFile, give_bytes
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
        about = document_of(text)
        if kind != FRAME["hello"] or about.get("protocol") != PROTOCOL or about.get("language") != "python":
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

    def ask(self, caller, document, objects=None, give=None, take=None):
        """(document of the answer, bytes of objects, what was printed). Output of the far process is shown as it comes.

        ``objects`` are bytes that go with the call; ``give(send)`` sends a file behind it, ``take(frame)`` gets one that comes. Raises
        InvalidArgument for what the far end refuses, DataError for a file that cannot be read, OSError for output that cannot be shown
        here, WorkerError when the session is lost; ``interrupted`` of the answer says that the call was, a second Ctrl-C gives the
        session up.
        """
        if objects is not None:
            document, give = {**document, "objects": True}, lambda send: give_bytes(objects, send)
        try:
            return self._waiting(lambda: _Call(self, caller, document, give, take).run())
        except (InvalidArgument, DataError, OSError):
            raise
        except BaseException as error:  # the two ends do not agree any more on where they are
            self.close()
            if isinstance(error, (ValueError, RecursionError)):
                raise WorkerError(f"the remote session on {self.name} has sent what is no document") from error
            raise

    def finished(self, caller, document, objects=None, **files):
        """ask(), for calls of which nothing is left when they are interrupted."""
        answer = self.ask(caller, document, objects, **files)
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
        if not incoming.whole:
            raise DataError(f"{caller}: '{os.fspath(path)}' cannot be written: {incoming.failure or 'not all of it has come'}")

    def fetch_bytes(self, caller, document):
        """A file of the far end as bytes."""
        return self.finished(caller, document)[1]

    def close(self):
        """Ends the session."""
        if current.session is self:
            current.session = None
        self.line.close()


class _Call:
    """One call of the far end, from its frame to the answer's. What fails here is told when the answer has come: both ends agree then
    on where they are, and the session goes on."""

    def __init__(self, session, caller, document, give, take):
        self.session, self.caller, self.document, self.give = session, caller, document, give
        session._calls += 1
        self.number, self.said, self.stopped = session._calls, [], False
        self.failure = self.unsaid = None  # why a file cannot be read, why what was printed there cannot be shown here
        self.incoming = IncomingBytes()
        self.take = take or self.incoming.take

    def run(self):
        self.send("call", self.document)
        if self.give is not None:
            self.give_on()
        if self.session._acted and not self.stopped:  # pressed while the last frames were sent
            self.send("cancel", None)
        while True:
            try:
                frame = self.session.line.receive(self.session._stop)
            except KeyboardInterrupt:
                self.pressed()
                self.send("cancel", None)
                continue
            kind, of, text, content = frame
            if kind == FRAME["out"]:
                self.show(of, content.decode("utf-8"))
            elif of != self.number:
                raise WorkerError(f"the remote session on {self.session.name} answers what was not asked")
            elif kind in (FRAME["block"], FRAME["end"]):
                self.take(frame)
            elif kind in (FRAME["reply"], FRAME["fail"]):
                return self.answered(kind, text)
            else:
                raise WorkerError(f"the remote session on {self.session.name} sends what was not asked for")

    def send(self, kind, document, payload=b""):
        session = self.session
        try:
            session.line.send(FRAME[kind], self.number, "" if document is None else json.dumps(document), payload, session._stop)
        except KeyboardInterrupt:  # the frame is on its way all the same
            self.pressed()

    def pressed(self):
        session = self.session
        session._acted += 1
        if session._acted > 1:
            session.close()
            raise WorkerError(f"{self.caller}: the remote session on {session.name} did not stop and was given up") from None

    def give_on(self):
        """Files and objects are sent to their end, or said to be stopped: the far end waits for that."""
        class Stopped(Exception):
            pass

        def send_on(kind, document, payload):
            if self.session._pressed:
                raise Stopped
            self.send(kind, document, payload)

        try:
            self.give(send_on)
        except Stopped:
            self.session._acted, self.stopped = max(self.session._acted, 1), True
            self.send("end", {"stopped": True})
        except OSError as error:
            self.stopped = True
            self.failure = f"{self.caller}: '{error.filename or 'the file'}' cannot be read: {error.strerror}"
            self.send("end", {"stopped": True})

    def show(self, stream, text):
        self.said.append(text)
        stream = sys.stdout if stream == 1 else sys.stderr
        if stream is None or self.unsaid is not None:
            return
        try:
            try:
                stream.write(text)
            except UnicodeEncodeError:
                stream.write(text.encode(stream.encoding, "backslashreplace").decode(stream.encoding))
            stream.flush()
        except Exception as error:  # closed, full, a broken pipe, whatever a stream of the user's raises: the call goes on
            self.unsaid = error

    def answered(self, kind, text):
        if self.failure is not None:
            raise DataError(self.failure)
        answer = checked_answer(self.document["op"] if kind == FRAME["reply"] else "fail", text, self.session.name)
        if kind == FRAME["fail"]:
            raise InvalidArgument(f"{self.caller}: {answer['message']}")
        if self.session._acted and self.document["op"] != "execute":
            answer["interrupted"] = True
        if self.incoming.begun and not self.incoming.whole and not answer.get("interrupted"):
            raise WorkerError(f"the remote session on {self.session.name} has not sent all that it began to send")
        if self.unsaid is not None:
            raise OSError(f"{self.caller}: what the remote session printed cannot be shown here: {self.unsaid}") from self.unsaid
        return answer, self.incoming.content(), "".join(self.said)


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
        return [*(command or [sys.executable]), "-c", f"import sys; sys.path[:] = {paths!r}; {serve}"], "this machine"
    request = {"sshHostname": endpoint, "command": [*(command or ["python3"]), "-c", serve], "reportProgress": 0}
    for name, value in (("sshUsername", username), ("sshSwitches", switches)):
        if value is not None:
            request[name] = value
    return Builder("ssh_command", **request).run()["argv"], endpoint[len("ssh://"):].rstrip("/")


def objects_of(payload):
    """Objects that the far end has sent. It is trusted as any code is that the user runs."""
    try:
        objects = pickle.loads(payload)
    except Exception as error:  # whatever a module that is not here raises
        raise DataError(f"an object of the remote session cannot be made here: {type(error).__name__}: {error}") from error
    if not isinstance(objects, dict):
        raise DataError("the remote session has sent what are no objects")
    return objects


def tell_left_out(caller, names):
    if names:
        warn(f"{caller}: left out, because they cannot be sent: {', '.join(names)}")
