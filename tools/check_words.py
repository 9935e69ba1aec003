"""Checks that the engine's messages mark the names that faces say in their own way (src/base/named.hpp). Exit status 1 if not.

An argument is missingValueString in R, missing_value_string in Python and --missing on the command line. A string literal of src/
with a blank in it (a message, no key of a document) that holds R's name of an argument or function outside backticks of "..."_named
would reach Python and the command line as it is. A line that means something else says why: `// words: ...` behind it. What is
marked must have a word for the command line (cli/words.cpp) and, where the names differ, for Python (options/*.toml).
"""

import pathlib
import re
import sys

from generate_options import Description

ROOT = pathlib.Path(__file__).resolve().parent.parent
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"(_named)?')
MARKED = re.compile(r"`([^`]*)`")
MARKED_BY_CALL = re.compile(r'\bnamed\("(\w+)"')


def names_of_r(d: Description) -> set[str]:
    """Names of arguments and functions that no English word is."""
    names = {function for function, entry in d.functions.items() if function != entry["python"]}
    for entry in d.functions.values():
        names |= {a["name"] for a in entry["arguments"] if a["name"] != "..." and re.search("[A-Z]", a["name"])}
    return names | {"rxQuantile"}


def pieces(code: str):
    """(line, text, marked) of each literal; neighbours are one literal, as the compiler takes them."""
    found = [(m.start(), m.end(), m.group(1), bool(m.group(2))) for m in LITERAL.finditer(code)]
    at = 0
    while at < len(found):
        last = at
        while last + 1 < len(found) and not code[found[last][1]:found[last + 1][0]].strip():
            last += 1
        marked = any(each[3] for each in found[at:last + 1])
        yield code.count("\n", 0, found[at][0]) + 1, "".join(each[2] for each in found[at:last + 1]), marked
        at = last + 1


def without_descriptions(code: str) -> str:
    """The bodies of keys(), option_keys() and result_keys() emptied: what options and fields mean is said in R's names and reworded by tools/generate_options.py."""
    return re.sub(r"(?m)^( *)\S.*keys\(\) \{\n.*?\n\1\}", lambda m: "\n" * m.group().count("\n"), code, flags=re.S)


def without_comments(code: str) -> str:
    """Comment lines emptied, those of exceptions too; lines keep their numbers."""
    lines = code.split("\n")
    return "\n".join("" if line.lstrip().startswith(("//", "#")) or "// words:" in line else line for line in lines)


def faults(root: pathlib.Path) -> list[str]:
    d = Description()
    names = names_of_r(d)
    word = re.compile(r"(?<![\w.])(" + "|".join(sorted(names, key=len, reverse=True)) + r")(?!\w)")
    commands = set(re.findall(r'\{"(\w+)", "', (root / "cli/words.cpp").read_text("utf-8")))
    for path in (root / "src").rglob("*.cpp"):  # formats say in their row what they are called (src/sources/format.hpp)
        commands |= set(re.findall(r'\.type = "(\w+)",\s*\.said = "', path.read_text("utf-8")))
    for method in d.methods.values():  # the command line calls them as they describe themselves (cli/method_commands.hpp)
        commands |= {method["function"], *(option["key"] for option in method["options"])}
    bad = []
    for path in sorted((root / "src").rglob("*.[ch]pp")):
        code = without_descriptions(without_comments(path.read_text("utf-8")))
        where = path.relative_to(root)
        for line, text, marked in pieces(code):
            if " " not in text:
                continue
            plain = MARKED.sub("", text) if marked else text
            for name in word.findall(plain):
                bad.append(f"{where}:{line}: {name} is not marked: write `{name}` in \"...\"_named, or named(\"{name}\")")
            if not marked:
                continue
            if text.count("`") % 2:
                bad.append(f"{where}:{line}: a backtick without its other")
            for phrase in MARKED.findall(text):
                name = phrase.split(" = ")[0].split("$")[0]
                if name not in commands:
                    bad.append(f"{where}:{line}: cli/words.cpp has no word for {name}")
        for name in MARKED_BY_CALL.findall(code):
            if name not in commands:
                bad.append(f"{where}: cli/words.cpp has no word for {name}")
    return bad


def main() -> int:
    bad = faults(ROOT)
    print("\n".join(bad) or "every name in a message is marked")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
