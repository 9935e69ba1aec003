"""Messages of the engine name arguments as Python does: missing_value_string, cov_coef=True, rx_summary."""

import re
import warnings
from pathlib import Path

import pandas as pd
import pytest

import insitu as rx
from insitu._table import SIGNATURES

#: R's names that are no Python names and no words.
NAMES = {engine for entry in SIGNATURES.values() for python, (engine, *_) in entry["arguments"].items()
         if engine != python and re.search("[A-Z]", engine)}
NAMES |= {entry["function"] for name, entry in SIGNATURES.items() if entry["function"] != name}

FRAME = pd.DataFrame({"x": [1.0, 2, 3, 4, 5, 7], "y": [2.0, 1, 4, 3, 6, 5], "f": pd.Categorical(list("aabbcc"))})


@pytest.fixture
def files(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n" + "".join(f"{i},{i % 7}\n" for i in range(40)) + "oops,1\n")
    (tmp_path / "latin.csv").write_bytes(b"x,y\nMon,1\nM\xe4r,2\n")
    rx.rx_data_step(FRAME, str(tmp_path / "a.xdf"))
    return tmp_path


def step(f, **arguments):
    return rx.rx_data_step(str(f / "a.xdf"), **arguments)


WRONG = [
    (lambda f: rx.rx_predict(rx.rx_lin_mod("y ~ x", FRAME), FRAME, compute_standard_errors=True), "cov_coef=True"),
    (lambda f: rx.rx_lin_mod("y ~ f", FRAME, cube=True, cov_coef=True), "cov_coef=True cannot be combined with cube=True"),
    (lambda f: rx.rx_lin_mod("y ~ x", FRAME, cube=True), "cube=True needs"),
    (lambda f: rx.rx_lin_mod("y ~ x", FRAME, row_selection="x > 100"), "row_selection"),
    (lambda f: step(f, row_selection="f"), "row_selection must be True or False"),
    (lambda f: step(f, row_selection="x +"), "row_selection: "),
    (lambda f: step(f, transforms={"z": "nope + 1"}), "transforms"),
    (lambda f: step(f, transforms={"z": "{x; y}"}), "transform_function"),
    (lambda f: step(f, start_row=-3), "start_row must be"),
    (lambda f: step(f, number_rows_read=-3), "number_rows_read must be"),
    (lambda f: step(f, output_file=str(f / "a.xdf"), append="rows"), ""),
    (lambda f: step(f, output_file=str(f / "a.xdf")), "output_file"),
    (lambda f: step(f, output_file=str(f / "no" / "a.xdf")), "folder of output_file does not exist"),
    (lambda f: step(f, output_file=str(f / "b.xdf"), xdf_compression_level=77), "xdf_compression_level must be"),
    (lambda f: step(f, transform_function=lambda d: d, transform_variables=["nope"]), "transform_variables"),
    (lambda f: rx.rx_import(rx.RxTextData(str(f / "a.csv"), rows_to_sniff=10)), "missing_value_string"),
    (lambda f: rx.rx_import(rx.RxTextData(str(f / "latin.csv"))), "input_encoding"),
    (lambda f: rx.rx_import(rx.RxTextData(str(f / "a.csv"), vars_to_keep=["nope"])), "vars_to_keep leaves"),
    (lambda f: rx.rx_import(rx.RxTextData(str(f / "a.csv"), decimal_point="xx")), "decimal_point must be"),
    (lambda f: rx.rx_import(rx.RxTextData(str(f / "a.csv"), column_info={"x": {"type": "factor", "levels": 3.5}})), "column_info"),
    (lambda f: rx.rx_summary("~x", FRAME, summary_stats=["Meen"]), "summary_stats: unknown statistic"),
    (lambda f: rx.rx_predict(rx.rx_lin_mod("y ~ x", FRAME), FRAME, extra_vars_to_write=["nope"]), "extra_vars_to_write"),
    (lambda f: rx.rx_lin_mod("y ~ 1", FRAME), "rx_summary"),
]


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_errors_name_the_arguments_of_python(files, number):
    call, says = WRONG[number]
    with pytest.raises(rx.InsituError) as caught:
        call(files)
    text = str(caught.value)
    assert says in text
    assert not set(re.findall(r"\w+", text)) & NAMES, text
    assert "TRUE" not in text and "FALSE" not in text and not re.search("[\ufdd0\ufdd1]", text), text


def test_errors_of_workers_arrive_in_the_words_of_python(files):
    context = rx.RxProcesses(num_workers=2)
    with pytest.raises(rx.InsituError, match="input_encoding") as caught:
        rx.rx_summary("~x", rx.RxTextData(str(files / "latin.csv"), rows_to_sniff=1, strings_as_factors=True), compute_context=context)
    assert not re.search("[\ufdd0\ufdd1]", str(caught.value))


def test_warnings_name_the_arguments_of_python(files):
    big = str(files / "big.xdf")
    rx.rx_data_step(pd.DataFrame({"x": range(5000)}), big)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        rx.rx_data_step(big, max_rows_by_cols=100)
        rx.rx_import(big, max_rows_by_columns=100)
    texts = [str(each.message) for each in told]
    assert texts[0].startswith("max_rows_by_cols: only the first") and "give output_file" in texts[0]
    assert texts[1].startswith("max_rows_by_columns: only the first")


def test_columns_of_the_user_keep_their_names():
    with pytest.raises(rx.InsituError, match=r"outFil\b.*did you mean outFile\?"):
        rx.rx_summary("~outFil", pd.DataFrame({"outFile": [1.0], "covCoef": [2.0]}))


def test_every_name_has_a_word():
    """The engine's table is that of the signatures."""
    path = Path(__file__).resolve().parents[2] / "src" / "capi" / "python_words.inc"
    table = dict(re.findall(r'\{"", "(\w+)", "(\w+)"\}', path.read_text()))
    assert NAMES <= set(table)
