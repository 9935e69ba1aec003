"""Ease of use (part C of the table of faults, tests/faults/README.md): missing names, options, results as other libraries have them."""

import importlib

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from insitu._not_available import NOT_AVAILABLE


@pytest.mark.parametrize("package", ["insitu", "revoscalepy"])
def test_C_missing_names_say_so(package):
    before = rx.RxOptions.get_option("missingIntegers")
    module = importlib.import_module(package)
    rx.RxOptions.set_option("missingIntegers", before)  # revoscalepy changes it
    for name in NOT_AVAILABLE:
        sentence = f"{name} is not available yet in insitu {rx.__version__}"
        with pytest.raises(AttributeError, match=sentence) as caught:
            getattr(module, name)
        assert isinstance(caught.value, rx.Unsupported)
        with pytest.raises(ImportError, match=sentence) as caught:
            exec(f"from {package} import {name}")
        assert isinstance(caught.value, rx.Unsupported)
        assert not hasattr(module, name) and getattr(module, name, 1) == 1 and name not in dir(module)
    with pytest.raises(AttributeError, match="has no attribute 'rx_nonsense'"):
        module.rx_nonsense
    with pytest.raises(ImportError, match="cannot import name 'rx_nonsense'"):
        exec(f"from {package} import rx_nonsense")


def test_C_what_exists_is_not_listed_as_missing():
    assert not NOT_AVAILABLE & (set(rx.__all__) | set(vars(rx)))
    assert {"rx_kmeans", "rx_sort", "rx_dtree", "RxHpcServer"} <= NOT_AVAILABLE


def test_C_options_say_what_is_wrong_at_once():
    with pytest.raises(rx.InvalidArgument, match="unknown option: 'reportProgres' .did you mean 'reportProgress'"):
        rx.RxOptions.get_option("reportProgres")
    with pytest.raises(rx.InvalidArgument, match="unknown option"):
        rx.rx_get_option("typo")
    assert rx.RxOptions.get_option("typo", None) is None and rx.RxOptions.get_option("typo", 3) == 3
    assert rx.rx_get_option("typo", 3) == 3
    wrong = {"reportProgress": ["yes", 1.5, None, float("nan"), -2], "numDigits": [0, "7", True], "numCoresToUse": ["all", -3],
             "xdfCompressionLevel": [-1, [1]], "blocksPerRead": [0, {}], "useSparseCube": ["no", 2, None], "frameType": ["dask", 1]}
    for name, values in wrong.items():
        before = rx.RxOptions.get_option(name)
        for value in values:
            with pytest.raises(rx.InvalidArgument, match=f"option {name} must be"):
                rx.RxOptions.set_option(name, value)
            assert rx.RxOptions.get_option(name) == before
        assert rx.RxOptions.set_option(name, before) == before
    before = rx.RxOptions.set_option("NUMDIGITS", np.int64(5))
    assert rx.RxOptions.set_option("numDigits", before) == 5


def test_C_the_number_of_workers_may_come_first():
    assert rx.RxProcesses(2) == rx.RxProcesses(num_workers=2)
    assert rx.RxProcesses(rx.RxProcesses(3, data_path="a"), 2).data_path == ["a"]
    with pytest.raises(rx.InvalidArgument, match="num_workers is given twice"):
        rx.RxProcesses(2, num_workers=3)
    for odd in ("two", 2.5, True):
        with pytest.raises(rx.InvalidArgument, match="RxProcesses"):
            rx.RxProcesses(odd)


def test_C_results_are_mappings_and_equal_sources_are_equal(tmp_path):
    fit = rx.rx_lin_mod("y ~ x", pd.DataFrame({"y": [1.0, 2, 4, 7], "x": [1.0, 2, 3, 5]}))
    assert "r.squared" in fit and "nothing" not in fit
    assert fit.get("r.squared") == fit["r.squared"] and fit.get("nothing", 3) == 3 and fit.get("nothing") is None
    assert [key for key, _ in fit.items()] == list(fit.keys()) == list(fit) and len(list(fit.values())) == len(fit)
    path = str(tmp_path / "d.csv")
    one = rx.RxTextData(path, strings_as_factors=True, column_info={"a": {"type": "factor", "levels": ["x"]}})
    two = rx.RxTextData(path, column_info={"a": {"type": "factor", "levels": np.array(["x"])}}, strings_as_factors=True)
    assert one == two and hash(one) == hash(two) and len({one, two}) == 1
    two.strings_as_factors = False
    assert one != two
    assert one != rx.RxXdfData(path) and one != path and one != rx.RxTextData(str(tmp_path / "e.csv"))


def test_C_paths_names_types_and_arrays_are_taken_everywhere(tmp_path):
    frame = pd.DataFrame({"y": [1.0, 2, 4, 7], "x": [1.0, 2, 3, 5], "s": list("abab")})
    csv, xdf = tmp_path / "d.csv", tmp_path / "d.xdf"
    frame.to_csv(csv, index=False)
    settings = {"column_classes": {"x": str, "y": np.dtype("float64")}, "column_info": {"s": {"type": "factor", "levels": np.array(["b", "a"])}}}
    for rows in (rx.rx_import(csv, **settings), rx.rx_data_step(rx.RxTextData(csv, **settings))):
        assert list(rows["s"].cat.categories) == ["b", "a"] and list(rows["x"].astype(float)) == [1, 2, 3, 5]
        assert rows["y"].dtype == np.float64 and not pd.api.types.is_numeric_dtype(rows["x"])
    with pytest.raises(rx.InvalidArgument, match=r"rx_import: column_classes\['x'\] must be the name of a column class"):
        rx.rx_import(csv, column_classes={"x": 3})
    assert rx.rx_data_step(frame, xdf, vars_to_keep=frame.columns[:2]).columns == ["y", "x"]
    assert rx.rx_read_xdf(xdf, vars_to_keep=frame.columns[1:2]).shape == (4, 1)
    assert rx.rx_get_var_names(xdf) == list(rx.rx_get_var_info(xdf)) == ["y", "x"]
    assert rx.RxTextData(csv, vars_to_drop=frame.columns[:1]).columns == ["x", "s"]
    assert rx.rx_summary("~x", xdf, summary_stats=np.array(["Mean"]))["nobs.valid"] == 4
    assert rx.rx_locate_file(xdf) == rx.rx_xdf_file_name(xdf) == str(xdf)
    fit = rx.rx_lin_mod("y ~ x", xdf)
    assert rx.rx_predict(fit, xdf, tmp_path / "p.xdf", extra_vars_to_write=frame.columns[1:2]).columns == ["y_Pred", "x"]


def test_C_what_cannot_be_is_an_error_in_short_words():
    frame = pd.DataFrame({"y": [1.0, 2, 4, 7], "x": [1.0, 2, 3, 5]})
    many = np.arange(100_000.0)
    for words, call in {
        r"give data.to_frame\(\)": lambda: rx.rx_summary("~x", frame["x"]),
        "'x' has 2 values, 'y' has 1": lambda: rx.rx_summary("~x", {"x": [1.0, 2], "y": [1.0]}),
        r"write \[1.0\]": lambda: rx.rx_summary("~x", {"x": 1.0}),
        "'x' holds whole numbers beyond 64 bits": lambda: rx.rx_summary("~x", {"x": [2**70, 1]}),
        "more than 64 bits": lambda: rx.rx_data_step(frame, transforms={"z": "x + k"}, transform_objects={"k": 2**70}),
        "number_rows_read must be a number of at most 64 bits": lambda: rx.rx_data_step(frame, number_rows_read=2**70),
        "vars_to_keep is empty": lambda: rx.rx_data_step(frame, vars_to_keep=pd.Index([])),
        "formula must be a string": lambda: rx.rx_summary(many, frame),
        "row_selection must be a string": lambda: rx.rx_data_step(frame, row_selection=many),
        "transforms: z must be text": lambda: rx.rx_data_step(frame, transforms={"z": many}),
        "a vector of 100000 values": lambda: rx.rx_data_step(frame, transforms={"z": "x + k"}, transform_objects={"k": many}),
        "a factor is coded by itself": lambda: rx.rx_lin_mod("y ~ C(x)", frame),
    }.items():
        with pytest.raises(rx.InvalidArgument, match=words) as caught:
            call()
        assert len(str(caught.value)) < 250 and "\n" not in str(caught.value)


def test_C_spellings_of_python_in_formulas():
    frame = pd.DataFrame({"y": [1.0, 2, 4, 7, 5], "x": [1.0, 2, 3, 5, 4]})
    np.testing.assert_array_equal(rx.rx_lin_mod("y ~ np.log(x)", frame).params, rx.rx_lin_mod("y ~ log(x)", frame).params)
    assert len(rx.rx_data_step(frame, row_selection="x in [1, 2]")) == 2 and len(rx.rx_data_step(frame, row_selection="x not in [1, 2]")) == 3
    assert rx.rx_data_step(frame, transforms={"z": "1 if x > 2 else 0"})["z"].tolist() == [0, 0, 1, 1, 1]


@pytest.mark.parametrize("expression, way_out", [
    ("x == None", "is.na(x)"), ("x != NULL", "is.na(x)"), ("x is None", "is.na(x)"), ("x is not None", "!is.na(x)"),
    ("x.isna()", "is.na(x)"), ("pd.notna(x)", "!is.na(x)"), ("(x > 1) & ~(x > 2)", "! is the operator that negates")])
def test_C_missing_values_in_words_of_python(expression, way_out):
    with pytest.raises(rx.InsituError) as error:
        rx.rx_data_step(pd.DataFrame({"x": [1.0, None, 3.0]}), row_selection=expression)
    assert str(error.value).startswith("row_selection: ") and way_out in str(error.value)
