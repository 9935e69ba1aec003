"""Parquet and ORC files of HDFS, read by ranges: how much is fetched, folders, faults, bytes that are no such file."""

import os

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from hdfs_fixtures import QUIET, fake, rows  # noqa: F401

KINDS = {"parquet": rx.RxParquetData, "orc": rx.RxOrcData}


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


def written(frame, kind, folder, name="rows", rows_per_read=50_000):
    path = folder / f"{name}.{kind}"
    rx.rx_data_step(frame, KINDS[kind](str(path)), overwrite=True, rows_per_read=rows_per_read, **QUIET)
    return path


def opened(fake):
    """The requests for bytes."""
    return [each for each in fake.asked if each[1] == "OPEN"]


def model(source, **settings):
    return rx.rx_lin_mod("y ~ x + k", source, **settings, **QUIET)


def test_the_footer_comes_in_one_request_and_columns_that_are_not_asked_for_do_not_come(fake, tmp_path):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({name: rng.normal(size=600_000) for name in "abcdef"})  # 4.8 MB each
    fake.files["/wide.parquet"] = written(frame, "parquet", tmp_path, rows_per_read=300_000).read_bytes()
    source = rx.RxParquetData("hdfs:///wide.parquet")
    assert rx.rx_get_info(source).numRows == 600_000
    assert len(opened(fake)) <= 2  # asked of the name node, then of a data node
    fake.given.clear()
    rx.rx_summary("~ c", source, compute_context=rx.RxLocalSeq(), **QUIET)
    lengths = [length for _, length in fake.given]
    assert len(lengths) == 3 and sum(lengths) < len(fake.files["/wide.parquet"]) / 4  # the footer, and the column in two row groups


def test_a_path_of_the_file_system_that_is_set_is_one_of_hdfs(fake, rows, kind, tmp_path):
    fake.files["/data/rows." + kind] = written(rows, kind, tmp_path).read_bytes()
    expected = model(KINDS[kind](str(tmp_path / f"rows.{kind}"))).coefficients
    given = KINDS[kind](f"/data/rows.{kind}", file_system=rx.RxHdfsFileSystem())
    np.testing.assert_array_equal(model(given).coefficients, expected)
    before = rx.RxOptions.get_option("fileSystem")
    rx.RxOptions.set_option("fileSystem", rx.RxHdfsFileSystem())
    try:
        np.testing.assert_array_equal(model(KINDS[kind](f"/data/rows.{kind}")).coefficients, expected)
    finally:
        rx.RxOptions.set_option("fileSystem", before)


def test_a_folder_is_one_source_and_what_lies_in_folders_of_it_is_not_left_out_silently(fake, rows, kind, tmp_path):
    (tmp_path / "parts").mkdir()
    for i in range(3):
        path = written(rows[i * 50_000:(i + 1) * 50_000], kind, tmp_path / "parts", f"part-{i}")
        fake.files[f"/parts/{path.name}"] = path.read_bytes()
    fake.files["/parts/_SUCCESS"] = b""
    fake.files["/parts/.part-0.crc"] = b"x"
    expected = model(KINDS[kind](str(tmp_path / "parts")))
    for context in (rx.RxLocalSeq(), rx.RxLocalParallel(), rx.RxProcesses(num_workers=2)):
        found = model(KINDS[kind]("hdfs:///parts"), compute_context=context)
        np.testing.assert_array_equal(found.coefficients, expected.coefficients)
        assert found.nValidObs == expected.nValidObs
    fake.files[f"/parts/year=2026/more.{kind}"] = path.read_bytes()
    with pytest.raises(rx.InsituError, match="cut into partitions.*: hdfs:///parts/year=2026"):
        model(KINDS[kind]("hdfs:///parts"))
    fake.files[f"/more/inner/more.{kind}"] = path.read_bytes()
    with pytest.raises(rx.InsituError, match="has folders in it, which are not read: hdfs:///more/inner"):
        model(KINDS[kind]("hdfs:///more"))
    fake.folders.add("/empty")
    with pytest.raises(rx.InsituError, match="no files of data: hdfs:///empty"):
        model(KINDS[kind]("hdfs:///empty"))


def test_bytes_that_are_no_such_file_are_said_to_be_none(fake, rows, kind, tmp_path):
    sound = written(rows[:5000], kind, tmp_path).read_bytes()
    rng = np.random.default_rng(9)
    fake.files.update({"/nothing": b"", "/text": b"x,y\n1,2\n", "/half": sound[:len(sound) // 2], "/tail": sound[-200:],
                       "/noise": rng.bytes(3_000_000), "/long": sound[:-8] + b"\xff\xff\xff\x7f" + sound[-4:]})
    for name in ("nothing", "text", "half", "tail", "noise", "long"):
        with pytest.raises(rx.InsituError, match=f"hdfs:///{name}"):
            model(KINDS[kind](f"hdfs:///{name}"))
    with pytest.raises(rx.InsituError, match="file not found: hdfs:///none"):
        model(KINDS[kind]("hdfs:///none"))
    with pytest.raises(rx.InsituError, match="files of this machine and of HDFS.*not s3://box/a"):
        model(KINDS[kind]("s3://box/a"))
    for at in rng.integers(0, len(sound), 30):  # a bit of it is another one: what comes of it is what comes of a local file
        damaged = bytearray(sound)
        damaged[at] ^= 1 << int(rng.integers(8))
        (tmp_path / "bit").write_bytes(damaged)
        fake.write("/bit", bytes(damaged))
        here, there = (outcome(kind, path) for path in (str(tmp_path / "bit"), "hdfs:///bit"))
        assert there == here, at


def outcome(kind, path):
    try:
        return rx.rx_import(KINDS[kind](path), **QUIET).to_csv()
    except rx.InsituError as error:
        return str(error).replace(path, "(the file)")


@pytest.mark.parametrize("fault", ["dead", "cut", "error"])
def test_a_data_node_that_fails_costs_nothing(fake, rows, kind, fault, tmp_path):
    path = written(rows, kind, tmp_path)
    fake.files["/rows"] = path.read_bytes()
    fake.faults += [fault, fault]
    np.testing.assert_array_equal(model(KINDS[kind]("hdfs:///rows")).coefficients, model(KINDS[kind](str(path))).coefficients)
    assert not fake.faults


def test_no_data_node_that_answers_is_what_the_error_says(fake, rows, kind, tmp_path):
    fake.files["/rows"] = written(rows, kind, tmp_path).read_bytes()
    fake.faults += ["dead"] * 5
    with pytest.raises(rx.InsituError, match="no data node of HDFS answers"):
        model(KINDS[kind]("hdfs:///rows"))
    assert model(KINDS[kind]("hdfs:///rows")).nValidObs > 0  # and the next call is a new one


def test_a_file_that_is_replaced_in_the_middle_is_an_error(fake, kind, tmp_path):
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({"x": rng.normal(size=(3_000_000 + 1_000_000 * os.cpu_count()))})  # more than what is kept
    fake.write("/changing", written(frame, kind, tmp_path, rows_per_read=500_000).read_bytes())
    asked = []

    def replaced(chunk, _=None):
        if not asked:
            fake.write("/changing", fake.files["/changing"])
        asked.append(1)
        return chunk

    with pytest.raises(rx.InsituError, match="has changed while it was used: hdfs:///changing"):
        rx.rx_summary("~x", KINDS[kind]("hdfs:///changing"), transform_function=replaced, compute_context=rx.RxLocalSeq(), **QUIET)
