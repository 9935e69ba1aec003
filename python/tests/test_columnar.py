"""Parquet and ORC files: what other programs wrote comes in, what is written goes out to them."""

import datetime
import decimal
import json
import os
import re
import struct

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq
import pytest

import insitu as rx
from insitu import _engine

FORMATS = {"parquet": (rx.RxParquetData, pq.write_table, pq.read_table), "orc": (rx.RxOrcData, orc.write_table, orc.read_table)}


@pytest.fixture(params=FORMATS)
def kind(request):
    """Source class, writer and reader of one format; skips where the engine's library for them was not built."""
    formats = json.loads(_engine.run(json.dumps({"op": "doctor", "of": "local"}), [], {}, None, None, None)[0])["formats"]
    if not formats[0]["usable"]:
        pytest.skip(formats[0]["checks"][0]["found"])
    return FORMATS[request.param]


def rows(n=1000):
    rng = np.random.default_rng(20240229)
    return pd.DataFrame({"y": rng.normal(size=n), "x": rng.integers(0, 50, n).astype("int32"),
                         "g": rng.choice(["low", "high", "middle"], n)})


def test_what_pyarrow_wrote_is_read_with_its_values_and_missing_ones(tmp_path, kind):
    source, write, _ = kind
    frame = pd.DataFrame({
        "i": pd.array([1, None, 3], dtype="Int32"), "d": [0.1, np.nan, 1e300], "l": pd.array([True, None, False], dtype="boolean"),
        "s": ["ä", None, ""], "day": [datetime.date(2024, 2, 29), None, datetime.date(1969, 12, 31)],
        "t": pd.to_datetime(["2024-02-29 12:34:56.789012", None, "1999-12-31"], format="ISO8601"),
    })
    write(pa.Table.from_pandas(frame), tmp_path / "a")
    back = rx.rx_data_step(source(str(tmp_path / "a")))
    assert back["i"].tolist()[0::2] == [1, 3]
    assert back["d"].tolist()[0::2] == [0.1, 1e300] and np.isnan(back["d"][1])
    assert back["l"].tolist() == [True, None, False]
    assert back["s"].tolist()[0::2] == ["ä", ""] and pd.isna(back["s"][1])
    assert back["t"].tolist()[0::2] == [pd.Timestamp("2024-02-29 12:34:56.789012"), pd.Timestamp("1999-12-31")]
    assert [str(day)[:10] for day in back["day"]][0::2] == ["2024-02-29", "1969-12-31"]


def test_what_is_written_is_read_by_pyarrow(tmp_path, kind):
    source, _, read = kind
    frame = rows()
    frame["g"] = frame["g"].astype("category")
    frame.loc[3, "y"] = np.nan
    written = rx.rx_data_step(frame, source(str(tmp_path / "a")), transforms={"twice": "2 * x"})
    assert isinstance(written, source)
    table = read(tmp_path / "a").to_pandas()
    pd.testing.assert_series_equal(table["g"], frame["g"].astype(object), check_dtype=False)
    pd.testing.assert_series_equal(table["y"], frame["y"])
    assert table["twice"].tolist() == (2.0 * frame["x"]).tolist()
    codes = rx.rx_data_step(frame, source(str(tmp_path / "codes"), write_factors_as_indexes=True))
    assert read(codes.file).to_pandas()["g"].tolist() == frame["g"].cat.codes.tolist()


def test_a_model_of_a_folder_is_that_of_its_rows_to_the_bit(tmp_path, kind):
    source, write, _ = kind
    frame = rows(100_000)
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "_SUCCESS").touch()
    for part, begin in enumerate([0, 40_000, 47_000]):
        end = [40_000, 47_000, 100_000][part]
        write(pa.Table.from_pandas(frame[begin:end], preserve_index=False), tmp_path / "parts" / f"part-{part}")
    info = {"g": {"type": "factor", "levels": ["low", "middle", "high"]}}
    data = source(str(tmp_path / "parts"), column_info=info)
    here = rx.rx_lin_mod("y ~ x + g", data)
    there = rx.rx_lin_mod("y ~ x + g", data, compute_context=rx.RxProcesses(num_workers=2))
    assert here.coefficients.tobytes() == there.coefficients.tobytes()
    plain = rx.rx_lin_mod("y ~ x + g", frame.assign(g=pd.Categorical(frame["g"], info["g"]["levels"])))
    np.testing.assert_allclose(here.coefficients, plain.coefficients, rtol=1e-9)
    assert rx.rx_get_info(data)["numRows"] == 100_000
    files = rx.rx_data_step(data, transforms={"file": ".rxReadFileName"}, vars_to_keep=["file"])["file"]
    assert files.value_counts().to_dict() == {str(tmp_path / "parts" / f"part-{i}"): n for i, n in enumerate([40_000, 7_000, 53_000])}


def test_a_value_that_col_info_cannot_read_is_an_error(tmp_path, kind):
    source, write, _ = kind
    write(pa.table({"x": ["1", "one"]}), tmp_path / "a")
    with pytest.raises(rx.DataError, match="'x', row 2 .* as integer: one"):
        rx.rx_summary("~x", source(str(tmp_path / "a"), column_info={"x": {"type": "integer"}}))


def test_columns_without_counterpart_are_left_out_with_a_warning(tmp_path, kind):
    source, write, _ = kind
    write(pa.table({"x": [1.0, 2.0], "many": [[1], [2, 3]]}), tmp_path / "a")
    with pytest.warns(UserWarning, match=r"left out: many \(list\)"):
        assert rx.rx_get_var_names(source(str(tmp_path / "a"))) == ["x"]


def test_a_damaged_file_is_an_error(tmp_path, kind):
    source, write, _ = kind
    write(pa.Table.from_pandas(rows()), tmp_path / "a")
    whole = (tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(rx.DataError, match="not a sound"):
        rx.rx_get_info(source(str(tmp_path / "a")))
    with pytest.raises(rx.DataError, match=os.path.join(str(tmp_path), "none")):
        rx.rx_get_info(source(str(tmp_path / "none")))


def test_spark_sees_the_same_columns_and_values(tmp_path, kind):
    """Types that both readers know; Spark refuses files with others (docs/parquet.md)."""
    checks = json.loads(_engine.run(json.dumps({"op": "doctor", "of": "spark"}), [], {}, None, None, None)[0])["contexts"][0]["checks"]
    missing = "; ".join(check["found"] for check in checks if not check["ok"])
    if missing:
        (pytest.fail if os.environ.get("INSITU_REQUIRE_SPARK") else pytest.skip)("no Spark: " + missing)
    source, write, _ = kind
    times = pa.array([datetime.datetime(2024, 2, 29, 12, 30, 0, 123457), None], pa.timestamp("us"))
    columns = {
        "logical": [True, None], "int8": pa.array([-128, None], pa.int8()), "int16": pa.array([32767, None], pa.int16()),
        "int32": pa.array([7, None], pa.int32()), "int64": pa.array([2**53, None]), "float": pa.array([0.1, None], pa.float32()),
        "double": [0.1, None], "decimal": pa.array([decimal.Decimal("0.10"), None]), "text": ["ä", None],
        "day": [datetime.date(1969, 12, 31), None], "us": times, "list": [[1], None], "binary": [b"\xff", None],
    }
    if source is rx.RxParquetData:
        columns |= {
            "uint8": pa.array([255, None], pa.uint8()), "uint16": pa.array([65535, None], pa.uint16()),
            "uint32": pa.array([2**32 - 1, None], pa.uint32()), "uint64": pa.array([2**64 - 1, None], pa.uint64()),
            "ms": times.cast(pa.timestamp("ms"), safe=False), "zone": times.cast(pa.timestamp("us", "Europe/Berlin")),
            "dictionary": pa.array(["b", None]).dictionary_encode(), "duration": pa.array([5, None], pa.duration("us")), "null": pa.nulls(2),
        }
    write(pa.table(columns), tmp_path / "a")
    data = source(f"file://{tmp_path}/a")
    with pytest.warns(UserWarning, match="left out: list .*, binary"):
        here, fields = rx.rx_data_step(data), rx.rx_get_var_info(data)
    context = rx.rx_spark_connect(master="local")
    try:
        with pytest.warns(UserWarning, match="left out: list .*, binary"):
            there, fields_there = rx.rx_data_step(data), rx.rx_get_var_info(data)
    finally:
        rx.rx_spark_disconnect(context)
    assert str(fields) == str(fields_there)
    pd.testing.assert_frame_equal(here, there, check_exact=True)


def grouped_table():
    """Ten row groups of 700 rows; columns of all types, in some groups of one value, of nothing, or of numbers beyond 2^53."""
    rng = np.random.default_rng(5)
    size, columns = 700, {}
    order = np.repeat([3, 1, 8, 0, 0, 5, 9, 2, 7, 4], size)
    number = order * 10 + rng.integers(0, 12, order.size)
    holes = rng.random(order.size) < np.where(order == 5, 1.0, np.where(order % 2 == 0, 0.2, 0.0))
    for kind in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"):
        values = number.astype(kind)
        columns[kind] = pa.array(values, mask=holes)
        if kind.startswith("float"):
            values = values - 30
            values[(order == 8) & (rng.random(order.size) < 0.5)] = np.nan
            values[order == 9] = np.nan
            values[values == 0] = -0.0
            columns[kind + " nan"] = pa.array(values, mask=holes, from_pandas=False)
    columns["large"] = pa.array(number.astype("int64") + 2 ** 53)
    columns["logical"] = pa.array(order > 4, mask=holes)
    columns["day"] = pa.array((number - 50).astype("int32"), pa.int32(), mask=holes).cast(pa.date32())
    for unit in ("ms", "us", "ns"):
        ticks = (number - 40).astype("int64") * {"ms": 1, "us": 1_000, "ns": 1_000_001}[unit]
        columns["time " + unit] = pa.array(ticks, pa.timestamp(unit), mask=holes)
    columns["decimal"] = pa.array([decimal.Decimal(int(n)).scaleb(-1) for n in number], pa.decimal128(9, 1))
    columns["text"] = pa.array([f"{n:04d}" + "long" * 20 for n in number], mask=holes)
    return pa.table(columns), size


def conditions(table, rng):
    """A selection of one to three parts, and the same in words that sources are not told."""
    def part(name):
        if rng.random() < 0.25:
            return f"{'!' * int(rng.integers(0, 2))}is.na(`{name}`)"
        constant = str(rng.choice([0, 30, 31, 35.5, 60, -10, 100, -100, 0.03, 0.035]))
        if name == "large":
            constant = f"(9007199254740992 + {rng.integers(0, 100)})"
        if name == "day" and rng.random() < 0.5:
            constant = f'as.Date("1970-01-{rng.integers(10, 30)}")'
        elif rng.random() < 0.2 and not name.startswith(("time", "day", "text")):
            return f"`{name}` %in% c({constant}, {rng.integers(0, 100)}, 7.5)"
        comparison = rng.choice(["<", "<=", "==", "!=", ">=", ">"])
        return f"{constant} {comparison} `{name}`" if rng.random() < 0.2 else f"`{name}` {comparison} {constant}"

    names = [name for name in table.column_names if name != "text"]
    parts = [part(str(rng.choice(names))) for _ in range(rng.integers(1, 4))]
    if rng.random() < 0.1:
        parts.append(f"{'!' * int(rng.integers(0, 2))}is.na(text)")
    return " & ".join(parts), " & ".join(f"({each}) == TRUE" for each in parts)


@pytest.mark.filterwarnings("ignore:unsigned 64-bit")
@pytest.mark.parametrize("statistics", [True, ["int32", "float64 nan", "day", "text"], False])
def test_groups_that_a_selection_rules_out_change_no_bit(tmp_path, statistics):
    table, size = grouped_table()
    path = str(tmp_path / "a.parquet")
    pq.write_table(table, path, row_group_size=size, write_statistics=statistics)
    source = rx.RxParquetData(path)
    rng = np.random.default_rng(11)
    processes = rx.RxProcesses(num_workers=2)
    some, rounds = 0, 120 if statistics is True else 30
    for round_ in range(rounds):
        told, hidden = conditions(table, rng)
        read = {"report_progress": 0, "max_rows_by_cols": None}
        found, expected = (rx.rx_data_step(source, row_selection=each, **read) for each in (told, hidden))
        pd.testing.assert_frame_equal(found, expected, obj=told)
        some += 0 < len(found) < table.num_rows
        if round_ % 10 == 0:
            of_all = [rx.rx_summary("~ int64 + float32", source, row_selection=each, report_progress=0, compute_context=context)
                      for each, context in ((hidden, "local"), (told, "local"), (told, processes))]
            for one in of_all[1:]:
                pd.testing.assert_frame_equal(one["sDataFrame"], of_all[0]["sDataFrame"], check_exact=True, obj=told)
    assert some > rounds / 10


def test_a_group_that_a_selection_rules_out_is_not_read(tmp_path):
    """Its pages are damaged: whoever reads them fails."""
    size = 5000
    rng = np.random.default_rng(3)
    table = pa.table({"k": np.arange(4 * size), "x": rng.normal(size=4 * size)})
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, row_group_size=size, compression="zstd", use_dictionary=False)
    chunk = pq.ParquetFile(path).metadata.row_group(2).column(1)
    with open(path, "r+b") as file:
        file.seek(chunk.data_page_offset)
        file.write(b"\xff" * chunk.total_compressed_size)
    source = rx.RxParquetData(str(path))
    read = {"report_progress": 0, "max_rows_by_cols": None}
    with pytest.raises(rx.DataError, match="a.parquet"):
        rx.rx_data_step(source, row_selection="(k < 7000) == TRUE", **read)
    rows = rx.rx_data_step(source, row_selection="k < 7000", **read)
    assert rows["x"].tolist() == table["x"].to_pylist()[:7000]
    for told in ("k %in% c(3, 19999)", "k >= 15000", "k == -1", "is.na(k)"):
        for context in ("local", rx.RxProcesses(num_workers=2)):
            rx.rx_data_step(source, row_selection=told, compute_context=context, **read)
            rx.rx_summary("~ x", source, row_selection=told, compute_context=context, report_progress=0)
    for needed in ("k == 10000", "k < 7000 | k > 15000", "k != 3"):
        with pytest.raises(rx.DataError, match="a.parquet"):
            rx.rx_data_step(source, row_selection=needed, **read)
    # What counts rows, or sees them, sees all of them.
    with pytest.raises(rx.DataError, match="a.parquet"):
        rx.rx_data_step(source, row_selection="k < 7000", transforms={"row": ".rxStartRow + 0 * x"}, **read)


@pytest.mark.parametrize("low, high", [(np.nan, np.nan), (np.nan, 9.0), (0.0, np.nan), (9.0, 0.0), (-0.0, 9.0), (0.0, np.inf)])
def test_bounds_that_are_none_rule_nothing_out(tmp_path, low, high):
    """In the place of those that a writer noted, 0 and 9."""
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"x": np.arange(10.0), "k": np.arange(10)}), path, use_dictionary=False)
    content = path.read_bytes()
    length = int.from_bytes(content[-8:-4], "little") + 8
    data, footer = content[:-length], content[-length:]
    assert struct.pack("<d", 9.0) in footer
    # Behind their length; writers note a least zero as -0.
    least, greatest = b"\x08" + struct.pack("<d", -0.0), b"\x08" + struct.pack("<d", 9.0)
    assert footer.count(greatest) >= 1 and footer.count(least) >= 1
    noted = {least: b"\x08" + struct.pack("<d", low), greatest: b"\x08" + struct.pack("<d", high)}
    path.write_bytes(data + re.sub(re.escape(least) + b"|" + re.escape(greatest), lambda found: noted[found.group()], footer))
    source = rx.RxParquetData(str(path))
    for selection, rows in {"x > 5": 4, "x == 0": 1, "x < 1": 1, "x != 3": 9, "x %in% c(0, 9)": 2, "!is.na(x)": 10, "is.na(x)": 0}.items():
        assert len(rx.rx_data_step(source, row_selection=selection, report_progress=0)) == rows, selection
