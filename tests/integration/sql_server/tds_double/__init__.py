"""A server that speaks TDS, for tests: SQL Server's protocol in front of DuckDB (docs/in-sql-server.md)."""

from .faults import Faults
from .server import TdsDouble

__all__ = ["Faults", "TdsDouble"]
