"""What goes wrong on demand. A client asks for it with `EXEC tds_double_fault @kind = N'cut', @after = 10`."""

import re
import threading
from dataclasses import dataclass

KINDS = ("cut", "error", "slow", "pieces", "rows_only", "nulls_bitmap", "login", "before")


@dataclass
class Fault:
    """`kind`: cut (the connection, after `after` rows), error (`number`, `text` after `after` rows), slow (`seconds`
    before each row from `after` on), pieces (replies are sent in sends of `after` bytes), rows_only (ROW where NBCROW
    would do), nulls_bitmap (NBCROW always), login (refused with `number`), before (error instead of any result).
    `match`: an expression that the statement must hold. `times`: how often it happens; 0: always."""

    kind: str
    match: str = ""
    after: int = 0
    number: int = 50000
    text: str = "a fault that was asked for"
    seconds: float = 0.01
    times: int = 1
    severity: int = 16

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"a fault is one of {', '.join(KINDS)}, not {self.kind}")


class Faults:
    """Of one server."""

    def __init__(self) -> None:
        self._all: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, kind: str, **how: object) -> None:
        with self._lock:
            self._all.append(Fault(kind, **how))  # type: ignore[arg-type]

    def clear(self) -> None:
        with self._lock:
            self._all.clear()

    def take(self, kind: str, statement: str = "") -> Fault | None:
        """The first of its kind for this statement; one that is used up is not found again."""
        with self._lock:
            for fault in self._all:
                if fault.kind == kind and re.search(fault.match, statement, re.IGNORECASE):
                    if fault.times == 1:
                        self._all.remove(fault)
                    elif fault.times:
                        fault.times -= 1
                    return fault
        return None
