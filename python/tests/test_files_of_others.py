"""Parquet and ORC files as others write them: calendars, texts, names, folders, hostile bytes. Judged by pyarrow."""

import datetime
import decimal
import math
import os
import random
import resource
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq
import pytest

import insitu as rx

SOURCES = {"parquet": (rx.RxParquetData, pq.write_table, pq.read_table), "orc": (rx.RxOrcData, orc.write_table, orc.read_table)}
D = decimal.Decimal


@pytest.fixture(params=SOURCES)
def kind(request):
    return SOURCES[request.param]


def read(source):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return rx.rx_data_step(source)


def days(frame, name):
    """Days since 1970 of a column of dates, None where missing."""
    out = []
    for value in frame[name]:
        if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
            out.append(None)
        elif isinstance(value, (int, float)):
            out.append(int(value))
        else:
            out.append((datetime.date(value.year, value.month, value.day) - datetime.date(1970, 1, 1)).days)
    return out


# ---- A22: calendars ----------------------------------------------------------------------------------------------------------------

LABELS = ["0001-01-01", "0100-03-01", "1000-02-28", "1000-03-01", "1500-03-01", "1582-10-04", "1582-10-15", "1969-12-31", "9999-12-31"]


def julian_days(label):
    """Days since 1970 that Java's hybrid calendar gives to a label."""
    y, m, d = map(int, label.split("-"))
    if label >= "1582-10-15":
        return datetime.date(y, m, d).toordinal() - 719163
    a = (14 - m) // 12
    yy, mm = y + 4800 - a, m + 12 * a - 3
    return d + (153 * mm + 2) // 5 + 365 * yy + yy // 4 - 32083 - 2440588


def spark_parquet(path, legacy, zone=None, version="4.2.0"):
    """A file as Spark writes it: its keys, and in LEGACY mode days and times of the hybrid calendar."""
    def days_of(label):
        return julian_days(label) if legacy else datetime.date.fromisoformat(label).toordinal() - 719163

    numbers = [None, *(days_of(label) for label in LABELS)]
    times = [None if day is None else day * 86_400_000_000 + 3_600_000_001 for day in numbers]
    table = pa.table({"d": pa.array(numbers, pa.int32()).cast(pa.date32()),
                      "t": pa.array(times, pa.int64()).cast(pa.timestamp("us", "UTC")),
                      "n": pa.array(times, pa.int64()).cast(pa.timestamp("us"))})
    keys = {"org.apache.spark.version": version}
    if legacy and version >= "3":
        keys |= {"org.apache.spark.legacyDateTime": "", "org.apache.spark.timeZone": zone or "UTC"}
    pq.write_table(table.replace_schema_metadata(keys), path, row_group_size=4)


def seconds_of(microseconds):
    """The nearest double, or the one before where that would be in the next second (src/data/time_ticks.hpp)."""
    seconds = microseconds / 10**6  # of whole numbers: rounded once
    crosses = microseconds % 10**6 and math.floor(seconds) > microseconds // 10**6
    return math.nextafter(seconds, -math.inf) if crosses else seconds


@pytest.mark.parametrize("version, legacy", [("4.2.0", False), ("4.2.0", True), ("2.4.8", True)])
def test_A22_the_calendar_of_spark_in_parquet_is_obeyed(tmp_path, version, legacy):
    path = str(tmp_path / "a.parquet")
    spark_parquet(path, legacy, version=version)
    frame = rx.rx_data_step(rx.RxParquetData(path), transforms={"day": "as.numeric(d)", "second": "as.numeric(t)"})
    wanted = [datetime.date.fromisoformat(label).toordinal() - 719163 for label in LABELS]
    assert frame["day"].tolist()[1:] == wanted and np.isnan(frame["day"][0])
    assert frame["second"].tolist()[1:] == [seconds_of(day * 86_400_000_000 + 3_600_000_001) for day in wanted]


def test_A22_times_without_a_zone_are_no_instants_and_stay(tmp_path):
    """Spark moves instants to the old calendar, never times without a zone."""
    path = str(tmp_path / "a.parquet")
    spark_parquet(path, True)
    frame = rx.rx_data_step(rx.RxParquetData(path), transforms={"second": "as.numeric(n)"})
    assert frame["second"].tolist()[1:] == [seconds_of(julian_days(label) * 86_400_000_000 + 3_600_000_001) for label in LABELS]


def test_A22_int96_of_every_century_and_out_of_range(tmp_path):
    path = str(tmp_path / "a.parquet")
    times = [datetime.datetime(1, 1, 1, 0, 0, 0, 1), datetime.datetime(1582, 10, 4, 23, 59, 59, 999999), None,
             datetime.datetime(1969, 12, 31, 23, 59, 59, 999999), datetime.datetime(9999, 12, 31, 23, 59, 59, 999999)] * 3000
    table = pa.table({"t": pa.array(times, pa.timestamp("us")), "k": list(range(len(times)))})
    pq.write_table(table, path, use_deprecated_int96_timestamps=True, row_group_size=7000)
    frame = rx.rx_data_step(rx.RxParquetData(path), transforms={"s": "as.numeric(t)"})
    epoch = datetime.datetime(1970, 1, 1)
    wanted = [np.nan if time is None else seconds_of((time - epoch) // datetime.timedelta(microseconds=1)) for time in times]
    assert np.array_equal(frame["s"], wanted, equal_nan=True) and frame["k"].tolist() == list(range(len(times)))
    # The same values of a file that Spark 3.0 wrote are days of the hybrid calendar.
    pq.write_table(table.slice(0, 2).replace_schema_metadata({"org.apache.spark.version": "3.0.3"}), path,
                   use_deprecated_int96_timestamps=True)
    frame = rx.rx_data_step(rx.RxParquetData(path), transforms={"s": "as.numeric(t)"})
    # Gregorian 0001-01-01 has the number of Julian 0001-01-03, and Gregorian 1582-10-04 that of Julian 1582-09-24.
    assert [round((a - b) / 86400) for a, b in zip(frame["s"], wanted)] == [2, -10]


def orc_tail(path):
    data = open(path, "rb").read()
    return data, data[-1]


def test_A22_orc_written_here_names_its_calendar(tmp_path):
    """Readers in Java take dates of files without it for Julian ones."""
    path = str(tmp_path / "a.orc")
    pd_rows = pa.table({"d": pa.array([datetime.date.fromisoformat(label) for label in LABELS])})
    pq.write_table(pd_rows, tmp_path / "a.parquet")
    rx.rx_data_step(rx.RxParquetData(str(tmp_path / "a.parquet")), rx.RxOrcData(path))
    data, size = orc_tail(path)
    postscript = data[-1 - size:-1]
    assert postscript.endswith(b"ORC") and postscript[0] == 8
    length = postscript[1] & 127 | (postscript[2] << 7 if postscript[1] & 128 else 0)
    assert data[-1 - size - length:-1 - size].endswith(b"\x58\x02")  # field 11: PROLEPTIC_GREGORIAN
    assert orc.read_table(path)["d"].to_pylist() == pd_rows["d"].to_pylist()
    frame = rx.rx_data_step(rx.RxOrcData(path), transforms={"day": "as.numeric(d)"})
    assert frame["day"].tolist() == [datetime.date.fromisoformat(label).toordinal() - 719163 for label in LABELS]


def edited_orc(source, target, calendar=None, writer=None):
    """The same file with another calendar or writer in its footer (files that are not compressed)."""
    data, size = orc_tail(source)
    postscript, body = data[-1 - size:-1], data[:-1 - size]
    length = postscript[1] & 127 | (postscript[2] << 7 if postscript[1] & 128 else 0)
    rest = postscript[3 if postscript[1] & 128 else 2:]
    footer = body[-length:]
    if writer is not None:
        footer = footer.replace(b"\x48\x01", b"\x48" + bytes([writer]), 1) if footer.count(b"\x48\x01") == 1 else footer + b"\x48" + bytes([writer])
    if calendar is not None:
        footer += b"\x58" + bytes([calendar])
    count = len(footer)
    number = bytes([count & 127 | 128, count >> 7])
    postscript = b"\x08" + number + rest
    open(target, "wb").write(body[:-length] + footer + postscript + bytes([len(postscript)]))


@pytest.mark.parametrize("calendar, writer, julian", [(None, None, False), (1, None, True), (2, None, False), (None, 0, True), (2, 0, False)])
def test_A22_the_calendar_of_orc_is_obeyed(tmp_path, calendar, writer, julian):
    """Named in the footer; without it, writers in Java had the hybrid calendar and others had not."""
    numbers = [None, *(julian_days(label) if julian else datetime.date.fromisoformat(label).toordinal() - 719163 for label in LABELS)]
    orc.write_table(pa.table({"d": pa.array(numbers, pa.int32()).cast(pa.date32())}), tmp_path / "plain.orc", compression="uncompressed")
    edited_orc(tmp_path / "plain.orc", tmp_path / "a.orc", calendar, writer)
    frame = rx.rx_data_step(rx.RxOrcData(str(tmp_path / "a.orc")), transforms={"day": "as.numeric(d)"})
    assert frame["day"].tolist()[1:] == [datetime.date.fromisoformat(label).toordinal() - 719163 for label in LABELS]
    assert np.isnan(frame["day"][0])


def test_A22_orc_times_that_arrow_would_wrap_are_told(tmp_path):
    path = str(tmp_path / "a.orc")
    orc.write_table(pa.table({"t": pa.array([0, 2_000_000_000], pa.int64()).cast(pa.timestamp("s")), "x": [1.0, 2.0]}), path)
    assert rx.rx_data_step(rx.RxOrcData(path))["x"].tolist() == [1.0, 2.0]
    wide = pa.array([-62135596800, 0], pa.int64()).cast(pa.timestamp("s"))
    try:
        orc.write_table(pa.table({"t": wide, "x": [1.0, 2.0]}), path)
    except pa.ArrowInvalid:
        pytest.skip("this pyarrow does not write such times")
    with pytest.warns(UserWarning, match=r"t \(times in ORC before 1677.*RxSpark"):
        assert list(rx.rx_data_step(rx.RxOrcData(path)).columns) == ["x"]


# ---- A26, A27: texts ---------------------------------------------------------------------------------------------------------------


def bad_text(path, bad_row, rows=40_000, group=15_000):
    """A Parquet file whose text in one row is not UTF-8."""
    values = [b"plain" if i % 3 else "\u00e4\u20ac".encode() for i in range(rows)]
    values[bad_row] = b"caf\xe9"
    array = pa.array(values, pa.binary())
    table = pa.table({"x": np.arange(rows, dtype="float64"), "city": pa.Array.from_buffers(pa.string(), rows, array.buffers())})
    pq.write_table(table, path, row_group_size=group)


@pytest.mark.parametrize("bad_row", [0, 32_768, 39_999])
@pytest.mark.parametrize("target", [None, "a.xdf", "b.parquet"])
def test_A26_invalid_utf8_is_told_with_file_column_and_row(tmp_path, bad_row, target):
    path = str(tmp_path / "a.parquet")
    bad_text(path, bad_row)
    out = None if target is None else str(tmp_path / target)
    with pytest.raises(rx.InsituError) as refusal:
        rx.rx_data_step(rx.RxParquetData(path), rx.RxParquetData(out) if target == "b.parquet" else out)
    text = str(refusal.value)
    assert f"'city', row {bad_row + 1}," in text and "not valid UTF-8" in text and path in text and "input_encoding" in text
    assert "\n" not in text and (out is None or not os.path.exists(out))


def test_A26_what_is_not_read_is_not_in_the_way(tmp_path):
    path = str(tmp_path / "a.parquet")
    bad_text(path, 5)
    assert rx.rx_data_step(rx.RxParquetData(path), vars_to_keep=["x"]).shape == (40_000, 1)


def test_A27_levels_belong_to_the_schema_of_a_file_without_rows(tmp_path, kind):
    source, write, _ = kind
    path = str(tmp_path / "a")
    write(pa.table({"f": pa.array([], pa.string()), "x": pa.array([], pa.float64())}), path)
    data = source(path, {"f": {"type": "factor", "levels": ["low", "high"]}})
    assert rx.rx_get_var_info(data)["f"]["levels"] == ["low", "high"]
    assert len(rx.rx_data_step(data)) == 0
    assert rx.rx_get_var_info(rx.rx_import(data, str(tmp_path / "a.xdf")))["f"]["levels"] == ["low", "high"]


# ---- B17a: names, folders, nested columns ------------------------------------------------------------------------------------------


def test_B17a_repeated_names_are_renamed_as_in_text(tmp_path):
    names = ["x", "x", "", "x.1", "x", "y"]
    columns = [pa.array([float(i), i + 0.5]) for i in range(len(names))]
    pq.write_table(pa.Table.from_arrays(columns, names=names), tmp_path / "a.parquet")
    frame = rx.rx_data_step(rx.RxParquetData(str(tmp_path / "a.parquet")))
    assert list(frame.columns) == ["x", "x.1", "V3", "x.1.1", "x.2", "y"]
    assert [frame.iloc[0, i] for i in range(len(names))] == [0, 1, 2, 3, 4, 5]
    (tmp_path / "a.csv").write_text(",".join(names) + "\n1,2,3,4,5,6\n")
    text = rx.rx_data_step(rx.RxTextData(str(tmp_path / "a.csv"), first_row_is_column_names=True))
    assert list(text.columns) == list(frame.columns)


@pytest.mark.parametrize("types, wanted", [
    (("int32", "int64"), "int64"), (("int8", "int32"), "int32"), (("float32", "float64"), "float64"), (("int32", "float64"), "float64"),
    (("int16", "float32"), "float64"), (("uint16", "int64"), "int64"), (("int64", "int16", "int32"), "int64")])
def test_B17a_types_of_the_files_of_a_folder_are_united(tmp_path, kind, types, wanted):
    source, write, _ = kind
    if source is rx.RxOrcData and any(each.startswith("u") for each in types):
        pytest.skip("ORC has no unsigned numbers")
    folder = tmp_path / "f"
    folder.mkdir()
    expected = []
    for k, each in enumerate(types):
        values = [k * 10 + 1, None, k * 10 + 3]
        write(pa.table({"x": pa.array(values, each), "k": pa.array([k] * 3, "int32")} if k % 2 else
                       {"k": pa.array([k] * 3, "int32"), "x": pa.array(values, each)}), folder / f"part-{k}")
        expected += values
    data = source(str(folder))
    assert rx.rx_get_var_info(data)["x"]["storage"] == wanted
    frame = rx.rx_data_step(data, transforms={"y": "as.numeric(x)"})
    assert [None if np.isnan(value) else value for value in frame["y"]] == expected
    typed = rx.rx_data_step(source(str(folder), {"x": {"type": "numeric"}}))
    assert [None if np.isnan(value) else value for value in typed["x"]] == expected


def test_B17a_large_whole_numbers_beside_fractions_are_refused_in_words(tmp_path, kind):
    source, write, _ = kind
    (tmp_path / "f").mkdir()
    write(pa.table({"x": pa.array([2**53 + 1], "int64")}), tmp_path / "f" / "1")
    write(pa.table({"x": [0.5]}), tmp_path / "f" / "2")
    with pytest.raises(rx.InsituError, match="'x' is int64 in .*f/1 and numeric in .*f/2.*without loss"):
        rx.rx_data_step(source(str(tmp_path / "f")))


def test_B17a_columns_that_only_some_files_have_are_missing_elsewhere(tmp_path, kind):
    source, write, _ = kind
    (tmp_path / "f").mkdir()
    write(pa.table({"a": [1.0, 2.0], "s": ["p", "q"]}), tmp_path / "f" / "1")
    write(pa.table({"day": [datetime.date(2024, 2, 29)], "a": [3.0], "l": [True]}), tmp_path / "f" / "2")
    frame = rx.rx_data_step(source(str(tmp_path / "f")))
    assert list(frame.columns) == ["a", "s", "day", "l"] and frame["a"].tolist() == [1, 2, 3]
    assert frame["s"].tolist()[:2] == ["p", "q"] and pd.isna(frame["s"][2])
    assert days(frame, "day") == [None, None, 19782] and frame["l"].tolist() == [None, None, True]
    assert rx.rx_data_step(source(str(tmp_path / "f")), vars_to_keep=["l"])["l"].tolist() == [None, None, True]


def test_B17a_a_nested_column_is_left_out_unless_it_is_used(tmp_path, kind):
    source, write, _ = kind
    path = str(tmp_path / "a")
    write(pa.table({"x": [1.0, 2.0], "tags": [[1], [2, 3]], "deep": [{"a": {"b": [1]}}, None], "y": [3.0, 5.0]}), path)
    with pytest.warns(UserWarning, match=r"tags \(list\), deep \(struct\)"):
        assert list(rx.rx_data_step(source(path)).columns) == ["x", "y"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(rx.InsituError, match="tags"):
            rx.rx_summary("~ tags", source(path))


def test_partitioned_folders_are_refused_in_a_sentence(tmp_path):
    pq.write_to_dataset(pa.table({"x": [1.0, 2.0], "day": [1, 2]}), tmp_path / "f", partition_cols=["day"])
    with pytest.raises(rx.InsituError, match="cut into partitions.*day=1"):
        rx.rx_data_step(rx.RxParquetData(str(tmp_path / "f")))


# ---- every type of Arrow -----------------------------------------------------------------------------------------------------------


def every_type(n=70_000):
    rng = np.random.default_rng(8)

    def column(values, kind):
        return pa.array([None if i % 11 == 5 else values[i % len(values)] for i in range(n)], kind)

    moments = [datetime.datetime(1900, 1, 1), datetime.datetime(1969, 12, 31, 23, 59, 59), datetime.datetime(2038, 1, 19, 3, 14, 8)]
    return pa.table({
        "dictionary": column(["b", "a", "c"], pa.string()).dictionary_encode(), "large": column(["x", "\u00e4"], pa.large_string()),
        "view": column(["short", "a text of more than twelve bytes"], pa.string_view()), "bool": column([True, False], pa.bool_()),
        "whole_dictionary": column([7, -3], pa.int64()).dictionary_encode(),
        "d128": column([D("1.10"), D("-99999.99")], pa.decimal128(7, 2)), "d256": column([D("1.5"), D("-2.25")], pa.decimal256(50, 2)),
        **{f"u{bits}": column([0, 2**bits - 1, 1], getattr(pa, f"uint{bits}")()) for bits in (8, 16, 32)},
        **{f"i{bits}": column([-2**(bits - 1) + 1, 2**(bits - 1) - 1], getattr(pa, f"int{bits}")()) for bits in (8, 16, 32, 64)},
        "f32": pa.array(rng.normal(size=n), pa.float32()), "f64": pa.array(rng.normal(size=n)),
        **{f"t_{unit}": column(moments, pa.timestamp(unit)) for unit in ("s", "ms", "us", "ns")},
        "t_zone": column(moments, pa.timestamp("us", "America/New_York")), "date": column([datetime.date(1, 1, 1)], pa.date32()),
        "null": pa.nulls(n),
    })


def test_every_type_of_arrow_is_read_with_pyarrows_values(tmp_path):
    table = every_type()
    path = str(tmp_path / "a.parquet")
    pq.write_table(table, path, row_group_size=40_000)
    frame = read(rx.RxParquetData(path))
    assert list(frame.columns) == table.column_names
    epoch = datetime.datetime(1970, 1, 1)
    for name in table.column_names:
        wanted = table[name].to_pylist()
        if name == "date":
            assert days(rx.rx_data_step(rx.RxParquetData(path), vars_to_keep=["date"], transforms={"date": "as.numeric(date)"}),
                        "date") == [None if day is None else -719162 for day in wanted]
            continue
        found = frame[name]
        if name.startswith("t_"):
            naive = pd.to_datetime(found).dt.tz_localize(None) if getattr(found.dt, "tz", None) else found
            seconds = [None if pd.isna(value) else value.to_pydatetime() for value in naive]
            if name == "t_zone":
                wanted = [None if value is None else value.astimezone(datetime.timezone.utc).replace(tzinfo=None) for value in wanted]
            assert seconds == wanted and epoch, name
        elif name in ("dictionary", "large", "view", "bool"):
            assert [None if pd.isna(value) else value for value in found] == wanted, name
        elif name == "null":
            assert rx.rx_data_step(rx.RxParquetData(path), transforms={"v": "as.numeric(null)"})["v"].isna().all()
        else:
            have = rx.rx_data_step(rx.RxParquetData(path), vars_to_keep=[name], transforms={"v": f"as.numeric({name})"})["v"]
            assert np.array_equal(have, [np.nan if value is None else float(value) for value in wanted], equal_nan=True), name


# ---- A13: extremes of whole numbers --------------------------------------------------------------------------------------------------

WIDTHS = [8, 16, 32]


def extremes(bits, n=70_000, at=(0, 33_000, 69_999)):
    """Whole numbers with the least and the greatest of the width, at both ends of groups and pieces, and missing ones."""
    values = [None if i % 13 == 4 else i % 100 for i in range(n)]
    for place in at:
        values[place] = -2 ** (bits - 1)
    values[7] = 2 ** (bits - 1) - 1
    return pa.array(values, getattr(pa, f"int{bits}")())


def rows_of(frame, name):
    return [None if pd.isna(value) else int(value) for value in frame[name]]


@pytest.mark.parametrize("bits", WIDTHS)
def test_A13_the_smallest_whole_number_is_a_value(tmp_path, kind, bits):
    source, write, _ = kind
    path = str(tmp_path / "a")
    table = pa.table({"x": extremes(bits), "y": pa.array(range(70_000), pa.int32())})
    write(table, path, **({"row_group_size": 30_000} if write is pq.write_table else {}))
    wanted = table["x"].to_pylist()
    assert rows_of(read(source(path)), "x") == wanted
    of_file = rx.rx_summary("~ x", source(path)).sDataFrame.iloc[0]
    numbers = [value for value in wanted if value is not None]
    assert (of_file["Min"], of_file["Max"], of_file["ValidObs"], of_file["MissingObs"]) == (
        min(numbers), max(numbers), len(numbers), len(wanted) - len(numbers))
    xdf = str(tmp_path / "a.xdf")
    rx.rx_import(source(path), xdf)
    assert rows_of(rx.rx_data_step(xdf), "x") == wanted


def test_A13_files_of_a_folder_unite_in_the_wider_type(tmp_path, kind):
    source, write, _ = kind
    wanted = []
    for name, smallest in (("a", -2 ** 15 + 1), ("b", -2 ** 15)):
        values = [smallest, None, 3]
        write(pa.table({"x": pa.array(values, pa.int16())}), str(tmp_path / name))
        wanted += values
    assert rows_of(read(source(str(tmp_path))), "x") == wanted


@pytest.mark.parametrize("bits", [16, 32, 64])
def test_A13_without_statistics_the_smallest_whole_number_is_told(tmp_path, bits):
    path = str(tmp_path / "a.parquet")
    pq.write_table(pa.table({"x": extremes(bits, at=(41_000,)), "y": pa.array(range(70_000), pa.int32())}), path, row_group_size=30_000,
                   write_statistics=False)
    with pytest.raises(rx.InsituError, match=rf"'x' holds in row 41001 the whole number {-2 ** (bits - 1)}, which marks a missing value.*a.parquet"):
        rx.rx_summary("~ x", rx.RxParquetData(path))
    assert rx.rx_summary("~ y", rx.RxParquetData(path)).nobs_valid == 70_000


def test_A13_the_smallest_number_of_64_bits_is_left_out_and_named(tmp_path, kind):
    source, write, _ = kind
    path = str(tmp_path / "a")
    write(pa.table({"x": extremes(64), "y": pa.array(range(70_000), pa.int64())}), path)
    with pytest.warns(UserWarning, match="x .int64 with -9223372036854775808"):
        frame = rx.rx_data_step(source(path))
    assert list(frame.columns) == ["y"] and list(frame["y"]) == list(range(70_000))
    with pytest.raises(rx.InsituError, match="x"):
        rx.rx_summary("~ x", source(path))


@pytest.mark.parametrize("greatest, statistics, told", [(2 ** 53, True, False), (2 ** 53 + 1, True, True), (2 ** 64 - 1, True, True), (5, False, True)])
def test_A13_unsigned_numbers_that_lose_digits_are_told(tmp_path, greatest, statistics, told):
    path = str(tmp_path / "a.parquet")
    values = [greatest, None, 0]
    pq.write_table(pa.table({"x": pa.array(values, pa.uint64())}), path, write_statistics=statistics)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        frame = rx.rx_data_step(rx.RxParquetData(path))
    assert [None if pd.isna(value) else value for value in frame["x"]] == [float(greatest), None, 0.0]
    assert any("loses digits beyond 2^53" in str(each.message) and ": x: " in str(each.message) for each in heard) == told


def test_types_without_a_counterpart_are_named(tmp_path):
    path = str(tmp_path / "a.parquet")
    pq.write_table(pa.table({
        "x": [1.0], "time32": pa.array([1], pa.time32("ms")), "time64": pa.array([1], pa.time64("ns")), "bytes": [b"x"],
        "fixed": pa.array([b"ab"], pa.binary(2)), "half": pa.array([np.float16(1.5)], pa.float16()), "map": pa.array([[("a", 1)]], pa.map_(
            pa.string(), pa.int64()))}), path)
    with pytest.warns(UserWarning) as said:
        assert list(rx.rx_data_step(rx.RxParquetData(path)).columns) == ["x"]
    text = " ".join(str(each.message) for each in said)
    for name in ("time32 (time)", "time64 (time)", "bytes (binary)", "fixed (fixed binary)", "half (float16)", "map (map)"):
        assert name in text, text


# ---- D7, D13, D18: hostile bytes ---------------------------------------------------------------------------------------------------

LIMITED = """
import resource, sys, warnings
import insitu as rx
rx.RxOptions.set_option("reportProgress", 0)
warnings.simplefilter("ignore")
"""


def in_a_process(program, *arguments, **environment):
    done = subprocess.run([sys.executable, "-c", LIMITED + program, *map(str, arguments)], capture_output=True, text=True, timeout=300,
                          env={**os.environ, **environment})
    return done.returncode, done.stdout.strip(), done.stderr


def test_D7_a_few_bytes_cannot_take_the_memory(tmp_path):
    """A text of 2 MB that a dictionary repeats: a file of some kilobytes, 64 GB as rows."""
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"s": pa.DictionaryArray.from_arrays(pa.array(np.zeros(32_768, "int32")), pa.array(["x" * (2 << 20)]))}),
                   path, compression="zstd")
    assert path.stat().st_size < 1 << 20
    code, out, error = in_a_process("""
try:
    rx.rx_data_step(rx.RxParquetData(sys.argv[1]))
except rx.InsituError as refusal:
    print(refusal)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
""", path, INSITU_ARROW_LIMIT="256")
    assert code == 0, error
    sentence, peak = out.splitlines()
    assert "not enough memory" in sentence and "MiB" in sentence and str(path) in sentence
    assert int(peak) < 1500  # MiB


def damaged(data, rng):
    """Some bytes changed, cut out or repeated; ends of files more often, because there is what leads the rest."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(max(0, len(data) - 400), len(data)) if rng.random() < 0.6 else rng.randrange(len(data))
        what = rng.randrange(4)
        if what == 0:
            data[at] = rng.randrange(256)
        elif what == 1:
            data[at] ^= 1 << rng.randrange(8)
        elif what == 2:
            data[at:at + rng.randint(1, 8)] = bytes(rng.choice((0, 255, 127, 128)) for _ in range(rng.randint(1, 8)))
        else:
            del data[at:at + rng.randint(1, 16)]
        if not data:
            data = bytearray(b"x")
    return bytes(data)


def seeds(tmp_path):
    n = 300
    rows = pa.table({"i": pa.array([None if k % 7 == 0 else k for k in range(n)], pa.int32()), "s": [f"text {k % 9}" for k in range(n)],
                     "d": pa.array([D(k) / 100 for k in range(n)], pa.decimal128(9, 2)), "x": np.arange(n) / 3.0, "b": [k % 2 == 0 for k in range(n)],
                     "t": pa.array([k * 10**9 for k in range(n)], pa.timestamp("us")), "l": [[k] for k in range(n)]})
    for compression in ("uncompressed", "snappy", "zlib", "zstd"):
        orc.write_table(rows, tmp_path / "seed", compression=compression)
        yield rx.RxOrcData, (tmp_path / "seed").read_bytes()
    for options in ({"compression": "none"}, {"compression": "snappy", "use_deprecated_int96_timestamps": True},
                    {"compression": "gzip", "data_page_version": "2.0", "use_dictionary": False}):
        pq.write_table(rows, tmp_path / "seed", row_group_size=100, **options)
        yield rx.RxParquetData, (tmp_path / "seed").read_bytes()


def test_D13_damaged_files_are_errors_of_one_sentence(tmp_path):
    """Some hundred files damaged at random; thousands with INSITU_TEST_ALL. The seed is printed with a failure."""
    seed = 20261128
    rng = random.Random(seed)
    many = 1500 if os.environ.get("INSITU_TEST_ALL") else 60
    path = str(tmp_path / "a")
    told = 0
    for source, data in list(seeds(tmp_path)):
        for turn in range(many):
            with open(path, "wb") as file:
                file.write(damaged(data, rng))
            try:
                read(source(path))
            except rx.InsituError as refusal:
                told += 1
                assert path in str(refusal) and "\n" not in str(refusal), (seed, source.__name__, turn, str(refusal))
    assert told > many
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    assert peak < 4000, peak


@pytest.mark.skipif("INSITU_WORKER" not in os.environ, reason="INSITU_WORKER names the worker that the test replaces")
def test_D13_a_decoder_that_crashes_is_an_error_that_names_the_file(tmp_path):
    """A worker that ends by a signal at the first question stands for Arrow's decoder."""
    path = str(tmp_path / "a.orc")
    orc.write_table(pa.table({"x": [1.0]}), path)
    crash = tmp_path / "insitu-worker"
    crash.write_text("#!/bin/sh\nkill -SEGV $$\n")
    crash.chmod(0o755)
    code, out, error = in_a_process("""
import os
real = os.environ["INSITU_WORKER"]
os.environ["INSITU_WORKER"] = sys.argv[2]
try:
    rx.rx_data_step(rx.RxOrcData(sys.argv[1]))
except rx.InsituError as refusal:
    print(refusal)
os.environ["INSITU_WORKER"] = real
print(rx.rx_data_step(rx.RxOrcData(sys.argv[1]))["x"].tolist())
""", path, crash)
    assert code == 0, error
    first, second = out.splitlines()
    assert "not a sound ORC file" in first and "crashed a process of its own" in first and path in first
    assert second == "[1.0]"


@pytest.mark.skipif("INSITU_WORKER" not in os.environ, reason="INSITU_WORKER names the worker that the test limits")
def test_D18_writers_without_memory_leave_the_session_and_the_old_file(tmp_path, kind):
    """The process that writes may take less memory than a row group needs: its end is an error here."""
    folder = tmp_path / "out"
    folder.mkdir()
    worker = tmp_path / "insitu-worker"
    worker.write_text("#!/bin/sh\nulimit -d 60000\nexec " + os.environ["INSITU_WORKER"] + ' "$@"\n')
    worker.chmod(0o755)
    code, found, error = in_a_process("""
import os, numpy as np, pandas as pd
frame = pd.DataFrame({"x": np.random.default_rng(1).normal(size=3_000_000)})
kind, out = getattr(rx, sys.argv[1]), sys.argv[2]
real = os.environ["INSITU_WORKER"]
rx.rx_data_step(frame.head(10), kind(out))
os.environ["INSITU_WORKER"] = sys.argv[3]
frames = []
try:
    for turn in range(5):
        rx.rx_data_step(frame, kind(out + str(turn)), rows_per_read=3_000_000)
    print("all written")
except rx.InsituError as refusal:
    print(refusal)
os.environ["INSITU_WORKER"] = real
print(len(rx.rx_data_step(kind(out))), [name for name in sorted(os.listdir(os.path.dirname(out))) if "-" in name])
""", kind[0].__name__, folder / "a", worker)
    assert code == 0, error
    sentence, rest = found.splitlines()
    assert "nothing was replaced" in sentence or sentence == "all written", sentence
    assert rest == "10 []"
