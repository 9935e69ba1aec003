"""Procedures that clients make: the text of a body with one parameter, run as a batch. They are rows of a table of the engine, so
that transactions hold them, too."""

import re
from typing import Any

from .sql_types import SqlType

TABLE = "CREATE SCHEMA IF NOT EXISTS tds_double; CREATE TABLE IF NOT EXISTS tds_double.procedures (called TEXT, parameter TEXT, body TEXT);"
_CREATE = re.compile(r"\s*CREATE\s+PROC(?:EDURE)?\s+(.+?)\s+@(\w+)\s+nvarchar\(max\)\s+AS\s+BEGIN\b(.*)\bEND\s*;?\s*\Z", re.IGNORECASE | re.DOTALL)
_DROP = re.compile(r"\s*DROP\s+PROC(?:EDURE)?\s+(IF\s+EXISTS\s+)?(.+?)\s*;?\s*\Z", re.IGNORECASE | re.DOTALL)


def _plain(name: str) -> str:
    """The last part of a name: `[dbo].[a]]b]` is `a]b`."""
    parts = re.findall(r"\[((?:[^\]]|\]\])*)\]|([^.\[\]]+)", name)
    quoted, bare = parts[-1]
    return (quoted.replace("]]", "]") or bare).lower()


def make_or_drop(session: Any, text: str) -> bool:
    """Whether the batch was one that makes or drops a procedure; it is done then."""
    from .session import SqlError

    if found := _CREATE.match(text):
        name = _plain(found[1])
        if find(session, name):
            raise SqlError(2714, f"There is already an object named '{name}' in the database.")
        session.connection.execute("INSERT INTO tds_double.procedures VALUES (?, ?, ?)", [name, found[2].lower(), found[3]])
        return True
    if found := _DROP.match(text):
        name = _plain(found[2])
        if not find(session, name) and not found[1]:
            raise SqlError(3701, f"Cannot drop the procedure '{name}', because it does not exist or you do not have permission.")
        session.connection.execute("DELETE FROM tds_double.procedures WHERE called = ?", [name])
        return True
    return False


def find(session: Any, name: str) -> tuple[str, str] | None:
    return session.connection.execute("SELECT parameter, body FROM tds_double.procedures WHERE called = ?", [name.lower()]).fetchone()


def run(session: Any, made: tuple[str, str], arguments: list[tuple[str, Any, bool]], output: Any) -> None:
    parameter, body = made
    value = next((value for name, value, _ in arguments if name in ("", parameter)), None)
    session.batch(body, output, {parameter: (SqlType.parse("nvarchar(max)"), value)})
