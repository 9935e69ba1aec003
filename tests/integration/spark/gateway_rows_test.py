"""Rows of Parquet and ORC files, tables, queries and views: types, order, splits and cuts, as the gateway says them on its line."""

import datetime
import decimal
import math
import struct

import numpy as np
import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet as pq
import pytest
from gateway_application import gateway, line, map_task, read, scripted_worker, start, states_of, wanted  # noqa: F401, fixtures
from gateway_client import Failed

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
MINUTES = [datetime.datetime(1899, 12, 31, 23, 59, 59, 999999), datetime.datetime(1969, 12, 31, 23, 59, 58, 500000), None,
           datetime.datetime(2024, 2, 29, 12, 0, 0, 1), datetime.datetime(2262, 4, 11, 23, 47, 16)]


def seconds(times, digits=6):
    """As the engine has them: whole units over a power of ten, rounded once."""
    unit = datetime.timedelta(seconds=10.0**-digits)
    return [None if time is None else (time.replace(tzinfo=UTC) - EPOCH) // unit / 10**digits for time in times]


def opened(line, path, kind="parquet", **more):
    return line.call("OPEN", kind=kind, path=str(path), **more)


def types_of(table):
    return {field["name"]: field["type"] for field in table["schema"]}


def test_numbers_logicals_and_text(line, tmp_path):
    longest = "ä" * 40000
    table = pa.table({
        "bool": pa.array([True, None, False, True, False]),
        "byte": pa.array([-128, None, 127, 0, 1], pa.int8()),
        "short": pa.array([-32767, None, 32767, 0, 1], pa.int16()),
        "int": pa.array([-(2**31) + 1, None, 2**31 - 1, 0, 1], pa.int32()),
        "long": pa.array([-(2**63) + 1, None, 2**63 - 1, 0, 2**53 + 1], pa.int64()),
        "ubyte": pa.array([0, None, 255, 1, 2], pa.uint8()),
        "ushort": pa.array([0, None, 65535, 1, 2], pa.uint16()),
        "uint": pa.array([0, None, 2**32 - 1, 1, 2], pa.uint32()),
        "ulong": pa.array([0, None, 2**64 - 1, 2**63, 2], pa.uint64()),
        "float": pa.array([0.1, None, math.inf, -0.0, 3e38], pa.float32()),
        "double": pa.array([0.1, None, -math.inf, -0.0, 5e-324]),
        "text": pa.array(["", None, longest, "naïve", "a,b\n\"c\""]),
        "few": pa.array(["x", None, "y", "x", "x"]).dictionary_encode(),
    })
    pq.write_table(table, tmp_path / "t.parquet")
    found = opened(line, tmp_path / "t.parquet")
    assert types_of(found) == {
        "bool": "logical", "byte": "int16", "short": "int16", "int": "integer", "long": "int64", "ubyte": "int16",
        "ushort": "integer", "uint": "int64", "ulong": "numeric", "float": "float32", "double": "numeric", "text": "character",
        "few": "character"}
    assert found["ordered"] is True and found["leftOut"] == [] and found["cached"] is False
    assert found["splits"] == [[0, 0, 5, 5]]
    rows = read(line, found)
    assert rows["bool"] == [1, None, 0, 1, 0]
    for name in ("byte", "short", "int", "long", "ubyte", "ushort", "uint", "text", "few"):
        assert rows[name] == table[name].to_pylist(), name
    assert rows["ulong"] == [0.0, None, float(2**64 - 1), float(2**63), 2.0]
    for name in ("float", "double"):  # the sign of zero counts
        assert [v if v is None else struct.pack("<d", v) for v in rows[name]] == \
            [v if v is None else struct.pack("<d", v) for v in table[name].to_pylist()]


def test_decimals_are_the_nearest_doubles(line, tmp_path):
    numbers = ["0.1", None, "-12345.67", "99999.99", "0.00"]
    wide = ["1234567890123456789012345678.0123456789", None, "-0.0000000001", "0.3000000000", "-99999999999999999999.5000000000"]
    for name, options in (("bytes", {}), ("integers", {"store_decimal_as_integer": True})):
        pq.write_table(pa.table({
            "small": pa.array([n and decimal.Decimal(n) for n in numbers], pa.decimal128(7, 2)),
            "middle": pa.array([n and decimal.Decimal(n) for n in numbers], pa.decimal128(18, 2)),
            "wide": pa.array([n and decimal.Decimal(n) for n in wide], pa.decimal128(38, 10))}), tmp_path / name, **options)
        found = opened(line, tmp_path / name)
        assert set(types_of(found).values()) == {"numeric"}
        rows = read(line, found)
        assert rows["small"] == rows["middle"] == [n and float(n) for n in numbers]
        assert rows["wide"] == [n and float(n) for n in wide]


def test_dates_and_times_before_and_after_1970(line, tmp_path):
    dates = [datetime.date(1582, 10, 4), datetime.date(1899, 12, 31), None, datetime.date(1969, 12, 31), datetime.date(9999, 12, 31)]
    table = pa.table({"date": pa.array(dates, pa.date32()), "time": pa.array(MINUTES, pa.timestamp("us")),
                      "zoned": pa.array(MINUTES, pa.timestamp("us", tz="UTC"))})
    pq.write_table(table, tmp_path / "t")
    found = opened(line, tmp_path / "t")
    assert types_of(found) == {"date": "Date", "time": "POSIXct", "zoned": "POSIXct"}
    rows = read(line, found)
    assert rows["time"] == rows["zoned"] == seconds(MINUTES)
    assert rows["date"] == [None if day is None else float((day - EPOCH.date()).days) for day in dates]


def test_dates_and_times_of_orc(line, tmp_path):
    """Written by Spark: Arrow's writer stores times before 1970 in a way that Java's reader refuses."""
    texts = [time and str(time) for time in MINUTES]
    rows = ", ".join(f"({i}, {'NULL' if t is None else repr(t)})" for i, t in enumerate(texts))
    line.call("SQL", text=f"INSERT OVERWRITE DIRECTORY '{tmp_path}/t' USING orc SELECT CAST(s AS timestamp_ntz) AS n, CAST(s AS date) AS d, "
                          f"CAST(concat(s, ' UTC') AS timestamp) AS t FROM VALUES {rows} AS v(i, s) ORDER BY i")
    found = opened(line, tmp_path / "t", "orc")
    assert types_of(found) == {"n": "POSIXct", "d": "Date", "t": "POSIXct"}
    read_back = read(line, found)
    assert read_back["n"] == read_back["t"] == seconds(MINUTES)
    assert read_back["d"] == [time and float((time.date() - EPOCH.date()).days) for time in MINUTES]


def test_times_in_every_unit_of_parquet(line, tmp_path):
    fine = [-1, None, 1_700_000_000_123_456_789, -1_700_000_000_123_456_789, 999]
    table = pa.table({"ms": pa.array(MINUTES, pa.timestamp("ms"), safe=False), "ns": pa.array(fine, pa.timestamp("ns")),
                      "utc": pa.array(fine, pa.timestamp("ns", tz="UTC"))})
    pq.write_table(table, tmp_path / "t", version="2.6")
    rows = read(line, opened(line, tmp_path / "t"))
    assert rows["ms"] == seconds([time and time.replace(microsecond=time.microsecond // 1000 * 1000) for time in MINUTES], 3)
    assert rows["ns"] == rows["utc"] == [v if v is None else v // 1000 / 1e6 for v in fine]
    pq.write_table(pa.table({"old": pa.array(MINUTES, pa.timestamp("us"))}), tmp_path / "96", use_deprecated_int96_timestamps=True)
    found = opened(line, tmp_path / "96")
    assert types_of(found) == {"old": "POSIXct"}
    assert read(line, found)["old"] == seconds(MINUTES)


def test_units_that_differ_between_files_are_refused(line, tmp_path):
    for name, unit in (("a", "ns"), ("b", "us")):
        pq.write_table(pa.table({"t": pa.array([1_000_000], pa.timestamp(unit))}), tmp_path / name, version="2.6")
    with pytest.raises(Failed, match="must have columns that fit together, but 't' is timestamp in nanoseconds in .*/a and ") as refusal:
        opened(line, tmp_path)
    assert refusal.value.code == 3 and "/b" in str(refusal.value)


def test_what_the_engine_cannot_read_is_left_out_by_name(line, tmp_path):
    columns = {
        "list": pa.array([[1], None]), "record": pa.array([{"a": 1}, None]), "binary": pa.array([b"x", None]), "x": [1.5, None],
        "time": pa.array([1, None], pa.time64("us")), "short time": pa.array([1, None], pa.time32("ms"))}
    if line.about["spark"] >= "4":  # 3.5 has a library for Parquet that cannot read files with such a column at all
        columns["half"] = pa.array([np.float16(1), None], pa.float16())
    table = pa.table(columns)
    pq.write_table(table, tmp_path / "t")
    found = opened(line, tmp_path / "t")
    assert types_of(found) == {"x": "numeric"}
    assert {one["name"] for one in found["leftOut"]} == set(table.column_names) - {"x"}
    assert all(one["type"] for one in found["leftOut"])
    assert read(line, found) == {"x": [1.5, None]}


def test_orc_types(line, tmp_path):
    table = pa.table({
        "bool": pa.array([True, None, False]), "byte": pa.array([-128, None, 127], pa.int8()),
        "short": pa.array([1, None, -5], pa.int16()), "int": pa.array([2**31 - 1, None, 0], pa.int32()),
        "long": pa.array([2**62, None, 1]), "float": pa.array([0.5, None, -1.5], pa.float32()), "double": [0.1, None, 1e300],
        "dec": pa.array([decimal.Decimal("1.25"), None, decimal.Decimal("-0.01")], pa.decimal128(10, 2)),
        "text": ["", None, "ü"], "list": pa.array([[1], None, []])})
    pa.orc.write_table(table, tmp_path / "t")
    found = opened(line, tmp_path / "t", "orc")
    assert [one["name"] for one in found["leftOut"]] == ["list"]
    rows = read(line, found)
    for name in set(table.column_names) - {"list", "dec", "bool"}:
        assert rows[name] == table[name].to_pylist(), name
    assert rows["bool"] == [1, None, 0] and rows["dec"] == [1.25, None, -0.01]


# ---- order and splits -------------------------------------------------------------------------------------------------------------

ROWS_OF_FILES = {"b.parquet": 400_000, "a.parquet": 90_000, "B.parquet": 200_001, "part 10%.parquet": 1, "é.parquet": 65_537}


def write_folder(folder, kind):
    """Files whose order by size is not that by name; each with several row groups; and what has to be passed over."""
    folder.mkdir()
    at = 0
    random = np.random.default_rng(7)
    for name in sorted(ROWS_OF_FILES, key=str.encode):
        rows = ROWS_OF_FILES[name]
        table = pa.table({"id": np.arange(at, at + rows), "noise": random.normal(size=rows),
                          "text": pa.array([f"r{i}" if i % 3 else None for i in range(rows)], pa.string())})
        path = folder / name.replace("parquet", kind)
        if kind == "parquet":
            pq.write_table(table, path, row_group_size=30_000)
        else:
            pa.orc.write_table(table, path, stripe_size=200_000)
        at += rows
    (folder / "_SUCCESS").write_bytes(b"")
    (folder / ".hidden.crc").write_bytes(b"no rows")
    (folder / f"c.{kind}").write_bytes(b"")
    nothing = pa.table({"id": pa.array([], pa.int64()), "noise": pa.array([], pa.float64()), "text": pa.array([], pa.string())})
    if kind == "parquet":
        pq.ParquetWriter(folder / "a0.parquet", nothing.schema).close()  # no row group
        pq.write_table(nothing, folder / "a1.parquet")  # one without rows
    else:
        pa.orc.write_table(nothing, folder / "a0.orc")
    return at


@pytest.fixture(scope="module", params=["parquet", "orc"])
def folder(request, tmp_path_factory):
    place = tmp_path_factory.mktemp("folders") / request.param
    rows = write_folder(place, request.param)
    return place, request.param, rows


def row_groups(place, kind):
    groups = []
    for name in sorted(ROWS_OF_FILES, key=str.encode):
        path = place / name.replace("parquet", kind)
        if kind == "parquet":
            metadata = pq.ParquetFile(path).metadata
            groups += [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
        else:
            file = pa.orc.ORCFile(path)
            groups += [file.read_stripe(i).num_rows for i in range(file.nstripes)]
    return groups


def test_splits_are_row_groups_in_the_order_of_names_and_rows_come_so(line, folder):
    place, kind, rows = folder
    found = opened(line, place, kind)
    groups = row_groups(place, kind)
    assert len(groups) > 20
    begins = np.concatenate([[0], np.cumsum(groups)]).tolist()
    assert found["splits"] == [[i, begins[i], begins[i + 1], groups[i]] for i in range(len(groups))]
    assert read(line, found, ["id"])["id"] == list(range(rows))
    some = [1, 4, len(groups) - 1]
    expected = [row for i in some for row in range(begins[i], begins[i + 1])]
    assert read(line, found, ["id"], some)["id"] == expected


def test_blocks_are_chunks_of_their_split_and_the_same_when_cached(line, folder):
    place, kind, rows = folder
    plain, kept = opened(line, place, kind), opened(line, place, kind, cache=True, name="kept")

    def told(table, **more):
        document, _, frames = line.finish(line.begin("RUN_PASS", handle=table["handle"], columns=["id", "noise", "text"],
                                                     splits=wanted(table), worker=scripted_worker(), task=map_task(pushed={}), **more))
        assert document["rows"] == rows and document["splits"] == len(table["splits"])
        return states_of(frames)

    first = told(plain)
    assert [state["split"] for state in first] == list(range(len(plain["splits"])))
    for state, split in zip(first, plain["splits"]):
        assert (state["firstRow"], state["rows"]) == (split[1], split[3])
        assert state["blocks"][:-1] == [32768] * (len(state["blocks"]) - 1)
    assert told(kept) == first and told(kept) == first  # made, then found
    assert told(plain, reduce="twoStage") == first


# ---- data without an order ----------------------------------------------------------------------------------------------------------


def test_a_query_is_one_split_per_partition(line):
    text = "SELECT id, if(id % 5 = 0, NULL, concat('r', id)) AS text, CAST(id AS decimal(20, 3)) / 8 AS eighth, array(id) AS list FROM range(0, 100000, 1, 7)"
    found = line.call("OPEN", kind="query", query=text)
    assert found["ordered"] is False
    assert found["splits"] == [[i, 0, 0, -1] for i in range(7)]
    assert [one["name"] for one in found["leftOut"]] == ["list"]
    rows = read(line, found)
    assert rows["id"] == list(range(100_000))
    assert rows["text"] == [None if i % 5 == 0 else f"r{i}" for i in range(100_000)]
    assert rows["eighth"] == [i / 8 for i in range(100_000)]
    assert read(line, found, ["text"], [2, 6])["text"] == rows["text"][28571:42857] + rows["text"][85714:]


def test_columns_of_one_name_are_told_apart(line):
    found = line.call("OPEN", kind="query", query="SELECT id, id + 1 AS id, id * 2 AS x FROM range(3)")
    assert types_of(found) == {"id": "int64", "id.1": "int64", "x": "int64"}
    rows = read(line, found)
    assert sorted(rows["id"]) == [0, 1, 2] and sorted(rows["id.1"]) == [1, 2, 3] and sorted(rows["x"]) == [0, 2, 4]


def test_an_empty_partition_and_an_empty_table_are_splits_without_rows(line):
    found = line.call("OPEN", kind="query", query="SELECT id FROM range(0, 10, 1, 4) WHERE id >= 5")
    assert len(found["splits"]) == 4
    assert read(line, found)["id"] == [5, 6, 7, 8, 9]
    found = line.call("OPEN", kind="query", query="SELECT id FROM range(0)")
    assert read(line, found) == {"id": []}


def test_a_table_and_a_view_of_the_session(line):
    line.call("SQL", text="CREATE OR REPLACE TEMP VIEW seen AS SELECT id, CAST(id AS varchar(9)) AS v FROM range(4)")
    found = line.call("OPEN", kind="view", view="seen")
    assert types_of(found) == {"id": "int64", "v": "character"}
    assert sorted(read(line, found)["v"]) == ["0", "1", "2", "3"]
    line.call("SQL", text="CREATE TABLE kept USING parquet AS SELECT id FROM range(0, 1000, 1, 3)")
    found = line.call("OPEN", kind="table", table="kept")
    assert found["ordered"] is False and sorted(read(line, found)["id"]) == list(range(1000))
    line.call("SQL", text="DROP TABLE kept")


@pytest.mark.parametrize("arguments, message, code", [
    ({"kind": "parquet", "path": "/no/such/file"}, "file or folder not found: /no/such/file", 3),
    ({"kind": "parquet"}, "OPEN needs the text 'path'", 2),
    ({"kind": "csv", "path": "/tmp"}, "unknown kind of data: 'csv'; known: parquet, orc, table, query, view, rows", 2),
    ({"kind": "table", "table": "nowhere"}, "nowhere", 3),
    ({"kind": "query", "query": "SELEC 1"}, "SELEC", 3),
])
def test_what_cannot_be_opened_is_said_in_a_sentence(line, arguments, message, code):
    with pytest.raises(Failed) as refusal:
        line.call("OPEN", **arguments)
    assert message in str(refusal.value) and "\tat " not in str(refusal.value)
    assert refusal.value.code == code


@pytest.mark.parametrize("kind", ["parquet", "orc"])
def test_a_file_that_is_none_is_named(line, tmp_path, kind):
    (tmp_path / "bad").write_bytes(b"a,b\n1,2\n" * 10)
    with pytest.raises(Failed, match="/bad") as refusal:
        opened(line, tmp_path / "bad", kind)
    assert refusal.value.code == 3
    good = pa.table({"x": [1]})
    pq.write_table(good, tmp_path / "a") if kind == "parquet" else pa.orc.write_table(good, tmp_path / "a")
    with pytest.raises(Failed, match="/bad") as refusal:
        opened(line, tmp_path, kind)
    assert refusal.value.code == 3


def test_names_are_not_patterns(line, tmp_path):
    for name, value in (("t[1]*", 1), ("t1x", 2)):
        pq.write_table(pa.table({"x": [value]}), tmp_path / name)
    assert read(line, opened(line, tmp_path / "t[1]*"))["x"] == [1]


def test_a_changed_file_is_read_anew_under_a_new_handle(line, tmp_path):
    path = tmp_path / "t"
    pq.write_table(pa.table({"x": [1, 2]}), path)
    assert read(line, opened(line, path, cache=True))["x"] == [1, 2]
    pq.write_table(pa.table({"x": [3, 4, 5]}), path)
    assert read(line, opened(line, path, cache=True))["x"] == [3, 4, 5]
    assert sum(one["name"].endswith(str(path)) for one in line.call("LIST_DATA")["data"]) == 1


def test_cached_data_are_listed_and_removed_and_belong_to_the_application(gateway, line, tmp_path):
    pq.write_table(pa.table({"x": range(1000), "y": range(1000)}), tmp_path / "t")
    found = opened(line, tmp_path / "t", cache=True, name="mine")
    assert found["cached"] is True
    read(line, found, ["x"])
    line.close()
    other = gateway.line()
    (listed,) = [one for one in other.call("LIST_DATA")["data"] if one["name"] == "mine"]
    assert (listed["kind"], listed["columns"], listed["partitions"]) == ("parquet", 2, 1) and listed["memory"] > 0
    assert other.call("REMOVE_DATA", names=["mine", "nobody's"])["removed"] == 1
    assert [one for one in other.call("LIST_DATA")["data"] if one["name"] == "mine"] == []
    other.close()


def test_a_session_in_another_time_zone_reads_the_same_times(tmp_path):
    """Spark moves the times of ORC files by the zone of the JVM; where that is not UTC they are left out, not read wrong."""
    times = pa.array(MINUTES, pa.timestamp("us"))
    pa.orc.write_table(pa.table({"t": times, "x": range(5)}), tmp_path / "orc")
    pq.write_table(pa.table({"t": times, "x": range(5)}), tmp_path / "parquet")
    started = start(conf=["spark.driver.extraJavaOptions=-Duser.timezone=Asia/Tokyo -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"])
    try:
        line = started.line()
        assert read(line, opened(line, tmp_path / "parquet"))["t"] == seconds(MINUTES)
        found = opened(line, tmp_path / "orc", "orc")
        assert types_of(found) == {"x": "int64"} and "-Duser.timezone=UTC" in found["leftOut"][0]["type"]
        assert read(line, found)["x"] == [0, 1, 2, 3, 4]
    finally:
        started.remove()
