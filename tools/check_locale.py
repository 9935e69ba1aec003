"""Checks that C++ and R sources read and write numbers and letters without the process's locale. Exit status 1 if not.

A host may set any locale: `de_DE` writes 1,5 and sorts z before umlauts. So C++ uses base/number_text.hpp (std::to_chars,
std::from_chars) and our R code sorts with method = "radix" and formats with decimal.mark. A line that may do otherwise says why:
`// locale: ...` or `# locale: ...` behind it.

    python3 tools/check_locale.py                      the sources
    python3 tools/check_locale.py --objects a.a b.a    what libraries call: std::to_string(double) and streams hide it
"""

import pathlib
import re
import subprocess
import sys

CPP_FOLDERS = ["src", "cli", "plugins", "hosts/worker", "python/bindings", "r/insitu/src"]
CPP_RULES = [  # pattern, what to write instead
    (r"\b(?:std::)?v?s?n?f?printf\s*\(", "fixed_text(), scientific_text(), general_text(), whole_text() of base/number_text.hpp"),
    (r"\b(?:std::)?(?:strtod|strtof|strtold|atof|sscanf|scanf|fscanf)\s*\(", "number_of_text() of base/number_text.hpp"),
    (r"\bstd::sto(?:d|f|ld|i|l|ll|ul|ull)\s*\(", "number_of_text() or std::from_chars"),
    (r"\b(?:std::)?(?:setlocale|strcoll|strxfrm|strftime|strptime|wcstod|localeconv|use_facet)\s*[(<]", "nothing of the locale"),
    (r"\bstd::(?:locale|put_time|get_time|put_money)\b", "nothing of the locale"),
    (r"\bstd::(?:set)?(?:fixed|scientific|hexfloat|setprecision)\b(?!\s*\w)", "base/number_text.hpp"),
    (r"\b(?:std::|::)(?:isalpha|isdigit|isalnum|isspace|isupper|islower|ispunct|isprint|isxdigit|toupper|tolower)\b",
     "is_ascii_digit() and its like of base/number_text.hpp"),
    (r"(?<![\w.:>_])(?:isalpha|isdigit|isalnum|isspace|isupper|islower|ispunct|isprint|isxdigit)\s*\(",
     "is_ascii_digit() and its like of base/number_text.hpp"),
    (r"\bstd::(?:o|i)?stringstream\b", "std::string and base/number_text.hpp (a stream prints numbers by the global locale)"),
]
R_RULES = [
    (r"\bsort\((?!.*\bmethod\s*=\s*\"radix\")", 'sort(..., method = "radix")'),
    (r"\border\((?!.*\bmethod\s*=\s*\"radix\")(?!match\()", 'order(..., method = "radix")'),
    (r"\b(?:format|prettyNum|formatC)\([^)]*\bbig\.mark(?![^)]*decimal\.mark)", 'decimal.mark = "." beside big.mark'),
    (r"\bgetOption\(\"OutDec\"", "nothing of OutDec"),
    (r"(?<![.\w])deparse\((?!.*libPaths|code, \.\.\.|substitute\(x\)\), xlab)", ".rxDeparsed(), which writes numbers with a point"),
]
FORBIDDEN_SYMBOLS = {  # of libraries: what inline functions of the standard library call
    # snprintf is the JSON library's, which writes code points with it.
    r"__gnu_cxx::__to_xstring|\bvsnprintf\b|\bsprintf\b": "std::to_string(double) or printf",
    r"std::ostream::_M_insert<(?:double|long double)|std::ostream::operator<<\((?:double|float)": "a number printed by a stream",
    r"std::istream::_M_extract<(?:double|float|long double)": "a number read by a stream",
}
ALLOWED: dict[str, str] = {}  # object: why

STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
ONLY_TEXT = re.compile(r'printf\([^"]*"(?:[^%"\\]|\\.|%s|%%)*"')  # a printf that prints texts alone


def source_faults(root: pathlib.Path) -> list[str]:
    bad = []

    def look(path: pathlib.Path, rules: list[tuple[str, str]], comment: str) -> None:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if f"{comment} locale:" in line:
                continue
            if ONLY_TEXT.search(line):
                continue
            code = STRING.sub('""', line).split(comment)[0]
            for pattern, instead in rules:
                if re.search(pattern, code if comment == "//" else line.split(comment)[0]):
                    bad.append(f"{path.relative_to(root)}:{number}: depends on the locale; use {instead}: {line.strip()}")

    for folder in CPP_FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".cpp", ".hpp", ".h", ".c"):
                look(path, CPP_RULES, "//")
    for path in sorted((root / "r").rglob("*.R")):
        if path.parent.name == "R":
            look(path, R_RULES, "#")
    return bad


def object_faults(libraries: list[str]) -> list[str]:
    bad = []
    for library in libraries:
        listing = subprocess.run(["nm", "-C", "-u", "-A", library], capture_output=True, text=True, check=True).stdout
        for line in listing.splitlines():
            if any(f":{name}:" in line for name in ALLOWED):
                continue
            for pattern, what in FORBIDDEN_SYMBOLS.items():
                if re.search(pattern, line):
                    bad.append(f"{line.strip()}: {what}")
    return bad


def main(arguments: list[str]) -> int:
    root = pathlib.Path(__file__).resolve().parent.parent
    bad = object_faults(arguments[1:]) if arguments[:1] == ["--objects"] else source_faults(root)
    print("\n".join(bad) or "nothing depends on the locale")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
