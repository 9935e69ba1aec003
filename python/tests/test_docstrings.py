"""Signatures, hints and docstrings (C): every example runs, editors see real parameters, mypy knows right calls from wrong ones."""

import doctest
import importlib
import inspect
import os
import pathlib
import subprocess
import sys

import pytest

import insitu as rx
from conftest import require_spark
from insitu._table import SIGNATURES

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests"))
from fake_web_hdfs import FakeHdfs

SOURCES = pathlib.Path(rx.__file__).resolve().parents[1]
DOCUMENTED = sorted(name for name in rx.__all__ if name.startswith("rx_") or name in SIGNATURES and hasattr(rx, name))


def _examples(name):
    found = doctest.DocTestFinder(recurse=False).find(getattr(rx, name), name, module=False)
    return [test for test in found if test.examples]


@pytest.fixture
def fake_hdfs():
    with FakeHdfs() as hdfs:
        yield hdfs


def _needs_spark(name):
    return any("rx_spark_connect(" in example.source for test in _examples(name) for example in test.examples)


@pytest.mark.parametrize("name", DOCUMENTED + ["RxOptions"])
def test_C_every_example_runs(name, tmp_path, monkeypatch, request):
    tests = _examples(name)
    assert tests, f"{name} has no example"
    if _needs_spark(name):
        if not os.environ.get("INSITU_TEST_ALL"):
            pytest.skip("starts a Spark application: with INSITU_TEST_ALL=1")
        require_spark()
    if name.startswith("rx_hadoop_"):
        hdfs = request.getfixturevalue("fake_hdfs")
        monkeypatch.setenv("HADOOP_CONF_DIR", str(hdfs.conf))
        program = tmp_path / "bin" / "hadoop"  # stands for Hadoop's own
        program.parent.mkdir()
        program.write_text("#!/bin/sh\necho Hadoop 3.5.0\n")
        program.chmod(0o700)
        monkeypatch.setenv("HADOOP_HOME", str(tmp_path))
        monkeypatch.delenv("INSITU_HADOOP_CLASSPATH", raising=False)
    monkeypatch.chdir(tmp_path)
    rx.RxOptions.set_option("sampleDataDir", "")  # the generated files, whatever lies on this machine
    before = pathlib.Path(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf").read_bytes()
    for test in tests:
        out = []
        result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=out.append)
        assert result.attempted and not result.failed, "".join(out)
    assert pathlib.Path(rx.RxOptions.get_option("sampleDataDir"), "claims.xdf").read_bytes() == before


@pytest.mark.parametrize("name", DOCUMENTED)
def test_C_docstrings_have_all_parts(name):
    thing = getattr(rx, name)
    text = inspect.getdoc(thing)
    parameters = [p for p in inspect.signature(thing).parameters.values() if p.name not in ("kwargs", "options")]
    if parameters:
        described = text[text.index("Parameters\n----------"):]
        for parameter in parameters:
            assert f"\n{parameter.name} :" in described or f"{parameter.name}, " in described or f", {parameter.name}" in described, parameter
            # The call that is explained has arguments of its own.
            assert name == "rx_explain" or parameter.kind != inspect.Parameter.VAR_POSITIONAL, f"{name} has no real signature"
            assert parameter.annotation is not inspect.Parameter.empty, parameter
        assert "Raises\n------" in text
    if inspect.isfunction(thing) and name in SIGNATURES:
        assert "Returns\n-------" in text
        assert inspect.signature(thing).return_annotation is not inspect.Signature.empty
    for words in ("varsToKeep", "transformFunc", "colClasses", "TRUE", "rxSparkConnect"):
        assert words not in text


# The file system of the language has no web address to ask and no secrets to hold: three settings of R's are not Python's.
@pytest.mark.parametrize("name", [name for name in DOCUMENTED if name in SIGNATURES and name != "RxHdfsFileSystem"])
def test_C_signatures_are_those_that_are_checked(name):
    parameters = inspect.signature(getattr(rx, name)).parameters
    assert set(parameters) - {"kwargs"} == set(SIGNATURES[name]["arguments"])


def test_C_settings_that_were_not_given_are_not_told_to_the_engine(tmp_path):
    source = rx.RxTextData(str(tmp_path / "a.csv"), rows_per_read=500000)
    assert list(source.descriptor()) == ["type", "file", "rowsPerRead"]
    assert rx.RxXdfData(str(tmp_path / "a.xdf"), ["x"]).vars_to_keep == ["x"]  # positions


def test_C_classes_and_functions_say_where_hints_are():
    for package in ("insitu", "revoscalepy"):
        assert (pathlib.Path(importlib.import_module(package).__file__).parent / "py.typed").exists()


RIGHT = """
import pathlib
import insitu as rx

rx.RxOptions.set_option("reportProgress", 0)
frame = {"y": [1.0, 2.0, 4.0], "x": [1.0, 2.0, 3.0]}
xdf = rx.RxXdfData(pathlib.Path("rows.xdf"), vars_to_keep=["x"])
fit = rx.rx_lin_mod("y ~ x", frame, cov_coef=True, compute_context=rx.RxProcesses(2))
number: float = fit.df_resid
print(fit.params, fit.conf_int(0.1), fit.predict(frame), fit.summary(), number)
names: "list[str]" = rx.rx_get_var_names(xdf)
summary: rx.RxSummaryResults = rx.rx_summary("~x", xdf, summary_stats=["Mean"], row_selection="x > 1")
with rx.rx_set_temp_compute_context(rx.RxLocalSeq()) as context:
    print(context, names, summary.to_frame(), rx.rx_get_info(xdf).var_info)
rx.rx_data_step(xdf, rx.RxParquetData("rows.parquet"), transforms={"z": "x * 2"}, append="rows")
"""

WRONG = {
    'rx.rx_lin_mod(3, "a.xdf")': "arg-type",
    'rx.rx_data_step("a.xdf", append="cows")': "arg-type",
    'rx.RxXdfData("a.xdf", blocks_per_read="two")': "arg-type",
    "rx.RxTextData()": "call-arg",
    'rx.rx_lin_mod("y ~ x", "a.xdf").df_resid + "a"': "operator",
    'rx.RxProcesses("two")': "arg-type",
    'rx.rx_summary("~x")': "call-arg",
}


def test_C_mypy_tells_right_calls_from_wrong_ones(tmp_path, monkeypatch):
    monkeypatch.setenv("MYPYPATH", str(SOURCES))
    (tmp_path / "right.py").write_text(RIGHT)
    (tmp_path / "wrong.py").write_text("import insitu as rx\n" + "\n".join(WRONG) + "\n")
    # As where the package is installed: what lies in it is not checked again.
    done = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "right.py", "wrong.py"], cwd=tmp_path,
                          capture_output=True, text=True)
    told = dict(line.split(":", 2)[1:] for line in done.stdout.splitlines() if line.startswith("wrong.py"))
    assert not [line for line in done.stdout.splitlines() if line.startswith("right.py")], done.stdout
    for row, (call, kind) in enumerate(WRONG.items(), 2):
        assert f"[{kind}]" in told.get(str(row), ""), (call, done.stdout + done.stderr)
