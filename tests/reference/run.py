#!/usr/bin/env python3
"""Runs the examples of the reference documentation and compares every printed figure.

The figures lie outside this project, in reference-figures.json: the folder is $INSITU_SPEC or
../shared/spec beside the source tree; the sample files are $INSITU_SAMPLES or ../shared/data.
Where they are absent this says so and ends well. Needs R with RevoScaleR and Python with
revoscalepy on the paths (`./dev env`).

    run.py [--only F074,F075] [--lang R] [--context RxProcesses] [--keep FOLDER] [--list]
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import compare
import coverage
import samples

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LABELS = {"later": "not yet covered", "data": "without data", "foreign": "not ours"}


def folder(variable, default):
    path = pathlib.Path(os.environ.get(variable) or ROOT.parent / "shared" / default)
    return path if path.is_dir() else None


def run_language(lang, sample, out, ids, context):
    """Runs the examples of one language in one process; returns its errors if it did not start."""
    if lang == "R":
        command = [
            "Rscript",
            str(HERE / "run_cases.R"),
            str(HERE / "cases.R"),
            sample,
            out,
            ids,
            context,
        ]
    else:
        command = [sys.executable, str(HERE / "cases.py"), sample, out, ids, context]
    with tempfile.TemporaryDirectory() as work:
        done = subprocess.run(
            command, check=False, cwd=work, capture_output=True, text=True, timeout=1200
        )
    return done.stderr.strip() if done.returncode else ""


def outcome(example, out, failed_start):
    """(passed, lines that explain)"""
    printed = pathlib.Path(out, example["id"] + ".txt")
    error = pathlib.Path(out, example["id"] + ".err")
    if printed.exists():
        problems = compare.differences(example, printed.read_text(encoding="utf-8"))
        return not problems, problems
    if error.exists():
        return False, ["error: " + line for line in error.read_text(encoding="utf-8").splitlines()]
    return False, ["the run of its language ended early" if failed_start else "nothing was run"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="ids, separated by commas")
    parser.add_argument("--lang", choices=["R", "Python"], help="one language only")
    parser.add_argument("--keep", help="folder for what the examples printed")
    parser.add_argument("--context", default="RxLocalSeq", help="compute context, by class name")
    parser.add_argument("--list", action="store_true", help="classify only, run nothing")
    options = parser.parse_args()

    spec, data = folder("INSITU_SPEC", "spec"), folder("INSITU_SAMPLES", "data")
    if spec is None or data is None or not (spec / "reference-figures.json").exists():
        print("reference: skipped, no figures or samples (set INSITU_SPEC and INSITU_SAMPLES)")
        return 0
    examples = json.loads((spec / "reference-figures.json").read_text(encoding="utf-8"))["examples"]
    wanted = set(filter(None, options.only.split(",")))
    kinds = coverage.classify(examples, HERE)
    covered = [
        e
        for e in examples
        if kinds[e["id"]][0] == "covered"
        and (not wanted or e["id"] in wanted)
        and (not options.lang or e["lang"] == options.lang)
    ]

    passed, failed = [], []
    if not options.list:
        with tempfile.TemporaryDirectory() as scratch:
            out = options.keep or os.path.join(scratch, "out")
            os.makedirs(out, exist_ok=True)
            for lang in ("R", "Python"):
                ids = [e["id"] for e in covered if e["lang"] == lang]
                if not ids:
                    continue
                sample = os.path.join(scratch, "samples" + lang)
                samples.prepare(data, sample)
                start = run_language(lang, sample, out, ",".join(ids), options.context)
                if start:
                    print(f"{lang} ended with an error:")
                    print("        " + "\n        ".join(start.splitlines()[-12:]))
                for example in (e for e in covered if e["lang"] == lang):
                    good, lines = outcome(example, out, start)
                    (passed if good else failed).append(example["id"])
                    verdict = "passed" if good else "FAILED"
                    place = f"{example['doc']}:{example['line']}"
                    print(f"{verdict}  {example['id']}  {example['function'] or '-'}  ({place})")
                    for line in lines[:12]:
                        print("        " + line)

    others = {"later": [], "data": [], "foreign": []}
    for example in examples:
        kind, reason = kinds[example["id"]]
        if kind != "covered":
            others[kind].append(example["id"])
            if options.list or not wanted:
                print(f"{LABELS[kind]}  {example['id']}  {example['function'] or '-'}  ({reason})")
    print(
        f"reference: {len(passed)} passed, {len(failed)} failed, {len(others['later'])} not yet "
        f"covered, {len(others['data'])} without data, "
        f"{len(others['foreign'])} of R itself or other packages"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
