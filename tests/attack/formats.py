"""Parts `bytes` and `frames`: mutated files and tasks, read by processes whose end is looked at."""

import base64
import gzip
import json
import os
import pathlib
import random
import select
import struct
import subprocess
import sys
import time

import bench
import mutations

PATIENCE = 20  # seconds for one input
MOST_MEMORY = 2_000_000_000
OWN_KINDS = ("xdf", "text", "gzip", "model")


class Victim:
    def __init__(self):
        self.process = None

    def ask(self, order):
        """The answer; or why there is none."""
        if self.process is None:
            self.process = subprocess.Popen([sys.executable, str(pathlib.Path(__file__).with_name("victim.py"))], text=True,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            self.fresh = True
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE + (60 if self.fresh else 0))
        self.fresh = False
        line = self.process.stdout.readline() if ready else ""
        if line:
            return json.loads(line), None
        self.process.kill()
        status = self.process.wait()
        self.process = None
        return None, f"ended with status {status}" if ready else f"no answer in {PATIENCE} seconds"

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait(30)


def samples(folder):
    """A small file of every format: numbers, texts, factors, dates, missing values."""
    maker = random.Random(1)
    text = "x,n,s,f,d\n" + "".join(
        f"{maker.gauss(0, 1):.4f},{maker.randrange(1000)},{'NA' if i % 17 == 0 else f'word {i % 30}'},{'abc'[i % 3]},2001-02-{1 + i % 28:02d}\n"
        for i in range(900))
    (folder / "s.csv").write_text(text)
    steps = [("import", "s.csv", "s.xdf", "--factor", "f", "--rows-per-read", "300"),
             ("import", "s.csv", "comp", "--factor", "f", "--rows-per-read", "300", "--composite"),
             ("convert", "s.xdf", "s.parquet"), ("convert", "s.xdf", "s.orc"),
             ("linmod", "s.xdf", "x ~ n + f", "--model", "s.model", "--transform", "n=n*2")]
    for step in steps:
        done = bench.insitu(folder, *step)
        assert done.returncode == 0, done.stderr
    return {"xdf": (folder / "s.xdf").read_bytes(), "text": text.encode(), "gzip": gzip.compress(text.encode()),
            "parquet": (folder / "s.parquet").read_bytes(), "orc": (folder / "s.orc").read_bytes(),
            "model": (folder / "s.model").read_bytes()}


def hostile(kind, data, dice):
    if kind == "gzip" and dice.random() < 0.6:  # the checksum made right again
        return gzip.compress(mutations.mutated(gzip.decompress(data), dice))
    if kind == "model":
        head, content = mutations.unsealed(data)
        changed = mutations.mutated(content, dice) if dice.random() < 0.9 else content
        made = mutations.sealed(head, changed) if dice.random() < 0.9 else mutations.mutated(data, dice)
        return base64.b64encode(made)
    return mutations.near_end(data, dice) if dice.random() < 0.5 and kind != "text" else mutations.mutated(data, dice)


def attack_bytes(part, until, kinds=(*OWN_KINDS, "parquet", "orc")):
    data = samples(part.folder)
    victim = Victim()
    endings = {"text": "csv", "gzip": "csv.gz"}
    number = 0
    while time.monotonic() < until:
        kind = kinds[number % len(kinds)]
        number += 1
        path = part.folder / f"m{number}.{endings.get(kind, kind)}"
        path.write_bytes(hostile(kind, data[kind], part.random))
        answer, end = victim.ask({"kind": kind, "path": str(path), "data": str(part.folder / "s.xdf")})
        part.tried[kind] += 1
        if answer is None:
            part.fell(kind, end, path)
        elif answer.get("raw"):
            part.fell(kind, answer["error"], path)
        elif answer["memory"] > MOST_MEMORY:
            part.fell(kind, f"{answer['memory'] / 1e9:.1f} GB of memory", path)
            victim.close()
            victim.process = None
        path.unlink()
    victim.close()


def frame(kind, request, document, payload=b""):
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return struct.pack("<IHHIIQ", 0x31465852, kind, 0, request, len(text), len(payload)) + text + payload


def attack_frames(part, until):
    """Tasks of a transform over an .xdf, mutated before and behind their lengths, to a worker that must not crash."""
    samples(part.folder)
    worker = os.environ.get("INSITU_WORKER", "insitu-worker")
    source = {"name": "RxXdfData", "options": json.dumps({"type": "RxXdfData", "file": str(part.folder / "s.xdf")})}
    pipeline = {"transforms": [["z", "x * 2 + n"]], "rowSelection": "n > 10"}
    piped = {"name": "transformed", "options": json.dumps({"type": "transformed", "source": json.loads(source["options"]), "pipeline": pipeline})}
    while time.monotonic() < until:
        task = {"mode": part.random.choice(("transform", "map", "merge")), "protocol": 1, "splits": [[0, 0, 900, 900]], "files": "own",
                "source": part.random.choice((source, piped)), "pass": part.random.choice(("summary", "lin_mod"))}
        kind = part.random.randrange(3)
        if kind == 0:
            sent = mutations.mutated(frame(2, 1, task) + frame(14, 1, {}), part.random)
        elif kind == 1:  # the lengths are right, the document is not
            sent = frame(2, 1, mutations.mutated(json.dumps(task).encode(), part.random)) + frame(14, 1, {})
        else:
            sent = frame(2, 1, task, part.random.randbytes(part.random.randrange(200))) + frame(14, 1, {})
        process = subprocess.Popen([worker], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.communicate(sent, timeout=PATIENCE)
            if process.returncode not in (0, 1):
                (part.folder / "frame.bin").write_bytes(sent)
                part.fell("task", f"the worker ended with status {process.returncode}", part.folder / "frame.bin")
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            part.fell("task", f"the worker did not end in {PATIENCE} seconds")
        part.tried["task"] += 1
