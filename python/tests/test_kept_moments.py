"""Moments as each format wrote them (tests/kept/make_moments.py) give the refits that they gave then."""

import importlib.util
import json
import pathlib

import numpy as np
import pytest

import insitu as rx

KEPT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "kept"
FILES = sorted(KEPT.glob("moments_*/*.moments"))
#: Format 1 told means, which are rounded at their own size.
TOLERANCE = {"moments_1": 1e-9, "moments_2": 1e-13}


def numbers(values):
    return [np.nan if v is None else v for v in values]


def refit(moments, formula):
    fit = rx.rx_refit(moments, formula)
    return {"coefficients": np.ravel(fit.coefficients), "coef.std.error": np.ravel(fit["coef.std.error"])}


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_refits_of_every_format(file):
    for formula, expected in json.loads(file.with_suffix(".expected").read_text()).items():
        for key, found in refit(str(file), formula).items():
            np.testing.assert_allclose(found, numbers(expected[key]), rtol=TOLERANCE[file.parent.name], err_msg=f"{formula} {key}")


@pytest.mark.parametrize("name", ["numbers", "factors", "precise"])
def test_formats_add_up(name, tmp_path):
    spec = importlib.util.spec_from_file_location("make_moments", KEPT / "make_moments.py")
    spec.loader.exec_module(made := importlib.util.module_from_spec(spec))
    old, new = (str(KEPT / folder / f"{name}.moments") for folder in ("moments_1", "moments_2"))
    for formula in made.KEPT[name][1]:
        one, other = (refit(rx.rx_combine(*pair), formula)["coefficients"] for pair in ((old, new), (new, new)))
        np.testing.assert_allclose(one, other, rtol=1e-9)


def test_each_format_is_kept():
    assert {file.parent.name for file in FILES} == set(TOLERANCE)
    assert len(FILES) == 4 * len(TOLERANCE)
