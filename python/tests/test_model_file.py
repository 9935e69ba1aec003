"""Model files: one format for Python, R and the command line. What is read back prints and predicts as what was written."""

import importlib.util
import json
import os
import pathlib
import pickle
import shutil
import struct
import subprocess

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from insitu._table import METHODS

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLI = ROOT / "build" / "release" / "cli" / "insitu"


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(3)
    n = 500
    frame = pd.DataFrame({"x": random.normal(1e6, 3, n), "k": random.integers(1, 5, n).astype(float),
                          "f": pd.Categorical(random.choice(["a", "b's \"q\"", "ü"], n)), "w": random.uniform(0.5, 2, n)})
    frame["y"] = frame.x / 7 + frame.k + (frame.f == "a") + random.normal(size=n)
    frame["b"] = (random.uniform(size=n) < 0.4).astype(float)
    frame.loc[3, "x"] = np.nan
    return frame


FITS = {
    "lin_mod": lambda rows: rx.rx_lin_mod("y ~ x + f:k + F(k)", rows, cov_coef=True, pweights="w"),
    "two responses": lambda rows: rx.rx_lin_mod("cbind(y, b) ~ x + f", rows),
    "cube": lambda rows: rx.rx_lin_mod("y ~ f:F(k) + x", rows, cube=True, cube_predictions=True),
    "one coefficient": lambda rows: rx.rx_lin_mod("y ~ x - 1", rows),
    "logit": lambda rows: rx.rx_logit("late ~ f + x", rows, transforms={"late": "b > 0.5"}),
    "multinom": lambda rows: rx.rx_multinom_logit("f ~ k", rows),
    "glm": lambda rows: rx.rx_glm("k ~ f", rows, family="Gamma(log)", offset="w", compute_aic=True),
}


def same_fields(one, other):
    assert list(one.keys()) == list(other.keys())
    for key in one:
        a, b = one[key], other[key]
        if isinstance(a, np.ndarray):
            np.testing.assert_array_equal(a, b)
            assert a.shape == b.shape
        elif isinstance(a, dict):
            same_fields(a, b)
        elif isinstance(a, pd.DataFrame):
            pd.testing.assert_frame_equal(a, b)
        else:
            assert a == b or (a != a and b != b), key


@pytest.mark.parametrize("name", FITS)
def test_a_model_comes_back_whole(rows, name):
    fit = FITS[name](rows)
    kept = rx.rx_serialize_model(fit)
    again = rx.rx_unserialize_model(kept)
    assert type(again) is type(fit) and again.call == fit.call
    same_fields(fit, again)
    for layout in ("print", "summary"):
        assert again.text(layout) == fit.text(layout)
    assert rx.rx_serialize_model(again) == kept == rx.rx_serialize_model(pickle.loads(pickle.dumps(fit)))
    if name != "two responses":
        pd.testing.assert_frame_equal(rx.rx_predict(again, rows), rx.rx_predict(fit, rows))
        pd.testing.assert_frame_equal(rx.rx_predict(kept, rows), rx.rx_predict(fit, rows))  # the bytes predict, too


def test_predictions_alone(rows):
    fit = FITS["lin_mod"](rows)
    small = rx.rx_serialize_model(fit, realtime_scoring_only=True)
    assert len(small) < len(rx.rx_serialize_model(fit))
    pd.testing.assert_frame_equal(rx.rx_predict(small, rows), rx.rx_predict(fit, rows))
    with pytest.raises(rx.DataError, match="made with realtime_scoring_only=True and holds only what rx_predict needs"):
        rx.rx_unserialize_model(small)


def test_metadata_go_along(rows):
    fit = FITS["logit"](rows)
    found = rx.rx_unserialize_model(rx.rx_serialize_model(fit, metadata=b"\0mine"))
    assert found["metadata"] == b"\0mine" and str(found["model"]) == str(fit)
    assert rx.rx_unserialize_model(rx.rx_serialize_model(fit, metadata=b""))["metadata"] == b""


def test_what_is_no_model(rows):
    fit = FITS["lin_mod"](rows)
    with pytest.raises(rx.InvalidArgument, match="rx_serialize_model: model must be a fitted model, not dict"):
        rx.rx_serialize_model({})
    with pytest.raises(rx.InvalidArgument, match="rx_serialize_model: model must be a fitted model, not RxSummaryResults"):
        rx.rx_serialize_model(rx.rx_summary("~ x", rows))
    with pytest.raises(rx.InvalidArgument, match="metadata must be bytes, as pickle.dumps makes them, not 'text'"):
        rx.rx_serialize_model(fit, metadata="text")
    with pytest.raises(rx.InvalidArgument, match="serialized_model must be bytes, as rx_serialize_model returns them, not 5"):
        rx.rx_unserialize_model(5)
    with pytest.raises(rx.DataError, match="serialized_model holds no model file: give what rx_serialize_model has returned"):
        rx.rx_unserialize_model(b"")
    with pytest.raises(rx.DataError):
        rx.rx_unserialize_model(b"text")
    function = rx.rx_lin_mod("y ~ z", rows, transform_function=lambda chunk: {**chunk, "z": chunk["x"]}, transform_variables=["x"])
    with pytest.raises(rx.Unsupported, match="transform_function, a function that only its language can read.*fit with transforms"):
        rx.rx_serialize_model(function)


def _checksum(content):
    """That of a seal (src/base/bytes.cpp)."""
    whole = 2**64 - 1
    h = 0x9E3779B97F4A7C15 ^ len(content)
    words = [int.from_bytes(content[i:i + 8], "little") for i in range(0, len(content), 8)]
    rest = words.pop() if len(content) % 8 else 0
    for word in words:
        h = (h ^ word) * 0x9FB21C651E98DF25 & whole
        h = (h << 29 | h >> 35) & whole
    h ^= rest * 0x9FB21C651E98DF25 & whole
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        h = (h ^ h >> 33) * factor & whole
    return h ^ h >> 33


def test_files_of_format_1_stay_readable():
    folder = ROOT / "tests" / "kept" / "model_file_1"  # written once, by version 0.1.0; never made anew
    expected = json.loads((folder / "logit.expected").read_text("utf-8"))
    bytes_ = (folder / "logit.model").read_bytes()
    found = rx.rx_unserialize_model(bytes_)
    assert found["metadata"] == b"kept"
    for layout in ("print", "summary"):
        assert found["model"].text(layout) == expected["printed" if layout == "print" else "summary"]
    rows = pd.DataFrame(expected["rows"])
    rows["f"] = pd.Categorical(rows.f, list("abc"))
    for model in (found["model"], bytes_):
        assert rx.rx_predict(model, rows, compute_standard_errors=True).to_dict("list") == expected["predictions"]


def _maker():
    spec = importlib.util.spec_from_file_location("make_models", ROOT / "tests" / "kept" / "make_models.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


KEPT = sorted((ROOT / "tests" / "kept").glob("models_*/*.model"))


@pytest.mark.parametrize("file", KEPT, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_model_files_of_every_version_stay_readable(file):
    """The same characters, the same bits (tests/kept/make_models.py); each kind is among them."""
    maker, expected = _maker(), json.loads(file.with_suffix(".expected").read_text("utf-8"))
    bytes_ = file.read_bytes()
    model = rx.rx_unserialize_model(bytes_)
    assert type(model).__name__ == expected["class"] and str(model) == expected["printed"]
    assert rx.rx_serialize_model(model) == bytes_
    for each in (model, bytes_):
        assert maker.predicted(each, maker.rows()) == expected["predicted"]


def test_each_kind_of_model_is_kept():
    kept = {json.loads(file.with_suffix(".expected").read_text("utf-8"))["class"] for file in KEPT}
    assert kept == {method["class"].replace("rx", "Rx", 1) + "Results" for method in METHODS.values() if method["keepsModel"]}


def test_formats_to_come_are_refused_in_words(rows):
    kept = rx.rx_serialize_model(FITS["one coefficient"](rows))
    place = kept.index(b"model_file") + len("model_file") + 16  # behind checksum and length: the version
    assert kept[place:place + 4] == b"\1\0\0\0"
    later = kept[:place] + b"\2" + kept[place + 1:]
    checksum = struct.pack("<Q", _checksum(later[place:]))
    with pytest.raises(rx.DataError, match="the model file has format 2, this version reads format 1: read it with insitu 0.1.0"):
        rx.rx_unserialize_model(later[:place - 16] + checksum + later[place - 8:])


def test_damage_is_found(rows):
    kept = bytearray(rx.rx_serialize_model(FITS["one coefficient"](rows)))
    for at in range(0, len(kept), 7):
        kept[at] ^= 1
        with pytest.raises(rx.DataError):
            rx.rx_unserialize_model(bytes(kept))
        kept[at] ^= 1
        with pytest.raises(rx.DataError):
            rx.rx_unserialize_model(bytes(kept[:at]))
    rx.rx_unserialize_model(bytes(kept))


@pytest.mark.skipif(not CLI.exists(), reason="the command line is not built")
def test_the_command_line_reads_and_writes_the_same_file(rows, tmp_path):
    csv, xdf = tmp_path / "rows.csv", tmp_path / "rows.xdf"
    rows.to_csv(csv, index=False)
    rx.rx_import(str(csv), str(xdf), column_info={"f": {"type": "factor", "levels": list(rows.f.cat.categories)}})
    fit = rx.rx_lin_mod("y ~ x + f", str(xdf))
    (tmp_path / "python.model").write_bytes(rx.rx_serialize_model(fit))
    run = lambda *words: subprocess.run([CLI, *map(str, words)], check=True, capture_output=True, text=True).stdout  # noqa: E731
    run("predict", tmp_path / "python.model", xdf, tmp_path / "p.xdf")
    pd.testing.assert_frame_equal(rx.rx_data_step(str(tmp_path / "p.xdf")), rx.rx_predict(fit, rx.rx_data_step(str(xdf))))
    printed = run("linmod", xdf, "y ~ x + f", "--model", tmp_path / "cli.model")
    again = rx.rx_unserialize_model((tmp_path / "cli.model").read_bytes())
    assert str(again.summary()).split("Coefficients", 1)[1] == str(fit.summary()).split("Coefficients", 1)[1]
    assert "Coefficients" in printed
    np.testing.assert_array_equal(again["coefficients"], fit["coefficients"])


R = shutil.which("Rscript")


def in_r(code, folder):
    library = os.environ.get("R_LIBS", str(ROOT / "build" / "release" / "r-lib"))
    done = subprocess.run([R, "-e", f"suppressMessages(library(insitu)); rxOptions(reportProgress = 0); {code}"], cwd=folder,
                          env={**os.environ, "R_LIBS": library}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(R is None or not (ROOT / "build" / "release" / "r-lib" / "insitu").exists(), reason="R's package is not installed")
@pytest.mark.parametrize("name", FITS)
def test_r_reads_and_writes_the_same_file(rows, tmp_path, name):
    fit = FITS[name](rows)
    (tmp_path / "python.model").write_bytes(rx.rx_serialize_model(fit))
    rx.rx_data_step(rows, str(tmp_path / "rows.xdf"))
    predict = name != "two responses"
    printed = in_r(f"""
        fit <- rxUnserializeModel(readBin("python.model", "raw", 1e7))
        cat(class(fit), rxSerializeModel(fit) |> identical(readBin("python.model", "raw", 1e7)), fit$rank, "\\n")
        if ({"TRUE" if predict else "FALSE"}) rxPredict(fit, "rows.xdf", outData = "p.xdf", overwrite = TRUE)
        writeBin(rxSerializeModel(fit), "r.model")
        print(summary(fit))""", tmp_path)
    head, text = printed.split("\n", 1)
    assert head.split() == [fit["class"], "TRUE", str(fit["rank"])]
    coefficients = lambda text: [line.split() for line in text.splitlines() if line.startswith("(Intercept)")]  # noqa: E731
    assert coefficients(text) == coefficients(str(fit.summary()))
    same_fields(fit, rx.rx_unserialize_model((tmp_path / "r.model").read_bytes()))
    if predict:
        there = rx.rx_data_step(str(tmp_path / "p.xdf"))
        np.testing.assert_array_equal(there.iloc[:, 0], rx.rx_predict(fit, rows).iloc[:, 0])


@pytest.mark.skipif(R is None or not (ROOT / "build" / "release" / "r-lib" / "insitu").exists(), reason="R's package is not installed")
def test_a_model_of_r(rows, tmp_path):
    rx.rx_data_step(rows, str(tmp_path / "rows.xdf"))
    printed = in_r("""
        fit <- rxLogit(b ~ f + x, "rows.xdf", covCoef = TRUE)
        writeBin(rxSerializeModel(fit, metadata = as.raw(1:3)), "r.model")
        rxPredict(fit, "rows.xdf", outData = "p.xdf", computeStdErrors = TRUE)
        print(rxUnserializeModel(rxSerializeModel(fit))); cat("\\n----\\n"); print(fit)""", tmp_path)
    again, first = printed.split("\n----\n")
    assert again.rstrip() == first.rstrip()
    found = rx.rx_unserialize_model((tmp_path / "r.model").read_bytes())
    assert found["metadata"] == b"\1\2\3"
    fit = found["model"]
    assert isinstance(fit, rx.results.RxLogitResults) and fit.call.startswith("rxLogit(")
    assert fit.text("print").rstrip() == first.rstrip()
    there = rx.rx_data_step(str(tmp_path / "p.xdf"))
    pd.testing.assert_frame_equal(rx.rx_predict(fit, rows, compute_standard_errors=True), there)
    assert json.loads(json.dumps(fit["params"]))["covCoef"] is True
