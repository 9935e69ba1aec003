"""T-SQL to DuckDB, by sqlglot: statements of a batch, their types, their text for the engine."""

import re
from typing import ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.tsql import TSQL
from sqlglot.tokens import Token, TokenType

from .sql_types import SqlType

_STARTERS = {"SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "TRUNCATE", "EXEC", "EXECUTE", "SET",
             "USE", "IF", "DECLARE", "PRINT", "COMMIT", "ROLLBACK", "BEGIN", "RAISERROR", "WAITFOR", "SAVE"}  # fmt: skip
# After these a statement that begins with a keyword is a new one, without a semicolon.
_SHORT = {"SET", "USE", "DECLARE", "PRINT", "COMMIT", "ROLLBACK", "TRUNCATE", "DROP", "BEGIN"}
_ALWAYS = {"USE", "IF", "DECLARE", "PRINT", "COMMIT", "ROLLBACK", "RAISERROR", "WAITFOR", "SAVE"}
_SPACED_OFFSET = re.compile(r"\d{4}-\d\d-\d\d .* [+-]\d\d:\d\d")  # a datetimeoffset; the engine wants it without the space
_ENGINE_TYPES = {"bit": "BOOLEAN", "tinyint": "UTINYINT", "smallint": "SMALLINT", "int": "INTEGER", "bigint": "BIGINT",
                 "real": "FLOAT", "float": "DOUBLE", "money": "DECIMAL(19,4)", "smallmoney": "DECIMAL(10,4)",
                 "date": "DATE", "time": "TIME", "datetime": "TIMESTAMP", "smalldatetime": "TIMESTAMP",
                 "datetime2": "TIMESTAMP", "datetimeoffset": "TIMESTAMPTZ", "uniqueidentifier": "UUID",
                 "varbinary": "BLOB", "binary": "BLOB", "image": "BLOB"}  # fmt: skip


def engine_type(kind: SqlType) -> str:
    if kind.name == "decimal":
        return f"DECIMAL({kind.size},{kind.scale})"
    return _ENGINE_TYPES.get(kind.name, "VARCHAR")


class _Words(TSQL.Tokenizer):
    COMMANDS: ClassVar = set()  # a statement is cut into words, whatever it begins with


def tokens_of(text: str) -> list[Token]:
    return _Words().tokenize(text)


def _word(token: Token) -> str:
    return "" if token.token_type in (TokenType.STRING, TokenType.IDENTIFIER, TokenType.NATIONAL_STRING) else token.text.upper()


def split(text: str) -> list[str]:
    """The statements of a batch. An IF keeps what it decides about."""
    tokens = tokens_of(text)
    pieces: list[tuple[int, int]] = []
    begin, depth, first, decided, block = None, 0, "", 0, 0
    for place, token in enumerate(tokens):
        word = _word(token)
        depth += word == "("
        depth -= word == ")"
        if begin is not None and depth == 0:
            last = tokens[place - 1]
            if word == ";" and not block:
                pieces.append((begin, last.end + 1))
                begin = None
                continue
            if first == "IF":
                after = _word(tokens[place + 1]) if place + 1 < len(tokens) else ""
                if word == "BEGIN" and not after.startswith("TRAN"):
                    block += 1
                elif word == "END" and block and not _in_case(tokens, place):
                    block -= 1
                elif not block and word in _STARTERS and _word(last) != "ELSE":
                    decided += 1
                    if decided > 1 and _ends(tokens, place):
                        pieces.append((begin, last.end + 1))
                        begin = None
            elif word == "IF" and first == "DROP":
                continue  # IF EXISTS
            elif word in _STARTERS and (
                word in _ALWAYS
                or (first in _SHORT and not (first == "DECLARE" and _word(last) in ("FOR", "=")))
                or (word in ("EXEC", "EXECUTE") and first != "INSERT")
                or (word == "SET" and first not in ("UPDATE", "ALTER", "INSERT"))
            ):
                if not (first == "BEGIN" and word == "BEGIN"):
                    pieces.append((begin, last.end + 1))
                    begin = None
        if begin is None and word != ";":
            begin, first, decided, block = token.start, word, 0, 0
    if begin is not None:
        pieces.append((begin, len(text)))
    return [text[a:b].strip().rstrip(";").strip() for a, b in pieces if text[a:b].strip(" ;\n\r\t")]


def _in_case(tokens: list[Token], place: int) -> bool:
    opened = 0
    for token in tokens[:place]:
        opened += _word(token) == "CASE"
        opened -= _word(token) == "END" and opened > 0
    return opened > 0


def _ends(tokens: list[Token], place: int) -> bool:
    """A second statement at the level of an IF: what is decided has ended, unless it reads on (INSERT ... SELECT)."""
    word, before = _word(tokens[place]), next((_word(t) for t in reversed(tokens[:place]) if _word(t) in _STARTERS), "")
    return not (word in ("SELECT", "EXEC", "EXECUTE") and before == "INSERT") and not (word == "SET" and before == "UPDATE")


def parts_of_if(text: str) -> tuple[str, str, str]:
    """Condition, what is done, what is done else."""
    tokens = tokens_of(text)
    depth, start, otherwise, block, opened = 0, None, None, 0, 0
    for place, token in enumerate(tokens[1:], 1):
        word = _word(token)
        depth += word == "("
        depth -= word == ")"
        if depth:
            continue
        opened += word == "CASE"
        if start is None and word in _STARTERS:
            start = place
        if word == "BEGIN" and not (place + 1 < len(tokens) and _word(tokens[place + 1]).startswith("TRAN")):
            block += 1
        elif word == "END" and opened:
            opened -= 1
        elif word == "END":
            block -= 1
        elif word == "ELSE" and not block and not opened:
            otherwise = place
            break
    if start is None:
        raise ValueError("an IF without a statement")
    condition = text[tokens[0].end + 1 : tokens[start].start]
    done = text[tokens[start].start : tokens[otherwise].start if otherwise else len(text)]
    other = text[tokens[otherwise].end + 1 :] if otherwise else ""
    return condition, _without_block(done), _without_block(other)


def _without_block(text: str) -> str:
    found = re.fullmatch(r"\s*BEGIN\s(?!TRAN)(.*?)\s*;?\s*END\s*;?\s*", text, re.IGNORECASE | re.DOTALL)
    return found[1] if found else text


def _with_known_types(text: str) -> str:
    """`real` as float(24): sqlglot takes both for one."""
    out, at = [], 0
    for token in tokens_of(text):
        if _word(token) == "REAL":
            out += [text[at : token.start], "float(24)"]
            at = token.end + 1
    return "".join(out) + text[at:]


def parse(text: str) -> exp.Expression:
    return sqlglot.parse_one(_with_known_types(text), read="tsql")


def type_of(kind: exp.DataType) -> SqlType | None:
    text = kind.sql("tsql").lower()
    text = {"double": "float", "datetimeoffset": "datetimeoffset"}.get(text, text)
    if kind.this == exp.DataType.Type.FLOAT:
        text = "real" if kind.expressions and int(kind.expressions[0].name) <= 24 else "float"
    try:
        return SqlType.parse(text)
    except ValueError:
        return None


def is_variable(node: exp.Expression | None) -> bool:
    return isinstance(node, exp.Parameter) and not isinstance(node.this, exp.Parameter)


def for_engine(tree: exp.Expression, constants: dict[str, object]) -> tuple[str, set[str]]:
    """The text for DuckDB and the variables that it names; `constants` are @@this and @@that."""
    used: set[str] = set()

    def translate(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.DataType):
            kind = type_of(node)
            return exp.DataType.build(engine_type(kind), dialect="duckdb") if kind else node
        if isinstance(node, exp.Parameter):
            if isinstance(node.this, exp.Parameter):
                name = node.this.name.upper()
                if name not in constants:
                    raise ValueError(f"@@{name} is not known here")
                return exp.convert(constants[name])
            used.add(node.name.lower())
            return exp.Parameter(this=exp.var(node.name.lower()))
        if isinstance(node, exp.National):
            return exp.Literal.string(node.this)
        if isinstance(node, exp.Add) and _is_text(node):
            return exp.DPipe(this=node.this.transform(translate), expression=node.expression.transform(translate), safe=True)
        # What is put in the place of a node is not looked at any more.
        if isinstance(node, exp.Collate):
            return node.this.transform(translate)
        if isinstance(node, exp.Convert):
            return exp.Cast(this=node.expression.transform(translate), to=node.this.transform(translate))
        if isinstance(node, exp.TryCast) and not node.args.get("requires_string"):
            return node
        if isinstance(node, exp.Table) and isinstance(node.this, exp.OpenJSON):
            used.update(p.name.lower() for p in node.find_all(exp.Parameter))
            return _rows_of_json(node)
        if isinstance(node, exp.Literal) and node.is_string and _SPACED_OFFSET.fullmatch(node.this):
            return exp.Literal.string(node.this[:-7] + node.this[-6:])
        if isinstance(node, exp.Identifier) and node.args.get("temporary"):
            return exp.to_identifier("#" + node.name, quoted=True)
        return node

    for name in ("options", "hints"):
        for select in tree.find_all(exp.Select, exp.Table):
            if select.args.get(name):
                select.set(name, None)
    for key in list(tree.find_all(exp.PrimaryKey)):
        key.set("expressions", [e.this if isinstance(e, exp.Ordered) else e for e in key.expressions])
    made = tree.copy().transform(translate)
    if isinstance(made, exp.Create) and is_temporary(tree):
        made.set("properties", exp.Properties(expressions=[exp.TemporaryProperty()]))
    return made.sql("duckdb", unsupported_level=sqlglot.ErrorLevel.IGNORE), used


def _is_text(node: exp.Expression) -> bool:
    """A sum of texts, as far as it shows."""
    if isinstance(node, exp.Add):
        return _is_text(node.this) or _is_text(node.expression)
    if isinstance(node, exp.Cast):
        kind = type_of(node.to)
        return bool(kind and kind.name in ("varchar", "nvarchar", "char", "nchar"))
    return isinstance(node, exp.National) or (isinstance(node, exp.Literal) and node.is_string)


def is_temporary(tree: exp.Expression) -> bool:
    table = tree.find(exp.Table)
    return bool(table and isinstance(table.this, exp.Identifier) and table.this.args.get("temporary"))


def _rows_of_json(table: exp.Table) -> exp.Expression:
    source = table.this.this.sql("duckdb")
    if is_variable(table.this.this):
        source = "$" + table.this.this.name.lower()
    columns = []
    for column in table.this.expressions:
        kind = type_of(column.args["kind"]) or SqlType("nvarchar")
        path = column.args["path"].name if column.args.get("path") else "$." + column.name
        name = exp.to_identifier(column.name, quoted=True).sql("duckdb")
        columns.append(f"CAST(json_extract_string(_j, {exp.convert(path).sql('duckdb')}) AS {engine_type(kind)}) AS {name}")
    if not columns:
        columns = ["CAST(row_number() OVER () - 1 AS VARCHAR) AS key", "json_extract_string(_j, '$') AS value", "1 AS type"]
    text = f"SELECT {', '.join(columns)} FROM (SELECT unnest(from_json({source}, '[\"JSON\"]')) AS _j)"
    made = sqlglot.parse_one(text, read="duckdb").subquery()
    alias = table.args.get("alias")
    made.set("alias", alias or exp.TableAlias(this=exp.to_identifier("_json")))
    return made
