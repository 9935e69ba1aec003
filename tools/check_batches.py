#!/usr/bin/env python3
"""What files of a floor call the same in unnamed namespaces cannot be compiled as one (INSITU_UNITY, cmake/InsituCompiler.cmake).

All but one of such files stand in the list ALONE of the floor's insitu_in_batches. Which files come together depends on
how many there are, so this looks at all of a floor, whether they come together today or not.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAMESPACE = re.compile(r"^namespace \{$", re.M)
KINDS = [re.compile(pattern) for pattern in (
    r"\b(?:class|struct|enum class|enum)\s+(\w+)",
    r"\busing\s+(\w+)\s*=",
    r"\b(k[A-Z]\w*)\b\s*(?:\[\w*\])?\s*(?:=|\{)",
    r"\b(\w+)\([^;{}()]*(?:\([^;{}()]*\)[^;{}()]*)*\)\s*(?:const\s*)?(?:->[^;{}]*)?\{",
)]


def unnamed(text):
    """The names that the unnamed namespaces of a file define."""
    text = re.sub(r"//[^\n]*|R\"\((?:.|\n)*?\)\"", "", text)
    text = re.sub(r'"(?:\\.|[^"\\\n])*"' + r"|'(?:\\.|[^'\\\n])'", '""', text)
    found = set()
    for match in NAMESPACE.finditer(text):
        depth, outer = 1, []
        for letter in text[match.end():]:
            if letter == "}":
                depth -= 1
                if depth == 0:
                    break
                if depth == 1:
                    outer.append("};")
                continue
            if depth == 1:
                outer.append(letter)
            if letter == "{":
                depth += 1
        for kind in KINDS:
            found.update(kind.findall("".join(outer)))
    return found - {"if", "for", "while", "switch", "return", "T", "F", "template"}


def batches():
    """By folder of sources, the files that are compiled in batches."""
    for list_file, folder_of in ((ROOT / "CMakeLists.txt", lambda name: ROOT / "src" / name), (ROOT / "cli/CMakeLists.txt", lambda _: ROOT / "cli")):
        for target, alone in re.findall(r"insitu_in_batches\(insitu_(\w+)(?:\s+ALONE([^)]*))?\)", list_file.read_text()):
            folder = folder_of(target)
            kept = {list_file.parent / name for name in alone.split()}
            for name in kept:
                if not name.is_file():
                    yield target, None, name
            yield target, sorted(set(folder.rglob("*.cpp")) - kept), None


def main():
    complaints = []
    for target, files, missing in batches():
        if missing:
            complaints.append(f"{target}: ALONE names {missing.relative_to(ROOT)}, which is not there")
            continue
        where = {}
        for path in files:
            for name in unnamed(path.read_text()):
                where.setdefault(name, []).append(str(path.relative_to(ROOT)))
        complaints += [f"{name} stands in unnamed namespaces of {', '.join(paths)}: name one of them after its use, or put it "
                       f"into ALONE of insitu_in_batches(insitu_{target})" for name, paths in sorted(where.items()) if len(paths) > 1]
    print("\n".join(complaints), end="\n" if complaints else "")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
