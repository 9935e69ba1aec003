"""A factor of 10,000 levels beside 20 numbers is fitted within 1 GiB, as it is never expanded: in a process of its own, whose peak is asked."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import insitu as rx

LEVELS, NUMBERS, ROWS = 10_000, 20, 300_000
FIT = """
import re, sys
import numpy as np
import insitu as rx
right = " + ".join(["f", *(f"x{i}" for i in range(20))])
if sys.argv[1] == "lin_mod":
    fit = rx.rx_lin_mod("y ~ " + right, sys.argv[2], report_progress=0)
else:
    fit = rx.rx_glm("c ~ " + right, sys.argv[2], family="poisson", report_progress=0)
    assert fit["converged"]
kept = ~np.isnan(fit["coefficients"])
# Not ru_maxrss: that begins with the memory of the parent at the fork.
peak = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]
print(kept.sum(), fit.params["x3"], fit["coef.std.error"][fit.coefficient_names.index("x3")], peak)
"""


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    random = np.random.default_rng(8)
    code = random.permutation(np.arange(ROWS) % LEVELS)
    frame = pd.DataFrame({f"x{i}": random.normal(size=ROWS) for i in range(NUMBERS)})
    frame["f"] = pd.Categorical.from_codes(code, [f"level {i}" for i in range(LEVELS)])
    eta = 0.1 * frame.x3 + random.normal(0, 0.2, LEVELS)[code]
    frame["y"] = eta + random.normal(0, 0.1, ROWS)
    frame["c"] = random.poisson(np.exp(1 + eta))
    path = str(tmp_path_factory.mktemp("levels") / "rows.xdf")
    rx.rx_data_step(frame, path, rows_per_read=50_000, xdf_compression_level=0)
    return path


@pytest.mark.parametrize("method", ["lin_mod", "glm"])
def test_ten_thousand_levels_within_one_gib(rows, method):
    done = subprocess.run([sys.executable, "-c", FIT, method, rows], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    kept, slope, error, peak = map(float, done.stdout.split())
    assert kept == LEVELS + NUMBERS  # the intercept, all levels but the last, the numbers
    assert abs(slope - 0.1) < 5 * error and error < 0.01
    assert peak / 1024**2 < 1, f"{peak / 1024:.0f} MiB"
