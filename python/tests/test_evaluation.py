"""rx_roc, rx_auc, rx_lift, rx_calibration against scikit-learn where it is there, and against direct computations."""

import os

import numpy as np
import pandas as pd
import pytest

import insitu as rx


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(3)
    n = 70_000  # three pieces of a data frame
    p = random.uniform(size=n)
    frame = pd.DataFrame({"actual": (random.uniform(size=n) < p).astype(int), "p": p, "rough": p.round(1),
                          "score": random.normal(5 * p - 2, 2, n)})
    frame["late"] = frame.actual == 1
    frame["word"] = pd.Categorical.from_codes(frame.actual, ["no", "yes"])
    frame.loc[::101, "p"] = np.nan
    frame.loc[7::1009, "score"] = np.nan
    return frame


def complete(frame):
    return frame.dropna(subset=["p", "score"])


def exact_area(actual, score):
    """Mann and Whitney: pairs in order, ties by half."""
    ranks = pd.Series(score).rank().to_numpy()
    positives = int((actual == 1).sum())
    return (ranks[actual == 1].sum() - positives * (positives + 1) / 2) / (positives * (len(actual) - positives))


def test_points_are_counts_by_threshold(rows):
    found = rx.rx_roc("actual", ["p", "score"], rows, num_breaks=20, remove_dups=False)
    table, kept = found.to_frame(), complete(rows)
    assert list(table.columns) == ["threshold", "predVarName", "sensitivity", "specificity"] and len(table) == 42
    assert found["valid.obs"] == len(kept) and found["missing.obs"] == len(rows) - len(kept)
    for name in ("p", "score"):
        mine, score = table[table.predVarName == name], kept[name]
        low, high = (0, 1) if name == "p" else (score.min(), score.max())
        np.testing.assert_allclose(mine.threshold, np.linspace(low, high, 21), rtol=1e-14, atol=1e-14)
        for threshold, sensitivity, specificity in mine[["threshold", "sensitivity", "specificity"]].to_numpy():
            assert sensitivity == (score[kept.actual == 1] >= threshold).mean()
            assert specificity == (score[kept.actual == 0] < threshold).mean()


def test_areas(rows):
    kept = complete(rows)
    binned = rx.rx_roc("actual", ["p", "score", "rough"], rows)
    exact = rx.rx_roc("actual", ["p", "score", "rough"], rows, exact=True)
    for name in ("p", "score", "rough"):
        area = exact_area(kept.actual.to_numpy(), kept[name].to_numpy())
        assert exact.auc()[name] == pytest.approx(area, rel=1e-12)
        points = binned.points(name)
        assert binned.auc()[name] == pytest.approx(np.trapezoid(points[1], points[0]), rel=1e-12)
        assert binned.auc()[name] == pytest.approx(area, abs=2e-4)
    # Eleven values lie on thresholds: all of them are told apart.
    assert binned.auc()["rough"] == pytest.approx(exact.auc()["rough"], rel=1e-12)
    assert rx.rx_auc(rx.rx_roc("actual", "p", rows)) == pytest.approx(rx.rx_roc("actual", "p", rows)["auc"][0])


def test_areas_and_curves_are_those_of_scikit_learn(rows):
    metrics = pytest.importorskip("sklearn.metrics")
    kept = complete(rows)
    found = rx.rx_roc("actual", ["p", "score"], rows, exact=True)
    for name in ("p", "score"):
        assert found.auc()[name] == pytest.approx(metrics.roc_auc_score(kept.actual, kept[name]), rel=1e-12)
    few = kept.assign(eighths=np.floor(kept.p * 8) / 8)
    false_rates, true_rates, _ = metrics.roc_curve(few.actual, few.eighths, drop_intermediate=False)
    points = rx.rx_roc("actual", "eighths", few, num_breaks=8).points("eighths")
    np.testing.assert_allclose(sorted(set(points[0])), sorted(set(false_rates)), rtol=1e-12)
    np.testing.assert_allclose(sorted(set(points[1])), sorted(set(true_rates)), rtol=1e-12)


def test_kinds_of_outcomes_contexts_and_files_agree(rows, tmp_path):
    expected = rx.rx_roc("actual", ["p", "score"], rows, exact=True)
    file = rx.rx_data_step(rows, str(tmp_path / "rows.xdf"), rows_per_read=30_000, report_progress=0)
    for actual in ("late", "word"):
        assert rx.rx_roc(actual, ["p", "score"], rows, exact=True).to_frame().equals(expected.to_frame())
    for context in ("localpar", rx.RxProcesses(num_workers=2)):
        found = rx.rx_roc("actual", ["p", "score"], file, exact=True, compute_context=context)
        assert found.to_frame().equals(expected.to_frame()) and found.auc().equals(expected.auc())
    selected = rx.rx_roc("dear", "score", rows, transforms={"dear": "p > 0.5"}, row_selection="score > 0")
    kept = complete(rows)[lambda d: d.score > 0]
    assert selected["positives"] == (kept.p > 0.5).sum()


def test_repeated_points_are_left_out(rows):
    all_points = rx.rx_roc("actual", "rough", rows, remove_dups=False).to_frame()
    few = rx.rx_roc("actual", "rough", rows).to_frame()
    assert len(all_points) == 101 and len(few) == 11
    rates = ["sensitivity", "specificity"]
    assert not few[rates].duplicated().any() and few[rates].drop_duplicates().equals(
        all_points[rates].drop_duplicates().reset_index(drop=True))


def test_a_score_of_one_value_tells_nothing():
    frame = pd.DataFrame({"y": [0, 1, 1, 0], "same": 7.0, "half": 0.5})
    found = rx.rx_roc("y", ["same", "half"], frame)
    assert found.auc().tolist() == [0.5, 0.5]
    assert rx.rx_roc("y", ["same", "half"], frame, exact=True).auc().tolist() == [0.5, 0.5]


@pytest.mark.parametrize("column, values, sentence", [
    ("y", [0, 0, 0, 0], "is 0 in all rows"),
    ("y", [1, 1, 1, 1], "is 1 in all rows"),
    ("y", [0, 1, 2, 1], "must be logical, 0 and 1, or a factor of two levels: it is 2 in 1 row"),
    ("y", [np.nan] * 4, "no rows without missing values"),
    ("y", ["a", "b", "a", "b"], "is character: make it a factor"),
    ("y", pd.Categorical(["a", "b", "c", "a"]), "has 3 levels"),
    ("p", [0.1, np.inf, 0.2, 0.3], "the score 'p' must be finite: it is Inf"),
    ("p", ["a", "b", "a", "b"], "'p' is character"),
    ("p", pd.Categorical(["a", "b", "c", "a"]), "'p' is a factor"),
])
def test_what_cannot_be_judged_is_said(column, values, sentence):
    frame = pd.DataFrame({"y": [0, 1, 1, 0], "p": [0.1, 0.4, 0.2, 0.3]})
    frame[column] = values
    for judge in (rx.rx_roc, rx.rx_lift):
        with pytest.raises(rx.InsituError, match=sentence):
            judge("y", "p", frame)


@pytest.mark.parametrize("arguments, sentence", [
    ({"pred_var_names": ["p", "p"]}, "pred_var_names: 'p' is named twice"),
    ({"pred_var_names": "q"}, "variable not found: q"),
    ({"pred_var_names": []}, "no predictions to be judged"),
    ({"num_breaks": 0}, "num_breaks must be a whole number from 1 to"),
])
def test_arguments_that_cannot_be_are_named(arguments, sentence):
    frame = pd.DataFrame({"y": [0, 1, 1, 0], "p": [0.1, 0.4, 0.2, 0.3]})
    with pytest.raises(rx.InvalidArgument, match=sentence):
        rx.rx_roc("y", **{"pred_var_names": "p", "data": frame, **arguments})
    with pytest.raises(rx.InvalidArgument, match="x must be what rx_roc gives"):
        rx.rx_auc(frame)


def groups_of(score, count):
    """The number of the group from low to high: above the k/count quantile, the inverse of the distribution function."""
    ordered = np.sort(score)
    edges = [ordered[int(np.ceil(len(score) * k / count)) - 1] for k in range(1, count)]
    return np.searchsorted(edges, score, side="left")


def test_lift_is_a_table_of_groups(rows):
    found = rx.rx_lift("actual", ["score", "rough"], rows, num_breaks=7)
    kept = rows.dropna(subset=["score"])  # the others have no gaps
    for name in ("score", "rough"):
        table = found.to_frame()[lambda t: t.predVarName == name]
        grouped = kept.groupby(groups_of(kept[name].to_numpy(), 7))
        expected = grouped.actual.agg(["size", "sum"])[::-1]
        assert table["count"].tolist() == expected["size"].tolist() and table.positives.tolist() == expected["sum"].tolist()
        np.testing.assert_allclose(table.meanScore, grouped[name].mean()[::-1], rtol=1e-12)
        np.testing.assert_allclose(table.lift, expected["sum"] / expected["size"] / kept.actual.mean(), rtol=1e-12)
        np.testing.assert_allclose(table.gain, 100 * expected["sum"].cumsum() / kept.actual.sum(), rtol=1e-12)
        np.testing.assert_allclose(table.cumPercent, 100 * expected["size"].cumsum() / len(kept), rtol=1e-12)
        np.testing.assert_allclose(table.cumLift, table.gain / table.cumPercent, rtol=1e-12)


@pytest.mark.parametrize("strategy", ["quantile", "uniform"])
def test_calibration(rows, strategy):
    found = rx.rx_calibration("actual", "p", rows, num_breaks=10, strategy=strategy)
    kept, table = rows.dropna(subset=["p"]), found.to_frame()
    group = groups_of(kept.p.to_numpy(), 10) if strategy == "quantile" else np.searchsorted(
        np.arange(1, 10) / 10, kept.p, side="left")
    grouped = kept.groupby(group)
    np.testing.assert_array_equal(table["count"], grouped.size())
    np.testing.assert_allclose(table.predicted, grouped.p.mean(), rtol=1e-12)
    np.testing.assert_allclose(table.observed, grouped.actual.mean(), rtol=1e-12)
    statistics = found["statistics"].iloc[0]
    assert statistics.brier == pytest.approx(((kept.actual - kept.p) ** 2).mean(), rel=1e-12)
    n, expected, observed = grouped.size(), grouped.p.sum(), grouped.actual.sum()
    hosmer = ((observed - expected) ** 2 / (expected * (1 - expected / n))).sum()
    assert statistics.hosmerLemeshow == pytest.approx(hosmer, rel=1e-10) and statistics.df == 8
    chi2 = pytest.importorskip("scipy.stats").chi2
    assert statistics.pValue == pytest.approx(chi2.sf(hosmer, 8), rel=1e-9)
    if strategy == "uniform":
        calibration = pytest.importorskip("sklearn.calibration")
        rate, mean = calibration.calibration_curve(kept.actual, kept.p, n_bins=10)
        np.testing.assert_allclose(table.predicted, mean, rtol=1e-12)
        np.testing.assert_allclose(table.observed, rate, rtol=1e-12)


def test_calibration_wants_probabilities(rows):
    with pytest.raises(rx.DataError, match="must be probabilities from 0 to 1: one is"):
        rx.rx_calibration("actual", "score", rows)


def test_pictures_are_axes_with_the_points(rows):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    axes = rx.rx_roc_curve("actual", ["p", "score"], rows, title="Mine", x_title="x")
    assert axes.get_title() == "Mine" and axes.get_xlabel() == "x" and len(axes.lines) == 3
    roc = rx.rx_roc("actual", "p", rows)
    np.testing.assert_array_equal(axes.lines[1].get_ydata(), rx.rx_roc("actual", ["p", "score"], rows).points("p")[1])
    assert "AUC" in roc.plot().get_title()
    lift = rx.rx_lift("actual", "p", rows)
    assert lift.plot().lines[-1].get_ydata()[-1] == 100 and len(lift.plot(kind="lift").lines[-1].get_ydata()) == 10
    assert len(rx.rx_calibration("actual", "p", rows).plot(ax=axes).lines) == 5
    with pytest.raises(rx.InvalidArgument, match="unknown argument 'colour'"):
        roc.plot(colour=1)


def test_without_matplotlib_one_sentence_says_so(rows, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(rx.Unsupported, match="not installed: pip install matplotlib"):
        rx.rx_roc_curve("actual", "p", rows)


@pytest.mark.skipif(not os.environ.get("INSITU_TEST_ALL"), reason="2.5 million rows")
def test_exact_areas_of_more_scores_than_one_pass_keeps():
    random = np.random.default_rng(9)
    p = random.uniform(size=2_500_000)
    frame = pd.DataFrame({"p": p, "actual": (random.uniform(size=len(p)) < p).astype("int32")})
    found = rx.rx_roc("actual", "p", frame, exact=True).auc()
    assert found == pytest.approx(exact_area(frame.actual.to_numpy(), p), rel=1e-12)
    assert rx.rx_roc("actual", "p", frame, exact=True, compute_context="localpar").auc() == found
