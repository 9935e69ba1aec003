"""A client of a gateway in plain Python: frames over a Unix socket (docs/worker.md).

For tests of the gateway alone: what the engine says to it is written out here once more.
"""

import json
import os
import secrets
import shutil
import socket
import struct
import subprocess
import tempfile
import time

HELLO, TASK, READ, DATA, BLOCK, GROUP, STATE, OUT, NEXT = range(1, 10)
RESULT, LOG, PROGRESS, ERROR, END, CANCEL, CALL, REPLY, FAIL, RESET = range(10, 20)

HEADER = struct.Struct("<IHHIIQ")
MAGIC = 0x31465852


class Failed(Exception):
    """A FAIL frame."""

    def __init__(self, document):
        super().__init__(document["message"])
        self.code = document["code"]
        self.split = document.get("split")
        self.document = document


def frame(kind, request=0, document=None, payload=b""):
    text = b"" if document is None else json.dumps(document).encode()
    return HEADER.pack(MAGIC, kind, 0, request, len(text), len(payload)) + text + payload


def write_frame(line, kind, request=0, document=None, payload=b""):
    line.sendall(frame(kind, request, document, payload))


def _exactly(line, size):
    parts = []
    while size:
        part = line.recv(min(size, 1 << 20))
        if not part:
            raise EOFError("the other end closed the line")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def read_frame(line):
    """Type, number of the request, document and payload."""
    magic, kind, flags, request, json_size, size = HEADER.unpack(_exactly(line, HEADER.size))
    assert magic == MAGIC and flags == 0
    text = _exactly(line, json_size)
    return kind, request, json.loads(text) if text else {}, _exactly(line, size)


class Line:
    """A connection; greets unless told not to."""

    def __init__(self, folder, token=None, greet=True):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(300)  # longer than an engine waits for what it has lost before it tries again
        self.socket.connect(os.path.join(folder, "gw.sock"))
        self.requests = 0
        if greet:
            if token is None:
                with open(os.path.join(folder, "token")) as file:
                    token = file.read().strip()
            self.send(HELLO, 0, {"protocol": 1, "token": token})
            kind, _, document, _ = self.receive()
            if kind == FAIL:
                raise Failed(document)
            assert kind == HELLO
            self.about = document

    def send(self, kind, request=0, document=None, payload=b""):
        write_frame(self.socket, kind, request, document, payload)

    def receive(self):
        return read_frame(self.socket)

    def begin(self, op, payload=b"", **arguments):
        self.requests += 1
        self.send(CALL, self.requests, {"op": op, **arguments}, payload)
        return self.requests

    def finish(self, request):
        """The answer to a call, and the frames before it."""
        frames = []
        while True:
            kind, of, document, payload = self.receive()
            assert of == request
            if kind == FAIL:
                raise Failed(document)
            if kind == REPLY:
                return document, payload, frames
            frames.append((kind, document, payload))

    def call(self, op, payload=b"", **arguments):
        """Returns the document of the answer."""
        return self.finish(self.begin(op, payload, **arguments))[0]

    def close(self):
        self.socket.close()


class Gateway:
    """Starts a gateway with a command and ends it. ``settings``: what it finds in its folder."""

    def __init__(self, command, settings=None, environment=None, hold=True):
        self.folder = tempfile.mkdtemp(prefix="gw-", dir="/tmp")
        self.scratch = tempfile.mkdtemp(prefix="gw-scratch-", dir="/tmp")
        with open(os.open(self.folder + "/token", os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        with open(os.open(self.folder + "/settings.json", os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            json.dump({"persistent": False, "idleTimeout": -1, **(settings or {})}, file)
        self.log = open(self.scratch + "/gw.log", "wb")  # outlives the folder, which the gateway removes
        self.process = subprocess.Popen(
            command(self.scratch) + [self.folder], stdin=subprocess.PIPE if hold else subprocess.DEVNULL,
            stdout=self.log, stderr=self.log, cwd=self.scratch, env={**os.environ, **(environment or {})})
        limit = time.time() + 120
        while not os.path.exists(self.folder + "/gw.json"):
            if self.process.poll() is not None or time.time() > limit:
                words = self.words()
                self.remove()
                raise RuntimeError("the gateway did not start:\n" + words)
            time.sleep(0.05)

    def words(self):
        with open(self.scratch + "/gw.log", errors="replace") as file:
            return file.read()[-4000:]

    def about(self):
        with open(self.folder + "/gw.json") as file:
            return json.load(file)

    def line(self, **options):
        return Line(self.folder, **options)

    def close(self):
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def remove(self):
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.scratch, ignore_errors=True)


def read_block(payload):
    """The columns of a block: name -> list, with None where missing."""
    magic, count, rows = struct.unpack_from("<IIQ", payload)
    assert magic == 0x31425852
    widths = {0: (1, "B"), 1: (2, "h"), 2: (2, "H"), 3: (4, "i"), 4: (8, "q"), 5: (4, "f"), 6: (8, "d"),
              8: (4, "i"), 9: (4, "i"), 10: (8, "d"), 11: (8, "d")}
    missing = {0: 255, 1: -(1 << 15), 2: (1 << 16) - 1, 3: -(1 << 31), 4: -(1 << 63), 8: -1, 9: -1}
    at = 16 + 24 * count
    columns = {}

    def take(size):
        nonlocal at
        begin, at = at, at + (size + 7) // 8 * 8
        return payload[begin:begin + size]

    for c in range(count):
        kind, flags, _, name_size, levels, _, text_size = struct.unpack_from("<BBHIIIQ", payload, 16 + 24 * c)
        name = take(name_size).decode()
        bitmap = take((rows + 7) // 8) if flags & 1 else None
        if kind == 7:
            offsets = struct.unpack(f"<{rows + 1}i", take(4 * (rows + 1)))
            text = take(text_size)
            values = [text[offsets[i]:offsets[i + 1]].decode() for i in range(rows)]
        else:
            width, code = widths[kind]
            values = list(struct.unpack(f"<{rows}{code}", take(width * rows)))
            if kind in missing:
                values = [None if v == missing[kind] else v for v in values]
            else:
                values = [None if v != v else v for v in values]
            if flags & 2:
                offsets = struct.unpack(f"<{levels + 1}i", take(4 * (levels + 1)))
                text = take(text_size)
                names = [text[offsets[i]:offsets[i + 1]].decode() for i in range(levels)]
                values = [None if v is None else names[v] for v in values]
        if bitmap:
            values = [v if bitmap[i >> 3] >> (i & 7) & 1 else None for i, v in enumerate(values)]
        columns[name] = values
    assert at == len(payload)
    return rows, columns
