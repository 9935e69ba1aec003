"""What WRITE leaves in files, tables and views, also when it fails; and rows that workers make and the executors keep."""

import datetime
import math
import os
import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet as pq
import pytest
from gateway_application import (  # noqa: F401, fixtures
    gateway,
    line,
    map_task,
    pushed,
    read,
    runs_of_splits,
    scripted_worker,
    start,
    states_of,
    wanted,
)
from gateway_client import CANCEL, Failed
from own_processes import ends_within, wait_until

X = [{"name": "x", "type": "numeric"}]


def target(tmp_path, kind, **more):
    return {"kind": kind, "path": str(tmp_path / "out"), **more} if kind in ("parquet", "orc") else {"kind": kind, kind: "out", **more}


def write_numbers(line, place, tasks=None, **faults):
    """Writes the numbers of the rows of some splits of ten rows, as scripted workers make them."""
    return line.call("WRITE", tasks=tasks or runs_of_splits(2, 3, 1, 4), task={"mode": "transform"}, worker=scripted_worker(**faults),
                     schema=X, target=place)


def written(line, place):
    kind = place["kind"]
    table = line.call("OPEN", kind=kind, **{key: place[key] for key in ("path", "table", "view") if key in place})
    rows = read(line, table)["x"]
    line.call("CLOSE", handle=table["handle"])
    return rows


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(pathlib.Path(folder).rglob("*")) if path.is_file()}


def remove(line, kind):
    if kind == "table":
        line.call("SQL", text="DROP TABLE IF EXISTS out")
    if kind == "view":
        line.call("REMOVE_DATA", all=True)


def tables_of(line):
    """The tables of the catalog, also those whose names nobody gave."""
    shown = line.call("OPEN", kind="query", query="SHOW TABLES")
    rows = read(line, shown, ["tableName", "isTemporary"])
    return [name for name, temporary in zip(rows["tableName"], rows["isTemporary"]) if not temporary]


@pytest.mark.parametrize("kind", ["parquet", "orc", "table", "view"])
def test_rows_are_written_in_their_order(line, tmp_path, kind):
    place = target(tmp_path, kind)
    try:
        answer = write_numbers(line, place)
        assert answer["rows"] == 100
        assert answer["files"] == (4 if kind != "view" else 0)
        rows = written(line, place)
        assert (rows if kind in ("parquet", "orc", "view") else sorted(rows)) == list(range(100))
        if kind in ("parquet", "orc"):
            assert os.listdir(tmp_path) == ["out"]
            assert all(name.startswith("part-") for name in os.listdir(tmp_path / "out") if not name.startswith("."))
    finally:
        remove(line, kind)


@pytest.mark.parametrize("kind", ["parquet", "orc", "table", "view"])
def test_what_is_there_is_replaced_only_on_request(line, tmp_path, kind):
    place = target(tmp_path, kind)
    try:
        write_numbers(line, place, runs_of_splits(1))
        with pytest.raises(Failed, match="overwrite") as refusal:
            write_numbers(line, place, runs_of_splits(2))
        assert refusal.value.code == 2 and len(written(line, place)) == 10
        write_numbers(line, {**place, "overwrite": True}, runs_of_splits(3))
        assert sorted(written(line, place)) == list(range(30))
    finally:
        remove(line, kind)


@pytest.mark.parametrize("kind", ["parquet", "orc", "table"])
def test_rows_are_appended_behind_those_that_are_there(line, tmp_path, kind):
    place = target(tmp_path, kind, append=True)
    try:
        for times in (1, 2, 3):
            write_numbers(line, place)
            rows, expected = written(line, place), list(range(100)) * times
            assert sorted(rows) == sorted(expected) and (kind == "table" or rows == expected)
    finally:
        remove(line, kind)


def test_rows_are_not_appended_to_a_view(line, tmp_path):
    with pytest.raises(Failed, match="cannot be appended to a view: out"):
        write_numbers(line, target(tmp_path, "view", append=True))


@pytest.mark.parametrize("kind", ["parquet", "orc", "table", "view"])
@pytest.mark.parametrize("old", [True, False], ids=["over an old one", "anew"])
def test_an_error_of_the_users_is_told_once_runs_once_and_leaves_all_as_it_was(line, tmp_path, kind, old):
    place = target(tmp_path / "place", kind, overwrite=True)
    (tmp_path / "place").mkdir()
    try:
        if old:
            write_numbers(line, place, runs_of_splits(1))
        before = contents(tmp_path / "place")
        counter = tmp_path / "count"
        with pytest.raises(Failed) as refusal:
            write_numbers(line, place, [[[0, 0, 10, -1], [1, 10, 20, -1]]], fail=1, count=counter)
        assert str(refusal.value) == "variable not found: nope (split 1)"
        assert (refusal.value.code, refusal.value.split, refusal.value.document["retryable"]) == (7, 1, False)
        assert counter.read_bytes() == b"x"
        assert contents(tmp_path / "place") == before
        if old:
            assert written(line, place) == list(map(float, range(10)))
        elif kind in ("table", "view"):
            with pytest.raises(Failed):
                written(line, place)
        assert len(line.call("LIST_DATA")["data"]) == (1 if old and kind == "view" else 0)
        assert tables_of(line) == (["out"] if old and kind == "table" else [])
    finally:
        remove(line, kind)


def test_the_error_of_the_lowest_split_is_the_one(line, tmp_path):
    """Of those that were seen: with one task there is one."""
    with pytest.raises(Failed, match="split 3"):
        write_numbers(line, target(tmp_path, "parquet"), runs_of_splits(8), fail=3)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("fault", ["kill", "retry"])
def test_a_worker_that_is_lost_is_replaced_and_rows_come_once(line, tmp_path, fault):
    place = target(tmp_path, "parquet")
    once = tmp_path / "once"
    write_numbers(line, place, **{fault: f"2:{once}"})
    assert once.exists() and written(line, place) == list(range(100))


def test_a_worker_that_always_dies_fails_the_call_with_its_reason(line, tmp_path):
    with pytest.raises(Failed) as refusal:
        write_numbers(line, target(tmp_path, "parquet"), die=2, say="I was somebody")
    assert refusal.value.code == 4
    assert "signal 9, probably out of memory: raise \ufdd0executorOverheadMem\ufdd1" in str(refusal.value)
    assert "it said last: I was somebody" in str(refusal.value) and "\tat " not in str(refusal.value)
    assert os.listdir(tmp_path) == []


def test_a_place_that_cannot_be_written_is_said(line, tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    for place, message in [
        ({"kind": "parquet", "path": str(tmp_path / "file" / "out")}, "file"),
        ({"kind": "parquet", "path": "/"}, "root"),
        ({"kind": "parquet"}, "a target of files needs 'path'"),
        ({"kind": "csv", "path": "/tmp/x"}, "unknown kind of target: 'csv'"),
        ({"kind": "parquet", "path": str(tmp_path / "file"), "append": True}, "folder of files only"),
    ]:
        with pytest.raises(Failed, match=message):
            write_numbers(line, place)
    assert contents(tmp_path) == {"file": b"x"}


@pytest.mark.parametrize("kind", ["parquet", "orc"])
def test_all_types_come_back(line, tmp_path, kind):
    """From a file through the engine's own worker into a file of Spark's."""
    day, moment = datetime.date(1969, 12, 31), datetime.datetime(1969, 12, 31, 23, 59, 58, 123456)
    table = pa.table({
        "b": pa.array([True, None, False]), "i16": pa.array([-5, None, 32767], pa.int16()), "i32": pa.array([1, None, -1], pa.int32()),
        "i64": pa.array([2**60 + 1, None, -1]), "f32": pa.array([0.1, None, math.inf], pa.float32()), "f64": [0.1, None, -0.0],
        "s": ["", None, "ü"], "d": pa.array([day, None, datetime.date(2400, 1, 1)]), "t": pa.array([moment, None, moment], pa.timestamp("us"))})
    pq.write_table(table, tmp_path / "in")
    opened = line.call("OPEN", kind="parquet", path=str(tmp_path / "in"))
    line.call("WRITE", handle=opened["handle"], columns=table.column_names, splits=wanted(opened), task=pushed(opened),
              schema=opened["schema"], target=target(tmp_path, kind))
    again = line.call("OPEN", kind=kind, path=str(tmp_path / "out"))
    assert again["schema"] == opened["schema"]
    assert read(line, again) == read(line, opened)
    if kind == "parquet":
        stored = pq.read_table(tmp_path / "out")
        assert stored.schema.field("i16").type == pa.int16() and stored.schema.field("f32").type == pa.float32()
        assert stored.drop_columns("t").equals(table.drop_columns("t"))


def test_parquet_to_parquet_keeps_the_order_of_many_row_groups(line, tmp_path):
    (tmp_path / "in").mkdir()
    at = 0
    for name, rows in (("b", 200_000), ("a", 100_000), ("c", 70_000)):
        pq.write_table(pa.table({"x": np.random.default_rng(rows).normal(size=rows), "n": np.arange(rows)}), tmp_path / "in" / name,
                       row_group_size=20_000)
        at += rows
    opened = line.call("OPEN", kind="parquet", path=str(tmp_path / "in"))
    answer = line.call("WRITE", handle=opened["handle"], columns=["x", "n"], splits=wanted(opened), task=pushed(opened),
                       schema=opened["schema"], target=target(tmp_path, "parquet"))
    assert answer["rows"] == at
    expected = pa.concat_tables([pq.read_table(tmp_path / "in" / name) for name in "abc"])
    files = sorted(name for name in os.listdir(tmp_path / "out") if not name.startswith((".", "_")))
    assert len(files) == answer["files"] > 1
    assert pa.concat_tables([pq.read_table(tmp_path / "out" / name) for name in files]).equals(expected)


def test_cancel_of_a_writing_leaves_nothing(line, tmp_path):
    hanging = tmp_path / "hanging"
    place = {"kind": "parquet", "path": str(tmp_path / "place" / "out")}
    (tmp_path / "place").mkdir()
    number = line.begin("WRITE", tasks=runs_of_splits(1, 1, 1), task={"mode": "transform"}, schema=X, target=place,
                        worker=scripted_worker(hang=f"1:{hanging}"))
    wait_until(hanging.exists, 30, "the worker that hangs")
    line.send(CANCEL, number)
    with pytest.raises(Failed, match="^interrupted$"):
        line.finish(number)
    assert ends_within(int(hanging.read_text()), 5)
    assert os.listdir(tmp_path / "place") == []


# ---- rows that are made by workers and kept -------------------------------------------------------------------------------------------


def open_rows(line, tasks, key="k", **faults):
    splits = [split for task in tasks for split in task]
    return line.call("OPEN", kind="rows", key=key, name="made", task={"mode": "transform"}, tasks=tasks, schema=X, splits=splits,
                     worker=scripted_worker(**faults))


def test_rows_are_made_once_and_kept(gateway, line, tmp_path):
    counter = tmp_path / "count"
    tasks = runs_of_splits(2, 3, 1)
    table = open_rows(line, tasks, count=counter)
    assert counter.read_bytes() == b"xxx"
    assert table["cached"] and table["ordered"] and table["splits"] == [split for task in tasks for split in task]
    for _ in range(2):
        document, _, frames = line.finish(line.begin("RUN_PASS", handle=table["handle"], columns=["x"], splits=wanted(table, [1, 2, 5]),
                                                     task=map_task(pushed={}), worker=scripted_worker()))
        assert document["rows"] == 30
        told = states_of(frames)
        assert [(state["split"], state["firstRow"], state["rows"]) for state in told] == [(1, 10, 10), (2, 20, 10), (5, 50, 10)]
    other = gateway.line()
    again = open_rows(other, tasks, count=counter)
    assert [one["name"] for one in other.call("LIST_DATA")["data"]].count("made") == 1
    other.finish(other.begin("RUN_PASS", handle=again["handle"], columns=["x"], splits=wanted(again), task=map_task(pushed={}),
                             worker=scripted_worker()))
    assert counter.read_bytes() == b"xxx"
    (listed,) = [one for one in other.call("LIST_DATA")["data"] if one["name"] == "made"]
    assert (listed["kind"], listed["columns"], listed["partitions"]) == ("rows", 1, 3) and listed["memory"] > 500
    assert other.call("REMOVE_DATA", all=True)["removed"] >= 1
    assert other.call("LIST_DATA")["data"] == []
    other.close()


def test_rows_that_cannot_be_made_are_not_kept(line, tmp_path):
    counter = tmp_path / "count"
    with pytest.raises(Failed, match=r"^variable not found: nope \(split 0\)$") as refusal:
        open_rows(line, runs_of_splits(2), key="bad", fail=0, count=counter)
    assert refusal.value.split == 0 and counter.read_bytes() == b"x"
    assert line.call("LIST_DATA")["data"] == []


def test_a_view_that_was_written_is_kept_and_removed(line):
    write_numbers(line, {"kind": "view", "view": "seen"})
    (listed,) = line.call("LIST_DATA")["data"]
    assert (listed["name"], listed["kind"], listed["columns"]) == ("seen", "view", 1)
    assert line.call("REMOVE_DATA", names=["seen"])["removed"] == 1
    with pytest.raises(Failed):
        line.call("OPEN", kind="view", view="seen")
