"""The statements for SQL Server that the C++ tests hold as they are (tests/golden/pushdown) are T-SQL to parsers of it that do not know
of each other: sqlglot, sqloxide (Rust's sqlparser) and sqlfluff."""

import os
import pathlib

import pytest

sqlglot = pytest.importorskip("sqlglot")
sqloxide = pytest.importorskip("sqloxide")

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden" / "pushdown" / "sql_server.sql"
#: Characters that sqlfluff reads in about a second; longer statements where all is wanted.
QUICK = 10**9 if os.environ.get("INSITU_TEST_ALL") else 700


def statements():
    return [each.strip() for each in GOLDEN.read_text(encoding="utf-8").split("\n;\n") if each.strip()]


def test_there_are_statements():
    assert len(statements()) >= 10


@pytest.mark.parametrize("statement", statements())
def test_a_statement_is_one_select_that_is_understood(statement):
    (parsed,) = sqlglot.parse(statement, dialect="tsql", error_level=sqlglot.ErrorLevel.RAISE)
    assert isinstance(parsed, sqlglot.exp.Select)
    assert not list(parsed.find_all(sqlglot.exp.Command))
    (other,) = sqloxide.parse_sql(sql=statement, dialect="mssql")
    assert list(other) == ["Query"]


def test_a_third_parser_understands_them():
    sqlfluff = pytest.importorskip("sqlfluff.core")
    reader = sqlfluff.Linter(dialect="tsql")
    read = 0
    for statement in statements():
        if len(statement) <= QUICK:
            # It knows no bracket within a name, which is ]] there.
            assert not reader.parse_string(statement.replace("]]", "")).violations, statement
            read += 1
    assert read >= 3


def test_the_parsers_see_what_is_wrong():
    sqlfluff = pytest.importorskip("sqlfluff.core")
    whole = min(statements(), key=len)
    with pytest.raises(sqlglot.errors.ParseError):
        sqlglot.parse(whole + ")", dialect="tsql", error_level=sqlglot.ErrorLevel.RAISE)
    for wrong in (whole + ")", whole.replace("SELECT", "SELECT ,", 1), whole.replace(" FROM ", " FORM ", 1) + " FROM"):
        with pytest.raises(ValueError):
            sqloxide.parse_sql(sql=wrong, dialect="mssql")
        assert sqlfluff.Linter(dialect="tsql").parse_string(wrong.replace("]]", "")).violations
