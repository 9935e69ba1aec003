"""Kept moments: sub-models against rx_lin_mod on the rows, sums against one pass, in every context of this machine."""

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from insitu._requests import Builder
from insitu.results import Result

SPLIT = 65_536  # rows of a split of a data frame


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(8)
    n = 2 * SPLIT + 30_000
    frame = pd.DataFrame({
        "x": random.normal(100, 3, n), "z": random.normal(0, 1, n),
        "f": pd.Categorical.from_codes(random.integers(0, 3, n), list("abc")),
        "g": pd.Categorical.from_codes(random.integers(0, 4, n), list("uvwx")),
        "w": random.uniform(0, 2, n), "n": random.integers(0, 4, n)})
    frame["y"] = 2 * frame.x - frame.z + (frame.f == "b") * 3 + random.normal(0, 1, n)
    frame["y2"] = frame.z + random.normal(0, 1, n)
    frame.loc[::97, "z"] = np.nan
    frame.loc[5::1013, "w"] = 0.0
    return frame


FULL = "cbind(y, y2) ~ x + z + f * g + x:f"
MODELS = ["y ~ x", "y ~ z + f", "y ~ f:g + x", "y ~ g:f + z", "y2 ~ g + f + f:g", "z ~ y + x:f + f", "cbind(y, x) ~ z + g",
          "y ~ f + x - 1", "cbind(y, y2) ~ x + z + f * g + x:f"]
FIELDS = ("coefficients", "coef.std.error", "coef.t.value", "sigma", "r.squared", "residual.squares", "condition.number",
          "df", "nValidObs", "nMissingObs", "aliased", "covCoef", "covData", "y.var")


def expect_same_fit(found, expected, rtol=1e-8):
    assert found.keys() - {"moments"} == expected.keys() - {"moments"}
    assert found.coefficient_names == expected.coefficient_names
    for field in FIELDS:
        if field in expected:
            np.testing.assert_allclose(found[field], expected[field], rtol=rtol, atol=1e-11, err_msg=field)
    for field in ("formula", "terms", "factorLevels", "rank", "y.names", "precision"):
        assert found[field] == expected[field], field


@pytest.mark.parametrize("weights", [{}, {"pweights": "w"}, {"fweights": "n"}], ids=str)
@pytest.mark.parametrize("model", MODELS)
def test_a_sub_model_is_that_of_the_complete_rows(rows, model, weights):
    kept = rx.rx_moments(FULL, rows, report_progress=0, **weights)
    complete = rows[rows.z.notna()]
    options = {"cov_coef": not model.startswith("cbind"), "cov_data": "- 1" not in model}
    expected = rx.rx_lin_mod(model, complete, report_progress=0, **options, **weights)
    found = rx.rx_refit(kept, model, **options)
    assert found["nMissingObs"] == rows.z.isna().sum()
    found._fields["nMissingObs"] = 0
    expect_same_fit(found, expected)
    if weights:
        assert found["sumOfWeights"] == pytest.approx(expected["sumOfWeights"], rel=1e-12)
        assert {**found["params"], "keepMoments": None} == {**expected["params"], "keepMoments": None}


def test_options_of_a_refit_are_those_of_a_fit(rows):
    kept = rx.rx_moments("y ~ f + x + g", rows, report_progress=0)
    for options in ({"cube": True}, {"drop_first": True}, {"coef_label_style": "R"}, {"cube": True, "cube_predictions": True}):
        found, expected = rx.rx_refit(kept, "y ~ f + x", **options), rx.rx_lin_mod("y ~ f + x", rows, report_progress=0, **options)
        expect_same_fit(found, expected)
        if "cube" in options:
            pd.testing.assert_frame_equal(found["countDF"], expected["countDF"])


def test_a_model_with_its_moments_is_the_model(rows):
    plain = rx.rx_lin_mod("y ~ x + f", rows, report_progress=0)
    fit = rx.rx_lin_mod("y ~ x + f", rows, keep_moments=True, report_progress=0)
    for field in FIELDS:
        if field in plain:
            np.testing.assert_array_equal(fit[field], plain[field])
    assert fit["model"] == plain["model"] and "moments" not in plain
    again = rx.rx_refit(fit, "y ~ x + f")
    for field in FIELDS:
        if field in plain:
            np.testing.assert_array_equal(again[field], plain[field])
    assert again["model"] == plain["model"]
    np.testing.assert_array_equal(again.predict(rows.head(50)), plain.predict(rows.head(50)))
    assert str(again.summary()).split("Dependent")[1] == str(plain.summary()).split("Dependent")[1]


def test_another_column_can_be_the_response(rows):
    kept = rx.rx_moments("~ x + z + y + f", rows, report_progress=0)
    assert kept["numbers"] == ["x", "z", "y"] and kept["y.names"] == []
    found, expected = rx.rx_refit(kept, "x ~ y + f"), rx.rx_lin_mod("x ~ y + f", rows[rows.z.notna()], report_progress=0)
    found._fields["nMissingObs"] = 0
    expect_same_fit(found, expected)


@pytest.mark.parametrize("cut", [SPLIT, 2 * SPLIT])
def test_runs_that_follow_each_other_add_up_to_one_pass_to_the_bit(rows, tmp_path, cut):
    path = str(tmp_path / "rows.xdf")
    rx.rx_data_step(rows.assign(i=range(len(rows))), path)
    one = rx.rx_moments(FULL, path, report_progress=0)
    for window in ([{"numRows": cut}, {"startRow": cut + 1}], [{"rowSelection": f"i {sign} {cut}"} for sign in ("<", ">=")]):
        parts = []
        for keys in window:
            reply = Builder("moments", data=path, formula=FULL, reportProgress=0, **keys).run()
            parts.append(Result(reply))
        both = rx.rx_combine(*parts)
        assert both["moments"] == one["moments"] and both["runs"] == 1


def test_states_of_every_context_are_the_same(rows, tmp_path):
    path = str(tmp_path / "rows.xdf")
    rx.rx_data_step(rows, path)
    kept = [rx.rx_moments(FULL, path, report_progress=0, compute_context=context)["moments"]
            for context in (rx.RxLocalSeq(), rx.RxLocalParallel(), rx.RxProcesses(num_workers=2))]
    assert kept[0] == kept[1] == kept[2]


def test_other_rows_are_added(rows):
    thirds = [rows[:50_000], rows[50_000:70_000], rows[70_000:]]
    kept = [rx.rx_moments("y ~ x + f + g", part, report_progress=0) for part in thirds]
    expected = rx.rx_lin_mod("y ~ x + f", rows, report_progress=0)
    left = rx.rx_combine(rx.rx_combine(kept[0], kept[1]), kept[2])
    right = rx.rx_combine(kept[0], rx.rx_combine(kept[1], kept[2]))
    assert left["moments"] == right["moments"] == rx.rx_combine(kept)["moments"]
    assert left["runs"] == 3 and left["nValidObs"] == len(rows)
    expect_same_fit(rx.rx_refit(left, "y ~ x + f"), expected)


def test_levels_are_united(rows):
    rows = rows.astype({"f": str, "g": str})
    first, rest = rows[rows.f != "c"][:1000], rows[rows.f != "a"][1000:3000]
    together = rx.rx_combine(*(rx.rx_moments("y ~ f * g + x", part, report_progress=0) for part in (first, rest)))
    expected = rx.rx_lin_mod("y ~ f * g + x", pd.concat([first, rest]), report_progress=0)
    expect_same_fit(rx.rx_refit(together, "y ~ f * g + x"), expected)


def test_digits_at_risk_are_kept_in_double_double():
    x = np.arange(2000.0)
    rows = pd.DataFrame({"x": x, "s": (x + 1e5) ** 2, "y": 3 + x * 1e-3 + np.sin(x)})
    kept = rx.rx_moments("y ~ x + s", rows, report_progress=0)
    assert kept["precision"] == "double-double"
    expect_same_fit(rx.rx_refit(kept, "y ~ x + s"), rx.rx_lin_mod("y ~ x + s", rows, report_progress=0))
    halves = [rx.rx_moments("y ~ x + s", part, precise=True, report_progress=0) for part in (rows[:900], rows[900:])]
    np.testing.assert_allclose(rx.rx_refit(rx.rx_combine(halves), "y ~ x + s")["coefficients"],
                               rx.rx_lin_mod("y ~ x + s", rows, report_progress=0)["coefficients"], rtol=1e-10)
    rough = rx.rx_moments("~ x + s + y", rows, report_progress=0)
    if rough["precision"] == "double":
        with pytest.warns(UserWarning, match="precise=True"):
            rx.rx_refit(rough, "y ~ x + s")


def test_moments_lie_in_files(rows, tmp_path):
    files = [tmp_path / "a.moments", str(tmp_path / "b.moments")]
    for file, part in zip(files, (rows[:1000], rows[1000:5000])):
        kept = rx.rx_moments("y ~ x + f", part, output_file=file, report_progress=0)
        assert "moments" not in kept and kept["outFile"] == str(file)
    with pytest.raises(rx.InvalidArgument, match="output_file exists"):
        rx.rx_moments("y ~ x", rows, output_file=files[0], report_progress=0)
    both = rx.rx_combine(files, output_file=tmp_path / "both.moments")
    expected = rx.rx_lin_mod("y ~ x + f", rows[:5000], report_progress=0)
    for given in (both, tmp_path / "both.moments"):
        expect_same_fit(rx.rx_refit(given, "y ~ x + f"), expected)


def test_transforms_go_with_the_moments(rows):
    kept = rx.rx_moments("y ~ twice + log(x)", rows, transforms={"twice": "2 * x"}, report_progress=0)
    expected = rx.rx_lin_mod("y ~ twice", rows, transforms={"twice": "2 * x"}, report_progress=0)
    found = rx.rx_refit(kept, "y ~ twice")
    np.testing.assert_allclose(found.predict(rows.head(20)), expected.predict(rows.head(20)), rtol=1e-9)
    with pytest.raises(rx.InvalidArgument, match="different transforms"):
        rx.rx_combine(kept, rx.rx_moments("y ~ twice + log(x)", rows, transforms={"twice": "3 * x"}, report_progress=0))


def test_bad_input_is_told_in_one_sentence(rows, tmp_path):
    kept = rx.rx_moments("y ~ x + f + F(n)", rows, report_progress=0)
    for model, text in (("y ~ z", "no term z; those that they hold: x, f, F\\(n\\), y"), ("f ~ x", "no number f that could be the response"),
                        ("y ~ f:x", "no term f:x"), ("y ~ .", "name the variables"), ("~ x", "dependent"), ("y ~ X", "did you mean x")):
        with pytest.raises(rx.InvalidArgument, match=text):
            rx.rx_refit(kept, model)
    with pytest.raises(rx.InvalidArgument, match="name a number"):
        rx.rx_moments("~ f", rows, report_progress=0)
    for given in (rx.rx_lin_mod("y ~ x", rows, report_progress=0), 7, None):
        with pytest.raises(rx.InvalidArgument, match="moments must be"):
            rx.rx_refit(given, "y ~ x")
    with pytest.raises(rx.InvalidArgument, match="two or more"):
        rx.rx_combine(kept)
    for other, text in ((rx.rx_moments("y ~ x", rows, report_progress=0), "different formulas cannot"),
                        (rx.rx_moments("y ~ x + f + F(n)", rows, pweights="w", report_progress=0), "different weights cannot be combined: none and pweights w"),
                        (rx.rx_moments("y ~ x + f + F(n)", rows[rows.n < 3], report_progress=0), "F\\(n\\) has other bounds"),
                        (rx.rx_moments("y ~ x + f + F(n)", rows.assign(f=1.0), report_progress=0), "f is of another kind")):
        with pytest.raises(rx.InvalidArgument, match=text):
            rx.rx_combine(kept, other)
    damaged = tmp_path / "damaged.moments"
    rx.rx_moments("y ~ x", rows, output_file=damaged, report_progress=0)
    content = bytearray(damaged.read_bytes())
    content[-9] ^= 1
    damaged.write_bytes(content)
    with pytest.raises(rx.DataError, match="damaged.moments"):
        rx.rx_refit(damaged, "y ~ x")
    with pytest.raises(rx.DataError, match="not found"):
        rx.rx_refit(tmp_path / "none", "y ~ x")


def test_covariances_of_factors_alone(rows):
    """Sums of cells without a number among the columns."""
    dummies = pd.get_dummies(rows.f, prefix="f", prefix_sep="=").astype(float)
    np.testing.assert_allclose(rx.rx_cov("~ f", rows, report_progress=0), dummies.cov(), rtol=1e-10)
