"""Runs the attack and prints what was tried and what fell. Exit status 1 if anything fell."""

import argparse
import os
import sys
import time

import bench
import formats
import writers

# Part, what it does, its share of the time, its share of the short run.
PARTS = [("bytes", formats.attack_bytes, 0.35, 25), ("frames", formats.attack_frames, 0.1, 8), ("kills", writers.attack_kills, 0.25, 20),
         ("rivals", writers.attack_rivals, 0.1, 10), ("replaced", writers.attack_replaced, 0.08, 8), ("disk", writers.attack_disk, 0.05, 6),
         ("stopped", writers.attack_stopped, 0.05, 8), ("forks", writers.attack_forks, 0.02, 3)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="about 90 seconds with a fixed seed")
    parser.add_argument("--seconds", type=float, default=1200)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--part", choices=[name for name, *_ in PARTS])
    arguments = parser.parse_args()
    seed = 1 if arguments.short else arguments.seed
    os.environ.setdefault("INSITU_SYNC_WRITES", "0")  # kills are no power failures; the disk is not what is attacked
    print(f"the attack, seed {seed}", flush=True)
    rows, fallen = [], []
    for name, attack, share, short in PARTS:
        if arguments.part not in (None, name):
            continue
        seconds = short if arguments.short else arguments.seconds * (share if arguments.part is None else 1)
        with bench.Part(name, seed) as part:
            # Arrow's decoders of Parquet and ORC are known to need gigabytes for some inputs: the long run counts them.
            options = {"kinds": formats.OWN_KINDS} if arguments.short and name == "bytes" else {}
            attack(part, time.monotonic() + seconds, **options)
            rows += [(name, what, count) for what, count in sorted(part.tried.items())]
            fallen += [(name, *each) for each in part.fallen]
    print("\n| part | what | tried |\n| --- | --- | ---: |")
    for name, what, count in rows:
        print(f"| {name} | {what} | {count:,} |")
    print(f"\n{sum(count for *_, count in rows):,} tried, {len(fallen)} fell")
    for each in fallen:
        print("fell: " + ": ".join(map(str, each)))
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
