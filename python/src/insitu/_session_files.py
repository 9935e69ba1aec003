"""Files between the two ends of a remote session: in blocks, under another name until all of one is there."""

import json
import os
import pathlib
import tempfile

#: Frames by their numbers on the wire (src/sessions/near_end.hpp).
FRAME = {"hello": 1, "block": 5, "out": 8, "end": 14, "cancel": 15, "call": 16, "reply": 17, "fail": 18}

#: What HELLO says; both ends need the same.
PROTOCOL = 2

_BLOCK = 1 << 20


def path_inside(folder, name):
    """The path of a file of a folder: other places are not reached by a name. Raises ValueError."""
    parts = name.split("/") if isinstance(name, str) else []
    if not parts or any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise ValueError("filename must name a file of the remote working directory, without .. or / before it")
    return pathlib.Path(folder, *parts)


def give_file(path, send):
    """Sends a file in blocks: ``send(kind, document, payload)``."""
    with open(path, "rb") as file:
        _give_blocks(iter(lambda: file.read(_BLOCK), b""), send)


def give_bytes(content, send):
    """Sends bytes as give_file sends a file: objects, whose sending can be interrupted then."""
    _give_blocks((content[begin:begin + _BLOCK] for begin in range(0, len(content), _BLOCK)), send)


def _give_blocks(blocks, send):
    total = 0
    for block in blocks:
        send("block", None, block)
        total += len(block)
    send("end", {"bytes": total}, b"")


class IncomingBytes:
    """Bytes that come in blocks."""

    def __init__(self):
        self._blocks, self.whole, self.stopped = [], False, False

    def take(self, frame):
        kind, _, text, payload = frame
        if kind == FRAME["block"]:
            self._blocks.append(payload)
            self.whole = False
            return
        told = end_of(text)
        self.stopped = bool(told.get("stopped"))
        self.whole = not self.stopped and sum(map(len, self._blocks)) == told.get("bytes")

    @property
    def begun(self):
        return bool(self._blocks)

    def content(self):
        return b"".join(self._blocks)


def end_of(text):
    """The document of an END frame. Raises ValueError for what is none."""
    told = json.loads(text or "{}")
    if not isinstance(told, dict):
        raise ValueError("the end of a file is no document")
    return told


class IncomingFile:
    """A file that comes in blocks. All of them are taken whatever happens; ``failure`` says afterwards what did, ``whole`` that the file
    is there, ``stopped`` that the other end gave it up."""

    def __init__(self, path):
        self.path, self.failure, self.whole, self.stopped = pathlib.Path(path), None, False, False
        descriptor, self.part = tempfile.mkstemp(prefix=".part-", dir=self.path.parent)
        mask = os.umask(0)
        os.umask(mask)
        os.fchmod(descriptor, 0o666 & ~mask)
        self.file = os.fdopen(descriptor, "wb")

    def take(self, frame):
        kind, _, text, payload = frame
        try:
            if kind == FRAME["block"]:
                if self.failure is None:
                    self.file.write(payload)
                return
            told = end_of(text)
            size = self.file.tell()
            self.file.close()
            self.stopped = bool(told.get("stopped"))
            if self.failure is None and not self.stopped:
                if size != told.get("bytes"):
                    self.failure = "not all of it has come"
                else:
                    os.replace(self.part, self.path)
                    self.whole = True
        except (OSError, ValueError) as error:
            self.failure = self.failure or getattr(error, "strerror", None) or str(error)
        if kind != FRAME["block"]:
            self.abandon()

    def abandon(self):
        """Removes what is not complete."""
        try:
            self.file.close()
        except OSError:
            pass
        if os.path.exists(self.part):
            os.unlink(self.part)
