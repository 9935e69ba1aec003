"""Checks that src/ stays whole in a process that is forked while other threads are within calls. Exit status 1 if not.

A mutex that lives as long as the process is a ForkSafeMutex, made while the program is loaded: another one may be held, or half
made, in the instant of the fork, by a thread that the copy does not have. Threads are started by start_thread (base/start_thread.hpp
says why).
"""

import pathlib
import re
import sys

RULES = [
    (re.compile(r"^\s*static\b[^();]*\bmutex\b", re.MULTILINE),
     "a mutex that a function makes at its first call: make a ForkSafeMutex while the program is loaded"),
    (re.compile(r"^(?:static )?std::mutex\s+\w+\s*[;{=]", re.MULTILINE), "a mutex of the process that is no ForkSafeMutex"),
    (re.compile(r"\bstd::(?:j?thread(?:\s+\w+)?\s*[({](?!\s*[)}])|async\b)"), "a thread that start_thread does not start"),
]
#: Declares what it starts.
ALLOWED = {"base/start_thread.hpp"}


def faults(text):
    """What is wrong in a source: (line, why)."""
    code = re.sub(r"//[^\n]*", "", text)
    return [(code.count("\n", 0, found.end()) + 1, why) for rule, why in RULES for found in rule.finditer(code)]


def main() -> int:
    for wrong in ("void f() {\n  static std::mutex one;\n}", "  static auto& mutex = *new ForkSafeMutex;", "std::mutex one;",
                  "  thread_ = std::thread([this] {});", "  std::jthread one{run};", "std::async(run)"):
        if not faults(wrong):
            print(f"this check does not see what is wrong in: {wrong}")
            return 1
    root = pathlib.Path(__file__).resolve().parent.parent / "src"
    paths = [path for path in sorted(root.rglob("*.?pp")) if str(path.relative_to(root)) not in ALLOWED]
    bad = [f"src/{path.relative_to(root)}:{line}: {why}" for path in paths for line, why in faults(path.read_text(encoding="utf-8"))]
    print("\n".join(bad) or f"{len(paths)} files hold no lock and start no thread that a fork would break")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
