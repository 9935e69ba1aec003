"""Checks that every #include goes to the same floor or a lower one. Exit status 1 if not."""

import pathlib
import re
import sys

STANDS_ON = {  # the architecture, as data
    "base": [],
    "data": ["base"],
    "math": ["base"],
    "formula": ["base", "data", "math"],
    "analysis": ["base", "data"],
    "filesystems": ["base", "data"],
    "sources": ["base", "data"],
    "columnar": ["base", "data", "sources"],
    "algorithms": ["base", "data", "math", "formula", "analysis"],
    "contexts": ["base", "data", "analysis"],
    "report": ["base"],
    "insitu": [],  # the public C header
    "methods": ["base", "data", "math", "formula", "analysis", "algorithms", "report"],
    "capi": ["insitu", "methods", "base", "data", "math", "formula", "analysis", "filesystems", "sources", "columnar", "algorithms", "contexts", "report"],
}


def main() -> int:
    root = pathlib.Path(__file__).resolve().parent.parent
    bad = []
    for path in sorted((root / "src").rglob("*.?pp")):
        floor = path.relative_to(root / "src").parts[0]
        if floor not in STANDS_ON:
            bad.append(f"{path.relative_to(root)}: unknown floor {floor}")
            continue
        for target in re.findall(r'#include "(\w+)/', path.read_text(encoding="utf-8")):
            if target != floor and target not in STANDS_ON[floor]:
                bad.append(f"{path.relative_to(root)}: {floor} may not include {target}")
    print("\n".join(bad) or "floors are sound")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
