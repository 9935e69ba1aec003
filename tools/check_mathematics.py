"""Checks that the engine computes no function of the C library whose last bit depends on its version or on the CPU. Exit status 1 if it does.

exp, log, pow, sin and their like come from math/elementary.hpp (docs/decisions/008-elementary-functions.md). What IEEE 754 fixes may be
called from anywhere: sqrt, fma, floor, ceil, trunc, nearbyint, fabs, fmod, remainder, ldexp, frexp, ilogb, logb, scalbn, nextafter, copysign.

    python3 tools/check_mathematics.py                      the sources
    python3 tools/check_mathematics.py --objects a.a b.a    what libraries call: templates of other libraries hide it
"""

import pathlib
import re
import subprocess
import sys

FUNCTIONS = (
    "exp exp2 exp10 expm1 log log2 log10 log1p pow sin cos tan sincos asin acos atan atan2 sinh cosh tanh asinh acosh atanh cbrt hypot "
    "erf erfc gamma lgamma lgamma_r tgamma j0 j1 jn y0 y1 yn"
).split()
NAMES = "|".join(FUNCTIONS)
# std::exp, ::lgamma_r; not elementary::exp, and no bare exp(, which may be anybody's: the objects show it.
CALL = re.compile(rf"(?:\bstd::|(?<![\w:>])::)(?:{NAMES})[fl]?\b(?=\s*[(<>,;)])")
SYMBOL = re.compile(rf"^(?:{NAMES})[fl]?(?:@.*)?$")
PRINTING = "digits and powers of ten of a printed layout, made once where the caller is"
ALLOWED_SOURCES = {"src/report/format_number.cpp": PRINTING, "src/report/coefficient_table.cpp": PRINTING}
ALLOWED_OBJECTS = {  # object: symbols, why
    "format_number.cpp.o": (r"log10|pow|powl", PRINTING),
    "coefficient_table.cpp.o": (r"log10", PRINTING),
}
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def source_faults(root: pathlib.Path) -> list[str]:
    bad = []
    for path in sorted((root / "src").rglob("*.?pp")):
        name = str(path.relative_to(root))
        if name in ALLOWED_SOURCES:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for found in CALL.findall(STRING.sub('""', line).split("//")[0]):
                bad.append(f"{name}:{number}: {found} differs between machines; use elementary:: of math/elementary.hpp: {line.strip()}")
    return bad


def object_faults(libraries: list[str]) -> list[str]:
    bad = []
    for library in libraries:
        listing = subprocess.run(["nm", "-u", "-A", library], capture_output=True, text=True, check=True).stdout
        for line in listing.splitlines():
            place, symbol = line.rsplit(" U ", 1) if " U " in line else (line, "")
            if not SYMBOL.match(symbol):
                continue
            member = place.split(":")[1]
            allowed = ALLOWED_OBJECTS.get(member)
            if not (allowed and re.fullmatch(allowed[0], symbol)):
                bad.append(f"{place.strip()} {symbol}: differs between machines; use elementary:: of math/elementary.hpp")
    return bad


def main(arguments: list[str]) -> int:
    root = pathlib.Path(__file__).resolve().parent.parent
    bad = object_faults(arguments[1:]) if arguments[:1] == ["--objects"] else source_faults(root)
    print("\n".join(bad) or "no function of the C library whose last bit depends on the machine")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
