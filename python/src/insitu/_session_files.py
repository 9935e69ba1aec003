"""Files between the two ends of a remote session: in blocks, under another name until all of one is there."""

import json
import os
import pathlib
import tempfile

#: Frames by their numbers on the wire (src/sessions/near_end.hpp).
FRAME = {"hello": 1, "block": 5, "out": 8, "end": 14, "cancel": 15, "call": 16, "reply": 17, "fail": 18}

_BLOCK = 1 << 20


def path_inside(folder, name):
    """The path of a file of a folder: other places are not reached by a name. Raises ValueError."""
    parts = name.split("/") if isinstance(name, str) else []
    if not parts or any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise ValueError("filename must name a file of the remote working directory, without .. or / before it")
    return pathlib.Path(folder, *parts)


def give_file(path, send):
    """Sends a file in blocks: ``send(kind, document, payload)``."""
    total = 0
    with open(path, "rb") as file:
        while True:
            block = file.read(_BLOCK)
            if not block:
                break
            send("block", None, block)
            total += len(block)
    send("end", {"bytes": total}, b"")


class IncomingFile:
    """A file that comes in blocks. All of them are taken whatever happens; ``failure`` says afterwards what did."""

    def __init__(self, path):
        self.path, self.failure = pathlib.Path(path), None
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
            told = json.loads(text or "{}")
            size = self.file.tell()
            self.file.close()
            if self.failure is None and not told.get("stopped"):
                if size != told.get("bytes"):
                    self.failure = "not all of it has come"
                else:
                    os.replace(self.part, self.path)
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
