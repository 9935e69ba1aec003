"""What strangers and broken clients say to the gateway (acceptance check 10; hosts/jvm/tests and tests/fuzz send any bytes to the
decoders themselves)."""

import json
import random
import socket
import struct

import pytest
import sample_rows
from exact import assert_same_bits
from gateway_client import CALL, CANCEL, DATA, HEADER, HELLO, MAGIC, Failed, Line, frame

CLOSED_WITHIN = 10  # seconds


@pytest.fixture
def folder(local_spark, gateway_of):
    return str(gateway_of(local_spark)["folder"])


@pytest.fixture(autouse=True)
def application_lives(local_spark, formats, answers):
    """After each of these tests the same application gives the same answer."""
    yield
    assert_same_bits(sample_rows.linear_model(formats["xdf"], local_spark), answers("xdf", "linear_model"))


def assert_closed(line):
    """The other side hangs up; it may say why before."""
    line.socket.settimeout(CLOSED_WITHIN)
    try:
        while line.socket.recv(65536):
            pass
    except ConnectionError:
        pass


def header(kind=HELLO, magic=MAGIC, flags=0, request=0, json_size=0, payload_size=0):
    return struct.pack("<IHHIIQ", magic, kind, flags, request, json_size, payload_size)


BROKEN = {
    "wrong magic": header(magic=0x31465853),
    "another protocol": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "unknown type": header(kind=999),
    "flags": header(flags=1),
    "json of 4 GiB": header(json_size=2**32 - 1),
    "payload of 2^63 bytes": header(kind=CALL, request=1, json_size=2, payload_size=2**63) + b"{}",
    "payload beyond all arrays": header(kind=CALL, request=1, json_size=2, payload_size=2**31) + b"{}",
}


@pytest.mark.parametrize("what", BROKEN)
def test_10_a_stranger_with_broken_frames_is_turned_away(folder, what):
    line = Line(folder, greet=False)
    line.socket.sendall(BROKEN[what])
    assert_closed(line)


@pytest.mark.parametrize("what", BROKEN)
def test_10_a_client_with_broken_frames_is_turned_away(folder, what):
    line = Line(folder)
    line.socket.sendall(BROKEN[what])
    assert_closed(line)


@pytest.mark.parametrize("token", ["", "0" * 64, "x" * 100000])
def test_10_a_wrong_token_is_turned_away(folder, token):
    with pytest.raises((Failed, EOFError)):
        Line(folder, token=token)


@pytest.mark.parametrize("document", [{}, {"protocol": 1}, {"protocol": 1, "token": 7}, {"protocol": 1, "token": None}, [], "text"])
def test_10_a_greeting_without_a_token_is_turned_away(folder, document):
    line = Line(folder, greet=False)
    line.send(HELLO, 0, document)
    assert_closed(line)


def test_10_another_protocol_is_told_so(folder):
    line = Line(folder, greet=False)
    with open(f"{folder}/token") as token:
        line.send(HELLO, 0, {"protocol": 99, "token": token.read().strip()})
    assert_closed(line)


@pytest.mark.parametrize("kind", [CALL, CANCEL, DATA])
def test_10_a_call_before_the_greeting_is_turned_away(folder, kind):
    line = Line(folder, greet=False)
    line.send(kind, 1, {"op": "SQL", "text": "SELECT 1"})
    assert_closed(line)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"7", b'"text"', b'{"op":7}', b'{"op":"DROP"}', b"{}", b"\xff\xfe", b"[" * 100000])
def test_10_a_call_that_is_no_call_fails_and_nothing_else(folder, text):
    line = Line(folder)
    line.socket.sendall(HEADER.pack(MAGIC, CALL, 0, 1, len(text), 0) + text)
    try:
        kind, _, document, _ = line.receive()
        assert document["message"]
    except (EOFError, ConnectionError):
        pass  # turned away is as good


WRONG_CALLS = {
    "unknown handle": {"op": "RUN_PASS", "handle": "h999999", "columns": ["a"], "splits": [[0, [0, 0, 1, 1]]], "task": {}},
    "nothing to do": {"op": "RUN_PASS"},
    "tasks of text": {"op": "RUN_PASS", "task": {"mode": "map"}, "tasks": "all"},
    "splits of text": {"op": "RUN_PASS", "task": {"mode": "map"}, "tasks": [[["a", "b", "c", "d"]]]},
    "unknown kind": {"op": "OPEN", "kind": "avro", "path": "/tmp"},
    "path of numbers": {"op": "OPEN", "kind": "parquet", "path": [1, 2]},
    "no such file": {"op": "OPEN", "kind": "parquet", "path": "/no/such/file"},
    "no such table": {"op": "OPEN", "kind": "table", "table": "no_such_table"},
    "not SQL": {"op": "SQL", "text": "SELEKT 1"},
    "negative tasks": {"op": "EMPTY_JOB", "tasks": -5},
    "unknown target": {"op": "WRITE", "task": {"mode": "transform"}, "tasks": [], "schema": [], "target": {"kind": "csv"}},
}


@pytest.mark.parametrize("what", WRONG_CALLS)
def test_10_a_wrong_call_fails_with_a_message_and_the_line_goes_on(folder, what):
    line = Line(folder)
    line.send(CALL, 1, WRONG_CALLS[what])
    with pytest.raises(Failed) as failure:
        while True:
            kind, _, document, _ = line.receive()
            if kind == 18:
                raise Failed(document)
            assert kind != 17, f"it was answered: {document}"
    assert str(failure.value)
    line.send(CALL, 2, {"op": "STATUS"})
    kind, request, document, _ = line.receive()
    assert (kind, request) == (17, 2) and "executors" in document


@pytest.mark.parametrize("what", [
    {"what": "bytes", "file": "/no/such/file", "offset": "first", "length": -1},
    {"what": "bytes", "file": "/proc/version", "offset": 0, "length": 2**40},
    {"what": "bytes", "file": "/no/such/file", "offset": 0, "length": 10},
])
def test_10_a_wrong_question_for_files_is_answered_with_an_error(folder, what):
    """As a worker's READ: the answer holds the error."""
    assert Line(folder).call("FS", **what)["error"]


def test_10_any_bytes_are_turned_away(folder):
    """Whole and broken frames, changed in a few places; the same ones each time."""
    source = random.Random(10)
    whole = frame(HELLO, 0, {"protocol": 1, "token": "0" * 64}) + frame(CALL, 1, {"op": "STATUS"}, b"payload")
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(source.randint(1, 6)):
            data[source.randrange(len(data))] = source.randrange(256)
        line = Line(folder, greet=False)
        try:
            line.socket.sendall(bytes(data[:source.randint(1, len(data))]))
            line.socket.shutdown(socket.SHUT_WR)
        except ConnectionError:  # it hung up before the end
            pass
        assert_closed(line)
        line.socket.close()


def resident_megabytes(pid):
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * 4096 / 2**20


def test_10_announced_bytes_that_do_not_come_take_no_memory(folder, local_spark, gateway_of):
    driver = gateway_of(local_spark)["pid"]
    before = resident_megabytes(driver)
    lines = []
    for _ in range(4):
        lines.append(Line(folder))
        lines[-1].socket.sendall(header(kind=CALL, request=1, json_size=2, payload_size=2**31 - 64) + b"{}" + b"x" * 1000)
    Line(folder).send(CALL, 1, {"op": "STATUS"})
    other = Line(folder)
    other.send(CALL, 1, {"op": "STATUS"})
    assert other.receive()[0] == 17  # others are served meanwhile
    assert resident_megabytes(driver) - before < 300
    for line in lines:
        line.socket.close()


def test_10_many_lines_at_once_are_served(folder):
    lines = [Line(folder) for _ in range(50)]
    for line in lines:
        line.send(CALL, 1, {"op": "STATUS"})
    assert all(line.receive()[0] == 17 for line in lines)
    for line in lines:
        line.socket.close()


def test_10_the_folder_and_its_secrets_are_private(folder):
    import os

    assert os.stat(folder).st_mode & 0o777 == 0o700
    for name in ("token", "gw.sock", "gw.log"):
        assert os.stat(f"{folder}/{name}").st_mode & 0o077 == 0, name
    with open(f"{folder}/token") as file:
        token = file.read().strip()
    with open(f"{folder}/gw.json") as file:
        assert token not in file.read()
    about = json.load(open(f"{folder}/gw.json"))
    with open(f"/proc/{about['pid']}/cmdline") as file:
        assert token not in file.read()
