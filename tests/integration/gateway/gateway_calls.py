"""What tests of every gateway ask: the jar, workers that go wrong on demand, tasks over splits of files."""

import json
import os
import pathlib
import sys

from gateway_client import STATE

ROOT = pathlib.Path(__file__).resolve().parents[3]
WORKER = str(pathlib.Path(__file__).with_name("gateway_worker.py"))


def jar():
    """$INSITU_JVM_JAR, or the newest one that was built; None: there is none."""
    if os.environ.get("INSITU_JVM_JAR"):
        return os.environ["INSITU_JVM_JAR"]
    built = sorted(ROOT.glob("build/*/hosts/jvm/insitu-jvm.jar"), key=lambda path: path.stat().st_mtime)
    return str(built[-1]) if built else None


def scripted_worker(**faults):
    """The command of the worker that goes wrong on demand."""
    return [sys.executable, WORKER, *(f"{name}={value}" for name, value in faults.items())]


def map_task(**more):
    return {"mode": "map", "pass": "told", **more}


def runs_of_splits(*sizes):
    """Tasks over a source of files: runs of splits of ten rows, so many in each."""
    tasks, index = [], 0
    for size in sizes:
        tasks.append([[i, 10 * i, 10 * i + 10, -1] for i in range(index, index + size)])
        index += size
    return tasks


def states_of(frames):
    """What the scripted workers have told, in the order of the splits."""
    told = [json.loads(payload) for kind, _, payload in frames if kind == STATE]
    return sorted(told, key=lambda state: state["split"])


def exchange(line, tasks, ranges, key="x", **faults):
    """Has scripted workers cut rows into pieces of two, for one range more than those that get any; what a task of each range is to find."""
    task = {"mode": "transform"}
    document = line.call("EXCHANGE", key=key, ranges=ranges + 1, tasks=tasks, task=task, worker=scripted_worker(piece=2, ranges=ranges, **faults))
    expected = {r: [[{"name": "x"}]] for r in range(ranges)}
    for split, begin, end, _ in (one for run in tasks for one in run):
        for piece, at in enumerate(range(begin, end, 2)):
            expected[piece % ranges].append([split, [float(at), float(at + 1)]])
    return document, expected
