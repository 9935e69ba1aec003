"""Statements of src/sql that no server has taken yet are at least T-SQL to a parser that we did not write."""

import re
from pathlib import Path

import pytest
import sqlglot

TESTS = [Path(__file__).parents[2] / "unit/sql" / name for name in ("external_script_test.cpp", "turns_test.cpp")]


def goldens():
    """The statements that the unit tests expect, word for word."""
    text = "\n".join(re.sub(r'"\s*\n\s*"', "", test.read_text()) for test in TESTS)
    found = [m.replace('\\"', '"').replace("\\'", "'") for m in re.findall(r'"((?:CREATE|ALTER|GRANT|DROP|EXEC|DECLARE|INSERT) (?:[^"\\]|\\.)*)"', text)]
    assert len(found) >= 8
    return found


@pytest.mark.parametrize("statement", goldens())
def test_a_statement_is_read_by_another_parser(statement):
    tokens = sqlglot.tokenize(statement, read="tsql")
    depth = 0
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        assert depth >= 0
    assert depth == 0
    # Clauses that the parser does not know are read as what they are made of.
    shape = re.search(r" WITH RESULT SETS \((\(.*\))\)", statement)
    if shape:
        statement = statement.replace(shape[0], "") + "; CREATE TABLE r " + shape[1]
    statement = re.sub(r"^INSERT INTO (\[t\]) EXEC", r"SELECT * FROM \1; EXEC", statement)
    statement = re.sub(r"EXEC @\w+ = ", "EXEC ", statement)
    for tree in sqlglot.parse(statement, read="tsql"):
        assert tree is not None


@pytest.mark.parametrize("statement", [each for each in goldens() if not re.match(r"(CREATE|ALTER|GRANT|DROP) ", each)])
def test_a_script_is_read_by_a_third_parser(statement):
    # It knows no external languages, no markers of ODBC, and no bracket within a name.
    reader = pytest.importorskip("sqlfluff.core").Linter(dialect="tsql")
    assert not reader.parse_string(statement.replace("= ?", "= 0x00").replace("]]", "")).violations
    assert reader.parse_string(statement.replace("EXEC ", "EXEC , ")).violations
