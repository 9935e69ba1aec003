"""A worker for tests of the gateway: it tells what it was sent, and goes wrong where it is told to.

    python gateway_worker.py [FAULT=VALUE ...] --connect SOCKET

Its state of a split is a JSON text: the rows, the number of the first row, the lengths of the blocks, a digest of their bytes. A
transform gives pushed rows back as they came; of other splits it makes the column ``x``, the numbers of the rows. A file of a task that
writes holds its own name, once for each of its rows, and is told of with a report. The value of a task of
exec is a JSON text: its number, the arguments of its batch, what all tasks share, the number of the worker,
and of the rows that it is for the schema and for each block the split and the column ``x``. There S is the number of a task.

Faults (S: number of a split; FILE gets the number of the process at the first time, and there is no second one):
    fail=S, retry=S:FILE   an ERROR, of the user's or one that may be repeated
    kill=S:FILE, die=S     end by signal 9, once or always
    hang=S:FILE            never answer, until the line ends
    sleep=SECONDS          before each split
    say=TEXT, log=TEXT     to standard error; as a LOG frame
    count=FILE             a byte for every TASK that comes
    read=FILE              the state is what READ answers about a file
    piece=ROWS, ranges=N   a transform cuts such pieces, for an exchange of N + 1 ranges, the last of which gets none
    grow=BYTES             take so much memory, and wait
    big=BYTES              the state is that long
    sources=yes            the state says which keys of the TASK tell of its source
    build=TEXT             what it says in HELLO
    names=JSON             the files that the first task writes, whatever was asked for
    bytes=N                how long files are said to be
"""

import hashlib
import json
import os
import signal
import socket
import struct
import sys
import time

from gateway_client import (
    BLOCK,
    CANCEL,
    DATA,
    END,
    ERROR,
    HEADER,
    HELLO,
    LOG,
    NEXT,
    OUT,
    PROGRESS,
    READ,
    RESET,
    RESULT,
    STATE,
    TASK,
    read_block,
    read_frame,
    write_frame,
)


class Cancelled(Exception):
    pass


class UserError(Exception):
    pass


def block_of_numbers(begin, end):
    """An RXB1 block of one numeric column ``x``."""
    rows = end - begin
    return (struct.pack("<4sIQ", b"RXB1", 1, rows) + struct.pack("<BBHIIIQ", 6, 0, 0, 1, 0, 0, 0)
            + b"x\0\0\0\0\0\0\0" + struct.pack(f"<{rows}d", *range(begin, end)))


def blocks_of(frames):
    """The schema of a file of rows, then of each block the split and the column ``x``."""
    while frames:
        _, kind, _, _, json_size, size = HEADER.unpack(frames[:HEADER.size])
        document = json.loads(frames[HEADER.size:HEADER.size + json_size])
        payload = frames[HEADER.size + json_size:HEADER.size + json_size + size]
        frames = frames[HEADER.size + json_size + size:]
        assert kind == BLOCK or "schema" in document
        yield document["schema"] if "schema" in document else [document["split"], read_block(payload)[1]["x"]]


class Worker:
    def __init__(self, path, faults):
        self.line = socket.socket(socket.AF_UNIX)
        self.line.connect(path)
        self.faults = faults
        self.request = 0
        self.hello()

    def hello(self):
        write_frame(self.line, HELLO, 0, {"protocol": 1, "build": self.faults.get("build", "test"), "arithmetic": "test",
                                          "languages": ["python"], "pid": os.getpid()})

    def send(self, kind, document=None, payload=b""):
        write_frame(self.line, kind, self.request, document, payload)

    def receive(self):
        while True:
            kind, request, document, payload = read_frame(self.line)
            if kind == RESET:
                self.hello()
                continue
            if kind == TASK:
                self.request = request
            if request != self.request:
                continue
            if kind == CANCEL:
                raise Cancelled
            return kind, document, payload

    def serve(self):
        while True:
            kind, task, self.payload = self.receive()
            if kind == END:  # of a task of exec, which has ended
                continue
            assert kind == TASK, kind
            if "count" in self.faults:
                with open(self.faults["count"], "ab", buffering=0) as file:
                    file.write(b"x")
            if "say" in self.faults:
                print(self.faults["say"], file=sys.stderr, flush=True)
            if "log" in self.faults:
                self.send(LOG, {"level": "output", "text": self.faults["log"]})
            self.task, self.ended, self.nodes, self.rows = task, False, 0, 0
            try:
                {"map": self.map, "merge": self.merge, "transform": self.transform, "exec": self.exec,
                 "write": self.write}[task["mode"]]()
                if task["mode"] == "exec":
                    self.send(END, {"tasks": task["count"], "seconds": 0})
                    continue
                self.send(END, {"splits": len(task.get("splits", [])), "rows": self.rows, "nodes": self.nodes})
            except UserError as error:
                self.send(ERROR, {"code": 7, "message": str(error), "retryable": False, "split": error.split})
                while not self.ended:
                    self.ended = self.receive()[0] == END
                self.send(END, {})

    def happens_once(self, fault, split):
        where, _, file = self.faults.get(fault, "").partition(":")
        if where != str(split) or os.path.exists(file):
            return False
        with open(file + ".new", "w") as made:
            made.write(str(os.getpid()))
        os.rename(file + ".new", file)
        return True

    def reach(self, split):
        time.sleep(float(self.faults.get("sleep", 0)))
        if self.faults.get("fail") == str(split):
            error = UserError(f"variable not found: nope (split {split})")
            error.split = split
            raise error
        if self.happens_once("kill", split) or self.faults.get("die") == str(split):
            os.kill(os.getpid(), signal.SIGKILL)
        if "grow" in self.faults:
            taken = b"x" * int(self.faults["grow"])
            time.sleep(60)
            assert taken
        if self.happens_once("retry", split):
            self.send(ERROR, {"code": 4, "message": "the weather is bad", "retryable": True, "split": split})
            os._exit(1)
        if self.happens_once("hang", split):
            while self.line.recv(1 << 16):
                pass
            os._exit(1)

    def ask(self, **question):
        self.send(READ, question)
        while True:
            kind, document, payload = self.receive()
            if kind == DATA:
                return document, payload
            assert kind == END
            self.ended = True

    def map(self):
        states = []
        for index, begin, end, _ in self.task["splits"]:
            self.reach(index)
            about = {"split": index}
            if "pushed" in self.task:
                about |= {"rows": 0, "blocks": []}
                digest = hashlib.sha256()
                while True:
                    kind, document, payload = self.receive()
                    assert kind == BLOCK, kind
                    about.setdefault("holder", document["split"])
                    assert document["split"] == about["holder"]
                    about.setdefault("firstRow", document["firstRow"])
                    rows = struct.unpack_from("<Q", payload, 8)[0] if payload else 0
                    about["rows"] += rows
                    about["blocks"].append(rows)
                    digest.update(payload)
                    if document["last"]:
                        break
                about["digest"] = digest.hexdigest()
            else:
                about["rows"] = end - begin
            if "read" in self.faults:
                file = self.faults["read"]
                about["kind"], about["size"] = self.ask(what="kind", file=file)[0], self.ask(what="size", file=file)[0]
                about["bytes"] = self.ask(what="bytes", file=file, offset=3, length=5)[1].decode()
                about["list"] = self.ask(what="list", file=os.path.dirname(file))[0]
            if "sources" in self.faults:
                about["told"] = sorted(set(self.task) & {"source", "sameSource", "files", "sourceKey", "pushed"})
            self.rows += about["rows"]
            states.append((index, json.dumps(about).encode().ljust(int(self.faults.get("big", 0)))))
        while not self.ended:
            self.ended = self.receive()[0] == END
        for index, state in states:
            self.send(STATE, {"index": index, "level": 0}, state)
        self.nodes = len(states)

    def merge(self):
        nodes = []
        while True:
            kind, document, payload = self.receive()
            if kind == END:
                break
            assert kind == STATE
            nodes.append((document, payload))
        for document, payload in nodes:
            self.send(STATE, document, payload)
        self.nodes = len(nodes)

    def exec(self):
        size = self.task.get("shared", 0)
        if size:
            self.shared = self.payload[:size].decode()
            self.send(PROGRESS, {"loaded": True})
        for number in range(self.task["first"], self.task["first"] + self.task["count"]):
            failed = []
            try:
                self.reach(number)
            except UserError:
                failed = [number]
            value = {"task": number, "arguments": self.payload[size:].decode(), "shared": self.shared, "worker": self.task["worker"],
                     "threads": self.task["threads"]}
            if "rows" in self.task:
                with open(self.task["rows"], "rb") as file:
                    value["rows"] = list(blocks_of(file.read()))
            self.send(RESULT, {"first": number, "count": 1, "failed": failed}, json.dumps(value).encode())

    def write(self):
        asked = {name: sum(blocks) for name, _, blocks in self.task["write"]["parts"]}
        for index, *_ in self.task["splits"]:
            self.reach(index)
        lies = "names" in self.faults and self.task["splits"][0][0] == 0
        for name in json.loads(self.faults["names"]) if lies else asked:
            rows = asked.get(name, 1)
            for _ in range(rows):
                self.send(OUT, {"part": name}, name.encode())
            size = int(self.faults.get("bytes", rows * len(name.encode())))
            self.send(OUT, {"part": name, "last": True, "bytes": size, "file": "/etc/passwd"}, b"report of " + name.encode())
            self.rows += rows

    def transform(self):
        for place, (index, begin, end, _) in enumerate(self.task["splits"]):
            self.reach(index)
            chunks = 0
            if "pushed" in self.task:
                while True:
                    kind, document, payload = self.receive()
                    assert kind == BLOCK, kind
                    if payload:
                        rows = struct.unpack_from("<Q", payload, 8)[0]
                        self.rows += rows
                        self.send(OUT, {"split": index, "chunk": chunks, "firstRow": document["firstRow"], "sourceRows": rows}, payload)
                        chunks += 1
                    if document["last"]:
                        break
                    self.send(NEXT, {})
            else:
                most = int(self.faults.get("piece", 32768))
                for at in range(begin, end, most):
                    to = min(end, at + most)
                    number = chunks
                    if "ranges" in self.faults:
                        ranges = int(self.faults["ranges"])
                        number = chunks // ranges * (ranges + 1) + chunks % ranges
                    self.send(OUT, {"split": index, "chunk": number, "firstRow": at, "sourceRows": to - at}, block_of_numbers(at, to))
                    chunks += 1
                self.rows += end - begin
            self.send(OUT, {"split": index, "last": True, "chunks": chunks})
            if "pushed" in self.task and place + 1 < len(self.task["splits"]):
                self.send(NEXT, {})
        while not self.ended:
            self.ended = self.receive()[0] == END


if __name__ == "__main__":
    *faults, flag, path = sys.argv[1:]
    assert flag == "--connect"
    try:
        Worker(path, dict(one.split("=", 1) for one in faults)).serve()
    except (EOFError, BrokenPipeError, ConnectionResetError, Cancelled):
        pass  # the host has ended the line
