"""rx_exec under pressure: workers killed at random moments, 100,000 tasks."""

import glob
import os
import random
import signal
import subprocess
import sys
import threading
import time

import pytest

import insitu as rx

EVERYTHING = os.environ.get("INSITU_TEST_ALL")
WORKERS = rx.RxProcesses(2)


def _below(process):
    """Processes under one, as it is now."""
    parents = {}
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(stat) as file:
                text = file.read()
        except OSError:  # it is gone
            continue
        parents.setdefault(int(text.rpartition(")")[2].split()[1]), []).append(int(text.split()[0]))
    found, open_ = [], [process]
    while open_:
        children = parents.get(open_.pop(), [])
        found += children
        open_ += children
    return found


def slow(x, seconds):
    time.sleep(seconds)
    return x + float(rx.rx_task_rng().random())


@pytest.mark.parametrize("round_", range(50 if EVERYTHING else 4))
def test_a_worker_that_is_killed_at_a_random_moment_changes_no_result(round_):
    numbers = random.Random(round_)
    rx.rx_exec(slow, x=[1, 2], seconds=0, compute_context=WORKERS)  # workers are there
    expected = rx.rx_exec(slow, x=list(range(30)), seconds=0, rng_seed=round_)
    killed = []

    def kill():
        time.sleep(numbers.uniform(0, 0.5))
        below = _below(os.getpid())
        if below:
            killed.append(numbers.choice(below))
            try:
                os.kill(killed[0], signal.SIGKILL)
            except ProcessLookupError:
                pass

    killer = threading.Thread(target=kill)
    killer.start()
    found = rx.rx_exec(slow, x=list(range(30)), seconds=0.03, rng_seed=round_, compute_context=WORKERS,
                       task_chunk_size=numbers.choice([None, 1, 4]))
    killer.join()
    assert found == expected and killed
    assert rx.rx_exec(slow, x=[1, 2], seconds=0, rng_seed=1, compute_context=WORKERS) == rx.rx_exec(slow, x=[1, 2], seconds=0, rng_seed=1)


MEMORY = """
import resource
import insitu as rx
rx.rx_options(reportProgress=0)

def peak(x):
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss if x % 500 == 0 else None

def run(count):
    found = [v for v in rx.rx_exec(peak, x=list(range(count)), compute_context=rx.RxProcesses(2)) if v is not None]
    return max(found), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

few = run(5_000)
many = run(100_000)
print(many[0] - few[0], many[1] - few[1])
"""


@pytest.mark.skipif(not EVERYTHING, reason="100,000 tasks: with INSITU_TEST_ALL=1")
def test_memory_is_flat_over_many_tasks():
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, timeout=600)
    workers, client = map(int, done.stdout.split())
    # The caller holds 95,000 more arguments and values; a worker holds a batch.
    assert workers < 20_000 and client < 40_000, done.stdout
