"""Which rows a call of a function sees, and what it is told of them: the same here and on Spark (docs/functions.md)."""

import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet
import pytest
from exact import assert_same_bits
from sample_rows import rows_of, within

import insitu as rx

ROWS = [9000, 1, 40000, 2500]


def teller():
    """A function that puts beside each row what is known of the call, and a sum that depends on which rows it got."""
    def told(data, context):
        return data.assign(chunk=context.chunk_number, start=context.start_row, count=context.rows, file=context.file_name,
                           total=float(data["x"].sum()))

    return told


def rows(first, count):
    x = np.round(np.random.default_rng(first).uniform(-9, 9, count), 2)
    return pa.table({"k": np.arange(first, first + count), "x": pa.array(x, mask=np.arange(count) % 17 == 3)})


@pytest.fixture(scope="module")
def unequal(spark_here, tmp_path_factory):
    """Folders whose files have unequal numbers of rows and of row groups, one large file each, and an .xdf of unequal blocks."""
    folder = tmp_path_factory.mktemp("unequal")
    sources = {}
    for kind, write in (("parquet", lambda table, path: pa.parquet.write_table(table, path, row_group_size=1700)),
                        ("orc", lambda table, path: pa.orc.write_table(table, path, stripe_size=30000, batch_size=700))):
        source = rx.RxParquetData if kind == "parquet" else rx.RxOrcData
        (folder / kind).mkdir()
        first = 0
        for part, count in enumerate(ROWS):
            write(rows(first, count), str(folder / kind / f"part-{part}"))
            first += count
        sources[kind + " folder"] = source(str(folder / kind))
        # More than one megabyte: scanned in several pieces.
        wide = rows(0, 60000)
        for name in "abcd":
            wide = wide.append_column(name, pa.array(np.random.default_rng(ord(name)).normal(size=60000)))
        write(wide, str(folder / f"one.{kind}"))
        assert os.path.getsize(folder / f"one.{kind}") > 2 << 20
        sources[kind] = source(str(folder / f"one.{kind}"))
    (folder / "text").mkdir()
    first = 0
    for part, count in enumerate(ROWS):
        rows(first, count).to_pandas().to_csv(folder / "text" / f"part-{part}.csv", index=False, na_rep="NA")
        first += count
    sources["text"] = rx.RxTextData(str(folder / "text"), missing_value_string="NA")
    target = str(folder / "blocks.xdf")
    first = 0
    for count in ROWS:
        rx.rx_data_step(rows(first, count).to_pandas(), target, append="rows" if first else "none")
        first += count
    sources["xdf"] = rx.RxXdfData(target)
    return sources


@pytest.fixture
def forms(local_spark, unequal):
    """``forms(name)``: the source, and what stands for it on Spark: itself and its kept rows."""
    kept = []

    def both(name):
        source = unequal[name]
        if name not in ("parquet", "orc folder", "xdf"):
            return source, [source]
        kept.append(within(local_spark, rx.rx_spark_cache_data, source, True))
        return source, [source, kept[-1]]

    yield both
    for source in kept:
        within(local_spark, rx.rx_spark_remove_data, source)


NAMES = ["parquet", "parquet folder", "orc", "orc folder", "text", "xdf"]
READS = [{}, {"start_row": 9500, "number_rows_read": 30000, "rows_per_read": 4000}]


@pytest.mark.parametrize("name", NAMES)
def test_A8_a_function_sees_the_same_rows_everywhere(local_spark, forms, name):
    source, there = forms(name)
    for settings in READS:
        if name == "xdf" and "rows_per_read" in settings:
            settings = {**{key: value for key, value in settings.items() if key != "rows_per_read"}, "blocks_per_read": 2}
        settings = {"max_rows_by_cols": None, **settings}
        here = rows_of(source, "local", transform_function=teller(), **settings)
        assert here["chunk"].nunique() > 1 or name in ("parquet", "orc") or "start_row" in settings
        for form in there:
            assert_same_bits(rows_of(form, local_spark, transform_function=teller(), **settings), here)


@pytest.mark.parametrize("name", NAMES)
def test_A8_expressions_are_told_the_same_everywhere(local_spark, forms, name):
    source, there = forms(name)
    transforms = {"chunk": ".rxChunkNum + 0 * k", "start": ".rxStartRow + 0 * k", "file": ".rxReadFileName"}
    settings = {"transforms": transforms, "start_row": 9500, "number_rows_read": 30000, "max_rows_by_cols": None}
    here = rows_of(source, "local", **settings)
    for form in there:
        assert_same_bits(rows_of(form, local_spark, **settings), here)


@pytest.mark.parametrize("name", ["parquet", "orc folder", "text", "xdf"])
def test_A8_analyses_of_functions_agree_everywhere(local_spark, forms, name):
    source, there = forms(name)

    def scaled(data):
        return data.assign(z=(data["x"] - data["x"].mean()) / data["x"].std(), w=np.arange(len(data)))

    def fit(data, context):
        fitted = rx.rx_lin_mod("z ~ k + w", data, transform_function=scaled, compute_context=context)
        return {key: fitted[key] for key in fitted if key not in ("model", "params", "call")}

    here = fit(source, "local")
    for form in there:
        assert_same_bits(fit(form, local_spark), here)


@pytest.mark.parametrize("name", ["parquet folder", "orc", "xdf"])
def test_A8_errors_name_the_same_chunk(local_spark, forms, name):
    source, there = forms(name)

    def wrong(data, context):
        if (data["k"] == 45000).any() and not context.test_chunk:
            raise ValueError("no such luck")
        return data

    said = set()
    for context, form in [("local", source), *((local_spark, form) for form in there)]:
        with pytest.raises(rx.UserCodeError, match=r"on chunk \d+ \(rows \d+ to \d+\): .*no such luck") as refusal:
            rx.rx_summary("~ x", form, transform_function=wrong, compute_context=context)
        said.add(str(refusal.value))
    assert len(said) == 1, said


def test_A8_functions_of_functions_see_the_same_rows(local_spark, unequal):
    """A model's own function under a prediction, with rows of several row groups in a read."""
    def centred(data):
        return data.assign(z=data["x"] - data["x"].mean())

    source = unequal["parquet"]
    model = rx.rx_lin_mod("z ~ k", source, transform_function=centred, transform_variables=["x"])
    here, there = (rx.rx_predict(model, source, compute_residuals=True, compute_context=context) for context in ("local", local_spark))
    assert isinstance(here, pd.DataFrame)
    assert_same_bits(there, here)


def test_D9_quotes_of_large_texts_are_looked_for_on_the_cluster(local_spark, tmp_path):
    """More than 16 MiB, which the context looks through: line ends in quotes at most borders of splits, twice the same call."""
    record = '{0},"first line of {0}\nsecond ""line"", and more","{1}",{2}\n'
    lines = "".join(record.format(i, "plain\n\n" * (i % 7), i % 1000 / 8) for i in range(9000))
    with open(tmp_path / "quoted.csv", "w") as file:
        file.write("k,text,more,x\n")
        for _ in range(30):
            file.write(lines)
    assert os.path.getsize(tmp_path / "quoted.csv") > 17 << 20
    source = rx.RxTextData(str(tmp_path / "quoted.csv"))
    for settings in ({}, {"row_selection": "k >= 4000 & x < 100"}, {"transforms": {"row": ".rxStartRow + 0 * k"}}):
        here = rx.rx_summary("~ k + x", source, compute_context="local", **settings)
        for _ in range(2):
            there = rx.rx_summary("~ k + x", source, compute_context=local_spark, **settings)
            assert_same_bits(there["sDataFrame"], here["sDataFrame"])
    with open(tmp_path / "quoted.csv", "a") as file:
        file.write('1,"never closed\n2,3,4,5\n')
    said = set()
    for context in ("local", local_spark):
        with pytest.raises(rx.DataError, match="a quoted field is not closed .*quoted.csv, line ") as refusal:
            rx.rx_summary("~ k + x", source, compute_context=context)
        said.add(str(refusal.value))
    assert len(said) == 1, said
