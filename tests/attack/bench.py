"""What all parts of the attack share: a folder, the command, files that are whole or not, and counting."""

import collections
import os
import pathlib
import random
import shutil
import subprocess
import tempfile

INSITU = os.environ.get("INSITU_COMMAND", "insitu")
HIDDEN = ".insitu-new-"
KEPT = pathlib.Path(__file__).resolve().parents[2] / "build" / "attack"


class Part:
    """One part of the attack: a seed, a folder of its own, and a count of what was tried and what fell."""

    def __init__(self, name, seed):
        self.name, self.seed = name, seed
        self.random = random.Random(f"{name}-{seed}")
        self.tried, self.fallen = collections.Counter(), []

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"insitu-attack-{self.name}-"))
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def fell(self, what, why, *evidence):
        """Counts a fallen input and keeps its files."""
        place = KEPT / f"{self.name}-{self.seed}-{len(self.fallen)}"
        if evidence:
            place.mkdir(parents=True, exist_ok=True)
            for path in evidence:
                if os.path.isdir(path):
                    shutil.copytree(path, place / os.path.basename(path), dirs_exist_ok=True)
                elif os.path.exists(path):
                    shutil.copy(path, place)
        self.fallen.append((what, why))
        print(f"  fell: {self.name}, seed {self.seed}: {what}: {why}", flush=True)


def insitu(folder, *arguments, **options):
    """Runs the command to its end; returns the process with its texts."""
    options.setdefault("timeout", 120)
    return subprocess.run([INSITU, *map(str, arguments)], cwd=folder, capture_output=True, text=True, **options)


def started(folder, *arguments, **options):
    return subprocess.Popen([INSITU, *map(str, arguments)], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                            text=True, **options)


def rows_of(folder, name):
    """How many rows a source has; None with the message where it cannot be read."""
    found = insitu(folder, "summary", name, "--progress", "0", "--json")
    if found.returncode != 0:
        return None, found.stderr.strip()
    return found.stdout, ""


def visible(folder):
    return sorted(name for name in os.listdir(folder) if not name.startswith("."))


def rests(folder):
    return sorted(name for name in os.listdir(folder) if name.startswith(HIDDEN))
