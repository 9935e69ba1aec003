"""RPC requests: sp_executesql, the sp_prepare family, and procedures by name."""

import struct
from dataclasses import dataclass
from typing import Any

from . import wire
from .dialect import tokens_of
from .procedures import call as call_procedure
from .session import Session, SqlError, error_of
from .sql_types import SqlType, read_parameter

_NUMBERED = {10: "sp_executesql", 11: "sp_prepare", 12: "sp_execute", 13: "sp_prepexec", 15: "sp_unprepare"}


@dataclass
class Parameter:
    name: str  # without @, in lower case
    output: bool
    kind: SqlType
    value: Any


@dataclass
class Call:
    name: str
    parameters: list[Parameter]


class RemoteCalls:
    """The calls of one client; prepared statements live as long as its session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._prepared: dict[int, tuple[str, list[str]]] = {}
        self._next = 1

    def read(self, data: bytes) -> list[Call]:
        reader, calls = wire.after_headers(data), []
        while reader.left:
            length = reader.number("H")
            name = _NUMBERED.get(number := reader.number("H"), f"procedure {number}") if length == 0xFFFF else reader.text(length)  # fmt: skip
            reader.number("H")  # options
            parameters = []
            while reader.left:
                if reader.data[reader.at] in (0xFF, 0x80):  # another call follows
                    reader.take(1)
                    break
                given, status = reader.short_text(), reader.number("B")
                parameters.append(Parameter(given.lstrip("@").lower(), bool(status & 1), *read_parameter(reader)))
            calls.append(Call(name.split(".")[-1].strip("[]").lower(), parameters))
        return calls

    def run(self, call: Call, output: Any) -> None:
        given = call.parameters
        status = 0
        try:
            if call.name == "sp_executesql":
                self._execute(str(given[0].value), self._names(given[1].value if len(given) > 1 else ""), given[2:], output)
            elif call.name in ("sp_prepare", "sp_prepexec"):
                text, names = str(given[2].value), self._names(given[1].value)
                handle, self._next = self._next, self._next + 1
                self._prepared[handle] = (text, names)
                if call.name == "sp_prepexec":
                    self._execute(text, names, given[3:], output)
                given[0].value, given[0].kind = handle, SqlType("int")
            elif call.name == "sp_execute":
                if given[0].value not in self._prepared:
                    raise SqlError(8179, f"Could not find prepared statement with handle {given[0].value}.")
                text, names = self._prepared[given[0].value]
                self._execute(text, names, given[1:], output)
            elif call.name == "sp_unprepare":
                self._prepared.pop(given[0].value, None)
            else:
                self.session.server.noted("EXEC " + call.name)
                call_procedure(self.session, call.name, [(p.name, p.value, p.output) for p in given], output)
        except Exception as error:
            told = error_of(error)
            if isinstance(error, (wire.Gone, OSError)) or self.session.interrupted.is_set():
                raise
            output._send_done(True)
            output.answer.message(told.number, told.text, severity=told.severity)
            status = told.number or 1
        output._send_done(True)
        output.answer.return_status(status)
        for place, parameter in enumerate(given):
            if parameter.output:
                self._return(output.answer, place, parameter)
        output.answer.done(wire.DONE_ERROR if status else 0, token=wire.DONEPROC)

    def _execute(self, text: str, names: list[str], given: list[Parameter], output: Any) -> None:
        self.session.server.noted(text)
        variables = {}
        for place, parameter in enumerate(given):
            name = parameter.name or (names[place] if place < len(names) else f"p{place + 1}")
            variables[name] = (parameter.kind, parameter.value)
        self.session.batch(text, output, variables)

    @staticmethod
    def _names(declared: Any) -> list[str]:
        """Of "@P1 int, @name nvarchar(20) OUTPUT"."""
        words = [t.text for t in tokens_of(str(declared or ""))]
        return [words[i + 1].lower() for i, word in enumerate(words[:-1]) if word == "@"]

    @staticmethod
    def _return(answer: wire.Answer, place: int, parameter: Parameter) -> None:
        data = struct.pack("<BH", 0xAC, place) + wire.short_text("@" + parameter.name if parameter.name else "")
        data += struct.pack("<BIH", 1, 0, 1) + parameter.kind.description()
        value = parameter.value
        answer.put(data + (parameter.kind.is_null_in_row() if value is None else parameter.kind.write(value)))
