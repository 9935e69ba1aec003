"""rx_open on another machine: pieces cross the line, what is open stays there (docs/remote.md)."""

import os
import time

import numpy as np
import pandas as pd
import pytest

import insitu as rx
from remote_machine import machine_with_python


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    with machine_with_python(tmp_path_factory.mktemp("open")) as machine:
        yield machine


@pytest.fixture
def there(machine):
    with rx.rx_set_temp_compute_context(machine.there()) as context:
        yield context


def frame(n=1000, begin=0):
    i = np.arange(begin, begin + n)
    return pd.DataFrame({"x": np.where(i % 7 == 3, np.nan, i / 3), "big": 2**53 + i, "k": pd.Categorical(np.array(["a", "ü"])[i % 2])})


def pieces(source):
    rx.rx_open(source)
    found = []
    while len(piece := rx.rx_read_next(source)):
        found.append(piece)
    rx.rx_close(source)
    return found


def test_pieces_are_those_of_here(there, machine):
    rx.rx_data_step(frame(), str(machine.data / "rows.xdf"), rows_per_read=300, overwrite=True, report_progress=0)
    far = pieces(rx.RxXdfData("rows.xdf"))
    with rx.rx_set_temp_compute_context("local"):
        near = pieces(rx.RxXdfData(str(machine.data / "rows.xdf")))
    assert [len(each) for each in far] == [300, 300, 300, 100]
    for a, b in zip(far, near):
        pd.testing.assert_frame_equal(a, b, check_exact=True)


def test_two_are_open_beside_other_calls_in_any_context(there, machine):
    rx.rx_data_step(frame(), str(machine.data / "rows.xdf"), rows_per_read=300, overwrite=True, report_progress=0)
    one, two, out = rx.RxXdfData("rows.xdf"), rx.RxXdfData("rows.xdf"), rx.RxXdfData("copy.xdf")
    for source, mode in ((one, "r"), (two, "r"), (out, "w")):
        rx.rx_open(source, mode=mode)
    first = rx.rx_read_next(one)
    assert rx.rx_get_info("rows.xdf").numRows == 1000
    with rx.rx_set_temp_compute_context("local"):  # what is open stays where it is
        pd.testing.assert_frame_equal(rx.rx_read_next(two), first)
        second = rx.rx_read_next(one)
        rx.rx_write_next(first, out)
        rx.rx_write_next(second, out)
        assert not (machine.data / "copy.xdf").exists() and not os.path.exists("copy.xdf")
        for source in (one, two, out):
            rx.rx_close(source)
    with pytest.raises(rx.InvalidArgument, match="not open"):
        rx.rx_read_next(one)
    copy = rx.rx_data_step(str(machine.data / "copy.xdf"), report_progress=0, compute_context="local")
    pd.testing.assert_frame_equal(copy, frame(600), check_exact=True)


def test_what_is_not_closed_is_not_there(there, machine):
    out = rx.RxXdfData("half.xdf")
    rx.rx_open(out, mode="w")
    rx.rx_write_next(frame(), out)
    machine.server.end_connections()
    with pytest.raises(rx.WorkerError, match="was lost|has ended"):
        rx.rx_write_next(frame(), out)
    with pytest.raises(rx.WorkerError, match="was lost|has ended"):
        rx.rx_close(out)
    until = time.monotonic() + 10
    while [each for each in machine.data.iterdir() if "half" in each.name or each.name.startswith(".insitu")]:
        assert time.monotonic() < until
        time.sleep(0.05)
    rx.rx_open(out, mode="w")
    rx.rx_write_next(frame(5), out)
    rx.rx_close(out)
    assert rx.rx_get_info("half.xdf").numRows == 5


def test_reading_ends_with_the_connection_and_closes(there, machine):
    rx.rx_data_step(frame(), str(machine.data / "rows.xdf"), rows_per_read=300, overwrite=True, report_progress=0)
    source = rx.RxXdfData("rows.xdf")
    rx.rx_open(source)
    rx.rx_read_next(source)
    machine.server.end_connections()
    with pytest.raises(rx.WorkerError, match="was lost|has ended"):
        rx.rx_read_next(source)
    assert rx.rx_close(source)
    assert sum(map(len, pieces(source))) == 1000


def test_failures_there_are_those_of_here(there, machine):
    with pytest.raises(rx.DataError, match="none.xdf"):
        rx.rx_open(rx.RxXdfData("none.xdf"))
    source = rx.RxXdfData("rows.xdf")
    rx.rx_open(source)
    with pytest.raises(rx.InvalidArgument, match="open for reading, not for writing"):
        rx.rx_write_next(frame(3), source)
    child = os.fork()
    if child == 0:
        try:
            rx.rx_read_next(source)
        except rx.InvalidArgument as why:
            os._exit(0 if "forked" in str(why) else 2)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert len(rx.rx_read_next(source)) == 300
    rx.rx_close(source)
