"""Writes Parquet and ORC files as other programs write them: types and layouts that the engine's own sink never makes."""

import datetime
import decimal
import pathlib
import sys

import numpy as np
import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq


def table(for_orc: bool) -> pa.Table:
    times = [datetime.datetime(1969, 12, 31, 23, 59, 59, 999999), datetime.datetime(2024, 2, 29, 12, 30, 0, 123457), None]
    columns = {
        "logical": pa.array([True, None, False]),
        "int8": pa.array([-128, None, 127], pa.int8()),
        "int16": pa.array([-32767, None, 32767], pa.int16()),
        "int32": pa.array([-2147483647, None, 2147483647], pa.int32()),
        "int64": pa.array([-9007199254740993, None, 9007199254740993], pa.int64()),
        "float32": pa.array([0.1, None, float("inf")], pa.float32()),
        "float64": pa.array([0.1, None, -0.0]),
        "decimal": pa.array([decimal.Decimal("0.10"), None, decimal.Decimal("-12345678901234567.89")], pa.decimal128(30, 2)),
        "text": pa.array(["", None, "äöü"]),
        "dictionary": pa.array(["b", None, "a"]).dictionary_encode() if not for_orc else pa.array(["b", None, "a"]),
        "date": pa.array([datetime.date(1969, 12, 31), None, datetime.date(2024, 2, 29)]),
        "time_ns": pa.array([-1, 1709209800123456789, None], pa.timestamp("ns")),
        "list": pa.array([[1], None, []], pa.list_(pa.int32())),
        "struct": pa.array([{"a": 1}, None, {"a": 2}]),
        "binary": pa.array([b"\xff", None, b""], pa.binary()),
        "last": pa.array([1.0, 2.0, 3.0]),
    }
    if not for_orc:
        columns |= {
            "uint8": pa.array([0, None, 255], pa.uint8()),
            "uint16": pa.array([0, None, 65535], pa.uint16()),
            "uint32": pa.array([0, None, 4294967295], pa.uint32()),
            "uint64": pa.array([0, None, 18446744073709551615], pa.uint64()),
            "large_text": pa.array(["x", None, "y"], pa.large_string()),
            "time_ms": pa.array([-1, 1709209800123, None], pa.timestamp("ms")),
            "time_us": pa.array(times, pa.timestamp("us")),
            "time_zone": pa.array(times, pa.timestamp("us", "Europe/Berlin")),
            "duration": pa.array([1, None, 3], pa.duration("s")),
            "clock": pa.array([1, None, 3], pa.time32("ms")),
            "half": pa.array([1, None, 3], pa.float16()),
            "nothing": pa.nulls(3),
        }
    return pa.table(columns)


def main(folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(table(for_orc=False), folder / "types.parquet")
    pq.write_table(table(for_orc=False).select(["time_us"]), folder / "int96.parquet", use_deprecated_int96_timestamps=True)
    orc.write_table(table(for_orc=True), folder / "types.orc")
    numbers = pa.table({"x": pa.array(range(100_000), pa.int32()), "s": pa.array([str(i % 7) for i in range(100_000)])})
    pq.write_table(numbers, folder / "groups.parquet", row_group_size=30_000, compression="zstd")
    with pq.ParquetWriter(folder / "gaps.parquet", numbers.schema) as writer:  # row groups without rows
        for piece in (numbers.slice(0, 0), numbers.slice(0, 10), numbers.slice(0, 0), numbers.slice(10, 5)):
            writer.write_table(piece)
    orc.write_table(numbers, folder / "groups.orc", stripe_size=65536)
    many = pa.table({"x": pa.array(np.arange(5_000_000, dtype=np.int32))})  # more than is decoded at once
    orc.write_table(many, folder / "large.orc", stripe_size=1 << 30)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
