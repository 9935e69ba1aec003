"""What rx_hadoop_command gives."""

from __future__ import annotations

from typing import NamedTuple


class RxHadoopCommandResults(NamedTuple):
    """What a command of Hadoop printed, and how it ended."""

    #: 0 for success, as the program says; 128 and the signal where one has ended it.
    return_code: int
    stdout: str
    #: Without Hadoop's log.
    stderr: str

    def __repr__(self) -> str:
        return self.stdout + self.stderr + (f"(status {self.return_code})\n" if self.return_code else "")
