"""Odd arguments to every public function (D18): a result, an InsituError or Python's own TypeError for a wrong signature, nothing else.

Every argument of every function gets every odd value, the others staying sensible. CI takes a fixed random part of the combinations;
INSITU_TEST_ALL=1 takes them all. The seed is INSITU_SEED (default 18).
"""

import datetime
import decimal
import faulthandler
import fractions
import os
import pathlib
import random
import time
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import insitu as rx
from insitu._table import SIGNATURES

SEED = int(os.environ.get("INSITU_SEED", "18"))
ALL = bool(os.environ.get("INSITU_TEST_ALL"))
SECONDS = 45.0  # what the part in CI may take

#: Functions that reach beyond this process, and those that start one.
_LEFT_OUT = {"rx_spark_connect", "rx_spark_disconnect", "rx_stop_engine", "rx_spark_cache_data", "rx_spark_list_data",
             "rx_spark_remove_data", "rx_get_pyspark_connection", "RxSpark", "RxHadoopMR"}


class Odd:
    """An object that answers nothing well."""

    def __repr__(self):
        return "<odd\nobject>"


class BadRepr:
    def __repr__(self):
        raise RuntimeError("no repr")


class BadFrame:
    def __arrow_c_stream__(self, requested_schema=None):
        raise RuntimeError("no stream")


class BadPath:
    def __fspath__(self):
        return 3


class BadIterator:
    def __iter__(self):
        raise KeyError("no items")


_ITSELF = []
_ITSELF.append(_ITSELF)

ODD = {
    "none": None, "true": True, "zero": 0, "minus": -1, "huge": 10**30, "int64 max": 2**63 - 1, "uint64": 2**64, "half": 0.5, "nan": float("nan"),
    "inf": float("inf"), "minus inf": float("-inf"), "complex": 1 + 2j, "decimal": decimal.Decimal("1.5"),
    "fraction": fractions.Fraction(1, 3), "empty text": "", "text": "abc", "names": "x", "nul": "a\0b", "surrogate": "\ud800", "long": "x" * 100_000,
    "path-like": pathlib.Path("/nowhere/x"), "bytes": b"x", "bytearray": bytearray(b"x"), "empty list": [], "list of int": [1, 2],
    "list of text": ["x", "nope"], "list of none": [None], "nested": [["x"]], "itself": _ITSELF, "tuple": ("x",), "set": {"x"}, "dict": {},
    "dict of text": {"x": "y"}, "dict of int": {1: 2}, "dict of none": {"x": None}, "dict of dict": {"x": {"type": 3}}, "range": range(3),
    "generator": (i for i in range(2)), "array": np.arange(3.0), "matrix": np.zeros((2, 2)), "scalar array": np.array(1.5), "text array": np.array(["x"]),
    "np int": np.int64(3), "np bool": np.True_, "np nan": np.float32("nan"), "np text": np.str_("x"), "np date": np.datetime64("2020-01-01"),
    "series": pd.Series([1.0], name="x"), "index": pd.Index(["x"]), "frame": pd.DataFrame({"x": [1.0, 2.0], "y": [2.0, 1.0]}), "empty frame": pd.DataFrame(),
    "na": pd.NA, "nat": pd.NaT, "timestamp": pd.Timestamp("2020-01-01"), "date": datetime.date(2020, 1, 1), "delta": datetime.timedelta(1),
    "polars": pl.DataFrame({"x": [1.0]}), "lazy": pl.LazyFrame({"x": [1.0]}), "arrow": pa.table({"x": [1.0]}), "arrow array": pa.array([1]),
    "arrow scalar": pa.scalar(1), "function": len, "lambda": lambda *a, **k: None, "class": Odd, "object": Odd(), "bad repr": BadRepr(), "bad frame": BadFrame(),
    "bad path": BadPath(), "bad iterator": BadIterator(), "module": np, "exception": ValueError("x"), "source": rx.RxXdfData("/nowhere/x.xdf"),
    "context": rx.RxLocalSeq(), "ellipsis": ..., "memory": memoryview(b"ab"), "file": open(os.devnull, "rb"), "type": int, "slice": slice(1, 2),
}


@pytest.fixture(scope="module")
def sensible(tmp_path_factory):
    """Arguments with which every function works, by function."""
    folder = tmp_path_factory.mktemp("odd")
    frame = pd.DataFrame({"x": [1.0, 2, 3, 4, 5], "y": [1.0, 3, 2, 5, 4], "f": pd.Categorical(list("ababa")), "s": list("vwxyz")})
    rx.RxOptions.set_option("reportProgress", 0)
    xdf = rx.rx_data_step(frame, str(folder / "d.xdf"), overwrite=True)
    csv = folder / "d.csv"
    csv.write_text("x,y\n1,2\n3,4\n")
    fit = rx.rx_lin_mod("y ~ x", frame)

    def open_source():
        source = rx.RxXdfData(xdf.file)
        rx.rx_open(source)
        return source

    def open_target():
        target = rx.RxXdfData(str(folder / "written.xdf"))
        rx.rx_open(target, "w")
        return target

    given = {
        "rx_import": {"input_data": frame}, "rx_data_step": {"input_data": frame}, "rx_get_info": {"data": frame}, "rx_get_var_info": {"data": frame},
        "rx_get_var_names": {"data": frame}, "rx_set_var_info": {"var_info": {"x": {"description": "d"}}, "data": frame},
        "rx_set_info": {"data": frame, "description": "d"}, "rx_create_col_info": {"data": frame}, "rx_read_xdf": {"file": xdf},
        "rx_xdf_to_data_frame": {"file": xdf}, "rx_open": {"src": rx.RxXdfData(xdf.file)}, "rx_close": {"src": xdf}, "rx_is_open": {"src": xdf},
        "rx_read_next": {"src": open_source()}, "rx_write_next": {"input_data": frame, "output_data": open_target()}, "rx_summary": {"formula": "~x", "data": frame},
        "rx_lin_mod": {"formula": "y ~ x", "data": frame}, "rx_predict": {"model_object": fit, "data": frame}, "rx_get_option": {"opt": "numDigits"},
        "RxTextData": {"file": str(csv)}, "RxXdfData": {"file": xdf.file}, "rx_xdf_file_name": {"x": xdf}, "rx_locate_file": {"file": str(csv)},
        "rx_compare_contexts": {"context1": rx.RxLocalSeq(), "context2": rx.RxLocalSeq()}, "RxParquetData": {"file": str(folder / "p.parquet")},
        "RxOrcData": {"file": str(folder / "o.orc")}, "RxHiveData": {"table": "t"}, "RxOdbcData": {"table": "t"}, "RxSqlServerData": {"table": "t"},
        "RxPostgresData": {"table": "t"}, "rx_set_compute_context": {"compute_context": rx.RxLocalSeq()},
    }
    return folder, given


def _outcome(function, arguments):
    """None when all is well, else what went wrong."""
    try:
        result = function(**arguments)
        repr(result)
        if isinstance(result, rx.RxDataSource) and "nowhere" not in str(getattr(result, "file", "nowhere")):
            try:
                rx.rx_get_info(result)  # a source whose settings were taken fails in words, too
            except rx.InsituError:
                pass
    except rx.InsituError as error:
        text = str(error)
        if not text.strip():
            return "an error without words"
        if "internal error" in text:
            return f"internal error: {text[:200]}"
        if len(text) > 2000:
            return f"an error of {len(text)} characters: {text[:100]}"
    except TypeError as error:
        if "argument" not in str(error):
            return f"TypeError: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:200]}"
    return None


def _cases(sensible):
    _, given = sensible
    for name in sorted(SIGNATURES):
        if name in _LEFT_OUT or not hasattr(rx, name):
            continue
        for argument in SIGNATURES[name]["arguments"]:
            for kind in ODD:
                yield name, argument, kind


def test_D18_the_sensible_arguments_are_sensible(sensible, monkeypatch):
    folder, given = sensible
    monkeypatch.chdir(folder)
    for name, arguments in given.items():
        assert set(arguments) <= set(SIGNATURES[name]["arguments"]), name
        if name not in ("rx_open", "rx_close"):  # those are done above
            getattr(rx, name)(**arguments)


def test_D18_odd_arguments_give_results_or_errors_in_words(sensible, monkeypatch):
    folder, given = sensible
    monkeypatch.chdir(folder)
    rx.RxOptions.set_option("reportProgress", 0)
    cases = list(_cases(sensible))
    assert len(cases) > 8000
    random.Random(SEED).shuffle(cases)
    print(f"seed {SEED}, {len(cases)} combinations")
    failures, done, end = [], 0, time.monotonic() + SECONDS
    faulthandler.dump_traceback_later(600)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, argument, kind in cases:
            if not ALL and time.monotonic() > end:
                break
            arguments = {**given.get(name, {}), argument: ODD[kind]}
            wrong = _outcome(getattr(rx, name), arguments)
            done += 1
            if wrong:
                failures.append(f"{name}({argument}=<{kind}>): {wrong}")
            rx.rx_set_compute_context(rx.RxLocalSeq())
    faulthandler.cancel_dump_traceback_later()
    print(f"{done} calls, {len(failures)} raw errors")
    assert not failures, f"seed {SEED}, {len(failures)} of {done}:\n" + "\n".join(sorted(failures)[:60])


def test_D18_odd_data_of_every_kind(sensible):
    wrong = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for kind, value in ODD.items():
            for call in (lambda: rx.rx_data_step({"x": value}), lambda: rx.rx_summary("~x", {"x": [value, value]}),
                         lambda: rx.rx_data_step(pd.DataFrame({"x": pd.Series([value, value], dtype=object)})),
                         lambda: rx.rx_data_step(pd.DataFrame({"x": [1.0]}), transform_function=lambda rows: value),
                         lambda: rx.rx_data_step(pd.DataFrame({"x": [1.0]}), transforms={"z": value}),
                         lambda: rx.rx_data_step(pd.DataFrame({"x": [1.0]}), transforms={"z": "x + k"}, transform_objects={"k": value})):
                found = _outcome(call, {})
                if found:
                    wrong.setdefault(kind, []).append(found)
    assert not wrong, wrong
