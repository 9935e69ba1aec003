"""Checks that no two headers of src/ define a type of the same name outside a class. Exit status 1 if they do.

All floors share one namespace and end up in one library: two types of one name are one type to the linker, which then takes the
constructors of either. Nothing else tells: it compiles, and at most levels of optimisation it even works.
"""

import collections
import pathlib
import re
import sys


def main() -> int:
    root = pathlib.Path(__file__).resolve().parent.parent / "src"
    places = collections.defaultdict(set)
    for path in sorted(root.rglob("*.hpp")):
        for name in re.findall(r"^(?:struct|class|enum class) (\w+)\b[^;]*?\{", path.read_text(encoding="utf-8"), re.MULTILINE):
            places[name].add(str(path.relative_to(root)))
    bad = [f"{name} is defined in {' and '.join(sorted(paths))}" for name, paths in places.items() if len(paths) > 1]
    print("\n".join(bad) or f"{len(places)} names, each of one type")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
