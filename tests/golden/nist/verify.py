#!/usr/bin/env python3
"""Recomputes every certified value of this folder exactly from the data, against typing errors.

Sums and normal equations are solved in rational numbers (no rounding at all); square roots are
taken with 60 decimal digits. A certified value must agree with the exact one to one unit in its
last printed digit, or in its 15th significant digit where more are printed.
Run without arguments; exits non-zero if a value disagrees. Needs the standard library only.
"""

import json
import pathlib
import re
import sys
from decimal import Decimal, getcontext
from fractions import Fraction

getcontext().prec = 60
HERE = pathlib.Path(__file__).resolve().parent


def to_decimal(value):
    return Decimal(value.numerator) / Decimal(value.denominator)


def root(value):
    return to_decimal(value).sqrt()


def pi_digits(count):
    """Digits of pi by Gosper's series in whole numbers (Rabinowitz & Wagon 1995, as a spigot)."""
    digits = []
    q, r, t, i = 1, 180, 60, 2
    while len(digits) < count:
        u = 3 * (3 * i + 1) * (3 * i + 2)
        y = (q * (27 * i - 12) + 5 * r) // (5 * t)
        digits.append(y)
        q, r, t, i = 10 * q * i * (2 * i - 1), 10 * u * (q * (5 * i - 2) + r - y * t), t * u, i + 1
    return digits


def observations(dataset):
    """The univariate data: typed in, or made by the stated rule."""
    if "data" in dataset:
        return [Fraction(v) for v in dataset["data"]["y"]]
    made = dataset["generated"]
    if "digits" in made:
        digits = pi_digits(dataset["n"])
        position, value = re.search(r"value (\d+) is (\d) in the data", dataset["rule"]).groups()
        digits[int(position) - 1] = int(value)
        if "".join(made["digits"]) != "".join(map(str, digits)):
            raise SystemExit(f"{dataset['name']}: digits do not follow the rule: {dataset['rule']}")
        return [Fraction(v) for v in digits]
    return [Fraction(made["first"])] + [Fraction(v) for v in made["pair"]] * made["times"]


def columns(dataset):
    """The design, a column for each certified term, in exact numbers."""
    data = {name: [Fraction(v) for v in values] for name, values in dataset["data"].items()}
    rows = len(data["y"])
    design = []
    for term in dataset["certified"]["terms"]:
        power = re.fullmatch(r"pow\((\w+), (\d+)\)", term)
        if term == "(Intercept)":
            design.append([Fraction(1)] * rows)
        elif power:
            design.append([v ** int(power[2]) for v in data[power[1]]])
        else:
            design.append(data[term])
    return design, data["y"]


def inverse(matrix):
    """Gauss-Jordan in rational numbers."""
    size = len(matrix)
    work = [row[:] + [Fraction(int(i == j)) for j in range(size)] for i, row in enumerate(matrix)]
    for k in range(size):
        pivot = next(i for i in range(k, size) if work[i][k] != 0)
        work[k], work[pivot] = work[pivot], work[k]
        work[k] = [v / work[k][k] for v in work[k]]
        for i in range(size):
            if i != k and work[i][k] != 0:
                factor = work[i][k]
                work[i] = [a - factor * b for a, b in zip(work[i], work[k])]
    return [row[size:] for row in work]


def regression(dataset):
    x, y = columns(dataset)
    rows, p = len(y), len(x)
    has_intercept = dataset["certified"]["terms"][0] == "(Intercept)"
    xtx = [[sum(a * b for a, b in zip(u, v)) for v in x] for u in x]
    xty = [sum(a * b for a, b in zip(u, y)) for u in x]
    xtx_inverse = inverse(xtx)
    beta = [sum(a * b for a, b in zip(row, xty)) for row in xtx_inverse]
    residual = sum(v * v for v in y) - sum(b * v for b, v in zip(beta, xty))
    total = sum(v * v for v in y) - (sum(y) ** 2 / rows if has_intercept else 0)
    df_model, df_residual = p - int(has_intercept), rows - p
    variance = residual / df_residual
    model = total - residual
    return {
        "estimate": [to_decimal(b) for b in beta],
        "std_error": [root(variance * xtx_inverse[i][i]) for i in range(p)],
        "residual_sd": root(variance),
        "r_squared": to_decimal(model / total),
        "f": to_decimal(model / df_model / variance) if variance else Decimal("Infinity"),
        "df_model": df_model,
        "df_residual": df_residual,
        "ss_model": to_decimal(model),
        "ss_residual": to_decimal(residual),
    }


def univariate(dataset):
    y = observations(dataset)
    rows = len(y)
    mean = sum(y) / rows
    deviations = [v - mean for v in y]
    squares = sum(d * d for d in deviations)
    lagged = sum(a * b for a, b in zip(deviations, deviations[1:]))
    if rows != dataset["n"]:
        raise SystemExit(f"{dataset['name']}: {rows} observations, {dataset['n']} stated")
    return {
        "mean": to_decimal(mean),
        "sd": root(squares / (rows - 1)),
        "autocorrelation": to_decimal(lagged / squares),
    }


def cell_values(cell):
    """The responses of one treatment: typed in, or by the rule of the generated sets."""
    if "values" in cell:
        return [Fraction(v) for v in cell["values"]]
    return [Fraction(cell["first"])] + [Fraction(v) for v in cell["pair"]] * cell["times"]


def analysis_of_variance(dataset):
    """One factor: every cell has its own mean."""
    cells = [cell_values(cell) for cell in dataset["cells"]]
    rows, groups = sum(map(len, cells)), len(cells)
    grand = sum(map(sum, cells)) / rows
    means = [sum(cell) / len(cell) for cell in cells]
    model = sum(len(cell) * (mean - grand) ** 2 for cell, mean in zip(cells, means))
    residual = sum((y - mean) ** 2 for cell, mean in zip(cells, means) for y in cell)
    variance = residual / (rows - groups)
    return {
        "df_model": groups - 1,
        "df_residual": rows - groups,
        "ss_model": to_decimal(model),
        "ms_model": to_decimal(model / (groups - 1)),
        "ss_residual": to_decimal(residual),
        "ms_residual": to_decimal(variance),
        "f": to_decimal(model / (groups - 1) / variance),
        "r_squared": to_decimal(model / (model + residual)),
        "residual_sd": root(variance),
    }


def disagreement(certified, exact):
    """None if `certified` is within one unit of its last digit (the 15th at most) of `exact`."""
    if isinstance(certified, int):
        return None if certified == exact else f"certified {certified}, exact {exact}"
    printed = Decimal(certified)
    if not printed.is_finite() or not exact.is_finite():
        return None if printed == exact else f"certified {certified}, exact {exact}"
    surplus = max(0, len(printed.as_tuple().digits) - 15)
    unit = Decimal(1).scaleb(printed.as_tuple().exponent + surplus)
    return None if abs(printed - exact) <= unit else f"certified {certified}, exact {exact:.20g}"


def main():
    failures = checked = 0
    for path in sorted(HERE.glob("**/*.json")):
        dataset = json.loads(path.read_text())
        if "cells" in dataset:
            exact = analysis_of_variance(dataset)
        else:
            exact = regression(dataset) if "formula" in dataset else univariate(dataset)
        for key, value in exact.items():
            certified = dataset["certified"][key]
            pairs = zip(certified, value) if isinstance(value, list) else [(certified, value)]
            if isinstance(value, list) and len(certified) != len(value):
                raise SystemExit(
                    f"{dataset['name']}: {key}: {len(certified)} values, {len(value)} due"
                )
            for number, (printed, true) in enumerate(pairs):
                checked += 1
                problem = disagreement(printed, true)
                if problem:
                    failures += 1
                    print(f"{dataset['name']} {key}[{number}]: {problem}")
    print(f"nist: {checked} certified values checked, {failures} disagree")
    return 1 if failures or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
