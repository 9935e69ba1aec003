#!/usr/bin/env python3
"""Checks distributions.json against 60-digit arithmetic; without mpmath it says so and ends."""

import json
import pathlib
import sys

try:
    import mpmath as mp
except ImportError:
    print("distributions: mpmath is not installed, nothing checked")
    sys.exit(0)

mp.mp.dps = 60


def continued_fraction(x, a, b):
    """I_x(a, b) for x < (a + 1) / (a + b + 2): NIST DLMF 8.17.22, by the modified Lentz method."""
    front = mp.exp(
        mp.loggamma(a + b) - mp.loggamma(a) - mp.loggamma(b) + a * mp.log(x) + b * mp.log1p(-x)
    )
    c, d = mp.mpf(1), 1 / (1 - (a + b) * x / (a + 1))
    value, m = d, 1
    while True:
        last = value
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + step * d)
            c = 1 + step / c
            value *= d * c
        m += 1
        if abs(value - last) < abs(value) * mp.mpf("1e-40"):
            return front * value / a


def pbeta(x, a, b, lower):
    if x <= 0 or x >= 1:
        return mp.mpf(int((x >= 1) == lower))
    if x < (a + 1) / (a + b + 2):
        below = continued_fraction(x, a, b)
        return below if lower else 1 - below
    above = continued_fraction(1 - x, b, a)
    return 1 - above if lower else above


def exact(row):
    v = {k: mp.mpf(float(row[k])) for k in row if k not in ("function", "lower_tail", "value")}
    lower = row.get("lower_tail", True)
    name = row["function"]
    if name == "pnorm":
        return mp.erfc(-v["x"] / mp.sqrt(2)) / 2 if lower else mp.erfc(v["x"] / mp.sqrt(2)) / 2
    if name == "pbeta":
        return pbeta(v["x"], v["a"], v["b"], lower)
    if name == "pf":
        ratio = v["df1"] * v["x"]
        return pbeta(ratio / (ratio + v["df2"]), v["df1"] / 2, v["df2"] / 2, lower)
    if name == "pt":
        tail = pbeta(v["df"] / (v["df"] + v["x"] ** 2), v["df"] / 2, mp.mpf(1) / 2, True) / 2
        return tail if (v["x"] < 0) == lower else 1 - tail
    return None


def main():
    table = json.loads((pathlib.Path(__file__).parent / "distributions.json").read_text())["values"]
    checked = wrong = 0
    for row in table:
        value = mp.mpf(float(row["value"]))
        forward = {"qnorm": "pnorm", "qt": "pt"}.get(row["function"])
        if forward:
            # Right if a relative step of 1e-13 to either side passes the probability.
            back = {k: row[k] for k in row if k == "df"}
            below, above = sorted((value * (1 - mp.mpf("1e-13")), value * (1 + mp.mpf("1e-13"))))
            if value == 0:
                below, above = mp.mpf("-1e-15"), mp.mpf("1e-15")
            p = mp.mpf(float(row["p"]))
            low, high = (quantile_probability(forward, x, back) for x in (below, above))
            good = low <= p <= high
        else:
            true = exact(row)
            close = abs(value - true) <= mp.mpf("2e-13") * abs(true)
            good = close or (true < 1e-300 and value < 1e-300)
        checked += 1
        if not good:
            wrong += 1
            print("disagrees:", row)
    print(f"distributions: {checked} values checked, {wrong} disagree")
    return 1 if wrong or not checked else 0


def quantile_probability(forward, x, back):
    if forward == "pnorm":
        return mp.erfc(-x / mp.sqrt(2)) / 2
    df = mp.mpf(float(back["df"]))
    tail = pbeta(df / (df + x * x), df / 2, mp.mpf(1) / 2, True) / 2
    return tail if x < 0 else 1 - tail


if __name__ == "__main__":
    sys.exit(main())
