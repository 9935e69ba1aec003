"""An engine of another machine that does not behave: what it says is that of a real one, changed (docs/worker.md).

    scripted_engine.write(folder, worker, script)

puts a program `insitu-worker` into the folder, to be found first in the PATH of a server of the test's own. `script` is the
text of a function `answer(number, frames, memory)` of Python: the number of the call, the frames (type, request, json,
payload) with which the real engine has answered it, and a dict that stays; it returns the bytes to send (`frame` makes them).
"""

import pathlib
import sys

PROGRAM = """#!{python}
import os, struct, subprocess, sys

WORKER = {worker!r}
HELLO, BLOCK, STATE, LOG, PROGRESS, CANCEL, CALL, REPLY, FAIL = 1, 5, 7, 11, 12, 15, 16, 17, 18
if sys.argv[1:2] != ["--serve"]:
    os.execv(WORKER, [WORKER, *sys.argv[1:]])


def read(file):
    head = b""
    while len(head) < 24:
        more = file.read(24 - len(head))
        if not more:
            sys.exit(0)
        head += more
    _, kind, _, request, size, most = struct.unpack("<IHHIIQ", head)
    return kind, request, file.read(size), file.read(most)


def frame(kind, request, json=b"", payload=b""):
    return struct.pack("<IHHIIQ", 0x31465852, kind, 0, request, len(json), len(payload)) + json + payload


{script}

real = subprocess.Popen([WORKER, *sys.argv[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
out, memory = sys.stdout.buffer, {{}}
out.write(frame(*read(real.stdout)))
out.flush()
while True:
    kind, number, *rest = read(sys.stdin.buffer)
    real.stdin.write(frame(kind, number, *rest))
    real.stdin.flush()
    if kind != CALL:
        continue
    frames = []
    while not frames or frames[-1][0] not in (REPLY, FAIL):
        frames.append(read(real.stdout))
    out.write(answer(number, frames, memory))
    out.flush()
"""


def write(folder, worker, script):
    program = pathlib.Path(folder) / "insitu-worker"
    program.write_text(PROGRAM.format(python=sys.executable, worker=str(worker), script=script))
    program.chmod(0o755)
