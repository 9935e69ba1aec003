"""The same rows as text, .xdf, Parquet and ORC, each cut so that there are several splits and several files."""

import pathlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.orc
import pyarrow.parquet

import insitu as rx

ROWS = 60000
DAYS = ["mo", "tu", "we", "th", "fr", "sa", "su"]


def table(rows=ROWS, first=0):
    """Numbers with three decimals, integers, words; about one in a hundred missing. ``id`` counts the rows."""
    random = np.random.default_rng(20)
    x = np.round(random.uniform(-300, 700, rows), 3)
    n = random.integers(0, 40, rows)
    f, g = random.integers(0, 3, rows), random.integers(0, 7, rows)
    y = np.round(3 + 0.25 * x - 2 * n + 10 * f + 5 * g * (f == 1) + random.uniform(0, 20, rows), 3)
    return pa.table({
        "id": pa.array(np.arange(first, first + rows), pa.int32()),
        "y": pa.array(y, mask=random.random(rows) < 0.01),
        "x": pa.array(x),
        "n": pa.array(n, pa.int32(), mask=random.random(rows) < 0.01),
        "f": pa.array(np.array(["low", "middle", "high"])[f]),
        "g": pa.array(np.array(DAYS)[g], mask=random.random(rows) < 0.005),
        "w": pa.array(0.125 + random.integers(0, 8, rows) / 8),
    })


#: The levels of f are found in the data, those of g are given.
FACTORS = {"f": {"type": "factor"}, "g": {"type": "factor", "levels": DAYS}}

#: Parts of a folder: rows, and rows of a row group. The sizes are in another order than the names.
PARTS = [("part-1", 5000, 3000), ("part-2", 30000, 8000), ("part-3", 1000, 1000), ("part-4", 24000, 7000)]


def write_parquet(rows, path, group):
    pa.parquet.write_table(rows, path, row_group_size=group)


def write_orc(rows, path, _group):
    pa.orc.write_table(rows, path, stripe_size=65536, batch_size=1000)


def write_parts(folder, write, ending, parts=None):
    """A folder of files; returns it."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True)
    rows, first = table(), 0
    for name, count, group in parts or PARTS:
        write(rows.slice(first, count), str(folder / f"{name}.{ending}"), group)
        first += count
    assert first == rows.num_rows
    return folder


def text_source(path):
    return rx.RxTextData(str(path), column_info={
        "id": {"type": "integer"}, "y": {"type": "numeric"}, "x": {"type": "numeric"}, "n": {"type": "integer"}, **FACTORS,
        "w": {"type": "numeric"}}, missing_value_string="NA")


def write_text(path, rows=None):
    frame = (rows if rows is not None else table()).to_pandas()
    frame["n"] = frame["n"].astype(pd.Int32Dtype())
    frame.to_csv(path, index=False, na_rep="NA")
    return text_source(path)


def all_formats(folder):
    """Sources by name: text, xdf, parquet, orc. All hold the same rows."""
    folder = pathlib.Path(folder)
    text = write_text(folder / "rows.csv")
    xdf = rx.rx_import(text, str(folder / "rows.xdf"), rows_per_read=9000)
    parquet = write_parts(folder / "parquet", write_parquet, "parquet")
    orc = write_parts(folder / "orc", write_orc, "orc")
    return {"text": text, "xdf": xdf, "parquet": rx.RxParquetData(str(parquet), FACTORS), "orc": rx.RxOrcData(str(orc), FACTORS)}


def linear_model(data, context):
    return rx.rx_lin_mod("y ~ x + n + f + g", data, cov_coef=True, compute_context=context)


def weighted_model(data, context):
    return rx.rx_lin_mod("y ~ z + f:g", data, pweights="w", transforms={"z": "x * 2 + n"}, row_selection="n > 3",
                         compute_context=context)


def summary(data, context):
    return rx.rx_summary("~ y + x + n + f + g + y:f", data, compute_context=context)


ANALYSES = {each.__name__: each for each in (linear_model, weighted_model, summary)}


def within(context, function, *arguments, **settings):
    """Calls a function that has no argument for the context, with that context as the active one."""
    with rx.rx_set_temp_compute_context(context):
        return function(*arguments, **settings)


def rows_of(source, context, **settings):
    """All rows as a data frame, read by that context."""
    return within(context, rx.rx_data_step, source, **settings)
