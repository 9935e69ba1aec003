"""What SQL Server would know of the tables: the declared types, which the engine below has fewer of."""

import threading

import duckdb
from sqlglot import exp

from .dialect import type_of
from .sql_types import SqlType, of_duckdb

Declared = dict[str, tuple[SqlType, bool]]  # name in lower case: type, may be NULL


class Catalogue:
    def __init__(self) -> None:
        self._tables: dict[str, Declared] = {}
        self._lock = threading.Lock()

    def declare(self, table: str, columns: dict[str, str]) -> None:
        """`columns`: name to type, "money", "nvarchar(20) not null"."""
        self._put(table, {
            name.lower(): (SqlType.parse(text.lower().replace(" not null", "").replace(" null", "")), " not null" not in text.lower())
            for name, text in columns.items()
        })  # fmt: skip

    def _put(self, table: str, columns: Declared) -> None:
        with self._lock:
            self._tables[_plain(table)] = columns

    def of_table(self, table: str) -> Declared:
        with self._lock:
            return dict(self._tables.get(_plain(table), {}))

    def created(self, tree: exp.Create) -> None:
        columns: Declared = {}
        for column in tree.find_all(exp.ColumnDef):
            kind = type_of(column.args["kind"]) if column.args.get("kind") else None
            required = any(
                (isinstance(c.kind, exp.NotNullColumnConstraint) and not c.kind.args.get("allow_null"))
                or isinstance(c.kind, exp.PrimaryKeyColumnConstraint)
                for c in column.constraints
            )
            if kind:
                columns[column.name.lower()] = (kind, not required)
        self._put(tree.find(exp.Table).name, columns)

    def copied(self, table: str, select: exp.Expression) -> None:
        """SELECT ... INTO table."""
        columns = {
            each.alias_or_name.lower(): found
            for each, found in zip(self._expanded(select), self.of_select(select), strict=True)
            if found
        }
        self._put(table, columns)

    def renamed(self, old: str, new: str) -> None:
        with self._lock:
            if (columns := self._tables.pop(_plain(old), None)) is not None:
                self._tables[_plain(new)] = columns

    def dropped(self, table: str) -> None:
        with self._lock:
            self._tables.pop(_plain(table), None)

    def _sources(self, select: exp.Select) -> dict[str, Declared]:
        found: dict[str, Declared] = {}
        scopes = [select.args.get("from_") or select.args.get("from"), *select.args.get("joins", [])]
        for scope in scopes:
            source = scope.this if scope is not None else None
            if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
                found[source.alias_or_name.lower()] = self.of_table(source.name)
            elif isinstance(source, exp.Subquery):
                inner = source.this
                found[source.alias_or_name.lower()] = {
                    each.alias_or_name.lower(): kind
                    for each, kind in zip(self._expanded(inner), self.of_select(inner), strict=True)
                    if kind
                }
        return found

    def _expanded(self, select: exp.Expression) -> list[exp.Expression]:
        """Stars replaced where the table is known."""
        if not isinstance(select, exp.Select):
            return []
        out: list[exp.Expression] = []
        for each in select.expressions:
            star = isinstance(each, exp.Star) or (isinstance(each, exp.Column) and isinstance(each.this, exp.Star))
            if not star:
                out.append(each)
                continue
            for alias, columns in self._sources(select).items():
                if isinstance(each, exp.Star) or each.table.lower() == alias:
                    out += [exp.column(name, alias) for name in columns]
        return out

    def of_select(self, select: exp.Expression) -> list[tuple[SqlType, bool] | None]:
        """Of each result column, in order; none: nobody has declared it."""
        if not isinstance(select, exp.Select):
            return []
        sources = self._sources(select)

        def kind_of(node: exp.Expression) -> tuple[SqlType, bool] | None:
            node = node.unalias()
            while isinstance(node, (exp.Paren, exp.Collate)):
                node = node.this
            if isinstance(node, exp.Column):
                for alias, columns in sources.items():
                    if node.table.lower() in ("", alias) and node.name.lower() in columns:
                        return columns[node.name.lower()]
            if isinstance(node, (exp.Cast, exp.Convert)):
                to = node.args.get("to") or node.this
                kind = type_of(to) if isinstance(to, exp.DataType) else None
                return (kind, True) if kind else None
            if isinstance(node, (exp.Min, exp.Max)) and (found := kind_of(node.this)):
                return found[0], True
            return None

        return [kind_of(each) for each in self._expanded(select)]

    def columns(self, connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, SqlType, bool]]:
        """Name, type and whether it may be NULL, of each column of a table."""
        rows = connection.execute(
            "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE lower(table_name) = ? "
            "ORDER BY ordinal_position", [_plain(table)]).fetchall()  # fmt: skip
        declared = self.of_table(table)
        return [(name, *declared.get(name.lower(), (of_duckdb(kind), nullable == "YES"))) for name, kind, nullable in rows]


def _plain(table: str) -> str:
    """Without schema and quotes: there is one schema of users."""
    return table.split(".")[-1].strip('[]"').lower()
