"""What scripts of old do, in Python; numbers are those of tests/faults/README.md."""

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from insitu import _session


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def small():
    return pd.DataFrame({"a": np.arange(1.0, 7), "b": np.arange(6.0, 0, -1), "c": ["x", "y", "x", "y", "x", "z"]})


def test_A14_a_target_is_what_its_ending_says(folder, small):
    rx.rx_import(small, "out.csv")
    assert pd.read_csv("out.csv")["b"].tolist() == [6, 5, 4, 3, 2, 1]
    rx.rx_data_step(small, "out.tsv")
    assert pd.read_csv("out.tsv", sep="\t")["c"].tolist() == small["c"].tolist()
    rx.rx_predict(rx.rx_lin_mod("a ~ b", small), small, "p.csv")
    assert np.allclose(pd.read_csv("p.csv")["a_Pred"], small["a"])
    rx.rx_data_step(small, "plain")
    assert (folder / "plain.xdf").exists() and not (folder / "plain").exists()
    with pytest.raises(rx.InsituError, match="not written compressed"):
        rx.rx_data_step(small, "out.csv.gz")


@pytest.mark.parametrize("ending", ["parquet", "orc"])
def test_A14_columnar_targets(folder, small, ending):
    rx.rx_import(small, f"out.{ending}")
    import pyarrow.orc
    import pyarrow.parquet

    read = pyarrow.parquet.read_table if ending == "parquet" else pyarrow.orc.read_table
    assert read(f"out.{ending}").column("b").to_pylist() == [6, 5, 4, 3, 2, 1]
    assert rx.rx_data_step(f"out.{ending}")["b"].tolist() == [6, 5, 4, 3, 2, 1]


def test_A15_strings_as_factors_everywhere(folder):
    many = pd.DataFrame({"s": np.resize(["b", "a", "c"], 70000)})
    rx.rx_data_step(many, "many.xdf", rows_per_read=7000)
    for found in (rx.rx_data_step("many.xdf", strings_as_factors=True), rx.rx_read_xdf("many.xdf", strings_as_factors=True),
                  rx.rx_xdf_to_data_frame("many.xdf", strings_as_factors=True),
                  rx.rx_data_step(rx.RxXdfData("many.xdf", strings_as_factors=True))):
        assert list(found["s"].cat.categories) == ["b", "a", "c"]
        assert (found["s"].astype(str).to_numpy() == many["s"].to_numpy()).all()
    assert rx.rx_data_step("many.xdf")["s"].dtype.kind in "OUT" or str(rx.rx_data_step("many.xdf")["s"].dtype).startswith("str")


def test_B3_a_path_without_xdf_is_found(folder, small):
    rx.rx_data_step(small, "foo")
    assert rx.RxXdfData("foo").shape == (6, 3)
    assert len(rx.rx_data_step("foo")) == 6
    (folder / "sub").mkdir()
    rx.rx_data_step(small[:2], "sub/bar")
    before = rx.RxOptions.set_option("dataPath", ["sub"])
    try:
        assert len(rx.rx_data_step("bar")) == 2
    finally:
        rx.RxOptions.set_option("dataPath", before)
    with pytest.raises(rx.InsituError, match="baz"):
        rx.rx_data_step("baz")


def test_B4_append_takes_true_and_false(folder, small):
    rx.rx_data_step(small, "foo.xdf")
    rx.rx_data_step(small, "foo.xdf", append=True)
    assert rx.RxXdfData("foo.xdf").shape == (12, 3)
    with pytest.raises(rx.InsituError, match="overwrite"):
        rx.rx_data_step(small, "foo.xdf", append=False)


def test_B11_text_is_data_everywhere(folder, small):
    small.to_csv("data.csv", index=False)
    assert np.allclose(np.ravel(rx.rx_lin_mod("a ~ b", "data.csv").coefficients), [7, -1])
    for call in (lambda: rx.rx_summary("~a", "https://example.org/a.csv"), lambda: rx.rx_import("http://example.org/a.csv")):
        with pytest.raises(rx.InsituError, match="download"):
            call()


def test_B13_predict_has_no_row_selection_and_says_what_to_write(small):
    fit = rx.rx_lin_mod("a ~ b", small)
    with pytest.raises(rx.InsituError, match=r"select the rows first: rx_predict\(model, rx_data_step\(data, row_selection=...\)\)"):
        rx.rx_predict(fit, small, row_selection="b > 2")
    with pytest.raises(rx.InsituError, match=r"rx_data_step\(data, transforms=...\)"):
        rx.rx_predict(fit, small, transforms={"b": "b * 2"})
    some = rx.rx_predict(fit, rx.rx_data_step(small, row_selection="b > 2"))
    assert some["a_Pred"].tolist() == rx.rx_predict(fit, small)["a_Pred"][small["b"] > 2].tolist()


def test_B12_sample_data(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setitem(_session._values, "sampleDataDir", "")
    found = rx.RxOptions.get_option("sampleDataDir")
    assert found.startswith(str(tmp_path)) and "generated" in capsys.readouterr().err
    frame = pd.read_csv(f"{found}/AirlineDemoSmall.csv", na_values="M")
    assert frame.shape == (600000, 3) and 15000 < frame["ArrDelay"].isna().sum() < 20000
    ours = rx.rx_data_step(f"{found}/AirlineDemoSmall")
    there = frame["ArrDelay"].notna().to_numpy()
    assert (ours["ArrDelay"][there].astype("float64").to_numpy() == frame["ArrDelay"][there].to_numpy()).all()
    rate = pd.concat(pd.read_csv(f"{found}/mortDefaultSmall{year}.csv") for year in range(2000, 2010))["default"].mean()
    assert 0.001 < rate < 0.02
    assert rx.RxOptions.get_option("sampleDataDir") == found and capsys.readouterr().err == ""
