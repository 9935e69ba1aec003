"""The server: one thread for each client's line, one that answers."""

import os
import queue
import socket
import struct
import threading
from collections.abc import Iterable
from typing import Any

import duckdb

from . import made_procedures, wire
from .catalogue import Catalogue
from .faults import Faults
from .locks import Locks
from .remote_calls import RemoteCalls
from .session import Session, SqlError, error_of
from .sql_types import SqlType
from .wire import Answer, Gone, Line, Reader

_MACROS = """
CREATE SCHEMA IF NOT EXISTS dbo; SET schema = 'dbo'; SET integer_division = true; SET TimeZone = 'UTC';
CREATE OR REPLACE MACRO OBJECT_ID(name, kind := 'U') AS (SELECT max(oid) FROM (
  SELECT table_oid AS oid, table_name AS called FROM duckdb_tables()
  UNION ALL SELECT 1000000 + rowid, called FROM tds_double.procedures)
  WHERE lower(called) = lower(trim(string_split(name, '.')[-1], '[]"')));
CREATE OR REPLACE MACRO DATALENGTH(x) AS CASE WHEN typeof(x) = 'BLOB' THEN octet_length(TRY_CAST(x AS BLOB)) ELSE 2 * length(CAST(x AS VARCHAR)) END;
CREATE SCHEMA IF NOT EXISTS sys;
CREATE OR REPLACE VIEW sys.all_objects AS SELECT i AS object_id FROM range(300) r(i);
CREATE TABLE IF NOT EXISTS sys.databases AS SELECT 5 AS database_id, 'insitu' AS name, 160 AS compatibility_level, 1 AS snapshot_isolation_state;
CREATE OR REPLACE VIEW sys.configurations AS SELECT 'external scripts enabled' AS name, 1 AS value_in_use;
CREATE OR REPLACE MACRO CHECKSUM(x) AS CAST(hash(x) % 2147483647 AS INTEGER);
CREATE OR REPLACE MACRO DB_NAME() AS 'insitu';
CREATE OR REPLACE MACRO DB_ID() AS 5;
CREATE OR REPLACE MACRO SUSER_SNAME() AS 'tester';
CREATE OR REPLACE MACRO HAS_PERMS_BY_NAME(a, b, c) AS 1;
CREATE OR REPLACE MACRO SERVERPROPERTY(name) AS CASE lower(name) WHEN 'edition' THEN 'Developer Edition (64-bit)'
  WHEN 'productversion' THEN '16.0.1000.0' WHEN 'engineedition' THEN '3' WHEN 'isadvancedanalyticsinstalled' THEN '1' END;
"""


class TdsDouble:
    """A server on loopback; `with TdsDouble(user=..., password=...) as server: server.port`.

    `server.engine` is a DuckDB connection for fixtures (schema dbo); `server.catalogue.declare("t", {"m": "money"})` says
    what columns made there are in SQL Server. `extension`: path of libinsitu_sql.so and `exthost`: its driver, for
    sp_execute_external_script."""

    def __init__(self, *, user: str = "tester", password: str = "", database: str = "insitu", port: int = 0,
                 file: str = ":memory:", extension: str = "", exthost: str = "") -> None:  # fmt: skip
        self.user, self.password, self.database = user, password, database
        self.extension, self.exthost = extension, exthost
        self.engine = duckdb.connect(file)
        self.engine.execute(made_procedures.TABLE)
        self.engine.execute(_MACROS)
        self.engine.execute("CREATE OR REPLACE VIEW sys.external_languages AS SELECT 'insitu' AS language" + ("" if extension else " WHERE false"))
        self.catalogue, self.faults, self.locks = Catalogue(), Faults(), Locks()
        self._texts: list[str] = []
        self._lock = threading.Lock()
        self._lines: set[Line] = set()
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "TdsDouble":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._listener.close()
        with self._lock:
            lines = list(self._lines)
        for line in lines:
            line.close()

    def noted(self, text: str) -> None:
        with self._lock:
            self._texts.append(text)

    def log(self) -> list[str]:
        with self._lock:
            return list(self._texts)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        made = self.engine.cursor()
        made.execute("SET schema = 'dbo'; SET integer_division = true; SET TimeZone = 'UTC'")
        return made

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = Line(sock)
            with self._lock:
                self._lines.add(line)
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: Line) -> None:
        try:
            Client(self, line).serve()
        except (Gone, OSError):
            pass
        finally:
            with self._lock:
                self._lines.discard(line)
            line.close()


class Client:
    """One client: logs in, then its requests are answered in order; attention ends what is running."""

    def __init__(self, server: TdsDouble, line: Line) -> None:
        self.server, self.line = server, line
        self.session = Session(server.cursor(), server.catalogue, server)
        self.calls = RemoteCalls(self.session)
        self.requests: queue.Queue[tuple[int, bytes] | None] = queue.Queue()
        self.descriptor = 0

    def serve(self) -> None:
        kind, data = self.line.message()
        if kind == wire.PRELOGIN:
            self.line.packet(1, wire.prelogin_reply(), True)
            kind, data = self.line.message()
        if kind != wire.LOGIN7 or not self._login(data):
            return
        worker = threading.Thread(target=self._answer_all, daemon=True)
        worker.start()
        try:
            while True:
                kind, data = self.line.message()
                if kind == wire.ATTENTION:
                    self.session.interrupt()
                self.requests.put((kind, data))
        finally:
            self.session.interrupt()
            self.requests.put(None)
            worker.join(30)
            self.session.connection.close()
            self.server.locks.give_back(self.session)

    def _login(self, data: bytes) -> bool:
        login, answer = wire.read_login(data), Answer(self.line)
        if login["version"] not in (0x74000004, 0x730B0003, 0x730A0003):
            answer.message(17836, f"TDS 7.3 and 7.4 are spoken here, not 0x{login['version']:08X}", severity=20)
        elif fault := self.server.faults.take("login"):
            answer.message(fault.number, fault.text, severity=fault.severity)
        elif (login["user"], login["password"]) != (self.server.user, self.server.password):
            answer.message(18456, f"Login failed for user '{login['user']}'.", severity=14)
        elif str(login["database"]).lower() not in ("", "master", self.server.database.lower()):
            answer.message(4060, f'Cannot open database "{login["database"]}" requested by the login. The login failed.', severity=11)  # fmt: skip
        else:
            self.session.user = str(login["user"])
            name = str(login["database"] or self.server.database)
            answer.change(1, wire.short_text(name), wire.short_text("master"))
            answer.message(5701, f"Changed database context to '{name}'.", severity=0)
            answer.change(7, bytes([5]) + wire.COLLATION)
            size = min(max(int(login["packet_size"]) or 4096, 512), 32767)
            answer.change(4, wire.short_text(str(size)), wire.short_text("4096"))
            program = wire.short_text("Microsoft SQL Server")
            version = struct.pack(">I", int(login["version"])) + program + bytes([16, 0, 3, 232])
            body = b"\1" + version
            answer.put(struct.pack("<BH", 0xAD, len(body)) + body)
            answer.done()
            answer.end()
            self.line.packet_size = size
            return True
        answer.done(wire.DONE_ERROR)
        answer.end()
        return False

    def _answer_all(self) -> None:
        try:
            while (request := self.requests.get()) is not None:
                kind, data = request
                answer = Answer(self.line)
                if kind == wire.ATTENTION:
                    self.session.interrupted.clear()
                    answer.done(wire.DONE_ATTENTION)
                    answer.end()
                    continue
                if fault := self.server.faults.take("pieces"):
                    self.line.piece = fault.after or 1
                self._answer(kind, data, answer)
                self.line.piece = None
        except (Gone, OSError):
            self.line.close()

    def _answer(self, kind: int, data: bytes, answer: Answer) -> None:
        output = Tokens(self.server, answer, self.session)
        try:
            if kind == wire.SQL_BATCH:
                reader = wire.after_headers(data)
                text = reader.take(reader.left).decode("utf-16-le")
                self.server.noted(text)
                self.session.batch(text, output)
                output.end()
            elif kind == wire.RPC:
                output.token = wire.DONEINPROC
                for call in self.calls.read(data):
                    self.calls.run(call, output)
                output.end()
            elif kind == wire.TRANSACTION:
                self._transaction(wire.after_headers(data), answer)
            else:
                raise SqlError(4002, f"messages of kind {kind} are not known here", 20)
        except (Gone, OSError):
            raise
        except Exception as error:  # whatever it is, the client is told
            told = error_of(error)
            if self.session.interrupted.is_set():
                answer.done(wire.DONE_ERROR)
            else:
                answer.message(told.number, told.text, severity=told.severity)
                answer.done(wire.DONE_ERROR, token=wire.DONE if kind != wire.RPC else wire.DONEPROC)
        if self.session.interrupted.is_set():
            # The acknowledgement belongs to the same reply; the request of the attention is taken with it.
            waiting = self.requests.get()
            if waiting is None:
                raise Gone
            self.session.interrupted.clear()
            answer.done(wire.DONE_ATTENTION)
        answer.end()

    def _transaction(self, reader: Reader, answer: Answer) -> None:
        what = reader.number("H")
        words = {5: "BEGIN", 7: "COMMIT", 8: "ROLLBACK"}
        if what not in words:
            raise SqlError(3989, f"the transaction manager does not know request {what}")
        old = struct.pack("<BQ", 8, self.descriptor)
        self.session.transaction(words[what])
        self.descriptor = int.from_bytes(os.urandom(7), "little") if what == 5 else 0
        if what == 5:
            answer.change(8, struct.pack("<BQ", 8, self.descriptor), b"\0")
        else:
            answer.change({7: 9, 8: 10}[what], b"\0", old)
            flags = reader.number("B") if reader.left == 1 else 0
            if what in (7, 8) and (flags & 1 or self._begins_again(reader)):
                self.session.transaction("BEGIN")
                self.descriptor = int.from_bytes(os.urandom(7), "little")
                answer.change(8, struct.pack("<BQ", 8, self.descriptor), b"\0")
        answer.done()

    @staticmethod
    def _begins_again(reader: Reader) -> bool:
        """Name of the transaction, then flags: 1 begins the next one."""
        if reader.left < 2:
            return False
        reader.take(reader.number("B"))
        return bool(reader.left and reader.number("B") & 1)


class Tokens:
    """Results as tokens of one reply."""

    def __init__(self, server: TdsDouble, answer: Answer, session: Session) -> None:
        self.server, self.answer, self.session, self.token = server, answer, session, wire.DONE
        self.described: list[tuple[str, SqlType, bool]] = []
        self._waiting: tuple[int, int] | None = None  # status and rows of the DONE that is not sent yet

    def _send_done(self, more: bool) -> None:
        if self._waiting:
            status, rows = self._waiting
            self.answer.done(status | (wire.DONE_MORE if more else 0), rows, self.token)
            self._waiting = None

    def columns(self, columns: list[tuple[str, SqlType, bool]]) -> None:
        self._send_done(True)
        self.described = columns
        data = struct.pack("<BH", 0x81, len(columns))
        for name, kind, nullable in columns:
            data += struct.pack("<IH", 0, 0x8 | int(nullable)) + kind.description() + wire.short_text(name[:128])
        self.answer.put(data)

    def rows(self, rows: Iterable[tuple[Any, ...]], statement: str) -> int:
        take = self.server.faults.take
        cut, error, slow = take("cut", statement), take("error", statement), take("slow", statement)
        rows_only, bitmap = take("rows_only", statement), take("nulls_bitmap", statement)
        kinds = [kind for _, kind, _ in self.described]
        nulls = [kind.is_null_in_row() for kind in kinds]
        count = 0
        for row in rows:
            if cut and count >= cut.after:
                self.answer.flush()
                self.answer.line.close()
                raise Gone
            if error and count >= error.after:
                raise SqlError(error.number, error.text, error.severity)
            if slow and count >= slow.after:
                self.answer.flush()
                if self.session.interrupted.wait(slow.seconds):
                    break
            missing = [value is None for value in row]
            if bitmap or (any(missing) and not rows_only):
                bits = bytearray((len(row) + 7) // 8)
                for place, is_missing in enumerate(missing):
                    bits[place >> 3] |= is_missing << (place & 7)
                data = b"\xd2" + bytes(bits) + b"".join(k.write(v) for k, v in zip(kinds, row, strict=True) if v is not None)
            else:
                data = b"\xd1" + b"".join(
                    null if value is None else kind.write(value)
                    for kind, null, value in zip(kinds, nulls, row, strict=True)
                )
            self.answer.put(data)
            count += 1
            if self.session.interrupted.is_set():
                break
        else:
            if cut:
                self.answer.flush()
                self.answer.line.close()
                raise Gone
            if error:
                raise SqlError(error.number, error.text, error.severity)
        return count

    def done(self, count: int | None) -> None:
        self._send_done(True)
        self._waiting = (wire.DONE_COUNT if count is not None else 0, count or 0)

    def message(self, number: int, text: str, severity: int) -> None:
        self._send_done(True)
        self.answer.message(number, text, severity=severity)

    def database(self, name: str) -> None:
        self._send_done(True)
        self.answer.change(1, wire.short_text(name), wire.short_text(self.server.database))
        self.message(5701, f"Changed database context to '{name}'.", 0)

    def end(self) -> None:
        """The last DONE of a batch; a call has sent its own."""
        if self.token == wire.DONE and not self._waiting:
            self._waiting = (0, 0)
        self._send_done(False)


