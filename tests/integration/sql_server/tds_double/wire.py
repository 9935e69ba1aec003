"""Packets and tokens of TDS 7.3 and 7.4, the server's side (MS-TDS 2.2)."""

import socket
import struct
import threading

SQL_BATCH, RPC, REPLY, ATTENTION, TRANSACTION, LOGIN7, PRELOGIN = 1, 3, 4, 6, 14, 16, 18
DONE, DONEPROC, DONEINPROC = 0xFD, 0xFE, 0xFF
DONE_MORE, DONE_ERROR, DONE_COUNT, DONE_ATTENTION = 0x1, 0x2, 0x10, 0x20
END_OF_MESSAGE = 1
COLLATION = bytes.fromhex("0904d00034")  # Latin1_General, case-insensitive, as a new server has it


class Gone(Exception):
    """The client has gone, or a fault has cut its line."""


class Reader:
    """Bytes of one message."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes:
        if count < 0 or self.at + count > len(self.data):
            raise ValueError(f"a message ends {self.at + count - len(self.data)} bytes too early")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, layout: str) -> int:
        return struct.unpack("<" + layout, self.take(struct.calcsize(layout)))[0]

    def text(self, characters: int) -> str:
        return self.take(2 * characters).decode("utf-16-le")

    def short_text(self) -> str:
        return self.text(self.number("B"))

    @property
    def left(self) -> int:
        return len(self.data) - self.at


class Line:
    """One connection: messages in, packets out. `cut_after` counts bytes that may still be sent."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.packet_size, self.sending = sock, 4096, threading.Lock()
        self.piece: int | None = None  # bytes of one send: packets arrive in several reads then
        self.cut_after: int | None = None

    def _exactly(self, count: int) -> bytes:
        got = bytearray()
        while len(got) < count:
            more = self.sock.recv(count - len(got))
            if not more:
                raise Gone
            got += more
        return bytes(got)

    def message(self) -> tuple[int, bytes]:
        """The next message, whatever number of packets it comes in."""
        body = bytearray()
        while True:
            kind, status, length = struct.unpack(">BBH4x", self._exactly(8))
            body += self._exactly(length - 8)
            if status & END_OF_MESSAGE:
                return kind, bytes(body)

    def _send(self, data: bytes) -> None:
        if self.cut_after is not None:
            kept = data[: self.cut_after]
            self.cut_after -= len(kept)
            if len(kept) < len(data):
                self.sock.sendall(kept)
                self.close()
                raise Gone
        step = self.piece or len(data)
        for begin in range(0, len(data), step):
            self.sock.sendall(data[begin : begin + step])

    def packet(self, number: int, data: bytes, last: bool) -> None:
        self._send(struct.pack(">BBHHBB", REPLY, int(last), len(data) + 8, 0, number & 255, 0) + data)

    def close(self) -> None:
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()


class Answer:
    """Tokens of one reply, sent in packets as they fill."""

    def __init__(self, line: Line) -> None:
        self.line, self.data, self.packets = line, bytearray(), 0

    def put(self, data: bytes) -> None:
        self.data += data
        room = self.line.packet_size - 8
        while len(self.data) > room:
            self.packets += 1
            self.line.packet(self.packets, bytes(self.data[:room]), False)
            del self.data[:room]

    def flush(self) -> None:
        """Sends what is there, so that a client can read it before the rest is made."""
        if self.data:
            self.packets += 1
            self.line.packet(self.packets, bytes(self.data), False)
            self.data.clear()

    def end(self) -> None:
        self.line.packet(self.packets + 1, bytes(self.data), True)
        self.data.clear()

    def done(self, status: int = 0, rows: int = 0, token: int = DONE, command: int = 0) -> None:
        self.put(struct.pack("<BHHQ", token, status, command, rows))

    def message(self, number: int, text: str, *, state: int = 1, severity: int = 16, procedure: str = "") -> None:
        """ERROR where the severity is above 10, else INFO."""
        body = struct.pack("<iBB", number, state, severity) + long_text(text[:4000])
        body += short_text("insitu-tds-double") + short_text(procedure) + struct.pack("<i", 1)
        self.put(struct.pack("<BH", 0xAA if severity > 10 else 0xAB, len(body)) + body)

    def change(self, kind: int, new: bytes, old: bytes = b"\0") -> None:
        """ENVCHANGE."""
        self.put(struct.pack("<BHB", 0xE3, 1 + len(new) + len(old), kind) + new + old)

    def return_status(self, value: int) -> None:
        self.put(struct.pack("<Bi", 0x79, value))


def short_text(text: str) -> bytes:
    return struct.pack("<B", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def long_text(text: str) -> bytes:
    return struct.pack("<H", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def after_headers(data: bytes) -> Reader:
    """What follows ALL_HEADERS, which only say in which transaction the request stands."""
    reader = Reader(data)
    reader.take(reader.number("I") - 4)
    return reader


def read_login(data: bytes) -> dict[str, str | int]:
    """The fields of LOGIN7 that matter here."""
    version, packet_size = struct.unpack_from("<II", data, 4)
    fields: dict[str, str | int] = {"version": version, "packet_size": packet_size}
    places = {"host": 36, "user": 40, "password": 44, "application": 48, "server": 52, "database": 68}
    for name, place in places.items():
        offset, characters = struct.unpack_from("<HH", data, place)
        raw = data[offset : offset + 2 * characters]
        if name == "password":
            raw = bytes(((b ^ 0xA5) << 4 | (b ^ 0xA5) >> 4) & 255 for b in raw)
        fields[name] = raw.decode("utf-16-le")
    return fields


def prelogin_reply() -> bytes:
    """Version 16, no encryption, no instance, no MARS: loopback alone."""
    options = [(0, struct.pack(">BBHH", 16, 0, 1000, 0)), (1, b"\2"), (2, b"\0"), (3, b""), (4, b"\0")]
    place, head, body = 5 * len(options) + 1, b"", b""
    for token, value in options:
        head += struct.pack(">BHH", token, place + len(body), len(value))
        body += value
    return head + b"\xff" + body
