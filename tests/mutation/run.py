"""Do the unit tests notice when a line of merging or of an expression function is wrong?

    tests/mutation/run.py [--minutes 10] [--seed 1] [--build build/release]

One operator is changed at a time, in merge() of states and in the functions of expressions, in a copy of
the file. The copy is compiled as the build compiles the file and linked in front of the libraries, so the
build itself stays as it is. Survivors, mutants that no test noticed, are listed; they are work to do, not
a failure. What could not be compiled is no mutant.
"""

import argparse
import json
import pathlib
import random
import re
import shlex
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]

# file, the part of it that is changed (None: all), and the unit tests that know it
SUBJECTS = [
    ("src/algorithms/summary.cpp", r"void Summary::State::merge", ["unit_algorithms_summary"]),
    ("src/algorithms/moments.cpp", r"void Moments::merge", ["unit_algorithms_summary"]),
    ("src/algorithms/model_moments.cpp", r"void ModelMoments<Real>::merge", ["unit_algorithms_lin_mod"]),
    ("src/algorithms/glm.cpp", r"void GlmSums::merge", ["unit_algorithms_glm"]),
    ("src/algorithms/find_levels.cpp", r"::merge\(", ["unit_algorithms_find_levels"]),
    ("src/formula/expression/operators.cpp", None, ["unit_formula_expression_evaluate"]),
    *((f"src/formula/functions/{name}_functions.cpp", None, ["unit_formula_expression_evaluate"])
      for name in ("math", "vector", "string", "pattern", "date", "factor", "script")),
]

CHANGES = [
    (r" \+ ", " - "), (r" - ", " + "), (r" \* ", " / "), (r" \+= ", " -= "), (r" < ", " <= "),
    (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "), (r" == ", " != "), (r" != ", " == "),
    (r" && ", " || "), (r" \|\| ", " && "), (r"\btrue\b", "false"), (r"\bfalse\b", "true"), (r"\b1\b", "2"),
]


def part_of(text, pattern):
    """Where the function that matches begins and ends: to the brace in the first column."""
    if pattern is None:
        return 0, len(text)
    begin = re.search(pattern, text).start()
    return begin, text.index("\n}", begin)


def mutants_of(path, pattern, tests):
    text = (ROOT / path).read_text(encoding="utf-8")
    begin, end = part_of(text, pattern)
    for change, into in CHANGES:
        for found in re.finditer(change, text[begin:end]):
            at = begin + found.start()
            line_begin = text.rfind("\n", 0, at) + 1
            line = text[line_begin:text.index("\n", at)]
            if re.match(r"\s*(//|#|template|static_assert)", line) or '"' in line:
                continue
            changed = text[:at] + into + text[begin + found.end():]
            number = text.count("\n", 0, at) + 1
            where = f"{path}:{number}: {found.group().strip()} became {into.strip()}: {line.strip()}"
            yield path, changed, where, tests


def build_of(build, path):
    """How the build compiles a file, without where the output goes."""
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        if entry["file"].endswith("/" + path):
            words = shlex.split(entry["command"])
            at = words.index("-o")
            del words[at:at + 2]
            words.remove(entry["file"])
            return [word for word in words if not word.endswith("ccache")], entry["directory"]
    raise SystemExit(f"run.py: the build does not compile {path}; run ./dev build first")


def link_of(build, test):
    commands = subprocess.run(["ninja", "-C", str(build), "-t", "commands", "-s", "tests/" + test], text=True,
                              capture_output=True, check=True).stdout
    line = next(line for line in reversed(commands.splitlines()) if " -o " in line)
    return shlex.split(line.removeprefix(": && ").removesuffix(" && :"))


def survives(build, folder, path, changed, tests):
    """None: it is no mutant, because it does not compile."""
    source, obj, program = folder / pathlib.Path(path).name, folder / "mutant.o", folder / "test"
    source.write_text(changed, encoding="utf-8")
    compile_words, directory = build_of(build, path)
    compiled = subprocess.run([*compile_words, "-O1", str(source), "-o", str(obj)], cwd=directory, capture_output=True)
    if compiled.returncode:
        return None
    for test in tests:
        words = link_of(build, test)
        words[words.index("-o") + 1] = str(program)
        first = next(i for i, word in enumerate(words) if word.endswith(".o"))
        # Its definitions come first, so those of the library give way.
        subprocess.run([*words[:first], "-Wl,--allow-multiple-definition", str(obj), *words[first:]], cwd=build,
                       capture_output=True, check=True)
        try:
            if subprocess.run([str(program)], cwd=build, capture_output=True, timeout=120).returncode:
                return False
        except subprocess.TimeoutExpired:
            return False
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    options = parser.parse_args()
    by_subject = [list(mutants_of(*subject)) for subject in SUBJECTS]
    chosen = random.Random(options.seed)
    for mutants in by_subject:
        chosen.shuffle(mutants)
    # One of each subject in turn, so that a short run has looked everywhere.
    longest = max(len(mutants) for mutants in by_subject)
    order = [mutants[i] for i in range(longest) for mutants in by_subject if i < len(mutants)]
    end = time.monotonic() + 60 * options.minutes
    tried, survivors, sound = 0, [], set()
    with tempfile.TemporaryDirectory() as name:
        for path, changed, where, tests in order:
            if time.monotonic() > end:
                break
            if path not in sound:  # a test that fails by itself notices nothing
                text = (ROOT / path).read_text(encoding="utf-8")
                if not survives(options.build.resolve(), pathlib.Path(name), path, text, tests):
                    return f"run.py: {tests} fail with {path} as it is"
                sound.add(path)
            outcome = survives(options.build.resolve(), pathlib.Path(name), path, changed, tests)
            if outcome is None:
                continue
            tried += 1
            if outcome:
                survivors.append(where)
                print("survived:", where, flush=True)
    print(f"{tried} of {len(order)} mutants tried, {len(survivors)} survived")
    return 0 if tried else "run.py: no mutant was tried"


if __name__ == "__main__":
    sys.exit(main())
