"""Keeps files of moments, with what refits of them are: python tests/kept/make_moments.py FOLDER [the program insitu].

What is there is never made anew: python/tests/test_kept_moments.py reads the files of every format.
"""

import json
import math
import pathlib
import subprocess
import sys

LEVELS, DAYS = ["low", "high", "middle"], ["mo", "tu", "we", "th"]
#: Options of `insitu moments`, and the formulas of refits.
KEPT = {
    "numbers": (["y ~ x + n"], ["y ~ x + n", "x ~ n + y"]),
    "factors": (["y ~ x + t + f + g + f:x", "--pweights", "w"], ["y ~ x + f + g", "t ~ f + y", "y ~ t + f + f:x"]),
    "precise": (["y ~ n + t + f", "--precise"], ["y ~ n + t + f", "t ~ n"]),
}


def text():
    """Sixty rows that no random numbers have made; t lies far from zero."""
    rows = ["y,x,n,t,f,g,w"]
    for k in range(60):
        x = "NA" if k in (7, 31) else k * 11 % 23 + 0.25
        y = (k * 37 % 50) / 10 + 0.3 * (k * 11 % 23)
        rows.append(f"{y:.10g},{x},{k * 5 % 17},{1e8 + (k * 13 % 29) / 8!r},{LEVELS[k * 7 % 11 % 3]},{DAYS[k * 7 % 5 % 4]},{k % 4 + 1}")
    return "\n".join(rows) + "\n"


def refits(program, file, formulas):
    found = {}
    for formula in formulas:
        reply = json.loads(subprocess.run([program, "refit", file, formula, "--json"], check=True, capture_output=True).stdout)
        found[formula] = {key: [None if v is None or math.isnan(v) else v for v in reply[key]["values"]]
                          for key in ("coefficients", "coef.std.error")}
    return found


if __name__ == "__main__":
    folder, program = pathlib.Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "insitu"
    folder.mkdir()
    (folder / "rows.csv").write_text(text())
    for name, (options, formulas) in KEPT.items():
        file = folder / f"{name}.moments"
        subprocess.run([program, "moments", folder / "rows.csv", *options, "--strings-as-factors", "--out-file", file], check=True, capture_output=True)
        (folder / f"{name}.expected").write_text(json.dumps(refits(program, file, formulas), indent=1) + "\n")
    # Two runs of rows, side by side.
    file = folder / "runs.moments"
    subprocess.run([program, "combine", folder / "numbers.moments", folder / "numbers.moments", "--out-file", file], check=True, capture_output=True)
    (folder / "runs.expected").write_text(json.dumps(refits(program, file, ["y ~ x + n"]), indent=1) + "\n")
