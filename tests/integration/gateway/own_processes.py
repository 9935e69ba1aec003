"""The processes that a test run has started, directly or through others: all inherit one environment variable."""

import contextlib
import os
import pathlib
import select
import signal
import time

MARK = "INSITU_TEST_RUN"


def wait_until(condition, seconds, what):
    """The first true value of a condition. Fails, saying what was waited for, when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.01)


def ends_within(pid, seconds):
    """Whether a process, of whomever it is a child, ends in time."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def kill_those_that_live(pids):
    """Of processes that end each other: what the end of one has ended is passed over."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            kill(pid)


def _read(pid, name):
    try:
        return pathlib.Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:  # it has ended meanwhile
        return b""


def _state(pid):
    """Letter of the state, number of the parent and processor time in ticks; None when it has ended."""
    fields = _read(pid, "stat").rpartition(b") ")[2].split()
    return (fields[0].decode(), int(fields[1]), int(fields[11]) + int(fields[12])) if fields else None


def command_of(pid):
    return _read(pid, "cmdline").rstrip(b"\0").decode(errors="replace").split("\0")


def parent_of(pid):
    return _state(pid)[1]


def ticks_of(pid):
    state = _state(pid)
    return state[2] if state else 0


def marked(mark):
    """Numbers of the living processes of a run; this one and its decoders of ORC, which end with it, are left out."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        state = _state(entry)
        if state and state[1] == os.getpid() and b"--arrow" in _read(entry, "cmdline").split(b"\0"):
            continue
        if state and state[0] not in "ZX" and wanted in _read(entry, "environ").split(b"\0"):
            found.append(int(entry))
    return found


def descendants(pid):
    """Living children of a process, their children, and so on."""
    parents = {}
    for entry in os.listdir("/proc"):
        state = _state(entry) if entry.isdigit() else None
        if state and state[0] not in "ZX":
            parents[int(entry)] = state[1]
    found, front = [], [pid]
    while front:
        front = [child for child, parent in parents.items() if parent in front]
        found += front
    return found


def workers_below(pid):
    """The engine's own workers (insitu-worker) that a driver or a daemon has started through whomever."""
    return [child for child in descendants(pid) if os.path.basename(command_of(child)[0]) == "insitu-worker"]


def executors_below(pid):
    """The executors of a standalone cluster's daemon."""
    return [child for child in descendants(pid) if any(word.endswith("CoarseGrainedExecutorBackend") for word in command_of(child))]


def dead_folders(run):
    """Folders of workers whose process is no more."""
    return [folder for folder in run.left_in_folders()
            if os.path.exists(f"{folder}/pid") and not os.path.exists(f"/proc/{pathlib.Path(folder, 'pid').read_text().strip()}")]
