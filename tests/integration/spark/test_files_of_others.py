"""Files that Spark, pyarrow and the engine wrote, read here and on Spark: one answer, and Spark's own."""

import datetime
import os
import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet
import pytest
from exact import assert_same_bits
from sample_rows import rows_of, within

import insitu as rx

LABELS = ["0001-01-01", "0100-03-01", "1000-02-28", "1000-03-01", "1500-03-01", "1582-10-04", "1582-10-15", "1883-11-18", "1969-12-31",
          "2024-02-29", "9999-12-31"]
DAYS = [datetime.date.fromisoformat(label).toordinal() - 719163 for label in LABELS]
CLOCK = "12:34:56.789012"
SECONDS = [(day * 86_400_000_000 + 45_296_789_012) / 10**6 for day in DAYS]  # of whole numbers: rounded once
TRANSFORMS = {"day": "as.numeric(d)", "second": "as.numeric(t)"}


def source_of(kind, path):
    return (rx.RxOrcData if kind == "orc" else rx.RxParquetData)(str(path))


def read(source, context, **arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return rx.rx_data_step(source, compute_context=context, **arguments)


@pytest.fixture(scope="module")
def written_by_spark(local_spark, sql, tmp_path_factory):
    """``written(kind, mode, times)``: a folder as Spark writes it in a mode of its calendar and with a kind of times."""
    def write(kind, mode, times="INT96"):
        folder = tmp_path_factory.mktemp("spark") / "rows"
        for name in ("datetimeRebaseModeInWrite", "int96RebaseModeInWrite"):
            sql(local_spark, f"SET spark.sql.parquet.{name}={mode}")
        sql(local_spark, f"SET spark.sql.parquet.outputTimestampType={times}")
        rows = ", ".join(f"({k}, DATE'{label}', TIMESTAMP'{label} {CLOCK}')" for k, label in enumerate(LABELS))
        sql(local_spark, f"INSERT OVERWRITE DIRECTORY '{folder}' USING {kind} SELECT /*+ COALESCE(1) */ * FROM VALUES {rows} AS v(k, d, t)")
        return folder

    return write


@pytest.mark.parametrize("mode", ["CORRECTED", "LEGACY"])
@pytest.mark.parametrize("times", ["INT96", "TIMESTAMP_MICROS"])
def test_A22_parquet_of_spark_is_one_answer_here_and_there(local_spark, written_by_spark, mode, times):
    folder = written_by_spark("parquet", mode, times)
    keys = pa.parquet.read_metadata(next(folder.glob("part-*"))).metadata
    assert (b"org.apache.spark.legacyDateTime" in keys) == (mode == "LEGACY")
    frames = [read(source_of("parquet", folder), context, transforms=TRANSFORMS).sort_values("k") for context in ("local", local_spark)]
    for frame in frames:
        assert frame["day"].tolist() == DAYS and frame["second"].tolist() == SECONDS
    own = rows_of(rx.RxHiveData(f"SELECT k, CAST(d AS STRING) AS d, CAST(t AS STRING) AS t FROM parquet.`{folder}` ORDER BY k"), local_spark)
    assert own["d"].tolist() == LABELS and own["t"].tolist() == [f"{label} {CLOCK}" for label in LABELS]


def test_A22_orc_of_spark_is_one_answer_here_and_there(local_spark, written_by_spark):
    folder = written_by_spark("orc", "CORRECTED")
    there = read(source_of("orc", folder), local_spark, transforms=TRANSFORMS).sort_values("k")
    assert there["day"].tolist() == DAYS and there["second"].tolist() == SECONDS
    # Arrow counts nanoseconds: times before 1677 and after 2262 in ORC are left out here, and told.
    with pytest.warns(UserWarning, match=r"t \(times in ORC before 1677.*RxSpark"):
        here = rx.rx_data_step(source_of("orc", folder), transforms={"day": "as.numeric(d)"}).sort_values("k")
    assert here["day"].tolist() == DAYS


@pytest.mark.parametrize("kind", ["parquet", "orc"])
@pytest.mark.parametrize("writer", ["here", "pyarrow", "there"])
def test_A22_files_of_ours_and_of_pyarrow_are_one_answer(local_spark, tmp_path, kind, writer):
    rows = pa.table({"k": range(len(LABELS)), "d": [datetime.date.fromisoformat(label) for label in LABELS],
                     "t": pa.array([datetime.datetime.fromisoformat(f"1{label[1:]} {CLOCK}") if label > "17" else None for label in LABELS],
                                   pa.timestamp("us"))})
    plain = tmp_path / "plain"
    pa.parquet.write_table(rows, plain)
    if writer == "pyarrow":
        (pa.orc if kind == "orc" else pa.parquet).write_table(rows.drop_columns("t") if kind == "orc" else rows, tmp_path / "a")
    else:
        read(source_of("parquet", plain), "local" if writer == "here" else local_spark, output_file=source_of(kind, tmp_path / "a"),
             **({"vars_to_keep": ["k", "d"]} if kind == "orc" else {}))
    frames = [read(source_of(kind, tmp_path / "a"), context, transforms={"day": "as.numeric(d)"}) for context in ("local", local_spark)]
    for frame in frames:
        assert frame.sort_values("k")["day"].tolist() == DAYS
    assert_same_bits(frames[1], frames[0])
    own = rows_of(rx.RxHiveData(f"SELECT k, CAST(d AS STRING) AS d FROM {kind}.`{tmp_path / 'a'}` ORDER BY k"), local_spark)
    if not (kind == "orc" and writer == "pyarrow"):  # Spark alone takes days of pyarrow's ORC for Julian ones
        assert own["d"].tolist() == LABELS


def test_A26_invalid_utf8_is_told_on_spark_as_here(local_spark, tmp_path):
    values = [b"plain"] * 3000
    values[2345] = b"caf\xe9"
    buffers = pa.array(values, pa.binary()).buffers()
    path = str(tmp_path / "a.parquet")
    pa.parquet.write_table(pa.table({"x": np.arange(3000.0), "city": pa.Array.from_buffers(pa.string(), 3000, buffers)}), path, row_group_size=700)
    said = []
    for context in ("local", local_spark):
        with pytest.raises(rx.InsituError) as refusal:
            rx.rx_data_step(rx.RxParquetData(path), compute_context=context)
        said.append(str(refusal.value))
        assert "'city', row 2346," in said[-1] and "not valid UTF-8" in said[-1] and path in said[-1] and "\n" not in said[-1], said
    assert rx.rx_data_step(rx.RxParquetData(path), vars_to_keep=["x"], compute_context=local_spark).shape == (3000, 1)


@pytest.mark.parametrize("kind", ["parquet", "orc"])
def test_B17a_files_of_a_folder_are_united_as_here(local_spark, tmp_path, kind):
    write = (pa.orc if kind == "orc" else pa.parquet).write_table
    folder = tmp_path / "f"
    folder.mkdir()
    write(pa.table({"i": pa.array([1, None], "int32"), "f": pa.array([0.5, 1.5], "float32"), "s": ["a", "b"], "n": pa.array([7, 8], "int16")}),
          folder / "part-0")
    write(pa.table({"f": [2.5], "late": [datetime.date(1500, 1, 1)], "i": pa.array([2**40], "int64"), "n": pa.array([1], "int32")}),
          folder / "part-1")
    source = source_of(kind, folder)
    here, there = rows_of(source, "local"), rows_of(source, local_spark)
    assert list(here.columns) == ["i", "f", "s", "n", "late"]
    assert_same_bits(there, here)
    write(pa.table({"s": [1]}), folder / "part-2")
    for context in ("local", local_spark):
        with pytest.raises(rx.InsituError, match="'s' is .*part-0 and .*part-2.*without loss"):
            rows_of(source, context)


def test_B17a_columns_of_one_name_after_a_join_are_renamed(local_spark, tmp_path):
    query = rx.RxHiveData("SELECT * FROM VALUES (1, 'x', 2.5D) AS l(id, a, A) JOIN VALUES (1, 7) AS r(id, b) ON l.id = r.id")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = rows_of(query, local_spark)
    assert list(found.columns) == ["id", "a", "A", "id.1", "b"]
    assert found.iloc[0].tolist() == [1, "x", 2.5, 1, 7]
    assert rx.rx_data_step(query, vars_to_keep=["A", "id.1"], compute_context=local_spark).iloc[0].tolist() == [2.5, 1]


def test_B17a_files_that_spark_cannot_read_are_told_in_words(local_spark, tmp_path):
    """Repeated names, an empty file, cut files, files of other formats: a sentence that names the file."""
    good = pa.table({"x": [1.0, 2.0]})
    pa.parquet.write_table(good, tmp_path / "good.parquet")
    data = (tmp_path / "good.parquet").read_bytes()
    cases = {"empty": b"", "cut": data[:-20], "text": b"a,b\n1,2\n", "magic": b"PAR1PAR1", "zeros": bytes(200), "middle": data[:60] + bytes(30) + data[90:]}
    pa.parquet.write_table(pa.Table.from_arrays([pa.array([1.0]), pa.array([2.0])], names=["x", "x"]), tmp_path / "twice")
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
    for name in [*cases, "twice"]:
        for kind in ("parquet", "orc") if name != "twice" else ("parquet",):
            try:
                rows_of(source_of(kind, tmp_path / name), local_spark)
            except rx.InsituError as refusal:
                text = str(refusal)
                assert "null" not in text and "java" not in text.lower() and "\n" not in text, (name, kind, text)
                assert name in text, (name, kind, text)


def test_D5_a_file_that_is_replaced_during_a_call_is_an_error(local_spark, tmp_path):
    """The gateway plans, then the file is another one: the task says so instead of mixing two files."""
    path = str(tmp_path / "a.parquet")
    pa.parquet.write_table(pa.table({"x": np.arange(50_000.0)}), path, row_group_size=5_000)
    source = rx.RxParquetData(path)

    def replaced(frame):
        if os.path.exists(path + ".new"):
            os.replace(path + ".new", path)
        return frame

    pa.parquet.write_table(pa.table({"x": np.arange(50_000.0) + 1}), path + ".new", row_group_size=5_000)
    with pytest.raises(rx.InsituError, match="changed while it was read.*a.parquet"):
        rx.rx_data_step(source, transform_function=replaced, compute_context=local_spark)
    assert rows_of(source, local_spark)["x"].tolist()[:2] == [1, 2]


def _text(path, add):
    path.write_text("x\n" + "".join(f"{i + add:07d}\n" for i in range(400_000)))  # some megabytes, so some splits
    return rx.RxTextData(str(path))


def _xdf(path, add):
    rx.rx_data_step(pd.DataFrame({"x": np.arange(100_000.0) + add}), str(path), overwrite=True, xdf_compression_level=0)
    return rx.RxXdfData(str(path))


@pytest.mark.parametrize("write, name", [(_text, "a.csv"), (_xdf, "a.xdf")])
@pytest.mark.parametrize("how", ["renamed", "same size and time", "removed", "for a while"])
def test_D5_a_file_that_workers_are_served_is_the_one_that_was_planned(local_spark, tmp_path, write, name, how):
    """The function's first call comes after the plan and before the tasks; workers get the file's bytes through Spark."""
    path, other = tmp_path / name, tmp_path / f"other-{name}"
    source, said = write(path, 100), str(path)
    write(other, 101)
    if how == "same size and time":  # only the inode tells
        assert other.stat().st_size == path.stat().st_size
        os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    main, aside = os.getpid(), str(tmp_path / "aside")

    def replaced(frame):
        if os.getpid() == main and not os.path.exists(aside):
            os.rename(said, aside)
            if how != "removed":
                os.rename(other, said)
        elif os.getpid() != main and how == "for a while" and os.path.exists(aside):
            os.rename(aside, said)  # as if nothing had been
        return frame

    with pytest.raises(rx.InsituError, match=f"was {'removed' if how == 'removed' else 'replaced or changed'} while it was being read.*{name}"):
        rx.rx_lin_mod("x ~ z", source, transform_function=lambda d: replaced(d).assign(z=d["x"] ** 2), compute_context=local_spark)
    if how == "removed":
        return
    assert rows_of(source, local_spark, number_rows_read=2)["x"].tolist() == [101, 102]


def test_D5_text_may_grow_while_it_is_read(local_spark, tmp_path):
    path = tmp_path / "a.csv"
    source, main = _text(path, 0), os.getpid()

    def growing(frame):
        if os.getpid() == main:
            with open(path, "a") as file:
                file.write("7\n")
        return frame.assign(z=1.0)

    found = rx.rx_summary("~ z", source, transform_function=growing, compute_context=local_spark)
    assert found["sDataFrame"]["ValidObs"].tolist() == [400_000]


def test_D5_kept_rows_are_those_of_the_file_as_it_is(local_spark, tmp_path):
    """A file that is replaced by one of the same layout is kept anew."""
    source = within(local_spark, rx.rx_spark_cache_data, _xdf(tmp_path / "a.xdf", 0), True)
    for add in (0, 1):
        if add:
            _xdf(tmp_path / "a.xdf", add)
        assert rows_of(source, local_spark, number_rows_read=2)["x"].tolist() == [add, add + 1]
    within(local_spark, rx.rx_spark_remove_data, source)
