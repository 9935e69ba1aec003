"""A client's session: what a batch does, on a connection of its own to the engine."""

import decimal
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import duckdb
import sqlglot
from sqlglot import exp

from .catalogue import Catalogue
from .dialect import engine_type, for_engine, is_temporary, is_variable, parse, parts_of_if, split, type_of
from .made_procedures import make_or_drop
from .procedures import call, names_a_procedure, parse_call
from .sql_types import SqlType, of_duckdb

VERSION = "Microsoft SQL Server 2022 (insitu's double for tests, on DuckDB) - 16.0.1000.0"


@dataclass
class SqlError(Exception):
    number: int
    text: str
    severity: int = 16

    def __str__(self) -> str:
        return self.text


class Output(Protocol):
    """Where results go."""

    def columns(self, columns: list[tuple[str, SqlType, bool]]) -> None: ...
    def rows(self, rows: Iterable[tuple[Any, ...]], statement: str) -> int: ...
    def done(self, count: int | None) -> None: ...
    def message(self, number: int, text: str, severity: int) -> None: ...
    def database(self, name: str) -> None: ...


# What the engine says, what SQL Server would say.
_ERRORS = [
    (r"Table with name (\S+?) does not exist", 208, "Invalid object name '{}'."),
    (r"Referenced column \"([^\"]+)\" (?:was )?not found", 207, "Invalid column name '{}'."),
    (r"column \"([^\"]+)\" not found|does not have a column named \"([^\"]+)\"", 207, "Invalid column name '{}'."),
    (r"(?:Table|View) with name \"?([^\"\s]+)\"? already exists", 2714, "There is already an object named '{}' in the database."),
    (r"NOT NULL constraint failed: (\S+)", 515, "Cannot insert the value NULL into column '{}'; column does not allow nulls. INSERT fails."),
    (r"(?:Duplicate key|PRIMARY KEY|UNIQUE constraint)(.*)", 2627, "Violation of a PRIMARY KEY constraint: {}"),
    (r"write-write conflict|Conflict on", 1205, "Transaction was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction."),
    (r"Conversion Error: (.*)|Could not convert (.*)", 245, "Conversion failed: {}"),
    (r"Out of Range Error: (.*)", 8115, "Arithmetic overflow error: {}"),
    (r"Function with name (\S+) does not exist", 195, "'{}' is not a recognized built-in function name."),
    (r"INTERRUPT", 0, "interrupted"),
]  # fmt: skip


def error_of(error: Exception) -> SqlError:
    if isinstance(error, SqlError):
        return error
    text = str(error)
    if isinstance(error, duckdb.Error):
        for pattern, number, told in _ERRORS:
            if found := re.search(pattern, text):
                return SqlError(number, told.format(next((g for g in found.groups() if g), "")))
        return SqlError(50000, text)
    if isinstance(error, sqlglot.errors.ParseError):
        return SqlError(102, f"Incorrect syntax: {text.splitlines()[0]}")
    return SqlError(50000, f"{type(error).__name__}: {text}")


class Session:
    def __init__(self, connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, server: Any) -> None:
        self.connection, self.catalogue, self.server = connection, catalogue, server
        self.transactions, self.implicit, self.rows_affected = 0, False, 0
        self.variables: dict[str, tuple[SqlType, Any]] = {}
        self.interrupted = threading.Event()
        self.user = ""
        self.result_sets, self.output_targets, self.status_target = "", {}, ""  # of the call of a procedure

    def interrupt(self) -> None:
        self.interrupted.set()
        self.connection.interrupt()

    def constants(self) -> dict[str, object]:
        return {"TRANCOUNT": self.transactions, "VERSION": VERSION, "ROWCOUNT": self.rows_affected, "SPID": 51, "ERROR": 0,
                "SERVERNAME": "insitu-tds-double", "MICROSOFTVERSION": 0x10000000, "MAX_PRECISION": 38}  # fmt: skip

    def batch(self, text: str, output: Output, variables: dict[str, tuple[SqlType, Any]] | None = None) -> None:
        """Runs the statements in order; the first that fails ends the batch. Throws what error_of() knows."""
        before = self.variables
        self.variables = dict(variables or {})
        try:
            if make_or_drop(self, text):
                output.done(None)
                return
            for statement in split(text):
                self.statement(statement, output)
        finally:
            self.variables = before

    def statement(self, text: str, output: Output) -> None:
        if self.interrupted.is_set():
            raise SqlError(0, "interrupted")
        first = re.match(r"\s*(\w+)", text)
        word = first[1].upper() if first else ""
        known = {"SET": self._set, "USE": self._use, "IF": self._if, "DECLARE": self._declare, "EXEC": self._exec,
                 "EXECUTE": self._exec, "PRINT": self._print, "RAISERROR": self._raise, "WAITFOR": self._wait}  # fmt: skip
        if word in ("BEGIN", "COMMIT", "ROLLBACK"):
            self.transaction(word)
            output.done(None)
        elif word in known:
            known[word](text, output)
        elif names_a_procedure(text):
            self._exec("EXEC " + text, output)
        else:
            self._query(text, output)

    def transaction(self, word: str) -> None:
        if word == "BEGIN":
            if not self.transactions:
                self.connection.execute("BEGIN")
            self.transactions += 1
        elif not self.transactions:
            raise SqlError(3902 if word == "COMMIT" else 3903, f"The {word} TRANSACTION request has no corresponding BEGIN TRANSACTION.")  # fmt: skip
        elif word == "COMMIT" and self.transactions > 1:
            self.transactions -= 1
        else:
            self.transactions = 0
            try:
                self.connection.execute(word)
            finally:
                self.server.locks.give_back(self)

    # What is no query.

    def _set(self, text: str, output: Output) -> None:
        if found := re.fullmatch(r"\s*SET\s+@(\w+)\s*=(.*)", text, re.IGNORECASE | re.DOTALL):
            kind = self.variables[found[1].lower()][0]
            self.variables[found[1].lower()] = (kind, self.value("SELECT " + found[2]))
        elif found := re.fullmatch(r"\s*SET\s+IMPLICIT_TRANSACTIONS\s+(ON|OFF)\s*", text, re.IGNORECASE):
            self.implicit = found[1].upper() == "ON"
        output.done(None)

    def _use(self, text: str, output: Output) -> None:
        name = text.split(None, 1)[1].strip().strip('[]"')
        if name.lower() not in ("master", self.server.database.lower()):
            raise SqlError(911, f"Database '{name}' does not exist. Make sure that the name is entered correctly.")
        output.database(name)
        output.done(None)

    def _if(self, text: str, output: Output) -> None:
        condition, done, otherwise = parts_of_if(text)
        chosen = done if self.value(f"SELECT CASE WHEN {condition} THEN 1 ELSE 0 END") else otherwise
        for each in split(chosen):
            self.statement(each, output)

    def _declare(self, text: str, output: Output) -> None:
        for item in parse(text).expressions:
            kind = item.args["kind"]
            name = item.this.name if not isinstance(item.this, list) else item.this[0].name
            value = None
            if item.args.get("default"):
                value = self.value("SELECT " + item.args["default"].sql("tsql"))
            self.variables[name.lstrip("@").lower()] = (type_of(kind) or SqlType("nvarchar"), value)
        output.done(None)

    def _print(self, text: str, output: Output) -> None:
        output.message(0, str(self.value("SELECT " + text.strip()[5:])), 0)
        output.done(None)

    def _raise(self, text: str, output: Output) -> None:
        found = re.search(r"\(\s*N?'((?:[^']|'')*)'\s*,\s*(\d+)", text)
        if not found:
            raise SqlError(102, "Incorrect syntax near RAISERROR")
        if int(found[2]) > 10:
            raise SqlError(50000, found[1].replace("''", "'"), int(found[2]))
        output.message(50000, found[1].replace("''", "'"), int(found[2]))
        output.done(None)

    def _wait(self, text: str, output: Output) -> None:
        found = re.search(r"'(\d+):(\d+):([\d.]+)'", text)
        seconds = (int(found[1]) * 60 + int(found[2])) * 60 + float(found[3]) if found else 0
        if self.interrupted.wait(seconds):
            raise SqlError(0, "interrupted")
        output.done(None)

    def _exec(self, text: str, output: Output) -> None:
        name, arguments = parse_call(text, self)
        call(self, name, arguments, output)

    # Queries.

    def value(self, text: str) -> Any:
        row = self.run(parse(text)).fetchone()
        return row[0] if row else None

    def run(self, tree: exp.Expression) -> duckdb.DuckDBPyConnection:
        text, used = for_engine(tree, self.constants())
        for name in used - set(self.variables):
            raise SqlError(137, f'Must declare the scalar variable "@{name}".')
        values = {name: _for_engine(*self.variables[name]) for name in used}
        return self.connection.execute(text, values) if values else self.connection.execute(text)

    def _query(self, text: str, output: Output) -> None:
        if fault := self.server.faults.take("before", text):
            raise SqlError(fault.number, fault.text, fault.severity)
        if self.implicit and not self.transactions:
            self.transaction("BEGIN")
        if found := re.fullmatch(r"(\s*INSERT\s+INTO\s+[^()]+?(?:\([^)]*\))?)\s*(EXEC(?:UTE)?\s.*)", text, re.IGNORECASE | re.DOTALL):  # fmt: skip
            self._insert_of_call(found[1], found[2], output)
            return
        tree = parse(text)
        if isinstance(tree, exp.Select) and tree.expressions and all(
            isinstance(e, exp.EQ) and is_variable(e.this) for e in tree.expressions
        ):  # fmt: skip
            names = [e.this.name.lower() for e in tree.expressions]
            tree.set("expressions", [e.expression for e in tree.expressions])
            for row in self.run(tree).fetchall():
                for name, value in zip(names, row, strict=True):
                    self.variables[name] = (self.variables[name][0], value)
            output.done(None)
            return
        into = tree.args.get("into") if isinstance(tree, exp.Select) else None
        result = self.run(tree)
        if isinstance(tree, exp.Query) and not into:
            description = result.description or []
            declared = self.catalogue.of_select(tree)
            if len(declared) != len(description):
                declared = [None] * len(description)
            columns = [
                ("" if _has_no_name(tree, i) else c[0], *(known or (of_duckdb(str(c[1])), True)))
                for i, (c, known) in enumerate(zip(description, declared, strict=True))
            ]
            output.columns(columns)
            self.rows_affected = output.rows(_all_rows(result, self.interrupted), text)
            output.done(self.rows_affected)
            return
        if into:
            self.catalogue.copied(into.this.name, tree)
        elif isinstance(tree, exp.Create) and tree.kind == "TABLE" and isinstance(tree.this, exp.Schema):
            self.catalogue.created(tree)
        elif isinstance(tree, exp.Drop):
            self.catalogue.dropped(tree.find(exp.Table).name)
        count = result.fetchone() if isinstance(tree, exp.Insert | exp.Update | exp.Delete) or into else None
        self.rows_affected = int(count[0]) if count else 0
        output.done(self.rows_affected if count else None)

    def _insert_of_call(self, target: str, text: str, output: Output) -> None:
        kept = Kept()
        self._exec(text, kept)
        tree = parse(target + " SELECT 1")
        table = tree.find(exp.Table)
        named = [c.name for c in tree.this.expressions] if isinstance(tree.this, exp.Schema) else []
        called = "#" + table.name if is_temporary(tree) else table.name
        head = f'"{called}"' + (f" ({', '.join(chr(34) + n + chr(34) for n in named)})" if named else "")
        if kept.values:
            marks = ", ".join(f"CAST(? AS {engine_type(kind)})" for _, kind, _ in kept.described)
            self.connection.executemany(f"INSERT INTO {head} VALUES ({marks})", [list(row) for row in kept.values])
        self.rows_affected = len(kept.values)
        output.done(self.rows_affected)


class Kept:
    """Results that a statement reads instead of the client."""

    def __init__(self) -> None:
        self.described: list[tuple[str, SqlType, bool]] = []
        self.values: list[tuple[Any, ...]] = []

    def columns(self, columns: list[tuple[str, SqlType, bool]]) -> None:
        self.described = columns

    def rows(self, rows: Iterable[tuple[Any, ...]], statement: str) -> int:
        before = len(self.values)
        self.values.extend(rows)
        return len(self.values) - before

    def done(self, count: int | None) -> None: ...
    def message(self, number: int, text: str, severity: int) -> None: ...
    def database(self, name: str) -> None: ...


def _all_rows(result: duckdb.DuckDBPyConnection, interrupted: threading.Event) -> Iterator[tuple[Any, ...]]:
    while rows := result.fetchmany(10_000):
        yield from rows
        if interrupted.is_set():
            return


def _has_no_name(tree: exp.Expression, place: int) -> bool:
    """Expressions without an alias have no name in SQL Server."""
    if not isinstance(tree, exp.Select) or any(e.find(exp.Star) and not e.find(exp.Count) for e in tree.expressions):
        return False
    return place < len(tree.expressions) and not isinstance(tree.expressions[place], exp.Alias | exp.Column)


def _for_engine(kind: SqlType, value: Any) -> Any:
    if isinstance(value, decimal.Decimal):
        return value
    if value is not None and kind.name == "uniqueidentifier":
        return str(value)
    return value



