"""Files of HDFS are fetched ahead of those who read them: how much, how errors come, and what ends it."""

import threading
import time

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from hdfs_fixtures import QUIET, Refused, fake  # noqa: F401

MB = 1 << 20
ROWS, BLOCK = 8_000_000, 500_000  # of doubles: 64 MB in blocks of 4
AHEAD = 32 * MB  # of a reader, behind the first request, which is smaller


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    path = tmp_path_factory.mktemp("ahead") / "numbers.xdf"
    frame = pd.DataFrame({"x": np.random.default_rng(6).normal(size=ROWS)})
    rx.rx_data_step(frame, rx.RxXdfData(str(path)), rows_per_read=BLOCK, xdf_compression_level=0, **QUIET)
    return path.read_bytes(), rx.rx_summary("~x", rx.RxXdfData(str(path)), **QUIET).sDataFrame["Mean"].iloc[0]


def served(fake, numbers):
    """A new file each time: of one that is the same, the session still has what it has read."""
    fake.write("/numbers.xdf", numbers[0])
    fake.ids["/numbers.xdf"] += time.time_ns() % 1_000_000
    return numbers[1]


def mean(**more):
    return rx.rx_summary("~x", rx.RxXdfData("hdfs:///numbers.xdf"), compute_context=rx.RxLocalSeq(), **more, **QUIET).sDataFrame["Mean"].iloc[0]


def reaches(offset, length, beyond):
    """Whether these bytes do, but for those of the end, where the file says what is in it."""
    return offset + length > beyond and offset < 60 * MB


def refusing(beyond):
    """Data nodes that fail for whatever reaches beyond."""

    def refuse(_, offset, length):
        if reaches(offset, length, beyond):
            raise Refused("IOException", "disk failure", 500)

    return refuse


def quiet(values, seconds=0.3):
    """Waits until nothing is added any more."""
    seen = -1
    while seen != len(values):
        seen = len(values)
        time.sleep(seconds)


def test_what_follows_is_fetched_while_this_is_worked_on_and_no_more_than_is_said(fake, numbers):
    expected = served(fake, numbers)
    at_first = []

    def slow(chunk):
        if not at_first:
            quiet(fake.given)
            at_first.append(sum(length for _, length in fake.given))
        return chunk

    assert mean(transform_function=slow) == expected
    assert 12 * MB < at_first[0] <= 8 * MB + AHEAD + 16 * MB
    fetched = sum(length for _, length in fake.given)
    assert len(fake.files["/numbers.xdf"]) <= fetched <= len(fake.files["/numbers.xdf"]) + 2 * MB
    assert len(fake.given) <= 10
    # The name node says once for each block which data node has it, not for each request.
    assert len([each for each in fake.asked if each[1] == "OPEN"]) <= 4


def test_a_range_that_cannot_be_had_is_an_error_when_it_is_read_and_not_before(fake, numbers):
    served(fake, numbers)
    fake.before_bytes = refusing(40 * MB)
    rows = []

    def seen(chunk):
        rows.append(len(chunk["x"]))
        return chunk

    with pytest.raises(rx.InsituError, match="no data node of HDFS answers about /numbers.xdf.*disk failure"):
        mean(transform_function=seen)
    assert sum(rows) >= 2 * BLOCK  # what lay before it was read


def test_a_range_that_nobody_reads_raises_nothing(fake, numbers):
    served(fake, numbers)
    fake.before_bytes = refusing(9 * MB)
    first = rx.rx_data_step(rx.RxXdfData("hdfs:///numbers.xdf"), number_rows_read=100_000, **QUIET)
    assert len(first) == 100_000


def test_an_error_ends_what_is_fetched_ahead(fake, numbers):
    served(fake, numbers)
    over = threading.Event()
    fake.before_bytes = lambda _, offset, length: over.wait(30) if reaches(offset, length, 30 * MB) else None

    def wrong(chunk):
        raise ValueError("the first rows are enough")

    begin = time.monotonic()
    try:
        with pytest.raises(rx.InsituError, match="the first rows are enough"):
            mean(transform_function=wrong)
        assert time.monotonic() - begin < 10
    finally:
        over.set()


def test_a_slow_data_node_and_one_that_breaks_off_change_nothing(fake, numbers):
    expected = served(fake, numbers)
    fake.faults += ["cut", "error", "dead", "cut"]
    fake.before_bytes = lambda *_: time.sleep(0.1)
    assert mean() == expected and not fake.faults


def test_a_file_that_is_replaced_while_it_is_fetched_ahead_is_an_error(fake, numbers):
    served(fake, numbers)
    body = numbers[0]
    other = bytearray(body)
    other[30 * MB:31 * MB] = bytes(MB)

    def replace(path, offset, length):
        if reaches(offset, length, 30 * MB) and fake.files[path] is body:
            fake.write(path, bytes(other))

    fake.before_bytes = replace
    with pytest.raises(rx.InsituError, match="has changed while it was used: hdfs:///numbers.xdf"):
        mean()
    fake.before_bytes = None
    assert np.isfinite(mean())  # the next call reads the new one
