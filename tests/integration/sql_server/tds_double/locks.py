"""Locks that clients name themselves (sp_getapplock), held to the end of a transaction."""

import threading
from typing import Any


class Locks:
    def __init__(self) -> None:
        self._free = threading.Condition()
        self._holders: dict[str, Any] = {}

    def take(self, name: str, session: Any) -> None:
        from .session import SqlError

        with self._free:
            while self._holders.get(name, session) is not session:
                if session.interrupted.is_set():
                    raise SqlError(0, "interrupted")
                self._free.wait(0.05)
            self._holders[name] = session

    def give_back(self, session: Any) -> None:
        with self._free:
            for name in [name for name, holder in self._holders.items() if holder is session]:
                del self._holders[name]
            self._free.notify_all()
