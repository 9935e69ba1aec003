"""The bits of RxLocalSeq in every master, from every format (acceptance checks 1, 2 and 12; tests/laws/spark.cpp asks every
analysis of every source)."""

import pathlib

import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet
import pytest
import sample_rows
from exact import assert_same_bits
from sample_rows import rows_of

import insitu as rx

FORMATS = ["text", "xdf", "parquet", "orc"]
ANALYSES = list(sample_rows.ANALYSES)


def test_the_sample_has_several_splits_in_every_format(formats):
    assert pathlib.Path(formats["text"].file).stat().st_size > 2 << 20  # a split of text is one MiB
    assert len(rx.rx_get_info(formats["xdf"], get_block_sizes=True)["rowsPerBlock"]) == 7
    groups = [pa.parquet.ParquetFile(part).num_row_groups for part in sorted(pathlib.Path(formats["parquet"].file).iterdir())]
    assert groups == [2, 4, 1, 4]
    stripes = [pa.orc.ORCFile(part).nstripes for part in sorted(pathlib.Path(formats["orc"].file).iterdir())]
    assert len(stripes) == 4 and max(stripes) > 2


@pytest.mark.parametrize("analysis", ANALYSES)
@pytest.mark.parametrize("format", FORMATS)
def test_01_local_mode_has_the_bits_of_one_thread(local_spark, formats, answers, format, analysis):
    found = sample_rows.ANALYSES[analysis](formats[format], local_spark)
    assert_same_bits(found, answers(format, analysis))


@pytest.mark.parametrize("format", FORMATS)
def test_01_executors_in_other_processes_have_the_bits_of_one_thread(local_cluster, formats, answers, format):
    for name, analysis in sample_rows.ANALYSES.items():
        assert_same_bits(analysis(formats[format], local_cluster), answers(format, name))


@pytest.mark.parametrize("format", FORMATS)
def test_01_two_executors_of_a_cluster_have_the_bits_of_one_thread(standalone_spark, formats, answers, format):
    for name, analysis in sample_rows.ANALYSES.items():
        assert_same_bits(analysis(formats[format], standalone_spark), answers(format, name))


@pytest.mark.parametrize("executors", [1, 3])
def test_01_the_number_of_executors_does_not_change_a_bit(connect, cluster, formats, answers, executors):
    with connect(cluster.url, num_executors=executors) as context:
        for format in FORMATS:
            assert_same_bits(sample_rows.linear_model(formats[format], context), answers(format, "linear_model"))


@pytest.mark.parametrize("method", ["oneStage", "twoStage"])
def test_01_the_way_of_reducing_does_not_change_a_bit(local_spark, formats, answers, method):
    context = rx.RxSpark(local_spark, spark_reduce_method=method)
    assert context.application is local_spark.application
    assert_same_bits(sample_rows.linear_model(formats["parquet"], context), answers("parquet", "linear_model"))


# ---- 2: files, row groups, stripes ----------------------------------------------------------------------------------------------

#: The same four sizes under names in three orders: as they grow, as they shrink, mixed.
ORDERS = {
    "growing": [("a", 1000, 400), ("b", 5000, 3000), ("c", 24000, 7000), ("d", 30000, 8000)],
    "shrinking": [("a", 30000, 8000), ("b", 24000, 7000), ("c", 5000, 3000), ("d", 1000, 400)],
    # Bytes, not letters in the order of a language, decide: B before a, and no number is understood.
    "mixed": [("B-9", 24000, 7000), ("a-10", 1000, 400), ("a-2", 30000, 8000), ("ä", 5000, 3000)],
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind, write", [("RxParquetData", sample_rows.write_parquet), ("RxOrcData", sample_rows.write_orc)])
def test_02_folders_are_read_in_the_order_of_their_names(local_spark, tmp_path, kind, write, order):
    folder = sample_rows.write_parts(tmp_path / "folder", write, "data", ORDERS[order])
    (folder / "_SUCCESS").write_text("")
    (folder / ".hidden.crc").write_text("no rows")
    source = getattr(rx, kind)(str(folder), sample_rows.FACTORS)
    assert_same_bits(sample_rows.linear_model(source, local_spark), sample_rows.linear_model(source, "local"))
    assert_same_bits(sample_rows.summary(source, local_spark), sample_rows.summary(source, "local"))
    ids = rows_of(source, local_spark, vars_to_keep=["id"])["id"].tolist()
    assert ids == list(range(sample_rows.ROWS))


def test_02_blocks_end_where_row_groups_end(local_spark, tmp_path):
    """A file that Spark reads in pieces: its row groups lie across their borders."""
    rows = pa.concat_tables([sample_rows.table(first=sample_rows.ROWS * i) for i in range(12)])
    path = str(tmp_path / "long.parquet")
    # 110 MB as 64 MiB pieces cut it: two of them.
    noise = pa.array([f"{i * 2654435761 % 2**32:08x}" * 18 for i in range(rows.num_rows)])
    pa.parquet.write_table(rows.append_column("noise", noise), path, row_group_size=45000, compression="none", use_dictionary=False)
    assert pathlib.Path(path).stat().st_size > 68 << 20
    source = rx.RxParquetData(path, sample_rows.FACTORS)
    assert_same_bits(sample_rows.linear_model(source, local_spark), sample_rows.linear_model(source, "local"))


# ---- 12: empty and missing things -----------------------------------------------------------------------------------------------


def every_kind(rows):
    """Empty texts are texts, nulls are missing; the levels of f are those that occur."""
    return pa.table({
        "y": pa.array([None if i % 5 == 0 else i / 8 for i in range(rows)], pa.float64()),
        "z": pa.array([None] * rows, pa.float64()),
        "n": pa.array([None if i % 3 == 0 else i for i in range(rows)], pa.int32()),
        "f": pa.array([(None, "", "b", "a")[i % 4] for i in range(rows)], pa.string()),
        "s": pa.array([(None, "", "text")[i % 3] for i in range(rows)], pa.string()),
        "b": pa.array([(None, True, False)[i % 3] for i in range(rows)], pa.bool_()),
    })


def same_rows_and_summary(source, context):
    assert_same_bits(rows_of(source, context), rows_of(source, "local"))
    assert_same_bits(rx.rx_summary("~ y + z + n + f", source, compute_context=context),
                     rx.rx_summary("~ y + z + n + f", source, compute_context="local"))


WRITERS = {"RxParquetData": lambda rows, path: pa.parquet.write_table(rows, path, row_group_size=7),
           "RxOrcData": lambda rows, path: pa.orc.write_table(rows, path)}
INFO = {"f": {"type": "factor"}}


@pytest.mark.parametrize("kind", WRITERS)
def test_12_missing_values_and_empty_texts_are_those_of_the_local_reader(local_spark, tmp_path, kind):
    path = str(tmp_path / "rows")
    WRITERS[kind](every_kind(40), path)
    source = getattr(rx, kind)(path, INFO)
    frame = rows_of(source, local_spark)
    assert frame["s"].isna().sum() == 14 and (frame["s"] == "").sum() == 13
    assert list(frame["f"].cat.categories) == ["", "b", "a"] and frame["f"].isna().sum() == 10
    assert frame["z"].isna().all() and frame["y"].isna().sum() == 8
    same_rows_and_summary(source, local_spark)


@pytest.mark.parametrize("kind", WRITERS)
def test_12_empty_files_among_others_change_nothing(local_spark, tmp_path, kind):
    folder = tmp_path / "folder"
    folder.mkdir()
    rows = every_kind(40)
    for name, part in {"a": rows.slice(0, 0), "b": rows.slice(0, 25), "c": rows.slice(0, 0), "d": rows.slice(25)}.items():
        WRITERS[kind](part, str(folder / name))
    source = getattr(rx, kind)(str(folder), INFO)
    assert len(rows_of(source, local_spark)) == 40
    same_rows_and_summary(source, local_spark)


@pytest.mark.parametrize("kind", WRITERS)
def test_12_a_file_without_rows_has_variables(local_spark, tmp_path, kind):
    path = str(tmp_path / "rows")
    WRITERS[kind](every_kind(0), path)
    source = getattr(rx, kind)(path, {"f": {"type": "factor", "levels": ["a", "b"]}})
    assert rows_of(source, local_spark).shape == (0, 6)
    same_rows_and_summary(source, local_spark)


def test_12_a_parquet_file_without_row_groups_has_variables(local_spark, tmp_path):
    path = str(tmp_path / "rows.parquet")
    with pa.parquet.ParquetWriter(path, every_kind(0).schema):
        pass
    assert pa.parquet.ParquetFile(path).num_row_groups == 0
    source = rx.RxParquetData(path, {"f": {"type": "factor", "levels": ["a", "b"]}})
    assert rows_of(source, local_spark).shape == (0, 6)
    same_rows_and_summary(source, local_spark)


def test_12_a_selection_that_leaves_splits_empty_changes_nothing(local_spark, formats):
    """Only rows of one row group in the middle are left."""
    for format in FORMATS:
        arguments = {"row_selection": "id >= 36000 & id < 36100"}
        assert_same_bits(rx.rx_lin_mod("y ~ x", formats[format], compute_context=local_spark, **arguments),
                         rx.rx_lin_mod("y ~ x", formats[format], compute_context="local", **arguments))


def test_12_a_selection_of_no_rows_is_the_message_of_the_local_context(local_spark, formats):
    said = set()
    for context in ("local", local_spark):
        with pytest.raises(rx.InsituError) as refusal:
            rx.rx_lin_mod("y ~ x", formats["parquet"], row_selection="id < 0", compute_context=context)
        said.add(str(refusal.value))
    assert len(said) == 1


def test_12_a_table_with_empty_partitions_is_read(local_spark, sql):
    sql(local_spark, "CREATE OR REPLACE TEMP VIEW holes AS SELECT /*+ REPARTITION(8, id) */ id, id * 0.5 AS y FROM range(3)")
    found = rx.rx_summary("~ y", rx.RxHiveData("SELECT * FROM holes"), compute_context=local_spark)
    assert found["sDataFrame"].loc[0, ["Mean", "Min", "Max", "ValidObs"]].tolist() == [0.5, 0.0, 1.0, 3.0]
