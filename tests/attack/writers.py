"""Parts about writing: kills, rivals, replaced files, full disks, stopped workers, forked copies."""

import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time

import bench
from bench import insitu, rests, started, visible

PYTHON_WRITER = """
import insitu as rx
rx.RxOptions.set_option("reportProgress", 0)
rx.rx_import(rx.RxTextData("big.csv"), rx.RxXdfData("t.xdf"), overwrite=True, rows_per_read=20000)
"""
R_WRITER = """
suppressMessages(library(insitu)); rxOptions(reportProgress = 0)
rxImport(RxTextData("big.csv"), RxXdfData("t.xdf"), overwrite = TRUE, rowsPerRead = 20000)
"""


def digest(path):
    """Of a file, or of all files of a folder; "" where nothing lies."""
    total = hashlib.sha256()
    if os.path.isdir(path):
        for folder, _, names in sorted(os.walk(path)):
            for name in sorted(names):
                total.update(os.path.relpath(os.path.join(folder, name), path).encode())
                total.update(open(os.path.join(folder, name), "rb").read())
    elif os.path.exists(path):
        total.update(open(path, "rb").read())
    else:
        return ""
    return total.hexdigest()


class Call:
    """A call that writes `target`, over what is there before."""

    def __init__(self, name, target, before, *arguments, command=None):
        self.name, self.target, self.before = name, target, before
        self.arguments, self.command = arguments, command

    def start(self, folder, **options):
        if self.command:
            return subprocess.Popen(self.command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options)
        return started(folder, *self.arguments, **options)


def calls(languages=True):
    big = ("big.csv", "--rows-per-read", "20000", "--overwrite")
    found = [
        Call("xdf", "t.xdf", "small.xdf", "import", big[0], "t.xdf", *big[1:]),
        Call("set", "set", "small-set", "import", big[0], "set", "--composite", *big[1:]),
        Call("csv", "t.csv", "small.csv", "convert", "big.xdf", "t.csv", "--overwrite"),
        Call("parquet", "t.parquet", "small.parquet", "convert", "big.xdf", "t.parquet", "--overwrite"),
        Call("orc", "t.orc", "small.orc", "convert", "big.xdf", "t.orc", "--overwrite"),
        Call("in = out", "t.xdf", "big.xdf", "step", "t.xdf", "t.xdf", "--transform", "z=x*2", "--overwrite"),
        Call("append", "t.xdf", "big.xdf", "step", "big.xdf", "t.xdf", "--append", "rows"),
        Call("predict", "t.xdf", "big.xdf", "predict", "m.model", "t.xdf"),
        Call("model", "t.model", "m.model", "linmod", "big.xdf", "n ~ x", "--model", "t.model", "--overwrite"),
    ]
    if languages:
        found.append(Call("Python", "t.xdf", "small.xdf", command=[sys.executable, "-c", PYTHON_WRITER]))
        if shutil.which("Rscript"):
            found.append(Call("R", "t.xdf", "small.xdf", command=["Rscript", "-e", R_WRITER]))
    return found


def prepare(folder, rows=60000):
    def write(name, count, shift):
        with open(folder / name, "w") as f:
            f.write("x,n,s\n")
            for i in range(count):
                f.write(f"{(i * 37 % 1009) / 7 + shift:.3f},{i % 501},w{i % 23}\n")

    write("big.csv", rows, 0)
    write("small.csv", 500, 3)
    for step in (("import", "big.csv", "big.xdf", "--rows-per-read", "20000"), ("import", "small.csv", "small.xdf"),
                 ("import", "small.csv", "small-set", "--composite"), ("convert", "small.xdf", "small.parquet"),
                 ("convert", "small.xdf", "small.orc"), ("linmod", "small.xdf", "x ~ n", "--model", "m.model")):
        done = insitu(folder, *step)
        assert done.returncode == 0, done.stderr


def restore(folder, call):
    target, before = folder / call.target, folder / call.before
    shutil.rmtree(target, ignore_errors=True)
    if target.exists():
        target.unlink()
    # A set has its name in its parts; here the old one keeps them.
    (shutil.copytree if before.is_dir() else shutil.copy)(before, target)


def outcomes(folder, call):
    """Digests of the target before and after a call that nobody disturbs, and how long it takes."""
    restore(folder, call)
    before = digest(folder / call.target)
    begin = time.monotonic()
    process = call.start(folder)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, (call.name, errors)
    return before, digest(folder / call.target), time.monotonic() - begin


def attack_kills(part, until, languages=None):
    """Signals at random moments: the target is old or new, nothing else is seen, the next writer cleans."""
    languages = bool(os.environ.get("PYTHONPATH")) if languages is None else languages
    prepare(part.folder)
    all_calls = calls(languages)
    known = {call.name: outcomes(part.folder, call) for call in all_calls}
    for call in all_calls:
        restore(part.folder, call)
    expected = visible(part.folder)
    signals = [signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ]
    number = 0
    while time.monotonic() < until:
        call = all_calls[number % len(all_calls)]
        number += 1
        before, after, seconds = known[call.name]
        restore(part.folder, call)
        process = call.start(part.folder)
        time.sleep(part.random.uniform(0.2 * seconds, 1.05 * seconds))
        sent = part.random.choice(signals)
        process.send_signal(sent)
        _, errors = process.communicate(timeout=120)
        what = f"{call.name}, {sent.name}"
        part.tried[f"kill {call.name}"] += 1
        now = digest(part.folder / call.target)
        if now not in (before, after):
            part.fell(what, "the target is neither old nor new", part.folder / call.target)
        if process.returncode == 0 and now != after:
            part.fell(what, "the call says that it succeeded, and the target is old")
        if visible(part.folder) != expected:
            part.fell(what, f"a visible rest: {set(visible(part.folder)) ^ set(expected)}")
        # The command listens to what asks it to end; a language ends as its signals say.
        if sent != signal.SIGKILL and not call.command and rests(part.folder):
            part.fell(what, f"a rest of a call that was asked to end: {rests(part.folder)}")
        insitu(part.folder, "convert", "small.xdf", "next.xdf", "--overwrite")
        os.unlink(part.folder / "next.xdf")
        if rests(part.folder):
            part.fell(what, f"a rest that the next writer left: {rests(part.folder)}")
            for name in rests(part.folder):
                shutil.rmtree(part.folder / name, ignore_errors=True)


def numbers_of(folder, name):
    """Valid rows and the mean of x, from the summary."""
    done = insitu(folder, "summary", name, "~x", "--progress", "0", "--json")
    return done.stderr.strip() if done.returncode != 0 else numbers_in(done.stdout)


def numbers_in(reply):
    """Valid rows and the mean of x, out of the reply of a summary."""
    table = json.loads(reply)["sDataFrame"]
    return int(table["ValidObs"][0]), round(table["Mean"][0], 9)


def attack_rivals(part, until):
    """Two and three writers of one target at once: nothing is lost, or one is told."""
    prepare(part.folder, 20000)
    small, big = numbers_of(part.folder, "small.xdf"), numbers_of(part.folder, "big.xdf")
    while time.monotonic() < until:
        kind = part.random.choice(("set", "fresh set", "append", "columns", "fresh"))
        shutil.rmtree(part.folder / "r", ignore_errors=True)
        os.makedirs(part.folder / "r")
        r = part.folder / "r"
        shutil.copy(part.folder / "big.xdf", r / "t.xdf")
        count = part.random.choice((2, 3))
        if kind.endswith("set"):
            sources = ["small.csv", "big.csv", "big.csv"][:count]
            if kind == "set":
                insitu(part.folder, "import", "small.csv", "r/set", "--composite")
            rivals = [started(part.folder, "import", s, "r/set", "--composite", "--rows-per-read", "5000",
                              *(["--overwrite"] if kind == "set" else [])) for s in sources]
        elif kind == "fresh":
            rivals = [started(part.folder, "import", s, "r/new.xdf") for s in ["small.csv", "big.csv", "small.csv"][:count]]
        elif kind == "append":
            rivals = [started(part.folder, "step", "small.xdf", "r/t.xdf", "--append", "rows") for _ in range(count)]
        else:
            rivals = [started(part.folder, "step", "r/t.xdf", "r/t.xdf", "--transform", f"z{i}=x*{i}", "--overwrite") for i in range(count)]
        results = [(rival.communicate(timeout=120)[1], rival.returncode) for rival in rivals]
        good = sum(status == 0 for _, status in results)
        part.tried[f"rivals {kind}"] += 1
        told = "; ".join(text.strip() for text, status in results if status != 0)
        if kind == "append":
            found = numbers_of(part.folder, "r/t.xdf")
            if not isinstance(found, tuple) or found[0] != big[0] + good * small[0]:
                part.fell(kind, f"{good} of {count} succeeded, found {found}; {told}", r)
        elif kind == "columns":
            text = insitu(part.folder, "info", "r/t.xdf").stdout
            there = sum(f"z{i}" in text for i in range(count))
            if there < good:
                part.fell(kind, f"{good} of {count} succeeded, {there} columns are there; {told}", r)
        else:
            found = numbers_of(part.folder, "r/new.xdf" if kind == "fresh" else "r/set")
            if good == 0 or found not in (small, big):
                part.fell(kind, f"{good} of {count} succeeded, found {found}; {told}", r)
            if kind.startswith("fresh") and good != 1:
                part.fell(kind, f"{good} of {count} made what may be made once")
        if rests(r):
            part.fell(kind, f"a rest: {rests(r)}")


def attack_replaced(part, until):
    """A file that is replaced again and again while it is read: the answer of one version, or an error that names it."""
    prepare(part.folder, 150000)
    with open(part.folder / "other.csv", "w") as f:
        f.write("x,n,s\n" + "".join(f"{i % 100 + 1000},{i % 7},v\n" for i in range(150000)))
    insitu(part.folder, "import", "other.csv", "other.xdf", "--rows-per-read", "20000")
    for name in ("big", "other"):
        insitu(part.folder, "import", f"{name}.csv", f"{name}-set", "--composite", "--rows-per-read", "20000")
    answers = [numbers_of(part.folder, name) for name in ("big.xdf", "other.xdf")]
    while time.monotonic() < until:
        kind = part.random.choice(("t.xdf", "t.csv", "set"))
        context = part.random.choice(("local", "processes"))
        versions = {"t.xdf": ("big.xdf", "other.xdf"), "t.csv": ("big.csv", "other.csv"), "set": ("big-set", "other-set")}[kind]
        stop = threading.Event()

        def replace():
            turn = 0
            while not stop.is_set():
                if kind == "set":
                    insitu(part.folder, "step", versions[turn % 2], "set", "--composite", "--overwrite")
                else:
                    shutil.copy(part.folder / versions[turn % 2], part.folder / "swap")
                    os.replace(part.folder / "swap", part.folder / kind)
                turn += 1
                time.sleep(0.02)

        shutil.rmtree(part.folder / "set", ignore_errors=True)
        if kind == "set":
            insitu(part.folder, "step", versions[0], "set", "--composite")
        else:
            shutil.copy(part.folder / versions[0], part.folder / kind)
        thread = threading.Thread(target=replace)
        thread.start()
        try:
            for _ in range(3):
                done = insitu(part.folder, "summary", kind, "~x", "--progress", "0", "--json", "--context", context)
                part.tried[f"replaced {kind}"] += 1
                if done.returncode == 0:
                    found = numbers_in(done.stdout)
                    if found not in answers:
                        part.fell(f"{kind}, {context}", f"a mixed answer: {found}")
                elif kind not in done.stderr or "replaced" not in done.stderr and "not found" not in done.stderr:
                    part.fell(f"{kind}, {context}", f"an error that does not say it: {done.stderr.strip()[:300]}")
        finally:
            stop.set()
            thread.join()


def attack_disk(part, until):
    """A limit of file size in the middle of every writing call: a sentence, the old file, no rest."""
    prepare(part.folder)
    all_calls = [call for call in calls(languages=False) if call.name != "model"]
    for call in all_calls:
        restore(part.folder, call)
    expected = visible(part.folder)
    number = 0
    while time.monotonic() < until:
        call = all_calls[number % len(all_calls)]
        number += 1
        restore(part.folder, call)
        before = digest(part.folder / call.target)
        limit = part.random.choice((1, 4096, 20000))
        process = call.start(part.folder, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        _, errors = process.communicate(timeout=120)
        part.tried[f"full {call.name}"] += 1
        if process.returncode != 1 or "nothing was replaced" not in errors or not errors.strip().split("\n")[-1].startswith("insitu: ") or bench.HIDDEN in errors:
            part.fell(call.name, f"limit {limit}: status {process.returncode}: {errors.strip()[:200]}")
        if digest(part.folder / call.target) != before:
            part.fell(call.name, f"limit {limit}: the old file is not whole")
        if visible(part.folder) != expected or rests(part.folder):
            part.fell(call.name, f"limit {limit}: a rest: {set(visible(part.folder)) ^ set(expected)} {rests(part.folder)}")


def workers_of(process):
    """Numbers of the workers that a process has started. One that is still the image of its starter is not born yet: until then
    the starter waits for it (posix_spawn), so nothing but the attack could have stopped it."""
    own, found = program_of(process), []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as f:
                    if int(f.read().rsplit(")", 1)[1].split()[1]) == process and program_of(entry) != own:
                        found.append(int(entry))
            except OSError:
                pass
    return found


def program_of(process):
    try:
        return os.readlink(f"/proc/{process}/exe")
    except OSError:  # it has ended
        return ""


def attack_stopped(part, until):
    """Workers that are stopped or killed in the middle: the same answer."""
    prepare(part.folder, 400000)
    right = numbers_of(part.folder, "big.csv")
    environment = dict(os.environ, INSITU_WORKER_TIMEOUT="2")
    while time.monotonic() < until:
        sent = part.random.choice((signal.SIGSTOP, signal.SIGSTOP, signal.SIGKILL))
        process = subprocess.Popen([bench.INSITU, "summary", "big.csv", "~x", "--json", "--context", "processes", "--workers", "2",
                                    "--progress", "0"], cwd=part.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=environment)
        end = time.monotonic() + 10
        while time.monotonic() < end and process.poll() is None and len(workers_of(process.pid)) < 2:
            time.sleep(0.002)
        time.sleep(part.random.uniform(0, 0.1))
        workers = workers_of(process.pid)
        if workers:
            try:
                os.kill(part.random.choice(workers), sent)
            except ProcessLookupError:
                pass
        try:
            output, errors = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            part.fell(sent.name, "waited for without end")
            continue
        part.tried[f"worker {sent.name}"] += 1
        if process.returncode != 0:
            part.fell(sent.name, errors.strip()[:300])
            continue
        if numbers_in(output) != right:
            part.fell(sent.name, "another answer")


FORKING = """
import os, sys
import pandas as pd
import insitu as rx
rx.RxOptions.set_option("reportProgress", 0)
target = sys.argv[1]
source = rx.RxXdfData(target) if target.endswith(".xdf") else rx.RxTextData(target)
rx.rx_open(source, "w")
frame = pd.DataFrame({"x": [float(i) for i in range(5000)]})
for turn in range(4):
    rx.rx_write_next(frame, source)
    child = os.fork()
    if child == 0:
        sys.exit(0)  # destructors of everything that the child has a copy of
    assert os.waitpid(child, 0)[1] == 0
rx.rx_close(source)
assert len(rx.rx_data_step(source)) == 20000
"""


def attack_forks(part, until):
    """A forked copy that exits takes nothing of its parent's with it, and does not hang."""
    while time.monotonic() < until:
        target = part.random.choice(("t.xdf", "t.csv"))
        part.tried[f"fork {target}"] += 1
        try:
            done = subprocess.run([sys.executable, "-c", FORKING, target], cwd=part.folder, capture_output=True, text=True, timeout=60)
            if done.returncode != 0:
                part.fell(target, done.stderr.strip()[-300:])
        except subprocess.TimeoutExpired:
            part.fell(target, "hangs")
